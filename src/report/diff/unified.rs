//! The differences between the rendered files of both sides. No other module uses `similar`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use similar::TextDiff;

use crate::diagnostic::mask::masked;
use crate::diff::Presence;
use crate::emit::Artifacts;
use crate::pair::Pair;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// A rendered file that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FileDiff {
    /// Its path in the environment's tree.
    pub path: String,
    /// Which sides have it.
    pub presence: Presence,
    /// The unified diff, with its two header lines.
    pub unified: String,
}

/// The paths of the files that differ.
#[must_use]
pub fn paths(sides: Pair<&Artifacts>) -> Vec<String> {
    let paths: BTreeSet<&String> = sides.before.keys().chain(sides.after.keys()).collect();
    let differs = |path: &&String| sides.before.get(*path) != sides.after.get(*path);
    paths.into_iter().filter(differs).cloned().collect()
}

/// The files that differ, by path.
#[must_use]
pub fn files(sides: Pair<&Artifacts>) -> Vec<FileDiff> {
    let paths = paths(sides).into_par_iter();
    paths
        .filter_map(|path| file(&path, sides.map(|side| side.get(&path))))
        .collect()
}

fn file(path: &str, texts: Pair<Option<&String>>) -> Option<FileDiff> {
    if texts.before == texts.after {
        return None;
    }
    let presence = match (texts.before, texts.after) {
        (None, _) => Presence::Added,
        (Some(_), None) => Presence::Removed,
        (Some(_), Some(_)) => Presence::Kept,
    };
    let name = |side: &str, text: Option<&String>| match text {
        Some(_) => format!("{side}/{path}"),
        None => "/dev/null".to_owned(),
    };
    let names = (name("before", texts.before), name("after", texts.after));
    let Pair { before, after } = texts.map(|text| text.map_or(Cow::Borrowed(""), |it| masked(it)));
    Some(FileDiff {
        path: path.to_owned(),
        presence,
        unified: unified(&before, &after, &names),
    })
}

fn unified(before: &str, after: &str, names: &(String, String)) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut unified = diff.unified_diff();
    unified.context_radius(CONTEXT).header(&names.0, &names.1);
    unified.to_string()
}

/// The unified diff of a user's file, without text that looks like a credential.
#[must_use]
pub fn source(name: &str, before: &str, after: &str) -> String {
    let names = (name.to_owned(), format!("{name} (fixed)"));
    unified(&masked(before), &masked(after), &names)
}
