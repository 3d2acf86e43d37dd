//! What the template shows, in its words.

use serde::Serialize;

use crate::diagnostic::Severity;
use crate::diagnostic::json::FindingJson;
use crate::diff::Presence;
use crate::impact::{Class, Undo};
use crate::report::amount::lasting;
use crate::report::page::{Tone, class_tone, tone};
use crate::report::plan::BlockedPlan;

use super::super::disrupted::{changing_cost, felt};
use super::super::headline;
use super::super::{CostDiff, DiffReport, EnvironmentDiff, ResourceReport, ShortStep};
use super::bars::{LayerBar, Server, layers, servers};
use super::values::{FileView, GroupView, RenameView, file, groups, rename};

#[derive(Serialize)]
pub(super) struct DiffView<'a> {
    title: String,
    /// Whether the one environment is all there is: the page is about it.
    single: bool,
    summary: Vec<Fact>,
    gates: Vec<GateView<'a>>,
    unread: Vec<FindingView>,
    environments: Vec<One<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct Fact {
    text: String,
    tone: Tone,
}

#[derive(Serialize)]
struct GateView<'a> {
    limit: &'a str,
    says: &'static str,
    tone: Tone,
    by: &'a [String],
}

#[derive(Serialize)]
struct FindingView {
    code: String,
    severity: Severity,
    tone: Tone,
    place: Option<String>,
    message: String,
    notes: Vec<String>,
    help: Vec<String>,
}

#[derive(Serialize)]
struct One<'a> {
    id: String,
    name: &'a str,
    what: String,
    facts: Vec<Fact>,
    worst: String,
    tone: Tone,
    growth: String,
    findings: Vec<FindingView>,
    layers: Vec<LayerBar>,
    lists: String,
    changed_by: Vec<String>,
    unpriced: &'a [String],
    kept: &'a [String],
    calendar: &'a [String],
    resources: &'a [ResourceReport],
    servers: Vec<Server>,
    steps: Vec<StepView<'a>>,
    blocked: Option<&'a BlockedPlan>,
    order_kept: Vec<&'a crate::report::plan::KeptReport>,
    renames: Vec<RenameView<'a>>,
    groups: Vec<GroupView<'a>>,
    artifacts: Option<Vec<FileView<'a>>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct StepView<'a> {
    number: usize,
    title: &'a str,
    class: String,
    tone: Tone,
    felt: String,
    reason: &'a str,
    /// Whether it has to be said that there is no way back, because what is felt does not.
    last: bool,
}

/// The report in the template's words.
pub(super) fn of(report: &DiffReport) -> DiffView<'_> {
    let differing = report.environments.len();
    let of = differing + report.unchanged;
    let plural = if of == 1 { "" } else { "s" };
    let title = match report.environments.as_slice() {
        [] => format!("No differences in {of} environment{plural}"),
        [one] if of == 1 => format!("{}: {}", one.environment, what(one)),
        _ => format!("{differing} of {of} environments differ"),
    };
    let single = of == 1 && differing == 1;
    DiffView {
        title,
        single,
        summary: match report.environments.first() {
            Some(one) if single => facts(one),
            _ => summary(report),
        },
        gates: report.gates.iter().map(gate).collect(),
        unread: report.unread.iter().map(found).collect(),
        environments: report.environments.iter().map(one).collect(),
        fingerprint: report.fingerprint.as_str(),
    }
}

/// What all environments come to.
fn summary(report: &DiffReport) -> Vec<Fact> {
    let cost = report.money().map(|text| Fact {
        text,
        tone: Tone::Plain,
    });
    let worst = report.worst.iter().map(|worst| Fact {
        text: format!("worst disruption: {}", lasting(worst.class, worst.seconds)),
        tone: class_tone(worst.class),
    });
    cost.into_iter().chain(worst).collect()
}

fn facts(environment: &EnvironmentDiff) -> Vec<Fact> {
    let facts = headline::about(environment).into_iter();
    facts
        .map(|(text, ink)| Fact {
            text,
            tone: tone(ink),
        })
        .collect()
}

fn gate(gate: &super::super::Gated) -> GateView<'_> {
    let (says, tone) = if gate.exceeded {
        ("exceeded", Tone::Bad)
    } else {
        ("kept", Tone::Good)
    };
    GateView {
        limit: &gate.gate,
        says,
        tone,
        by: &gate.by,
    }
}

fn what(environment: &EnvironmentDiff) -> String {
    let what = headline::what(environment).join(", ");
    what.replace(" -> ", " \u{2192} ")
}

fn found(finding: &FindingJson) -> FindingView {
    FindingView {
        code: finding.code.clone(),
        severity: finding.severity,
        tone: match finding.severity {
            Severity::Error => Tone::Bad,
            Severity::Warning => Tone::Look,
            Severity::Note => Tone::Note,
        },
        place: finding.shown_place(),
        message: finding.message.clone(),
        notes: finding.notes.clone(),
        help: finding.help.iter().map(|it| it.message.clone()).collect(),
    }
}

fn one(environment: &EnvironmentDiff) -> One<'_> {
    let worst = environment.worst.as_ref();
    let class = worst.map_or(Class::None, |it| it.class);
    let cost = environment.cost.as_ref();
    let order = environment.order.as_ref();
    let findings = environment.findings.iter();
    One {
        id: format!("environment-{}", environment.environment),
        name: &environment.environment,
        what: what(environment),
        facts: facts(environment),
        worst: worst.map_or_else(String::new, |it| lasting(it.class, it.seconds)),
        tone: class_tone(class),
        growth: cost.map_or_else(String::new, CostDiff::growth),
        findings: findings
            .filter(|it| it.severity != Severity::Note)
            .map(found)
            .collect(),
        layers: cost.map(layers).unwrap_or_default(),
        lists: cost.map(CostDiff::lists).unwrap_or_default(),
        changed_by: cost.map_or_else(Vec::new, |cost| changing_cost(cost, environment)),
        unpriced: cost.map(|it| it.unpriced.as_slice()).unwrap_or_default(),
        kept: cost.map(|it| it.kept.as_slice()).unwrap_or_default(),
        calendar: cost.map(|it| it.calendar.as_slice()).unwrap_or_default(),
        resources: match environment.presence {
            Presence::Kept => &environment.resources,
            Presence::Added | Presence::Removed => &[],
        },
        servers: servers(environment),
        steps: order.map_or_else(Vec::new, |it| it.steps.iter().map(step).collect()),
        blocked: order.and_then(|it| it.blocked.as_ref()),
        order_kept: order.map_or_else(Vec::new, |it| it.kept.iter().collect()),
        renames: environment.renames.iter().map(rename).collect(),
        groups: groups(environment),
        artifacts: environment
            .artifacts
            .as_ref()
            .map(|files| files.iter().map(file).collect()),
        fingerprint: environment.fingerprint.as_str(),
    }
}

fn step(step: &ShortStep) -> StepView<'_> {
    let impact = step.impact.as_ref();
    let class = impact.map_or(Class::None, |it| it.class);
    StepView {
        number: step.number,
        title: &step.title,
        class: lasting(class, impact.and_then(|it| it.seconds)),
        tone: class_tone(class),
        felt: impact.map(felt).unwrap_or_default().join(", "),
        reason: impact.map_or("", |it| &it.reason),
        last: !step.undoable && impact.is_none_or(|it| it.undo != Undo::Never),
    }
}
