//! The platform below the workloads: PgBouncer, the database, Redis, the nodes.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attribute::Keyed;
use super::declaration::{AT_LEAST_ONE, Form, node};
use super::place::Place;
use super::version::Version;
use super::volume::{LARGEST_GIB, Provisioned, STRIPED_FROM_GIB, included};
use super::{
    Apply, Autoscalers, Capacity, ClusterMode, DailyWindow, Duration, EvictionPolicy, Name,
    PoolMode, Quantity, RedisEngine, RedisTls, Resources, SslMode, StartupOptions, StorageType,
    Use, Via, WeeklyWindow,
};
use crate::source::Sourced;

/// The most replicas that a file may state, for a database or a shard. Rules check AWS' own limits.
pub const MOST_STATED_REPLICAS: u32 = 10_000;

/// What RDS for PostgreSQL accepts for `max_connections`.
const CONNECTIONS: RangeInclusive<u32> = 6..=262_143;

/// A second to a week. Without a `drain`, the kubelet would kill the pod with all its connections.
const DRAIN: RangeInclusive<u64> = 1..=604_800;

/// The pods that a kubelet may be configured for. `aws-node` and `kube-proxy` run on every node.
const MAX_PODS: RangeInclusive<u32> = 3..=1_000;

node! {
    /// The pooler.
    Pgbouncer: PgbouncerNode, PgbouncerField, derived {
        /// The Deployment's name.
        child name: Sourced<Name> = Form::LetteredName, "\"pgbouncer\"";
        /// The number of PgBouncer pods.
        child instances: Sourced<u32> = AT_LEAST_ONE, "2";
        /// Sizes of the pools of one pod.
        node pool: Pool;
        /// Further entries of `[databases]`, beside that of `database.dbname`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nodes database: Vec<PoolerDatabase>;
        /// `max_client_conn` of one pod.
        node clients: Clients;
        /// `pool_mode`.
        child mode: Sourced<PoolMode>, "\"transaction\"";
        /// PgBouncer's image.
        child image: Sourced<String> = Form::Placed(Place::Image), "\"registry.example.com/pgbouncer:1.25.1\"";
        /// What PgBouncer does with startup options that it does not track.
        child options: Option<Sourced<StartupOptions>>, "\"ignore\"";
        /// What a pod asks for.
        node requests: Resources;
        /// What a pod may use.
        node limits: Resources;
        /// How long a terminating pod waits for its clients to leave:
        /// `terminationGracePeriodSeconds`.
        child drain: Sourced<Duration> = Form::Duration(DRAIN), "\"300s\"";
        /// How long a rollout waits after a new pod is ready: `minReadySeconds`.
        #[serde(default = "unrecorded")]
        child min_ready: Sourced<Duration> = Form::Duration(DRAIN), "\"300s\"";
    }

    /// PgBouncer's pool sizes, per pod.
    Pool: PoolNode, PoolField, derived {
        /// `default_pool_size`: per user and database.
        property default: Sourced<u32> = AT_LEAST_ONE, "60";
        /// `max_db_connections`: per database entry.
        property max_db: Sourced<u32> = AT_LEAST_ONE, "120";
        /// `reserve_pool_size`.
        property reserve: Sourced<u32>, "5";
    }

    /// An entry of PgBouncer's `[databases]` with pools of its own.
    PoolerDatabase: PoolerDatabaseNode, PoolerDatabaseField, derived {
        /// The entry's name, which clients connect to.
        key name: Sourced<String> = Form::Placed(Place::PostgresName), "\"results\"";
        /// The PostgreSQL database on the server.
        property dbname: Sourced<String> = Form::Placed(Place::PostgresName), "\"kaireon_results\"";
        /// `pool_size`: per user, of one pod.
        property pool_size: Sourced<u32> = AT_LEAST_ONE, "10";
        /// `max_db_connections`, of one pod.
        property max_db: Sourced<u32> = AT_LEAST_ONE, "20";
        /// `reserve_pool`, of one pod.
        property reserve: Sourced<u32>, "5";
        /// `pool_mode`.
        property mode: Sourced<PoolMode>, "\"session\"";
    }

    /// Client connections.
    Clients: ClientsNode, ClientsField, settled {
        /// `max_client_conn` of one pod.
        property max: Sourced<u32> = AT_LEAST_ONE, "500";
    }

    /// The RDS for PostgreSQL instance.
    Database: DatabaseNode, DatabaseField, derived {
        /// The RDS identifier.
        child name: Sourced<Name> = Form::LetteredName, "\"kaireon-prod\"";
        /// The instance class.
        child instance: Sourced<String> = Form::Placed(Place::AwsWord), "\"db.r6g.large\"";
        /// PostgreSQL's major version, or major.minor.
        child engine: Sourced<String> = Form::Placed(Place::AwsWord), "\"16\"";
        /// `max_connections`.
        child max_connections: Sourced<u32> = Form::Whole(CONNECTIONS), "200";
        /// Whether there is a standby in another zone.
        child multi_az: Sourced<bool>, "#true";
        /// The volume.
        node storage: Storage;
        /// The read replicas.
        node replicas: ReadReplicas;
        /// Connections that bypass PgBouncer.
        node direct: Direct;
        /// Automated backups.
        node backup: Backup;
        /// The weekly window, and whether changes wait for it.
        node maintenance: Maintenance;
        /// The database's host; by default, the Service `<app>-postgres`.
        child endpoint: Option<Sourced<String>> = Form::Placed(Place::Host), "\"db.example.com\"";
        /// The PostgreSQL database.
        child dbname: Sourced<String> = Form::Placed(Place::PostgresName), "\"kaireon\"";
        /// The application's PostgreSQL role.
        child user: Sourced<String> = Form::Placed(Place::PostgresName), "\"kaireon\"";
        /// The RDS master user, which creates the other roles.
        child master: Sourced<String> = Form::Placed(Place::PostgresName), "\"postgres\"";
        /// How PgBouncer verifies the server: its TLS mode.
        child tls: Sourced<SslMode>, "\"verify-full\"";
        inside "env" {
            /// The environment variable with the host of PgBouncer; schema migrations get that of the server.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            property env_host as "host": Option<Sourced<String>> = Form::Placed(Place::Variable), "\"DB_HOST\"";
            /// The environment variable with the port.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            property env_port as "port": Option<Sourced<String>> = Form::Placed(Place::Variable), "\"DB_PORT\"";
            /// The environment variable with the name of the database.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            property env_name as "name": Option<Sourced<String>> = Form::Placed(Place::Variable), "\"DB_NAME\"";
            /// The environment variable with the application's role.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            property env_user as "user": Option<Sourced<String>> = Form::Placed(Place::Variable), "\"DB_USER\"";
            /// The environment variable with the role's password, from a Secret.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            property env_password as "password-env": Option<Sourced<String>> = Form::Placed(Place::Variable), "\"DB_PASSWORD\"";
        }
    }

    /// An RDS volume.
    Storage: StorageNode, StorageField, settled {
        /// The volume's size in GiB.
        property gib: Sourced<u32> = Form::Gib(1..=LARGEST_GIB), "500";
        /// The maximum of storage autoscaling in GiB; 0 turns it off.
        property max_gib: Sourced<u32> = Form::Gib(0..=LARGEST_GIB), "1000";
        /// The volume's type.
        #[serde(rename = "type")]
        property kind as "type": Sourced<StorageType>, "\"gp3\"";
        /// Provisioned IOPS.
        property iops: Option<Sourced<u32>> = AT_LEAST_ONE, "12000";
        /// Provisioned MiB/s.
        property throughput: Option<Sourced<u32>> = AT_LEAST_ONE, "500";
    }

    /// Read replicas, all alike.
    ReadReplicas: ReadReplicasNode, ReadReplicasField, derived {
        /// The number of read replicas.
        argument count: Sourced<u32> = Form::Whole(0..=MOST_STATED_REPLICAS), "1";
        /// The RDS class of the read replicas.
        property instance: Sourced<String> = Form::Placed(Place::AwsWord), "\"db.r6g.large\"";
        /// `max_connections` of the read replicas.
        property max_connections: Sourced<u32> = Form::Whole(CONNECTIONS), "200";
        /// How the API connects to the read replicas.
        property via: Sourced<Via>, "\"pgbouncer\"";
    }

    /// Connections that reach the server without PgBouncer.
    Direct: DirectNode, DirectField, settled {
        /// Connections of exporters.
        property monitoring: Sourced<u32>, "5";
        /// Connections of logical replication.
        property replication: Sourced<u32>, "5";
        /// Connections of people and jobs.
        property admin: Sourced<u32>, "10";
        /// Connections of schema migrations.
        property migrations: Sourced<u32>, "0";
    }

    /// Automated backups.
    Backup: BackupNode, BackupField, settled {
        /// Days for which backups are kept; 0 turns backups off.
        property days: Sourced<u32> = Form::Whole(0..=35), "7";
        /// The daily backup window, in UTC.
        property window: Sourced<DailyWindow>, "\"02:00-03:00\"";
    }

    /// Maintenance.
    Maintenance: MaintenanceNode, MaintenanceField, settled {
        /// The weekly maintenance window, in UTC.
        property window: Sourced<WeeklyWindow>, "\"sun:04:00-sun:05:00\"";
        /// Whether changes are made at once or wait for the window.
        property apply: Sourced<Apply>, "\"now\"";
    }

    /// An ElastiCache replication group.
    RedisGroup: RedisNode, RedisGroupField, derived {
        /// The replication group's id.
        child name: Sourced<Name> = Form::LetteredName, "\"kaireon-prod-queue\"";
        inside "engine" {
            /// The engine.
            argument engine: Sourced<RedisEngine>, "\"redis\"";
            /// The engine's version.
            property version as "version": Sourced<String> = Form::Placed(Place::AwsWord), "\"7.1\"";
        }
        /// The node type.
        child node: Sourced<String> = Form::Placed(Place::AwsWord), "\"cache.r6g.large\"";
        /// Replicas of each shard.
        child replicas: Sourced<u32> = Form::Whole(0..=MOST_STATED_REPLICAS), "1";
        /// `maxmemory-policy`.
        child policy: Sourced<EvictionPolicy>, "\"noeviction\"";
        /// What the group serves.
        list uses: Vec<Sourced<Use>>, "\"queue\"";
        /// Sharding.
        node cluster: Cluster;
        /// Encryption in transit.
        child tls: Sourced<RedisTls>, "\"required\"";
        inside "data" {
            /// The expected amount of data, in GiB.
            property data_gib as "gib": Option<Sourced<u32>> = Form::Gib(0..=u32::MAX), "8";
        }
        /// The address, as `host:port`; by default, it comes from a Secret at run time.
        child endpoint: Option<Sourced<String>> = Form::Placed(Place::HostPort), "\"cache.example.com:6379\"";
        inside "env" {
            /// The environment variable with the address.
            property env_url as "url": Sourced<String> = Form::Placed(Place::Variable), "\"REDIS_URL\"";
            /// The environment variable with the cluster mode.
            property env_cluster as "cluster": Sourced<String> = Form::Placed(Place::Variable), "\"REDIS_CLUSTER_MODE\"";
        }
        /// The user that clients log in as; without one, they use the AUTH token alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        child user: Option<Sourced<String>> = Form::Placed(Place::RedisUser), "\"shop\"";
        /// Logical databases with an address of their own.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nodes database: Vec<RedisDatabase>;
    }

    /// A logical database of a group, for one of its uses or for another role of the application.
    RedisDatabase: RedisDatabaseNode, RedisDatabaseField, settled {
        /// A use of the group, or what the application calls this role.
        key role: Sourced<Name>, "\"queue\"";
        /// The index of the database.
        required index: Sourced<u32> = Form::Whole(0..=LAST_DATABASE), "1";
        /// The environment variable with the address of the database.
        required env: Sourced<String> = Form::Placed(Place::Variable), "\"CELERY_BROKER_URL\"";
    }

    /// A group's sharding.
    Cluster: ClusterNode, ClusterField, derived {
        /// The number of shards; 0 turns cluster mode off.
        property shards: Sourced<u32>, "3";
        /// The cluster mode.
        property mode: Sourced<ClusterMode>, "\"enabled\"";
    }

    /// An EKS node group.
    NodeGroup: NodeGroupNode, NodeGroupField, derived {
        /// The EC2 instance type.
        child instance: Sourced<String> = Form::Placed(Place::AwsWord), "\"m7g.large\"";
        /// More EC2 instance types that a node may have, such as for spot.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        filled_list alternatives: Vec<Sourced<String>> = Form::Placed(Place::AwsWord), "\"m6g.large\"";
        /// How many nodes.
        node count: NodeCount;
        /// On-demand or spot nodes.
        child capacity: Sourced<Capacity>, "\"spot\"";
        /// The pools that run only here; without `runs`, a group takes all other pods.
        filled_list runs: Vec<Sourced<Name>>, "\"batch\"";
        /// The most pods on a node, daemons included: `maxPods` of the kubelet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        child max_pods: Option<Sourced<u32>> = Form::Whole(MAX_PODS), "110";
        /// Whether the VPC CNI assigns prefixes of 16 addresses instead of single addresses.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        child prefix_delegation: Option<Sourced<bool>>, "#true";
        /// What daemons take of each node.
        #[serde(default, skip_serializing_if = "Daemons::are_as_usual")]
        node daemons: Daemons;
    }

    /// What the pods of DaemonSets take of each node.
    Daemons: DaemonsNode, DaemonsField, settled {
        /// Their pods, without `aws-node` and `kube-proxy`.
        property pods: Option<Sourced<u32>> = Form::Whole(0..=250), "6";
        /// Their CPU requests, in cores.
        property cpu: Option<Sourced<Quantity>> = Form::Cpu, "\"500m\"";
        /// Their memory requests, in bytes.
        property memory: Option<Sourced<Quantity>> = Form::Memory, "\"1Gi\"";
    }

    /// The bounds of a node group.
    NodeCount: NodeCountNode, NodeCountField, settled {
        /// The minimum.
        property min: Sourced<u32>, "3";
        /// The maximum.
        property max: Sourced<u32>, "12";
    }

    /// Addresses for the network policies.
    Network: NetworkNode, NetworkField, settled {
        /// The address range of the database.
        property database_cidr: Option<Sourced<String>> = Form::Placed(Place::Cidr), "\"10.0.32.0/20\"";
        /// The namespace of Prometheus.
        property monitoring_namespace: Option<Sourced<String>> = Form::Placed(Place::DnsLabel), "\"monitoring\"";
    }

    /// Ownership of the generated objects.
    Deliver: DeliverNode, DeliverField, settled {
        /// Where the HPA and the ScaledObjects are written.
        property autoscalers: Sourced<Autoscalers>, "\"manifests\"";
    }
}

/// Replaces a duration that a record lacks, until the whole record is read.
fn unrecorded() -> Sourced<Duration> {
    Sourced::unless_stated(Duration::default(), "record", "the record does not say")
}

impl Keyed for PoolerDatabase {
    fn key(&self, _: usize) -> String {
        self.name.value.clone()
    }
}

/// An entry of `[databases]` with its sizes: that of `database.dbname`, or a further one.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The name of a further entry; `None` for that of `database.dbname`.
    pub name: Option<&'a str>,
    /// The pool of one role.
    pub size: &'a Sourced<u32>,
    /// The limit of all its pools.
    pub max_db: &'a Sourced<u32>,
    /// What a pool gets more while clients wait.
    pub reserve: &'a Sourced<u32>,
    /// When a server connection returns to the pool.
    pub mode: &'a Sourced<PoolMode>,
}

impl Entry<'_> {
    /// The path of the pool's size.
    #[must_use]
    pub fn size_path(&self) -> String {
        match self.name {
            None => "pgbouncer.pool.default".to_owned(),
            Some(name) => format!("pgbouncer.database.{name}.pool-size"),
        }
    }

    /// The path of the limit.
    #[must_use]
    pub fn max_db_path(&self) -> String {
        match self.name {
            None => "pgbouncer.pool.max-db".to_owned(),
            Some(name) => format!("pgbouncer.database.{name}.max-db"),
        }
    }

    /// The path of the mode.
    #[must_use]
    pub fn mode_path(&self) -> String {
        match self.name {
            None => "pgbouncer.mode".to_owned(),
            Some(name) => format!("pgbouncer.database.{name}.mode"),
        }
    }

    /// The words that tell a further entry from the first one, behind a noun.
    #[must_use]
    pub fn told(&self) -> String {
        self.name
            .map(|name| format!(" for database `{name}`"))
            .unwrap_or_default()
    }
}

impl Pgbouncer {
    /// The entries that share the primary: that of `database.dbname`, then the others by name.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let first = Entry {
            name: None,
            size: &self.pool.default,
            max_db: &self.pool.max_db,
            reserve: &self.pool.reserve,
            mode: &self.mode,
        };
        let further = self.database.iter().map(|database| Entry {
            name: Some(&database.name.value),
            size: &database.pool_size,
            max_db: &database.max_db,
            reserve: &database.reserve,
            mode: &database.mode,
        });
        std::iter::once(first).chain(further)
    }

    /// The connections of one pod to the further entries.
    #[must_use]
    pub fn max_db_of_others(&self) -> u64 {
        let others = self.database.iter();
        others.map(|other| u64::from(other.max_db.value)).sum()
    }

    /// The connections of one pod to the primary.
    #[must_use]
    pub fn max_db(&self) -> u64 {
        u64::from(self.pool.max_db.value).saturating_add(self.max_db_of_others())
    }

    /// [`Self::max_db`] as a factor: `60`, or `(60 + 10)` with a further database.
    #[must_use]
    pub fn each_pod(&self) -> String {
        let all: Vec<String> = self
            .entries()
            .map(|it| it.max_db.value.to_string())
            .collect();
        match all.as_slice() {
            [only] => only.clone(),
            several => format!("({})", several.join(" + ")),
        }
    }

    /// Completes a record from before `min-ready` existed: it was equal to the drain.
    pub fn complete(&mut self) {
        if self.min_ready.value == Duration::default() {
            self.min_ready = self.drain.clone();
        }
    }

    /// The pods that drain at once during a rollout: each terminating pod takes up to `drain`, and
    /// the next one follows `min-ready` later.
    #[must_use]
    pub fn draining(&self) -> u32 {
        leaving_at_once(self.drain.value, self.min_ready.value, self.instances.value)
    }
}

/// How many of `pods` drain at once if each takes `drain` and the next follows after `pace`; at
/// least one.
#[must_use]
pub fn leaving_at_once(drain: Duration, pace: Duration, pods: u32) -> u32 {
    let at_once = drain.secs().div_ceil(pace.secs().max(1));
    u32::try_from(at_once).unwrap_or(u32::MAX).min(pods).max(1)
}

impl Storage {
    /// The IOPS and MiB/s to request for a volume of this size: the stated ones, else those of a striped
    /// gp3 volume. If they were left out, Terraform's provider would send the old values again, and RDS
    /// refuses 3,000 IOPS from 400 GiB on (`hashicorp/terraform-provider-aws#28382`). A smaller gp3 volume
    /// accepts none.
    #[must_use]
    pub fn provisioned(&self, gib: u32) -> Provisioned {
        let kind = self.kind.value;
        let striped = kind == StorageType::Gp3 && gib >= STRIPED_FROM_GIB;
        let included = included(kind, gib);
        let asked = |stated: &Option<Sourced<u32>>, included: u32| {
            let stated = stated.as_ref().map(|stated| stated.value);
            stated.or(striped.then_some(included))
        };
        Provisioned {
            iops: asked(&self.iops, included.iops),
            throughput: asked(&self.throughput, included.throughput),
        }
    }
}

/// The last logical database: ElastiCache has 16 unless its parameter `databases` says otherwise.
const LAST_DATABASE: u32 = 15;

impl Keyed for RedisDatabase {
    fn key(&self, _: usize) -> String {
        self.role.value.to_string()
    }
}

impl RedisGroup {
    /// The index of the database that holds a use.
    #[must_use]
    pub fn index_of(&self, wanted: Use) -> u32 {
        let mut databases = self.database.iter();
        let wanted = wanted.to_string();
        let own = databases.find(|it| it.role.value.as_str() == wanted);
        own.map_or(0, |own| own.index.value)
    }

    /// The environment variables with addresses of the group, each with the index of its database. A
    /// database may take the variable of the group.
    #[must_use]
    pub fn addresses(&self) -> Vec<(&Sourced<String>, u32)> {
        let of_group = self
            .database
            .iter()
            .all(|it| it.env.value != self.env_url.value);
        let of_group = of_group.then_some((&self.env_url, 0));
        let databases = self.database.iter();
        let databases = databases.map(|it| (&it.env, it.index.value));
        of_group.into_iter().chain(databases).collect()
    }

    /// Whether anything uses it.
    #[must_use]
    pub fn is_used(&self) -> bool {
        !self.uses.is_empty() || !self.database.is_empty()
    }

    /// The first version of Redis that can change encryption in transit, through `preferred`
    /// (ElastiCache user guide, in-transit encryption).
    pub const TLS_IN_PLACE: Version = Version::of(7, 0).patch(5);

    /// Whether the engine has `preferred`; every Valkey has it.
    #[must_use]
    pub fn knows_preferred_tls(&self) -> bool {
        self.engine.value == RedisEngine::Valkey || self.is_at_least(&Self::TLS_IN_PLACE)
    }

    /// Whether its version is at least `least`. An omitted number stands for the newest.
    #[must_use]
    pub fn is_at_least(&self, least: &Version) -> bool {
        Version::lenient(&self.version.value)
            .compare_stated(least)
            .is_ge()
    }
}

impl NodeGroup {
    /// The instance types that its nodes may have, `instance` first.
    pub fn instances(&self) -> impl Iterator<Item = &Sourced<String>> {
        let others = self.alternatives.iter();
        let others = others.filter(|other| other.value != self.instance.value);
        std::iter::once(&self.instance).chain(others)
    }

    /// The instance types in words: `m7g.large`, or `m7g.large, m6g.large or m7gd.large`.
    #[must_use]
    pub fn instances_in_words(&self) -> String {
        let types: Vec<&str> = self.instances().map(|it| it.value.as_str()).collect();
        match types.as_slice() {
            [] => String::new(),
            [only] => (*only).to_owned(),
            [others @ .., last] => format!("{} or {last}", others.join(", ")),
        }
    }

    /// Whether the VPC CNI assigns prefixes of 16 addresses to its nodes.
    #[must_use]
    pub fn assigns_prefixes(&self) -> bool {
        self.prefix_delegation.as_ref().is_some_and(|it| it.value)
    }
}

impl Daemons {
    /// Whether no amount is stated.
    #[must_use]
    pub fn are_as_usual(&self) -> bool {
        self.pods.is_none() && self.cpu.is_none() && self.memory.is_none()
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "`node!` declares the type, and derives the same for all"
)]
impl Default for Daemons {
    fn default() -> Self {
        Self {
            pods: None,
            cpu: None,
            memory: None,
        }
    }
}

impl Database {
    /// The variables with the parts of a connection, each with the last step of its path.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, &Sourced<String>)> {
        let all = [
            ("host", &self.env_host),
            ("port", &self.env_port),
            ("name", &self.env_name),
            ("user", &self.env_user),
            ("password-env", &self.env_password),
        ];
        let stated = all.into_iter();
        stated
            .filter_map(|(part, variable)| Some((part, variable.as_ref()?)))
            .collect()
    }

    /// The default master user of RDS.
    pub const MASTER: &str = "postgres";

    /// Whether the application connects as the master user.
    #[must_use]
    pub fn application_is_master(&self) -> bool {
        self.master.value.eq_ignore_ascii_case(&self.user.value)
    }

    /// The replicas' own hosts, if they can be derived from `endpoint`: RDS names an instance
    /// `<identifier>.<account and region>.rds.amazonaws.com`, so only the identifier differs.
    #[must_use]
    pub fn read_hosts(&self) -> Option<Vec<String>> {
        self.hosts().of_replicas()
    }

    /// The RDS identifier of a read replica, counted from 1.
    #[must_use]
    pub fn read_identifier(&self, number: u32) -> String {
        read_identifier(&self.name.value, number)
    }

    /// Whether PgBouncer connects to every server by a name in its certificate, which `verify-full`
    /// requires.
    #[must_use]
    pub fn hosts_are_named(&self) -> bool {
        self.hosts().are_named()
    }

    fn hosts(&self) -> Hosts<'_> {
        Hosts {
            endpoint: self.endpoint.as_ref().map(|it| it.value.as_str()),
            name: &self.name.value,
            replicas: self.replicas.count.value,
            via: self.replicas.via.value,
        }
    }
}

fn read_identifier(database: &Name, number: u32) -> String {
    format!("{database}-read-{number}")
}

/// The values from which the hosts of the database's servers are derived.
#[derive(Clone, Copy, Debug)]
pub struct Hosts<'a> {
    /// The primary's host, if it is stated.
    pub endpoint: Option<&'a str>,
    /// The primary's RDS identifier.
    pub name: &'a Name,
    /// The read replicas.
    pub replicas: u32,
    /// How the API reads from them.
    pub via: Via,
}

impl Hosts<'_> {
    /// The replicas' own hosts, if they can be derived from `endpoint`: RDS names an instance
    /// `<identifier>.<account and region>.rds.amazonaws.com`, so only the identifier differs.
    #[must_use]
    pub fn of_replicas(&self) -> Option<Vec<String>> {
        let place = self
            .endpoint?
            .strip_prefix(self.name.as_str())?
            .strip_prefix('.')?;
        let (_, domain) = place.split_once('.')?;
        let rds = domain.contains(".rds.amazonaws.com");
        let host = |number| format!("{}.{place}", read_identifier(self.name, number));
        rds.then(|| (1..=self.replicas).map(host).collect())
    }

    /// Whether PgBouncer knows every server that it connects to by the name in its certificate.
    #[must_use]
    pub fn are_named(&self) -> bool {
        let pooled_reads = self.replicas > 0 && self.via == Via::Pgbouncer;
        self.endpoint.is_some() && (!pooled_reads || self.of_replicas().is_some())
    }
}

/// The container of PgBouncer in its pods.
pub const PGBOUNCER_CONTAINER: &str = "pgbouncer";

/// The role that may use PgBouncer's console: `RELOAD`, `SHOW`.
pub const ADMIN_USER: &str = "pgbouncer_admin";

/// The role with read access to the console, for the exporter.
pub const STATS_USER: &str = "pgbouncer_stats";

/// Where PgBouncer listens.
pub const PGBOUNCER_PORT: u16 = 6432;

/// The label of every node group, with its name as the value, and the taint of a group that is
/// reserved for certain pools.
pub const NODE_GROUP_LABEL: &str = "tierc.dev/node-group";

/// The label with the environment of a node group, because environments may share a cluster.
pub const ENVIRONMENT_LABEL: &str = "tierc.dev/environment";
