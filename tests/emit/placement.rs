//! Labels, taints, affinities and tolerations match: exactly the intended pools run on a group.

use serde_json::{Value, json};
use tierc::emit::Artifacts;

use super::{case, emitted, object, text, under, values};

const NODE_GROUP: &str = "tierc.dev/node-group";

fn expressions(workload: &Value) -> Vec<Vec<(String, String, Vec<Value>)>> {
    let required =
        &workload["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    let terms = required["nodeSelectorTerms"].as_array().unwrap();
    terms
        .iter()
        .map(|term| {
            let expressions = term["matchExpressions"].as_array().unwrap();
            expressions
                .iter()
                .map(|one| {
                    let word = |key: &str| one[key].as_str().unwrap().to_owned();
                    (
                        word("key"),
                        word("operator"),
                        one["values"].as_array().unwrap().clone(),
                    )
                })
                .collect()
        })
        .collect()
}

fn stays_off_spot(workload: &Value) -> bool {
    expressions(workload).iter().all(|term| {
        [
            "karpenter.sh/capacity-type",
            "eks.amazonaws.com/capacityType",
        ]
        .iter()
        .all(|label| {
            term.iter()
                .any(|(key, operator, _)| key == label && operator == "NotIn")
        })
    })
}

#[test]
fn on_demand_work_stays_off_spot_nodes() {
    let artifacts = case("everything");
    let values = values(&artifacts);
    let deployment = object(&artifacts, "pgbouncer.yaml", "Deployment");
    assert!(stays_off_spot(&values["api"]));
    assert!(stays_off_spot(&values["workers"]["decisions"]));
    assert!(stays_off_spot(&deployment["spec"]["template"]["spec"]));
}

#[test]
fn spot_work_goes_to_spot_nodes_by_either_label() {
    let nodes = "worker \"batch\" { queue \"a\" length=1; capacity \"spot\"; replicas max=4 }\nnodes \"spot\" { instance \"m7g.xlarge\"; count min=0 max=9; capacity \"spot\" }";
    let values = values(&emitted(&text("medium", nodes)));
    assert_eq!(
        expressions(&values["workers"]["batch"]),
        [
            [(
                "karpenter.sh/capacity-type".to_owned(),
                "In".to_owned(),
                vec![json!("spot")]
            )],
            [(
                "eks.amazonaws.com/capacityType".to_owned(),
                "In".to_owned(),
                vec![json!("SPOT")]
            )],
        ]
    );
}

/// The block of a node group in the tfvars.
fn group(artifacts: &Artifacts, name: &str) -> String {
    let tfvars = &artifacts["terraform/prod.tfvars"];
    let groups = tfvars.split("\nnode_groups = {").nth(1).unwrap();
    let from = groups.split(&format!("\n  {name} = {{")).nth(1).unwrap();
    from.split("\n  }").next().unwrap().to_owned()
}

#[test]
fn a_group_with_runs_keeps_everybody_else_out_and_its_pools_in() {
    let artifacts = case("everything");
    let values = values(&artifacts);
    for (name, pool) in [("batch-spot", "batch"), ("night", "nightly")] {
        let block = group(&artifacts, name);
        let label = format!("\"{NODE_GROUP}\"  = \"{name}\"");
        let taint = format!(
            "key    = \"{NODE_GROUP}\"\n        value  = \"{name}\"\n        effect = \"NO_SCHEDULE\""
        );
        assert!(block.contains(&label) && block.contains(&taint), "{block}");
        let worker = &values["workers"][pool];
        assert_eq!(
            expressions(worker),
            [[
                (
                    "tierc.dev/environment".to_owned(),
                    "In".to_owned(),
                    vec![json!("prod")]
                ),
                (NODE_GROUP.to_owned(), "In".to_owned(), vec![json!(name)]),
            ]]
        );
        let tolerated = json!({ "key": NODE_GROUP, "operator": "Equal", "value": name, "effect": "NoSchedule" });
        assert_eq!(worker["tolerations"][0], tolerated);
    }
    for other in [&values["api"], &values["workers"]["decisions"]] {
        let keys: Vec<&Value> = under(&other["tolerations"], "key");
        assert!(!keys.contains(&&json!(NODE_GROUP)), "{other}");
    }
    let general = group(&artifacts, "general");
    assert!(general.contains("taints = {}"), "{general}");
}

#[test]
fn stated_taints_are_tolerated_with_and_without_a_value() {
    let values = values(&case("everything"));
    let tolerations = values["workers"]["batch"]["tolerations"]
        .as_array()
        .unwrap();
    assert_eq!(
        &tolerations[1..],
        [
            json!({ "key": "dedicated", "operator": "Exists", "effect": "NoExecute" }),
            json!({ "key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule" }),
        ]
    );
}

#[test]
fn the_architecture_is_that_of_the_nodes_a_pool_lands_on() {
    let values = values(&case("everything"));
    let arch = |workload: &Value| workload["nodeSelector"]["kubernetes.io/arch"].clone();
    assert_eq!(arch(&values["api"]), "arm64");
    assert_eq!(arch(&values["workers"]["batch"]), "arm64");
    assert_eq!(arch(&values["workers"]["nightly"]), "amd64");
    assert!(group(&case("everything"), "night").contains("\"AL2023_x86_64_STANDARD\""));
}

#[test]
fn nodes_are_replaced_one_by_one() {
    for (_, artifacts) in super::all() {
        let (_, tfvars) = artifacts
            .iter()
            .find(|(path, _)| path.starts_with("terraform/"))
            .unwrap();
        let groups = tfvars.split("\nnode_groups = {").nth(1).unwrap();
        assert_eq!(
            groups
                .matches("update_config = {\n      max_unavailable = 1\n    }")
                .count(),
            groups.matches("instance_types").count()
        );
    }
}

#[test]
fn nothing_waits_for_nodes_on_demand_where_the_file_accepts_spot_alone() {
    let spot = "worker \"worker\" { capacity \"spot\" }\nnodes \"general\" { capacity \"spot\" }\nwaive \"pgbouncer-on-spot\" reason=\"a trial\" until=\"2030-01-31\"\n";
    let artifacts = emitted(&text("small", spot));
    assert_eq!(values(&artifacts)["api"]["affinity"], json!({}));
    let deployment = object(&artifacts, "pgbouncer.yaml", "Deployment");
    let affinity = &deployment["spec"]["template"]["spec"]["affinity"];
    assert!(affinity.get("nodeAffinity").is_none(), "{affinity}");
    assert!(affinity.get("podAntiAffinity").is_some(), "{affinity}");
}

#[test]
fn a_pool_that_two_groups_name_runs_on_the_one_that_is_bought_as_it_asks() {
    let nodes = "worker \"batch\" { queue \"a\" length=1; capacity \"spot\"; replicas max=4 }\nnodes \"cheap\" { instance \"m7g.xlarge\"; count min=0 max=9; capacity \"spot\"; runs \"batch\" }\nnodes \"dear\" { instance \"m7g.xlarge\"; count min=0 max=9; runs \"batch\" }";
    let values = values(&emitted(&text("medium", nodes)));
    let worker = &values["workers"]["batch"];
    let groups = (NODE_GROUP.to_owned(), "In".to_owned(), vec![json!("cheap")]);
    assert_eq!(expressions(worker)[0][1], groups);
    assert_eq!(under(&worker["tolerations"], "value"), [&json!("cheap")]);
}
