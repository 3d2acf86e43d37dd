//! What a run keeps beside a tree while it writes, and what is left of that when it is killed.

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

/// What stands between the environment's name, or a number, and the process' number.
const MARK: &str = ".tierc-";

/// The name of what this process keeps for `what` while it writes.
pub(super) fn name(what: &dyn Display) -> String {
    let process = std::process::id();
    format!(".{what}{MARK}{process}")
}

/// What a name was made for, and by which process; none where it is no such name.
pub(super) fn made_for(name: &OsStr) -> Option<(&str, u32)> {
    let (what, process) = name.to_str()?.strip_prefix('.')?.rsplit_once(MARK)?;
    Some((what, process.parse().ok()?))
}

/// Whether a folder of this name can be the tree of an environment: none begins with a dot, as
/// folders do that a run keeps while it writes.
#[must_use]
pub fn is_tree_name(name: &OsStr) -> bool {
    !name.as_encoded_bytes().starts_with(b".")
}

/// A folder of a run that is over, which could not be removed.
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

/// Removes a folder with all that is in it. What is mounted there is left as it is, and so are the
/// folders that it is in.
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

/// Opens a folder, not through a link. One of this user that lets nobody in is opened up.
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

/// Removes what is in a folder. Every folder is opened through the one above it, so that a link in
/// its place is not followed. The first failure is told, and the rest is removed all the same.
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

/// Removes the files that a killed run left in the folders of a tree that it wrote file by file.
/// Links are not followed, and what cannot be listed holds none of them.
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
