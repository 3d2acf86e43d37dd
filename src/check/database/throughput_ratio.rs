//! Throughput that a volume cannot have.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::volume::STRIPED_FROM_GIB;
use crate::model::{Storage, StorageType};
use crate::source::Sourced;

/// The rule `throughput-ratio`.
pub(super) static RULE: Rule = Rule {
    code: Code("throughput-ratio"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/throughput-ratio.md"),
    check,
};

/// The least and most MiB/s of a gp3 volume from 400 GiB on.
const RANGE: (u32, u32) = (500, 4_000);

/// The IOPS of such a volume by default.
const BASELINE_IOPS: u32 = 12_000;

/// IOPS that one MiB/s needs.
const IOPS_EACH: u32 = 4;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let storage = &context.environment.database.storage;
    let Some(throughput) = &storage.throughput else {
        return;
    };
    let finding = match storage.kind.value {
        // `iops-below-400-gib` reports small gp3 volumes.
        StorageType::Gp3 if storage.gib.value < STRIPED_FROM_GIB => None,
        StorageType::Gp3 => outside(storage, throughput),
        StorageType::Gp2 | StorageType::Io1 | StorageType::Io2 => {
            Some(not_chosen(storage, throughput))
        }
    };
    let iops = &context.file.stated.database.storage.iops;
    findings.extend(finding.map(|finding| finding.optional(iops)));
}

fn not_chosen(storage: &Storage, throughput: &Sourced<u32>) -> Finding {
    let kind = storage.kind.value;
    let message = format!(
        "`throughput` is stated for `{kind}`, but RDS does not let you choose it for this type"
    );
    Finding::new(RULE.code, Severity::Error, message)
        .operand(
            throughput,
            "database.storage.throughput",
            "cannot be stated",
        )
        .operand(&storage.kind, "database.storage.type", "the type")
        .removal(
            throughput,
            "database.storage.throughput",
            format!(
                "remove `throughput={}`, or use `type=\"gp3\"`",
                throughput.value
            ),
        )
}

fn outside(storage: &Storage, throughput: &Sourced<u32>) -> Option<Finding> {
    let iops = storage
        .iops
        .as_ref()
        .map_or(BASELINE_IOPS, |iops| iops.value);
    let (least, most) = (RANGE.0, (iops / IOPS_EACH).min(RANGE.1));
    let asked = throughput.value;
    if (least..=most).contains(&asked) {
        return None;
    }
    let message =
        format!("{iops} IOPS allow {least} to {most} MiB/s, but `throughput` is {asked} MiB/s");
    let path = "database.storage.throughput";
    let mut finding =
        Finding::new(RULE.code, Severity::Error, message).operand(throughput, path, "MiB/s");
    let unstated = if let Some(iops) = &storage.iops {
        finding = finding.operand(iops, "database.storage.iops", "IOPS");
        ""
    } else {
        "; these are the default IOPS"
    };
    let nearest = asked.clamp(least.min(most), most);
    Some(
        finding
            .operand(&storage.gib, "database.storage.gib", "the volume")
            .operand(&storage.kind, "database.storage.type", "the type")
            .note(format!(
                "gp3 has {} to {} MiB/s, at most 0.25 x {iops} IOPS = {} MiB/s{unstated}",
                RANGE.0,
                RANGE.1,
                iops / IOPS_EACH
            ))
            .repair(
                throughput,
                path,
                format!("use the nearest allowed value, {nearest} MiB/s"),
                nearest.to_string(),
            ),
    )
}
