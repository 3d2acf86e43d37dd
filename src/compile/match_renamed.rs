//! Finds environments that were renamed while their file moved, as after a `git mv` and an edit.
//!
//! Apart from the environment's name, the two texts are equal or nearly so: at least three in four
//! of the lines that state something are equal. Order, indentation and comments do not count,
//! because files made from one template share their comments.

use std::collections::{BTreeMap, BTreeSet};

use crate::pair::Pair;
use crate::source::{Origin, Sources};

use super::{Compiled, Run};

/// Two files match if this share of their lines is equal.
const ALIKE: (usize, usize) = (3, 4);

/// The most pairs of files that are compared line by line. With more, only texts that are equal
/// apart from the name match.
const PAIRS: usize = 10_000;

/// Joins unmatched files that are equal apart from the environment's name, then nearly equal ones,
/// the most similar first.
pub(super) fn join(pairs: &mut BTreeMap<usize, usize>, runs: Pair<&Run>) {
    let taken: BTreeSet<usize> = pairs.values().copied().collect();
    let mut gone = nameless(runs.before, |index| !taken.contains(&index));
    let mut came = nameless(runs.after, |index| !pairs.contains_key(&index));
    came.retain(|(after, text)| {
        let same = gone.iter().position(|(_, before)| before == text);
        let found = same.map(|at| pairs.insert(*after, gone.remove(at).0));
        found.is_none()
    });
    if gone.len() * came.len() > PAIRS {
        return;
    }
    let (gone, came) = (counted(gone), counted(came));
    let mut alike: Vec<(usize, usize, usize)> = Vec::new();
    for (after, is) in &came {
        for (before, was) in &gone {
            alike.extend(share(was, is).map(|share| (share, *after, *before)));
        }
    }
    alike.sort_by_key(|(share, after, before)| (std::cmp::Reverse(*share), *after, *before));
    let mut joined = BTreeSet::new();
    for (_, after, before) in alike {
        if !pairs.contains_key(&after) && joined.insert(before) {
            pairs.insert(after, before);
        }
    }
}

/// The texts of a side's files without their environment's name, by index.
fn nameless(run: &Run, is_open: impl Fn(usize) -> bool) -> Vec<(usize, String)> {
    let files = run.files.iter().enumerate();
    let open = files.filter(|(index, _)| is_open(*index));
    open.filter_map(|(index, file)| Some((index, without_name(file, &run.sources)?)))
        .collect()
}

fn without_name(file: &Compiled, sources: &Sources) -> Option<String> {
    let name = &file.environment.as_ref()?.environment;
    let Origin::Declared(span) = &name.origin else {
        return None;
    };
    let text = &sources.get(span.source).text;
    let (before, after) = (
        text.get(..span.start as usize)?,
        text.get(span.end as usize..)?,
    );
    Some(format!("{before}{after}"))
}

/// The number of times that each line with a statement occurs.
type LineCounts = BTreeMap<String, usize>;

fn counted(files: Vec<(usize, String)>) -> Vec<(usize, LineCounts)> {
    let count = |(index, text): (usize, String)| {
        let mut lines = LineCounts::new();
        let states = |line: &&str| !line.starts_with("//") && line.contains(char::is_alphanumeric);
        for line in text.lines().map(str::trim).filter(states) {
            *lines.entry(line.to_owned()).or_default() += 1;
        }
        (index, lines)
    };
    files.into_iter().map(count).collect()
}

/// The number of equal lines per thousand, if there are enough.
fn share(before: &LineCounts, after: &LineCounts) -> Option<usize> {
    let all = before.values().sum::<usize>() + after.values().sum::<usize>();
    let common = |(line, count): (&String, &usize)| after.get(line).map(|it| *it.min(count));
    let same: usize = 2 * before.iter().filter_map(common).sum::<usize>();
    (all > 0 && same * ALIKE.1 >= all * ALIKE.0).then(|| same * 1000 / all)
}
