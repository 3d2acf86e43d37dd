//! A ceiling too close to the volume.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::volume::LARGEST_GIB;

/// The rule `max-storage-too-close`.
pub(super) static RULE: Rule = Rule {
    code: Code("max-storage-too-close"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/max-storage-too-close.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let storage = &context.environment.database.storage;
    let (gib, most) = (&storage.gib, &storage.max_gib);
    let least = (u64::from(gib.value) * 110).div_ceil(100);
    if most.value == 0 || u64::from(most.value) >= least {
        return;
    }
    let message = format!(
        "`max-gib` is {} GiB, but RDS needs at least {least} GiB: 110% of the volume",
        most.value
    );
    let path = "database.storage.max-gib";
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(most, path, "the ceiling")
        .operand(gib, "database.storage.gib", "the volume")
        .note(format!(
            "{} GiB < {least} GiB = 1.1 x {} GiB",
            most.value, gib.value
        ));
    findings.report(if least > u64::from(LARGEST_GIB) {
        let message =
            format!("turn autoscaling off, because the largest volume is {LARGEST_GIB} GiB");
        finding.repair(most, path, message, "0")
    } else {
        let message = format!(
            "raise `max-gib` to {least}, the smallest allowed value; 0 turns autoscaling off"
        );
        finding.repair(most, path, message, least.to_string())
    });
}
