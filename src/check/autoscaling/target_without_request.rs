//! A utilisation of nothing.

use crate::ast::WorkloadNode;
use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Api, Quantity, Workload};
use crate::source::Sourced;

/// The rule `target-without-request`.
pub(super) static RULE: Rule = Rule {
    code: Code("target-without-request"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/target-without-request.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let pool = context.tier.stated.worker.values().next();
    for (who, workload) in workloads(context.environment) {
        let tier = if let Some(name) = Api::of_path(&who) {
            let api = context.tier.stated.api.get(&name);
            api.map(|api| &api.workload)
        } else {
            pool.map(|pool| &pool.workload)
        };
        both(&who, workload, tier, findings);
    }
}

fn both(who: &str, workload: &Workload, tier: Option<&WorkloadNode>, findings: &mut Findings) {
    let (target, requests) = (&workload.target, &workload.requests);
    let usual = tier.map(|tier| &tier.requests);
    let cpu = usual.and_then(|usual| usual.cpu.value.as_ref());
    let memory = usual.and_then(|usual| usual.memory.value.as_ref());
    let of = |target: &Option<Sourced<u32>>, request, what, usual: Option<Quantity>| {
        one(who, what, target.as_ref(), request, usual)
    };
    let cpu = cpu.map(|usual| usual.value);
    let memory = memory.map(|usual| usual.value);
    findings.extend(of(&target.cpu, &requests.cpu, "cpu", cpu));
    findings.extend(of(&target.memory, &requests.memory, "memory", memory));
}

fn one(
    who: &str,
    what: &str,
    target: Option<&Sourced<u32>>,
    request: &Sourced<Quantity>,
    usual: Option<Quantity>,
) -> Option<Finding> {
    let target = target.filter(|_| request.value.is_zero())?;
    let message = format!(
        "the target of `{who}` is {}% of its {what} request, but the request is 0",
        target.value
    );
    let path = format!("{who}.requests.{what}");
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(request, &path, "nothing is requested")
        .operand(
            target,
            &format!("{who}.target.{what}"),
            "a percentage of the request",
        );
    Some(match usual.filter(|usual| !usual.is_zero()) {
        Some(usual) => finding.repair(
            request,
            &path,
            format!("use the tier's request, {usual}"),
            format!("\"{usual}\""),
        ),
        None => finding.help(format!("request some {what}")),
    })
}
