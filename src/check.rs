//! The rules: one file for each, and one table for each family.

pub mod autoscaling;
pub mod connections;
pub mod cross_file;
pub mod database;
pub mod finding;
pub mod hygiene;
pub mod kubernetes;
pub mod money;
mod queue_keys;
pub mod redis;
mod statement;
pub mod time;
mod unknown;
mod workloads;

use crate::ast::{Ast, TopPart};
use crate::catalogue::Catalogue;
use crate::cost::Estimate;
use crate::diagnostic::{Code, Diagnostics, Severity};
use crate::model::Environment;

pub use finding::{Finding, Findings};

/// What a rule may read.
pub struct Context<'a> {
    /// The resolved environment.
    pub environment: &'a Environment,
    /// Facts about AWS.
    pub catalogue: &'a Catalogue,
    /// The file as written, without the tier.
    pub file: &'a Ast,
    /// The tier over the defaults, as written.
    pub tier: &'a Ast,
    /// The environment's cost; `None` without a budget.
    pub estimate: Option<&'a Estimate>,
    /// The day of the run.
    pub today: jiff::civil::Date,
}

/// A rule, as the table lists it.
pub struct Rule {
    /// Its name, which its file, its explanation and its cases share.
    pub code: Code,
    /// Its highest severity.
    pub severity: Severity,
    /// Whether `waive` silences it.
    pub waivable: bool,
    /// Whether the rule judges the state itself. A plan must keep such a rule at every step.
    pub steady: bool,
    /// The parts that the rule reads as a whole, such as every pool for a sum. The rule is skipped
    /// if a node of one of them could not be read. A rule that reads one node at a time needs none,
    /// because unreadable values are unsound or absent.
    pub reads: &'static [TopPart],
    /// What `tierc explain` prints: `diagnostic/explain/<code>.md`.
    pub explanation: &'static str,
    /// The rule.
    pub check: fn(&Context<'_>, &mut Findings),
}

/// Every rule, family by family.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        connections::RULES,
        autoscaling::RULES,
        redis::RULES,
        database::RULES,
        kubernetes::RULES,
        time::RULES,
        money::RULES,
        hygiene::RULES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Runs every rule whose parts could be read.
#[must_use]
pub fn check(context: &Context<'_>) -> Diagnostics {
    let mut findings = Findings::default();
    for rule in rules() {
        if rule
            .reads
            .iter()
            .all(|part| !context.file.broken.contains(part))
        {
            (rule.check)(context, &mut findings);
        }
    }
    let slip = kubernetes::SLIP;
    let waived = |waiver: &crate::ast::WaiverNode| waiver.rule.value == slip.0;
    if !context.file.waivers.iter().any(waived) {
        findings.leave_out_consequences(slip);
    }
    findings.into_diagnostics(context)
}

/// Runs the rules that judge a state itself, whatever file it came from, and that can report an
/// error.
#[must_use]
pub fn steady(
    environment: &Environment,
    catalogue: &Catalogue,
    today: jiff::civil::Date,
) -> Diagnostics {
    find_steady(environment, catalogue, today, Findings::into_diagnostics)
}

/// The rules of the errors that [`steady`] finds, one for each error: they are known long before what
/// is said of them.
#[must_use]
pub fn steady_errors(
    environment: &Environment,
    catalogue: &Catalogue,
    today: jiff::civil::Date,
) -> Vec<Code> {
    find_steady(environment, catalogue, today, |findings, _| {
        findings.codes(Severity::Error)
    })
}

fn find_steady<R>(
    environment: &Environment,
    catalogue: &Catalogue,
    today: jiff::civil::Date,
    tell: impl FnOnce(Findings, &Context<'_>) -> R,
) -> R {
    let nothing_written = Ast::default();
    let context = Context {
        environment,
        catalogue,
        file: &nothing_written,
        tier: &nothing_written,
        estimate: None,
        today,
    };
    let mut findings = Findings::default();
    for rule in rules().filter(|rule| rule.steady && rule.severity == Severity::Error) {
        (rule.check)(&context, &mut findings);
    }
    tell(findings, &context)
}

/// The rule named `code`.
#[must_use]
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.code.0 == code)
}
