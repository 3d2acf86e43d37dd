//! `tierc plan`: the steps of a change, as one value that every format reads and JSON writes
//! unchanged.

mod environment;
mod markdown;
mod text;

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::action::shell::word;
use crate::action::{self, Action};
use crate::budget::connections;
use crate::budget::transition::SumSubject;
use crate::cost::Range;
use crate::diagnostic::Help;
use crate::diagnostic::json::{EditJson, FindingJson, edits};
use crate::diagnostic::mask::mask;
use crate::impact::{Class, FeltBy, Impact, ImpactTime};
use crate::model::{Duration, Tier};
use crate::pair::Pair;
use crate::plan::procedure::Procedure;
use crate::plan::script;
use crate::plan::{Blocked, Kept, Meanwhile, step};
use crate::report::amount::{disruption_of, growth, lasting};
use crate::report::paths::grouped;

pub use environment::{PlannedEnvironment, of_environment};
pub use markdown::markdown;
pub use text::text;

/// The plans of the environments that differ.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlanReport {
    /// Always `plan`; identifies this kind of report.
    pub report: PlanReportKind,
    /// The plans, one for each environment that exists on both sides and differs.
    pub environments: Vec<EnvironmentPlan>,
    /// The environments that only AFTER has. They need no safe order.
    pub new: Vec<String>,
    /// The environments that only BEFORE has.
    pub gone: Vec<String>,
    /// Findings in files of either side that cannot be resolved.
    pub unread: Vec<FindingJson>,
    /// The folder from which the commands read the states.
    pub states: String,
    /// Whether that folder was written.
    pub written: bool,
}

/// The name of the report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[schemars(rename = "PlanKind")]
pub enum PlanReportKind {
    /// An order of steps.
    Plan,
}

/// The plan of one environment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct EnvironmentPlan {
    /// Its name.
    pub environment: String,
    /// Its tier.
    pub tiers: Pair<Tier>,
    /// The worst step; null if there is nothing to do.
    pub worst: Option<WorstStep>,
    /// The total interruption.
    pub interruptions: Interruptions,
    /// The monthly cost in USD in the first state and in the last; null if nothing has a price.
    pub cost: Option<Pair<Range>>,
    /// The number of unpriced items in the last state. Amounts exclude them.
    pub unpriced: usize,
    /// What is done, in order.
    pub steps: Vec<PlanStep>,
    /// The attributes that keep BEFORE's value, because AWS cannot change them.
    pub kept: Vec<KeptReport>,
    /// Why the steps end before AFTER; null if they reach it.
    pub blocked: Option<BlockedPlan>,
}

/// Attributes that keep BEFORE's value.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Kept")]
pub struct KeptReport {
    /// Their paths.
    pub paths: Vec<String>,
    /// Why, as one sentence.
    pub reason: String,
    /// What to write into the file, so that it matches the real state.
    pub line: String,
    /// The same as edits of AFTER's file.
    pub edits: Vec<EditJson>,
}

impl From<&Kept> for KeptReport {
    fn from(kept: &Kept) -> Self {
        Self {
            paths: kept.paths.clone(),
            reason: kept.reason.clone(),
            line: kept.line(),
            edits: edits(&kept.edits),
        }
    }
}

/// The worst step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorstStep {
    /// Its number.
    pub step: usize,
    /// What it does.
    pub class: Class,
    /// Its duration in seconds, from and to; null if it is unknown or not felt.
    pub seconds: Option<(u32, u32)>,
}

/// The total interruption of a plan.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Interruptions {
    /// The steps that drop connections or do worse: `failover` and beyond.
    pub steps: Vec<usize>,
    /// The total duration of those with a known duration, in seconds from and to.
    pub seconds: (u32, u32),
    /// Those with an unknown duration.
    pub of_unknown_length: Vec<usize>,
    /// The steps that slow something down for hours: `online-degraded`.
    pub slower: Vec<usize>,
}

/// One step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlanStep {
    /// Its place, from 1.
    pub number: usize,
    /// What it does.
    pub title: String,
    /// Its worst impact; null if it changes nothing that runs.
    pub impact: Option<Impact>,
    /// What it changes.
    pub changes: Vec<StepChange>,
    /// The monthly cost before and after it; null if nothing has a price.
    pub cost: Option<Pair<Range>>,
    /// The paths of the attributes that change the cost.
    pub cost_changed_by: Vec<String>,
    /// Connections that can be open while it runs, if they exceed those before and after it.
    pub meanwhile: Vec<MeanwhileAsked>,
    /// How it is applied and verified.
    pub procedure: PlanProcedure,
    /// How the step is undone.
    pub undo: WayBack,
    /// Its files; null if the states are not written.
    pub files: Option<StepFiles>,
}

/// The files of a step, for a POSIX shell.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StepFiles {
    /// The script that applies it.
    pub apply: String,
    /// The script that verifies it.
    pub verify: String,
    /// Returns to the state before the step, or says why that is impossible.
    pub undo: String,
}

/// How a step is applied or undone.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlanProcedure {
    /// What must be true before the first action, as sentences.
    pub requires: Vec<String>,
    /// The actions that apply the step.
    pub apply: Vec<PlanAction>,
    /// The checks that it is done. The next step waits for them.
    pub verify: Vec<PlanAction>,
    /// What else to wait for, as sentences.
    pub wait: Vec<String>,
    /// Further notes, as sentences.
    pub notes: Vec<String>,
}

/// An action of a step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlanAction {
    /// What it does, as one line.
    pub does: String,
    /// The same without variables, as in the text report; empty if the action only looks up what a
    /// later action uses.
    pub summary: Vec<String>,
    /// The action.
    pub action: Action,
    /// The same for a POSIX shell: one line or several.
    pub shell: String,
}

impl PlanAction {
    /// All actions of one script.
    fn all(actions: &[Action]) -> Vec<Self> {
        let summaries = action::summary(actions);
        let each = actions.iter().zip(summaries);
        each.map(|(action, summary)| Self {
            does: action.does(),
            summary,
            action: action.clone(),
            shell: action.shell(),
        })
        .collect()
    }
}

impl From<&Procedure> for PlanProcedure {
    fn from(procedure: &Procedure) -> Self {
        Self {
            requires: procedure.requires.clone(),
            apply: PlanAction::all(&procedure.apply),
            verify: PlanAction::all(&procedure.verify),
            wait: procedure.wait.clone(),
            notes: procedure.notes.clone(),
        }
    }
}

/// Connections that can be open while a step runs, beyond those of both states.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MeanwhileAsked {
    /// Where the connections are.
    pub of: ConnectionsTo,
    /// How many can be open at once.
    pub asked: u64,
    /// The limit.
    pub limit: u64,
    /// The sum.
    pub arithmetic: String,
    /// The longest time in seconds; null if it ends with the last old pod.
    pub seconds: Option<u64>,
}

/// What takes connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub enum ConnectionsTo {
    /// The primary.
    #[serde(rename = "the primary")]
    Primary,
    /// Any of the read replicas.
    #[serde(rename = "a read replica")]
    ReadReplica,
    /// PgBouncer, from its clients.
    #[serde(rename = "PgBouncer")]
    Pgbouncer,
}

impl fmt::Display for ConnectionsTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Primary => "the primary",
            Self::ReadReplica => "a read replica",
            Self::Pgbouncer => "PgBouncer",
        })
    }
}

impl MeanwhileAsked {
    /// `a read replica can get 645 of 795 connections until the last old pod is gone: ...`.
    fn told(&self) -> String {
        let until = match self.seconds {
            Some(seconds) => format!("for up to {}", Duration::from_secs(seconds)),
            None => "until the last old pod is gone".to_owned(),
        };
        format!(
            "{} can get {} of {} connections {until}: {}",
            self.of, self.asked, self.limit, self.arithmetic
        )
    }
}

impl From<&Meanwhile> for MeanwhileAsked {
    fn from(meanwhile: &Meanwhile) -> Self {
        let sum = &meanwhile.sum;
        Self {
            of: match sum.subject {
                SumSubject::Primary => ConnectionsTo::Primary,
                SumSubject::Replica => ConnectionsTo::ReadReplica,
                SumSubject::Clients => ConnectionsTo::Pgbouncer,
            },
            asked: sum.total(),
            limit: sum.limit,
            arithmetic: connections::arithmetic(&sum.terms),
            seconds: meanwhile.seconds,
        }
    }
}

/// A value that a step changes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StepChange {
    /// Its path in KDL spelling.
    pub path: String,
    /// BEFORE's value; null if it is new.
    pub before: Option<String>,
    /// AFTER's value; null if it is removed.
    pub after: Option<String>,
    /// How much it interrupts at this step.
    pub class: Class,
    /// Whether the step adds or removes the whole pool, service or group that it belongs to.
    #[serde(skip)]
    pub whole: bool,
}

/// The undo of a step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WayBack {
    /// How the step is undone; null if it has no undo.
    pub procedure: Option<PlanProcedure>,
    /// Why the step has no undo; null if it has one.
    pub impossible: Option<String>,
}

/// Why a plan ends before AFTER.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct BlockedPlan {
    /// The steps that are left.
    pub left: Vec<String>,
    /// The rules that they would break.
    pub findings: Vec<Broken>,
    /// Values that make a plan possible.
    pub bridges: Vec<Bridge>,
}

/// Values that make a plan possible.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Bridge {
    /// What to write, as one sentence.
    pub message: String,
    /// The same as edits of AFTER's file; empty if a person has to choose.
    pub edits: Vec<EditJson>,
}

impl From<&Help> for Bridge {
    fn from(help: &Help) -> Self {
        Self {
            message: mask(&help.message),
            edits: edits(&help.edits),
        }
    }
}

/// A rule that a step would break.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Broken {
    /// The rule.
    pub code: String,
    /// What is wrong, as one sentence.
    pub message: String,
    /// The arithmetic.
    pub notes: Vec<String>,
}

impl EnvironmentPlan {
    /// `prod: medium -> large in 11 steps, worst: failover 60-120 s in step 2`. A plan that ends
    /// early says so first, so nobody takes it for a complete one.
    fn headline(&self) -> String {
        let mut line = format!("{}: ", self.environment);
        if self.tiers.before != self.tiers.after {
            line += &format!("{} -> {} ", self.tiers.before, self.tiers.after);
        }
        line += &match (self.blocked.is_some(), self.steps.len()) {
            (true, 0) => "blocked: no step keeps every rule".to_owned(),
            (true, steps) => format!("blocked after step {steps}: AFTER is not reached"),
            (false, 0) if !self.kept.is_empty() => "nothing that can be done in place".to_owned(),
            (false, 0) => "nothing to do".to_owned(),
            (false, 1) => "in 1 step".to_owned(),
            (false, steps) => format!("in {steps} steps"),
        };
        let worst = self.worst.as_ref();
        if let Some(worst) = worst.filter(|worst| worst.class > Class::None) {
            let class = lasting(worst.class, worst.seconds);
            line += &format!(", worst disruption: {class} in step {}", worst.step);
        }
        line
    }

    /// What it costs, where it has a price.
    fn money(&self) -> Option<String> {
        let cost = self.cost.as_ref()?;
        let side = |range: &Range| format!("{}..{}", range.floor, range.ceiling);
        let mut text = if cost.before == cost.after {
            format!("{} a month, as before", side(&cost.after))
        } else {
            format!(
                "{} -> {} a month ({})",
                side(&cost.before),
                side(&cost.after),
                growth(cost)
            )
        };
        if self.unpriced > 0 {
            text += &format!(", plus {} without a price", self.unpriced);
        }
        Some(text)
    }

    /// All interruptions of the plan, if it has steps.
    fn interrupted(&self) -> Option<String> {
        let it = &self.interruptions;
        let mut parts = Vec::new();
        if it.steps.len() > it.of_unknown_length.len() {
            let (from, to) = it.seconds;
            let known = it.steps.iter().copied();
            let known: Vec<usize> = known
                .filter(|step| !it.of_unknown_length.contains(step))
                .collect();
            parts.push(format!("{from}-{to} s in total, in {}", steps(&known)));
        }
        if !it.of_unknown_length.is_empty() {
            parts.push(format!(
                "unknown duration: {}",
                steps(&it.of_unknown_length)
            ));
        }
        if !it.slower.is_empty() {
            parts.push(format!("slower for hours: {}", steps(&it.slower)));
        }
        match (parts.is_empty(), self.steps.is_empty()) {
            (_, true) => None,
            (true, false) => {
                Some("no step interrupts a service or slows one down for hours".into())
            }
            (false, false) => Some(parts.join("; ")),
        }
    }
}

/// What remains after the last step; `None` without steps or if the plan ends early.
fn at_last(plan: &EnvironmentPlan) -> Option<String> {
    let (tier, complete) = (plan.tiers.after, plan.blocked.is_none());
    (complete && !plan.steps.is_empty()).then(|| {
        let with = if plan.kept.is_empty() {
            ""
        } else {
            ", with the lines for what is kept"
        };
        format!(
            "commit the file that AFTER is read from (tier \"{tier}\"){with}: until you commit it, the next render reverts the change"
        )
    })
}

/// What actions do, in lines.
fn summary(actions: &[PlanAction]) -> Vec<String> {
    let lines = actions.iter().flat_map(|it| &it.summary);
    lines.cloned().collect()
}

/// The way back: what it requires, what it does and how that is verified, what to wait for.
fn way_back(procedure: &PlanProcedure) -> Vec<String> {
    let sentences = |label: &'static str, all: &[String]| -> Vec<String> {
        let all = all.iter();
        all.map(|sentence| format!("{label}{sentence}")).collect()
    };
    [
        sentences("requires: ", &procedure.requires),
        summary(&procedure.apply),
        summary(&procedure.verify),
        sentences("wait until ", &procedure.wait),
        sentences("note: ", &procedure.notes),
    ]
    .concat()
}

/// The scripts of a step, in the folder of its state.
fn scripts(files: &StepFiles) -> String {
    let all = [&files.apply, &files.verify, &files.undo];
    let names = all.map(|path| path.rsplit('/').next().unwrap_or_default());
    let folder = files
        .apply
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    format!("{}: {}", word(folder), names.join(", "))
}

/// `step 2`, `steps 2, 5`.
fn steps(numbers: &[usize]) -> String {
    let plural = if numbers.len() == 1 { "" } else { "s" };
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("step{plural} {}", numbers.join(", "))
}

/// Who is affected and when, after the class: `failover 60-120 s, affects everyone`.
fn felt(impact: &Impact) -> String {
    let mut text = disruption_of(impact.class, impact.seconds);
    if impact.felt_by != FeltBy::Nobody && impact.class > Class::Reload {
        text += &format!(", affects {}", impact.felt_by);
    }
    match impact.when {
        ImpactTime::AtOnce => {}
        ImpactTime::InWindow => text += ", in the maintenance window",
        ImpactTime::ByHand => text += ", after a manual reboot",
    }
    text
}

/// `before -> after` for a value that one side may lack.
fn shift(change: &StepChange) -> String {
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
    format!("{} -> {}", side(&change.before), side(&change.after))
}

/// The growth of the monthly cost by a step, and the attributes that cause it; `None` if there is
/// none.
fn cost_of(step: &PlanStep) -> Option<String> {
    let cost = step.cost.as_ref()?;
    if cost.before == cost.after {
        return None;
    }
    let paths = grouped(step.cost_changed_by.iter().map(String::as_str));
    let by = match paths.as_slice() {
        [] => String::new(),
        paths => format!(", changed by {}", paths.join(", ")),
    };
    Some(format!("{} a month{by}", growth(cost)))
}

/// How to write the files that the commands of a plan read, if this run did not write them.
fn unwritten(report: &PlanReport, plan: &EnvironmentPlan) -> Option<String> {
    let root = word(&report.states);
    (!report.written && !plan.steps.is_empty()).then(|| {
        format!(
            "not written yet: run again with --out {root} to write the files that the commands read, and the scripts of each step"
        )
    })
}

/// Where the states are, if this run wrote them.
fn closing(report: &PlanReport) -> Option<String> {
    let mut plans = report.environments.iter();
    let root = word(&report.states);
    (report.written && plans.any(|plan| !plan.steps.is_empty())).then(|| {
        format!(
            "the states are in {root}: 00 is the current state, every other number is the state after that step, with the scripts of the step: {}, {}, {}",
            script::APPLY,
            script::VERIFY,
            script::UNDO
        )
    })
}

impl From<&Blocked> for BlockedPlan {
    fn from(blocked: &Blocked) -> Self {
        let findings = blocked.findings.iter().map(|finding| Broken {
            code: finding.code.to_string(),
            message: mask(&finding.message),
            notes: finding.notes.iter().map(|note| mask(note)).collect(),
        });
        Self {
            left: blocked.left.clone(),
            findings: findings.collect(),
            bridges: blocked.bridges.iter().map(Bridge::from).collect(),
        }
    }
}
