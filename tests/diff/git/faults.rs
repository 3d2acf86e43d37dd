//! A failure of Git is an error, never an empty side, because a gate would then pass.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::super::{code, fits_schema, stderr, stdout, text, tierc};
use super::{Repository, kept};

/// A gate that every new or changed environment exceeds.
const GATE: &[&str] = &["diff", "--base", "main", "--fail-on", "disruption=reload"];

impl Repository {
    /// What `git` prints.
    fn ask(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.path())
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            stderr(&output)
        );
        stdout(&output).trim().to_owned()
    }

    /// The file of an object, such as `main:environments/one.kdl`.
    fn object(&self, named: &str) -> PathBuf {
        let hash = self.ask(&["rev-parse", named]);
        let (folder, file) = hash.split_at(2);
        self.path().join(".git/objects").join(folder).join(file)
    }

    /// Another tier for an environment.
    fn change(&self, name: &str) {
        let path = format!("environments/{name}.kdl");
        self.write(&path, &text("medium", "").replace("prod", name));
    }

    /// Checks that every command that reads a revision fails with this message.
    fn refuses(&self, folder: &str, says: &[&str]) {
        let of_base = format!("main:{folder}");
        for arguments in [
            [GATE, &[folder]].concat(),
            vec!["affected", "--base", "main", folder],
            vec!["diff", &of_base, folder],
            vec!["plan", &of_base, folder],
        ] {
            let output = tierc(self.path(), &arguments);
            let said = stderr(&output);
            assert_eq!(code(&output), 1, "{arguments:?}: {said}");
            for words in says {
                assert!(said.contains(words), "{arguments:?}: {words}: {said}");
            }
        }
    }
}

fn run(folder: &Path, arguments: &[&str], set: &[(&str, &OsStr)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tierc"))
        .current_dir(folder)
        .args(arguments)
        .envs(set.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn a_file_whose_object_is_missing_or_damaged_is_not_new() {
    for damage in [
        |path: &Path| fs::remove_file(path).unwrap(),
        |path: &Path| {
            fs::remove_file(path).unwrap();
            fs::write(path, "damaged").unwrap();
        },
    ] {
        let repository = Repository::new();
        repository.change("one");
        damage(&repository.object("main:environments/one.kdl"));
        let says = [
            "git could not read `main:environments/one.kdl`: the object",
            "is missing or damaged in this clone",
        ];
        repository.refuses("environments", &says);
        repository.refuses("environments/one.kdl", &says);
        // Commands that do not need the object still work.
        repository.change("two");
        let two = [GATE, &["environments/two.kdl"]].concat();
        assert_eq!(code(&tierc(repository.path(), &two)), 4);
    }
}

#[test]
fn what_git_says_of_a_damaged_object_is_told() {
    let repository = Repository::new();
    let object = repository.object("main:environments/one.kdl");
    fs::remove_file(&object).unwrap();
    fs::write(&object, "damaged").unwrap();
    repository.refuses("environments", &["(git: error: "]);
}

#[test]
fn a_folder_whose_object_is_missing_is_not_empty() {
    for folder in ["main:environments", "main^{tree}"] {
        let repository = Repository::new();
        repository.change("one");
        fs::remove_file(repository.object(folder)).unwrap();
        repository.refuses("environments", &["git could not list `main:", "(git: "]);
    }
}

#[test]
fn a_hook_compares_the_working_tree_that_it_runs_in() {
    let repository = Repository::new();
    let linked = tempfile::tempdir().unwrap();
    let tree = linked.path().join("tree");
    repository.git(&[
        "worktree",
        "add",
        "-q",
        "-b",
        "other",
        &tree.display().to_string(),
    ]);
    let hook = repository.path().join(".git/hooks/pre-commit");
    let script = format!(
        "#!/bin/sh\nenv | grep '^GIT_' >hook.env\n'{}' diff --base HEAD --format json environments >hook.json\n(cd environments && '{}' diff --base HEAD --format json . >../hook.below.json)\nexit 0\n",
        env!("CARGO_BIN_EXE_tierc"),
        env!("CARGO_BIN_EXE_tierc"),
    );
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, script).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&hook, executable).unwrap();
    for folder in [repository.path(), &tree] {
        let path = folder.join("environments/one.kdl");
        fs::write(&path, text("medium", "").replace("prod", "one")).unwrap();
        let committed = Command::new("git")
            .current_dir(folder)
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(["commit", "-q", "-a", "-m", "change"])
            .output()
            .unwrap();
        assert!(committed.status.success(), "{}", stderr(&committed));
        let set = fs::read_to_string(folder.join("hook.env")).unwrap();
        assert!(set.contains("GIT_INDEX_FILE="), "{set}");
        for report in ["hook.json", "hook.below.json"] {
            let report = fs::read_to_string(folder.join(report)).unwrap();
            let report = fits_schema(&report);
            let environments = report["environments"].as_array().unwrap();
            assert_eq!(environments.len(), 1, "{report}");
            assert_eq!(environments[0]["environment"], "one");
            assert_eq!(environments[0]["presence"], "kept");
        }
    }
}

#[test]
fn variables_of_another_repository_do_not_count() {
    let (repository, other) = (Repository::new(), Repository::new());
    repository.change("one");
    let git = other.path().join(".git");
    let index = git.join("index");
    let objects = git.join("objects");
    let relative = OsStr::new(".git");
    let sets: &[&[(&str, &OsStr)]] = &[
        &[("GIT_DIR", relative)],
        &[("GIT_DIR", git.as_os_str())],
        &[
            ("GIT_DIR", git.as_os_str()),
            ("GIT_WORK_TREE", other.path().as_os_str()),
        ],
        &[
            ("GIT_OBJECT_DIRECTORY", objects.as_os_str()),
            ("GIT_INDEX_FILE", index.as_os_str()),
        ],
        &[("GIT_COMMON_DIR", git.as_os_str())],
        &[("GIT_LITERAL_PATHSPECS", OsStr::new("1"))],
        &[("GIT_ICASE_PATHSPECS", OsStr::new("1"))],
        &[("GIT_TRACE", OsStr::new("1"))],
    ];
    let expected = tierc(repository.path(), GATE);
    assert_eq!(code(&expected), 4);
    for set in sets {
        for (folder, path) in [("", "environments"), ("environments", ".")] {
            let folder = repository.path().join(folder);
            let output = run(&folder, &[GATE, &[path]].concat(), set);
            assert_eq!(code(&output), 4, "{set:?}: {}", stderr(&output));
        }
    }
}

#[test]
fn names_are_bytes_and_may_hold_anything() {
    let repository = Repository::new();
    let folder = repository.path().join("environments");
    let names: [&[u8]; 6] = [
        b"caf\xe9.kdl",
        b"caf\xe8.kdl",
        b"line\nfeed.kdl",
        b":(top)magic*.kdl",
        b" spaced\t\"quoted\".kdl",
        b"blob 3.kdl",
    ];
    let path = |name: &[u8]| folder.join(OsStr::from_bytes(name));
    for (index, name) in names.iter().enumerate() {
        let text = text("small", "").replace("prod", &format!("odd{index}"));
        fs::write(path(name), text).unwrap();
    }
    repository.write("shared/it.kdl", &text("small", "").replace("prod", "it"));
    symlink("../shared/it.kdl", path(b"a\nlink.kdl")).unwrap();
    repository.git(&["config", "core.quotePath", "true"]);
    repository.commit();
    let base = ["diff", "--base", "HEAD"];
    assert_eq!(repository.differing(&base), []);
    for (index, name) in names.iter().enumerate() {
        let text = text("medium", "").replace("prod", &format!("odd{index}"));
        fs::write(path(name), text).unwrap();
    }
    repository.write("shared/it.kdl", &text("medium", "").replace("prod", "it"));
    let odd = (0..names.len()).map(|index| kept(&format!("odd{index}")));
    let expected: Vec<_> = std::iter::once(kept("it")).chain(odd).collect();
    let mut differing = repository.differing(&base);
    differing.sort();
    assert_eq!(differing, expected);
}

#[test]
fn a_submodule_has_no_files_here() {
    let repository = Repository::new();
    repository.write("apps/one.kdl", &text("small", ""));
    let commit = repository.ask(&["rev-parse", "HEAD"]);
    for place in ["apps", "more/apps"] {
        let link = format!("160000,{commit},{place}");
        repository.git(&["update-index", "--add", "--cacheinfo", &link]);
    }
    repository.git(&["commit", "-q", "-m", "submodules"]);
    repository.write("more/apps/deeper/one.kdl", &text("small", ""));
    repository.refuses("apps", &["`main:apps` is a submodule"]);
    repository.refuses("more/apps/deeper", &["`main:more/apps` is a submodule"]);
}

#[test]
fn links_are_followed_within_the_revision_alone() {
    let link = |aim: &str| {
        let repository = Repository::new();
        symlink(aim, repository.path().join("environments/link.kdl")).unwrap();
        repository.commit();
        // The working tree has a file there now.
        fs::remove_file(repository.path().join("environments/link.kdl")).unwrap();
        repository.write(
            "environments/link.kdl",
            &text("small", "").replace("prod", "it"),
        );
        repository
    };
    let place = "`main:environments/link.kdl` ";
    link("nowhere.kdl").refuses("environments", &[place, "that the revision does not have"]);
    link("one.kdl/x").refuses("environments", &[place, "that the revision does not have"]);
    link("/etc/hostname").refuses("environments", &[place, "leads out of the repository"]);
    link("../../out.kdl").refuses("environments", &["leads out of the repository"]);
    link("link.kdl").refuses("environments", &[place, "leads to itself"]);
    // A link to a folder is a folder, not an environment.
    let folder = link("../environments");
    let it = [("it".into(), None, "added".into())];
    assert_eq!(folder.differing(&["diff", "--base", "main"]), it);
}

#[test]
fn a_folder_can_be_a_link_at_the_revision() {
    for folder in ["linked", "deep/er/again"] {
        let repository = Repository::new();
        symlink("environments", repository.path().join("linked")).unwrap();
        repository.write("deep/er/keep", "");
        symlink("../../linked", repository.path().join("deep/er/again")).unwrap();
        repository.commit();
        let path = repository.path().join(folder);
        assert_eq!(
            repository.differing(&["diff", "--base", "main", folder]),
            []
        );
        // It is a separate folder now.
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        for name in ["one", "two", "three", "four"] {
            let tier = if name == "four" { "large" } else { "medium" };
            let text = text(tier, "").replace("prod", name);
            fs::write(path.join(format!("{name}.kdl")), text).unwrap();
        }
        let expected = ["one", "three", "two"].map(kept);
        let base = ["diff", "--base", "main", folder];
        assert_eq!(repository.differing(&base), expected);
    }
}

#[test]
fn a_link_to_a_folder_is_not_broken_by_a_file_that_the_folder_lacks() {
    let repository = Repository::new();
    symlink("environments", repository.path().join("linked")).unwrap();
    symlink("linked", repository.path().join("twice")).unwrap();
    symlink("absent/deeper", repository.path().join("broken")).unwrap();
    repository.commit();
    // The folder has no values template.
    for folder in ["linked", "twice"] {
        let output = tierc(repository.path(), &["diff", "--base", "main", folder]);
        assert_eq!((code(&output), stderr(&output)), (0, String::new()));
    }
    let output = tierc(repository.path(), &["diff", "--base", "main", "broken"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("`main:broken` is a symbolic link to a file"));
}

#[test]
fn a_name_of_two_revisions_is_none() {
    let repository = Repository::new();
    repository.git(&["branch", "both"]);
    repository.change("one");
    repository.commit();
    repository.git(&["tag", "both"]);
    repository.git(&["config", "core.warnAmbiguousRefs", "false"]);
    let output = tierc(repository.path(), &["diff", "--base", "both"]);
    assert_eq!(code(&output), 1);
    let said = stderr(&output);
    assert!(
        said.contains("`both` names more than one revision"),
        "{said}"
    );
    for (name, differing) in [("refs/heads/both", 1), ("refs/tags/both", 0)] {
        let found = repository.differing(&["diff", "--base", name]);
        assert_eq!(found.len(), differing, "{name}");
    }
    // A folder or file of the same name is not ambiguous.
    repository.git(&["branch", "environments", "refs/heads/both"]);
    let base = ["diff", "--base", "environments"];
    assert_eq!(repository.differing(&base), [kept("one")]);
}

/// A clone of the repository with these arguments.
fn clone(repository: &Repository, arguments: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let from = format!("file://{}", repository.path().display());
    let cloned = Command::new("git")
        .args(["clone", "-q"])
        .args(arguments)
        .arg(from)
        .arg(folder.path().join("clone"))
        .output()
        .unwrap();
    assert!(cloned.status.success(), "{}", stderr(&cloned));
    folder
}

#[test]
fn what_a_clone_leaves_out_is_not_absent() {
    let repository = Repository::new();
    repository.change("one");
    repository.commit();
    // Without its history.
    let shallow = clone(&repository, &["--depth", "1"]);
    let output = tierc(&shallow.path().join("clone"), &["diff", "--base", "HEAD~1"]);
    assert_eq!(code(&output), 1);
    let said = stderr(&output);
    assert!(said.contains("this clone is shallow"), "{said}");
    // Without its files: they are fetched while the remote is available.
    let partial = clone(&repository, &["--filter=blob:none"]);
    let gone = repository.path().with_extension("moved");
    fs::rename(repository.path(), &gone).unwrap();
    let at = partial.path().join("clone");
    let base = ["diff", "--base", "HEAD~1"];
    let output = tierc(&at, &base);
    assert_eq!(code(&output), 1, "{}", stdout(&output));
    let said = stderr(&output);
    assert!(
        said.contains("git could not read `HEAD~1:environments/one.kdl`"),
        "{said}"
    );
    assert!(said.contains("(git: "), "{said}");
    fs::rename(&gone, repository.path()).unwrap();
    assert_eq!(code(&tierc(&at, &base)), 0);
}

#[test]
fn what_git_refuses_is_told_in_its_words() {
    let repository = Repository::new();
    let mine = [("GIT_TEST_ASSUME_DIFFERENT_OWNER", OsStr::new("1"))];
    let output = run(repository.path(), GATE, &mine);
    assert_eq!(code(&output), 1);
    let said = stderr(&output);
    assert!(said.contains("dubious ownership"), "{said}");
    // Permission from the process' environment is kept: CI runners give it that way.
    let leave = [
        mine[0],
        ("GIT_CONFIG_COUNT", OsStr::new("1")),
        ("GIT_CONFIG_KEY_0", OsStr::new("safe.directory")),
        ("GIT_CONFIG_VALUE_0", OsStr::new("*")),
    ];
    let output = run(repository.path(), GATE, &leave);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}

#[test]
fn a_revision_is_what_its_hash_says() {
    let repository = Repository::new();
    let [one, two] = ["one", "two"].map(|name| {
        let path = format!("main:environments/{name}.kdl");
        repository.ask(&["rev-parse", &path])
    });
    repository.git(&["replace", &one, &two]);
    assert_eq!(repository.differing(&["diff", "--base", "main"]), []);
}

#[test]
fn a_folder_of_the_working_tree_that_cannot_be_read_is_not_empty() {
    let repository = Repository::new();
    let one = repository.path().join("environments/one.kdl");
    fs::remove_file(&one).unwrap();
    let made = Command::new("mkfifo").arg(&one).status();
    assert!(made.unwrap().success());
    repository.refuses(
        "environments",
        &["`environments/one.kdl` is not a regular file"],
    );
    // A file above the size limit is read only up to the limit, on either side.
    fs::remove_file(&one).unwrap();
    repository.write("environments/one.kdl", &"// x\n".repeat(300_000));
    repository.commit();
    repository.change("one");
    let output = tierc(repository.path(), &["diff", "--base", "HEAD"]);
    assert_eq!(code(&output), 3);
    assert!(
        stderr(&output).contains("limit-exceeded"),
        "{}",
        stderr(&output)
    );
}
