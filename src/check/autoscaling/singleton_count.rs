//! A singleton with more than one pod.

use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Workload;

/// The rule `singleton-count`.
pub(super) static RULE: Rule = Rule {
    code: Code("singleton-count"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/singleton-count.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (who, workload) in workloads(context.environment) {
        findings.extend(one(&who, workload));
    }
}

fn one(who: &str, workload: &Workload) -> Option<Finding> {
    let replicas = &workload.replicas;
    let singleton = replicas.singleton.as_ref().filter(|it| it.value)?;
    let count = replicas.count.as_ref().filter(|it| it.value != 1)?;
    let message = format!("`{who}` is a singleton, so it has exactly one pod");
    let path = format!("{who}.replicas");
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(
            singleton,
            &format!("{path}.singleton"),
            "never a second pod",
        )
        .operand(count, &format!("{path}.count"), "the number of pods");
    Some(finding.help("keep one pod with `replicas 1 singleton=#true`, or remove `singleton`"))
}
