//! Findings as text for a terminal. No other module uses `annotate-snippets`.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};

use super::mask::{Mask, Masked};
use super::{Diagnostic, Help, Severity};
use crate::source::{SourceId, Sources, Span};

/// How findings are to look.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// All findings in order, each with its source lines.
pub fn human<'a>(
    findings: impl Iterator<Item = &'a Diagnostic>,
    sources: &Sources,
    style: Style,
) -> String {
    human_first(usize::MAX, findings, sources, style)
}

/// The first `most` findings, as [`human`] shows them. Credentials in the other findings are
/// masked, too.
pub fn human_first<'a>(
    most: usize,
    findings: impl Iterator<Item = &'a Diagnostic>,
    sources: &Sources,
    style: Style,
) -> String {
    let findings: Vec<&Diagnostic> = findings.collect();
    let shown = findings.iter().take(most).copied();
    human_some(shown, &findings, sources, style)
}

/// These findings of `all`, as [`human`] shows them. Credentials in the other findings are masked, too.
pub fn human_some<'a>(
    shown: impl Iterator<Item = &'a Diagnostic>,
    all: &[&Diagnostic],
    sources: &Sources,
    style: Style,
) -> String {
    let renderer = if style.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(style.width);
    let mask = Mask::of(all.iter().copied(), sources);
    shown
        .map(|finding| {
            let shown = ShownFinding {
                finding,
                place: finding.place(sources),
                mask: &mask,
            };
            format!("{}\n\n", renderer.render(&shown.groups()))
        })
        .collect()
}

/// The number of findings that `tierc check --fix` repairs, and the additional number with
/// `--unsafe`; `None` if there is nothing to repair. `more` says that not every repair was tried.
#[must_use]
pub fn fixable(safe: usize, others: usize, more: bool) -> Option<String> {
    let findings = |count: usize| format!("{count} finding{}", if count == 1 { "" } else { "s" });
    let least = if more { "at least " } else { "" };
    match (safe, others) {
        (0, 0) => more.then(|| "`--fix --unsafe --diff` shows which findings are fixable".into()),
        (safe, 0) => Some(format!("{least}{} fixable with `--fix`", findings(safe))),
        (0, others) => Some(format!(
            "{least}{} fixable with `--fix --unsafe`",
            findings(others)
        )),
        (safe, others) => Some(format!(
            "{least}{} fixable with `--fix`, {others} more with `--fix --unsafe`",
            findings(safe)
        )),
    }
}

/// A line about notes that are not shown: their rule, their number, and their lines.
#[must_use]
pub fn folded(notes: &[&Diagnostic], sources: &Sources) -> Option<String> {
    let code = notes.first()?.code;
    let place = |note: &&Diagnostic| Some(sources.position(note.place(sources)?).0);
    let mut lines: Vec<usize> = notes.iter().filter_map(place).collect();
    lines.sort_unstable();
    lines.dedup();
    let numbers: Vec<String> = lines.iter().map(usize::to_string).collect();
    let at = match numbers.as_slice() {
        [] => String::new(),
        [line] => format!(" in line {line}"),
        [most @ .., last] => format!(" in lines {} and {last}", most.join(", ")),
    };
    let count = notes.len();
    Some(format!(
        "note[{code}]: {count} more{at}; `tierc check --notes all` shows them"
    ))
}

/// A line with the numbers of findings.
#[must_use]
pub fn summary(errors: usize, warnings: usize, notes: usize, files: usize) -> String {
    let counted = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{count} {what}s")),
    };
    let found: Vec<String> = [
        counted(errors, "error"),
        counted(warnings, "warning"),
        counted(notes, "note"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let files = counted(files, "file").unwrap_or_else(|| "0 files".into());
    if found.is_empty() {
        format!("no findings in {files}")
    } else {
        format!("{} in {files}", found.join(", "))
    }
}

/// A longer line is not shown twice for a correction; the sentence is enough.
const LONG_LINE: usize = 400;

/// A finding on its way to the terminal.
struct ShownFinding<'a> {
    finding: &'a Diagnostic,
    place: Option<Span>,
    mask: &'a Mask,
}

/// Some lines of a source.
struct SourceLines<'a> {
    source: &'a Masked,
    /// The first of them, counted from 1.
    first: usize,
    /// The byte at which they begin.
    start: usize,
    text: &'a str,
}

impl SourceLines<'_> {
    /// `span` relative to the lines, at character boundaries.
    fn range(&self, span: Span) -> Range<usize> {
        let boundary = |at: u32| {
            let mut at = (at as usize)
                .saturating_sub(self.start)
                .min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (boundary(span.start), boundary(span.end));
        start..end.max(start)
    }
}

impl<'a> ShownFinding<'a> {
    fn text(&self, text: &str) -> String {
        self.mask.text(self.finding, text)
    }

    /// The lines of one source that contain `spans`.
    fn lines(&self, id: SourceId, spans: &[Span]) -> Option<SourceLines<'a>> {
        let source = self.mask.source(id)?;
        let start = spans.iter().map(|span| span.start).min()? as usize;
        let end = spans.iter().map(|span| span.end).max()? as usize;
        let (first, last) = source.lines_of(start, end);
        let (start, end) = (source.line_start(first), source.line_start(last + 1));
        Some(SourceLines {
            source,
            first: first + 1,
            start,
            text: source.text.get(start..end).unwrap_or_default(),
        })
    }

    fn groups(&self) -> Vec<Group<'a>> {
        let finding = self.finding;
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut group = level
            .primary_title(self.text(&finding.message))
            .id(finding.code.0)
            .elements(self.record())
            .elements(self.snippets());
        for note in &finding.notes {
            group = group.element(Level::NOTE.message(self.text(note)));
        }
        let patches: Vec<_> = finding.help.iter().map(|help| self.patch(help)).collect();
        for (help, patch) in finding.help.iter().zip(&patches) {
            if patch.is_none() {
                group = group.element(Level::HELP.message(self.text(&help.message)));
            }
        }
        let mut groups = vec![group];
        groups.extend(patches.into_iter().flatten());
        groups
    }

    /// The file of the record that the finding is about, without a location.
    fn record(&self) -> Option<Origin<'a>> {
        let source = self.mask.source(self.finding.record?)?;
        Some(Origin::path(&source.name))
    }

    /// A snippet for each source; the finding's own location comes first.
    fn snippets(&self) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let labels = &self.finding.labels;
        let place = self.place.map(|span| span.source);
        let mut ids: Vec<SourceId> = labels.iter().map(|label| label.span.source).collect();
        ids.sort_by_key(|id| (Some(*id) != place, *id));
        ids.dedup();
        ids.into_iter().filter_map(|id| self.snippet(id)).collect()
    }

    fn snippet(&self, id: SourceId) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let labels = self.finding.labels.iter();
        let labels: Vec<_> = labels.filter(|label| label.span.source == id).collect();
        let spans: Vec<Span> = labels.iter().map(|label| label.span).collect();
        let lines = self.lines(id, &spans)?;
        let annotations = labels.into_iter().map(|label| {
            let kind = if Some(label.span) == self.place {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let annotation = kind.span(lines.range(label.span));
            if label.message.is_empty() {
                annotation
            } else {
                annotation.label(self.text(&label.message))
            }
        });
        let snippet = Snippet::source(lines.text).line_start(lines.first);
        Some(snippet.path(&lines.source.name).annotations(annotations))
    }

    /// The replacement, as lines before and after; `None` without a replacement, or if the line is
    /// too long.
    fn patch(&self, help: &Help) -> Option<Group<'a>> {
        let (span, replacement) = help.replacement.as_ref()?;
        let lines = self.lines(span.source, &[*span])?;
        if lines.text.len() > LONG_LINE {
            return None;
        }
        let patch = Patch::new(lines.range(*span), self.text(replacement));
        let snippet = Snippet::source(lines.text).line_start(lines.first);
        let snippet = snippet.path(&lines.source.name).patch(patch);
        let title = Level::HELP.secondary_title(self.text(&help.message));
        Some(title.element(snippet))
    }
}

#[cfg(test)]
mod tests {
    use super::super::code;
    use super::*;
    use crate::source::Source;

    fn one(text: &str, finding: impl Fn(SourceId) -> Diagnostic) -> String {
        let mut sources = Sources::default();
        let id = sources.add(Source {
            name: "prod.kdl".into(),
            text: text.to_owned().into(),
            catalogue: false,
        });
        human(
            [finding(id)].iter(),
            &sources,
            Style {
                color: false,
                width: 80,
            },
        )
    }

    #[test]
    fn a_finding_shows_its_place_its_notes_and_what_to_type() {
        let text = "tier \"large\"\napi {\n    limits cpu=500m\n}\n";
        let shown = one(text, |id| {
            let span = Span::new(id, 34, 38);
            Diagnostic::error(
                code::BARE_VALUE,
                "`500m` starts like a number but is not one",
                span,
            )
            .note("KDL 2 knows no units")
            .replace("a value with a unit is quoted", span, "\"500m\"")
        });
        let expected = "\
error[bare-value]: `500m` starts like a number but is not one
 --> prod.kdl:3:16
  |
3 |     limits cpu=500m
  |                ^^^^
  |
  = note: KDL 2 knows no units
help: a value with a unit is quoted
  |
3 -     limits cpu=500m
3 +     limits cpu=\"500m\"
  |

";
        assert_eq!(shown, expected);
    }

    #[test]
    fn no_place_in_a_text_makes_it_fail() {
        for text in ["", "\u{feff}", "é\r\n", "\t\tx", &"a".repeat(100_000)] {
            for (start, end) in [(0, 0), (1, 2), (2, 1), (9, 99)] {
                let shown = one(text, |id| {
                    Diagnostic::error(code::SYNTAX, "a sentence", Span::new(id, start, end))
                });
                assert!(
                    shown.starts_with("error[syntax]: a sentence\n") && shown.len() < 2000,
                    "{shown}"
                );
            }
        }
    }

    #[test]
    fn a_secret_is_never_shown() {
        let shown = one("endpoint \"postgres://app:hunter2@db/x\"\n", |id| {
            Diagnostic::error(
                code::SECRET_LITERAL,
                "a password stands here",
                Span::new(id, 25, 32),
            )
        });
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn counting_reads_as_a_sentence() {
        assert_eq!(summary(2, 1, 0, 3), "2 errors, 1 warning in 3 files");
        assert_eq!(summary(0, 0, 0, 1), "no findings in 1 file");
    }
}
