//! The closed vocabularies of the language, each as an enum with its words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An enum whose values each have one KDL spelling.
pub trait Word: Sized + Copy + 'static {
    /// Every value with its spelling, in the expected order.
    const WORDS: &'static [(&'static str, Self)];

    /// The value that is spelled `text`.
    #[must_use]
    fn from_word(text: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value)
    }
}

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $type:ident { $($(#[doc = $value_doc:literal])+ $value:ident = $word:literal,)+ })+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[schemars(inline)]
        pub enum $type {
            $($(#[doc = $value_doc])+ #[serde(rename = $word)] $value,)+
        }
        impl Word for $type {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$value)),+];
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$value => $word),+ })
            }
        }
    )+};
}

words! {
    /// The size of an environment, from least to most.
    Tier {
        /// One of everything, for development.
        Dev = "dev",
        /// Low traffic.
        Small = "small",
        /// The standard.
        Medium = "medium",
        /// High traffic.
        Large = "large",
        /// Peak traffic.
        Xlarge = "xlarge",
    }
    /// The queue library, which decides the names of the Redis lists.
    Framework {
        /// BullMQ: `bull:<queue>:wait`.
        Bullmq = "bullmq",
        /// Bull, its predecessor, with the same keys.
        Bull = "bull",
        /// Sidekiq: `queue:<name>`.
        Sidekiq = "sidekiq",
        /// Resque: `resque:queue:<name>`.
        Resque = "resque",
        /// RQ: `rq:queue:<name>`.
        Rq = "rq",
        /// Celery: the queue's own name.
        Celery = "celery",
    }
    /// A framework that keeps its jobs in PostgreSQL, which decides the query that counts them.
    JobFramework {
        /// Oban, for Elixir.
        Oban = "oban",
        /// GoodJob, for Rails.
        GoodJob = "good-job",
        /// Solid Queue, for Rails.
        SolidQueue = "solid-queue",
        /// Graphile Worker: a queue is a task.
        GraphileWorker = "graphile-worker",
        /// pg-boss, from version 10 on.
        PgBoss = "pg-boss",
        /// Airflow's tasks for Celery workers.
        Airflow = "airflow",
    }
    /// How KEDA authenticates with Kafka.
    KafkaAuth {
        /// Not at all.
        None = "none",
        /// With the AWS role of KEDA's operator, as MSK takes it.
        Iam = "iam",
        /// SASL/PLAIN.
        Plain = "plain",
        /// SASL/SCRAM with SHA-256.
        ScramSha256 = "scram-sha-256",
        /// SASL/SCRAM with SHA-512.
        ScramSha512 = "scram-sha-512",
    }
    /// Where a consumer group without a committed offset begins.
    OffsetReset {
        /// After the newest message.
        Latest = "latest",
        /// At the oldest message.
        Earliest = "earliest",
    }
    /// What KEDA measures of a queue of RabbitMQ.
    RabbitmqMode {
        /// Its messages.
        Length = "length",
        /// The messages that are published per second.
        Rate = "rate",
    }
    /// How KEDA asks RabbitMQ.
    RabbitmqProtocol {
        /// The broker itself.
        Amqp = "amqp",
        /// The management API.
        Http = "http",
    }
    /// Which entries of a stream KEDA counts.
    StreamCount {
        /// Those that were not delivered to the group. Redis 7 or later counts them.
        Lag = "lag",
        /// Those that were delivered and not acknowledged.
        Pending = "pending",
    }
    /// A processor architecture, as Kubernetes' label `kubernetes.io/arch` names it.
    Arch {
        /// Graviton and other 64-bit Arm.
        Arm64 = "arm64",
        /// 64-bit x86.
        Amd64 = "amd64",
    }
    /// How a node is bought.
    Capacity {
        /// Never taken away.
        OnDemand = "on-demand",
        /// Cheaper, but interrupted with two minutes' notice.
        Spot = "spot",
    }
    /// Which of several scaling policies applies.
    Select {
        /// The one that changes most.
        Max = "max",
        /// The one that changes least.
        Min = "min",
        /// None: no scaling in this direction.
        Disabled = "disabled",
    }
    /// What a scaling policy counts.
    PolicyKind {
        /// Pods.
        Pods = "pods",
        /// Percent of the current pods.
        Percent = "percent",
    }
    /// The guide's four ways to run a worker pool.
    Scenario {
        /// Length 50, polling 15 s, cooldown 300 s, at most 30.
        Normal = "normal",
        /// Length 20, polling 10 s, cooldown 180 s, at most 50.
        HighThroughput = "high-throughput",
        /// Length 100, polling 30 s, cooldown 600 s, at most 15.
        CostSensitive = "cost-sensitive",
        /// Length 10, polling 10 s, cooldown 60 s, at most 50.
        Batch = "batch",
    }
    /// How several queues of one pool add up.
    Combine {
        /// Replicas for the sum of the queues (a KEDA scaling formula).
        Sum = "sum",
        /// Replicas for the fullest queue alone, which is KEDA's default.
        Max = "max",
    }
    /// What the pods of a Deployment are spread over.
    Spread {
        /// Nodes.
        Node = "node",
        /// Availability Zones.
        Zone = "zone",
    }
    /// How a workload connects to the database.
    Via {
        /// Through PgBouncer.
        Pgbouncer = "pgbouncer",
        /// Directly, without PgBouncer.
        Direct = "direct",
    }
    /// PgBouncer's `pool_mode`.
    PoolMode {
        /// A server connection for a transaction.
        Transaction = "transaction",
        /// A server connection for as long as the client is connected.
        Session = "session",
        /// A server connection for a statement.
        Statement = "statement",
    }
    /// What PgBouncer does with settings in the startup parameter `options` that it does not track.
    StartupOptions {
        /// Refuses the connection.
        Refuse = "refuse",
        /// Drops them.
        Ignore = "ignore",
    }
    /// A PostgreSQL driver, or a library that includes one.
    Driver {
        /// Python.
        Asyncpg = "asyncpg",
        /// Go.
        LibPq = "lib/pq",
        /// C: psql, PHP, Ruby's pg.
        Libpq = "libpq",
        /// JavaScript: pg.
        NodePostgres = "node-postgres",
        /// .NET.
        Npgsql = "npgsql",
        /// Python.
        Pg8000 = "pg8000",
        /// Java.
        Pgjdbc = "pgjdbc",
        /// Go.
        Pgx = "pgx",
        /// JavaScript: postgres.
        PostgresJs = "postgres.js",
        /// Prisma, with an engine or an adapter.
        Prisma = "prisma",
        /// Python: psycopg 3.
        Psycopg = "psycopg",
        /// Python: psycopg 2.
        Psycopg2 = "psycopg2",
        /// Active Record on Ruby's pg.
        Rails = "rails",
        /// Rust.
        Sqlx = "sqlx",
        /// Rust.
        TokioPostgres = "tokio-postgres",
    }
    /// RDS storage types for PostgreSQL.
    StorageType {
        /// General purpose, IOPS apart from size.
        Gp3 = "gp3",
        /// General purpose, IOPS by size.
        Gp2 = "gp2",
        /// Provisioned IOPS.
        Io1 = "io1",
        /// Provisioned IOPS, more durable.
        Io2 = "io2",
    }
    /// When AWS applies a change.
    Apply {
        /// At once.
        Now = "now",
        /// In the maintenance window.
        Window = "window",
    }
    /// libpq's `sslmode`, from least to most.
    SslMode {
        /// No encryption.
        Disable = "disable",
        /// Encrypted if the server offers it.
        Prefer = "prefer",
        /// Encrypted, without checking the server's identity.
        Require = "require",
        /// Encrypted, certificate checked.
        VerifyCa = "verify-ca",
        /// Encrypted; the certificate and the host name are checked.
        VerifyFull = "verify-full",
    }
    /// ElastiCache's engines.
    RedisEngine {
        /// Redis OSS.
        Redis = "redis",
        /// Valkey.
        Valkey = "valkey",
    }
    /// ElastiCache's `transit_encryption`, as a state.
    RedisTls {
        /// Plain text.
        Off = "off",
        /// Both, while clients move.
        Preferred = "preferred",
        /// TLS alone.
        Required = "required",
    }
    /// ElastiCache's `cluster_mode`.
    ClusterMode {
        /// One shard.
        Disabled = "disabled",
        /// One shard that cluster clients can use as well, on the way to cluster mode.
        Compatible = "compatible",
        /// Shards.
        Enabled = "enabled",
    }
    /// What a Redis group is for.
    Use {
        /// Job queues.
        Queue = "queue",
        /// User sessions.
        Sessions = "sessions",
        /// A cache that can be lost.
        Cache = "cache",
    }
    /// Redis' `maxmemory-policy`.
    EvictionPolicy {
        /// Refuse writes.
        Noeviction = "noeviction",
        /// The least recently used among the keys that expire.
        VolatileLru = "volatile-lru",
        /// Least recently used, of all.
        AllkeysLru = "allkeys-lru",
        /// The least frequently used among the keys that expire.
        VolatileLfu = "volatile-lfu",
        /// Least frequently used, of all.
        AllkeysLfu = "allkeys-lfu",
        /// Any of the keys that expire.
        VolatileRandom = "volatile-random",
        /// Any.
        AllkeysRandom = "allkeys-random",
        /// Those that expire first.
        VolatileTtl = "volatile-ttl",
    }
    /// Who owns the HPA and the ScaledObjects.
    Autoscalers {
        /// tierc's manifests.
        Manifests = "manifests",
        /// The chart, from tierc's values.
        Helm = "helm",
    }
    /// The source of a managed service's metrics.
    MetricSource {
        /// CloudWatch, read by YACE.
        Yace = "yace",
        /// The exporter that queries the server itself: postgres_exporter, redis_exporter.
        Exporter = "exporter",
    }
    /// The source of PgBouncer's metrics.
    PoolerSource {
        /// pgbouncer_exporter.
        Exporter = "exporter",
        /// Nowhere: it has no alerts.
        None = "none",
    }
    /// A method of HTTP.
    HttpMethod {
        /// Read.
        Get = "GET",
        /// Create or act.
        Post = "POST",
        /// Replace.
        Put = "PUT",
        /// Change.
        Patch = "PATCH",
        /// Delete.
        Delete = "DELETE",
    }
}

impl EvictionPolicy {
    /// Whether any key may be evicted, so a full group is normal.
    #[must_use]
    pub fn evicts_any_key(self) -> bool {
        match self {
            Self::AllkeysLru | Self::AllkeysLfu | Self::AllkeysRandom => true,
            Self::Noeviction
            | Self::VolatileLru
            | Self::VolatileLfu
            | Self::VolatileRandom
            | Self::VolatileTtl => false,
        }
    }
}
