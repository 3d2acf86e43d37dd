//! `verify-full` for a host whose name is not in its certificate.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::Edit;
use crate::model::{Image, SslMode, Version, Via};

/// The rule `tls-name-unverifiable`.
pub(super) static RULE: Rule = Rule {
    code: Code("tls-name-unverifiable"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/tls-name-unverifiable.md"),
    check,
};

/// The first PgBouncer that compares the certificate with each host of an entry, instead of the
/// whole list (issue 1300).
const COMPARES_EACH: Version = Version::of(1, 25);

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    if database.tls.value != SslMode::VerifyFull {
        return;
    }
    if database.hosts_are_named() {
        check_list(context, findings);
        return;
    }
    let (message, help) = if database.endpoint.is_some() {
        (
            "`verify-full` compares host names, but the read replicas' hosts cannot be derived from `database.endpoint`",
            "state RDS' own endpoint, or leave `tls` out: PgBouncer then checks only the certificate's chain",
        )
    } else {
        (
            "`verify-full` compares host names, but PgBouncer connects by the name of a Service",
            "state the server's own name with `endpoint`, or leave `tls` out: PgBouncer then checks only the certificate's chain",
        )
    };
    let mut finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(&database.tls, "database.tls", "the host name is compared")
        .given(&database.replicas.count)
        .optional(&context.file.stated.database.endpoint);
    if let Some(endpoint) = &database.endpoint {
        finding = finding.operand(endpoint, "database.endpoint", "not a host name of RDS");
    }
    findings.report(finding.help(help));
}

/// Several replicas are one entry with a list of hosts.
fn check_list(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let image = &context.environment.pgbouncer.image;
    let old = Image::parse(&image.value)
        .version()
        .is_some_and(|version| version < COMPARES_EACH);
    let listed = database.replicas.via.value == Via::Pgbouncer && database.replicas.count.value > 1;
    if old && listed {
        let message = "`verify-full` compares host names, but PgBouncer before 1.25 treats the list of read replicas as one name";
        findings.report(
            Finding::new(RULE.code, Severity::Warning, message)
                .operand(image, "pgbouncer.image", "refuses every replica")
                .operand(
                    &database.replicas.count,
                    "database.replicas",
                    "one list of hosts",
                )
                .given(&database.tls)
                .help_by(
                    "use PgBouncer 1.25 or later, or write `tls \"verify-ca\"`",
                    [Edit::set("database.tls", "\"verify-ca\"")],
                ),
        );
    }
}
