//! IOPS or throughput for a volume whose performance is fixed.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::StorageType;
use crate::model::volume::STRIPED_FROM_GIB;

/// The rule `iops-below-400-gib`.
pub(super) static RULE: Rule = Rule {
    code: Code("iops-below-400-gib"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/iops-below-400-gib.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let storage = &context.environment.database.storage;
    let gib = &storage.gib;
    if storage.kind.value != StorageType::Gp3 || gib.value >= STRIPED_FROM_GIB {
        return;
    }
    let stated = [
        ("iops", &storage.iops, "3000 IOPS"),
        ("throughput", &storage.throughput, "125 MiB/s"),
    ];
    for (what, value, has) in stated {
        let Some(value) = value else { continue };
        let message = format!(
            "`{what}` is stated for a gp3 volume of {} GiB, but RDS fixes it at {has} below 400 GiB",
            gib.value
        );
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(
                    value,
                    &format!("database.storage.{what}"),
                    "cannot be stated",
                )
                .operand(gib, "database.storage.gib", "the volume")
                .operand(&storage.kind, "database.storage.type", "the type")
                .note(format!("{} GiB < {STRIPED_FROM_GIB} GiB", gib.value))
                .removal(
                    value,
                    &format!("database.storage.{what}"),
                    format!(
                        "remove `{what}={}`, or use {STRIPED_FROM_GIB} GiB or more",
                        value.value
                    ),
                ),
        );
    }
}
