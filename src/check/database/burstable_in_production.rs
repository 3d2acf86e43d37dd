//! A database on CPU credits.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Tier;

/// The rule `burstable-in-production`.
pub(super) static RULE: Rule = Rule {
    code: Code("burstable-in-production"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Database],
    explanation: include_str!("../../diagnostic/explain/burstable-in-production.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let (tier, class) = (&context.environment.tier, &database.instance);
    let known = context.catalogue.db_classes.get(&class.value);
    if tier.value == Tier::Dev || !known.is_some_and(|known| known.burstable) {
        return;
    }
    let message = format!(
        "the database runs on CPU credits: `{}` is burstable",
        class.value
    );
    findings.report(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(class, "database.instance", "the class")
            .operand(tier, "tier", "the tier")
            .help("choose a class of the families m or r"),
    );
}
