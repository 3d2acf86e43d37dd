//! The laws of the tier catalogue, and the shipped environments.

mod consistency;
mod facts;
mod own;
mod public;
mod table;

use tierc::compile::{self, CatalogueTexts};
use tierc::model::Environment;

use crate::support::{files, run, shown, today};

fn tiers() -> Vec<Environment> {
    let run = compile::tiers(&CatalogueTexts::embedded(), today());
    run.files
        .into_iter()
        .map(|file| file.environment.expect("a tier resolves"))
        .collect()
}

#[test]
fn the_shipped_environments_give_no_finding_of_any_severity() {
    for path in files("environments", "kdl") {
        let run = run(&std::fs::read_to_string(&path).unwrap());
        assert_eq!(shown(&run), "", "{}", path.display());
    }
}

#[test]
fn a_resolved_environment_fits_its_schema() {
    let schema: serde_json::Value = serde_json::from_str(&tierc::schema::environment()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for tier in tiers() {
        let json = serde_json::to_value(&tier).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&json)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", tier.tier.value);
    }
}

#[test]
fn the_schema_in_the_tree_is_the_one_the_model_has() {
    let path = crate::support::project("schema/environment.schema.json");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed,
        tierc::schema::environment(),
        "write it with `cargo run -- schema > schema/environment.schema.json`"
    );
}
