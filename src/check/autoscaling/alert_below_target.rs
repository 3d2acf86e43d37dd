//! An alert that fires in a steady state: on the API while its autoscaler adds no pods, on a pool
//! that KEDA leaves at zero, on a Redis group that holds its expected data.

mod asleep;
mod full;

use super::super::{Context, Finding, Findings, Rule};
use super::target_unreachable::{UtilisedResource, is_unreachable};
use crate::diagnostic::{Code, Severity};
use crate::model::{Api, Name, Resources, Workload};

/// The rule `alert-below-target`.
pub(super) static RULE: Rule = Rule {
    code: Code("alert-below-target"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/alert-below-target.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, api) in &context.environment.api {
        let workload = &api.workload;
        let (min, max) = workload.bounds();
        // A held count has no target.
        if min < max {
            let found = [
                cpu(context, name, workload),
                memory(context, name, workload),
            ];
            let bounds = &workload.replicas;
            let found = found.into_iter().flatten();
            findings.extend(found.map(|it| it.given(&bounds.min).given(&bounds.max)));
        }
    }
    asleep::check(context, findings);
    full::check(context, findings);
}

/// An HPA does nothing up to a tenth above its target (its tolerance). Another rule reports a
/// target above the limit.
fn cpu(context: &Context<'_>, name: &Name, workload: &Workload) -> Option<Finding> {
    if is_unreachable(workload, UtilisedResource::Cpu) {
        return None;
    }
    let (target, alert) = (
        workload.target.cpu.as_ref()?,
        &context.environment.alerts.api_cpu,
    );
    let steady = u64::from(target.value) * 11;
    let least = steady / 10 + 1;
    let message = format!(
        "the CPU alert of {} fires above {}%, but the autoscaler adds no pod up to {}.{}%",
        Api::called(name),
        alert.value,
        steady / 10,
        steady % 10
    );
    if u64::from(alert.value) * 10 > steady {
        return None;
    }
    let path = format!("{}.target.cpu", Api::path(name));
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(alert, "alerts.api-cpu", "the alert's threshold")
        .operand(target, &path, "the autoscaler's target")
        .given(&workload.requests.cpu)
        .given(&workload.limits.cpu)
        .note(format!(
            "the autoscaler adds pods only above {}% x 1.1 = {}.{}%",
            target.value,
            steady / 10,
            steady % 10
        ));
    // Usage cannot exceed the limit, so a higher threshold never fires.
    let fires = UtilisedResource::Cpu.most(workload);
    Some(match fires.filter(|most| *most <= u128::from(least)) {
        Some(most) => finding.help(format!(
            "raise `limits cpu=`, or lower `target cpu=`: no whole percentage is above that and below the limit, which is {most}% of the request"
        )),
        None => finding.repair(
            alert,
            "alerts.api-cpu",
            format!("raise the threshold to {least}, the smallest above that point"),
            least.to_string(),
        ),
    })
}

/// The target is relative to the request, the alert to the limit.
fn memory(context: &Context<'_>, name: &Name, workload: &Workload) -> Option<Finding> {
    if is_unreachable(workload, UtilisedResource::Memory) {
        return None;
    }
    let (target, alert) = (
        workload.target.memory.as_ref()?,
        &context.environment.alerts.api_memory,
    );
    let memory = |of: &Resources| u128::from(of.memory.value.mebibytes());
    let (request, limit) = (memory(&workload.requests), memory(&workload.limits));
    let steady = u128::from(target.value) * 11 * request;
    let message = format!(
        "the memory alert of {} fires above {}% of the limit, but the autoscaler adds pods only at higher usage",
        Api::called(name),
        alert.value
    );
    let path = |step: &str| format!("{}.{step}", Api::path(name));
    (limit > 0 && u128::from(alert.value) * 10 * limit <= steady).then(|| {
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(alert, "alerts.api-memory", "the alert's threshold")
            .operand(target, &path("target.memory"), "the autoscaler's target")
            .operand(&workload.requests.memory, &path("requests.memory"), "the target is a percentage of this")
            .operand(
                &workload.limits.memory,
                &path("limits.memory"),
                "the alert is a percentage of this",
            )
            .note(format!(
                "the autoscaler adds pods only above {}% x 1.1 x {request}Mi / {limit}Mi = {}% of the limit",
                target.value,
                steady / (10 * limit)
            ))
            .help("raise `limits memory=`, or lower `target memory=`")
    })
}
