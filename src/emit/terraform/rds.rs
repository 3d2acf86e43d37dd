//! The PostgreSQL instance and its read replicas.

use crate::emit::hcl::Hcl;
use crate::emit::pgbouncer::SERVER_PORT;
use crate::model::volume::provisioned;
use crate::model::{Database, Environment, SslMode, Tier};

use super::{apply_immediately, named, number};

type Attributes = Vec<(String, Hcl)>;

/// The source.
pub(super) fn source(environment: &Environment) -> Hcl {
    let database = &environment.database;
    let identifier = database.name.value.as_str();
    let mut attributes: Attributes = named([("identifier", Hcl::text(identifier))]).collect();
    attributes.extend(engine(database, &database.instance.value));
    attributes.extend(storage(database));
    attributes.extend(named([
        ("db_name", Hcl::text(&database.dbname.value)),
        ("username", Hcl::text(&database.user.value)),
        // A password that RDS keeps and rotates would lock PgBouncer out at its first rotation,
        // and RDS makes no read replica of such an instance.
        ("manage_master_user_password", Hcl::Bool(false)),
        ("port", Hcl::text(SERVER_PORT)),
        ("multi_az", Hcl::Bool(database.multi_az.value)),
    ]));
    attributes.extend(parameter_group(
        database,
        identifier,
        database.max_connections.value,
    ));
    attributes.extend(named([
        (
            "backup_retention_period",
            number(database.backup.days.value),
        ),
        ("backup_window", Hcl::text(database.backup.window.value)),
    ]));
    attributes.extend(maintenance(environment));
    let disposable = environment.tier.value == Tier::Dev;
    attributes.extend(named([
        ("deletion_protection", Hcl::Bool(!disposable)),
        ("skip_final_snapshot", Hcl::Bool(disposable)),
        ("final_snapshot_identifier_prefix", Hcl::text("final")),
    ]));
    Hcl::Object(attributes)
}

/// The replicas, by identifier.
pub(super) fn replicas(environment: &Environment) -> Hcl {
    let numbers = 1..=environment.database.replicas.count.value;
    Hcl::Object(numbers.map(|number| replica(environment, number)).collect())
}

fn replica(environment: &Environment, number: u32) -> (String, Hcl) {
    let database = &environment.database;
    let identifier = database.read_identifier(number);
    let mut attributes: Attributes = named([
        ("identifier", Hcl::text(&identifier)),
        ("replicate_source_db", Hcl::text(&database.name.value)),
    ])
    .collect();
    attributes.extend(engine(database, &database.replicas.instance.value));
    attributes.extend(storage(database));
    attributes.extend(named([
        ("manage_master_user_password", Hcl::Bool(false)),
        ("port", Hcl::text(SERVER_PORT)),
        ("multi_az", Hcl::Bool(false)),
    ]));
    attributes.extend(parameter_group(
        database,
        &identifier,
        database.replicas.max_connections.value,
    ));
    attributes.extend(maintenance(environment));
    // A replica holds nothing of its own: fewer of them is an ordinary change.
    attributes.extend(named([
        ("deletion_protection", Hcl::Bool(false)),
        ("skip_final_snapshot", Hcl::Bool(true)),
    ]));
    (identifier, Hcl::Object(attributes))
}

fn major(database: &Database) -> &str {
    database.engine.value.split('.').next().unwrap_or_default()
}

/// The name of an instance's parameter group: one for each major version, because a group's family
/// never changes.
#[must_use]
pub fn parameter_group_name(identifier: &str, database: &Database) -> String {
    format!("{identifier}-{}", family(database))
}

fn family(database: &Database) -> String {
    format!("postgres{}", major(database))
}

fn engine(database: &Database, class: &str) -> impl Iterator<Item = (String, Hcl)> {
    // A stated minor is kept: RDS would leave it behind, and Terraform then ask for a downgrade.
    let follows_minors = !database.engine.value.contains('.');
    named([
        ("engine", Hcl::text("postgres")),
        ("engine_version", Hcl::text(&database.engine.value)),
        ("auto_minor_version_upgrade", Hcl::Bool(follows_minors)),
        ("family", Hcl::String(family(database))),
        ("major_engine_version", Hcl::text(major(database))),
        ("instance_class", Hcl::text(class)),
    ])
}

/// The volume, of the source and of each replica: replicas do not grow with their source.
fn storage(database: &Database) -> Attributes {
    let storage = &database.storage;
    let mut attributes: Attributes = named([
        ("allocated_storage", number(storage.gib.value)),
        ("max_allocated_storage", number(storage.max_gib.value)),
        ("storage_type", Hcl::text(storage.kind.value)),
    ])
    .collect();
    let asked = provisioned(storage, storage.gib.value);
    let extra = [
        ("iops", asked.iops),
        ("storage_throughput", asked.throughput),
    ];
    attributes.extend(
        extra
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), number(value?)))),
    );
    attributes.push(("storage_encrypted".to_owned(), Hcl::Bool(true)));
    attributes
}

/// A group of each instance's own, named for its family too: another major version needs another
/// group while the old one is still in use. `max_connections` is static, and RDS refuses a static
/// parameter that does not say so.
fn parameter_group(
    database: &Database,
    identifier: &str,
    max_connections: u32,
) -> impl Iterator<Item = (String, Hcl)> + use<> {
    let encrypted = database.tls.value != SslMode::Disable;
    let parameter = |name: &str, value: u32, apply: &str| {
        Hcl::object([
            ("name", Hcl::text(name)),
            ("value", Hcl::text(value)),
            ("apply_method", Hcl::text(apply)),
        ])
    };
    let parameters = vec![
        parameter("max_connections", max_connections, "pending-reboot"),
        parameter("rds.force_ssl", u32::from(encrypted), "immediate"),
    ];
    named([
        ("create_db_parameter_group", Hcl::Bool(true)),
        (
            "parameter_group_name",
            Hcl::String(parameter_group_name(identifier, database)),
        ),
        ("parameter_group_use_name_prefix", Hcl::Bool(false)),
        ("parameters", Hcl::List(parameters)),
    ])
}

fn maintenance(environment: &Environment) -> impl Iterator<Item = (String, Hcl)> + use<> {
    let window = environment.database.maintenance.window.value;
    named([
        ("maintenance_window", Hcl::text(window)),
        ("apply_immediately", apply_immediately(environment)),
    ])
}
