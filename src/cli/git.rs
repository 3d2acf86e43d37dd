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
        let shallow = ask(&self.top, &["rev-parse", "--is-shallow-repository"]);
        if shallow.is_ok_and(|answer| answer.output.starts_with(b"true")) {
            "this clone is shallow: `git fetch --unshallow` fetches the rest of its history"
        } else {
            "`git fetch` fetches the branches of a remote"
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

    /// The text files `names` of the folder `below`; `None` if the revision does not have the
    /// folder.
    pub(super) fn texts(
        &self,
        below: &Path,
        names: &[&str],
    ) -> Result<Option<Vec<String>>, String> {
        let folder = match Walk::from_top(self).go(below)? {
            TreeNode::Absent => return Ok(None),
            TreeNode::File(_) => {
                return Err(format!("`{}` is not a folder", self.place(below)));
            }
            TreeNode::Folder(folder) => folder,
        };
        let text = |name: &&str| {
            let path = below.join(name);
            let TreeNode::File(object) = folder.clone().go(Path::new(name))? else {
                return Err(format!("`{}` has no file `{}`", self.name, shown(&path)));
            };
            self.text(&object, &path)
        };
        names.iter().map(text).collect::<Result<_, _>>().map(Some)
    }

    /// The text file `name` of the folder `below`; `None` if the revision does not have it.
    pub(super) fn text_if_there(&self, below: &Path, name: &str) -> Result<Option<String>, String> {
        let folder = match Walk::from_top(self).go(below)? {
            TreeNode::Folder(folder) => folder,
            TreeNode::Absent | TreeNode::File(_) => return Ok(None),
        };
        // From here on, so that a missing file in a linked folder is not a broken link.
        let path = below.join(name);
        match folder.go(Path::new(name))? {
            TreeNode::Absent => Ok(None),
            TreeNode::Folder(_) => Err(format!("`{}` is a folder", self.place(&path))),
            TreeNode::File(object) => self.text(&object, &path).map(Some),
        }
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
