//! A run's turn at writing: runs that write into the same folder wait for each other.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::stage::STAGING;
use crate::cli::error::Error;

/// The right to write below a folder, until it is dropped or the process ends.
pub struct Turn {
    out: PathBuf,
    /// Closing it gives the lock back; none on file systems that know no locks.
    _lock: Option<File>,
}

impl Turn {
    /// Makes `out`, waits until no other run writes into it (after saying so with `waits`), and
    /// removes what runs left that were killed.
    ///
    /// # Errors
    /// When `out` cannot be made.
    pub fn take(out: &Path, waits: impl FnOnce()) -> Result<Self, Error> {
        fs::create_dir_all(out).map_err(|error| Error::Io("created", out.to_owned(), error))?;
        let lock = File::open(out).ok().filter(|folder| lock(folder, waits));
        sweep(out, lock.is_some());
        Ok(Self {
            out: out.to_owned(),
            _lock: lock,
        })
    }

    /// The folder.
    #[must_use]
    pub fn out(&self) -> &Path {
        &self.out
    }
}

/// Whether the lock was had: file systems without locks refuse.
fn lock(folder: &File, waits: impl FnOnce()) -> bool {
    match flock(folder, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => true,
        Err(Errno::WOULDBLOCK) => {
            waits();
            loop {
                match flock(folder, FlockOperation::LockExclusive) {
                    Ok(()) => return true,
                    Err(Errno::INTR) => {}
                    Err(_) => return false,
                }
            }
        }
        Err(_) => false,
    }
}

/// Removes staging folders of runs that are no more: of all others if this run has the lock, else
/// of those whose process is gone.
fn sweep(out: &Path, locked: bool) {
    let Ok(listing) = fs::read_dir(out) else {
        return;
    };
    for entry in listing.flatten() {
        let file_name = entry.file_name();
        let Some(process) = file_name.to_str().and_then(process_of) else {
            continue;
        };
        let runs = !locked
            && process != std::process::id()
            && (!Path::new("/proc").is_dir() || Path::new(&format!("/proc/{process}")).exists());
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && !runs {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The process that made the staging folder of this name.
fn process_of(file_name: &str) -> Option<u32> {
    let (_, process) = file_name.strip_prefix('.')?.rsplit_once(STAGING)?;
    process.parse().ok()
}
