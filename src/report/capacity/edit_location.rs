//! Where a change is typed: a node that is in the file already cannot be written a second time.

use super::Reviewed;
use crate::capacity::trial::{Line, Node, Trial};
use crate::diagnostic::visible::visible;
use crate::edit::{Address, Slot, spelled};
use crate::model::Attribute;
use crate::source::{Origin, Span};

/// A change, split by where it is typed.
pub(super) struct Placed {
    /// Edits of lines that the file has.
    pub(super) edits: Vec<String>,
    /// The nodes that it does not have.
    pub(super) nodes: String,
}

pub(super) fn placed(trial: &Trial, reviewed: &Reviewed<'_>) -> Placed {
    let file = File {
        attributes: reviewed.environment.list(),
        reviewed,
    };
    let mut placed = Placed {
        edits: Vec::new(),
        nodes: String::new(),
    };
    match trial {
        Trial::Tier(tier) => {
            placed
                .edits
                .extend(file.replaced("tier", &format!("\"{tier}\"")));
        }
        Trial::Override(nodes) => {
            for node in nodes {
                match file.edits(node) {
                    Some(edits) => placed.edits.extend(edits),
                    None => placed.nodes += &format!("{}\n", node.kdl()),
                }
            }
        }
    }
    placed.nodes.truncate(placed.nodes.trim_end().len());
    placed
}

/// What the environment's file states.
struct File<'a> {
    attributes: Vec<Attribute>,
    reviewed: &'a Reviewed<'a>,
}

impl File<'_> {
    /// What to do in a node that is in the file; none where it is not.
    fn edits(&self, node: &Node) -> Option<Vec<String>> {
        self.stated_below(&node.path())?;
        Some(
            node.lines
                .iter()
                .flat_map(|line| self.line(line, &node.head))
                .collect(),
        )
    }

    /// A line, value by value, beside what stands of it; as a whole where nothing does.
    fn line(&self, line: &Line, head: &str) -> Vec<String> {
        let whole = || vec![format!("`{}` in `{head}`", line.kdl)];
        let values = line.values.iter().map(|(path, text)| {
            self.replaced(path, text)
                .or_else(|| self.beside(path, text))
        });
        let values: Option<Vec<String>> = values.collect();
        values.filter(|it| !it.is_empty()).unwrap_or_else(whole)
    }

    fn replaced(&self, path: &str, text: &str) -> Option<String> {
        let stated = self.attributes.iter().find(|it| it.path == path)?;
        let span = declared(stated)?;
        let (name, was) = (key(path), self.written(span)?);
        let place = self.place(span);
        Some(if was == text {
            format!("`{name}{text}` as it is, at {place}")
        } else {
            format!("`{name}{text}` in place of `{name}{was}`, at {place}")
        })
    }

    /// A property whose node stands there without it.
    fn beside(&self, path: &str, text: &str) -> Option<String> {
        let (node, _) = path.rsplit_once('.')?;
        let new = Some(key(path)).filter(|key| !key.is_empty())?;
        let stated = self.stated_below(node)?;
        let span = declared(stated)?;
        let (name, was) = (key(&stated.path), self.written(span)?);
        let place = self.place(span);
        Some(format!("`{new}{text}` beside `{name}{was}`, at {place}"))
    }

    /// Some value that the file states below a path.
    fn stated_below(&self, path: &str) -> Option<&Attribute> {
        let below = format!("{path}.");
        let mut attributes = self.attributes.iter();
        attributes.find(|it| declared(it).is_some() && it.path.starts_with(&below))
    }

    /// What is at a place.
    fn written(&self, span: Span) -> Option<String> {
        let text = &self.reviewed.sources.get(span.source).text;
        let written = text.get(span.start as usize..span.end as usize)?;
        Some(visible(written))
    }

    fn place(&self, span: Span) -> String {
        let (line, column) = self.reviewed.sources.position(span);
        let name = &self.reviewed.sources.get(span.source).name;
        visible(&format!("{name}:{line}:{column}"))
    }
}

/// How the value at a path is introduced: `max=` of a property, nothing of an argument.
fn key(path: &str) -> String {
    match Address::of(path).map(|address| address.slot) {
        Some(Slot::Property(key)) => format!("{}=", spelled(&key)),
        Some(Slot::Node | Slot::Key | Slot::Arguments | Slot::Item(_)) | None => String::new(),
    }
}

fn declared(attribute: &Attribute) -> Option<Span> {
    match attribute.origin {
        Origin::Declared(span) => Some(span),
        Origin::Tier(_) | Origin::Derived(_) | Origin::Recorded => None,
    }
}
