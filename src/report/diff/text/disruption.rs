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
    let mut text = String::new();
    let mut told: Vec<(&Impact, Vec<&ChangedValue>)> = Vec::new();
    for value in values {
        match told.iter_mut().find(|(impact, _)| **impact == value.impact) {
            Some((_, same)) => same.push(value),
            None => told.push((&value.impact, vec![value])),
        }
    }
    let mut heads: Vec<String> = Vec::new();
    for (impact, same) in told {
        let head = head(impact);
        if heads.last() != Some(&head) {
            let class = lasting(class, impact.seconds);
            text += &format!("  {}{head}\n", paint.ink(ink(impact.class), &class));
            heads.push(head);
        }
        text += &which(&same, environment, paint);
        let condition = impact.condition.iter().map(|it| format!(" ({it})"));
        let sentence = format!("{}{}", impact.reason, condition.collect::<String>());
        let sentence = wrapped("      ", &sentence, 6);
        text += &paint.ink(Ink::Dim, sentence.trim_end());
        text.push('\n');
    }
    text
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
