//! A volume that RDS does not offer.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::StorageType;

/// The rule `storage-outside-limits`.
pub(super) static RULE: Rule = Rule {
    code: Code("storage-outside-limits"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/storage-outside-limits.md"),
    check,
};

/// The language already limits the size to the largest of any type, so only the minimum is checked.
fn check(context: &Context<'_>, findings: &mut Findings) {
    let storage = &context.environment.database.storage;
    let (gib, kind) = (&storage.gib, &storage.kind);
    let least = match kind.value {
        StorageType::Gp3 | StorageType::Gp2 => 20,
        StorageType::Io1 | StorageType::Io2 => 100,
    };
    if gib.value >= least {
        return;
    }
    let message = format!(
        "the volume has {} GiB, but RDS needs at least {least} GiB for `{}`",
        gib.value, kind.value
    );
    let path = "database.storage.gib";
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(gib, path, "the volume")
            .operand(kind, "database.storage.type", "the type")
            .note(format!("{} GiB < {least} GiB", gib.value))
            .repair(
                gib,
                path,
                format!("use at least {least} GiB"),
                least.to_string(),
            ),
    );
}
