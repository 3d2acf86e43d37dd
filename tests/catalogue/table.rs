//! The tiers, number by number, and the values derived from them.

use tierc::budget::{connections, packing};
use tierc::catalogue::Catalogue;
use tierc::compile::{self, CatalogueTexts};
use tierc::model::{Environment, Resources, Workload};

use crate::support::today;

/// The tiers with the facts that they refer to.
fn tiers() -> (Vec<Environment>, Catalogue) {
    let run = compile::tiers(&CatalogueTexts::embedded(), today());
    let environments = run.files.into_iter();
    let environments = environments.map(|file| file.environment.expect("a tier resolves"));
    (environments.collect(), run.catalogue)
}

/// One value of each tier, from dev to xlarge.
fn each<T>(value: impl Fn(&Environment) -> T) -> Vec<T> {
    tiers().0.iter().map(value).collect()
}

fn resources(resources: &Resources) -> String {
    format!("{}/{}", resources.cpu.value, resources.memory.value)
}

fn pool(environment: &Environment) -> &tierc::model::Worker {
    assert_eq!(environment.worker.len(), 1);
    environment.worker.values().next().unwrap()
}

#[test]
fn pods_are_those_of_the_table() {
    let bounds = |replicas: &tierc::model::Replicas| (replicas.min.value, replicas.max.value);
    let apis = each(|tier| bounds(&api(tier).replicas));
    assert_eq!(apis, [(1, 3), (2, 10), (3, 20), (6, 30), (6, 50)]);
    let worker = each(|tier| bounds(&pool(tier).workload.replicas));
    assert_eq!(worker, [(0, 2), (2, 10), (2, 20), (4, 30), (4, 50)]);
    assert_eq!(
        each(|tier| resources(&api(tier).requests)),
        ["250m/512Mi", "500m/512Mi", "500m/512Mi", "1/2Gi", "2/4Gi"]
    );
    assert_eq!(
        each(|tier| resources(&api(tier).limits)),
        ["1/1Gi", "2/2Gi", "2/2Gi", "4/4Gi", "4/8Gi"]
    );
    assert_eq!(
        each(|tier| resources(&pool(tier).workload.requests)),
        ["500m/1Gi", "1/1Gi", "1/1Gi", "1/2Gi", "2/4Gi"]
    );
    assert_eq!(
        each(|tier| resources(&pool(tier).workload.limits)),
        ["2/2Gi", "4/4Gi", "4/4Gi", "4/4Gi", "4/8Gi"]
    );
}

#[test]
fn connections_are_those_of_the_table() {
    let demand = each(|tier| connections::total(&connections::demand(tier)));
    assert_eq!(demand, [21, 80, 160, 240, 400]);
    let pools = each(|tier| {
        let pool = &tier.pgbouncer.pool;
        (
            tier.pgbouncer.instances.value,
            pool.default.value,
            pool.max_db.value,
            pool.reserve.value,
        )
    });
    assert_eq!(
        pools,
        [
            (1, 25, 30, 5),
            (2, 40, 50, 5),
            (3, 55, 80, 5),
            (4, 60, 120, 5),
            (6, 70, 140, 5)
        ]
    );
    let ceiling = each(|tier| {
        let primary = connections::primary(tier);
        (primary.total(), primary.direct, primary.usable)
    });
    assert_eq!(
        ceiling,
        [
            (80, 20, 95),
            (170, 20, 195),
            (340, 20, 395),
            (620, 20, 795),
            (1_000, 20, 1_595)
        ]
    );
}

#[test]
fn databases_are_those_of_the_table() {
    let databases = each(|tier| {
        let database = &tier.database;
        (
            database.instance.value.clone(),
            database.max_connections.value,
            database.multi_az.value,
            database.replicas.count.value,
            (database.storage.gib.value, database.storage.max_gib.value),
        )
    });
    let class = |class: &str| format!("db.{class}");
    assert_eq!(
        databases,
        [
            (class("t3.medium"), 100, false, 0, (50, 100)),
            (class("r6g.large"), 200, true, 0, (100, 200)),
            (class("r6g.xlarge"), 400, true, 0, (200, 380)),
            (class("r6g.2xlarge"), 800, true, 1, (500, 1_000)),
            (class("r6g.4xlarge"), 1_600, true, 2, (1_000, 2_000)),
        ]
    );
    assert!(
        each(|tier| tier.database.replicas.instance == tier.database.instance)
            .iter()
            .all(|same| *same)
    );
}

#[test]
fn redis_groups_and_nodes_are_those_of_the_table() {
    let group = |tier: &Environment, name: &str| {
        tier.redis.get(name).map_or_else(String::new, |group| {
            let uses: Vec<String> = group
                .uses
                .iter()
                .map(|used| used.value.to_string())
                .collect();
            format!(
                "{} x {} + {}: {} on {}",
                group.cluster.shards.value.max(1),
                group.node.value,
                group.replicas.value,
                uses.join(" "),
                group.policy.value
            )
        })
    };
    assert_eq!(
        each(|tier| group(tier, "queue")),
        [
            "1 x cache.t3.small + 0: queue sessions cache on noeviction",
            "1 x cache.r6g.large + 1: queue sessions cache on noeviction",
            "1 x cache.r6g.large + 1: queue sessions on noeviction",
            "1 x cache.r6g.xlarge + 1: queue sessions on noeviction",
            "1 x cache.r6g.2xlarge + 1: queue sessions on noeviction",
        ]
    );
    assert_eq!(
        each(|tier| group(tier, "cache")),
        [
            "",
            "",
            "1 x cache.r6g.xlarge + 1: cache on volatile-lru",
            "1 x cache.r6g.2xlarge + 1: cache on volatile-lru",
            "3 x cache.r6g.2xlarge + 1: cache on volatile-lru",
        ]
    );
    let nodes = each(|tier| {
        let group = tier.nodes.values().next().unwrap();
        let (min, max) = (group.count.min.value, group.count.max.value);
        format!("{min}-{max} {}", group.instance.value)
    });
    assert_eq!(
        nodes,
        [
            "1-3 m7g.large",
            "2-6 m7g.xlarge",
            "3-12 m7g.xlarge",
            "3-12 m7g.2xlarge",
            "3-20 m7g.4xlarge"
        ]
    );
}

/// The only API.
fn api(tier: &Environment) -> &Workload {
    &tier.api.sole().unwrap().workload
}

/// The capacity of an environment in every dimension.
fn capacities(tier: &Environment, catalogue: &Catalogue) -> Vec<(String, u64)> {
    let mut all: Vec<(String, u64)> = Vec::new();
    let mut add = |what: &str, amount: u64| all.push((what.to_owned(), amount));
    let workloads = [("api", api(tier)), ("worker", &pool(tier).workload)];
    for (who, workload) in workloads {
        let replicas = &workload.replicas;
        add(&format!("{who} min"), replicas.min.value.into());
        add(&format!("{who} max"), replicas.max.value.into());
        for (side, resources) in [("request", &workload.requests), ("limit", &workload.limits)] {
            add(&format!("{who} cpu {side}"), resources.cpu.value.milli());
            add(
                &format!("{who} memory {side}"),
                resources.memory.value.units(),
            );
        }
    }
    let pgbouncer = &tier.pgbouncer;
    add("pgbouncer", pgbouncer.instances.value.into());
    add(
        "clients",
        u64::from(pgbouncer.instances.value) * u64::from(pgbouncer.clients.max.value),
    );
    add(
        "pool",
        u64::from(pgbouncer.instances.value) * u64::from(pgbouncer.pool.default.value),
    );
    let database = &tier.database;
    let class = catalogue.db_classes.get(&database.instance.value).unwrap();
    add("database vcpu", class.vcpu.into());
    add("database memory", class.memory.units());
    add("connections", database.max_connections.value.into());
    add("standby", database.multi_az.value.into());
    add("replicas", database.replicas.count.value.into());
    add("storage", database.storage.gib.value.into());
    add("most storage", database.storage.max_gib.value.into());
    add("days of backups", database.backup.days.value.into());
    let mut redis = [0, 0];
    for group in tier.redis.values() {
        let node = catalogue.cache_nodes.get(&group.node.value).unwrap();
        let shards = u64::from(group.cluster.shards.value.max(1));
        redis[0] += node.maxmemory * shards;
        redis[1] += shards * (1 + u64::from(group.replicas.value));
    }
    add("redis memory", redis[0]);
    add("redis nodes", redis[1]);
    let rooms = packing::rooms(tier, catalogue).unwrap();
    let sum = |each: fn(&packing::Room) -> u64| -> u64 {
        let rooms = rooms.values();
        rooms.map(|room| u64::from(room.nodes) * each(room)).sum()
    };
    add("nodes' cpu", sum(|room| room.cpu));
    add("nodes' memory", sum(|room| room.memory));
    add("nodes' addresses", sum(|room| room.pods));
    let least = tier
        .nodes
        .values()
        .map(|group| u64::from(group.count.min.value));
    add("fewest nodes", least.sum());
    all
}

#[test]
fn no_capacity_shrinks_and_each_tier_has_more_of_most() {
    let (tiers, catalogue) = tiers();
    for pair in tiers.windows(2) {
        let before = capacities(&pair[0], &catalogue);
        let after = capacities(&pair[1], &catalogue);
        let mut grown = 0;
        for ((what, smaller), (_, larger)) in before.iter().zip(&after) {
            let tier = pair[1].tier.value;
            assert!(
                smaller <= larger,
                "{what} shrinks from {smaller} to {larger} in {tier}"
            );
            grown += usize::from(smaller < larger);
        }
        assert!(grown * 2 > before.len(), "{}: {grown}", pair[1].tier.value);
    }
}

#[test]
fn every_name_in_a_tier_is_a_fact_of_the_catalogue() {
    let (tiers, catalogue) = tiers();
    for tier in tiers {
        let database = &tier.database;
        assert!(catalogue.db_classes.get(&database.instance.value).is_some());
        assert!(catalogue.postgres.get(&database.engine.value).is_some());
        for group in tier.redis.values() {
            assert!(catalogue.cache_nodes.get(&group.node.value).is_some());
            let version = format!("{} {}", group.engine.value, group.version.value);
            assert!(catalogue.redis_versions.get(&version).is_some());
        }
        for group in tier.nodes.values() {
            assert!(catalogue.node_types.get(&group.instance.value).is_some());
        }
    }
}

/// The catalogue must not contain placeholders.
#[test]
fn no_tier_has_a_hole() {
    for tier in tiers().0 {
        for attribute in tier.list() {
            assert!(attribute.sound, "{} of {}", attribute.path, tier.tier.value);
        }
    }
}

#[test]
fn every_tier_has_room_for_all_its_pods_placed_one_by_one() {
    let (tiers, catalogue) = tiers();
    for tier in tiers {
        let rooms = packing::rooms(&tier, &catalogue).unwrap();
        let loads = packing::loads(&tier, &catalogue);
        assert!(packing::shortages(&loads, &rooms).is_empty());
        assert!(packing::unplaced(&loads, &rooms).is_none());
        assert!(loads.iter().all(|load| !load.groups.is_empty()));
    }
}
