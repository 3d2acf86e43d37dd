//! Procedures for ElastiCache, through the AWS CLI.

mod backups;
mod replicas;

pub(super) use backups::backups;

use super::{Procedure, State, literal, pods, terraform, unless_gone, workloads};
use crate::action::elasticache::{self, SHARDS};
use crate::action::{Action, Argument, ArgumentValue, AwsCall, Holds, Memory, Question};
use crate::emit::secret;
use crate::emit::terraform::maintenance_window;
use crate::model::{Apply, ClusterMode, Name, RedisGroup, RedisTls, Use};
use crate::pair::Pair;
use crate::plan::move_kind::GroupMove;

pub(super) fn procedure(name: &Name, what: GroupMove, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| state.environment.redis.get(name));
    match (sides.before, sides.after) {
        (Some(before), Some(after)) => changed(name, what, Pair::new(before, after), states),
        (None, Some(after)) => {
            let made = Procedure::default()
                .apply(terraform(states.after))
                .verify(reached(after, &[]));
            // The undo of its deletion: pods read it again as soon as it exists.
            if what == GroupMove::Removed {
                made.waited_for().note(format!(
                    "Redis group `{name}` is empty then: its data is in the snapshot `{}`",
                    final_snapshot(after)
                ))
            } else {
                made
            }
        }
        (Some(before), None) => workloads::left_behind(states)
            .then(unless_gone(
                AwsCall::new("elasticache", "describe-replication-groups").query(format!(
                    "ReplicationGroups[?ReplicationGroupId=='{}'].Status",
                    before.name.value
                )),
                of_group("delete-replication-group", before)
                    .text("final-snapshot-identifier", final_snapshot(before)),
            ))
            .verify(Question::Waiter {
                service: "elasticache",
                waiter: "replication-group-deleted",
                arguments: vec![Argument::text("replication-group-id", &before.name.value)],
            })
            .note("open connections of other clients are cut"),
        (None, None) => Procedure::default(),
    }
}

/// The snapshot that ElastiCache takes when it deletes a group.
fn final_snapshot(group: &RedisGroup) -> String {
    format!("{}-final", group.name.value)
}

/// The reads of the pods and the lists that KEDA counts move in one step. The data of the old group stay
/// there.
pub(super) fn uses(states: Pair<State<'_>>) -> Procedure {
    let serves = |wanted: Use| {
        let groups = states.map(|state| state.environment.redis_for(wanted));
        let places = groups.map(|group| group.map(|(name, group)| (name, group.index_of(wanted))));
        let Pair { before, after } = places;
        before
            .filter(|_| before != after)
            .map(|(name, index)| match index {
                0 => format!("Redis group `{name}`"),
                index => format!("database {index} of Redis group `{name}`"),
            })
    };
    let after = states.after.environment;
    let mut procedure = workloads::rolled_out(states).then(backups(states));
    if let Some(old) = serves(Use::Queue) {
        procedure = procedure.require(format!(
            "the queues of {old} are empty, and get no new jobs until the step is done: no pool reads them there any more"
        ));
    }
    if let Some(old) = serves(Use::Sessions) {
        procedure = procedure.note(if after.redis_for(Use::Sessions).is_some() {
            format!(
                "sessions stay in {old}: users must sign in again, unless you copy the sessions first"
            )
        } else {
            format!(
                "sessions stay in {old}, and no other group has them: users must sign in again"
            )
        });
    }
    procedure
}

/// The groups that offer TLS from this step on.
pub(super) fn offering(states: Pair<State<'_>>) -> impl Iterator<Item = (&Name, &RedisGroup)> {
    let groups = states.map(|state| &state.environment.redis);
    groups.after.iter().filter(move |(name, group)| {
        let before = groups.before.get(*name);
        group.tls.value != RedisTls::Off
            && before.is_some_and(|before| before.tls.value == RedisTls::Off)
    })
}

/// A call about a group.
fn of_group(operation: &'static str, group: &RedisGroup) -> AwsCall {
    elasticache::of_group(operation, &group.name.value)
}

/// The group is available and has these values.
fn reached(group: &RedisGroup, values: &[(&str, String)]) -> Question {
    elasticache::reached(&group.name.value, values)
}

fn modify_now(group: &RedisGroup, changes: Vec<Argument>) -> Procedure {
    modified(group, changes, true)
}

/// A change that waits for the window if the database's changes do; there is no separate attribute for
/// ElastiCache. Cluster mode and encryption in transit wait like any other value: the ElastiCache API
/// Reference lists both in `ReplicationGroupPendingModifiedValues`, "to be applied either immediately or
/// during the next maintenance window".
fn modify(group: &RedisGroup, changes: Vec<Argument>, state: State<'_>) -> Procedure {
    if state.environment.database.maintenance.apply.value == Apply::Now {
        return modify_now(group, changes);
    }
    in_window(modified(group, changes, false), group, state)
}

/// The same through Terraform, for changes that need a new parameter group. Terraform ends before the
/// window if `apply_immediately` is false.
fn terraformed(group: &RedisGroup, state: State<'_>) -> Procedure {
    in_window(Procedure::default().apply(terraform(state)), group, state)
}

fn in_window(procedure: Procedure, group: &RedisGroup, state: State<'_>) -> Procedure {
    if state.environment.database.maintenance.apply.value == Apply::Now {
        return procedure;
    }
    let window = maintenance_window(state.environment).map_or_else(
        || format!("the maintenance window of `{}`", group.name.value),
        |window| format!("the maintenance window {window} (UTC)"),
    );
    procedure.wait(format!("{window} has passed: nothing changes before it"))
}

fn modified(group: &RedisGroup, changes: Vec<Argument>, at_once: bool) -> Procedure {
    Procedure::default().apply(elasticache::modified(&group.name.value, changes, at_once))
}

/// Every node of a group has these values.
fn each_node(group: &RedisGroup, fields: &[&str], wanted: &str) -> Question {
    let node = ArgumentValue::variable("NODE");
    Question::Aws {
        call: AwsCall::new("elasticache", "describe-cache-clusters").with("cache-cluster-id", node),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        answer: wanted.to_owned(),
        each: Some(
            of_group("describe-replication-groups", group)
                .query("ReplicationGroups[0].MemberClusters"),
        ),
        settled: None,
    }
}

fn changed(
    name: &Name,
    what: GroupMove,
    sides: Pair<&RedisGroup>,
    states: Pair<State<'_>>,
) -> Procedure {
    let after = sides.after;
    match what {
        GroupMove::Node if sides.before.node == after.node => {
            Procedure::default().note("nothing is applied: only the rules use the data size")
        }
        GroupMove::Node => modify(
            after,
            vec![Argument::text("cache-node-type", &after.node.value)],
            states.after,
        )
        .verify(reached(
            after,
            &[("CacheNodeType", after.node.value.clone())],
        )),
        GroupMove::Replicas => replicas::replicas(sides),
        GroupMove::Engine => engine(sides, states),
        GroupMove::Policy => policy(after),
        GroupMove::Tls => encryption(name, sides, states),
        GroupMove::Cluster => sharding(name, sides, states),
        GroupMove::Access => workloads::cluster(states),
        GroupMove::Added | GroupMove::Removed => {
            Procedure::default().apply(terraform(states.after))
        }
    }
}

/// Within the family of a parameter group, one call is enough. Otherwise Terraform creates a group first.
fn engine(sides: Pair<&RedisGroup>, states: Pair<State<'_>>) -> Procedure {
    let after = sides.after;
    let families = sides.map(|group| {
        let key = format!("{} {}", group.engine.value, group.version.value);
        let known = states.after.catalogue.redis_versions.get(&key);
        known.map(|version| version.family.clone())
    });
    let (kind, version) = (after.engine.value, &after.version.value);
    let versions = AwsCall::new("elasticache", "describe-cache-engine-versions")
        .text("engine", kind)
        .query(format!(
            "CacheEngineVersions[?EngineVersion=='{version}' || starts_with(EngineVersion, '{version}.')].EngineVersion"
        ));
    let offered = Procedure::default()
        .apply(Action::Remember {
            variable: "TARGET",
            value: Memory::Versions(versions),
        })
        .apply(Action::Need {
            variable: "TARGET",
            otherwise: format!("ElastiCache offers no {kind} {version} in this region"),
        });
    let procedure = if families.before == families.after {
        modify(
            after,
            vec![
                Argument::text("engine", after.engine.value),
                Argument::text("engine-version", &after.version.value),
            ],
            states.after,
        )
    } else {
        terraformed(after, states.after)
    };
    let wanted = format!(
        "available {} {}([.][0-9]+)*",
        after.engine.value,
        literal(&after.version.value)
    );
    let fields = [
        "CacheClusters[0].CacheClusterStatus",
        "CacheClusters[0].Engine",
        "CacheClusters[0].EngineVersion",
    ];
    offered
        .then(procedure)
        .verify(each_node(after, &fields, &wanted))
        .verify(reached(after, &[]))
}

/// It takes effect at once and restarts nothing.
fn policy(group: &RedisGroup) -> Procedure {
    let (id, policy) = (&group.name.value, group.policy.value);
    Procedure::default()
        .apply(elasticache::policy_set(id, policy))
        .verify(elasticache::policy_is(id, policy))
}

/// Clients start encryption after the server offers it, and stop before the server does.
fn encryption(name: &Name, sides: Pair<&RedisGroup>, states: Pair<State<'_>>) -> Procedure {
    let group = sides.after;
    let clients = workloads::cluster(states);
    let mode = ("TransitEncryptionMode", group.tls.value.to_string());
    match group.tls.value {
        RedisTls::Off => clients
            .waited_for()
            .then(Procedure::default().apply(pods::none_terminating(states.after)))
            .then(modify(
                group,
                vec![Argument::switch("transit-encryption-enabled", false)],
                states.after,
            ))
            .verify(reached(
                group,
                &[("TransitEncryptionEnabled", "false".into())],
            )),
        RedisTls::Preferred => offered(name, sides, states),
        RedisTls::Required => modify(
            group,
            encrypted("required"),
            states.after,
        )
        .require(format!(
            "every client of Redis group `{name}` uses TLS: the group refuses plain text from this step on"
        ))
        .verify(reached(group, &[mode]))
        .then(clients),
    }
}

/// Clients use encryption once the group accepts it.
fn offered(name: &Name, sides: Pair<&RedisGroup>, states: Pair<State<'_>>) -> Procedure {
    let group = sides.after;
    let mode = ("TransitEncryptionMode", group.tls.value.to_string());
    let offered =
        modify(group, encrypted("preferred"), states.after).verify(reached(group, &[mode]));
    let clients = workloads::cluster(states);
    let followed = if sides.before.tls.value == RedisTls::Off {
        encrypted_url(name, group, states.after).then(clients)
    } else {
        clients
    };
    if followed == Procedure::default() {
        offered
    } else {
        offered.waited_for().then(followed)
    }
}

/// Pods read the encrypted address at their next start. So the Secret changes after the group accepts
/// encryption and before the restart.
fn encrypted_url(name: &Name, group: &RedisGroup, state: State<'_>) -> Procedure {
    let entries = secret::redis_urls(state.environment, name, group).into_iter();
    entries.fold(Procedure::default(), |procedure, entry| {
        let filled = workloads::filled(&entry, state, Holds::Start("rediss://".into()));
        procedure.then(filled.note(format!(
            "only after the group offers TLS, set key `{}` of Secret `{}` to: {}; the commands wait for this value",
            entry.key, entry.secret, entry.content
        )))
    })
}

fn encrypted(mode: &str) -> Vec<Argument> {
    vec![
        Argument::switch("transit-encryption-enabled", true),
        Argument::text("transit-encryption-mode", mode),
    ]
}

/// The server's mode changes while it serves clients of both kinds, and the clients' mode changes while
/// the server accepts both. From `compatible` on, the parameter group is one for cluster mode, which
/// Terraform creates in the same run.
fn sharding(name: &Name, sides: Pair<&RedisGroup>, states: Pair<State<'_>>) -> Procedure {
    let (before, group) = (&sides.before.cluster, sides.after);
    let after = &group.cluster;
    let mode = ("ClusterMode", after.mode.value.to_string());
    if before.mode == after.mode {
        return resharded(sides);
    }
    match after.mode.value {
        // Only a compatible server can change its mode; any other is recreated.
        ClusterMode::Enabled if before.mode.value == ClusterMode::Disabled => {
            terraformed(group, states.after).verify(reached(group, &[mode]))
        }
        // A compatible server accepts clients of both kinds: the clients change first, then the server.
        ClusterMode::Enabled => workloads::cluster(states)
            .waited_for()
            .require("clients use only database 0")
            .require(format!(
                "key `url` of Secret `{}` points to the group's configuration endpoint, no longer to its primary",
                secret::redis_secret(states.after.environment, name)
            ))
            .then(modify(
                group,
                vec![Argument::text("cluster-mode", "enabled")],
                states.after,
            ))
            .verify(reached(group, &[mode])),
        ClusterMode::Compatible | ClusterMode::Disabled => {
            terraformed(group, states.after).verify(reached(group, &[mode]))
        }
    }
}

/// Changes a number of a group, unless it has the value already: ElastiCache refuses such a change.
fn unless_counted(group: &RedisGroup, field: &str, count: u32, call: AwsCall) -> Procedure {
    let has = of_group("describe-replication-groups", group)
        .query(format!("to_string(ReplicationGroups[0].{field})"));
    Procedure::default()
        .apply(Action::Remember {
            variable: "COUNT",
            value: Memory::Answer(has),
        })
        .apply(Action::unless(
            "COUNT",
            &[&count.to_string()],
            [call.into()],
        ))
}

/// To reduce the shards, AWS needs the names of the shards that stay. They must be queried, because after
/// a change of their number they are no longer numbered from 0001.
fn resharded(sides: Pair<&RedisGroup>) -> Procedure {
    let group = sides.after;
    let count = group.cluster.shards.value;
    let stay = (count < sides.before.cluster.shards.value).then(|| {
        let stay = of_group("describe-replication-groups", group).query(format!(
            "ReplicationGroups[0].NodeGroups[:{count}].NodeGroupId"
        ));
        Argument {
            name: "node-groups-to-retain",
            value: ArgumentValue::Answers(Box::new(stay)),
        }
    });
    let call = elasticache::shards_set(&group.name.value, count, stay);
    unless_counted(group, SHARDS, count, call)
        .verify(reached(group, &[(SHARDS, count.to_string())]))
        .note("moving the slots takes hours with much data")
}
