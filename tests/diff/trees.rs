//! Generated trees as a side: what they record, and their files as they are.

use std::fs;
use std::path::Path;

use super::{code, exit, fits_schema, stderr, stdout, text, tierc};

/// `environments/prod.kdl` on large, and its trees of medium and large in `medium` and `large`.
fn trees() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("environments")).unwrap();
    for tier in ["medium", "large"] {
        fs::write(at.join("environments/prod.kdl"), text(tier, "")).unwrap();
        assert_eq!(exit(at, "render", &["--out", tier]), 0);
    }
    folder
}

/// The report on two sides, which differ.
fn report(at: &Path, arguments: &[&str]) -> serde_json::Value {
    let json = ["diff", "--format", "json", "--detailed-exitcode"];
    let output = tierc(at, &[&json, arguments].concat());
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    fits_schema(&stdout(&output))
}

#[test]
fn what_is_committed_is_compared_with_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("environments")).unwrap();
    let write = |name: &str, tier: &str, lines: &str| {
        let text = text(tier, lines).replace("prod", name);
        fs::write(at.join(format!("environments/{name}.kdl")), text).unwrap();
    };
    write("one", "small", "api { replicas max=12 }");
    write("two", "small", "");
    assert_eq!(code(&tierc(at, &["render"])), 0);
    assert_eq!(exit(at, "diff", &["--committed"]), 0);
    write("one", "small", "");
    write("three", "dev", "");
    fs::remove_file(at.join("environments/two.kdl")).unwrap();
    let output = tierc(at, &["diff", "--committed", "--format", "json"]);
    assert_eq!(code(&output), 0);
    let report = fits_schema(&stdout(&output));
    let of = |index: usize| &report["environments"][index];
    assert_eq!(
        (&of(0)["environment"], &of(0)["presence"]),
        (&"one".into(), &"kept".into())
    );
    assert_eq!(of(0)["changes"][0]["path"], "api.replicas.max");
    // The record does not say that the file stated it; that the catalogue is the same does.
    assert_eq!(of(0)["changes"][0]["cause"], "stated");
    assert_eq!(
        (&of(1)["environment"], &of(1)["presence"]),
        (&"three".into(), &"added".into())
    );
    assert_eq!(
        (&of(2)["environment"], &of(2)["presence"]),
        (&"two".into(), &"removed".into())
    );
    // A single file says nothing about the others.
    let output = tierc(
        at,
        &[
            "diff",
            "--committed",
            "environments/three.kdl",
            "--format",
            "json",
        ],
    );
    assert_eq!(
        fits_schema(&stdout(&output))["environments"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_record_that_cannot_be_read_is_wrong_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("environments")).unwrap();
    fs::write(at.join("environments/prod.kdl"), text("dev", "")).unwrap();
    tierc(at, &["render"]);
    fs::write(at.join("generated/prod/tierc.lock.json"), "{}").unwrap();
    let output = tierc(at, &["diff", "--committed"]);
    assert_eq!(code(&output), 3);
    assert!(
        stderr(&output).contains("`generated/prod/tierc.lock.json`"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn trees_differ_as_the_files_do_that_they_come_from() {
    let folder = trees();
    let at = folder.path();
    fs::write(at.join("before.kdl"), text("medium", "")).unwrap();
    let files = report(at, &["before.kdl", "environments/prod.kdl"]);
    for sides in [
        ["medium", "large"],
        ["medium/prod", "large/prod"],
        ["medium", "environments"],
        ["medium/prod", "environments/prod.kdl"],
        ["before.kdl", "large/prod"],
    ] {
        let trees = report(at, &sides);
        let values = |report: &serde_json::Value| {
            let changes = report["environments"][0]["changes"].as_array().unwrap();
            let value = |it: &serde_json::Value| {
                [&it["path"], &it["before"], &it["after"], &it["class"]].map(ToString::to_string)
            };
            changes.iter().map(value).collect::<Vec<_>>()
        };
        assert_eq!(values(&trees), values(&files), "{sides:?}");
        let money = "/environments/0/cost";
        assert!(files.pointer(money).is_some());
        assert_eq!(trees.pointer(money), files.pointer(money), "{sides:?}");
    }
    assert_eq!(exit(at, "diff", &["large", "environments"]), 0);
    assert_eq!(
        exit(at, "diff", &["large/prod", "environments/prod.kdl"]),
        0
    );
}

#[test]
fn files_of_trees_are_compared_as_they_are() {
    let folder = trees();
    let at = folder.path();
    let rendered = report(at, &["medium", "large", "--artifacts"]);
    let artifacts = |report: &serde_json::Value| report["environments"][0]["artifacts"].clone();
    let recompiled = {
        fs::write(at.join("before.kdl"), text("medium", "")).unwrap();
        report(at, &["before.kdl", "environments/prod.kdl", "--artifacts"])
    };
    assert_eq!(artifacts(&rendered), artifacts(&recompiled));

    // Manual edits are not in the record.
    let hpa = at.join("large/prod/kubernetes/api-hpa.yaml");
    let by_hand = fs::read_to_string(&hpa)
        .unwrap()
        .replace("minReplicas: ", "minReplicas: 9");
    fs::write(&hpa, by_hand).unwrap();
    fs::remove_file(at.join("large/prod/RUNBOOK.md")).unwrap();
    let committed = ["--committed", "--out", "large"];
    assert_eq!(exit(at, "diff", &committed), 0);
    let output = tierc(at, &[&["diff", "--artifacts"], &committed[..]].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let shown = stdout(&output);
    assert!(shown.contains("\n-  minReplicas: 9"), "{shown}");
    assert!(shown.contains("\n+++ after/RUNBOOK.md\n"), "{shown}");
}

#[test]
fn a_tree_and_a_file_of_another_name_are_states_of_one_environment_either_way() {
    let folder = trees();
    let at = folder.path();
    let twin = text("large", "").replace("prod", "twin");
    fs::write(at.join("twin.kdl"), twin).unwrap();
    for sides in [["medium/prod", "twin.kdl"], ["twin.kdl", "medium/prod"]] {
        let output = tierc(at, &[&["diff"], &sides[..]].concat());
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(
            stderr(&output)
                .contains("`prod` and `twin` are compared as two states of one environment"),
            "{sides:?}: {}",
            stderr(&output)
        );
        let shown = stdout(&output);
        assert!(!shown.contains("formerly"), "{shown}");
        assert!(!shown.contains("worst disruption: replace"), "{shown}");
    }
    // If only the name differs, the report says so.
    let renamed = report(at, &["twin.kdl", "large/prod"]);
    assert_eq!(renamed["environments"][0]["formerly"], "twin");
}

#[test]
fn a_tree_is_where_a_plan_begins() {
    let folder = trees();
    let at = folder.path();
    let of_tree = tierc(at, &["plan", "medium/prod", "environments/prod.kdl"]);
    fs::write(at.join("before.kdl"), text("medium", "")).unwrap();
    let of_file = tierc(at, &["plan", "before.kdl", "environments/prod.kdl"]);
    assert_eq!(code(&of_tree), code(&of_file), "{}", stderr(&of_tree));
    assert_eq!(stdout(&of_tree), stdout(&of_file));
}

#[test]
fn what_is_no_tree_or_cannot_be_one_is_named() {
    let folder = trees();
    let at = folder.path();
    fs::create_dir(at.join("empty")).unwrap();
    for (arguments, expected, says) in [
        (
            ["medium/prod", "medium/prod@large"],
            1,
            "`medium/prod` is a generated tree, which has no other tier: pass its file instead",
        ),
        (
            ["medium/prod", "large"],
            1,
            "compare a folder with a folder, or a file or tree with a file or tree",
        ),
        (
            ["empty", "large"],
            1,
            "the folder `empty` has no *.kdl file",
        ),
    ] {
        let output = tierc(at, &[&["diff"], &arguments[..]].concat());
        assert_eq!(code(&output), expected, "{arguments:?}");
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
    // Both records are wrong, and both are named.
    for tier in ["medium", "large"] {
        fs::write(at.join(tier).join("prod/tierc.lock.json"), "{").unwrap();
    }
    for command in ["diff", "plan"] {
        let output = tierc(at, &[command, "medium", "large"]);
        assert_eq!(code(&output), 3, "{}", stderr(&output));
        for tier in ["medium", "large"] {
            let says =
                format!("`{tier}/prod/tierc.lock.json` is not a record that this version can read");
            assert!(stderr(&output).contains(&says), "{}", stderr(&output));
        }
    }
}

#[test]
fn a_tree_shows_no_file_outside_of_it() {
    let folder = trees();
    let at = folder.path();
    fs::write(at.join("outside.txt"), "what nobody may see\n").unwrap();
    let lock = at.join("large/prod/tierc.lock.json");
    let text = fs::read_to_string(&lock).unwrap();
    let hostile = text.replacen("\"RUNBOOK.md\"", "\"../../outside.txt\"", 1);
    assert_ne!(hostile, text);
    fs::write(&lock, hostile).unwrap();
    let output = tierc(at, &["diff", "medium", "large", "--artifacts"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(!stdout(&output).contains("nobody may see"));

    // Nor through a link.
    fs::write(&lock, &text).unwrap();
    let runbook = at.join("large/prod/RUNBOOK.md");
    fs::remove_file(&runbook).unwrap();
    std::os::unix::fs::symlink(at.join("outside.txt"), &runbook).unwrap();
    let output = tierc(at, &["diff", "medium", "large", "--artifacts"]);
    assert_eq!(code(&output), 1, "{}", stdout(&output));
    assert!(
        stderr(&output).contains("large/prod/RUNBOOK.md"),
        "{}",
        stderr(&output)
    );
    assert!(!stdout(&output).contains("nobody may see"));
}
