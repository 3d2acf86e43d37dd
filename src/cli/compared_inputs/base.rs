//! `--base REV` compares the working tree with a revision.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::args::Common;
use crate::cli::catalogue::{catalogue, catalogue_at};
use crate::cli::error::Error;
use crate::cli::files;
use crate::cli::git::{Repository, Revision};
use crate::cli::output::Output;
use crate::cli::values_templates::{self, TemplateText};
use crate::compile::{ComparedSide, Matching, SideFile};
use crate::pair::Pair;

use super::{ReadSides, at_revision, template_at, working_tree};

pub(in crate::cli) fn read(
    revision: &str,
    paths: &[PathBuf],
    common: &Common,
    output: &Output,
) -> Result<ReadSides, Vec<String>> {
    let one = |failure: String| vec![failure];
    let repository = Repository::of(&folder_of(paths)).map_err(one)?;
    let revision = repository.revision(revision).map_err(one)?;
    let BothSides {
        before,
        after,
        templates,
    } = files(&repository, &revision, paths)?;
    let after_templates = values_templates::beside(&after)?;
    let below = paths.iter().map(|path| repository.below(path));
    let below = below.collect::<Result<Vec<PathBuf>, _>>().map_err(one)?;
    let side = |mut files: Vec<SideFile>| {
        let mut seen = BTreeSet::new();
        files.retain(|file| seen.insert(file.path.clone()));
        ComparedSide {
            files,
            records: Vec::new(),
        }
    };
    Ok(ReadSides {
        sides: Pair::new(side(before), side(after)),
        texts: Pair::new(
            catalogue_at(&revision, common, &below, output)?,
            catalogue(common, paths)?,
        ),
        templates: Pair::new(templates, after_templates),
        matching: Matching::ByName,
        complete: true,
    })
}

/// What [`files`] reads.
struct BothSides {
    before: Vec<SideFile>,
    after: Vec<SideFile>,
    /// The templates of BEFORE.
    templates: Vec<TemplateText>,
}

/// The files of both sides, and the templates of the first. A file can be missing on one side, because it was added or removed.
fn files(
    repository: &Repository,
    revision: &Revision<'_>,
    paths: &[PathBuf],
) -> Result<BothSides, Vec<String>> {
    let (mut before, mut after, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    let mut templates = Vec::new();
    for path in paths {
        let below = repository.below(path);
        let read = |below: PathBuf| {
            let files = at_revision(revision, path, &below)?;
            let template = template_at(revision, &files, path, &below)?;
            Ok((files, template))
        };
        match below.and_then(read) {
            Ok((files, _)) if files.is_empty() && is_absent(path) => {
                failures.push(Error::Absent(path.clone()).to_string());
            }
            Ok((files, template)) => {
                before.extend(files);
                templates.extend(template);
            }
            Err(failure) => failures.push(failure),
        }
        match working_tree_if_any(path) {
            Ok(files) => after.extend(files),
            Err(mut more) => failures.append(&mut more),
        }
    }
    if before.is_empty() && after.is_empty() && failures.is_empty() {
        failures.extend(
            paths
                .iter()
                .map(|path| Error::Empty(path.clone()).to_string()),
        );
    }
    if failures.is_empty() {
        Ok(BothSides {
            before,
            after,
            templates,
        })
    } else {
        Err(failures)
    }
}

/// The files at `path`, if any. A folder that cannot be listed is an error, because it may have
/// files.
fn working_tree_if_any(path: &PathBuf) -> Result<Vec<SideFile>, Vec<String>> {
    if files::is_without_environments(path) {
        return Ok(Vec::new());
    }
    working_tree(std::slice::from_ref(path))
}

/// Whether `path` certainly does not exist.
fn is_absent(path: &Path) -> bool {
    matches!(path.try_exists(), Ok(false))
}

/// An existing folder at or above the first path.
fn folder_of(paths: &[PathBuf]) -> PathBuf {
    let first = paths.first().map_or_else(PathBuf::new, Clone::clone);
    let folder = first
        .ancestors()
        .find(|folder| folder.is_dir())
        .map(Path::to_owned);
    folder.unwrap_or_else(|| PathBuf::from("."))
}
