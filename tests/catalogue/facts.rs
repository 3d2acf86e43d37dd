//! The facts of `instances.kdl`, compared with independent tables from the user guides of RDS and
//! ElastiCache and from Karpenter's instance types. The allocatable amounts are computed again.

use std::collections::BTreeSet;

use tierc::catalogue::Catalogue;
use tierc::compile::CatalogueTexts;
use tierc::diagnostic::Diagnostics;
use tierc::model::{Arch, Quantity};
use tierc::source::{Source, Sources};

/// A catalogue with every fact.
fn catalogue() -> Catalogue {
    let (name, text) = CatalogueTexts::embedded().instances;
    let mut sources = Sources::default();
    let source = sources.add(Source {
        name,
        text: text.clone(),
        catalogue: true,
    });
    let mut found = Diagnostics::new();
    let catalogue = tierc::parse::instances::instances(&text, source, None, &mut found);
    assert!(found.is_empty(), "{found:?}");
    catalogue
}

const ARM: Arch = Arch::Arm64;
const X86: Arch = Arch::Amd64;

/// Sizes, by vCPU: the end of a name, and how many times the memory of the smallest.
const SIZES: &[(&str, u32, u64)] = &[("large", 2, 1), ("xlarge", 4, 2), ("2xlarge", 8, 4)];

#[test]
fn what_pods_can_ask_for_is_what_was_measured() {
    let measured = [
        ("t3.medium", X86, 1930, 3246, 17),
        ("t3.large", X86, 1930, 6837, 35),
        ("t4g.medium", ARM, 1930, 3187, 17),
        ("m6g.large", ARM, 1930, 6844, 29),
        ("m7g.large", ARM, 1930, 6844, 29),
        ("m6g.xlarge", ARM, 3920, 14_103, 58),
        ("m7g.xlarge", ARM, 3920, 14_103, 58),
        ("m6g.2xlarge", ARM, 7910, 29_258, 58),
        ("m7g.2xlarge", ARM, 7910, 29_258, 58),
        ("m6g.4xlarge", ARM, 15_890, 57_632, 110),
        ("m5.large", X86, 1930, 6903, 29),
        ("c6g.large", ARM, 1930, 3055, 29),
        ("c7g.large", ARM, 1930, 3055, 29),
        ("c6g.xlarge", ARM, 3920, 6525, 58),
        ("c7g.xlarge", ARM, 3920, 6525, 58),
        ("c6g.2xlarge", ARM, 7910, 14_103, 58),
        ("c7g.2xlarge", ARM, 7910, 14_103, 58),
    ];
    let catalogue = catalogue();
    for (name, arch, cpu, memory, pods) in measured {
        let node = catalogue.node_types.get(name).unwrap();
        let found = (
            node.arch,
            node.allocatable_cpu.milli(),
            node.allocatable_memory.mebibytes(),
            node.pods,
        );
        assert_eq!(found, (arch, cpu, memory, pods), "{name}");
    }
}

/// vCPU and GiB of an EC2 family's smallest size, and the sizes that the catalogue has of it.
const FAMILIES: &[(&str, Arch, u64, &[&str])] = &[
    ("m6g", ARM, 8, &["large", "xlarge", "2xlarge", "4xlarge"]),
    ("m7g", ARM, 8, &["large", "xlarge", "2xlarge", "4xlarge"]),
    ("m8g", ARM, 8, &["large", "xlarge", "2xlarge"]),
    ("c6g", ARM, 4, &["large", "xlarge", "2xlarge", "4xlarge"]),
    ("c7g", ARM, 4, &["large", "xlarge", "2xlarge", "4xlarge"]),
    ("c8g", ARM, 4, &["large", "xlarge", "2xlarge"]),
    ("r6g", ARM, 16, &["large", "xlarge"]),
    ("r7g", ARM, 16, &["large", "xlarge"]),
    ("m5", X86, 8, &["large"]),
    ("m6i", X86, 8, &["large"]),
    ("m7i", X86, 8, &["large"]),
    ("c5", X86, 4, &["large"]),
    ("c6i", X86, 4, &["large"]),
];

/// The T types: vCPU and GiB.
const BURSTABLE: &[(&str, u32, u64)] = &[
    ("small", 2, 2),
    ("medium", 2, 4),
    ("large", 2, 8),
    ("xlarge", 4, 16),
    ("2xlarge", 8, 32),
];

/// Every EC2 type with its architecture, vCPU and GiB.
fn node_types() -> Vec<(String, Arch, u32, u64)> {
    let mut all = Vec::new();
    for (family, arch, gib, sizes) in FAMILIES {
        for size in *sizes {
            let four = ("4xlarge", 16, 8);
            let known = SIZES.iter().chain([&four]).find(|(end, _, _)| end == size);
            let (_, vcpu, times) = known.unwrap();
            all.push((format!("{family}.{size}"), *arch, *vcpu, gib * times));
        }
    }
    for (family, arch) in [("t3", X86), ("t4g", ARM)] {
        for (size, vcpu, gib) in BURSTABLE {
            all.push((format!("{family}.{size}"), arch, *vcpu, *gib));
        }
    }
    all
}

#[test]
fn the_node_types_are_these_and_no_others() {
    let catalogue = catalogue();
    let wanted = node_types();
    let names: BTreeSet<&str> = wanted.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, catalogue.node_types.names().collect());
    for (name, arch, vcpu, _) in &wanted {
        let node = catalogue.node_types.get(name).unwrap();
        assert_eq!((node.arch, node.vcpu), (*arch, *vcpu), "{name}");
    }
}

/// What kubelet and the eviction threshold leave: 6%, 1%, 0.5% and 0.25% of the cores; 11 MiB a
/// pod and 255 MiB; 100 MiB; before that, 7.5% of the memory, and on arm64 64 MiB, are the VM's.
#[test]
fn what_pods_can_ask_for_follows_from_the_size_of_a_node() {
    let catalogue = catalogue();
    for (name, arch, vcpu, gib) in node_types() {
        let node = catalogue.node_types.get(&name).unwrap();
        let cores = |from: u32, to: u32| u64::from(vcpu.clamp(from, to) - from);
        let shares = [
            (cores(0, 1), 60_00),
            (cores(1, 2), 10_00),
            (cores(2, 4), 5_00),
            (cores(4, u32::MAX), 2_50),
        ];
        let kept: u64 = shares.iter().map(|(cores, share)| cores * share).sum();
        let cpu = u64::from(vcpu) * 1000 - kept / 100;
        let machine = gib * 1024 - if arch == ARM { 64 } else { 0 };
        // Kubelet keeps memory for the addresses of a node, though a managed group admits fewer pods.
        let addresses = if vcpu == 16 { 234 } else { node.pods };
        assert_eq!(node.pods, addresses.min(110), "{name}");
        let memory = machine * 925 / 1000 - 11 * u64::from(addresses) - 255 - 100;
        let found = (
            node.allocatable_cpu.milli(),
            node.allocatable_memory.mebibytes(),
        );
        assert_eq!(found, (cpu, memory), "{name}");
    }
}

#[test]
fn classes_have_the_memory_that_connections_are_counted_by() {
    let gib = |name: &str| match name {
        "db.t4g.micro" => 1,
        "db.t3.small" | "db.t4g.small" => 2,
        "db.t3.medium" | "db.t4g.medium" => 4,
        "db.t3.large" | "db.t4g.large" => 8,
        _ => {
            let (family, size) = name.rsplit_once('.').unwrap();
            let smallest = if family.starts_with("db.m") { 8 } else { 16 };
            let times = match size {
                "large" => 1,
                "xlarge" => 2,
                size => 2 * size.strip_suffix("xlarge").unwrap().parse::<u64>().unwrap(),
            };
            smallest * times
        }
    };
    let catalogue = catalogue();
    for name in catalogue.db_classes.names() {
        let class = catalogue.db_classes.get(name).unwrap();
        let memory = Quantity::from_mebibytes(gib(name) * 1024);
        assert!(class.memory == memory, "{name}: {}", class.memory);
        assert_eq!(class.burstable, name.starts_with("db.t"), "{name}");
        let (_, size) = name.rsplit_once('.').unwrap();
        let vcpu = if class.burstable || size == "large" {
            2
        } else {
            u32::try_from(gib(name) / if name.starts_with("db.m") { 4 } else { 8 }).unwrap()
        };
        assert_eq!(class.vcpu, vcpu, "{name}");
    }
}

/// The user guide's default of `max_connections`, by class.
#[test]
fn the_classes_of_the_guide_give_the_connections_of_the_formula() {
    let catalogue = catalogue();
    for (family, of) in [("t3", "medium"), ("t4g", "medium")] {
        let class = catalogue
            .db_classes
            .get(&format!("db.{family}.{of}"))
            .unwrap();
        assert_eq!(tierc::budget::connections::good_for(class.memory), 450);
    }
    for (size, connections) in [
        ("large", 1802),
        ("xlarge", 3604),
        ("2xlarge", 5000),
        ("4xlarge", 5000),
        ("16xlarge", 5000),
    ] {
        for family in ["r6g", "r7g", "r8g"] {
            let name = format!("db.{family}.{size}");
            let class = catalogue.db_classes.get(&name).unwrap();
            let given = tierc::budget::connections::good_for(class.memory);
            assert_eq!(given, connections, "{name}");
        }
    }
}

#[test]
fn cache_nodes_have_the_memory_of_the_user_guide() {
    let table = [
        ("t3.micro", 2, 536_870_912),
        ("t4g.micro", 2, 536_870_912),
        ("t3.small", 2, 1_471_026_299),
        ("t4g.small", 2, 1_471_026_299),
        ("t3.medium", 2, 3_317_862_236),
        ("t4g.medium", 2, 3_317_862_236),
        ("m6g.large", 2, 6_854_542_746),
        ("m6g.xlarge", 4, 13_891_921_715),
        ("m6g.2xlarge", 8, 27_966_669_210),
        ("m7g.large", 2, 6_854_542_746),
        ("m7g.xlarge", 4, 13_891_921_715),
        ("m7g.2xlarge", 8, 27_966_669_210),
        ("r6g.large", 2, 14_037_181_030),
        ("r6g.xlarge", 4, 28_261_849_702),
        ("r6g.2xlarge", 8, 56_711_183_565),
        ("r6g.4xlarge", 16, 113_609_865_216),
        ("r6g.8xlarge", 32, 225_000_375_228),
        ("r6g.12xlarge", 48, 341_206_346_547),
        ("r6g.16xlarge", 64, 450_000_750_456),
        ("r7g.large", 2, 14_037_181_030),
        ("r7g.xlarge", 4, 28_261_849_702),
        ("r7g.2xlarge", 8, 56_711_183_565),
        ("r7g.4xlarge", 16, 113_609_865_216),
        ("r7g.8xlarge", 32, 225_000_375_228),
        ("r8g.large", 2, 15_222_495_510),
        ("r8g.xlarge", 4, 31_866_224_640),
        ("r8g.2xlarge", 8, 65_856_864_256),
        ("r8g.4xlarge", 16, 133_838_143_488),
    ];
    let catalogue = catalogue();
    assert_eq!(catalogue.cache_nodes.names().count(), table.len());
    for (name, vcpu, maxmemory) in table {
        let node = catalogue.cache_nodes.get(&format!("cache.{name}")).unwrap();
        assert_eq!((node.vcpu, node.maxmemory), (vcpu, maxmemory), "{name}");
        assert_eq!(node.valkey_only, name.starts_with("r8g"), "{name}");
    }
}

#[test]
fn engines_end_where_aws_says_and_have_their_families() {
    let catalogue = catalogue();
    let postgres: Vec<(&str, &str, String)> = catalogue
        .postgres
        .names()
        .map(|name| {
            let version = catalogue.postgres.get(name).unwrap();
            let minor = version.newest_minor.as_str();
            (name, minor, version.supported_until.to_string())
        })
        .collect();
    let end = |date: &str| date.to_owned();
    assert_eq!(
        postgres,
        [
            ("13", "13.23", end("2026-02-28")),
            ("14", "14.24", end("2027-02-28")),
            ("15", "15.19", end("2028-02-29")),
            ("16", "16.15", end("2029-02-28")),
            ("17", "17.11", end("2030-02-28")),
            ("18", "18.6", end("2031-02-28")),
        ]
    );
    let families = |name: &str| catalogue.redis_versions.get(name).unwrap().family.clone();
    for (name, family) in [
        ("redis 6.2", "redis6.x"),
        ("redis 7.0", "redis7"),
        ("redis 7.1", "redis7"),
        ("valkey 7.2", "valkey7"),
        ("valkey 8.0", "valkey8"),
        ("valkey 8.1", "valkey8"),
        ("valkey 8.2", "valkey8"),
    ] {
        assert_eq!(families(name), family, "{name}");
    }
}
