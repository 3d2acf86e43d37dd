//! What writing a tree would change, and whose files are whose.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::LOCK;
use crate::cli::error::Error;
use crate::emit::lock::hash;

/// What becomes of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Created,
    /// It is tierc's and differs.
    Updated,
    /// It is tierc's and no longer generated.
    Removed,
    /// It is what it should be.
    Unchanged,
    /// It is tierc's, or in its place, and somebody changed it.
    Edited,
}

/// What becomes of a tree.
#[derive(Debug)]
pub struct TreePlan {
    /// The environment.
    pub name: String,
    /// Its files, by path.
    pub changes: Vec<(String, Change)>,
}

impl TreePlan {
    /// Whether the tree is what it should be.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.changes
            .iter()
            .all(|(_, change)| *change == Change::Unchanged)
    }
}

/// The path of `relative` below `root`, if it stays there.
pub(super) fn below(root: &Path, relative: &str) -> Result<PathBuf, Error> {
    let plain = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0', ':'])
    };
    if relative.split('/').all(plain) {
        Ok(root.join(relative))
    } else {
        Err(Error::Unsafe(relative.to_owned()))
    }
}

/// Refuses symbolic links between `out` (which may be one) and `out/name/relative`.
pub(super) fn refuse_links(out: &Path, name: &str, relative: &str) -> Result<(), Error> {
    let mut path = below(out, name)?;
    let folders = relative.split('/').count();
    for (index, part) in std::iter::once("").chain(relative.split('/')).enumerate() {
        if !part.is_empty() {
            path.push(part);
        }
        let Ok(about) = fs::symlink_metadata(&path) else {
            return Ok(());
        };
        if about.file_type().is_symlink() {
            return Err(Error::Link(path));
        }
        let is_last = index == folders && !relative.is_empty();
        if about.is_dir() == is_last {
            return Err(Error::InTheWay(path));
        }
    }
    Ok(())
}

/// The files that the tree's lock says are tierc's, with their hashes. A lock that cannot be
/// read owns nothing.
fn owned(tree: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(tree.join(LOCK)).unwrap_or_default();
    let lock: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let files = lock.get("files").and_then(serde_json::Value::as_object);
    let mut owned: BTreeMap<String, String> = files
        .into_iter()
        .flatten()
        .filter(|(path, _)| below(tree, path).is_ok())
        .filter_map(|(path, hash)| Some((path.clone(), hash.as_str()?.to_owned())))
        .collect();
    if files.is_some() {
        owned.insert(LOCK.to_owned(), String::new());
    }
    owned
}

/// Compares an environment's files with its tree in `out`.
///
/// # Errors
/// A link or something else in the way, or a file that cannot be read.
pub fn plan_tree(
    out: &Path,
    name: &str,
    artifacts: &BTreeMap<String, String>,
) -> Result<TreePlan, Error> {
    let tree = below(out, name)?;
    refuse_links(out, name, "")?;
    let owned = owned(&tree);
    let mut changes = Vec::new();
    for (path, text) in artifacts {
        refuse_links(out, name, path)?;
        changes.push((
            path.clone(),
            compare(&below(&tree, path)?, text, owned.get(path))?,
        ));
    }
    for path in owned.keys().filter(|path| !artifacts.contains_key(*path)) {
        refuse_links(out, name, path)?;
        if below(&tree, path)?.exists() {
            changes.push((path.clone(), Change::Removed));
        }
    }
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(TreePlan {
        name: name.to_owned(),
        changes,
    })
}

fn compare(path: &Path, text: &str, hash_in_lock: Option<&String>) -> Result<Change, Error> {
    match fs::read(path) {
        Ok(bytes) if bytes == text.as_bytes() => Ok(Change::Unchanged),
        Ok(bytes) => {
            let ours = hash_in_lock.is_some_and(|known| known.is_empty() || *known == hash(&bytes));
            Ok(if ours {
                Change::Updated
            } else {
                Change::Edited
            })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Change::Created),
        Err(error) => Err(Error::Io("read", path.to_owned(), error)),
    }
}

/// Trees of tierc's in `out` whose environment is not among `names`.
///
/// # Errors
/// When `out` cannot be listed.
pub fn stale_trees(out: &Path, names: &BTreeSet<String>) -> Result<Vec<String>, Error> {
    let listing = match fs::read_dir(out) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::Io("listed", out.to_owned(), error)),
    };
    let mut stale: Vec<String> = listing
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !names.contains(name) && !name.starts_with('.'))
        .filter(|name| {
            let tree = out.join(name);
            fs::symlink_metadata(&tree).is_ok_and(|about| about.is_dir())
                && !owned(&tree).is_empty()
        })
        .collect();
    stale.sort();
    Ok(stale)
}

/// Removes what tierc wrote of a tree, and the folders that are empty then.
///
/// # Errors
/// When a file cannot be removed.
pub fn remove_tree(out: &Path, name: &str) -> Result<(), Error> {
    let tree = below(out, name)?;
    let mut files: Vec<String> = owned(&tree).into_keys().collect();
    // The lock goes last: a run that is killed finds again what is left.
    files.sort_by_key(|path| path == LOCK);
    for path in files {
        refuse_links(out, name, &path)?;
        let file = below(&tree, &path)?;
        match fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::Io("removed", file, error)),
        }
        remove_empty(&tree, &file);
    }
    let _ = fs::remove_dir(&tree);
    Ok(())
}

/// Removes the folders above `file`, up to `tree`, that hold nothing any more.
pub(super) fn remove_empty(tree: &Path, file: &Path) {
    let mut folder = file.parent();
    while let Some(path) = folder.filter(|path| *path != tree && path.starts_with(tree)) {
        if fs::remove_dir(path).is_err() {
            return;
        }
        folder = path.parent();
    }
}
