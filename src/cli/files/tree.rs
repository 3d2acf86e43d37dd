//! An environment's tree on disk. Every folder is opened once, and no link is followed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;

use super::below::below;
use super::read::MOST_BYTES;
use crate::cli::error::Error;

/// Flags for opening: a FIFO must not block the run.
const OPEN: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC);

/// A tree and its opened folders; `None` for those that do not exist.
pub(super) struct FolderTree {
    path: PathBuf,
    folders: BTreeMap<String, Option<OwnedFd>>,
}

impl FolderTree {
    /// The tree of `name` in `out`, which may be a link. The tree need not exist.
    pub(super) fn open(out: &Path, name: &str) -> Result<Self, Error> {
        let path = below(out, name)?;
        let root = match rustix::fs::open(&path, OPEN | OFlags::DIRECTORY, Mode::empty()) {
            Ok(root) => Some(root),
            Err(Errno::NOENT) => None,
            Err(error) => return Err(refused(&path, error, true)),
        };
        let folders = BTreeMap::from([(String::new(), root)]);
        Ok(Self { path, folders })
    }

    /// The bytes of a file; `None` if it does not exist.
    pub(super) fn read(&mut self, relative: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = below(&self.path, relative)?;
        let (folder, name) = relative.rsplit_once('/').unwrap_or(("", relative));
        let Some(folder) = self.folder(folder)? else {
            return Ok(None);
        };
        // Checked before it is opened: opening a FIFO wakes its writer, and opening a device can
        // have effects.
        let about = match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(about) => about,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(refused(&path, error, false)),
        };
        let kind = FileType::from_raw_mode(about.st_mode);
        if kind.is_symlink() {
            return Err(Error::Link(path));
        }
        if !kind.is_file() {
            return Err(Error::InTheWay(path));
        }
        let size = u64::try_from(about.st_size).unwrap_or_default();
        if size > MOST_BYTES {
            return Err(Error::TooLarge(path, MOST_BYTES));
        }
        let file = match openat(folder, name, OPEN, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(refused(&path, error, false)),
        };
        let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
        (&file)
            .read_exact(&mut bytes)
            .map_err(|error| Error::Io("read", path, error))?;
        Ok(Some(bytes))
    }

    /// Whether the file exists. A link or folder in its place is an error.
    pub(super) fn holds(&mut self, relative: &str) -> Result<bool, Error> {
        let path = below(&self.path, relative)?;
        let (folder, name) = relative.rsplit_once('/').unwrap_or(("", relative));
        let Some(folder) = self.folder(folder)? else {
            return Ok(false);
        };
        match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(about) => {
                let kind = FileType::from_raw_mode(about.st_mode);
                if kind.is_symlink() {
                    Err(Error::Link(path))
                } else if kind.is_dir() {
                    Err(Error::InTheWay(path))
                } else {
                    Ok(true)
                }
            }
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(refused(&path, error, false)),
        }
    }

    /// The permissions of a file; `None` if it does not exist.
    pub(super) fn mode(&mut self, relative: &str) -> Result<Option<u32>, Error> {
        let path = below(&self.path, relative)?;
        let (folder, name) = relative.rsplit_once('/').unwrap_or(("", relative));
        let Some(folder) = self.folder(folder)? else {
            return Ok(None);
        };
        match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(about) => Ok(Some(about.st_mode & 0o777)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(refused(&path, error, false)),
        }
    }

    /// A folder of the tree, opened through its parents.
    fn folder(&mut self, relative: &str) -> Result<Option<&OwnedFd>, Error> {
        if !self.folders.contains_key(relative) {
            let (above, name) = relative.rsplit_once('/').unwrap_or(("", relative));
            let path = self.path.join(relative);
            let opened = match self.folder(above)? {
                None => None,
                Some(above) => match openat(above, name, OPEN | OFlags::DIRECTORY, Mode::empty()) {
                    Ok(folder) => Some(folder),
                    Err(Errno::NOENT) => None,
                    Err(error) => return Err(refused(&path, error, true)),
                },
            };
            self.folders.insert(relative.to_owned(), opened);
        }
        Ok(self.folders.get(relative).and_then(Option::as_ref))
    }
}

/// Why something could not be opened. Systems report links differently, so the place itself is
/// checked.
fn refused(path: &Path, error: Errno, wants_folder: bool) -> Error {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_symlink() => Error::Link(path.to_owned()),
        Ok(about) if about.is_dir() != wants_folder => Error::InTheWay(path.to_owned()),
        Ok(_) | Err(_) => Error::Io("read", path.to_owned(), error.into()),
    }
}
