//! `tierc render`

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use crate::compile::Run;
use crate::emit::{self, Artifacts};

use super::args::Render;
use super::check::{print_findings, verdict};
use super::exit::Exit;
use super::files::{self, Change, TreePlan};
use super::load::load;
use super::output::Output;

pub(super) fn run(command: &Render, output: &mut Output) -> Result<Exit, Vec<String>> {
    let run = load(&command.paths, &command.common)?;
    let verdict = verdict(&run, command.deny);
    if verdict != Exit::Fine {
        print_findings(&run, output);
        output.say("nothing was written");
        return Ok(verdict);
    }
    if run.diagnostics().next().is_some() {
        print_findings(&run, output);
    }
    let trees = emit_all(&run)?;
    if let Some(chart) = &command.chart {
        validate(chart, &run)?;
    }
    let plans = trees
        .par_iter()
        .map(|(name, artifacts)| {
            files::plan_tree(&command.out, name, artifacts).map_err(|error| error.to_string())
        })
        .collect::<Vec<_>>();
    let plans = all(plans)?;
    let stale = stale(command, &trees)?;
    if command.check {
        return Ok(report_stale(command, &plans, &stale, output));
    }
    if command.dry_run {
        list(command, &plans, &stale, output);
        return Ok(Exit::Fine);
    }
    write(command, &trees, &plans, &stale, output)
}

/// Holds every environment's values against the chart's schema.
fn validate(chart: &Path, run: &Run) -> Result<(), Vec<String>> {
    let path = chart.join("values.schema.json");
    let shown = path.display().to_string();
    let schema = std::fs::read_to_string(&path)
        .map_err(|error| vec![format!("`{shown}` could not be read: {error}")])?;
    let values = run
        .files
        .iter()
        .filter_map(|file| file.environment.as_ref())
        .map(|environment| {
            (
                environment.environment.value.to_string(),
                emit::helm::values(environment),
            )
        })
        .collect();
    emit::chart::validate(&shown, &schema, &values)
}

/// Every environment's files, by its name.
fn emit_all(run: &Run) -> Result<BTreeMap<String, Artifacts>, Vec<String>> {
    let trees: Vec<(String, Artifacts)> = run
        .files
        .par_iter()
        .filter_map(|file| {
            let environment = file.environment.as_ref()?;
            let name = &run.sources.get(file.source).name;
            let file_name = name.rsplit(['/', '\\']).next().unwrap_or(name);
            Some((
                environment.environment.value.to_string(),
                emit::emit(environment, &run.catalogue, file_name),
            ))
        })
        .collect();
    let count = trees.len();
    let by_name: BTreeMap<String, Artifacts> = trees.into_iter().collect();
    if by_name.len() < count {
        return Err(vec![
            "two files name the same environment, so that one tree would overwrite the other"
                .into(),
        ]);
    }
    Ok(by_name)
}

fn all<T>(results: Vec<Result<T, String>>) -> Result<Vec<T>, Vec<String>> {
    let mut values = Vec::new();
    let mut failures = Vec::new();
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() {
        Ok(values)
    } else {
        Err(failures)
    }
}

/// Trees of environments that left the folder. A single file says nothing about the others.
fn stale(
    command: &Render,
    trees: &BTreeMap<String, Artifacts>,
) -> Result<Vec<String>, Vec<String>> {
    if !command.paths.iter().all(|path| path.is_dir()) {
        return Ok(Vec::new());
    }
    let names: BTreeSet<String> = trees.keys().cloned().collect();
    files::stale_trees(&command.out, &names).map_err(|error| vec![error.to_string()])
}

fn word(change: Change) -> Option<&'static str> {
    match change {
        Change::Created => Some("created"),
        Change::Updated => Some("updated"),
        Change::Removed => Some("removed"),
        Change::Edited => Some("edited by hand"),
        Change::Unchanged => None,
    }
}

fn changes<'a>(
    command: &'a Render,
    plans: &'a [TreePlan],
) -> impl Iterator<Item = (String, &'static str)> + 'a {
    plans.iter().flat_map(move |plan| {
        plan.changes.iter().filter_map(move |(path, change)| {
            let shown = command.out.join(&plan.name).join(path);
            Some((shown.display().to_string(), word(*change)?))
        })
    })
}

fn report_stale(
    command: &Render,
    plans: &[TreePlan],
    stale: &[String],
    output: &mut Output,
) -> Exit {
    let mut count = 0;
    for (path, what) in changes(command, plans) {
        count += 1;
        let means = match what {
            "created" => "missing",
            "removed" => "no longer generated",
            "edited by hand" => "edited by hand",
            _ => "stale",
        };
        output.line(&format!("{path}: {means}"));
    }
    for name in stale {
        count += 1;
        output.line(&format!(
            "{}: its environment is gone",
            command.out.join(name).display()
        ));
    }
    if count == 0 {
        return Exit::Fine;
    }
    let plural = if count == 1 { "path is" } else { "paths are" };
    output.say(&format!(
        "{count} {plural} not what `tierc render` writes: run it and commit the result"
    ));
    Exit::Stale
}

fn list(command: &Render, plans: &[TreePlan], stale: &[String], output: &mut Output) {
    for (path, what) in changes(command, plans) {
        output.line(&format!(
            "{path}: would be {}",
            if what == "edited by hand" {
                "overwritten"
            } else {
                what
            }
        ));
    }
    for name in stale {
        output.line(&format!(
            "{}: would be removed",
            command.out.join(name).display()
        ));
    }
}

fn write(
    command: &Render,
    trees: &BTreeMap<String, Artifacts>,
    plans: &[TreePlan],
    stale: &[String],
    output: &mut Output,
) -> Result<Exit, Vec<String>> {
    for (path, what) in changes(command, plans) {
        if what == "edited by hand" {
            output.say(&format!(
                "warning: `{path}` was edited by hand and is overwritten"
            ));
        }
    }
    let written = plans
        .par_iter()
        .map(|plan| {
            let artifacts = trees
                .get(&plan.name)
                .expect("a plan is made for every tree");
            files::write_tree(&command.out, plan, artifacts).map_err(|error| error.to_string())
        })
        .collect::<Vec<_>>();
    all(written)?;
    for name in stale {
        files::remove_tree(&command.out, name).map_err(|error| vec![error.to_string()])?;
        output.say(&format!("removed {}", command.out.join(name).display()));
    }
    let changed = changes(command, plans).count();
    let total: usize = trees.values().map(BTreeMap::len).sum();
    let environments = if plans.len() == 1 {
        "environment"
    } else {
        "environments"
    };
    output.say(&format!(
        "rendered {} {environments} into {}: {changed} of {total} files changed",
        plans.len(),
        command.out.display()
    ));
    Ok(Exit::Fine)
}
