//! Findings as text for a terminal: the only user of `annotate-snippets`.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::mask;
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

/// Findings one after the other, each with the lines it speaks of.
pub fn human<'a>(
    findings: impl Iterator<Item = &'a Diagnostic>,
    sources: &Sources,
    style: Style,
) -> String {
    let renderer = if style.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(style.width);
    findings
        .map(|finding| {
            let shown = Shown::new(finding, sources);
            format!("{}\n\n", renderer.render(&shown.groups(finding, sources)))
        })
        .collect()
}

/// A line that counts what was found.
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

/// The texts that a finding shows, masked, so that snippets can borrow them.
struct Shown {
    texts: Vec<(SourceId, String, String)>,
}

impl Shown {
    fn new(finding: &Diagnostic, sources: &Sources) -> Self {
        let spans = finding.labels.iter().map(|label| label.span);
        let patched = finding
            .help
            .iter()
            .filter_map(|help| help.replacement.as_ref().map(|(span, _)| *span));
        let mut texts: Vec<(SourceId, String, String)> = Vec::new();
        for span in spans.chain(patched) {
            if !texts.iter().any(|(id, _, _)| *id == span.source) {
                let source = sources.get(span.source);
                texts.push((span.source, source.name.clone(), mask::mask(&source.text)));
            }
        }
        Self { texts }
    }

    fn text(&self, id: SourceId) -> (&str, &str) {
        let found = self.texts.iter().find(|(known, _, _)| *known == id);
        found.map_or(("", ""), |(_, name, text)| (name.as_str(), text.as_str()))
    }

    fn groups<'a>(&'a self, finding: &'a Diagnostic, sources: &Sources) -> Vec<Group<'a>> {
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut group = level
            .primary_title(mask::mask(&finding.message))
            .id(finding.code.0)
            .elements(self.snippets(finding, sources));
        for note in &finding.notes {
            group = group.element(Level::NOTE.message(mask::mask(note)));
        }
        for help in finding
            .help
            .iter()
            .filter(|help| help.replacement.is_none())
        {
            group = group.element(Level::HELP.message(mask::mask(&help.message)));
        }
        let mut groups = vec![group];
        groups.extend(finding.help.iter().filter_map(|help| self.patch(help)));
        groups
    }

    /// A snippet for each source: the place of the finding first.
    fn snippets<'a>(
        &'a self,
        finding: &'a Diagnostic,
        sources: &Sources,
    ) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let place = finding.place(sources);
        let mut ids: Vec<SourceId> = finding
            .labels
            .iter()
            .map(|label| label.span.source)
            .collect();
        ids.sort_by_key(|id| (Some(*id) != place.map(|span| span.source), *id));
        ids.dedup();
        ids.into_iter()
            .map(|id| {
                let (name, text) = self.text(id);
                let annotations = finding
                    .labels
                    .iter()
                    .filter(|label| label.span.source == id)
                    .map(|label| {
                        let kind = if Some(label.span) == place {
                            AnnotationKind::Primary
                        } else {
                            AnnotationKind::Context
                        };
                        let annotation = kind.span(clamp(text, label.span));
                        if label.message.is_empty() {
                            annotation
                        } else {
                            annotation.label(mask::mask(&label.message))
                        }
                    });
                Snippet::source(text).path(name).annotations(annotations)
            })
            .collect()
    }

    fn patch<'a>(&'a self, help: &'a Help) -> Option<Group<'a>> {
        let (span, replacement) = help.replacement.as_ref()?;
        let (name, text) = self.text(span.source);
        let patch = Patch::new(clamp(text, *span), mask::mask(replacement));
        Some(
            Level::HELP
                .secondary_title(mask::mask(&help.message))
                .element(Snippet::source(text).path(name).patch(patch)),
        )
    }
}

/// `span` within `text`, at character boundaries.
fn clamp(text: &str, span: Span) -> Range<usize> {
    let boundary = |at: u32| {
        let mut at = (at as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (boundary(span.start), boundary(span.end));
    start..end.max(start)
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
            text: text.into(),
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
                "`500m` begins like a number and is none",
                span,
            )
            .note("KDL 2 knows no units")
            .replace("a value with a unit is quoted", span, "\"500m\"")
        });
        let expected = "\
error[bare-value]: `500m` begins like a number and is none
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
