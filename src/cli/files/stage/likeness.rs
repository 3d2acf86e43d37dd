//! Copies the contents, mode, owner and attributes of one folder to another.

use std::fs::{self, Metadata, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use rustix::fs::{lgetxattr, lgetxattr_query, llistxattr, llistxattr_query};
use rustix::io::Errno;

use crate::cli::error::Error;
use crate::cli::files::mode::mode_to_run;
use crate::cli::files::plan::TreePlan;
use crate::cli::files::turn::WriteTurn;

/// The permission bits of a mode.
const MODE: u32 = 0o7777;

/// Whether folders get the mode and owner of their originals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Folders {
    All,
    /// Those that are made now.
    New,
}

/// Recreates the files of others from `from` in `to`: files as hard links, folders with the same
/// mode and owner. Returns whether that was possible for all.
pub(super) fn keep(
    turn: &WriteTurn,
    from: &Path,
    to: &Path,
    plan: &TreePlan,
    folders: Folders,
) -> bool {
    let keeping = Keeping {
        turn,
        plan,
        folders,
    };
    keeping.folder(from, to, "", folders == Folders::All)
}

struct Keeping<'a> {
    turn: &'a WriteTurn,
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

    /// Whether the plan, which is sorted by path, contains the file.
    fn is_written(&self, relative: &str) -> bool {
        let changes = &self.plan.changes;
        let found = changes.binary_search_by(|(path, _)| path.as_str().cmp(relative));
        found.is_ok()
    }
}

/// Whether `to` is the same file as `from`, or an equal link. A file that an editor has saved since
/// is a different file with the same name.
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

/// Gives `to` the mode and the owner of `from`. Returns whether those and the extended attributes
/// are then the same.
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

/// Gives a file the mode of the old one, and its owner if this user may.
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
    // Without the right owner, the set-user-id bit would run the program as somebody else.
    let _ = fs::set_permissions(to, Permissions::from_mode(wanted.mode() & 0o777));
}

/// Makes a script executable for everyone who can read it.
///
/// # Errors
///
/// If its mode cannot be changed.
pub(super) fn runnable(file: &Path, text: &str) -> Result<(), Error> {
    let failed = |error| Error::Io("made executable", file.to_owned(), error);
    let mode = fs::metadata(file).map_err(failed)?.mode() & 0o777;
    match mode_to_run(text, mode) {
        Some(runs) => fs::set_permissions(file, Permissions::from_mode(runs)).map_err(failed),
        None => Ok(()),
    }
}

/// The extended attributes of a folder, with its access lists; `None` if they cannot be read.
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
