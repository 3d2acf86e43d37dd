//! What changes, and why.

use std::collections::BTreeMap;

use tierc::diff::{Cause, Changes, Place, Presence, Root};
use tierc::impact::Class;

use super::{changes, impacted, prod};

fn cause<'a>(changes: &'a Changes, path: &str) -> &'a Cause {
    &changes
        .at(path)
        .unwrap_or_else(|| panic!("{path} changes"))
        .cause
}

#[test]
fn equal_states_do_not_differ() {
    assert!(changes(&prod("large", ""), &prod("large", "")).is_empty());
}

#[test]
fn what_the_tier_brings_follows_the_tier_and_what_the_file_says_is_stated() {
    let found = changes(
        &prod("medium", ""),
        &prod("large", "api { replicas max=40 }"),
    );
    assert_eq!(cause(&found, "tier"), &Cause::Stated);
    assert_eq!(cause(&found, "api.replicas.max"), &Cause::Stated);
    assert_eq!(cause(&found, "api.replicas.min"), &Cause::Tier);
    let Cause::Follows(inputs) = cause(&found, "pgbouncer.pool.default") else {
        panic!("pool sizes are derived")
    };
    assert!(
        inputs.contains(&"api.replicas.max".to_owned()),
        "{inputs:?}"
    );
}

#[test]
fn a_derived_value_folds_under_the_stated_one_that_moves_it() {
    let found = changes(
        &prod("medium", ""),
        &prod("medium", "api { replicas max=26 }"),
    );
    let folds = found.folded();
    assert_eq!(folds.len(), 1);
    assert_eq!(folds[0].root, Root::Stated("api.replicas.max".into()));
    assert_eq!(folds[0].changes[0].path, "api.replicas.max");
    assert!(folds[0].changes.len() > 1, "{folds:?}");
}

#[test]
fn a_statement_that_is_taken_back_is_stated() {
    let found = changes(
        &prod("medium", "pgbouncer { pool default=60 }"),
        &prod("medium", ""),
    );
    assert_eq!(cause(&found, "pgbouncer.pool.default"), &Cause::Stated);
}

#[test]
fn a_renamed_pool_is_one_rename_and_the_names_that_follow() {
    let pool = |name: &str| format!("worker \"{name}\" {{ queue \"queue:jobs\" length=9 }}");
    let found = changes(
        &prod("small", &pool("jobs")),
        &prod("small", &pool("tasks")),
    );
    let names: Vec<_> = found.renames.iter().map(|it| it.names.clone()).collect();
    assert_eq!(names.len(), 1);
    assert_eq!(
        (names[0].before.as_str(), names[0].after.as_str()),
        ("jobs", "tasks")
    );
    let paths: Vec<_> = found.changes.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["worker.tasks.name"]);
    assert!(found.parts.is_empty());
}

#[test]
fn a_pool_that_is_also_changed_is_another_pool() {
    let pool = |name: &str, length: u32| {
        prod(
            "small",
            &format!("worker \"{name}\" {{ queue \"queue:jobs\" length={length} }}"),
        )
    };
    let found = changes(&pool("jobs", 9), &pool("tasks", 10));
    assert!(found.renames.is_empty());
    let name = |it: &str| tierc::model::Name::parse(it).unwrap();
    let expected = BTreeMap::from([
        (Place::Worker(name("jobs")), Presence::Removed),
        (Place::Worker(name("tasks")), Presence::Added),
    ]);
    assert_eq!(found.parts, expected);
    assert!(found.changes.iter().all(|it| it.cause != Cause::Tier));
}

#[test]
fn medium_to_large_costs_a_failover_and_nothing_worse() {
    let (before, after) = (prod("medium", ""), prod("large", ""));
    let (found, impacts) = impacted(&before, &after);
    let worst = impacts.iter().max_by_key(|it| it.class).unwrap();
    assert_eq!(
        (worst.class, worst.seconds),
        (Class::Failover, Some((60, 120)))
    );
    let class = |path: &str| {
        let at = found.changes.iter().position(|it| it.path == path).unwrap();
        impacts[at].class
    };
    assert_eq!(class("database.max-connections"), Class::Failover);
    assert_eq!(class("database.storage.gib"), Class::OnlineDegraded);
    assert_eq!(class("pgbouncer.pool.default"), Class::Reload);
    assert_eq!(class("api.requests.cpu"), Class::Rolling);
    assert_eq!(class("api.replicas.max"), Class::Autoscaler);
}
