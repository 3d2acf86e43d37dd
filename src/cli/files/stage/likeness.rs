//! Making one folder like another: what is in it, its mode, its owner and its attributes.

use std::fs::{self, Metadata, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use rustix::fs::{lgetxattr, lgetxattr_query, llistxattr, llistxattr_query};
use rustix::io::Errno;

use crate::cli::error::Error;
use crate::cli::files::mode::mode_to_run;
use crate::cli::files::plan::TreePlan;
use crate::cli::files::turn::Turn;

/// The bits of a mode that say who may do what.
const MODE: u32 = 0o7777;

/// Which folders get the mode and the owner of those that they are made like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Folders {
    All,
    /// Those that are made now.
    New,
}

/// Makes the folder `to` hold what `from` does and tierc does not write: links to the same files,
/// and folders of the same mode and owner. Whether that could be done in full.
pub(super) fn keep(turn: &Turn, from: &Path, to: &Path, plan: &TreePlan, folders: Folders) -> bool {
    let keeping = Keeping {
        turn,
        plan,
        folders,
    };
    keeping.folder(from, to, "", folders == Folders::All)
}

struct Keeping<'a> {
    turn: &'a Turn,
    plan: &'a TreePlan,
    folders: Folders,
}

impl Keeping<'_> {
    fn folder(&self, from: &Path, to: &Path, prefix: &str, gets_likeness: bool) -> bool {
        let Ok(listing) = fs::read_dir(from) else {
            return false;
        };
        for entry in listing {
            let Ok(entry) = entry else { return false };
            let name = entry.file_name();
            let Ok(kind) = entry.file_type() else {
                return false;
            };
            let relative = format!("{prefix}{}", name.to_string_lossy());
            let (from, to) = (entry.path(), to.join(&name));
            let kept = if kind.is_dir() {
                self.inner(&from, &to, &relative)
            } else {
                self.is_written(&relative) || self.turn.is_left(&name) || is_linked(&from, &to)
            };
            if !kept {
                return false;
            }
        }
        !gets_likeness || of_folder(from, to)
    }

    fn inner(&self, from: &Path, to: &Path, relative: &str) -> bool {
        if self.turn.mounts.begins_at(from).unwrap_or(true) {
            return false;
        }
        let is_new = match fs::create_dir(to) {
            Ok(()) => true,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => false,
            Err(_) => return false,
        };
        let gets_likeness = is_new || self.folders == Folders::All;
        self.folder(from, to, &format!("{relative}/"), gets_likeness)
    }

    /// Whether a file is one that the plan says something of, which is in order of its paths.
    fn is_written(&self, relative: &str) -> bool {
        let changes = &self.plan.changes;
        let found = changes.binary_search_by(|(path, _)| path.as_str().cmp(relative));
        found.is_ok()
    }
}

/// Whether `to` is the file `from` now, or a link like it. What somebody saved anew since it was
/// linked is another file under the same name.
fn is_linked(from: &Path, to: &Path) -> bool {
    let identity = |path: &Path| {
        let about = fs::symlink_metadata(path).ok()?;
        Some((about.dev(), about.ino()))
    };
    if let Some(there) = identity(to) {
        if Some(there) == identity(from) {
            return true;
        }
        if fs::remove_file(to).is_err() {
            return false;
        }
    }
    fs::hard_link(from, to).is_ok()
}

/// Gives `to` the mode and the owner of `from`; whether they are the same then, and what else the
/// file system keeps of them.
fn of_folder(from: &Path, to: &Path) -> bool {
    let told = || {
        Some((
            fs::symlink_metadata(from).ok()?,
            fs::symlink_metadata(to).ok()?,
        ))
    };
    let owner = |about: &Metadata| (about.uid(), about.gid());
    let mode = |about: &Metadata| about.mode() & MODE;
    let Some((wanted, mut has)) = told() else {
        return false;
    };
    if owner(&wanted) != owner(&has) {
        let _ = chown(to, Some(wanted.uid()), Some(wanted.gid()));
        let Some((_, now)) = told() else { return false };
        has = now;
    }
    if mode(&wanted) != mode(&has) {
        let _ = fs::set_permissions(to, Permissions::from_mode(mode(&wanted)));
        let Some((_, now)) = told() else { return false };
        has = now;
    }
    let alike = owner(&wanted) == owner(&has) && mode(&wanted) == mode(&has);
    alike && attributes(from).is_some_and(|wanted| attributes(to) == Some(wanted))
}

/// Gives a file the mode of the one that it replaces, and its owner where this user may.
pub(in crate::cli::files) fn of_file(from: &Path, to: &Path) {
    let (Ok(wanted), Ok(has)) = (fs::symlink_metadata(from), fs::symlink_metadata(to)) else {
        return;
    };
    if !wanted.is_file() {
        return;
    }
    if (wanted.uid(), wanted.gid()) != (has.uid(), has.gid()) {
        let _ = chown(to, Some(wanted.uid()), Some(wanted.gid()));
    }
    // Nobody's file becomes a program that runs as its owner.
    let _ = fs::set_permissions(to, Permissions::from_mode(wanted.mode() & 0o777));
}

/// Makes a script executable by everyone who can read it.
///
/// # Errors
/// When its mode cannot be changed.
pub(super) fn runnable(file: &Path, text: &str) -> Result<(), Error> {
    let failed = |error| Error::Io("made executable", file.to_owned(), error);
    let mode = fs::metadata(file).map_err(failed)?.mode() & 0o777;
    match mode_to_run(text, mode) {
        Some(runs) => fs::set_permissions(file, Permissions::from_mode(runs)).map_err(failed),
        None => Ok(()),
    }
}

/// The extended attributes of a folder, access lists among them; none where they cannot be told.
fn attributes(path: &Path) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let length = match llistxattr_query(path) {
        Ok(0) | Err(Errno::NOTSUP | Errno::NOSYS) => return Some(Vec::new()),
        Ok(length) => length,
        Err(_) => return None,
    };
    let mut names = vec![0; length];
    let length = llistxattr(path, names.as_mut_slice()).ok()?;
    names.truncate(length);
    let names = names.split(|byte| *byte == 0).filter(|it| !it.is_empty());
    let mut all: Vec<(Vec<u8>, Vec<u8>)> = names
        .map(|name| {
            let mut value = vec![0; lgetxattr_query(path, name).ok()?];
            let length = lgetxattr(path, name, value.as_mut_slice()).ok()?;
            value.truncate(length);
            Some((name.to_vec(), value))
        })
        .collect::<Option<_>>()?;
    all.sort();
    Some(all)
}
