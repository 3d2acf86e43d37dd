//! The alerts: the guide's metrics at their thresholds, and states that no utilisation shows. Each
//! alert says what to do and names its section of the runbook.
//!
//! No alert fires while an environment does what its file says: not in off-hours, not while an
//! event raises a floor, not while the file holds or pauses a count. Missing metrics have an alert
//! of their own, because every other alert is silent then.

mod asleep;
mod pods;
mod stores;

use super::attribute_values::AttributeValues;
use crate::catalogue::Catalogue;
use crate::metric::{self, Component, Metric, Tracked};
use crate::model::{Api, Duration, Environment, MetricSource, PoolerSource};
pub(super) use pods::section_of;

/// CloudWatch's values come every minute, up to ten minutes late, so no alert reacts faster.
const CLOUDWATCH: Duration = Duration::from_mins(5);

/// A shorter absence may be a restart.
const ABSENT: Duration = Duration::from_mins(60);

/// How urgent an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertUrgency {
    /// Somebody should look today.
    Warning,
    /// Users feel it now.
    Critical,
}

impl AlertUrgency {
    /// The label's value.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// An alert.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Its name, unique in its group.
    pub name: &'static str,
    /// PromQL that returns a series while the condition holds.
    pub expr: String,
    /// For how long it has to be so.
    pub lasting: Duration,
    /// How urgent it is.
    pub urgency: AlertUrgency,
    /// What is so, in a sentence.
    pub summary: String,
    /// The value with its unit, as a Prometheus template.
    pub value: &'static str,
    /// What to do, with the paths and values of the attributes that relieve it.
    pub action: String,
    /// Paths of those attributes, best choice first.
    pub relieved_by: Vec<String>,
    /// The heading in the runbook.
    pub section: String,
}

impl Alert {
    /// The section of the runbook, as GitHub's anchor of its heading.
    #[must_use]
    pub fn anchor(&self) -> String {
        let letters = self.section.to_lowercase();
        letters
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect()
    }
}

/// The alerts of a component.
#[derive(Clone, Debug)]
pub struct AlertGroup {
    /// Its path, in KDL spelling.
    pub component: String,
    /// In the order of the guide's table.
    pub alerts: Vec<Alert>,
}

/// The metrics and alerts of an environment, computed once for all files that show them.
pub struct Watch {
    /// The metrics with a threshold for action.
    pub tracked: Vec<Tracked>,
    /// The alerts, component by component.
    pub groups: Vec<AlertGroup>,
    /// Whether anything measures PgBouncer.
    pub(super) measures_pooler: bool,
    standing: AttributeValues,
}

impl Watch {
    /// What this environment is watched by.
    #[must_use]
    pub fn of(environment: &Environment, catalogue: &Catalogue) -> Self {
        let tracked = metric::tracked(environment);
        let of_components = tracked.chunk_by(|one, next| one.component == next.component);
        let mut groups: Vec<AlertGroup> = of_components
            .filter_map(|tracked| group(environment, tracked))
            .collect();
        let measures_pooler = measures_pooler(environment, catalogue);
        if measures_pooler {
            groups.push(AlertGroup {
                component: "pgbouncer".into(),
                alerts: stores::pooler(environment),
            });
        }
        let alerts = groups.iter().flat_map(|group| &group.alerts);
        let named = alerts
            .flat_map(|alert| &alert.relieved_by)
            .chain(tracked.iter().flat_map(|it| &it.relieved_by));
        let standing = AttributeValues::of(environment, &named.cloned().collect());
        for alert in groups.iter_mut().flat_map(|group| &mut group.alerts) {
            let paths = alert.relieved_by.iter();
            let told: Vec<String> = paths.map(|path| standing.told(path, ", now ")).collect();
            if !told.is_empty() {
                alert.action += &format!(": {}", told.join(", or "));
            }
        }
        Self {
            tracked,
            groups,
            measures_pooler,
            standing,
        }
    }

    /// A path in backticks, then `link` and its value.
    pub(super) fn told(&self, path: &str, link: &str) -> String {
        self.standing.told(path, link)
    }
}

/// Whether PgBouncer is measured: the stated source, else its exporter if that can connect. An
/// alert on metrics that cannot exist would always fire.
fn measures_pooler(environment: &Environment, catalogue: &Catalogue) -> bool {
    match &environment.alerts.source.pgbouncer {
        Some(source) => source.value == PoolerSource::Exporter,
        None => catalogue.ignores_startup_parameters(&environment.pgbouncer.image.value),
    }
}

/// The alerts of one component, from its tracked metrics.
fn group(environment: &Environment, tracked: &[Tracked]) -> Option<AlertGroup> {
    let component = &tracked.first()?.component;
    let of_metrics = tracked.iter().flat_map(|it| of_metric(environment, it));
    let mut alerts: Vec<Alert> = of_metrics.collect();
    alerts.extend(stores::beside(environment, component));
    alerts.extend(absent(environment, component, tracked));
    Some(AlertGroup {
        component: component.to_string(),
        alerts,
    })
}

/// The alert for a tracked metric's threshold.
fn of_metric(environment: &Environment, tracked: &Tracked) -> Vec<Alert> {
    match (tracked.metric, &tracked.component) {
        (_, Component::Api(name)) => pods::api(environment, name, tracked),
        (Metric::QueueDepth | Metric::WorkerReplicas, Component::Worker(name)) => {
            pods::worker(environment, name, tracked)
        }
        (
            Metric::ApiCpu
            | Metric::ApiMemory
            | Metric::ApiReplicas
            | Metric::QueueDepth
            | Metric::WorkerReplicas
            | Metric::DbCpu
            | Metric::DbConnections
            | Metric::DbStorage
            | Metric::RedisMemory
            | Metric::RedisOps,
            _,
        ) => stores::of_metric(environment, tracked),
    }
}

/// An alert above the threshold of a tracked metric. `doing` is the guide's action.
fn above(
    environment: &Environment,
    tracked: &Tracked,
    name: &'static str,
    doing: &str,
    section: impl Into<String>,
) -> Alert {
    Alert {
        name,
        expr: format!("{} > {}", tracked.query, tracked.threshold),
        lasting: lasting(environment, tracked.metric),
        urgency: AlertUrgency::Warning,
        summary: summary(tracked),
        value: match tracked.metric.unit() {
            metric::Unit::Percent => "{{ $value | printf \"%.0f\" }}%",
            metric::Unit::ItemsPerReplica => "{{ $value | printf \"%.0f\" }} items",
            metric::Unit::OpsPerSecond => "{{ $value | printf \"%.0f\" }} operations a second",
        },
        action: doing.to_owned(),
        relieved_by: tracked.relieved_by.clone(),
        section: section.into(),
    }
}

/// How people call the component of an API's metric.
fn called(of: &Component) -> String {
    match of {
        Component::Api(name) => Api::called(name),
        Component::Worker(_)
        | Component::Database
        | Component::ReadReplicas
        | Component::Redis(_) => format!("`{of}`"),
    }
}

fn pods_of(of: &Component) -> String {
    match of {
        Component::Api(name) if Api::is_unnamed(name) => "the API's pods".to_owned(),
        Component::Api(_)
        | Component::Worker(_)
        | Component::Database
        | Component::ReadReplicas
        | Component::Redis(_) => format!("the pods of {}", called(of)),
    }
}

fn summary(tracked: &Tracked) -> String {
    let (of, most) = (&tracked.component, tracked.threshold);
    match tracked.metric {
        Metric::ApiCpu => format!(
            "{} use more than {most}% of the CPU they request",
            pods_of(of)
        ),
        Metric::ApiMemory => format!(
            "a pod of {} uses more than {most}% of its memory limit",
            called(of)
        ),
        Metric::ApiReplicas | Metric::WorkerReplicas => {
            format!("`{of}` needs more pods than its autoscaler's maximum")
        }
        Metric::QueueDepth => format!("a list of `{of}` is longer than its pods can drain"),
        Metric::DbCpu => format!("CPU of `{of}` is above {most}%"),
        Metric::DbConnections => {
            format!("`{of}` has more than {most}% of its connections open")
        }
        Metric::DbStorage => format!("`{of}` has used more than {most}% of its storage"),
        Metric::RedisMemory => format!("`{of}` has used more than {most}% of its memory"),
        Metric::RedisOps => format!("a node of `{of}` serves more than {most} operations a second"),
    }
}

/// How long a metric must be above its threshold.
fn lasting(environment: &Environment, metric: Metric) -> Duration {
    let alerts = &environment.alerts;
    let source = match metric {
        Metric::DbCpu => MetricSource::Yace,
        Metric::DbConnections | Metric::DbStorage => alerts.source.database.value,
        Metric::RedisMemory | Metric::RedisOps => alerts.source.redis.value,
        Metric::ApiCpu
        | Metric::ApiMemory
        | Metric::ApiReplicas
        | Metric::QueueDepth
        | Metric::WorkerReplicas => MetricSource::Exporter,
    };
    let sustained = alerts.sustained.value;
    match source {
        MetricSource::Yace => sustained.max(CLOUDWATCH),
        MetricSource::Exporter => sustained,
    }
}

/// Fires if the component's metrics are missing.
fn absent(environment: &Environment, of: &Component, tracked: &[Tracked]) -> Option<Alert> {
    let expr = match of {
        Component::Api(name) => {
            let api = environment.api.get(name)?;
            pods::api_unmeasured(environment, &api.workload, tracked)
        }
        Component::Worker(name) => {
            pods::worker_unmeasured(environment, environment.worker.get(name)?, tracked)
        }
        Component::Database | Component::ReadReplicas | Component::Redis(_) => {
            stores::unmeasured(environment, of, tracked)
        }
    };
    Some(unmeasured(&of.to_string(), expr))
}

fn unmeasured(component: &str, expr: String) -> Alert {
    Alert {
        name: "MetricsAbsent",
        expr,
        lasting: ABSENT,
        urgency: AlertUrgency::Warning,
        summary: format!("no metrics of `{component}` arrive, so its other alerts stay silent"),
        value: "absent",
        action: "check the exporter: these alerts need its metrics".into(),
        relieved_by: Vec::new(),
        section: "Alerts".into(),
    }
}
