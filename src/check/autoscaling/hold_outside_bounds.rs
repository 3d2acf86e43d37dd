//! A held count outside of the bounds.

use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::count::counted;
use crate::source::Sourced;

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
        if let Some(count) = &workload.replicas.count {
            findings.extend(fixed(&who, hold, count));
            continue;
        }
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

/// A fixed count has no bounds: to change it, change the count.
fn fixed(who: &str, hold: &Sourced<u32>, count: &Sourced<u32>) -> Option<Finding> {
    if hold.value == count.value {
        return None;
    }
    let message = format!(
        "`{who}` is held at {}, but its number of pods is fixed at {}",
        counted(hold.value, "pod"),
        count.value
    );
    let path = format!("{who}.hold");
    Some(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(hold, &path, "held here")
            .operand(count, &format!("{who}.replicas.count"), "fixed here")
            .help("remove `hold`, and change the fixed number in `replicas`"),
    )
}
