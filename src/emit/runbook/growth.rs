//! A larger volume for the database, if RDS offers one.

use serde::Serialize;

use crate::model::volume::{LARGEST_GIB, STRIPED_FROM_GIB};
use crate::model::{Storage, StorageType};

/// The volume, and the sizes that it can grow to.
#[derive(Serialize)]
pub(super) struct RunbookVolume {
    /// The maximum of storage autoscaling; 0 if it is off.
    max_gib: u32,
    /// Whether RDS may have made it larger than the file states.
    pub(super) grows: bool,
    pub(super) more: Option<Larger>,
    /// Why it cannot grow.
    full: Option<String>,
    /// A possible maximum, if it has none.
    pub(super) ceiling: Option<u32>,
}

#[derive(Serialize)]
pub(super) struct Larger {
    pub(super) gib: u32,
    /// The maximum for that size, if there is one: RDS requires a tenth above the volume.
    pub(super) max_gib: Option<u32>,
    /// Whether RDS stripes the volume again if it grows as suggested.
    stripes: bool,
}

pub(super) fn volume(storage: &Storage) -> RunbookVolume {
    let (gib, ceiling) = (storage.gib.value, storage.max_gib.value);
    let (more, full) = match larger(storage) {
        Ok(gib) => (Some(gib), None),
        Err(why) => (None, Some(why)),
    };
    // The maximum to set before or after a manual growth.
    let grown = more.unwrap_or(gib);
    let could = double(grown);
    RunbookVolume {
        max_gib: ceiling,
        grows: ceiling > gib,
        more: more.map(|more| Larger {
            gib: more,
            max_gib: (ceiling > 0).then(|| double(ceiling.max(more))),
            stripes: storage.kind.value == StorageType::Gp3
                && gib < STRIPED_FROM_GIB
                && more >= STRIPED_FROM_GIB,
        }),
        full,
        ceiling: (ceiling == 0 && could >= a_tenth_more(grown)).then_some(could),
    }
}

/// One and a half times the size, within RDS' limits: at least a tenth more, below the largest maximum,
/// and within the provisioned IOPS.
fn larger(storage: &Storage) -> Result<u32, String> {
    let (gib, grows) = (storage.gib.value, storage.max_gib.value > 0);
    let largest = if grows {
        LARGEST_GIB / 11 * 10
    } else {
        LARGEST_GIB
    };
    let least = a_tenth_more(gib);
    if least > largest {
        let above = if grows {
            ", and the maximum has to stay 10% above it"
        } else {
            ""
        };
        return Err(format!(
            "RDS grows a volume by at least 10%, here to {least} GiB, but a volume has at most {LARGEST_GIB} GiB{above}"
        ));
    }
    let allowed = allowed_by_iops(storage);
    if least > allowed {
        return Err(format!(
            "RDS grows a volume by at least 10%, here to {least} GiB, but its IOPS allow only {allowed}: raise `database {{ storage iops=... }}` first"
        ));
    }
    let wanted = gib.saturating_add(gib / 2).next_multiple_of(10);
    Ok(wanted.max(least).min(largest).min(allowed))
}

/// Provisioned IOPS must be at least half the GiB.
fn allowed_by_iops(storage: &Storage) -> u32 {
    match (storage.kind.value, &storage.iops) {
        (StorageType::Io1 | StorageType::Io2, Some(iops)) => iops.value.saturating_mul(2),
        (StorageType::Gp2 | StorageType::Gp3, _) | (_, None) => u32::MAX,
    }
}

fn a_tenth_more(gib: u32) -> u32 {
    gib.saturating_add(gib.div_ceil(10))
}

fn double(gib: u32) -> u32 {
    gib.saturating_mul(2).min(LARGEST_GIB)
}
