//! What a change of the API, a pool or a service does.

use super::{Class, FeltBy, Impact, ImpactStep};
use crate::diff::AttributeChange;
use crate::model::{
    ApiField, ConnectionsField, Environment, FallbackField, KafkaTopicField, Name, PodsMetricField,
    PostgresqlQueueField, PrometheusQueueField, QueueField, RabbitmqQueueField, RedisListField,
    RedisStreamField, ReplicasField, RolloutField, ServiceField, SqsQueueField, TargetField,
    WorkerField, Workload, WorkloadField,
};

pub(super) const TEMPLATE: &str =
    "Kubernetes: a Deployment replaces its pods when their template changes";
const HPA: &str = "Kubernetes: autoscaling/v2 reads its specification anew every 15 s";
const KEDA: &str = "KEDA: the operator reconciles a ScaledObject when it changes";

pub(super) fn api(field: ApiField, step: &ImpactStep<'_>) -> Impact {
    let told = is_told(step, |side| Some(&side.api.workload));
    match field {
        ApiField::workload(field) => workload(field, FeltBy::Api, told),
        ApiField::metric(PodsMetricField::metric(()) | PodsMetricField::average(())) => {
            Impact::new(Class::Autoscaler, "the HPA has another target value", HPA)
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
    match field {
        WorkerField::workload(field) => workload(field, felt_by, told),
        WorkerField::queue(field) => queue(field, felt_by),
        WorkerField::combine(()) => scaled("KEDA combines the queue depths in another way"),
        WorkerField::scenario(()) => Impact::new(
            Class::None,
            "the scenario itself changes nothing that runs; the values that follow it are listed separately",
            "tierc: the guide's table of scenarios",
        ),
        WorkerField::polling(()) => {
            scaled("KEDA polls a pool at zero replicas at another interval")
        }
        WorkerField::cooldown(()) => scaled("KEDA scales the pool to zero after another delay"),
        WorkerField::activation(()) => {
            scaled("the pool scales up from zero at another queue depth")
        }
        WorkerField::fallback(FallbackField::replicas(()) | FallbackField::failures(())) => {
            scaled("KEDA has another fallback for when it cannot read Redis")
        }
        WorkerField::grace(()) => template("pods have another grace period", felt_by),
        WorkerField::capacity(()) => {
            template("pods move to nodes of another capacity type", felt_by)
        }
        WorkerField::tolerate(()) => template("pods tolerate other taints", felt_by),
        WorkerField::pause(()) => {
            scaled("the pool is paused at a fixed count, or no longer paused").felt_by(felt_by)
        }
    }
}

/// Pods read what identifies a queue; KEDA alone reads how it counts.
fn queue(field: QueueField, felt_by: FeltBy) -> Impact {
    match field {
        QueueField::redis_list(RedisListField::list(())) => {
            template("pods read another set of queue lists", felt_by)
        }
        QueueField::postgresql(PostgresqlQueueField::name(()))
        | QueueField::sqs(SqsQueueField::name(()) | SqsQueueField::url(()))
        | QueueField::kafka(
            KafkaTopicField::topic(()) | KafkaTopicField::brokers(()) | KafkaTopicField::group(()),
        )
        | QueueField::rabbitmq(RabbitmqQueueField::name(()))
        | QueueField::redis_stream(RedisStreamField::stream(()) | RedisStreamField::group(()))
        | QueueField::prometheus(PrometheusQueueField::name(())) => {
            template("pods read another set of queues", felt_by)
        }
        QueueField::redis_list(RedisListField::length(()))
        | QueueField::postgresql(PostgresqlQueueField::length(()))
        | QueueField::sqs(SqsQueueField::length(()))
        | QueueField::kafka(KafkaTopicField::length(()))
        | QueueField::rabbitmq(RabbitmqQueueField::length(()))
        | QueueField::redis_stream(RedisStreamField::length(()))
        | QueueField::prometheus(PrometheusQueueField::length(())) => {
            scaled("KEDA targets another queue depth per replica")
        }
        QueueField::postgresql(
            PostgresqlQueueField::framework(()) | PostgresqlQueueField::query(()),
        )
        | QueueField::sqs(SqsQueueField::in_flight(()) | SqsQueueField::delayed(()))
        | QueueField::kafka(KafkaTopicField::offset_reset(()))
        | QueueField::rabbitmq(RabbitmqQueueField::mode(()))
        | QueueField::redis_stream(RedisStreamField::count(()))
        | QueueField::prometheus(PrometheusQueueField::query(())) => {
            scaled("KEDA counts the queue in another way")
        }
        QueueField::kafka(KafkaTopicField::auth(()) | KafkaTopicField::tls(()))
        | QueueField::rabbitmq(RabbitmqQueueField::protocol(()) | RabbitmqQueueField::vhost(()))
        | QueueField::prometheus(PrometheusQueueField::server(())) => {
            scaled("KEDA reaches the queue in another way")
        }
        QueueField::sqs(SqsQueueField::visibility(()))
        | QueueField::kafka(KafkaTopicField::partitions(())) => Impact::new(
            Class::None,
            "only the rules use it; nothing that runs changes",
            "tierc: what is stated for the rules alone is written nowhere else",
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
    let source = if felt_by == FeltBy::Api { HPA } else { KEDA };
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
        WorkloadField::target(TargetField::cpu(()) | TargetField::memory(())) => {
            scaled("the autoscaler's target utilisation changes")
        }
        WorkloadField::scale_up(_) | WorkloadField::scale_down(_) => {
            scaled("the autoscaler's pace changes")
        }
        WorkloadField::requests(_) => template("the pods' resource requests change", felt_by),
        WorkloadField::limits(_) => template("the pods' resource limits change", felt_by),
        WorkloadField::connections(ConnectionsField::per_pod(()) | ConnectionsField::env(())) => {
            template("pods read their connection limit from a variable", felt_by)
        }
        WorkloadField::connections(
            ConnectionsField::lifetime(()) | ConnectionsField::lifetime_env(()),
        ) if told => template("pods read the connection lifetime from a variable", felt_by),
        WorkloadField::connections(
            ConnectionsField::lifetime(()) | ConnectionsField::lifetime_env(()),
        )
        | WorkloadField::driver(())
        | WorkloadField::driver_version(())
        | WorkloadField::driver_libpq(()) => Impact::new(
            Class::None,
            "only the rules use it; nothing that runs changes",
            "tierc: what is stated for the rules alone is written nowhere else",
        ),
        WorkloadField::rollout(RolloutField::max_surge(()) | RolloutField::max_unavailable(())) => {
            Impact::new(
                Class::None,
                "only the strategy of the next rollout changes",
                "Kubernetes: a Deployment's strategy is not part of its pod template",
            )
        }
        WorkloadField::hold(()) => scaled("the count is held, or no longer held").felt_by(felt_by),
        WorkloadField::arch(()) => {
            template("pods move to nodes of the other architecture", felt_by)
        }
        WorkloadField::env(()) => template("pods get another environment variable", felt_by),
    }
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
            "only the budgets change: they count other pods of the service"
        }
        ServiceField::per_pod(()) => {
            "only the connection budget changes: it counts the service differently"
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
