//! Finds and reads the user's catalogue: the folder that `--catalogue` names, or the folder `catalogue`
//! beside the environments.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::compile::{CatalogueFile, CatalogueTexts};
use crate::diagnostic::suggest;
use crate::parse::scan::MAX_BYTES;

use super::args::Common;
use super::files;
use super::git::Revision;
use super::output::Output;

/// The name of a catalogue's folder beside the environments.
const FOLDER: &str = "catalogue";

/// The built-in catalogue under the user's, if there is one. `paths` are files or folders of
/// environments.
pub(super) fn catalogue(common: &Common, paths: &[PathBuf]) -> Result<CatalogueTexts, Vec<String>> {
    match &common.catalogue {
        Some(folder) => read(folder),
        None => match beside(paths)? {
            Some(folder) => read(&folder),
            None => Ok(CatalogueTexts::embedded()),
        },
    }
}

/// The folder of the user's catalogue, or where it would be.
pub(super) fn folder(common: &Common, paths: &[PathBuf]) -> Result<PathBuf, Vec<String>> {
    if let Some(folder) = &common.catalogue {
        return Ok(folder.clone());
    }
    if let Some(folder) = beside(paths)? {
        return Ok(folder);
    }
    let first = paths.first().map(|path| candidates(path));
    let beside = first.and_then(|candidates| candidates.into_iter().nth(1));
    Ok(beside.unwrap_or_else(|| PathBuf::from(FOLDER)))
}

/// The catalogue's folder beside `paths`. All of them must have the same one.
fn beside(paths: &[PathBuf]) -> Result<Option<PathBuf>, Vec<String>> {
    let mut found: Option<PathBuf> = None;
    for path in paths {
        let here = candidates(path).into_iter().find(|it| is_catalogue(it));
        match (&found, here) {
            (Some(known), Some(here)) if !is_same(known, &here) => {
                return Err(vec![format!(
                    "`{}` and `{}` are both beside the environments: pass one with `--catalogue`",
                    files::shown(known),
                    files::shown(&here)
                )]);
            }
            (None, here) => found = here,
            (Some(_), _) => {}
        }
    }
    Ok(found)
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        (Err(_), _) | (_, Err(_)) => one == other,
    }
}

/// Where the catalogue of `path` can be: in the folder of the environments, else beside it. A generated
/// tree is in a folder that is beside the catalogue.
fn candidates(path: &Path) -> Vec<PathBuf> {
    let is_file = path.extension().is_some_and(|extension| extension == "kdl");
    let folder = if is_file {
        above(path)
    } else {
        path.to_owned()
    };
    let mut folders = vec![folder.clone(), above(&folder)];
    if path.join(files::LOCK).is_file() {
        folders.push(above(&above(&folder)));
    }
    folders.iter().map(|folder| inside(folder)).collect()
}

/// The catalogue in a folder, as people write it: without `./`.
fn inside(folder: &Path) -> PathBuf {
    if folder == Path::new(".") {
        PathBuf::from(FOLDER)
    } else {
        folder.join(FOLDER)
    }
}

/// The folder that `path` is in.
fn above(path: &Path) -> PathBuf {
    let ends_in_dots = path.ends_with("..") || path == Path::new(".");
    match path.parent() {
        _ if ends_in_dots => path.join(".."),
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => path.join(".."),
    }
}

/// Whether a folder has a file of a catalogue.
fn is_catalogue(folder: &Path) -> bool {
    let is_there = |file: CatalogueFile| folder.join(file.name()).exists();
    CatalogueFile::ALL.into_iter().any(is_there)
}

fn names() -> String {
    suggest::list(CatalogueFile::ALL.map(CatalogueFile::name))
}

/// Reads the catalogue in a folder. Each of its files is optional, but other files would have no effect.
fn read(folder: &Path) -> Result<CatalogueTexts, Vec<String>> {
    let mut failures = strangers(folder)?;
    let mut texts = CatalogueTexts::embedded();
    let mut any = false;
    for file in CatalogueFile::ALL {
        let path = folder.join(file.name());
        // A link to nothing is a mistake, not a missing file.
        if path.symlink_metadata().is_err() {
            continue;
        }
        any = true;
        match read_text(&path) {
            Ok((name, text)) => texts = texts.with(file, name, text),
            Err(failure) => failures.push(failure),
        }
    }
    if !any && failures.is_empty() {
        failures.push(format!(
            "the catalogue: `{}` has none of the files {}",
            files::shown(folder),
            names()
        ));
    }
    if failures.is_empty() {
        Ok(texts)
    } else {
        Err(failures)
    }
}

/// KDL files that are not part of a catalogue, and a folder of price lists like the built-in one.
fn strangers(folder: &Path) -> Result<Vec<String>, Vec<String>> {
    let shown = files::shown(folder);
    let entries = std::fs::read_dir(folder).map_err(|error| {
        vec![format!(
            "the catalogue: `{shown}` could not be read: {error}"
        )]
    })?;
    let mut strange = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let known = || CatalogueFile::ALL.map(CatalogueFile::name);
        if name == "prices" {
            strange.push(format!(
                "the catalogue: `{shown}/prices` would have no effect: put its price lists into `{shown}/prices.kdl`"
            ));
        } else if Path::new(&name).extension() == Some(OsStr::new("kdl"))
            && !known().contains(&name.as_str())
        {
            let advice = match suggest::nearest(&name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("a catalogue has the files {}", names()),
            };
            strange.push(format!(
                "the catalogue: `{shown}/{name}` would have no effect: {advice}"
            ));
        }
    }
    strange.sort();
    Ok(strange)
}

fn read_text(path: &Path) -> Result<(String, String), String> {
    let shown = files::shown(path);
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let bytes = files::read_file(path, most).map_err(|error| format!("the catalogue: {error}"))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| format!("the catalogue: `{shown}` is not UTF-8 text"))?;
    Ok((shown, text))
}

/// The catalogue at a revision. `below` are the environments' paths in the repository. A folder outside
/// the repository is read as it is now.
pub(super) fn catalogue_at(
    revision: &Revision<'_>,
    common: &Common,
    below: &[PathBuf],
    output: &Output,
) -> Result<CatalogueTexts, Vec<String>> {
    let one = |error: String| vec![error];
    if let Some(folder) = &common.catalogue {
        let Some(inside) = revision.relative(folder).map_err(one)? else {
            return catalogue(common, &[]);
        };
        if let Some(texts) = texts_at(revision, &inside, folder).map_err(one)? {
            return Ok(texts);
        }
        say_built_in(revision, folder, output);
        return Ok(CatalogueTexts::embedded());
    }
    for folder in below.iter().flat_map(|path| candidates(path)) {
        // A path that leads out of the repository has no catalogue in it.
        if folder.components().any(|it| it.as_os_str() == "..") {
            continue;
        }
        if let Some(texts) = texts_at(revision, &folder, &folder).map_err(one)? {
            return Ok(texts);
        }
    }
    Ok(CatalogueTexts::embedded())
}

fn say_built_in(revision: &Revision<'_>, folder: &Path, output: &Output) {
    output.say_prose(&format!(
        "`{}` has no `{}`, so its environments are read with the built-in catalogue",
        revision.name(),
        files::shown(folder)
    ));
}

/// The catalogue in the folder `below` of a revision; `None` if it has no file of a catalogue.
fn texts_at(
    revision: &Revision<'_>,
    below: &Path,
    shown: &Path,
) -> Result<Option<CatalogueTexts>, String> {
    let names = CatalogueFile::ALL.map(CatalogueFile::name);
    let Some(found) = revision.texts(below, &names)? else {
        return Ok(None);
    };
    let mut texts = CatalogueTexts::embedded();
    let mut any = false;
    for (file, text) in CatalogueFile::ALL.into_iter().zip(found) {
        let Some(text) = text else { continue };
        let path = files::shown(&shown.join(file.name()));
        texts = texts.with(file, format!("{}:{path}", revision.name()), text);
        any = true;
    }
    Ok(any.then_some(texts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalogue_is_in_or_beside_the_folder_of_the_environments() {
        for (path, folders) in [
            ("environments", ["environments/catalogue", "catalogue"]),
            (
                "environments/prod.kdl",
                ["environments/catalogue", "catalogue"],
            ),
            ("prod.kdl", ["catalogue", "./../catalogue"]),
            (".", ["catalogue", "./../catalogue"]),
            ("..", ["../catalogue", "../../catalogue"]),
            (
                "a/b/environments",
                ["a/b/environments/catalogue", "a/b/catalogue"],
            ),
            ("/a/prod.kdl", ["/a/catalogue", "/catalogue"]),
        ] {
            let found = candidates(Path::new(path));
            assert_eq!(found, folders.map(PathBuf::from), "{path}");
        }
    }
}
