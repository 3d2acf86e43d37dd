//! The tfvars and their declarations.

use std::collections::{BTreeMap, BTreeSet};

use tierc::emit::Artifacts;
use tierc::emit::terraform::variables_tf;

use super::{all, case, emitted, of_tier, text};

fn tfvars(artifacts: &Artifacts) -> &str {
    let found = artifacts.iter().find(|(path, _)| super::is(path, "tfvars"));
    found.unwrap().1
}

/// Attributes of each variable's object: whether each may be left out.
fn declared() -> BTreeMap<String, BTreeMap<String, bool>> {
    let mut all = BTreeMap::new();
    for block in variables_tf().split("\nvariable \"").skip(1) {
        let name = block.split('"').next().unwrap().to_owned();
        let Some(object) = block.split("object({\n").nth(1) else {
            continue;
        };
        let lines = object
            .lines()
            .take_while(|line| !line.trim_start().starts_with('}'));
        let attributes = lines.map(|line| {
            let (name, kind) = line.split_once('=').unwrap();
            (name.trim().to_owned(), kind.trim().starts_with("optional("))
        });
        all.insert(name, attributes.collect());
    }
    all
}

/// The attributes that are written for each variable, one set for each object of it.
fn written(tfvars: &str) -> BTreeMap<String, Vec<BTreeSet<String>>> {
    let mut all: BTreeMap<String, Vec<BTreeSet<String>>> = BTreeMap::new();
    let mut variable = String::new();
    for line in tfvars.lines() {
        let indent = line.len() - line.trim_start().len();
        let Some((name, value)) = line.trim().split_once('=') else {
            continue;
        };
        let name = name.trim().trim_matches('"').to_owned();
        // `rds` is one object, the others are maps of objects.
        let depth = if variable == "rds" { 2 } else { 4 };
        if indent == 0 {
            variable.clone_from(&name);
            let objects = all.entry(name).or_default();
            if variable == "rds" {
                objects.push(BTreeSet::new());
            }
        } else if indent == depth {
            all.get_mut(&variable)
                .unwrap()
                .last_mut()
                .unwrap()
                .insert(name);
        } else if indent == 2 && value.trim() == "{" {
            all.get_mut(&variable).unwrap().push(BTreeSet::new());
        }
    }
    all
}

#[test]
fn every_attribute_written_is_declared_and_every_needed_one_is_written() {
    let declared = declared();
    assert_eq!(declared.len(), 4);
    for (name, artifacts) in all() {
        let written = written(tfvars(&artifacts));
        let mut variables = vec!["elasticache", "node_groups", "rds", "rds_replicas", "tags"];
        variables.retain(|variable| name != "no_redis" || *variable != "elasticache");
        assert_eq!(
            written.keys().map(String::as_str).collect::<Vec<_>>(),
            variables
        );
        for (variable, attributes) in declared.iter().filter(|it| variables.contains(&&**it.0)) {
            let needed: BTreeSet<String> = attributes
                .iter()
                .filter(|(_, optional)| !**optional)
                .map(|(name, _)| name.clone())
                .collect();
            let known: BTreeSet<String> = attributes.keys().cloned().collect();
            assert!(!needed.is_empty());
            for object in &written[variable] {
                let unknown: Vec<_> = object.difference(&known).collect();
                let missing: Vec<_> = needed.difference(object).collect();
                assert!(
                    unknown.is_empty() && missing.is_empty(),
                    "{name} {variable}: {unknown:?} {missing:?}"
                );
            }
        }
    }
    let written = written(tfvars(&of_tier("xlarge")));
    let counts =
        ["rds", "rds_replicas", "elasticache", "node_groups"].map(|name| written[name].len());
    assert_eq!(counts, [1, 2, 2, 1]);
}

#[test]
fn every_optional_attribute_is_written_by_some_case() {
    let declared = declared();
    for (variable, attributes) in &declared {
        for (attribute, _) in attributes.iter().filter(|(_, optional)| **optional) {
            let somewhere = all().iter().any(|(_, artifacts)| {
                let written = written(tfvars(artifacts));
                let mut objects = written.get(variable).into_iter().flatten();
                objects.any(|object| object.contains(attribute))
            });
            assert!(somewhere, "{variable}.{attribute}");
        }
    }
}

fn has(tfvars: &str, line: &str) -> bool {
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    tfvars.lines().any(|known| squeezed(known) == line)
}

#[test]
fn no_password_is_given_or_kept() {
    for (name, artifacts) in all() {
        let tfvars = tfvars(&artifacts);
        assert!(has(tfvars, "manage_master_user_password = false"), "{name}");
        for secret in ["password_wo", "auth_token", "password ="] {
            assert!(!tfvars.contains(secret), "{name} {secret}");
        }
    }
}

#[test]
fn a_static_parameter_waits_for_the_reboot_that_it_needs() {
    let artifacts = of_tier("large");
    let parameter = "      name         = \"max_connections\"\n      value        = \"800\"\n      apply_method = \"pending-reboot\"\n";
    assert!(tfvars(&artifacts).contains(parameter));
}

#[test]
fn parameter_groups_are_named_for_what_cannot_change_within_them() {
    let artifacts = case("everything");
    let all = tfvars(&artifacts);
    for name in [
        "kaireon-prod-postgres16",
        "kaireon-prod-read-1-postgres16",
        "kaireon-prod-read-2-postgres16",
        "kaireon-prod-queue-redis7-cluster",
        "kaireon-prod-cache-valkey8",
    ] {
        assert!(
            has(all, &format!("parameter_group_name = \"{name}\"")),
            "{name}"
        );
    }
    let old = tfvars(&case("plain_redis")).to_owned();
    assert!(
        has(
            &old,
            "parameter_group_name = \"kaireon-lab-queue-redis6-x\""
        ),
        "{old}"
    );
    assert!(has(&old, "parameter_group_family = \"redis6.x\""));
}

#[test]
fn the_step_to_cluster_mode_already_has_its_parameter_group() {
    let nodes = "redis \"cache\" { cluster shards=0 mode=\"compatible\" }";
    let artifacts = emitted(&text("medium", nodes));
    let tfvars = tfvars(&artifacts);
    for line in [
        "cluster_mode = \"compatible\"",
        "cluster_mode_enabled = false",
        "num_cache_clusters = 2",
        "parameter_group_name = \"kaireon-prod-cache-redis7-cluster\"",
        "name = \"cluster-enabled\"",
    ] {
        assert!(has(tfvars, line), "{line}\n{tfvars}");
    }
}

#[test]
fn shards_follow_the_mode_and_the_mode_follows_them() {
    let artifacts = emitted(&text("medium", "redis \"cache\" { cluster shards=3 }"));
    let sharded = tfvars(&artifacts);
    for line in [
        "cluster_mode = \"enabled\"",
        "cluster_mode_enabled = true",
        "num_node_groups = 3",
        "replicas_per_node_group = 1",
    ] {
        assert!(has(sharded, line), "{line}");
    }
}

#[test]
fn encryption_in_transit_has_a_mode_where_the_engine_knows_modes() {
    for (nodes, encrypted, mode) in [
        ("", true, Some("required")),
        ("tls \"preferred\"", true, Some("preferred")),
        ("tls \"off\"", false, None),
        ("engine \"redis\" version=\"6.2\"", true, None),
        ("engine \"valkey\" version=\"8.1\"", true, Some("required")),
    ] {
        let artifacts = emitted(&text("small", &format!("redis \"queue\" {{ {nodes} }}")));
        let tfvars = tfvars(&artifacts);
        assert!(
            has(tfvars, &format!("transit_encryption_enabled = {encrypted}")),
            "{nodes}"
        );
        let found = mode.map(|mode| has(tfvars, &format!("transit_encryption_mode = \"{mode}\"")));
        assert!(found.unwrap_or(true), "{nodes}");
        assert_eq!(
            tfvars.contains("transit_encryption_mode"),
            mode.is_some(),
            "{nodes}"
        );
        assert!(has(tfvars, "at_rest_encryption_enabled = true"));
    }
}

#[test]
fn windows_too_short_for_elasticache_are_left_to_aws() {
    let artifacts = case("everything");
    let tfvars = tfvars(&artifacts);
    let groups = tfvars.split("\nelasticache = {").nth(1).unwrap();
    assert!(!groups.contains("snapshot_window") && !groups.contains("maintenance_window"));
    assert!(groups.contains("snapshot_retention_limit = 7"));
    assert!(has(tfvars, "backup_window = \"02:00-02:30\""));
}

#[test]
fn jobs_and_sessions_are_backed_up_and_caches_are_not() {
    let artifacts = of_tier("medium");
    let groups = tfvars(&artifacts)
        .split("\nelasticache = {")
        .nth(1)
        .unwrap();
    let days = |group: &str| {
        let block = groups.split(&format!("\n  {group} = {{")).nth(1).unwrap();
        let line = block
            .lines()
            .find(|line| line.contains("snapshot_retention_limit"))
            .unwrap();
        line.rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(
        (days("queue"), days("cache")),
        ("7".to_owned(), "0".to_owned())
    );
}

#[test]
fn a_stated_minor_is_not_left_behind() {
    for (engine, follows) in [("16", true), ("16.9", false)] {
        let artifacts = emitted(&text(
            "small",
            &format!("database {{ engine \"{engine}\" }}"),
        ));
        let tfvars = tfvars(&artifacts);
        assert!(has(tfvars, &format!("engine_version = \"{engine}\"")));
        assert!(has(tfvars, "major_engine_version = \"16\""));
        assert!(has(
            tfvars,
            &format!("auto_minor_version_upgrade = {follows}")
        ));
    }
}

#[test]
fn what_holds_data_is_protected_and_what_does_not_can_go() {
    for (tier, protected) in [("dev", false), ("small", true), ("xlarge", true)] {
        let artifacts = of_tier(tier);
        let rds = tfvars(&artifacts).split("\nrds_replicas").next().unwrap();
        assert!(
            has(rds, &format!("deletion_protection = {protected}")),
            "{tier}"
        );
        assert!(
            has(rds, &format!("skip_final_snapshot = {}", !protected)),
            "{tier}"
        );
        assert!(has(rds, "storage_encrypted = true"));
    }
    let artifacts = of_tier("xlarge");
    let replicas = tfvars(&artifacts).split("\nrds_replicas").nth(1).unwrap();
    let replicas = replicas.split("\nelasticache").next().unwrap();
    assert_eq!(
        replicas
            .matches("deletion_protection             = false")
            .count()
            + replicas.matches("deletion_protection = false").count(),
        2
    );
    assert_eq!(
        replicas.matches("\"kaireon-prod\"\n").count(),
        2,
        "each names its source"
    );
}

#[test]
fn changes_wait_for_the_window_where_the_file_says_so() {
    for (apply, at_once) in [("now", true), ("window", false)] {
        let nodes = format!("database {{ maintenance apply=\"{apply}\" }}");
        let artifacts = emitted(&text("large", &nodes));
        let tfvars = tfvars(&artifacts);
        assert!(has(tfvars, &format!("apply_immediately = {at_once}")));
        assert!(!has(tfvars, &format!("apply_immediately = {}", !at_once)));
    }
}

#[test]
fn the_tags_are_the_environments_and_the_labels() {
    let artifacts = emitted(&text(
        "dev",
        "labels team=\"core\" managed-by=\"hand\" \"example.com/x\"=\"1\"",
    ));
    let tags = tfvars(&artifacts).split("\ntags = {").nth(1).unwrap();
    for line in [
        "app = \"kaireon\"",
        "environment = \"prod\"",
        "managed-by = \"hand\"",
        "team = \"core\"",
        "tier = \"dev\"",
        "\"example.com/x\" = \"1\"",
    ] {
        assert!(has(tags, line), "{line}\n{tags}");
    }
}

#[test]
fn a_parameter_that_equals_its_familys_default_is_left_out() {
    let cases = [
        ("13", "verify-ca", Some(("1", "pending-reboot"))),
        ("14", "require", Some(("1", "pending-reboot"))),
        ("14", "disable", None),
        ("15", "disable", Some(("0", "immediate"))),
        ("15", "prefer", None),
        ("16.4", "verify-ca", None),
        ("18", "disable", Some(("0", "immediate"))),
        ("18", "require", None),
    ];
    for (engine, tls, forced) in cases {
        let more = format!("database {{ engine \"{engine}\"; tls \"{tls}\"; replicas 1 }}");
        let artifacts = emitted(&text("medium", &more));
        let tfvars = tfvars(&artifacts);
        let (source, replica) = tfvars.split_once("\nrds_replicas").unwrap();
        for instance in [source, replica] {
            let found = instance.split("\"rds.force_ssl\"").nth(1).map(|rest| {
                let value = |name: &str| {
                    let line = rest.lines().find(|line| line.contains(name)).unwrap();
                    line.split('"').nth(1).unwrap()
                };
                (value("value"), value("apply_method"))
            });
            assert_eq!(found, forced, "PostgreSQL {engine}, {tls}");
            assert!(instance.contains("\"max_connections\""));
        }
    }
}

#[test]
fn the_master_user_is_not_the_applications_role() {
    let master = |more: &str| {
        let artifacts = emitted(&text("medium", more));
        let (rds, _) = tfvars(&artifacts).split_once("\nrds_replicas").unwrap();
        let line = rds.lines().find(|line| line.contains("username")).unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    };
    assert_eq!(master(""), "postgres");
    assert_eq!(master("database { user \"app\" }"), "postgres");
    assert_eq!(master("database { master \"owner\" }"), "owner");
}

/// The values of an attribute, of every object that has it.
fn values<'a>(tfvars: &'a str, attribute: &str) -> Vec<&'a str> {
    let lines = tfvars.lines().filter_map(|line| line.split_once('='));
    let of_it = lines.filter(|(name, _)| name.trim() == attribute);
    of_it.map(|(_, value)| value.trim()).collect()
}

/// If they are absent, the provider sends those of the smaller volume again, which RDS refuses.
#[test]
fn a_striped_gp3_volume_states_its_performance_and_a_smaller_one_none() {
    let volume = |storage: &str| {
        let lines = format!("database {{ replicas 1; storage {storage} }}");
        let artifacts = emitted(&text("large", &lines));
        let tfvars = tfvars(&artifacts).to_owned();
        let of = |attribute| values(&tfvars, attribute).join(" ");
        (of("iops"), of("storage_throughput"))
    };
    let both = |iops: &str, mib: &str| (format!("{iops} {iops}"), format!("{mib} {mib}"));
    assert_eq!(volume("gib=400 max-gib=800"), both("12000", "500"));
    assert_eq!(
        volume("gib=399 max-gib=800"),
        (String::new(), String::new())
    );
    let stated = "gib=400 max-gib=800 iops=16000";
    assert_eq!(volume(stated), both("16000", "500"));
    let (iops, mib) = volume("gib=500 max-gib=800 type=\"io2\" iops=9000");
    assert_eq!((iops.as_str(), mib.as_str()), ("9000 9000", ""));
    let (iops, mib) = volume("gib=500 max-gib=800 type=\"gp2\"");
    assert!(iops.is_empty() && mib.is_empty());
}

/// The families of PostgreSQL 15 and later refuse unencrypted connections by default.
#[test]
fn a_database_without_tls_says_so_in_every_parameter_group() {
    for engine in ["15", "16", "17"] {
        let lines = format!("database {{ engine \"{engine}\"; tls \"disable\"; replicas 2 }}");
        let artifacts = emitted(&text("large", &lines));
        let tfvars = tfvars(&artifacts);
        let mut lines = tfvars.lines();
        let mut forced = Vec::new();
        while let Some(line) = lines.next() {
            if line.contains("\"rds.force_ssl\"") {
                forced.push(lines.next().unwrap().to_owned());
            }
        }
        assert_eq!(forced.len(), 3, "{engine}");
        assert!(
            forced.iter().all(|value| value.ends_with("\"0\"")),
            "{forced:?}"
        );
    }
}
