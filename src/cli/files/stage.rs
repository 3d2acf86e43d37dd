//! Writing a tree: a staging folder beside it and one rename, or, where that cannot be, file by file
//! with the lock last.
//!
//! A tree is exchanged as a whole only where its new state can be made in full: the folders with
//! their modes and owners, and what is not tierc's as links to the same files. Nothing of that is
//! ever copied. A tree that is a mount or has one in it, whose folders belong to somebody else, or
//! that holds what cannot be linked, stays where it is, and so does everything else in it.

mod in_place;
mod likeness;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::below::below;
use super::leftover::{self, Leftover};
use super::mounts::Mounts;
use super::plan::{Change, TreePlan, remove_empty};
use super::turn::Turn;
use crate::cli::error::Error;
use in_place::InPlace;
pub(super) use likeness::of_file;

/// A tree's new state, not in its place yet. Dropped before it is placed, it goes.
pub struct Staged<'t> {
    turn: &'t Turn,
    tree: PathBuf,
    way: Way,
}

/// How a new state comes into its place.
enum Way {
    /// As a whole: this folder becomes the tree.
    Whole(Staging),
    /// File by file.
    InPlace(InPlace),
}

/// A folder beside the tree.
struct Staging {
    path: PathBuf,
    is_removed: bool,
}

impl Staging {
    /// Removes it with all that is in it.
    fn remove(mut self, mounts: &Mounts) -> Result<(), Leftover> {
        self.is_removed = true;
        leftover::remove(&self.path, mounts)
    }
}

impl Drop for Staging {
    /// What cannot be removed now is told by the next run, which tries again.
    fn drop(&mut self) {
        if !self.is_removed {
            let _ = leftover::remove(&self.path, &Mounts::known());
        }
    }
}

/// Writes what a planned tree is to be beside it; nothing where it is as it should be.
///
/// # Errors
/// When anything could not be written.
pub fn stage_tree<'t>(
    turn: &'t Turn,
    plan: &TreePlan,
    artifacts: &BTreeMap<String, String>,
) -> Result<Option<Staged<'t>>, Error> {
    if plan.is_unchanged() {
        return Ok(None);
    }
    let tree = below(turn.out(), &plan.name)?;
    let is_there = fs::symlink_metadata(&tree).is_ok();
    let whole = if is_there && (turn.is_crowded(&plan.name) || !is_whole(&tree, &turn.mounts)) {
        None
    } else {
        whole(turn, &tree, is_there, plan, artifacts)?
    };
    let way = match whole {
        Some(staging) => Way::Whole(staging),
        None => Way::InPlace(InPlace::stage(turn, &tree, plan, artifacts)?),
    };
    Ok(Some(Staged { turn, tree, way }))
}

/// Whether this system exchanges folders, and the tree is of the file system around it.
fn is_whole(tree: &Path, mounts: &Mounts) -> bool {
    cfg!(target_os = "linux") && mounts.begins_at(tree).is_ok_and(|begins| !begins)
}

/// The new state of the tree as a whole; none where it cannot be made in full.
fn whole(
    turn: &Turn,
    tree: &Path,
    is_there: bool,
    plan: &TreePlan,
    artifacts: &BTreeMap<String, String>,
) -> Result<Option<Staging>, Error> {
    let path = turn.out().join(leftover::name(&plan.name));
    if let Err(error) = fs::create_dir(&path) {
        // A folder that nobody may write into can hold trees that this user may.
        return if is_there {
            Ok(None)
        } else {
            Err(Error::Io("created", path, error))
        };
    }
    let staging = Staging {
        path,
        is_removed: false,
    };
    fill(tree, &staging.path, plan, artifacts)?;
    if is_there && !keep(turn, tree, &staging.path, plan, likeness::Folders::All) {
        return match staging.remove(&turn.mounts) {
            Ok(()) => Ok(None),
            Err(left) => Err(Error::Io("removed", left.path, left.why)),
        };
    }
    Ok(Some(staging))
}

impl Staged<'_> {
    /// Puts it in the tree's place, as it was planned. What was the tree and could not be removed is
    /// given back, to be told.
    ///
    /// # Errors
    /// When that could not be done. The tree is then as it was; where it is written file by file, it
    /// can be between the two, and the next run goes on.
    pub fn place(self, plan: &TreePlan) -> Result<Option<Leftover>, Error> {
        let Self { turn, tree, way } = self;
        let staging = match way {
            Way::InPlace(files) => return files.place(&tree, plan).map(|()| None),
            Way::Whole(staging) => staging,
        };
        match exchange(&tree, &staging.path)? {
            Placed::Moved => Ok(None),
            // What somebody put into the tree since it was looked at is in the old one now: where
            // that cannot be taken over, the old one is the tree again.
            Placed::Exchanged if keep(turn, &staging.path, &tree, plan, likeness::Folders::New) => {
                Ok(staging.remove(&turn.mounts).err())
            }
            Placed::Exchanged => {
                exchange(&tree, &staging.path)?;
                in_place::from_staging(&tree, &staging.path, plan)?;
                Ok(staging.remove(&turn.mounts).err())
            }
            Placed::Unable => {
                in_place::from_staging(&tree, &staging.path, plan)?;
                Ok(staging.remove(&turn.mounts).err())
            }
        }
    }
}

fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|error| Error::Io("created", path.to_owned(), error))
}

/// What tierc writes of the tree, in the staging folder.
fn fill(
    tree: &Path,
    staging: &Path,
    plan: &TreePlan,
    artifacts: &BTreeMap<String, String>,
) -> Result<(), Error> {
    let mut made = BTreeSet::from([staging.to_owned()]);
    for (path, change) in &plan.changes {
        let Some(text) = artifacts.get(path).filter(|_| !change.removes()) else {
            continue;
        };
        let target = below(staging, path)?;
        let folder = target.parent().unwrap_or(staging).to_owned();
        if made.insert(folder.clone()) {
            make_folder(&folder)?;
        }
        let old = below(tree, path)?;
        if *change == Change::Unchanged && fs::hard_link(&old, &target).is_ok() {
            continue;
        }
        fs::write(&target, text).map_err(|error| Error::Io("written", target.clone(), error))?;
        likeness::of_file(&old, &target);
        likeness::runnable(&target, text)?;
    }
    Ok(())
}

/// Takes over what is not tierc's: links to the same files, the same folders but for those that are
/// empty without what is removed. Whether that could be done in full.
fn keep(turn: &Turn, from: &Path, to: &Path, plan: &TreePlan, folders: likeness::Folders) -> bool {
    let kept = likeness::keep(turn, from, to, plan, folders);
    for (path, change) in &plan.changes {
        if let (true, Ok(file)) = (change.removes(), below(to, path)) {
            remove_empty(to, &file);
        }
    }
    kept
}

/// What became of a staging folder.
enum Placed {
    /// It is the tree now; there was none before.
    Moved,
    /// It is the tree now, and what was the tree is in its place.
    Exchanged,
    /// It is where it was: these two cannot be exchanged.
    Unable,
}

/// Puts the staging folder in the tree's place.
fn exchange(tree: &Path, staging: &Path) -> Result<Placed, Error> {
    let refused = |error: std::io::Error| Error::Io("replaced", tree.to_owned(), error);
    if fs::symlink_metadata(tree).is_err() {
        return fs::rename(staging, tree)
            .map(|()| Placed::Moved)
            .map_err(refused);
    }
    #[cfg(target_os = "linux")]
    {
        // The lower folders of an overlay cannot be renamed, nor can mounts; file systems on a
        // network know no exchange. Files can be replaced in all of them.
        match renameat_with(CWD, staging, CWD, tree, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(Placed::Exchanged),
            Err(error @ Errno::NOENT) => Err(refused(error.into())),
            Err(_) => Ok(Placed::Unable),
        }
    }
    #[cfg(not(target_os = "linux"))]
    Ok(Placed::Unable)
}
