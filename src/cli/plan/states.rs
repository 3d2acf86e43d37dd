//! Writes the tree of every state into numbered folders, with the scripts of the step that leads to
//! it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::Route;
use crate::cli::error::Error;
use crate::cli::files::{self, TreePlan, WriteTurn};
use crate::cli::output::Output;
use crate::cli::render::{take_turn, warn_of_edit};
use crate::cli::values_templates;
use crate::compile::Comparison;
use crate::emit::{self, Artifacts};
use crate::plan::script::{ScriptPlace, scripts};
use crate::plan::step;

/// The tree of one state.
struct StateTree {
    folder: PathBuf,
    artifacts: Artifacts,
    plan: TreePlan,
}

/// Writes every state's tree below `out`, and removes the states of an earlier plan that this one
/// does not have, because they would look like its steps. If anything is in the way, nothing is
/// written.
pub(super) fn write(
    out: &Path,
    root: &str,
    routes: &[Route<'_>],
    comparison: &Comparison,
    output: &Output,
) -> Result<(), Vec<String>> {
    let made = folders_to_make(out);
    let replaced = replace(out, root, routes, comparison, output);
    replaced.map_err(|error| {
        // If another run writes there, the files belong to that run.
        if !matches!(error, Error::Busy(..)) {
            discard(out, output);
        }
        // Folders that were made for nothing.
        for folder in made {
            let _ = fs::remove_dir(folder);
        }
        vec![error.to_string()]
    })
}

/// The missing folders of a path, inner ones first.
fn folders_to_make(out: &Path) -> Vec<PathBuf> {
    let above = out.ancestors().take_while(|folder| !folder.exists());
    above.map(Path::to_owned).collect()
}

fn replace(
    out: &Path,
    root: &str,
    routes: &[Route<'_>],
    comparison: &Comparison,
    output: &Output,
) -> Result<(), Error> {
    // One turn for the whole plan, so nothing changes between the comparison and the write.
    let _turn = take_turn(out, output)?;
    let trees = trees(out, root, routes, comparison)?;
    let stale = stale(out, &trees)?;
    warn_of_edits(&trees, &stale, output)?;
    let made: Vec<PathBuf> = trees
        .iter()
        .flat_map(|tree| folders_to_make(&tree.folder))
        .collect();
    stage_and_place(&trees, output).inspect_err(|_| {
        for folder in &made {
            let _ = fs::remove_dir(folder);
        }
    })?;
    remove(&stale)
}

/// Removes every state that an earlier plan wrote below `out`, because this plan writes none:
/// nobody should run the next script of an outdated plan.
pub(super) fn discard(out: &Path, output: &Output) {
    if !out.is_dir() {
        return;
    }
    let removed = take_turn(out, output).and_then(|_turn| {
        let stale = stale(out, &[])?;
        warn_of_edits(&[], &stale, output)?;
        remove(&stale)?;
        Ok(!stale.is_empty())
    });
    let out = out.display();
    match removed {
        Ok(true) => output.say(&format!(
            "removed the states and scripts of an earlier plan from {out}, because this plan failed"
        )),
        Ok(false) => {}
        Err(error) => output.warning(&format!(
            "the states and scripts in {out} belong to an earlier plan and could not be removed, so do not run them: {error}"
        )),
    }
}

/// Removes trees, each in its folder.
fn remove(trees: &[(PathBuf, String)]) -> Result<(), Error> {
    for (folder, name) in trees {
        files::remove_tree(folder, name)?;
        // Other files in it belong to somebody else.
        let _ = fs::remove_dir(folder);
    }
    Ok(())
}

/// No state changes before all of them are prepared.
fn stage_and_place(trees: &[StateTree], output: &Output) -> Result<(), Error> {
    // A folder with trees of several environments is locked once.
    let mut turns: BTreeMap<&Path, WriteTurn> = BTreeMap::new();
    for tree in trees {
        if !turns.contains_key(tree.folder.as_path()) {
            turns.insert(&tree.folder, take_turn(&tree.folder, output)?);
        }
    }
    let mut staged = Vec::new();
    for tree in trees {
        let Some(turn) = turns.get(tree.folder.as_path()) else {
            continue;
        };
        let state = files::stage_tree(turn, &tree.plan, &tree.artifacts)?;
        staged.extend(state.map(|state| (state, &tree.plan)));
    }
    for (state, plan) in staged {
        if let Some(left) = state.place(plan)? {
            output.warning(&left.to_string());
        }
    }
    Ok(())
}

/// Warns about edited files of an earlier plan that are removed or overwritten.
fn warn_of_edits(
    trees: &[StateTree],
    stale: &[(PathBuf, String)],
    output: &Output,
) -> Result<(), Error> {
    for tree in trees {
        for (path, change) in &tree.plan.changes {
            let path = tree.folder.join(&tree.plan.name).join(path);
            warn_of_edit(&path.display().to_string(), *change, output);
        }
    }
    for (folder, name) in stale {
        for path in files::edited(folder, name)? {
            let path = folder.join(name).join(path);
            warn_of_edit(
                &path.display().to_string(),
                files::FileChange::RemovedEdited,
                output,
            );
        }
    }
    Ok(())
}

/// The changes between the new trees and the disk. `root` is the name of `out` in the commands.
fn trees(
    out: &Path,
    root: &str,
    routes: &[Route<'_>],
    comparison: &Comparison,
) -> Result<Vec<StateTree>, Error> {
    let run = &comparison.runs.after;
    let mut trees = Vec::new();
    for route in routes {
        let source = route.outcome.files.after.map_or("", |file| {
            let name = run.sources.get(file.source).name.as_str();
            name.rsplit('/').next().unwrap_or(name)
        });
        let name = &route.sides.before.environment.value;
        for (number, state) in route.states().enumerate() {
            let folder = out.join(step::folder(number));
            let waivers = route.waivers(number);
            let tree = step::tree(root, number, name);
            let place = ScriptPlace {
                tree: &tree,
                source,
            };
            // The step that leads to this state; BEFORE has none.
            let step = number
                .checked_sub(1)
                .and_then(|at| route.plan.steps.get(at));
            let mut more = step.map(|step| scripts(step, &place)).unwrap_or_default();
            if let Some(template) = values_templates::of_plan(route.outcome, comparison) {
                let values = template.render(state);
                let values = values.map_err(|broken| Error::Template(broken.message))?;
                more.insert(emit::VALUES.to_owned(), values.file(source));
            }
            let artifacts = emit::emit_with(more, state, waivers, &run.catalogue, source);
            trees.push(StateTree {
                plan: files::plan_tree(&folder, name.as_str(), &artifacts)?,
                folder,
                artifacts,
            });
        }
    }
    Ok(trees)
}

/// Generated trees in numbered folders that are not in `trees`, each with its folder.
fn stale(out: &Path, trees: &[StateTree]) -> Result<Vec<(PathBuf, String)>, Error> {
    let listing = match fs::read_dir(out) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::Io("listed", out.to_owned(), error)),
    };
    let mut folders: Vec<PathBuf> = listing
        .filter_map(Result::ok)
        .filter(|entry| is_number(&entry.file_name().to_string_lossy()))
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    let mut stale = Vec::new();
    for folder in folders {
        let kept = trees.iter().filter(|tree| tree.folder == folder);
        let kept: BTreeSet<String> = kept.map(|tree| tree.plan.name.clone()).collect();
        let others = files::stale_trees(&folder, &kept)?;
        stale.extend(others.into_iter().map(|name| (folder.clone(), name)));
    }
    Ok(stale)
}

/// Whether a name is that of a state's folder.
fn is_number(name: &str) -> bool {
    name.parse()
        .is_ok_and(|number| step::folder(number) == name)
}
