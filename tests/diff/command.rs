//! The command: exit codes, limits, approvals, formats, and messages if there is no result.

use std::fs;

use super::pairs::folder;
use super::{code, exit, fits_schema, stderr, stdout, text, tierc};

#[test]
fn exit_codes_tell_differences_from_limits_and_from_what_is_wrong() {
    let folder = folder();
    let at = folder.path();
    fs::write(at.join("broken.kdl"), "environment \"prod\"\n").unwrap();
    let breaks = "pgbouncer { instances 3; pool default=100 max-db=120 reserve=5 }";
    fs::write(at.join("breaks.kdl"), text("medium", breaks)).unwrap();
    let cases: &[(&[&str], i32)] = &[
        (&["medium.kdl", "medium.kdl"], 0),
        (&["medium.kdl", "large.kdl"], 2),
        (&["medium.kdl", "breaks.kdl"], 3),
        (&["breaks.kdl", "medium.kdl"], 2),
        (&["medium.kdl", "broken.kdl"], 3),
        (&["broken.kdl", "medium.kdl"], 3),
        (
            &[
                "medium.kdl",
                "large.kdl",
                "--fail-on",
                "disruption=failover",
            ],
            4,
        ),
        (
            &["medium.kdl", "large.kdl", "--fail-on", "disruption=outage"],
            2,
        ),
        (&["medium.kdl", "large.kdl", "--fail-on", "cost=+20%"], 4),
        (&["medium.kdl", "large.kdl", "--fail-on", "cost=+200%"], 2),
        (&["medium.kdl", "large.kdl", "--fail-on", "cost=+500"], 4),
        (&["medium.kdl", "large.kdl", "--fail-on", "cost=+4000"], 2),
        (&["large.kdl", "medium.kdl", "--fail-on", "cost=+0"], 2),
        (
            &["medium.kdl", "breaks.kdl", "--fail-on", "disruption=reload"],
            3,
        ),
        (
            &["medium.kdl", "medium.kdl", "--fail-on", "disruption=none"],
            0,
        ),
        (&["medium.kdl"], 1),
        (&["medium.kdl", "absent.kdl"], 1),
        (&["medium.kdl", "."], 1),
        (&["medium.kdl", "@larg"], 1),
        (
            &["medium.kdl", "large.kdl", "--fail-on", "disruption=dire"],
            1,
        ),
        (&["medium.kdl", "large.kdl", "--fail-on", "cost=20"], 1),
        (&["medium.kdl", "large.kdl", "--approve", "0123456789ab"], 1),
    ];
    for (arguments, expected) in cases {
        assert_eq!(exit(at, "diff", arguments), *expected, "{arguments:?}");
        // Unless asked for, a difference is a success.
        let expected = if *expected == 2 { 0 } else { *expected };
        let usual = code(&tierc(at, &[&["diff"], *arguments].concat()));
        assert_eq!(usual, expected, "{arguments:?}");
    }
}

#[test]
fn an_approval_of_each_change_or_of_the_whole_opens_the_limit() {
    let folder = folder();
    let at = folder.path();
    let limited = [
        "diff",
        "medium.kdl",
        "large.kdl",
        "--fail-on",
        "disruption=failover",
    ];
    let told = stdout(&tierc(at, &limited));
    let exceeding: Vec<&str> = told
        .lines()
        .filter_map(|line| line.strip_prefix("  prod database.")?.rsplit(", ").next())
        .collect();
    assert_eq!(exceeding.len(), 2, "{told}");
    let with = |approved: &[&str]| {
        let mut arguments = limited.to_vec();
        arguments.extend(approved.iter().flat_map(|it| ["--approve", it]));
        code(&tierc(at, &arguments))
    };
    assert_eq!(with(&[]), 4);
    assert_eq!(with(&exceeding[..1]), 4);
    assert_eq!(with(&exceeding), 0);
    let whole = told
        .lines()
        .last()
        .unwrap()
        .strip_prefix("fingerprint ")
        .unwrap();
    assert_eq!(with(&[whole]), 0);
    let money = [
        "diff",
        "medium.kdl",
        "large.kdl",
        "--fail-on",
        "cost=+1",
        "--approve",
        whole,
    ];
    assert_eq!(code(&tierc(at, &money)), 0);
}

#[test]
fn an_approval_survives_an_unrelated_edit_and_not_a_worse_class() {
    let folder = folder();
    let at = folder.path();
    let class = "database { instance \"db.r6g.2xlarge\" }";
    let fingerprint = |before: &str, after: &str| {
        fs::write(at.join("before.kdl"), text("medium", before)).unwrap();
        fs::write(at.join("after.kdl"), text("medium", after)).unwrap();
        let output = tierc(at, &["diff", "before.kdl", "after.kdl", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        let changes = report["environments"][0]["changes"]
            .as_array()
            .unwrap()
            .clone();
        let found = changes
            .iter()
            .find(|it| it["path"] == "database.instance")
            .unwrap();
        found["fingerprint"].as_str().unwrap().to_owned()
    };
    let approved = fingerprint("", class);
    let edited = fingerprint(
        "labels a=\"1\"",
        &format!("labels a=\"1\" b=\"2\"\napi {{ replicas max=21 }}\n{class}"),
    );
    assert_eq!(approved, edited);
    let single = "database { multi-az #false }";
    let outage = fingerprint(
        single,
        "database { multi-az #false; instance \"db.r6g.2xlarge\" }",
    );
    assert_ne!(approved, outage);
}

#[test]
fn an_approval_that_names_nothing_is_said() {
    let folder = folder();
    let arguments = [
        "diff",
        "medium.kdl",
        "large.kdl",
        "--fail-on",
        "disruption=impossible",
        "--approve",
        "0123456789ab",
    ];
    let output = tierc(folder.path(), &arguments);
    assert_eq!(code(&output), 0);
    assert_eq!(
        stderr(&output),
        "warning: nothing that changes has the fingerprint `0123456789ab`\n"
    );
}

#[test]
fn a_limit_on_money_does_not_open_on_what_has_no_price() {
    let folder = folder();
    let at = folder.path();
    let moved = text("medium", "").replace("us-east-1", "eu-west-1");
    fs::write(at.join("moved.kdl"), moved).unwrap();
    let arguments = [
        "diff",
        "medium.kdl",
        "moved.kdl",
        "--fail-on",
        "cost=+100000",
    ];
    let output = tierc(at, &arguments);
    assert_eq!(code(&output), 4);
    assert!(
        stdout(&output).contains("unknown, because prices are missing"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn small_steps_of_many_environments_are_held_to_the_limit_together() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for side in ["before", "after"] {
        fs::create_dir(at.join(side)).unwrap();
        let node = if side == "before" {
            "m7g.xlarge"
        } else {
            "m7g.2xlarge"
        };
        for name in ["one", "two"] {
            let lines = format!("nodes \"general\" {{ instance \"{node}\" }}");
            let text = text("small", &lines).replace("prod", name);
            fs::write(at.join(format!("{side}/{name}.kdl")), text).unwrap();
        }
    }
    // $715 at the ceiling of each.
    let exit = |limit: &str| code(&tierc(at, &["diff", "before", "after", "--fail-on", limit]));
    assert_eq!(exit("cost=+700"), 4);
    assert_eq!(exit("cost=+1000"), 4);
    assert_eq!(exit("cost=+1500"), 0);
}

#[test]
fn every_format_tells_what_cannot_be_read() {
    let folder = folder();
    let at = folder.path();
    fs::write(at.join("broken.kdl"), "environment \"prod\"\n").unwrap();
    let output = tierc(at, &["diff", "medium.kdl", "broken.kdl"]);
    assert!(
        stderr(&output).contains("error[missing-node]"),
        "{}",
        stderr(&output)
    );
    let output = tierc(
        at,
        &["diff", "medium.kdl", "broken.kdl", "--format", "json"],
    );
    let report = fits_schema(&stdout(&output));
    assert_eq!(report["unread"][0]["code"], "missing-node");
    assert_eq!(report["environments"], serde_json::json!([]));
}

#[test]
fn a_name_that_differs_between_two_files_is_never_left_out_without_a_word() {
    let folder = folder();
    let at = folder.path();
    let other = |name: &str, tier: &str| {
        let text = text(tier, "").replace("\"prod\"", "\"other\"");
        fs::write(at.join(name), text).unwrap();
    };
    other("renamed.kdl", "medium");
    other("grown.kdl", "large");
    // The only difference: everything whose name derives from it is another resource.
    let renamed = tierc(at, &["diff", "medium.kdl", "renamed.kdl"]);
    assert_eq!(code(&renamed), 0);
    assert!(
        stdout(&renamed).contains("worst disruption: replace"),
        "{}",
        stdout(&renamed)
    );
    assert_eq!(exit(at, "diff", &["renamed.kdl", "renamed.kdl"]), 0);
    assert_ne!(exit(at, "plan", &["medium.kdl", "renamed.kdl"]), 0);
    // More than that: two states of one.
    let grown = tierc(at, &["diff", "medium.kdl", "grown.kdl"]);
    assert!(
        stderr(&grown).contains("`prod` and `other` are compared as two states of one environment")
    );
    assert!(stdout(&grown).contains("worst disruption: failover"));
    assert_eq!(
        stdout(&grown),
        stdout(&tierc(at, &["diff", "medium.kdl", "large.kdl"]))
    );
}

#[test]
fn all_lists_every_value_once() {
    let folder = folder();
    let output = tierc(folder.path(), &["diff", "medium.kdl", "large.kdl", "--all"]);
    let told = stdout(&output);
    let (_, values) = told.split_once("\nvalues\n").unwrap();
    let json = tierc(
        folder.path(),
        &["diff", "medium.kdl", "large.kdl", "--format", "json"],
    );
    let report = fits_schema(&stdout(&json));
    for change in report["environments"][0]["changes"].as_array().unwrap() {
        let path = format!("  {} ", change["path"].as_str().unwrap());
        assert_eq!(values.matches(&path).count(), 1, "{path}");
        assert_eq!(
            values
                .matches(change["fingerprint"].as_str().unwrap())
                .count(),
            1
        );
    }
}

#[test]
fn artifacts_are_the_rendered_files_that_differ() {
    let folder = folder();
    let output = tierc(
        folder.path(),
        &["diff", "small.kdl", "medium.kdl", "--artifacts"],
    );
    let told = stdout(&output);
    for line in [
        "--- before/terraform/prod.tfvars",
        "+++ after/terraform/prod.tfvars",
        "-    instance_class              = \"db.r6g.large\"",
        "+    instance_class              = \"db.r6g.xlarge\"",
    ] {
        let found = told
            .lines()
            .any(|it| it.split_whitespace().eq(line.split_whitespace()));
        assert!(found, "{line}\n{told}");
    }
    assert!(
        !told.contains("tierc.lock.json"),
        "the record repeats all others"
    );
}

#[test]
fn colour_is_only_where_it_is_asked_for() {
    let folder = folder();
    let arguments = ["diff", "medium.kdl", "large.kdl"];
    let plain = stdout(&tierc(folder.path(), &arguments));
    let coloured = stdout(&tierc(
        folder.path(),
        &["diff", "medium.kdl", "large.kdl", "--color", "always"],
    ));
    assert!(!plain.contains('\u{1b}'));
    assert!(
        coloured.contains("\u{1b}[33mworst disruption: failover 60-120 s\u{1b}[0m"),
        "{coloured}"
    );
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped += before;
        rest = after.split_once('m').unwrap().1;
    }
    assert_eq!(stripped + rest, plain);
}
