//! The items of an environment, layer by layer.

mod storage;

use crate::catalogue::{Catalogue, Price, PricedService, Prices, RegionPrices, Reservable};
use crate::model::{Capacity, Environment, Money, NodeGroup};
use crate::source::{Sourced, Span};

use super::item::{CostItem, Count, CountedUnit, Missing, Reserved, UnitRate};
use super::{CostLayer, Estimate, scheduled};

const CLUSTER: CountedUnit = CountedUnit {
    one: "cluster",
    many: "clusters",
};
const NODE: CountedUnit = CountedUnit {
    one: "node",
    many: "nodes",
};
const INSTANCE: CountedUnit = CountedUnit {
    one: "instance",
    many: "instances (Multi-AZ)",
};
/// An instance and its standby, priced together.
const PAIR: CountedUnit = CountedUnit {
    one: "pair (Multi-AZ)",
    many: "pairs (Multi-AZ)",
};
const REPLICA: CountedUnit = CountedUnit {
    one: "replica",
    many: "replicas",
};
const SHARD: CountedUnit = CountedUnit {
    one: "shard",
    many: "shards",
};

/// The monthly cost of an environment. Multi-AZ doubles instance and storage. A read replica is a
/// single instance with a volume of its own, as large as its source's.
#[must_use]
pub fn estimate(environment: &Environment, prices: &Prices) -> Estimate {
    let (region, budget) = (&environment.region, environment.budget.as_ref());
    let mut gathered = Gathered {
        prices: prices.regions.get(&region.value).filter(|_| region.sound),
        region,
        reserved: &environment.cost.reserved,
        items: Vec::new(),
    };
    control_plane(&mut gathered, environment);
    nodes(&mut gathered, environment);
    database(&mut gathered, environment);
    storage::storage(&mut gathered, environment);
    redis(&mut gathered, environment);
    Estimate {
        environment: environment.environment.value.clone(),
        region: region.value.clone(),
        region_span: region.origin.span(),
        cluster: environment.cluster.value.clone(),
        reserved: environment.cost.reserved.value,
        budget: budget.map(|budget| Money::ONE.times(budget.monthly.value.into())),
        items: gathered.items,
        calendar: Vec::new(),
    }
}

/// The monthly cost of an environment, with its calendar.
#[must_use]
pub fn estimate_with_calendar(
    environment: &Environment,
    catalogue: &Catalogue,
    prices: &Prices,
) -> Estimate {
    let mut estimate = estimate(environment, prices);
    if !environment.off_hours.is_empty() || !environment.event.is_empty() {
        estimate.calendar = scheduled(environment, catalogue, &estimate);
    }
    estimate
}

/// An estimate in the making.
struct Gathered<'a> {
    prices: Option<&'a RegionPrices>,
    region: &'a Sourced<String>,
    /// Percent of the floor that reserved capacity covers.
    reserved: &'a Sourced<u32>,
    items: Vec<CostItem>,
}

/// Something that is paid for.
struct WantedItem {
    layer: CostLayer,
    /// Whose contract discount applies.
    service: PricedService,
    path: String,
    what: String,
    counts: Vec<Count>,
    /// The row of `prices.kdl` for the item.
    row: String,
    /// Where the value that names the row is stated.
    span: Option<Span>,
    /// The attributes that its amount is computed from.
    inputs: PricedBy,
}

/// The attributes that an amount is computed from: their paths, and whether all could be read.
#[derive(Clone)]
struct PricedBy {
    paths: Vec<String>,
    sound: bool,
}

impl PricedBy {
    /// The attribute at `path`.
    fn of<T>(path: impl Into<String>, value: &Sourced<T>) -> Self {
        Self {
            paths: vec![path.into()],
            sound: value.sound,
        }
    }

    /// The same with the attribute at `path`.
    fn and<T>(mut self, path: impl Into<String>, value: &Sourced<T>) -> Self {
        self.paths.push(path.into());
        self.sound &= value.sound;
        self
    }

    /// The same with those of another amount.
    fn with(mut self, others: &Self) -> Self {
        self.paths.extend(others.paths.iter().cloned());
        self.sound &= others.sound;
        self
    }
}

impl<'a> Gathered<'a> {
    /// Adds an item with the price from `find`.
    fn add(
        &mut self,
        wanted: WantedItem,
        find: impl FnOnce(&'a RegionPrices) -> Option<&'a Price>,
    ) {
        self.add_at(wanted, |prices| {
            let price = find(prices)?.clone();
            Some(UnitRate::listed(price))
        });
    }

    /// Adds a reservable item with the price from `find`. Without a discount in the catalogue, it
    /// counts at its list price.
    fn add_reservable(
        &mut self,
        mut wanted: WantedItem,
        (kind, instance): (Reservable, &str),
        find: impl FnOnce(&'a RegionPrices) -> Option<&'a Price>,
    ) {
        let percent = self.reserved.value;
        wanted.inputs = wanted.inputs.and("cost.reserved", self.reserved);
        self.add_at(wanted, |prices| {
            let discount = prices.discounts.reserved(kind, instance);
            let discount = discount.filter(|_| percent > 0).cloned();
            Some(UnitRate {
                reserved: discount.map(|discount| Reserved { percent, discount }),
                ..UnitRate::listed(find(prices)?.clone())
            })
        });
    }

    /// Adds an item with the rate from `find`.
    fn add_at(
        &mut self,
        wanted: WantedItem,
        find: impl FnOnce(&'a RegionPrices) -> Option<UnitRate>,
    ) {
        let inputs = wanted.inputs.and("region", self.region);
        let rate = if !inputs.sound {
            Err(Missing::Value)
        } else if let Some(prices) = self.prices {
            let contract = prices.discounts.contract.get(&wanted.service);
            find(prices)
                .map(|rate| UnitRate {
                    contract: contract.cloned(),
                    ..rate
                })
                .ok_or(Missing::Row(wanted.row))
        } else {
            Err(Missing::Region)
        };
        self.items.push(CostItem {
            layer: wanted.layer,
            path: wanted.path,
            what: wanted.what,
            counts: wanted.counts,
            rate,
            span: wanted.span,
            inputs: inputs.paths,
        });
    }
}

fn control_plane(gathered: &mut Gathered<'_>, environment: &Environment) {
    let cluster = &environment.cluster;
    let wanted = WantedItem {
        layer: CostLayer::ControlPlane,
        service: PricedService::ControlPlane,
        path: "cluster".into(),
        what: cluster.value.to_string(),
        counts: vec![Count::exactly(1, CLUSTER)],
        row: "control-plane".into(),
        span: cluster.origin.span(),
        inputs: PricedBy::of("cluster", cluster),
    };
    gathered.add(wanted, |prices| prices.control_plane.as_ref());
}

/// The instance type whose price counts for every node of a group: the one without a price, else the
/// dearest. AWS decides which types a group gets when it launches the nodes.
fn dearest<'a>(prices: Option<&RegionPrices>, group: &'a NodeGroup) -> &'a Sourced<String> {
    let amount = |instance: &str| {
        let price = prices?.node_types.get(instance)?;
        Some(price.amount)
    };
    let mut dearest = &group.instance;
    for other in group.instances() {
        let amounts = (amount(&dearest.value), amount(&other.value));
        if let (Some(most), next) = amounts
            && next.is_none_or(|next| next > most)
        {
            dearest = other;
        }
    }
    dearest
}

fn nodes(gathered: &mut Gathered<'_>, environment: &Environment) {
    for (name, group) in &environment.nodes {
        let (least, most) = (&group.count.min, &group.count.max);
        let priced = dearest(gathered.prices, group);
        let node_type = &priced.value;
        let at = |step: &str| format!("nodes.{name}.{step}");
        let count = Count::between(u64::from(least.value), u64::from(most.value), NODE);
        let mut wanted = WantedItem {
            layer: CostLayer::Nodes,
            service: PricedService::Nodes,
            path: format!("nodes.{name}"),
            what: match group.instances().count() {
                1 => node_type.clone(),
                types => format!("{node_type}, the dearest of {types} types"),
            },
            counts: vec![count],
            row: format!("node-type \"{node_type}\""),
            span: priced.origin.span(),
            inputs: PricedBy::of(at("instance"), &group.instance)
                .and(at("capacity"), &group.capacity)
                .and(at("count.min"), least)
                .and(at("count.max"), most),
        };
        for other in &group.alternatives {
            let path = at(&format!("alternatives.{}", other.value));
            wanted.inputs = wanted.inputs.and(path, other);
        }
        match group.capacity.value {
            Capacity::OnDemand => {
                gathered.add_reservable(wanted, (Reservable::Nodes, node_type), |prices| {
                    prices.node_types.get(node_type)
                });
            }
            Capacity::Spot => {
                let listed = gathered
                    .prices
                    .is_none_or(|prices| prices.node_types.contains_key(node_type));
                // Without a discount, a spot node has no price, although an on-demand node has one.
                if listed {
                    wanted.row = "spot".into();
                }
                wanted.what.push_str(", spot");
                gathered.add_at(wanted, |prices| {
                    let price = prices.node_types.get(node_type)?.clone();
                    Some(UnitRate {
                        spot: Some(prices.discounts.spot.clone()?),
                        ..UnitRate::listed(price)
                    })
                });
            }
        }
    }
}

fn database(gathered: &mut Gathered<'_>, environment: &Environment) {
    let database = &environment.database;
    let (multi_az, replicas) = (&database.multi_az, &database.replicas);
    let class = &database.instance;
    let pair = gathered.prices.and_then(|prices| {
        let class = prices.db_classes.get(&class.value)?;
        class.multi_az.as_ref().filter(|_| multi_az.value)
    });
    let copies = match pair {
        Some(_) => Count::exactly(1, PAIR),
        None => Count::exactly(1 + u64::from(multi_az.value), INSTANCE),
    };
    let inputs = PricedBy::of("database.instance", class).and("database.multi-az", multi_az);
    instances(
        gathered,
        ("database.instance", class),
        (copies, inputs),
        pair,
    );
    if replicas.count.value > 0 {
        let count = Count::exactly(u64::from(replicas.count.value), REPLICA);
        let class = &replicas.instance;
        let inputs = PricedBy::of("database.replicas.instance", class)
            .and("database.replicas.count", &replicas.count);
        instances(
            gathered,
            ("database.replicas", class),
            (count, inputs),
            None,
        );
    }
}

/// Instances of a class, priced singly or as a pair.
fn instances<'a>(
    gathered: &mut Gathered<'a>,
    (path, class): (&str, &Sourced<String>),
    (count, inputs): (Count, PricedBy),
    pair: Option<&'a Price>,
) {
    let wanted = WantedItem {
        layer: CostLayer::Database,
        service: PricedService::Database,
        path: path.into(),
        what: class.value.clone(),
        counts: vec![count],
        row: format!("db-class \"{}\"", class.value),
        span: class.origin.span(),
        inputs,
    };
    gathered.add_reservable(wanted, (Reservable::Database, &class.value), |prices| {
        let single = prices.db_classes.get(&class.value)?;
        Some(pair.unwrap_or(&single.single_az))
    });
}

fn redis(gathered: &mut Gathered<'_>, environment: &Environment) {
    for (name, group) in &environment.redis {
        let (node, engine, shards) = (&group.node, group.engine.value, &group.cluster.shards);
        let mut counts = vec![Count::WithReplicas(group.replicas.value)];
        if group.is_cluster() {
            counts.insert(0, Count::exactly(u64::from(shards.value), SHARD));
        }
        let key = (node.value.clone(), engine);
        let at = |step: &str| format!("redis.{name}.{step}");
        let wanted = WantedItem {
            layer: CostLayer::Redis,
            service: PricedService::Redis,
            path: format!("redis.{name}"),
            what: format!("{}, {engine}", node.value),
            counts,
            row: format!("cache-node \"{}\" engine=\"{engine}\"", node.value),
            span: node.origin.span(),
            inputs: PricedBy::of(at("node"), node)
                .and(at("engine"), &group.engine)
                .and(at("replicas"), &group.replicas)
                .and(at("cluster.shards"), shards),
        };
        gathered.add_reservable(wanted, (Reservable::Redis, &node.value), |prices| {
            prices.cache_nodes.get(&key)
        });
    }
}
