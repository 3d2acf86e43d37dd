//! Environment files, from arguments that name files or folders.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::read::read_beginning;
use crate::cli::error::Error;
use crate::parse::scan::MAX_BYTES;

/// A file that was read.
#[derive(Debug)]
pub struct Input {
    /// The file.
    pub path: PathBuf,
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
    if files.len() == 1 {
        stay_on_this_thread();
    }
    let read: Vec<Result<(Identity, Input), Error>> =
        files.par_iter().map(|path| read(path)).collect();
    let mut seen = BTreeSet::new();
    let mut inputs = Vec::new();
    for file in read {
        match file {
            Ok((identity, input)) if seen.insert(identity) => inputs.push(input),
            Ok(_) => {}
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(inputs)
    } else {
        Err(errors)
    }
}

/// Starting threads takes longer than compiling one file. Refused where threads run already.
pub fn stay_on_this_thread() {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1);
    let _ = one.use_current_thread().build_global();
}

/// Whether this is a folder without a single environment's file, or nothing at all.
#[must_use]
pub fn is_without_environments(path: &Path) -> bool {
    matches!(expand(path), Err(Error::Empty(_) | Error::Absent(_)))
}

/// A path as it is shown: bytes that are not UTF-8 as `\xE9`, so that two names stay two.
#[must_use]
pub fn shown(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text += chunk.valid();
        for byte in chunk.invalid() {
            text += &format!("\\x{byte:02X}");
        }
    }
    text
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
        let entry = entry.map_err(refused)?;
        let (file, kind) = (entry.path(), entry.file_type().map_err(refused)?);
        let is_folder = kind.is_dir() || (kind.is_symlink() && file.is_dir());
        if file.extension().is_some_and(|ending| ending == "kdl") && !is_folder {
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

/// One file, whatever its names: device and inode.
type Identity = (u64, u64);

/// One byte more than a file may have tells that it is too large, whatever its size.
fn read(path: &Path) -> Result<(Identity, Input), Error> {
    let refused = |error| Error::Io("read", path.to_owned(), error);
    let about = fs::metadata(path).map_err(refused)?;
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX) + 1;
    let bytes = read_beginning(path, limit)?;
    let name = shown(path);
    let path = path.to_owned();
    Ok(((about.dev(), about.ino()), Input { path, name, bytes }))
}
