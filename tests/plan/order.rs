//! The order of actions within a step, and actions that no step has.

use tierc::model::{Environment, Use};
use tierc::plan::{Plan, PlannedStep, plan};

use super::{keeps_its_promise, prod, tier, typed, with};

fn planned<R>(before: &str, after: &str, look: impl FnOnce(&Plan) -> R) -> R {
    with(before, after, |sides, request| {
        let plan = plan(request);
        assert!(plan.blocked.is_none(), "{:?}", plan.blocked);
        keeps_its_promise(sides, request, &plan);
        look(&plan)
    })
}

fn step<'a>(plan: &'a Plan, title: &str) -> &'a PlannedStep {
    let found = plan.steps.iter().find(|it| it.title.contains(title));
    found.unwrap_or_else(|| panic!("no step `{title}`"))
}

/// Asserts that lines contain these words in this order.
fn in_order(lines: &[String], words: &[&str]) {
    let mut rest = lines.iter();
    for word in words {
        let found = rest.any(|line| line.contains(word));
        assert!(found, "`{word}` is not in its place: {lines:#?}");
    }
}

const ONE_GROUP: &str =
    "redis \"cache\" { uses \"cache\" \"queue\" \"sessions\"; policy \"noeviction\" }";
const OWN_QUEUE: &str = "redis \"jobs\" { engine \"redis\" version=\"7.1\"; node \"cache.r6g.large\"; replicas 1; policy \"noeviction\"; uses \"queue\"; tls \"required\" }";

#[test]
fn a_use_and_the_variable_that_leads_to_it_move_together() {
    let leads_to_queue = |state: &Environment| {
        let (_, group) = state.redis_for(Use::Queue).unwrap();
        assert_eq!(group.env_url.value, "REDIS_URL");
    };
    for (before, after) in [
        (tier("medium"), prod("medium", ONE_GROUP)),
        (prod("medium", ONE_GROUP), tier("medium")),
        (tier("medium"), prod("medium", OWN_QUEUE)),
        (prod("medium", OWN_QUEUE), tier("medium")),
        (tier("dev"), tier("xlarge")),
        (tier("xlarge"), tier("dev")),
    ] {
        planned(&before, &after, |plan| {
            plan.steps.iter().for_each(|it| leads_to_queue(&it.state));
        });
    }
    planned(&tier("medium"), &prod("medium", ONE_GROUP), |plan| {
        let moved = step(plan, "move uses between Redis groups");
        in_order(
            &typed(&moved.procedure).apply,
            &["scaledobject.yaml", "helm"],
        );
        let needed = typed(&moved.procedure).requires.join("\n");
        assert!(needed.contains("queues of Redis group `queue` are empty"));
        assert!(moved.number < step(plan, "delete Redis group `queue`").number);
    });
}

#[test]
fn a_group_goes_when_no_pod_is_left_that_knew_it_and_comes_back_with_its_variable() {
    planned(&tier("xlarge"), &tier("dev"), |plan| {
        let deleted = step(plan, "delete Redis group");
        let apply = &typed(&deleted.procedure).apply;
        let order = [
            "helm",
            "rollout status",
            "deletionTimestamp",
            "delete-replication-group",
        ];
        in_order(apply, &order);
        assert!(deleted.procedure.requires.is_empty());
        if let Ok(back) = &deleted.undo {
            in_order(
                &typed(back).apply,
                &["terraform", "describe-replication-groups", "helm"],
            );
        }
    });
}

#[test]
fn what_things_are_called_and_where_they_stand_stays() {
    for (more, line) in [
        ("app \"shop\"", "app \"kaireon\""),
        ("cluster \"eks2\"", "cluster \"prod\""),
        ("namespace \"other\"", "namespace \"kaireon\""),
        (
            "database { name \"other\" }",
            "database { name \"kaireon-prod\" }",
        ),
        (
            "database { dbname \"other\" }",
            "database { dbname \"kaireon\" }",
        ),
        (
            "database { master \"other\" }",
            "database { master \"postgres\" }",
        ),
        (
            "redis \"queue\" { name \"adopted-q\" }",
            "redis \"queue\" { name \"kaireon-prod-queue\" }",
        ),
    ] {
        planned(&tier("medium"), &prod("medium", more), |plan| {
            assert!(plan.steps.is_empty(), "{more}: {:?}", plan.steps);
            assert_eq!(plan.kept.len(), 1, "{more}");
            assert_eq!(plan.kept[0].line(), line);
            assert!(
                plan.kept[0]
                    .reason
                    .contains("create the new one beside the old one")
            );
        });
    }
    let elsewhere = tier("medium").replace("us-east-1", "eu-west-1");
    planned(&tier("medium"), &elsewhere, |plan| {
        assert!(plan.steps.is_empty());
        assert_eq!(plan.kept[0].line(), "region \"us-east-1\"");
    });
}

#[test]
fn the_application_moves_to_another_role_while_both_are_known() {
    let renamed = prod("medium", "database { user \"shop\" }");
    planned(&tier("medium"), &renamed, |plan| {
        assert!(plan.kept.is_empty(), "{:?}", plan.kept);
        assert_eq!(plan.steps.len(), 1, "{:?}", plan.steps);
        let procedure = &plan.steps[0].procedure;
        let requires = procedure.requires.join("\n");
        assert!(requires.contains("the role `shop` exists"), "{requires}");
        assert!(
            requires.contains("`postgresql://shop:PASSWORD@"),
            "{requires}"
        );
        for asked in [
            &requires,
            &plan.steps[0].undo.as_ref().unwrap().requires.join("\n"),
        ] {
            let list = asked.lines().find(|line| line.contains("`userlist.txt`"));
            let both = list.is_some_and(|it| it.contains("kaireon") && it.contains("shop"));
            assert!(both, "{asked}");
        }
        let apply = typed(procedure).apply.join("\n");
        assert!(apply.contains("rollout restart deployment/"), "{apply}");
        assert!(!apply.contains("terraform"), "{apply}");
        let notes = procedure.notes.join("\n");
        assert!(notes.contains("keep the line of `kaireon`"), "{notes}");
    });
}

#[test]
fn a_pooler_keeps_its_name_and_the_budget_of_one_fleet() {
    let renamed = prod("medium", "pgbouncer { name \"pgb\" }");
    planned(&tier("medium"), &renamed, |plan| {
        assert!(plan.steps.is_empty(), "{:?}", plan.steps);
        assert_eq!(plan.kept.len(), 1);
        assert_eq!(
            plan.kept[0].line(),
            "pgbouncer { name \"kaireon-pgbouncer\" }"
        );
        let reason = &plan.kept[0].reason;
        assert!(reason.contains("halve `pool max-db`"), "{reason}");
    });
}

#[test]
fn a_version_that_says_less_is_not_older() {
    let engine = |version: &str| prod("medium", &format!("database {{ engine \"{version}\" }}"));
    for (before, after, stays) in [
        ("16.4", "16", false),
        ("16", "16.4", false),
        ("16.10", "16.4", true),
    ] {
        planned(&engine(before), &engine(after), |plan| {
            assert_eq!(!plan.kept.is_empty(), stays, "{before} -> {after}");
        });
    }
    planned(&engine("16.4"), &engine("16"), |plan| {
        // RDS would take 16 for its default minor version.
        let typed = typed(&plan.steps[0].procedure).apply.join("\n");
        assert!(!typed.contains("--engine-version"), "{typed}");
        assert!(typed.contains("--auto-minor-version-upgrade"), "{typed}");
    });
}

#[test]
fn what_only_goes_forward_stays() {
    let group = |more: &str| prod("medium", &format!("redis \"queue\" {{ {more} }}"));
    let clustered = |mode: &str| prod("medium", &format!("redis \"cache\" {{ cluster {mode} }}"));
    for (before, after, line) in [
        (
            prod("medium", "database { engine \"17\" }"),
            tier("medium"),
            "database { engine \"17\" }",
        ),
        (
            group("engine \"redis\" version=\"7.1\""),
            group("engine \"redis\" version=\"7.0\""),
            "redis \"queue\" { engine \"redis\" version=\"7.1\" }",
        ),
        (
            group("engine \"valkey\" version=\"8.0\""),
            tier("medium"),
            "redis \"queue\" { engine \"valkey\" version=\"8.0\" }",
        ),
        (
            clustered("shards=2 mode=\"enabled\""),
            tier("medium"),
            "redis \"cache\" { cluster shards=2 mode=\"enabled\" }",
        ),
    ] {
        planned(&before, &after, |plan| {
            assert!(plan.steps.is_empty(), "{line}: {:?}", plan.steps);
            assert_eq!(plan.kept.len(), 1, "{line}");
            assert_eq!(plan.kept[0].line(), line);
        });
    }
}

#[test]
fn a_volume_goes_back_to_the_performance_that_comes_with_it() {
    let more = "database { storage gib=500 max-gib=1000 iops=16000 throughput=750 }";
    let plain = "database { storage gib=500 max-gib=1000 }";
    let included = ["--iops 12000 --storage-throughput 500 --apply-immediately"];
    let (more, plain) = (prod("medium", more), prod("medium", plain));
    planned(&more, &plain, |plan| {
        let procedure = &step(plan, "change the volume").procedure;
        in_order(&typed(procedure).apply, &included);
        in_order(&typed(procedure).verify, &["nothing 12000 500'"]);
    });
    planned(&plain, &more, |plan| {
        let undo = step(plan, "change the volume").undo.as_ref().unwrap();
        in_order(&typed(undo).apply, &included);
    });
}

#[test]
fn an_instance_that_was_never_touched_is_not_done() {
    let larger = "database { instance \"db.r6g.2xlarge\"; max-connections 800 }";
    planned(&tier("medium"), &prod("medium", larger), |plan| {
        let verify = typed(&step(plan, "resize the database").procedure).verify;
        in_order(
            &verify,
            &["nothing in-sync db[.]r6g[.]2xlarge 16([.][0-9]+)*'"],
        );
    });
}

#[test]
fn pods_leave_the_last_replica_before_pgbouncer_and_pgbouncer_before_it_goes() {
    let order = [
        "helm",
        "rollout status",
        "deletionTimestamp",
        "kubectl apply -k",
        "sha256sum",
        "delete-db-instance",
    ];
    planned(&tier("large"), &tier("medium"), |plan| {
        in_order(
            &typed(&step(plan, "set the read replicas").procedure).apply,
            &order,
        );
    });
    planned(&tier("medium"), &tier("large"), |plan| {
        let undo = step(plan, "set the read replicas").undo.as_ref().unwrap();
        in_order(&typed(undo).apply, &order);
    });
}

#[test]
fn pods_leave_the_entry_for_reads_before_pgbouncer_drops_it_and_come_once_it_is_there() {
    let leaves = [
        "rollout restart",
        "rollout status",
        "deletionTimestamp",
        "kubectl apply -k",
        "sha256sum",
    ];
    let comes = [
        "kubectl apply -k",
        "sha256sum",
        "kubectl diff",
        "base64 -d | grep -q -F @kaireon-pgbouncer:6432/kaireon_read",
        "rollout restart",
    ];
    let direct = prod("large", "database { replicas 1 via=\"direct\" }");
    let pooled = prod("large", "database { replicas 1 }");
    planned(&pooled, &direct, |plan| {
        let step = step(plan, "read");
        in_order(&typed(&step.procedure).requires, &["`read-url`"]);
        in_order(&typed(&step.procedure).apply, &leaves);
        let back = step.undo.as_ref().unwrap();
        in_order(&typed(back).apply, &comes);
        assert!(!back.requires.join("\n").contains("read-url"), "{back:#?}");
    });
    planned(&direct, &pooled, |plan| {
        let step = step(plan, "read");
        in_order(&typed(&step.procedure).apply, &comes);
        // A pod that restarts by itself reads the key, which bypasses PgBouncer until then.
        let needed = typed(&step.procedure).requires.join("\n");
        assert!(!needed.contains("read-url"), "{needed}");
        in_order(
            &typed(&step.procedure).notes,
            &["after PgBouncer has the entry"],
        );
        let back = step.undo.as_ref().unwrap();
        in_order(&typed(back).requires, &["`read-url`"]);
        in_order(&typed(back).apply, &leaves);
    });
}

#[test]
fn pods_look_for_the_first_replica_once_every_pgbouncer_has_its_entry() {
    let order = [
        "terraform apply",
        "describe-db-instances",
        "kubectl apply -k",
        "kill -HUP",
        "kubectl diff",
        "helm upgrade",
    ];
    let one = prod("medium", "database { replicas 1 }");
    planned(&tier("medium"), &one, |plan| {
        in_order(&typed(&step(plan, "read replica").procedure).apply, &order);
    });
    planned(&one, &tier("medium"), |plan| {
        let undo = step(plan, "read replica").undo.as_ref().unwrap();
        in_order(&typed(undo).apply, &order);
    });
}

#[test]
fn an_encrypted_address_is_filled_in_when_the_group_takes_it() {
    let with = |tls: &str| prod("medium", &format!("redis \"cache\" {{ tls \"{tls}\" }}"));
    planned(&with("off"), &with("preferred"), |plan| {
        let offered = step(plan, "offer TLS");
        let needed = typed(&offered.procedure).requires.join("\n");
        assert!(!needed.contains("rediss://"), "{needed}");
        let order = [
            "transit-encryption-mode preferred",
            "^rediss://",
            "rollout restart",
        ];
        in_order(&typed(&offered.procedure).apply, &order);
        let back = offered.undo.as_ref().unwrap();
        in_order(&typed(back).requires, &["`redis://"]);
        let order = [
            "rollout restart",
            "rollout status",
            "--no-transit-encryption-enabled",
        ];
        in_order(&typed(back).apply, &order);
    });
}

#[test]
fn clients_speak_to_a_cluster_before_it_is_one() {
    let on = prod(
        "medium",
        "redis \"queue\" { cluster shards=2 mode=\"enabled\" }",
    );
    with(&tier("medium"), &on, |_, request| {
        let plan = plan(request);
        let switched = step(&plan, "to cluster mode");
        let order = ["helm", "rollout status", "--cluster-mode enabled"];
        in_order(&typed(&switched.procedure).apply, &order);
        let needed = typed(&switched.procedure).requires.join("\n");
        assert!(needed.contains("configuration endpoint"), "{needed}");
        let why = switched.undo.as_ref().unwrap_err();
        assert_eq!(why, "impossible: cluster mode cannot be turned off");
    });
}

#[test]
fn a_pool_and_the_nodes_that_name_it_are_bought_otherwise_in_one_step() {
    let none = prod("medium", "");
    let own = |nodes: &str, pool: &str| {
        let lines = format!(
            "nodes \"spot\" {{ instance \"m7g.xlarge\"; count min=0 max=9; capacity \"{nodes}\"; runs \"worker\" }}
worker \"worker\" {{ capacity \"{pool}\" }}"
        );
        prod("medium", &lines)
    };
    let (kept, spot) = (own("on-demand", "on-demand"), own("spot", "spot"));
    for (before, after, order) in [
        (&none, &spot, ["terraform apply", "helm upgrade"]),
        (&spot, &none, ["rollout status", "terraform apply"]),
    ] {
        planned(before, after, |plan| {
            let step = step(plan, "move pool `worker` to");
            in_order(&typed(&step.procedure).apply, &order);
        });
    }
    // If the group stays, a group with the new `capacity` is created beside it first.
    for (before, after) in [(&kept, &spot), (&spot, &kept)] {
        planned(before, after, |plan| {
            let place = |title: &str| step(plan, title).number;
            let order = [
                place("beside `spot`"),
                place("roll the pods of pool `worker`"),
                place("move the pods of node group `spot`"),
                place("create node group `spot` again"),
            ];
            assert!(order.is_sorted(), "{order:?}");
        });
    }
}

/// A title shows changed values, never unchanged ones instead.
#[test]
fn a_title_names_what_changes() {
    let with = |more: &str| prod("large", more);
    for (before, after, expected) in [
        (
            "database { storage gib=500 type=\"gp3\" iops=12000; }",
            "database { storage gib=500 type=\"io2\" iops=12000; }",
            "change the volume: type gp3 -> io2",
        ),
        (
            "database { storage gib=500 iops=12000 throughput=500; }",
            "database { storage gib=500 iops=14000 throughput=600; }",
            "change the volume: iops 12000 -> 14000, throughput 500 -> 600",
        ),
        (
            "database { storage gib=500 iops=12000; }",
            "database { storage gib=600 iops=14000; }",
            "500 GiB (max 1000 GiB) -> 600 GiB (max 1000 GiB); iops 12000 -> 14000",
        ),
        (
            "api { target cpu=70; }",
            "api { target cpu=60; }",
            "set the API's autoscaler: target cpu 70 -> 60",
        ),
        (
            "pgbouncer { drain \"300s\"; }",
            "pgbouncer { drain \"400s\"; }",
            "roll PgBouncer: drain 5m -> 400s",
        ),
        (
            "pgbouncer { clients max=500; }",
            "pgbouncer { clients max=550; }",
            "set PgBouncer's pools: clients max 500 -> 550",
        ),
        (
            "redis \"queue\" { data gib=2; }",
            "redis \"queue\" { data gib=3; }",
            "record the data size of Redis group `queue`: data gib 2 -> 3",
        ),
    ] {
        planned(&with(before), &with(after), |plan| {
            let titles: Vec<&str> = plan.steps.iter().map(|it| it.title.as_str()).collect();
            let said = titles.iter().any(|title| title.contains(expected));
            assert!(said, "{expected}: {titles:?}");
        });
    }
}

#[test]
fn a_pool_and_a_group_that_only_then_names_it_move_in_one_step() {
    let with = |runs: &str, capacity: &str| {
        let group = format!(
            "nodes \"own\" {{ instance \"m7g.xlarge\"; count min=1 max=9; capacity \"{capacity}\"{runs} }}"
        );
        prod(
            "medium",
            &format!("{group}\nworker \"worker\" {{ capacity \"{capacity}\" }}"),
        )
    };
    let (before, after) = (with("", "on-demand"), with("; runs \"worker\"", "spot"));
    planned(&before, &after, |plan| {
        let step = step(plan, "beside `own`");
        assert!(
            step.title
                .ends_with(", and move pool `worker` to spot nodes"),
            "{}",
            step.title
        );
        in_order(
            &typed(&step.procedure).apply,
            &["terraform apply", "helm upgrade"],
        );
    });
}

#[test]
fn a_pool_under_another_name_comes_before_the_old_one_goes_where_both_fit() {
    let pool = |name: &str, max: u32| {
        prod(
            "small",
            &format!(
                "worker \"{name}\" {{ queue \"queue:decisions\" length=50; replicas min=2 max={max} }}"
            ),
        )
    };
    planned(&pool("decisions", 4), &pool("jobs", 4), |plan| {
        let (made, gone) = (step(plan, "create pool `jobs`"), step(plan, "delete pool"));
        assert!(made.number < gone.number);
        assert!(gone.procedure.requires.is_empty(), "{gone:#?}");
    });
    // The nodes have room for only one of the pools: no pool reads the list meanwhile, and the step says so.
    planned(&pool("decisions", 10), &pool("jobs", 10), |plan| {
        let (made, gone) = (step(plan, "create pool `jobs`"), step(plan, "delete pool"));
        assert!(made.number > gone.number);
        in_order(
            &typed(&gone.procedure).requires,
            &["queue `queue:decisions` is empty"],
        );
        in_order(
            &typed(&gone.procedure).notes,
            &["no pool reads `queue:decisions`", "LLEN queue:decisions"],
        );
    });
}

#[test]
fn a_held_count_ends_after_each_pod_takes_less_and_begins_before_it_takes_more() {
    let api = |more: &str| {
        prod(
            "medium",
            &format!("api {{ replicas min=4 max=20; {more} }}"),
        )
    };
    let (held, free) = (
        api("hold 4; connections per-pod=8"),
        api("connections per-pod=4"),
    );
    planned(&held, &free, |plan| {
        let (rolled, set) = (step(plan, "roll the API"), step(plan, "API's autoscaler"));
        assert!(rolled.number < set.number);
    });
    planned(&free, &held, |plan| {
        let (rolled, set) = (step(plan, "roll the API"), step(plan, "API's autoscaler"));
        assert!(rolled.number > set.number);
        in_order(&typed(&set.procedure).verify, &["-le 4 ]"]);
    });
    let pool = |more: &str| {
        prod(
            "medium",
            &format!("worker \"worker\" {{ replicas min=2 max=20; {more} }}"),
        )
    };
    let (held, free) = (
        pool("pause at=3; connections per-pod=4"),
        pool("connections per-pod=2"),
    );
    planned(&held, &free, |plan| {
        let (rolled, set) = (
            step(plan, "roll the pods"),
            step(plan, "set the autoscaler"),
        );
        assert!(rolled.number < set.number);
    });
}

#[test]
fn a_group_that_stays_in_cluster_mode_keeps_the_replicas_it_needs() {
    let cache = |more: &str| prod("medium", &format!("redis \"cache\" {{ {more} }}"));
    planned(
        &cache("cluster shards=3; replicas 1"),
        &cache("replicas 0"),
        |plan| {
            assert!(plan.steps.is_empty(), "{:?}", plan.steps);
            assert_eq!(
                plan.kept[0].line(),
                "redis \"cache\" { cluster shards=3 mode=\"enabled\"; replicas 1 }"
            );
            assert!(
                plan.kept[0]
                    .paths
                    .contains(&"redis.cache.replicas".to_owned())
            );
        },
    );
    // Fewer shards do not concern cluster mode.
    planned(
        &cache("cluster shards=3; replicas 2"),
        &cache("replicas 1"),
        |plan| {
            step(plan, "set the replicas");
        },
    );
}

/// A pool that reads another list, or drops one of several lists, leaves a list without a reader.
#[test]
fn lists_that_lose_their_last_reader_are_named_with_how_to_count_what_is_left() {
    let pools = |first: &str, second: &str| {
        prod(
            "medium",
            &format!(
                "worker \"one\" {{ {first}; replicas min=1 max=2 }}\nworker \"two\" {{ {second}; replicas min=1 max=2 }}"
            ),
        )
    };
    let (a, b) = ("queue \"queue:a\" length=5", "queue \"queue:b\" length=5");
    let both = format!("{a}; {b}");
    let empty: [&str; 0] = [];
    for (before, after, unread) in [
        (pools(a, a), pools(a, b), &empty[..]),
        (pools(a, b), pools(a, a), &["queue:b"]),
        (pools(a, &both), pools(a, a), &["queue:b"]),
        (pools(a, b), pools(a, &both), &empty),
    ] {
        planned(&before, &after, |plan| {
            let changed = step(plan, "pool `two`");
            let (asked, told) = (
                typed(&changed.procedure).requires.join("\n"),
                typed(&changed.procedure).notes.join("\n"),
            );
            for list in unread {
                assert!(
                    asked.contains(&format!("queue `{list}` is empty")),
                    "{asked}"
                );
                let count = "redis-cli -u \"$REDIS_URL\" LLEN queue:b`; `REDIS_URL` is";
                assert!(told.contains(count), "{told}");
                assert!(told.contains("Redis group `queue`"), "{told}");
            }
            assert_eq!(asked.contains("consumers"), !unread.is_empty(), "{asked}");
            assert_eq!(told.contains("LLEN"), !unread.is_empty(), "{told}");
        });
    }
}

/// The runbook's commands created it, and no manifest has it.
#[test]
fn a_test_run_goes_with_its_script_when_its_load_test_does() {
    let test = |more: &str| {
        prod(
            "medium",
            &format!(
                "load-test \"peak\" url=\"https://example.com/\" {{ rate 1 for=\"5m\"; {more} }}"
            ),
        )
    };
    let (run, local) = (test("test-run parallelism=1"), test(""));
    for (before, after, deleted) in [
        (&run, &prod("medium", ""), true),
        (&run, &local, true),
        (&local, &prod("medium", ""), false),
    ] {
        planned(before, after, |plan| {
            let all: Vec<String> = plan
                .steps
                .iter()
                .flat_map(|it| typed(&it.procedure).apply)
                .collect();
            let line = "kubectl delete --ignore-not-found -n kaireon testrun/kaireon-load-peak configmap/kaireon-load-peak";
            let found = all.iter().any(|it| it == line);
            assert_eq!(found, deleted, "{all:#?}");
        });
        // The undo does not create it again: the runbook's commands do.
        planned(after, before, |plan| {
            for step in &plan.steps {
                assert!(!typed(&step.procedure).apply.join("\n").contains("testrun/"));
                let undo = step.undo.as_ref().map(|undo| typed(undo).apply);
                let undo = undo.unwrap_or_default().join("\n");
                assert_eq!(undo.contains("testrun/"), deleted, "{undo}");
            }
        });
    }
}

/// Kept values come with edits of AFTER's file. With these edits the file describes the last state of the
/// plan, and nothing is kept any more.
#[test]
fn the_edits_of_what_is_kept_make_after_say_what_the_plan_leaves() {
    let large = |more: &str| prod("large", more);
    let cache = |more: &str| prod("medium", &format!("redis \"cache\" {{ {more} }}"));
    let mut pairs = vec![
        (tier("medium"), prod("medium", "app \"other\"")),
        (
            tier("medium"),
            tier("medium").replace("us-east-1", "eu-west-1"),
        ),
        (
            tier("medium"),
            prod("medium", "pgbouncer { name \"shop-pooler\" }"),
        ),
        (
            tier("medium"),
            prod(
                "medium",
                "database { dbname \"other\"; max-connections 700 }",
            ),
        ),
        (
            tier("medium"),
            prod("medium", "redis \"queue\" { name \"adopted-q\" }"),
        ),
        (prod("medium", "database { engine \"17\" }"), tier("medium")),
        (
            prod(
                "medium",
                "redis \"queue\" { engine \"valkey\" version=\"8.0\" }",
            ),
            prod(
                "medium",
                "redis \"queue\" {\n    // a comment\n    replicas 2\n}",
            ),
        ),
        (cache("cluster shards=3; replicas 1"), cache("replicas 0")),
        (
            large("database { storage gib=900 max-gib=2000 }"),
            large("database { storage gib=400 iops=12000 throughput=500 }"),
        ),
        (
            large("database { storage gib=900 max-gib=2000 }"),
            large("database {\n    storage gib=400 max-gib=800 // as before\n}"),
        ),
    ];
    for before in super::TIERS {
        pairs.extend(super::TIERS.map(|after| (tier(before), tier(after))));
    }
    let mut kept = 0;
    for (before, after) in &pairs {
        super::with(before, after, |sides, request| {
            let plan = tierc::plan::plan(request);
            assert!(plan.blocked.is_none(), "{after}");
            let edits: Vec<_> = plan.kept.iter().flat_map(|it| it.edits.clone()).collect();
            if edits.is_empty() {
                return;
            }
            kept += 1;
            let edited = tierc::rewrite::apply(after, &edits).unwrap();
            let run = crate::support::run(&edited);
            assert!(!run.has_errors(), "{edited}");
            let stated = run.files[0].environment.as_ref().unwrap();
            let last = plan.steps.last().map_or(sides.before, |step| &step.state);
            let differing: Vec<String> =
                last.compare(stated).into_iter().map(|it| it.path).collect();
            assert!(differing.is_empty(), "{differing:?}:\n{edited}");
            super::with(before, &edited, |_, request| {
                assert!(tierc::plan::plan(request).kept.is_empty(), "{edited}");
            });
        });
    }
    assert!(kept > 15, "{kept}");
}

/// A blocked plan offers values as edits that match its sentence.
#[test]
fn what_opens_a_way_comes_as_edits() {
    let after = prod(
        "medium",
        "pgbouncer { drain \"30s\"; min-ready \"5s\"; pool default=60 max-db=120 }",
    );
    super::with(&tier("medium"), &after, |_, request| {
        let blocked = tierc::plan::plan(request)
            .blocked
            .expect("no order can hold this");
        let with_edits = blocked.bridges.iter().filter(|it| !it.edits.is_empty());
        let with_edits: Vec<_> = with_edits.collect();
        assert!(!with_edits.is_empty(), "{:?}", blocked.bridges);
        for help in with_edits {
            let edited = tierc::rewrite::apply(&after, &help.edits).unwrap();
            assert_ne!(edited, after, "{help:?}");
        }
    });
}
