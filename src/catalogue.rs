//! Facts about AWS: instances, engine versions and prices. Types and look-ups only.

pub mod prices;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Arch, Image, Quantity, Version};
pub use prices::{
    ClassPrices, Confidence, ContractDiscount, Discounts, Per, Price, PriceList, PricedService,
    Prices, RegionPrices, Reservable, ReservedDiscount, SpotDiscount, StoragePrices,
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
    /// A type with the amounts that pods can ask for on Amazon Linux 2023, computed from its size and
    /// its network interfaces; `None` if the node has no memory for pods.
    ///
    /// kubelet reserves 6%, 1%, 0.5% and 0.25% of the first, the second, the next two and the other
    /// cores, and 255 MiB and 11 MiB for each pod that has an address. The eviction threshold is
    /// 100 MiB. Before that, the machine keeps 7.5% of the memory, and 64 MiB on arm64.
    #[must_use]
    pub fn computed(
        arch: Arch,
        vcpu: u32,
        memory: Quantity,
        interfaces: Interfaces,
    ) -> Option<Self> {
        let pods = interfaces.pods()?;
        let kernel = match arch {
            Arch::Arm64 => 64,
            Arch::Amd64 => 0,
        };
        let machine = memory.mebibytes().checked_sub(kernel)?;
        let reserved = u64::from(pods) * 11 + 255 + 100;
        let memory = (machine * 925 / 1000).checked_sub(reserved)?;
        Some(Self {
            arch,
            vcpu,
            allocatable_cpu: Quantity::from_milli(u64::from(vcpu) * 1000 - kept_cpu(vcpu)),
            allocatable_memory: Quantity::from_mebibytes(memory),
            pods,
        })
    }

    /// The pods that the kubelet admits in a managed node group with an EKS AMI. EKS caps them at
    /// 110 below 30 vCPUs and at 250 from there on, whatever the addresses allow (EKS user guide,
    /// managed node groups).
    #[must_use]
    pub fn most_pods(&self) -> u32 {
        self.pods.min(self.managed_pods())
    }

    /// The most pods for which EKS configures the kubelet of this type in a managed node group.
    #[must_use]
    pub fn managed_pods(&self) -> u32 {
        if self.vcpu < 30 { 110 } else { 250 }
    }

    /// The pods that have an address, with the two on the host's network, if the VPC CNI assigns a
    /// prefix of 16 addresses in place of each address.
    #[must_use]
    pub fn pods_with_prefixes(&self) -> u32 {
        const HOST_NETWORK: u32 = 2;
        let addresses = self.pods.saturating_sub(HOST_NETWORK);
        addresses.saturating_mul(16).saturating_add(HOST_NETWORK)
    }
}

/// The CPU that kubelet reserves, in thousandths of a core.
fn kept_cpu(vcpu: u32) -> u64 {
    let cores = |from: u32, to: u32| u64::from(vcpu.clamp(from, to) - from);
    let hundredths =
        cores(0, 1) * 6000 + cores(1, 2) * 1000 + cores(2, 4) * 500 + cores(4, u32::MAX) * 250;
    hundredths / 100
}

/// The network interfaces of an EC2 instance type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interfaces {
    /// How many it can have.
    pub enis: u32,
    /// The IPv4 addresses of each.
    pub addresses: u32,
}

impl Interfaces {
    /// The pods that have room: one for each address except the first of each interface, and two on the
    /// host's network. `None` if an interface has no address.
    #[must_use]
    pub fn pods(self) -> Option<u32> {
        let each = self.addresses.checked_sub(1)?;
        self.enis.checked_mul(each)?.checked_add(2)
    }
}

/// Whether the name of an instance is one of a burstable family: `t4g.medium`, `db.t3.small`,
/// `cache.t4g.micro`.
#[must_use]
pub fn is_burstable(name: &str) -> bool {
    let family = prices::family(name);
    let generation = family.strip_prefix('t');
    generation.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether the name of an instance is one of a family with AWS's own processors: a `g` after the
/// generation, as in `m7gd.large` and `db.r6g.large`.
#[must_use]
pub fn is_graviton(name: &str) -> bool {
    let family = prices::family(name);
    let generation = family.trim_start_matches(|c: char| !c.is_ascii_digit());
    let variant = generation.trim_start_matches(|c: char| c.is_ascii_digit());
    family == "a1" || variant.contains('g')
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
    /// The names of the built-in facts, which are read only if they are needed.
    built_in: Option<BuiltInNames>,
}

/// The names in a text with one fact a line: `node-type "m7g.large" ...`.
#[derive(Clone, Copy, Debug)]
pub struct BuiltInNames {
    /// The text.
    pub text: &'static str,
    /// What a line of the kind starts with.
    pub kind: &'static str,
}

impl BuiltInNames {
    fn each(self) -> impl Iterator<Item = &'static str> {
        self.text.lines().filter_map(move |line| {
            let name = line.strip_prefix(self.kind)?.strip_prefix(" \"")?;
            name.split('"').next()
        })
    }
}

impl<T> Default for FactsByName<T> {
    fn default() -> Self {
        Self {
            known: BTreeMap::new(),
            names: BTreeSet::new(),
            built_in: None,
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
    pub fn names<'a>(&'a self) -> impl Iterator<Item = &'a str> {
        let mut names: BTreeSet<&'a str> = self.names.iter().map(String::as_str).collect();
        for name in self.built_in.into_iter().flat_map(BuiltInNames::each) {
            names.insert(name);
        }
        names.into_iter()
    }

    /// Adds the names of built-in facts.
    pub fn built_in(&mut self, names: BuiltInNames) {
        self.built_in = Some(names);
    }

    /// Adds the facts of another catalogue that this one does not state.
    fn under(&mut self, other: Self) {
        self.names.extend(other.names);
        for (name, fact) in other.known {
            self.known.entry(name).or_insert(fact);
        }
        self.built_in = self.built_in.or(other.built_in);
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
    /// Adds what another catalogue states and this one does not.
    pub fn under(&mut self, other: Self) {
        self.node_types.under(other.node_types);
        self.db_classes.under(other.db_classes);
        self.cache_nodes.under(other.cache_nodes);
        self.postgres.under(other.postgres);
        self.redis_versions.under(other.redis_versions);
        self.regions.extend(other.regions);
        for (stated, below) in [
            (&mut self.version, other.version),
            (&mut self.pgbouncer_image, other.pgbouncer_image),
            (&mut self.pgbouncer_safe, other.pgbouncer_safe),
        ] {
            if stated.is_empty() {
                *stated = below;
            }
        }
    }

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
