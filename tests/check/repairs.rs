//! What a finding offers to type, typed.

use std::collections::BTreeMap;

use tierc::compile::Run;
use tierc::diagnostic::{Diagnostic, Severity};
use tierc::source::Span;

use super::cases::{Case, cases};
use crate::support::{for_each, run_texts};

/// Cases of one file, each with its findings of its rule.
fn findings_of(case: &Case) -> (Run, Vec<Diagnostic>) {
    let run = run_texts(&case.text);
    let own = run
        .diagnostics()
        .filter(|finding| finding.code.0 == case.rule);
    let own = own.cloned().collect();
    (run, own)
}

fn failing() -> impl Iterator<Item = Case> {
    let one_file = |case: &Case| !case.text.starts_with("// ");
    cases().into_iter().filter(Case::fails).filter(one_file)
}

/// How often each code is found.
fn counts(run: &Run) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in run.diagnostics() {
        *counts.entry(finding.code.0).or_default() += 1;
    }
    counts
}

/// The errors that `after` has and `before` has not.
fn new_errors(before: &Run, after: &Run) -> Vec<String> {
    let known = counts(before);
    after
        .diagnostics()
        .filter(|finding| finding.severity == Severity::Error)
        .filter(|finding| !known.contains_key(finding.code.0))
        .map(|finding| format!("{}: {}", finding.code, finding.message))
        .collect()
}

fn replaced(text: &str, span: Span, with: &str) -> String {
    let (start, end) = (span.start as usize, span.end as usize);
    format!("{}{with}{}", &text[..start], &text[end..])
}

/// The text with a statement added that a finding advises: in the node, or as a node of its own.
fn stated(text: &str, advice: &str) -> Option<String> {
    let (_, rest) = advice.rsplit_once(": write `")?;
    let (statement, node) = match rest.split_once("` in `") {
        Some((statement, node)) => (statement, Some(node.trim_end_matches('`'))),
        None => (rest.trim_end_matches('`'), None),
    };
    let Some(node) = node else {
        return Some(format!("{text}{statement}\n"));
    };
    let open = text.find(&format!("{node} {{"))? + node.len() + 2;
    let child = statement.split(' ').next()?;
    let block = &text[open..];
    let mut depth = 1;
    let end = block.find(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    })?;
    // A node with a block of its own is written anew.
    if statement.contains('{') {
        let at = open + block.find(&format!("{child} "))?;
        let after = at + text[at..].find('}')? + 1;
        return Some(format!("{}{statement}{}", &text[..at], &text[after..]));
    }
    // A node that stands there already takes the property.
    if let Some(at) = block[..end].find(&format!("{child} ")) {
        let at = open + at + child.len();
        let property = &statement[child.len()..];
        return Some(format!("{}{property}{}", &text[..at], &text[at..]));
    }
    Some(format!("{} {statement};{}", &text[..open], block))
}

#[test]
fn every_repair_that_is_offered_removes_its_finding_and_adds_no_error() {
    for_each(failing(), |case| {
        let (run, findings) = findings_of(&case);
        let mut wrong = Vec::new();
        for help in findings.iter().flat_map(|finding| &finding.help) {
            let repaired = match &help.replacement {
                Some((span, with)) => replaced(&case.text, *span, with),
                None => match stated(&case.text, &help.message) {
                    Some(text) => text,
                    None => continue,
                },
            };
            let after = run_texts(&repaired);
            let left = counts(&after).get(case.rule.as_str()).copied().unwrap_or(0);
            let errors = new_errors(&run, &after);
            if left >= findings.len() || !errors.is_empty() {
                let Case { rule, name, .. } = &case;
                wrong.push(format!(
                    "{rule}/{name}: {:?} leaves {left} of {}, adds {errors:?} in\n{repaired}",
                    help.message,
                    findings.len()
                ));
            }
        }
        wrong
    });
}

#[test]
fn a_finding_is_silent_when_a_value_that_it_labels_cannot_be_read() {
    for_each(failing(), |case| {
        let (run, findings) = findings_of(&case);
        let mut wrong = Vec::new();
        for label in findings.iter().flat_map(|finding| &finding.labels) {
            if run.sources.is_catalogue(label.span) {
                continue;
            }
            let broken = replaced(&case.text, label.span, "#null");
            let after = run_texts(&broken);
            let left = counts(&after).get(case.rule.as_str()).copied().unwrap_or(0);
            if left >= findings.len() {
                let Case { rule, name, .. } = &case;
                wrong.push(format!("{rule}/{name}: {:?} in\n{broken}", label.message));
            }
        }
        wrong
    });
}

#[test]
fn every_finding_labels_a_place_and_says_what_to_do() {
    for_each(cases().into_iter().filter(Case::fails), |case| {
        let run = run_texts(&case.text);
        let own = run
            .diagnostics()
            .filter(|finding| finding.code.0 == case.rule);
        let mute = |finding: &&Diagnostic| finding.labels.is_empty() || finding.help.is_empty();
        own.filter(mute)
            .map(|finding| format!("{}/{}: {}", case.rule, case.name, finding.message))
            .collect()
    });
}
