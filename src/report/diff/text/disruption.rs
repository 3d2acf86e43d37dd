//! What is interrupted, worst first.

use std::collections::BTreeMap;

use crate::diff::{DiffPlace, Presence};
use crate::impact::Class;
use crate::report::amount::lasting;
use crate::report::paint::{Ink, Paint, of_class};

use super::super::disrupted::{TOLD, alike, felt, short, word};
use super::super::{ChangedValue, EnvironmentDiff};
use super::{title, values, wrapped};

/// Columns of a class that is listed.
const CLASS: usize = 12;

pub(super) fn disruption(environment: &EnvironmentDiff, paint: Paint) -> String {
    let mut text = title("disruption", paint);
    if environment.presence == Presence::Removed {
        return text + &removed(environment, paint);
    }
    if !environment.has_changes() {
        return String::new();
    }
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

/// The impact of removing an environment, which is the same for all its parts.
fn removed(environment: &EnvironmentDiff, paint: Paint) -> String {
    let Some(impact) = environment.changes.first().map(|value| &value.impact) else {
        return String::new();
    };
    let head = impact.class.name();
    let felt: Vec<String> = felt(impact).iter().map(|it| format!(", {it}")).collect();
    let sentence = format!("{head}{}: {}", felt.concat(), impact.reason);
    let told = wrapped("  ", &sentence, 6);
    told.replacen(head, &paint.ink(of_class(impact.class), head), 1)
}

/// A class with its changes and their effects.
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
            paint.ink(of_class(value.impact.class), &class),
            felt(&value.impact)
                .iter()
                .map(|part| format!(", {part}"))
                .collect::<String>()
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

/// The values of one impact. Added and removed parts are named once.
fn which(same: &[&ChangedValue], environment: &EnvironmentDiff, paint: Paint) -> String {
    let width = same
        .iter()
        .map(|it| it.path.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    let mut whole: Vec<&DiffPlace> = Vec::new();
    for value in same {
        if let Some(presence) = environment.presence_of(value) {
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

/// A class and its values, on as few lines as possible.
fn listed(class: Class, names: &[String], paint: Paint) -> String {
    let indent = 2 + CLASS;
    let text = wrapped(&" ".repeat(indent), &names.join(", "), indent);
    let class_inked = paint.ink(of_class(class), class.name());
    let pad = CLASS - class.name().len().min(CLASS);
    format!("  {class_inked}{}{}", " ".repeat(pad), text.trim_start())
}

/// What a person must take care of, even if few users notice.
fn heeds(values: &[&ChangedValue], paint: Paint) -> String {
    let heeds = values.iter().filter_map(|value| {
        let heed = format!("{}: {}", value.path, value.impact.heed.as_ref()?);
        let indent = " ".repeat(2 + CLASS);
        let heed = wrapped(&indent, &heed, 2 + CLASS);
        Some(format!("{}\n", paint.ink(Ink::Yellow, heed.trim_end())))
    });
    heeds.collect()
}
