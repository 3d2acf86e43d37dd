//! A scaling behaviour that Kubernetes rejects.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Scaling, Workload};

/// The rule `behaviour-out-of-range`.
pub(super) static RULE: Rule = Rule {
    code: Code("behaviour-out-of-range"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Api, Part::Worker],
    explanation: include_str!("../../diagnostic/explain/behaviour-out-of-range.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    workload("api", &context.environment.api.workload, findings);
    for (name, worker) in &context.environment.worker {
        workload(&format!("worker.{name}"), &worker.workload, findings);
    }
}

fn workload(who: &str, workload: &Workload, findings: &mut Findings) {
    scaling(&format!("{who}.scale-up"), &workload.scale_up, findings);
    scaling(&format!("{who}.scale-down"), &workload.scale_down, findings);
}

fn scaling(path: &str, scaling: &Scaling, findings: &mut Findings) {
    let window = &scaling.window;
    if window.value.secs() > 3600 {
        let message = format!(
            "the window of `{path}` is {} s, above 3600 s",
            window.value.secs()
        );
        let finding = Finding::new(RULE.code, Severity::Error, message).operand(
            window,
            &format!("{path}.window"),
            "0 s to 3600 s",
        );
        findings.report(finding.repair(window, "the longest window is 3600 s", "\"3600s\""));
    }
    for (index, policy) in scaling.policy.iter().enumerate() {
        let (every, path) = (&policy.every, format!("{path}.policy.{}", index + 1));
        let secs = every.value.secs();
        if !(1..=1800).contains(&secs) {
            let message = format!("the period of `{path}` is {secs} s, outside of 1 s to 1800 s");
            let finding = Finding::new(RULE.code, Severity::Error, message).operand(
                every,
                &format!("{path}.every"),
                "1 s to 1800 s",
            );
            let nearest = format!("\"{}s\"", secs.clamp(1, 1800));
            findings.report(finding.repair(
                every,
                format!("the nearest period is {nearest}"),
                nearest,
            ));
        }
        if policy.value.value == 0 {
            let finding = Finding::new(
                RULE.code,
                Severity::Error,
                format!("`{path}` changes nothing"),
            )
            .operand(&policy.value, &format!("{path}.value"), "must be above 0");
            findings.report(finding.help("state at least 1, or `select \"disabled\"`"));
        }
    }
}
