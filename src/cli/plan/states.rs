//! The tree of every state on the way, in numbered folders.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::Route;
use crate::cli::error::Error;
use crate::cli::files::{self, TreePlan, Turn};
use crate::compile::Comparison;
use crate::emit::{self, Artifacts};
use crate::plan::step;

/// The tree of one state.
struct Tree {
    folder: PathBuf,
    artifacts: Artifacts,
    plan: TreePlan,
}

/// Writes every state's tree below `out`, and removes those of an earlier plan that this one has
/// not: they would look like steps of it. Nothing is written where anything is in the way.
pub(super) fn write(
    out: &Path,
    routes: &[Route<'_>],
    comparison: &Comparison,
) -> Result<(), Vec<String>> {
    replace(out, routes, comparison).map_err(|error| vec![error.to_string()])
}

fn replace(out: &Path, routes: &[Route<'_>], comparison: &Comparison) -> Result<(), Error> {
    let trees = trees(out, routes, comparison)?;
    let stale = stale(out, &trees)?;
    stage_and_place(&trees).inspect_err(|_| {
        // Folders that were made for nothing.
        for tree in &trees {
            let _ = fs::remove_dir(&tree.folder);
        }
    })?;
    for (folder, name) in stale {
        files::remove_tree(&folder, &name)?;
        // Whatever else lies in it is somebody's.
        let _ = fs::remove_dir(&folder);
    }
    Ok(())
}

/// No state changes before all of them can.
fn stage_and_place(trees: &[Tree]) -> Result<(), Error> {
    let mut staged = Vec::new();
    for tree in trees {
        let turn = Turn::take(&tree.folder, || {})?;
        let state = files::stage_tree(&turn, &tree.plan, &tree.artifacts)?;
        staged.extend(state.map(|state| (state, turn, &tree.plan)));
    }
    for (state, _turn, plan) in staged {
        state.place(plan)?;
    }
    Ok(())
}

/// What is to be written, held against what is there.
fn trees(out: &Path, routes: &[Route<'_>], comparison: &Comparison) -> Result<Vec<Tree>, Error> {
    let run = &comparison.runs.after;
    let mut trees = Vec::new();
    for route in routes {
        let source = route.outcome.files.after.map_or("", |file| {
            let name = run.sources.get(file.source).name.as_str();
            name.rsplit(['/', '\\']).next().unwrap_or(name)
        });
        let name = route.sides.before.environment.value.as_str();
        for (number, state) in route.states().enumerate() {
            let folder = out.join(step::folder(number));
            let waivers = route.waivers(number);
            let artifacts = emit::emit(state, waivers, &run.catalogue, source);
            trees.push(Tree {
                plan: files::plan_tree(&folder, name, &artifacts)?,
                folder,
                artifacts,
            });
        }
    }
    Ok(trees)
}

/// Trees of tierc's in numbered folders that are none of `trees`, each with its folder.
fn stale(out: &Path, trees: &[Tree]) -> Result<Vec<(PathBuf, String)>, Error> {
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
