//! Connections that are stated in two forms, or in half of one.

use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Connections;
use crate::source::Sourced;

/// The rule `connections-form`.
pub(super) static RULE: Rule = Rule {
    code: Code("connections-form"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/connections-form.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (who, workload) in workloads(context.environment) {
        findings.extend(one(&who, &workload.connections));
    }
}

/// A factor, with the last step of its path.
type ConnectionFactor<'a> = (&'static str, &'a Sourced<u32>);

fn one(who: &str, connections: &Connections) -> Option<Finding> {
    let path = |step: &str| format!("{who}.connections.{step}");
    let all = [
        ("threads", &connections.threads),
        ("concurrency", &connections.concurrency),
        ("factor", &connections.factor),
        ("processes", &connections.processes),
    ];
    let stated = all
        .into_iter()
        .filter_map(|(step, it)| Some((step, it.as_ref()?)));
    let factors: Vec<ConnectionFactor<'_>> = stated.collect();
    let finding = |message: String| {
        let start = Finding::new(RULE.code, Severity::Error, message);
        factors.iter().fold(start, |finding, (step, factor)| {
            finding.operand(factor, &path(step), "a factor of the connections")
        })
    };
    let per_pod = &connections.per_pod;
    // A record does not tell a stated number from a product.
    let product = connections.product();
    let differs = product.is_some_and(|product| product != per_pod.value);
    if let Some((first, _)) = factors.first()
        && (per_pod.is_declared() || differs)
    {
        let message = format!("`{who}` states its connections as a number and with `{first}`");
        return Some(
            finding(message)
                .operand(per_pod, &path("per-pod"), "the number")
                .help("keep one form: `per-pod=`, or `threads=` with `factor=` and `processes=`"),
        );
    }
    if let (Some(threads), Some(concurrency)) = (&connections.threads, &connections.concurrency) {
        let message = format!(
            "`{who}` states both `threads` ({}) and `concurrency` ({}), which mean the same",
            threads.value, concurrency.value
        );
        return Some(finding(message).help("keep the one that your application calls so"));
    }
    let (step, factor) = factors.first().filter(|_| connections.each().is_none())?;
    let message = format!("`{who}` states `{step}`, but not what it multiplies");
    let example = format!("`connections threads=5 {step}={}`", factor.value);
    Some(finding(message).help(format!("add `threads=` or `concurrency=`, as in {example}")))
}
