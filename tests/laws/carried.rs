//! Laws of what a step carries to AWS: each Terraform variable that it moves is set by one of its calls, or
//! by Terraform itself. An attribute that a procedure forgets changes the variables and nothing else: the
//! next `terraform apply` would do it, at whatever time that comes.

use std::collections::{BTreeMap, BTreeSet};

use tierc::action::{Action, ArgumentValue, AwsCall};
use tierc::emit::terraform::tfvars;
use tierc::model::Environment;
use tierc::model::declaration::Standing;
use tierc::pair::Pair;
use tierc::plan::procedure::Procedure;
use tierc::plan::{PlanRequest, plan};

use super::declared::{RICH, environments_beside, of_environments};
use super::some_of;
use crate::diff::pairs::pairs;
use crate::diff::text;
use crate::plan::catalogue;
use crate::support::{project, run, today};

/// What sets a variable of Terraform.
enum SetBy {
    /// A call with any of these arguments, or fields of arguments.
    Call(&'static [&'static str]),
    /// Nothing has to: every call says by itself whether it acts at once.
    Nothing,
}

/// The variables by their names below `rds`, `rds_replicas.<id>`, `elasticache.<group>` and
/// `node_groups.<group>`. One that is not here is carried by Terraform alone. In cluster mode, other variables tell the same nodes.
const SET: &[(&str, &str, SetBy)] = &[
    (
        "rds",
        "auto_minor_version_upgrade",
        SetBy::Call(&["auto-minor-version-upgrade"]),
    ),
    ("rds", "engine_version", SetBy::Call(&["engine-version"])),
    ("rds", "instance_class", SetBy::Call(&["db-instance-class"])),
    (
        "rds",
        "allocated_storage",
        SetBy::Call(&["allocated-storage"]),
    ),
    (
        "rds",
        "max_allocated_storage",
        SetBy::Call(&["max-allocated-storage"]),
    ),
    ("rds", "storage_type", SetBy::Call(&["storage-type"])),
    (
        "rds",
        "iops",
        SetBy::Call(&["iops", "storage-type", "allocated-storage"]),
    ),
    (
        "rds",
        "storage_throughput",
        SetBy::Call(&["storage-throughput", "storage-type", "allocated-storage"]),
    ),
    ("rds", "multi_az", SetBy::Call(&["multi-az"])),
    (
        "rds",
        "parameters.max_connections",
        SetBy::Call(&["max_connections"]),
    ),
    (
        "rds",
        "parameters.rds.force_ssl",
        SetBy::Call(&["rds.force_ssl"]),
    ),
    (
        "rds",
        "backup_retention_period",
        SetBy::Call(&["backup-retention-period"]),
    ),
    (
        "rds",
        "backup_window",
        SetBy::Call(&["preferred-backup-window"]),
    ),
    (
        "rds",
        "maintenance_window",
        SetBy::Call(&["preferred-maintenance-window"]),
    ),
    ("rds", "apply_immediately", SetBy::Nothing),
    ("elasticache", "engine", SetBy::Call(&["engine"])),
    (
        "elasticache",
        "engine_version",
        SetBy::Call(&["engine-version"]),
    ),
    (
        "elasticache",
        "node_type",
        SetBy::Call(&["cache-node-type"]),
    ),
    (
        "elasticache",
        "num_cache_clusters",
        SetBy::Call(&["new-replica-count", "cluster-mode"]),
    ),
    (
        "elasticache",
        "replicas_per_node_group",
        SetBy::Call(&["new-replica-count", "cluster-mode"]),
    ),
    (
        "elasticache",
        "num_node_groups",
        SetBy::Call(&["node-group-count", "cluster-mode"]),
    ),
    (
        "elasticache",
        "automatic_failover_enabled",
        SetBy::Call(&["automatic-failover-enabled"]),
    ),
    (
        "elasticache",
        "multi_az_enabled",
        SetBy::Call(&["multi-az-enabled"]),
    ),
    (
        "elasticache",
        "cluster_mode",
        SetBy::Call(&["cluster-mode"]),
    ),
    (
        "elasticache",
        "cluster_mode_enabled",
        SetBy::Call(&["cluster-mode"]),
    ),
    (
        "elasticache",
        "transit_encryption_enabled",
        SetBy::Call(&["transit-encryption-enabled"]),
    ),
    (
        "elasticache",
        "transit_encryption_mode",
        SetBy::Call(&["transit-encryption-mode", "transit-encryption-enabled"]),
    ),
    (
        "elasticache",
        "parameters.maxmemory-policy",
        SetBy::Call(&["maxmemory-policy"]),
    ),
    (
        "elasticache",
        "snapshot_retention_limit",
        SetBy::Call(&["snapshot-retention-limit"]),
    ),
    (
        "elasticache",
        "snapshot_window",
        SetBy::Call(&["snapshot-window", "snapshot-retention-limit"]),
    ),
    (
        "elasticache",
        "maintenance_window",
        SetBy::Call(&["preferred-maintenance-window"]),
    ),
    ("elasticache", "apply_immediately", SetBy::Nothing),
    ("node_groups", "min_size", SetBy::Call(&["minSize"])),
    ("node_groups", "max_size", SetBy::Call(&["maxSize"])),
    ("node_groups", "desired_size", SetBy::Call(&["desiredSize"])),
];

/// The rule that refuses shards without cluster mode, and the other way round.
const CONTRADICTION: &str = "cluster-limits";

/// What takes a whole instance or group away.
const DELETIONS: [&str; 2] = ["delete-db-instance", "delete-replication-group"];

/// The variables of an environment: whose they are, and each with its value.
fn variables(of: &Environment) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    let mut above: Vec<String> = Vec::new();
    let mut name = String::new();
    for line in tfvars(of, catalogue()).lines() {
        let line = line.trim().trim_end_matches(',');
        let (key, value) = match line.split_once('=') {
            Some((key, value)) if !line.starts_with('#') => (key.trim(), value.trim()),
            Some(_) | None => ("", line),
        };
        match value {
            "{" | "[" => above.push(key.trim_matches('"').to_owned()),
            "}" | "]" => {
                above.pop();
            }
            value if !key.is_empty() && value != "{}" => {
                // An entry of `parameters` is called by its name.
                let path = if above.iter().any(|it| it == "parameters") {
                    match key {
                        "name" => {
                            value.trim_matches('"').clone_into(&mut name);
                            continue;
                        }
                        "value" => format!("parameters.{name}"),
                        _ => continue,
                    }
                } else {
                    key.trim_matches('"').to_owned()
                };
                let owners = above
                    .iter()
                    .filter(|it| !it.is_empty() && *it != "parameters");
                let owner: Vec<&str> = owners.map(String::as_str).collect();
                found.insert((owner.join("."), path), value.to_owned());
            }
            _ => {}
        }
    }
    found
}

/// Every action, with those that are done unless something is so.
fn all(actions: &[Action]) -> Vec<&Action> {
    let mut found = Vec::new();
    for action in actions {
        if let Action::Unless { actions, .. } | Action::Each { actions, .. } = action {
            found.extend(all(actions));
        } else {
            found.push(action);
        }
    }
    found
}

/// What a call sets: its arguments, their fields, and the parameters that it names.
fn set_by(call: &AwsCall) -> Vec<&str> {
    let mut found = Vec::new();
    for argument in &call.arguments {
        found.push(argument.name);
        let ArgumentValue::Fields(fields) = &argument.value else {
            continue;
        };
        for field in fields {
            found.push(field.name);
            if let ArgumentValue::Text(text) = &field.value {
                found.push(text);
            }
        }
    }
    found
}

/// What comes with a parameter group, which Terraform makes.
const OF_PARAMETER_GROUPS: [&str; 4] = [
    "family",
    "major_engine_version",
    "parameter_group_name",
    "parameters.",
];

/// Whether Terraform itself carries a variable of an owner.
fn is_applied(actions: &[&Action], owner: &str, variable: &str) -> bool {
    let name = owner.split('.').nth(1);
    let is_of = |target: &String| match name {
        Some(name) => target.contains(&format!("[\"{name}\"]")),
        None => target.starts_with(&format!("module.{owner}.")),
    };
    let in_a_group = OF_PARAMETER_GROUPS
        .iter()
        .any(|it| variable.starts_with(it));
    actions.iter().any(|action| {
        let Action::Terraform { targets, .. } = action else {
            return false;
        };
        let mut of_it = targets.iter().filter(|it| is_of(it));
        targets.is_empty() || of_it.any(|it| in_a_group || !it.contains("parameter_group"))
    })
}

/// Whether a call can be for the owner of a variable: it names that instance or group, or none.
fn is_of(call: &AwsCall, owner: &str, environment: &Environment) -> bool {
    let id = match owner.split_once('.') {
        Some(("elasticache", group)) => environment
            .redis
            .get(group)
            .map(|it| it.name.value.as_str()),
        Some((_, name)) => Some(name),
        None => Some(environment.database.name.value.as_str()),
    };
    let mut names = call.arguments.iter().filter(|it| NAMES.contains(&it.name));
    names.all(|it| match &it.value {
        ArgumentValue::Text(text) => Some(text.as_str()) == id,
        ArgumentValue::Switch(_)
        | ArgumentValue::Remembered(_)
        | ArgumentValue::Larger(..)
        | ArgumentValue::Ago(_)
        | ArgumentValue::Fields(_)
        | ArgumentValue::Answer(_)
        | ArgumentValue::Answers(_) => true,
    })
}

/// Arguments that say which instance or group a call changes.
const NAMES: [&str; 2] = ["db-instance-identifier", "replication-group-id"];

/// Whether an engine without a minor version accepts the one that runs: no call changes it.
fn is_accepted(values: &Pair<Option<&String>>) -> bool {
    let bare = |side: Option<&String>| Some(side?.trim_matches('"').to_owned());
    let (before, after) = (bare(values.before), bare(values.after));
    before
        .zip(after)
        .is_some_and(|(before, after)| before.starts_with(&format!("{after}.")))
}

/// The variables that differ, and that nothing of a procedure carries.
fn left(sides: Pair<&Environment>, procedure: &Procedure) -> Vec<String> {
    let actions = all(&procedure.apply);
    let calls: Vec<&AwsCall> = actions
        .iter()
        .filter_map(|action| {
            if let Action::Aws { call, .. } = action {
                Some(call)
            } else {
                None
            }
        })
        .collect();
    let gone = calls.iter().any(|call| DELETIONS.contains(&call.operation));
    let variables = sides.map(variables);
    let owners = variables
        .as_ref()
        .map(|all| -> BTreeSet<&str> { all.keys().map(|(owner, _)| owner.as_str()).collect() });
    let keys: BTreeSet<&(String, String)> = variables
        .before
        .keys()
        .chain(variables.after.keys())
        .collect();
    let mut left = Vec::new();
    for key in keys {
        let values = variables.as_ref().map(|all| all.get(key));
        let (owner, variable) = key;
        if values.before == values.after || is_applied(&actions, owner, variable) {
            continue;
        }
        if gone && !owners.after.contains(owner.as_str()) {
            continue;
        }
        if variable == "engine_version" && is_accepted(&values) {
            continue;
        }
        let of_it = calls.iter().filter(|call| is_of(call, owner, sides.after));
        let set: BTreeSet<&str> = of_it.flat_map(|call| set_by(call)).collect();
        let kind = owner.split(['.', '_']).next().unwrap_or_default();
        let known = SET
            .iter()
            .find(|(of, name, _)| of.starts_with(kind) && !kind.is_empty() && name == variable);
        let is_set = match known {
            Some((_, _, SetBy::Call(names))) => names.iter().any(|it| set.contains(it)),
            Some((_, _, SetBy::Nothing)) => true,
            None => false,
        };
        if !is_set {
            left.push(format!("{owner}.{variable} {values:?}"));
        }
    }
    left
}

/// What the steps of a change leave to a later `terraform apply`, on the way and on the way back. A group whose
/// mode and shards contradict each other is none that AWS could have.
fn left_of(sides: Pair<&Environment>) -> Vec<String> {
    let waived = BTreeSet::new();
    let request = PlanRequest {
        environments: sides,
        catalogue: catalogue(),
        waived: &waived,
        today: today(),
        root: "plan",
    };
    let is_none = |side: &Environment| {
        let errors = request.errors(side);
        errors.iter().any(|it| it.code.0 == CONTRADICTION)
    };
    if is_none(sides.before) || is_none(sides.after) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let plan = plan(&request);
    let mut before = sides.before;
    for step in &plan.steps {
        let states = Pair::new(before, &step.state);
        found.extend(
            left(states, &step.procedure)
                .into_iter()
                .map(|it| format!("`{}` leaves {it}", step.title)),
        );
        if let Ok(undo) = &step.undo {
            found.extend(
                left(states.swapped(), undo)
                    .into_iter()
                    .map(|it| format!("the undo of `{}` leaves {it}", step.title)),
            );
        }
        before = &step.state;
    }
    found
}

/// What is wrong with the steps of an attribute's changes.
fn wrong_of(of: &Standing) -> Vec<String> {
    let [stated, _] = environments_beside(of, RICH);
    let pairs = stated.iter().zip(stated.iter().skip(1));
    let wrong = pairs.flat_map(|(before, after)| left_of(Pair::new(before, after)));
    wrong
        .map(|it| format!("{}: {it}", of.full_path()))
        .collect()
}

#[test]
fn every_variable_of_terraform_that_a_step_moves_is_carried_by_that_step() {
    let of = of_environments().filter(|of| ["database", "redis", "nodes"].contains(&of.top.name));
    let of = some_of(of, 20);
    let wrong: BTreeSet<String> = of.iter().flat_map(wrong_of).collect();
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// The same of the tiers, of the cases, and of versions with a minor and without.
#[test]
fn every_step_of_a_tier_or_a_case_carries_the_variables_that_it_moves() {
    let database = |engine: &str| text("medium", &format!("database {{ engine \"{engine}\" }}"));
    let engines = ["16", "16.14", "16.15", "17", "16"];
    let mut sides: Vec<(String, String)> = engines
        .iter()
        .zip(engines.iter().skip(1))
        .map(|(before, after)| (database(before), database(after)))
        .collect();
    sides.extend(pairs().map(|(before, after)| (text(before, ""), text(after, ""))));
    for case in std::fs::read_dir(project("tests/cases/diff")).unwrap() {
        let case = case.unwrap().path();
        let side = |file: &str| std::fs::read_to_string(case.join(file)).unwrap();
        sides.push((side("before.kdl"), side("after.kdl")));
    }
    let mut wrong = BTreeSet::new();
    for (before, after) in sides {
        let [before, after] = [&before, &after].map(|text| {
            let mut run = run(text);
            run.files.swap_remove(0).environment.unwrap()
        });
        wrong.extend(left_of(Pair::new(&before, &after)));
    }
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
