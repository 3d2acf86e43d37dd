//! `verify-full` towards a host that no certificate names.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::SslMode;

/// The rule `tls-name-unverifiable`.
pub(super) static RULE: Rule = Rule {
    code: Code("tls-name-unverifiable"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[Part::Database],
    explanation: include_str!("../../diagnostic/explain/tls-name-unverifiable.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let tls = &database.tls;
    if tls.value != SslMode::VerifyFull || database.hosts_are_named() {
        return;
    }
    let (message, help) = if database.endpoint.is_some() {
        (
            "`verify-full` compares names, and the read replicas' hosts do not follow from `database.endpoint`",
            "state RDS' own endpoint, or leave `tls` out: the certificate's chain is then checked",
        )
    } else {
        (
            "`verify-full` compares names, and a Service stands for the server here",
            "state the server's own name with `endpoint`, or leave `tls` out: the certificate's chain is then checked",
        )
    };
    let mut finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(tls, "database.tls", "the name is compared")
        .given(&database.replicas.count);
    if let Some(endpoint) = &database.endpoint {
        finding = finding.operand(endpoint, "database.endpoint", "no name of RDS");
    }
    findings.report(finding.help(help));
}
