//! Queues that are combined by the fullest alone.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Combine;

/// The rule `queues-share-a-pool`.
pub(super) static RULE: Rule = Rule {
    code: Code("queues-share-a-pool"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Worker],
    explanation: include_str!("../../diagnostic/explain/queues-share-a-pool.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        if worker.queue.len() < 2 || worker.combine.value != Combine::Max {
            continue;
        }
        let message = format!(
            "`worker.{name}` drains {} queues and is sized for the fullest alone",
            worker.queue.len()
        );
        let mut finding = Finding::new(RULE.code, Severity::Warning, message).operand(
            &worker.combine,
            &format!("worker.{name}.combine"),
            "the fullest queue decides",
        );
        for queue in &worker.queue {
            let path = format!("worker.{name}.queue.{}.list", queue.list.value);
            finding = finding.operand(&queue.list, &path, "one of the queues");
        }
        findings.report(finding.repair(
            &worker.combine,
            "size it for the sum: `combine \"sum\"`",
            "\"sum\"",
        ));
    }
}
