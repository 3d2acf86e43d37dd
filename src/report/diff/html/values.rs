//! The values and files that differ.

use serde::Serialize;

use crate::diff::Presence;
use crate::impact::Class;
use crate::report::amount::lasting;
use crate::report::page::{Tone, class_tone};

use super::super::disrupted::{TOLD, felt, word};
use super::super::folded::because;
use super::super::{ChangedValue, EnvironmentDiff, FileDiff, Renamed, Worst};

#[derive(Serialize)]
pub(super) struct RenameView<'a> {
    before: String,
    after: String,
    class: String,
    fingerprint: &'a str,
}

#[derive(Serialize)]
pub(super) struct GroupView<'a> {
    place: String,
    /// `new` or `removed`, if only one side has it.
    presence: Option<&'static str>,
    worst: String,
    tone: Tone,
    open: bool,
    values: Vec<ValueView<'a>>,
}

#[derive(Serialize)]
struct ValueView<'a> {
    path: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
    class: String,
    tone: Tone,
    reason: String,
    why: String,
    fingerprint: &'a str,
}

#[derive(Serialize)]
pub(super) struct FileView<'a> {
    path: &'a str,
    presence: &'static str,
    lines: Vec<LineView<'a>>,
}

#[derive(Serialize)]
struct LineView<'a> {
    kind: &'static str,
    text: &'a str,
}

pub(super) fn rename(rename: &Renamed) -> RenameView<'_> {
    let place = rename.place.to_string();
    let kind = place.split('.').next().unwrap_or_default();
    RenameView {
        before: format!("{kind}.{}", rename.names.before),
        class: lasting(rename.impact.class, rename.impact.seconds),
        fingerprint: rename.fingerprint.as_str(),
        after: place,
    }
}

/// Values grouped by their owner, in order; groups with interruptions are open.
pub(super) fn groups(environment: &EnvironmentDiff) -> Vec<GroupView<'_>> {
    let mut groups: Vec<(String, Vec<&ChangedValue>)> = Vec::new();
    for value in &environment.changes {
        let place = value.place.to_string();
        match groups.iter_mut().find(|(known, _)| *known == place) {
            Some((_, values)) => values.push(value),
            None => groups.push((place, vec![value])),
        }
    }
    let few = environment.changes.len() <= 12;
    groups
        .into_iter()
        .map(|(place, values)| {
            let worst = Worst::of(values.iter().map(|it| &it.impact));
            let class = worst.as_ref().map_or(Class::None, |it| it.class);
            let mut parts = environment.parts.iter();
            let part = parts.find(|part| part.place.to_string() == place);
            GroupView {
                presence: part.map(|part| word(part.presence)),
                place,
                worst: worst.map_or_else(String::new, |it| lasting(it.class, it.seconds)),
                tone: class_tone(class),
                open: few || class >= TOLD,
                values: values.into_iter().map(value).collect(),
            }
        })
        .collect()
}

fn value(value: &ChangedValue) -> ValueView<'_> {
    let impact = &value.impact;
    let mut about = felt(impact);
    if impact.class >= TOLD {
        about.push(impact.reason.clone());
    }
    about.extend(impact.condition.clone());
    about.extend(impact.heed.clone());
    ValueView {
        path: &value.path,
        before: value.before.as_deref(),
        after: value.after.as_deref(),
        class: lasting(impact.class, impact.seconds),
        tone: class_tone(impact.class),
        reason: about.join("; "),
        why: because(&value.cause),
        fingerprint: value.fingerprint.as_str(),
    }
}

pub(super) fn file(file: &FileDiff) -> FileView<'_> {
    let lines = file.unified.lines().map(|text| LineView {
        kind: match text.as_bytes().first() {
            _ if text.starts_with("+++") || text.starts_with("---") => "hunk",
            Some(b'+') => "added",
            Some(b'-') => "removed",
            Some(b'@') => "hunk",
            _ => "same",
        },
        text,
    });
    FileView {
        path: &file.path,
        presence: match file.presence {
            Presence::Added => " (new)",
            Presence::Removed => " (removed)",
            Presence::Kept => "",
        },
        lines: lines.collect(),
    }
}
