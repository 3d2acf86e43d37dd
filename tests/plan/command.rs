//! The command: exit codes, sides, `--out`, formats, and messages if there is no result.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::shell::{commands, planned};
use crate::diff::pairs::folder;
use crate::diff::{code, exit, fits_schema, stderr, stdout, text, tierc};

/// The folders of `plan/`.
fn states(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn exit_codes_tell_a_plan_from_none_and_from_what_is_wrong() {
    let folder = folder();
    let at = folder.path();
    fs::write(at.join("broken.kdl"), "environment \"prod\"\n").unwrap();
    let breaks = "pgbouncer { instances 3; pool default=100 max-db=120 reserve=5 }";
    fs::write(at.join("breaks.kdl"), text("medium", breaks)).unwrap();
    let cases: &[(&[&str], i32)] = &[
        (&["medium.kdl", "medium.kdl"], 0),
        (&["medium.kdl", "large.kdl"], 2),
        (&["medium.kdl", "@large"], 2),
        (&["medium.kdl", "breaks.kdl"], 3),
        (&["breaks.kdl", "medium.kdl"], 2),
        (&["medium.kdl", "broken.kdl"], 3),
        (&["broken.kdl", "medium.kdl"], 3),
        (&["medium.kdl", "absent.kdl"], 1),
        (&["medium.kdl"], 1),
        (&["medium.kdl", "large.kdl", "--format", "yaml"], 1),
    ];
    for (arguments, wanted) in cases {
        assert_eq!(exit(at, "plan", arguments), *wanted, "{arguments:?}");
        // Unless asked for, a plan is a success.
        let wanted = if *wanted == 2 { 0 } else { *wanted };
        let usual = code(&tierc(at, &[&["plan"], *arguments].concat()));
        assert_eq!(usual, wanted, "{arguments:?}");
    }
}

#[test]
fn what_does_not_differ_has_no_plan_in_any_format() {
    let folder = folder();
    let run = |format: &str| {
        stdout(&tierc(
            folder.path(),
            &["plan", "large.kdl", "large.kdl", "--format", format],
        ))
    };
    assert_eq!(run("human"), "nothing differs\n");
    assert_eq!(run("markdown"), "nothing differs\n");
    assert_eq!(fits_schema(&run("json"))["environments"], json!([]));
}

#[test]
fn every_state_is_written_as_a_tree_that_render_would_write() {
    let folder = folder();
    let at = folder.path();
    let report = planned(at, &["medium.kdl", "large.kdl", "--out", "plan"]);
    let steps = report["environments"][0]["steps"].as_array().unwrap().len();
    assert_eq!(report["written"], true);
    let names: Vec<String> = (0..=steps).map(|number| format!("{number:02}")).collect();
    assert_eq!(states(&at.join("plan")), names);
    // The first and the last tree equal those of the files, except for the recorded origins.
    for (file, state) in [("medium.kdl", "00"), ("large.kdl", names.last().unwrap())] {
        assert_eq!(code(&tierc(at, &["render", file, "--out", "generated"])), 0);
        for path in [
            "helm/values.yaml",
            "kubernetes/pgbouncer.yaml",
            "terraform/prod.tfvars",
        ] {
            let read = |root: String| {
                let text = fs::read_to_string(at.join(root).join("prod").join(path)).unwrap();
                // The header names the source, which is AFTER's.
                text.replace("large.kdl", "medium.kdl")
            };
            assert_eq!(
                read(format!("plan/{state}")),
                read("generated".into()),
                "{state} {path}"
            );
        }
    }
}

#[test]
fn every_file_that_a_command_reads_is_written() {
    let folder = folder();
    let at = folder.path();
    for (before, after) in [("dev.kdl", "xlarge.kdl"), ("xlarge.kdl", "dev.kdl")] {
        let report = planned(at, &[before, after, "--out", "plan"]);
        let mut seen = 0;
        for line in commands(&report) {
            let words = line.split([' ', '=']);
            for path in words.filter(|word| word.starts_with("plan/")) {
                assert!(at.join(path).exists(), "{line}");
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen}");
    }
}

#[test]
fn a_longer_plan_before_leaves_no_state_behind_and_foreign_files_stay() {
    let folder = folder();
    let at = folder.path();
    assert_eq!(
        exit(at, "plan", &["dev.kdl", "xlarge.kdl", "--out", "plan"]),
        2
    );
    fs::write(at.join("plan/notes.txt"), "mine").unwrap();
    fs::write(at.join("plan/15/notes.txt"), "mine").unwrap();
    fs::write(at.join("more.kdl"), text("dev", "api { replicas max=4 }")).unwrap();
    let report = planned(at, &["dev.kdl", "more.kdl", "--out", "plan"]);
    let steps = report["environments"][0]["steps"].as_array().unwrap().len();
    let trees: Vec<String> = states(&at.join("plan"))
        .into_iter()
        .filter(|state| at.join("plan").join(state).join("prod").exists())
        .collect();
    let wanted: Vec<String> = (0..=steps).map(|number| format!("{number:02}")).collect();
    assert!(steps < 5);
    assert_eq!(trees, wanted);
    assert!(at.join("plan/notes.txt").exists());
    assert!(at.join("plan/15/notes.txt").exists());
}

#[test]
fn states_of_another_plan_go_whatever_their_environment_and_their_numbers() {
    let folder = folder();
    let at = folder.path();
    let staging = |tier: &str| text(tier, "").replace("prod", "staging");
    for tier in ["dev", "xlarge"] {
        fs::write(at.join(format!("staging-{tier}.kdl")), staging(tier)).unwrap();
    }
    let earlier = ["staging-dev.kdl", "staging-xlarge.kdl", "--out", "plan"];
    assert_eq!(exit(at, "plan", &earlier), 2);
    fs::remove_dir_all(at.join("plan/05")).unwrap();
    fs::create_dir_all(at.join("plan/77/notes")).unwrap();
    let later = ["medium.kdl", "medium.kdl", "--out", "plan"];
    assert_eq!(exit(at, "plan", &later), 0);
    assert_eq!(states(&at.join("plan")), ["77"]);
}

#[test]
fn nothing_is_written_where_a_file_is_in_the_way() {
    let folder = folder();
    let at = folder.path();
    fs::create_dir_all(at.join("plan")).unwrap();
    fs::write(at.join("plan/03"), "mine").unwrap();
    let output = tierc(at, &["plan", "medium.kdl", "large.kdl", "--out", "plan"]);
    assert_eq!(code(&output), 1);
    assert_eq!(states(&at.join("plan")), ["03"]);
    assert_eq!(fs::read_to_string(at.join("plan/03")).unwrap(), "mine");
}

/// If a plan ends without states, those of the previous plan are removed: their scripts could be run by
/// mistake.
#[test]
fn a_plan_that_fails_leaves_no_script_of_an_earlier_plan() {
    let breaks = "pgbouncer { instances 3; pool default=100 max-db=120 reserve=5 }";
    for (name, after) in [
        ("breaks a rule", text("medium", breaks)),
        ("cannot be read", "tier {".to_owned()),
        ("is not there", String::new()),
        ("is in the way", text("large", "")),
    ] {
        let folder = folder();
        let at = folder.path();
        let earlier = ["medium.kdl", "large.kdl", "--out", "plan"];
        assert_eq!(exit(at, "plan", &earlier), 2);
        fs::write(at.join("plan/notes.txt"), "mine").unwrap();
        if !after.is_empty() {
            fs::write(at.join("after.kdl"), &after).unwrap();
        }
        if name == "is in the way" {
            fs::remove_dir_all(at.join("plan/03")).unwrap();
            fs::write(at.join("plan/03"), "mine").unwrap();
        }
        let output = tierc(at, &["plan", "medium.kdl", "after.kdl", "--out", "plan"]);
        assert!([1, 3].contains(&code(&output)), "{name}: {output:?}");
        let left = states(&at.join("plan"));
        let left: Vec<&String> = left
            .iter()
            .filter(|it| at.join("plan").join(it).is_dir())
            .collect();
        assert!(left.is_empty(), "{name}: {left:?}");
        assert!(at.join("plan/notes.txt").exists());
        assert!(
            stderr(&output).contains("removed the states and scripts of an earlier plan"),
            "{name}: {}",
            stderr(&output)
        );
    }
}

/// A script that was copied without its mode becomes executable again with the next plan.
#[test]
fn a_script_that_lost_its_mode_gets_it_back() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let at = folder.path();
    let command = ["medium.kdl", "large.kdl", "--out", "plan"];
    assert_eq!(exit(at, "plan", &command), 2);
    for name in ["apply.sh", "verify.sh", "undo.sh"] {
        let script = at.join("plan/01/prod").join(name);
        fs::set_permissions(&script, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(exit(at, "plan", &command), 2);
        let mode = fs::metadata(&script).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o750, "{name}");
    }
}

#[test]
fn nothing_is_planned_to_what_cannot_be_read() {
    let folder = folder();
    let at = folder.path();
    let odd = text("medium", "database { max-connections \"500\" }");
    fs::write(at.join("odd.kdl"), odd).unwrap();
    let output = tierc(at, &["plan", "medium.kdl", "odd.kdl", "--out", "plan"]);
    assert_eq!(code(&output), 3);
    assert_eq!(stdout(&output), "no plan: AFTER cannot be read\n");
    assert!(stderr(&output).contains("odd.kdl:4"), "{}", stderr(&output));
    let json = stdout(&tierc(
        at,
        &["plan", "medium.kdl", "odd.kdl", "--format", "json"],
    ));
    let report = fits_schema(&json);
    assert_eq!(report["environments"], json!([]));
    assert_eq!(report["unread"].as_array().unwrap().len(), 1);
    assert!(!at.join("plan").exists());
}

#[test]
fn what_a_tier_of_a_file_breaks_is_said_and_a_blocked_plan_reads_like_none() {
    let folder = folder();
    let at = folder.path();
    let odd = text("medium", "pgbouncer { pool default=60 max-db=120 }");
    fs::write(at.join("breaks.kdl"), odd).unwrap();
    let output = tierc(at, &["plan", "medium.kdl", "breaks.kdl"]);
    assert!(stderr(&output).contains("error[connection-budget-exceeded]"));
    let told = stdout(&output);
    assert!(told.starts_with("prod: blocked: no step keeps"), "{told}");
    assert!(!told.contains("finally"), "{told}");
    let told = stdout(&tierc(at, &["plan", "medium.kdl", "large.kdl"]));
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("(tier \"large\"): until you commit it"),
        "{told}"
    );
    assert!(told.contains("impossible: RDS cannot shrink a volume"));
}

#[test]
fn of_what_breaks_a_rule_no_state_is_written() {
    let folder = folder();
    let at = folder.path();
    let breaks = "pgbouncer { instances 3; pool default=100 max-db=120 reserve=5 }";
    fs::write(at.join("breaks.kdl"), text("medium", breaks)).unwrap();
    let output = tierc(at, &["plan", "medium.kdl", "breaks.kdl", "--out", "plan"]);
    assert_eq!(code(&output), 3);
    assert!(
        stdout(&output).contains("error[connection-budget-exceeded]"),
        "{}",
        stdout(&output)
    );
    assert!(
        stderr(&output).contains("AFTER has errors"),
        "{}",
        stderr(&output)
    );
    assert!(!at.join("plan").exists());
}

#[test]
fn a_credential_is_in_no_plan_and_in_no_state() {
    let folder = folder();
    let at = folder.path();
    let secret = "postgres://app:hunter2hunter2@db.example.com/app";
    let env = format!("api {{ env DATABASE_OTHER=\"{secret}\" }}");
    fs::write(at.join("secret.kdl"), text("medium", &env)).unwrap();
    for sides in [["medium.kdl", "secret.kdl"], ["secret.kdl", "medium.kdl"]] {
        for format in ["human", "json", "markdown"] {
            let output = tierc(
                at,
                &[
                    "plan", sides[0], sides[1], "--format", format, "--out", "plan",
                ],
            );
            let told = stdout(&output) + &stderr(&output);
            assert!(!told.contains("hunter2"), "{told}");
            assert_ne!(code(&output), 0);
        }
    }
    assert!(!at.join("plan").exists());
}

#[test]
fn folders_are_matched_by_name_and_what_one_side_has_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (side, name, tier) in [
        ("a", "one", "dev"),
        ("a", "two", "dev"),
        ("a", "old", "dev"),
        ("b", "one", "small"),
        ("b", "two", "dev"),
        ("b", "new", "small"),
    ] {
        fs::create_dir_all(at.join(side)).unwrap();
        let text = text(tier, "").replace("prod", name);
        fs::write(at.join(side).join(format!("{name}.kdl")), text).unwrap();
    }
    let output = tierc(at, &["plan", "a", "b", "--format", "json", "--out", "plan"]);
    assert_eq!(code(&output), 0);
    let report = fits_schema(&stdout(&output));
    let plans = report["environments"].as_array().unwrap();
    assert_eq!(plans.len(), 1);
    assert_eq!(plans[0]["environment"], "one");
    assert_eq!(
        (&report["new"], &report["gone"]),
        (&json!(["new"]), &json!(["old"]))
    );
    assert!(
        stderr(&output).contains("new is new"),
        "{}",
        stderr(&output)
    );
    assert!(
        stderr(&output).contains("old is removed"),
        "{}",
        stderr(&output)
    );
    assert!(at.join("plan/01/one").is_dir());
}

#[test]
fn a_revision_is_a_side() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let git = |arguments: &[&str]| {
        let status = std::process::Command::new("git")
            .current_dir(at)
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(status.status.success(), "{}", stderr(&status));
    };
    fs::write(at.join("prod.kdl"), text("small", "")).unwrap();
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "small"]);
    fs::write(at.join("prod.kdl"), text("medium", "")).unwrap();
    let report = planned(at, &["HEAD:prod.kdl", "prod.kdl"]);
    assert_eq!(
        report["environments"][0]["tiers"],
        json!({ "before": "small", "after": "medium" })
    );
    assert_eq!(exit(at, "plan", &["absent:prod.kdl", "prod.kdl"]), 1);
}

#[test]
fn the_same_plan_is_the_same_bytes() {
    let folder = folder();
    for format in ["human", "json", "markdown"] {
        let run = || {
            stdout(&tierc(
                folder.path(),
                &["plan", "dev.kdl", "xlarge.kdl", "--format", format],
            ))
        };
        assert_eq!(run(), run());
    }
}

#[test]
fn a_comment_holds_no_more_than_a_forge_takes() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for side in ["a", "b"] {
        fs::create_dir_all(at.join(side)).unwrap();
        let tier = if side == "a" { "dev" } else { "xlarge" };
        for number in 0..12 {
            let text = text(tier, "").replace("prod", &format!("e{number}"));
            fs::write(at.join(side).join(format!("e{number}.kdl")), text).unwrap();
        }
    }
    let told = stdout(&tierc(at, &["plan", "a", "b", "--format", "markdown"]));
    assert!(told.len() <= 65_536, "{}", told.len());
    assert_eq!(told.matches("### e").count(), 12);
    assert!(told.contains("more steps do not fit here"), "{told}");
    assert_eq!(told.matches("```").count() % 2, 0);
}
