//! What a values template reads: a view of an environment that keeps its names when the language
//! grows. `schema/template-data.schema.json` describes it, and docs/your-chart.md lists it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::emit::yaml::{Map, YamlValue};
use crate::emit::{endpoint, helm, metadata, secret};
use crate::model::{
    Api, Autoscalers, DatabaseConnections, Environment, Name, PoolerDatabase, RedisGroup, RedisTls,
    Scaler, Workload,
};
use crate::source::Sourced;

/// The version of the view. It grows by new names only; a name that goes or changes its meaning
/// makes a new version.
pub const VERSION: u32 = 1;

type Texts = BTreeMap<String, String>;

/// The data of a values template.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TemplateData {
    /// The version of this data: 1.
    version: u32,
    /// The environment's name.
    environment: String,
    /// The tier.
    tier: String,
    /// The AWS region.
    region: String,
    /// The prefix of every object's name.
    app: String,
    /// The Kubernetes namespace.
    namespace: String,
    /// The EKS cluster.
    cluster: String,
    /// The labels of every object.
    labels: Texts,
    /// The API without a name; null if every API has another name.
    api: Option<WorkloadData>,
    /// Every API by name; one without a name is called `api`.
    apis: BTreeMap<String, WorkloadData>,
    /// The worker pools by name.
    workers: BTreeMap<String, WorkloadData>,
    /// The APIs and then the pools, for a loop over all Deployments.
    workloads: Vec<WorkloadData>,
    /// Schema migrations.
    migration: MigrationData,
    /// PgBouncer, which the workloads connect to.
    pgbouncer: PoolerData,
    /// PostgreSQL.
    database: DatabaseData,
    /// The Redis groups by name.
    redis: BTreeMap<String, RedisData>,
}

/// An API, or a worker pool.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct WorkloadData {
    /// `api` or `worker`.
    component: &'static str,
    /// The API's or the pool's name.
    key: String,
    /// The Deployment's name.
    name: String,
    /// The image in its parts; null if the file states none.
    image: Option<ImageData>,
    /// Whether an autoscaler owns the number of pods. The values must then state no `replicas`.
    autoscaled: bool,
    /// The fewest and the most pods.
    replicas: ReplicasData,
    /// The autoscaler.
    autoscaler: AutoscalerData,
    /// What a pod asks for.
    requests: ResourcesData,
    /// What a pod may use.
    limits: ResourcesData,
    /// Plain environment variables by name. All values are text.
    #[schemars(with = "Texts")]
    env: YamlValue,
    /// Environment variables from Secrets, by the variable's name.
    #[schemars(with = "BTreeMap<String, SecretKeyData>")]
    secret_env: YamlValue,
    /// The Deployment's `strategy`.
    #[schemars(with = "Value")]
    strategy: YamlValue,
    /// Labels that the pods must carry, because PgBouncer's NetworkPolicy admits by them.
    #[schemars(with = "Texts")]
    pod_labels: YamlValue,
    /// The pods' `nodeSelector`.
    #[schemars(with = "Texts")]
    node_selector: YamlValue,
    /// The pods' `affinity`.
    #[schemars(with = "Value")]
    affinity: YamlValue,
    /// The pods' `tolerations`.
    #[schemars(with = "Vec<Value>")]
    tolerations: YamlValue,
    /// The pods' `topologySpreadConstraints`; empty without `spread`.
    #[schemars(with = "Vec<Value>")]
    topology_spread_constraints: YamlValue,
    /// The pods' `terminationGracePeriodSeconds`; null keeps Kubernetes' default.
    #[schemars(with = "Option<u64>")]
    termination_grace_period_seconds: YamlValue,
    /// The queues that a pool drains, as in the values of tierc's own layout; empty for the API.
    #[schemars(with = "Vec<Value>")]
    queues: YamlValue,
    /// Database connections.
    connections: ConnectionsData,
}

/// A container image.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ImageData {
    /// Registry and repository.
    repository: String,
    /// The tag; empty without one.
    tag: String,
    /// The digest; empty without one.
    digest: String,
    /// The whole reference.
    reference: String,
}

/// Bounds of a number of pods.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
struct ReplicasData {
    /// The fewest.
    min: u32,
    /// The most.
    max: u32,
}

/// The autoscaler of a workload.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct AutoscalerData {
    /// `hpa` for a HorizontalPodAutoscaler, `keda` for a ScaledObject; null if the number of pods is fixed.
    kind: Option<&'static str>,
    /// `manifests` if tierc writes the autoscaler, `chart` if the chart must create it.
    owner: &'static str,
    /// The autoscaler's name; null if the number of pods is fixed.
    name: Option<String>,
    /// The fewest pods.
    min: u32,
    /// The most pods.
    max: u32,
    /// The target utilisation in percent of the CPU request; null without one.
    cpu: Option<u32>,
    /// The target utilisation in percent of the memory request; null without one.
    memory: Option<u32>,
    /// The autoscaler as in the values of tierc's own layout (`tierc schema --helm`).
    #[schemars(with = "Value")]
    values: YamlValue,
}

/// CPU and memory, as Kubernetes quantities.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ResourcesData {
    /// CPU, such as `500m`.
    cpu: String,
    /// Memory, such as `512Mi`.
    memory: String,
}

/// The connections that a pod may open.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ConnectionsData {
    /// The most connections of a pod.
    per_pod: u32,
    /// The most connections of each of its processes.
    per_process: u32,
    /// The environment variable that tells a pod. `env` has it already.
    env: String,
    /// Connections to further databases of PgBouncer, by its entries.
    databases: BTreeMap<String, FurtherConnectionsData>,
}

/// The connections that a pod may open to a further database of PgBouncer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct FurtherConnectionsData {
    /// The most connections of a pod.
    per_pod: u32,
    /// The environment variable that tells a pod; null without one. `env` has it already.
    env: Option<String>,
    /// The environment variable with the URL; null without one. `secret_env` has it already.
    url_env: Option<String>,
}

/// One key of a Secret.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct SecretKeyData {
    /// The Secret's name.
    name: String,
    /// The key.
    key: String,
}

/// Schema migrations, which bypass PgBouncer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct MigrationData {
    /// Plain environment variables by name: the parts of the connection that `database { env }` names.
    #[schemars(with = "Option<Texts>")]
    env: YamlValue,
    /// Environment variables from Secrets, by the variable's name.
    #[schemars(with = "BTreeMap<String, SecretKeyData>")]
    secret_env: YamlValue,
}

/// Where PgBouncer listens.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct PoolerData {
    /// Its Service.
    host: String,
    /// Its port.
    port: u16,
    /// The database that clients connect to by default.
    name: String,
    /// The application's role.
    user: String,
    /// The role's password. The Secret has this key only if you create it.
    password: SecretKeyData,
    /// Further databases, by the names that clients connect to.
    databases: BTreeMap<String, FurtherDatabaseData>,
}

/// A further database of PgBouncer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct FurtherDatabaseData {
    /// The database on the server.
    dbname: String,
    /// The URL through PgBouncer.
    url: SecretKeyData,
}

/// PostgreSQL, for charts that want a connection in its parts.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct DatabaseData {
    /// The host of the primary. Only what must bypass PgBouncer connects to it.
    host: String,
    /// Its port.
    port: u16,
    /// The database.
    name: String,
    /// The application's role.
    user: String,
    /// The role's password. The Secret has this key only if you create it.
    password: SecretKeyData,
    /// The URL through PgBouncer.
    url: SecretKeyData,
    /// The URL that bypasses PgBouncer.
    direct_url: SecretKeyData,
    /// The number of read replicas.
    replicas: u32,
    /// The URL of the read replicas; null without them.
    read_url: Option<SecretKeyData>,
}

/// A logical database of a Redis group.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct RedisDatabaseData {
    /// A use of the group, or another role of the application.
    role: String,
    /// The index.
    index: u32,
    /// The URL.
    url: SecretKeyData,
    /// The environment variable with the URL.
    env: String,
}

/// A Redis group.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct RedisData {
    /// Host and port, if the file states them.
    endpoint: Option<String>,
    /// The host of `endpoint`.
    host: Option<String>,
    /// The port of `endpoint`.
    port: Option<u16>,
    /// The AUTH token; null without TLS.
    password: Option<SecretKeyData>,
    /// Whether it is in cluster mode.
    cluster: bool,
    /// Whether clients connect with TLS.
    tls: bool,
    /// What it is for: `queue`, `sessions`, `cache`.
    uses: Vec<String>,
    /// The user of Redis' ACL, if the file states one.
    user: Option<String>,
    /// Logical databases with an address of their own.
    databases: Vec<RedisDatabaseData>,
    /// The URL.
    url: SecretKeyData,
    /// The environment variable of the URL. `secret_env` of each workload has it already.
    env: String,
}

impl TemplateData {
    /// The data of an environment.
    #[must_use]
    pub fn of(environment: &Environment) -> Self {
        let values = helm::values(environment);
        let apis: BTreeMap<String, WorkloadData> = environment
            .api
            .iter()
            .map(|(name, it)| (name.to_string(), api(environment, (name, it), &values)))
            .collect();
        let workers: BTreeMap<String, WorkloadData> = environment
            .worker
            .keys()
            .map(|name| (name.to_string(), worker(environment, name, &values)))
            .collect();
        let workloads = apis.values().chain(workers.values());
        Self {
            version: VERSION,
            environment: environment.environment.value.to_string(),
            tier: environment.tier.value.to_string(),
            region: environment.region.value.clone(),
            app: environment.app.value.to_string(),
            namespace: environment.namespace.value.to_string(),
            cluster: environment.cluster.value.to_string(),
            labels: texts(&metadata::of_environment(environment)),
            workloads: workloads.cloned().collect(),
            api: apis.get(Api::unnamed().as_str()).cloned(),
            apis,
            workers,
            migration: MigrationData {
                env: below(&values, &["migration", "env"]),
                secret_env: below(&values, &["migration", "secretEnv"]),
            },
            pgbouncer: PoolerData {
                host: environment.pgbouncer.name.value.to_string(),
                port: endpoint::PORT,
                name: environment.database.dbname.value.clone(),
                user: environment.database.user.value.clone(),
                password: secret_key(secret::database_password(environment)),
                databases: environment
                    .pgbouncer
                    .database
                    .iter()
                    .map(|entry| further_database(environment, entry))
                    .collect(),
            },
            database: database(environment),
            redis: environment
                .redis
                .iter()
                .map(|(name, group)| (name.to_string(), redis(environment, name, group)))
                .collect(),
        }
    }
}

fn api(environment: &Environment, (name, api): (&Name, &Api), values: &YamlValue) -> WorkloadData {
    let of_values = if Api::is_unnamed(name) {
        below(values, &["api"])
    } else {
        below(values, &["apis", name.as_str()])
    };
    let names = ("api", name.as_str());
    let scaler = (api.scaler(), None);
    workload_data(environment, names, &api.workload, scaler, &of_values)
}

fn worker(environment: &Environment, name: &Name, values: &YamlValue) -> WorkloadData {
    let pool = environment.worker.get(name);
    let pool = pool.expect("the name is a key of the pools");
    let of_values = below(values, &["workers", name.as_str()]);
    workload_data(
        environment,
        ("worker", name.as_str()),
        &pool.workload,
        (pool.scaler(), Some(pool.scaled_object_name())),
        &of_values,
    )
}

fn workload_data(
    environment: &Environment,
    (component, key): (&'static str, &str),
    workload: &Workload,
    (scaler, scaled_object): (Scaler, Option<String>),
    values: &YamlValue,
) -> WorkloadData {
    let part = |key: &str| below(values, &[key]);
    let list = |key: &str| {
        let found = part(key);
        if found == YamlValue::Null {
            YamlValue::List(Vec::new())
        } else {
            found
        }
    };
    let (min, max) = workload.bounds();
    let (kind, name) = match scaler {
        Scaler::Fixed => (None, None),
        Scaler::Hpa => (Some("hpa"), Some(workload.autoscaler_name())),
        Scaler::Keda => (Some("keda"), scaled_object),
    };
    let owner = match environment.deliver.autoscalers.value {
        Autoscalers::Manifests => "manifests",
        Autoscalers::Helm => "chart",
    };
    let resources = |of: &crate::model::Resources| ResourcesData {
        cpu: of.cpu.value.to_string(),
        memory: of.memory.value.to_string(),
    };
    WorkloadData {
        component,
        key: key.to_owned(),
        name: workload.name.value.to_string(),
        image: workload
            .image
            .as_ref()
            .map(|image| image_data(&image.value)),
        autoscaled: !workload.is_fixed(),
        replicas: ReplicasData { min, max },
        autoscaler: AutoscalerData {
            kind,
            owner,
            name,
            min,
            max,
            cpu: workload.target.cpu.as_ref().map(|it| it.value),
            memory: workload.target.memory.as_ref().map(|it| it.value),
            values: part("autoscaling"),
        },
        requests: resources(&workload.requests),
        limits: resources(&workload.limits),
        env: part("env"),
        secret_env: part("secretEnv"),
        strategy: part("strategy"),
        pod_labels: part("podLabels"),
        node_selector: part("nodeSelector"),
        affinity: part("affinity"),
        tolerations: list("tolerations"),
        topology_spread_constraints: list("topologySpreadConstraints"),
        termination_grace_period_seconds: part("terminationGracePeriodSeconds"),
        queues: list("queues"),
        connections: ConnectionsData {
            per_pod: workload.connections.per_pod.value,
            per_process: workload.connections.per_process(),
            env: workload.connections.env.value.clone(),
            databases: workload
                .connections
                .database
                .iter()
                .map(further_connections)
                .collect(),
        },
    }
}

fn image_data(reference: &str) -> ImageData {
    let image = crate::model::Image::parse(reference);
    ImageData {
        repository: image.repository.to_owned(),
        tag: image.tag.to_owned(),
        digest: image.digest.to_owned(),
        reference: reference.to_owned(),
    }
}

fn further_connections(further: &DatabaseConnections) -> (String, FurtherConnectionsData) {
    let variable = |stated: &Option<Sourced<String>>| stated.as_ref().map(|it| it.value.clone());
    let data = FurtherConnectionsData {
        per_pod: further.per_pod.value,
        env: variable(&further.env),
        url_env: variable(&further.url),
    };
    (further.database.value.clone(), data)
}

fn further_database(
    environment: &Environment,
    entry: &PoolerDatabase,
) -> (String, FurtherDatabaseData) {
    let name = &entry.name.value;
    let data = FurtherDatabaseData {
        dbname: entry.dbname.value.clone(),
        url: secret_key(secret::further_url(environment, name)),
    };
    (name.clone(), data)
}

fn database(environment: &Environment) -> DatabaseData {
    let database = &environment.database;
    DatabaseData {
        host: endpoint::primary_host(environment),
        port: endpoint::SERVER_PORT,
        name: database.dbname.value.clone(),
        user: database.user.value.clone(),
        password: secret_key(secret::database_password(environment)),
        url: secret_key(secret::database_url(environment)),
        direct_url: secret_key(secret::direct_url(environment)),
        replicas: database.replicas.count.value,
        read_url: secret::read_url(environment).map(secret_key),
    }
}

fn redis(environment: &Environment, name: &Name, group: &RedisGroup) -> RedisData {
    let databases = group.database.iter().map(|it| RedisDatabaseData {
        role: it.role.value.to_string(),
        index: it.index.value,
        url: secret_key(secret::redis_url(environment, name, group, it.index.value)),
        env: it.env.value.clone(),
    });
    let endpoint = group.endpoint.as_ref().map(|it| it.value.as_str());
    let parts = endpoint.and_then(|it| it.rsplit_once(':'));
    RedisData {
        endpoint: endpoint.map(str::to_owned),
        host: parts.map(|(host, _)| host.to_owned()),
        port: parts.and_then(|(_, port)| port.parse().ok()),
        password: secret::redis_password(environment, name, group).map(secret_key),
        cluster: group.is_cluster(),
        tls: group.tls.value != RedisTls::Off,
        uses: group.uses.iter().map(|it| it.value.to_string()).collect(),
        user: group.user.as_ref().map(|it| it.value.clone()),
        databases: databases.collect(),
        url: secret_key(secret::redis_url(environment, name, group, 0)),
        env: group.env_url.value.clone(),
    }
}

fn secret_key(entry: secret::SecretEntry) -> SecretKeyData {
    SecretKeyData {
        name: entry.secret,
        key: entry.key.into_owned(),
    }
}

fn texts(map: &Map) -> Texts {
    let text = |value: &YamlValue| match value {
        YamlValue::Text(text) => text.clone(),
        YamlValue::Null => "null".to_owned(),
        YamlValue::Bool(value) => value.to_string(),
        YamlValue::Number(value) => value.to_string(),
        YamlValue::List(_) | YamlValue::Map(_) => String::new(),
    };
    map.iter()
        .map(|(key, value)| (key.to_owned(), text(value)))
        .collect()
}

/// The value below `keys`; null if there is none.
fn below(value: &YamlValue, keys: &[&str]) -> YamlValue {
    let found = keys.iter().try_fold(value, |value, key| match value {
        YamlValue::Map(map) => map.get(key),
        YamlValue::Null
        | YamlValue::Bool(_)
        | YamlValue::Number(_)
        | YamlValue::Text(_)
        | YamlValue::List(_) => None,
    });
    found.cloned().unwrap_or(YamlValue::Null)
}
