//! What a change of the API, a pool or a service does.

use super::{Class, FeltBy, Impact, ImpactStep};
use crate::diff::AttributeChange;
use crate::model::{
    Api, ApiField, ConnectionsField, DatabaseConnectionsField, DisruptionField, Environment,
    FallbackField, KafkaTopicField, Name, PodsMetricField, PostgresqlQueueField,
    PrometheusQueueField, QueueField, RabbitmqQueueField, RedisListField, RedisStreamField,
    ReplicasField, RolloutField, ServiceField, SqsQueueField, TargetField, Worker, WorkerField,
    Workload, WorkloadField,
};
use crate::pair::Pair;

pub(super) const TEMPLATE: &str =
    "Kubernetes: a Deployment replaces its pods when their template changes";
const HPA: &str = "Kubernetes: autoscaling/v2 reads its specification anew every 15 s";
const ONE_SCALER: &str = "KEDA admission webhook: one autoscaler for a workload";
const KEDA: &str = "KEDA: the operator reconciles a ScaledObject when it changes";

pub(super) fn api(field: ApiField, change: &AttributeChange, step: &ImpactStep<'_>) -> Impact {
    let name = change.place.name().cloned().unwrap_or_else(Api::unnamed);
    let told = is_told(step, |side| Some(&side.api.get(&name)?.workload));
    let felt_by = FeltBy::api(&name);
    let apis = Pair::new(step.before, step.after).map(|side| side.api.get(&name));
    match field {
        ApiField::workload(field) if counts(field) => match (apis.before, apis.after) {
            (Some(before), Some(after)) => {
                counted(Pair::new(&before.workload, &after.workload), HPA, felt_by)
            }
            (None, _) | (_, None) => workload(field, felt_by, told),
        },
        ApiField::workload(field) => workload(field, felt_by, told),
        ApiField::metric(PodsMetricField::metric(()) | PodsMetricField::average(())) => {
            Impact::new(
                Class::Autoscaler,
                "the HPA has a different target value",
                HPA,
            )
        }
    }
}

pub(super) fn worker(
    field: WorkerField,
    change: &AttributeChange,
    step: &ImpactStep<'_>,
) -> Impact {
    let pool = change.place.name().map(ToString::to_string);
    let name = Name::composed(pool.clone().unwrap_or_default());
    let told = is_told(step, |side| Some(&side.worker.get(&name)?.workload));
    let felt_by = FeltBy::Pools(pool.into_iter().collect());
    let pools = Pair::new(step.before, step.after).map(|side| side.worker.get(&name));
    match field {
        WorkerField::workload(field) if counts(field) => match (pools.before, pools.after) {
            (Some(before), Some(after)) => {
                let workloads = Pair::new(&before.workload, &after.workload);
                counted(workloads, KEDA, felt_by)
            }
            (None, _) | (_, None) => workload(field, felt_by, told),
        },
        WorkerField::workload(field) => workload(field, felt_by, told),
        // KEDA's HPA and the pool's own replace each other; the pods read the same queues, or none.
        WorkerField::queue(_) if scaler_changes(pools) => Impact::new(
            Class::Autoscaler,
            "a different autoscaler replaces the present one; the pod count stays fixed in between",
            ONE_SCALER,
        ),
        WorkerField::queue(field) => queue(field, felt_by),
        WorkerField::combine(()) => scaled("KEDA combines the queue depths in a different way"),
        WorkerField::scenario(()) => Impact::new(
            Class::None,
            "the scenario is only recorded; the values that follow from it are listed separately",
            "tierc: the guide's table of scenarios",
        ),
        WorkerField::polling(()) => {
            scaled("KEDA polls a pool at zero replicas at a different interval")
        }
        WorkerField::cooldown(()) => scaled("KEDA scales the pool to zero after a different delay"),
        WorkerField::activation(()) => {
            scaled("the pool scales up from zero at a different queue depth")
        }
        WorkerField::fallback(FallbackField::replicas(()) | FallbackField::failures(())) => {
            scaled("KEDA has a different fallback for the time when it cannot read Redis")
        }
        WorkerField::grace(()) => template("pods have a different grace period", felt_by),
        WorkerField::capacity(()) => {
            template("pods move to nodes of a different capacity type", felt_by)
        }
        WorkerField::tolerate(()) => template("pods tolerate different taints", felt_by),
        WorkerField::pause(()) => {
            scaled("the pool is paused at a fixed count, or no longer paused").felt_by(felt_by)
        }
    }
}

/// Pods read what identifies a queue; KEDA alone reads how it counts.
fn queue(field: QueueField, felt_by: FeltBy) -> Impact {
    match field {
        QueueField::redis_list(RedisListField::list(())) => {
            template("pods read a different set of queue lists", felt_by)
        }
        QueueField::postgresql(PostgresqlQueueField::name(()))
        | QueueField::sqs(SqsQueueField::name(()) | SqsQueueField::url(()))
        | QueueField::kafka(
            KafkaTopicField::topic(()) | KafkaTopicField::brokers(()) | KafkaTopicField::group(()),
        )
        | QueueField::rabbitmq(RabbitmqQueueField::name(()))
        | QueueField::redis_stream(RedisStreamField::stream(()) | RedisStreamField::group(()))
        | QueueField::prometheus(PrometheusQueueField::name(())) => {
            template("pods read a different set of queues", felt_by)
        }
        QueueField::redis_list(RedisListField::length(()))
        | QueueField::postgresql(PostgresqlQueueField::length(()))
        | QueueField::sqs(SqsQueueField::length(()))
        | QueueField::kafka(KafkaTopicField::length(()))
        | QueueField::rabbitmq(RabbitmqQueueField::length(()))
        | QueueField::redis_stream(RedisStreamField::length(()))
        | QueueField::prometheus(PrometheusQueueField::length(())) => {
            scaled("KEDA targets a different queue depth per replica")
        }
        QueueField::postgresql(
            PostgresqlQueueField::framework(()) | PostgresqlQueueField::query(()),
        )
        | QueueField::sqs(SqsQueueField::in_flight(()) | SqsQueueField::delayed(()))
        | QueueField::kafka(KafkaTopicField::offset_reset(()))
        | QueueField::rabbitmq(RabbitmqQueueField::mode(()))
        | QueueField::redis_stream(RedisStreamField::count(()))
        | QueueField::prometheus(PrometheusQueueField::query(())) => {
            scaled("KEDA counts the queue in a different way")
        }
        QueueField::kafka(KafkaTopicField::auth(()) | KafkaTopicField::tls(()))
        | QueueField::rabbitmq(RabbitmqQueueField::protocol(()) | RabbitmqQueueField::vhost(()))
        | QueueField::prometheus(PrometheusQueueField::server(())) => {
            scaled("KEDA reaches the queue in a different way")
        }
        QueueField::sqs(SqsQueueField::visibility(()))
        | QueueField::kafka(KafkaTopicField::partitions(())) => Impact::new(
            Class::None,
            "only the rules use it; nothing that runs changes",
            "tierc: what is stated for the rules alone is written nowhere else",
        ),
    }
}

/// Whether the field decides if the number of pods is fixed.
fn counts(field: WorkloadField) -> bool {
    matches!(
        field,
        WorkloadField::replicas(ReplicasField::count(()) | ReplicasField::singleton(()))
    )
}

fn scaler_changes(pools: Pair<Option<&Worker>>) -> bool {
    let scalers = pools.map(|pool| pool.map(Worker::scaler));
    scalers.before.is_some() && scalers.after.is_some() && scalers.before != scalers.after
}

/// A count that becomes fixed, changes, or is left to an autoscaler from now on.
fn counted(workloads: Pair<&Workload>, scaler: &'static str, felt_by: FeltBy) -> Impact {
    match (workloads.before.is_fixed(), workloads.after.is_fixed()) {
        (true, true) => Impact::new(
            Class::Autoscaler,
            "Helm sets another number of pods, or another strategy of their rollout",
            "Kubernetes: a Deployment's replicas and strategy are not part of its pod template",
        ),
        (true, false) if workloads.before.replicas.min.value > 1 => Impact::new(
            Class::Rolling,
            "the chart no longer states the number of pods, so the Deployment drops to 1 pod until the autoscaler restores its minimum",
            "Kubernetes: a Deployment without `replicas` has one pod; Helm removes the field",
        )
        .felt_by(felt_by),
        (true, false) => Impact::new(
            Class::Autoscaler,
            "an autoscaler takes over the number of pods",
            scaler,
        ),
        (false, true | false) => Impact::new(
            Class::Autoscaler,
            "the autoscaler is deleted, and Helm sets the number of pods",
            scaler,
        ),
    }
}

/// Whether a variable passes the lifetime of connections to the pods.
fn is_told<'a>(
    step: &ImpactStep<'a>,
    of: impl Fn(&'a Environment) -> Option<&'a Workload>,
) -> bool {
    [step.before, step.after]
        .into_iter()
        .filter_map(of)
        .any(|workload| workload.connections.lifetime_env.is_some())
}

fn workload(field: WorkloadField, felt_by: FeltBy, told: bool) -> Impact {
    // The API has its own HPA; KEDA creates a pool's.
    let source = if matches!(felt_by, FeltBy::Api | FeltBy::Apis(_)) {
        HPA
    } else {
        KEDA
    };
    let scaled = |reason: &str| Impact::new(Class::Autoscaler, reason, source);
    match field {
        WorkloadField::name(()) => Impact::new(
            Class::Outage,
            "the Deployment with the old name is deleted while the pods of the new one start",
            "Helm: an upgrade deletes objects that left the release without waiting for the others",
        )
        .felt_by(felt_by),
        WorkloadField::image(()) => template("the pods' image changes", felt_by),
        WorkloadField::replicas(ReplicasField::min(()) | ReplicasField::max(())) => {
            scaled("the autoscaler's minimum or maximum changes")
        }
        WorkloadField::replicas(ReplicasField::count(()) | ReplicasField::singleton(())) => {
            scaled("the number of pods is fixed, or no longer fixed")
        }
        WorkloadField::target(TargetField::cpu(()) | TargetField::memory(())) => {
            scaled("the autoscaler's target utilisation changes")
        }
        WorkloadField::scale_up(_) | WorkloadField::scale_down(_) => {
            scaled("the autoscaler's pace changes")
        }
        WorkloadField::requests(_) => template("the pods' resource requests change", felt_by),
        WorkloadField::limits(_) => template("the pods' resource limits change", felt_by),
        WorkloadField::connections(field) => connections(field, felt_by, told),
        WorkloadField::driver(())
        | WorkloadField::driver_version(())
        | WorkloadField::driver_libpq(()) => for_the_rules(),
        WorkloadField::rollout(RolloutField::max_surge(()) | RolloutField::max_unavailable(())) => {
            Impact::new(
                Class::None,
                "only the strategy of the next rollout changes",
                "Kubernetes: a Deployment's strategy is not part of its pod template",
            )
        }
        WorkloadField::disruption(DisruptionField::max_unavailable(())) => Impact::new(
            Class::None,
            "only evictions are limited differently; no pod changes",
            "Kubernetes: a PodDisruptionBudget is not part of a pod template",
        ),
        WorkloadField::spread(()) => template("pods prefer other nodes or zones", felt_by),
        WorkloadField::hold(()) => scaled("the count is held, or no longer held").felt_by(felt_by),
        WorkloadField::arch(()) => {
            template("pods move to nodes of a different architecture", felt_by)
        }
        WorkloadField::env(()) => template("an environment variable of the pods changes", felt_by),
    }
}

fn connections(field: ConnectionsField, felt_by: FeltBy, told: bool) -> Impact {
    match field {
        ConnectionsField::per_pod(())
        | ConnectionsField::threads(())
        | ConnectionsField::concurrency(())
        | ConnectionsField::factor(())
        | ConnectionsField::env(()) => {
            template("pods read their connection limit from a variable", felt_by)
        }
        ConnectionsField::processes(()) => Impact::new(
            Class::None,
            "only the connections are counted anew: the image decides how many processes a pod has",
            "tierc: it is counted, never rendered",
        ),
        ConnectionsField::database(
            DatabaseConnectionsField::database(())
            | DatabaseConnectionsField::per_pod(())
            | DatabaseConnectionsField::env(())
            | DatabaseConnectionsField::url(()),
        ) => template(
            "pods read what they connect to, and with how many connections, from variables",
            felt_by,
        ),
        ConnectionsField::lifetime(()) | ConnectionsField::lifetime_env(()) if told => {
            template("pods read the connection lifetime from a variable", felt_by)
        }
        ConnectionsField::lifetime(()) | ConnectionsField::lifetime_env(()) => for_the_rules(),
    }
}

fn for_the_rules() -> Impact {
    Impact::new(
        Class::None,
        "only the rules use it; nothing that runs changes",
        "tierc: what is stated for the rules alone is written nowhere else",
    )
}

fn scaled(reason: &str) -> Impact {
    Impact::new(Class::Autoscaler, reason, KEDA)
}

/// A change of a Deployment's pod template.
fn template(reason: &str, felt_by: FeltBy) -> Impact {
    Impact::new(Class::Rolling, reason, TEMPLATE).felt_by(felt_by)
}

/// Services are counted, not rendered: others deploy the change.
pub(super) fn service(field: ServiceField) -> Impact {
    let reason = match field {
        ServiceField::replicas(()) | ServiceField::cpu(()) | ServiceField::memory(()) => {
            "only the budgets change: they count the pods of the service differently"
        }
        ServiceField::per_pod(()) => {
            "only the connection budget changes: it counts the service differently"
        }
        ServiceField::database(()) => {
            "only the connection budget changes: it counts the service for another database of PgBouncer"
        }
        ServiceField::lifetime(())
        | ServiceField::driver(())
        | ServiceField::driver_version(())
        | ServiceField::driver_libpq(()) => "only the rules use it",
        ServiceField::via(()) => {
            "the service is counted on its new path to the database, and PgBouncer's network policy changes with it"
        }
    };
    Impact::new(
        Class::None,
        reason,
        "tierc: a service is counted, never rendered",
    )
}
