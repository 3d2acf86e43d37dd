//! The pooler without a node that stays.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::Edit;
use crate::model::{Capacity, Environment, Name, NodeGroup};

/// The rule `pgbouncer-on-spot`.
pub(super) static RULE: Rule = Rule {
    code: Code("pgbouncer-on-spot"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Nodes, TopPart::Worker],
    explanation: include_str!("../../diagnostic/explain/pgbouncer-on-spot.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let groups = &context.environment.nodes;
    let open: Vec<_> = groups
        .iter()
        .filter(|(_, group)| group.runs.is_empty())
        .collect();
    let stays = |capacity: Capacity| capacity == Capacity::OnDemand;
    if open.is_empty() || open.iter().any(|(_, group)| stays(group.capacity.value)) {
        return;
    }
    let message = "PgBouncer can run only on spot nodes, and AWS reclaims a spot node before PgBouncer has drained";
    let mut finding = Finding::new(RULE.code, Severity::Error, message);
    for (name, group) in &open {
        let path = format!("nodes.{name}.capacity");
        finding = finding
            .operand(&group.capacity, &path, format!("the group `{name}`"))
            .given(&group.count.max);
    }
    findings.report(match open.first() {
        Some((name, group)) => repair(finding, context.environment, name, group),
        None => finding,
    });
}

/// The advice: on demand if no pool needs the spot nodes, else a second group of the same size.
fn repair(finding: Finding, environment: &Environment, name: &Name, group: &NodeGroup) -> Finding {
    let mut pools = environment.worker.values();
    if !pools.any(|pool| pool.capacity.value == Capacity::Spot) {
        let path = format!("nodes.{name}.capacity");
        let message = "make one of these groups on-demand";
        return finding.repair(&group.capacity, &path, message, "\"on-demand\"");
    }
    let nodes = format!(
        "instance \"{}\"; count min={} max={}",
        group.instance.value, group.count.min.value, group.count.max.value
    );
    let edit = Edit::insert(format!("nodes.{name}-on-demand"), nodes);
    finding.offer("add an on-demand group", edit)
}
