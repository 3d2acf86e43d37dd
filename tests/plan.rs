//! Plans: every intermediate state keeps the rules, and the last state is the right one.

mod command;
pub(crate) mod files;
mod formats;
mod order;
mod procedures;
mod schedules;
pub(crate) mod shell;
mod stories;
mod told;
mod transition;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use tierc::action::Action;
use tierc::catalogue::Catalogue;
use tierc::compile::CatalogueTexts;
use tierc::model::Environment;
use tierc::pair::Pair;
use tierc::plan::procedure::Procedure;
use tierc::plan::{Move, Plan, PlanRequest, plan};

use crate::support::{run, today};

const TIERS: [&str; 5] = ["dev", "small", "medium", "large", "xlarge"];

/// Both sides, with a catalogue of everything that they use.
fn with<R>(
    before: &str,
    after: &str,
    look: impl FnOnce(Pair<&Environment>, &PlanRequest<'_>) -> R,
) -> R {
    let (before, after) = (run(before), run(after));
    let waived = BTreeSet::new();
    let sides = Pair::new(
        before.files[0].environment.as_ref().unwrap(),
        after.files[0].environment.as_ref().unwrap(),
    );
    let request = PlanRequest {
        environments: sides,
        catalogue: catalogue(),
        waived: &waived,
        today: today(),
        root: "plan",
    };
    look(sides, &request)
}

/// A procedure as shell commands, each action as one text without line breaks in long commands.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) requires: Vec<String>,
    pub(crate) apply: Vec<String>,
    pub(crate) verify: Vec<String>,
    pub(crate) wait: Vec<String>,
    pub(crate) notes: Vec<String>,
}

impl From<&Procedure> for Typed {
    fn from(procedure: &Procedure) -> Self {
        let all = |actions: &[Action]| actions.iter().map(|it| unbroken(&it.shell())).collect();
        Self {
            requires: procedure.requires.clone(),
            apply: all(&procedure.apply),
            verify: all(&procedure.verify),
            wait: procedure.wait.clone(),
            notes: procedure.notes.clone(),
        }
    }
}

/// A procedure as shell commands.
fn typed(procedure: &Procedure) -> Typed {
    Typed::from(procedure)
}

/// Shell text with each long command on one line.
pub(crate) fn unbroken(shell: &str) -> String {
    let parts = shell.split(" \\\n").enumerate();
    let parts = parts.map(|(at, part)| if at == 0 { part } else { part.trim_start() });
    parts.collect::<Vec<_>>().join(" ")
}

/// The whole catalogue.
pub(crate) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        let (catalogue, _) = CatalogueTexts::embedded().everything("us-east-1");
        catalogue
    });
    &CATALOGUE
}

fn tier(tier: &str) -> String {
    format!("environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n")
}

fn prod(tier: &str, more: &str) -> String {
    format!("environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n{more}\n")
}

/// The property of every plan: no state has a steady error that BEFORE lacks, and the last state is
/// AFTER, except for kept values.
fn keeps_its_promise(sides: Pair<&Environment>, request: &PlanRequest<'_>, plan: &Plan) {
    let allowed = request.errors(sides.before);
    for step in &plan.steps {
        let broken = request.new_errors(&step.state, &allowed);
        assert!(broken.is_empty(), "step {}: {broken:?}", step.number);
    }
    let last = plan.steps.last().map_or(sides.before, |step| &step.state);
    let kept: Vec<&String> = plan.kept.iter().flat_map(|kept| &kept.paths).collect();
    for difference in last.compare(sides.after) {
        assert!(
            kept.contains(&&difference.path),
            "{} is left",
            difference.path
        );
    }
}

#[test]
fn every_pair_of_tiers_has_a_plan_that_keeps_every_rule_on_the_way() {
    for before in TIERS {
        for after in TIERS {
            with(&tier(before), &tier(after), |sides, request| {
                let plan = plan(request);
                assert!(
                    plan.blocked.is_none(),
                    "{before} -> {after}: {:?}",
                    plan.blocked
                );
                assert_eq!(plan.steps.is_empty(), before == after);
                keeps_its_promise(sides, request, &plan);
            });
        }
    }
}

/// The rules that states break if the moves are made in this order.
fn broken_rules(request: &PlanRequest<'_>, moves: &[Move], order: &[usize]) -> BTreeSet<String> {
    let allowed = request.errors(request.environments.before);
    let mut state = request.environments.before.clone();
    let mut broken = BTreeSet::new();
    for index in order {
        moves[*index].apply(&mut state, request.environments.after);
        let found = request.new_errors(&state, &allowed);
        broken.extend(found.iter().map(|finding| finding.code.to_string()));
    }
    broken
}

#[test]
fn the_reverse_of_a_plans_order_breaks_the_rules_that_the_plan_keeps() {
    let budget = "connection-budget-exceeded";
    for (before, after, rules) in [
        ("medium", "large", [budget]),
        ("large", "medium", [budget]),
        ("dev", "xlarge", [budget]),
    ] {
        with(
            &prod(before, ""),
            &prod(after, "database { storage gib=1000 max-gib=2000 }"),
            |sides, request| {
                let moves = tierc::plan::moves::moves(sides, request.catalogue);
                let mut found =
                    tierc::plan::order::order(request, &moves, 100, tierc::plan::order::Ways::Both);
                assert!(found.complete);
                assert_eq!(broken_rules(request, &moves, &found.order), BTreeSet::new());
                found.order.reverse();
                let broken = broken_rules(request, &moves, &found.order);
                for rule in rules {
                    assert!(broken.contains(rule), "{before} -> {after}: {broken:?}");
                }
            },
        );
    }
}

/// The titles of a plan's steps.
fn titles(before: &str, after: &str) -> Vec<String> {
    with(before, after, |sides, request| {
        let plan = plan(request);
        assert!(plan.blocked.is_none(), "{:?}", plan.blocked);
        keeps_its_promise(sides, request, &plan);
        plan.steps.iter().map(|step| step.title.clone()).collect()
    })
}

#[test]
fn a_standby_comes_first_and_goes_last() {
    let up = titles(&tier("dev"), &tier("small"));
    assert_eq!(up[0], "add a standby in another zone to the database");
    let down = titles(&tier("small"), &tier("dev"));
    assert_eq!(down[down.len() - 2], "remove the database's standby");
}

#[test]
fn replicas_get_more_connections_first_and_fewer_last() {
    let with = |connections: u32| {
        prod(
            "large",
            &format!("database {{ max-connections {connections} }}"),
        )
    };
    let place =
        |titles: &[String], what: &str| titles.iter().position(|title| title.starts_with(what));
    let up = titles(&with(800), &with(1200));
    assert!(
        place(&up, "set the connections of the read")
            < place(&up, "set the connections of the database"),
        "{up:?}"
    );
    let down = titles(&with(1200), &with(800));
    assert!(
        place(&down, "set the connections of the read")
            > place(&down, "set the connections of the database"),
        "{down:?}"
    );
}

#[test]
fn encryption_is_offered_before_it_is_required_and_before_it_ends() {
    let with = |tls: &str| prod("medium", &format!("redis \"cache\" {{ tls \"{tls}\" }}"));
    assert_eq!(
        titles(&with("off"), &with("required")),
        [
            "offer TLS beside plain text on Redis group `cache`",
            "require TLS on Redis group `cache`"
        ]
    );
    assert_eq!(
        titles(&with("required"), &with("off")),
        [
            "offer TLS beside plain text on Redis group `cache`",
            "stop TLS on Redis group `cache`"
        ]
    );
}

#[test]
fn cluster_mode_is_entered_over_compatible_and_one_shard() {
    let steps = titles(&tier("large"), &tier("xlarge"));
    let place = |what: &str| {
        steps
            .iter()
            .position(|title| title.starts_with(what))
            .unwrap()
    };
    let first = place("allow cluster clients in");
    assert_eq!(
        place("switch Redis group `cache` to cluster mode"),
        first + 1
    );
    assert_eq!(place("spread Redis group `cache` over 3 shards"), first + 2);
}

#[test]
fn a_group_is_created_before_it_serves_and_serves_nothing_when_it_is_deleted() {
    let up = titles(&tier("small"), &tier("medium"));
    let place = |titles: &[String], what: &str| {
        titles
            .iter()
            .position(|title| title.starts_with(what))
            .unwrap()
    };
    assert!(place(&up, "create Redis group") < place(&up, "move uses between Redis groups"));
    let down = titles(&tier("medium"), &tier("small"));
    assert!(place(&down, "move uses between Redis groups") < place(&down, "delete Redis group"));
}

#[test]
fn pods_change_architecture_over_a_node_group_beside_the_old_one() {
    let with = |instance: &str| {
        prod(
            "small",
            &format!("nodes \"general\" {{ instance \"{instance}\" }}"),
        )
    };
    let steps = titles(&with("t3.xlarge"), &with("m7g.xlarge"));
    assert_eq!(
        steps,
        [
            "create node group `general-next` beside `general`: on-demand m7g.xlarge",
            "roll the API's pods: arch amd64 -> arm64; roll the pods of pool `worker`: arch amd64 -> arm64",
            "move the pods of node group `general` to `general-next`, then delete `general`: on-demand t3.xlarge",
            "create node group `general` again: on-demand m7g.xlarge",
            "move the pods back to node group `general`, then delete `general-next`",
        ]
    );
}

#[test]
fn nodes_of_another_type_take_the_pods_from_a_group_beside_the_old_one() {
    let with = |group: &str| prod("small", &format!("nodes \"general\" {{ {group} }}"));
    let (one, other) = ("instance \"m7g.xlarge\"", "instance \"m7g.2xlarge\"");
    for (before, after) in [(one, other), (other, one)] {
        with_count(&with(before), &with(after));
    }
    // A change of the bounds is part of it: the created group has the new bounds.
    with_count(
        &with(one),
        &with("instance \"m7g.2xlarge\"; count min=3 max=7"),
    );
    // Another capacity type also needs a new group.
    let spot = |capacity: &str| {
        let pool = format!("worker \"worker\" {{ capacity \"{capacity}\" }}");
        let group = format!(
            "nodes \"own\" {{ instance \"m7g.xlarge\"; count min=0 max=9; capacity \"{capacity}\"; runs \"worker\" }}"
        );
        prod("small", &format!("{pool}\n{group}"))
    };
    with_count(&spot("on-demand"), &spot("spot"));
    with_count(&spot("spot"), &spot("on-demand"));
}

/// Checks that a group is replaced through another group, in four separate steps.
fn with_count(before: &str, after: &str) {
    let steps = titles(before, after);
    let of_nodes: Vec<&String> = steps.iter().filter(|it| it.contains("-next`")).collect();
    assert_eq!(of_nodes.len(), 3, "{steps:#?}");
    assert!(steps.iter().any(|it| it.contains("again: ")), "{steps:#?}");
    assert!(
        steps.iter().all(|it| !it.starts_with("set the size of")),
        "{steps:#?}"
    );
}

#[test]
fn the_name_of_a_group_beside_another_is_free_and_short_enough() {
    let type_of = |name: &str, instance: &str, more: &str| {
        prod(
            "small",
            &format!(
                "nodes \"general\" {{ count max=0 }}\nnodes \"{name}\" {{ instance \"{instance}\"; count min=2 max=6 }}\n{more}"
            ),
        )
    };
    let created = |name: &str, more: &str| {
        let steps = titles(
            &type_of(name, "m7g.xlarge", more),
            &type_of(name, "m7g.2xlarge", more),
        );
        let first = steps.iter().find(|it| it.contains("beside")).unwrap();
        first.split('`').nth(1).unwrap().to_owned()
    };
    // The IAM role of the EKS module has room for 22 characters.
    assert_eq!(
        created("services-of-the-shop", ""),
        "services-of-the-s-next"
    );
    assert_eq!(created("web", ""), "web-next");
    let taken = "nodes \"web-next\" { instance \"m7g.large\"; count min=1 max=2 }";
    assert_eq!(created("web", taken), "web-next-2");
}

#[test]
fn a_volume_that_would_shrink_is_kept_with_what_depends_on_it() {
    with(&tier("large"), &tier("medium"), |_, request| {
        let plan = plan(request);
        assert_eq!(plan.kept.len(), 1);
        assert_eq!(
            plan.kept[0].line(),
            "database { storage gib=500 max-gib=1000 }"
        );
    });
}

#[test]
fn a_goal_that_breaks_a_rule_is_said_with_the_rule_that_stops_it() {
    let after = prod("medium", "pgbouncer { pool default=60 max-db=120 }");
    with(&tier("medium"), &after, |_, request| {
        let plan = plan(request);
        let blocked = plan.blocked.expect("no order can hold this");
        assert_eq!(blocked.findings[0].code.0, "connection-budget-exceeded");
        assert_eq!(
            blocked.left,
            ["set PgBouncer's pools: 55 (max 80) -> 60 (max 120)"]
        );
        assert!(!blocked.bridges.is_empty());
    });
}

/// AFTER breaks a rule here, and the search ends before it has tried all of the many moves. Each move
/// that is left must still have a reason.
#[test]
fn what_is_left_of_a_hopeless_plan_breaks_a_rule() {
    let before = "environment \"prod\"\ntier \"dev\"\nregion \"us-east-1\"\n\
        worker \"decisions\" { queue \"queue:decisions\" length=10; queue \"queue:decisions-low\" length=10; replicas min=0 max=1 }\n\
        database { multi-az #true; replicas 1; maintenance apply=\"window\" }\n\
        redis \"queue\" { replicas 1 }\n\
        nodes \"general\" { count min=1 max=6 }\n";
    let after = prod(
        "small",
        "pgbouncer { pool default=38 max-db=59 }\nredis \"queue\" { replicas 0 }\nalerts { redis-ops benchmark=10000 }",
    );
    with(before, &after, |_, request| {
        let blocked = plan(request).blocked.expect("AFTER breaks a rule");
        assert!(!blocked.findings.is_empty(), "{:?}", blocked.left);
    });
}

#[test]
fn a_way_that_is_closed_to_whole_moves_is_found_in_finer_ones() {
    // Fewer clients and connections, and more instances: neither change can be made first as a whole.
    let with = |instances: u32, max_db: u32, clients: u32| {
        prod(
            "medium",
            &format!(
                "pgbouncer {{ instances {instances}; pool default=20 max-db={max_db}; clients max={clients} }}"
            ),
        )
    };
    let steps = titles(&with(2, 120, 150), &with(6, 50, 50));
    assert_eq!(
        steps,
        [
            "set pgbouncer.pool.max-db",
            "set pgbouncer.instances",
            "set pgbouncer.clients.max"
        ]
    );
}
