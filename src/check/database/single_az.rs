//! A database in one zone.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Tier;

/// The rule `single-az`.
pub(super) static RULE: Rule = Rule {
    code: Code("single-az"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/single-az.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let multi_az = &context.environment.database.multi_az;
    let tier = &context.environment.tier;
    if tier.value == Tier::Dev || multi_az.value {
        return;
    }
    let message = "the database has no standby in another zone";
    let path = "database.multi-az";
    findings.report(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(multi_az, path, "one zone")
            .operand(tier, "tier", "a tier above dev")
            .repair(multi_az, path, "add a standby with `#true`", "#true"),
    );
}
