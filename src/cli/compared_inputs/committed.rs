//! `--committed` compares the files with the records in the generated trees.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::args::Common;
use crate::cli::catalogue::catalogue;
use crate::cli::load::today;
use crate::cli::values_templates;
use crate::compile::{self, CatalogueTexts, ComparedSide, Matching, SideFile};
use crate::pair::Pair;

use super::{Failed, ReadArtifacts, ReadSides, trees, working_tree};

pub(in crate::cli) fn read(
    paths: &[PathBuf],
    out: &Path,
    common: &Common,
    artifacts: ReadArtifacts,
) -> Result<ReadSides, Failed> {
    let files = working_tree(paths)?;
    let templates = values_templates::beside(&files)?;
    let texts = catalogue(common, paths)?;
    // Single files do not show which other trees are stale.
    let complete = paths.iter().all(|path| path.is_dir());
    let only = if complete {
        None
    } else {
        Some(names(&files, &texts, common))
    };
    let mut found = trees::below(out)?;
    if let Some(only) = only {
        found.retain(|tree| only.contains(&tree.name));
    }
    let records = trees::records(&found, artifacts)?;
    Ok(ReadSides {
        sides: Pair::new(
            ComparedSide {
                files: Vec::new(),
                records,
            },
            ComparedSide {
                files,
                records: Vec::new(),
            },
        ),
        texts: Pair::new(texts.clone(), texts),
        templates: Pair::new(Vec::new(), templates),
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
