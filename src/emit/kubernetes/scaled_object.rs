//! A worker pool's ScaledObject, and the TriggerAuthentications with which it reads the queues.

pub(in crate::emit) mod authentication;
mod events;
mod triggers;

use crate::emit::yaml::{Map, YamlValue, yaml};

use super::hpa::behavior;
use crate::budget::scaling::asked_for;
use crate::emit::metadata::metadata;
use crate::model::{Environment, Name, Worker};

/// ScaledObject `<deployment>-scaler`, and a TriggerAuthentication such as `<deployment>-redis` for each
/// source of the queues.
pub(super) fn objects(environment: &Environment, name: &Name, worker: &Worker) -> Vec<YamlValue> {
    let deployment = worker.workload.name.value.as_str();
    let mut meta = metadata(environment, &worker.scaled_object_name(), deployment);
    if let (Some(annotations), Some(meta)) = (annotations(worker), meta.as_map_mut()) {
        meta.insert("annotations", annotations);
    }
    let mut objects = vec![yaml!({
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": meta,
        "spec": spec(environment, name, worker),
    })];
    for authentication in authentication::all(environment, worker) {
        objects.push(yaml!({
            "apiVersion": "keda.sh/v1alpha1",
            "kind": "TriggerAuthentication",
            "metadata": metadata(environment, &authentication.name, deployment),
            "spec": authentication.spec,
        }));
    }
    objects
}

/// What pauses a pool.
pub(in crate::emit) fn annotations(worker: &Worker) -> Option<YamlValue> {
    let pause = worker.pause.as_ref()?;
    Some(yaml!({ "autoscaling.keda.sh/paused-replicas": pause.value.to_string() }))
}

/// The ScaledObject's `spec`.
pub(in crate::emit) fn spec(environment: &Environment, name: &Name, worker: &Worker) -> Map {
    let deployment = worker.workload.name.value.as_str();
    let (min, max) = worker.workload.bounds();
    let mut spec = Map::new();
    spec.insert(
        "scaleTargetRef",
        yaml!({ "apiVersion": "apps/v1", "kind": "Deployment", "name": deployment }),
    );
    spec.insert("minReplicaCount", min);
    spec.insert("maxReplicaCount", max);
    // Above zero, KEDA ignores both and warns about them.
    if min == 0 {
        spec.insert("pollingInterval", worker.polling.value.secs());
        spec.insert("cooldownPeriod", worker.cooldown.value.secs());
    }
    let summed = triggers::all_served(environment, worker) && worker.is_summed();
    if let Some(fallback) = &worker.fallback {
        // With a formula, a static fallback never fires, so the formula contains the fallback.
        let behavior = if summed { "scalingModifiers" } else { "static" };
        let fallback = yaml!({
            "failureThreshold": &fallback.failures,
            "replicas": asked_for(fallback.replicas.value),
            "behavior": behavior,
        });
        spec.insert("fallback", fallback);
    }
    let taken = triggers::names(&worker.queue);
    let floors = events::floors(environment, name, &taken);
    spec.insert("advanced", advanced(worker, summed, &floors));
    let triggers = triggers::triggers(environment, worker, summed, &floors);
    spec.insert("triggers", triggers);
    spec
}

fn advanced(worker: &Worker, summed: bool, floors: &[events::Floor]) -> YamlValue {
    let mut advanced = Map::new();
    let hpa = yaml!({ "behavior": behavior(&worker.workload) });
    advanced.insert("horizontalPodAutoscalerConfig", hpa);
    if summed {
        let mut modifiers = Map::new();
        let mut lists = triggers::formula(worker);
        let activation = worker.activation.value;
        let target = (worker.workload.bounds().0 == 0 && activation > 0)
            .then(|| triggers::activation_target(activation, &worker.queue));
        // The formula has one activation target, and a floor below it would not wake the pool. So
        // the target applies to the lists alone, before the floors are added.
        let gated = events::stays_below(floors, activation, &worker.queue);
        if let (Some(target), true) = (&target, gated) {
            lists = format!("(({lists}) > {target} ? ({lists}) : 0)");
        }
        let formula = events::formula(lists, floors);
        modifiers.insert("formula", formula);
        modifiers.insert("target", "1");
        if let Some(target) = target.filter(|_| !gated) {
            modifiers.insert("activationTarget", target);
        }
        modifiers.insert("metricType", "AverageValue");
        advanced.insert("scalingModifiers", modifiers);
    }
    YamlValue::Map(advanced)
}
