//! `--committed`: the files beside what the generated trees record.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::args::Common;
use crate::cli::files::LOCK;
use crate::cli::load::{catalogue, today};
use crate::compile::{self, CatalogueTexts, Matching, Record, Side, SideFile};
use crate::emit::lock;
use crate::pair::Pair;

use super::{Failed, Read, working_tree};

pub(in crate::cli) fn read(paths: &[PathBuf], out: &Path, common: &Common) -> Result<Read, Failed> {
    let files = working_tree(paths)?;
    let texts = catalogue(common)?;
    // Single files say nothing about the trees of others.
    let complete = paths.iter().all(|path| path.is_dir());
    let only = if complete {
        None
    } else {
        Some(names(&files, &texts, common))
    };
    let records = records(out, only.as_ref())?;
    Ok(Read {
        sides: Pair::new(
            Side {
                files: Vec::new(),
                records,
            },
            Side {
                files,
                records: Vec::new(),
            },
        ),
        texts: Pair::new(texts.clone(), texts),
        matching: Matching::ByName,
        complete,
    })
}

/// The environments of files.
fn names(files: &[SideFile], texts: &CatalogueTexts, common: &Common) -> BTreeSet<String> {
    let inputs = files.iter().map(|file| file.input.clone()).collect();
    let run = compile::compile(inputs, texts, today(common));
    let environments = run
        .files
        .iter()
        .filter_map(|file| file.environment.as_ref());
    environments
        .map(|it| it.environment.value.to_string())
        .collect()
}

/// What is recorded below `out`, by name; nothing where there is no such folder.
fn records(out: &Path, only: Option<&BTreeSet<String>>) -> Result<Vec<Record>, Failed> {
    let (mut records, mut wrong) = (Vec::new(), Vec::new());
    for path in locks(out, only)? {
        let text = std::fs::read(&path).map_err(|error| refused(&path, &error))?;
        let name = path.display().to_string();
        match lock::read(&text) {
            Ok((environment, catalogue)) => records.push(Record { name, environment, catalogue }),
            Err(why) => wrong.push(format!(
                "`{name}` is no record that this version reads: {why}; `tierc render` writes it anew"
            )),
        }
    }
    if wrong.is_empty() {
        Ok(records)
    } else {
        Err(Failed::Wrong(wrong))
    }
}

/// The records' files, sorted.
fn locks(out: &Path, only: Option<&BTreeSet<String>>) -> Result<Vec<PathBuf>, Failed> {
    let entries = match out.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(refused(out, &error)),
    };
    let mut locks = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| refused(out, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let lock = entry.path().join(LOCK);
        if only.is_none_or(|only| only.contains(&name)) && lock.is_file() {
            locks.push(lock);
        }
    }
    locks.sort();
    Ok(locks)
}

fn refused(path: &Path, error: &std::io::Error) -> Failed {
    Failed::Usage(vec![format!(
        "`{}` could not be read: {error}",
        path.display()
    )])
}
