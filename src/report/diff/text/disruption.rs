//! What is interrupted, worst first.

use std::collections::BTreeMap;

use crate::diff::{Place, Presence};
use crate::impact::{Class, FeltBy, Impact, Undo, When};
use crate::report::paint::{Ink, Paint};

use super::super::{ChangedValue, EnvironmentDiff, lasting};
use super::{ink, title, values, wrapped};

/// From this class on each change is told in full.
const TOLD: Class = Class::OnlineDegraded;
/// Columns of a class that is listed.
const CLASS: usize = 12;

pub(super) fn disruption(environment: &EnvironmentDiff, paint: Paint) -> String {
    let mut text = title("disruption", paint);
    let mut classes: BTreeMap<Class, Vec<&ChangedValue>> = BTreeMap::new();
    for value in &environment.changes {
        classes.entry(value.impact.class).or_default().push(value);
    }
    for rename in &environment.renames {
        classes.entry(rename.impact.class).or_default();
    }
    for (class, values) in classes.iter().rev() {
        let renames = environment
            .renames
            .iter()
            .filter(|it| it.impact.class == *class);
        let mut names: Vec<String> = renames
            .map(|it| format!("{} (renamed)", it.place))
            .collect();
        if *class >= TOLD {
            text += &told(*class, values, environment, paint);
        } else {
            names.extend(short(values, environment));
            text += &listed(*class, &names, paint);
            text += &heeds(values, paint);
        }
    }
    text
}

/// A class with each of its changes, and what happens.
fn told(
    class: Class,
    values: &[&ChangedValue],
    environment: &EnvironmentDiff,
    paint: Paint,
) -> String {
    let mut heads: Vec<(String, Vec<&ChangedValue>)> = Vec::new();
    for value in values {
        let class = lasting(class, value.impact.seconds);
        let head = format!(
            "{}{}",
            paint.ink(ink(value.impact.class), &class),
            head(&value.impact)
        );
        match heads.iter_mut().find(|(known, _)| *known == head) {
            Some((_, same)) => same.push(value),
            None => heads.push((head, vec![value])),
        }
    }
    let mut text = String::new();
    for (head, values) in heads {
        text += &format!("  {head}\n");
        for same in alike(&values) {
            text += &which(&same, environment, paint);
            text += &what(&same, paint);
        }
    }
    text
}

/// Values to which the same happens, together.
fn alike<'a>(values: &[&'a ChangedValue]) -> Vec<Vec<&'a ChangedValue>> {
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

/// What happens to values, and under which condition.
fn what(same: &[&ChangedValue], paint: Paint) -> String {
    let Some(impact) = same.first().map(|value| &value.impact) else {
        return String::new();
    };
    let condition = impact.condition.iter().map(|it| format!(" ({it})"));
    let heed = impact.heed.iter().map(|it| format!("; {it}"));
    let extra: String = condition.chain(heed).collect();
    let sentence = wrapped("      ", &format!("{}{extra}", impact.reason), 6);
    format!("{}\n", paint.ink(Ink::Dim, sentence.trim_end()))
}

/// Who feels it, when, and whether there is a way back.
fn head(impact: &Impact) -> String {
    let mut parts = Vec::new();
    if impact.felt_by != FeltBy::Nobody {
        parts.push(format!("felt by {}", impact.felt_by));
    }
    match impact.when {
        When::AtOnce => {}
        When::InWindow => parts.push("in the maintenance window".into()),
        When::ByHand => parts.push("when somebody reboots".into()),
    }
    match impact.undo {
        Undo::Back => {}
        Undo::Harder => parts.push("hard to undo".into()),
        Undo::Never => parts.push("cannot be undone".into()),
    }
    parts.iter().map(|part| format!(", {part}")).collect()
}

/// The values of one impact: what comes or goes whole is named once.
fn which(same: &[&ChangedValue], environment: &EnvironmentDiff, paint: Paint) -> String {
    let width = same
        .iter()
        .map(|it| it.path.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    let mut whole: Vec<&Place> = Vec::new();
    for value in same {
        if let Some(presence) = presence(value, environment) {
            if !whole.contains(&&value.place) {
                text += &format!("    {} ({})\n", value.place, word(presence));
                whole.push(&value.place);
            }
        } else {
            text += &values::row(value, "    ", width, "", paint);
        }
    }
    text
}

fn presence(value: &ChangedValue, environment: &EnvironmentDiff) -> Option<Presence> {
    let part = environment
        .parts
        .iter()
        .find(|part| part.place == value.place);
    part.map(|part| part.presence)
}

fn word(presence: Presence) -> &'static str {
    match presence {
        Presence::Removed => "removed",
        Presence::Added | Presence::Kept => "new",
    }
}

/// Paths in the model's order: `api.requests.{cpu,memory}`, and what comes or goes whole once.
fn short(values: &[&ChangedValue], environment: &EnvironmentDiff) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for value in values {
        let (owner, last) = match presence(value, environment) {
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

/// A class and what has it, on as few lines as will do.
fn listed(class: Class, names: &[String], paint: Paint) -> String {
    let indent = 2 + CLASS;
    let text = wrapped(&" ".repeat(indent), &names.join(", "), indent);
    let class_inked = paint.ink(ink(class), class.name());
    let pad = CLASS - class.name().len().min(CLASS);
    format!("  {class_inked}{}{}", " ".repeat(pad), text.trim_start())
}

/// What somebody has to see to, though nobody feels much.
fn heeds(values: &[&ChangedValue], paint: Paint) -> String {
    let heeds = values.iter().filter_map(|value| {
        let heed = format!("{}: {}", value.path, value.impact.heed.as_ref()?);
        let indent = " ".repeat(2 + CLASS);
        let heed = wrapped(&indent, &heed, 2 + CLASS);
        Some(format!("{}\n", paint.ink(Ink::Yellow, heed.trim_end())))
    });
    heeds.collect()
}
