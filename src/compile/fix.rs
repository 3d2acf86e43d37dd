//! The repairs that findings offer, applied to a file: one after the other, each proved by the compiler.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{CatalogueTexts, Input, Run, compile};
use crate::diagnostic::json::{self, Finding};
use crate::diagnostic::{Diagnostic, Help, Severity, code};
use crate::edit::Edit;
use crate::rewrite;
use crate::source::Span;

/// The most repairs of one file: far more than a person would read.
const MOST: usize = 200;

/// Which repairs are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixes {
    /// Those that need nobody's judgement.
    Safe,
    /// Every one that tierc can do.
    All,
}

impl Fixes {
    fn takes(self, help: &Help) -> bool {
        help.is_fix() && (self == Self::All || help.safe)
    }
}

/// A repair that was applied.
#[derive(Debug)]
pub struct Applied {
    /// The finding, as it stood before this repair.
    pub finding: Finding,
    /// What was done about it.
    pub message: String,
    /// The same as edits; none where text was corrected that says what it said before.
    pub edits: Vec<Edit>,
}

/// A file after its repairs.
#[derive(Debug)]
pub struct Fixed {
    /// The text.
    pub text: String,
    /// What was done, in order.
    pub applied: Vec<Applied>,
}

/// Whether a finding has a repair, and whether that one needs nobody's judgement.
#[must_use]
pub fn fixable(finding: &Diagnostic) -> Option<Fixes> {
    let has = |fixes: Fixes| finding.help.iter().any(|help| fixes.takes(help));
    if has(Fixes::Safe) {
        Some(Fixes::Safe)
    } else {
        has(Fixes::All).then_some(Fixes::All)
    }
}

/// Applies repairs to a file until none is left that helps. A repair is kept only if its finding is
/// gone afterwards, no rule finds another error, and less is left to do. Mistakes of the language
/// come first: what a rule says of a file with mistakes is not the whole of it.
#[must_use]
pub fn fix(input: &Input, texts: &CatalogueTexts, today: Date, wanted: Fixes) -> Fixed {
    let mut fixed = Fixed {
        text: String::new(),
        applied: Vec::new(),
    };
    let Ok(text) = String::from_utf8(input.bytes.clone()) else {
        return fixed;
    };
    fixed.text = text;
    let compiled = |text: &str| {
        let input = Input {
            name: input.name.clone(),
            bytes: text.as_bytes().to_vec(),
        };
        compile(vec![input], texts, today)
    };
    let mut run = compiled(&fixed.text);
    // Texts that a repair led to before: where two rules want opposite things the first one wins.
    let mut seen = BTreeSet::from([fixed.text.clone()]);
    while fixed.applied.len() < MOST {
        let Some((finding, help, changed)) = next(&run, &fixed.text, wanted, &seen) else {
            break;
        };
        let after = compiled(&changed);
        seen.insert(changed.clone());
        if helps(finding, &run, &after) {
            let mut told = json::findings([finding].into_iter(), &run.sources);
            let Some(told) = told.pop() else { break };
            let index = finding.help.iter().position(|it| it == help);
            let advice = index.and_then(|index| told.help.get(index));
            let message = advice.map_or_else(String::new, |advice| advice.message.clone());
            fixed.applied.push(Applied {
                finding: told,
                message,
                edits: help.edits.clone(),
            });
            fixed.text = changed;
            run = after;
        }
    }
    fixed
}

/// The first repair that leads to a text which was not seen yet, and that text.
fn next<'r>(
    run: &'r Run,
    text: &str,
    fixes: Fixes,
    seen: &BTreeSet<String>,
) -> Option<(&'r Diagnostic, &'r Help, String)> {
    let language = |finding: &Diagnostic| {
        code::LANGUAGE.contains(&finding.code)
            && ![code::WAIVER_UNUSED, code::WAIVER_EXPIRED].contains(&finding.code)
    };
    let malformed = run.diagnostics().any(language);
    let findings = run
        .diagnostics()
        .filter(|finding| language(finding) == malformed);
    let mut repairs = findings.flat_map(|finding| {
        let taken = finding.help.iter().filter(move |help| fixes.takes(help));
        taken.map(move |help| (finding, help))
    });
    repairs.find_map(|(finding, help)| {
        let changed = changed(text, help).filter(|changed| !seen.contains(changed))?;
        Some((finding, help, changed))
    })
}

/// The text with a repair; none where it has no place.
fn changed(text: &str, help: &Help) -> Option<String> {
    if !help.edits.is_empty() {
        return rewrite::apply(text, &help.edits).ok();
    }
    let (Span { start, end, .. }, new) = help.replacement.as_ref()?;
    let (before, after) = (text.get(..*start as usize)?, text.get(*end as usize..)?);
    Some(format!("{before}{new}{after}"))
}

/// Whether a repair leaves fewer findings of its code and less to do on the whole: it may bring a
/// finding that is less bad, but no other error. What helps cannot help again, so that repairs end.
fn helps(finding: &Diagnostic, before: &Run, after: &Run) -> bool {
    let errors = |run: &Run| {
        let mut counts: BTreeMap<code::Code, usize> = BTreeMap::new();
        for finding in run.diagnostics() {
            if finding.severity == Severity::Error {
                *counts.entry(finding.code).or_default() += 1;
            }
        }
        counts
    };
    let count = |run: &Run| {
        let all = run.diagnostics();
        all.filter(|it| it.code == finding.code).count()
    };
    let by_severity = |run: &Run| {
        [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
            let all = run.diagnostics();
            all.filter(|it| it.severity == severity).count()
        })
    };
    let known = errors(before);
    let is_language = code::LANGUAGE.contains(&finding.code);
    // Rules are silent about what could not be read, and speak of it once it can be.
    let worse = errors(after).into_iter().any(|(code, count)| {
        let rule = !code::LANGUAGE.contains(&code);
        count > known.get(&code).copied().unwrap_or_default() && !(is_language && rule)
    });
    let less = is_language || by_severity(after) < by_severity(before);
    count(after) < count(before) && less && !worse
}
