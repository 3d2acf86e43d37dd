//! What workloads stand on: the pooler, the database, Redis, the nodes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::part::part;
use super::{
    Apply, Autoscalers, Capacity, ClusterMode, DailyWindow, Duration, EvictionPolicy, Name,
    PoolMode, RedisEngine, RedisTls, Replicas, Resources, SslMode, StartupOptions, StorageType,
    Use, Via, WeeklyWindow,
};
use crate::source::Sourced;

/// The most replicas that a file may state, of a database or of a shard; what AWS makes of them is
/// for the rules to say.
pub const MOST_STATED_REPLICAS: u32 = 10_000;

part! {
    /// The pooler.
    Pgbouncer: PgbouncerField {
        /// The Deployment's name.
        name: Sourced<Name>,
        /// How many pods.
        instances: Sourced<u32>,
        /// Sizes of the pools of one pod.
        pool: Pool,
        /// `max_client_conn` of one pod.
        clients: Clients,
        /// `pool_mode`.
        mode: Sourced<PoolMode>,
        /// The image.
        image: Sourced<String>,
        /// What becomes of startup options that PgBouncer does not track, if it is stated.
        options: Option<Sourced<StartupOptions>>,
        /// What a pod asks for.
        requests: Resources,
        /// What a pod may use.
        limits: Resources,
        /// How long a pod waits for its clients to leave: `terminationGracePeriodSeconds`.
        drain: Sourced<Duration>,
        /// How long a new pod is ready before a rollout ends the next old one: `minReadySeconds`.
        /// Records of older versions lack it: it was the drain.
        #[serde(default = "unrecorded")]
        min_ready: Sourced<Duration>,
    }

    /// PgBouncer's pool sizes, per pod.
    Pool: PoolField {
        /// `default_pool_size`: per user and database.
        default: Sourced<u32>,
        /// `max_db_connections`: per database entry.
        max_db: Sourced<u32>,
        /// `reserve_pool_size`.
        reserve: Sourced<u32>,
    }

    /// Client connections.
    Clients: ClientsField {
        /// `max_client_conn` of one pod.
        max: Sourced<u32>,
    }

    /// The RDS for PostgreSQL instance.
    Database: DatabaseField {
        /// The RDS identifier.
        name: Sourced<Name>,
        /// The instance class.
        instance: Sourced<String>,
        /// PostgreSQL's major version, or major.minor.
        engine: Sourced<String>,
        /// `max_connections`.
        max_connections: Sourced<u32>,
        /// Whether a standby waits in another zone.
        multi_az: Sourced<bool>,
        /// The volume.
        storage: Storage,
        /// The read replicas.
        replicas: ReadReplicas,
        /// Connections that bypass PgBouncer.
        direct: Direct,
        /// Automated backups.
        backup: Backup,
        /// The weekly window, and whether changes wait for it.
        maintenance: Maintenance,
        /// The host, if it is stated; else the Service `<app>-postgres`.
        endpoint: Option<Sourced<String>>,
        /// The PostgreSQL database.
        dbname: Sourced<String>,
        /// The application's PostgreSQL role.
        user: Sourced<String>,
        /// The RDS master user, which creates the other roles.
        master: Sourced<String>,
        /// How the server is trusted.
        tls: Sourced<SslMode>,
    }

    /// An RDS volume.
    Storage: StorageField {
        /// GiB.
        gib: Sourced<u32>,
        /// Storage autoscaling's ceiling in GiB; 0 is off.
        max_gib: Sourced<u32>,
        /// The kind.
        #[serde(rename = "type")]
        at "type" kind: Sourced<StorageType>,
        /// Provisioned IOPS.
        iops: Option<Sourced<u32>>,
        /// Provisioned MiB/s.
        throughput: Option<Sourced<u32>>,
    }

    /// Read replicas, all alike.
    ReadReplicas: ReadReplicasField {
        /// How many.
        count: Sourced<u32>,
        /// Their class.
        instance: Sourced<String>,
        /// Their `max_connections`.
        max_connections: Sourced<u32>,
        /// Over what the API reaches them.
        via: Sourced<Via>,
    }

    /// Connections that reach the server without PgBouncer.
    Direct: DirectField {
        /// Exporters.
        monitoring: Sourced<u32>,
        /// Logical replication.
        replication: Sourced<u32>,
        /// People and jobs.
        admin: Sourced<u32>,
        /// Schema migrations.
        migrations: Sourced<u32>,
    }

    /// Automated backups.
    Backup: BackupField {
        /// Days they are kept; 0 is off.
        days: Sourced<u32>,
        /// When they are taken, in UTC.
        window: Sourced<DailyWindow>,
    }

    /// Maintenance.
    Maintenance: MaintenanceField {
        /// When, in UTC.
        window: Sourced<WeeklyWindow>,
        /// Whether changes wait for it.
        apply: Sourced<Apply>,
    }

    /// An ElastiCache replication group.
    RedisGroup: RedisGroupField {
        /// The replication group's id.
        name: Sourced<Name>,
        /// The engine.
        engine: Sourced<RedisEngine>,
        /// Its version.
        at "engine.version" version: Sourced<String>,
        /// The node type.
        node: Sourced<String>,
        /// Replicas of each shard.
        replicas: Sourced<u32>,
        /// `maxmemory-policy`.
        policy: Sourced<EvictionPolicy>,
        /// What it is for.
        uses: Vec<Sourced<Use>>,
        /// Sharding.
        cluster: Cluster,
        /// Encryption in transit.
        tls: Sourced<RedisTls>,
        /// The data it is expected to hold, in GiB.
        at "data.gib" data_gib: Option<Sourced<u32>>,
        /// `host:port`, if it is stated; else taken from a Secret at run time.
        endpoint: Option<Sourced<String>>,
        /// The environment variable for the address.
        at "env.url" env_url: Sourced<String>,
        /// The environment variable for cluster mode.
        at "env.cluster" env_cluster: Sourced<String>,
    }

    /// A group's sharding.
    Cluster: ClusterField {
        /// Shards; 0 is cluster mode off.
        shards: Sourced<u32>,
        /// The mode.
        mode: Sourced<ClusterMode>,
    }

    /// An EKS node group.
    NodeGroup: NodeGroupField {
        /// The EC2 instance type.
        instance: Sourced<String>,
        /// How many nodes.
        count: Replicas,
        /// How they are bought.
        capacity: Sourced<Capacity>,
        /// The pools that run here and nowhere else; none means everything else.
        runs: Vec<Sourced<Name>>,
    }

    /// What the network policies need to know.
    Network: NetworkField {
        /// Where the database is reached, if it is stated.
        database_cidr: Option<Sourced<String>>,
        /// Where Prometheus runs, if it is stated.
        monitoring_namespace: Option<Sourced<String>>,
    }

    /// Ownership of what is generated.
    Deliver: DeliverField {
        /// Who writes the HPA and the ScaledObjects.
        autoscalers: Sourced<Autoscalers>,
    }
}

/// What stands in for a length of time that a record lacks, until the record is read as a whole.
fn unrecorded() -> Sourced<Duration> {
    Sourced::unless_stated(Duration::default(), "record", "the record does not say")
}

impl Pgbouncer {
    /// Completes a record that was written before `min-ready` was an attribute: it was the drain.
    pub fn complete(&mut self) {
        if self.min_ready.value == Duration::default() {
            self.min_ready = self.drain.clone();
        }
    }

    /// The pods that drain at once while a rollout goes on: each of those that leave takes up to
    /// `drain` to go, and the next one leaves `min-ready` later.
    #[must_use]
    pub fn draining(&self) -> u32 {
        leaving_at_once(self.drain.value, self.min_ready.value, self.instances.value)
    }
}

/// How many of `pods` drain at once where each takes `drain` and the next leaves `pace` later; at
/// least one.
#[must_use]
pub fn leaving_at_once(drain: Duration, pace: Duration, pods: u32) -> u32 {
    let at_once = drain.secs().div_ceil(pace.secs().max(1));
    u32::try_from(at_once).unwrap_or(u32::MAX).min(pods).max(1)
}

impl RedisGroup {
    /// The first version of Redis on which encryption in transit can be changed, by way of
    /// `preferred` (ElastiCache user guide, in-transit encryption).
    pub const TLS_IN_PLACE: [u32; 3] = [7, 0, 5];

    /// Whether the engine has `preferred`; every Valkey does.
    #[must_use]
    pub fn knows_preferred_tls(&self) -> bool {
        self.engine.value == RedisEngine::Valkey || self.is_at_least(&Self::TLS_IN_PLACE)
    }

    /// Whether its version is at least `least`. A number that is left out is the newest there is.
    #[must_use]
    pub fn is_at_least(&self, least: &[u32]) -> bool {
        let numbers = self.version.value.split('.');
        let order = numbers
            .map(|number| number.parse().unwrap_or(0))
            .zip(least)
            .map(|(number, least): (u32, &u32)| number.cmp(least));
        order.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then) != std::cmp::Ordering::Less
    }
}

impl Database {
    /// The master user where the file names none: RDS' own default.
    pub const MASTER: &str = "postgres";

    /// Whether the application connects as the master user.
    #[must_use]
    pub fn application_is_master(&self) -> bool {
        self.master.value.eq_ignore_ascii_case(&self.user.value)
    }

    /// The replicas' own hosts, where they follow from `endpoint`: RDS names an instance
    /// `<identifier>.<account and region>.rds.amazonaws.com`, alike but for the identifier.
    #[must_use]
    pub fn read_hosts(&self) -> Option<Vec<String>> {
        let endpoint = self.endpoint.as_ref()?.value.as_str();
        let place = endpoint
            .strip_prefix(self.name.value.as_str())?
            .strip_prefix('.')?;
        let (_, domain) = place.split_once('.')?;
        let rds = domain.contains(".rds.amazonaws.com");
        let hosts = 1..=self.replicas.count.value;
        rds.then(|| {
            hosts
                .map(|number| format!("{}.{place}", self.read_identifier(number)))
                .collect()
        })
    }

    /// The RDS identifier of a read replica, counted from 1.
    #[must_use]
    pub fn read_identifier(&self, number: u32) -> String {
        format!("{}-read-{number}", self.name.value)
    }

    /// Whether PgBouncer knows every server that it connects to by the name in its certificate:
    /// what `verify-full` compares.
    #[must_use]
    pub fn hosts_are_named(&self) -> bool {
        let pooled_reads =
            self.replicas.count.value > 0 && self.replicas.via.value == Via::Pgbouncer;
        self.endpoint.is_some() && (!pooled_reads || self.read_hosts().is_some())
    }
}

/// The role that may use PgBouncer's console: `RELOAD`, `SHOW`.
pub const ADMIN_USER: &str = "pgbouncer_admin";

/// The role that may only look: the exporter's.
pub const STATS_USER: &str = "pgbouncer_stats";
