//! BEFORE and AFTER by name: `FILE`, `DIR`, `FILE@tier`, `REV:PATH`, a generated tree or a folder
//! of them.

use std::path::{Path, PathBuf};

use crate::cli::args::Common;
use crate::cli::catalogue::{catalogue, catalogue_at};
use crate::cli::files;
use crate::cli::git::Repository;
use crate::cli::output::Output;
use crate::cli::values_templates::{self, TemplateText};
use crate::compile::{CatalogueTexts, ComparedSide, Matching, SideFile};
use crate::diagnostic::suggest;
use crate::model::{Tier, Word};
use crate::pair::Pair;

use super::{Failed, ReadArtifacts, ReadSides, at_revision, template_at, trees, working_tree};

/// A side as it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NamedSide {
    revision: Option<String>,
    path: PathBuf,
    tier: Option<Tier>,
}

/// A side as it was read.
struct Loaded {
    side: ComparedSide,
    is_folder: bool,
    texts: CatalogueTexts,
    templates: Vec<TemplateText>,
}

pub(in crate::cli) fn read(
    before: &str,
    after: &str,
    common: &Common,
    artifacts: ReadArtifacts,
    output: &Output,
) -> Result<ReadSides, Failed> {
    let before = named(before, None)?;
    let after = named(after, Some(&before))?;
    let sides = (
        load(&before, common, artifacts, output),
        load(&after, common, artifacts, output),
    );
    let (before, after) = match sides {
        (Ok(before), Ok(after)) => (before, after),
        (Err(failed), Err(other)) => return Err(failed.and(other)),
        (Err(failed), Ok(_)) | (Ok(_), Err(failed)) => return Err(failed),
    };
    if before.is_folder != after.is_folder {
        let failure = "compare a folder with a folder, or a file or tree with a file or tree";
        return Err(failure.to_owned().into());
    }
    Ok(ReadSides {
        matching: if before.is_folder {
            Matching::ByName
        } else {
            Matching::AsOne
        },
        sides: Pair::new(before.side, after.side),
        texts: Pair::new(before.texts, after.texts),
        templates: Pair::new(before.templates, after.templates),
        complete: true,
    })
}

/// Interprets a name. An existing file with exactly this name takes precedence.
fn named(text: &str, before: Option<&NamedSide>) -> Result<NamedSide, String> {
    let plain = |text: &str| NamedSide {
        revision: None,
        path: PathBuf::from(text),
        tier: None,
    };
    if Path::new(text).exists() {
        return Ok(plain(text));
    }
    if let Some((file, word)) = text.rsplit_once('@') {
        if let Some(tier) = Tier::from_word(word) {
            let file = match before {
                Some(before) if file.is_empty() => before.clone(),
                Some(_) | None => named(file, None)?,
            };
            return Ok(NamedSide {
                tier: Some(tier),
                ..file
            });
        }
        if Path::new(file).exists() || (file.is_empty() && before.is_some()) {
            return Err(no_tier(word));
        }
    }
    Ok(match text.split_once(':') {
        Some((revision, path)) if !revision.is_empty() => NamedSide {
            revision: Some(revision.to_owned()),
            ..plain(path)
        },
        Some(_) | None => plain(text),
    })
}

fn no_tier(word: &str) -> String {
    let tiers = || Tier::WORDS.iter().map(|(word, _)| *word);
    match suggest::nearest(word, tiers()) {
        Some(near) => format!("there is no tier `{word}`: did you mean `{near}`?"),
        None => format!(
            "there is no tier `{word}`: the tiers are {}",
            suggest::list(tiers())
        ),
    }
}

fn load(
    named: &NamedSide,
    common: &Common,
    artifacts: ReadArtifacts,
    output: &Output,
) -> Result<Loaded, Failed> {
    let path = &named.path;
    let mut loaded = match &named.revision {
        None => load_working_tree(path, common, artifacts)?,
        Some(revision) => load_at(revision, path, common, output)?,
    };
    if named.tier.is_some() && !loaded.side.records.is_empty() {
        return Err(format!(
            "`{}` is a generated tree, which has no other tier: pass its file instead",
            path.display()
        )
        .into());
    }
    for file in &mut loaded.side.files {
        file.tier = named.tier;
    }
    Ok(loaded)
}

/// Generated trees, or files of the working tree.
fn load_working_tree(
    path: &Path,
    common: &Common,
    artifacts: ReadArtifacts,
) -> Result<Loaded, Failed> {
    if let Some(trees) = load_trees(path, common, artifacts)? {
        return Ok(trees);
    }
    let files = working_tree(&[path.to_owned()])?;
    Ok(Loaded {
        templates: values_templates::beside(&files)?,
        side: of_files(files),
        is_folder: path.is_dir(),
        texts: catalogue(common, &[path.to_owned()])?,
    })
}

fn of_files(files: Vec<SideFile>) -> ComparedSide {
    ComparedSide {
        files,
        records: Vec::new(),
    }
}

/// The generated tree at `path`, or the trees in it if it has no environment files.
fn load_trees(
    path: &Path,
    common: &Common,
    artifacts: ReadArtifacts,
) -> Result<Option<Loaded>, Failed> {
    let (found, is_folder) = match trees::GeneratedTree::at(path)? {
        Some(tree) => (vec![tree], false),
        None if files::is_without_environments(path) => (trees::below(path)?, true),
        None => return Ok(None),
    };
    if found.is_empty() {
        return Ok(None);
    }
    Ok(Some(Loaded {
        side: ComparedSide {
            files: Vec::new(),
            records: trees::records(&found, artifacts)?,
        },
        is_folder,
        texts: catalogue(common, &[path.to_owned()])?,
        templates: Vec::new(),
    }))
}

/// Finds a file like `git show REV:PATH`: relative to the repository's top, or with `./` to the
/// current folder.
fn load_at(
    revision: &str,
    path: &Path,
    common: &Common,
    output: &Output,
) -> Result<Loaded, Vec<String>> {
    let one = |failure: String| vec![failure];
    let repository = Repository::of(Path::new(".")).map_err(one)?;
    let revision = repository.revision(revision).map_err(one)?;
    let below = if path.starts_with(".") || path.starts_with("..") {
        repository.below(path).map_err(one)?
    } else {
        path.to_owned()
    };
    let files = at_revision(&revision, path, &below).map_err(one)?;
    let first = files.first().ok_or_else(|| {
        vec![format!(
            "`{}` has no file or folder `{}` with an environment; the path starts at the top of the repository",
            revision.name(),
            files::shown(&below)
        )]
    })?;
    let template = template_at(&revision, &files, path, &below).map_err(one)?;
    Ok(Loaded {
        is_folder: first.path != files::shown(path),
        templates: template.into_iter().collect(),
        texts: catalogue_at(&revision, common, &[below], output)?,
        side: of_files(files),
    })
}
