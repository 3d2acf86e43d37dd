//! An instance class that RDS does not offer.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::parse::suggest;
use crate::source::Sourced;

/// The rule `class-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("class-unknown"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Database],
    explanation: include_str!("../../diagnostic/explain/class-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    one(context, &database.instance, "database.instance", findings);
    let replicas = &database.replicas;
    if replicas.count.value > 0 && replicas.instance.is_declared() {
        one(
            context,
            &replicas.instance,
            "database.replicas.instance",
            findings,
        );
    }
}

fn one(context: &Context<'_>, class: &Sourced<String>, path: &str, findings: &mut Findings) {
    let classes = &context.catalogue.db_classes;
    if classes.get(&class.value).is_some() {
        return;
    }
    let message = format!("the instance class `{}` is unknown", class.value);
    let finding =
        Finding::new(RULE.code, Severity::Error, message).operand(class, path, "the class");
    findings.report(match suggest::nearest(&class.value, classes.names()) {
        Some(near) => finding.repair(
            class,
            format!("did you mean `{near}`?"),
            format!("\"{near}\""),
        ),
        None => finding.help(format!("known are {}", suggest::list(classes.names()))),
    });
}
