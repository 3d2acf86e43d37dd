//! A value that the tier states as well.
//!
//! Every node is taken apart field by field, so that an attribute which nobody compares does not
//! build.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::ast::{
    ApiNode, Ast, ConnectionsNode, DriverNode, EnvironmentNode, FallbackNode, MetricNode, Node,
    PolicyNode, RedisNode, RolloutNode, ScalingNode, ServiceNode, TargetNode, WorkerNode,
    WorkloadNode, Written,
};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::{Edit, Slot};
use crate::model::declaration::Repeated;
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
    let mut compare = Compare { findings };
    compare.file(context.file, context.tier);
}

struct Compare<'a> {
    findings: &'a mut Findings,
}

/// Nodes with names, of the file and of the tier: those that both have.
fn both<'a, K: Ord + Display, A>(
    file: &'a BTreeMap<K, A>,
    tier: &'a BTreeMap<K, A>,
) -> impl Iterator<Item = (&'a K, &'a A, &'a A)> {
    file.iter()
        .filter_map(|(name, node)| Some((name, node, tier.get(name)?)))
}

impl Compare<'_> {
    fn one<T: PartialEq + Display>(&mut self, path: &str, file: &Written<T>, tier: &Written<T>) {
        let repeated = repeated(path, file, tier);
        self.report(repeated.as_slice());
    }

    /// Reports values that are removed each by itself.
    fn report(&mut self, repeated: &[Repeated]) {
        for repeated in repeated {
            // A list of nodes is no single place.
            let edit = Edit::remove(repeated.path.as_str());
            let address = edit.address().filter(|it| it.slot != Slot::Node);
            let edits = address.map(|_| edit).into_iter().collect();
            self.report_with(repeated, edits);
        }
    }

    fn report_with(&mut self, repeated: &Repeated, edits: Vec<Edit>) {
        let Repeated {
            path,
            value,
            file,
            tier,
        } = repeated;
        let message = format!("`{path}` is already `{value}` in the tier");
        self.findings.report(
            Finding::new(RULE.code, Severity::Note, message)
                .at(*file, "the same value")
                .at(*tier, "the tier's own value")
                .help_by("remove it: the tier's value applies", edits),
        );
    }

    /// Every attribute that is declared of a node.
    fn node<N: Node>(&mut self, path: &str, file: &N, tier: &N) {
        let mut repeated = Vec::new();
        file.repeats(tier, path, &mut repeated);
        self.report(&repeated);
    }

    fn file(&mut self, file: &Ast, tier: &Ast) {
        let Ast {
            stated,
            api,
            workers,
            services,
            off_hours: _, // complete in themselves, as are events and load tests
            events: _,
            load_tests: _,
            waivers: _, // no values
            waived_literals: _,
            broken: _,
            doubted: _,
            perhaps_waived: _,
        } = file;
        self.stated(stated, &tier.stated);
        self.api(api, &tier.api);
        // A pool with its own name is compared with the defaults, not with the tier's pool.
        for (name, node, below) in both(workers, &tier.workers) {
            self.pool(&format!("worker.{name}"), node, below);
        }
        for (name, node, below) in both(services, &tier.services) {
            self.service(&format!("service.{name}"), node, below);
        }
    }

    /// What is declared of a file, but for what is each file's own.
    fn stated(&mut self, file: &EnvironmentNode, tier: &EnvironmentNode) {
        let mut file = EnvironmentNode {
            environment: Written::default(),
            tier: Written::default(),
            region: Written::default(),
            ..file.clone()
        };
        // Beside another group that states its uses the line may be what keeps them here.
        let states_uses = |node: &&RedisNode| !node.uses.is_absent();
        let alone = file.redis.values().filter(states_uses).count() == 1;
        for (name, node) in &mut file.redis {
            if let Some(below) = tier.redis.get(name) {
                self.redis(&format!("redis.{name}"), node, below, alone);
            }
        }
        self.node("", &file, tier);
    }

    fn by_key(
        &mut self,
        path: &str,
        file: &BTreeMap<String, Written<String>>,
        tier: &BTreeMap<String, Written<String>>,
    ) {
        for (key, written, below) in both(file, tier) {
            self.one(&format!("{path}.{key}"), written, below);
        }
    }

    fn api(&mut self, file: &ApiNode, tier: &ApiNode) {
        let ApiNode { workload, metrics } = file;
        self.workload("api", workload, &tier.workload);
        let (metrics, below) = (list(metrics, metric), list(&tier.metrics, metric));
        self.one("api.metric", &metrics, &below);
    }

    /// Queues are left out, because a pool has to state them, and so is what a scenario would
    /// change without the line.
    fn pool(&mut self, path: &str, file: &WorkerNode, tier: &WorkerNode) {
        let at = |step: &str| format!("{path}.{step}");
        let WorkerNode {
            workload,
            queues: _,
            combine,
            scenario,
            polling,
            cooldown,
            activation,
            fallback: FallbackNode { replicas, failures },
            grace,
            capacity,
            tolerate,
            pause,
        } = file;
        let mut workload = workload.clone();
        if scenario.is_absent() {
            self.one(&at("polling"), polling, &tier.polling);
            self.one(&at("cooldown"), cooldown, &tier.cooldown);
        } else {
            workload.replicas.max = Written::default();
        }
        self.workload(path, &workload, &tier.workload);
        self.one(&at("combine"), combine, &tier.combine);
        self.one(&at("scenario"), scenario, &tier.scenario);
        self.one(&at("activation"), activation, &tier.activation);
        let below = &tier.fallback;
        self.one(&at("fallback.replicas"), replicas, &below.replicas);
        self.one(&at("fallback.failures"), failures, &below.failures);
        self.one(&at("grace"), grace, &tier.grace);
        self.one(&at("capacity"), capacity, &tier.capacity);
        let (tolerate, below) = (sorted(tolerate), sorted(&tier.tolerate));
        self.one(&at("tolerate"), &tolerate, &below);
        self.one(&at("pause"), pause, &tier.pause);
    }

    fn scaling(&mut self, path: &str, file: &ScalingNode, tier: &ScalingNode) {
        let ScalingNode {
            window,
            policies,
            select,
        } = file;
        self.one(&format!("{path}.window"), window, &tier.window);
        let (policies, below) = (list(policies, policy), list(&tier.policies, policy));
        self.one(path, &policies, &below);
        self.one(&format!("{path}.select"), select, &tier.select);
    }

    fn connections(&mut self, path: &str, file: &ConnectionsNode, tier: &ConnectionsNode) {
        let ConnectionsNode {
            per_pod,
            env,
            via,
            lifetime,
            lifetime_env,
        } = file;
        self.one(&format!("{path}.per-pod"), per_pod, &tier.per_pod);
        self.one(&format!("{path}.env"), env, &tier.env);
        self.one(&format!("{path}.via"), via, &tier.via);
        self.one(&format!("{path}.lifetime"), lifetime, &tier.lifetime);
        let told = format!("{path}.lifetime-env");
        self.one(&told, lifetime_env, &tier.lifetime_env);
    }

    fn driver(&mut self, path: &str, file: &DriverNode, tier: &DriverNode) {
        let DriverNode {
            driver,
            version,
            libpq,
        } = file;
        self.one(path, driver, &tier.driver);
        self.one(&format!("{path}.version"), version, &tier.version);
        self.one(&format!("{path}.libpq"), libpq, &tier.libpq);
    }

    fn workload(&mut self, path: &str, file: &WorkloadNode, tier: &WorkloadNode) {
        let at = |step: &str| format!("{path}.{step}");
        let WorkloadNode {
            place: _,
            name,
            image,
            replicas,
            target: TargetNode { cpu, memory },
            scale_up,
            scale_down,
            requests,
            limits,
            connections,
            rollout:
                RolloutNode {
                    max_surge,
                    max_unavailable,
                },
            hold,
            arch,
            driver,
            env,
        } = file;
        self.one(&at("name"), name, &tier.name);
        self.one(&at("image"), image, &tier.image);
        self.node(&at("replicas"), replicas, &tier.replicas);
        self.one(&at("target.cpu"), cpu, &tier.target.cpu);
        self.one(&at("target.memory"), memory, &tier.target.memory);
        self.scaling(&at("scale-up"), scale_up, &tier.scale_up);
        self.scaling(&at("scale-down"), scale_down, &tier.scale_down);
        self.node(&at("requests"), requests, &tier.requests);
        self.node(&at("limits"), limits, &tier.limits);
        self.connections(&at("connections"), connections, &tier.connections);
        let below = &tier.rollout;
        self.one(&at("rollout.max-surge"), max_surge, &below.max_surge);
        let unavailable = at("rollout.max-unavailable");
        self.one(&unavailable, max_unavailable, &below.max_unavailable);
        self.one(&at("hold"), hold, &tier.hold);
        self.one(&at("arch"), arch, &tier.arch);
        self.driver(&at("driver"), driver, &tier.driver);
        self.by_key(&at("env"), env, &tier.env);
    }

    fn service(&mut self, path: &str, file: &ServiceNode, tier: &ServiceNode) {
        let ServiceNode {
            place: _,
            replicas,
            requests,
            connections,
            driver,
        } = file;
        self.one(&format!("{path}.replicas"), replicas, &tier.replicas);
        self.node(&format!("{path}.requests"), requests, &tier.requests);
        let at = format!("{path}.connections");
        self.connections(&at, connections, &tier.connections);
        self.driver(&format!("{path}.driver"), driver, &tier.driver);
    }

    /// `alone` says that no other group of the file states its uses. An engine and its version stand on
    /// one line, and are compared and taken out of the node here.
    fn redis(&mut self, path: &str, file: &mut RedisNode, tier: &RedisNode, alone: bool) {
        if !alone {
            file.uses = Written::default();
        }
        if !file.engine.is_absent() {
            let at = format!("{path}.engine");
            if let Some(repeated) = repeated(&at, &engine(file, tier), &engine(tier, tier)) {
                let both = [at.clone(), format!("{at}.version")];
                self.report_with(&repeated, both.map(Edit::remove).to_vec());
            }
            file.engine = Written::default();
            file.version = Written::default();
        }
    }
}

/// A value that the tier states as well; none where they differ or one of them is absent.
fn repeated<T: PartialEq + Display>(
    path: &str,
    file: &Written<T>,
    tier: &Written<T>,
) -> Option<Repeated> {
    let (written, below) = (file.value.as_ref()?, tier.value.as_ref()?);
    (written.value == below.value).then(|| Repeated {
        path: path.to_owned(),
        value: written.value.to_string(),
        file: written.span,
        tier: below.span,
    })
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

/// A list as one text, in its order.
fn list<T>(written: &Written<Vec<T>>, text: impl Fn(&T) -> String) -> Written<String> {
    let Some(list) = &written.value else {
        return Written::default();
    };
    let words: Vec<String> = list.value.iter().map(text).collect();
    Written::at(words.join("; "), list.span)
}

/// A list of which the order means nothing.
fn sorted<T: Display>(written: &Written<Vec<Spanned<T>>>) -> Written<String> {
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

fn policy(policy: &PolicyNode) -> String {
    let PolicyNode { kind, value, every } = policy;
    format!("{} {} every={}", kind.value, value.value, every.value)
}

fn metric(metric: &MetricNode) -> String {
    let MetricNode { metric, average } = metric;
    format!("{} average={}", metric.value, average.value)
}
