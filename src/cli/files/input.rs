//! Environment files, from arguments that are files or folders.

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
pub struct FileInput {
    /// The file.
    pub path: PathBuf,
    /// As the user named it.
    pub name: String,
    /// Its contents, cut after the first byte that makes it too large.
    pub bytes: Vec<u8>,
}

/// Reads all files of `paths`: files themselves, and the `*.kdl` files of folders, by name.
///
/// # Errors
///
/// All problems with the paths.
pub fn read_inputs(paths: &[PathBuf]) -> Result<Vec<FileInput>, Vec<Error>> {
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
    let read: Vec<Result<(Identity, FileInput), Error>> =
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

/// Runs later work on this thread, because starting threads takes longer than compiling one file.
/// It has no effect if there are threads already.
pub fn stay_on_this_thread() {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1);
    let _ = one.use_current_thread().build_global();
}

/// Whether the path is missing, or a folder without environment files.
#[must_use]
pub fn is_without_environments(path: &Path) -> bool {
    matches!(expand(path), Err(Error::Empty(_) | Error::Absent(_)))
}

/// A path for display. Bytes that are not UTF-8 become `\xE9`, so different names stay different.
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

/// The identity of a file under any name: device and inode.
type Identity = (u64, u64);

/// Reads one byte more than the limit, which is enough to detect a file that is too large.
fn read(path: &Path) -> Result<(Identity, FileInput), Error> {
    let refused = |error| Error::Io("read", path.to_owned(), error);
    let about = fs::metadata(path).map_err(refused)?;
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX) + 1;
    let bytes = read_beginning(path, limit)?;
    let name = shown(path);
    let path = path.to_owned();
    Ok(((about.dev(), about.ino()), FileInput { path, name, bytes }))
}
