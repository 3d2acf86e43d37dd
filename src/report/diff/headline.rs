//! What matters of an environment, part by part.

use std::collections::BTreeMap;

use crate::cost::Range;
use crate::diagnostic::Severity;
use crate::diff::Presence;
use crate::impact::Class;
use crate::model::Tier;
use crate::pair::Pair;
use crate::report::amount::{dollars, lasting, money};
use crate::report::paint::{Ink, of_class};

use super::{CostDiff, DiffReport, EnvironmentDiff};

/// What begins the part about disruption.
pub(super) const WORST: &str = "worst disruption: ";

/// `medium -> large`, `+$2,694 to +$3,897 a month`, `worst disruption: failover 60-120 s`, `all rules hold`.
pub(super) fn parts(environment: &EnvironmentDiff) -> Vec<(String, Ink)> {
    let what = what(environment).into_iter();
    let mut parts: Vec<(String, Ink)> = what.map(|it| (it, Ink::Plain)).collect();
    parts.extend(about(environment));
    parts
}

/// The same without what changes: money, disruption, rules.
pub(super) fn about(environment: &EnvironmentDiff) -> Vec<(String, Ink)> {
    let cost = environment.cost.as_ref();
    let mut parts: Vec<(String, Ink)> = cost
        .map(|cost| (money(&cost.total, cost.unpriced.len()), Ink::Plain))
        .into_iter()
        .collect();
    parts.push(match &environment.worst {
        Some(worst) if worst.class > Class::None => (
            format!("{WORST}{}", lasting(worst.class, worst.seconds)),
            of_class(worst.class),
        ),
        Some(_) | None => ("nothing is interrupted".into(), Ink::Green),
    });
    parts.extend(rules(environment));
    parts
}

/// What becomes of it: `medium -> large`.
pub(super) fn what(environment: &EnvironmentDiff) -> Vec<String> {
    let mut what = Vec::new();
    what.extend(
        environment
            .formerly
            .as_ref()
            .map(|name| format!("formerly {name}")),
    );
    let tier = |tier: Option<Tier>| tier.map_or_else(String::new, |tier| tier.to_string());
    let Pair { before, after } = environment.tiers.map(tier);
    let artifacts = environment.artifacts.as_ref().map_or(0, Vec::len);
    match environment.presence {
        Presence::Added => what.push(format!("new, {after}")),
        Presence::Removed => what.push(format!("removed, {before}")),
        Presence::Kept if before != after => what.push(format!("{before} -> {after}")),
        Presence::Kept => what.push(match environment.changes.len() {
            0 if !environment.renames.is_empty() => "only names change".into(),
            0 if artifacts > 0 => "only generated files differ".into(),
            0 => "only prices change".into(),
            1 => "1 value changes".into(),
            count => format!("{count} values change"),
        }),
    }
    what
}

impl DiffReport {
    /// The total growth of all environments; `None` if costs were not requested.
    pub(super) fn money(&self) -> Option<String> {
        let asked = self.environments.iter().any(|it| it.cost.is_some());
        asked.then(|| money(&self.cost.unwrap_or_default(), self.unpriced))
    }
}

/// What the rules find in AFTER, and which.
pub(super) fn rules(environment: &EnvironmentDiff) -> Vec<(String, Ink)> {
    if environment.presence == Presence::Removed {
        return Vec::new();
    }
    let codes = |severity: Severity| {
        let found = environment
            .findings
            .iter()
            .filter(|it| it.severity == severity);
        found.map(|it| it.code.as_str()).collect::<Vec<_>>()
    };
    let counted = |severity: Severity, ink: Ink| {
        let codes = codes(severity);
        let mut names = codes.clone();
        names.sort_unstable();
        names.dedup();
        let plural = if codes.len() == 1 { "" } else { "s" };
        (!codes.is_empty()).then(|| {
            (
                format!("{} {severity}{plural}: {}", codes.len(), names.join(", ")),
                ink,
            )
        })
    };
    let found: Vec<_> = [
        counted(Severity::Error, Ink::Red),
        counted(Severity::Warning, Ink::Yellow),
    ]
    .into_iter()
    .flatten()
    .collect();
    if found.is_empty() {
        vec![("all rules hold".into(), Ink::Green)]
    } else {
        found
    }
}

impl CostDiff {
    /// What changes layer by layer, what does not as one row, without which the rows would not add
    /// up, and the total; nothing where no layer changes.
    pub(super) fn rows(&self) -> Vec<(String, Pair<Range>)> {
        let (same, changed): (Vec<_>, Vec<_>) = self
            .layers
            .iter()
            .partition(|it| it.cost.before == it.cost.after);
        if changed.is_empty() {
            return Vec::new();
        }
        let mut rows: Vec<(String, Pair<Range>)> = changed
            .into_iter()
            .map(|it| (it.layer.to_string(), it.cost))
            .collect();
        let same = same.into_iter();
        let unchanged = same.fold(Range::default(), |sum, it| sum + it.cost.after);
        if dollars(unchanged) != dollars(Range::default()) {
            rows.push(("unchanged".into(), Pair::new(unchanged, unchanged)));
        }
        rows.push(("total".into(), self.total));
        rows
    }

    /// Whether the attribute at `path` changes an amount.
    pub(super) fn is_changed_by(&self, path: &str) -> bool {
        let mut paths = self.layers.iter().flat_map(|layer| &layer.changed_by);
        paths.any(|known| known == path)
    }

    /// The lists that the prices come from: `us-east-1, 2026-05-03, 2026-10-02`.
    pub(super) fn lists(&self) -> String {
        let mut regions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for list in &self.price_lists {
            regions.entry(&list.region).or_default().push(&list.date);
        }
        let regions = regions
            .iter()
            .map(|(region, dates)| format!("{region}, {}", dates.join(", ")));
        regions.collect::<Vec<_>>().join("; ")
    }
}
