//! Paths below a folder.

use std::path::{Path, PathBuf};

use crate::cli::error::Error;

/// The path of `relative` below `root`, if it stays below.
pub(super) fn below(root: &Path, relative: &str) -> Result<PathBuf, Error> {
    if is_below(relative) {
        Ok(root.join(relative))
    } else {
        Err(Error::Unsafe(relative.to_owned()))
    }
}

/// Whether a relative path stays below its start.
pub(super) fn is_below(relative: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0', ':'])
    };
    relative.split('/').all(plain)
}
