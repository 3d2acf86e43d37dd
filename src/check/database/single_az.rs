//! A database in one zone.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Tier;

/// The rule `single-az`.
pub(super) static RULE: Rule = Rule {
    code: Code("single-az"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Database],
    explanation: include_str!("../../diagnostic/explain/single-az.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let (tier, multi_az) = (&context.environment.tier, &database.multi_az);
    if tier.value == Tier::Dev || multi_az.value {
        return;
    }
    findings.report(
        Finding::new(RULE.code, Severity::Warning, "the database has no standby")
            .operand(multi_az, "database.multi-az", "one zone")
            .operand(tier, "tier", "the tier")
            .repair(multi_az, "a standby needs `#true`", "#true"),
    );
}
