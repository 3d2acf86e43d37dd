//! Terraform variables, with the attribute names of the well-known modules: terraform-aws-modules'
//! `rds`, `elasticache` and `eks` (node groups).

use crate::catalogue::Catalogue;
use crate::model::{
    Apply, Arch, Capacity, Database, Environment, NodeGroup, RedisGroup, RedisTls, SslMode, Tier,
};

use super::hcl::{Hcl, body};

/// The declarations that go with the variables: `tierc schema --terraform`.
#[must_use]
pub fn variables_tf() -> &'static str {
    include_str!("../../schema/variables.tf")
}

/// `terraform/NAME.tfvars`, below its header.
#[must_use]
pub fn tfvars(environment: &Environment, catalogue: &Catalogue) -> String {
    let replicas =
        (1..=environment.database.replicas.count.value).map(|number| replica(environment, number));
    let groups = environment
        .redis
        .iter()
        .map(|(name, group)| (name.to_string(), elasticache(environment, group, catalogue)));
    let nodes = environment
        .nodes
        .iter()
        .map(|(name, group)| (name.to_string(), node_group(environment, group, catalogue)));
    let variables = [
        ("rds".to_owned(), rds(environment)),
        ("rds_replicas".to_owned(), Hcl::Object(replicas.collect())),
        ("elasticache".to_owned(), Hcl::Object(groups.collect())),
        ("node_groups".to_owned(), Hcl::Object(nodes.collect())),
        ("tags".to_owned(), tags(environment)),
    ];
    let parts: Vec<String> = variables
        .iter()
        .map(|variable| body(std::slice::from_ref(variable), 0))
        .collect();
    parts.join("\n")
}

fn tags(environment: &Environment) -> Hcl {
    let mut tags = vec![
        ("app".to_owned(), Hcl::text(&environment.app.value)),
        (
            "environment".to_owned(),
            Hcl::text(&environment.environment.value),
        ),
        ("managed-by".to_owned(), Hcl::text("tierc")),
        ("tier".to_owned(), Hcl::text(environment.tier.value)),
    ];
    for (name, value) in &environment.labels {
        tags.retain(|(known, _)| known != name);
        tags.push((name.clone(), Hcl::text(&value.value)));
    }
    tags.sort_by(|a, b| a.0.cmp(&b.0));
    Hcl::Object(tags)
}

fn number(value: u32) -> Hcl {
    Hcl::Number(u64::from(value))
}

/// Parameters that only take effect after a reboot say so: RDS refuses them otherwise.
fn parameters(max_connections: u32, tls: SslMode) -> Hcl {
    Hcl::List(vec![
        Hcl::object([
            ("name", Hcl::text("max_connections")),
            ("value", Hcl::text(max_connections)),
            ("apply_method", Hcl::text("pending-reboot")),
        ]),
        Hcl::object([
            ("name", Hcl::text("rds.force_ssl")),
            ("value", Hcl::text(u8::from(tls != SslMode::Disable))),
            ("apply_method", Hcl::text("immediate")),
        ]),
    ])
}

fn major(database: &Database) -> &str {
    database.engine.value.split('.').next().unwrap_or_default()
}

/// A snapshot of the volume's attributes, of the source and of each replica.
fn storage(database: &Database) -> Vec<(String, Hcl)> {
    let storage = &database.storage;
    let mut attributes = vec![
        ("allocated_storage".to_owned(), number(storage.gib.value)),
        (
            "max_allocated_storage".to_owned(),
            number(storage.max_gib.value),
        ),
        ("storage_type".to_owned(), Hcl::text(storage.kind.value)),
    ];
    let extra = [
        ("iops", &storage.iops),
        ("storage_throughput", &storage.throughput),
    ];
    attributes.extend(
        extra
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), number(value.as_ref()?.value)))),
    );
    attributes.push(("storage_encrypted".to_owned(), Hcl::Bool(true)));
    attributes
}

fn named<const N: usize>(
    attributes: [(&str, Hcl); N],
) -> impl Iterator<Item = (String, Hcl)> + use<N> {
    attributes
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
}

fn protected(environment: &Environment) -> Hcl {
    Hcl::Bool(environment.tier.value != Tier::Dev)
}

fn rds(environment: &Environment) -> Hcl {
    let database = &environment.database;
    let mut attributes: Vec<(String, Hcl)> = named([
        ("identifier", Hcl::text(&database.name.value)),
        ("engine", Hcl::text("postgres")),
        ("engine_version", Hcl::text(&database.engine.value)),
        (
            "family",
            Hcl::String(format!("postgres{}", major(database))),
        ),
        ("major_engine_version", Hcl::text(major(database))),
        ("instance_class", Hcl::text(&database.instance.value)),
    ])
    .collect();
    attributes.extend(storage(database));
    attributes.extend(named([
        ("db_name", Hcl::text(&database.dbname.value)),
        ("username", Hcl::text(&database.user.value)),
        ("port", Hcl::text("5432")),
        ("manage_master_user_password", Hcl::Bool(true)),
        ("multi_az", Hcl::Bool(database.multi_az.value)),
        ("create_db_parameter_group", Hcl::Bool(true)),
        (
            "parameters",
            parameters(database.max_connections.value, database.tls.value),
        ),
        (
            "backup_retention_period",
            number(database.backup.days.value),
        ),
        ("backup_window", Hcl::text(database.backup.window.value)),
        (
            "maintenance_window",
            Hcl::text(database.maintenance.window.value),
        ),
        (
            "apply_immediately",
            Hcl::Bool(database.maintenance.apply.value == Apply::Now),
        ),
        ("deletion_protection", protected(environment)),
        (
            "skip_final_snapshot",
            Hcl::Bool(environment.tier.value == Tier::Dev),
        ),
    ]));
    Hcl::Object(attributes)
}

fn replica(environment: &Environment, index: u32) -> (String, Hcl) {
    let database = &environment.database;
    let identifier = format!("{}-read-{index}", database.name.value);
    let mut attributes: Vec<(String, Hcl)> = named([
        ("identifier", Hcl::text(&identifier)),
        ("replicate_source_db", Hcl::text(&database.name.value)),
        ("engine", Hcl::text("postgres")),
        ("engine_version", Hcl::text(&database.engine.value)),
        (
            "family",
            Hcl::String(format!("postgres{}", major(database))),
        ),
        ("major_engine_version", Hcl::text(major(database))),
        (
            "instance_class",
            Hcl::text(&database.replicas.instance.value),
        ),
    ])
    .collect();
    attributes.extend(storage(database));
    attributes.extend(named([
        ("port", Hcl::text("5432")),
        ("multi_az", Hcl::Bool(false)),
        ("create_db_parameter_group", Hcl::Bool(true)),
        (
            "parameters",
            parameters(database.replicas.max_connections.value, database.tls.value),
        ),
        (
            "maintenance_window",
            Hcl::text(database.maintenance.window.value),
        ),
        (
            "apply_immediately",
            Hcl::Bool(database.maintenance.apply.value == Apply::Now),
        ),
        ("deletion_protection", protected(environment)),
        ("skip_final_snapshot", Hcl::Bool(true)),
    ]));
    (identifier, Hcl::Object(attributes))
}

fn elasticache(environment: &Environment, group: &RedisGroup, catalogue: &Catalogue) -> Hcl {
    let key = format!("{} {}", group.engine.value, group.version.value);
    let family = catalogue
        .redis_versions
        .get(&key)
        .map_or_else(String::new, |version| version.family.clone());
    let replicated = group.replicas.value > 0;
    let mut attributes: Vec<(String, Hcl)> = named([
        ("replication_group_id", Hcl::text(&group.name.value)),
        (
            "description",
            Hcl::String(format!(
                "{} of {}",
                group.name.value, environment.environment.value
            )),
        ),
        ("engine", Hcl::text(group.engine.value)),
        ("engine_version", Hcl::text(&group.version.value)),
        ("node_type", Hcl::text(&group.node.value)),
        ("cluster_mode_enabled", Hcl::Bool(group.is_cluster())),
        ("cluster_mode", Hcl::text(group.cluster.mode.value)),
    ])
    .collect();
    attributes.extend(shape(group));
    attributes.extend(named([
        (
            "automatic_failover_enabled",
            Hcl::Bool(replicated || group.is_cluster()),
        ),
        ("multi_az_enabled", Hcl::Bool(replicated)),
        (
            "transit_encryption_enabled",
            Hcl::Bool(group.tls.value != RedisTls::Off),
        ),
    ]));
    if group.tls.value != RedisTls::Off {
        attributes.push(("transit_encryption_mode".into(), Hcl::text(group.tls.value)));
    }
    attributes.extend(named([
        ("at_rest_encryption_enabled", Hcl::Bool(true)),
        ("create_parameter_group", Hcl::Bool(true)),
        ("parameter_group_family", Hcl::String(family)),
        ("parameters", eviction(group)),
        (
            "maintenance_window",
            Hcl::text(environment.database.maintenance.window.value),
        ),
        (
            "apply_immediately",
            Hcl::Bool(environment.database.maintenance.apply.value == Apply::Now),
        ),
    ]));
    Hcl::Object(attributes)
}

/// Nodes are counted for the group where there is one shard, and for each shard where there are more.
fn shape(group: &RedisGroup) -> Vec<(String, Hcl)> {
    if group.is_cluster() {
        named([
            ("num_node_groups", number(group.cluster.shards.value)),
            ("replicas_per_node_group", number(group.replicas.value)),
        ])
        .collect()
    } else {
        named([("num_cache_clusters", number(group.replicas.value + 1))]).collect()
    }
}

fn eviction(group: &RedisGroup) -> Hcl {
    let parameter =
        |name: &str, value: Hcl| Hcl::object([("name", Hcl::text(name)), ("value", value)]);
    let mut parameters = vec![parameter("maxmemory-policy", Hcl::text(group.policy.value))];
    if group.is_cluster() {
        parameters.push(parameter("cluster-enabled", Hcl::text("yes")));
    }
    Hcl::List(parameters)
}

fn node_group(environment: &Environment, group: &NodeGroup, catalogue: &Catalogue) -> Hcl {
    let arch = catalogue
        .node_types
        .get(&group.instance.value)
        .map_or(Arch::Arm64, |node_type| node_type.arch);
    let ami = match arch {
        Arch::Arm64 => "AL2023_ARM_64_STANDARD",
        Arch::Amd64 => "AL2023_x86_64_STANDARD",
    };
    let capacity = match group.capacity.value {
        Capacity::OnDemand => "ON_DEMAND",
        Capacity::Spot => "SPOT",
    };
    let mut labels = vec![(
        "tierc.dev/environment".to_owned(),
        Hcl::text(&environment.environment.value),
    )];
    labels.extend(
        group
            .runs
            .iter()
            .map(|pool| (format!("tierc.dev/runs-{}", pool.value), Hcl::text("true"))),
    );
    Hcl::object([
        (
            "instance_types",
            Hcl::List(vec![Hcl::text(&group.instance.value)]),
        ),
        ("ami_type", Hcl::text(ami)),
        ("capacity_type", Hcl::text(capacity)),
        ("min_size", number(group.count.min.value)),
        ("max_size", number(group.count.max.value)),
        ("desired_size", number(group.count.min.value)),
        ("labels", Hcl::Object(labels)),
    ])
}
