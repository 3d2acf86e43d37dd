//! `templates/values.yaml.j2`: the values of a chart with keys of its own. The template reads a
//! documented view of the environment, and its output takes the place of `helm/values.yaml`.
//!
//! An expression writes a whole YAML value, with the quotes that it needs. So a text such as `on`
//! cannot become a boolean by accident.

mod data;
mod filters;
pub mod layouts;
mod output;
mod trace;

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment as Templates, Error, ErrorKind, Output, State, Value};
use schemars::generate::SchemaSettings;

use crate::diagnostic::mask::{find_secrets, mask};
use crate::diagnostic::{Code, Diagnostic, code, suggest};
use crate::emit::{header, template, yaml};
use crate::model::Environment;
use crate::source::{SourceId, Span};

pub use data::{TemplateData, VERSION};
pub use output::TemplateValues;

/// Where a folder of environments has its template.
pub const PATH: &str = "templates/values.yaml.j2";

/// The most bytes of a template.
pub const MOST_BYTES: u64 = 1 << 20;

/// Steps of a rendering, which also bound its memory: far more than the values of a large
/// environment need.
const FUEL: u64 = 2_000_000;

/// The most bytes of the values. Helm keeps a release in a Secret of at most 1 MiB.
const MOST_OUTPUT: usize = 4 << 20;

/// The characters around what an expression wrote, until its place has been checked.
const MARKS: [char; 2] = ['\u{e000}', '\u{e001}'];

/// The name of the only template.
const NAME: &str = "values";

/// A template that was read.
pub struct ValuesTemplate {
    source: SourceId,
    text: String,
    templates: Templates<'static>,
}

impl ValuesTemplate {
    /// Parses the text of `source`.
    ///
    /// # Errors
    ///
    /// A finding about its first mistake.
    pub fn parse(text: &str, source: SourceId) -> Result<Self, Box<Diagnostic>> {
        let mut templates = template::templates();
        templates.set_auto_escape_callback(|_| AutoEscape::Custom("yaml".into()));
        templates.set_formatter(write);
        templates.set_fuel(Some(FUEL));
        filters::add(&mut templates);
        let mut template = Self {
            source,
            text: text.to_owned(),
            templates: Templates::empty(),
        };
        if let Some(mark) = MARKS.iter().find_map(|mark| text.find(*mark)) {
            let message = "the template has a character of Unicode's private use area";
            let at = Span::new(source, mark, mark + 3);
            return Err(Box::new(Diagnostic::error(CODE, message, at)));
        }
        match templates.add_template_owned(NAME, text.to_owned()) {
            Ok(()) => template.templates = templates,
            Err(error) => return Err(Box::new(template.refused(&error, None))),
        }
        Ok(template)
    }

    /// The values of an environment.
    ///
    /// # Errors
    ///
    /// A finding about the first mistake: the template cannot be evaluated, or its output is not a
    /// map of values.
    pub fn render(&self, environment: &Environment) -> Result<TemplateValues, Box<Diagnostic>> {
        let data = TemplateData::of(environment);
        let rendered = self
            .templates
            .get_template(NAME)
            .and_then(|template| template.render_with_spans(Value::from(Serde(&data))));
        let (raw, spans) =
            rendered.map_err(|error| Box::new(self.refused(&error, Some(environment))))?;
        if raw.len() > MOST_OUTPUT {
            let message = format!(
                "the values of `{}` are larger than the limit of {} MiB",
                environment.environment.value,
                MOST_OUTPUT >> 20
            );
            return Err(Box::new(Diagnostic::error(CODE, message, self.span(0, 0))));
        }
        TemplateValues::read(self, environment, &raw, &spans)
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    /// Why the template cannot be parsed or evaluated.
    fn refused(&self, error: &Error, environment: Option<&Environment>) -> Diagnostic {
        let error = innermost(error);
        let range = error.range().unwrap_or_else(|| self.line(error.line()));
        let range = if error.kind() == ErrorKind::UndefinedError {
            self.whole_path(range)
        } else {
            range
        };
        let fragment = self.text.get(range.clone()).unwrap_or_default();
        let span = self.span(range.start, range.end);
        let detail = error.detail().unwrap_or_default();
        let told = |message: String| Diagnostic::error(CODE, mask(&message), span);
        let kind = error.kind();
        if kind == ErrorKind::UndefinedError {
            return undefined(told, fragment, environment);
        }
        if kind == ErrorKind::OutOfFuel {
            let finding = told("the template does not end within 2,000,000 steps".to_owned());
            return finding
                .help("a loop over the workloads of the largest environment needs a few thousand");
        }
        let not_found = [ErrorKind::TemplateNotFound, ErrorKind::BadInclude].contains(&kind);
        if not_found {
            return told(
                "a values template is one file: it cannot include or import another".to_owned(),
            );
        }
        if kind == ErrorKind::SyntaxError {
            return told(format!("the template has a syntax error: {detail}"));
        }
        if kind == ErrorKind::UnknownFilter {
            let finding = told(format!("the template has an unknown filter: {detail}"));
            return finding.help("docs/your-chart.md lists the filters");
        }
        let about = if detail.is_empty() {
            kind.to_string()
        } else {
            detail.to_owned()
        };
        told(format!("the template cannot be evaluated: {about}"))
    }

    /// The range with the names before it: an error points at the last lookups of a path.
    fn whole_path(&self, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let before = self.text.get(..range.start).unwrap_or_default();
        let rest = self.text.get(range.clone()).unwrap_or_default();
        if !rest.starts_with('.') && !before.ends_with('.') {
            return range;
        }
        let of_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        before.trim_end_matches(of_path).len()..range.end
    }

    /// The bytes of a line that counts from 1, without its indentation.
    fn line(&self, number: Option<usize>) -> std::ops::Range<usize> {
        let number = number.unwrap_or(1).max(1);
        let mut start = 0;
        for line in self.text.split_inclusive('\n').take(number - 1) {
            start += line.len();
        }
        let line = self.text.get(start..).unwrap_or_default();
        let line = line.lines().next().unwrap_or_default();
        let blank = line.len() - line.trim_start().len();
        start + blank..start + line.len()
    }
}

/// The templates of a run, by the folder of the environments' files.
#[derive(Default)]
pub struct ValuesTemplates(BTreeMap<String, Result<ValuesTemplate, Box<Diagnostic>>>);

impl ValuesTemplates {
    /// Adds the template of a folder, which may be broken.
    pub fn insert(&mut self, folder: &str, text: &str, source: SourceId) {
        let template = ValuesTemplate::parse(text, source);
        self.0.insert(folder.to_owned(), template);
    }

    /// The template beside a file, if there is one that can be parsed.
    #[must_use]
    pub fn beside(&self, file: &str) -> Option<&ValuesTemplate> {
        self.0.get(folder_of(file))?.as_ref().ok()
    }

    /// The values of an environment whose file has a template beside it.
    ///
    /// # Errors
    ///
    /// A finding about the first mistake in the template.
    pub fn render(
        &self,
        file: &str,
        environment: &Environment,
    ) -> Result<Option<TemplateValues>, Box<Diagnostic>> {
        match self.0.get(folder_of(file)) {
            None => Ok(None),
            Some(Err(broken)) => Err(broken.clone()),
            Some(Ok(template)) => template.render(environment).map(Some),
        }
    }
}

/// `schema/template-data.schema.json`: what a template reads.
///
/// # Panics
///
/// Never: a schema is plain JSON.
#[must_use]
pub fn schema() -> String {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<TemplateData>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}

/// The folder of a file, without the last `/`; empty for a file without a folder.
#[must_use]
pub fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The finding of every mistake in a template.
const CODE: Code = code::VALUES_TEMPLATE;

/// Errors in macros and filters wrap the original.
fn innermost(error: &Error) -> &Error {
    let mut found = error;
    let mut next = std::error::Error::source(error);
    while let Some(inner) = next {
        if let Some(inner) = inner.downcast_ref::<Error>()
            && inner.line().is_some()
        {
            found = inner;
        }
        next = inner.source();
    }
    found
}

/// A name that the data does not have, with the nearest one that it has.
fn undefined(
    told: impl Fn(String) -> Diagnostic,
    fragment: &str,
    environment: Option<&Environment>,
) -> Diagnostic {
    let path = trace::leading_path(fragment);
    let shown = if path.is_empty() { fragment } else { path };
    let finding = told(format!(
        "the template reads `{shown}`, which is not defined"
    ));
    let listed = "`tierc show FILE --format template` prints all names";
    let Some(environment) = environment else {
        return finding.help(listed);
    };
    let data = serde_json::to_value(TemplateData::of(environment)).unwrap_or_default();
    let mut known = &data;
    for (index, part) in path.split('.').enumerate() {
        if let Some(next) = known.get(part) {
            known = next;
            continue;
        }
        // The variable of a loop, which is mostly over workloads.
        let apis = known.get("apis").and_then(|apis| apis.as_object());
        let workload = apis.and_then(|apis| apis.values().next());
        if let Some(workload) = workload.filter(|_| index == 0 && path != part) {
            known = workload;
            continue;
        }
        let keys = known.as_object().into_iter().flat_map(|map| map.keys());
        let keys: Vec<&str> = keys.map(String::as_str).collect();
        return match suggest::nearest(part, keys.iter().copied()) {
            Some(near) => finding.help(format!("did you mean `{near}` instead of `{part}`?")),
            None if keys.is_empty() || path == part => finding.help(listed),
            None => finding.help(format!(
                "`{}` has {}",
                path.split(&format!(".{part}")).next().unwrap_or_default(),
                suggest::list(keys)
            )),
        };
    }
    finding.help(listed)
}

/// Writes what an expression gives: a text that a filter made ready as it is, anything else as one
/// YAML value between marks.
fn write(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_safe() {
        return out.write_str(&value.to_string()).map_err(Error::from);
    }
    let json = filters::to_json(value)?;
    let written = match json.as_str() {
        Some(text) => yaml::one_line(text),
        None => json.to_string(),
    };
    if written.contains(MARKS) {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "a text has a character of Unicode's private use area",
        ));
    }
    let [open, close] = MARKS;
    write!(out, "{open}{written}{close}").map_err(Error::from)
}

/// The text of the file, below its header.
fn file(source_name: &str, text: &str) -> String {
    let mut file = header::header(source_name);
    file.push_str(text);
    if !file.ends_with('\n') {
        file.push('\n');
    }
    file
}

/// The place of a literal that looks like a credential.
fn credential(text: &str) -> Option<std::ops::Range<usize>> {
    find_secrets(text).into_iter().next()
}
