//! A value that the tier states as well.
//!
//! Every node is destructured field by field, so an attribute that is not compared does not
//! compile.

use std::fmt::Display;

use crate::ast::{Ast, EnvironmentNode, Node, RedisNode, WorkerNode, Written};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::{Edit, Slot};
use crate::model::declaration::Repeated;

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

impl Compare<'_> {
    /// Reports repeated values that can be removed one by one.
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

    /// Every declared attribute of a node.
    fn node<N: Node>(&mut self, path: &str, file: &N, tier: &N) {
        let mut repeated = Vec::new();
        file.repeats(tier, path, &mut repeated);
        self.report(&repeated);
    }

    fn file(&mut self, file: &Ast, tier: &Ast) {
        let Ast {
            stated,
            redis_off: _, // no values
            waivers: _,
            waived_literals: _,
            broken: _,
            doubted: _,
            perhaps_waived: _,
        } = file;
        self.stated(stated, &tier.stated);
    }

    /// The declared attributes of a file, except those that belong to each file.
    fn stated(&mut self, file: &EnvironmentNode, tier: &EnvironmentNode) {
        let mut file = EnvironmentNode {
            environment: Written::default(),
            tier: Written::default(),
            region: Written::default(),
            ..file.clone()
        };
        // If another group states its uses, this line may be what keeps them here.
        let states_uses = |node: &&RedisNode| !node.uses.is_absent();
        let alone = file.redis.values().filter(states_uses).count() == 1;
        for (name, node) in &mut file.redis {
            if let Some(below) = tier.redis.get(name) {
                self.redis(&format!("redis.{name}"), node, below, alone);
            }
        }
        // A pool with a name of its own is compared with the defaults instead of the tier's pool.
        file.worker.values_mut().for_each(comparable);
        self.node("", &file, tier);
    }

    /// `alone` says that no other group of the file states its uses. An engine and its version
    /// share one line, so they are compared here and removed from the node.
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

/// Removes the queues, because a pool must state them, and the values that a scenario would change.
fn comparable(pool: &mut WorkerNode) {
    pool.queue = Written::default();
    if !pool.scenario.is_absent() {
        pool.polling = Written::default();
        pool.cooldown = Written::default();
        pool.workload.replicas.max = Written::default();
    }
}

/// A value that the tier states as well; `None` if they differ or one is absent.
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

/// A group's engine with its version, which share one line. Without a version, the tier's version.
fn engine(node: &RedisNode, tier: &RedisNode) -> Written<String> {
    let version = node.version.value.as_ref().or(tier.version.value.as_ref());
    match (&node.engine.value, version) {
        (Some(engine), Some(version)) => {
            Written::at(format!("{} {}", engine.value, version.value), engine.span)
        }
        _ => Written::default(),
    }
}
