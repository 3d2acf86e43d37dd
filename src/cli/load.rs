//! Reads files and the clock for a run of the compiler.

use std::path::{Path, PathBuf};

use crate::compile::{self, CatalogueTexts, Compiled, Input, Run};
use crate::diagnostic::{Diagnostic, code};
use crate::model::Environment;
use crate::parse::scan::MAX_BYTES;

use super::args::Common;
use super::files;

/// Reads and compiles `paths`.
pub(super) fn load(paths: &[PathBuf], common: &Common) -> Result<Run, Vec<String>> {
    load_with(paths, &catalogue(common)?, today(common))
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

/// The built-in catalogue, or the user's. The user's may lack prices if the run needs none.
pub(super) fn catalogue(common: &Common) -> Result<CatalogueTexts, Vec<String>> {
    let Some(folder) = &common.catalogue else {
        return Ok(CatalogueTexts::embedded());
    };
    let [tiers, instances, prices] = CatalogueTexts::FILES.map(|name| folder.join(name));
    let mut failures = Vec::new();
    let mut read = |path: &Path| {
        read_text(path).unwrap_or_else(|failure| {
            failures.push(failure);
            (String::new(), String::new())
        })
    };
    let texts = CatalogueTexts {
        tiers: read(&tiers),
        instances: read(&instances),
        prices: if is_absent(&prices) {
            (prices.display().to_string(), String::new())
        } else {
            read(&prices)
        },
    };
    if failures.is_empty() {
        Ok(texts)
    } else {
        Err(failures)
    }
}

/// The built-in catalogue, or the user's, which must have prices.
pub(super) fn catalogue_with_prices(common: &Common) -> Result<CatalogueTexts, Vec<String>> {
    let texts = catalogue(common)?;
    require_prices(common)?;
    Ok(texts)
}

/// Fails if the user's catalogue has no prices.
pub(super) fn require_prices(common: &Common) -> Result<(), Vec<String>> {
    let [_, _, prices] = CatalogueTexts::FILES;
    let folder = common.catalogue.as_ref();
    let path = folder.map(|folder| folder.join(prices));
    match path.filter(|path| is_absent(path)) {
        Some(path) => read_text(&path).map(drop).map_err(|failure| vec![failure]),
        None => Ok(()),
    }
}

/// Whether nothing is there, for sure.
fn is_absent(path: &Path) -> bool {
    matches!(path.try_exists(), Ok(false))
}

fn read_text(path: &Path) -> Result<(String, String), String> {
    let shown = path.display().to_string();
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let bytes = files::read_file(path, most).map_err(|error| format!("the catalogue: {error}"))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| format!("the catalogue: `{shown}` is not UTF-8 text"))?;
    Ok((shown, text))
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
