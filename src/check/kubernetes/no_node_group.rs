//! Pods that no node group takes.

use crate::ast::TopPart;
use crate::budget::packing::{self, Asking};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::suggest;
use crate::diagnostic::{Code, Severity};
use crate::edit::Edit;
use crate::model::{Name, NodeGroup, Worker};

/// The rule `no-node-group`.
pub(super) static RULE: Rule = Rule {
    code: Code("no-node-group"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[
        TopPart::Api,
        TopPart::Worker,
        TopPart::Service,
        TopPart::Nodes,
    ],
    explanation: include_str!("../../diagnostic/explain/no-node-group.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    if environment.nodes.is_empty() {
        findings.report(none_left(context));
        return;
    }
    let asking = packing::asking(environment).into_iter();
    let without: Vec<Asking<'_>> = asking
        .filter(|asking| asking.pods > 0 && !taken(context, asking))
        .collect();
    let open = |asking: &Asking<'_>| !packing::open_to(environment, asking.wants.pool).is_empty();
    let (bought, shut): (Vec<_>, Vec<_>) = without.into_iter().partition(open);
    findings.extend(
        bought
            .iter()
            .filter_map(|asking| bought_otherwise(context, asking)),
    );
    findings.extend(shut_out(context, &shut));
}

/// Whether any group takes the pods, whatever its architecture. A group that names a pool takes it
/// even if its capacity type differs from the pool's.
fn taken(context: &Context<'_>, asking: &Asking<'_>) -> bool {
    let environment = context.environment;
    let asked = asking
        .wants
        .pool
        .and_then(|pool| environment.worker.get(pool))
        .map(|pool| pool.capacity.value);
    let among = asking.wants.placement.among(&environment.nodes);
    let bought = |group: &NodeGroup| asked.is_none_or(|asked| group.capacity.value == asked);
    among.into_iter().any(|(_, group)| bought(group))
}

/// Every group is switched off.
fn none_left(context: &Context<'_>) -> Finding {
    let message = "every node group is turned off, so no pod can run";
    let mut finding = Finding::new(RULE.code, Severity::Error, message);
    for (name, node) in &context.file.stated.nodes {
        if let Some(max) = &node.count.max.value {
            finding = finding.at(max.span, format!("`{name}` has no nodes"));
        }
    }
    finding.help("give one group a `count max` above 0")
}

/// Every group runs named pools alone.
fn shut_out(context: &Context<'_>, without: &[Asking<'_>]) -> Option<Finding> {
    let whose: Vec<&str> = without.iter().map(|asking| asking.who.as_str()).collect();
    if whose.is_empty() {
        return None;
    }
    let message = format!(
        "no node group takes {}, because every group takes only named pools",
        suggest::list(whose)
    );
    let mut finding = Finding::new(RULE.code, Severity::Error, message);
    let groups = context.environment.nodes.values();
    for runs in groups.flat_map(|group| &group.runs) {
        finding = finding.written(runs, "only this pool");
    }
    Some(finding.help("add a group without `runs`, or remove `runs` from a group"))
}

/// The groups open to a pool have another capacity type. Other workloads have no such choice, and
/// another rule reports them.
fn bought_otherwise(context: &Context<'_>, asking: &Asking<'_>) -> Option<Finding> {
    let environment = context.environment;
    let (who, name) = (&asking.who, asking.wants.pool?);
    let open = packing::open_to(environment, Some(name));
    let pool = environment.worker.get(name)?;
    let capacity = &pool.capacity;
    let message = format!(
        "no node group takes `{who}`, which needs {} nodes",
        capacity.value
    );
    let mut finding = Finding::new(RULE.code, Severity::Error, message).operand(
        capacity,
        &format!("{who}.capacity"),
        "the pool needs this capacity",
    );
    for (name, group) in &open {
        let path = format!("nodes.{name}.capacity");
        finding = finding.operand(&group.capacity, &path, format!("the nodes of `{name}`"));
        for runs in &group.runs {
            finding = finding.written(runs, "the pool that runs there");
        }
    }
    Some(match open.first() {
        Some((name, group)) => repair(finding, who, pool, name, group),
        None => finding,
    })
}

/// The advice: the pool takes the available capacity type, or a group changes its own.
fn repair(finding: Finding, who: &str, pool: &Worker, name: &Name, group: &NodeGroup) -> Finding {
    let (has, wants) = (group.capacity.value, pool.capacity.value);
    let message = format!("run the pool on the {has} nodes of `{name}`");
    let path = format!("{who}.capacity");
    let finding = finding.repair(&pool.capacity, &path, message, format!("\"{has}\""));
    // A group that names the pool is the only one that takes it.
    if !group.runs.is_empty() {
        let message = format!("make the nodes of `{name}` {wants}");
        let path = format!("nodes.{name}.capacity");
        return finding.repair(&group.capacity, &path, message, format!("\"{wants}\""));
    }
    let nodes = format!(
        "instance \"{}\"; count min=0 max={}; capacity \"{wants}\"",
        group.instance.value, group.count.max.value
    );
    let edit = Edit::insert(format!("nodes.{name}-{wants}"), nodes);
    finding.offer("or add a second group", edit)
}
