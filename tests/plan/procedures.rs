//! The AWS calls of steps, and what the steps wait for.

use tierc::plan::plan;

use super::{Typed, prod, with};

/// The procedures of the step whose title starts with `title`, and of its undo.
pub(super) fn told(before: &str, after: &str, title: &str) -> (Typed, Typed) {
    with(before, after, |_, request| {
        let plan = plan(request);
        let titles: Vec<String> = plan.steps.iter().map(|it| it.title.clone()).collect();
        let step = plan
            .steps
            .into_iter()
            .find(|it| it.title.starts_with(title));
        let step = step.unwrap_or_else(|| panic!("{title}: {titles:?}"));
        let undo = step.undo.unwrap_or_default();
        (Typed::from(&step.procedure), Typed::from(&undo))
    })
}

/// The index of the first line that contains all of these.
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
    assert!(seen.contains("nothing 300'"), "{seen}");
    let (line, seen) = grown("gib=500 max-gib=0", "gib=510 max-gib=0");
    assert!(
        line.contains("--allocated-storage 510 --iops 12000 "),
        "{line}"
    );
    assert!(seen.contains("nothing 550 12000'"), "{seen}");
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
            let version = "--engine-version \"${TARGET:?";
            let first = place(&way.apply, &["modify-db-instance", id, version]);
            let done = place(&way.apply, &["until", id, "EngineVersion", "16[.]15"]);
            assert!(first < done, "{:#?}", way.apply);
            done
        })
        .collect();
    let source = way.apply.len() - 1;
    assert!(way.apply[source].contains("--engine-version \"${TARGET:?"));
    place(
        &way.apply,
        &["ValidUpgradeTarget", "EngineVersion=='16.15'"],
    );
    assert!(!way.apply[source].contains("read-"), "{:#?}", way.apply);
    assert!(upgraded.iter().all(|done| *done < source));
    let later = "maintenance apply=\"window\"";
    let (way, _) = told(&database("16.14", later), &database("16.15", later), "");
    place(&way.wait, &["the source last"]);
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
    assert!(way.requires.is_empty(), "{way:#?}");
    let address = "'module.rds_replicas[\"kaireon-prod-read-1\"].module.db_parameter_group.aws_db_parameter_group.this[0]'";
    let order = [
        place(&way.apply, &["RUNNING=", "describe-db-instances"]),
        place(
            &way.apply,
            &["TARGET=", "starts_with(EngineVersion, '17.')"],
        ),
        place(&way.apply, &["terraform state rm", "'module.rds.module"]),
        place(
            &way.apply,
            &[
                "grep -Fq",
                "read-1-postgres17",
                "terraform state rm",
                address,
            ],
        ),
        place(
            &way.apply,
            &["terraform apply", "-target='module.rds.module", address],
        ),
        place(
            &way.apply,
            &[
                "--allow-major-version-upgrade",
                "${TARGET:?RDS offers no upgrade",
            ],
        ),
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
            // A page of the answer without the parameter causes no error in JMESPath.
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
                place(&it.requires, &["bypasses PgBouncer"]);
            }
        }
    }
    let (way, _) = told(&tls("require"), &tls("verify-full"), "");
    assert!(!way.apply.join("\n").contains("rds.force_ssl"), "{way:?}");
}

/// In families before 15 the parameter is static: RDS refuses `immediate` for it.
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
        place(&it.wait, &["nothing changes before it"]);
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
        (newer, shards, "allow cluster clients in"),
    ] {
        let (way, _) = told(&group("window", before), &group("window", after), title);
        place(&way.apply, &["terraform apply"]);
        place(&way.wait, &["nothing changes before it"]);
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
        "set the connections of the database",
    );
    let set = place(&way.apply, &["ParameterValue=1000"]);
    let seen = place(&way.apply, &["until", "available nothing pending-reboot'"]);
    let reboot = place(&way.apply, &["reboot-db-instance"]);
    assert!(set < seen && seen < reboot, "{:#?}", way.apply);
    place(&way.verify, &["max_connections", "grep -Eqx '1000'"]);
    place(&way.verify, &["nothing in-sync "]);
}

/// Runs a script again after an interruption. `answers` are the successive statuses that RDS reports; the
/// last one repeats. `value` is the value in the parameter group.
fn rebooted(lines: &[String], value: &str, answers: &[&str]) -> (Vec<String>, usize) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("answers"), answers.join("\n") + "\n").unwrap();
    let script = format!(
        "set -eu
sleep() {{ printf 'x\\n' >>looks; [ \"$(wc -l <looks)\" -lt 200 ] || exit 9; }}
aws() {{
    case \"$*\" in
    *describe-db-parameters*) printf '\\n{value}\\n\\n' ;;
    *DBParameterGroupName*) echo group ;;
    *describe-db-instances*)
        head -n 1 answers
        [ \"$(wc -l <answers)\" -le 1 ] || {{ tail -n +2 answers >rest; mv rest answers; }}
        ;;
    *) printf '%s\\n' \"$2\" >>calls ;;
    esac
}}
{}
",
        lines.join("\n")
    );
    let output = std::process::Command::new("sh")
        .current_dir(folder.path())
        .args(["-c", &script])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!([Some(0), Some(9)].contains(&output.status.code()), "{said}");
    let written = |file: &str| std::fs::read_to_string(folder.path().join(file));
    let lines = |file: &str| -> Vec<String> {
        let text = written(file).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    };
    let mut calls = lines("calls");
    if output.status.code() == Some(9) {
        calls.push("waits".into());
    }
    (calls, lines("looks").len())
}

#[test]
fn a_second_run_tells_an_instance_that_was_rebooted_from_one_that_was_not() {
    let database = |more: &str| prod("large", &format!("database {{ {more} }}"));
    let (way, _) = told(
        &database("max-connections 900"),
        &database("max-connections 1000"),
        "set the connections of the database",
    );
    let (force, _) = told(
        &database("engine \"14\"; replicas 0; tls \"disable\""),
        &database("engine \"14\"; replicas 0; tls \"require\""),
        "",
    );
    for (way, other, wanted) in [(way, "900", "1000"), (force, "0", "1")] {
        let first = place(&way.apply, &["VALUE="]);
        let last = place(&way.apply, &["reboot-db-instance"]);
        let lines = &way.apply[first..=last];
        let (set, reboot) = ("modify-db-parameter-group", "reboot-db-instance");
        let (quiet, asked) = (
            "available nothing in-sync",
            "available nothing pending-reboot",
        );
        // The first run: nothing counts as done before RDS reports `pending-reboot`.
        let (calls, looks) = rebooted(lines, other, &[quiet, quiet, asked]);
        assert_eq!((calls, looks), (vec![set.into(), reboot.into()], 2));
        assert_eq!(rebooted(lines, other, &[quiet]).0, [set, "waits"]);
        // The first run ended before the reboot: the second run reboots, even if RDS reports it only later.
        assert_eq!(rebooted(lines, wanted, &[asked]).0, [reboot]);
        let late = [[quiet; 30].as_slice(), &[asked]].concat();
        assert_eq!(rebooted(lines, wanted, &late).0, [reboot]);
        // The first run ended after the reboot, perhaps while the instance starts: no second reboot.
        let (calls, looks) = rebooted(lines, wanted, &["rebooting nothing in-sync", quiet]);
        assert_eq!((calls, looks), (vec![], 41));
        // A failed query is not an answer.
        assert_eq!(rebooted(lines, wanted, &[""]).0, ["waits"]);
    }
}

#[test]
fn a_reload_ends_when_every_pod_has_read_its_settings() {
    let pool = |size: u32| prod("large", &format!("pgbouncer {{ pool default={size} }}"));
    let (way, _) = told(&pool(50), &pool(45), "set PgBouncer's pools");
    let parts = [
        "sha256sum",
        "SINCE=",
        "date -u",
        "kubectl logs",
        "--since-time=\"$SINCE\"",
        "kill -HUP",
    ];
    let mut rest = way.apply[place(&way.apply, &parts)].as_str();
    for part in parts {
        rest = rest
            .split_once(part)
            .unwrap_or_else(|| panic!("{part}: {rest}"))
            .1;
    }
    place(&way.verify, &["kubectl diff -f", "pgbouncer.yaml"]);
}

#[test]
fn plain_text_is_refused_only_when_every_client_encrypts() {
    let with = |tls: &str| prod("medium", &format!("redis \"cache\" {{ tls \"{tls}\" }}"));
    for before in ["off", "preferred"] {
        let (way, back) = told(&with(before), &with("required"), "require TLS");
        place(&way.requires, &["`cache`", "every client", "uses TLS"]);
        assert!(!back.requires.join(" ").contains("uses TLS"), "{back:#?}");
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
        "update labels and recorded values",
    );
    place(&way.apply, &["terraform apply -var-file="]);
    place(
        &way.verify,
        &["terraform plan -detailed-exitcode -var-file="],
    );
}

const NODES: &str = "tierc.dev/environment=prod,tierc.dev/node-group=general";

fn general(tier: &str, more: &str) -> String {
    prod(tier, &format!("nodes \"general\" {{ {more} }}"))
}

/// Checks that the nodes of a group are drained one by one before Terraform deletes it.
fn empties(lines: &[String], group: &str) {
    let nodes = format!("tierc.dev/environment=prod,tierc.dev/node-group={group}");
    let order = [
        place(
            lines,
            &["aws eks update-nodegroup-config", "maxSize=$((SIZE > 1"],
        ),
        place(lines, &["kubectl cordon -l", &nodes]),
        place(lines, &["for NAME in", &nodes, "kubectl drain \"$NODE\""]),
        place(lines, &["terraform apply", &format!("[\"{group}\"]")]),
    ];
    assert!(order.is_sorted(), "{order:?} {lines:#?}");
    let drained = &lines[order[2]];
    let parts = [
        "app.kubernetes.io/name=kaireon-pgbouncer",
        "spec.nodeName=\"${NODE#node/}\"",
        "for POD in $(printf",
        "kubectl delete",
        "rollout status deployment/kaireon-pgbouncer",
        "kubectl drain \"$NODE\" --ignore-daemonsets --delete-emptydir-data --timeout=600s",
        "for DEPLOYMENT in kaireon-pgbouncer kaireon-api kaireon-worker",
        "rollout status deployment/\"$DEPLOYMENT\"",
    ];
    let mut rest = drained.as_str();
    for part in parts {
        let (_, after) = rest
            .split_once(part)
            .unwrap_or_else(|| panic!("{part}: {drained}"));
        rest = after;
    }
}

#[test]
fn a_node_group_is_emptied_node_by_node_before_terraform_deletes_it() {
    let (one, other) = ("instance \"m7g.xlarge\"", "instance \"m7g.2xlarge\"");
    let sides = (general("small", one), general("small", other));
    // The same number of nodes is added first.
    for (title, next, gone) in [
        (
            "move the pods of node group `general`",
            "general-next",
            "general",
        ),
        ("move the pods back", "general", "general-next"),
    ] {
        let (way, back) = told(&sides.0, &sides.1, title);
        empties(&way.apply, gone);
        let grown = place(&way.apply, &["desiredSize=$LEAVE", "${NEXT:?"]);
        assert!(grown < place(&way.apply, &["kubectl cordon -l"]));
        place(
            &way.apply,
            &["kubectl wait", &format!("node-group={next}'")],
        );
        // The undo of an abandoned step uncordons the nodes first.
        assert!(
            back.apply[0].starts_with("kubectl uncordon -l"),
            "{back:#?}"
        );
        assert!(back.apply[0].ends_with(&format!("node-group={gone}'")));
        place(&back.apply, &["terraform apply"]);
    }
    // The undo of an added group deletes the group.
    let (way, back) = told(&sides.0, &sides.1, "create node group `general-next`");
    assert!(!way.apply.join("\n").contains("drain"), "{way:#?}");
    empties(&back.apply, "general-next");
}

#[test]
fn the_only_pgbouncer_leaves_a_node_when_another_is_there() {
    let sides = ["m7g.large", "m7g.xlarge"].map(|it| general("dev", &format!("instance \"{it}\"")));
    let (way, _) = told(
        &sides[0],
        &sides[1],
        "move the pods of node group `general`",
    );
    let at = place(&way.apply, &["kubectl drain"]);
    place(
        &way.apply[at..],
        &[
            "rollout restart deployment/kaireon-pgbouncer",
            "rollout status",
        ],
    );
    assert!(!way.apply[at].contains("kubectl delete"), "{way:#?}");
}

#[test]
fn a_minimum_of_nodes_is_raised_by_eks_before_terraform_sees_it() {
    let count = |count: &str| general("large", &format!("count {count}"));
    let (way, back) = told(
        &count("min=3 max=15"),
        &count("min=6 max=15"),
        "set the size",
    );
    let order = [
        place(
            &way.apply,
            &[
                "GROUP=",
                "list-nodegroups --cluster-name prod",
                "$3 == \"general\"",
            ],
        ),
        place(
            &way.apply,
            &[
                "SIZE=$(aws eks describe-nodegroup",
                "scalingConfig.desiredSize",
            ],
        ),
        place(&way.apply, &["SIZE=$((SIZE > 6 ? SIZE : 6))"]),
        place(
            &way.apply,
            &[
                "update-nodegroup-config",
                "minSize=6,maxSize=$((SIZE > 15 ? SIZE : 15)),desiredSize=$SIZE",
            ],
        ),
        place(
            &way.apply,
            &[
                "until ANSWER=$(aws eks describe-nodegroup",
                "'ACTIVE 6 [0-9]+ [0-9]+'",
            ],
        ),
        place(&way.apply, &["terraform apply"]),
    ];
    assert!(order.is_sorted(), "{order:?} {:#?}", way.apply);
    place(&way.verify, &[NODES, "-ge 6 ]"]);
    place(&way.verify, &["'ACTIVE 6 15 [0-9]+'"]);
    // A lower minimum is below every possible size.
    assert!(!back.apply.join("\n").contains("aws eks"), "{back:#?}");
}

#[test]
fn nodes_beyond_a_lower_maximum_leave_one_by_one() {
    let count = |count: &str| general("large", &format!("count {count}"));
    for (before, after) in [
        ("min=3 max=20", "min=3 max=15"),
        ("min=18 max=20", "min=16 max=18"),
    ] {
        let (min, max) = after.split_once(" max=").unwrap();
        let (min, max): (u32, u32) = (min[4..].parse().unwrap(), max.parse().unwrap());
        let (way, back) = told(&count(before), &count(after), "set the size");
        let order = [
            place(
                &way.apply,
                &[&format!(
                    "minSize={min},maxSize=$((SIZE > {max} ? SIZE : {max}))"
                )],
            ),
            place(
                &way.apply,
                &[
                    &format!("[ \"$BOUND\" = 'ACTIVE {max}' ]"),
                    "kubectl cordon \"$NODE\"",
                    "kubectl drain \"$NODE\"",
                    "aws autoscaling terminate-instance-in-auto-scaling-group",
                    "--should-decrement-desired-capacity",
                    "kubectl wait --for=delete \"$NODE\"",
                ],
            ),
            place(&way.apply, &["terraform apply"]),
        ];
        assert!(order.is_sorted(), "{order:?} {:#?}", way.apply);
        place(&way.verify, &[&format!("'ACTIVE {min} {max} [0-9]+'")]);
        assert_eq!(back.apply[0], format!("kubectl uncordon -l '{NODES}'"));
    }
    // Terraform itself makes an increase.
    let (way, _) = told(
        &count("min=3 max=15"),
        &count("min=3 max=20"),
        "set the size",
    );
    assert!(!way.apply.join("\n").contains("aws "), "{way:#?}");
}

#[test]
fn a_minor_version_left_out_is_terraforms_to_heed() {
    let database = |engine: &str| prod("large", &format!("database {{ engine \"{engine}\" }}"));
    for (before, after) in [("16", "17"), ("16.13", "17"), ("16.4", "16")] {
        let (way, _) = told(&database(before), &database(after), "");
        place(&way.notes, &["default minor version"]);
    }
    let (way, _) = told(&database("16"), &database("17.9"), "");
    assert!(!way.notes.join("\n").contains("default minor"), "{way:#?}");
}

#[test]
fn a_version_of_redis_is_looked_for_before_it_is_asked_for() {
    let group = |version: &str| prod("medium", &format!("redis \"cache\" {{ engine {version} }}"));
    for (before, after) in [
        ("\"redis\" version=\"7.0\"", "\"redis\" version=\"7.1\""),
        ("\"redis\" version=\"7.1\"", "\"valkey\" version=\"8.0\""),
    ] {
        let (way, _) = told(&group(before), &group(after), "upgrade");
        let order = [
            place(&way.apply, &["TARGET=", "describe-cache-engine-versions"]),
            place(&way.apply, &[": \"${TARGET:?ElastiCache offers no"]),
        ];
        assert!(
            order.is_sorted() && order[1] + 1 < way.apply.len(),
            "{way:#?}"
        );
    }
}

#[test]
fn a_volume_that_autoscaling_may_have_grown_is_looked_at_first() {
    let volume = |storage: &str| prod("medium", &format!("database {{ storage {storage} }}"));
    let (way, _) = told(
        &volume("gib=200 max-gib=800"),
        &volume("gib=300 max-gib=800"),
        "",
    );
    place(&way.requires, &["each volume still has 200 GiB"]);
    let (way, _) = told(
        &volume("gib=200 max-gib=0"),
        &volume("gib=300 max-gib=0"),
        "",
    );
    assert!(way.requires.is_empty(), "{way:#?}");
}

/// Runs actions in a shell with a fake AWS CLI, which answers queries with `answer` and records all other
/// calls. Returns the calls, and whether the shell succeeded.
fn typed_with(lines: &[String], answer: &str) -> (Vec<String>, bool) {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "set -eu
aws() {{
    case \"$*\" in
    *describe-*) [ \"$ANSWER\" != fail ] && printf '%b\\n' \"$ANSWER\" ;;
    *) printf '%s\\n' \"$*\" >>calls ;;
    esac
}}
{}
",
        lines.join("\n")
    );
    let output = std::process::Command::new("sh")
        .current_dir(folder.path())
        .args(["-c", &script])
        .env("ANSWER", answer)
        .output()
        .unwrap();
    let calls = std::fs::read_to_string(folder.path().join("calls")).unwrap_or_default();
    (
        calls.lines().map(str::to_owned).collect(),
        output.status.success(),
    )
}

/// The applied lines from the first that contains one text to the first that contains the other.
fn between<'a>(lines: &'a [String], first: &str, last: &str) -> &'a [String] {
    &lines[place(lines, &[first])..=place(lines, &[last])]
}

#[test]
fn what_is_gone_or_on_its_way_out_is_not_deleted_again() {
    let (medium, large) = (prod("medium", ""), prod("large", ""));
    let (replica, _) = told(&large, &medium, "set the read replicas");
    let (_, back) = told(&medium, &large, "set the read replicas");
    let (group, _) = told(&prod("xlarge", ""), &prod("dev", ""), "delete Redis group");
    for (lines, operation) in [
        (&replica.apply, "delete-db-instance"),
        (&back.apply, "delete-db-instance"),
        (&group.apply, "delete-replication-group"),
    ] {
        let lines = between(lines, "STATUS=", operation);
        // A page without the answer gives an empty line.
        for (answer, deletes) in [
            ("available", true),
            ("\\n\\navailable\\n", true),
            ("", false),
            ("\\n\\n", false),
            ("deleting", false),
            ("\\ndeleting", false),
        ] {
            let (calls, ended_well) = typed_with(lines, answer);
            assert!(ended_well, "{answer}: {lines:#?}");
            assert_eq!(calls.len(), usize::from(deletes), "{answer}: {calls:?}");
        }
        assert_eq!(typed_with(lines, "fail"), (vec![], false));
    }
}

/// ElastiCache refuses a request for the present number.
#[test]
fn a_count_that_a_group_has_is_not_asked_for_again() {
    let shards = |count: u32| {
        prod(
            "large",
            &format!("redis \"cache\" {{ cluster shards={count} mode=\"enabled\" }}"),
        )
    };
    let replicas = |count: u32| prod("large", &format!("redis \"queue\" {{ replicas {count} }}"));
    for (before, after, operation, has) in [
        (shards(2), shards(3), "shard-configuration", "3"),
        (shards(3), shards(2), "shard-configuration", "2"),
        (replicas(1), replicas(2), "increase-replica-count", "3"),
        (replicas(2), replicas(1), "decrease-replica-count", "2"),
    ] {
        let (way, _) = told(&before, &after, "");
        let lines = between(&way.apply, "COUNT=", operation);
        assert_eq!(typed_with(lines, has), (vec![], true), "{lines:#?}");
        let (calls, ended_well) = typed_with(lines, "9");
        assert!(ended_well && calls[0].contains(operation), "{calls:?}");
        assert_eq!(typed_with(lines, "fail"), (vec![], false));
    }
}

/// The running version has no upgrade to itself: a second run after the upgrade continues. Nothing is
/// changed before the version is known, not even parameters.
#[test]
fn an_upgrade_that_is_made_is_not_looked_for_again() {
    let database = |engine: &str, connections: u32| {
        prod(
            "large",
            &format!(
                "database {{ engine \"{engine}\"; max-connections {connections}; replicas 0 }}"
            ),
        )
    };
    for (before, after, running, next) in [
        (
            database("16.14", 800),
            database("16.15", 900),
            "16.15",
            "16.14",
        ),
        (database("16", 800), database("17", 800), "17.6", "16.14"),
    ] {
        let (way, _) = told(&before, &after, "");
        let need = place(&way.apply, &["RDS offers no upgrade", "TARGET"]);
        for change in [
            "modify-db-parameter-group",
            "terraform",
            "modify-db-instance",
        ] {
            let changes = way.apply.iter().position(|line| line.contains(change));
            assert!(changes.is_none_or(|at| at > need), "{change}: {way:#?}");
        }
        let mut lines = between(&way.apply, "RUNNING=", "RDS offers no upgrade").to_vec();
        lines.push("aws \"$TARGET\"".into());
        assert_eq!(typed_with(&lines, running), (vec![running.into()], true));
        // The fake answers the query for upgrade targets with the same version.
        assert_eq!(typed_with(&lines, next), (vec![next.into()], true));
        assert_eq!(typed_with(&lines, ""), (vec![], false));
    }
}
