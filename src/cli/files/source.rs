//! Replaces the user's files. The new file is written beside the old one and renamed over it, so a
//! kill leaves one of them.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, accessat};

use super::leftover;
use super::read::{MOST_BYTES, read_file};
use super::stage::of_file;
use crate::cli::error::Error;

/// A file that is to be replaced.
pub struct Rewrite<'a> {
    /// The file. A symbolic link stays, and its target is replaced.
    pub path: &'a Path,
    /// What was read from it.
    pub before: &'a [u8],
    /// What it is to hold.
    pub after: &'a str,
}

/// A file that is written but not yet in its place. It is removed if it is dropped before.
struct StagedSource {
    written: PathBuf,
    target: PathBuf,
}

impl Drop for StagedSource {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.written);
    }
}

/// Replaces files. It replaces none before all are written, and before all still have the contents
/// that were read.
///
/// # Errors
///
/// If a file is read-only, has changed since it was read, or cannot be replaced. All files except
/// those in the error are then unchanged.
pub fn rewrite(files: &[Rewrite<'_>]) -> Result<(), Error> {
    let staged: Vec<StagedSource> = files.iter().map(stage).collect::<Result<_, Error>>()?;
    place(files, &staged)
}

/// Creates a file with its folder. The file is complete, or it is not there.
///
/// # Errors
///
/// If the folder or the file cannot be created.
pub fn create(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |error| Error::Io("written", path.to_owned(), error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let staged = StagedSource {
        written: path.with_file_name(leftover::name(&name)),
        target: path.to_owned(),
    };
    let _ = fs::remove_file(&staged.written);
    let mut new = File::create_new(&staged.written).map_err(failed)?;
    new.write_all(text.as_bytes()).map_err(failed)?;
    new.sync_all().map_err(failed)?;
    fs::rename(&staged.written, &staged.target).map_err(failed)
}

/// Moves the written files into their places.
fn place(files: &[Rewrite<'_>], staged: &[StagedSource]) -> Result<(), Error> {
    let both = || files.iter().zip(staged);
    // Somebody may have saved one meanwhile.
    let unchanged = |file: &Rewrite<'_>, staged: &StagedSource| {
        if read_file(&staged.target, MOST_BYTES)? == file.before {
            Ok(())
        } else {
            Err(Error::Changed(file.path.to_owned()))
        }
    };
    both().try_for_each(|(file, staged)| unchanged(file, staged))?;
    let mut replaced = Vec::new();
    for (file, staged) in both() {
        // Checked again, because the last of many files has waited.
        let done = unchanged(file, staged).and_then(|()| {
            fs::rename(&staged.written, &staged.target)
                .map_err(|error| Error::Io("replaced", file.path.to_owned(), error))
        });
        match done {
            Ok(()) => replaced.push(file.path.to_owned()),
            Err(error) if replaced.is_empty() => return Err(error),
            Err(error) => return Err(Error::Partly(replaced, Box::new(error))),
        }
    }
    Ok(())
}

fn stage(file: &Rewrite<'_>) -> Result<StagedSource, Error> {
    let failed = |error| Error::Io("written", file.path.to_owned(), error);
    let target = fs::canonicalize(file.path).map_err(failed)?;
    // A rename would replace it even if it is read-only.
    if fs::metadata(&target)
        .map_err(failed)?
        .permissions()
        .readonly()
    {
        return Err(Error::ReadOnly(file.path.to_owned()));
    }
    // A rename would also replace a file of another user. For an immutable file or a read-only file
    // system it would fail, but only after other files were replaced.
    accessat(CWD, &target, Access::WRITE_OK, AtFlags::empty())
        .map_err(|errno| failed(errno.into()))?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let written = target.with_file_name(leftover::name(&name));
    let _ = fs::remove_file(&written);
    let mut new = File::create_new(&written).map_err(failed)?;
    let staged = StagedSource { written, target };
    new.write_all(file.after.as_bytes()).map_err(failed)?;
    of_file(&staged.target, &staged.written);
    new.sync_all().map_err(failed)?;
    Ok(staged)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two files with their new contents.
    fn two(folder: &Path) -> [PathBuf; 2] {
        let paths = ["a.kdl", "b.kdl"].map(|name| folder.join(name));
        for path in &paths {
            fs::write(path, "before").unwrap();
        }
        paths
    }

    fn rewrites(paths: &[PathBuf; 2]) -> [Rewrite<'_>; 2] {
        paths.each_ref().map(|path| Rewrite {
            path,
            before: b"before",
            after: "after",
        })
    }

    fn texts(paths: &[PathBuf; 2]) -> [String; 2] {
        paths
            .each_ref()
            .map(|path| fs::read_to_string(path).unwrap())
    }

    #[test]
    fn a_file_that_was_saved_meanwhile_keeps_every_file_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let paths = two(folder.path());
        fs::write(&paths[1], "saved").unwrap();
        let refused = rewrite(&rewrites(&paths)).unwrap_err().to_string();
        assert!(refused.contains("b.kdl` was changed while"), "{refused}");
        assert_eq!(texts(&paths), ["before", "saved"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn where_the_system_refuses_halfway_the_error_names_what_was_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let paths = two(folder.path());
        let files = rewrites(&paths);
        let staged: Vec<StagedSource> = files.iter().map(|file| stage(file).unwrap()).collect();
        fs::remove_file(&staged[1].written).unwrap();
        let refused = place(&files, &staged).unwrap_err().to_string();
        let (a, b) = (paths[0].display(), paths[1].display());
        assert!(
            refused.starts_with(&format!("`{b}` could not be replaced: ")),
            "{refused}"
        );
        let end = format!("; `{a}` is already repaired, and no other file changed");
        assert!(refused.ends_with(&end), "{refused}");
        assert_eq!(texts(&paths), ["after", "before"]);
    }
}
