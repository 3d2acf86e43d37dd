//! The output, read back by libraries other than those that wrote it.

mod alerts;
mod floors;
mod helm;
mod hpa;
mod kubernetes;
mod load_test;
mod lock;
mod no_redis;
mod pasted;
mod pgbouncer;
mod pgbouncer_pods;
mod placement;
mod runbook;
mod runbook_limits;
mod scaled_object;
mod schedules;
mod secrets;
mod snapshots;
mod terraform;
mod triggers;
mod values_template;
mod yaml;

use serde_json::Value;
use tierc::action::Action;
use tierc::compile::Run;
use tierc::emit::alerts::Watch;
use tierc::emit::{Artifacts, emit};
use tierc::model::Environment;

pub(crate) use crate::support::documents;
use crate::support::{files, run};

pub(crate) const TIERS: [&str; 5] = ["dev", "small", "medium", "large", "xlarge"];

/// The text of an environment called `prod` with `nodes` below its header.
pub(crate) fn text(tier: &str, nodes: &str) -> String {
    format!("environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n{nodes}\n")
}

fn environment(run: &Run) -> &Environment {
    let errors: Vec<String> = run
        .diagnostics()
        .filter(|finding| finding.severity == tierc::diagnostic::Severity::Error)
        .map(|finding| finding.message.clone())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    run.files[0].environment.as_ref().unwrap()
}

/// The files of an environment without errors.
pub(crate) fn emitted(text: &str) -> Artifacts {
    let run = run(text);
    let waivers = run.files[0].waivers.as_deref();
    emit(environment(&run), waivers, &run.catalogue, "prod.kdl")
}

pub(crate) fn of_tier(tier: &str) -> Artifacts {
    emitted(&text(tier, ""))
}

/// A case of `tests/cases/emit`.
pub(crate) fn case(name: &str) -> Artifacts {
    let path = crate::support::project(&format!("tests/cases/emit/{name}.kdl"));
    emitted(&std::fs::read_to_string(path).unwrap())
}

/// The text of every tier and every case, by name.
fn texts() -> impl Iterator<Item = (String, String)> {
    let tiers = TIERS.map(|tier| (tier.to_owned(), text(tier, "")));
    let cases = files("tests/cases/emit", "kdl").into_iter().map(|path| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    });
    tiers.into_iter().chain(cases)
}

/// Every tier and every case, by name.
pub(crate) fn all() -> Vec<(String, Artifacts)> {
    texts().map(|(name, text)| (name, emitted(&text))).collect()
}

/// The commands in the runbook of an environment.
pub(crate) fn typed(text: &str) -> Vec<Action> {
    let run = run(text);
    let environment = environment(&run);
    let watch = Watch::of(environment, &run.catalogue);
    tierc::emit::runbook::actions(environment, &run.catalogue, &watch)
}

/// The commands of every runbook.
pub(crate) fn all_typed() -> Vec<Action> {
    texts().flat_map(|(_, text)| typed(&text)).collect()
}

/// Whether a path ends in `.` and `ending`.
pub(crate) fn is(path: &str, ending: &str) -> bool {
    path.rsplit('.').next() == Some(ending)
}

/// The one document of a YAML file.
pub(crate) fn document(text: &str) -> Value {
    let mut documents = documents(text);
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

pub(crate) fn values(artifacts: &Artifacts) -> Value {
    document(&artifacts["helm/values.yaml"])
}

/// The object of a kind in a file.
pub(crate) fn object(artifacts: &Artifacts, file: &str, kind: &str) -> Value {
    let found = documents(&artifacts[&format!("kubernetes/{file}")])
        .into_iter()
        .find(|document| document["kind"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {file}"))
}

pub(crate) fn scaled_object(artifacts: &Artifacts, pool: &str) -> Value {
    let file = format!("worker-{pool}-scaledobject.yaml");
    object(artifacts, &file, "ScaledObject")
}

/// Every value under `key`, at any depth below `value`.
pub(crate) fn under<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    match value {
        Value::Object(entries) => entries
            .iter()
            .flat_map(|(name, inner)| {
                let own = (name == key).then_some(inner);
                own.into_iter().chain(under(inner, key))
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(|item| under(item, key)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
