//! The runbook suggests values above the present ones, within the limits of AWS and of the rules.
//! Otherwise it says why it suggests none.

use super::runbook::{blocks, findings};
use super::{TIERS, emitted, text};
use crate::plan::unbroken;

fn page(tier: &str, nodes: &str) -> String {
    unbroken(&emitted(&text(tier, nodes))["RUNBOOK.md"])
}

/// The text below a heading, up to the next heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page.find(&format!("\n### {heading}\n")).unwrap();
    let rest = &page[start + 5..];
    rest.split("\n##").next().unwrap()
}

/// Every number after `before`.
fn numbers(page: &str, before: &str) -> Vec<u32> {
    let parts = page.split(before).skip(1);
    parts
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap();
            rest[..end].parse().unwrap()
        })
        .collect()
}

/// The replicas first, each with its own group, and the primary last.
#[test]
fn more_connections_are_more_and_every_server_gets_them_in_the_order_that_lets_it_start() {
    for (tier, replicas) in [("medium", 2), ("large", 1), ("small", 0), ("dev", 0)] {
        let page = page(tier, &format!("database {{ replicas {replicas} }}"));
        let section = section(&page, "More database connections");
        let now = numbers(section, "`max_connections` is ")[0];
        let set = numbers(section, "ParameterName=max_connections,ParameterValue=");
        let scripts = blocks(section, "sh");
        assert_eq!(scripts.len(), if replicas > 0 { 2 } else { 1 }, "{tier}");
        assert_eq!(set.len(), scripts.len(), "{tier}");
        for more in set {
            assert!(more > now, "{tier}: {more}");
            let nodes = format!("database {{ max-connections {more}; replicas {replicas} }}");
            let found = findings(&text(tier, &nodes));
            for rule in [
                "max-connections-exceeds-memory",
                "connection-budget-exceeded",
                "replica-max-connections-lower",
            ] {
                assert!(!found.contains(&rule.to_owned()), "{tier}: {rule}");
            }
        }
        let (first, last) = (&scripts[0], &scripts[scripts.len() - 1]);
        if replicas > 0 {
            let all = "for ID in kaireon-prod-read-1 kaireon-prod-read-2; do\n";
            assert_eq!(first.starts_with(all), replicas > 1, "{first}");
            assert!(first.contains("kaireon-prod-read-1"), "{first}");
            assert!(
                !first.contains("--force-failover"),
                "a replica has no standby"
            );
        }
        assert!(last.contains("reboot-db-instance --db-instance-identifier kaireon-prod"));
        let multi_az = page.contains("connections, two zones |");
        assert_eq!(last.contains("--force-failover"), multi_az, "{tier}");
    }
}

#[test]
fn where_no_more_connections_fit_the_memory_the_page_says_what_comes_first() {
    // 16 GiB certainly allow 1711.
    for nodes in [
        "database { max-connections 1711 }",
        "database { instance \"db.r6g.xlarge\"; max-connections 1711; replicas 1 instance=\"db.r6g.large\" }",
    ] {
        let page = page("small", nodes);
        let section = section(&page, "More database connections");
        assert_eq!(blocks(section, "sh"), Vec::<String>::new());
        assert!(
            section.contains("(#a-larger-database-instance) first"),
            "{section}"
        );
    }
    // A step that the memory limits.
    let page = page("small", "database { max-connections 1700 }");
    let section = section(&page, "More database connections");
    assert_eq!(numbers(section, ",ParameterValue="), [1711]);
    // Replicas with enough connections do not change.
    let nodes = "database { replicas 1 max-connections=1000 }";
    let page = self::page("small", nodes);
    let section = self::section(&page, "More database connections");
    assert_eq!(blocks(section, "sh").len(), 1);
}

/// Volume and ceiling in one call, within what a volume can hold.
#[test]
fn more_storage_comes_with_its_ceiling_or_with_the_reason_why_there_is_none() {
    for (gib, ceiling) in [(20, 22), (200, 400), (50_000, 55_000), (54_000, 65_536)] {
        let nodes = format!("database {{ storage gib={gib} max-gib={ceiling}; replicas 1 }}");
        let page = page("medium", &nodes);
        let section = section(&page, "More database storage");
        let [allocated, script] = &blocks(section, "sh")[..] else {
            panic!("{section}")
        };
        assert!(allocated.contains("'DBInstances[0].AllocatedStorage'"));
        assert!(section.contains(&format!("more than {gib}, first state it")));
        assert!(page.contains("- [ ] RDS may have grown the volume of `kaireon-prod`"));
        let calls = script
            .lines()
            .filter(|it| it.contains("modify-db-instance"));
        assert_eq!(calls.count(), 1, "one call for each");
        assert!(script.contains("for ID in kaireon-prod-read-1 kaireon-prod; do"));
        let (more, most) = (
            numbers(script, " --allocated-storage ")[0],
            numbers(script, "--max-allocated-storage ")[0],
        );
        assert!(u64::from(more) * 10 >= gib * 11, "{more}");
        assert!(more * 11 <= most * 10 && most <= 65_536, "{more} {most}");
        assert!(most >= ceiling, "{most}");
    }
    // The server reports its used space, so the rest of the ceiling is free, whatever is allocated.
    let counts = "`DatabaseStorageFullSoon` counts twice";
    assert!(page("medium", "").contains(counts));
    let exporter = page("medium", "alerts { source database=\"exporter\" }");
    assert!(!exporter.contains(counts) && exporter.contains("may have grown"));
    let none = |nodes: &str| {
        let page = page("medium", nodes);
        let section = section(&page, "More database storage").to_owned();
        assert!(!section.contains("--allocated-storage"), "{section}");
        section
    };
    let full = none("database { storage gib=59000 max-gib=65536 }");
    assert!(
        full.contains("the maximum has to stay 10% above it"),
        "{full}"
    );
    let full = none("database { storage gib=60000 max-gib=0 }");
    assert!(full.contains("at most 65536 GiB."), "{full}");
    let slow = none("database { storage gib=4000 max-gib=0 type=\"io1\" iops=2100 }");
    assert!(slow.contains("its IOPS allow only 4200"), "{slow}");
    // It does not grow by itself, and the commands do not turn that on.
    let page = page("medium", "database { storage gib=200 max-gib=0 }");
    assert!(!page.contains("may have grown"));
    let scripts = blocks(section(&page, "More database storage"), "sh");
    assert_eq!(numbers(&scripts[0], " --allocated-storage "), [300]);
    assert!(!scripts[0].contains("--max-allocated-storage"));
    assert_eq!(numbers(&scripts[1], "--max-allocated-storage "), [600]);
}

#[test]
fn the_last_replica_is_the_last() {
    let page = page("large", "database { replicas 14 }");
    let another = section(&page, "Another read replica");
    assert!(another.contains("--db-instance-identifier kaireon-prod-read-15 "));
    // RDS refuses a parameter group in the call that creates a PostgreSQL replica.
    assert!(!another.contains("--db-parameter-group-name"));
    // Terraform would create it again.
    assert!(another.contains(
        "'module.rds_replicas[\"kaireon-prod-read-15\"].module.db_instance.aws_db_instance.this[0]' kaireon-prod-read-15\n"
    ));
    let page = self::page("large", "database { replicas 15 }");
    let another = section(&page, "Another read replica");
    assert!(another.contains("at most 15 replicas"), "{another}");
    assert_eq!(blocks(another, "sh"), Vec::<String>::new());

    let group = |replicas: u32, shards: u32| {
        let nodes = format!("redis \"cache\" {{ replicas {replicas}; cluster shards={shards} }}");
        let page = self::page("large", &nodes);
        section(&page, "Redis cache").to_owned()
    };
    assert!(group(4, 0).contains("--new-replica-count 5 "));
    let most = group(5, 0);
    assert!(most.contains("5 replicas are the maximum"), "{most}");
    assert!(!most.contains("increase-replica-count"));
    let most = group(4, 100);
    assert!(!most.contains("increase-replica-count") && !most.contains("--node-group-count"));
}

#[test]
fn counts_are_told_as_they_are() {
    let one = "api { replicas min=1 max=1 }\nworker \"w\" { queue \"q\" length=5; replicas min=1 max=1 }\npgbouncer { instances 1 }";
    for tier in TIERS {
        assert!(!page(tier, "").contains(" 1 pods"), "{tier}");
    }
    assert!(!page("dev", one).contains(" 1 pods"));
    // A held count has equal bounds.
    let held = page("medium", "api { replicas max=20; hold 12 }");
    assert!(held.contains("keeps `kaireon-api` at 12 pods"), "{held}");
    let before = section(&held, "API capacity before an event");
    assert_eq!(blocks(before, "sh"), Vec::<String>::new());
    let count = section(&held, "Hold the API at a count");
    assert_ne!(numbers(count, "\"maxReplicas\":")[0], 12);
    // A window that cannot be doubled.
    let window = |window: &str| {
        let page = page(
            "medium",
            &format!("api {{ scale-down window=\"{window}\" }}"),
        );
        section(&page, "Slower scale-down of the API").to_owned()
    };
    assert_eq!(
        numbers(&window("20m"), "\"stabilizationWindowSeconds\":"),
        [2400]
    );
    assert_eq!(
        numbers(&window("45m"), "\"stabilizationWindowSeconds\":"),
        [3600]
    );
    let longest = window("1h");
    assert!(
        longest.contains("the longest that Kubernetes accepts"),
        "{longest}"
    );
    assert!(!longest.contains("patch"), "{longest}");
}

#[test]
fn pods_are_added_as_the_file_says() {
    let told = |nodes: &str| {
        let page = page("large", nodes);
        let section = section(&page, "Slower scale-down of the API");
        let rate = section
            .split("pods are added is separate: ")
            .nth(1)
            .unwrap();
        rate.split(". To change").next().unwrap().to_owned()
    };
    let tier = "6 pods every 15s or 100% every 15s, whichever is more";
    assert_eq!(told(""), tier);
    assert_eq!(
        told("api { scale-up window=\"30s\" { pods 1 every=\"60s\" } }"),
        "1 pod every 1m, for the lowest load within 30s"
    );
    assert_eq!(
        told("api { scale-up { select \"disabled\" } }"),
        "the file disables it, so no pod is added"
    );
}

#[test]
fn a_group_that_nothing_uses_is_told_without_a_use() {
    let page = page(
        "large",
        "redis \"queue\" { uses \"queue\" \"sessions\" \"cache\" }\nredis \"cache\" { replicas 2 }",
    );
    assert!(section(&page, "Redis cache").contains("; when it is full"));
    for wrong in ["for  |", "for ;"] {
        assert!(!page.contains(wrong), "{wrong}");
    }
}

#[test]
fn a_rate_is_told_with_the_users_that_it_takes() {
    let told = |nodes: &str| {
        let page = page(
            "medium",
            &format!("load-test \"d\" url=\"https://e.example/\" {{ {nodes} }}"),
        );
        let section = section(&page, "Load test d").replace('\n', " ");
        section
            .split("requests a second that")
            .nth(1)
            .unwrap()
            .to_owned()
    };
    let fits = told("rate 500 for=\"1m\"; expect p95=\"3s\"");
    assert!(
        fits.starts_with(
            " last 3000 ms k6 needs 1500 virtual users. It starts with 1500 and goes up to 3000."
        ),
        "{fits}"
    );
    let too_many = told("rate 100000 for=\"1m\"; expect p95=\"3s\"");
    assert!(
        too_many.starts_with(" last 3000 ms k6 needs 300000 virtual users. It has at most 10000"),
        "{too_many}"
    );
}

/// The alerts' series, and not those of another environment.
#[test]
fn what_is_watched_of_pgbouncer_is_of_this_one() {
    let page = page(
        "medium",
        "pgbouncer { image \"registry.example.com/pgbouncer:1.26.1\" }",
    );
    let watched = section(&page, "Watch a load test");
    let mut seen = 0;
    for series in watched.split("pgbouncer_").skip(1) {
        let own = "{namespace=\"kaireon\",job=\"kaireon-pgbouncer\",database!=\"pgbouncer\"}";
        assert!(series.contains(own), "{series}");
        seen += 1;
    }
    assert_eq!(seen, 3);
}

/// A group of several shards fails over, which it cannot without a replica.
#[test]
fn shards_are_suggested_with_the_replica_that_they_need() {
    let suggested = |replicas: u32| {
        let page = page(
            "small",
            &format!("redis \"queue\" {{ replicas {replicas} }}"),
        );
        let section = section(&page, "Redis queue").to_owned();
        let rest = section.split("shards: state `").nth(1).unwrap().to_owned();
        rest.split('`').next().unwrap().to_owned()
    };
    let alone = "redis \"queue\" { replicas 1; cluster shards=3 }";
    assert_eq!(suggested(0), alone);
    assert_eq!(suggested(1), "redis \"queue\" { cluster shards=3 }");
    let rule = "failover-without-replica".to_owned();
    assert!(!findings(&text("dev", alone)).contains(&rule));
}

/// A held count ignores the maximum.
#[test]
fn more_pods_of_a_held_api_are_kept_by_what_holds_it() {
    for (api, kept) in [
        ("api { hold 6 }", "To keep it: `api { hold ... }`."),
        ("", "To keep it: `api { replicas max=... }`."),
    ] {
        let page = page("medium", api);
        let section = section(&page, "More API pods than the maximum");
        assert!(section.contains(kept), "{section}");
    }
}
