//! RDS' rules for PostgreSQL volumes (RDS user guide, "gp3 storage").

use super::StorageType;
use crate::pair::Pair;

/// From this size in GiB on, RDS stripes a gp3 volume over four, and lets you choose IOPS and
/// throughput.
pub const STRIPED_FROM_GIB: u32 = 400;

/// GiB of the largest volume of any type.
pub const LARGEST_GIB: u32 = 65_536;

/// The smallest size in GiB that a volume can grow to: a tenth more.
#[must_use]
pub fn least_step(gib: u32) -> u32 {
    gib.saturating_add(gib.div_ceil(10))
}

/// The size in GiB that RDS gives a volume: the stated one, or the smallest step if that is larger.
#[must_use]
pub fn grown(gib: Pair<u32>) -> u32 {
    if gib.after > gib.before {
        gib.after.max(least_step(gib.before))
    } else {
        gib.after
    }
}

/// The IOPS and MiB/s that are included in a volume's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Included {
    /// A second.
    pub iops: u32,
    /// MiB a second.
    pub throughput: u32,
}

/// The included performance of a volume. gp2 has a fixed performance. For io1 and io2, every IOPS
/// costs extra, and the MiB/s depend on the IOPS.
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

/// The requested performance of a volume. A field is `None` if the kind and size leave no choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// A second.
    pub iops: Option<u32>,
    /// MiB a second.
    pub throughput: Option<u32>,
}
