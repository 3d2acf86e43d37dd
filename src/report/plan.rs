//! `tierc plan`: the steps of a change as one value that every format reads. As JSON it is written
//! as it stands.

mod environment;
mod markdown;
mod text;

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::budget::connections;
use crate::budget::transition::Subject;
use crate::cost::Range;
use crate::diagnostic::Help;
use crate::diagnostic::json::{Edit, Finding, edits};
use crate::diagnostic::mask::mask;
use crate::emit::shell::word;
use crate::impact::{Class, FeltBy, Impact, When};
use crate::model::{Duration, Tier};
use crate::pair::Pair;
use crate::plan::action::script;
use crate::plan::procedure::Procedure;
use crate::plan::{Action, Blocked, Kept, Meanwhile, step};
use crate::report::amount::{growth, lasting};

pub use environment::{Planned, of_environment};
pub use markdown::markdown;
pub use text::text;

/// How the environments that differ come from BEFORE to AFTER.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlanReport {
    /// Always `plan`: tells this report from others.
    pub report: Kind,
    /// The plans, one for each environment that both sides have and that differs.
    pub environments: Vec<EnvironmentPlan>,
    /// The environments that only AFTER has: nothing of them runs that an order could keep.
    pub new: Vec<String>,
    /// The environments that only BEFORE has.
    pub gone: Vec<String>,
    /// What is to say about files of either side that cannot be resolved.
    pub unread: Vec<Finding>,
    /// The folder that the commands read the states' trees from.
    pub states: String,
    /// Whether that folder was written.
    pub written: bool,
}

/// The name of the report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[schemars(rename = "PlanKind")]
pub enum Kind {
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
    /// The worst step; null where nothing is to do.
    pub worst: Option<WorstStep>,
    /// What is interrupted in all.
    pub interruptions: Interruptions,
    /// What it costs a month in USD in the first state and in the last; null where nothing has a
    /// price.
    pub cost: Option<Pair<Range>>,
    /// How many things of the last state have no price: they are in no amount.
    pub unpriced: usize,
    /// What is done, in order.
    pub steps: Vec<PlanStep>,
    /// What stays as it is, because AWS refuses to change it.
    pub kept: Vec<KeptReport>,
    /// Why the steps end before AFTER; null where they do not.
    pub blocked: Option<BlockedPlan>,
}

/// Attributes that stay as they are in BEFORE.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Kept")]
pub struct KeptReport {
    /// Their paths.
    pub paths: Vec<String>,
    /// Why, as one sentence.
    pub reason: String,
    /// What to write into the file, so that it says what is true.
    pub line: String,
    /// The same as changes to what AFTER's file states.
    pub edits: Vec<Edit>,
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
    /// For how long, in seconds from and to; null where that is unknown or not felt.
    pub seconds: Option<(u32, u32)>,
}

/// What a plan interrupts in all.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Interruptions {
    /// The steps that drop connections or worse: `failover` and beyond.
    pub steps: Vec<usize>,
    /// How long those of known length take together, in seconds from and to.
    pub seconds: (u32, u32),
    /// Those of them whose length nobody knows.
    pub of_unknown_length: Vec<usize>,
    /// The steps that make something slower for hours: `online-degraded`.
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
    /// The worst that it does; null where it changes nothing that runs.
    pub impact: Option<Impact>,
    /// What it changes.
    pub changes: Vec<StepChange>,
    /// What it costs a month before it and after it; null where nothing has a price.
    pub cost: Option<Pair<Range>>,
    /// What can be asked for while it runs, where that is more than before it and after it.
    pub meanwhile: Vec<MeanwhileAsked>,
    /// How it is applied and verified.
    pub procedure: PlanProcedure,
    /// The way back.
    pub undo: WayBack,
    /// Its files; null where the states are not written.
    pub files: Option<StepFiles>,
}

/// The files of a step, which a POSIX shell runs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StepFiles {
    /// What applies it.
    pub apply: String,
    /// What shows that it is done.
    pub verify: String,
    /// What goes back to the state before it, or says why there is no way back.
    pub undo: String,
}

/// How a step is applied or undone.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlanProcedure {
    /// What must be true before anything is applied, as sentences.
    pub requires: Vec<String>,
    /// What brings the step about.
    pub apply: Vec<PlanAction>,
    /// What shows that it is done; the next step waits for it.
    pub verify: Vec<PlanAction>,
    /// What to wait for besides, as sentences.
    pub wait: Vec<String>,
    /// What else there is to know, as sentences.
    pub notes: Vec<String>,
}

/// An action of a step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlanAction {
    /// What it does, as one line.
    pub does: String,
    /// The action.
    pub action: Action,
    /// The same for a POSIX shell: one line or several.
    pub shell: String,
}

impl From<&Action> for PlanAction {
    fn from(action: &Action) -> Self {
        Self {
            does: action.does(),
            action: action.clone(),
            shell: action.shell(),
        }
    }
}

impl From<&Procedure> for PlanProcedure {
    fn from(procedure: &Procedure) -> Self {
        let all = |actions: &[Action]| actions.iter().map(PlanAction::from).collect();
        Self {
            requires: procedure.requires.clone(),
            apply: all(&procedure.apply),
            verify: all(&procedure.verify),
            wait: procedure.wait.clone(),
            notes: procedure.notes.clone(),
        }
    }
}

/// Connections that can be open while a step runs, beyond those of both states.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MeanwhileAsked {
    /// Of what.
    pub of: ConnectionsTo,
    /// How many can be open at once.
    pub asked: u64,
    /// How many may be.
    pub limit: u64,
    /// The sum.
    pub arithmetic: String,
    /// For how many seconds at the most; null where it ends with the last old pod.
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
    /// `a read replica can be asked for 645 of 795 connections until the last old pod is gone: ...`.
    fn told(&self) -> String {
        let until = match self.seconds {
            Some(seconds) => format!("for up to {}", Duration::from_secs(seconds)),
            None => "until the last old pod is gone".to_owned(),
        };
        format!(
            "{} can be asked for {} of {} connections {until}: {}",
            self.of, self.asked, self.limit, self.arithmetic
        )
    }
}

impl From<&Meanwhile> for MeanwhileAsked {
    fn from(meanwhile: &Meanwhile) -> Self {
        let sum = &meanwhile.sum;
        Self {
            of: match sum.subject {
                Subject::Primary => ConnectionsTo::Primary,
                Subject::Replica => ConnectionsTo::ReadReplica,
                Subject::Clients => ConnectionsTo::Pgbouncer,
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
    /// What it was; null where it was not there.
    pub before: Option<String>,
    /// What it becomes; null where it goes.
    pub after: Option<String>,
    /// How much it interrupts at this step.
    pub class: Class,
}

/// The way back from a step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WayBack {
    /// How; null where there is none.
    pub procedure: Option<PlanProcedure>,
    /// Why there is none; null where there is.
    pub impossible: Option<String>,
}

/// Why a plan ends before AFTER.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct BlockedPlan {
    /// The steps that are left.
    pub left: Vec<String>,
    /// What they would break.
    pub findings: Vec<Broken>,
    /// Values that open a way.
    pub bridges: Vec<Bridge>,
}

/// Values that open a way.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Bridge {
    /// One sentence that says what to write.
    pub message: String,
    /// The same as changes to what AFTER's file states; empty where a person has to choose.
    pub edits: Vec<Edit>,
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
    /// `prod: medium -> large in 11 steps, worst: failover 60-120 s in step 2`. A plan that ends early
    /// says so first: it is not to be taken for one that is carried out.
    fn headline(&self) -> String {
        let mut line = format!("{}: ", self.environment);
        if self.tiers.before != self.tiers.after {
            line += &format!("{} -> {} ", self.tiers.before, self.tiers.after);
        }
        line += &match (self.blocked.is_some(), self.steps.len()) {
            (true, 0) => "blocked: no step keeps every rule".to_owned(),
            (true, steps) => format!("blocked after step {steps}, before AFTER is reached"),
            (false, 0) if !self.kept.is_empty() => "nothing that can be done in place".to_owned(),
            (false, 0) => "nothing to do".to_owned(),
            (false, 1) => "in 1 step".to_owned(),
            (false, steps) => format!("in {steps} steps"),
        };
        let worst = self.worst.as_ref();
        if let Some(worst) = worst.filter(|worst| worst.class > Class::None) {
            let class = lasting(worst.class, worst.seconds);
            line += &format!(", worst: {class} in step {}", worst.step);
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

    /// What it interrupts in all, where it has steps.
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
            (true, false) => Some("no step interrupts anything or slows it down for hours".into()),
            (false, false) => Some(parts.join("; ")),
        }
    }
}

/// What is left when the last step of a plan is done; none where it has none or ends early.
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

/// The way back: what people see to stands between the actions as comments.
fn way_back(step: &PlanStep, procedure: &PlanProcedure) -> Vec<String> {
    let first = procedure.requires.iter();
    let first = first.map(|sentence| format!("# requires: {sentence}"));
    let last = procedure.wait.iter().chain(&procedure.notes);
    let file = step.files.as_ref().map(|files| files.undo.as_str());
    let all = procedure.apply.iter().chain(&procedure.verify);
    first
        .chain(lines_of(all, file))
        .chain(last.map(|sentence| format!("# {sentence}")))
        .collect()
}

/// Columns of a command that says by itself what it does.
const SHORT: usize = 80;

/// Actions as lines: what each of them does and the file to run, or the commands to type.
fn lines_of<'a>(actions: impl Iterator<Item = &'a PlanAction>, file: Option<&str>) -> Vec<String> {
    if let Some(file) = file {
        let run = format!("sh {}", word(file));
        let mut lines: Vec<String> = actions.map(|it| format!("# {}", it.does)).collect();
        if !lines.is_empty() {
            lines.insert(0, run);
        }
        return lines;
    }
    let typed = actions.flat_map(|it| {
        let is_short = !it.shell.contains('\n') && it.shell.len() <= SHORT;
        let does = (!is_short).then(|| format!("# {}", it.does));
        let shell = it.shell.lines().map(str::to_owned);
        does.into_iter().chain(shell)
    });
    typed.collect()
}

/// The lines of what applies a step, and of what shows that it is done.
fn applied_and_verified(step: &PlanStep) -> [Vec<String>; 2] {
    let files = step.files.as_ref();
    let procedure = &step.procedure;
    [
        lines_of(
            procedure.apply.iter(),
            files.map(|files| files.apply.as_str()),
        ),
        lines_of(
            procedure.verify.iter(),
            files.map(|files| files.verify.as_str()),
        ),
    ]
}

/// `step 2`, `steps 2, 5`.
fn steps(numbers: &[usize]) -> String {
    let plural = if numbers.len() == 1 { "" } else { "s" };
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("step{plural} {}", numbers.join(", "))
}

/// Who feels it and when, after its class: `failover 60-120 s, affects everyone`.
fn felt(impact: &Impact) -> String {
    let mut text = lasting(impact.class, impact.seconds);
    if impact.felt_by != FeltBy::Nobody && impact.class > Class::Reload {
        text += &format!(", affects {}", impact.felt_by);
    }
    match impact.when {
        When::AtOnce => {}
        When::InWindow => text += ", in the maintenance window",
        When::ByHand => text += ", after a manual reboot",
    }
    text
}

/// `before -> after` of a value that one side may lack.
fn shift(change: &StepChange) -> String {
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
    format!("{} -> {}", side(&change.before), side(&change.after))
}

/// What a step adds to the month's bill; none where it adds nothing.
fn cost_of(step: &PlanStep) -> Option<String> {
    let cost = step.cost.as_ref()?;
    (cost.before != cost.after).then(|| format!("{} a month", growth(cost)))
}

/// Where the states lie, or how to write them.
fn closing(report: &PlanReport) -> String {
    let root = word(&report.states);
    if report.written {
        format!(
            "the states are in {root}: 00 is the current state, every other number is the state after that step, with the scripts of the step: {}, {}, {}",
            script::APPLY,
            script::VERIFY,
            script::UNDO
        )
    } else {
        format!(
            "the commands read the states from {root}: to write them, run again with --out {root}"
        )
    }
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
