//! Off-hours, and events that raise the minimum of an HPA. No autoscaler applies them, so a CronJob does.

mod job;
mod script;

use crate::emit::yaml::{YamlValue, yaml};

use crate::emit::metadata::{metadata, selector};
use crate::model::{Environment, Scaler, Workload};
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

    /// The Deployments whose count or minimum the job changes: the APIs, and pools that KEDA does not scale.
    fn deployments(&self) -> Vec<FollowedDeployment<'a>> {
        let environment = self.environment;
        let apis = environment.api.iter().map(|(name, api)| {
            (
                ScheduleSubject::Api(name.clone()),
                &api.workload,
                api.scaler(),
                environment.api_marks_name(name),
            )
        });
        let pools = environment.worker.iter().map(|(name, pool)| {
            (
                ScheduleSubject::Pool(name.clone()),
                &pool.workload,
                pool.scaler(),
                environment.schedule_marks_name(name),
            )
        });
        let followed = apis
            .chain(pools)
            .filter_map(|(subject, workload, scaler, marks)| {
                let (sleeps, rises) = match scaler {
                    Scaler::Keda => (false, false),
                    Scaler::Hpa => (self.calendar.sleeps(&subject), self.has_events(&subject)),
                    Scaler::Fixed => (self.calendar.sleeps(&subject), false),
                };
                (sleeps || rises).then_some(FollowedDeployment {
                    subject,
                    workload,
                    sleeps,
                    rises,
                    marks,
                })
            });
        followed.collect()
    }

    /// Whether events change the floor of a subject.
    fn has_events(&self, subject: &ScheduleSubject) -> bool {
        let mut occasions = self.calendar.occasions.iter();
        occasions.any(|occasion| occasion.floor(subject).is_some())
    }

    /// The pools of KEDA with off-hours, each with the name of its ScaledObject. KEDA handles their
    /// events.
    fn pools(&self) -> Vec<(ScheduleSubject, String)> {
        let pools = self.environment.worker.iter();
        let subjects =
            pools
                .filter(|(_, pool)| pool.scaler() == Scaler::Keda)
                .map(|(name, pool)| {
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

/// A Deployment that the job follows.
struct FollowedDeployment<'a> {
    subject: ScheduleSubject,
    workload: &'a Workload,
    /// Whether it sleeps at times.
    sleeps: bool,
    /// Whether events raise the minimum of its HPA.
    rises: bool,
    /// The ConfigMap that records whether it sleeps.
    marks: String,
}

/// ServiceAccount, Role, RoleBinding, ConfigMap, NetworkPolicy and CronJob; empty if there is
/// nothing to apply.
pub(super) fn objects(environment: &Environment) -> Vec<YamlValue> {
    let followed = Followed::of(environment);
    if followed.deployments().is_empty() && followed.pools().is_empty() {
        return Vec::new();
    }
    let name = environment.schedule_name();
    let meta = metadata(environment, &name, &name);
    let mut objects = vec![
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
    ];
    let deployments = followed.deployments().into_iter();
    let marks = deployments.filter(|it| it.sleeps && it.marks != name);
    objects.extend(marks.map(|it| {
        yaml!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": metadata(environment, &it.marks, &name),
        })
    }));
    objects
}

/// The rights to read and change the scheduled objects, and nothing else.
fn rules(followed: &Followed<'_>) -> Vec<YamlValue> {
    let rule = |group: &str, resource: &str, names: Vec<String>| {
        yaml!({
            "apiGroups": [group], "resources": [resource], "resourceNames": names,
            "verbs": ["get", "patch"],
        })
    };
    let mut rules = Vec::new();
    let deployments = followed.deployments();
    let rising = deployments.iter().filter(|it| it.rises);
    let hpas: Vec<String> = rising.map(|it| it.workload.autoscaler_name()).collect();
    if !hpas.is_empty() {
        rules.push(rule("autoscaling", "horizontalpodautoscalers", hpas));
    }
    let sleeping = || deployments.iter().filter(|it| it.sleeps);
    let names: Vec<String> = sleeping()
        .map(|it| it.workload.name.value.to_string())
        .collect();
    if !names.is_empty() {
        rules.push(rule("apps", "deployments/scale", names));
        // The marks are in ConfigMaps of the job: marking the Deployments would need the right to change
        // their pods.
        let marks = sleeping().map(|it| it.marks.clone()).collect();
        rules.push(rule("", "configmaps", marks));
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
