//! Changes of single attributes and mixed ones: `tests/cases/diff/NAME/{before,after}.kdl`.

use std::fs;

use super::html::bare;
use super::{cases, fits_schema, snapshot, stdout, tierc, transcript};
use crate::support::project;

#[test]
fn every_case_is_told_as_it_was_read() {
    let folder = project("tests/cases/diff");
    for name in cases() {
        let folder = folder.join(&name);
        let read = |side: &str| fs::read_to_string(folder.join(format!("{side}.kdl"))).unwrap();
        let input = format!(
            "// before.kdl\n{}// after.kdl\n{}",
            read("before"),
            read("after")
        );
        let told = transcript(&folder, &["diff", "before.kdl", "after.kdl"]);
        assert!(
            told.lines().all(|line| line.chars().count() <= 80),
            "{told}"
        );
        let json = tierc(
            &folder,
            &["diff", "before.kdl", "after.kdl", "--format", "json"],
        );
        let report = fits_schema(&stdout(&json));
        let changes = report["environments"][0]["changes"].as_array();
        let values = changes.into_iter().flatten().map(|it| {
            let class = it["impact"]["class"].as_str().unwrap();
            let path = it["path"].as_str().unwrap();
            let fingerprint = it["fingerprint"].as_str().unwrap();
            format!("{path}: {class}, {}, {fingerprint}\n", it["cause"])
        });
        let values: String = values.collect();
        snapshot(&name, &format!("{input}---\n{told}---\n{values}"));
    }
}

/// One with a disruption, one without, and one with a finding. `formats.rs` holds the JSON of every case
/// against its text and its Markdown, and `html.rs` every page against the JSON.
const IN_EVERY_FORMAT: [&str; 3] = ["a_rule_breaks", "class_without_multi_az", "pgbouncer_image"];

#[test]
fn a_few_cases_are_told_in_every_format() {
    for name in IN_EVERY_FORMAT {
        let folder = project("tests/cases/diff").join(name);
        for format in ["json", "html"] {
            let arguments = ["diff", "before.kdl", "after.kdl", "--format", format];
            let told = stdout(&tierc(&folder, &arguments));
            let told = if format == "html" { bare(&told) } else { told };
            snapshot(&format!("{name}_as_{format}"), &told);
        }
    }
}
