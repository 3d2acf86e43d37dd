//! An alert above the maximum of its metric.

use super::target_unreachable::UtilisedResource;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Api, Name, Workload};
use crate::source::Sourced;

/// The rule `alert-never-fires`.
pub(super) static RULE: Rule = Rule {
    code: Code("alert-never-fires"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/alert-never-fires.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, api) in &context.environment.api {
        findings.extend(cpu(context, name, &api.workload));
    }
    let alerts = &context.environment.alerts;
    // Percentages of a total: each alert compares with `>`.
    for (name, threshold, of) in [
        ("api-memory", &alerts.api_memory, "memory use"),
        ("db-cpu", &alerts.db_cpu, "CPU use"),
        ("db-storage", &alerts.db_storage, "storage use"),
    ] {
        findings.extend(whole(name, threshold, of));
    }
}

/// The alert is relative to the request, and usage ends at the limit.
fn cpu(context: &Context<'_>, name: &Name, workload: &Workload) -> Option<Finding> {
    let alert = &context.environment.alerts.api_cpu;
    let most = UtilisedResource::Cpu.most(workload)?;
    if u128::from(alert.value) < most {
        return None;
    }
    let (request, limit) = (&workload.requests.cpu, &workload.limits.cpu);
    let message = format!(
        "the CPU alert of {} fires above {}% of the request, but the limit caps usage at {most}%",
        Api::called(name),
        alert.value
    );
    let path = |step: &str| format!("{}.{step}", Api::path(name));
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(alert, "alerts.api-cpu", "the alert's threshold")
        .operand(limit, &path("limits.cpu"), "a pod is throttled here")
        .operand(
            request,
            &path("requests.cpu"),
            "the alert is a percentage of this",
        )
        .note(format!(
            "{} / {} = {most}% <= {}%",
            limit.value, request.value, alert.value
        ));
    // Above the autoscaler's steady state, and below the maximum usage.
    let target = workload.target.cpu.as_ref();
    let steady = target.map_or(0, |target| u128::from(target.value) * 11 / 10);
    let largest = most - 1;
    Some(if largest > steady {
        let message = "use the largest threshold that can fire";
        let finding = finding.repair(alert, "alerts.api-cpu", message, largest.to_string());
        finding.safely()
    } else {
        finding.help("raise `limits cpu=`")
    })
}

fn whole(name: &str, threshold: &Sourced<u32>, of: &str) -> Option<Finding> {
    if threshold.value < 100 {
        return None;
    }
    let message = format!("the alert `{name}` never fires: {of} cannot exceed 100%");
    let path = format!("alerts.{name}");
    Some(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(threshold, &path, "the alert's threshold")
            .repair(
                threshold,
                &path,
                "use the largest threshold that can fire",
                "99",
            )
            .safely(),
    )
}
