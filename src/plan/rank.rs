//! The preferred order of moves: supply before demand on the way up, demand before supply on the
//! way down, a standby added first and removed last. The rules decide; this is only where the
//! search starts.

use super::move_kind::{ApiMove, DatabaseMove, GroupMove, MoveKind, NodesMove, PoolMove};
use crate::budget::{connections, packing};
use crate::catalogue::Catalogue;
use crate::model::{Environment, Name, Worker, Workload};
use crate::pair::Pair;

/// The rank of a move; smaller comes first.
pub(super) fn rank(kind: &MoveKind, sides: Pair<&Environment>, catalogue: &Catalogue) -> u8 {
    let (mut rising, falling) = places(kind);
    // If there are replicas, additional ones come before any is resized, so readers always find
    // one.
    if *kind == MoveKind::Database(DatabaseMove::ReplicaCount)
        && sides.before.database.replicas.count.value > 0
    {
        rising = BEFORE_REPLICAS;
    }
    if rising == falling || grows(kind, sides, catalogue) {
        rising
    } else {
        falling
    }
}

/// Just before the replicas are resized.
const BEFORE_REPLICAS: u8 = 32;

/// The ranks for growth and for reduction.
fn places(kind: &MoveKind) -> (u8, u8) {
    match kind {
        MoveKind::Database(DatabaseMove::MultiAz) => (10, 69),
        MoveKind::Database(DatabaseMove::Backups) => (11, 68),
        MoveKind::Database(DatabaseMove::Direct) => (45, 20),
        MoveKind::Api(_, ApiMove::Autoscaler) | MoveKind::Pool(_, PoolMove::Autoscaler) => (54, 21),
        MoveKind::Api(_, ApiMove::Pods)
        | MoveKind::Pool(_, PoolMove::Pods)
        | MoveKind::Service(_) => (52, 22),
        MoveKind::Nodes(_, NodesMove::Added) => (30, 30),
        MoveKind::Nodes(_, NodesMove::Count) => (31, 65),
        MoveKind::Nodes(_, NodesMove::Type) => (32, 64),
        MoveKind::Database(DatabaseMove::Replicas) => (33, 62),
        MoveKind::Database(DatabaseMove::Server) => (34, 61),
        MoveKind::Database(DatabaseMove::ReplicaCount) => (35, 60),
        MoveKind::Database(DatabaseMove::Storage) => (36, 36),
        MoveKind::Redis(_, GroupMove::Added) => (37, 37),
        MoveKind::Redis(_, GroupMove::Replicas) => (37, 59),
        MoveKind::Redis(_, GroupMove::Engine | GroupMove::Policy | GroupMove::Tls) => (38, 38),
        MoveKind::Redis(_, GroupMove::Node | GroupMove::Cluster) => (39, 58),
        MoveKind::Pooler => (42, 40),
        // The longer pace goes first and last, because terminating pods keep their old drain.
        MoveKind::PoolerPace => (39, 44),
        MoveKind::PoolSizes => (41, 43),
        MoveKind::Database(DatabaseMove::ReplicaVia) => (44, 44),
        MoveKind::Api(_, ApiMove::Added) | MoveKind::Pool(_, PoolMove::Added) => (53, 53),
        MoveKind::Api(_, ApiMove::Removed) | MoveKind::Pool(_, PoolMove::Removed) => (56, 56),
        MoveKind::RedisUses => (57, 57),
        MoveKind::Redis(_, GroupMove::Removed) => (59, 59),
        MoveKind::Nodes(_, NodesMove::Removed) => (66, 66),
        MoveKind::Database(DatabaseMove::Access)
        | MoveKind::Redis(_, GroupMove::Access)
        | MoveKind::Network
        | MoveKind::Delivery
        | MoveKind::Schedules
        | MoveKind::Alerts => (70, 70),
        MoveKind::Identity => (71, 71),
    }
}

/// Whether a move is growth.
fn grows(kind: &MoveKind, sides: Pair<&Environment>, catalogue: &Catalogue) -> bool {
    let amounts = sides.map(|side| size(kind, side, catalogue));
    amounts.after > amounts.before
}

/// The size of what a move changes, in its own unit.
fn size(kind: &MoveKind, side: &Environment, catalogue: &Catalogue) -> u64 {
    match kind {
        MoveKind::Database(what) => database(*what, side, catalogue),
        MoveKind::Api(name, what) => api(name, *what, side),
        MoveKind::Pool(name, what) => pool(name, *what, side),
        MoveKind::Service(name) => {
            let service = side.service.get(name);
            service.map_or(0, |service| service.replicas.value.into())
        }
        MoveKind::Pooler => side.pgbouncer.instances.value.into(),
        MoveKind::PoolerPace => side.pgbouncer.min_ready.value.millis(),
        MoveKind::PoolSizes => side.pgbouncer.max_db(),
        MoveKind::Redis(name, GroupMove::Replicas | GroupMove::Node | GroupMove::Cluster) => {
            group(kind, name.as_str(), side, catalogue)
        }
        MoveKind::Nodes(name, NodesMove::Count | NodesMove::Type) => {
            nodes(kind, name.as_str(), side, catalogue)
        }
        MoveKind::Identity
        | MoveKind::Network
        | MoveKind::Delivery
        | MoveKind::Schedules
        | MoveKind::Alerts
        | MoveKind::RedisUses
        | MoveKind::Redis(
            _,
            GroupMove::Added
            | GroupMove::Removed
            | GroupMove::Engine
            | GroupMove::Policy
            | GroupMove::Tls
            | GroupMove::Access,
        )
        | MoveKind::Nodes(_, NodesMove::Added | NodesMove::Removed) => 0,
    }
}

fn api(name: &Name, what: ApiMove, side: &Environment) -> u64 {
    let workload = side.api.get(name).map(|api| &api.workload);
    match what {
        // A held count is what runs: the maximum applies after it ends.
        ApiMove::Autoscaler => workload.map_or(0, |workload| workload.bounds().1.into()),
        ApiMove::Pods => workload.map_or(0, weight),
        ApiMove::Added | ApiMove::Removed => 0,
    }
}

fn pool(name: &Name, what: PoolMove, side: &Environment) -> u64 {
    let pool = side.worker.get(name);
    match what {
        PoolMove::Autoscaler => pool.map_or(0, Worker::in_force).into(),
        PoolMove::Pods => pool.map_or(0, |pool| weight(&pool.workload)),
        PoolMove::Added | PoolMove::Removed => 0,
    }
}

fn database(what: DatabaseMove, side: &Environment, catalogue: &Catalogue) -> u64 {
    let database = &side.database;
    match what {
        DatabaseMove::MultiAz => database.multi_az.value.into(),
        DatabaseMove::Backups => database.backup.days.value.into(),
        DatabaseMove::Direct => connections::direct(side),
        DatabaseMove::Server => server(side, catalogue),
        DatabaseMove::Replicas => database.replicas.max_connections.value.into(),
        DatabaseMove::ReplicaCount => database.replicas.count.value.into(),
        DatabaseMove::Storage | DatabaseMove::ReplicaVia | DatabaseMove::Access => 0,
    }
}

/// The resources of one pod, for nodes and for PgBouncer.
fn weight(workload: &Workload) -> u64 {
    let ask = &workload.requests;
    let memory = ask.memory.value.units() / 1_048_576;
    let connections = workload.connections.of_a_pod();
    let cpu = ask.cpu.value.milli();
    cpu.saturating_add(memory).saturating_add(connections)
}

/// The server: first its class' memory in MiB, then its connections.
fn server(side: &Environment, catalogue: &Catalogue) -> u64 {
    let known = catalogue.db_classes.get(&side.database.instance.value);
    let memory = known.map_or(0, |known| known.memory.units() / 1_048_576);
    let connections = u64::from(side.database.max_connections.value);
    memory.saturating_mul(10_000).saturating_add(connections)
}

/// A replication group: replicas, or bytes over its shards.
fn group(kind: &MoveKind, name: &str, side: &Environment, catalogue: &Catalogue) -> u64 {
    let Some(group) = side.redis.get(name) else {
        return 0;
    };
    if matches!(kind, MoveKind::Redis(_, GroupMove::Replicas)) {
        return group.replicas.value.into();
    }
    let known = catalogue.cache_nodes.get(&group.node.value);
    let shards = u64::from(group.cluster.shards.value.max(1));
    known
        .map_or(0, |known| known.maxmemory)
        .saturating_mul(shards)
}

/// A node group: its maximum, or the memory of one node.
fn nodes(kind: &MoveKind, name: &str, side: &Environment, catalogue: &Catalogue) -> u64 {
    let Some(group) = side.nodes.get(name) else {
        return 0;
    };
    if matches!(kind, MoveKind::Nodes(_, NodesMove::Count)) {
        return group.count.max.value.into();
    }
    packing::room(group, catalogue).map_or(0, |room| room.memory)
}
