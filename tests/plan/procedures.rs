//! What steps tell AWS to do, and what they wait for.

use tierc::plan::plan;
use tierc::plan::procedure::Procedure;

use super::{prod, with};

/// The procedures of every step whose title begins so, and of its way back.
fn told(before: &str, after: &str, title: &str) -> (Procedure, Procedure) {
    with(before, after, |_, request| {
        let plan = plan(request);
        let titles: Vec<String> = plan.steps.iter().map(|it| it.title.clone()).collect();
        let step = plan
            .steps
            .into_iter()
            .find(|it| it.title.starts_with(title));
        let step = step.unwrap_or_else(|| panic!("{title}: {titles:?}"));
        (step.procedure, step.undo.unwrap_or_default())
    })
}

/// Where the first line stands that holds all of these.
fn place(lines: &[String], parts: &[&str]) -> usize {
    let holds = |line: &String| parts.iter().all(|part| line.contains(part));
    let found = lines.iter().position(holds);
    found.unwrap_or_else(|| panic!("{parts:?}: {lines:#?}"))
}

#[test]
fn fewer_shards_are_asked_for_with_the_names_of_those_that_stay() {
    let shards = |shards: u32| {
        prod(
            "large",
            &format!("redis \"cache\" {{ cluster shards={shards} mode=\"enabled\" }}"),
        )
    };
    let stay = |count: u32| {
        format!(
            "--node-group-count {count} --node-groups-to-retain $(aws elasticache describe-replication-groups"
        )
    };
    let (down, up) = told(&shards(3), &shards(2), "");
    place(&down.apply, &[&stay(2), "NodeGroups[:2].NodeGroupId"]);
    place(&up.apply, &["--node-group-count 3 --apply-immediately"]);
    let (up, down) = told(&shards(2), &shards(3), "");
    place(&up.apply, &["--node-group-count 3 --apply-immediately"]);
    place(&down.apply, &[&stay(2), "NodeGroups[:2].NodeGroupId"]);
}

#[test]
fn a_volume_that_grows_is_told_its_iops_again_where_it_has_any_of_its_own() {
    let volume = |storage: &str| prod("medium", &format!("database {{ storage {storage} }}"));
    let grown = |before: &str, after: &str| {
        let lines = told(&volume(before), &volume(after), "").0;
        let at = place(&lines.apply, &["modify-db-instance"]);
        (lines.apply[at].clone(), lines.verify.join("\n"))
    };
    let (line, seen) = grown("gib=200 max-gib=0", "gib=300 max-gib=0");
    assert!(!line.contains("--iops"), "{line}");
    assert!(seen.contains("nothing in-sync 300'"), "{seen}");
    let (line, seen) = grown("gib=500 max-gib=0", "gib=510 max-gib=0");
    assert!(
        line.contains("--allocated-storage 510 --iops 12000 "),
        "{line}"
    );
    assert!(seen.contains("nothing in-sync 550 12000'"), "{seen}");
    let (line, _) = grown(
        "gib=500 max-gib=0 type=\"io2\" iops=9000",
        "gib=600 max-gib=0 type=\"io2\" iops=9000",
    );
    assert!(
        line.contains("--allocated-storage 600 --iops 9000 "),
        "{line}"
    );
}

#[test]
fn a_minor_upgrade_reaches_the_replicas_before_their_source() {
    let database = |engine: &str, more: &str| {
        prod(
            "large",
            &format!("database {{ engine \"{engine}\"; replicas 2; {more} }}"),
        )
    };
    let (way, _) = told(&database("16.14", ""), &database("16.15", ""), "");
    let upgraded: Vec<usize> = ["read-1", "read-2"]
        .iter()
        .map(|id| {
            let version = "--engine-version 16.15 --apply-immediately";
            let first = place(&way.apply, &["modify-db-instance", id, version]);
            let done = place(&way.apply, &["until", id, "EngineVersion", "16[.]15"]);
            assert!(first < done, "{:#?}", way.apply);
            done
        })
        .collect();
    let source = way.apply.len() - 1;
    assert!(way.apply[source].contains("--engine-version 16.15"));
    assert!(!way.apply[source].contains("read-"), "{:#?}", way.apply);
    assert!(upgraded.iter().all(|done| *done < source));
    let later = "maintenance apply=\"window\"";
    let (way, _) = told(&database("16.14", later), &database("16.15", later), "");
    place(&way.wait, &["the source takes the last"]);
}

#[test]
fn a_major_upgrade_gives_each_replica_its_group_of_the_new_family() {
    let database = |engine: &str| {
        prod(
            "large",
            &format!("database {{ engine \"{engine}\"; replicas 1 }}"),
        )
    };
    let (way, _) = told(&database("16"), &database("17"), "");
    place(&way.requires, &["read-1-postgres17", "`max_connections`"]);
    let order = [
        place(&way.apply, &["--allow-major-version-upgrade"]),
        place(&way.apply, &["until", "read-1", "EngineVersion"]),
        place(
            &way.apply,
            &["read-1", "--db-parameter-group-name", "read-1-postgres17"],
        ),
        place(&way.apply, &["until", "read-1", "(in-sync|pending-reboot)"]),
        place(&way.apply, &["reboot-db-instance", "read-1"]),
    ];
    assert!(order.is_sorted(), "{order:?} {:#?}", way.apply);
    place(
        &way.verify,
        &["read-1", "DBParameterGroupName", "in-sync 17([.][0-9]+)* "],
    );
}

#[test]
fn plain_text_is_let_in_before_it_is_spoken_and_refused_after() {
    let tls = |mode: &str| {
        prod(
            "large",
            &format!("database {{ tls \"{mode}\"; replicas 1 }}"),
        )
    };
    let speaks = |lines: &[String]| place(lines, &["kubectl apply -k"]);
    let set = |lines: &[String], value: u32| {
        let what =
            format!("ParameterName=rds.force_ssl,ParameterValue={value},ApplyMethod=immediate");
        let replica = place(lines, &["read-1", &what]);
        place(lines, &[&what]).max(replica)
    };
    for (way, back) in [
        told(&tls("require"), &tls("disable"), ""),
        told(&tls("disable"), &tls("require"), ""),
    ] {
        for it in [way, back] {
            // A page of the answer without the parameter is none of JMESPath's errors.
            let asked = [it.apply.join("\n"), it.verify.join("\n")].concat();
            let named = asked.matches("Parameters[?ParameterName==").count();
            let as_words = asked.matches("to_string(Parameters[?").count();
            assert!(named > 0 && named == as_words, "{asked}");
            if it
                .apply
                .iter()
                .any(|line| line.contains("ParameterValue=0"))
            {
                let done = place(&it.apply, &["until", "describe-db-parameters", "'0'"]);
                assert!(set(&it.apply, 0) < done, "{:#?}", it.apply);
                assert!(done < speaks(&it.apply), "{:#?}", it.apply);
            } else {
                assert!(speaks(&it.apply) < set(&it.apply, 1), "{:#?}", it.apply);
                place(
                    &it.verify,
                    &["describe-db-parameters", "rds.force_ssl", "'1'"],
                );
                place(&it.requires, &["past PgBouncer"]);
            }
        }
    }
    let (way, _) = told(&tls("require"), &tls("verify-full"), "");
    assert!(!way.apply.join("\n").contains("rds.force_ssl"), "{way:?}");
}

/// Families before 15 hold the parameter as a static one: RDS refuses `immediate` for it.
#[test]
fn plain_text_is_refused_from_a_reboot_on_before_postgresql_15() {
    let tls = |mode: &str| {
        prod(
            "large",
            &format!("database {{ engine \"14\"; tls \"{mode}\"; replicas 1 }}"),
        )
    };
    let (way, back) = told(&tls("disable"), &tls("require"), "");
    for it in [way, back] {
        let lines = it.apply.join("\n");
        assert!(!lines.contains("ApplyMethod=immediate"), "{lines}");
        let set = place(&it.apply, &["rds.force_ssl", "ApplyMethod=pending-reboot"]);
        assert!(set < place(&it.apply, &["reboot-db-instance"]), "{lines}");
    }
}

#[test]
fn a_reboot_of_a_replica_is_made_within_the_window_where_changes_wait_for_it() {
    let connections = |number: u32| {
        prod(
            "large",
            &format!(
                "database {{ replicas 1 max-connections={number}; maintenance apply=\"window\" }}"
            ),
        )
    };
    let (way, back) = told(&connections(900), &connections(1000), "");
    for it in [way, back] {
        place(&it.apply, &["reboot-db-instance", "read-1"]);
        place(&it.requires, &["has begun"]);
        assert_eq!(it.wait, Vec::<String>::new());
    }
}

#[test]
fn a_group_waits_for_the_window_where_the_step_says_so() {
    let node = |node: &str| {
        prod(
            "medium",
            &format!(
                "database {{ maintenance apply=\"window\" }}\nredis \"cache\" {{ node \"{node}\" }}"
            ),
        )
    };
    let (way, back) = told(&node("cache.r6g.large"), &node("cache.r6g.xlarge"), "");
    for it in [way, back] {
        place(&it.apply, &["--cache-node-type", "--no-apply-immediately"]);
        place(&it.wait, &["nothing happens before it"]);
    }
}

#[test]
fn terraform_ends_before_the_window_where_changes_wait_for_it() {
    let group = |apply: &str, more: &str| {
        let text = format!(
            "database {{ maintenance apply=\"{apply}\" }}\nredis \"queue\" {{ engine \"redis\" {more} }}"
        );
        prod("medium", &text)
    };
    let older = "version=\"6.2\"";
    let newer = "version=\"7.1\"";
    let shards = "version=\"7.1\"; cluster shards=2 mode=\"enabled\"";
    for (before, after, title) in [
        (older, newer, ""),
        (newer, shards, "let cluster clients into"),
    ] {
        let (way, _) = told(&group("window", before), &group("window", after), title);
        place(&way.apply, &["terraform apply"]);
        place(&way.wait, &["nothing happens before it"]);
        let (way, _) = told(&group("now", before), &group("now", after), title);
        place(&way.apply, &["terraform apply"]);
        assert_eq!(way.wait, Vec::<String>::new());
    }
}

#[test]
fn the_groups_keep_snapshots_as_the_database_does() {
    let backup = |days: u32, window: &str| {
        prod(
            "medium",
            &format!(
                "database {{ backup days={days} window=\"{window}\"; maintenance window=\"sun:06:00-sun:07:00\" }}"
            ),
        )
    };
    let (way, _) = told(&backup(7, "02:00-03:00"), &backup(14, "03:00-04:00"), "");
    let flags = "--snapshot-retention-limit 14 --snapshot-window 03:00-04:00";
    place(&way.apply, &["modify-replication-group", flags]);
    let seen = "'available 14 03:00-04:00'";
    place(&way.verify, &["SnapshotRetentionLimit", seen]);
    assert!(!way.apply.join("\n").contains("snapshotting-cluster-id"));
}

#[test]
fn a_group_that_gets_sessions_gets_snapshots() {
    let group = |uses: &str| {
        prod(
            "medium",
            &format!("redis \"cache\" {{ uses {uses}; policy \"noeviction\" }}"),
        )
    };
    let (way, back) = told(
        &group("\"cache\""),
        &group("\"cache\" \"sessions\""),
        "move",
    );
    place(
        &way.apply,
        &["--snapshot-retention-limit", "--snapshotting-cluster-id"],
    );
    place(&back.apply, &["--snapshot-retention-limit 0 "]);
}

#[test]
fn what_redis_is_to_become_is_compared() {
    let group = |more: &str| prod("medium", &format!("redis \"cache\" {{ {more} }}"));
    let (way, back) = told(&group("replicas 0"), &group("replicas 1"), "");
    place(
        &way.verify,
        &[
            "AutomaticFailover",
            "MultiAZ",
            "'available enabled enabled 2'",
        ],
    );
    place(&back.apply, &["until", "'available disabled disabled'"]);
    let engine = |version: &str| group(&format!("engine \"redis\" version=\"{version}\""));
    let (way, _) = told(&engine("7.0"), &engine("7.1"), "");
    place(
        &way.verify,
        &["$NODE", "'available redis 7[.]1([.][0-9]+)*'"],
    );
    let policy = |policy: &str| group(&format!("policy \"{policy}\""));
    let (way, _) = told(&policy("volatile-lru"), &policy("allkeys-lru"), "");
    place(&way.verify, &["until", "maxmemory-policy", "'allkeys-lru'"]);
}

#[test]
fn connections_alone_are_read_back_after_a_reboot_that_rds_asked_for() {
    let database = |more: &str| prod("large", &format!("database {{ {more} }}"));
    let (way, _) = told(
        &database("max-connections 900"),
        &database("max-connections 1000"),
        "move the database",
    );
    let set = place(&way.apply, &["ParameterValue=1000"]);
    let seen = place(&way.apply, &["until", "available nothing pending-reboot'"]);
    let reboot = place(&way.apply, &["reboot-db-instance"]);
    assert!(set < seen && seen < reboot, "{:#?}", way.apply);
    place(&way.verify, &["max_connections", "grep -Eqx '1000'"]);
    place(&way.verify, &["nothing in-sync "]);
}

#[test]
fn a_reload_that_a_pod_has_not_read_is_no_success() {
    let pool = |size: u32| prod("large", &format!("pgbouncer {{ pool default={size} }}"));
    let (way, _) = told(&pool(50), &pool(45), "set PgBouncer's pools");
    let since = place(&way.apply, &["SINCE=", "date -u"]);
    assert!(since < place(&way.apply, &["kill -HUP"]), "{way:#?}");
    place(&way.verify, &["--since-time=\"${SINCE:?}\"", "exit 1"]);
}

#[test]
fn plain_text_is_refused_only_when_every_client_encrypts() {
    let with = |tls: &str| prod("medium", &format!("redis \"cache\" {{ tls \"{tls}\" }}"));
    for before in ["off", "preferred"] {
        let (way, back) = told(&with(before), &with("required"), "require TLS");
        place(&way.requires, &["`cache`", "every client", "encrypts"]);
        assert!(!back.requires.join(" ").contains("encrypts"), "{back:#?}");
        place(
            &back.verify,
            &["TransitEncryptionMode", "available preferred'"],
        );
    }
}

#[test]
fn what_terraform_applies_as_a_whole_is_asked_for_again() {
    let (way, _) = told(
        &prod("medium", ""),
        &prod("medium", "labels team=\"core\""),
        "record names",
    );
    place(&way.apply, &["terraform apply -var-file="]);
    place(
        &way.verify,
        &["terraform plan -detailed-exitcode -var-file="],
    );
}
