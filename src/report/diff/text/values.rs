//! Stated changes, the changes that follow from them, and every value in full.

use crate::diff::{Presence, Root};
use crate::report::amount::lasting;
use crate::report::paint::{Ink, Paint, of_class};

use super::super::folded::because;
use super::super::{ChangedValue, EnvironmentDiff};
use super::{WIDTH, title};

/// The stated changes, and the number of changes that follow.
pub(super) fn intent(environment: &EnvironmentDiff, paint: Paint, all: bool) -> String {
    let mut text = title("intent", paint);
    text += &renames(environment);
    let stated: Vec<&ChangedValue> = environment
        .changes
        .iter()
        .filter(|it| it.is_stated())
        .collect();
    let width = widest(&stated);
    for value in stated {
        let root = Root::Stated(value.path.clone());
        let note = follow(environment.following(&root).count());
        text += &row(value, "  ", width, &note, paint);
    }
    text += &parts(environment, paint);
    let lists = if all { "" } else { " (--all lists them)" };
    for (root, of) in [(Root::Tier, "the tier"), (Root::Catalogue, "the catalogue")] {
        text += &match environment.following(&root).count() {
            0 => String::new(),
            1 => format!("  1 value follows {of}{lists}\n"),
            count => format!("  {count} values follow {of}{lists}\n"),
        };
    }
    text
}

fn widest(values: &[&ChangedValue]) -> usize {
    let widths = values.iter().map(|it| it.path.chars().count());
    widths.max().unwrap_or(0)
}

fn follow(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "  (1 value follows from it)".into(),
        _ => format!("  ({count} values follow from it)"),
    }
}

fn renames(environment: &EnvironmentDiff) -> String {
    let lines = environment.renames.iter().map(|rename| {
        let place = rename.place.to_string();
        let kind = place.split('.').next().unwrap_or_default();
        let root = Root::Part(rename.place.clone());
        let note = follow(environment.following(&root).count());
        format!(
            "  {kind}.{}  renamed to {place}{note}\n",
            rename.names.before
        )
    });
    lines.collect()
}

/// The pools, services and groups that the file adds or removes.
fn parts(environment: &EnvironmentDiff, paint: Paint) -> String {
    let mut text = String::new();
    for part in &environment.parts {
        let root = Root::Part(part.place.clone());
        let values = environment.following(&root).count();
        let (ink, what) = match part.presence {
            Presence::Removed => (Ink::Red, "removed"),
            Presence::Added | Presence::Kept => (Ink::Green, "added"),
        };
        if values > 0 {
            text += &format!(
                "  {}  {} ({values} values)\n",
                part.place,
                paint.ink(ink, what)
            );
        }
    }
    text
}

/// `path  before -> after`, on separate lines if they are long.
pub(super) fn row(
    value: &ChangedValue,
    indent: &str,
    width: usize,
    note: &str,
    paint: Paint,
) -> String {
    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "none".into());
    let (before, after) = (side(&value.before), side(&value.after));
    let path = &value.path;
    let line = format!("{indent}{path:<width$}  {before} -> {after}");
    let note_inked = paint.ink(Ink::Dim, note);
    if line.chars().count() + note.chars().count() <= WIDTH {
        return format!("{line}{note_inked}\n");
    }
    if line.chars().count() <= WIDTH {
        return format!("{line}\n{indent}{note_inked}\n");
    }
    format!("{indent}{path}{note_inked}\n{indent}     {before}\n{indent}  -> {after}\n")
}

/// Every value with its class, cause, fingerprint and effect.
pub(super) fn values(environment: &EnvironmentDiff, paint: Paint) -> String {
    let width = environment
        .changes
        .iter()
        .map(|it| it.path.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = title("values", paint);
    for value in &environment.changes {
        text += &row(value, "  ", width, "", paint);
        let impact = &value.impact;
        let class = lasting(impact.class, impact.seconds);
        let about = format!("{}, {}", because(&value.cause), value.fingerprint);
        text += &format!(
            "    {}, {}\n",
            paint.ink(of_class(impact.class), &class),
            paint.ink(Ink::Dim, &about)
        );
    }
    text
}
