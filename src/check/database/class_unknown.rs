//! An instance class that RDS does not offer.

use crate::ast::TopPart;
use crate::check::unknown::{families_like, or_new};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::suggest;
use crate::diagnostic::{Code, Severity};
use crate::source::Sourced;

/// The rule `class-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("class-unknown"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/class-unknown.md"),
    check,
};

/// What `instances.kdl` states of a class.
const NUMBERS: &str = "vcpu=? memory=\"?Gi\"";

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let class = &database.instance;
    findings.extend(one(context, class, "database.instance"));
    let replicas = &database.replicas;
    // Replicas with the primary's values need no second finding.
    if replicas.count.value > 0 && !replicas.instance.follows(class) {
        let finding = one(context, &replicas.instance, "database.replicas.instance");
        findings.extend(finding.map(|finding| finding.given(&replicas.count)));
    }
}

fn one(context: &Context<'_>, class: &Sourced<String>, path: &str) -> Option<Finding> {
    let classes = &context.catalogue.db_classes;
    if classes.get(&class.value).is_some() {
        return None;
    }
    let message = format!("the instance class `{}` is unknown", class.value);
    let finding =
        Finding::new(RULE.code, Severity::Error, message).operand(class, path, "the class");
    let prefixed = format!("db.{}", class.value);
    let near = suggest::nearest(&class.value, classes.names())
        .or_else(|| classes.names().find(|known| *known == prefixed));
    Some(if let Some(near) = near {
        let message = format!("did you mean `{near}`?");
        let finding = finding.repair(class, path, message, format!("\"{near}\""));
        or_new(finding, "db-class", &class.value, NUMBERS)
    } else {
        let known = families_like(&class.value, classes.names());
        or_new(finding.help(known), "db-class", &class.value, NUMBERS)
    })
}
