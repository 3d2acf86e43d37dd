//! Applies edits to the text of a file. Everything else stays, byte for byte.
//!
//! The scanner's tree locates each node, argument and property. An edit becomes one replacement in
//! the text, and the result is read again before the next edit. Comments, blank lines, the order of
//! nodes, line ends, indentation, raw strings and `/-` are never touched.

mod find;
mod remove;

use std::fmt::{self, Display, Formatter};
use std::ops::Range;

use crate::diagnostic::Diagnostics;
use crate::edit::{Address, Edit, EditAction, Pick, Segment, Slot, spelled};
use crate::parse::scan;
use crate::parse::tree::{KdlEntry, KdlNode};
use crate::source::Span;

use find::{arguments, is_keyed, locate, states};

/// Why edits were not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusedEdits {
    /// Two edits want different values for one place.
    Contradiction(Box<Edit>, Box<Edit>),
    /// The language or the file has no such place.
    Nowhere(Box<Edit>),
    /// The text around the place is not well-formed KDL, or would not be after the edit.
    Malformed(Box<Edit>),
}

impl Display for RefusedEdits {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contradiction(one, another) => {
                write!(f, "two edits contradict each other: {one}; {another}")
            }
            Self::Nowhere(edit) => write!(f, "the file has no place for this edit: {edit}"),
            Self::Malformed(edit) => {
                write!(f, "the text around this edit is not well-formed: {edit}")
            }
        }
    }
}

impl std::error::Error for RefusedEdits {}

/// `text` with every edit applied, in their order.
///
/// # Errors
/// Two edits contradict each other, an edit has no place, or the text around one cannot be read.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, RefusedEdits> {
    for (index, edit) in edits.iter().enumerate() {
        let others = edits.get(index + 1..).unwrap_or_default();
        if let Some(other) = others.iter().find(|other| edit.contradicts(other)) {
            let (one, another) = (Box::new(edit.clone()), Box::new(other.clone()));
            return Err(RefusedEdits::Contradiction(one, another));
        }
    }
    let mut text = text.to_owned();
    for edit in edits {
        text = apply_one(&text, edit)?;
    }
    Ok(text)
}

/// A text as a tree, and the number of mistakes in its form.
struct ReadText<'t> {
    nodes: Vec<KdlNode<'t>>,
    mistakes: usize,
}

impl<'t> ReadText<'t> {
    /// `None` if some part of the text cannot be read.
    fn of(text: &'t str) -> Option<Self> {
        let mut found = Diagnostics::new();
        let scanned = scan::scan(text, Span::nowhere().source, &mut found);
        scanned.whole.then_some(Self {
            nodes: scanned.nodes,
            mistakes: found.len(),
        })
    }
}

fn apply_one(text: &str, edit: &Edit) -> Result<String, RefusedEdits> {
    let nowhere = || RefusedEdits::Nowhere(Box::new(edit.clone()));
    let malformed = || RefusedEdits::Malformed(Box::new(edit.clone()));
    let address = edit.address().ok_or_else(nowhere)?;
    let read = ReadText::of(text).ok_or_else(malformed)?;
    let chain = locate(&read.nodes, &address.nodes, &address.slot);
    let is_there = chain.len() == address.nodes.len();
    let last = chain.last().copied();
    let changed = match &edit.action {
        EditAction::Set(value) if is_there => {
            let node = last.ok_or_else(nowhere)?;
            set(text, node, &address, value).ok_or_else(nowhere)?
        }
        EditAction::Insert(more) if is_there => match (&address.slot, last) {
            (Slot::Node, _) => add(text, last, more),
            (Slot::Arguments, Some(node)) => insert(text, behind_arguments(node), more),
            (Slot::Arguments | Slot::Key | Slot::Item(_) | Slot::Property(_), _) => {
                return Err(nowhere());
            }
        },
        EditAction::Set(value) | EditAction::Insert(value) => {
            let statement = address.statement(chain.len(), value).ok_or_else(nowhere)?;
            add(text, last, &statement)
        }
        EditAction::Remove => remove::remove(text, &address).ok_or_else(malformed)?,
    };
    let again = ReadText::of(&changed).ok_or_else(malformed)?;
    let done = match &edit.action {
        EditAction::Set(_) | EditAction::Insert(_) => {
            let chain = locate(&again.nodes, &address.nodes, &address.slot);
            let node = chain.last().copied();
            chain.len() == address.nodes.len() && node.is_none_or(|node| states(node, &address))
        }
        EditAction::Remove => true,
    };
    let renamed = matches!(edit.action, EditAction::Set(_)) && leads_by_its_value(&address);
    if again.mistakes > read.mistakes || !(done || renamed) {
        return Err(malformed());
    }
    Ok(changed)
}

/// Whether the address contains the value itself, so that another value has another address.
fn leads_by_its_value(address: &Address) -> bool {
    let hours = |it: &Segment| matches!(it.pick, Pick::Hours(_));
    match &address.slot {
        Slot::Key | Slot::Item(_) => true,
        Slot::Property(key) => {
            let of_hours = address.nodes.last().is_some_and(hours);
            of_hours && ["days", "from", "to"].contains(&key.as_str())
        }
        Slot::Node | Slot::Arguments => false,
    }
}

/// The text with the value of `address` set in its last node, `node`; `None` if that is impossible.
fn set(text: &str, node: &KdlNode<'_>, address: &Address, value: &str) -> Option<String> {
    match &address.slot {
        Slot::Property(key) => {
            let stated = node.entries.iter().find(|entry| is_property(entry, key));
            Some(if let Some(entry) = stated {
                replace(text, range(entry.value.span), value)
            } else {
                let property = format!("{}={value}", spelled(key));
                insert(text, head_end(node), &property)
            })
        }
        Slot::Arguments => {
            let last = address.nodes.last();
            let keyed = last.is_some_and(|last| is_keyed(node, last));
            let mut spans: Vec<Range<usize>> = arguments(node)
                .skip(usize::from(keyed))
                .map(|entry| range(entry.value.span))
                .collect();
            let Some(first) = spans.first().cloned() else {
                return Some(insert(text, behind_arguments(node), value));
            };
            let mut text = text.to_owned();
            for span in spans.drain(1..).rev() {
                text = cut_entry(&text, &span);
            }
            Some(replace(&text, first, value))
        }
        Slot::Item(item) => {
            let entry = arguments(node).find(|it| it.value.text() == Some(item))?;
            Some(replace(text, range(entry.value.span), value))
        }
        Slot::Key => {
            let entry = arguments(node).next()?;
            Some(replace(text, range(entry.value.span), value))
        }
        Slot::Node => None,
    }
}

fn is_property(entry: &KdlEntry<'_>, key: &str) -> bool {
    entry.key.as_ref().is_some_and(|it| it.name == key)
}

/// The text with nodes added to the block of `parent`, or to the top level.
fn add(text: &str, parent: Option<&KdlNode<'_>>, nodes: &str) -> String {
    let Some(parent) = parent else {
        return add_at_end(text, nodes);
    };
    let Some(block) = &parent.block else {
        return insert(text, head_end(parent), &format!("{{ {nodes} }}"));
    };
    let open = block.open.end as usize;
    let close = (block.whole.end as usize).saturating_sub(1);
    let inside = text.get(open..close).unwrap_or_default();
    if let Some(indent) = indent(text, close).filter(|_| inside.contains(is_line_end)) {
        let mut children = block.nodes.iter().rev();
        let own = children.find_map(|child| self::indent(text, child.name_span.start as usize));
        let own = own.map_or_else(|| format!("{indent}{}", unit(text)), str::to_owned);
        let at = close - indent.len();
        return replace(text, at..at, &format!("{own}{nodes}{}", line_end(text)));
    }
    if inside.trim().is_empty() {
        return replace(text, open..close, &format!(" {nodes} "));
    }
    let last = block.nodes.last().map(node_end);
    let behind = last.and_then(|end| Some((end, text.get(end..close)?.trim())));
    match behind {
        Some((end, "" | ";")) => replace(text, end..end, &format!("; {nodes}")),
        // A comment or commented-out text: only the front of the block is certainly free.
        Some(_) | None => replace(text, open..open, &format!(" {nodes};")),
    }
}

/// The text with nodes added at its end. A text without a final line end stays without one.
fn add_at_end(text: &str, nodes: &str) -> String {
    let end = line_end(text);
    if text.is_empty() || text.ends_with(is_line_end) {
        format!("{text}{nodes}{end}")
    } else {
        format!("{text}{end}{nodes}")
    }
}

/// The text with `new` inserted after the item that ends at `at`.
fn insert(text: &str, at: usize, new: &str) -> String {
    replace(text, at..at, &format!(" {new}"))
}

fn replace(text: &str, range: Range<usize>, new: &str) -> String {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    format!("{before}{new}{after}")
}

/// The text without an entry and without the blanks before it.
fn cut_entry(text: &str, entry: &Range<usize>) -> String {
    let before = text.get(..entry.start).unwrap_or_default();
    let start = before.trim_end_matches(is_blank).len();
    replace(text, start..entry.end, "")
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// The end of a node without a block, or the start of its block.
fn head_end(node: &KdlNode<'_>) -> usize {
    let entries = node.entries.iter().map(|entry| entry.value.span.end);
    entries.fold(node.name_span.end, u32::max) as usize
}

/// Where a node ends.
fn node_end(node: &KdlNode<'_>) -> usize {
    let block = node.block.as_ref().map(|block| block.whole.end as usize);
    block.unwrap_or_else(|| head_end(node))
}

/// The position for a node's next argument.
fn behind_arguments(node: &KdlNode<'_>) -> usize {
    let last = arguments(node).last().map(|entry| entry.value.span.end);
    last.unwrap_or(node.name_span.end) as usize
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// The blanks before `at`, if its line has nothing else before it.
fn indent(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let start = before.rfind(is_line_end).map_or(0, |end| end + 1);
    let indent = before.get(start..)?;
    indent.chars().all(is_blank).then_some(indent)
}

/// How the text ends its lines.
fn line_end(text: &str) -> &'static str {
    match text.find(is_line_end) {
        Some(at) if text.get(at..).is_some_and(|rest| rest.starts_with("\r\n")) => "\r\n",
        Some(at) if text.get(at..).is_some_and(|rest| rest.starts_with('\r')) => "\r",
        Some(_) | None => "\n",
    }
}

/// The text's unit of indentation: that of its first indented line, else four blanks.
fn unit(text: &str) -> &str {
    let lines = text.split(is_line_end);
    let blanks = |line: &str| line.len() - line.trim_start_matches(is_blank).len();
    let mut indented = lines.filter(|line| {
        let rest = line.trim_start_matches(is_blank);
        blanks(line) > 0 && rest.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    let first = indented.next().and_then(|line| line.get(..blanks(line)));
    match first {
        Some(indent) if indent.starts_with('\t') => "\t",
        Some(indent) => indent,
        None => "    ",
    }
}
