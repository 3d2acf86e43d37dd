//! Replacing files of the user's: each is written beside the one that it replaces and renamed over it,
//! so that a kill leaves the old one or the new one.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::leftover;
use super::read::{MOST_BYTES, read_file};
use super::stage::of_file;
use crate::cli::error::Error;

/// A file that is to be replaced.
pub struct Rewrite<'a> {
    /// The file; a symbolic link stays one, and what it leads to is replaced.
    pub path: &'a Path,
    /// What was read from it.
    pub before: &'a [u8],
    /// What it is to hold.
    pub after: &'a str,
}

/// A file that is written and not in its place yet. Dropped before it is placed, it goes.
struct Staged {
    written: PathBuf,
    target: PathBuf,
}

impl Drop for Staged {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.written);
    }
}

/// Replaces files: none of them before all are written.
///
/// # Errors
/// A file is read-only, was changed since it was read, or the system refuses. Where the first of them
/// cannot be replaced, all are as they were.
pub fn rewrite(files: &[Rewrite<'_>]) -> Result<(), Error> {
    let staged: Vec<Staged> = files.iter().map(stage).collect::<Result<_, Error>>()?;
    for (file, staged) in files.iter().zip(&staged) {
        // Somebody may have saved it meanwhile.
        if read_file(&staged.target, MOST_BYTES)? != file.before {
            return Err(Error::Changed(file.path.to_owned()));
        }
        fs::rename(&staged.written, &staged.target)
            .map_err(|error| Error::Io("replaced", file.path.to_owned(), error))?;
    }
    Ok(())
}

fn stage(file: &Rewrite<'_>) -> Result<Staged, Error> {
    let failed = |error| Error::Io("written", file.path.to_owned(), error);
    let target = fs::canonicalize(file.path).map_err(failed)?;
    // A rename would replace it all the same.
    if fs::metadata(&target)
        .map_err(failed)?
        .permissions()
        .readonly()
    {
        return Err(Error::ReadOnly(file.path.to_owned()));
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let written = target.with_file_name(leftover::name(&name));
    let _ = fs::remove_file(&written);
    let mut new = File::create_new(&written).map_err(failed)?;
    let staged = Staged { written, target };
    new.write_all(file.after.as_bytes()).map_err(failed)?;
    of_file(&staged.target, &staged.written);
    new.sync_all().map_err(failed)?;
    Ok(staged)
}
