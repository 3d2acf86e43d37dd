//! Alerts of the API and of worker pools.

use std::collections::BTreeSet;

use super::{Alert, AlertUrgency, above, asleep};
use crate::budget::scaling::asked_for;
use crate::metric::{self, Metric, Tracked, state};
use crate::model::count::counted;
use crate::model::{Api, Duration, Environment, Name, Queue, Scaler, Worker, Workload};
use crate::schedule::{Calendar, ScheduleSubject};

const MORE_PODS: &str = "increase the HPA's maxReplicas";

pub(super) fn api(environment: &Environment, name: &Name, tracked: &Tracked) -> Vec<Alert> {
    let Some(api) = environment.api.get(name) else {
        return Vec::new();
    };
    let workload = &api.workload;
    let section = |title: &str| format!("{title}{}", section_of(name));
    let above = |name, doing, title: &str| above(environment, tracked, name, doing, section(title));
    match tracked.metric {
        Metric::ApiCpu if workload.is_fixed() => {
            vec![above("ApiCpuHigh", "run more pods", "More API pods")]
        }
        Metric::ApiCpu => vec![above(
            "ApiCpuHigh",
            MORE_PODS,
            "More API pods than the maximum",
        )],
        Metric::ApiMemory => vec![above(
            "ApiMemoryHigh",
            "increase the pods' memory limit",
            "More memory or CPU for API pods",
        )],
        Metric::QueueDepth
        | Metric::WorkerReplicas
        | Metric::DbCpu
        | Metric::DbConnections
        | Metric::DbStorage
        | Metric::RedisMemory
        | Metric::RedisOps => Vec::new(),
        Metric::ApiReplicas => {
            let (min, max) = workload.bounds();
            let alert = Alert {
                expr: state::api_at_maximum(environment, workload),
                lasting: environment.alerts.at_maximum.value,
                value: "{{ $value }} pods",
                ..above("ApiAtMaximum", MORE_PODS, "More API pods than the maximum")
            };
            // A held count is always at its maximum.
            (min < max).then_some(alert).into_iter().collect()
        }
    }
}

/// What follows the titles of the runbook's sections about an API: its name, if it has one.
pub(in crate::emit) fn section_of(name: &Name) -> String {
    if Api::is_unnamed(name) {
        String::new()
    } else {
        format!(" ({name})")
    }
}

pub(super) fn worker(environment: &Environment, name: &Name, tracked: &Tracked) -> Vec<Alert> {
    let Some(pool) = environment.worker.get(name) else {
        return Vec::new();
    };
    let section = format!("Pool {name}");
    if tracked.metric == Metric::QueueDepth {
        return vec![depth(environment, pool, tracked, section)];
    }
    let mut alerts = Vec::new();
    let (min, max) = pool.workload.bounds();
    if let (true, Some(hpa)) = (min.max(1) < max, pool.hpa_name()) {
        alerts.push(Alert {
            expr: state::worker_at_maximum(environment, pool, &hpa),
            lasting: environment.alerts.at_maximum.value,
            value: "{{ $value }} pods",
            ..above(
                environment,
                tracked,
                "WorkerAtMaximum",
                "increase the pool's maximum",
                section.clone(),
            )
        });
    }
    if pool.scaler() != Scaler::Keda {
        return alerts;
    }
    alerts.push(errors(environment, name, pool, section.clone()));
    alerts.extend(fallback(environment, name, pool, &section));
    // If the file pauses a pool, its pause needs no alert.
    if pool.pause.is_none() {
        alerts.push(paused(environment, name, pool, section));
    }
    alerts
}

/// A list that is longer than the pool can handle. Not while the pool is paused, because KEDA does
/// not read the list then.
fn depth(environment: &Environment, pool: &Worker, tracked: &Tracked, section: String) -> Alert {
    let pods = pool.workload.bounds().1.max(1);
    let each = metric::queue_depth(environment, pool);
    let most = u64::from(each) * u64::from(pods);
    let (what, advice) = if pool
        .queue
        .iter()
        .all(|queue| queue.as_redis_list().is_some())
    {
        (
            "list",
            "if the pool is at its maximum, raise the maximum; otherwise lower KEDA's listLength",
        )
    } else {
        (
            "queue",
            "if the pool is at its maximum, raise the maximum; otherwise lower the `length` of its queues",
        )
    };
    let (items, paused) = (
        state::queue_items(environment, pool),
        state::paused(environment, pool),
    );
    Alert {
        expr: format!("{items} > {most} unless {paused} > 0"),
        summary: format!(
            "a {what} of `{}` holds more than {most} items: {each} x {}",
            tracked.component,
            counted(pods, "pod")
        ),
        ..above(environment, tracked, "QueueDepthHigh", advice, section)
    }
}

fn errors(environment: &Environment, name: &Name, pool: &Worker, section: String) -> Alert {
    // At zero pods, KEDA polls once per interval.
    let polling = match pool.workload.bounds().0 {
        0 => pool.polling.value.secs(),
        _ => 0,
    };
    let window = Duration::from_secs((3 * polling).max(300));
    Alert {
        name: "KedaErrors",
        expr: format!("{} > 0", state::keda_errors(environment, pool, window)),
        lasting: environment.alerts.sustained.value,
        urgency: AlertUrgency::Warning,
        summary: format!("KEDA cannot read the queues of `worker.{name}`"),
        value: "{{ $value | printf \"%.0f\" }} errors",
        action: format!(
            "check the ScaledObject's events, its Secret and {}; until then the pool does not scale with its queues",
            sources(pool)
        ),
        relieved_by: Vec::new(),
        section,
    }
}

/// What holds a pool's queues.
fn sources(pool: &Worker) -> String {
    let all: BTreeSet<&str> = pool.queue.iter().map(Queue::source).collect();
    all.into_iter().collect::<Vec<_>>().join(" and ")
}

/// A pool on its fallback; KEDA counts no error then.
fn fallback(environment: &Environment, name: &Name, pool: &Worker, section: &str) -> Option<Alert> {
    let stated = pool.fallback.as_ref()?;
    let pods = stated.replicas.value;
    // An empty list looks like a fallback to zero pods. A paused pool reads no list.
    if pool.pause.is_some() || (pods == 0 && !pool.is_summed()) {
        return None;
    }
    let fallen = state::fallen_back(environment, pool, asked_for(pods))?;
    let paused = state::paused(environment, pool);
    Some(Alert {
        name: "KedaFallback",
        expr: format!("{fallen} unless {paused} > 0"),
        lasting: environment.alerts.sustained.value,
        urgency: AlertUrgency::Warning,
        summary: format!("KEDA cannot read the queues of `worker.{name}` and uses its fallback"),
        value: "on fallback",
        action: format!(
            "check the ScaledObject's events, its Secret and {}; until then KEDA keeps at least {}",
            sources(pool),
            counted(pods, "pod")
        ),
        relieved_by: Vec::new(),
        section: section.to_owned(),
    })
}

fn paused(environment: &Environment, name: &Name, pool: &Worker, section: String) -> Alert {
    let paused = format!("{} > 0", state::paused(environment, pool));
    let calendar = Calendar::of(environment);
    let sleeps = asleep::asleep(&calendar, &ScheduleSubject::Pool(name.clone()));
    let expr = match sleeps {
        Some(sleeps) => format!("{paused} unless ({sleeps})"),
        None => paused,
    };
    Alert {
        name: "WorkerPaused",
        expr,
        lasting: environment.alerts.paused.value,
        urgency: AlertUrgency::Warning,
        summary: format!("`worker.{name}` is paused: KEDA does not scale it"),
        value: "paused",
        action: format!(
            "let KEDA scale it again, or state `pause` in `worker \"{name}\"` if the pause is intended"
        ),
        relieved_by: Vec::new(),
        section,
    }
}

/// An API has pods but no measurements. A sleeping API has no pods to measure.
pub(super) fn api_unmeasured(
    environment: &Environment,
    workload: &Workload,
    tracked: &[Tracked],
) -> String {
    let measured = none_of(tracked, &[Metric::ApiCpu, Metric::ApiMemory]);
    let pods = state::api_pods(environment, workload);
    let unmeasured = format!("({measured}) and {pods} > 0");
    if workload.is_fixed() {
        return unmeasured;
    }
    let hpa = workload.autoscaler_name();
    let autoscaler = state::autoscaler(environment, &hpa);
    format!("({unmeasured}) or absent({autoscaler})")
}

/// A pool's lists are not measured, and it is not paused; or its own HPA is not reported.
pub(super) fn worker_unmeasured(
    environment: &Environment,
    pool: &Worker,
    tracked: &[Tracked],
) -> String {
    if pool.scaler() == Scaler::Hpa {
        let hpa = pool.workload.autoscaler_name();
        return format!("absent({})", state::autoscaler(environment, &hpa));
    }
    let measured = none_of(tracked, &[Metric::QueueDepth]);
    let paused = state::paused(environment, pool);
    if measured.is_empty() {
        format!("absent({paused})")
    } else {
        format!("(({measured}) unless {paused} > 0) or absent({paused})")
    }
}

/// Holds if one of these metrics has no value.
fn none_of(tracked: &[Tracked], metrics: &[Metric]) -> String {
    let measured = tracked.iter().filter(|it| metrics.contains(&it.metric));
    let absent: Vec<String> = measured.map(|it| format!("absent({})", it.query)).collect();
    absent.join(" or ")
}
