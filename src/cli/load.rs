//! Reads files and the clock for a run of the compiler.

use std::path::PathBuf;

use crate::compile::{self, CatalogueTexts, Compiled, Input, Run};
use crate::diagnostic::{Diagnostic, code};
use crate::model::Environment;

use super::args::Common;
use super::catalogue::catalogue;
use super::files;

/// Reads and compiles `paths`.
pub(super) fn load(paths: &[PathBuf], common: &Common) -> Result<Run, Vec<String>> {
    load_with(paths, &catalogue(common, paths)?, today(common))
}

/// Reads and compiles `paths` with a given catalogue and day.
pub(super) fn load_with(
    paths: &[PathBuf],
    texts: &CatalogueTexts,
    today: jiff::civil::Date,
) -> Result<Run, Vec<String>> {
    let inputs = files::read_inputs(paths)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>())?
        .into_iter()
        .map(|input| Input {
            name: input.name,
            bytes: input.bytes,
        })
        .collect();
    Ok(compile::compile(inputs, texts, today))
}

/// The day of the run.
pub(super) fn today(common: &Common) -> jiff::civil::Date {
    common.today.unwrap_or_else(|| jiff::Zoned::now().date())
}

/// The only file of a run and its environment, if it could be resolved.
pub(super) fn single(run: &Run) -> Option<(&Compiled, &Environment)> {
    let file = run.files.first()?;
    // An environment with a literal that looks like a credential is not shown; its finding is
    // printed instead.
    let secret = |finding: &Diagnostic| finding.code == code::SECRET_LITERAL;
    if file.diagnostics.iter().any(secret) {
        return None;
    }
    Some((file, file.environment.as_ref()?))
}
