//! Plans as text: every tier to its neighbours, and the cases of `tests/cases/diff`.

use std::fs;

use crate::diff::pairs::tiers;
use crate::diff::{TIERS, cases, fits_schema, stdout, tierc, transcript};
use crate::support::{project, snapshot};

/// Tiers one step apart, both ways. The steps of the other pairs are of the same kinds.
fn neighbours() -> impl Iterator<Item = (&'static str, &'static str)> {
    let up = TIERS.windows(2).map(|pair| (pair[0], pair[1]));
    up.clone().chain(up.map(|(before, after)| (after, before)))
}

#[test]
fn every_tier_into_its_neighbours_is_told() {
    let folder = tiers();
    for (before, after) in neighbours() {
        let files = [format!("{before}.kdl"), format!("{after}.kdl")];
        let told = transcript(folder, &["plan", &files[0], &files[1]]);
        snapshot("plan", &format!("{before}_to_{after}"), &told);
    }
}

/// One of each is enough: `formats.rs` holds both against the text, for every pair and every case.
#[test]
fn a_plan_as_markdown_and_as_json_is_told() {
    let folder = tiers();
    let arguments = ["plan", "small.kdl", "medium.kdl", "--format", "markdown"];
    let told = transcript(folder, &arguments);
    snapshot("plan", "small_to_medium_as_markdown", &told);
    let case = project("tests/cases/diff/storage_grows");
    let arguments = ["plan", "before.kdl", "after.kdl", "--format", "json"];
    let told = transcript(&case, &arguments);
    snapshot("plan", "case_storage_grows_as_json", &told);
}

#[test]
fn every_case_of_a_change_is_told_with_its_steps() {
    let at = project("tests/cases/diff");
    for name in cases() {
        let told = transcript(&at.join(&name), &["plan", "before.kdl", "after.kdl"]);
        snapshot("plan", &format!("case_{name}"), &told);
    }
}

#[test]
fn a_plan_with_a_float_for_money_or_a_step_without_a_number_is_no_report() {
    let folder = tiers();
    let output = tierc(
        folder,
        &["plan", "medium.kdl", "large.kdl", "--format", "json"],
    );
    let report = fits_schema(&stdout(&output));
    let schema = fs::read_to_string(project("schema/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let wrong: [(&str, serde_json::Value); 4] = [
        ("/environments/0/cost/before/floor", serde_json::json!(1.5)),
        ("/environments/0/steps/0/number", serde_json::Value::Null),
        (
            "/environments/0/steps/0/procedure/apply",
            serde_json::json!("ls"),
        ),
        ("/environments/0/worst/class", serde_json::json!("dire")),
    ];
    for (place, value) in wrong {
        let mut report = report.clone();
        *report.pointer_mut(place).unwrap() = value;
        assert!(!validator.is_valid(&report), "{place}");
    }
}
