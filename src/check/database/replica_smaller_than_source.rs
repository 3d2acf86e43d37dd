//! A read replica that cannot keep up with its source or replace it.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};

/// The rule `replica-smaller-than-source`.
pub(super) static RULE: Rule = Rule {
    code: Code("replica-smaller-than-source"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[TopPart::Database],
    explanation: include_str!("../../diagnostic/explain/replica-smaller-than-source.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let database = &context.environment.database;
    let (replicas, source) = (&database.replicas, &database.instance);
    let classes = &context.catalogue.db_classes;
    let (Some(small), Some(large)) = (
        classes.get(&replicas.instance.value),
        classes.get(&source.value),
    ) else {
        return;
    };
    let smaller = small.vcpu < large.vcpu || small.memory < large.memory;
    if replicas.count.value == 0 || !smaller {
        return;
    }
    let message = format!(
        "the read replicas have the class `{}`, which is smaller than their source's `{}`",
        replicas.instance.value, source.value
    );
    let path = "database.replicas.instance";
    findings.report(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(&replicas.instance, path, "class of a replica")
            .operand(source, "database.instance", "class of the primary")
            .operand(&replicas.count, "database.replicas.count", "read replicas")
            .note(format!(
                "{} vCPU and {} < {} vCPU and {}",
                small.vcpu, small.memory, large.vcpu, large.memory
            ))
            .repair(
                &replicas.instance,
                path,
                "use the source's class, so that the replicas can keep up",
                format!("\"{}\"", source.value),
            ),
    );
}
