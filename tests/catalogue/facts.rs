//! The facts of `instances.kdl`, compared with independent tables from the user guides of RDS and
//! ElastiCache and from Karpenter's instance types.

use tierc::catalogue::Catalogue;
use tierc::compile::CatalogueTexts;
use tierc::model::Arch;

/// A catalogue with every fact.
fn catalogue() -> Catalogue {
    CatalogueTexts::embedded().everything("us-east-1").0
}

const ARM: Arch = Arch::Arm64;
const X86: Arch = Arch::Amd64;

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
            node.most_pods(),
        );
        assert_eq!(found, (arch, cpu, memory, pods), "{name}");
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
