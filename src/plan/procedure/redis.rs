//! ElastiCache, by its own command line.

mod backups;
mod replicas;

pub(super) use backups::backups;

use super::{Procedure, State, literal, parameter_value, quoted, terraform, until, workloads};
use crate::emit::secret;
use crate::emit::terraform::maintenance_window;
use crate::model::{Apply, ClusterMode, Name, RedisGroup, RedisTls, Use};
use crate::pair::Pair;
use crate::plan::kind::GroupMove;

pub(super) fn procedure(name: &Name, what: GroupMove, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| state.environment.redis.get(name));
    match (sides.before, sides.after) {
        (Some(before), Some(after)) => changed(name, what, Pair::new(before, after), states),
        (None, Some(after)) => {
            let made = Procedure::default()
                .apply(terraform(states.after))
                .verify(reached(after, &[]));
            // The way back from its deletion: pods read it again as soon as it is there.
            if what == GroupMove::Removed {
                made.waited_for()
            } else {
                made
            }
        }
        (Some(before), None) => workloads::left_behind(states)
            .apply(format!(
                "aws elasticache delete-replication-group --replication-group-id {0} --final-snapshot-identifier {0}-final",
                before.name.value
            ))
            .verify(format!(
                "aws elasticache wait replication-group-deleted --replication-group-id {}",
                before.name.value
            ))
            .note("connections that others than these pods have open are cut"),
        (None, None) => Procedure::default(),
    }
}

/// What pods read and what KEDA counts moves in one step; what the old group holds moves nowhere.
pub(super) fn uses(states: Pair<State<'_>>) -> Procedure {
    let serves = |wanted: Use| {
        let groups = states.map(|state| state.environment.redis_for(wanted));
        let (before, after) = (groups.before?.0, groups.after?.0);
        (before != after).then_some(before)
    };
    let mut procedure = workloads::rolled_out(states).then(backups(states));
    if let Some(old) = serves(Use::Queue) {
        procedure = procedure.require(format!(
            "the queues of Redis group `{old}` are empty, and get no new jobs until the step is done: nobody reads them there any more"
        ));
    }
    if let Some(old) = serves(Use::Sessions) {
        procedure = procedure.note(format!(
            "sessions stay in Redis group `{old}`: users sign in again, unless they are copied first"
        ));
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

/// The loop that ends when the group is available and has these values.
fn reached(group: &RedisGroup, values: &[(&str, String)]) -> String {
    let fields: Vec<String> = std::iter::once("Status".to_owned())
        .chain(values.iter().map(|(field, _)| (*field).to_owned()))
        .map(|field| format!("to_string(ReplicationGroups[0].{field})"))
        .collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let values = values.iter().map(|(_, value)| value.as_str());
    let wanted: Vec<&str> = std::iter::once("available").chain(values).collect();
    until(
        &format!(
            "elasticache describe-replication-groups --replication-group-id {}",
            group.name.value
        ),
        &fields,
        &wanted.join(" "),
    )
}

fn modify_now(group: &RedisGroup, flags: &str) -> Procedure {
    modified(group, flags, "--apply-immediately")
}

/// A change that waits for the window where the database's changes do: ElastiCache has no property
/// of its own. The mode of cluster and that of encryption in transit wait like any other value: the
/// ElastiCache API Reference has both among the `ReplicationGroupPendingModifiedValues`, "to be
/// applied either immediately or during the next maintenance window".
fn modify(group: &RedisGroup, flags: &str, state: State<'_>) -> Procedure {
    if state.environment.database.maintenance.apply.value == Apply::Now {
        return modify_now(group, flags);
    }
    in_window(
        modified(group, flags, "--no-apply-immediately"),
        group,
        state,
    )
}

/// The same by Terraform, for what takes a parameter group that it makes first: it ends before the
/// window where `apply_immediately` is false.
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
    procedure.wait(format!("{window} has passed: nothing happens before it"))
}

fn modified(group: &RedisGroup, flags: &str, when: &str) -> Procedure {
    Procedure::default().apply(format!(
        "aws elasticache modify-replication-group --replication-group-id {} {flags} {when}",
        group.name.value
    ))
}

/// The loop over every node of a group that ends when each has these values.
fn each_node(group: &RedisGroup, fields: &[&str], wanted: &str) -> String {
    let node = until(
        "elasticache describe-cache-clusters --cache-cluster-id \"$NODE\"",
        fields,
        wanted,
    );
    format!(
        "for NODE in $(aws elasticache describe-replication-groups --replication-group-id {} --query 'ReplicationGroups[0].MemberClusters' --output text); do {node}; done",
        group.name.value
    )
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
            Procedure::default().note("nothing is applied: the data is only counted")
        }
        GroupMove::Node => modify(
            after,
            &format!("--cache-node-type {}", quoted(&after.node.value)),
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

/// Within a parameter group's family by one call; beyond it Terraform makes the group first.
fn engine(sides: Pair<&RedisGroup>, states: Pair<State<'_>>) -> Procedure {
    let after = sides.after;
    let families = sides.map(|group| {
        let key = format!("{} {}", group.engine.value, group.version.value);
        let known = states.after.catalogue.redis_versions.get(&key);
        known.map(|version| version.family.clone())
    });
    let (kind, version) = (after.engine.value, &after.version.value);
    let offered = Procedure::default()
        .apply(format!(
            "TARGET=$(aws elasticache describe-cache-engine-versions --engine {kind} --query \"CacheEngineVersions[?EngineVersion=='{version}' || starts_with(EngineVersion, '{version}.')].EngineVersion\" --output text | sed -n '/^[0-9]/p')"
        ))
        .apply(format!(
            ": \"${{TARGET:?ElastiCache offers no {kind} {version} in this region}}\""
        ));
    let procedure = if families.before == families.after {
        modify(
            after,
            &format!(
                "--engine {} --engine-version {}",
                after.engine.value,
                quoted(&after.version.value)
            ),
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

/// The policy is a parameter: it acts at once and restarts nothing.
fn policy(group: &RedisGroup) -> Procedure {
    let name = format!(
        "\"$(aws elasticache describe-cache-clusters --query \"CacheClusters[?ReplicationGroupId=='{}']|[0].CacheParameterGroup.CacheParameterGroupName\" --output text)\"",
        group.name.value
    );
    Procedure::default()
        .apply(format!(
            "aws elasticache modify-cache-parameter-group --cache-parameter-group-name {name} --parameter-name-values ParameterName=maxmemory-policy,ParameterValue={}",
            group.policy.value
        ))
        .verify(until(
            &format!("elasticache describe-cache-parameters --cache-parameter-group-name {name}"),
            &[&parameter_value("maxmemory-policy")],
            &group.policy.value.to_string(),
        ))
}

/// Clients follow a server that offers encryption, and leave before it ends.
fn encryption(name: &Name, sides: Pair<&RedisGroup>, states: Pair<State<'_>>) -> Procedure {
    let group = sides.after;
    let clients = workloads::cluster(states);
    let mode = ("TransitEncryptionMode", group.tls.value.to_string());
    match group.tls.value {
        RedisTls::Off => clients
            .waited_for()
            .then(Procedure::default().apply(workloads::none_terminating(states.after)))
            .then(modify(
                group,
                "--no-transit-encryption-enabled",
                states.after,
            ))
            .verify(reached(
                group,
                &[("TransitEncryptionEnabled", "false".into())],
            )),
        RedisTls::Preferred => offered(name, sides, states),
        RedisTls::Required => modify(
            group,
            "--transit-encryption-enabled --transit-encryption-mode required",
            states.after,
        )
        .require(format!(
            "every client of Redis group `{name}` encrypts: plain text is refused from this step on"
        ))
        .verify(reached(group, &[mode]))
        .then(clients),
    }
}

/// Clients follow once the group takes them encrypted.
fn offered(name: &Name, sides: Pair<&RedisGroup>, states: Pair<State<'_>>) -> Procedure {
    let group = sides.after;
    let mode = ("TransitEncryptionMode", group.tls.value.to_string());
    let offered = modify(group, ENCRYPTED_OR_NOT, states.after).verify(reached(group, &[mode]));
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

/// Pods read the encrypted address when they start next: not before the group takes it, and in
/// time for the restart.
fn encrypted_url(name: &Name, group: &RedisGroup, state: State<'_>) -> Procedure {
    let entry = secret::redis_url(state.environment, name, group);
    workloads::filled(&entry, state, "'^rediss://'").note(format!(
        "once the group offers TLS, and not before, key `{}` of Secret `{}` becomes: {}; the commands wait for it",
        entry.key, entry.secret, entry.content
    ))
}

const ENCRYPTED_OR_NOT: &str = "--transit-encryption-enabled --transit-encryption-mode preferred";

/// The server changes its mode while clients of both kinds are served; the clients change theirs
/// while the server takes both. Its parameter group is one for cluster mode from `compatible` on,
/// which Terraform makes with it.
fn sharding(name: &Name, sides: Pair<&RedisGroup>, states: Pair<State<'_>>) -> Procedure {
    let (before, group) = (&sides.before.cluster, sides.after);
    let after = &group.cluster;
    let mode = ("ClusterMode", after.mode.value.to_string());
    if before.mode == after.mode {
        return resharded(sides);
    }
    match after.mode.value {
        // Only a compatible server can be told: another one is made anew.
        ClusterMode::Enabled if before.mode.value == ClusterMode::Disabled => {
            terraformed(group, states.after).verify(reached(group, &[mode]))
        }
        // A compatible server takes clients of both kinds: they move first, then it does.
        ClusterMode::Enabled => workloads::cluster(states)
            .waited_for()
            .require("database 0 is the only one that is used")
            .require(format!(
                "key `url` of Secret `{}` leads to the group's configuration endpoint, no more to its primary",
                secret::redis_secret(states.after.environment, name)
            ))
            .then(modify(group, "--cluster-mode enabled", states.after))
            .verify(reached(group, &[mode])),
        ClusterMode::Compatible | ClusterMode::Disabled => {
            terraformed(group, states.after).verify(reached(group, &[mode]))
        }
    }
}

/// Fewer shards are only taken with the names of those that stay, which nobody can tell without
/// asking: after a change of their number they are not counted from 0001 any more.
fn resharded(sides: Pair<&RedisGroup>) -> Procedure {
    let group = sides.after;
    let (id, count) = (&group.name.value, group.cluster.shards.value);
    let stay = if count < sides.before.cluster.shards.value {
        format!(
            " --node-groups-to-retain $(aws elasticache describe-replication-groups --replication-group-id {id} --query 'ReplicationGroups[0].NodeGroups[:{count}].NodeGroupId' --output text)"
        )
    } else {
        String::new()
    };
    Procedure::default()
        .apply(format!(
            "aws elasticache modify-replication-group-shard-configuration --replication-group-id {id} --node-group-count {count}{stay} --apply-immediately"
        ))
        .verify(reached(
            group,
            &[("NodeGroups.length(@)", count.to_string())],
        ))
        .note("the slots move for hours where there is much data")
}
