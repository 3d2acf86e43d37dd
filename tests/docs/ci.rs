//! The tables of docs/ci.md: every format and every exit code is there, and is as the table says.

use std::collections::BTreeSet;
use std::fs;

use crate::diff::{code, stdout, text, tierc};
use crate::support::project;

/// The first cells of the table below a heading of docs/ci.md.
fn rows(heading: &str) -> Vec<String> {
    let page = fs::read_to_string(project("docs/ci.md")).unwrap();
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|it| it.strip_prefix("| "));
    let rows = rows.skip(1).map(|it| it.split(" |").next().unwrap());
    rows.map(|it| it.trim_matches('`').to_owned()).collect()
}

#[test]
fn every_format_of_check_has_a_row() {
    let help = stdout(&tierc(&project("."), &["check", "--help"]));
    let (_, values) = help.split_once("--format <FORMAT>").unwrap();
    let values = values.lines().skip(1);
    let values = values.take_while(|it| !it.trim_start().starts_with("--"));
    let values = values.filter_map(|it| it.trim().strip_prefix("- ")?.split(':').next());
    let values: Vec<&str> = values.collect();
    assert!(values.len() > 5, "{help}");
    assert_eq!(rows("Formats of `check`"), values);
}

#[test]
fn every_exit_code_is_what_its_row_says() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let write = |name: &str, tier: &str, lines: &str| {
        fs::write(at.join(name), text(tier, lines)).unwrap();
    };
    write("medium.kdl", "medium", "");
    write("large.kdl", "large", "");
    write("slip.kdl", "medium", "api { limits cpu=1500m }");
    fs::create_dir(at.join("environments")).unwrap();
    write("environments/prod.kdl", "medium", "");
    assert_eq!(code(&tierc(at, &["render"])), 0);
    write("environments/prod.kdl", "large", "");
    let limited = ["medium.kdl", "large.kdl", "--fail-on", "cost=+1%"];
    let runs: [(i32, Vec<&str>); 10] = [
        (0, vec!["check", "medium.kdl"]),
        (0, vec!["diff", "medium.kdl", "large.kdl"]),
        (0, vec!["plan", "medium.kdl", "large.kdl"]),
        (1, vec!["check", "absent.kdl"]),
        (
            2,
            vec!["diff", "medium.kdl", "large.kdl", "--detailed-exitcode"],
        ),
        (
            2,
            vec!["plan", "medium.kdl", "large.kdl", "--detailed-exitcode"],
        ),
        (2, vec!["check", "slip.kdl", "--fix", "--diff"]),
        (3, vec!["check", "slip.kdl"]),
        (4, [&["diff", "--detailed-exitcode"], &limited[..]].concat()),
        (5, vec!["render", "--check"]),
    ];
    for (expected, arguments) in &runs {
        assert_eq!(code(&tierc(at, arguments)), *expected, "{arguments:?}");
    }
    let shown: BTreeSet<String> = runs.iter().map(|(code, _)| code.to_string()).collect();
    let rows: BTreeSet<String> = rows("Exit codes").into_iter().collect();
    assert_eq!(rows, shown);
}
