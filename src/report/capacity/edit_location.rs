//! Where to type a change: a node that the file already has cannot be written a second time.

use super::Reviewed;
use crate::capacity::trial::Trial;
use crate::diagnostic::visible::visible;
use crate::edit::{Address, Edit, EditAction, Segment, Slot, Statement, spelled, statements};
use crate::model::Attribute;
use crate::source::{Origin, Span};

/// A change, split by where it is typed.
pub(super) struct PlacedChange {
    /// The changes to existing nodes.
    pub(super) instructions: Vec<String>,
    /// The nodes that it does not have.
    pub(super) nodes: String,
}

pub(super) fn placed(trial: &Trial, reviewed: &Reviewed<'_>) -> PlacedChange {
    let file = StatedFile {
        attributes: reviewed.environment.list(),
        reviewed,
    };
    let mut instructions = Vec::new();
    let mut nodes = Vec::new();
    for node in grouped(&trial.edits, 1) {
        let stated = node.first().and_then(|edit| edit.address());
        if stated.is_some_and(|address| file.has(&address)) {
            let lines = grouped(node, 2);
            instructions.extend(lines.into_iter().flat_map(|line| file.line(&line)));
        } else {
            nodes.extend(statements(node).iter().map(Statement::lines));
        }
    }
    PlacedChange {
        instructions,
        nodes: nodes.join("\n"),
    }
}

/// Groups edits that share this number of outer nodes. Shorter ones stay alone.
fn grouped<'a>(edits: impl IntoIterator<Item = &'a Edit>, depth: usize) -> Vec<Vec<&'a Edit>> {
    let mut groups: Vec<(Option<Vec<Segment>>, Vec<&Edit>)> = Vec::new();
    for edit in edits {
        let address = edit.address();
        let outer = address.and_then(|it| it.nodes.get(..depth).map(<[Segment]>::to_vec));
        let same = |group: &&mut (Option<Vec<Segment>>, _)| outer.is_some() && group.0 == outer;
        match groups.iter_mut().find(same) {
            Some((_, group)) => group.push(edit),
            None => groups.push((outer, vec![edit])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// What the environment's file states.
struct StatedFile<'a> {
    attributes: Vec<Attribute>,
    reviewed: &'a Reviewed<'a>,
}

impl StatedFile<'_> {
    /// The stated attributes, with their places.
    fn stated(&self) -> impl Iterator<Item = (&Attribute, Address)> {
        let declared = self.attributes.iter().filter(|it| declared(it).is_some());
        declared.filter_map(|it| Some((it, Address::of(&it.path)?)))
    }

    /// Whether the file has the outermost node of a place.
    fn has(&self, place: &Address) -> bool {
        let outermost = place.nodes.first();
        self.stated()
            .any(|(_, other)| other.nodes.first() == outermost)
    }

    /// The edits of one line: value by value if the file has a part of it, else as a whole. Values
    /// that the file already states are left out.
    fn line(&self, edits: &[&Edit]) -> Vec<String> {
        let edits: Vec<&Edit> = edits
            .iter()
            .filter(|it| !self.states(it))
            .copied()
            .collect();
        let values: Option<Vec<String>> = edits.iter().map(|edit| self.value(edit)).collect();
        values.unwrap_or_else(|| {
            let whole = statements(edits.iter().copied());
            let lines = whole.iter().flat_map(|node| {
                let lines = node.children.iter().map(Statement::line);
                lines.map(|line| format!("`{line}` in `{}`", node.head))
            });
            lines.collect()
        })
    }

    /// Whether the file already states what an edit sets.
    fn states(&self, edit: &Edit) -> bool {
        let EditAction::Set(text) = &edit.action else {
            return false;
        };
        let mut attributes = self.attributes.iter();
        let stated = attributes
            .find(|it| it.path == edit.path)
            .and_then(declared);
        stated.and_then(|span| self.written(span)).as_ref() == Some(text)
    }

    fn value(&self, edit: &Edit) -> Option<String> {
        match &edit.action {
            EditAction::Set(text) => self
                .replaced(&edit.path, text)
                .or_else(|| self.beside(&edit.address()?, text)),
            EditAction::Insert(_) | EditAction::Remove => None,
        }
    }

    fn replaced(&self, path: &str, text: &str) -> Option<String> {
        let stated = self.attributes.iter().find(|it| it.path == path)?;
        let span = declared(stated)?;
        let (name, was) = (key(path), self.written(span)?);
        let place = self.place(span);
        Some(format!(
            "`{name}{text}` in place of `{name}{was}`, at {place}"
        ))
    }

    /// A property that its existing node does not state.
    fn beside(&self, place: &Address, text: &str) -> Option<String> {
        let Slot::Property(key) = &place.slot else {
            return None;
        };
        let (stated, _) = self
            .stated()
            .find(|(_, other)| other.nodes == place.nodes)?;
        let span = declared(stated)?;
        let (name, was) = (self::key(&stated.path), self.written(span)?);
        let (new, place) = (spelled(key), self.place(span));
        Some(format!("`{new}={text}` beside `{name}{was}`, at {place}"))
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

/// The prefix of the value at a path: `max=` for a property, nothing for an argument.
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
