//! Environments that are added, removed and renamed while their files move.

use std::fs;

use super::super::{code, stdout, text, tierc, transcript};
use super::Repository;

type Differing = Vec<(String, Option<String>, String)>;

fn renamed(after: &str, before: &str) -> Differing {
    vec![(after.into(), Some(before.into()), "kept".into())]
}

/// An environment with the name of its tier, like the shipped ones.
fn shipped(name: &str, lines: &str) -> String {
    text("small", lines).replace("prod", name)
}

#[test]
fn a_name_that_is_also_the_tiers_is_told_from_it() {
    let repository = Repository::new();
    repository.write("environments/small.kdl", &shipped("small", ""));
    repository.commit();
    repository.git(&["mv", "environments/small.kdl", "environments/tiny.kdl"]);
    repository.write("environments/tiny.kdl", &shipped("tiny", ""));
    let found = repository.differing(&["diff", "--base", "main"]);
    assert_eq!(found, renamed("tiny", "small"));
}

#[test]
fn a_file_that_moves_with_a_small_edit_is_still_the_same() {
    let repository = Repository::new();
    let lines = "database { storage gib=120 }\n// much the same\napi { replicas max=9 }";
    repository.write("environments/small.kdl", &shipped("small", lines));
    repository.commit();
    repository.git(&["mv", "environments/small.kdl", "environments/tiny.kdl"]);
    let edited = lines.replace("max=9", "max=8");
    repository.write("environments/tiny.kdl", &shipped("tiny", &edited));
    let found = repository.differing(&["diff", "--base", "main"]);
    assert_eq!(found, renamed("tiny", "small"));
    // Another tier and other values are another environment.
    let other = shipped("tiny", "alerts { api-cpu 85 }").replace("small", "large");
    repository.write("environments/tiny.kdl", &other);
    let found = repository.differing(&["diff", "--base", "main"]);
    let presences: Vec<&str> = found.iter().map(|it| it.2.as_str()).collect();
    assert_eq!(presences, ["added", "removed"]);
}

#[test]
fn the_end_of_an_environment_is_told_in_one_line() {
    let repository = Repository::new();
    fs::remove_file(repository.path().join("environments/three.kdl")).unwrap();
    let gated = ["diff", "--base", "main", "--fail-on", "disruption=replace"];
    for all in [&[][..], &["--all"]] {
        let told = transcript(repository.path(), &[&gated[..], all].concat());
        assert!(
            told.contains(
                "  replace, affects everyone, cannot be undone: everything in it is deleted,\n      \
                 including its database and Redis groups\n"
            ),
            "{told}"
        );
        let by = "  three is removed with everything in it: replace, ";
        assert_eq!(told.matches(by).count(), 1, "{told}");
        assert!(told.lines().count() < 30, "{told}");
    }
    let markdown = [&gated[..], &["--format", "markdown"]].concat();
    let told = stdout(&tierc(repository.path(), &markdown));
    assert!(told.contains("| **replace** | everything |"), "{told}");
}

#[test]
fn the_end_of_an_environment_is_approved_as_a_whole() {
    let repository = Repository::new();
    fs::remove_file(repository.path().join("environments/three.kdl")).unwrap();
    let diff = ["diff", "--base", "main"];
    let json = tierc(
        repository.path(),
        &[&diff[..], &["--format", "json"]].concat(),
    );
    let report: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    let fingerprint = report["environments"][0]["fingerprint"].as_str().unwrap();
    let limit = ["--fail-on", "disruption=replace"];
    let gated = [&diff[..], &limit[..]].concat();
    assert_eq!(code(&tierc(repository.path(), &gated)), 4);
    let approved = [&gated[..], &["--approve", fingerprint]].concat();
    assert_eq!(code(&tierc(repository.path(), &approved)), 0);
}
