//! What a change of an RDS instance does.

use std::collections::BTreeSet;

use tierc::impact::{Class, ImpactTime, Undo};

use super::super::{TIERS, impact, prod};
use super::{Row, fixed, hold, row, tfvars, values};

// RDS user guide, "Settings for DB instances", and the AWS provider's arguments that force a new one.
const RDS: &[Row] = &[
    row(
        "instance_class, Multi-AZ",
        "medium",
        ("", "database { instance \"db.r6g.2xlarge\" }"),
        "database.instance",
        Class::Failover,
    ),
    row(
        "instance_class, Single-AZ",
        "dev",
        ("", "database { instance \"db.r6g.large\" }"),
        "database.instance",
        Class::Outage,
    ),
    row(
        "engine_version minor",
        "medium",
        (
            "database { engine \"16.14\" }",
            "database { engine \"16.15\" }",
        ),
        "database.engine",
        Class::Outage,
    ),
    row(
        "engine_version major",
        "medium",
        ("", "database { engine \"17\" }"),
        "database.engine",
        Class::Outage,
    ),
    row(
        "engine_version down",
        "medium",
        ("database { engine \"17\" }", ""),
        "database.engine",
        Class::Impossible,
    ),
    row(
        "allocated_storage up",
        "small",
        ("", "database { storage gib=150 }"),
        "database.storage.gib",
        Class::None,
    ),
    row(
        "allocated_storage crossing 400 GiB",
        "medium",
        ("", "database { storage gib=400 max-gib=800 }"),
        "database.storage.gib",
        Class::OnlineDegraded,
    ),
    row(
        "allocated_storage down",
        "medium",
        ("", "database { storage gib=100 }"),
        "database.storage.gib",
        Class::Impossible,
    ),
    row(
        "max_allocated_storage",
        "medium",
        ("", "database { storage max-gib=390 }"),
        "database.storage.max-gib",
        Class::None,
    ),
    row(
        "storage_type",
        "medium",
        ("", "database { storage type=\"gp2\" }"),
        "database.storage.type",
        Class::None,
    ),
    row(
        "iops",
        "large",
        ("", "database { storage iops=14000 }"),
        "database.storage.iops",
        Class::None,
    ),
    row(
        "storage_throughput",
        "large",
        ("", "database { storage throughput=600 }"),
        "database.storage.throughput",
        Class::None,
    ),
    row(
        "multi_az false -> true",
        "dev",
        ("", "database { multi-az #true }"),
        "database.multi-az",
        Class::OnlineDegraded,
    ),
    row(
        "multi_az true -> false",
        "medium",
        ("", "database { multi-az #false }"),
        "database.multi-az",
        Class::None,
    ),
    row(
        "parameter value, static",
        "medium",
        ("", "database { max-connections 450 }"),
        "database.max-connections",
        Class::Reboot,
    ),
    row(
        "parameter value, static, with a new class",
        "medium",
        (
            "",
            "database { max-connections 450; instance \"db.r6g.2xlarge\" }",
        ),
        "database.max-connections",
        Class::Failover,
    ),
    row(
        "parameter value, static, with a new class, Single-AZ",
        "dev",
        (
            "",
            "database { max-connections 150; instance \"db.r6g.large\" }",
        ),
        "database.max-connections",
        Class::Outage,
    ),
    row(
        "parameter value, dynamic",
        "medium",
        ("database { tls \"disable\" }", ""),
        "database.tls",
        Class::Reload,
    ),
    row(
        "parameter_group_name, with the major version that it is of",
        "medium",
        ("", "database { engine \"17\" }"),
        "database.engine",
        Class::Outage,
    ),
    row(
        "identifier",
        "medium",
        ("", "database { name \"legacy\" }"),
        "database.name",
        Class::Outage,
    ),
    fixed("port"),
    fixed("db_subnet_group_name"),
    row(
        "backup_retention_period n -> 0",
        "medium",
        ("", "database { backup days=0 }"),
        "database.backup.days",
        Class::Outage,
    ),
    row(
        "backup_retention_period 0 -> n",
        "medium",
        ("database { backup days=0 }", ""),
        "database.backup.days",
        Class::Outage,
    ),
    row(
        "backup_retention_period n -> m",
        "medium",
        ("", "database { backup days=14 }"),
        "database.backup.days",
        Class::None,
    ),
    fixed("ca_cert_identifier"),
    row(
        "backup_window",
        "medium",
        ("", "database { backup window=\"05:00-06:00\" }"),
        "database.backup.window",
        Class::None,
    ),
    row(
        "maintenance_window",
        "medium",
        (
            "",
            "database { maintenance window=\"mon:04:00-mon:05:00\" }",
        ),
        "database.maintenance.window",
        Class::None,
    ),
    row(
        "apply_immediately",
        "medium",
        ("", "database { maintenance apply=\"window\" }"),
        "database.maintenance.apply",
        Class::None,
    ),
    fixed("storage_encrypted"),
    fixed("kms_key_id"),
    row(
        "db_name",
        "medium",
        ("", "database { name \"x\"; dbname \"other\" }"),
        "database.dbname",
        Class::Replace,
    ),
    row(
        "username",
        "medium",
        ("", "database { master \"other\" }"),
        "database.master",
        Class::Replace,
    ),
    fixed("engine"),
    fixed("availability_zone"),
    fixed("snapshot_identifier"),
];

#[test]
fn rds_does_what_its_guide_says_a_change_does() {
    // Settings that cannot change are equal in every environment, or absent.
    for setting in hold(RDS) {
        let of = |tier: &str| -> BTreeSet<String> {
            let tfvars = tfvars(tier);
            let (rds, _) = tfvars.split_once("\nrds_replicas").unwrap();
            values(rds, setting)
        };
        let dev = of("dev");
        for tier in TIERS {
            assert_eq!(of(tier), dev, "{setting}");
        }
    }
}

#[test]
fn deletion_protection_comes_with_the_tier_and_nobody_feels_it() {
    for tier in TIERS {
        let tfvars = tfvars(tier);
        let (rds, _) = tfvars.split_once("\nrds_replicas").unwrap();
        let protected = (tier != "dev").to_string();
        assert_eq!(
            values(rds, "deletion_protection"),
            BTreeSet::from([protected])
        );
    }
    let change = impact(&prod("dev", ""), &prod("small", ""), "tier");
    assert_eq!(change.class, Class::None);
}

#[test]
fn rds_changes_wait_for_the_window_where_they_are_told_to() {
    let window = "database { maintenance apply=\"window\"; ";
    let with = |tier: &str, change: &str, path: &str| {
        let before = prod(tier, &format!("{window} }}"));
        let after = prod(tier, &format!("{window} {change} }}"));
        impact(&before, &after, path).when
    };
    assert_eq!(
        with("medium", "instance \"db.r6g.2xlarge\"", "database.instance"),
        ImpactTime::InWindow
    );
    assert_eq!(
        with("small", "storage gib=150", "database.storage.gib"),
        ImpactTime::InWindow
    );
    // A window does not reboot for a static parameter alone. Another restart in the window applies it.
    assert_eq!(
        with("medium", "max-connections 450", "database.max-connections"),
        ImpactTime::ByHand
    );
    let both = "max-connections 450; instance \"db.r6g.2xlarge\"";
    assert_eq!(
        with("medium", both, "database.max-connections"),
        ImpactTime::InWindow
    );
}

#[test]
fn what_cannot_be_taken_back_says_so() {
    let undo = |before: &str, after: &str, path: &str| {
        impact(&prod("medium", before), &prod("medium", after), path).undo
    };
    let grown = "database { storage gib=300 }";
    assert_eq!(undo("", grown, "database.storage.gib"), Undo::Never);
    assert_eq!(
        undo("", "database { engine \"17\" }", "database.engine"),
        Undo::Never
    );
    assert_eq!(
        undo(
            "",
            "database { instance \"db.r6g.2xlarge\" }",
            "database.instance"
        ),
        Undo::Back
    );
    assert_eq!(
        undo(
            "",
            "redis \"cache\" { cluster shards=2 mode=\"enabled\" }",
            "redis.cache.cluster.mode"
        ),
        Undo::Never
    );
    assert_eq!(
        undo(
            "",
            "database { storage type=\"gp2\" }",
            "database.storage.type"
        ),
        Undo::Harder
    );
}
