//! A Redis group that nothing is on.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::source::Sourced;

/// The rule `redis-group-unused`.
pub(super) static RULE: Rule = Rule {
    code: Code("redis-group-unused"),
    severity: Severity::Note,
    waivable: true,
    steady: true,
    reads: &[TopPart::Redis],
    explanation: include_str!("../../diagnostic/explain/redis-group-unused.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let groups = &context.environment.redis;
    for (name, group) in groups.iter().filter(|(_, group)| !group.is_used()) {
        let message = format!("the group `{name}` serves nothing, but you pay for its nodes");
        let mut finding = Finding::new(RULE.code, Severity::Note, message);
        let written = context
            .file
            .stated
            .redis
            .get(name)
            .and_then(|node| node.place);
        if let Some(place) = written {
            finding = finding.at(place, "the group");
        }
        finding = finding
            .operand(&group.node, &format!("redis.{name}.node"), "its node type")
            .given(&group.policy);
        for (other, serving) in groups.iter().filter(|(other, _)| *other != name) {
            for used in serving
                .uses
                .iter()
                .filter(|used| Sourced::is_declared(used))
            {
                finding = finding.written(used, format!("`{other}` serves this"));
            }
        }
        findings.report(finding.help(format!(
            "remove `redis \"{name}\"`, or state what it serves, such as `uses \"cache\"`"
        )));
    }
}
