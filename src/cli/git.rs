//! Files at a revision, read through the `git` command.
//!
//! A file counts as absent only if a complete listing does not have it. Anything that Git cannot
//! read (a missing or damaged object, a submodule, a link out of the repository) is an error.
//! Otherwise an empty side would look like new files, and a gate would pass.

mod objects;
mod process;
mod walk;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::cli::files::shown;
use crate::parse::scan::MAX_BYTES;

use objects::Objects;
use process::{ask, quoted};
use walk::{TreeEntryKind, TreeNode, Walk};

/// A working tree.
pub(super) struct Repository {
    /// Its top folder, with symbolic links resolved.
    top: PathBuf,
}

/// A commit of a repository.
pub(super) struct Revision<'a> {
    repository: &'a Repository,
    /// As the user names it.
    name: String,
    /// The commit's hash.
    commit: String,
    objects: Objects,
}

/// A file of a revision.
pub(super) struct RevisionFile {
    /// Its name in the requested folder; `None` if the file itself was requested.
    pub(super) name: Option<OsString>,
    /// Its contents, cut after the first byte that makes it too large.
    pub(super) bytes: Vec<u8>,
}

impl Repository {
    /// The repository that `folder` is in.
    pub(super) fn of(folder: &Path) -> Result<Self, String> {
        let answer = ask(folder, &["rev-parse", "--show-toplevel"])?;
        if !answer.succeeded {
            return Err(format!(
                "`{}` is not in the working tree of a Git repository{}",
                shown(folder),
                quoted(&answer.said)
            ));
        }
        let mut top = answer.output;
        if top.last() == Some(&b'\n') {
            top.pop();
        }
        Ok(Self {
            top: OsString::from_vec(top).into(),
        })
    }

    /// The commit that `revision` names.
    pub(super) fn revision(&self, revision: &str) -> Result<Revision<'_>, String> {
        let wanted = format!("{revision}^{{commit}}");
        let answer = ask(
            &self.top,
            &[
                // If a branch and a tag share a name, Git picks one and warns.
                "-c",
                "core.warnAmbiguousRefs=true",
                "rev-parse",
                "--verify",
                "--end-of-options",
                &wanted,
            ],
        )?;
        if !answer.succeeded {
            return Err(format!(
                "the repository has no revision `{revision}`{}: {}",
                quoted(&answer.said),
                self.where_from()
            ));
        }
        if answer.said.contains("is ambiguous") {
            return Err(format!(
                "`{revision}` names more than one revision{}: write `refs/heads/{revision}` for the branch or `refs/tags/{revision}` for the tag",
                quoted(&answer.said)
            ));
        }
        let commit = String::from_utf8_lossy(&answer.output)
            .trim_end()
            .to_owned();
        Ok(Revision {
            repository: self,
            name: revision.to_owned(),
            objects: Objects::of(&self.top),
            commit,
        })
    }

    /// The advice for a revision that is missing here.
    fn where_from(&self) -> &'static str {
        let output = |arguments: &[&str]| {
            let answer = ask(&self.top, arguments).ok();
            answer.filter(|it| it.succeeded).map(|it| it.output)
        };
        let empty = |arguments: &[&str]| output(arguments).is_some_and(|it| it.is_empty());
        let shallow = output(&["rev-parse", "--is-shallow-repository"]);
        if shallow.is_some_and(|it| it.starts_with(b"true")) {
            "this clone is shallow: `git fetch --unshallow` fetches the rest of its history"
        } else if !empty(&["remote"]) {
            "`git fetch` fetches the branches of a remote"
        } else if empty(&["rev-list", "--all", "--max-count=1"]) {
            "it has no commits yet: commit the files to compare with them later"
        } else {
            "`git branch` and `git tag` list the revisions that have a name"
        }
    }

    /// `path`, which need not exist, relative to the top folder; `None` if it is outside.
    fn relative(&self, path: &Path) -> Result<Option<PathBuf>, String> {
        let absolute = absolute(path)
            .map_err(|error| format!("`{}` could not be found: {error}", shown(path)))?;
        Ok(absolute.strip_prefix(&self.top).ok().map(Path::to_owned))
    }

    /// `path`, which need not exist, relative to the top folder.
    pub(super) fn below(&self, path: &Path) -> Result<PathBuf, String> {
        self.relative(path)?.ok_or_else(|| {
            format!(
                "`{}` is outside the repository `{}`",
                shown(path),
                shown(&self.top)
            )
        })
    }
}

/// The absolute `path`, with symbolic links resolved as far as it exists, and without `.` and `..`.
fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    let mut missing = Vec::new();
    let mut known = std::path::absolute(path)?;
    loop {
        if let Ok(found) = known.canonicalize() {
            known = found;
            break;
        }
        let Some(name) = known.file_name().map(ToOwned::to_owned) else {
            break;
        };
        missing.push(name);
        known.pop();
    }
    known.extend(missing.into_iter().rev());
    Ok(known)
}

impl Revision<'_> {
    /// How the user names it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// `path` relative to the top folder of the repository; `None` if it is outside.
    pub(super) fn relative(&self, path: &Path) -> Result<Option<PathBuf>, String> {
        self.repository.relative(path)
    }

    /// The `*.kdl` files of the folder `below` (empty for the top folder), by name. If `below` is a
    /// file, that file without a name. Nothing if the revision has neither.
    pub(super) fn environments(&self, below: &Path) -> Result<Vec<RevisionFile>, String> {
        let folder = match Walk::from_top(self).go(below)? {
            TreeNode::Absent => return Ok(Vec::new()),
            TreeNode::File(object) => {
                let bytes = self.read(&object, below)?;
                return Ok(vec![RevisionFile { name: None, bytes }]);
            }
            TreeNode::Folder(folder) => folder,
        };
        let mut found = Vec::new();
        for entry in folder.entries()?.iter() {
            let path = Path::new(&entry.name);
            if path.extension() != Some(OsStr::new("kdl")) {
                continue;
            }
            let object = match entry.kind {
                TreeEntryKind::File => entry.object.clone(),
                // A folder is not an environment, whatever its name.
                TreeEntryKind::Folder | TreeEntryKind::Submodule => continue,
                TreeEntryKind::Link => match folder.clone().go(path)? {
                    TreeNode::File(object) => object,
                    TreeNode::Folder(_) => continue,
                    TreeNode::Absent => return Err(self.dangling(&below.join(path))),
                },
            };
            let bytes = self.read(&object, &below.join(path))?;
            found.push(RevisionFile {
                name: Some(entry.name.clone()),
                bytes,
            });
        }
        Ok(found)
    }

    /// The text files `names` of the folder `below`, each if the revision has it; `None` if it does not
    /// have the folder.
    pub(super) fn texts(
        &self,
        below: &Path,
        names: &[&str],
    ) -> Result<Option<Vec<Option<String>>>, String> {
        let folder = match Walk::from_top(self).go(below)? {
            TreeNode::Absent => return Ok(None),
            TreeNode::File(_) => {
                return Err(format!("`{}` is not a folder", self.place(below)));
            }
            TreeNode::Folder(folder) => folder,
        };
        let text = |name: &&str| {
            let path = below.join(name);
            let object = match folder.clone().go(Path::new(name))? {
                TreeNode::File(object) => object,
                TreeNode::Absent => return Ok(None),
                TreeNode::Folder(_) => {
                    return Err(format!("`{}` is not a file", self.place(&path)));
                }
            };
            self.text(&object, &path).map(Some)
        };
        names.iter().map(text).collect::<Result<_, _>>().map(Some)
    }

    /// The text file at `below`; `None` if the revision does not have it.
    pub(super) fn text_if_there(&self, below: &Path) -> Result<Option<String>, String> {
        let object = match Walk::from_top(self).go(below)? {
            TreeNode::Absent => return Ok(None),
            TreeNode::Folder(_) => return Err(format!("`{}` is a folder", self.place(below))),
            TreeNode::File(object) => object,
        };
        self.text(&object, below).map(Some)
    }

    /// The text of the file at `path`.
    fn text(&self, object: &str, path: &Path) -> Result<String, String> {
        let bytes = self.read(object, path)?;
        if bytes.len() > MAX_BYTES {
            return Err(format!(
                "`{}` is larger than the limit of {} MiB",
                self.place(path),
                MAX_BYTES >> 20
            ));
        }
        String::from_utf8(bytes).map_err(|_| format!("`{}` is not UTF-8 text", self.place(path)))
    }

    /// The contents of the file at `path`, cut after the first byte that makes it too large.
    fn read(&self, object: &str, path: &Path) -> Result<Vec<u8>, String> {
        let read = self.objects.read(object, MAX_BYTES + 1);
        read.map_err(|why| format!("git could not read `{}`: {why}", self.place(path)))
    }

    /// A path at this revision, for display.
    fn place(&self, path: &Path) -> String {
        format!("{}:{}", self.name, shown(path))
    }

    fn dangling(&self, path: &Path) -> String {
        format!(
            "`{}` is a symbolic link to a file that the revision does not have",
            self.place(path)
        )
    }
}
