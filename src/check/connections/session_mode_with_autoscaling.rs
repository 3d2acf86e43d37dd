//! A pool mode that does not share connections.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::PoolMode;

/// The rule `session-mode-with-autoscaling`.
pub(super) static RULE: Rule = Rule {
    code: Code("session-mode-with-autoscaling"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/session-mode-with-autoscaling.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mode = &context.environment.pgbouncer.mode;
    if mode.value == PoolMode::Session {
        findings.report(
            Finding::new(
                RULE.code,
                Severity::Warning,
                "`session` mode gives every client a server connection for as long as it stays",
            )
            .operand(mode, "pgbouncer.mode", "not shared between clients")
            .repair(
                mode,
                "share connections between transactions: `transaction`",
                "\"transaction\"",
            ),
        );
    }
}
