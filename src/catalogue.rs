//! Facts about AWS: instances, engine versions and prices. Types and look-ups only.

pub mod prices;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Arch, Image, Quantity, Version};
pub use prices::{
    ClassPrices, Per, Price, PriceList, Prices, RegionPrices, Reservable, ReservedDiscount,
    SpotDiscount, StoragePrices,
};

/// An EC2 instance type as a Kubernetes node.
#[derive(Clone, Debug)]
pub struct NodeType {
    /// Its architecture.
    pub arch: Arch,
    /// Its processors.
    pub vcpu: u32,
    /// CPU that pods can ask for.
    pub allocatable_cpu: Quantity,
    /// Memory that pods can ask for.
    pub allocatable_memory: Quantity,
    /// The pods that the kubelet admits, daemons included: all addresses of the ENIs except the
    /// first of each, and two pods on the host's network.
    pub pods: u32,
}

impl NodeType {
    /// The pods that the kubelet admits in a managed node group with an EKS AMI. EKS caps them at
    /// 110 below 30 vCPUs and at 250 from there on, whatever the addresses allow (EKS user guide,
    /// managed node groups).
    #[must_use]
    pub fn most_pods(&self) -> u32 {
        let most = if self.vcpu < 30 { 110 } else { 250 };
        self.pods.min(most)
    }
}

/// An RDS instance class.
#[derive(Clone, Debug)]
pub struct DatabaseClass {
    /// Its processors.
    pub vcpu: u32,
    /// Its nominal memory.
    pub memory: Quantity,
    /// Whether it runs on CPU credits.
    pub burstable: bool,
}

/// An ElastiCache node type.
#[derive(Clone, Debug)]
pub struct CacheNode {
    /// Its processors.
    pub vcpu: u32,
    /// `maxmemory` in bytes, before the reserved quarter.
    pub maxmemory: u64,
    /// Whether it runs on CPU credits.
    pub burstable: bool,
    /// Whether only Valkey runs on it.
    pub valkey_only: bool,
}

impl CacheNode {
    /// The bytes for data. ElastiCache reserves a quarter (`reserved-memory-percent`). CloudWatch
    /// and the server report the used memory as a share of the rest.
    #[must_use]
    pub fn usable(&self) -> u64 {
        self.maxmemory / 4 * 3 + self.maxmemory % 4 * 3 / 4
    }
}

/// A major version of PostgreSQL on RDS.
#[derive(Clone, Debug)]
pub struct PostgresVersion {
    /// Its newest minor version, such as `16.15`.
    pub newest_minor: String,
    /// The last day of standard support.
    pub supported_until: jiff::civil::Date,
}

/// An engine version of ElastiCache, named `redis 7.1` or `valkey 8.0`.
#[derive(Clone, Debug)]
pub struct RedisVersion {
    /// The parameter group family.
    pub family: String,
}

/// Facts of one kind, by name. It has every name, but only the facts that a run refers to.
#[derive(Clone, Debug)]
pub struct FactsByName<T> {
    known: BTreeMap<String, T>,
    names: BTreeSet<String>,
}

impl<T> Default for FactsByName<T> {
    fn default() -> Self {
        Self {
            known: BTreeMap::new(),
            names: BTreeSet::new(),
        }
    }
}

impl<T> FactsByName<T> {
    /// The fact named `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.known.get(name)
    }

    /// Every name, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Adds a name without its fact.
    pub fn name(&mut self, name: String) {
        self.names.insert(name);
    }

    /// Adds a fact; `false` if the name is taken.
    pub fn insert(&mut self, name: String, fact: T) -> bool {
        self.names.insert(name.clone());
        self.known.insert(name, fact).is_none()
    }
}

/// The catalogue without its tiers.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Its version, such as `2026.11`.
    pub version: String,
    /// EC2 instance types.
    pub node_types: FactsByName<NodeType>,
    /// RDS instance classes.
    pub db_classes: FactsByName<DatabaseClass>,
    /// ElastiCache node types.
    pub cache_nodes: FactsByName<CacheNode>,
    /// PostgreSQL versions, by major.
    pub postgres: FactsByName<PostgresVersion>,
    /// ElastiCache versions.
    pub redis_versions: FactsByName<RedisVersion>,
    /// The regions of AWS; empty if the catalogue does not list them.
    pub regions: BTreeSet<String>,
    /// The newest PgBouncer image tag that the catalogue knows.
    pub pgbouncer_image: String,
    /// The first PgBouncer version without known vulnerabilities.
    pub pgbouncer_safe: String,
}

impl Catalogue {
    /// Whether PgBouncer of this image may ignore startup parameters such as `extra_float_digits`,
    /// which its exporter and some drivers send. In versions before the safe one, any such list
    /// lets every client hang the process (CVE-2026-107349). A tag without a version counts as
    /// unsafe.
    #[must_use]
    pub fn ignores_startup_parameters(&self, image: &str) -> bool {
        let safe = Version::leading(&self.pgbouncer_safe);
        let known = Image::parse(image).version();
        known.is_some() && safe.is_some() && known >= safe
    }
}
