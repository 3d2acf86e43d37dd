//! Applies the repairs that findings offer to a file, one after the other. The compiler checks
//! each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{CatalogueTexts, Input, Run, compile};
use crate::diagnostic::json::{self, FindingJson};
use crate::diagnostic::{Diagnostic, Help, Severity, code};
use crate::edit::Edit;
use crate::rewrite;
use crate::source::Span;

/// The most repairs in one file, far more than a person would read.
const MOST: usize = 200;
/// The most repairs that are tried in one file. Each trial compiles the file.
const TRIED: usize = 1000;
/// The most repairs that are tried to count them, in all files together.
const COUNTED: usize = 100;
/// The length of a file up to which all of them are tried. For longer files, fewer are.
const LENGTH: usize = 1024;

/// Which repairs are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixes {
    /// Repairs that are safe without review.
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
    /// The finding, as it was before this repair.
    pub finding: FindingJson,
    /// What was done about it.
    pub message: String,
    /// The repair as edits; empty if it corrects the text without a change of meaning.
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

/// The number of findings of a file that `--fix` repairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repairable {
    /// By safe repairs alone.
    pub safe: usize,
    /// By the other repairs, after the safe ones are applied.
    pub others: usize,
    /// Whether some repairs were not tried, so there may be more.
    pub more: bool,
}

/// Applies repairs to a file until none helps any more. A repair is kept if its finding disappears,
/// no rule reports a new error, and less is left to do. Mistakes of the language are repaired
/// first, because rules do not see all of a file with mistakes.
#[must_use]
pub fn fix(input: &Input, texts: &CatalogueTexts, today: Date, wanted: Fixes) -> Fixed {
    let Some(mut repair) = Repair::of(input, texts, today) else {
        return Fixed {
            text: String::new(),
            applied: Vec::new(),
        };
    };
    repair.apply(wanted, TRIED);
    repair.fixed
}

/// Counts the findings that repairs remove. It applies the repairs in memory, because an offered
/// repair can still be refused. Findings that appear only after a repair do not count. Each trial
/// compiles the file, so all `files` with repairs share the trials.
#[must_use]
pub fn repairable(input: &Input, texts: &CatalogueTexts, today: Date, files: usize) -> Repairable {
    let Some(mut repair) = Repair::of(input, texts, today) else {
        return Repairable::default();
    };
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    for finding in repair.run.diagnostics() {
        *shown.entry(finding.code.to_string()).or_default() += 1;
    }
    let mut count = |applied: &[Applied]| {
        let known = applied.iter().filter(|applied| {
            let left = shown.get_mut(&applied.finding.code);
            left.is_some_and(|left| std::mem::replace(left, left.saturating_sub(1)) > 0)
        });
        known.count()
    };
    let longer = input.bytes.len().div_ceil(LENGTH).max(1);
    let tried = (COUNTED / files.max(1) / longer).max(1);
    let left = repair.apply(Fixes::Safe, tried);
    let safe = repair.fixed.applied.len();
    let left = repair.apply(Fixes::All, left);
    let (safe, others) = repair.fixed.applied.split_at(safe);
    Repairable {
        safe: count(safe),
        others: count(others),
        more: left == 0 && repair.next(Fixes::All).is_some(),
    }
}

/// A file while it is being repaired.
struct Repair<'a> {
    input: &'a Input,
    texts: &'a CatalogueTexts,
    today: Date,
    /// The present text, and the repairs so far.
    fixed: Fixed,
    /// What the compiler says of that.
    run: Run,
    /// The texts of earlier repairs. If two rules want opposite values, the first one wins.
    seen: BTreeSet<String>,
}

impl<'a> Repair<'a> {
    /// `None` if the file is not UTF-8.
    fn of(input: &'a Input, texts: &'a CatalogueTexts, today: Date) -> Option<Self> {
        let text = String::from_utf8(input.bytes.clone()).ok()?;
        Some(Self {
            input,
            texts,
            today,
            run: compile(vec![input.clone()], texts, today),
            seen: BTreeSet::from([text.clone()]),
            fixed: Fixed {
                text,
                applied: Vec::new(),
            },
        })
    }

    /// The first repair that leads to a new text, and that text.
    fn next(&self, wanted: Fixes) -> Option<(&Diagnostic, &Help, String)> {
        next(&self.run, &self.fixed.text, wanted, &self.seen)
    }

    /// Applies what helps, and returns the remaining `trials`.
    fn apply(&mut self, wanted: Fixes, mut trials: usize) -> usize {
        while self.fixed.applied.len() < MOST && trials > 0 {
            let Some((finding, help, changed)) = self.next(wanted) else {
                break;
            };
            trials -= 1;
            let input = Input {
                name: self.input.name.clone(),
                bytes: changed.as_bytes().to_vec(),
            };
            let after = compile(vec![input], self.texts, self.today);
            let applied = helps(finding, &self.run, &after)
                .then(|| applied(finding, help, &self.run))
                .flatten();
            self.seen.insert(changed.clone());
            if let Some(applied) = applied {
                self.fixed.applied.push(applied);
                self.fixed.text = changed;
                self.run = after;
            }
        }
        trials
    }
}

/// The description of a repair that is kept.
fn applied(finding: &Diagnostic, help: &Help, run: &Run) -> Option<Applied> {
    let told = json::findings([finding].into_iter(), &run.sources).pop()?;
    let index = finding.help.iter().position(|it| it == help);
    let advice = index.and_then(|index| told.help.get(index));
    let message = advice.map_or_else(String::new, |advice| advice.message.clone());
    Some(Applied {
        finding: told,
        message,
        edits: help.edits.clone(),
    })
}

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

/// The text with a repair; `None` if it has no place.
fn changed(text: &str, help: &Help) -> Option<String> {
    if !help.edits.is_empty() {
        return rewrite::apply(text, &help.edits).ok();
    }
    let (Span { start, end, .. }, new) = help.replacement.as_ref()?;
    let (before, after) = (text.get(..*start as usize)?, text.get(*end as usize..)?);
    Some(format!("{before}{new}{after}"))
}

/// Whether a repair leaves fewer findings of its code and less to do overall. It may cause a milder
/// finding, but no new error. Each repair reduces what is left, so the loop ends.
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
    // Rules skip what could not be read, and report it once it can be.
    let worse = errors(after).into_iter().any(|(code, count)| {
        let rule = !code::LANGUAGE.contains(&code);
        count > known.get(&code).copied().unwrap_or_default() && !(is_language && rule)
    });
    let less = is_language || by_severity(after) < by_severity(before);
    count(after) < count(before) && less && !worse
}
