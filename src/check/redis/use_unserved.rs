//! A use that no Redis group serves.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::Edit;
use crate::model::{EvictionPolicy, Name, RedisGroup, Use, Word};

/// The rule `use-unserved`.
pub(super) static RULE: Rule = Rule {
    code: Code("use-unserved"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[TopPart::Redis],
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
        // A group with a suitable policy comes first.
        let suits = |group: &RedisGroup| {
            let keeps = group.policy.value == EvictionPolicy::Noeviction;
            keeps == (*wanted != Use::Cache)
        };
        let suiting = groups.iter().find(|(_, group)| suits(group));
        findings.report(match suiting.or_else(|| groups.iter().next()) {
            Some((name, group)) => repair(finding, word, name, group),
            None => finding.help(format!("add a Redis group with `uses \"{word}\"`")),
        });
    }
}

fn repair(finding: Finding, word: &str, name: &Name, group: &RedisGroup) -> Finding {
    let message = format!("let the group `{name}` serve `{word}`");
    let path = format!("redis.{name}.uses");
    let text = format!("\"{word}\"");
    let Some(last) = group.uses.last() else {
        let advice = format!("{message}: state `uses \"{word}\"` in it");
        return finding.help_by(advice, [Edit::set(path, text)]);
    };
    if let Some(span) = last.origin.span().filter(|_| last.is_declared()) {
        let edit = Edit::insert(path, &text);
        return finding.insert_behind(span, message, format!(" {text}"), edit);
    }
    let served = group.uses.iter().map(|used| used.value.to_string());
    let uses: Vec<String> = served
        .chain([word.to_owned()])
        .map(|word| format!("\"{word}\""))
        .collect();
    finding.repair(last, &path, message, uses.join(" "))
}
