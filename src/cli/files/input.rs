//! Environment files, from arguments that name files or folders.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::cli::error::Error;
use crate::parse::scan::MAX_BYTES;

/// A file that was read.
#[derive(Debug)]
pub struct Input {
    /// As the user named it.
    pub name: String,
    /// What is in it; no more than shows that it is too large.
    pub bytes: Vec<u8>,
}

/// Reads every file that `paths` name: a file itself, the `*.kdl` files of a folder by name.
///
/// # Errors
/// Everything that is wrong with the paths.
pub fn read_inputs(paths: &[PathBuf]) -> Result<Vec<Input>, Vec<Error>> {
    let mut errors = Vec::new();
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        match expand(path) {
            Ok(found) => files.extend(found),
            Err(error) => errors.push(error),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    let mut inputs = Vec::new();
    for path in files {
        match read(&path) {
            Ok(bytes) => inputs.push(Input {
                name: path.display().to_string(),
                bytes,
            }),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(inputs)
    } else {
        Err(errors)
    }
}

fn expand(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let about = fs::metadata(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            Error::Absent(path.to_owned())
        } else {
            Error::Io("read", path.to_owned(), error)
        }
    })?;
    if about.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !about.is_dir() {
        return Err(Error::NotAFile(path.to_owned()));
    }
    let refused = |error| Error::Io("listed", path.to_owned(), error);
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(refused)? {
        let file = entry.map_err(refused)?.path();
        if file.extension().is_some_and(|ending| ending == "kdl") && !file.is_dir() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        Err(Error::Empty(path.to_owned()))
    } else {
        Ok(files)
    }
}

/// One byte more than a file may have tells that it is too large, whatever its size.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let refused = |error| Error::Io("read", path.to_owned(), error);
    if !fs::metadata(path).map_err(refused)?.is_file() {
        return Err(Error::NotAFile(path.to_owned()));
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX) + 1;
    File::open(path)
        .map_err(refused)?
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(refused)?;
    Ok(bytes)
}
