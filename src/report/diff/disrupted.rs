//! What a change interrupts, together where it is the same.

use crate::diff::Presence;
use crate::impact::{Class, FeltBy, Impact, Undo, When};

use super::{ChangedValue, EnvironmentDiff};

/// From this class on each change is told in full.
pub(super) const TOLD: Class = Class::OnlineDegraded;

/// Values to which the same happens, together.
pub(super) fn alike<'a>(values: &[&'a ChangedValue]) -> Vec<Vec<&'a ChangedValue>> {
    let mut alike: Vec<Vec<&ChangedValue>> = Vec::new();
    for value in values {
        let same = |group: &&mut Vec<&ChangedValue>| {
            group
                .first()
                .is_some_and(|first| first.impact == value.impact)
        };
        match alike.iter_mut().find(same) {
            Some(group) => group.push(value),
            None => alike.push(vec![value]),
        }
    }
    alike
}

/// Who feels it, when, and whether there is a way back.
pub(super) fn felt(impact: &Impact) -> Vec<String> {
    let mut parts = Vec::new();
    if impact.felt_by != FeltBy::Nobody {
        parts.push(format!("affects {}", impact.felt_by));
    }
    match impact.when {
        When::AtOnce => {}
        When::InWindow => parts.push("in the maintenance window".into()),
        When::ByHand => parts.push("after a manual reboot".into()),
    }
    match impact.undo {
        Undo::Back => {}
        Undo::Harder => parts.push("hard to undo".into()),
        Undo::Never => parts.push("cannot be undone".into()),
    }
    parts
}

/// What becomes of a pool, service or group.
pub(super) fn word(presence: Presence) -> &'static str {
    match presence {
        Presence::Removed => "removed",
        Presence::Added | Presence::Kept => "new",
    }
}

/// Paths in the model's order: `api.requests.{cpu,memory}`, and what comes or goes whole once.
pub(super) fn short(values: &[&ChangedValue], environment: &EnvironmentDiff) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for value in values {
        let (owner, last) = match environment.presence_of(value) {
            Some(presence) => (format!("{} ({})", value.place, word(presence)), ""),
            None => value
                .path
                .rsplit_once('.')
                .map_or((String::new(), value.path.as_str()), |(owner, last)| {
                    (owner.to_owned(), last)
                }),
        };
        match groups.iter_mut().find(|(known, _)| *known == owner) {
            Some((_, lasts)) => lasts.push(last),
            None => groups.push((owner, vec![last])),
        }
    }
    let mut names = Vec::new();
    for (owner, lasts) in groups {
        match lasts.as_slice() {
            _ if owner.is_empty() => names.extend(lasts.iter().map(ToString::to_string)),
            ["", ..] => names.push(owner),
            [last] => names.push(format!("{owner}.{last}")),
            several => names.push(format!("{owner}.{{{}}}", several.join(","))),
        }
    }
    names
}
