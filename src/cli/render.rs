//! `tierc render`

mod chart;
mod master;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use crate::compile::Run;
use crate::emit;
use crate::emit::values_template::TemplateValues;
use crate::model::count::counted;
use crate::model::{Environment, Waiver};

use super::args::Render;
use super::check::{say_findings, verdict};
use super::error::Error;
use super::exit::Exit;
use super::files::{self, FileChange, StagedTree, TreePlan, WriteTurn};
use super::load::load;
use super::output::Output;
use super::progress::Progress;
use super::values_templates::RunTemplates;

/// What becomes of a tree.
struct PlannedTree<'t> {
    plan: TreePlan,
    /// Its new state on disk, if it must be written.
    staged: Option<StagedTree<'t>>,
}

pub(super) fn run(command: &Render, output: &mut Output) -> Result<Exit, Vec<String>> {
    if command.prune && !names_folders(command) {
        return Err(vec![
            "`--prune` needs folders, because a single file says nothing about other environments"
                .into(),
        ]);
    }
    let run = load(&command.paths, &command.common)?;
    if run.diagnostics().next().is_some() {
        say_findings(&run, output);
    }
    let verdict = verdict(&run, command.deny);
    if verdict != Exit::Fine {
        output.say("nothing was written");
        return Ok(verdict);
    }
    let environments = by_name(&run)?;
    let templates = RunTemplates::of(&run)?;
    let values = match templates.render(&run) {
        Ok(values) => values,
        Err(broken) => {
            templates.say(&broken, output);
            output.say("nothing was written");
            return Ok(Exit::Wrong);
        }
    };
    let values = TemplatedRun { templates, values };
    if let Some(chart) = &command.chart {
        let exit = chart::validate(chart, &environments, &values, command.deny, output)?;
        if exit != Exit::Fine {
            output.say("nothing was written");
            return Ok(exit);
        }
    }
    if command.check || command.dry_run {
        let planned = plan(command, (&environments, &values), &run, None)?;
        let stale = stale(command, &environments)?;
        return Ok(if command.check {
            report_stale(command, &planned, &stale, output)
        } else {
            list(command, &planned, &stale, output)
        });
    }
    let turn = take_turn(&command.out, output).map_err(|error| vec![error.to_string()])?;
    let mut planned = plan(command, (&environments, &values), &run, Some(&turn))?;
    let stale = stale(command, &environments)?;
    warn_of_edits(command, &planned, output);
    place(&mut planned, output)?;
    prune(command, &stale, output)?;
    output.say(&summary(command, &planned));
    // The process ends here. Freeing thousands of environments first would only take time.
    std::mem::forget(run);
    Ok(Exit::Fine)
}

/// What the templates of the run wrote, by the environment's name.
struct TemplatedRun {
    templates: RunTemplates,
    values: BTreeMap<String, TemplateValues>,
}

/// An environment with its file's waivers, and the file's name.
type Rendered<'a> = (&'a Environment, Option<&'a [Waiver]>, &'a str);

/// The run's environments by name.
type Environments<'a> = BTreeMap<String, Rendered<'a>>;

fn by_name(run: &Run) -> Result<Environments<'_>, Vec<String>> {
    let mut environments = Environments::new();
    let mut failures = Vec::new();
    for file in &run.files {
        let Some(environment) = &file.environment else {
            continue;
        };
        let shown = &*run.sources.get(file.source).name;
        let name = environment.environment.value.to_string();
        let waivers = file.waivers.as_deref();
        if let Some((.., other)) = environments.insert(name.clone(), (environment, waivers, shown))
        {
            failures.push(format!(
                "`{other}` and `{shown}` both state the environment `{name}`, so one tree would overwrite the other"
            ));
        }
    }
    if failures.is_empty() {
        Ok(environments)
    } else {
        Err(failures)
    }
}

/// Emits every environment and compares it with its tree. If this run has its `turn`, it also
/// writes the changes beside the tree: no tree changes before all are prepared.
fn plan<'t>(
    command: &Render,
    (environments, values): (&Environments<'_>, &TemplatedRun),
    run: &Run,
    turn: Option<&'t WriteTurn>,
) -> Result<Vec<PlannedTree<'t>>, Vec<String>> {
    let progress = Progress::new("rendering", environments.len());
    let told = |error: Error| error.to_string();
    let one = |name: &str, it: &Rendered<'_>| -> Result<PlannedTree<'t>, String> {
        let (environment, waivers, shown) = *it;
        let file_name = shown.rsplit('/').next().unwrap_or(shown);
        let of_template = values.values.get(name);
        let of_template = of_template.map(|it| (emit::VALUES.to_owned(), it.file(file_name)));
        let more = of_template.into_iter().collect();
        let artifacts = emit::emit_with(more, environment, waivers, &run.catalogue, file_name);
        master::keep(&command.out, name, environment, &artifacts)?;
        let plan = files::plan_tree(&command.out, name, &artifacts).map_err(told)?;
        let staged = match turn {
            Some(turn) => files::stage_tree(turn, &plan, &artifacts).map_err(told)?,
            None => None,
        };
        Ok(PlannedTree { plan, staged })
    };
    let planned = environments
        .par_iter()
        .map(|(name, environment)| {
            let planned = one(name, environment);
            progress.step();
            planned
        })
        .collect();
    all(planned)
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

/// Whether all arguments are folders. Single files do not show which trees are stale.
fn names_folders(command: &Render) -> bool {
    command.paths.iter().all(|path| path.is_dir())
}

/// Trees of environments that left the folder, or that belong to another folder.
fn stale(command: &Render, environments: &Environments<'_>) -> Result<Vec<String>, Vec<String>> {
    if !names_folders(command) {
        return Ok(Vec::new());
    }
    let names: BTreeSet<String> = environments.keys().cloned().collect();
    files::stale_trees(&command.out, &names).map_err(|error| vec![error.to_string()])
}

/// Every path that changes, for display.
fn changes<'a>(
    command: &'a Render,
    planned: &'a [PlannedTree<'_>],
) -> impl Iterator<Item = (String, FileChange)> + 'a {
    planned.iter().flat_map(move |PlannedTree { plan, .. }| {
        let changed = plan.changes.iter();
        changed
            .filter(|(_, change)| *change != FileChange::Unchanged)
            .map(move |(path, change)| {
                let shown = command.out.join(&plan.name).join(path);
                (shown.display().to_string(), *change)
            })
    })
}

fn report_stale(
    command: &Render,
    planned: &[PlannedTree<'_>],
    stale: &[String],
    output: &mut Output,
) -> Exit {
    let mut count = stale.len();
    for (path, change) in changes(command, planned) {
        count += 1;
        let means = match change {
            FileChange::Created => "missing",
            FileChange::Updated | FileChange::Unchanged => "stale",
            FileChange::Removed => "no longer generated",
            FileChange::RemovedEdited => "no longer generated, and edited by hand",
            FileChange::Edited => "edited by hand",
        };
        output.line(&format!("{path}: {means}"));
    }
    for name in stale {
        let tree = command.out.join(name);
        output.line(&format!(
            "{}: its environment is not in this run",
            tree.display()
        ));
    }
    if count == 0 {
        let trees = counted(planned.len(), "environment");
        let verb = if planned.len() == 1 { "is" } else { "are" };
        output.say(&format!("{trees} {verb} up to date"));
        return Exit::Fine;
    }
    let plural = if count == 1 { "path is" } else { "paths are" };
    output.say_prose(&format!(
        "{count} {plural} not up to date: run `tierc render` and commit the result"
    ));
    if !stale.is_empty() {
        output.say_prose(
            "`tierc render --prune` removes trees of environments outside this run: first make sure \
             that nobody renders them from elsewhere",
        );
    }
    Exit::Stale
}

fn list(
    command: &Render,
    planned: &[PlannedTree<'_>],
    stale: &[String],
    output: &mut Output,
) -> Exit {
    let mut nothing = stale.is_empty();
    for (path, change) in changes(command, planned) {
        nothing = false;
        let what = match change {
            FileChange::Created => "created",
            FileChange::Updated | FileChange::Unchanged => "updated",
            FileChange::Removed => "removed",
            FileChange::Edited => "overwritten, although it was edited by hand",
            FileChange::RemovedEdited => "removed, although it was edited by hand",
        };
        output.line(&format!("{path}: would be {what}"));
    }
    for name in stale {
        let tree = command.out.join(name);
        let what = if command.prune { "removed" } else { "kept" };
        output.line(&format!("{}: would be {what}", tree.display()));
    }
    if nothing {
        output.say("nothing would change");
    }
    Exit::Fine
}

fn warn_of_edits(command: &Render, planned: &[PlannedTree<'_>], output: &Output) {
    for (path, change) in changes(command, planned) {
        warn_of_edit(&path, change, output);
    }
}

/// Warns if an edited file is removed or overwritten.
pub(super) fn warn_of_edit(path: &str, change: FileChange, output: &Output) {
    let what = match change {
        FileChange::Edited => "overwritten",
        FileChange::RemovedEdited => "removed",
        FileChange::Created | FileChange::Updated | FileChange::Removed | FileChange::Unchanged => {
            return;
        }
    };
    output.warning(&format!("`{path}` was edited by hand and is {what}"));
}

/// Waits for this run's turn to write into a folder, and reports the wait and the leftovers of
/// earlier runs.
pub(super) fn take_turn(out: &Path, output: &Output) -> Result<WriteTurn, Error> {
    let waits = || {
        output.say(&format!(
            "waiting for another run that writes into {}, for at most {} s",
            out.display(),
            files::PATIENCE.as_secs()
        ));
    };
    let turn = WriteTurn::take(out, waits)?;
    for left in turn.left() {
        output.warning(&left.to_string());
    }
    Ok(turn)
}

/// Moves every new state into its tree's place.
fn place(planned: &mut [PlannedTree<'_>], output: &Output) -> Result<(), Vec<String>> {
    let placed = planned
        .par_iter_mut()
        .filter_map(|PlannedTree { plan, staged }| Some(staged.take()?.place(plan)))
        .map(|placed| placed.map_err(|error| error.to_string()))
        .collect();
    for left in all(placed)?.into_iter().flatten() {
        output.warning(&left.to_string());
    }
    Ok(())
}

/// Removes the trees without an environment in this run, if `--prune` is given, because they can
/// belong to another folder.
fn prune(command: &Render, stale: &[String], output: &Output) -> Result<(), Vec<String>> {
    for name in stale {
        let tree = command.out.join(name);
        if command.prune {
            let one = |error: Error| vec![error.to_string()];
            for path in files::edited(&command.out, name).map_err(one)? {
                let path = tree.join(path);
                output.warning(&format!(
                    "`{}` was edited by hand and is removed",
                    path.display()
                ));
            }
            files::remove_tree(&command.out, name).map_err(one)?;
            output.say(&format!("removed {}", tree.display()));
        } else {
            output.warning(&format!(
                "the environment of `{}` is not in this run, so it is kept: `--prune` removes it",
                tree.display()
            ));
        }
    }
    Ok(())
}

/// What was done, in one line.
fn summary(command: &Render, planned: &[PlannedTree<'_>]) -> String {
    let count = |wanted: &[FileChange]| {
        let changes = planned.iter().flat_map(|planned| &planned.plan.changes);
        changes
            .filter(|(_, change)| wanted.contains(change))
            .count()
    };
    let done: Vec<String> = [
        (count(&[FileChange::Created]), "created"),
        (count(&[FileChange::Updated, FileChange::Edited]), "updated"),
        (
            count(&[FileChange::Removed, FileChange::RemovedEdited]),
            "removed",
        ),
        (count(&[FileChange::Unchanged]), "unchanged"),
    ]
    .into_iter()
    .filter(|(files, _)| *files > 0)
    .map(|(files, what)| format!("{} {what}", counted(files, "file")))
    .collect();
    format!(
        "rendered {} into {}: {}",
        counted(planned.len(), "environment"),
        command.out.display(),
        done.join(", ")
    )
}
