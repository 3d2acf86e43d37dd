//! Generated trees as one side: their records, and their files on disk.

use std::io::ErrorKind::{NotADirectory, NotFound};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::cli::files::{LOCK, MOST_BYTES, is_tree_name, read_file, stay_on_this_thread, written};
use crate::compile::{Record, RecordedRun, unsayable};
use crate::diagnostic::mask::mask;
use crate::diagnostic::visible::visible;
use crate::emit::lock;

use super::{Failed, ReadArtifacts};

/// A generated tree.
pub(super) struct GeneratedTree {
    /// The folder it is in.
    out: PathBuf,
    /// Its folder's name, which is its environment's name.
    pub(super) name: String,
}

impl GeneratedTree {
    /// The tree at `path`, if there is one. A place that cannot be read is an error.
    pub(super) fn at(path: &Path) -> Result<Option<Self>, Failed> {
        let lock = path.join(LOCK);
        match lock.metadata() {
            Ok(about) if about.is_file() => {}
            Ok(_) => return Ok(None),
            Err(error) if matches!(error.kind(), NotFound | NotADirectory) => return Ok(None),
            Err(error) => return Err(refused(&lock, &error)),
        }
        let path = match path.file_name() {
            Some(_) => path.to_owned(),
            None => path.canonicalize().map_err(|error| refused(path, &error))?,
        };
        let (Some(out), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok(None);
        };
        Ok(Some(Self {
            out: out.to_owned(),
            name: name.to_string_lossy().into_owned(),
        }))
    }

    fn record(&self, artifacts: ReadArtifacts) -> Result<Record, Failed> {
        let path = self.out.join(&self.name).join(LOCK);
        let name = path.display().to_string();
        let text = read_file(&path, MOST_BYTES).map_err(|error| error.to_string())?;
        let read = lock::read(&text).and_then(|read| {
            let waivers = read.waivers.as_deref().unwrap_or_default();
            match unsayable(&read.environment, waivers) {
                Some(why) => Err(why),
                None => Ok(read),
            }
        });
        let read = read.map_err(|why| {
            let why = visible(&mask(&why));
            Failed::Wrong(vec![format!(
                "`{name}` is not a record that this version can read: {why}; `tierc render` writes a new one"
            )])
        })?;
        let files = match artifacts {
            ReadArtifacts::Read => {
                Some(written(&self.out, &self.name).map_err(|it| it.to_string())?)
            }
            ReadArtifacts::Left => None,
        };
        Ok(Record {
            name,
            environment: read.environment,
            waivers: read.waivers,
            recorded: RecordedRun {
                catalogue: read.catalogue,
                files,
            },
        })
    }
}

/// The trees in `out`, by name; none if the folder does not exist.
pub(super) fn below(out: &Path) -> Result<Vec<GeneratedTree>, Failed> {
    let entries = match out.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == NotFound => return Ok(Vec::new()),
        Err(error) => return Err(refused(out, &error)),
    };
    let mut trees = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| refused(out, &error))?;
        if is_tree_name(&entry.file_name()) {
            trees.extend(GeneratedTree::at(&entry.path())?);
        }
    }
    trees.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(trees)
}

/// The records of the trees. Every invalid record is reported.
pub(super) fn records(
    trees: &[GeneratedTree],
    artifacts: ReadArtifacts,
) -> Result<Vec<Record>, Failed> {
    if trees.len() == 1 {
        stay_on_this_thread();
    }
    let read: Vec<_> = trees
        .par_iter()
        .map(|tree| tree.record(artifacts))
        .collect();
    let (mut records, mut wrong) = (Vec::new(), Vec::new());
    for record in read {
        match record {
            Ok(record) => records.push(record),
            Err(Failed::Wrong(failures)) => wrong.extend(failures),
            Err(failed @ Failed::Usage(_)) => return Err(failed),
        }
    }
    if wrong.is_empty() {
        Ok(records)
    } else {
        Err(Failed::Wrong(wrong))
    }
}

fn refused(path: &Path, error: &std::io::Error) -> Failed {
    Failed::Usage(vec![format!(
        "`{}` could not be read: {error}",
        path.display()
    )])
}
