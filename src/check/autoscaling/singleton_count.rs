//! A singleton with more than one pod.

use crate::ast::{WorkloadNode, Written};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Workload;
use crate::source::Span;

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
    let (file, environment) = (context.file, context.environment);
    let api = &file.stated.api.workload;
    findings.extend(one("api", &environment.api.workload, Some(api)));
    for (name, pool) in &environment.worker {
        let written = file.stated.worker.get(name).map(|node| &node.workload);
        findings.extend(one(&format!("worker.{name}"), &pool.workload, written));
    }
}

fn one(who: &str, workload: &Workload, written: Option<&WorkloadNode>) -> Option<Finding> {
    let replicas = &workload.replicas;
    let singleton = replicas.singleton.as_ref().filter(|it| it.value)?;
    let count = replicas.count.as_ref()?;
    let bounds = written.map(|written| [&written.replicas.min, &written.replicas.max]);
    let other = bounds.into_iter().flatten().find_map(not_one);
    if count.value == 1 && other.is_none() {
        return None;
    }
    let message = format!("`{who}` is a singleton, so it has exactly one pod");
    let path = format!("{who}.replicas");
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(
            singleton,
            &format!("{path}.singleton"),
            "never a second pod",
        )
        .operand(count, &format!("{path}.count"), "the number of pods");
    let finding = match other {
        Some(span) => finding.at(span, "bounds of an autoscaler"),
        None => finding,
    };
    Some(finding.help("keep one pod with `replicas 1 singleton=#true`, or remove `singleton`"))
}

/// The place of a bound other than 1.
fn not_one(bound: &Written<u32>) -> Option<Span> {
    let bound = bound.value.as_ref().filter(|bound| bound.value != 1);
    bound.map(|bound| bound.span)
}
