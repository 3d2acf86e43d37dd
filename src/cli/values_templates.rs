//! The values templates beside the environments of a run.

use std::collections::BTreeMap;
use std::path::Path;

use crate::compile::{Comparison, Compiled, Outcome, Run, SideFile};
use crate::diagnostic::{Diagnostic, render};
use crate::emit::values_template::{
    MOST_BYTES, PATH, TemplateValues, ValuesTemplate, ValuesTemplates, folder_of,
};
use crate::model::Environment;
use crate::pair::Pair;
use crate::source::{Source, Sources};

use super::error::Error;
use super::files;
use super::output::Output;

/// The text of a template.
pub(super) struct TemplateText {
    /// The folder of the environments' files, as their names have it.
    pub(super) folder: String,
    /// The template's own name for display.
    pub(super) name: String,
    pub(super) text: String,
}

/// Reads the templates beside files of the working tree.
pub(super) fn beside(files: &[SideFile]) -> Result<Vec<TemplateText>, Vec<String>> {
    read(files.iter().map(|file| file.input.name.as_str()))
}

/// Reads the template of each folder that a file is in.
fn read<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<TemplateText>, Vec<String>> {
    let mut folders: Vec<&str> = names.map(folder_of).collect();
    folders.sort_unstable();
    folders.dedup();
    let (mut texts, mut failures) = (Vec::new(), Vec::new());
    for folder in folders {
        let path = Path::new(folder).join(PATH);
        let name = path.display().to_string();
        match files::read_file(&path, MOST_BYTES) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => texts.push(TemplateText {
                    folder: folder.to_owned(),
                    name,
                    text,
                }),
                Err(_) => failures.push(format!("`{name}` is not UTF-8 text")),
            },
            Err(Error::Absent(_)) => {}
            Err(error) => failures.push(error.to_string()),
        }
    }
    if failures.is_empty() {
        Ok(texts)
    } else {
        Err(failures)
    }
}

/// Parses templates. Every one of `sources` gets their texts, under the same ids.
fn parse(texts: &[TemplateText], sources: &mut [&mut Sources]) -> ValuesTemplates {
    let mut templates = ValuesTemplates::default();
    for text in texts {
        let source = || Source {
            name: text.name.clone(),
            text: text.text.clone().into(),
            catalogue: false,
        };
        let ids: Vec<_> = sources.iter_mut().map(|it| it.add(source())).collect();
        if let Some(id) = ids.first() {
            templates.insert(&text.folder, &text.text, *id);
        }
    }
    templates
}

/// The templates of both sides of a comparison.
pub(super) fn parse_both(
    texts: &Pair<Vec<TemplateText>>,
    sources: Pair<&mut Sources>,
) -> Pair<ValuesTemplates> {
    let mut sources = [sources.before, sources.after];
    Pair::new(
        parse(&texts.before, &mut sources),
        parse(&texts.after, &mut sources),
    )
}

/// The templates of a run of the working tree.
pub(super) struct RunTemplates {
    pub(super) templates: ValuesTemplates,
    /// The run's sources, and the templates.
    pub(super) sources: Sources,
}

impl RunTemplates {
    pub(super) fn of(run: &Run) -> Result<Self, Vec<String>> {
        let names = run.files.iter().map(|file| name(file, &run.sources));
        let texts = read(names)?;
        let mut sources = run.sources.clone();
        Ok(Self {
            templates: parse(&texts, &mut [&mut sources]),
            sources,
        })
    }

    /// The values of each environment that has a template, by the environment's name.
    pub(super) fn render(
        &self,
        run: &Run,
    ) -> Result<BTreeMap<String, TemplateValues>, Vec<Diagnostic>> {
        let (mut values, mut broken) = (BTreeMap::new(), Vec::new());
        for file in &run.files {
            let Some(environment) = &file.environment else {
                continue;
            };
            match self.templates.render(name(file, &run.sources), environment) {
                Ok(Some(rendered)) => {
                    values.insert(environment.environment.value.to_string(), rendered);
                }
                Ok(None) => {}
                Err(finding) => broken.push(*finding),
            }
        }
        if broken.is_empty() {
            Ok(values)
        } else {
            Err(broken)
        }
    }

    /// Prints findings about templates, each once.
    pub(super) fn say(&self, findings: &[Diagnostic], output: &Output) {
        say(findings, &self.sources, output);
    }
}

/// The most findings that are shown.
const SHOWN: usize = 20;

fn say(findings: &[Diagnostic], sources: &Sources, output: &Output) {
    let mut once: Vec<&Diagnostic> = Vec::new();
    for finding in findings {
        if !once.contains(&finding) {
            once.push(finding);
        }
    }
    let style = output.error_style();
    let text = render::human_first(SHOWN, once.iter().copied(), sources, style);
    output.say(text.trim_end());
    output.say("");
    if let Some(more) = once.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        output.say(&format!("and {more} more"));
    }
}

fn name<'a>(file: &Compiled, sources: &'a Sources) -> &'a str {
    &sources.get(file.source).name
}

/// The template beside the file of each side of an outcome.
fn of_outcome<'a>(
    outcome: &Outcome<'_>,
    comparison: &'a Comparison,
) -> Pair<Option<&'a ValuesTemplate>> {
    let sources = &comparison.runs.after.sources;
    let found = |file: Option<&Compiled>, templates: &'a ValuesTemplates| {
        templates.beside(name(file?, sources))
    };
    let Pair { before, after } = outcome.files;
    let templates = &comparison.templates;
    Pair::new(
        found(before, &templates.before),
        found(after, &templates.after),
    )
}

/// The template of every state of a plan: AFTER's, because a plan does not change templates.
pub(super) fn of_plan<'a>(
    outcome: &Outcome<'_>,
    comparison: &'a Comparison,
) -> Option<&'a ValuesTemplate> {
    of_outcome(outcome, comparison).after
}

/// Whether both sides of an outcome have the same template, or none.
pub(super) fn are_alike(outcome: &Outcome<'_>, comparison: &Comparison) -> bool {
    let Pair { before, after } = of_outcome(outcome, comparison);
    before.map(ValuesTemplate::text) == after.map(ValuesTemplate::text)
}

/// Prints the findings about the templates of both sides. Returns whether there are any.
pub(super) fn say_broken(comparison: &Comparison, output: &Output) -> bool {
    let sources = &comparison.runs.after.sources;
    let broken = |file: Option<&Compiled>,
                  environment: Option<&Environment>,
                  templates: &ValuesTemplates| {
        let rendered = templates.render(name(file?, sources), environment?);
        rendered.err().map(|finding| *finding)
    };
    let templates = &comparison.templates;
    let mut findings = Vec::new();
    for outcome in comparison.outcomes() {
        let Pair { before, after } = outcome.files;
        let (was, is) = (outcome.sides.before, outcome.sides.after);
        findings.extend(broken(before, was, &templates.before));
        findings.extend(broken(after, is, &templates.after));
    }
    if !findings.is_empty() {
        say(&findings, sources, output);
    }
    !findings.is_empty()
}
