//! An environment's Kubernetes objects.

mod alerts;
pub(super) mod hpa;
mod pgbouncer;
pub(super) mod scaled_object;
mod schedules;

use super::alerts::Watch;
use super::{Artifacts, yaml};
use crate::catalogue::Catalogue;
use crate::emit::yaml::yaml;
use crate::model::{Autoscalers, Environment};

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
    let whole = [("pgbouncer.yaml", pooler), ("schedules.yaml", schedules)];
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

fn autoscalers(environment: &Environment, source_name: &str) -> Artifacts {
    let hpa = yaml::documents(&[hpa::hpa(environment)], source_name);
    let pools = environment.worker.iter().map(|(name, worker)| {
        let objects = scaled_object::objects(environment, name, worker);
        let path = format!("worker-{name}-scaledobject.yaml");
        (path, yaml::documents(&objects, source_name))
    });
    let api = ("api-hpa.yaml".to_owned(), hpa);
    std::iter::once(api).chain(pools).collect()
}
