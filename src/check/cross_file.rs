//! Rules over several files of a run.

use std::collections::BTreeMap;

use super::kubernetes::{environment_name_taken, object_collision};
use crate::diagnostic::Diagnostic;
use crate::model::{Environment, Name};
use crate::source::Sourced;

/// Findings between environments, each with the index of its file: the later of the two in the
/// given order.
#[must_use]
pub fn check(environments: &[(usize, &Environment)]) -> Vec<(usize, Diagnostic)> {
    let mut found = Vec::new();
    let mut names: BTreeMap<&Name, &Environment> = BTreeMap::new();
    let mut objects: BTreeMap<object_collision::ObjectKey, (&Environment, &Sourced<Name>)> =
        BTreeMap::new();
    for (index, environment) in environments {
        let name = &environment.environment;
        if let Some(other) = names.get(&name.value) {
            // Every derived name follows from the environment's name, so one finding is enough.
            let finding = environment_name_taken::finding(environment, other);
            found.extend(finding.map(|finding| (*index, finding)));
            continue;
        }
        names.insert(&name.value, environment);
        let mut collided = false;
        for (key, object) in object_collision::objects(environment) {
            match objects.get(&key) {
                Some(theirs) if !collided => {
                    let mine = (*environment, object);
                    let finding = object_collision::finding(&key, mine, *theirs);
                    found.extend(finding.map(|finding| (*index, finding)));
                    collided = true;
                }
                Some(_) => {}
                None => {
                    objects.insert(key, (environment, object));
                }
            }
        }
    }
    found
}
