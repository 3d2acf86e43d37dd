//! The kind of a change: changes of one kind are applied together.

use crate::model::{
    Api, ApiField, ClusterField, DatabaseField, Difference, Environment, EnvironmentField, Name,
    NodeGroupField, PgbouncerField, ReadReplicasField, RedisGroupField, WorkerField, Workload,
    WorkloadField,
};
use crate::pair::Pair;

/// A kind of change, and whose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoveKind {
    /// Names, labels, tags, and values that only the record has.
    Identity,
    /// What the network policies know.
    Network,
    /// Who owns the autoscalers.
    Delivery,
    /// Off-hours and events.
    Schedules,
    /// What is watched.
    Alerts,
    /// An API.
    Api(Name, ApiMove),
    /// A pool.
    Pool(Name, PoolMove),
    /// A service that is counted.
    Service(Name),
    /// PgBouncer's settings that a reload applies.
    PoolSizes,
    /// PgBouncer's pods.
    Pooler,
    /// The pace of PgBouncer's rollouts. It changes no pod.
    PoolerPace,
    /// The database.
    Database(DatabaseMove),
    /// A replication group.
    Redis(Name, GroupMove),
    /// The uses of the Redis groups, and the variables with their addresses.
    RedisUses,
    /// A node group.
    Nodes(Name, NodesMove),
}

/// What moves of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApiMove {
    /// The whole API is new.
    Added,
    /// The whole API is removed.
    Removed,
    /// Its autoscaler.
    Autoscaler,
    /// Its pod template.
    Pods,
}

/// What moves of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PoolMove {
    /// The whole pool is new.
    Added,
    /// The whole pool is removed.
    Removed,
    /// Its autoscaler.
    Autoscaler,
    /// Its pod template.
    Pods,
}

/// What moves of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DatabaseMove {
    /// The standby in another zone.
    MultiAz,
    /// The instance's class, engine and static parameters, which share one restart.
    Server,
    /// The volume.
    Storage,
    /// The class and static parameters of read replicas.
    Replicas,
    /// How many read replicas there are.
    ReplicaCount,
    /// The route to the replicas.
    ReplicaVia,
    /// Backups and windows.
    Backups,
    /// The reserve for connections that bypass PgBouncer.
    Direct,
    /// The names and addresses of the database.
    Access,
}

/// What moves of a replication group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupMove {
    /// The whole group is new.
    Added,
    /// The whole group is removed.
    Removed,
    /// Its node type.
    Node,
    /// Its replicas.
    Replicas,
    /// Its engine and version.
    Engine,
    /// Its eviction policy.
    Policy,
    /// Its encryption in transit.
    Tls,
    /// Its sharding.
    Cluster,
    /// How it is called and reached.
    Access,
}

/// What moves of a node group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodesMove {
    /// The whole group is new.
    Added,
    /// The whole group is removed.
    Removed,
    /// How many nodes it has.
    Count,
    /// What its nodes are.
    Type,
}

/// The kind of a difference between two environments.
#[must_use]
pub fn kind(difference: &Difference, sides: Pair<&Environment>) -> MoveKind {
    match difference.field {
        EnvironmentField::environment(())
        | EnvironmentField::tier(())
        | EnvironmentField::region(())
        | EnvironmentField::app(())
        | EnvironmentField::namespace(())
        | EnvironmentField::cluster(())
        | EnvironmentField::labels(())
        | EnvironmentField::framework(())
        | EnvironmentField::load_test(_)
        | EnvironmentField::budget(_)
        | EnvironmentField::cost(_) => MoveKind::Identity,
        EnvironmentField::off_hours(_)
        | EnvironmentField::event(_)
        | EnvironmentField::schedule(_) => MoveKind::Schedules,
        EnvironmentField::alerts(_) => MoveKind::Alerts,
        EnvironmentField::network(_) => MoveKind::Network,
        EnvironmentField::deliver(_) => MoveKind::Delivery,
        EnvironmentField::api(field) => {
            let name = Api::of_path(&difference.path).unwrap_or_else(Api::unnamed);
            api(field, name, sides)
        }
        EnvironmentField::worker(field) => pool(field, owner(difference), sides),
        EnvironmentField::service(_) => MoveKind::Service(owner(difference)),
        EnvironmentField::pgbouncer(field) => pgbouncer(field),
        EnvironmentField::database(field) => database(field, sides),
        EnvironmentField::redis(field) => group(field, owner(difference), sides),
        EnvironmentField::nodes(field) => node_group(field, owner(difference), sides),
    }
}

fn pool(field: WorkerField, name: Name, sides: Pair<&Environment>) -> MoveKind {
    match held(sides.map(|side| side.worker.contains_key(&name))) {
        Held::Both => worker(field, name, sides),
        Held::Before => MoveKind::Pool(name, PoolMove::Removed),
        Held::After => MoveKind::Pool(name, PoolMove::Added),
    }
}

fn group(field: RedisGroupField, name: Name, sides: Pair<&Environment>) -> MoveKind {
    match held(sides.map(|side| side.redis.contains_key(&name))) {
        Held::Both => redis(field, name),
        Held::Before => MoveKind::Redis(name, GroupMove::Removed),
        Held::After => MoveKind::Redis(name, GroupMove::Added),
    }
}

fn node_group(field: NodeGroupField, name: Name, sides: Pair<&Environment>) -> MoveKind {
    match held(sides.map(|side| side.nodes.contains_key(&name))) {
        Held::Both => nodes(field, name),
        Held::Before => MoveKind::Nodes(name, NodesMove::Removed),
        Held::After => MoveKind::Nodes(name, NodesMove::Added),
    }
}

/// Which side has something.
enum Held {
    Both,
    Before,
    After,
}

fn held(sides: Pair<bool>) -> Held {
    match (sides.before, sides.after) {
        (true, false) => Held::Before,
        (false, true) => Held::After,
        (true, true) | (false, false) => Held::Both,
    }
}

/// The pool, group or service of a difference: the second step of its path.
fn owner(difference: &Difference) -> Name {
    let name = difference.path.split('.').nth(1).unwrap_or_default();
    Name::composed(name.to_owned())
}

fn api(field: ApiField, name: Name, sides: Pair<&Environment>) -> MoveKind {
    let apis = sides.map(|side| side.api.get(&name));
    let (before, after) = match (apis.before, apis.after) {
        (Some(before), Some(after)) => (before, after),
        (Some(_), None) => return MoveKind::Api(name, ApiMove::Removed),
        (None, Some(_) | None) => return MoveKind::Api(name, ApiMove::Added),
    };
    let workloads = Pair::new(&before.workload, &after.workload);
    match field {
        ApiField::workload(WorkloadField::rollout(_)) if singles_out(workloads) => {
            MoveKind::Api(name, ApiMove::Autoscaler)
        }
        ApiField::workload(field) if is_knowledge(field) => MoveKind::Identity,
        ApiField::workload(field) if scales(field) => MoveKind::Api(name, ApiMove::Autoscaler),
        ApiField::workload(_) => MoveKind::Api(name, ApiMove::Pods),
        ApiField::metric(_) => MoveKind::Api(name, ApiMove::Autoscaler),
    }
}

/// Whether a workload becomes a singleton or is one no longer. Its rollout follows from that, so both
/// change together.
fn singles_out(workloads: Pair<&Workload>) -> bool {
    workloads.before.is_singleton() != workloads.after.is_singleton()
}

/// Whether a workload's field belongs to its manifests, such as its autoscaler, instead of its pods.
fn scales(field: WorkloadField) -> bool {
    match field {
        WorkloadField::replicas(_)
        | WorkloadField::target(_)
        | WorkloadField::scale_up(_)
        | WorkloadField::scale_down(_)
        | WorkloadField::disruption(_)
        | WorkloadField::hold(()) => true,
        WorkloadField::name(())
        | WorkloadField::image(())
        | WorkloadField::requests(_)
        | WorkloadField::limits(_)
        | WorkloadField::connections(_)
        | WorkloadField::rollout(_)
        | WorkloadField::spread(())
        | WorkloadField::arch(())
        | WorkloadField::driver(())
        | WorkloadField::driver_version(())
        | WorkloadField::driver_libpq(())
        | WorkloadField::env(()) => false,
    }
}

/// Whether a workload's field is only for the rules, and not part of any output.
fn is_knowledge(field: WorkloadField) -> bool {
    matches!(
        field,
        WorkloadField::driver(())
            | WorkloadField::driver_version(())
            | WorkloadField::driver_libpq(())
    )
}

fn worker(field: WorkerField, name: Name, sides: Pair<&Environment>) -> MoveKind {
    let pools = sides.map(|side| side.worker.get(&name));
    let both = pools.before.zip(pools.after);
    let singled_out = both
        .is_some_and(|(before, after)| singles_out(Pair::new(&before.workload, &after.workload)));
    match field {
        WorkerField::workload(WorkloadField::rollout(_)) if singled_out => {
            MoveKind::Pool(name, PoolMove::Autoscaler)
        }
        WorkerField::workload(field) if is_knowledge(field) => MoveKind::Identity,
        WorkerField::workload(field) if scales(field) => MoveKind::Pool(name, PoolMove::Autoscaler),
        WorkerField::queue(_)
        | WorkerField::combine(())
        | WorkerField::scenario(())
        | WorkerField::polling(())
        | WorkerField::cooldown(())
        | WorkerField::activation(())
        | WorkerField::fallback(_)
        | WorkerField::pause(()) => MoveKind::Pool(name, PoolMove::Autoscaler),
        WorkerField::workload(_)
        | WorkerField::grace(())
        | WorkerField::capacity(())
        | WorkerField::tolerate(()) => MoveKind::Pool(name, PoolMove::Pods),
    }
}

fn pgbouncer(field: PgbouncerField) -> MoveKind {
    match field {
        PgbouncerField::pool(_)
        | PgbouncerField::database(_)
        | PgbouncerField::clients(_)
        | PgbouncerField::mode(())
        | PgbouncerField::options(()) => MoveKind::PoolSizes,
        PgbouncerField::name(())
        | PgbouncerField::instances(())
        | PgbouncerField::image(())
        | PgbouncerField::requests(_)
        | PgbouncerField::limits(_)
        | PgbouncerField::drain(()) => MoveKind::Pooler,
        PgbouncerField::min_ready(()) => MoveKind::PoolerPace,
    }
}

fn database(field: DatabaseField, sides: Pair<&Environment>) -> MoveKind {
    match field {
        DatabaseField::instance(())
        | DatabaseField::engine(())
        | DatabaseField::max_connections(()) => MoveKind::Database(DatabaseMove::Server),
        DatabaseField::multi_az(()) => MoveKind::Database(DatabaseMove::MultiAz),
        DatabaseField::storage(_) => MoveKind::Database(DatabaseMove::Storage),
        DatabaseField::replicas(field) => replicas(field, sides),
        DatabaseField::direct(_) => MoveKind::Database(DatabaseMove::Direct),
        DatabaseField::backup(_) | DatabaseField::maintenance(_) => {
            MoveKind::Database(DatabaseMove::Backups)
        }
        DatabaseField::name(())
        | DatabaseField::endpoint(())
        | DatabaseField::dbname(())
        | DatabaseField::user(())
        | DatabaseField::master(())
        | DatabaseField::env_host(())
        | DatabaseField::env_port(())
        | DatabaseField::env_name(())
        | DatabaseField::env_user(())
        | DatabaseField::env_password(())
        | DatabaseField::tls(()) => MoveKind::Database(DatabaseMove::Access),
    }
}

/// If one side has no replica, their values are part of creating or deleting them. If neither side
/// has one, the values are only recorded.
fn replicas(field: ReadReplicasField, sides: Pair<&Environment>) -> MoveKind {
    let counts = sides.map(|side| side.database.replicas.count.value);
    if counts.before == 0 && counts.after == 0 {
        return MoveKind::Identity;
    }
    if counts.before == 0 || counts.after == 0 {
        return MoveKind::Database(DatabaseMove::ReplicaCount);
    }
    match field {
        ReadReplicasField::count(()) => MoveKind::Database(DatabaseMove::ReplicaCount),
        ReadReplicasField::instance(()) | ReadReplicasField::max_connections(()) => {
            MoveKind::Database(DatabaseMove::Replicas)
        }
        ReadReplicasField::via(()) => MoveKind::Database(DatabaseMove::ReplicaVia),
    }
}

fn redis(field: RedisGroupField, name: Name) -> MoveKind {
    match field {
        RedisGroupField::node(()) | RedisGroupField::data_gib(()) => {
            MoveKind::Redis(name, GroupMove::Node)
        }
        RedisGroupField::replicas(()) => MoveKind::Redis(name, GroupMove::Replicas),
        RedisGroupField::engine(()) | RedisGroupField::version(()) => {
            MoveKind::Redis(name, GroupMove::Engine)
        }
        RedisGroupField::policy(()) => MoveKind::Redis(name, GroupMove::Policy),
        // Pods find the group of a use through its variable, so both change together.
        RedisGroupField::uses(())
        | RedisGroupField::env_url(())
        | RedisGroupField::env_cluster(())
        | RedisGroupField::database(_) => MoveKind::RedisUses,
        RedisGroupField::tls(()) => MoveKind::Redis(name, GroupMove::Tls),
        RedisGroupField::cluster(ClusterField::shards(()) | ClusterField::mode(())) => {
            MoveKind::Redis(name, GroupMove::Cluster)
        }
        RedisGroupField::name(()) | RedisGroupField::endpoint(()) | RedisGroupField::user(()) => {
            MoveKind::Redis(name, GroupMove::Access)
        }
    }
}

fn nodes(field: NodeGroupField, name: Name) -> MoveKind {
    match field {
        NodeGroupField::count(_) => MoveKind::Nodes(name, NodesMove::Count),
        NodeGroupField::instance(())
        | NodeGroupField::alternatives(())
        | NodeGroupField::capacity(())
        | NodeGroupField::runs(())
        | NodeGroupField::max_pods(())
        | NodeGroupField::prefix_delegation(()) => MoveKind::Nodes(name, NodesMove::Type),
        // Only rules read it.
        NodeGroupField::daemons(_) => MoveKind::Identity,
    }
}
