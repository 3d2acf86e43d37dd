//! ElastiCache, by its own command line.

use super::{Procedure, State, terraform, workloads};
use crate::model::{ClusterMode, Name, RedisGroup, RedisTls};
use crate::pair::Pair;
use crate::plan::kind::GroupMove;

pub(super) fn procedure(name: &Name, what: GroupMove, states: Pair<State<'_>>) -> Procedure {
    let sides = states.map(|state| state.environment.redis.get(name));
    match (sides.before, sides.after) {
        (Some(before), Some(after)) => changed(what, Pair::new(before, after), states),
        (None, Some(after)) => Procedure::default()
            .apply(terraform(states.after))
            .verify(available(after)),
        (Some(before), None) => Procedure::default()
            .apply(format!(
                "aws elasticache delete-replication-group --replication-group-id {0} --final-snapshot-identifier {0}-final",
                before.name.value
            ))
            .verify(format!(
                "aws elasticache wait replication-group-deleted --replication-group-id {}",
                before.name.value
            ))
            .wait("nothing uses the group any more: its connections are gone"),
        (None, None) => Procedure::default(),
    }
}

fn available(group: &RedisGroup) -> String {
    format!(
        "aws elasticache wait replication-group-available --replication-group-id {}",
        group.name.value
    )
}

fn modify(group: &RedisGroup, flags: &str) -> Procedure {
    Procedure::default()
        .apply(format!(
            "aws elasticache modify-replication-group --replication-group-id {} {flags} --apply-immediately",
            group.name.value
        ))
        .verify(available(group))
}

fn changed(what: GroupMove, sides: Pair<&RedisGroup>, states: Pair<State<'_>>) -> Procedure {
    let after = sides.after;
    match what {
        GroupMove::Node => modify(after, &format!("--cache-node-type {}", after.node.value)),
        GroupMove::Replicas => replicas(sides),
        GroupMove::Engine => modify(
            after,
            &format!(
                "--engine {} --engine-version {}",
                after.engine.value, after.version.value
            ),
        ),
        GroupMove::Policy => policy(after),
        GroupMove::Tls => encryption(after).then(workloads::whole(states)),
        GroupMove::Cluster => sharding(sides, states),
        GroupMove::Access => workloads::whole(states),
        GroupMove::Added | GroupMove::Removed => {
            Procedure::default().apply(terraform(states.after))
        }
    }
}

fn replicas(sides: Pair<&RedisGroup>) -> Procedure {
    let (before, after) = (sides.before.replicas.value, sides.after.replicas.value);
    let verb = if after > before {
        "increase"
    } else {
        "decrease"
    };
    Procedure::default()
        .apply(format!(
            "aws elasticache {verb}-replica-count --replication-group-id {} --new-replica-count {after} --apply-immediately",
            sides.after.name.value
        ))
        .verify(available(sides.after))
}

/// The policy is a parameter: it acts at once and restarts nothing.
fn policy(group: &RedisGroup) -> Procedure {
    let id = &group.name.value;
    Procedure::default()
        .apply(format!(
            "GROUP=$(aws elasticache describe-cache-clusters --cache-cluster-id {id}-001 --query 'CacheClusters[0].CacheParameterGroup.CacheParameterGroupName' --output text)"
        ))
        .apply(format!(
            "aws elasticache modify-cache-parameter-group --cache-parameter-group-name \"$GROUP\" --parameter-name-values ParameterName=maxmemory-policy,ParameterValue={}",
            group.policy.value
        ))
        .verify(
            "aws elasticache describe-cache-parameters --cache-parameter-group-name \"$GROUP\" --query \"Parameters[?ParameterName=='maxmemory-policy'].ParameterValue\"",
        )
}

fn encryption(group: &RedisGroup) -> Procedure {
    let flags = match group.tls.value {
        RedisTls::Off => "--no-transit-encryption-enabled".to_owned(),
        RedisTls::Preferred | RedisTls::Required => format!(
            "--transit-encryption-enabled --transit-encryption-mode {}",
            group.tls.value
        ),
    };
    let procedure = modify(group, &flags);
    match group.tls.value {
        RedisTls::Preferred => {
            procedure.wait("every client has been rolled and connects the new way")
        }
        RedisTls::Off | RedisTls::Required => procedure,
    }
}

/// The server changes its mode while clients of both kinds are served; the clients change theirs
/// while the server takes both.
fn sharding(sides: Pair<&RedisGroup>, states: Pair<State<'_>>) -> Procedure {
    let (before, after) = (&sides.before.cluster, &sides.after.cluster);
    if before.mode != after.mode {
        let server = modify(sides.after, &format!("--cluster-mode {}", after.mode.value));
        // A compatible server takes clients of both kinds: they move first, then it does.
        return if after.mode.value == ClusterMode::Enabled {
            workloads::whole(states).then(server).wait(
                "every client uses the configuration endpoint, and database 0 alone, before the mode is switched",
            )
        } else {
            server
        };
    }
    Procedure::default()
        .apply(format!(
            "aws elasticache modify-replication-group-shard-configuration --replication-group-id {} --node-group-count {} --apply-immediately",
            sides.after.name.value, after.shards.value
        ))
        .verify(available(sides.after))
        .wait("the slots have moved, which takes hours for much data")
}
