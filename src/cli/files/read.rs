//! Reading a file that somebody names: a regular one, and no larger than its kind can be.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use crate::cli::error::Error;

/// The most bytes of a generated file, and of a file that others write for tierc: many times what
/// the largest environment makes.
pub const MOST_BYTES: u64 = 64 << 20;

/// Everything in a regular file of at most `most` bytes.
///
/// # Errors
/// Nothing is there, it is no regular file, it is larger, or the system refuses.
pub fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let bytes = read_beginning(path, most.saturating_add(1))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) {
        Ok(bytes)
    } else {
        Err(Error::TooLarge(path.to_owned(), most))
    }
}

/// The first bytes of a regular file, and no more than `most`.
///
/// # Errors
/// Nothing is there, it is no regular file, or the system refuses.
pub(super) fn read_beginning(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let refused = |error: std::io::Error| {
        if error.kind() == ErrorKind::NotFound {
            Error::Absent(path.to_owned())
        } else {
            Error::Io("read", path.to_owned(), error)
        }
    };
    // Asked before it is opened: opening a FIFO waits for its writer, and a device can do anything.
    if !fs::metadata(path).map_err(refused)?.is_file() {
        return Err(Error::NotRegular(path.to_owned()));
    }
    // And again behind it, for what took its place meanwhile.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty());
    let file = File::from(file.map_err(|error| refused(error.into()))?);
    let about = file.metadata().map_err(refused)?;
    if !about.is_file() {
        return Err(Error::NotRegular(path.to_owned()));
    }
    // A little more than there is, so that the end is seen without another buffer.
    let length = usize::try_from(about.len().min(most)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(length.saturating_add(64));
    file.take(most).read_to_end(&mut bytes).map_err(refused)?;
    Ok(bytes)
}
