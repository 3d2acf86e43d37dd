//! Catalogues in a repository, each read at its own revision.

use std::fs;

use super::super::{code, fits_schema, snapshot, stderr, stdout, tierc, transcript};
use super::Repository;

/// The repository with the built-in catalogue in a folder, not committed yet.
fn with_catalogue() -> Repository {
    let repository = Repository::new();
    for (file, built_in) in [
        ("tiers.kdl", "tiers.kdl"),
        ("instances.kdl", "instances.kdl"),
        ("prices.kdl", "prices/us-east-1.kdl"),
    ] {
        let path = crate::support::project("schema/catalogue").join(built_in);
        repository.write(
            &format!("catalogue/{file}"),
            &fs::read_to_string(path).unwrap(),
        );
    }
    repository
}

/// Replaces the first occurrence of a text in a file of the catalogue.
fn edit(repository: &Repository, file: &str, was: &str, is: &str) {
    let path = format!("catalogue/{file}");
    let text = fs::read_to_string(repository.path().join(&path)).unwrap();
    let changed = text.replacen(was, is, 1);
    assert_ne!(text, changed);
    repository.write(&path, &changed);
}

#[test]
fn a_catalogue_in_the_repository_is_read_at_the_revision_too() {
    let repository = with_catalogue();
    repository.commit();
    edit(
        &repository,
        "tiers.kdl",
        "max-connections 200",
        "max-connections 250",
    );
    let catalogue = ["--catalogue", "catalogue"];
    let affected = [&["affected", "--base", "main"], &catalogue[..]].concat();
    // Three of the four environments are small, and only the catalogue changes for them.
    let names: Vec<String> = repository
        .differing(&affected)
        .into_iter()
        .map(|it| it.0)
        .collect();
    assert_eq!(names, ["one", "three", "two"]);
    snapshot(
        "affected_by_a_catalogue",
        &transcript(repository.path(), &affected),
    );
    let diff = [
        "diff",
        "--base",
        "main",
        "environments/one.kdl",
        "--catalogue",
        "catalogue",
    ];
    let output = tierc(
        repository.path(),
        &[&diff[..], &["--format", "json"]].concat(),
    );
    let report = fits_schema(&stdout(&output));
    let values = report["environments"][0]["changes"].as_array().unwrap();
    let of = |path: &str| values.iter().find(|it| it["path"] == path).unwrap();
    assert_eq!(of("database.max-connections")["cause"], "catalogue");
    assert_eq!(of("pgbouncer.pool.max-db")["root"], "catalogue");
}

#[test]
fn facts_of_the_catalogue_that_reach_the_output_affect_without_a_value() {
    let repository = with_catalogue();
    repository.commit();
    edit(
        &repository,
        "instances.kdl",
        "\"redis 7.1\" family=\"redis7\"",
        "\"redis 7.1\" family=\"redis7x\"",
    );
    let arguments = [
        "affected",
        "--base",
        "main",
        "--catalogue",
        "catalogue",
        "--format",
        "json",
    ];
    let report = fits_schema(&stdout(&tierc(repository.path(), &arguments)));
    let environments = report["environments"].as_array().unwrap();
    assert_eq!(environments.len(), 4);
    for environment in environments {
        assert_eq!(environment["values"], 0);
        let name = environment["environment"].as_str().unwrap();
        assert_eq!(
            environment["files"],
            serde_json::json!([format!("terraform/{name}.tfvars")])
        );
    }
}

#[test]
fn a_catalogue_that_the_revision_lacks_is_the_built_in_one() {
    let repository = with_catalogue();
    let output = tierc(
        repository.path(),
        &["diff", "--base", "main", "--catalogue", "catalogue"],
    );
    assert_eq!(code(&output), 0);
    assert_eq!(
        stderr(&output),
        "`main` has no `catalogue`, so its environments are read with the built-in catalogue\n"
    );
}

#[test]
fn other_prices_alone_are_a_difference_and_held_to_the_limit() {
    let repository = with_catalogue();
    repository.commit();
    edit(
        &repository,
        "prices.kdl",
        "node-type \"m7g.xlarge\" hourly=\"0.1632\"",
        "node-type \"m7g.xlarge\" hourly=\"0.3264\"",
    );
    let small = "environments/one.kdl";
    let catalogue = ["--catalogue", "catalogue"];
    let diff = [&["diff", "--base", "main", small], &catalogue[..]].concat();
    let told = transcript(repository.path(), &diff);
    snapshot("other_prices_alone", &told);
    assert!(told.contains("one: only prices change, +$"), "{told}");
    assert!(told.ends_with("--- exit 0\n"), "{told}");
    let gated = [&diff[..], &["--fail-on", "cost=+5%"]].concat();
    let output = tierc(repository.path(), &gated);
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    for format in ["json", "markdown", "html"] {
        let output = tierc(
            repository.path(),
            &[&diff[..], &["--format", format]].concat(),
        );
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        if format == "json" {
            fits_schema(&stdout(&output));
        }
    }
    // Environments whose prices do not change do not differ.
    let large = [
        &["diff", "--base", "main", "environments/four.kdl"],
        &catalogue[..],
    ]
    .concat();
    assert_eq!(code(&tierc(repository.path(), &large)), 0);
}
