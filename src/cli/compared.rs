//! Shared by the commands that compare two states.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::compile::{Comparison, Compiled, CostChanges, Outcome, Run};
use crate::diagnostic::json::{FindingJson, findings};
use crate::diagnostic::{Diagnostics, Severity, render};
use crate::emit::values_template::ValuesTemplates;
use crate::emit::{self, Artifacts};
use crate::model::Environment;
use crate::pair::Pair;
use crate::report::diff::{
    ComparedEnvironment, EnvironmentDiff, FileDiff, files, of_environment, paths,
};
use crate::source::Sources;

use super::args::Common;
use super::exit::Exit;
use super::output::Output;
use super::safe_order::{ROOT, planned};
use super::values_templates;

/// The optional parts of a report.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The rendered files that differ.
    pub(super) artifacts: bool,
    /// The options for the safe order of each change; `None` without plans.
    pub(super) plans: Option<&'a Common>,
}

/// The report of each outcome.
pub(super) fn environments(
    outcomes: &[Outcome<'_>],
    costs: &CostChanges,
    comparison: &Comparison,
    asked: Asked<'_>,
) -> Vec<EnvironmentDiff> {
    let environments = outcomes.par_iter().zip(&costs.changes);
    environments
        .map(|(outcome, cost)| {
            // A difference in prices alone needs no plan.
            let plans = asked.plans.filter(|_| !outcome.changes.is_empty());
            let plan = plans.and_then(|common| {
                let sides = Pair::new(outcome.sides.before?, outcome.sides.after?);
                Some(planned(sides, outcome, comparison, common, ROOT))
            });
            of_environment(ComparedEnvironment {
                outcome,
                cost: Some(cost),
                plan: plan.as_ref(),
                artifacts: asked.artifacts.then(|| artifacts(outcome, comparison)),
                sources: &comparison.runs.after.sources,
            })
        })
        .collect()
}

/// The findings of files that could not be resolved, on either side.
pub(super) fn about_unread(comparison: &Comparison) -> Vec<FindingJson> {
    let unread = unread(comparison);
    unread
        .flat_map(|(run, file)| findings(file.diagnostics.iter(), &run.sources))
        .collect()
}

/// The files that could not be resolved on either side, each with its run.
fn unread(comparison: &Comparison) -> impl Iterator<Item = (&Run, &Compiled)> {
    let runs = [&comparison.runs.before, &comparison.runs.after];
    runs.into_iter().flat_map(|run| {
        let lost = run.files.iter().filter(|file| file.environment.is_none());
        lost.map(move |file| (run, file))
    })
}

/// Says that both sides are compared under one environment name.
pub(super) fn say_called(comparison: &Comparison, output: &Output) {
    if let Some(Pair { before, after }) = &comparison.called {
        output.say_prose(&format!(
            "`{before}` and `{after}` are compared as two states of one environment: differences that follow from the name are left out"
        ));
    }
}

/// Reports the files that could not be compared. Returns whether there are any, or whether AFTER
/// breaks a rule.
pub(super) fn say_unread(comparison: &Comparison, output: &Output) -> Exit {
    let mut exit = Exit::Fine;
    for (run, file) in unread(comparison) {
        let findings = render::human(file.diagnostics.iter(), &run.sources, output.error_style());
        output.say(findings.trim_end());
        exit = Exit::Wrong;
    }
    let after = &comparison.runs.after;
    if after.has_errors() {
        let sentence = if say_errors_of_records(after, output) {
            "AFTER has errors"
        } else {
            "AFTER has errors: `tierc check` shows them with their places"
        };
        output.say(sentence);
        exit = Exit::Wrong;
    }
    exit
}

/// Reports the rules that records break, because no other command checks records. Returns whether
/// there are any.
pub(super) fn say_errors_of_records(run: &Run, output: &Output) -> bool {
    let records = run.files.iter().filter(|file| file.recorded.is_some());
    let found = records.flat_map(|file| &file.diagnostics);
    let found = found.filter(|finding| finding.severity == Severity::Error);
    let told = render::human(found, &run.sources, output.error_style());
    if !told.is_empty() {
        output.say(told.trim_end());
    }
    !told.is_empty()
}

/// Reports mistakes in the prices. Returns whether there are any.
pub(super) fn say_prices(about: &Diagnostics, sources: &Sources, output: &Output) -> Exit {
    if about.is_empty() {
        return Exit::Fine;
    }
    let findings = render::human(about.iter(), sources, output.error_style());
    output.say(findings.trim_end());
    if about.has_errors() {
        Exit::Wrong
    } else {
        Exit::Fine
    }
}

/// The rendered files that differ. If only the environment's name differs, the files are equal.
fn artifacts(outcome: &Outcome<'_>, comparison: &Comparison) -> Vec<FileDiff> {
    let rendered = rendered(outcome, comparison);
    files(rendered.as_ref().map(|side| &**side))
}

/// Their paths alone.
pub(super) fn paths_of_artifacts(outcome: &Outcome<'_>, comparison: &Comparison) -> Vec<String> {
    let rendered = rendered(outcome, comparison);
    paths(rendered.as_ref().map(|side| &**side))
}

/// Whether files differ although the environments are equal: those on disk, or the values of two
/// templates.
pub(super) fn differs_in_files(outcome: &Outcome<'_>, comparison: &Comparison) -> bool {
    let read = |file: Option<&Compiled>| file.is_some_and(|it| generated(it).is_some());
    (read(outcome.files.before)
        || read(outcome.files.after)
        || !values_templates::are_alike(outcome, comparison))
        && !paths_of_artifacts(outcome, comparison).is_empty()
}

/// The generated files of a side, if they were read.
fn generated(file: &Compiled) -> Option<&Artifacts> {
    file.recorded.as_ref()?.files.as_ref()
}

/// The files of both sides: from disk if they were read, else rendered.
fn rendered<'a>(outcome: &Outcome<'a>, comparison: &Comparison) -> Pair<Cow<'a, Artifacts>> {
    let runs = &comparison.runs;
    let file = outcome.files.after.or(outcome.files.before);
    let name = file.map_or("", |file| runs.after.sources.get(file.source).name.as_str());
    let name = name.rsplit('/').next().unwrap_or(name);
    let templates = &comparison.templates;
    let rendered = |file: Option<&'a Compiled>,
                    environment: Option<&Environment>,
                    run: &Run,
                    templates: &ValuesTemplates| {
        if let Some(read) = file.and_then(generated) {
            return Cow::Borrowed(read);
        }
        let rendered = environment.map(|it| {
            let mut files = emit::files(it, &run.catalogue, name);
            let shown = file.map(|file| run.sources.get(file.source).name.as_str());
            // A template that cannot be evaluated was reported before.
            let values = shown.and_then(|shown| templates.render(shown, it).ok().flatten());
            if let Some(values) = values {
                files.insert(emit::VALUES.to_owned(), values.file(name));
            }
            files
        });
        Cow::Owned(rendered.unwrap_or_default())
    };
    let Pair { before, after } = outcome.files;
    let (before, after) = rayon::join(
        || {
            rendered(
                before,
                outcome.sides.before,
                &runs.before,
                &templates.before,
            )
        },
        || rendered(after, outcome.sides.after, &runs.after, &templates.after),
    );
    Pair::new(before, after)
}
