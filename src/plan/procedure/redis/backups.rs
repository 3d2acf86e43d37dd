//! Snapshots and windows of the groups, which are derived from the database's and from the uses.

use super::{Procedure, State, each_node, modify_now, reached};
use crate::action::Argument;
use crate::action::elasticache::member;
use crate::emit::terraform::{Snapshots, maintenance_window, snapshots};
use crate::model::RedisGroup;
use crate::pair::Pair;

/// Sets the snapshots and windows of every group of both states, as in Terraform's variables. Clients do
/// not notice, so no window is needed.
pub(in crate::plan::procedure) fn backups(states: Pair<State<'_>>) -> Procedure {
    let environments = states.map(|state| state.environment);
    let mut procedure = Procedure::default();
    for (name, after) in &environments.after.redis {
        let Some(before) = environments.before.redis.get(name) else {
            continue;
        };
        let kept = Pair::new(
            snapshots(environments.before, before),
            snapshots(environments.after, after),
        );
        if kept.before != kept.after {
            procedure = procedure.then(kept_for(after, kept));
        }
        let windows = environments.map(maintenance_window);
        if let (true, Some(window)) = (windows.before != windows.after, windows.after) {
            let window = window.to_string();
            procedure = procedure
                .then(modify_now(
                    after,
                    vec![Argument::text("preferred-maintenance-window", &window)],
                ))
                .verify(each_node(
                    after,
                    &["CacheClusters[0].PreferredMaintenanceWindow"],
                    &window,
                ));
        }
    }
    procedure
}

fn kept_for(group: &RedisGroup, kept: Pair<Snapshots>) -> Procedure {
    let days = kept.after.days.to_string();
    let mut changes = vec![Argument::text("snapshot-retention-limit", &days)];
    let mut wanted = vec![("SnapshotRetentionLimit", days)];
    if let Some(window) = kept.after.window {
        changes.push(Argument::text("snapshot-window", window));
        wanted.push(("SnapshotWindow", window.to_string()));
    }
    // To turn on snapshots of a group without shards, the call names the node that makes them. With cluster
    // mode, it must not name one (ElastiCache API Reference, ModifyReplicationGroup:
    // `SnapshottingClusterId`).
    if kept.before.days == 0 && !group.is_cluster() {
        changes.push(Argument {
            name: "snapshotting-cluster-id",
            value: member(&group.name.value),
        });
    }
    modify_now(group, changes).verify(reached(group, &wanted))
}
