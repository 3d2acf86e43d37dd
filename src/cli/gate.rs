//! `--fail-on` and `--approve`.

use std::collections::BTreeSet;
use std::str::FromStr;

use crate::cost::{CostDifference, CostGate, Verdict};
use crate::diff::Presence;
use crate::impact::{Class, Fingerprint};
use crate::report::diff::{DiffReport, EnvironmentDiff, Gated, growth, lasting};

/// A limit for a change.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    /// As it was written.
    written: String,
    kind: GateKind,
}

#[derive(Clone, Copy, Debug)]
enum GateKind {
    /// No change may have this class or a worse one.
    Disruption(Class),
    /// The most growth of floor and ceiling, for each environment and for all together.
    Cost(CostGate),
}

impl FromStr for Gate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let kind = match text.split_once('=') {
            Some(("disruption", class)) => GateKind::Disruption(parse_class(class)?),
            Some(("cost", limit)) => GateKind::Cost(CostGate::parse(limit)?),
            Some(_) | None => {
                return Err(format!(
                    "`{text}` is not a limit: write `disruption=failover`, `cost=+20%` or `cost=+500`"
                ));
            }
        };
        Ok(Self {
            written: text.to_owned(),
            kind,
        })
    }
}

fn parse_class(text: &str) -> Result<Class, String> {
    let known = Class::NAMES.iter().find(|(name, _)| *name == text);
    known.map(|(_, class)| *class).ok_or_else(|| {
        let names: Vec<&str> = Class::NAMES.iter().map(|(name, _)| *name).collect();
        format!(
            "there is no class `{text}`: the classes are {}",
            names.join(", ")
        )
    })
}

/// What was approved.
pub(super) struct Approved<'a>(BTreeSet<&'a str>);

impl<'a> Approved<'a> {
    pub(super) fn new(fingerprints: &'a [String]) -> Self {
        Self(fingerprints.iter().map(String::as_str).collect())
    }

    fn has(&self, fingerprint: &Fingerprint) -> bool {
        self.0.contains(fingerprint.as_str())
    }

    /// The approvals that match nothing in the report.
    pub(super) fn unknown(&self, report: &DiffReport) -> Vec<&'a str> {
        let mut known: BTreeSet<&str> = BTreeSet::from([report.fingerprint.as_str()]);
        for environment in &report.environments {
            known.insert(environment.fingerprint.as_str());
            known.extend(environment.changes.iter().map(|it| it.fingerprint.as_str()));
            known.extend(environment.renames.iter().map(|it| it.fingerprint.as_str()));
        }
        self.0
            .iter()
            .copied()
            .filter(|it| !known.contains(it))
            .collect()
    }
}

/// The result of the limits for a report. `costs` are those of its environments, in order.
pub(super) fn judge(
    gates: &[Gate],
    approved: &Approved<'_>,
    report: &DiffReport,
    costs: &[&CostDifference],
) -> Vec<Gated> {
    let judged = gates.iter().map(|gate| {
        let by = if approved.has(&report.fingerprint) {
            Vec::new()
        } else {
            match gate.kind {
                GateKind::Disruption(class) => disruption(class, approved, report),
                GateKind::Cost(limit) => cost(&limit, approved, report, costs),
            }
        };
        Gated {
            gate: gate.written.clone(),
            exceeded: !by.is_empty(),
            by,
        }
    });
    judged.collect()
}

fn disruption(limit: Class, approved: &Approved<'_>, report: &DiffReport) -> Vec<String> {
    let mut by = Vec::new();
    for environment in &report.environments {
        if approved.has(&environment.fingerprint) {
            continue;
        }
        let values = environment
            .changes
            .iter()
            .map(|it| (it.path.clone(), &it.impact, &it.fingerprint));
        let renames = environment
            .renames
            .iter()
            .map(|it| (it.place.to_string(), &it.impact, &it.fingerprint));
        if environment.presence != Presence::Kept {
            let mut parts = values.chain(renames);
            let beyond = parts.any(|(_, impact, fingerprint)| {
                impact.class >= limit && !approved.has(fingerprint)
            });
            by.extend(beyond.then(|| whole(environment)));
            continue;
        }
        for (what, impact, fingerprint) in values.chain(renames) {
            if impact.class >= limit && !approved.has(fingerprint) {
                let class = lasting(impact.class, impact.seconds);
                by.push(format!(
                    "{} {what}: {class}, {fingerprint}",
                    environment.environment
                ));
            }
        }
    }
    by
}

/// The message for an added or removed environment.
fn whole(environment: &EnvironmentDiff) -> String {
    let worst = environment.worst.as_ref();
    let class = worst.map_or_else(String::new, |it| lasting(it.class, it.seconds));
    let (name, fingerprint) = (&environment.environment, &environment.fingerprint);
    let what = match environment.presence {
        Presence::Removed => "is removed with everything in it",
        Presence::Added | Presence::Kept => "is new",
    };
    format!("{name} {what}: {class}, {fingerprint}")
}

fn cost(
    limit: &CostGate,
    approved: &Approved<'_>,
    report: &DiffReport,
    costs: &[&CostDifference],
) -> Vec<String> {
    let mut by = Vec::new();
    let mut all = CostDifference {
        calendar: Vec::new(),
        layers: Vec::new(),
        items: Vec::new(),
        unknown: Vec::new(),
    };
    for (environment, difference) in report.environments.iter().zip(costs) {
        if approved.has(&environment.fingerprint) {
            continue;
        }
        all.layers.extend(difference.layers.iter().copied());
        all.unknown.extend(difference.unknown.iter().cloned());
        by.extend(exceeds(limit, difference).map(|why| beyond(environment, &why)));
    }
    // Many small steps are a large one.
    if by.is_empty() && report.environments.len() > 1 {
        by.extend(
            exceeds(limit, &all).map(|why| format!("all together: {why}, {}", report.fingerprint)),
        );
    }
    by
}

fn beyond(environment: &EnvironmentDiff, why: &str) -> String {
    format!(
        "{}: {why}, {}",
        environment.environment, environment.fingerprint
    )
}

fn exceeds(limit: &CostGate, difference: &CostDifference) -> Option<String> {
    match limit.judge(difference) {
        Verdict::Within => None,
        Verdict::Exceeded => Some(format!("{} a month", growth(&difference.total().0))),
        Verdict::Undecided => {
            let paths: Vec<&str> = difference
                .unknown
                .iter()
                .map(|it| it.path.as_str())
                .collect();
            Some(format!(
                "unknown, because prices are missing: {}",
                paths.join(", ")
            ))
        }
    }
}
