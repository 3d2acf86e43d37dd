//! RDS volumes: GiB, and the IOPS and MiB/s beyond the included ones.

use crate::catalogue::{Price, PricedService, StoragePrices};
use crate::model::volume::included;
use crate::model::{Environment, Storage, StorageType};
use crate::source::Sourced;

use super::{Gathered, PricedBy, REPLICA, WantedItem};
use crate::cost::CostLayer;
use crate::cost::item::{Count, CountedUnit};

const COPY: CountedUnit = CountedUnit {
    one: "copy",
    many: "copies (Multi-AZ)",
};
const GIB: CountedUnit = CountedUnit::same("GiB");
const IOPS: CountedUnit = CountedUnit::same("IOPS");
const MIB_PER_SECOND: CountedUnit = CountedUnit::same("MiB/s");

/// Whose volume it is.
struct PricedVolume {
    path: &'static str,
    copies: Count,
    inputs: PricedBy,
}

/// What of a volume is paid for.
#[derive(Clone, Copy)]
enum Charge {
    Size,
    Iops,
    Throughput,
}

impl Charge {
    /// Behind the volume's path.
    fn path(self) -> &'static str {
        match self {
            Self::Size => "",
            Self::Iops => ".iops",
            Self::Throughput => ".throughput",
        }
    }

    /// Where `prices.kdl` has its price.
    fn row(self, kind: StorageType) -> String {
        match self {
            Self::Size => format!("db-storage \"{kind}\""),
            Self::Iops => format!("db-storage \"{kind}\" iops-month="),
            Self::Throughput => format!("db-storage \"{kind}\" throughput-month="),
        }
    }

    fn price(self, prices: &StoragePrices) -> Option<&Price> {
        match self {
            Self::Size => prices.gib.as_ref(),
            Self::Iops => prices.iops.as_ref(),
            Self::Throughput => prices.throughput.as_ref(),
        }
    }
}

pub(super) fn storage(gathered: &mut Gathered<'_>, environment: &Environment) {
    let database = &environment.database;
    let (multi_az, replicas) = (&database.multi_az, &database.replicas.count);
    let mut volumes = vec![PricedVolume {
        path: "database.storage",
        copies: Count::exactly(1 + u64::from(multi_az.value), COPY),
        inputs: PricedBy::of("database.multi-az", multi_az),
    }];
    if replicas.value > 0 {
        volumes.push(PricedVolume {
            path: "database.replicas.storage",
            copies: Count::exactly(u64::from(replicas.value), REPLICA),
            inputs: PricedBy::of("database.replicas.count", replicas),
        });
    }
    for volume in &volumes {
        for (charge, count, inputs) in charges(&database.storage) {
            add(
                gathered,
                volume,
                &database.storage.kind,
                charge,
                (count, inputs),
            );
        }
    }
}

/// The charged amounts of a volume, and the attributes that each is computed from.
fn charges(storage: &Storage) -> Vec<(Charge, Count, PricedBy)> {
    let (gib, max_gib) = (&storage.gib, &storage.max_gib);
    // Storage autoscaling never shrinks a volume, and 0 turns it off.
    let most = max_gib.value.max(gib.value);
    let size = Count::between(u64::from(gib.value), u64::from(most), GIB);
    let inputs = PricedBy::of("database.storage.gib", gib).and("database.storage.max-gib", max_gib);
    let mut all = vec![(Charge::Size, size, inputs)];
    let included = included(storage.kind.value, gib.value);
    let stated = [
        (Charge::Iops, &storage.iops, included.iops, IOPS),
        (
            Charge::Throughput,
            &storage.throughput,
            included.throughput,
            MIB_PER_SECOND,
        ),
    ];
    for (charge, stated, included, unit) in stated {
        let Some(stated) = stated else { continue };
        if stated.value > included {
            let count = Count::Above {
                stated: stated.value,
                included,
                unit,
            };
            // What comes with a volume depends on its size.
            let inputs = PricedBy::of("database.storage.gib", gib)
                .and(format!("database.storage{}", charge.path()), stated);
            all.push((charge, count, inputs));
        }
    }
    all
}

fn add(
    gathered: &mut Gathered<'_>,
    volume: &PricedVolume,
    kind: &Sourced<StorageType>,
    charge: Charge,
    (count, inputs): (Count, PricedBy),
) {
    let wanted = WantedItem {
        layer: CostLayer::Storage,
        service: PricedService::Database,
        path: format!("{}{}", volume.path, charge.path()),
        what: kind.value.to_string(),
        counts: vec![volume.copies.clone(), count],
        row: charge.row(kind.value),
        span: kind.origin.span(),
        inputs: inputs
            .with(&volume.inputs)
            .and("database.storage.type", kind),
    };
    gathered.add(wanted, |prices| {
        let prices = prices.db_storage.get(&kind.value)?;
        charge.price(prices)
    });
}
