//! IOPS that RDS does not offer for this type and size.

use std::ops::RangeInclusive;

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::Edit;
use crate::model::volume::STRIPED_FROM_GIB;
use crate::model::{Storage, StorageType};
use crate::source::Sourced;

/// The rule `iops-ratio`.
pub(super) static RULE: Rule = Rule {
    code: Code("iops-ratio"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/iops-ratio.md"),
    check,
};

/// The limits of a volume type: IOPS in total, and IOPS per GiB as `(least x 2, most)`.
struct IopsOffer {
    range: RangeInclusive<u32>,
    halves: u32,
    most: u32,
}

/// The limits of a type; `None` if the size alone decides the IOPS.
fn offer(kind: StorageType) -> Option<IopsOffer> {
    let offer = |range, halves, most| IopsOffer {
        range,
        halves,
        most,
    };
    match kind {
        StorageType::Gp2 => None,
        StorageType::Gp3 => Some(offer(12_000..=64_000, 0, 500)),
        StorageType::Io1 => Some(offer(1_000..=256_000, 1, 50)),
        StorageType::Io2 => Some(offer(1_000..=256_000, 1, 1_000)),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let storage = &context.environment.database.storage;
    // `iops-below-400-gib` reports small gp3 volumes.
    if storage.kind.value == StorageType::Gp3 && storage.gib.value < STRIPED_FROM_GIB {
        return;
    }
    let finding = match (&storage.iops, offer(storage.kind.value)) {
        (Some(iops), Some(offer)) => outside(storage, iops, &offer),
        (Some(iops), None) => Some(by_size(storage, iops)),
        (None, Some(offer)) => missing(storage, &offer),
        (None, None) => None,
    };
    let stated = &context.file.stated.database.storage.iops;
    findings.extend(finding.map(|finding| finding.optional(stated)));
}

fn labelled(finding: Finding, storage: &Storage) -> Finding {
    finding
        .operand(&storage.kind, "database.storage.type", "the type")
        .operand(&storage.gib, "database.storage.gib", "the volume")
}

fn by_size(storage: &Storage, iops: &Sourced<u32>) -> Finding {
    let message = format!(
        "`iops` is stated for `{}`, but its IOPS depend only on its size",
        storage.kind.value
    );
    let finding = Finding::new(RULE.code, Severity::Error, message).operand(
        iops,
        "database.storage.iops",
        "cannot be stated",
    );
    let finding = labelled(finding, storage);
    if storage.gib.value < STRIPED_FROM_GIB {
        let message = format!("remove `iops={}`", iops.value);
        return finding.removal(iops, "database.storage.iops", message);
    }
    finding.repair(
        &storage.kind,
        "database.storage.type",
        "use `gp3`, which lets you choose IOPS",
        "\"gp3\"",
    )
}

fn missing(storage: &Storage, offer: &IopsOffer) -> Option<Finding> {
    let kind = storage.kind.value;
    if matches!(kind, StorageType::Gp3 | StorageType::Gp2) {
        return None;
    }
    let least = bounds(storage, offer).0;
    let message = format!("a volume of type `{kind}` requires `iops`, but none is stated");
    let finding = labelled(Finding::new(RULE.code, Severity::Error, message), storage);
    Some(finding.help_by(
        format!("state `iops={least}` or more"),
        [Edit::set("database.storage.iops", least.to_string())],
    ))
}

/// The fewest and the most IOPS for a volume of this size.
fn bounds(storage: &Storage, offer: &IopsOffer) -> (u64, u64) {
    let gib = u64::from(storage.gib.value);
    let least = (gib * u64::from(offer.halves)).div_ceil(2);
    let most = gib * u64::from(offer.most);
    let range = (
        u64::from(*offer.range.start()),
        u64::from(*offer.range.end()),
    );
    (least.max(range.0), most.min(range.1))
}

fn outside(storage: &Storage, iops: &Sourced<u32>, offer: &IopsOffer) -> Option<Finding> {
    let (least, most) = bounds(storage, offer);
    let (kind, gib, asked) = (storage.kind.value, storage.gib.value, u64::from(iops.value));
    if (least..=most).contains(&asked) {
        return None;
    }
    let message =
        format!("`iops` is {asked}, but RDS allows {least} to {most} for {gib} GiB of `{kind}`");
    let path = "database.storage.iops";
    let finding = Finding::new(RULE.code, Severity::Error, message).operand(iops, path, "IOPS");
    let ratio = if offer.halves == 0 {
        format!("at most {} per GiB", offer.most)
    } else {
        format!("0.5 to {} per GiB", offer.most)
    };
    let nearest = asked.clamp(least.min(most), most);
    Some(
        labelled(finding, storage)
            .note(format!(
                "`{kind}` has {} to {} IOPS, {ratio}: {least} to {most} for {gib} GiB",
                offer.range.start(),
                offer.range.end()
            ))
            .repair(
                iops,
                path,
                format!("use the nearest allowed value, {nearest}"),
                nearest.to_string(),
            ),
    )
}
