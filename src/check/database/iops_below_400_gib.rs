//! IOPS of a volume that cannot have them.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::StorageType;

/// The rule `iops-below-400-gib`.
pub(super) static RULE: Rule = Rule {
    code: Code("iops-below-400-gib"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Database],
    explanation: include_str!("../../diagnostic/explain/iops-below-400-gib.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let storage = &database.storage;
    if storage.kind.value != StorageType::Gp3 || storage.gib.value >= 400 {
        return;
    }
    let stated = [
        (&storage.iops, "database.storage.iops"),
        (&storage.throughput, "database.storage.throughput"),
    ];
    for (value, path) in stated {
        let Some(value) = value else {
            continue;
        };
        let message = format!("`{path}` is stated for {} GiB of gp3", storage.gib.value);
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(value, path, "cannot be stated below 400 GiB")
                .operand(&storage.gib, "database.storage.gib", "the volume")
                .operand(&storage.kind, "database.storage.type", "the type")
                .help("leave it out, or use 400 GiB or more"),
        );
    }
}
