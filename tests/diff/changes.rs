//! What changes, and why.

use std::collections::BTreeMap;

use tierc::diff::{Cause, Changes, DiffPlace, Presence, Root};
use tierc::impact::{Class, FeltBy};

use super::{changes, environment, impact, impacted, prod, text};

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
        (DiffPlace::Worker(name("jobs")), Presence::Removed),
        (DiffPlace::Worker(name("tasks")), Presence::Added),
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

const POOLS: &str = "worker \"worker\" { queue \"queue:decisions\" length=50 }\nworker \"batch\" { queue \"queue:batch\" length=20 }\n";

/// What `medium` does between two sets of node groups, at a path; its pools are those above.
fn placed(before: &str, after: &str, path: &str) -> (Class, FeltBy) {
    let side = |groups: &str| prod("medium", &format!("{POOLS}{groups}"));
    let impact = impact(&side(before), &side(after), path);
    (impact.class, impact.felt_by)
}

#[test]
fn pods_that_select_other_nodes_are_replaced() {
    let group = |more: &str| {
        format!("nodes \"own\" {{ instance \"m7g.xlarge\"; count min=2 max=10; {more} }}\n")
    };
    let pools = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        (Class::Rolling, FeltBy::Pools(names))
    };
    let (nobody, worker) = (group(""), group("runs \"worker\""));
    let (both, batch) = (group("runs \"worker\" \"batch\""), group("runs \"batch\""));
    assert_eq!(
        placed("", &worker, "nodes.own.runs.worker"),
        pools(&["worker"])
    );
    assert_eq!(
        placed("", &worker, "nodes.own.instance"),
        pools(&["worker"])
    );
    assert_eq!(
        placed(&worker, &both, "nodes.own.runs.batch"),
        pools(&["batch"])
    );
    assert_eq!(
        placed(&worker, &batch, "nodes.own.runs.batch"),
        pools(&["batch", "worker"])
    );
    assert_eq!(
        placed(&worker, &nobody, "nodes.own.runs.worker"),
        pools(&["worker"])
    );
    // Another open group with the same `capacity` moves no pod.
    assert_eq!(
        placed("", &nobody, "nodes.own.instance"),
        (Class::None, FeltBy::Nobody)
    );
    // If every open group is spot, the API runs on spot nodes. If one is not, it does not.
    let spot = "nodes \"general\" { capacity \"spot\" }\n";
    let beside = format!("{spot}{nobody}");
    let everyone = (Class::Rolling, FeltBy::Everyone);
    assert_eq!(placed(spot, &beside, "nodes.own.capacity"), everyone);
    // A new pool with new nodes moves no existing pod.
    let (old, new) = (
        prod("medium", ""),
        prod("medium", &format!("{POOLS}{batch}")),
    );
    assert_eq!(
        impact(&old, &new, "nodes.own.runs.batch").class,
        Class::None
    );
}

#[test]
fn another_name_moves_the_pods_that_select_nodes_by_it() {
    let lines = format!(
        "{POOLS}nodes \"own\" {{ instance \"m7g.xlarge\"; count min=2 max=10; runs \"worker\" }}"
    );
    let named = |lines: &str, name: &str| environment(&text("medium", lines).replace("prod", name));
    let found = impact(&named(&lines, "one"), &named(&lines, "two"), "environment");
    assert_eq!(
        (found.class, found.felt_by),
        (Class::Rolling, FeltBy::Pools(vec!["worker".into()]))
    );
    let found = impact(&named("", "one"), &named("", "two"), "environment");
    assert_eq!(found.class, Class::None);
}

#[test]
fn each_autoscaler_is_sourced_from_its_own_manual() {
    let source =
        |lines: &str, path: &str| impact(&prod("medium", ""), &prod("medium", lines), path).source;
    assert!(source("api { replicas max=30 }", "api.replicas.max").contains("autoscaling/v2"));
    assert!(
        source("api { scale-down window=\"7m\" }", "api.scale-down.window")
            .contains("autoscaling/v2")
    );
    assert!(
        source(
            "worker \"worker\" { queue \"queue:decisions\" length=50; replicas max=30 }",
            "worker.worker.replicas.max"
        )
        .starts_with("KEDA")
    );
}
