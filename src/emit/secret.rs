//! The Secrets that an environment reads and tierc never writes: their names, keys and expected
//! contents. All output takes the names from here.
//!
//! Redis has `url` in addition to `address` and `password`, because a URL cannot be composed from
//! them: an AUTH token may contain `#` and other characters that a URL must percent-encode.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::{
    ADMIN_USER, Environment, KafkaAuth, LoadTest, Name, Queue, RabbitmqProtocol, RedisGroup,
    RedisTls, STATS_USER, Use, Via,
};

use super::endpoint;
use super::load_test::test_run;

/// The key of `<app>-pgbouncer-auth`, and its file name when mounted.
pub const USERLIST: &str = "userlist.txt";

/// The key of the ConfigMap `<app>-rds-ca`, and its file name when mounted.
pub const CA_BUNDLE: &str = "global-bundle.pem";

/// One key of one Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretEntry {
    /// The Secret's name.
    pub secret: String,
    /// The key.
    pub key: Cow<'static, str>,
    /// The expected content, as a sentence with the text to type in backticks. Words in capitals
    /// stand for values that only the owner knows.
    pub content: String,
    /// Who reads it.
    pub readers: &'static str,
}

/// Every key that any output reads, sorted by Secret and key.
#[must_use]
pub fn entries(environment: &Environment) -> Vec<SecretEntry> {
    let mut all = vec![
        database_url(environment),
        direct_url(environment),
        userlist(environment),
    ];
    all.extend(read_url(environment));
    all.extend(further_urls(environment));
    let password = environment.database.env_password.as_ref();
    all.extend(password.map(|_| database_password(environment)));
    all.extend(load_test_tokens(environment));
    let queue = environment.redis_for(Use::Queue).map(|(name, _)| name);
    for (name, group) in &environment.redis {
        all.extend(redis_urls(environment, name, group));
        if Some(name) == queue {
            all.extend(redis_address(environment, name, group));
            all.extend(redis_username(environment, name, group));
            all.extend(redis_password(environment, name, group));
        }
    }
    all.extend(queue_entries(environment));
    all.sort_by(|a, b| (&a.secret, &a.key).cmp(&(&b.secret, &b.key)));
    all
}

/// What KEDA reads for queues outside Redis and PostgreSQL.
fn queue_entries(environment: &Environment) -> Vec<SecretEntry> {
    let queues = environment.worker.values().flat_map(|pool| &pool.queue);
    let mut all = Vec::new();
    for queue in queues {
        let entries = match queue {
            Queue::KafkaTopic(topic) => match topic.auth.value {
                KafkaAuth::None | KafkaAuth::Iam => Vec::new(),
                KafkaAuth::Plain | KafkaAuth::ScramSha256 | KafkaAuth::ScramSha512 => {
                    kafka(environment).to_vec()
                }
            },
            Queue::RabbitmqQueue(queue) => vec![rabbitmq(environment, queue.protocol.value)],
            Queue::RedisList(_)
            | Queue::RedisStream(_)
            | Queue::PostgresqlQueue(_)
            | Queue::SqsQueue(_)
            | Queue::PrometheusQueue(_) => Vec::new(),
        };
        all.extend(
            entries
                .into_iter()
                .filter(|it| !all.contains(it))
                .collect::<Vec<_>>(),
        );
    }
    all
}

/// `username` and `password` of `<app>-kafka`.
#[must_use]
pub fn kafka(environment: &Environment) -> [SecretEntry; 2] {
    let entry = |key: &'static str, content: &str| SecretEntry {
        secret: format!("{}-kafka", environment.app.value),
        key: key.into(),
        content: content.into(),
        readers: "KEDA",
    };
    [
        entry(
            "username",
            "a user that may describe the topics and consumer groups",
        ),
        entry("password", "the user's password"),
    ]
}

/// `amqp-url` or `http-url` of `<app>-rabbitmq`.
#[must_use]
pub fn rabbitmq(environment: &Environment, protocol: RabbitmqProtocol) -> SecretEntry {
    let (key, content) = match protocol {
        RabbitmqProtocol::Amqp => ("amqp-url", "`amqps://USER:PASSWORD@HOST:5671/VHOST`"),
        RabbitmqProtocol::Http => (
            "http-url",
            "`https://USER:PASSWORD@HOST:15671/VHOST`, the management API",
        ),
    };
    SecretEntry {
        secret: format!("{}-rabbitmq", environment.app.value),
        key: key.into(),
        content: content.into(),
        readers: "KEDA",
    }
}

/// `token` of `<app>-load-<test>`, for each TestRun that sends a token.
fn load_test_tokens(environment: &Environment) -> impl Iterator<Item = SecretEntry> {
    let tests = environment.load_test.iter();
    let sends = |test: &LoadTest| test.test_run.is_some() && test.request.token_env.is_some();
    tests
        .filter(move |(_, test)| sends(test))
        .map(|(name, _)| SecretEntry {
            secret: environment.test_run_name(name),
            key: test_run::TOKEN.into(),
            content: "the bearer token of the load test".into(),
            readers: "the pods of its TestRun",
        })
}

fn postgres_url(environment: &Environment, host: &str, port: u16, database: &str) -> String {
    format!(
        "`postgresql://{}:PASSWORD@{host}:{port}/{database}`",
        environment.database.user.value
    )
}

/// `url` of `<app>-database`: through PgBouncer.
#[must_use]
pub fn database_url(environment: &Environment) -> SecretEntry {
    let pooler = environment.pgbouncer.name.value.as_str();
    let database = &environment.database.dbname.value;
    SecretEntry {
        secret: format!("{}-database", environment.app.value),
        key: "url".into(),
        content: postgres_url(environment, pooler, endpoint::PORT, database),
        readers: "the API and the workers, as DATABASE_URL",
    }
}

/// `password` of `<app>-database`, for charts that want a connection in its parts: `database { env password-env= }`,
/// or a values template that refers to it.
#[must_use]
pub fn database_password(environment: &Environment) -> SecretEntry {
    SecretEntry {
        secret: format!("{}-database", environment.app.value),
        key: "password".into(),
        content: format!(
            "the password of `{}`, as in `url`",
            environment.database.user.value
        ),
        readers: "what connects with host, port, name and user",
    }
}

/// The keys of the further databases whose URL a workload reads.
fn further_urls(environment: &Environment) -> Vec<SecretEntry> {
    let pools = environment.worker.values().map(|pool| &pool.workload);
    let workloads = pools.chain(environment.apis().map(|(_, api)| api));
    let read = workloads.flat_map(|workload| &workload.connections.database);
    let read = read.filter(|it| it.url.is_some());
    let names: BTreeSet<&String> = read.map(|it| &it.database.value).collect();
    let entries = names.into_iter();
    entries.map(|name| further_url(environment, name)).collect()
}

/// `url-<name>` of `<app>-database`: a further database, through PgBouncer. The other keys end in `url`, so
/// none can be equal.
#[must_use]
pub fn further_url(environment: &Environment, name: &str) -> SecretEntry {
    let pooler = environment.pgbouncer.name.value.as_str();
    SecretEntry {
        secret: format!("{}-database", environment.app.value),
        key: format!("url-{name}").into(),
        content: postgres_url(environment, pooler, endpoint::PORT, name),
        readers: "the workloads that use this database",
    }
}

/// Whether KEDA counts jobs in the database.
fn counts_jobs(environment: &Environment) -> bool {
    let mut queues = environment.worker.values().flat_map(|pool| &pool.queue);
    queues.any(|queue| matches!(queue, Queue::PostgresqlQueue(_)))
}

/// `direct-url` of `<app>-database`: bypasses PgBouncer, for sessions.
#[must_use]
pub fn direct_url(environment: &Environment) -> SecretEntry {
    let host = endpoint::primary_host(environment);
    let database = &environment.database.dbname.value;
    SecretEntry {
        secret: format!("{}-database", environment.app.value),
        key: "direct-url".into(),
        content: postgres_url(environment, &host, endpoint::SERVER_PORT, database),
        readers: if counts_jobs(environment) {
            "schema migrations, as DATABASE_URL and DIRECT_URL, and KEDA"
        } else {
            "schema migrations, as DATABASE_URL and DIRECT_URL"
        },
    }
}

/// `read-url` of `<app>-database`, if there are read replicas, through `database.replicas.via`.
#[must_use]
pub fn read_url(environment: &Environment) -> Option<SecretEntry> {
    let hosts = endpoint::read_hosts(environment)?;
    let database = &environment.database.dbname.value;
    let content = match environment.database.replicas.via.value {
        Via::Pgbouncer => postgres_url(
            environment,
            environment.pgbouncer.name.value.as_str(),
            endpoint::PORT,
            &endpoint::read_entry(environment),
        ),
        Via::Direct => {
            let host = hosts.split(',').next().unwrap_or_default();
            postgres_url(environment, host, endpoint::SERVER_PORT, database)
        }
    };
    Some(SecretEntry {
        secret: format!("{}-database", environment.app.value),
        key: "read-url".into(),
        content,
        readers: "the API, as DATABASE_READ_URL",
    })
}

/// The Secret with PgBouncer's roles, mounted as a file.
#[must_use]
pub fn userlist(environment: &Environment) -> SecretEntry {
    SecretEntry {
        secret: format!("{}-pgbouncer-auth", environment.app.value),
        key: USERLIST.into(),
        content: format!(
            "a line `\"ROLE\" \"PASSWORD\"`, in plain text, for {}, {} and {}",
            environment.database.user.value, ADMIN_USER, STATS_USER
        ),
        readers: "PgBouncer, as auth_file",
    }
}

/// The Secret of a group.
#[must_use]
pub fn redis_secret(environment: &Environment, group: &Name) -> String {
    format!("{}-redis-{group}", environment.app.value)
}

/// The keys of a group's Secret with URLs, by the index of the logical database.
const URLS: [&str; 16] = [
    "url", "url-1", "url-2", "url-3", "url-4", "url-5", "url-6", "url-7", "url-8", "url-9",
    "url-10", "url-11", "url-12", "url-13", "url-14", "url-15",
];

/// The URLs of a group, for the application: one for each logical database that it uses.
#[must_use]
pub fn redis_urls(environment: &Environment, name: &Name, group: &RedisGroup) -> Vec<SecretEntry> {
    let indexes: BTreeSet<u32> = group.addresses().iter().map(|(_, index)| *index).collect();
    let indexes = indexes.into_iter();
    indexes
        .map(|index| redis_url(environment, name, group, index))
        .collect()
}

/// The URL of a logical database of a group.
#[must_use]
pub fn redis_url(
    environment: &Environment,
    name: &Name,
    group: &RedisGroup,
    index: u32,
) -> SecretEntry {
    let host = group
        .endpoint
        .as_ref()
        .map_or("HOST:6379", |endpoint| endpoint.value.as_str());
    let database = match index {
        0 => String::new(),
        index => format!("/{index}"),
    };
    let content = match (group.tls.value, &group.user) {
        (RedisTls::Off, None) => format!("`redis://{host}{database}`"),
        (RedisTls::Off, Some(user)) => format!(
            "`redis://{}:PERCENT-ENCODED-PASSWORD@{host}{database}`",
            user.value
        ),
        (RedisTls::Preferred | RedisTls::Required, None) => format!(
            "`rediss://:PERCENT-ENCODED-TOKEN@{host}{database}`, without `:...@` if AUTH is off"
        ),
        (RedisTls::Preferred | RedisTls::Required, Some(user)) => format!(
            "`rediss://{}:PERCENT-ENCODED-PASSWORD@{host}{database}`",
            user.value
        ),
    };
    let key = usize::try_from(index)
        .ok()
        .and_then(|index| URLS.get(index));
    SecretEntry {
        secret: redis_secret(environment, name),
        key: key.copied().unwrap_or("url").into(),
        content,
        readers: "the API and the workers",
    }
}

/// `address` of a group's Secret, for KEDA if the file states no endpoint.
#[must_use]
pub fn redis_address(
    environment: &Environment,
    name: &Name,
    group: &RedisGroup,
) -> Option<SecretEntry> {
    group.endpoint.is_none().then(|| SecretEntry {
        secret: redis_secret(environment, name),
        key: "address".into(),
        content: if group.is_cluster() {
            "`CONFIGURATION-ENDPOINT:6379`".into()
        } else {
            "`PRIMARY-ENDPOINT:6379`".into()
        },
        readers: "KEDA",
    })
}

/// `username` of a group's Secret, for KEDA, if the group has a user.
#[must_use]
pub fn redis_username(
    environment: &Environment,
    name: &Name,
    group: &RedisGroup,
) -> Option<SecretEntry> {
    let user = group.user.as_ref()?;
    Some(SecretEntry {
        secret: redis_secret(environment, name),
        key: "username".into(),
        content: format!("`{}`", user.value),
        readers: "KEDA",
    })
}

/// `password` of a group's Secret, for KEDA. ElastiCache has AUTH only with TLS.
#[must_use]
pub fn redis_password(
    environment: &Environment,
    name: &Name,
    group: &RedisGroup,
) -> Option<SecretEntry> {
    let content = match &group.user {
        Some(user) => format!("the password of `{}`", user.value),
        None if group.tls.value == RedisTls::Off => return None,
        None => "the AUTH token, or empty if AUTH is off".into(),
    };
    Some(SecretEntry {
        secret: redis_secret(environment, name),
        key: "password".into(),
        content,
        readers: "KEDA",
    })
}

/// The ConfigMap with the certificates of RDS, under [`CA_BUNDLE`].
#[must_use]
pub fn ca_config_map(environment: &Environment) -> String {
    format!("{}-rds-ca", environment.app.value)
}
