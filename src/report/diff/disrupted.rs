//! The disruption of a change, grouped by effect.

use crate::diff::Presence;
use crate::impact::{Class, FeltBy, Impact, ImpactTime, Undo};
use crate::report::paths::by_owner;

use super::{ChangedValue, CostDiff, EnvironmentDiff};

/// From this class on, each change is shown in full.
pub(super) const TOLD: Class = Class::OnlineDegraded;

/// Groups of values with the same effect.
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

/// Who is affected, when, and whether the change can be reverted.
pub(super) fn felt(impact: &Impact) -> Vec<String> {
    let mut parts = Vec::new();
    if impact.felt_by != FeltBy::Nobody {
        parts.push(format!("affects {}", impact.felt_by));
    }
    match impact.when {
        ImpactTime::AtOnce => {}
        ImpactTime::InWindow => parts.push("in the maintenance window".into()),
        ImpactTime::ByHand => parts.push("after a manual reboot".into()),
    }
    match impact.undo {
        Undo::Back => {}
        Undo::Harder => parts.push("hard to undo".into()),
        Undo::Never => parts.push("cannot be undone".into()),
    }
    parts
}

/// Whether a pool, service or group is added or removed, as a word.
pub(super) fn word(presence: Presence) -> &'static str {
    match presence {
        Presence::Removed => "removed",
        Presence::Added | Presence::Kept => "new",
    }
}

/// Paths in the model's order: `api.requests.{cpu,memory}`. A node that is added or removed is named once.
pub(super) fn short(values: &[&ChangedValue], environment: &EnvironmentDiff) -> Vec<String> {
    let split = values.iter().map(|value| {
        let path = value.path.as_str();
        match (environment.presence_of(value), path.rsplit_once('.')) {
            (Some(presence), _) => (format!("{} ({})", value.place, word(presence)), ""),
            (None, Some((owner, last))) => (owner.to_owned(), last),
            (None, None) => (String::new(), path),
        }
    });
    by_owner(split)
}

/// The attributes that change an amount of the cost, in a few words each.
pub(super) fn changing_cost(cost: &CostDiff, environment: &EnvironmentDiff) -> Vec<String> {
    let values = environment.changes.iter();
    let values: Vec<&ChangedValue> = values.filter(|it| cost.is_changed_by(&it.path)).collect();
    short(&values, environment)
}
