//! A changed value: its path, and what it has on either side.

use crate::report::markdown::code;

use super::super::ChangedValue;

/// What a side that lacks something shows.
pub(super) const NONE: &str = "\u{2013}";

/// A value of one side.
pub(super) fn side(value: Option<&String>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| code(value))
}

/// Both sides.
pub(super) fn shift(value: &ChangedValue) -> String {
    format!(
        "{} \u{2192} {}",
        side(value.before.as_ref()),
        side(value.after.as_ref())
    )
}

/// A path in a few words. A note such as `(new)` or `(removed)` is not code.
pub(super) fn named(short: &str) -> String {
    match short.split_once(" (") {
        Some((path, note)) => format!("{} ({note}", code(path)),
        None => code(short),
    }
}
