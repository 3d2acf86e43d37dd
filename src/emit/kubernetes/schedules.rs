//! Off-hours, and events of the API. No autoscaler applies them, so a CronJob does.

mod job;
mod script;

use crate::emit::yaml::{YamlValue, yaml};

use crate::emit::metadata::{metadata, selector};
use crate::model::Environment;
use crate::schedule::{Calendar, ScheduleSubject};

/// The key in the ConfigMap, and its file name when mounted.
const SCRIPT: &str = "schedule.sh";

/// An environment and its calendar, which the CronJob applies.
struct Followed<'a> {
    environment: &'a Environment,
    calendar: Calendar<'a>,
}

impl<'a> Followed<'a> {
    fn of(environment: &'a Environment) -> Self {
        Self {
            environment,
            calendar: Calendar::of(environment),
        }
    }

    /// Whether the API sleeps at times.
    fn api_sleeps(&self) -> bool {
        self.calendar.sleeps(&ScheduleSubject::Api)
    }

    /// Whether events change the API's floor.
    fn api_has_events(&self) -> bool {
        let mut occasions = self.calendar.occasions.iter();
        occasions.any(|occasion| occasion.floor(&ScheduleSubject::Api).is_some())
    }

    /// The pools with off-hours, each with the name of its ScaledObject. KEDA handles their events.
    fn pools(&self) -> Vec<(ScheduleSubject, String)> {
        let subjects = self.environment.worker.iter().map(|(name, pool)| {
            (
                ScheduleSubject::Pool(name.clone()),
                pool.scaled_object_name(),
            )
        });
        subjects
            .filter(|(subject, _)| self.calendar.sleeps(subject))
            .collect()
    }
}

/// ServiceAccount, Role, RoleBinding, ConfigMap, NetworkPolicy and CronJob; empty if there is
/// nothing to apply.
pub(super) fn objects(environment: &Environment) -> Vec<YamlValue> {
    let followed = Followed::of(environment);
    if !followed.api_sleeps() && !followed.api_has_events() && followed.pools().is_empty() {
        return Vec::new();
    }
    let name = environment.schedule_name();
    let meta = metadata(environment, &name, &name);
    vec![
        yaml!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": &meta,
            "automountServiceAccountToken": false,
        }),
        yaml!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": &meta,
            "rules": rules(&followed),
        }),
        yaml!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": &meta,
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": &name },
            "subjects": [{ "kind": "ServiceAccount", "name": &name, "namespace": &environment.namespace }],
        }),
        yaml!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": &meta,
            "data": { SCRIPT: script::script(&followed) },
        }),
        network_policy(&name, &meta),
        job::job(&followed, &name),
    ]
}

/// The rights to read and change the scheduled objects, and nothing else.
fn rules(followed: &Followed<'_>) -> Vec<YamlValue> {
    let api = &followed.environment.api.workload;
    let rule = |group: &str, resource: &str, names: Vec<String>| {
        yaml!({
            "apiGroups": [group], "resources": [resource], "resourceNames": names,
            "verbs": ["get", "patch"],
        })
    };
    let mut rules = Vec::new();
    if followed.api_has_events() {
        let names = vec![api.autoscaler_name()];
        rules.push(rule("autoscaling", "horizontalpodautoscalers", names));
    }
    if followed.api_sleeps() {
        let names = vec![api.name.value.to_string()];
        rules.push(rule("apps", "deployments/scale", names));
        // The mark of the API is in the job's own ConfigMap: marking the Deployment would need the
        // right to change its pods.
        let names = vec![followed.environment.schedule_name()];
        rules.push(rule("", "configmaps", names));
    }
    let pools: Vec<String> = followed.pools().into_iter().map(|(_, name)| name).collect();
    if !pools.is_empty() {
        rules.push(rule("keda.sh", "scaledobjects", pools));
    }
    rules
}

/// No ingress. Egress to DNS and the API server, whose address depends on the cluster.
fn network_policy(name: &str, meta: &YamlValue) -> YamlValue {
    yaml!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta,
        "spec": {
            "podSelector": { "matchLabels": selector(name) },
            "policyTypes": ["Ingress", "Egress"],
            "egress": [
                { "ports": [{ "port": 53, "protocol": "UDP" }, { "port": 53, "protocol": "TCP" }] },
                { "ports": [{ "port": 443, "protocol": "TCP" }, { "port": 6443, "protocol": "TCP" }] },
            ],
        },
    })
}
