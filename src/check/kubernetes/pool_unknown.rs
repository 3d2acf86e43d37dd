//! A node group that names a pool which does not exist.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::suggest;
use crate::diagnostic::{Code, Severity};
use crate::model::Name;

/// The rule `pool-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("pool-unknown"),
    severity: Severity::Error,
    waivable: true,
    // A plan deletes a pool before its nodes.
    steady: false,
    reads: &[TopPart::Worker, TopPart::Nodes],
    explanation: include_str!("../../diagnostic/explain/pool-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    for (name, group) in &environment.nodes {
        for pool in &group.runs {
            if environment.worker.contains_key(&pool.value) {
                continue;
            }
            let message = format!(
                "`nodes.{name}` names the pool `{}`, which does not exist",
                pool.value
            );
            let finding = Finding::new(RULE.code, Severity::Error, message)
                .written(pool, "no pool has this name")
                .given(&group.instance);
            let pools: Vec<&str> = environment.worker.keys().map(Name::as_str).collect();
            findings.report(finding.help(if pools.is_empty() {
                "remove the name, or add a `worker` of this name".to_owned()
            } else {
                format!("use a pool that exists: {}", suggest::list(pools))
            }));
        }
    }
}
