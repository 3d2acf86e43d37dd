//! A use that several Redis groups serve.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Name, Use, Word};
use crate::source::Sourced;

/// The rule `use-shared`.
pub(super) static RULE: Rule = Rule {
    code: Code("use-shared"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Redis],
    explanation: include_str!("../../diagnostic/explain/use-shared.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (word, wanted) in Use::WORDS {
        let serving: Vec<(&Name, &Sourced<Use>)> = context
            .environment
            .redis
            .iter()
            .filter_map(|(name, group)| {
                let used = group.uses.iter().find(|used| used.value == *wanted)?;
                Some((name, used))
            })
            .collect();
        if serving.len() < 2 {
            continue;
        }
        let message = format!(
            "{} Redis groups serve `{word}`, but only one may",
            serving.len()
        );
        let mut finding = Finding::new(RULE.code, Severity::Error, message);
        for (name, used) in &serving {
            let text = format!("served by `{name}`");
            finding = finding.operand(*used, &format!("redis.{name}.uses"), text);
        }
        // A group that keeps other uses can give this one up.
        let spare = serving.iter().find(|(name, used)| {
            let uses = context
                .environment
                .redis
                .get(*name)
                .map(|group| group.uses.len());
            used.is_declared() && uses.is_some_and(|uses| uses > 1)
        });
        findings.report(match spare {
            Some((name, used)) => {
                let path = format!("redis.{name}.uses.{word}");
                finding.leave_out(*used, &path, format!("remove `{word}` from `{name}`"))
            }
            None => finding.help(format!("keep `\"{word}\"` on one of them only")),
        });
    }
}
