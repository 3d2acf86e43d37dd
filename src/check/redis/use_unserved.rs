//! A use that no Redis group serves.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Use, Word};

/// The rule `use-unserved`.
pub(super) static RULE: Rule = Rule {
    code: Code("use-unserved"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Redis],
    explanation: include_str!("../../diagnostic/explain/use-unserved.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (word, wanted) in Use::WORDS {
        let groups = &context.environment.redis;
        let mut uses = groups.values().flat_map(|group| &group.uses);
        if uses.any(|used| used.value == *wanted) {
            continue;
        }
        let message = format!("no Redis group serves `{word}`");
        let mut finding = Finding::new(RULE.code, Severity::Error, message);
        for (name, group) in groups {
            for used in &group.uses {
                let text = format!("`{name}` serves `{}`", used.value);
                finding = finding.operand(used, &format!("redis.{name}.uses"), text);
            }
        }
        findings.report(finding.help(format!("add `\"{word}\"` to the `uses` of one group")));
    }
}
