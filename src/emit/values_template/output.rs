//! What a template wrote: it must be one map that every YAML reader understands alike.

use minijinja::OutputSpan;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::mask::mask;
use crate::emit::yaml::{self, LineColumn, Located, LocatedNode, YamlMistake};
use crate::model::Environment;

use super::trace::{self, Trace, WrittenPart};
use super::{CODE, ValuesTemplate, credential, file};

/// The values that a template wrote for an environment.
pub struct TemplateValues {
    text: String,
    document: Located,
    trace: Trace,
}

/// An output that is being checked.
struct CheckedOutput<'a> {
    template: &'a ValuesTemplate,
    environment: &'a Environment,
    text: &'a str,
    trace: &'a Trace,
    /// The byte at which each line begins.
    lines: Vec<usize>,
}

impl TemplateValues {
    /// Checks the output `raw` of a template.
    pub(super) fn read(
        template: &ValuesTemplate,
        environment: &Environment,
        raw: &str,
        spans: &[OutputSpan],
    ) -> Result<Self, Box<Diagnostic>> {
        let (text, written, trace) = Trace::of(raw, spans);
        let checked = CheckedOutput::new(template, environment, &text, &trace);
        if let Some(part) = written.iter().find(|part| !is_whole(&text, part)) {
            let message = "an expression writes a whole YAML value, and here it is part of a text";
            let finding = checked.at(part.range.start, message);
            return Err(Box::new(finding.help("join the parts in one expression, such as `{{ app ~ \"-\" ~ tier }}`, or write this one as it is with `| safe`")));
        }
        let document = checked.document()?;
        checked.read_alike(&document)?;
        checked.free_of_credentials()?;
        Ok(Self {
            text,
            document,
            trace,
        })
    }

    /// The file, with its header.
    #[must_use]
    pub fn file(&self, source_name: &str) -> String {
        file(source_name, &self.text)
    }

    /// The values.
    #[must_use]
    pub fn value(&self) -> serde_json::Value {
        self.document.value()
    }

    /// A finding about the value at a JSON pointer.
    #[must_use]
    pub fn misfit(
        &self,
        template: &ValuesTemplate,
        environment: &Environment,
        pointer: &str,
        message: &str,
    ) -> Diagnostic {
        let checked = CheckedOutput::new(template, environment, &self.text, &self.trace);
        checked.at(checked.offset(self.document.find(pointer)), message)
    }
}

impl<'a> CheckedOutput<'a> {
    fn new(
        template: &'a ValuesTemplate,
        environment: &'a Environment,
        text: &'a str,
        trace: &'a Trace,
    ) -> Self {
        let feeds = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            template,
            environment,
            text,
            trace,
            lines: std::iter::once(0).chain(feeds).collect(),
        }
    }

    /// The byte at a place of the output.
    fn offset(&self, at: LineColumn) -> usize {
        let before = self.lines.get(at.line.saturating_sub(1));
        let before = before.copied().unwrap_or(self.text.len());
        let line = self.text.get(before..).unwrap_or_default();
        let mut characters = line.char_indices();
        let column = characters.nth(at.column.saturating_sub(1));
        before + column.map_or(0, |(offset, _)| offset)
    }

    /// A finding about the byte `at` of the output: it points at the template, and at the value of
    /// the file that an expression read.
    fn at(&self, at: usize, message: &str) -> Diagnostic {
        let place = self.trace.back(at, &self.template.text);
        let expression = self.template.text.get(place.range.clone());
        let line = self.line(at);
        let span = self.template.span(place.range.start, place.range.end);
        let written = if place.is_expression {
            format!("this writes `{}`", line.trim())
        } else {
            String::new()
        };
        let finding = Diagnostic::error(CODE, mask(message), span);
        let mut finding = Diagnostic {
            labels: Vec::new(),
            ..finding
        }
        .label(span, mask(&written));
        let token = token(self.text, at);
        let read = expression.filter(|_| place.is_expression);
        let stated = read.and_then(|expression| trace::stated(self.environment, expression, token));
        if let Some((path, span)) = stated {
            finding = finding.label(span, format!("`{path}`"));
        }
        finding
    }

    /// The line of the output with the byte `at`.
    fn line(&self, at: usize) -> &str {
        let start = self.text.get(..at).and_then(|text| text.rfind('\n'));
        let start = start.map_or(0, |feed| feed + 1);
        let rest = self.text.get(start..).unwrap_or_default();
        rest.lines().next().unwrap_or_default()
    }

    /// The only document, which is a map with at least one entry.
    fn document(&self) -> Result<Located, Box<Diagnostic>> {
        let name = &self.environment.environment.value;
        let document = yaml::read_located(self.text).map_err(|mistake| {
            let YamlMistake { message, at } = mistake;
            let offset = at.map_or(0, |at| self.offset(at));
            let message = format!("the template does not write YAML for `{name}`: {message}");
            let finding = self.at(offset, &message);
            Box::new(match at.map(|_| self.line(offset)) {
                // What an expression wrote is in the label, and what the template has is in view.
                Some(line) if !self.template.text.contains(line.trim()) => {
                    finding.note(mask(&format!("the line of the output: {}", line.trim())))
                }
                Some(_) | None => finding,
            })
        })?;
        let (at, message) = match &document.node {
            LocatedNode::Map(entries) if !entries.is_empty() => return Ok(document),
            LocatedNode::Scalar(serde_json::Value::Null) | LocatedNode::Map(_) => {
                (0, format!("the template writes no values for `{name}`"))
            }
            LocatedNode::Scalar(_) | LocatedNode::List(_) => (
                self.offset(document.at),
                format!("the template must write a map of values for `{name}`"),
            ),
        };
        Err(Box::new(self.at(at, &message)))
    }

    /// No unquoted value means one thing to Helm and another to other readers.
    fn read_alike(&self, document: &Located) -> Result<(), Box<Diagnostic>> {
        let mut scalars = Vec::new();
        document.scalars(&mut scalars);
        for (at, _) in scalars {
            let offset = self.offset(at);
            let token = token(self.text, offset);
            if yaml::differs_by_reader(token) {
                let message = format!(
                    "`{token}` is not the same to every YAML reader: Helm takes it for a boolean or another number"
                );
                return Err(Box::new(self.at(offset, &message).help(format!(
                    "quote it as `\"{token}\"` if it is a text, or write `true`, `false` or a plain number"
                ))));
            }
        }
        Ok(())
    }

    fn free_of_credentials(&self) -> Result<(), Box<Diagnostic>> {
        let Some(range) = credential(self.text) else {
            return Ok(());
        };
        let message = "the template writes a literal that looks like a credential";
        let finding = self.at(range.start, message);
        let help = "refer to a Secret instead, as `secret_env` of each workload does";
        Err(Box::new(finding.help(help)))
    }
}

/// The plain scalar that begins at a byte; empty for one with quotes.
fn token(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    let end = [" #", ": ", ",", "]", "}"]
        .iter()
        .filter_map(|end| line.find(end))
        .min()
        .unwrap_or(line.len());
    let token = line.get(..end).unwrap_or_default().trim_end();
    token.strip_suffix(':').unwrap_or(token)
}

/// Whether nothing but YAML's own signs stands beside what an expression wrote.
fn is_whole(text: &str, part: &WrittenPart) -> bool {
    let (before, from) = text.split_at_checked(part.range.start).unwrap_or_default();
    let after = from.get(part.range.len()..).unwrap_or_default();
    let after = after.lines().next().unwrap_or_default();
    let (above, before) = before.rsplit_once('\n').unwrap_or(("", before));
    let start = before.trim();
    if start.starts_with('#') {
        return true;
    }
    let spaced = before.ends_with(' ');
    let begins = match start.chars().last() {
        None | Some('[' | '{' | ',') => true,
        Some(':') => spaced,
        Some('-') => spaced && start.chars().all(|c| matches!(c, '-' | ' ')),
        Some(_) => false,
    };
    let rest = after.trim_start();
    let ends = rest.is_empty()
        || rest.starts_with([',', ']', '}'])
        || rest == ":"
        || rest.starts_with(": ")
        || after.starts_with(" #");
    // Alone on its line, it belongs to the key above, or to a text of several lines.
    let alone = start.is_empty() && rest.is_empty();
    begins && ends && (!alone || above.trim_end().ends_with(':'))
}
