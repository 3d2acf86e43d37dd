//! Revisions: the changes of a branch, the affected environments, and messages of Git.

mod catalogues;
mod faults;
mod renamed;

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{code, fits_schema, snapshot, stderr, stdout, text, tierc, transcript};

/// A repository whose commit `main` has five environments.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git(&["init", "-q", "-b", "main"]);
        for name in ["one", "two", "three", "four"] {
            let tier = if name == "four" { "large" } else { "small" };
            repository.write(
                &format!("environments/{name}.kdl"),
                &text(tier, "").replace("prod", name),
            );
        }
        repository.commit();
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn git(&self, arguments: &[&str]) {
        let status = Command::new("git")
            .current_dir(self.path())
            .args([
                "-c",
                "user.name=tierc",
                "-c",
                "user.email=tierc@example.com",
            ])
            .args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            status.status.success(),
            "{arguments:?}: {}",
            stderr(&status)
        );
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "state"]);
    }

    /// The outcome for each environment: its name, its old name, and its presence.
    fn differing(&self, arguments: &[&str]) -> Vec<(String, Option<String>, String)> {
        let mut all = arguments.to_vec();
        all.extend(["--format", "json"]);
        let output = tierc(self.path(), &all);
        assert!([0, 2].contains(&code(&output)), "{}", stderr(&output));
        let report = fits_schema(&stdout(&output));
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let environments = report["environments"].as_array().unwrap().iter();
        environments
            .map(|it| {
                (
                    text(&it["environment"]).unwrap(),
                    text(&it["formerly"]),
                    text(&it["presence"]).unwrap(),
                )
            })
            .collect()
    }
}

fn kept(name: &str) -> (String, Option<String>, String) {
    (name.into(), None, "kept".into())
}

#[test]
fn a_branch_without_changes_affects_nobody() {
    let repository = Repository::new();
    assert_eq!(repository.differing(&["diff", "--base", "main"]), []);
    let told = transcript(repository.path(), &["affected", "--base", "main"]);
    assert_eq!(
        told,
        "$ tierc affected --base main\nnone of 4 environments is affected\n--- exit 0\n"
    );
}

#[test]
fn what_came_went_moved_and_changed_is_told_apart() {
    let repository = Repository::new();
    // Moved; renamed in place; removed; new; on another tier.
    repository.git(&["mv", "environments/one.kdl", "environments/first.kdl"]);
    repository.write(
        "environments/two.kdl",
        &text("small", "").replace("prod", "second"),
    );
    fs::remove_file(repository.path().join("environments/three.kdl")).unwrap();
    repository.write(
        "environments/five.kdl",
        &text("dev", "").replace("prod", "five"),
    );
    repository.write(
        "environments/four.kdl",
        &text("medium", "").replace("prod", "four"),
    );
    let expected = [
        ("five".into(), None, "added".into()),
        kept("four"),
        ("second".into(), Some("two".into()), "kept".into()),
        ("three".into(), None, "removed".into()),
    ];
    assert_eq!(repository.differing(&["diff", "--base", "main"]), expected);
    assert_eq!(
        repository.differing(&["affected", "--base", "main"]),
        expected
    );
    let told = transcript(repository.path(), &["affected", "--base", "main"]);
    snapshot("affected_by_a_branch", &told);
    let told = transcript(repository.path(), &["diff", "--base", "main"]);
    assert!(
        told.lines().all(|line| line.chars().count() <= 80),
        "{told}"
    );
    snapshot("a_branch_against_its_base", &told);
}

#[test]
fn a_file_that_moves_and_is_renamed_is_still_the_same() {
    let repository = Repository::new();
    repository.git(&["mv", "environments/one.kdl", "environments/uno.kdl"]);
    repository.write(
        "environments/uno.kdl",
        &text("small", "").replace("prod", "uno"),
    );
    let expected = [("uno".into(), Some("one".into()), "kept".into())];
    assert_eq!(repository.differing(&["diff", "--base", "main"]), expected);
}

/// A small environment in a region without prices, with this maximum of nodes.
fn abroad(most: u32) -> String {
    let nodes = format!("nodes \"general\" {{ count max={most} }}");
    text("small", &nodes).replace("us-east-1", "ap-southeast-6")
}

#[test]
fn what_has_no_price_is_affected_without_an_amount() {
    let repository = Repository::new();
    repository.write("environments/one.kdl", &abroad(5).replace("prod", "one"));
    repository.commit();
    repository.write("environments/one.kdl", &abroad(6).replace("prod", "one"));
    let affected = ["affected", "--base", "main", "environments/one.kdl"];
    let told = transcript(repository.path(), &affected);
    assert!(told.contains("unknown: 1 without a price"), "{told}");
    assert!(told.contains("cost unknown: 1 without a price"), "{told}");
    assert!(!told.contains("$0"), "{told}");
    let json = tierc(
        repository.path(),
        &[&affected[..], &["--format", "json"]].concat(),
    );
    let report = fits_schema(&stdout(&json));
    assert_eq!(report["unpriced"], 1);
    assert!(report["cost"].is_null(), "{report}");
    let one = &report["environments"][0];
    assert_eq!(one["unpriced"], serde_json::json!(["nodes.general"]));
    assert!(one["cost"].is_null(), "{one}");
    // With an unchanged environment besides, there is a table of all environments.
    let diff = ["diff", "--base", "main", "--format", "markdown"];
    let told = transcript(repository.path(), &diff);
    assert!(
        told.contains("cost unknown: 1 without a price, worst"),
        "{told}"
    );
    assert!(told.contains("| unknown: 1 without a price |"), "{told}");
    assert!(!told.contains("$0"), "{told}");
}

#[test]
fn a_revision_is_read_by_file_and_by_folder() {
    let repository = Repository::new();
    repository.write(
        "environments/four.kdl",
        &text("xlarge", "").replace("prod", "four"),
    );
    let at = |sides: [&str; 2]| {
        let output = tierc(repository.path(), &["diff", sides[0], sides[1]]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        stdout(&output)
    };
    let by_file = at(["HEAD:environments/four.kdl", "environments/four.kdl"]);
    assert!(by_file.starts_with("four: large -> xlarge"), "{by_file}");
    let by_folder = at(["HEAD:environments", "environments"]);
    assert!(
        by_folder.starts_with("four: large -> xlarge"),
        "{by_folder}"
    );
    let on_a_tier = at([
        "HEAD:environments/four.kdl",
        "HEAD:environments/four.kdl@xlarge",
    ]);
    assert_eq!(on_a_tier, by_file);
    let below = tierc(
        &repository.path().join("environments"),
        &["diff", "HEAD:./four.kdl", "four.kdl"],
    );
    assert_eq!(stdout(&below), by_file);
}

#[test]
fn paths_choose_what_is_compared() {
    let repository = Repository::new();
    repository.write(
        "environments/one.kdl",
        &text("medium", "").replace("prod", "one"),
    );
    repository.write(
        "environments/two.kdl",
        &text("medium", "").replace("prod", "two"),
    );
    fs::remove_file(repository.path().join("environments/three.kdl")).unwrap();
    let base = ["diff", "--base", "main"];
    let with = |paths: &[&str]| repository.differing(&[&base[..], paths].concat());
    assert_eq!(with(&["environments/two.kdl"]), [kept("two")]);
    let three = [("three".into(), None, "removed".into())];
    assert_eq!(with(&["environments/three.kdl"]), three);
    assert_eq!(with(&["environments"]).len(), 3);
    assert_eq!(with(&["environments", "environments/two.kdl"]).len(), 3);
}

#[test]
fn a_repository_without_commits_is_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository(folder);
    repository.git(&["init", "-q", "-b", "main"]);
    repository.write("environments/one.kdl", &text("dev", ""));
    for arguments in [
        &["affected", "--base", "HEAD"][..],
        &["diff", "--base", "main"],
        &["plan", "HEAD:environments/one.kdl", "environments/one.kdl"],
    ] {
        let output = tierc(repository.path(), arguments);
        assert_eq!(code(&output), 1, "{arguments:?}");
        let said = stderr(&output);
        assert!(said.contains("it has no commits yet: commit"), "{said}");
    }
}

#[test]
fn what_git_cannot_answer_is_said_in_a_sentence() {
    let repository = Repository::new();
    let path = repository.path();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("prod.kdl"), text("dev", "")).unwrap();
    let elsewhere = outside.path().join("prod.kdl").display().to_string();
    let cases: &[(&[&str], &str)] = &[
        (
            &["diff", "--base", "nowhere"],
            "the repository has no revision `nowhere`",
        ),
        (
            &["diff", "--base", "--upload-pack=x"],
            "unexpected argument",
        ),
        (
            &["diff", "--base=--all"],
            "the repository has no revision `--all`",
        ),
        (
            &["diff", "--base", "main", "absent"],
            "there is no file or folder `absent`",
        ),
        (
            &["diff", "--base", "main", "environments", &elsewhere],
            "is outside the repository",
        ),
        (
            &["diff", "main:absent.kdl", "environments/one.kdl"],
            "`main` has no file or folder `absent.kdl`",
        ),
        (
            &["diff", "nowhere:one.kdl", "environments/one.kdl"],
            "has no revision `nowhere`",
        ),
        (
            &["affected", "--base", "nowhere"],
            "has no revision `nowhere`",
        ),
        (&["affected"], "--base <REV>"),
    ];
    for (arguments, expected) in cases {
        let output = tierc(path, arguments);
        assert_eq!(code(&output), 1, "{arguments:?}");
        assert!(
            stderr(&output).contains(expected),
            "{arguments:?}: {}",
            stderr(&output)
        );
    }
    // What to do for a missing revision depends on where it could come from.
    let missing = ["affected", "--base", "nowhere"];
    let listed = "`git branch` and `git tag` list the revisions";
    assert!(stderr(&tierc(path, &missing)).contains(listed));
    repository.git(&["remote", "add", "origin", "."]);
    assert!(stderr(&tierc(path, &missing)).contains("`git fetch` fetches"));
    let output = tierc(outside.path(), &["diff", "--base", "main", "prod.kdl"]);
    assert_eq!(code(&output), 1);
    assert!(
        stderr(&output).contains("is not in the working tree of a Git repository"),
        "{}",
        stderr(&output)
    );
    let output = Command::new(env!("CARGO_BIN_EXE_tierc"))
        .current_dir(path)
        .env("PATH", "")
        .args(["diff", "--base", "main"])
        .output()
        .unwrap();
    assert_eq!(code(&output), 1);
    assert!(
        stderr(&output).contains("the `git` command is missing"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_link_in_the_repository_stands_for_what_it_points_to() {
    let repository = Repository::new();
    repository.write(
        "shared/linked.kdl",
        &text("dev", "").replace("prod", "linked"),
    );
    std::os::unix::fs::symlink(
        "../shared/linked.kdl",
        repository.path().join("environments/linked.kdl"),
    )
    .unwrap();
    repository.commit();
    assert_eq!(repository.differing(&["diff", "--base", "HEAD"]), []);
    repository.write(
        "shared/linked.kdl",
        &text("small", "").replace("prod", "linked"),
    );
    assert_eq!(
        repository.differing(&["diff", "--base", "HEAD"]),
        [kept("linked")]
    );
}

#[test]
fn rules_over_several_files_never_mix_the_sides() {
    let repository = Repository::new();
    // The same names on both sides are two states, not two environments.
    let output = tierc(repository.path(), &["diff", "--base", "main"]);
    assert_eq!((code(&output), stderr(&output)), (0, String::new()));
    repository.write(
        "environments/twin.kdl",
        &text("small", "").replace("prod", "one"),
    );
    let output = tierc(repository.path(), &["diff", "--base", "main"]);
    assert_eq!(code(&output), 3, "{}", stdout(&output));
    assert!(
        stdout(&output).contains("environment-name-taken") || stderr(&output).contains("errors")
    );
}
