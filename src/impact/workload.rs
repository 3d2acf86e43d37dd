//! What a change of the API, a pool or a service does.

use super::{Class, FeltBy, Impact, Step};
use crate::diff::Change;
use crate::model::{
    ApiField, ConnectionsField, Environment, FallbackField, Name, PodsMetricField, QueueField,
    ReplicasField, RolloutField, ServiceField, TargetField, WorkerField, Workload, WorkloadField,
};

pub(super) const TEMPLATE: &str =
    "Kubernetes: a Deployment replaces its pods when their template changes";
const HPA: &str = "Kubernetes: autoscaling/v2 reads its specification anew every 15 s";
const KEDA: &str = "KEDA: the operator reconciles a ScaledObject when it changes";

pub(super) fn api(field: ApiField, step: &Step<'_>) -> Impact {
    let told = is_told(step, |side| Some(&side.api.workload));
    match field {
        ApiField::workload(field) => workload(field, FeltBy::Api, told),
        ApiField::metric(PodsMetricField::metric(()) | PodsMetricField::average(())) => {
            Impact::new(Class::Autoscaler, "the HPA aims at another value", HPA)
        }
    }
}

pub(super) fn worker(field: WorkerField, change: &Change, step: &Step<'_>) -> Impact {
    let pool = change.place.name().map(ToString::to_string);
    let name = Name::composed(pool.clone().unwrap_or_default());
    let told = is_told(step, |side| Some(&side.worker.get(&name)?.workload));
    let felt_by = FeltBy::Pools(pool.into_iter().collect());
    match field {
        WorkerField::workload(field) => workload(field, felt_by, told),
        WorkerField::queue(QueueField::list(())) => {
            template("pods drain another set of lists", felt_by)
        }
        WorkerField::queue(QueueField::length(())) => scaled("a replica stands for another depth"),
        WorkerField::combine(()) => scaled("the queues add up in another way"),
        WorkerField::scenario(()) => Impact::new(
            Class::None,
            "a scenario runs nowhere; the values that follow it are listed apart",
            "tierc: the guide's table of scenarios",
        ),
        WorkerField::polling(()) => scaled("KEDA looks at a pool at zero at another pace"),
        WorkerField::cooldown(()) => scaled("KEDA waits another time before the pool goes to zero"),
        WorkerField::activation(()) => scaled("the pool leaves zero at another depth"),
        WorkerField::fallback(FallbackField::replicas(()) | FallbackField::failures(())) => {
            scaled("the pool holds another count while Redis cannot be read")
        }
        WorkerField::grace(()) => template("pods have another time to finish", felt_by),
        WorkerField::capacity(()) => {
            template("pods move to nodes that are bought otherwise", felt_by)
        }
        WorkerField::tolerate(()) => template("pods tolerate other taints", felt_by),
        WorkerField::pause(()) => scaled("the pool is held at a count, or let go").felt_by(felt_by),
    }
}

/// Whether a variable tells pods how long they may keep a connection.
fn is_told<'a>(step: &Step<'a>, of: impl Fn(&'a Environment) -> Option<&'a Workload>) -> bool {
    [step.before, step.after]
        .into_iter()
        .filter_map(of)
        .any(|workload| workload.connections.lifetime_env.is_some())
}

fn workload(field: WorkloadField, felt_by: FeltBy, told: bool) -> Impact {
    // The API is scaled by an HPA of its own, a pool by the one that KEDA makes.
    let source = if felt_by == FeltBy::Api { HPA } else { KEDA };
    let scaled = |reason: &str| Impact::new(Class::Autoscaler, reason, source);
    match field {
        WorkloadField::name(()) => Impact::new(
            Class::Outage,
            "the Deployment of the old name goes while the pods of the new one start",
            "Helm: an upgrade deletes what the release no longer holds without waiting for the rest",
        )
        .felt_by(felt_by),
        WorkloadField::image(()) => template("pods run another image", felt_by),
        WorkloadField::replicas(ReplicasField::min(()) | ReplicasField::max(())) => {
            scaled("the autoscaler has other bounds")
        }
        WorkloadField::target(TargetField::cpu(()) | TargetField::memory(())) => {
            scaled("the autoscaler aims at another utilisation")
        }
        WorkloadField::scale_up(_) | WorkloadField::scale_down(_) => {
            scaled("the autoscaler moves at another pace")
        }
        WorkloadField::requests(_) => template("pods ask for other resources", felt_by),
        WorkloadField::limits(_) => template("pods have other limits", felt_by),
        WorkloadField::connections(ConnectionsField::per_pod(()) | ConnectionsField::env(())) => {
            template("pods read their connection limit from a variable", felt_by)
        }
        WorkloadField::connections(
            ConnectionsField::lifetime(()) | ConnectionsField::lifetime_env(()),
        ) if told => template(
            "pods read from a variable how long they may keep a connection",
            felt_by,
        ),
        WorkloadField::connections(
            ConnectionsField::lifetime(()) | ConnectionsField::lifetime_env(()),
        )
        | WorkloadField::driver(())
        | WorkloadField::driver_version(())
        | WorkloadField::driver_libpq(()) => Impact::new(
            Class::None,
            "the rules know more of the application; nothing that runs follows it",
            "tierc: what is stated for the rules alone is written nowhere else",
        ),
        WorkloadField::rollout(RolloutField::max_surge(()) | RolloutField::max_unavailable(())) => {
            Impact::new(
                Class::None,
                "the next rollout goes another way",
                "Kubernetes: a Deployment's strategy is not part of its pod template",
            )
        }
        WorkloadField::hold(()) => scaled("the count is frozen, or let go").felt_by(felt_by),
        WorkloadField::arch(()) => template("pods move to nodes of the other architecture", felt_by),
        WorkloadField::env(()) => template("pods read another variable", felt_by),
    }
}

fn scaled(reason: &str) -> Impact {
    Impact::new(Class::Autoscaler, reason, KEDA)
}

/// A change of a Deployment's pod template.
fn template(reason: &str, felt_by: FeltBy) -> Impact {
    Impact::new(Class::Rolling, reason, TEMPLATE).felt_by(felt_by)
}

/// Services are counted and not rendered: somebody else makes the change.
pub(super) fn service(field: ServiceField) -> Impact {
    let reason = match field {
        ServiceField::replicas(()) | ServiceField::cpu(()) | ServiceField::memory(()) => {
            "the service is counted with other pods"
        }
        ServiceField::per_pod(()) => "the service is counted with other connections",
        ServiceField::lifetime(())
        | ServiceField::driver(())
        | ServiceField::driver_version(())
        | ServiceField::driver_libpq(()) => "the rules know more of the service",
        ServiceField::via(()) => {
            "the service is counted on the other way to the database, and PgBouncer's network policy lets it in or not"
        }
    };
    Impact::new(
        Class::None,
        reason,
        "tierc: a service is counted, never rendered",
    )
}
