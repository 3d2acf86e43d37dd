//! Mount points.
//!
//! A tree with a mount in it is never exchanged as a whole: the mount would move with the old tree,
//! and removing that tree would delete the mounted files. A bind mount has the device of its
//! source, so comparing devices is not enough.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};

/// How mounts are detected.
pub(super) struct Mounts {
    /// The mount points; `None` if the system can test a single path.
    table: Option<BTreeSet<PathBuf>>,
}

impl Mounts {
    /// Asks the system how to detect mounts. Linux before 5.8, and some containers, only have the
    /// table.
    pub(super) fn known() -> Self {
        if begins(Path::new("/")).is_ok_and(|told| told.is_some()) {
            Self { table: None }
        } else {
            Self::in_table()
        }
    }

    /// The mounts in the table of this process.
    pub(super) fn in_table() -> Self {
        let table = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
        Self {
            table: Some(points(&table)),
        }
    }

    /// Whether `path`, which is not a link, is a mount point.
    pub(super) fn begins_at(&self, path: &Path) -> io::Result<bool> {
        let Some(table) = &self.table else {
            return Ok(begins(path)?.unwrap_or_default());
        };
        let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok(true);
        };
        let above = if above.as_os_str().is_empty() {
            Path::new(".")
        } else {
            above
        };
        Ok(table.contains(&above.canonicalize()?.join(name)))
    }

    /// The same of a folder that is open.
    pub(super) fn begins_at_open(&self, folder: &OwnedFd) -> io::Result<bool> {
        if self.table.is_none() {
            return Ok(begins_open(folder)?.unwrap_or_default());
        }
        let link = format!("/proc/self/fd/{}", folder.as_raw_fd());
        match std::fs::read_link(link) {
            Ok(path) => self.begins_at(&path),
            Err(_) => Ok(false),
        }
    }
}

/// Whether this is a mount point; `None` if the system does not say.
#[cfg(target_os = "linux")]
fn begins(path: &Path) -> io::Result<Option<bool>> {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
    told(&statx(CWD, path, flags, StatxFlags::TYPE))
}

#[cfg(target_os = "linux")]
fn begins_open(folder: &OwnedFd) -> io::Result<Option<bool>> {
    told(&statx(folder, c"", AtFlags::EMPTY_PATH, StatxFlags::TYPE))
}

#[cfg(target_os = "linux")]
fn told(asked: &rustix::io::Result<rustix::fs::Statx>) -> io::Result<Option<bool>> {
    use rustix::io::Errno;
    match asked {
        Ok(about) => {
            let root = StatxAttributes::MOUNT_ROOT;
            let known = about.stx_attributes_mask.contains(root);
            Ok(known.then(|| about.stx_attributes.contains(root)))
        }
        // Seccomp filters refuse system calls that they do not know.
        Err(Errno::NOSYS | Errno::PERM) => Ok(None),
        Err(error) => Err((*error).into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn begins(_: &Path) -> io::Result<Option<bool>> {
    Ok(None)
}

#[cfg(not(target_os = "linux"))]
fn begins_open(_: &OwnedFd) -> io::Result<Option<bool>> {
    Ok(None)
}

/// The fifth field of each line of a mount table, with its octal escapes decoded.
fn points(table: &[u8]) -> BTreeSet<PathBuf> {
    let lines = table.split(|byte| *byte == b'\n');
    let points = lines.filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    points
        .map(|point| PathBuf::from(OsString::from_vec(unescaped(point))))
        .collect()
}

fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, more)) = rest.split_first() {
        let octal = more.first_chunk::<3>().filter(|_| *first == b'\\');
        let octal = octal.and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            text.push(byte);
            rest = more.get(3..).unwrap_or_default();
        } else {
            text.push(*first);
            rest = more;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_place_as_it_is() {
        let table = b"25 1 8:1 / / rw - ext4 /dev/sda rw\n30 25 8:1 /x /srv/a\\040b\\134c rw - ext4 /dev/sda rw\n";
        let expected = ["/", "/srv/a b\\c"].map(PathBuf::from);
        assert_eq!(points(table), BTreeSet::from(expected));
        assert_eq!(unescaped(b"a\\04"), b"a\\04");
    }

    #[test]
    fn both_ways_know_the_root() {
        let proc = Path::new("/proc");
        for mounts in [Mounts::known(), Mounts::in_table()] {
            assert_eq!(mounts.begins_at(proc).unwrap(), proc.join("self").exists());
            assert!(!mounts.begins_at(Path::new("/proc/self/fd")).unwrap());
        }
    }
}
