//! From a byte of the output back to the template that wrote it, and to the value of the file.

use std::ops::Range;

use minijinja::{OutputSpan, OutputSpanKind};

use crate::model::attribute::join;
use crate::model::{Api, Attribute, Environment, Name};
use crate::source::{Origin, Span};

use super::MARKS;

/// The places of an output, which lost its marks.
pub(super) struct Trace {
    /// Where the template wrote what.
    spans: Vec<TracedSpan>,
    /// The bytes of the output before which a mark stood.
    marks: Vec<usize>,
}

struct TracedSpan {
    output: Range<usize>,
    template: Range<usize>,
    is_expression: bool,
}

/// A part of the template that wrote something.
pub(super) struct TemplatePlace {
    /// The bytes of the template.
    pub(super) range: Range<usize>,
    /// Whether an expression wrote it.
    pub(super) is_expression: bool,
}

/// What an expression wrote.
pub(super) struct WrittenPart {
    /// Its bytes in the output without marks.
    pub(super) range: Range<usize>,
}

impl Trace {
    /// The output without marks, what stood between them, and the way back.
    pub(super) fn of(raw: &str, spans: &[OutputSpan]) -> (String, Vec<WrittenPart>, Self) {
        let (mut text, mut marks) = (String::with_capacity(raw.len()), Vec::new());
        let (mut open, mut written) = (None, Vec::new());
        for c in raw.chars() {
            match MARKS.iter().position(|mark| *mark == c) {
                None => text.push(c),
                Some(which) => {
                    marks.push(text.len());
                    if which == 0 {
                        open = Some(text.len());
                    } else if let Some(start) = open.take() {
                        let range = start..text.len();
                        written.push(WrittenPart { range });
                    }
                }
            }
        }
        let spans = spans.iter().map(|span| TracedSpan {
            output: span.output_range(),
            template: span.source_range(),
            is_expression: span.kind() == OutputSpanKind::Expression,
        });
        let spans = spans.collect();
        (text, written, Self { spans, marks })
    }

    /// What wrote the byte `at` of the output.
    pub(super) fn back(&self, at: usize, template: &str) -> TemplatePlace {
        let before = self.marks.partition_point(|mark| *mark <= at);
        let raw = at + before * MARKS.first().map_or(0, |mark| mark.len_utf8());
        let index = self.spans.partition_point(|span| span.output.end <= raw);
        let Some(span) = self.spans.get(index).or_else(|| self.spans.last()) else {
            return TemplatePlace {
                range: 0..0,
                is_expression: false,
            };
        };
        if span.is_expression {
            return TemplatePlace {
                range: span.template.clone(),
                is_expression: true,
            };
        }
        let start = span.template.start + raw.saturating_sub(span.output.start);
        let start = start.min(span.template.end);
        let rest = template.get(start..).unwrap_or_default();
        let end = rest.find(['\n', '{']).unwrap_or(rest.len());
        let end = rest.get(..end).unwrap_or_default().trim_end().len();
        TemplatePlace {
            range: start..start + end,
            is_expression: false,
        }
    }
}

/// The names that an expression begins with: `api.requests.cpu` of `api.requests.cpu | int`.
pub(super) fn leading_path(expression: &str) -> &str {
    let of_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let expression = expression.trim();
    let end = expression.find(|c| !of_path(c)).unwrap_or(expression.len());
    expression.get(..end).unwrap_or_default().trim_matches('.')
}

/// The attribute that an expression reads, and where the file or the tier states it. `written` is
/// what it gave; it tells pools apart in a loop.
pub(super) fn stated(
    environment: &Environment,
    expression: &str,
    written: &str,
) -> Option<(String, Span)> {
    let path = leading_path(expression).replace('_', "-");
    let (first, rest) = path.split_once('.')?;
    let attributes = environment.list();
    let exact = match first {
        "workers" => format!("worker.{rest}"),
        "apis" => {
            let (name, rest) = rest.split_once('.')?;
            join(&Api::path(&Name::composed(name.to_owned())), rest)
        }
        _ => path.clone(),
    };
    let found = attributes.iter().find(|it| it.path == exact);
    let found = found.or_else(|| in_loop(&attributes, rest, written));
    let attribute = found?;
    match attribute.origin {
        Origin::Declared(span) | Origin::Tier(span) => Some((attribute.path.clone(), span)),
        Origin::Derived(_) | Origin::Recorded => None,
    }
}

/// The only attribute below a workload that ends with `rest` and has this value.
fn in_loop<'a>(attributes: &'a [Attribute], rest: &str, written: &str) -> Option<&'a Attribute> {
    let ending = format!(".{rest}");
    let plain = written.trim_matches('"');
    let of_workload = |path: &str| path.starts_with("api.") || path.starts_with("worker.");
    let mut found = attributes.iter().filter(|it| {
        of_workload(&it.path) && it.path.ends_with(&ending) && it.value.trim_matches('"') == plain
    });
    let only = found.next()?;
    found.next().is_none().then_some(only)
}
