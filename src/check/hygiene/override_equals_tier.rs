//! A value that the tier states as well.

use std::fmt::Display;

use crate::ast::{
    DatabaseNode, NodeGroupNode, PgbouncerNode, RangeNode, RedisNode, ResourcesNode, WorkloadNode,
    Written,
};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `override-equals-tier`.
pub(super) static RULE: Rule = Rule {
    code: Code("override-equals-tier"),
    severity: Severity::Note,
    waivable: true,
    steady: false,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/override-equals-tier.md"),
    check,
};

/// Pools are left out: a file that names one names them all, and what it repeats may be meant.
fn check(context: &Context<'_>, findings: &mut Findings) {
    let (file, tier) = (context.file, context.tier);
    let mut compare = Compare { findings };
    compare.workload("api", &file.api.workload, &tier.api.workload);
    compare.pgbouncer(&file.pgbouncer, &tier.pgbouncer);
    compare.database(&file.database, &tier.database);
    for (name, node) in &file.redis {
        if let Some(below) = tier.redis.get(name) {
            compare.redis(&format!("redis.{name}"), node, below);
        }
    }
    for (name, node) in &file.nodes {
        if let Some(below) = tier.nodes.get(name) {
            compare.group(&format!("nodes.{name}"), node, below);
        }
    }
}

struct Compare<'a> {
    findings: &'a mut Findings,
}

impl Compare<'_> {
    fn one<T: PartialEq + Display>(&mut self, path: &str, file: &Written<T>, tier: &Written<T>) {
        let (Some(written), Some(below)) = (&file.value, &tier.value) else {
            return;
        };
        if written.value != below.value {
            return;
        }
        let message = format!("`{path}` is {} in the tier too", written.value);
        self.findings.report(
            Finding::new(RULE.code, Severity::Note, message)
                .at(written.span, "says nothing new")
                .at(below.span, "the tier's own value")
                .help("remove it: the tier's value stands in"),
        );
    }

    fn range(&mut self, path: &str, file: &RangeNode, tier: &RangeNode) {
        self.one(&format!("{path}.min"), &file.min, &tier.min);
        self.one(&format!("{path}.max"), &file.max, &tier.max);
    }

    fn resources(&mut self, path: &str, file: &ResourcesNode, tier: &ResourcesNode) {
        self.one(&format!("{path}.cpu"), &file.cpu, &tier.cpu);
        self.one(&format!("{path}.memory"), &file.memory, &tier.memory);
    }

    fn workload(&mut self, path: &str, file: &WorkloadNode, tier: &WorkloadNode) {
        let at = |step: &str| format!("{path}.{step}");
        self.range(&at("replicas"), &file.replicas, &tier.replicas);
        self.one(&at("target.cpu"), &file.target.cpu, &tier.target.cpu);
        self.one(
            &at("target.memory"),
            &file.target.memory,
            &tier.target.memory,
        );
        self.resources(&at("requests"), &file.requests, &tier.requests);
        self.resources(&at("limits"), &file.limits, &tier.limits);
        let (connections, below) = (&file.connections, &tier.connections);
        self.one(
            &at("connections.per-pod"),
            &connections.per_pod,
            &below.per_pod,
        );
    }

    fn pgbouncer(&mut self, file: &PgbouncerNode, tier: &PgbouncerNode) {
        self.one("pgbouncer.instances", &file.instances, &tier.instances);
        self.one(
            "pgbouncer.clients.max",
            &file.clients_max,
            &tier.clients_max,
        );
        self.one("pgbouncer.mode", &file.mode, &tier.mode);
        self.one("pgbouncer.image", &file.image, &tier.image);
        self.resources("pgbouncer.requests", &file.requests, &tier.requests);
        self.resources("pgbouncer.limits", &file.limits, &tier.limits);
        self.one("pgbouncer.drain", &file.drain, &tier.drain);
    }

    fn database(&mut self, file: &DatabaseNode, tier: &DatabaseNode) {
        let max = "database.max-connections";
        self.one("database.instance", &file.instance, &tier.instance);
        self.one("database.engine", &file.engine, &tier.engine);
        self.one(max, &file.max_connections, &tier.max_connections);
        self.one("database.multi-az", &file.multi_az, &tier.multi_az);
        let (storage, below) = (&file.storage, &tier.storage);
        self.one("database.storage.gib", &storage.gib, &below.gib);
        self.one("database.storage.max-gib", &storage.max_gib, &below.max_gib);
        self.one("database.storage.type", &storage.kind, &below.kind);
        let (replicas, below) = (&file.replicas, &tier.replicas);
        self.one("database.replicas.count", &replicas.count, &below.count);
        self.one("database.backup.days", &file.backup_days, &tier.backup_days);
        self.one("database.tls", &file.tls, &tier.tls);
    }

    fn redis(&mut self, path: &str, file: &RedisNode, tier: &RedisNode) {
        self.one(&format!("{path}.node"), &file.node, &tier.node);
        self.one(&format!("{path}.replicas"), &file.replicas, &tier.replicas);
        self.one(&format!("{path}.policy"), &file.policy, &tier.policy);
        self.one(&format!("{path}.tls"), &file.tls, &tier.tls);
    }

    fn group(&mut self, path: &str, file: &NodeGroupNode, tier: &NodeGroupNode) {
        self.one(&format!("{path}.instance"), &file.instance, &tier.instance);
        self.range(&format!("{path}.count"), &file.count, &tier.count);
        self.one(&format!("{path}.capacity"), &file.capacity, &tier.capacity);
    }
}
