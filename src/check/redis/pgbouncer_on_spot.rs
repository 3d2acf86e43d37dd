//! The pooler on capacity that goes away.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Capacity;

/// The rule `pgbouncer-on-spot`.
pub(super) static RULE: Rule = Rule {
    code: Code("pgbouncer-on-spot"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Nodes],
    explanation: include_str!("../../diagnostic/explain/pgbouncer-on-spot.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let open: Vec<_> = context
        .environment
        .nodes
        .iter()
        .filter(|(_, group)| group.runs.is_empty() && group.count.max.value > 0)
        .collect();
    let spot = |capacity: Capacity| capacity == Capacity::Spot;
    if open.is_empty() || !open.iter().all(|(_, group)| spot(group.capacity.value)) {
        return;
    }
    let message = "PgBouncer can run on spot capacity alone";
    let mut finding = Finding::new(RULE.code, Severity::Warning, message);
    for (name, group) in open {
        let path = format!("nodes.{name}.capacity");
        finding = finding
            .operand(&group.capacity, &path, format!("the group `{name}`"))
            .given(&group.count.max);
    }
    findings.report(finding.help("set `capacity \"on-demand\"` on one of these groups"));
}
