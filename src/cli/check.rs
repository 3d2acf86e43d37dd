//! `tierc check`

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rayon::prelude::*;

use crate::check;
use crate::compile::{self, CatalogueTexts, Compiled, Fixed, Fixes, Repairable, Run};
use crate::diagnostic::json::{self, FindingJson};
use crate::diagnostic::render::{self, Style};
use crate::diagnostic::{Code, Diagnostic, Help, Severity, code, explain};
use crate::report::diff::source as unified;
use crate::report::findings::sarif::RuleFacts;
use crate::report::findings::{self, CheckReport, CheckReportKind};

use super::args::{Check, CheckFormat, Deny, ShownNotes};
use super::catalogue::catalogue;
use super::error::Error;
use super::exit::Exit;
use super::files::{self, Rewrite};
use super::load::{self, load_with};
use super::output::Output;

/// Findings of one file that are shown; the others are counted.
const SHOWN: usize = 100;

pub(super) fn run(command: &Check, output: &mut Output) -> Result<Exit, Vec<String>> {
    if command.fix {
        return fix(command, output);
    }
    let (texts, today) = (
        catalogue(&command.common, &command.paths)?,
        load::today(&command.common),
    );
    let run = load_with(&command.paths, &texts, today)?;
    if command.format == CheckFormat::Human {
        print_shown(&run, command.notes, output);
        print_fixable(&run, &texts, today, output);
    } else {
        print_as(&run, command, None, output);
    }
    Ok(verdict(&run, command.deny))
}

/// Prints the findings in a format for programs.
fn print_as(run: &Run, command: &Check, fixed: Option<Vec<FindingJson>>, output: &mut Output) {
    let shown = run
        .diagnostics()
        .filter(|finding| command.notes != ShownNotes::None || finding.severity != Severity::Note);
    let findings = json::findings(shown, &run.sources);
    let text = match command.format {
        CheckFormat::Human => return,
        CheckFormat::Json => findings::json(&CheckReport {
            report: CheckReportKind::Check,
            findings,
            fixed,
        }),
        CheckFormat::Sarif => findings::sarif::text(&findings, &rule_facts()),
        CheckFormat::Github => findings::github::text(&findings),
        CheckFormat::Gitlab => findings::gitlab::text(&findings),
        CheckFormat::Junit => {
            let files = run.files.iter();
            let files: Vec<&str> = files
                .map(|it| run.sources.get(it.source).name.as_str())
                .collect();
            let fails = |severity| match severity {
                Severity::Error => true,
                Severity::Warning => command.deny == Some(Deny::Warnings),
                Severity::Note => false,
            };
            findings::junit::text(&files, &findings, fails)
        }
    };
    output.result(&text);
}

/// Every rule and every error of the language.
fn rule_facts() -> Vec<RuleFacts> {
    let rules = check::rules().map(|rule| RuleFacts {
        code: rule.code.0,
        severity: rule.severity,
        explanation: rule.explanation,
    });
    let language = code::LANGUAGE.iter().map(|code| RuleFacts {
        code: code.0,
        severity: Severity::Error,
        explanation: explain::language(code.0).unwrap_or_default(),
    });
    rules.chain(language).collect()
}

/// `--fix`: repairs the files, and reports the remaining findings.
fn fix(command: &Check, output: &mut Output) -> Result<Exit, Vec<String>> {
    let told =
        |errors: &[Error]| -> Vec<String> { errors.iter().map(ToString::to_string).collect() };
    let inputs = files::read_inputs(&command.paths).map_err(|errors| told(&errors))?;
    let texts = catalogue(&command.common, &command.paths)?;
    let today = load::today(&command.common);
    let wanted = if command.all { Fixes::All } else { Fixes::Safe };
    let sources: Vec<compile::Input> = inputs
        .iter()
        .map(|input| compile::Input {
            name: input.name.clone(),
            bytes: input.bytes.clone(),
        })
        .collect();
    let fixed: Vec<Fixed> = sources
        .par_iter()
        .map(|source| compile::fix(source, &texts, today, wanted))
        .collect();
    let changed = || {
        let both = inputs.iter().zip(&fixed);
        both.filter(|(_, fixed)| !fixed.applied.is_empty())
    };
    if command.diff {
        for (input, fixed) in changed() {
            let before = String::from_utf8_lossy(&input.bytes);
            output.result(&unified(&input.name, &before, &fixed.text));
        }
        let exit = changed().next().map_or(Exit::Fine, |_| Exit::Differs);
        return Ok(exit);
    }
    let rewritten = changed().map(|(input, fixed)| Rewrite {
        path: &input.path,
        before: &input.bytes,
        after: &fixed.text,
    });
    let rewritten: Vec<Rewrite<'_>> = rewritten.collect();
    files::rewrite(&rewritten).map_err(|error| told(&[error]))?;
    let left = sources.into_iter().zip(&fixed).map(|(source, fixed)| {
        if fixed.applied.is_empty() {
            source
        } else {
            compile::Input {
                bytes: fixed.text.clone().into_bytes(),
                ..source
            }
        }
    });
    let run = compile::compile(left.collect(), &texts, today);
    if command.format == CheckFormat::Human {
        print_fixed(&fixed, output);
        print_shown(&run, command.notes, output);
        print_fixable(&run, &texts, today, output);
    } else {
        let applied = fixed.into_iter().flat_map(|file| file.applied);
        let applied = applied.map(|it| it.finding).collect();
        print_as(&run, command, Some(applied), output);
    }
    Ok(verdict(&run, command.deny))
}

/// Every finding, as one JSON document.
pub(super) fn findings_as_json(run: &Run) -> String {
    findings::json(&CheckReport {
        report: CheckReportKind::Check,
        findings: json::findings(run.diagnostics(), &run.sources),
        fixed: None,
    })
}

/// Prints a line for each repair, and the number of repairs.
fn print_fixed(fixed: &[Fixed], output: &mut Output) {
    let applied: Vec<_> = fixed.iter().flat_map(|file| &file.applied).collect();
    for applied in &applied {
        let place = applied.finding.shown_place().unwrap_or_default();
        let (code, message) = (&applied.finding.code, &applied.message);
        output.line(&format!("fixed[{code}]: {place}: {message}"));
    }
    let changed = fixed.iter().filter(|file| !file.applied.is_empty()).count();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let (findings, files) = (plural(applied.len()), plural(changed));
    let count = applied.len();
    output.line(&match count {
        0 => "nothing to fix".to_owned(),
        _ => format!("fixed {count} finding{findings} in {changed} file{files}"),
    });
    output.line("");
}

/// How many findings `--fix` repairs.
fn print_fixable(run: &Run, texts: &CatalogueTexts, today: Date, output: &mut Output) {
    let has_repairs = |file: &&Compiled| {
        let mut help = file.diagnostics.iter().flat_map(|finding| &finding.help);
        help.any(Help::is_fix)
    };
    let with_repairs: Vec<&Compiled> = run.files.iter().filter(has_repairs).collect();
    let of_file = |file: &&Compiled| {
        let source = run.sources.get(file.source);
        let input = compile::Input {
            name: source.name.clone(),
            bytes: source.text.as_bytes().to_vec(),
        };
        compile::repairable(&input, texts, today, with_repairs.len())
    };
    let files: Vec<Repairable> = with_repairs.par_iter().map(of_file).collect();
    let safe = files.iter().map(|file| file.safe).sum();
    let others = files.iter().map(|file| file.others).sum();
    let more = files.iter().any(|file| file.more);
    if let Some(line) = render::fixable(safe, others, more) {
        output.line(&line);
    }
}

/// Whether the run's findings fail it.
pub(super) fn verdict(run: &Run, deny: Option<Deny>) -> Exit {
    let warns = || {
        run.diagnostics()
            .any(|finding| finding.severity == Severity::Warning)
    };
    if run.has_errors() || (deny == Some(Deny::Warnings) && warns()) {
        Exit::Wrong
    } else {
        Exit::Fine
    }
}

/// Prints the findings to stdout, file by file, and a line with their number.
pub(super) fn print_findings(run: &Run, output: &mut Output) {
    print_shown(run, ShownNotes::Folded, output);
}

fn print_shown(run: &Run, notes: ShownNotes, output: &mut Output) {
    let text = findings_as_text(run, notes, output.style());
    output.result(&text);
}

/// The findings beside the results.
pub(super) fn say_findings(run: &Run, output: &Output) {
    output.say(findings_as_text(run, ShownNotes::Folded, output.error_style()).trim_end());
}

/// The findings of a file that are shown, and the notes of each rule that are only counted.
fn unfolded<'a>(
    findings: impl Iterator<Item = &'a Diagnostic>,
    notes: ShownNotes,
) -> (Vec<&'a Diagnostic>, Vec<Vec<&'a Diagnostic>>) {
    let mut folded: BTreeMap<Code, Vec<&Diagnostic>> = BTreeMap::new();
    let mut shown = Vec::new();
    let mut seen = BTreeSet::new();
    for finding in findings {
        let is_note = finding.severity == Severity::Note;
        match notes {
            ShownNotes::None if is_note => {}
            ShownNotes::Folded if is_note && !seen.insert(finding.code) => {
                folded.entry(finding.code).or_default().push(finding);
            }
            ShownNotes::Folded | ShownNotes::All | ShownNotes::None => shown.push(finding),
        }
    }
    (shown, folded.into_values().collect())
}

fn findings_as_text(run: &Run, notes: ShownNotes, style: Style) -> String {
    let mut text = String::new();
    for file in &run.files {
        let all: Vec<&Diagnostic> = file.diagnostics.iter().collect();
        let (shown, folded) = unfolded(file.diagnostics.iter(), notes);
        let first = shown.iter().take(SHOWN).copied();
        text += &render::human_some(first, &all, &run.sources, style);
        let folded = folded.iter();
        for line in folded.filter_map(|it| render::folded(it, &run.sources)) {
            text += &format!("{line}\n\n");
        }
        let more = shown.len().saturating_sub(SHOWN);
        if more > 0 {
            let name = &run.sources.get(file.source).name;
            text += &format!("and {more} more in {name}\n\n");
        }
    }
    let count = |severity| {
        run.diagnostics()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    text += &render::summary(
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note),
        run.files.len(),
    );
    text + "\n"
}
