//! BEFORE and AFTER by name: `FILE`, `DIR`, `FILE@tier`, `REV:PATH`.

use std::path::{Path, PathBuf};

use crate::cli::args::Common;
use crate::cli::git::Repository;
use crate::cli::load::catalogue;
use crate::cli::output::Output;
use crate::compile::{CatalogueTexts, Matching, Side, SideFile};
use crate::diagnostic::suggest;
use crate::model::{Tier, Word};
use crate::pair::Pair;

use super::{Read, at_revision, catalogue_at, working_tree};

/// A side as it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    revision: Option<String>,
    path: PathBuf,
    tier: Option<Tier>,
}

/// A side as it was read.
struct Loaded {
    files: Vec<SideFile>,
    is_folder: bool,
    texts: CatalogueTexts,
}

pub(in crate::cli) fn read(
    before: &str,
    after: &str,
    common: &Common,
    output: &Output,
) -> Result<Read, Vec<String>> {
    let before = named(before, None).map_err(|failure| vec![failure])?;
    let after = named(after, Some(&before)).map_err(|failure| vec![failure])?;
    let sides = (load(&before, common, output), load(&after, common, output));
    let (before, after) = match sides {
        (Ok(before), Ok(after)) => (before, after),
        (Err(mut failures), Err(more)) => {
            failures.extend(more);
            return Err(failures);
        }
        (Err(failures), Ok(_)) | (Ok(_), Err(failures)) => return Err(failures),
    };
    if before.is_folder != after.is_folder {
        return Err(vec![
            "a folder is compared with a folder, and a file with a file".into(),
        ]);
    }
    let side = |files| Side {
        files,
        records: Vec::new(),
    };
    Ok(Read {
        matching: if before.is_folder {
            Matching::ByName
        } else {
            Matching::AsOne
        },
        sides: Pair::new(side(before.files), side(after.files)),
        texts: Pair::new(before.texts, after.texts),
        complete: true,
    })
}

/// What a name means. A file that is called exactly so comes first, whatever is in its name.
fn named(text: &str, before: Option<&Named>) -> Result<Named, String> {
    let plain = |text: &str| Named {
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
            return Ok(Named {
                tier: Some(tier),
                ..file
            });
        }
        if Path::new(file).exists() || (file.is_empty() && before.is_some()) {
            return Err(no_tier(word));
        }
    }
    Ok(match text.split_once(':') {
        Some((revision, path)) if !revision.is_empty() => Named {
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

fn load(side: &Named, common: &Common, output: &Output) -> Result<Loaded, Vec<String>> {
    let mut loaded = match &side.revision {
        None => Loaded {
            files: working_tree(std::slice::from_ref(&side.path))?,
            is_folder: side.path.is_dir(),
            texts: catalogue(common)?,
        },
        Some(revision) => load_at(revision, &side.path, common, output)?,
    };
    for file in &mut loaded.files {
        file.tier = side.tier;
    }
    Ok(loaded)
}

/// As `git show REV:PATH` finds it: from the top of the repository, or, with `./`, from here.
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
        path.to_string_lossy().trim_end_matches('/').to_owned()
    };
    let files = at_revision(&revision, path, &below).map_err(one)?;
    let first = files.first().ok_or_else(|| {
        vec![format!(
            "`{}` has no file or folder `{below}` with an environment in it, counted from the top of the repository",
            revision.name()
        )]
    })?;
    Ok(Loaded {
        is_folder: Path::new(&first.path) != path,
        texts: catalogue_at(&revision, common, output)?,
        files,
    })
}
