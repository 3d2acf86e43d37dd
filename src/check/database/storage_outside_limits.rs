//! A volume that RDS does not offer.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::StorageType;

/// The rule `storage-outside-limits`.
pub(super) static RULE: Rule = Rule {
    code: Code("storage-outside-limits"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Database],
    explanation: include_str!("../../diagnostic/explain/storage-outside-limits.md"),
    check,
};

/// GiB of the largest volume.
const MOST: u32 = 65_536;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let storage = &database.storage;
    let least = match storage.kind.value {
        StorageType::Gp3 | StorageType::Gp2 => 20,
        StorageType::Io1 | StorageType::Io2 => 100,
    };
    let sizes = [
        (&storage.gib, "database.storage.gib", least),
        (&storage.max_gib, "database.storage.max-gib", 0),
    ];
    for (size, path, least) in sizes {
        let gib = size.value;
        if (least..=MOST).contains(&gib) {
            continue;
        }
        let message = format!("a volume of {gib} GiB, outside {least} to {MOST} GiB");
        let bound = gib.clamp(least, MOST);
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(size, path, "GiB")
                .operand(&storage.kind, "database.storage.type", "the type")
                .repair(
                    size,
                    format!("the nearest size is {bound}"),
                    bound.to_string(),
                ),
        );
    }
}
