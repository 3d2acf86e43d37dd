//! `tierc plan`

mod states;

use std::path::PathBuf;

use crate::compile::{self, CatalogueTexts, Comparison, Outcome, StateCosts};
use crate::diagnostic::json::{FindingJson, findings};
use crate::diagnostic::{Diagnostic, Severity, render};
use crate::model::{Environment, Waiver};
use crate::pair::Pair;
use crate::plan::Plan as Steps;
use crate::report::plan::{
    EnvironmentPlan, PlanReport, PlanReportKind, PlannedEnvironment, markdown, of_environment, text,
};

use super::args::{Common, ComparedArgs, PlanArgs, ReportFormat};
use super::compared::{self, say_called, say_prices};
use super::compared_inputs::{self, Failed, ReadArtifacts, ReadSides};
use super::exit::Exit;
use super::output::Output;
use super::safe_order::{ROOT, planned};
use super::values_templates;

pub(super) fn run(command: &PlanArgs, output: &mut Output) -> Result<Exit, Vec<String>> {
    let read = match read(command, output) {
        Ok(read) => read,
        Err(failed) => {
            discard(command, output);
            return failed.end(output);
        }
    };
    let (comparison, texts) = read.compare(&command.common);
    tell(&comparison, &texts.after, command, output)
}

fn tell(
    comparison: &Comparison,
    texts: &CatalogueTexts,
    command: &PlanArgs,
    output: &mut Output,
) -> Result<Exit, Vec<String>> {
    say_called(comparison, output);
    let root = root(command);
    let outcomes = comparison.outcomes();
    // A value that could not be read must not become the goal of a plan.
    let readable = compile::all_read(&comparison.runs.after);
    let routes: Vec<Route<'_>> = outcomes
        .iter()
        .filter(|_| readable)
        .filter_map(|outcome| route(outcome, comparison, &command.common, &root))
        .collect();
    // As in `render`, nothing is written for a state that breaks a rule.
    let runs = &comparison.runs;
    let broken = command.out.is_some() && values_templates::say_broken(comparison, output);
    let sound = !runs.before.has_errors() && !runs.after.has_errors() && !broken;
    let out = command.out.as_ref().filter(|_| sound);
    if !sound {
        discard(command, output);
    }
    if let Some(out) = out {
        states::write(out, &root, &routes, comparison, output)?;
    }
    let written = out.map(|_| root.as_str());
    let (environments, costs) = priced(&routes, texts, written);
    let report = PlanReport {
        report: PlanReportKind::Plan,
        environments,
        new: of_one_side(&outcomes, |sides| sides.before.is_none()),
        gone: of_one_side(&outcomes, |sides| sides.after.is_none()),
        unread: about_unread(comparison, readable),
        states: root,
        written: out.is_some(),
    };
    let exit = ended(&report, command.detailed_exitcode)
        .max(if broken { Exit::Wrong } else { Exit::Fine })
        .max(say_wrong(comparison, command.out.is_some(), output))
        .max(say_hidden(comparison, output))
        .max(say_prices(&costs.about_prices, &costs.sources, output));
    print(&report, readable, command.format, output);
    Ok(exit)
}

/// Removes the output of an earlier plan: its scripts would look like those of this plan, which
/// failed.
fn discard(command: &PlanArgs, output: &Output) {
    if let Some(out) = &command.out {
        states::discard(out, output);
    }
}

/// The folder from which the commands read the states.
fn root(command: &PlanArgs) -> String {
    let out = command.out.as_ref();
    out.map_or_else(|| ROOT.to_owned(), |out| out.display().to_string())
}

fn read(command: &PlanArgs, output: &Output) -> Result<ReadSides, Failed> {
    let compared = ComparedArgs {
        named: vec![command.before.clone(), command.after.clone()],
        base: None,
        committed: false,
        out: PathBuf::new(),
    };
    compared_inputs::read(&compared, &command.common, ReadArtifacts::Left, output)
}

/// The way of one environment.
struct Route<'a> {
    outcome: &'a Outcome<'a>,
    sides: Pair<&'a Environment>,
    plan: Steps,
}

impl Route<'_> {
    /// Every state on the way: BEFORE, then the state after each step.
    fn states(&self) -> impl Iterator<Item = &Environment> {
        let left = self.plan.steps.iter().map(|step| &step.state);
        std::iter::once(self.sides.before).chain(left)
    }

    /// The waivers of a state: AFTER's for the last state, else BEFORE's, because a state in
    /// between may only have BEFORE's errors.
    fn waivers(&self, state: usize) -> Option<&[Waiver]> {
        let last = state > 0 && state == self.plan.steps.len() && self.plan.blocked.is_none();
        let files = self.outcome.files;
        let file = if last { files.after } else { files.before };
        file?.waivers.as_deref()
    }
}

/// The plan for an environment that exists on both sides and differs.
fn route<'a>(
    outcome: &'a Outcome<'a>,
    comparison: &Comparison,
    common: &Common,
    root: &str,
) -> Option<Route<'a>> {
    let sides = Pair::new(outcome.sides.before?, outcome.sides.after?);
    if outcome.changes.is_empty() {
        return None;
    }
    Some(Route {
        outcome,
        sides,
        plan: planned(sides, outcome, comparison, common, root),
    })
}

/// The plans with the cost of every state, at AFTER's prices.
fn priced(
    routes: &[Route<'_>],
    texts: &CatalogueTexts,
    written: Option<&str>,
) -> (Vec<EnvironmentPlan>, StateCosts) {
    let states: Vec<&Environment> = routes.iter().flat_map(Route::states).collect();
    let costs = compile::state_costs(&states, texts);
    let mut left = costs.estimates.as_slice();
    let mut environments = Vec::new();
    for route in routes {
        let (estimates, others) = left
            .split_at_checked(route.plan.steps.len() + 1)
            .unwrap_or((left, &[]));
        left = others;
        environments.push(of_environment(&PlannedEnvironment {
            sides: route.sides,
            plan: &route.plan,
            estimates,
            written,
        }));
    }
    (environments, costs)
}

fn of_one_side(
    outcomes: &[Outcome<'_>],
    wanted: impl Fn(Pair<Option<&Environment>>) -> bool,
) -> Vec<String> {
    let found = outcomes.iter().filter(|outcome| wanted(outcome.sides));
    found
        .map(|outcome| outcome.changes.environment.to_string())
        .collect()
}

/// The exit code that follows from the report.
fn ended(report: &PlanReport, detailed: bool) -> Exit {
    let blocked = report.environments.iter().any(|it| it.blocked.is_some());
    let parts = [
        report.environments.len(),
        report.new.len(),
        report.gone.len(),
    ];
    match (blocked, parts.iter().sum::<usize>()) {
        (true, _) => Exit::Wrong,
        (false, 0) => Exit::Fine,
        (false, _) if detailed => Exit::Differs,
        (false, _) => Exit::Fine,
    }
}

/// Messages about files that cannot be resolved, and about an AFTER without a plan.
fn about_unread(comparison: &Comparison, readable: bool) -> Vec<FindingJson> {
    let mut unread = compared::about_unread(comparison);
    let after = &comparison.runs.after;
    let hiding = after.files.iter().filter(|file| file.environment.is_some());
    let hiding = hiding.filter(|_| !readable);
    unread
        .extend(hiding.flat_map(|file| findings(errors(file.diagnostics.iter()), &after.sources)));
    unread
}

fn errors<'a>(all: impl Iterator<Item = &'a Diagnostic>) -> impl Iterator<Item = &'a Diagnostic> {
    all.filter(|finding| finding.severity == Severity::Error)
}

/// Reports the mistakes in a file of BEFORE that cannot be resolved, and in AFTER. A file on
/// another tier, as in `FILE@TIER`, exists only here, so `check` cannot report them.
fn say_wrong(comparison: &Comparison, asks: bool, output: &Output) -> Exit {
    let Pair { before, after } = &comparison.runs;
    let lost = before.files.iter().filter(|it| it.environment.is_none());
    let lost = lost.flat_map(|file| &file.diagnostics);
    let mut exit = Exit::Fine;
    for (found, run) in [
        (lost.collect::<Vec<_>>(), before),
        (errors(after.diagnostics()).collect(), after),
    ] {
        if !found.is_empty() {
            let style = output.error_style();
            let told = render::human(found.into_iter(), &run.sources, style);
            output.say(told.trim_end());
            exit = Exit::Wrong;
        }
    }
    match (before.has_errors(), after.has_errors()) {
        (_, true) => output.say("AFTER has errors: no state is written"),
        (true, false) if asks => {
            compared::say_errors_of_records(before, output);
            output.say("BEFORE has errors: no state is written");
            exit = Exit::Wrong;
        }
        (_, false) => {}
    }
    exit
}

/// A rule that BEFORE already breaks is no obstacle; a value of BEFORE that could not be read is
/// one.
fn say_hidden(comparison: &Comparison, output: &Output) -> Exit {
    if compile::all_read(&comparison.runs.before) {
        return Exit::Fine;
    }
    output.say(
        "some values of BEFORE could not be read, so the plan may start from other values: `tierc check` shows the errors",
    );
    Exit::Wrong
}

fn print(report: &PlanReport, readable: bool, format: ReportFormat, output: &mut Output) {
    for name in &report.new {
        output.say(&format!(
            "{name} is new, so there is nothing to keep running: render it and apply it"
        ));
    }
    for name in &report.gone {
        output.say(&format!(
            "{name} is removed as a whole, so there are no steps to put in order"
        ));
    }
    match format {
        ReportFormat::Human | ReportFormat::Markdown if !readable => {
            output.line("no plan: AFTER cannot be read");
        }
        ReportFormat::Human | ReportFormat::Markdown if report.environments.is_empty() => {
            output.line("nothing differs");
        }
        ReportFormat::Human => output.result(&text(report)),
        ReportFormat::Markdown => output.result(&markdown(report)),
        ReportFormat::Json => {
            let text = serde_json::to_string_pretty(report).expect("a plan is plain data");
            output.line(&text);
        }
    }
}
