//! The connection budget. One file per rule.

mod client_connections_exceeded;
mod connection_budget_exceeded;
mod connections_form;
mod connections_near_limit;
mod connections_outlive_drain;
mod driver_deallocates;
mod driver_refused;
mod max_connections_exceeds_memory;
mod options_not_ignored;
mod pgbouncer_database_unknown;
mod pgbouncer_exporter_refused;
mod pgbouncer_image;
mod pgbouncer_version_unsupported;
mod pgbouncer_version_vulnerable;
mod pool_below_demand;
mod pool_larger_than_max_db;
mod replica_max_connections_lower;
mod session_mode_with_autoscaling;

use super::workloads::workloads;
use super::{Context, Finding, Rule};
use crate::budget::connections::OF_KEDA;
use crate::model::driver::StatedDriver;
use crate::model::{
    DatabaseConnections, Entry, Environment, Name, Queue, Service, Via, Worker, Workload,
};

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &client_connections_exceeded::RULE,
    &connection_budget_exceeded::RULE,
    &connections_form::RULE,
    &connections_near_limit::RULE,
    &connections_outlive_drain::RULE,
    &driver_deallocates::RULE,
    &driver_refused::RULE,
    &max_connections_exceeds_memory::RULE,
    &options_not_ignored::RULE,
    &pgbouncer_database_unknown::RULE,
    &pgbouncer_exporter_refused::RULE,
    &pgbouncer_version_unsupported::RULE,
    &pgbouncer_version_vulnerable::RULE,
    &pool_below_demand::RULE,
    &pool_larger_than_max_db::RULE,
    &replica_max_connections_lower::RULE,
    &session_mode_with_autoscaling::RULE,
];

/// The drivers of everything that connects through PgBouncer, with their owners.
fn drivers(environment: &Environment) -> Vec<(String, StatedDriver<'_>)> {
    let apis = environment.apis();
    let apis = apis.map(|(who, api)| (who, api.stated_driver()));
    let mut stated: Vec<(String, Option<StatedDriver<'_>>)> = apis.collect();
    for (name, pool) in &environment.worker {
        stated.push((format!("worker.{name}"), pool.workload.stated_driver()));
    }
    for (name, service) in pooled_services(environment) {
        stated.push((format!("service.{name}"), service.stated_driver()));
    }
    let named = stated.into_iter();
    named
        .filter_map(|(who, driver)| Some((who, driver?)))
        .collect()
}

/// The services that connect through PgBouncer.
fn pooled_services(environment: &Environment) -> impl Iterator<Item = (&Name, &Service)> {
    let services = environment.service.iter();
    services.filter(|(_, service)| service.via.value == Via::Pgbouncer && service.per_pod.value > 0)
}

/// Labels a driver and its stated versions.
fn driver(finding: Finding, who: &str, stated: &StatedDriver<'_>, text: &str) -> Finding {
    let path = format!("{who}.driver");
    let mut finding = finding.operand(stated.driver, &path, text);
    for (version, name) in [(stated.version, "version"), (stated.libpq, "libpq")] {
        if let Some(version) = version {
            let text = if name == "libpq" {
                "its libpq"
            } else {
                "its version"
            };
            finding = finding.operand(version, &format!("{path}.{name}"), text);
        }
    }
    finding
}

/// Whether the surge of a rollout counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Surge {
    Counted,
    Left,
}

/// Labels every value that decides the number of clients at the maxima.
fn clients(finding: Finding, environment: &Environment, surge: Surge) -> Finding {
    let mut finding = clients_of(finding, environment, None, surge);
    for (who, workload) in workloads(environment) {
        for further in &workload.connections.database {
            finding = per_pod_to(finding, &who, further);
        }
    }
    let further = environment.pgbouncer.database.iter();
    further.fold(finding, |finding, database| {
        services_to(finding, environment, Some(&database.name.value))
    })
}

/// Labels every value that decides the number of clients of one database of PgBouncer at the maxima.
fn clients_of(
    mut finding: Finding,
    environment: &Environment,
    entry: Option<&str>,
    surge: Surge,
) -> Finding {
    for (who, workload) in workloads(environment) {
        let further = entry.map(|name| workload.connections.to(name));
        if further == Some(None) {
            continue;
        }
        finding = pods(finding, &who, workload, surge);
        let pool = who.strip_prefix("worker.");
        let pool = pool.and_then(|name| environment.worker.iter().find(|it| it.0.as_str() == name));
        if let Some((_, worker)) = pool {
            finding = paused(finding, &who, worker);
        }
        finding = match further.flatten() {
            None => per_pod(finding, &who, workload),
            Some(further) => per_pod_to(finding, &who, further),
        };
    }
    services_to(finding, environment, entry)
}

/// The databases of PgBouncer that an API, a pool or a service uses.
fn entries_of<'a>(environment: &'a Environment, who: &str) -> Vec<Entry<'a>> {
    let workload = workloads(environment).into_iter().find(|it| it.0 == who);
    let service = who.strip_prefix("service.");
    let service =
        service.and_then(|name| environment.service.iter().find(|it| it.0.as_str() == name));
    let uses = |entry: &Entry<'_>| match (&workload, service, entry.name) {
        (Some(_), _, None) => true,
        (Some((_, workload)), _, Some(name)) => workload.connections.to(name).is_some(),
        (None, Some((_, service)), name) => {
            service.database.as_ref().map(|it| it.value.as_str()) == name
        }
        (None, None, _) => false,
    };
    environment.pgbouncer.entries().filter(uses).collect()
}

/// Labels the values that decide a workload's most pods.
pub(super) fn pods(finding: Finding, who: &str, workload: &Workload, surge: Surge) -> Finding {
    let (step, max) = workload.replicas.highest();
    let (path, text) = (
        format!("{who}.replicas.{step}"),
        format!("maximum pods of `{who}`"),
    );
    let mut finding = finding.operand(max, &path, text);
    if let Some(hold) = workload.hold.as_ref().filter(|hold| hold.value > max.value) {
        finding = finding.written(hold, format!("pods of `{who}` while it is held"));
    }
    if surge == Surge::Counted {
        let path = format!("{who}.rollout.max-surge");
        let text = format!("surge of `{who}` in a rollout");
        finding = finding.operand(&workload.rollout.max_surge, &path, text);
    }
    finding
}

/// Labels a paused count above the autoscaler's maximum.
pub(super) fn paused(finding: Finding, who: &str, worker: &Worker) -> Finding {
    let most = worker.workload.most();
    match worker.pause.as_ref().filter(|pause| pause.value > most) {
        Some(pause) => finding.written(pause, format!("pods of `{who}` while it is paused")),
        None => finding,
    }
}

fn per_pod(finding: Finding, who: &str, workload: &Workload) -> Finding {
    let per_pod = &workload.connections.per_pod;
    let path = format!("{who}.connections.per-pod");
    finding.operand(
        per_pod,
        &path,
        format!("connections of each pod of `{who}`"),
    )
}

fn per_pod_to(finding: Finding, who: &str, further: &DatabaseConnections) -> Finding {
    let name = &further.database.value;
    finding.operand(
        &further.per_pod,
        &format!("{who}.connections.database.{name}.per-pod"),
        format!("connections of each pod of `{who}` to `{name}`"),
    )
}

/// Labels the services that connect to a database of PgBouncer.
fn services_to(mut finding: Finding, environment: &Environment, entry: Option<&str>) -> Finding {
    for (name, service) in &environment.service {
        let to = service.database.as_ref();
        finding = finding.given(&service.via);
        if let Some(to) = to {
            finding = finding.given(to);
        }
        let here = to.map(|to| to.value.as_str()) == entry;
        if service.via.value == Via::Pgbouncer && here {
            finding = counted(finding, &format!("service.{name}"), service);
        }
    }
    finding
}

/// Labels what counts of a service.
fn counted(finding: Finding, who: &str, service: &Service) -> Finding {
    finding
        .operand(
            &service.replicas,
            &format!("{who}.replicas"),
            format!("pods of `{who}`"),
        )
        .written(
            &service.per_pod,
            format!("connections of each pod of `{who}`"),
        )
}

/// Labels the services that connect over `via`.
fn services(mut finding: Finding, environment: &Environment, via: Via) -> Finding {
    for (name, service) in &environment.service {
        let who = format!("service.{name}");
        finding = finding.given(&service.via);
        if service.via.value == via {
            finding = counted(finding, &who, service);
        }
    }
    finding
}

/// Labels the queues in tables, which KEDA reads over connections of its own. A queue that could not be read may
/// be one of them.
fn keda(mut finding: Finding, context: &Context<'_>) -> Finding {
    for written in context.file.stated.worker.values() {
        finding = finding.optional(&written.queue);
    }
    for pool in context.environment.worker.values() {
        for queue in &pool.queue {
            if let Queue::PostgresqlQueue(queue) = queue {
                let text = format!("KEDA counts these jobs over {OF_KEDA} connections");
                finding = finding.written(&queue.name, text);
            }
        }
    }
    finding
}

/// Labels the connections that bypass PgBouncer: the `direct` node and the services without it.
fn direct(finding: Finding, environment: &Environment) -> Finding {
    let direct = &environment.database.direct;
    let counts = [
        ("monitoring", &direct.monitoring),
        ("replication", &direct.replication),
        ("admin", &direct.admin),
        ("migrations", &direct.migrations),
    ];
    counts.into_iter().fold(finding, |finding, (name, count)| {
        let path = format!("database.direct.{name}");
        finding.operand(count, &path, format!("direct: {name}"))
    })
}
