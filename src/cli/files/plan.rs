//! The changes that writing a tree makes, and the owner of each file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::string::FromUtf8Error;

use super::LOCK;
use super::below::{below, is_below};
use super::leftover::is_tree_name;
use super::mode::mode_to_run;
use super::tree::FolderTree;
use crate::cli::error::Error;
use crate::emit::Artifacts;
use crate::emit::lock::hash;

/// What becomes of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileChange {
    /// It is new.
    Created,
    /// It is tierc's and differs.
    Updated,
    /// It is tierc's and no longer generated.
    Removed,
    /// Removed, although somebody edited it.
    RemovedEdited,
    /// Already up to date.
    Unchanged,
    /// A file of tierc that was edited, or whose lock is lost.
    Edited,
}

impl FileChange {
    /// Whether the file is written.
    #[must_use]
    pub fn writes(self) -> bool {
        match self {
            Self::Created | Self::Updated | Self::Edited => true,
            Self::Removed | Self::RemovedEdited | Self::Unchanged => false,
        }
    }

    /// Whether the file is removed.
    #[must_use]
    pub fn removes(self) -> bool {
        match self {
            Self::Removed | Self::RemovedEdited => true,
            Self::Created | Self::Updated | Self::Edited | Self::Unchanged => false,
        }
    }
}

/// What becomes of a tree.
#[derive(Debug)]
pub struct TreePlan {
    /// The environment.
    pub name: String,
    /// Its files, by path.
    pub changes: Vec<(String, FileChange)>,
}

impl TreePlan {
    /// Whether the tree is up to date.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.changes
            .iter()
            .all(|(_, change)| *change == FileChange::Unchanged)
    }
}

/// The part of a lock that lists tierc's files.
#[derive(Default, serde::Deserialize)]
struct OwnershipLock {
    files: Option<serde_json::Value>,
}

/// The files that a lock lists, with their hashes. An unreadable lock lists none.
fn owned(lock: &[u8]) -> BTreeMap<String, String> {
    let lock: OwnershipLock = serde_json::from_slice(lock).unwrap_or_default();
    let files = lock.files.as_ref().and_then(serde_json::Value::as_object);
    let mut owned: BTreeMap<String, String> = files
        .into_iter()
        .flatten()
        .filter(|(path, _)| is_below(path))
        .filter_map(|(path, hash)| Some((path.clone(), hash.as_str()?.to_owned())))
        .collect();
    if files.is_some() {
        owned.insert(LOCK.to_owned(), String::new());
    }
    owned
}

/// The lock of a tree in `out`; empty if there is no readable one.
pub(in crate::cli) fn lock_of(out: &Path, name: &str) -> Vec<u8> {
    let read = FolderTree::open(out, name).and_then(|mut tree| tree.read(LOCK));
    read.ok().flatten().unwrap_or_default()
}

/// The files of tierc in a tree in `out`, by its lock. Anything but a file in the lock's place
/// lists none; an unreadable lock is an error.
fn owned_in(out: &Path, name: &str) -> Result<BTreeMap<String, String>, Error> {
    match FolderTree::open(out, name).and_then(|mut tree| tree.read(LOCK)) {
        Ok(lock) => Ok(lock.as_deref().map(owned).unwrap_or_default()),
        Err(Error::Link(_) | Error::InTheWay(_)) => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}

/// Compares an environment's files with its tree in `out`.
///
/// # Errors
///
/// If a link or something else is in the way, if a file cannot be read, or if tierc did not write a
/// file.
pub fn plan_tree(
    out: &Path,
    name: &str,
    artifacts: &BTreeMap<String, String>,
) -> Result<TreePlan, Error> {
    let mut tree = FolderTree::open(out, name)?;
    let lock = tree.read(LOCK)?;
    // An up-to-date lock has exactly the files and hashes below.
    let is_new = lock.as_deref() == artifacts.get(LOCK).map(String::as_bytes);
    let known = lock.as_deref().filter(|_| !is_new);
    let owned = known.map(owned).unwrap_or_default();
    let mut changes = Vec::new();
    let mut foreign = Vec::new();
    for (path, text) in artifacts {
        let bytes = if path == LOCK {
            lock.clone()
        } else {
            tree.read(path)?
        };
        let mut change = change(bytes.as_deref(), text, owned.get(path));
        // A script that is not executable is written again, even if its text is unchanged.
        if change == FileChange::Unchanged
            && text.starts_with("#!")
            && let Some(mode) = tree.mode(path)?
            && mode_to_run(text, mode).is_some()
        {
            change = FileChange::Updated;
        }
        let known = is_new || path == LOCK || owned.contains_key(path);
        if change == FileChange::Edited && !known && !bytes.is_some_and(|it| is_headed(&it)) {
            foreign.push(below(&below(out, name)?, path)?);
        }
        changes.push((path.clone(), change));
    }
    if !foreign.is_empty() {
        return Err(Error::Foreign(foreign));
    }
    for (path, hash) in owned
        .iter()
        .filter(|(path, _)| !artifacts.contains_key(*path))
    {
        if let Some(bytes) = tree.read(path)? {
            let change = if is_ours(&bytes, Some(hash)) {
                FileChange::Removed
            } else {
                FileChange::RemovedEdited
            };
            changes.push((path.clone(), change));
        }
    }
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(TreePlan {
        name: name.to_owned(),
        changes,
    })
}

/// The change to a file with `bytes` when `text` is written.
fn change(bytes: Option<&[u8]>, text: &str, hash_in_lock: Option<&String>) -> FileChange {
    match bytes {
        None => FileChange::Created,
        Some(bytes) if bytes == text.as_bytes() => FileChange::Unchanged,
        Some(bytes) if is_ours(bytes, hash_in_lock) => FileChange::Updated,
        Some(_) => FileChange::Edited,
    }
}

/// Whether a file is as tierc wrote it. The lock cannot contain its own hash.
fn is_ours(bytes: &[u8], hash_in_lock: Option<&String>) -> bool {
    hash_in_lock.is_some_and(|known| known.is_empty() || *known == hash(bytes))
}

/// Whether a file starts like every file of tierc. Such a file is tierc's even without a lock; any
/// other belongs to somebody else.
fn is_headed(bytes: &[u8]) -> bool {
    let begin = bytes.get(..BEGIN).unwrap_or(bytes);
    let header = b"by tierc from ";
    begin.windows(header.len()).any(|window| window == header)
}

/// The bytes of a file that are searched for the header.
const BEGIN: usize = 256;

/// The trees of tierc in `out` whose environment is not in `names`.
///
/// # Errors
///
/// If `out` cannot be listed.
pub fn stale_trees(out: &Path, names: &BTreeSet<String>) -> Result<Vec<String>, Error> {
    let listing = match fs::read_dir(out) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::Io("listed", out.to_owned(), error)),
    };
    let mut stale = Vec::new();
    for entry in listing {
        let entry = entry.map_err(|error| Error::Io("listed", out.to_owned(), error))?;
        let name = entry.file_name();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let name = name.to_str().filter(|_| is_folder && is_tree_name(&name));
        if let Some(name) = name.filter(|name| !names.contains(*name) && is_below(name))
            && !owned_in(out, name)?.is_empty()
        {
            stale.push(name.to_owned());
        }
    }
    stale.sort();
    Ok(stale)
}

/// The files of a tree that tierc wrote and that were edited afterwards.
///
/// # Errors
///
/// If a link or something else is in the way, or if a file cannot be read.
pub fn edited(out: &Path, name: &str) -> Result<Vec<String>, Error> {
    let mut tree = FolderTree::open(out, name)?;
    let mut edited = Vec::new();
    for (path, hash) in owned_in(out, name)? {
        let bytes = tree.read(&path)?;
        if bytes.is_some_and(|bytes| !is_ours(&bytes, Some(&hash))) {
            edited.push(path);
        }
    }
    Ok(edited)
}

/// The present contents of the files that tierc wrote, without the lock.
///
/// # Errors
///
/// If a link or something else is in the way, or if a file cannot be read.
pub fn written(out: &Path, name: &str) -> Result<Artifacts, Error> {
    let mut tree = FolderTree::open(out, name)?;
    let mut files = Artifacts::new();
    for (path, _) in owned_in(out, name)? {
        if path == LOCK {
            continue;
        }
        if let Some(bytes) = tree.read(&path)? {
            let lossy =
                |bytes: FromUtf8Error| String::from_utf8_lossy(bytes.as_bytes()).into_owned();
            files.insert(path, String::from_utf8(bytes).unwrap_or_else(lossy));
        }
    }
    Ok(files)
}

/// Removes tierc's files of a tree, and the folders that are then empty.
///
/// # Errors
///
/// If a file cannot be removed.
pub fn remove_tree(out: &Path, name: &str) -> Result<(), Error> {
    let tree = below(out, name)?;
    let mut on_disk = FolderTree::open(out, name)?;
    let mut files: Vec<String> = owned_in(out, name)?.into_keys().collect();
    // The lock is removed last, so after a kill the next run finds the remaining files.
    files.sort_by_key(|path| path == LOCK);
    for path in files {
        let file = below(&tree, &path)?;
        if on_disk.holds(&path)? {
            fs::remove_file(&file).map_err(|error| Error::Io("removed", file.clone(), error))?;
        }
        remove_empty(&tree, &file);
    }
    let _ = fs::remove_dir(&tree);
    Ok(())
}

/// Removes the empty folders above `file`, up to `tree`.
pub(super) fn remove_empty(tree: &Path, file: &Path) {
    let mut folder = file.parent();
    while let Some(path) = folder.filter(|path| *path != tree && path.starts_with(tree)) {
        if fs::remove_dir(path).is_err() {
            return;
        }
        folder = path.parent();
    }
}
