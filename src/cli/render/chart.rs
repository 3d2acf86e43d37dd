//! Validation of the values against a chart's own schema.

use std::path::Path;
use std::time::Duration;

use super::Environments;
use crate::chart_schema;
use crate::cli::error::Error;
use crate::cli::files;
use crate::cli::output::Output;
use crate::emit;

/// Validates every environment's values, merged over the chart's own, against the chart's schema,
/// as Helm does.
pub(super) fn validate(
    chart: &Path,
    environments: &Environments<'_>,
    output: &Output,
) -> Result<(), Vec<String>> {
    if !chart.is_dir() {
        let shown = chart.display();
        return Err(vec![format!("`--chart {shown}`: there is no such folder")]);
    }
    let (shown, schema) = read_if_there(&chart.join("values.schema.json"))?;
    let Some(schema) = schema else {
        let shown = chart.display();
        output.warning(&format!(
            "`{shown}` has no values.schema.json, so nothing is validated"
        ));
        return Ok(());
    };
    let (name, defaults) = read_if_there(&chart.join("values.yaml"))?;
    let defaults = chart_schema::defaults(&name, &defaults.unwrap_or_default())?;
    let values = environments
        .iter()
        .map(|(name, (environment, ..))| {
            let values = emit::helm::values(environment);
            let values = serde_json::to_value(values).expect("values are plain data");
            (name.clone(), chart_schema::over(&defaults, values))
        })
        .collect();
    within(VALIDATION, move || chart_schema::validate(&shown, &schema, &values)).unwrap_or_else(|| {
        Err(vec![format!(
            "validating the values against `{}` takes more than {} s: simplify its recursive parts, or render without `--chart`",
            chart.join("values.schema.json").display(),
            VALIDATION.as_secs()
        )])
    })
}

/// The time limit of a validation, far more than a large schema needs.
const VALIDATION: Duration = Duration::from_secs(10);

/// The stack for reading a schema, which may be nested deeply.
const STACK: usize = 64 << 20;

/// The result of `work`; `None` if it takes too long. Its thread then runs until the process ends.
fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, result) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().stack_size(STACK);
    let started = thread.spawn(move || {
        let _ = done.send(work());
    });
    started.ok()?;
    result.recv_timeout(limit).ok()
}

/// The most bytes of a chart's schema, and of its values.
const MOST_OF_CHART: u64 = 4 << 20;

/// A path for display, and the text of the file if it exists.
fn read_if_there(path: &Path) -> Result<(String, Option<String>), Vec<String>> {
    let shown = path.display().to_string();
    match files::read_file(path, MOST_OF_CHART) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok((shown, Some(text))),
            Err(_) => Err(vec![format!("`{shown}` is not UTF-8 text")]),
        },
        Err(Error::Absent(_)) => Ok((shown, None)),
        Err(error) => Err(vec![error.to_string()]),
    }
}
