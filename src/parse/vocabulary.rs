//! The names of the top-level nodes.

use super::suggest;
use crate::ast::Part;

/// Every top-level node, with the part of the language that goes with it when it cannot be read.
pub(super) const NODES: &[(&str, Part)] = &[
    ("environment", Part::Other),
    ("tier", Part::Other),
    ("region", Part::Other),
    ("app", Part::Other),
    ("namespace", Part::Other),
    ("cluster", Part::Other),
    ("labels", Part::Other),
    ("framework", Part::Other),
    ("api", Part::Api),
    ("worker", Part::Worker),
    ("service", Part::Service),
    ("pgbouncer", Part::Pgbouncer),
    ("database", Part::Database),
    ("redis", Part::Redis),
    ("nodes", Part::Nodes),
    ("network", Part::Network),
    ("off-hours", Part::Schedule),
    ("event", Part::Schedule),
    ("schedule", Part::Other),
    ("alerts", Part::Alerts),
    ("load-test", Part::LoadTest),
    ("budget", Part::Other),
    ("cost", Part::Other),
    ("deliver", Part::Other),
    ("waive", Part::Waive),
];

/// Whether the language has a top-level node named `name`.
#[must_use]
pub(super) fn is_known(name: &str) -> bool {
    NODES.iter().any(|(known, _)| *known == name)
}

/// The nodes of the top level that have a block.
pub(super) const WITH_BLOCK: [&str; 11] = [
    "api",
    "worker",
    "service",
    "pgbouncer",
    "database",
    "redis",
    "nodes",
    "off-hours",
    "event",
    "alerts",
    "load-test",
];

/// Whether the top-level node named `name` has a block.
#[must_use]
pub(super) fn has_block(name: &str) -> bool {
    WITH_BLOCK.contains(&name)
}

/// The known node whose name is nearest to `name`.
#[must_use]
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    suggest::nearest(name, NODES.iter().map(|(known, _)| *known))
}
