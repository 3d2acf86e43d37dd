//! What RDS makes of a volume for PostgreSQL (RDS user guide, "gp3 storage").

use super::StorageType;
use crate::pair::Pair;

/// GiB from which RDS stripes a gp3 volume over four, and lets IOPS and throughput be chosen.
pub const STRIPED_FROM_GIB: u32 = 400;

/// GiB of the largest volume of any type.
pub const LARGEST_GIB: u32 = 65_536;

/// GiB of the least that a volume of so many grows to: the least step is a tenth.
#[must_use]
pub fn least_step(gib: u32) -> u32 {
    gib.saturating_add(gib.div_ceil(10))
}

/// GiB that RDS makes of a volume: what is stated, or the least step where that is more.
#[must_use]
pub fn grown(gib: Pair<u32>) -> u32 {
    if gib.after > gib.before {
        gib.after.max(least_step(gib.before))
    } else {
        gib.after
    }
}

/// IOPS and MiB/s that a volume has without paying for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Included {
    /// A second.
    pub iops: u32,
    /// MiB a second.
    pub throughput: u32,
}

/// What comes with a volume of this kind and size. gp2 has what it has; io1 and io2 pay for every
/// IOPS, and their MiB/s follow from them.
#[must_use]
pub fn included(kind: StorageType, gib: u32) -> Included {
    match kind {
        StorageType::Gp3 if gib < STRIPED_FROM_GIB => Included {
            iops: 3_000,
            throughput: 125,
        },
        StorageType::Gp3 => Included {
            iops: 12_000,
            throughput: 500,
        },
        StorageType::Gp2 => Included {
            iops: u32::MAX,
            throughput: u32::MAX,
        },
        StorageType::Io1 | StorageType::Io2 => Included {
            iops: 0,
            throughput: u32::MAX,
        },
    }
}

/// What a volume is asked for; nothing where its kind and size leave no choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// A second.
    pub iops: Option<u32>,
    /// MiB a second.
    pub throughput: Option<u32>,
}
