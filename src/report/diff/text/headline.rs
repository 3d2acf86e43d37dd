//! What matters of an environment, in a sentence.

use crate::diff::Presence;
use crate::impact::Class;
use crate::model::Money;
use crate::pair::Pair;
use crate::report::paint::{Ink, Paint};

use super::super::{CostDiff, EnvironmentDiff, growth, lasting};
use super::{WIDTH, ink};

/// `prod: medium -> large, +$2,694 to +$3,897 a month, worst: failover 60-120 s, all rules hold`.
pub(super) fn headline(environment: &EnvironmentDiff, paint: Paint) -> String {
    let mut parts: Vec<(String, Ink)> = what(environment)
        .into_iter()
        .map(|it| (it, Ink::Plain))
        .collect();
    parts.extend(
        environment
            .cost
            .as_ref()
            .map(|cost| (money(cost), Ink::Plain)),
    );
    parts.push(match &environment.worst {
        Some(worst) if worst.class > Class::None => (
            format!("worst: {}", lasting(worst.class, worst.seconds)),
            ink(worst.class),
        ),
        Some(_) | None => ("nothing is interrupted".into(), Ink::Green),
    });
    parts.extend(rules(environment));
    let name = &environment.environment;
    let indent = name.chars().count() + 2;
    let (mut text, mut column) = (format!("{}: ", paint.ink(Ink::Bold, name)), indent);
    for (at, (part, ink)) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        let length = part.chars().count() + usize::from(!last);
        if column + length > WIDTH && column > indent {
            text = format!("{}\n{}", text.trim_end(), " ".repeat(indent));
            column = indent;
        }
        text += &paint.ink(*ink, part);
        text += if last { "\n" } else { ", " };
        column += length + 1;
    }
    text
}

fn what(environment: &EnvironmentDiff) -> Vec<String> {
    let mut what = Vec::new();
    what.extend(
        environment
            .formerly
            .as_ref()
            .map(|name| format!("formerly {name}")),
    );
    let tier =
        |tier: Option<crate::model::Tier>| tier.map_or_else(String::new, |tier| tier.to_string());
    let Pair { before, after } = environment.tiers.map(tier);
    match environment.presence {
        Presence::Added => what.push(format!("new, {after}")),
        Presence::Removed => what.push(format!("removed, {before}")),
        Presence::Kept if before != after => what.push(format!("{before} -> {after}")),
        Presence::Kept => what.push(match environment.changes.len() {
            0 => "only names change".into(),
            1 => "1 value changes".into(),
            count => format!("{count} values change"),
        }),
    }
    what
}

fn money(cost: &CostDiff) -> String {
    let lacking = cost.unpriced.len();
    let change = growth(&cost.total);
    match (change == Money::ZERO.signed(), lacking) {
        (true, 0) => "the same cost".into(),
        (true, _) => format!("cost unknown: {lacking} without a price"),
        (false, 0) => format!("{change} a month"),
        (false, _) => format!("{change} a month and {lacking} without a price"),
    }
}

/// What the rules find in AFTER, and which.
fn rules(environment: &EnvironmentDiff) -> Vec<(String, Ink)> {
    if environment.presence == Presence::Removed {
        return Vec::new();
    }
    let codes = |severity: &str| {
        let found = environment
            .findings
            .iter()
            .filter(|it| it.severity == severity);
        found.map(|it| it.code.as_str()).collect::<Vec<_>>()
    };
    let counted = |what: &str, ink: Ink| {
        let codes = codes(what);
        let mut names = codes.clone();
        names.sort_unstable();
        names.dedup();
        let plural = if codes.len() == 1 { "" } else { "s" };
        (!codes.is_empty()).then(|| {
            (
                format!("{} {what}{plural}: {}", codes.len(), names.join(", ")),
                ink,
            )
        })
    };
    let found: Vec<_> = [counted("error", Ink::Red), counted("warning", Ink::Yellow)]
        .into_iter()
        .flatten()
        .collect();
    if found.is_empty() {
        vec![("all rules hold".into(), Ink::Green)]
    } else {
        found
    }
}
