//! A ceiling too close to the volume.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `max-storage-too-close`.
pub(super) static RULE: Rule = Rule {
    code: Code("max-storage-too-close"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Database],
    explanation: include_str!("../../diagnostic/explain/max-storage-too-close.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let (gib, most) = (&database.storage.gib, &database.storage.max_gib);
    let least = (u64::from(gib.value) * 110).div_ceil(100);
    if most.value == 0 || u64::from(most.value) >= least {
        return;
    }
    let message = format!(
        "`max-gib` of {} is below 110% of the volume: {least}",
        most.value
    );
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(most, "database.storage.max-gib", "the ceiling")
            .operand(gib, "database.storage.gib", "the volume")
            .note(format!("{} x 110% = {least}", gib.value))
            .repair(most, format!("the least is {least}"), least.to_string()),
    );
}
