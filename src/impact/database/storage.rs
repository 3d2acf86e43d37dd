//! What a change of the volume does.

use super::{sides, unfelt};
use crate::impact::{Class, FeltBy, Impact, ImpactStep, Undo};
use crate::model::StorageField;
use crate::model::volume::{STRIPED_FROM_GIB, least_step};
use crate::pair::Pair;

const STORAGE: &str = "RDS user guide: increasing DB instance storage capacity";

pub(super) fn storage(field: StorageField, step: &ImpactStep<'_>) -> Impact {
    match field {
        StorageField::gib(()) => gib(step),
        StorageField::max_gib(()) => max_gib(step),
        StorageField::kind(()) => waits(unfelt("the volume changes its type online"), step),
        StorageField::iops(()) => waits(unfelt("the volume's IOPS change online"), step),
        StorageField::throughput(()) => {
            waits(unfelt("the volume's throughput changes online"), step)
        }
    }
}

/// After a change of the volume, RDS accepts no other for six hours.
fn waits(impact: Impact, step: &ImpactStep<'_>) -> Impact {
    let reason = format!(
        "{}; RDS accepts no further storage change for six hours",
        impact.reason
    );
    Impact {
        reason,
        source: STORAGE,
        ..impact
    }
    .undo(Undo::Harder)
    .when(step.when())
}

fn gib(step: &ImpactStep<'_>) -> Impact {
    let Pair { before, after } = sides(step).map(|it| it.storage.gib.value);
    if after < before {
        return Impact::new(
            Class::Impossible,
            format!("RDS does not shrink a volume: it stays at {before} GiB"),
            STORAGE,
        );
    }
    if before < STRIPED_FROM_GIB && after >= STRIPED_FROM_GIB {
        let impact = Impact::new(
            Class::OnlineDegraded,
            "RDS stripes the data over four volumes, which takes hours",
            STORAGE,
        )
        .on("across 400 GiB")
        .felt_by(FeltBy::Everyone);
        return waits(impact, step).undo(Undo::Never);
    }
    let impact = waits(unfelt("the volume grows online"), step).undo(Undo::Never);
    // RDS rounds up to the smallest step of 10%.
    let least = least_step(before);
    if after < least {
        return impact.heed(format!(
            "RDS makes it {least} GiB: the smallest increase is 10%"
        ));
    }
    impact
}

/// The ceiling of a volume that cannot shrink must stay above its size.
fn max_gib(step: &ImpactStep<'_>) -> Impact {
    let Pair { before, after } = sides(step).map(|it| &it.storage);
    let shrinks = after.gib.value < before.gib.value;
    let least = least_step(before.gib.value);
    if shrinks && after.max_gib.value != 0 && after.max_gib.value < least {
        return Impact::new(
            Class::Impossible,
            format!(
                "the volume stays at {} GiB, so its ceiling must be at least {least} GiB",
                before.gib.value
            ),
            STORAGE,
        );
    }
    Impact {
        source: STORAGE,
        ..unfelt("only the ceiling of storage autoscaling changes")
    }
}
