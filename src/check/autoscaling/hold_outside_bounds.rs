//! A held count outside of the bounds.

use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::count::counted;

/// The rule `hold-outside-bounds`.
pub(super) static RULE: Rule = Rule {
    code: Code("hold-outside-bounds"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/hold-outside-bounds.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (who, workload) in workloads(context.environment) {
        let (min, max) = (&workload.replicas.min, &workload.replicas.max);
        let Some(hold) = &workload.hold else { continue };
        // `replicas-inverted` reports inverted bounds.
        if min.value > max.value || (min.value..=max.value).contains(&hold.value) {
            continue;
        }
        let nearest = hold.value.clamp(min.value, max.value);
        let message = format!(
            "`{who}` is held at {}, outside its bounds of {} to {}",
            counted(hold.value, "pod"),
            min.value,
            max.value
        );
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(hold, &format!("{who}.hold"), "held here")
                .operand(min, &format!("{who}.replicas.min"), "the minimum")
                .operand(max, &format!("{who}.replicas.max"), "the maximum")
                .repair(
                    hold,
                    &format!("{who}.hold"),
                    format!("use the nearest number within the bounds, {nearest}"),
                    nearest.to_string(),
                ),
        );
    }
}
