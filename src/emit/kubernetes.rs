//! An environment's Kubernetes objects.

mod alerts;
mod disruption;
pub(super) mod hpa;
mod pgbouncer;
pub(super) mod scaled_object;
mod schedules;

use super::alerts::Watch;
use super::{Artifacts, yaml};
use crate::catalogue::Catalogue;
use crate::emit::yaml::{YamlValue, yaml};
use crate::model::{Api, Autoscalers, Environment, Name, Scaler, Worker};

/// The files below `kubernetes/`; `source_name` is the environment's file name for their headers.
#[must_use]
pub fn kubernetes(
    environment: &Environment,
    catalogue: &Catalogue,
    watch: &Watch,
    source_name: &str,
) -> Artifacts {
    let mut files = Artifacts::new();
    // If Helm owns the autoscalers, a second one here would conflict with the chart's.
    if environment.deliver.autoscalers.value == Autoscalers::Manifests {
        files.extend(autoscalers(environment, source_name));
    }
    let pooler = pooler(environment, catalogue);
    let schedules = schedules::objects(environment);
    let budgets = disruption::objects(environment);
    let whole = [
        ("disruption-budgets.yaml", budgets),
        ("pgbouncer.yaml", pooler),
        ("schedules.yaml", schedules),
    ];
    for (path, objects) in whole {
        if !objects.is_empty() {
            files.insert(path.into(), yaml::documents(&objects, source_name));
        }
    }
    let rules = alerts::rules(environment, &watch.groups);
    files.insert("alerts.yaml".into(), yaml::documents(&rules, source_name));
    let kustomization = yaml!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": &environment.namespace,
        "resources": files.keys().collect::<yaml::YamlValue>(),
    });
    let kustomization = yaml::documents(&[kustomization], source_name);
    files.insert("kustomization.yaml".into(), kustomization);
    let placed = |(path, text)| (format!("kubernetes/{path}"), text);
    files.into_iter().map(placed).collect()
}

/// The names of the TriggerAuthentications of a pool.
#[must_use]
pub fn trigger_authentications(environment: &Environment, worker: &Worker) -> Vec<String> {
    let all = scaled_object::authentication::all(environment, worker);
    all.into_iter().map(|it| it.name).collect()
}

/// PgBouncer's objects, which are the documents of `kubernetes/pgbouncer.yaml`.
#[must_use]
pub fn pooler(environment: &Environment, catalogue: &Catalogue) -> Vec<yaml::YamlValue> {
    pgbouncer::objects(environment, catalogue)
}

/// The template of PgBouncer's pods. If it changes, the Deployment replaces them.
#[must_use]
pub fn pooler_template(environment: &Environment, catalogue: &Catalogue) -> yaml::YamlValue {
    pgbouncer::template(environment, catalogue)
}

/// The values of the label `app` of the pods that may reach PgBouncer.
#[must_use]
pub fn let_in(environment: &Environment) -> Vec<String> {
    pgbouncer::clients(environment)
}

/// Those of them that belong to services, which other people deploy.
#[must_use]
pub fn services(environment: &Environment) -> Vec<String> {
    pgbouncer::services(environment)
}

/// A file for each autoscaler. A workload with a fixed count has none.
fn autoscalers(environment: &Environment, source_name: &str) -> Artifacts {
    let mut files = Artifacts::new();
    let mut add = |path: String, objects: &[YamlValue]| {
        files.insert(path, yaml::documents(objects, source_name));
    };
    for (name, api) in &environment.api {
        match api.scaler() {
            Scaler::Fixed => {}
            Scaler::Hpa | Scaler::Keda => {
                let hpa = hpa::hpa(environment, &api.workload, &api.metric);
                add(api_hpa(name), &[hpa]);
            }
        }
    }
    for (name, pool) in &environment.worker {
        let Some(path) = pool_autoscaler(name, pool) else {
            continue;
        };
        let objects = match pool.scaler() {
            Scaler::Fixed => continue,
            Scaler::Hpa => vec![hpa::hpa(environment, &pool.workload, &[])],
            Scaler::Keda => scaled_object::objects(environment, name, pool),
        };
        add(path, &objects);
    }
    files
}

/// The file of an API's autoscaler below `kubernetes/`.
#[must_use]
pub fn api_hpa(name: &Name) -> String {
    if Api::is_unnamed(name) {
        "api-hpa.yaml".to_owned()
    } else {
        format!("api-{name}-hpa.yaml")
    }
}

/// The file of a pool's autoscaler below `kubernetes/`; `None` if its count is fixed.
#[must_use]
pub fn pool_autoscaler(name: &Name, pool: &Worker) -> Option<String> {
    match pool.scaler() {
        Scaler::Fixed => None,
        Scaler::Hpa => Some(format!("worker-{name}-hpa.yaml")),
        Scaler::Keda => Some(format!("worker-{name}-scaledobject.yaml")),
    }
}
