//! What no command changes in place: a volume that would shrink, and what would then break a rule
//! with it; what things are called and where they stand; versions that would go back.

mod forward;
mod identity;

use schemars::JsonSchema;
use serde::Serialize;

use super::Request;
use crate::model::{Environment, Selection};
use crate::source::Sourced;

/// Attributes that stay as they are in BEFORE.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Kept {
    /// Their paths.
    pub paths: Vec<String>,
    /// Why, as one sentence.
    pub reason: String,
    /// What to write into the file, so that it says what is true.
    pub line: String,
}

/// AFTER without what cannot be, and what was kept.
pub(super) fn keep(request: &Request<'_>) -> (Environment, Vec<Kept>) {
    let mut target = request.environments.after.clone();
    let mut kept = identity::kept(request.environments);
    kept.extend(forward::kept(request.environments));
    for kept in &kept {
        take(&mut target, request.environments.before, &kept.paths);
    }
    kept.extend(volume(request, &mut target));
    (target, kept)
}

/// A volume never shrinks.
fn volume(request: &Request<'_>, target: &mut Environment) -> Option<Kept> {
    let before = request.environments.before;
    let sizes = request
        .environments
        .map(|side| side.database.storage.gib.value);
    if sizes.after >= sizes.before {
        return None;
    }
    let mut paths = vec!["database.storage.gib".to_owned()];
    take(target, before, &paths);
    let allowed = request.errors(before);
    // In this order: the ceiling follows the size, provisioned performance follows both.
    for path in ["max-gib", "iops", "throughput", "type"] {
        let path = format!("database.storage.{path}");
        let broken = request.new_errors(target, &allowed);
        if broken.is_empty() {
            break;
        }
        let mut tried = target.clone();
        take(&mut tried, before, std::slice::from_ref(&path));
        if request.new_errors(&tried, &allowed).len() < broken.len() {
            *target = tried;
            paths.push(path);
        }
    }
    let reason = format!(
        "RDS cannot shrink a volume: it stays at {} GiB; {} GiB needs a new instance and a restore",
        sizes.before, sizes.after
    );
    let line = line(target, &paths);
    Some(Kept {
        paths,
        reason,
        line,
    })
}

fn take(target: &mut Environment, before: &Environment, paths: &[String]) {
    let chosen: Selection = paths.iter().cloned().collect();
    target.adopt(before, &chosen);
}

/// `database { storage gib=500 max-gib=1000; }` with every kept property.
fn line(target: &Environment, paths: &[String]) -> String {
    let storage = &target.database.storage;
    let number = |value: &Option<Sourced<u32>>| value.as_ref().map(|value| value.value.to_string());
    let properties = [
        ("gib", Some(storage.gib.value.to_string())),
        ("max-gib", Some(storage.max_gib.value.to_string())),
        ("type", Some(format!("\"{}\"", storage.kind.value))),
        ("iops", number(&storage.iops)),
        ("throughput", number(&storage.throughput)),
    ];
    let written: Vec<String> = properties
        .into_iter()
        .filter(|(name, _)| paths.iter().any(|path| path.ends_with(&format!(".{name}"))))
        .filter_map(|(name, value)| Some(format!("{name}={}", value?)))
        .collect();
    format!("database {{ storage {} }}", written.join(" "))
}
