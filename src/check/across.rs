//! Rules over several files of a run.

use crate::diagnostic::Diagnostic;
use crate::model::Environment;

/// What is wrong between environments, each finding with the index of the file it belongs to.
#[must_use]
pub fn check(environments: &[(usize, &Environment)]) -> Vec<(usize, Diagnostic)> {
    let _ = environments;
    Vec::new()
}
