//! The temporary names beside a tree during a write, and their removal after a kill.

use std::ffi::OsStr;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, DirEntry, FileType, Mode, OFlags, chmodat, fchmod, openat, statat, unlinkat,
};
use rustix::io::Errno;
use rustix::path::Arg;

use super::mounts::Mounts;

/// The separator between the environment's name, or a number, and the process id.
const MARK: &str = ".tierc-";

/// This process' temporary name for `what`.
pub(super) fn name(what: &dyn Display) -> String {
    let process = std::process::id();
    format!(".{what}{MARK}{process}")
}

/// The original name and the process of a temporary name; `None` for other names.
pub(super) fn made_for(name: &OsStr) -> Option<(&str, u32)> {
    let (what, process) = name.to_str()?.strip_prefix('.')?.rsplit_once(MARK)?;
    Some((what, process.parse().ok()?))
}

/// Whether a folder of this name can be an environment's tree. Temporary folders start with a dot,
/// and trees do not.
#[must_use]
pub fn is_tree_name(name: &OsStr) -> bool {
    !name.as_encoded_bytes().starts_with(b".")
}

/// A leftover folder that could not be removed.
#[derive(Debug)]
pub struct Leftover {
    /// Where it is.
    pub path: PathBuf,
    /// Why it is still there.
    pub why: io::Error,
}

impl Display for Leftover {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is left over from a killed run and could not be removed ({}): check it and remove it",
            self.path.display(),
            self.why
        )
    }
}

/// Removes a folder with its contents, except mounts and the folders that contain them.
pub(super) fn remove(path: &Path, mounts: &Mounts) -> Result<(), Leftover> {
    let removed = open(CWD, path).and_then(|folder| {
        empty(&folder, mounts)?;
        drop(folder);
        fs::remove_dir(path)
    });
    match removed {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(Leftover {
            path: path.to_owned(),
            why,
        }),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Opens a folder without following links. A folder of this user without permissions gets them.
fn open(above: BorrowedFd<'_>, name: impl Arg + Copy) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = || openat(above, name, flags, Mode::empty());
    match open() {
        Err(Errno::ACCESS) => {
            chmodat(above, name, Mode::RWXU, AtFlags::empty())?;
            Ok(open()?)
        }
        Ok(folder) => Ok(folder),
        Err(error) => Err(error.into()),
    }
}

/// Removes the contents of a folder. Each folder is opened through its parent, so a link in its
/// place is not followed. The first failure is returned after the rest is removed.
fn empty(folder: &OwnedFd, mounts: &Mounts) -> io::Result<()> {
    if mounts.begins_at_open(folder)? {
        return Err(io::Error::other("a file system is mounted in it"));
    }
    let mut failed = None;
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        if entry.file_name() == c"." || entry.file_name() == c".." {
            continue;
        }
        if let Err(error) = remove_entry(folder, &entry, mounts) {
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

fn remove_entry(folder: &OwnedFd, entry: &DirEntry, mounts: &Mounts) -> io::Result<()> {
    let name = entry.file_name();
    let about = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    let flags = if FileType::from_raw_mode(about.st_mode).is_dir() {
        let inner = open(folder.as_fd(), name)?;
        empty(&inner, mounts)?;
        AtFlags::REMOVEDIR
    } else {
        AtFlags::empty()
    };
    match unlinkat(folder, name, flags) {
        Err(Errno::ACCESS) => {
            fchmod(folder, Mode::RWXU)?;
            Ok(unlinkat(folder, name, flags)?)
        }
        Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Removes the temporary files that a killed run left in the folders of a tree. Links are not
/// followed, and folders that cannot be listed are skipped.
pub(super) fn remove_files(folder: &Path, is_left: &dyn Fn(&OsStr) -> bool) {
    let Ok(listing) = fs::read_dir(folder) else {
        return;
    };
    for entry in listing.flatten() {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            remove_files(&entry.path(), is_left);
        } else if kind.is_file() && is_left(&entry.file_name()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
