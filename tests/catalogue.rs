//! The laws of the tier catalogue, and the shipped environments.

use tierc::compile::{self, CatalogueTexts};
use tierc::diagnostic::render::{Style, human};
use tierc::model::Environment;

use crate::support::{files, run, today};

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
        let shown = human(
            run.diagnostics(),
            &run.sources,
            Style {
                color: false,
                width: 100,
            },
        );
        assert_eq!(shown, "", "{}", path.display());
    }
}

#[test]
fn derived_pools_are_those_of_the_table() {
    let pools: Vec<_> = tiers()
        .iter()
        .map(|tier| {
            (
                tier.pgbouncer.instances.value,
                tier.pgbouncer.pool.default.value,
                tier.pgbouncer.pool.max_db.value,
            )
        })
        .collect();
    assert_eq!(
        pools,
        [
            (1, 25, 30),
            (2, 40, 50),
            (3, 55, 80),
            (4, 60, 120),
            (6, 70, 140)
        ]
    );
}

#[test]
fn no_capacity_shrinks_from_one_tier_to_the_next() {
    let capacities = |tier: &Environment| {
        [
            tier.api.workload.replicas.max.value,
            tier.worker
                .values()
                .map(|pool| pool.workload.replicas.max.value)
                .sum(),
            tier.pgbouncer.instances.value,
            tier.database.max_connections.value,
            tier.database.storage.gib.value,
            tier.database.replicas.count.value,
            tier.nodes.values().map(|group| group.count.max.value).sum(),
        ]
    };
    for pair in tiers().windows(2) {
        let (smaller, larger) = (capacities(&pair[0]), capacities(&pair[1]));
        assert!(
            smaller
                .iter()
                .zip(larger)
                .all(|(smaller, larger)| *smaller <= larger),
            "{smaller:?} {larger:?}"
        );
        assert_ne!(smaller, larger, "no two tiers are equal");
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
