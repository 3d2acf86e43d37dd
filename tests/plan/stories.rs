//! Plans as they are told: every tier into every other, and the cases of `tests/cases/diff`.

use std::fs;

use crate::diff::pairs::{folder, pairs};
use crate::diff::{cases, fits_schema, stdout, tierc, transcript};
use crate::support::{project, snapshot};

#[test]
fn every_tier_into_every_other_is_told_in_every_format() {
    let folder = folder();
    for (before, after) in pairs() {
        let files = [format!("{before}.kdl"), format!("{after}.kdl")];
        let plan = |format: &str| {
            let arguments = ["plan", &files[0], &files[1], "--format", format];
            (
                tierc(folder.path(), &arguments),
                transcript(folder.path(), &arguments),
            )
        };
        let name = format!("{before}_to_{after}");
        snapshot("plan", &name, &plan("human").1);
        snapshot("plan", &format!("{name}_as_markdown"), &plan("markdown").1);
        let (output, told) = plan("json");
        fits_schema(&stdout(&output));
        // The others say the same in the same shape.
        if name == "medium_to_large" {
            snapshot("plan", &format!("{name}_as_json"), &told);
        }
    }
}

#[test]
fn every_case_of_a_change_is_told_with_its_steps() {
    let at = project("tests/cases/diff");
    for name in cases() {
        let folder = at.join(&name);
        let told = transcript(&folder, &["plan", "before.kdl", "after.kdl"]);
        let json = tierc(
            &folder,
            &["plan", "before.kdl", "after.kdl", "--format", "json"],
        );
        fits_schema(&stdout(&json));
        snapshot("plan", &format!("case_{name}"), &told);
    }
}

#[test]
fn a_plan_with_a_float_for_money_or_a_step_without_a_number_is_no_report() {
    let folder = folder();
    let output = tierc(
        folder.path(),
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
