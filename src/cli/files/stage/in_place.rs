//! Writes a tree that cannot be exchanged. Each file is written beside the old one and renamed over
//! it, the lock last. Until then the old lock lists tierc's files, so the next run can complete a
//! killed one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Staging, likeness};
use crate::cli::error::Error;
use crate::cli::files::LOCK;
use crate::cli::files::below::below;
use crate::cli::files::leftover;
use crate::cli::files::plan::{FileChange, TreePlan, remove_empty};
use crate::cli::files::turn::WriteTurn;

/// Files that are written but not yet in their places.
pub(super) struct InPlace {
    files: Vec<StagedReplacement>,
    /// The folders that were created for them, outer ones first.
    folders: Vec<PathBuf>,
    /// An empty folder beside the tree. If the run is killed, it tells the next run to look for its
    /// files.
    _mark: Option<Staging>,
}

/// A new file beside the old one.
struct StagedReplacement {
    written: PathBuf,
    target: PathBuf,
}

impl Drop for InPlace {
    /// Removes the files that were not placed, and the folders that stayed empty.
    fn drop(&mut self) {
        for file in &self.files {
            let _ = fs::remove_file(&file.written);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

impl InPlace {
    /// Writes every new file beside the old one.
    pub(super) fn stage(
        turn: &WriteTurn,
        tree: &Path,
        plan: &TreePlan,
        artifacts: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let mut staged = Self {
            files: Vec::new(),
            folders: Vec::new(),
            _mark: mark(turn, plan),
        };
        for (path, change) in &plan.changes {
            let target = below(tree, path)?;
            if *change != FileChange::Unchanged
                && turn.mounts.begins_at(&target).unwrap_or_default()
            {
                return Err(Error::Mounted(target));
            }
            let Some(text) = artifacts.get(path).filter(|_| change.writes()) else {
                continue;
            };
            staged.add(tree, &target, text)?;
        }
        Ok(staged)
    }

    fn add(&mut self, tree: &Path, target: &Path, text: &str) -> Result<(), Error> {
        let folder = target.parent().unwrap_or(tree);
        self.make_folder(tree, folder)?;
        let written = folder.join(leftover::name(&self.files.len()));
        let _ = fs::remove_file(&written);
        let failed = |error| Error::Io("written", written.clone(), error);
        let mut file = File::create_new(&written).map_err(failed)?;
        self.files.push(StagedReplacement {
            written: written.clone(),
            target: target.to_owned(),
        });
        file.write_all(text.as_bytes()).map_err(failed)?;
        likeness::of_file(target, &written);
        likeness::runnable(&written, text)
    }

    fn make_folder(&mut self, tree: &Path, folder: &Path) -> Result<(), Error> {
        let missing = folder.ancestors().take_while(|it| it.starts_with(tree));
        let missing: Vec<&Path> = missing.take_while(|it| !it.is_dir()).collect();
        for folder in missing.into_iter().rev() {
            let failed = |error| Error::Io("created", folder.to_owned(), error);
            fs::create_dir(folder).map_err(failed)?;
            self.folders.push(folder.to_owned());
        }
        Ok(())
    }

    /// Puts every file in its place.
    pub(super) fn place(self, tree: &Path, plan: &TreePlan) -> Result<(), Error> {
        let lock = tree.join(LOCK);
        for file in self.files.iter().filter(|file| file.target != lock) {
            rename(file)?;
        }
        remove(tree, plan)?;
        for file in self.files.iter().filter(|file| file.target == lock) {
            rename(file)?;
        }
        Ok(())
    }
}

fn rename(file: &StagedReplacement) -> Result<(), Error> {
    fs::rename(&file.written, &file.target)
        .map_err(|error| Error::Io("replaced", file.target.clone(), error))
}

/// Removes the files that are no longer generated.
fn remove(tree: &Path, plan: &TreePlan) -> Result<(), Error> {
    for (path, _) in plan.changes.iter().filter(|(_, change)| change.removes()) {
        let target = below(tree, path)?;
        match fs::remove_file(&target) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::Io("removed", target, error));
            }
            Ok(()) | Err(_) => remove_empty(tree, &target),
        }
    }
    Ok(())
}

/// Creates the folder that marks this run, if possible.
fn mark(turn: &WriteTurn, plan: &TreePlan) -> Option<Staging> {
    let path = turn.out().join(leftover::name(&plan.name));
    fs::create_dir(&path).ok()?;
    Some(Staging {
        path,
        is_removed: false,
    })
}

/// Moves the files of a staging folder into a tree on the same file system that cannot be
/// exchanged.
pub(super) fn from_staging(tree: &Path, staging: &Path, plan: &TreePlan) -> Result<(), Error> {
    let mut files = InPlace {
        files: Vec::new(),
        folders: Vec::new(),
        _mark: None,
    };
    for (path, _) in plan.changes.iter().filter(|(_, change)| change.writes()) {
        let target = below(tree, path)?;
        files.make_folder(tree, target.parent().unwrap_or(tree))?;
        files.files.push(StagedReplacement {
            written: below(staging, path)?,
            target,
        });
    }
    files.place(tree, plan)
}
