//! A run's turn to write: runs that write into the same folder wait for each other.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::leftover::{self, Leftover};
use super::mounts::Mounts;
use crate::cli::error::Error;

/// How long a run waits for another, far longer than the largest run takes.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// How often it looks.
const PAUSE: Duration = Duration::from_millis(50);

/// The right to write into a folder, until it is dropped or the process ends.
pub struct WriteTurn {
    out: PathBuf,
    /// The lock, released when its last owner closes it; `None` on file systems without locks.
    lock: Option<Arc<File>>,
    left: Vec<Leftover>,
    /// The trees with leftovers beside them.
    crowded: BTreeSet<String>,
    pub(super) mounts: Mounts,
}

/// The folders that this process writes into, by device and inode. A lock belongs to an open file,
/// so a process that opened it twice would wait for itself.
static HELD: Mutex<BTreeMap<(u64, u64), Weak<File>>> = Mutex::new(BTreeMap::new());

impl WriteTurn {
    /// Creates `out`, waits until no other run writes into it (after calling `waits`), and removes
    /// the leftovers of killed runs. A turn that this process already has is shared.
    ///
    /// # Errors
    ///
    /// If `out` cannot be created, or if another run does not finish in time.
    pub fn take(out: &Path, waits: impl FnOnce()) -> Result<Self, Error> {
        Self::take_within(PATIENCE, out, waits)
    }

    /// The same with a patience of one's own.
    pub(super) fn take_within(
        patience: Duration,
        out: &Path,
        waits: impl FnOnce(),
    ) -> Result<Self, Error> {
        fs::create_dir_all(out).map_err(|error| Error::Io("created", out.to_owned(), error))?;
        let mut turn = Self {
            out: out.to_owned(),
            lock: None,
            left: Vec::new(),
            crowded: BTreeSet::new(),
            mounts: Mounts::known(),
        };
        let folder = File::open(out).ok();
        let identity = folder.as_ref().and_then(|folder| folder.metadata().ok());
        let identity = identity.map(|about| (about.dev(), about.ino()));
        if let Some(held) = identity.and_then(held) {
            turn.lock = Some(held);
            return Ok(turn);
        }
        let locked = match &folder {
            Some(folder) => lock(folder, patience, waits)
                .map_err(|Late| Error::Busy(out.to_owned(), patience))?,
            None => false,
        };
        if let (Some(folder), Some(identity), true) = (folder, identity, locked) {
            let folder = Arc::new(folder);
            let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|_, held| held.strong_count() > 0);
            all.insert(identity, Arc::downgrade(&folder));
            turn.lock = Some(folder);
        }
        turn.sweep();
        Ok(turn)
    }

    /// The folder.
    #[must_use]
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// Leftovers of earlier runs that could not be removed.
    #[must_use]
    pub fn left(&self) -> &[Leftover] {
        &self.left
    }

    /// Whether there are leftovers beside the tree of `name`. It is then not exchanged, because
    /// that would leave one more.
    pub(super) fn is_crowded(&self, name: &str) -> bool {
        self.crowded.contains(name)
    }

    /// The same turn, without an exchange of this tree.
    #[cfg(test)]
    pub(super) fn in_place(mut self, name: &str) -> Self {
        self.crowded.insert(name.to_owned());
        self
    }

    /// Whether a name is the leftover of a run that has ended.
    pub(super) fn is_left(&self, name: &OsStr) -> bool {
        leftover::made_for(name).is_some_and(|(_, process)| self.is_over(process))
    }

    /// Whether a run has ended: with the lock, every other run has; without it, those whose process
    /// is gone.
    fn is_over(&self, process: u32) -> bool {
        let runs =
            || !Path::new("/proc").is_dir() || Path::new(&format!("/proc/{process}")).exists();
        self.lock.is_some() || process == std::process::id() || !runs()
    }

    /// Removes the leftovers of runs that have ended.
    fn sweep(&mut self) {
        let Ok(listing) = fs::read_dir(&self.out) else {
            return;
        };
        for entry in listing.flatten() {
            let name = entry.file_name();
            let Some((tree, process)) = leftover::made_for(&name) else {
                continue;
            };
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if !is_folder || !self.is_over(process) {
                continue;
            }
            // The run may have been killed while it wrote into the tree itself.
            leftover::remove_files(&self.out.join(tree), &|name| self.is_left(name));
            if let Err(left) = leftover::remove(&entry.path(), &self.mounts) {
                self.left.push(left);
                self.crowded.insert(tree.to_owned());
            }
        }
        self.left.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

/// The lock of a folder, if this process already has it.
fn held(identity: (u64, u64)) -> Option<Arc<File>> {
    let all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    all.get(&identity)?.upgrade()
}

/// Another run was not done in time.
struct Late;

/// Takes the lock. Returns `false` on file systems without locks.
fn lock(folder: &File, patience: Duration, waits: impl FnOnce()) -> Result<bool, Late> {
    let mut waits = Some(waits);
    let started = Instant::now();
    loop {
        match flock(folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(true),
            Err(Errno::WOULDBLOCK) => {
                if let Some(waits) = waits.take() {
                    waits();
                }
                if started.elapsed() >= patience {
                    return Err(Late);
                }
                std::thread::sleep(PAUSE);
            }
            Err(Errno::INTR) => {}
            Err(_) => return Ok(false),
        }
    }
}
