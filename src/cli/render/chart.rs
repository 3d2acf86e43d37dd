//! Validation of the values against a chart's own schema.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::{Environments, TemplatedRun};
use crate::chart_replicas::{ReplicasCause, ReplicasLine, replicas_lines};
use crate::chart_schema::{self, Misfit};
use crate::cli::args::Deny;
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::output::Output;
use crate::diagnostic::{Diagnostic, Severity, code, render};
use crate::emit;
use crate::emit::values_template::TemplateValues;
use crate::source::{Source, SourceId, Sources, Span};

/// Validates every environment's values, merged over the chart's own, against the chart's schema,
/// as Helm does. Findings about a values template and about `replicas` are printed.
pub(super) fn validate(
    chart: &Path,
    environments: &Environments<'_>,
    values: &TemplatedRun,
    deny: Option<Deny>,
    output: &Output,
) -> Result<Exit, Vec<String>> {
    if !chart.is_dir() {
        let shown = chart.display();
        return Err(vec![format!("`--chart {shown}`: there is no such folder")]);
    }
    let (name, defaults) = read_if_there(&chart.join("values.yaml"))?;
    let defaults = chart_schema::defaults(&name, &defaults.unwrap_or_default())?;
    let merged: Merged = environments
        .iter()
        .map(|(name, (environment, ..))| {
            let of_template = values.values.get(name).map(TemplateValues::value);
            let own = || {
                let values = emit::helm::values(environment);
                serde_json::to_value(values).expect("values are plain data")
            };
            let values = of_template.unwrap_or_else(own);
            (name.clone(), chart_schema::over(&defaults, values))
        })
        .collect();
    let replicas = say_replicas(chart, &merged, deny, output)?;
    Ok(say_misfits(chart, environments, values, merged, output)?.max(replicas))
}

/// The values of each environment over the chart's own.
type Merged = BTreeMap<String, Value>;

/// Reports values that do not fit the chart's schema.
fn say_misfits(
    chart: &Path,
    environments: &Environments<'_>,
    values: &TemplatedRun,
    merged: Merged,
    output: &Output,
) -> Result<Exit, Vec<String>> {
    let (shown, schema) = read_if_there(&chart.join("values.schema.json"))?;
    let Some(schema) = schema else {
        let shown = chart.display();
        output.warning(&format!(
            "`{shown}` has no values.schema.json, so nothing is validated"
        ));
        return Ok(Exit::Fine);
    };
    let of_schema = shown.clone();
    let verdict = within(VALIDATION, move || {
        chart_schema::validate(&of_schema, &schema, &merged)
    })
    .unwrap_or_else(|| {
        Err(vec![format!(
            "validating the values against `{shown}` takes more than {} s: simplify its recursive parts, or render without `--chart`",
            VALIDATION.as_secs()
        )])
    })?;
    for other in &verdict.unread {
        output.warning(&format!(
            "`{shown}` refers to `{other}`, which tierc does not fetch: what it describes is not validated"
        ));
    }
    let (mut findings, mut failures) = (Vec::new(), Vec::new());
    for misfit in verdict.misfits {
        match of_template(&misfit, environments, values, &shown) {
            Some(finding) => findings.push(finding),
            None => failures.push(misfit.told(&shown)),
        }
    }
    if !findings.is_empty() {
        values.templates.say(&findings, output);
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    Ok(if findings.is_empty() {
        Exit::Fine
    } else {
        Exit::Wrong
    })
}

/// The finding about a value that a template wrote.
fn of_template(
    misfit: &Misfit,
    environments: &Environments<'_>,
    values: &TemplatedRun,
    schema: &str,
) -> Option<Diagnostic> {
    let written = values.values.get(&misfit.environment)?;
    let (environment, _, file) = environments.get(&misfit.environment)?;
    let template = values.templates.templates.beside(file)?;
    let message = misfit.told(schema);
    Some(written.misfit(template, environment, &misfit.pointer, &message))
}

/// Reports the chart's templates that set `replicas` although an autoscaler owns it.
fn say_replicas(
    chart: &Path,
    merged: &Merged,
    deny: Option<Deny>,
    output: &Output,
) -> Result<Exit, Vec<String>> {
    let mut sources = Sources::default();
    let mut findings: Vec<Diagnostic> = Vec::new();
    for path in templates(&chart.join("templates"))? {
        let (name, Some(text)) = read_if_there(&path)? else {
            continue;
        };
        let source = sources.add(Source {
            name,
            text: text.clone().into(),
            catalogue: false,
        });
        for values in merged.values() {
            for line in replicas_lines(&text, values) {
                let finding = sets_replicas(source, &line);
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    if findings.is_empty() {
        return Ok(Exit::Fine);
    }
    let style = output.error_style();
    let text = render::human(findings.iter(), &sources, style);
    output.say(text.trim_end());
    output.say("");
    Ok(if deny == Some(Deny::Warnings) {
        Exit::Wrong
    } else {
        Exit::Fine
    })
}

fn sets_replicas(source: SourceId, line: &ReplicasLine) -> Diagnostic {
    let span = Span::new(source, line.range.start, line.range.end);
    let message = "the chart sets `replicas` although an autoscaler owns the number of pods";
    let finding =
        Diagnostic::new(code::CHART_SETS_REPLICAS, Severity::Warning, message).label(span, "");
    let finding = finding.note("each `helm upgrade` sets the pods back to this number");
    match &line.why {
        ReplicasCause::Value(path) => finding.help(format!(
            "set the value `{path}` to null in the values: Helm then leaves the number out"
        )),
        ReplicasCause::Always => finding.help(
            "put the line into a condition that the values can turn off, or use another chart",
        ),
    }
}

/// The templates of a chart, in order; none if it has no such folder.
fn templates(folder: &Path) -> Result<Vec<PathBuf>, Vec<String>> {
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            let shown = folder.display();
            return Err(vec![format!("`{shown}` could not be listed: {error}")]);
        }
    };
    let mut found = Vec::new();
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        // A link could lead back to a folder above.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(templates(&path)?);
        } else if path
            .extension()
            .is_some_and(|it| it == "yaml" || it == "yml" || it == "tpl")
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
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
