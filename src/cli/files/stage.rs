//! Writes a tree: with a staging folder beside it and one rename, or if that is impossible, file by
//! file with the lock last.
//!
//! A tree is exchanged only if its new state can be built completely: the folders with their modes
//! and owners, and hard links to the files of others. Nothing is copied. A tree stays in place if
//! it is or contains a mount, if its folders belong to another user, or if it contains something
//! that cannot be linked.

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
use super::plan::{FileChange, TreePlan, remove_empty};
use super::turn::WriteTurn;
use crate::cli::error::Error;
use in_place::InPlace;
pub(super) use likeness::of_file;

/// A tree's new state before it is in its place. It is removed if it is dropped before.
pub struct StagedTree<'t> {
    turn: &'t WriteTurn,
    tree: PathBuf,
    way: PlacingWay,
}

/// How a new state comes into its place.
enum PlacingWay {
    /// As a whole: this folder replaces the tree.
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
    /// The next run reports and retries what cannot be removed now.
    fn drop(&mut self) {
        if !self.is_removed {
            let _ = leftover::remove(&self.path, &Mounts::known());
        }
    }
}

/// Writes the new state of a planned tree beside it; nothing if the tree is up to date.
///
/// # Errors
///
/// If something could not be written.
pub fn stage_tree<'t>(
    turn: &'t WriteTurn,
    plan: &TreePlan,
    artifacts: &BTreeMap<String, String>,
) -> Result<Option<StagedTree<'t>>, Error> {
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
        Some(staging) => PlacingWay::Whole(staging),
        None => PlacingWay::InPlace(InPlace::stage(turn, &tree, plan, artifacts)?),
    };
    Ok(Some(StagedTree { turn, tree, way }))
}

/// Whether this system can exchange folders, and the tree is on the file system of its parent.
fn is_whole(tree: &Path, mounts: &Mounts) -> bool {
    cfg!(target_os = "linux") && mounts.begins_at(tree).is_ok_and(|begins| !begins)
}

/// The new state of the whole tree; `None` if it cannot be built completely.
fn whole(
    turn: &WriteTurn,
    tree: &Path,
    is_there: bool,
    plan: &TreePlan,
    artifacts: &BTreeMap<String, String>,
) -> Result<Option<Staging>, Error> {
    let path = turn.out().join(leftover::name(&plan.name));
    if let Err(error) = fs::create_dir(&path) {
        // A read-only folder can still contain trees that this user may write.
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

impl StagedTree<'_> {
    /// Moves the new state into the tree's place, as planned. Returns the old tree if it could not
    /// be removed.
    ///
    /// # Errors
    ///
    /// If that failed. An exchanged tree is then unchanged. A tree that is written file by file can
    /// be incomplete, and the next run completes it.
    pub fn place(self, plan: &TreePlan) -> Result<Option<Leftover>, Error> {
        let Self { turn, tree, way } = self;
        let staging = match way {
            PlacingWay::InPlace(files) => return files.place(&tree, plan).map(|()| None),
            PlacingWay::Whole(staging) => staging,
        };
        match exchange(&tree, &staging.path)? {
            PlacedFolder::Moved => Ok(None),
            // Files that were added to the tree after the comparison are now in the old tree. If
            // they cannot be moved over, the exchange is reversed.
            PlacedFolder::Exchanged
                if keep(turn, &staging.path, &tree, plan, likeness::Folders::New) =>
            {
                Ok(staging.remove(&turn.mounts).err())
            }
            PlacedFolder::Exchanged => {
                exchange(&tree, &staging.path)?;
                in_place::from_staging(&tree, &staging.path, plan)?;
                Ok(staging.remove(&turn.mounts).err())
            }
            PlacedFolder::Unable => {
                in_place::from_staging(&tree, &staging.path, plan)?;
                Ok(staging.remove(&turn.mounts).err())
            }
        }
    }
}

fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|error| Error::Io("created", path.to_owned(), error))
}

/// Writes tierc's files into the staging folder.
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
        if *change == FileChange::Unchanged && fs::hard_link(&old, &target).is_ok() {
            continue;
        }
        fs::write(&target, text).map_err(|error| Error::Io("written", target.clone(), error))?;
        likeness::of_file(&old, &target);
        likeness::runnable(&target, text)?;
    }
    Ok(())
}

/// Links the files of others into the new tree, with their folders. Returns whether that was
/// possible for all.
fn keep(
    turn: &WriteTurn,
    from: &Path,
    to: &Path,
    plan: &TreePlan,
    folders: likeness::Folders,
) -> bool {
    let kept = likeness::keep(turn, from, to, plan, folders);
    for (path, change) in &plan.changes {
        if let (true, Ok(file)) = (change.removes(), below(to, path)) {
            remove_empty(to, &file);
        }
    }
    kept
}

/// What became of a staging folder.
enum PlacedFolder {
    /// The staging folder is the tree now; there was none before.
    Moved,
    /// The staging folder is the tree now, and the old tree is in its place.
    Exchanged,
    /// Nothing has moved, because the folders cannot be exchanged.
    Unable,
}

/// Moves the staging folder into the tree's place.
fn exchange(tree: &Path, staging: &Path) -> Result<PlacedFolder, Error> {
    let refused = |error: std::io::Error| Error::Io("replaced", tree.to_owned(), error);
    if fs::symlink_metadata(tree).is_err() {
        return fs::rename(staging, tree)
            .map(|()| PlacedFolder::Moved)
            .map_err(refused);
    }
    #[cfg(target_os = "linux")]
    {
        // Folders of an overlay's lower layer and mounts cannot be renamed, and network file
        // systems do not support the exchange. Single files can be replaced on all of them.
        match renameat_with(CWD, staging, CWD, tree, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(PlacedFolder::Exchanged),
            Err(error @ Errno::NOENT) => Err(refused(error.into())),
            Err(_) => Ok(PlacedFolder::Unable),
        }
    }
    #[cfg(not(target_os = "linux"))]
    Ok(PlacedFolder::Unable)
}
