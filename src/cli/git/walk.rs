//! Follows paths at a revision, from folder to folder. Links are followed as in the working tree.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use super::Revision;

/// The most links on one path, as in Linux.
const MOST_LINKS: u32 = 40;

/// The longest path that a link may hold.
const LONGEST_LINK: usize = 4096;

/// An entry of a folder.
pub(super) struct TreeEntry {
    pub(super) kind: TreeEntryKind,
    /// Its hash.
    pub(super) object: String,
    pub(super) name: OsString,
}

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TreeEntryKind {
    File,
    Folder,
    Link,
    /// Another repository. This one only knows its commit.
    Submodule,
}

/// What a path leads to.
pub(super) enum TreeNode<'a> {
    File(String),
    Folder(Walk<'a>),
    Absent,
}

/// A folder, and the way to it.
#[derive(Clone)]
pub(super) struct Walk<'a> {
    revision: &'a Revision<'a>,
    /// The hashes of the folders from the top to this one.
    folders: Vec<String>,
    /// Its path, without links.
    path: PathBuf,
    links: u32,
}

impl<'a> Walk<'a> {
    pub(super) fn from_top(revision: &'a Revision<'a>) -> Self {
        Self {
            revision,
            folders: vec![revision.commit.clone()],
            path: PathBuf::new(),
            links: 0,
        }
    }

    /// What is in the folder, by name.
    pub(super) fn entries(&self) -> Result<Rc<Vec<TreeEntry>>, String> {
        let folder = self.folders.last().unwrap_or(&self.revision.commit);
        let entries = self.revision.objects.entries(folder);
        entries.map_err(|why| {
            let place = self.revision.place(&self.path);
            format!("git could not list `{place}`: {why}")
        })
    }

    /// Goes on to `path`, relative to this folder.
    pub(super) fn go(mut self, path: &Path) -> Result<TreeNode<'a>, String> {
        let mut left: VecDeque<OsString> = parts(path);
        // The links on the way, each with the number of parts that were left behind its target.
        let mut links: Vec<(PathBuf, usize)> = Vec::new();
        while let Some(part) = left.pop_front() {
            if part == ".." {
                if self.folders.len() < 2 {
                    return Err(self.outside(path));
                }
                self.folders.pop();
                self.path.pop();
                continue;
            }
            let entries = self.entries()?;
            let Some(entry) = entries.iter().find(|entry| entry.name == part) else {
                return self.absent(&links, left.len());
            };
            let here = self.path.join(&part);
            match entry.kind {
                TreeEntryKind::Folder => {
                    self.folders.push(entry.object.clone());
                    self.path = here;
                }
                TreeEntryKind::File if left.is_empty() => {
                    return Ok(TreeNode::File(entry.object.clone()));
                }
                TreeEntryKind::File => return self.absent(&links, left.len()),
                TreeEntryKind::Submodule => {
                    return Err(format!(
                        "`{}` is a submodule: its files belong to another repository, so compare them there",
                        self.revision.place(&here)
                    ));
                }
                TreeEntryKind::Link => {
                    let aim = self.follow(&entry.object, &here)?;
                    links.push((here, left.len()));
                    for part in parts(&aim).into_iter().rev() {
                        left.push_front(part);
                    }
                }
            }
        }
        Ok(TreeNode::Folder(self))
    }

    /// A part is missing, and `left` parts were to follow it. If it belongs to the target of a link, the link is
    /// broken; that does not mean that a file was added or removed.
    fn absent(&self, links: &[(PathBuf, usize)], left: usize) -> Result<TreeNode<'a>, String> {
        match links.iter().rev().find(|(_, behind)| left >= *behind) {
            Some((link, _)) => Err(self.revision.dangling(link)),
            None => Ok(TreeNode::Absent),
        }
    }

    /// What the link `here` holds.
    fn follow(&mut self, object: &str, here: &Path) -> Result<PathBuf, String> {
        self.links += 1;
        if self.links > MOST_LINKS {
            let place = self.revision.place(here);
            return Err(format!("`{place}` is a symbolic link that leads to itself"));
        }
        let aim = self.revision.objects.read(object, LONGEST_LINK);
        let aim = aim.map_err(|why| {
            let place = self.revision.place(here);
            format!("git could not read `{place}`: {why}")
        })?;
        let aim = PathBuf::from(OsStr::from_bytes(&aim));
        if aim.is_absolute() {
            return Err(self.outside(here));
        }
        Ok(aim)
    }

    fn outside(&self, path: &Path) -> String {
        format!(
            "`{}` leads out of the repository, and the revision has no files there",
            self.revision.place(path)
        )
    }
}

/// The names in a path, with its `..`.
fn parts(path: &Path) -> VecDeque<OsString> {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
    });
    parts.collect()
}
