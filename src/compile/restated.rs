//! A recorded environment, written as the file that states all of it. A record can be edited by
//! hand, and its values end up in manifests, alerts and commands. So the parser checks records with
//! the limits of the language, and no limit exists twice.

use std::fmt::{Display, Write as _};

use crate::diagnostic::suggest::turns_text;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::model::declaration::{Literal, Part, TextNode};
use crate::model::{Environment, OffHours, Waiver};
use crate::parse;
use crate::source::{Source, Sources};

/// What a record says that no file could say, as a part of a sentence; `None` if a file can say
/// everything.
#[must_use]
pub fn unsayable(environment: &Environment, waivers: &[Waiver]) -> Option<String> {
    if let Some(key) = strange_key(environment) {
        return Some(format!(
            "the name `off-hours.{key}` does not match its hours"
        ));
    }
    let text = restated(environment, waivers);
    let mut sources = Sources::default();
    let source = sources.add(Source {
        name: "record".into(),
        text: text.clone().into(),
        catalogue: false,
    });
    let mut found = Diagnostics::new();
    let _ = parse::environment(&text, source, &mut found);
    let wrong = found.iter().find(|it| it.severity == Severity::Error);
    wrong.map(told)
}

fn told(finding: &Diagnostic) -> String {
    let label = finding.labels.first().map(|label| label.message.as_str());
    match label.filter(|text| !text.is_empty()) {
        Some(label) => format!("{label}: {}", finding.message),
        None => finding.message.clone(),
    }
}

fn strange_key(environment: &Environment) -> Option<&String> {
    let all = environment.off_hours.iter();
    let mut strange =
        all.filter(|(key, it)| **key != OffHours::key(it.days.value, it.from.value, it.to.value));
    strange.next().map(|(key, _)| key)
}

/// A string of KDL, whatever is in it.
fn quoted(text: impl Display) -> String {
    let text = text.to_string();
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() || turns_text(c) => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) => quoted(text),
        Literal::Bare(text) => text.clone(),
    }
}

/// The key of a property, quoted if it is user-defined and KDL could misread it.
fn identifier(key: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let word = ["true", "false", "null", "inf", "nan"].contains(&key);
    if !word && key.starts_with(|c: char| c.is_ascii_lowercase()) && key.chars().all(plain) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

/// A node as KDL, with its block.
#[must_use]
pub fn written(node: &TextNode) -> String {
    let mut kdl = Kdl::default();
    kdl.written(node);
    kdl.0
}

/// A text of KDL that grows node by node.
#[derive(Default)]
struct Kdl(String);

impl Kdl {
    fn written(&mut self, node: &TextNode) {
        let TextNode {
            name,
            arguments,
            properties,
            children,
        } = node;
        self.0.push_str(name);
        for argument in arguments {
            self.0.push(' ');
            self.0.push_str(&literal(argument));
        }
        for (key, value) in properties {
            let _ = write!(self.0, " {}={}", identifier(key), literal(value));
        }
        if children.is_empty() {
            self.0.push('\n');
            return;
        }
        self.0.push_str(" {\n");
        for child in children {
            self.written(child);
        }
        self.0.push_str("}\n");
    }
}

/// The file that states every value of an environment. It is valid only if the environment came
/// from a valid file; a record can hold anything.
#[must_use]
pub fn restated(environment: &Environment, waivers: &[Waiver]) -> String {
    let mut file = TextNode::default();
    environment.write_attributes(&mut file);
    file.children.iter_mut().for_each(with_a_count);
    file.children.extend(waivers.iter().map(Waiver::written));
    file.children.iter().map(written).collect()
}

/// What concerned a pool that left concerns nothing now, and its hours are still to be held.
fn with_a_count(node: &mut TextNode) {
    let nothing = match node.name.as_str() {
        "off-hours" => "0",
        "event" => "1",
        _ => return,
    };
    if node.children.is_empty() {
        let mut api = TextNode::new("api");
        api.arguments.push(Literal::Bare(nothing.to_owned()));
        node.children.push(api);
    }
}
