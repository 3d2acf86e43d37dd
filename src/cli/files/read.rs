//! Reads a file that an argument names, if it is regular and not too large.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use crate::cli::error::Error;

/// The largest generated file, and the largest input that other programs write: far more than the
/// largest environment needs.
pub const MOST_BYTES: u64 = 64 << 20;

/// The contents of a regular file of at most `most` bytes.
///
/// # Errors
///
/// If the file is missing, not regular, too large, or cannot be read.
pub fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let bytes = read_beginning(path, most.saturating_add(1))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) {
        Ok(bytes)
    } else {
        Err(Error::TooLarge(path.to_owned(), most))
    }
}

/// At most the first `most` bytes of a regular file.
///
/// # Errors
///
/// If the file is missing, not regular, or cannot be read.
pub(super) fn read_beginning(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let file = open_regular(path)?;
    let about = file.metadata().map_err(|error| refused(path, error))?;
    // One byte more than the size, so the end is seen without another buffer.
    let length = usize::try_from(about.len().min(most)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(length.saturating_add(64));
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| refused(path, error))?;
    Ok(bytes)
}

fn refused(path: &Path, error: std::io::Error) -> Error {
    if error.kind() == ErrorKind::NotFound {
        Error::Absent(path.to_owned())
    } else {
        Error::Io("read", path.to_owned(), error)
    }
}

/// Opens a regular file, of any size, to be read from its start.
///
/// # Errors
///
/// If the file is missing, not regular, or cannot be opened.
pub fn open_regular(path: &Path) -> Result<File, Error> {
    let refused = |error| refused(path, error);
    // Checked before it is opened: opening a FIFO waits for its writer, and opening a device can
    // have effects.
    if !fs::metadata(path).map_err(refused)?.is_file() {
        return Err(Error::NotRegular(path.to_owned()));
    }
    // Checked again after it is opened, because it may have been replaced.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty());
    let file = File::from(file.map_err(|error| refused(error.into()))?);
    let about = file.metadata().map_err(refused)?;
    if !about.is_file() {
        return Err(Error::NotRegular(path.to_owned()));
    }
    Ok(file)
}
