//! The PostgreSQL instance and its read replicas.

use crate::emit::endpoint::SERVER_PORT;
use crate::emit::hcl::Hcl;
use crate::model::version::major_and_rest;
use crate::model::{Database, Environment, SslMode, Tier};

use super::{apply_immediately, named, number};

type InstanceAttributes = Vec<(String, Hcl)>;

/// The source.
pub(super) fn source(environment: &Environment) -> Hcl {
    let database = &environment.database;
    let identifier = database.name.value.as_str();
    let mut attributes: InstanceAttributes =
        named([("identifier", Hcl::text(identifier))]).collect();
    attributes.extend(engine(database, &database.instance.value));
    attributes.extend(storage(database));
    attributes.extend(named([
        ("db_name", Hcl::text(&database.dbname.value)),
        ("username", Hcl::text(&database.master.value)),
        // RDS cannot create read replicas of an instance whose password it keeps in Secrets
        // Manager. And if the master user is the application's role, a rotation would lock
        // PgBouncer out.
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
    let mut attributes: InstanceAttributes = named([
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
    // A replica has no data of its own, so removing one is an ordinary change.
    attributes.extend(named([
        ("deletion_protection", Hcl::Bool(false)),
        ("skip_final_snapshot", Hcl::Bool(true)),
    ]));
    (identifier, Hcl::Object(attributes))
}

fn major(database: &Database) -> &str {
    major_and_rest(&database.engine.value).0
}

/// The name of an instance's parameter group. Each major version has its own, because a group's
/// family never changes.
#[must_use]
pub fn parameter_group_name(identifier: &str, database: &Database) -> String {
    format!("{identifier}-{}", family(database))
}

fn family(database: &Database) -> String {
    format!("postgres{}", major(database))
}

fn engine(database: &Database, class: &str) -> impl Iterator<Item = (String, Hcl)> {
    // A stated minor version is kept: RDS would upgrade it, and Terraform would then ask for a
    // downgrade.
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

/// The volume of the source and of each replica. Replicas do not grow with their source.
fn storage(database: &Database) -> InstanceAttributes {
    let storage = &database.storage;
    let mut attributes: InstanceAttributes = named([
        ("allocated_storage", number(storage.gib.value)),
        ("max_allocated_storage", number(storage.max_gib.value)),
        ("storage_type", Hcl::text(storage.kind.value)),
    ])
    .collect();
    let asked = storage.provisioned(storage.gib.value);
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

/// The first major version whose family sets `rds.force_ssl` to 1 (RDS user guide, using SSL with a
/// PostgreSQL DB instance).
const FORCES_SSL: u32 = 15;

/// The value of `rds.force_ssl` that a database needs, and when RDS applies it; `None` if it is the
/// family's default.
///
/// AWS reports a parameter with its family's default as `system` and `pending-reboot`, whatever was
/// requested, so Terraform would show a difference forever. The default of `max_connections` is a
/// formula, which no number equals. ElastiCache reports every set parameter as `user`, even with
/// the default value.
///
/// In families before 15 the parameter is static, and RDS refuses `immediate` for it.
#[must_use]
pub fn forced_ssl(database: &Database) -> Option<(u32, &'static str)> {
    let by_default = forces_ssl_by_default(database);
    let encrypted = database.tls.value != SslMode::Disable;
    let apply = if by_default {
        "immediate"
    } else {
        "pending-reboot"
    };
    (encrypted != by_default).then_some((u32::from(encrypted), apply))
}

/// Whether the family sets `rds.force_ssl` to 1. In other families it is a static parameter, which
/// needs a reboot. A version that is not a number counts as newer than all known ones.
#[must_use]
pub fn forces_ssl_by_default(database: &Database) -> bool {
    let major = major(database).parse::<u32>();
    major.map_or(true, |major| major >= FORCES_SSL)
}

/// A parameter group for each instance and family: a new major version needs another group while
/// the old one is in use. `max_connections` is static, and RDS requires `pending-reboot` for static
/// parameters.
fn parameter_group(
    database: &Database,
    identifier: &str,
    max_connections: u32,
) -> impl Iterator<Item = (String, Hcl)> + use<> {
    let parameter = |name: &str, value: u32, apply: &str| {
        Hcl::object([
            ("name", Hcl::text(name)),
            ("value", Hcl::text(value)),
            ("apply_method", Hcl::text(apply)),
        ])
    };
    let mut parameters = vec![parameter(
        "max_connections",
        max_connections,
        "pending-reboot",
    )];
    parameters.extend(
        forced_ssl(database).map(|(value, apply)| parameter("rds.force_ssl", value, apply)),
    );
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
