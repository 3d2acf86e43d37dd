//! A setting that KEDA does not read.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `setting-without-effect`.
pub(super) static RULE: Rule = Rule {
    code: Code("setting-without-effect"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Worker],
    explanation: include_str!("../../diagnostic/explain/setting-without-effect.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        let min = &worker.workload.replicas.min;
        if min.value == 0 {
            continue;
        }
        // A scenario sets its polling too, but nobody wrote that value for itself.
        let scenario = worker
            .scenario
            .as_ref()
            .and_then(|scenario| scenario.origin.span());
        let own = worker.polling.is_declared() && worker.polling.origin.span() != scenario;
        let finding = |setting: &str| {
            let message = format!(
                "`worker.{name}.{setting}` has no effect at a minimum of {}",
                min.value
            );
            Finding::new(RULE.code, Severity::Warning, message)
        };
        let min_path = format!("worker.{name}.replicas.min");
        let help = "remove the line, or let the pool go to zero with `replicas min=0`";
        if own {
            let path = format!("worker.{name}.polling");
            let finding = finding("polling").operand(&worker.polling, &path, "not read");
            findings.report(finding.operand(min, &min_path, "never zero").help(help));
        }
        if worker.activation.is_declared() {
            let path = format!("worker.{name}.activation");
            let finding = finding("activation").operand(&worker.activation, &path, "not read");
            findings.report(finding.operand(min, &min_path, "never zero").help(help));
        }
    }
}
