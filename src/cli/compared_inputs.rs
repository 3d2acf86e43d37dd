//! The two states that a command compares, from its arguments.

pub(super) mod base;
mod committed;
mod named;
mod trees;

use std::path::{Path, PathBuf};

use crate::compile::{self, CatalogueTexts, ComparedSide, Comparison, Matching, SideFile};
use crate::emit::values_template::{PATH, folder_of};
use crate::pair::Pair;

use super::args::{Common, ComparedArgs};
use super::exit::Exit;
use super::files;
use super::git::{Revision, RevisionFile};
use super::load::{catalogue, today};
use super::output::Output;
use super::values_templates::{self, TemplateText};

/// Both states as they were read.
pub(super) struct ReadSides {
    pub(super) sides: Pair<ComparedSide>,
    pub(super) texts: Pair<CatalogueTexts>,
    pub(super) templates: Pair<Vec<TemplateText>>,
    pub(super) matching: Matching,
    /// Whether an environment that only BEFORE has was removed. Otherwise AFTER may only be
    /// incomplete.
    pub(super) complete: bool,
}

impl ReadSides {
    /// Compiles both states.
    pub(super) fn compare(self, common: &Common) -> (Comparison, Pair<CatalogueTexts>) {
        let mut comparison = compile::compare(
            self.sides,
            self.texts.as_ref(),
            self.matching,
            today(common),
        );
        let runs = &mut comparison.runs;
        let sources = Pair::new(&mut runs.before.sources, &mut runs.after.sources);
        comparison.templates = values_templates::parse_both(&self.templates, sources);
        if !self.complete {
            comparison.matches.retain(|found| found.after.is_some());
        }
        (comparison, self.texts)
    }
}

/// Whether the files of generated trees are read, in addition to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadArtifacts {
    Read,
    Left,
}

/// Why states could not be read.
pub(super) enum Failed {
    /// Arguments or files: exit code 1.
    Usage(Vec<String>),
    /// A file that should be a record but is not: exit code 3.
    Wrong(Vec<String>),
}

impl Failed {
    /// Reports the failure.
    pub(super) fn end(self, output: &mut Output) -> Result<Exit, Vec<String>> {
        match self {
            Self::Usage(failures) => Err(failures),
            Self::Wrong(failures) => {
                for failure in &failures {
                    output.failure(failure);
                }
                Ok(Exit::Wrong)
            }
        }
    }

    /// Both mistakes. Usage errors take precedence over errors in a file.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Usage(mut all), Self::Usage(more)) => {
                all.extend(more);
                Self::Usage(all)
            }
            (Self::Wrong(mut all), Self::Wrong(more)) => {
                all.extend(more);
                Self::Wrong(all)
            }
            (usage @ Self::Usage(_), Self::Wrong(_)) | (Self::Wrong(_), usage @ Self::Usage(_)) => {
                usage
            }
        }
    }
}

impl From<Vec<String>> for Failed {
    fn from(failures: Vec<String>) -> Self {
        Self::Usage(failures)
    }
}

impl From<String> for Failed {
    fn from(failure: String) -> Self {
        Self::Usage(vec![failure])
    }
}

/// Reads both sides from the arguments.
pub(super) fn read(
    compared: &ComparedArgs,
    common: &Common,
    artifacts: ReadArtifacts,
    output: &Output,
) -> Result<ReadSides, Failed> {
    let paths = || -> Vec<PathBuf> {
        if compared.named.is_empty() {
            vec![PathBuf::from("environments")]
        } else {
            compared.named.iter().map(PathBuf::from).collect()
        }
    };
    match (
        &compared.base,
        compared.committed,
        compared.named.as_slice(),
    ) {
        (Some(revision), _, _) => {
            base::read(revision, &paths(), common, output).map_err(Failed::Usage)
        }
        (None, true, _) => committed::read(&paths(), &compared.out, common, artifacts),
        (None, false, [before, after]) => named::read(before, after, common, artifacts, output),
        (None, false, _) => Err(Failed::Usage(vec![
            "two states are needed: pass BEFORE and AFTER, or `--base REV`, or `--committed`"
                .into(),
        ])),
    }
}

/// Files of the working tree as one side.
fn working_tree(paths: &[PathBuf]) -> Result<Vec<SideFile>, Vec<String>> {
    let inputs = files::read_inputs(paths)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let file = |input: files::FileInput| SideFile {
        path: input.name.clone(),
        input: compile::Input {
            name: input.name,
            bytes: input.bytes,
        },
        tier: None,
    };
    Ok(inputs.into_iter().map(file).collect())
}

/// The template beside files that [`at_revision`] read.
fn template_at(
    revision: &Revision<'_>,
    files: &[SideFile],
    path: &Path,
    below: &Path,
) -> Result<Option<TemplateText>, String> {
    let Some(first) = files.first() else {
        return Ok(None);
    };
    let is_file = first.path == files::shown(path);
    let folder = |of: &Path| match of.parent() {
        Some(parent) if is_file => parent.to_owned(),
        Some(_) | None => of.to_owned(),
    };
    let path = folder(path).join(PATH);
    let text = revision.text_if_there(&folder(below), PATH)?;
    Ok(text.map(|text| TemplateText {
        folder: folder_of(&first.input.name).to_owned(),
        name: format!("{}:{}", revision.name(), files::shown(&path)),
        text,
    }))
}

/// The files of `path` at a revision; in the repository it is `below`. A folder gives all its
/// files, a file gives itself, a missing path gives none.
fn at_revision(
    revision: &Revision<'_>,
    path: &Path,
    below: &Path,
) -> Result<Vec<SideFile>, String> {
    let found = revision.environments(below)?;
    let file = |found: RevisionFile| {
        let path = found
            .name
            .map_or_else(|| path.to_owned(), |name| path.join(name));
        let path = files::shown(&path);
        SideFile {
            input: compile::Input {
                name: format!("{}:{path}", revision.name()),
                bytes: found.bytes,
            },
            path,
            tier: None,
        }
    };
    Ok(found.into_iter().map(file).collect())
}

/// The catalogue at a revision: a user's folder, if it is in the repository, else the present one.
fn catalogue_at(
    revision: &Revision<'_>,
    common: &Common,
    output: &Output,
) -> Result<CatalogueTexts, Vec<String>> {
    let Some(folder) = &common.catalogue else {
        return Ok(CatalogueTexts::embedded());
    };
    let below = revision.relative(folder);
    let Some(below) = below.map_err(|error| vec![error])? else {
        return catalogue(common);
    };
    let texts = revision
        .texts(&below, &CatalogueTexts::FILES)
        .map_err(|error| vec![error])?;
    let Some(texts) = texts else {
        output.say_prose(&format!(
            "`{}` has no `{}`, so its environments are read with the built-in catalogue",
            revision.name(),
            files::shown(folder)
        ));
        return Ok(CatalogueTexts::embedded());
    };
    let mut texts = CatalogueTexts::FILES.iter().zip(texts).map(|(name, text)| {
        let shown = format!("{}:{}", revision.name(), files::shown(&folder.join(name)));
        (shown, text)
    });
    let mut next = || {
        texts
            .next()
            .expect("a text was read for each file of a catalogue")
    };
    Ok(CatalogueTexts {
        tiers: next(),
        instances: next(),
        prices: next(),
    })
}
