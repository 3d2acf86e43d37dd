//! `helm/values.yaml`: the keys that the platform's chart documents, and conventional Helm names
//! for the rest. `schema/helm-values.schema.json` describes each.

mod autoscaling;
mod workload;

use crate::emit::yaml::{Map, YamlValue, yaml};

use crate::emit::endpoint::{PORT, SERVER_PORT, primary_host};
use crate::emit::metadata::of_environment;
use crate::emit::secret::{self, SecretEntry};
use crate::model::{Api, Environment, RedisGroup, Use};

/// From this number on, Helm reads integers in values files as floats and may print `1e+06`.
const FLOATS_FROM: i128 = 1_000_000;

/// Keys whose values are whole Kubernetes objects, for `toYaml`. Their numbers must stay numbers,
/// and `toYaml` keeps them.
const WHOLE: [&str; 7] = [
    "advanced",
    "affinity",
    "behavior",
    "fallback",
    "metrics",
    "tolerations",
    "triggers",
];

/// The values of an environment.
#[must_use]
pub fn values(environment: &Environment) -> YamlValue {
    let workers: Map = environment
        .worker
        .iter()
        .map(|(name, pool)| (name.to_string(), workload::worker(environment, name, pool)))
        .collect();
    let (alone, named): (Vec<_>, Vec<_>) = environment
        .api
        .iter()
        .partition(|(name, _)| Api::is_unnamed(name));
    let mut values = Map::new();
    values.insert("namespace", &environment.namespace);
    values.insert("labels", of_environment(environment));
    values.insert("postgres", yaml!({ "mode": "external" }));
    let replicas = environment.database.replicas.count.value;
    values.insert("postgresExternalReplicas", replicas);
    if !environment.redis.is_empty() {
        let cluster = main_redis(environment).is_some_and(RedisGroup::is_cluster);
        values.insert("redis", yaml!({ "mode": "external", "cluster": cluster }));
    }
    let pooler = yaml!({ "host": &environment.pgbouncer.name, "port": PORT });
    values.insert("pgbouncer", pooler);
    values.insert("migration", migration(environment));
    for (_, api) in alone {
        values.insert("api", workload::api(environment, api));
    }
    if !named.is_empty() {
        let apis = named.into_iter();
        let apis = apis.map(|(name, api)| (name.to_string(), workload::api(environment, api)));
        values.insert("apis", YamlValue::Map(apis.collect()));
    }
    values.insert("workers", workers);
    let mut values = YamlValue::Map(values);
    guard(&mut values);
    values
}

/// A schema migration needs a session of its own, so all its variables bypass PgBouncer.
fn migration(environment: &Environment) -> YamlValue {
    let direct = ["DATABASE_URL", "DIRECT_URL"].map(str::to_owned);
    let urls = direct.map(|variable| (variable, secret::direct_url(environment)));
    let secrets = urls.into_iter().chain(workload::password(environment));
    let mut values = Map::new();
    values.insert("secretEnv", secret_env(secrets));
    let host = primary_host(environment);
    let parts: Map = workload::parts(environment, &host, SERVER_PORT).collect();
    if parts.iter().next().is_some() {
        values.insert("env", parts);
    }
    YamlValue::Map(values)
}

/// The chart's single Redis group: the one behind `REDIS_URL`. That is the queues' group unless a
/// file renames the variables.
fn main_redis(environment: &Environment) -> Option<&RedisGroup> {
    let mut groups = environment.redis.values();
    groups
        .find(|group| {
            let mut addresses = group.addresses().into_iter();
            addresses.any(|(variable, _)| variable.value == "REDIS_URL")
        })
        .or_else(|| environment.redis_for(Use::Queue).map(|(_, group)| group))
}

/// Variables that refer to Secrets.
fn secret_env<N: Into<String>>(variables: impl IntoIterator<Item = (N, SecretEntry)>) -> YamlValue {
    let references = variables.into_iter().map(|(variable, entry)| {
        let reference = yaml!({ "name": entry.secret, "key": entry.key.into_owned() });
        (variable.into(), reference)
    });
    YamlValue::Map(references.collect())
}

/// Quotes numbers that Helm would turn into floats.
fn guard(value: &mut YamlValue) {
    match value {
        YamlValue::Number(number) if *number >= FLOATS_FROM => {
            *value = YamlValue::Text(number.to_string());
        }
        YamlValue::List(items) => items.iter_mut().for_each(guard),
        YamlValue::Map(entries) => entries
            .iter_mut()
            .filter(|(key, _)| !WHOLE.contains(key))
            .for_each(|(_, value)| guard(value)),
        YamlValue::Null | YamlValue::Bool(_) | YamlValue::Number(_) | YamlValue::Text(_) => {}
    }
}
