//! Writing a tree: a staging folder beside it, and one rename.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::LOCK;
use super::plan::{Change, TreePlan, below, remove_empty};
use super::turn::Turn;
use crate::cli::error::Error;

/// What stands between the environment's name and the process' number in a staging folder's name.
pub(super) const STAGING: &str = ".tierc-";

/// A tree's new state, beside the tree. Dropped before it is placed, it goes.
pub struct Staged {
    tree: PathBuf,
    staging: PathBuf,
}

impl Drop for Staged {
    /// After an exchange this is what the tree was.
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.staging);
    }
}

/// Writes what a planned tree is to be beside it; nothing where it is as it should be.
///
/// # Errors
/// When anything could not be written.
pub fn stage_tree(
    turn: &Turn,
    plan: &TreePlan,
    artifacts: &BTreeMap<String, String>,
) -> Result<Option<Staged>, Error> {
    if plan.is_unchanged() {
        return Ok(None);
    }
    let process = std::process::id();
    let staging = turn.out().join(format!(".{}{STAGING}{process}", plan.name));
    let tree = below(turn.out(), &plan.name)?;
    let staged = Staged { tree, staging };
    fill(&staged.tree, &staged.staging, plan, artifacts)?;
    Ok(Some(staged))
}

impl Staged {
    /// Puts it in the tree's place, as it was planned.
    ///
    /// # Errors
    /// When that could not be done; the tree is then as it was, but on systems without an exchange,
    /// where it can be between the two until the next run.
    pub fn place(self, plan: &TreePlan) -> Result<(), Error> {
        match place(&self.tree, &self.staging)? {
            Placed::Moved => Ok(()),
            // What somebody put into the tree since it was looked at is in the old one now: where
            // that cannot be taken over, the old one is the tree again.
            Placed::Exchanged => keep_foreign(&self.staging, &self.tree, plan).inspect_err(|_| {
                let _ = place(&self.tree, &self.staging);
            }),
            Placed::Unable => file_by_file(&self.tree, &self.staging, plan),
        }
    }
}

fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|error| Error::Io("created", path.to_owned(), error))
}

/// The new state of the tree, in the staging folder.
fn fill(
    tree: &Path,
    staging: &Path,
    plan: &TreePlan,
    artifacts: &BTreeMap<String, String>,
) -> Result<(), Error> {
    fs::create_dir(staging).map_err(|error| Error::Io("created", staging.to_owned(), error))?;
    let mut made = BTreeSet::from([staging.to_owned()]);
    for (path, change) in &plan.changes {
        let target = below(staging, path)?;
        let folder = target.parent().unwrap_or(staging).to_owned();
        if made.insert(folder.clone()) {
            make_folder(&folder)?;
        }
        match (change, artifacts.get(path)) {
            (Change::Removed, _) | (_, None) => {}
            (Change::Unchanged, Some(text)) => {
                if fs::hard_link(below(tree, path)?, &target).is_err() {
                    write(&target, text)?;
                }
            }
            (Change::Created | Change::Updated | Change::Edited, Some(text)) => {
                write(&target, text)?;
            }
        }
    }
    if tree.is_dir() {
        keep_foreign(tree, staging, plan)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|error| Error::Io("written", path.to_owned(), error))
}

/// Takes over what is not tierc's: links to the same files, the same links, the same folders but for
/// those that are empty without what is removed.
fn keep_foreign(from: &Path, to: &Path, plan: &TreePlan) -> Result<(), Error> {
    let taken = |relative: &str| plan.changes.iter().any(|(path, _)| path == relative);
    keep_folder(from, to, &mut String::new(), &taken)?;
    for (path, change) in &plan.changes {
        if *change == Change::Removed {
            remove_empty(to, &below(to, path)?);
        }
    }
    Ok(())
}

fn keep_folder(
    from: &Path,
    to: &Path,
    prefix: &mut String,
    taken: &dyn Fn(&str) -> bool,
) -> Result<(), Error> {
    let refused = |error| Error::Io("listed", from.to_owned(), error);
    for entry in fs::read_dir(from).map_err(refused)? {
        let entry = entry.map_err(refused)?;
        let name = entry.file_name();
        let relative = format!("{prefix}{}", name.to_string_lossy());
        let target = to.join(&name);
        let kind = entry.file_type().map_err(refused)?;
        if kind.is_dir() {
            make_folder(&target)?;
            keep_folder(&entry.path(), &target, &mut format!("{relative}/"), taken)?;
        } else if !taken(&relative) {
            take_over(&entry.path(), &target, kind.is_symlink())?;
        }
    }
    Ok(())
}

fn take_over(from: &Path, to: &Path, is_link: bool) -> Result<(), Error> {
    let refused = |error| Error::Io("kept", from.to_owned(), error);
    let identity = |path: &Path| {
        let about = fs::symlink_metadata(path).ok()?;
        Some((about.dev(), about.ino()))
    };
    if let Some(there) = identity(to) {
        if is_link || Some(there) == identity(from) {
            return Ok(());
        }
        // Saved anew since: another file under the same name.
        fs::remove_file(to).map_err(refused)?;
    }
    if is_link {
        let aim = fs::read_link(from).map_err(refused)?;
        return rustix::fs::symlink(&aim, to).map_err(|error| refused(error.into()));
    }
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to).map(|_| ()).map_err(refused)
}

/// What became of a staging folder.
enum Placed {
    /// It is the tree now; there was none before.
    Moved,
    /// It is the tree now, and what was the tree is in its place.
    Exchanged,
    /// It is where it was: the system cannot exchange two folders.
    Unable,
}

/// Puts the staging folder in the tree's place.
fn place(tree: &Path, staging: &Path) -> Result<Placed, Error> {
    let refused = |error: std::io::Error| Error::Io("replaced", tree.to_owned(), error);
    if !tree.exists() {
        return fs::rename(staging, tree)
            .map(|()| Placed::Moved)
            .map_err(refused);
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::io::Errno;
        match renameat_with(CWD, staging, CWD, tree, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(Placed::Exchanged),
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(Placed::Unable),
            Err(error) => Err(refused(error.into())),
        }
    }
    #[cfg(not(target_os = "linux"))]
    Ok(Placed::Unable)
}

/// The way of systems without an exchange: each file by a rename, the lock last.
fn file_by_file(tree: &Path, staging: &Path, plan: &TreePlan) -> Result<(), Error> {
    let mut changes: Vec<&(String, Change)> = plan.changes.iter().collect();
    changes.sort_by_key(|(path, _)| path == LOCK);
    for (path, change) in changes {
        let target = below(tree, path)?;
        match change {
            Change::Unchanged => {}
            Change::Removed => {
                let _ = fs::remove_file(&target);
                remove_empty(tree, &target);
            }
            Change::Created | Change::Updated | Change::Edited => {
                target.parent().map_or(Ok(()), make_folder)?;
                fs::rename(below(staging, path)?, &target)
                    .map_err(|error| Error::Io("replaced", target.clone(), error))?;
            }
        }
    }
    Ok(())
}
