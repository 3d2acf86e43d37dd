//! Values that no command changes in place: a smaller volume, and the values that would then break
//! a rule; names and places; older versions.

mod forward;
mod identity;

use super::PlanRequest;
use crate::edit::{Edit, Statement, quoted, statements};
use crate::model::{Environment, Selection};
use crate::source::{Origin, Sourced};

/// Attributes that keep BEFORE's value.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Their paths.
    pub paths: Vec<String>,
    /// Why, as one sentence.
    pub reason: String,
    /// The edits of AFTER's file that make it match the real state.
    pub edits: Vec<Edit>,
}

impl Kept {
    /// What to write into the file.
    #[must_use]
    pub fn line(&self) -> String {
        let all = statements(&self.edits);
        let lines: Vec<String> = all.iter().map(Statement::line).collect();
        lines.join("; ")
    }
}

/// AFTER without impossible changes, and the attributes that were kept.
pub(super) fn keep(request: &PlanRequest<'_>) -> (Environment, Vec<Kept>) {
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
fn volume(request: &PlanRequest<'_>, target: &mut Environment) -> Option<Kept> {
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
    // In this order: the ceiling depends on the size, and provisioned performance depends on both.
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
    let edits = edits(request.environments.after, target, &paths);
    Some(Kept {
        paths,
        reason,
        edits,
    })
}

fn take(target: &mut Environment, before: &Environment, paths: &[String]) {
    let chosen: Selection = paths.iter().cloned().collect();
    target.adopt(before, &chosen);
}

/// Every kept property with the target's value. If the target lacks one that AFTER's file states,
/// it is removed.
fn edits(after: &Environment, target: &Environment, paths: &[String]) -> Vec<Edit> {
    let (storage, stated) = (&target.database.storage, &after.database.storage);
    let number = |value: &Option<Sourced<u32>>| value.as_ref().map(|value| value.value.to_string());
    let is_stated = |value: &Option<Sourced<u32>>| {
        let origin = value.as_ref().map(|value| &value.origin);
        matches!(origin, Some(Origin::Declared(_)))
    };
    let properties = [
        ("gib", Some(storage.gib.value.to_string()), true),
        ("max-gib", Some(storage.max_gib.value.to_string()), true),
        ("type", Some(quoted(&storage.kind.value.to_string())), true),
        ("iops", number(&storage.iops), is_stated(&stated.iops)),
        (
            "throughput",
            number(&storage.throughput),
            is_stated(&stated.throughput),
        ),
    ];
    let edits = properties
        .into_iter()
        .filter_map(|(name, value, is_stated)| {
            let path = format!("database.storage.{name}");
            if !paths.contains(&path) {
                return None;
            }
            match value {
                Some(value) => Some(Edit::set(path, value)),
                None => is_stated.then(|| Edit::remove(path)),
            }
        });
    edits.collect()
}
