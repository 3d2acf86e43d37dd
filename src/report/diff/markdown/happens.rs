//! What a change of one environment interrupts, and in which order it is safe.

use std::collections::BTreeMap;

use crate::diff::Presence;
use crate::impact::{Class, Impact};
use crate::report::amount::{disruption_of, lasting};
use crate::report::markdown::{code, details, prose, table};
use crate::report::plan::BlockedPlan;

use super::super::disrupted::{TOLD, alike, felt, short, word};
use super::super::order::{SafeOrder, ShortStep};
use super::super::{ChangedValue, EnvironmentDiff};
use super::value::{named, shift};

/// A row for each thing that happens, worst first.
pub(super) fn disruption(environment: &EnvironmentDiff) -> String {
    match environment.presence {
        Presence::Added => return String::new(),
        Presence::Removed => return removed(environment),
        Presence::Kept => {}
    }
    let mut classes: BTreeMap<Class, Vec<&ChangedValue>> = BTreeMap::new();
    for value in &environment.changes {
        classes.entry(value.impact.class).or_default().push(value);
    }
    for rename in &environment.renames {
        classes.entry(rename.impact.class).or_default();
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (class, values) in classes.iter().rev() {
        let renames = environment.renames.iter();
        let renames = renames.filter(|it| it.impact.class == *class);
        let renames = renames.map(|it| format!("{} (renamed)", code(&it.place.to_string())));
        if *class >= TOLD {
            let told = alike(values)
                .into_iter()
                .filter_map(|same| told(&same, environment));
            rows.extend(renames.map(|name| vec![bold(*class), name, String::new()]));
            rows.extend(told);
        } else {
            let names = short(values, environment);
            let names: Vec<String> = renames.chain(names.iter().map(|it| named(it))).collect();
            rows.push(vec![class.to_string(), names.join(", "), heeds(values)]);
        }
    }
    table(&["Disruption", "What changes", "What happens"], rows)
}

/// What the end of an environment does: the same to everything in it.
fn removed(environment: &EnvironmentDiff) -> String {
    let Some(impact) = environment.changes.first().map(|value| &value.impact) else {
        return String::new();
    };
    let happens = format!("{}; {}", impact.reason, felt(impact).join(", "));
    let row = vec![bold(impact.class), "everything".into(), prose(&happens)];
    table(&["Disruption", "What changes", "What happens"], [row])
}

fn bold(class: Class) -> String {
    format!("**{class}**")
}

/// Values to which the same happens, with all that is known of it.
fn told(same: &[&ChangedValue], environment: &EnvironmentDiff) -> Option<Vec<String>> {
    let impact = &same.first()?.impact;
    let mut names: Vec<String> = Vec::new();
    for value in same {
        let name = match environment.presence_of(value) {
            Some(presence) => format!("{} ({})", code(&value.place.to_string()), word(presence)),
            None => format!("{} {}", code(&value.path), shift(value)),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let class = format!("**{}**", lasting(impact.class, impact.seconds));
    Some(vec![class, names.join("<br>"), happens(impact)])
}

/// `felt by everyone, cannot be undone: RDS stripes the volume (across 400 GiB)`.
fn happens(impact: &Impact) -> String {
    let felt = felt(impact).join(", ");
    let mut text = prose(&impact.reason);
    if let Some(condition) = &impact.condition {
        text += &format!(" ({})", prose(condition));
    }
    if let Some(heed) = &impact.heed {
        text += &format!("; **{}**", prose(heed));
    }
    if felt.is_empty() {
        text
    } else {
        format!("{}: {text}", prose(&felt))
    }
}

fn heeds(values: &[&ChangedValue]) -> String {
    let heeds = values.iter().filter_map(|value| {
        let heed = value.impact.heed.as_ref()?;
        Some(format!("{}: {}", code(&value.path), prose(heed)))
    });
    heeds.collect::<Vec<_>>().join("<br>")
}

/// A summary of the plan's steps, or the rule that prevents any order.
pub(super) fn order(environment: &EnvironmentDiff) -> String {
    let Some(order) = &environment.order else {
        return String::new();
    };
    let mut body: String = order.steps.iter().map(step).collect();
    for kept in &order.kept {
        body += &format!(
            "\nKept: {}. Write this in the file: {}.\n",
            prose(&kept.reason),
            code(&kept.line)
        );
    }
    if let Some(blocked) = &order.blocked {
        return stopped(order, blocked, &body);
    }
    if order.steps.is_empty() {
        return body.trim_start().to_owned();
    }
    let summary = format!("Safe order: {}", steps(order));
    let commands = "\n`tierc plan` prints each step with its commands, its checks and its undo.";
    details(&summary, &format!("{body}{commands}"))
}

fn steps(order: &SafeOrder) -> String {
    match order.steps.len() {
        1 => "1 step".to_owned(),
        count => format!("{count} steps"),
    }
}

fn step(step: &ShortStep) -> String {
    let mut text = format!("{}. {}", step.number, prose(&step.title));
    if let Some(impact) = &step.impact {
        let class = disruption_of(impact.class, impact.seconds);
        let class = if impact.class >= TOLD {
            format!("**{class}**")
        } else {
            class
        };
        text += &format!(" \u{2014} {class}");
        for part in felt(impact) {
            text += &format!(", {}", prose(&part));
        }
    }
    text.push('\n');
    text
}

fn stopped(order: &SafeOrder, blocked: &BlockedPlan, before: &str) -> String {
    let mut text =
        "**There is no complete safe order.** The remaining changes, and the rules that they would break:\n\n".to_owned();
    for left in &blocked.left {
        text += &format!("- {}\n", prose(left));
    }
    text.push('\n');
    for rule in &blocked.findings {
        text += &format!("- {}: {}\n", code(&rule.code), prose(&rule.message));
        for note in &rule.notes {
            text += &format!("  - {}\n", prose(note));
        }
    }
    for bridge in &blocked.bridges {
        text += &format!("- help: {}\n", prose(&bridge.message));
    }
    if before.is_empty() {
        return text;
    }
    let summary = format!("{} before that", steps(order));
    format!("{text}\n{}", details(&summary, before))
}
