//! A value that the tier states as well.

use std::fmt::Display;

use crate::ast::{
    AlertsNode, DatabaseNode, NodeGroupNode, PgbouncerNode, RangeNode, RedisNode, ResourcesNode,
    WorkerNode, WorkloadNode, Written,
};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Use;
use crate::source::Spanned;

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

fn check(context: &Context<'_>, findings: &mut Findings) {
    let (file, tier) = (context.file, context.tier);
    let mut compare = Compare { findings };
    compare.one("app", &file.app, &tier.app);
    compare.one("deliver.autoscalers", &file.autoscalers, &tier.autoscalers);
    compare.one("schedule.image", &file.schedule_image, &tier.schedule_image);
    compare.one("cost.reserved", &file.reserved, &tier.reserved);
    compare.alerts(&file.alerts, &tier.alerts);
    compare.workload("api", &file.api.workload, &tier.api.workload);
    // A pool of a name of its own says for itself what it is, whatever the tier's pool is like.
    for (name, node) in &file.workers {
        if let Some(below) = tier.workers.get(name) {
            compare.pool(&format!("worker.{name}"), node, below);
        }
    }
    compare.pgbouncer(&file.pgbouncer, &tier.pgbouncer);
    compare.database(&file.database, &tier.database);
    compare.storage_and_more(&file.database, &tier.database);
    for (name, node) in &file.redis {
        if let Some(below) = tier.redis.get(name) {
            compare.redis(&format!("redis.{name}"), node, below);
            // Beside another group that states its uses the line may be what keeps them here.
            if file
                .redis
                .values()
                .filter(|node| !node.uses.is_absent())
                .count()
                == 1
            {
                let path = format!("redis.{name}.uses");
                compare.one(&path, &uses(&node.uses), &uses(&below.uses));
            }
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
        let message = format!("`{path}` is `{}` in the tier too", written.value);
        self.findings.report(
            Finding::new(RULE.code, Severity::Note, message)
                .at(written.span, "says nothing new")
                .at(below.span, "the tier's own value")
                .help("remove it: the tier's value stands in"),
        );
    }

    /// Queues are left out, because a pool has to state them, and so is what a scenario would
    /// change without the line.
    fn pool(&mut self, path: &str, file: &WorkerNode, tier: &WorkerNode) {
        let at = |step: &str| format!("{path}.{step}");
        let mut workload = file.workload.clone();
        if file.scenario.is_absent() {
            self.one(&at("polling"), &file.polling, &tier.polling);
            self.one(&at("cooldown"), &file.cooldown, &tier.cooldown);
        } else {
            workload.replicas.max = Written::default();
        }
        self.workload(path, &workload, &tier.workload);
        self.one(&at("combine"), &file.combine, &tier.combine);
        self.one(&at("activation"), &file.activation, &tier.activation);
        self.one(&at("grace"), &file.grace, &tier.grace);
        self.one(&at("capacity"), &file.capacity, &tier.capacity);
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
        let (target, below) = (&file.target, &tier.target);
        self.one(&at("target.cpu"), &target.cpu, &below.cpu);
        self.one(&at("target.memory"), &target.memory, &below.memory);
        let (up, below) = (&file.scale_up, &tier.scale_up);
        self.one(&at("scale-up.window"), &up.window, &below.window);
        let (down, below) = (&file.scale_down, &tier.scale_down);
        self.one(&at("scale-down.window"), &down.window, &below.window);
        self.resources(&at("requests"), &file.requests, &tier.requests);
        self.resources(&at("limits"), &file.limits, &tier.limits);
        let (connections, below) = (&file.connections, &tier.connections);
        let per_pod = at("connections.per-pod");
        self.one(&per_pod, &connections.per_pod, &below.per_pod);
        self.one(&at("connections.env"), &connections.env, &below.env);
        let (rollout, below) = (&file.rollout, &tier.rollout);
        let unavailable = at("rollout.max-unavailable");
        self.one(
            &at("rollout.max-surge"),
            &rollout.max_surge,
            &below.max_surge,
        );
        self.one(
            &unavailable,
            &rollout.max_unavailable,
            &below.max_unavailable,
        );
    }

    fn pgbouncer(&mut self, file: &PgbouncerNode, tier: &PgbouncerNode) {
        let clients = "pgbouncer.clients.max";
        self.one("pgbouncer.instances", &file.instances, &tier.instances);
        self.one(clients, &file.clients_max, &tier.clients_max);
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
        let (replicas, below) = (&file.replicas, &tier.replicas);
        self.one("database.replicas.count", &replicas.count, &below.count);
        self.one("database.replicas.via", &replicas.via, &below.via);
        let (direct, below) = (&file.direct, &tier.direct);
        let at = |what: &str| format!("database.direct.{what}");
        self.one(&at("monitoring"), &direct.monitoring, &below.monitoring);
        self.one(&at("replication"), &direct.replication, &below.replication);
        self.one(&at("admin"), &direct.admin, &below.admin);
        self.one(&at("migrations"), &direct.migrations, &below.migrations);
        self.one("database.tls", &file.tls, &tier.tls);
    }

    fn storage_and_more(&mut self, file: &DatabaseNode, tier: &DatabaseNode) {
        let (storage, below) = (&file.storage, &tier.storage);
        self.one("database.storage.gib", &storage.gib, &below.gib);
        self.one("database.storage.max-gib", &storage.max_gib, &below.max_gib);
        self.one("database.storage.type", &storage.kind, &below.kind);
        let (backup, maintenance) = ("database.backup", "database.maintenance");
        let (window, below) = (&file.maintenance_window, &tier.maintenance_window);
        self.one(
            &format!("{backup}.days"),
            &file.backup_days,
            &tier.backup_days,
        );
        self.one(
            &format!("{backup}.window"),
            &file.backup_window,
            &tier.backup_window,
        );
        self.one(&format!("{maintenance}.window"), window, below);
        let (apply, below) = (&file.maintenance_apply, &tier.maintenance_apply);
        self.one(&format!("{maintenance}.apply"), apply, below);
    }

    fn redis(&mut self, path: &str, file: &RedisNode, tier: &RedisNode) {
        let at = |step: &str| format!("{path}.{step}");
        self.one(&at("engine"), &engine(file, tier), &engine(tier, tier));
        self.one(&at("node"), &file.node, &tier.node);
        self.one(&at("replicas"), &file.replicas, &tier.replicas);
        self.one(&at("policy"), &file.policy, &tier.policy);
        self.one(&at("tls"), &file.tls, &tier.tls);
        self.one(&at("cluster.shards"), &file.shards, &tier.shards);
    }

    fn alerts(&mut self, file: &AlertsNode, tier: &AlertsNode) {
        let at = |step: &str| format!("alerts.{step}");
        self.one(&at("api-cpu"), &file.api_cpu, &tier.api_cpu);
        self.one(&at("api-memory"), &file.api_memory, &tier.api_memory);
        self.one(&at("queue-depth"), &file.queue_depth, &tier.queue_depth);
        self.one(&at("db-cpu"), &file.db_cpu, &tier.db_cpu);
        let connections = at("db-connections");
        self.one(&connections, &file.db_connections, &tier.db_connections);
        self.one(&at("db-storage"), &file.db_storage, &tier.db_storage);
        let forecast = at("storage-forecast");
        self.one(&forecast, &file.storage_forecast, &tier.storage_forecast);
        self.one(&at("replica-lag"), &file.replica_lag, &tier.replica_lag);
        self.one(&at("redis-memory"), &file.redis_memory, &tier.redis_memory);
        self.one(&at("redis-ops"), &file.redis_ops, &tier.redis_ops);
        self.one(&at("redis-ops.benchmark"), &file.benchmark, &tier.benchmark);
        self.one(&at("pool-wait"), &file.pool_wait, &tier.pool_wait);
        self.one(&at("at-maximum"), &file.at_maximum, &tier.at_maximum);
        self.one(&at("paused"), &file.paused, &tier.paused);
        self.one(&at("sustained"), &file.sustained, &tier.sustained);
        self.one(&at("source.database"), &file.database, &tier.database);
        self.one(&at("source.redis"), &file.redis, &tier.redis);
        self.one(&at("source.pgbouncer"), &file.pgbouncer, &tier.pgbouncer);
    }

    fn group(&mut self, path: &str, file: &NodeGroupNode, tier: &NodeGroupNode) {
        self.one(&format!("{path}.instance"), &file.instance, &tier.instance);
        self.range(&format!("{path}.count"), &file.count, &tier.count);
        self.one(&format!("{path}.capacity"), &file.capacity, &tier.capacity);
    }
}

/// A group's engine with its version, which stand on one line; without a version, the tier's.
fn engine(node: &RedisNode, tier: &RedisNode) -> Written<String> {
    let version = node.version.value.as_ref().or(tier.version.value.as_ref());
    match (&node.engine.value, version) {
        (Some(engine), Some(version)) => {
            Written::at(format!("{} {}", engine.value, version.value), engine.span)
        }
        _ => Written::default(),
    }
}

/// A list of uses, in one order.
fn uses(written: &Written<Vec<Spanned<Use>>>) -> Written<String> {
    let Some(list) = &written.value else {
        return Written::default();
    };
    let mut words: Vec<String> = list
        .value
        .iter()
        .map(|item| item.value.to_string())
        .collect();
    words.sort_unstable();
    Written::at(words.join(" "), list.span)
}
