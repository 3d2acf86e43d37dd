//! What exists while a step runs: more than in the state before or after it.

use tierc::pair::Pair;
use tierc::plan::order::Ways;
use tierc::plan::{Plan, PlannedStep, plan};

use super::{keeps_its_promise, prod, typed, with};

/// Plans a change, and checks that each step and each undo keeps the rules while it runs.
fn planned<R>(before: &str, after: &str, look: impl FnOnce(&Plan) -> R) -> R {
    with(before, after, |sides, request| {
        let plan = plan(request);
        assert!(plan.blocked.is_none(), "{:?}", plan.blocked);
        keeps_its_promise(sides, request, &plan);
        let mut state = sides.before;
        for step in &plan.steps {
            let ends = Pair::new(state, &step.state);
            let broken = request.broken_meanwhile(ends, Ways::Both, &[]);
            assert!(broken.is_empty(), "{}: {broken:?}", step.title);
            assert!(step.undo.is_ok(), "{}: {:?}", step.title, step.undo);
            state = &step.state;
        }
        look(&plan)
    })
}

/// The arithmetic of each rule that a change breaks while it runs, if one step makes all of it.
fn at_once(before: &str, after: &str, ways: Ways) -> Vec<String> {
    with(before, after, |sides, request| {
        let found = request.broken_meanwhile(sides, ways, &[]);
        let lines = found.iter().flat_map(|finding| &finding.notes);
        lines.cloned().collect()
    })
}

fn titles(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|it| it.title.as_str()).collect()
}

fn step<'a>(plan: &'a Plan, title: &str) -> &'a PlannedStep {
    let found = plan.steps.iter().find(|it| it.title.contains(title));
    found.unwrap_or_else(|| panic!("no step `{title}`: {:?}", titles(plan)))
}

/// The index of the first line that contains all of these.
fn place(lines: &[String], parts: &[&str]) -> usize {
    let holds = |line: &String| parts.iter().all(|part| line.contains(part));
    let found = lines.iter().position(holds);
    found.unwrap_or_else(|| panic!("{parts:?}: {lines:#?}"))
}

fn drain(time: &str) -> String {
    prod("large", &format!("pgbouncer {{ drain \"{time}\" }}"))
}

#[test]
fn a_shorter_drain_in_one_step_would_let_every_pod_drain_at_once() {
    let found = at_once(&drain("600s"), &drain("30s"), Ways::Forth);
    let sum = "4 x 120 (pgbouncer) + 4 x 120 (pgbouncer, draining) + 1 x 20 (direct) = 980 > 795 = 800 - 5";
    // Once for the primary, once for the read replica, which PgBouncer reaches as well.
    assert_eq!(found, [sum, sum]);
    assert!(at_once(&drain("30s"), &drain("600s"), Ways::Forth).is_empty());
    assert_eq!(
        at_once(&drain("30s"), &drain("600s"), Ways::Both),
        [sum, sum]
    );
}

#[test]
fn a_shorter_drain_keeps_the_longer_pace_until_the_old_pods_are_gone() {
    planned(&drain("600s"), &drain("30s"), |plan| {
        let expected = [
            "roll PgBouncer: drain 10m -> 30s",
            "set the pace of PgBouncer's rollouts: one pod every 10m -> 30s",
        ];
        assert_eq!(titles(plan), expected);
        let rolled = &plan.steps[0];
        assert_eq!(rolled.state.pgbouncer.min_ready.value.secs(), 600);
        let gone = [
            "app.kubernetes.io/name=kaireon-pgbouncer",
            "deletionTimestamp",
        ];
        place(&typed(&rolled.procedure).verify, &gone);
        // Step and undo start only when no pod drains, because a person may have restarted one.
        let paced = &plan.steps[1];
        for procedure in [&paced.procedure, paced.undo.as_ref().unwrap()] {
            let waits = place(&typed(procedure).apply, &gone);
            assert!(waits < place(&typed(procedure).apply, &["pgbouncer.yaml"]));
        }
    });
    planned(&drain("30s"), &drain("600s"), |plan| {
        let expected = [
            "set the pace of PgBouncer's rollouts: one pod every 30s -> 10m",
            "roll PgBouncer: drain 30s -> 10m",
        ];
        assert_eq!(titles(plan), expected);
        let back = plan.steps[1].undo.as_ref().unwrap();
        place(
            &typed(back).verify,
            &["kaireon-pgbouncer", "deletionTimestamp"],
        );
    });
}

/// Like a shorter drain alone: a rollout that shortens the drain and changes the pods in other ways.
#[test]
fn fewer_instances_and_a_shorter_drain_hold_in_one_roll() {
    let before = prod("large", "pgbouncer { drain \"600s\" }");
    let after = prod(
        "large",
        "pgbouncer { drain \"30s\"; instances 3; limits cpu=\"2\"; pool default=60 max-db=120 reserve=5 }",
    );
    planned(&before, &after, |plan| {
        let last = plan.steps.last().unwrap();
        assert!(last.title.contains("the pace"), "{:?}", titles(plan));
    });
}

#[test]
fn a_pace_shorter_than_the_drain_counts_every_pod_that_drains_meanwhile() {
    let pace = |time: &str| {
        prod(
            "large",
            &format!("pgbouncer {{ min-ready \"{time}\"; pool default=60 max-db=120 reserve=5 }}"),
        )
    };
    // 300 s of drain: one pod at a time, two, three, all four of them.
    for (time, fits) in [
        ("300s", true),
        ("299s", true),
        ("149s", false),
        ("1s", false),
    ] {
        let codes = crate::support::codes(&pace(time));
        let exceeded = codes.contains(&"connection-budget-exceeded".to_owned());
        assert_eq!(exceeded, !fits, "{time}: {codes:?}");
    }
    let derived = prod("large", "pgbouncer { min-ready \"100s\" }");
    with(&derived, &derived, |sides, _| {
        // (0.9 x 795 - 20) / (4 + 3 draining) = 99.3
        assert_eq!(sides.after.pgbouncer.pool.max_db.value, 95);
    });
}

#[test]
fn fewer_connections_of_a_pod_do_not_meet_a_larger_surge() {
    let with = |per_pod: u32, surge: &str| {
        let text = format!(
            "api {{ replicas min=3 max=20; connections per-pod={per_pod}; rollout max-surge=\"{surge}\" max-unavailable=1 }}
worker \"worker\" {{ queue \"queue:decisions\" length=50; replicas max=1; connections per-pod=5; rollout max-surge=0 max-unavailable=1 }}
pgbouncer {{ instances 1; clients max=420; pool default=60 max-db=120 reserve=5 }}"
        );
        prod("medium", &text)
    };
    let (before, after) = (with(20, "0%"), with(10, "100%"));
    let sum = "20 x 20 (api, old) + 20 x 10 (api, new) + 1 x 5 (worker.worker) = 605 > 420";
    assert_eq!(at_once(&before, &after, Ways::Forth), [sum]);
    planned(&before, &after, |plan| {
        assert_eq!(
            titles(plan),
            ["set api.connections.per-pod", "set api.rollout.max-surge"]
        );
    });
    // The other direction: the larger surge is applied before each pod opens more connections.
    assert!(at_once(&after, &before, Ways::Forth).is_empty());
    assert_eq!(at_once(&after, &before, Ways::Both), [sum]);
    planned(&after, &before, |plan| {
        assert_eq!(
            titles(plan),
            ["set api.rollout.max-surge", "set api.connections.per-pod"]
        );
    });
}

#[test]
fn smaller_pods_that_only_come_beside_the_old_ones_need_room_for_both() {
    // One pod of 3500m fills an m7g.xlarge.
    let with = |cpu: &str, rollout: &str| {
        let text = format!(
            "api {{ replicas min=3 max=12; requests cpu=\"{cpu}\" memory=\"1Gi\"; limits cpu=\"4\"; rollout {rollout} }}
worker \"worker\" {{ queue \"queue:decisions\" length=50; replicas min=0 max=1; requests cpu=\"100m\" memory=\"1Gi\"; rollout max-surge=0 max-unavailable=1 }}
pgbouncer {{ requests cpu=\"10m\" memory=\"128Mi\" }}
nodes \"general\" {{ instance \"m7g.xlarge\"; count min=3 max=12 }}"
        );
        prod("medium", &text)
    };
    let before = with("3500m", "max-surge=0 max-unavailable=1");
    let after = with("1750m", "max-surge=\"25%\" max-unavailable=0");
    let found = at_once(&before, &after, Ways::Forth);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("12 x 3500m and 1024Mi (api, old) + 3 x 1750m"),
        "{found:?}"
    );
    planned(&before, &after, |plan| {
        let first = step(plan, "requests.cpu").number;
        assert!(first < step(plan, "max-surge").number, "{:?}", titles(plan));
    });
    planned(&after, &before, |plan| {
        let last = step(plan, "requests.cpu").number;
        assert!(last > step(plan, "max-surge").number, "{:?}", titles(plan));
    });
}

#[test]
fn a_read_path_that_moves_is_open_both_ways_for_a_while() {
    let via = |via: &str| {
        let text = format!(
            "api {{ replicas max=100 }}\npgbouncer {{ pool default=60 max-db=120 reserve=5 }}
nodes \"general\" {{ count min=3 max=60 }}
database {{ replicas 1 via=\"{via}\" }}"
        );
        prod("large", &text)
    };
    let (pooled, direct) = (via("pgbouncer"), via("direct"));
    let sum = "4 x 120 (pgbouncer) + 1 x 120 (pgbouncer, draining) + 125 x 5 (api) + 1 x 20 (direct) = 1245 > 795 = 800 - 5";
    for (before, after) in [(&pooled, &direct), (&direct, &pooled)] {
        assert_eq!(at_once(before, after, Ways::Forth), [sum]);
        planned(before, after, |plan| {
            let moved = step(plan, "read from replicas over");
            // (795 - 625 - 20) / 5 pods
            assert_eq!(moved.state.pgbouncer.pool.max_db.value, 30);
            let lowered = step(plan, "pools temporarily");
            let back = step(plan, "restore PgBouncer's pools");
            assert!(lowered.number < moved.number && moved.number < back.number);
            place(
                &typed(&lowered.procedure).verify,
                &["SHOW DATABASES", "current_connections", "-le 30 ]"],
            );
            // Smaller pools affect clients: the step says how many may wait, and shows them.
            place(
                &typed(&lowered.procedure).notes,
                &["serve 120 clients at once instead of 240", "disconnects"],
            );
            place(
                &typed(&lowered.procedure).verify,
                &["SHOW POOLS", "cl_waiting"],
            );
            assert!(
                !typed(&back.procedure)
                    .verify
                    .join("\n")
                    .contains("SHOW POOLS")
            );
            assert_eq!(back.state.pgbouncer.pool.max_db.value, 120);
            let undo = back.undo.as_ref().unwrap();
            place(&typed(undo).verify, &["SHOW POOLS", "cl_waiting"]);
            place(&typed(undo).verify, &["SHOW DATABASES", "-le 30 ]"]);
            // (4 + 1) x 30 + 625 + 20 = 795: exactly the replica's limit, and the step says so.
            assert_eq!(moved.meanwhile.len(), 1);
            assert_eq!(moved.meanwhile[0].sum.total(), 795);
        });
    }
}

#[test]
fn a_read_path_that_no_pool_is_small_enough_for_is_refused_with_what_opens_the_way() {
    let via = |via: &str| {
        let text = format!(
            "api {{ replicas max=124 }}\npgbouncer {{ pool default=60 max-db=120 reserve=5 }}
nodes \"general\" {{ count min=3 max=60 }}
database {{ replicas 1 via=\"{via}\" }}"
        );
        prod("large", &text)
    };
    with(&via("pgbouncer"), &via("direct"), |_, request| {
        let blocked = plan(request).blocked.expect("no pool is below 1");
        assert_eq!(blocked.findings[0].code.0, "connection-budget-exceeded");
        let message = &blocked.findings[0].message;
        assert!(message.contains("during the step"), "{message}");
        let bridges: Vec<&str> = blocked
            .bridges
            .iter()
            .map(|it| it.message.as_str())
            .collect();
        let bridges = bridges.join("\n");
        assert!(
            bridges.contains("replicas max-connections=1400"),
            "{bridges}"
        );
    });
}

#[test]
fn pods_that_end_slowly_are_counted_until_they_are_gone() {
    let with = |max: u32, clients: u32| {
        let text = format!(
            "worker \"worker\" {{ queue \"queue:decisions\" length=50; replicas min=0 max={max}; grace \"1h\"; connections per-pod=10; requests cpu=\"250m\" memory=\"256Mi\" }}
pgbouncer {{ clients max={clients}; pool default=60 max-db=80 reserve=5 }}"
        );
        prod("medium", &text)
    };
    // 25 x 5 of the API, and all 26 terminating pods in addition to their 26 replacements.
    let codes = crate::support::codes(&with(26, 200));
    assert!(
        codes.contains(&"client-connections-exceeded".to_owned()),
        "{codes:?}"
    );
    planned(&with(26, 350), &with(5, 150), |plan| {
        let fewer = step(plan, "set the autoscaler of pool `worker`");
        let waits = place(
            &typed(&fewer.procedure).verify,
            &["kubectl get pods", "app=kaireon-worker", "-le 5 ]"],
        );
        let line = typed(&fewer.procedure).verify[waits].clone();
        assert!(!line.contains("status.replicas"), "{line}");
        assert!(fewer.number < step(plan, "set PgBouncer's pools").number);
    });
}

#[test]
fn a_pool_keeps_its_way_to_pgbouncer_until_its_last_pod_is_gone() {
    let batch = "worker \"batch\" { queue \"queue:batch\" length=10; replicas max=2; grace \"1h\"; requests cpu=\"250m\" memory=\"256Mi\"; limits cpu=\"1\" memory=\"1Gi\" }\nworker \"worker\" { queue \"queue:decisions\" length=50 }";
    let (with, without) = (
        prod("medium", batch),
        prod(
            "medium",
            "worker \"worker\" { queue \"queue:decisions\" length=50 }",
        ),
    );
    let gone = ["kubectl get pods", "app in (kaireon-worker-batch)", "-z"];
    planned(&with, &without, |plan| {
        let removed = &typed(&step(plan, "delete pool `batch`").procedure).apply;
        assert!(place(removed, &gone) < place(removed, &["pgbouncer.yaml"]));
    });
    planned(&without, &with, |plan| {
        let created = step(plan, "create pool `batch`");
        let undo = &typed(created.undo.as_ref().unwrap()).apply;
        assert!(place(undo, &gone) < place(undo, &["pgbouncer.yaml"]));
    });
}

fn service(replicas: u32, per_pod: u32, via: &str) -> String {
    prod(
        "medium",
        &format!(
            "service \"outbox\" {{ replicas {replicas}; requests cpu=\"100m\" memory=\"128Mi\"; connections per-pod={per_pod} via=\"{via}\" }}
pgbouncer {{ pool default=60 max-db=80 reserve=5 }}"
        ),
    )
}

#[test]
fn what_a_service_gives_back_is_waited_for() {
    // Through PgBouncer: the pods, and their client connections.
    planned(
        &service(5, 4, "pgbouncer"),
        &service(2, 3, "pgbouncer"),
        |plan| {
            let step = step(plan, "change service `outbox`");
            place(
                &typed(&step.procedure).requires,
                &["2 pods with at most 3 connections"],
            );
            let label = "app in (outbox,kaireon-outbox)";
            place(&typed(&step.procedure).verify, &[label, "-le 2 ]"]);
            place(
                &typed(&step.procedure).verify,
                &[label, "SHOW CLIENTS", "-le 6 ]"],
            );
        },
    );
    // Directly: the server counts the 20 `direct` connections in addition to those of the service.
    planned(&service(5, 3, "direct"), &service(2, 3, "direct"), |plan| {
        let step = step(plan, "change service `outbox`");
        place(
            &typed(&step.procedure).verify,
            &["pg_stat_activity", "-le 26 ]"],
        );
    });
    // The undo for a service that grows also waits.
    planned(&service(2, 3, "direct"), &service(5, 3, "direct"), |plan| {
        let undo = step(plan, "change service `outbox`").undo.as_ref().unwrap();
        place(&typed(undo).verify, &["pg_stat_activity", "-le 26 ]"]);
    });
}

#[test]
fn a_service_that_moves_keeps_its_way_to_pgbouncer_until_nothing_of_it_is_left_there() {
    let (pooled, direct) = (service(5, 2, "pgbouncer"), service(5, 2, "direct"));
    let gone = ["SHOW CLIENTS", "-le 0 ]"];
    planned(&pooled, &direct, |plan| {
        let apply = &typed(&step(plan, "change service `outbox`").procedure).apply;
        assert!(place(apply, &gone) < place(apply, &["pgbouncer.yaml"]));
    });
    planned(&direct, &pooled, |plan| {
        let step = step(plan, "change service `outbox`");
        place(
            &typed(&step.procedure).verify,
            &["pg_stat_activity", "-le 20 ]"],
        );
        // Only this step admits the service, so it cannot have moved before.
        let asked = typed(&step.procedure).requires.join("\n");
        assert!(!asked.contains("over pgbouncer"), "{asked}");
        place(
            &typed(&step.procedure).notes,
            &["over pgbouncer", "once the policy is applied"],
        );
        let undo = &typed(step.undo.as_ref().unwrap()).apply;
        assert!(place(undo, &gone) < place(undo, &["pgbouncer.yaml"]));
    });
}

#[test]
fn connections_that_are_set_aside_no_more_are_waited_for() {
    let admin = |count: u32| prod("medium", &format!("database {{ direct admin={count} }}"));
    planned(&admin(40), &admin(10), |plan| {
        let step = step(plan, "change the reserve for direct connections");
        place(&typed(&step.procedure).requires, &["use at most 20"]);
        place(
            &typed(&step.procedure).verify,
            &["pg_stat_activity", "-le 20 ]"],
        );
        let back = step.undo.as_ref().unwrap();
        assert!(back.verify.is_empty(), "{back:?}");
    });
}

/// Like a deleted pool: a renamed pool is removed under its old name.
#[test]
fn a_renamed_deployment_is_let_in_before_it_comes_and_shut_out_once_it_is_gone() {
    let named = |name: &str| prod("medium", &format!("api {{ name \"{name}\" }}"));
    let (one, other) = (named("first-api"), named("second-api"));
    for (before, after, old, new) in [
        (&one, &other, "first-api", "second-api"),
        (&other, &one, "second-api", "first-api"),
    ] {
        planned(before, after, |plan| {
            let step = step(plan, "roll the API's pods");
            let order = [
                place(
                    &typed(&step.procedure).apply,
                    &["kubectl patch networkpolicy", new],
                ),
                place(&typed(&step.procedure).apply, &["api-hpa.yaml"]),
                place(&typed(&step.procedure).apply, &["helm upgrade"]),
                place(
                    &typed(&step.procedure).apply,
                    &["kubectl get pods", old, "-z"],
                ),
                place(
                    &typed(&step.procedure).apply,
                    &["kubectl apply", "pgbouncer.yaml"],
                ),
            ];
            assert!(order.is_sorted(), "{:#?}", step.procedure.apply);
        });
    }
}

/// Without a node, a pod's architecture is in doubt. That ends with the step that gives it one, so the rules of
/// nodes judge the pods again.
#[test]
fn pods_that_get_nodes_again_have_to_fit_on_them() {
    let nodes = "nodes \"general\" { count min=1 max=3";
    let before = prod("dev", &format!("{nodes}; runs \"elsewhere\" }}"));
    let more = "pgbouncer { clients max=3000 }\napi { replicas min=7 max=60 }";
    let after = prod("dev", &format!("{more}\n{nodes} }}"));
    with(&before, &after, |_, request| {
        let blocked = plan(request).blocked.expect("too few nodes");
        let codes: Vec<&str> = blocked.findings.iter().map(|it| it.code.0).collect();
        assert!(codes.contains(&"node-capacity-exceeded"), "{codes:?}");
    });
}
