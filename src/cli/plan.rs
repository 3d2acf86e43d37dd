//! `tierc plan`

use std::path::{Path, PathBuf};

use crate::compile::{Comparison, Outcome};
use crate::emit;
use crate::model::Environment;
use crate::pair::Pair;
use crate::plan::{Plan as Steps, Request, plan, step};
use crate::report::plan::{PlanReport, json, markdown, text};

use super::args::{Common, Compared, Plan, ReportFormat};
use super::compared::say_unread;
use super::error::Error;
use super::exit::Exit;
use super::files::{self, Turn};
use super::load::today;
use super::output::Output;
use super::sides::{self, Failed};

/// Where the commands read the states from, unless they are written elsewhere.
const ROOT: &str = "plan";

pub(super) fn run(command: &Plan, output: &mut Output) -> Result<Exit, Vec<String>> {
    let compared = Compared {
        named: vec![command.before.clone(), command.after.clone()],
        base: None,
        committed: false,
        out: PathBuf::new(),
    };
    let read = match sides::read(&compared, &command.common, output) {
        Ok(read) => read,
        Err(Failed::Usage(failures) | Failed::Wrong(failures)) => return Err(failures),
    };
    let (comparison, _) = read.compare(&command.common);
    let root = command
        .out
        .as_ref()
        .map_or_else(|| ROOT.to_owned(), |out| out.display().to_string());
    // Of what breaks a rule nothing is written, as with `render`.
    let runs = &comparison.runs;
    let sound = !runs.before.has_errors() && !runs.after.has_errors();
    let out = command.out.as_ref().filter(|_| sound);
    let mut exit = say_unread(&comparison, output);
    let mut reports = Vec::new();
    for outcome in comparison.outcomes() {
        let (Some(before), Some(after)) = (outcome.sides.before, outcome.sides.after) else {
            say_whole(&outcome, output);
            exit = exit.max(Exit::Differs);
            continue;
        };
        if outcome.changes.is_empty() {
            continue;
        }
        let sides = Pair::new(before, after);
        let steps = planned(sides, &outcome, &comparison, &command.common, &root);
        exit = exit.max(if steps.blocked.is_some() {
            Exit::Wrong
        } else {
            Exit::Differs
        });
        if let Some(out) = out {
            write(out, sides, &steps, &outcome, &comparison)?;
        }
        reports.push((sides, steps));
    }
    print(command, &reports, &root, out.is_some(), output);
    Ok(exit)
}

/// An environment that only one side has: nothing of it runs that a plan could keep.
fn say_whole(outcome: &Outcome<'_>, output: &Output) {
    let name = &outcome.changes.environment;
    output.say(&if outcome.sides.after.is_some() {
        format!("{name} is new: nothing runs yet that a plan could keep; render it and apply it")
    } else {
        format!("{name} goes: nothing of it is kept, so that no order is safer than another")
    });
}

fn planned(
    environments: Pair<&Environment>,
    outcome: &Outcome<'_>,
    comparison: &Comparison,
    common: &Common,
    root: &str,
) -> Steps {
    let waived = outcome.files.map(|file| file.map(|file| &file.waived));
    let waived = match (waived.before, waived.after) {
        (Some(before), Some(after)) => before & after,
        (Some(_) | None, None) | (None, Some(_)) => std::collections::BTreeSet::new(),
    };
    plan(&Request {
        environments,
        catalogue: &comparison.runs.after.catalogue,
        waived: &waived,
        today: today(common),
        root,
    })
}

/// Writes the tree of every state below `out`.
fn write(
    out: &Path,
    sides: Pair<&Environment>,
    steps: &Steps,
    outcome: &Outcome<'_>,
    comparison: &Comparison,
) -> Result<(), Vec<String>> {
    let run = &comparison.runs.after;
    let source = outcome.files.after.map_or_else(String::new, |file| {
        let name = &run.sources.get(file.source).name;
        name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned()
    });
    let states = std::iter::once(sides.before).chain(steps.steps.iter().map(|step| &step.state));
    for (number, state) in states.enumerate() {
        let folder = out.join(step::folder(number));
        let artifacts = emit::emit(state, &run.catalogue, &source);
        write_state(&folder, state.environment.value.as_str(), &artifacts)
            .map_err(|error| vec![error.to_string()])?;
    }
    // What an earlier, longer plan left would look like a step of this one.
    let name = sides.before.environment.value.as_str();
    let later = (steps.steps.len() + 1..).map(|number| out.join(step::folder(number)));
    for folder in later.take_while(|folder| folder.join(name).is_dir()) {
        files::remove_tree(&folder, name).map_err(|error| vec![error.to_string()])?;
    }
    Ok(())
}

fn write_state(folder: &Path, name: &str, artifacts: &emit::Artifacts) -> Result<(), Error> {
    let turn = Turn::take(folder, || {})?;
    let planned = files::plan_tree(folder, name, artifacts)?;
    files::write_tree(&turn, &planned, artifacts)
}

fn print(
    command: &Plan,
    plans: &[(Pair<&Environment>, Steps)],
    root: &str,
    written: bool,
    output: &mut Output,
) {
    let reports: Vec<PlanReport<'_>> = plans
        .iter()
        .map(|(sides, plan)| {
            let tiers = sides.map(|side| side.tier.value);
            PlanReport {
                environment: sides.before.environment.value.as_str(),
                intent: (tiers.before != tiers.after)
                    .then(|| format!("{} -> {}", tiers.before, tiers.after)),
                plan,
                root,
                written,
            }
        })
        .collect();
    let joined = |each: fn(&PlanReport<'_>) -> String| {
        reports.iter().map(each).collect::<Vec<_>>().join("\n")
    };
    match command.format {
        ReportFormat::Human if reports.is_empty() => output.line("nothing differs"),
        ReportFormat::Human => output.result(&joined(text)),
        ReportFormat::Markdown => output.result(&joined(markdown)),
        ReportFormat::Json => {
            let plans: Vec<_> = reports.iter().map(json).collect();
            let value = serde_json::json!({ "report": "plan", "environments": plans });
            let text = serde_json::to_string_pretty(&value).expect("a plan is plain data");
            output.line(&text);
        }
    }
}
