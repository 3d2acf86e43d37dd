//! The commands of plans and runbooks run against a fake AWS.
//!
//! moto enforces few rules: it shrinks a volume, which RDS refuses, and it restarts nothing. It proves
//! that the commands name existing resources and leave them in the planned state. It lacks
//! `increase-replica-count` and cluster mode: `calls` checks only the flags of these.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tierc::model::Environment;

use super::calls::blocks;
use super::tools::{ask, command, pinned};
use crate::diff::pairs::folder;
use crate::diff::text;
use crate::plan::shell::{planned, shell_of};
use crate::support::run;

/// The start of every script: the fake's address, and no real account. The fake acts immediately, so a
/// state that is missing after a few polls never comes. Two answers are simulated here: that a parameter
/// waits for a reboot, and that a promoted replica has no source.
const PRELUDE: &str = "set -euo pipefail
looks=0
sleep() { looks=$((looks + 1)); [ $looks -le 20 ] || { echo 'it never comes about' >&2; exit 1; }; }
export AWS_ACCESS_KEY_ID=fake AWS_SECRET_ACCESS_KEY=fake AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=
PENDING= PROMOTED=
aws() {
    case \" $* \" in
    *' modify-db-parameter-group '*ApplyMethod=pending-reboot*) PENDING=1 ;;
    *' reboot-db-instance '*) PENDING= ;;
    *' promote-read-replica '*) PROMOTED=1 ;;
    esac
    \"$AWS\" --endpoint-url \"$FAKE\" \"$@\" |
        sed ${PENDING:+-e s/in-sync/pending-reboot/} ${PROMOTED:+-e 's/nothing [^ ]*-prod$/nothing null/'} -e ''
}
terraform() { :; }
";

/// A fake AWS that ends with the test.
struct Fake {
    server: Child,
    endpoint: String,
    aws: PathBuf,
    home: TempDir,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

impl Fake {
    fn new() -> Option<Self> {
        let (aws, moto) = (pinned("aws")?, pinned("moto_server")?);
        let home = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let server = command(&moto, home.path())
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let fake = Self {
            server,
            endpoint: format!("http://127.0.0.1:{port}"),
            aws,
            home,
        };
        let mut tries = 0;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            tries += 1;
            assert!(tries < 600, "moto_server does not listen");
            std::thread::sleep(Duration::from_millis(200));
        }
        Some(fake)
    }

    /// The output of a script whose last command must fail.
    fn try_run(&self, script: &str) -> String {
        let mut bash = command(Path::new("/bin/bash"), self.home.path());
        bash.env("AWS", &self.aws).env("FAKE", &self.endpoint);
        let answer = ask(bash.args(["-c", &format!("{PRELUDE}{script}")]));
        assert_ne!(answer.code, Some(0), "{}", answer.told);
        answer.told
    }

    /// The output of a script that must succeed.
    fn run(&self, script: &str) -> String {
        let mut bash = command(Path::new("/bin/bash"), self.home.path());
        bash.env("AWS", &self.aws).env("FAKE", &self.endpoint);
        ask(bash.args(["-c", &format!("{PRELUDE}{script}")])).accepted()
    }
}

fn environment(tier: &str) -> Environment {
    let file = run(&text(tier, "")).files.into_iter().next().unwrap();
    file.environment.unwrap()
}

/// Creates what Terraform would create, as far as a plan's commands use it.
fn made(it: &Environment) -> String {
    let database = &it.database;
    let (id, storage) = (&database.name.value, &database.storage);
    let mut script = group(id.as_str(), database.max_connections.value);
    script += &format!(
        "aws rds create-db-instance --db-instance-identifier {id} --engine postgres --engine-version {} --db-instance-class {} --allocated-storage {} --max-allocated-storage {} --storage-type {} {} --master-username someone --master-user-password something --db-parameter-group-name {id}\n",
        database.engine.value,
        database.instance.value,
        storage.gib.value,
        storage.max_gib.value,
        storage.kind.value,
        if database.multi_az.value {
            "--multi-az"
        } else {
            "--no-multi-az"
        },
    );
    for number in 1..=database.replicas.count.value {
        script += &replica(it, number);
    }
    for group in it.redis.values() {
        script += &format!(
            "aws elasticache create-replication-group --replication-group-id {} --replication-group-description d --engine redis --cache-node-type {}\n",
            group.name.value, group.node.value
        );
    }
    script
}

fn group(id: &str, connections: u32) -> String {
    format!(
        "aws rds create-db-parameter-group --db-parameter-group-name {id} --db-parameter-group-family postgres16 --description d
aws rds modify-db-parameter-group --db-parameter-group-name {id} --parameters ParameterName=max_connections,ParameterValue={connections},ApplyMethod=pending-reboot\n"
    )
}

fn replica(it: &Environment, number: u32) -> String {
    let (database, id) = (&it.database, it.database.read_identifier(number));
    group(&id, database.replicas.max_connections.value)
        + &format!(
            "aws rds create-db-instance-read-replica --db-instance-identifier {id} --source-db-instance-identifier {} --db-instance-class {}
aws rds modify-db-instance --db-instance-identifier {id} --allocated-storage {} --max-allocated-storage {} --no-multi-az --db-parameter-group-name {id} --apply-immediately\n",
            database.name.value,
            database.replicas.instance.value,
            database.storage.gib.value,
            database.storage.max_gib.value,
        )
}

/// The AWS commands of a plan, unchanged, with Terraform's changes between them.
fn script(report: &Value, after: &Environment) -> String {
    let mut script = String::new();
    for step in report["environments"][0]["steps"].as_array().unwrap() {
        let changes = step["changes"].as_array().unwrap();
        let count = changes
            .iter()
            .find(|it| it["path"] == "database.replicas.count");
        let number = |side: &str| count.map_or(0, |it| it[side].as_str().unwrap().parse().unwrap());
        for number in number("before") + 1..=number("after") {
            script += &replica(after, number);
        }
        let procedure = &step["procedure"];
        let lines = [&procedure["apply"], &procedure["verify"]];
        for line in lines.into_iter().flat_map(shell_of) {
            // A command first checks that the resource to delete exists.
            let heads = [
                "aws rds ",
                "until aws rds ",
                "STATUS=$(aws rds ",
                "case \"$STATUS\"",
            ];
            let rds = line.contains("aws rds ") && heads.iter().any(|it| line.starts_with(it));
            let node = changes
                .iter()
                .all(|it| it["path"].as_str().unwrap().rsplit('.').next() == Some("node"));
            // The fake has no upgrade targets: `calls` checks the flags of that query.
            let target = line.starts_with("RUNNING=") || line.starts_with("TARGET=");
            assert!(!target, "no tier has another engine: {line}");
            if rds || (node && line.contains("aws elasticache ")) {
                script += &format!("{line}\n");
            }
        }
    }
    script
}

/// The state of an instance: class, storage, maximum storage, standby and connections.
fn found(fake: &Fake, id: &str) -> String {
    let told = fake.run(&format!(
        "aws rds describe-db-instances --db-instance-identifier {id} --output text --query 'DBInstances[0].[DBInstanceClass, AllocatedStorage, MaxAllocatedStorage, MultiAZ]'
aws rds describe-db-parameters --db-parameter-group-name {id} --output text --query \"Parameters[?ParameterName=='max_connections'].ParameterValue\""
    ));
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs the plan of a pair of tiers against the fake. Kept values are those of BEFORE.
fn obeyed(before: &str, after: &str) {
    let Some(fake) = Fake::new() else { return };
    let folder = folder();
    let report = planned(
        folder.path(),
        &[&format!("{before}.kdl"), &format!("{after}.kdl")],
    );
    let (before, after) = (environment(before), environment(after));
    fake.run(&made(&before));
    fake.run(&script(&report, &after));
    let kept = report["environments"][0]["kept"].to_string();
    let storage = |path: &str| {
        let side = if kept.contains(&format!("\"database.storage.{path}\"")) {
            &before
        } else {
            &after
        };
        &side.database.storage
    };
    let (gib, most) = (storage("gib").gib.value, storage("max-gib").max_gib.value);
    let database = &after.database;
    let standby = if database.multi_az.value {
        "True"
    } else {
        "False"
    };
    assert_eq!(
        found(&fake, database.name.value.as_str()),
        format!(
            "{} {gib} {most} {standby} {}",
            database.instance.value, database.max_connections.value
        )
    );
    for number in 1..=database.replicas.count.value {
        assert_eq!(
            found(&fake, &database.read_identifier(number)),
            format!(
                "{} {gib} {most} False {}",
                database.replicas.instance.value, database.replicas.max_connections.value
            )
        );
    }
    let count = fake.run("aws rds describe-db-instances --query 'length(DBInstances)'");
    assert_eq!(
        count.trim(),
        (database.replicas.count.value + 1).to_string()
    );
    for (name, group) in &after.redis {
        if before.redis.contains_key(name) {
            let node = fake.run(&format!(
                "aws elasticache describe-replication-groups --replication-group-id {} --query 'ReplicationGroups[0].CacheNodeType' --output text",
                group.name.value
            ));
            assert_eq!(node.trim(), group.node.value);
        }
    }
}

#[test]
fn medium_becomes_large_by_the_plans_own_commands() {
    obeyed("medium", "large");
}

#[test]
fn large_becomes_medium_by_the_plans_own_commands_but_for_the_volume() {
    obeyed("large", "medium");
}

#[test]
fn dev_becomes_xlarge_by_the_plans_own_commands() {
    obeyed("dev", "xlarge");
}

#[test]
fn the_runbooks_procedures_for_the_database_work_one_after_the_other() {
    let Some(fake) = Fake::new() else { return };
    let nodes = "database { replicas 1 }";
    let source = crate::emit::text("medium", nodes);
    let file = run(&source).files.into_iter().next().unwrap();
    let environment = file.environment.unwrap();
    fake.run(&made(&environment));
    let page = &crate::emit::emitted(&source)["RUNBOOK.md"];
    let (_, rest) = page.split_once("\n## Database\n").unwrap();
    let (section, _) = rest.split_once("\n## ").unwrap();
    // The fake has no PostgreSQL.
    let typed = blocks(section).into_iter();
    let typed: Vec<_> = typed.filter(|block| !block.contains("psql ")).collect();
    let script = typed.join("\n");
    assert!(script.contains("aws rds promote-read-replica"), "{script}");
    fake.run(&script);
    let told = |id: &str, query: &str| {
        let line = format!(
            "aws rds describe-db-instances --db-instance-identifier {id} --output text --query 'DBInstances[0].{query}'"
        );
        fake.run(&line).trim().to_owned()
    };
    let id = environment.database.name.value.as_str();
    assert_eq!(told(id, "DBInstanceClass"), "db.r6g.2xlarge");
    let gib: u32 = told(id, "AllocatedStorage").parse().unwrap();
    assert!(gib > environment.database.storage.gib.value);
    let ceiling: u32 = told(id, "MaxAllocatedStorage").parse().unwrap();
    assert!(ceiling > gib);
    let next = environment.database.read_identifier(2);
    assert_eq!(told(&next, "ReadReplicaSourceDBInstanceIdentifier"), id);
}

/// Node groups as EKS lists them: their names have a suffix from Terraform, and one belongs to
/// another environment.
const NODE_GROUPS: &str = r#"
aws eks create-cluster --name prod --role-arn arn:aws:iam::123456789012:role/eks --resources-vpc-config subnetIds=subnet-1 >/dev/null
group() {
    aws eks create-nodegroup --cluster-name prod --nodegroup-name "$1" --subnets subnet-1 --node-role arn:aws:iam::123456789012:role/node \
        --scaling-config minSize=3,maxSize=15,desiredSize="$4" --labels "tierc.dev/environment=$2,tierc.dev/node-group=$3" >/dev/null
}
group general-2026a prod general 4
group general-2026b staging general 4
group general-next-2026c prod general-next 4
aws eks create-nodegroup --cluster-name prod --nodegroup-name others --subnets subnet-1 --node-role arn:aws:iam::123456789012:role/node >/dev/null
"#;

/// The scaling settings of a group in EKS.
fn scaling(fake: &Fake, group: &str) -> String {
    let told = fake.run(&format!(
        "aws eks describe-nodegroup --cluster-name prod --nodegroup-name {group} --query 'nodegroup.scalingConfig.[minSize, maxSize, desiredSize]' --output text"
    ));
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The lines of a step's procedure for EKS.
fn for_eks(report: &Value, title: &str) -> String {
    let steps = report["environments"][0]["steps"].as_array().unwrap();
    let titled = |it: &&Value| it["title"].as_str().unwrap().starts_with(title);
    let step = steps.iter().find(titled).unwrap();
    let lines = shell_of(&step["procedure"]["apply"]).into_iter();
    let for_eks = |line: &String| {
        ["GROUP=", "SIZE=", "aws eks", "until aws eks"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    lines.filter(for_eks).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_size_of_the_right_node_group_moves_before_its_bounds() {
    let Some(fake) = Fake::new() else { return };
    fake.run(NODE_GROUPS);
    let folder = folder();
    let plan = |before: &str, after: &str| {
        for (file, count) in [("a.kdl", before), ("b.kdl", after)] {
            let group = format!("nodes \"general\" {{ count {count} }}");
            std::fs::write(folder.path().join(file), text("large", &group)).unwrap();
        }
        planned(folder.path(), &["a.kdl", "b.kdl"])
    };
    let raised = plan("min=3 max=15", "min=6 max=15");
    fake.run(&for_eks(&raised, "set the size"));
    assert_eq!(scaling(&fake, "general-2026a"), "6 15 6");
    // A group that already has enough nodes keeps them.
    let raised = plan("min=6 max=15", "min=4 max=18");
    assert!(for_eks(&raised, "set the size").is_empty());
    let raised = plan("min=4 max=15", "min=5 max=18");
    fake.run(&for_eks(&raised, "set the size"));
    assert_eq!(scaling(&fake, "general-2026a"), "5 18 6");
    // A lower maximum stays at the current size until the surplus nodes are gone.
    let lowered = plan("min=16 max=18", "min=3 max=15");
    fake.run("aws eks update-nodegroup-config --cluster-name prod --nodegroup-name general-2026a --scaling-config minSize=16,maxSize=18,desiredSize=17");
    fake.run(&for_eks(&lowered, "set the size"));
    assert_eq!(scaling(&fake, "general-2026a"), "3 17 17");
    for other in ["general-2026b", "general-next-2026c"] {
        assert_eq!(scaling(&fake, other), "3 15 4", "{other}");
    }
    // Without the group nothing is changed, and the command says why.
    let absent = fake.try_run("GROUP=; SIZE=3; aws eks update-nodegroup-config --cluster-name prod --nodegroup-name \"${GROUP:?EKS has no node group}\"");
    assert!(absent.contains("EKS has no node group"), "{absent}");
}

/// A cluster whose node autoscaler grows the group whenever possible, because evicted pods always need
/// another node. EKS refuses a maximum below the size. The fake has no Auto Scaling groups for node
/// groups.
const GREEDY: &str = r#"
cd "$HOME"
keeps() { "$AWS" --endpoint-url "$FAKE" eks describe-nodegroup --cluster-name prod --nodegroup-name general-2026a --output text --query "nodegroup.scalingConfig.$1"; }
keep() { "$AWS" --endpoint-url "$FAKE" eks update-nodegroup-config --cluster-name prod --nodegroup-name general-2026a --scaling-config "$1" >/dev/null; }
grow() { if [ "$(keeps desiredSize)" -lt "$(keeps maxSize)" ]; then keep "desiredSize=$(($(keeps desiredSize) + 1))"; fi; }
aws() {
    case "$*" in
        "autoscaling describe-auto-scaling-groups"*) keeps desiredSize ;;
        "autoscaling terminate-instance"*)
            echo "terminate $4" >>log
            keep "desiredSize=$(($(keeps desiredSize) - 1))"
            # Once it is fast enough to fill the place before the maximum is lower.
            [ -e filled ] || { touch filled; grow; }
            ;;
        *--scaling-config*)
            most="$*" && most=${most##*maxSize=}
            [ "${most%%,*}" -ge "$(keeps desiredSize)" ] || { echo "a maximum below the size is refused" >>log; return 1; }
            "$AWS" --endpoint-url "$FAKE" "$@" >/dev/null
            ;;
        *) "$AWS" --endpoint-url "$FAKE" "$@" ;;
    esac
}
kubectl() {
    case "$1 $2" in
        "get nodes") for at in $(seq "$(keeps desiredSize)"); do echo "node/n$at"; done ;;
        get\ node/*) echo "aws:///us-east-1a/i-${2#node/}" ;;
        drain\ *) grow; echo "drain $2 at $(keeps desiredSize) of $(keeps maxSize)" >>log ;;
    esac
}
"#;

/// A node autoscaler does not replace the nodes that a lower maximum removes.
#[test]
fn a_node_autoscaler_cannot_grow_a_group_while_a_lower_maximum_drains_it() {
    let Some(fake) = Fake::new() else { return };
    fake.run(NODE_GROUPS);
    fake.run("aws eks update-nodegroup-config --cluster-name prod --nodegroup-name general-2026a --scaling-config minSize=3,maxSize=20,desiredSize=17 >/dev/null");
    let folder = folder();
    for (file, count) in [("a.kdl", "min=3 max=20"), ("b.kdl", "min=3 max=15")] {
        let group = format!("nodes \"general\" {{ count {count} }}");
        std::fs::write(folder.path().join(file), text("large", &group)).unwrap();
    }
    let report = planned(folder.path(), &["a.kdl", "b.kdl"]);
    let step = &report["environments"][0]["steps"][0];
    let lines = shell_of(&step["procedure"]["apply"]);
    fake.run(&format!("{GREEDY}\n{}", lines.join("\n")));
    assert_eq!(scaling(&fake, "general-2026a"), "3 15 15");
    let log = std::fs::read_to_string(fake.home.path().join("log")).unwrap();
    let log: Vec<&str> = log.lines().collect();
    // The autoscaler replaced the first node before the maximum was lowered: one more node is removed, and
    // no other.
    assert_eq!(
        log,
        [
            "drain node/n17 at 17 of 17",
            "terminate i-n17",
            "drain node/n17 at 17 of 17",
            "terminate i-n17",
            "drain node/n16 at 16 of 16",
            "terminate i-n16",
        ],
        "{lines:#?}"
    );
}
