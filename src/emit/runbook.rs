//! `RUNBOOK.md`: what people do by hand, with this environment's names and numbers.
//!
//! Every number that is suggested keeps the connection budget; where nothing larger does, the
//! page says what has to change in the file first.
//!
//! What people type is actions: the module of a section builds them, and its template shows them by name,
//! such as `{{ api.sh.hold }}`.

mod alerts;
mod database;
mod growth;
mod load;
mod pods;
mod pooler;
mod procedures;
mod redis;
mod review;
mod schedule;
mod size;

use std::borrow::Cow;
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment as Templates, Value};
use serde::Serialize;

use super::alerts::Watch;
use super::header::printable;
use super::{secret, template};
use crate::action::{Action, Manifests, kubectl};
use crate::catalogue::Catalogue;
use crate::model::count::counted;
use crate::model::{Autoscalers, Environment};
use procedures::Procedures;

/// The page's parts in order, each a section.
const PARTS: [(&str, &str); 11] = [
    ("head", include_str!("../../templates/runbook/head.md.j2")),
    ("api", include_str!("../../templates/runbook/api.md.j2")),
    (
        "workers",
        include_str!("../../templates/runbook/workers.md.j2"),
    ),
    (
        "pgbouncer",
        include_str!("../../templates/runbook/pgbouncer.md.j2"),
    ),
    (
        "database",
        include_str!("../../templates/runbook/database.md.j2"),
    ),
    ("redis", include_str!("../../templates/runbook/redis.md.j2")),
    (
        "schedule",
        include_str!("../../templates/runbook/schedule.md.j2"),
    ),
    (
        "load-tests",
        include_str!("../../templates/runbook/load-tests.md.j2"),
    ),
    (
        "alerts",
        include_str!("../../templates/runbook/alerts.md.j2"),
    ),
    (
        "review",
        include_str!("../../templates/runbook/review.md.j2"),
    ),
    (
        "gitops",
        include_str!("../../templates/runbook/gitops.md.j2"),
    ),
];

static TEMPLATES: LazyLock<Templates<'static>> = LazyLock::new(|| {
    let mut templates = template::templates();
    templates.add_filter("pods", |pods: u64| counted(pods, "pod"));
    templates.add_filter("capitalised", |text: String| {
        let mut letters = text.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    for (name, text) in PARTS {
        templates
            .add_template(name, text)
            .expect("the templates are part of the program");
    }
    templates
});

/// Bytes of a usual page: most need no more room.
const USUAL: usize = 48 << 10;

/// What the templates read.
#[derive(Serialize)]
struct RunbookFacts {
    source: String,
    name: String,
    tier: String,
    namespace: String,
    region: String,
    cluster: String,
    by_helm: bool,
    schedule: schedule::RunbookSchedule,
    secrets: Vec<Secret>,
    apis: Vec<pods::RunbookApi>,
    pools: Vec<pods::RunbookPool>,
    pgbouncer: pooler::Pooler,
    database: database::RunbookDatabase,
    groups: Vec<redis::RunbookRedisGroup>,
    load_tests: Vec<load::Test>,
    alerts: Vec<alerts::AlertRow>,
    /// The namespace from which PgBouncer's NetworkPolicy lets an exporter in.
    monitoring: Option<String>,
    review: Vec<review::ReviewRow>,
    watched: Vec<review::Query>,
    /// What no section has for itself.
    sh: Procedures,
}

/// The page. `source_name` is the environment's file name.
///
/// # Panics
/// Never: the templates are part of the program, and every variable in them is given.
#[must_use]
pub fn runbook(
    environment: &Environment,
    catalogue: &Catalogue,
    watch: &Watch,
    source_name: &str,
) -> String {
    page(&facts(environment, catalogue, watch, source_name))
}

/// Everything that the page has people type.
#[must_use]
pub fn actions(environment: &Environment, catalogue: &Catalogue, watch: &Watch) -> Vec<Action> {
    let facts = facts(environment, catalogue, watch, "");
    let sections = [&facts.sh, &facts.schedule.sh]
        .into_iter()
        .chain(facts.apis.iter().map(|api| &api.sh))
        .chain([&facts.pgbouncer.sh, &facts.database.sh])
        .chain(facts.pools.iter().map(|pool| &pool.sh))
        .chain(facts.groups.iter().map(|group| &group.sh))
        .chain(facts.load_tests.iter().map(|test| &test.sh));
    sections.flat_map(Procedures::actions).cloned().collect()
}

fn facts(
    environment: &Environment,
    catalogue: &Catalogue,
    watch: &Watch,
    source_name: &str,
) -> RunbookFacts {
    RunbookFacts {
        source: printable(source_name),
        name: environment.environment.value.to_string(),
        tier: environment.tier.value.to_string(),
        namespace: environment.namespace.value.to_string(),
        region: environment.region.value.clone(),
        cluster: environment.cluster.value.to_string(),
        by_helm: environment.deliver.autoscalers.value == Autoscalers::Helm,
        schedule: schedule::schedule(environment),
        secrets: secrets(environment),
        apis: pods::apis(environment),
        pools: pods::pools(environment),
        pgbouncer: pooler::pooler(environment, catalogue, watch),
        database: database::database(environment, catalogue),
        groups: redis::groups(environment, catalogue),
        load_tests: load::tests(environment),
        alerts: alerts::rows(&watch.groups),
        monitoring: monitoring(environment),
        review: review::rows(watch),
        watched: review::queries(environment, watch),
        sh: shared(environment),
    }
}

fn shared(environment: &Environment) -> Procedures {
    let set_up = Action::SetUp {
        cluster: environment.cluster.value.to_string(),
        region: environment.region.value.clone(),
    };
    let manifests = Manifests::Folder("kubernetes".into());
    let secrets = kubectl::listed("secrets", &environment.namespace.value);
    Procedures::default()
        .with("set_up", [set_up])
        .with("apply", [Action::Apply { manifests }])
        .with("secrets", [secrets.into()])
        .with("autoscalers", pods::autoscalers(environment))
        .with("usage", load::usage(environment))
}

/// Every part, one below the other.
fn page(facts: &RunbookFacts) -> String {
    let facts = Value::from(Serde(facts));
    let mut page = String::with_capacity(USUAL);
    for (index, (part, _)) in PARTS.iter().enumerate() {
        let template = TEMPLATES.get_template(part).expect("every part was added");
        let text = template.render(facts.clone());
        let text = text.expect("the template and its variables belong together");
        let text = text.trim_end();
        if index > 0 && !text.is_empty() {
            page.push_str("\n\n");
        }
        page.push_str(text);
    }
    page.push('\n');
    page
}

fn monitoring(environment: &Environment) -> Option<String> {
    let namespace = environment.network.monitoring_namespace.as_ref()?;
    Some(namespace.value.clone())
}

#[derive(Serialize)]
struct Secret {
    name: String,
    key: Cow<'static, str>,
    content: String,
    readers: &'static str,
}

fn secrets(environment: &Environment) -> Vec<Secret> {
    let entries = secret::entries(environment).into_iter();
    entries
        .map(|entry| Secret {
            name: entry.secret,
            key: entry.key,
            content: entry.content.replace('|', "\\|"),
            readers: entry.readers,
        })
        .collect()
}
