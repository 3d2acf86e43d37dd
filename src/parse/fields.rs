//! A consuming reader of one KDL node. Readers ask for typed values; whatever is left at the end is
//! reported.

mod leftover;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::tree::{KdlEntry, KdlLiteral, KdlNode, KdlValue};
use super::value::{Problem, Reading};
use crate::ast::{Spoil, Written};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, code};
use crate::model::Name;
use crate::model::declaration::Form;
use crate::source::{Span, Spanned};

/// Facts about a text besides its nodes.
#[derive(Debug, Default)]
pub struct Notes {
    /// The top-level nodes that may appear once, and that the text already has.
    pub taken: BTreeSet<String>,
    /// The names of top-level nodes that are in the block of another node.
    pub misplaced: BTreeSet<String>,
    /// The rules of waivers that are in the block of another node.
    pub perhaps_waived: BTreeSet<String>,
}

/// The context of reading a text.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    /// The findings.
    pub out: &'a RefCell<Diagnostics>,
    /// Facts about the text.
    pub notes: &'a RefCell<Notes>,
}

impl Cx<'_> {
    /// Reserves a top-level node as a suggestion. False if the text has that node, or if it was suggested
    /// for another name already.
    #[must_use]
    pub fn take(&self, name: &str) -> bool {
        self.notes.borrow_mut().taken.insert(name.to_owned())
    }

    /// Notes the rule of a waiver that is in the block of another node.
    pub fn perhaps_waived(&self, rule: Option<&str>) {
        let rule = rule.map(str::to_owned);
        self.notes.borrow_mut().perhaps_waived.extend(rule);
    }

    /// Notes a top-level node from which something may be missing, because it is in another node's block.
    pub fn misplaced(&self, name: &str) {
        self.notes.borrow_mut().misplaced.insert(name.to_owned());
    }

    /// Adds a finding.
    pub fn report(&self, finding: Diagnostic) {
        self.out.borrow_mut().push(finding);
    }

    /// Reports that the value at `second` was stated at `first` already.
    pub fn duplicate(&self, what: &str, first: Span, second: Span) {
        let message = format!("`{what}` is stated twice");
        self.report(
            Diagnostic::new(code::DUPLICATE, Severity::Error, message)
                .label(second, "stated again")
                .label(first, "stated first")
                .help("remove one of the two"),
        );
    }
}

/// A property that no reader has asked for yet.
#[derive(Debug)]
pub struct Property<'a> {
    pub(super) key: &'a str,
    pub(super) key_span: Span,
    pub(super) value: &'a KdlValue<'a>,
}

/// A node that is read as if it were the whole file.
#[derive(Clone, Debug)]
pub(super) struct FileOf {
    /// The node's own name, if it has one.
    pub key: Option<Name>,
}

/// The arguments, properties and children of one node.
#[derive(Debug)]
pub struct Fields<'a> {
    pub(super) cx: Cx<'a>,
    pub(super) node: &'a KdlNode<'a>,
    /// The node's path in KDL spelling, such as `pgbouncer.pool`.
    pub path: String,
    pub(super) arguments: VecDeque<&'a KdlValue<'a>>,
    pub(super) properties: Vec<Property<'a>>,
    pub(super) children: Vec<&'a KdlNode<'a>>,
    pub(super) known_properties: Vec<&'static str>,
    pub(super) known_children: Vec<&'static str>,
    /// The children that may appear once.
    pub(super) single_children: Vec<&'static str>,
    /// Whether something was stated twice, so the intended value is unknown.
    stated_twice: bool,
    /// Whether the tag could not be read, so the kind of the node is unknown.
    pub(super) unread_tag: bool,
    /// Whether an optional argument is absent.
    pub(super) takes_argument: bool,
    /// Set while the node is read as if it were the whole file.
    pub(super) file: Option<FileOf>,
    /// An example of the required argument, if it is missing.
    pub(super) missing_argument: Option<&'static str>,
    /// Attributes that accept fewer values here than elsewhere, by their paths from here.
    pub(super) narrows: Vec<(&'static str, &'static Form)>,
}

impl<'a> Fields<'a> {
    /// The fields of `node`, whose path is `path`.
    #[must_use]
    pub fn new(cx: Cx<'a>, node: &'a KdlNode<'a>, path: String) -> Self {
        let mut fields = Self {
            cx,
            node,
            path,
            arguments: VecDeque::new(),
            properties: Vec::new(),
            children: node.children().collect(),
            known_properties: Vec::new(),
            known_children: Vec::new(),
            single_children: Vec::new(),
            stated_twice: false,
            unread_tag: false,
            takes_argument: false,
            missing_argument: None,
            narrows: Vec::new(),
            file: None,
        };
        let mut keys = BTreeMap::new();
        for entry in &node.entries {
            fields.take_in(entry, &mut keys);
        }
        fields
    }

    /// Adds an argument or a property. `keys` has the first place of each key.
    fn take_in(&mut self, entry: &'a KdlEntry<'a>, keys: &mut BTreeMap<&'a str, Span>) {
        let Some(key) = &entry.key else {
            self.arguments.push_back(&entry.value);
            return;
        };
        if let Some(first) = keys.get(&*key.name) {
            let path = format!("{}.{}", self.path, key.name);
            self.cx.duplicate(&path, *first, key.span);
            self.stated_twice = true;
            return;
        }
        keys.insert(&key.name, key.span);
        self.properties.push(Property {
            key: &key.name,
            key_span: key.span,
            value: &entry.value,
        });
    }

    /// The place of the node's name.
    #[must_use]
    pub fn name_span(&self) -> Span {
        self.node.name_span
    }

    /// The node's name.
    #[must_use]
    pub fn node_name(&self) -> &'a str {
        &self.node.name
    }

    /// Whether something about the node's form was wrong.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.node.broken
    }

    /// Whether the node has parts that no reader asked for, or lacks an argument, so its intended meaning
    /// is unknown. Valid after everything is read and before leftovers are reported.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.stated_twice
            || self.unread_tag
            || self.missing_argument.is_some()
            || !self.arguments.is_empty()
            || !self.properties.is_empty()
            || !self.children.is_empty()
            || (self.known_children.is_empty() && self.node.block.is_some())
    }

    /// Reads a value, or reports its problem. A misspelled value is read with its intended meaning, so that
    /// the finding can say what to type here.
    fn read<T>(
        &self,
        path: &str,
        value: &KdlValue<'_>,
        reader: impl Fn(&KdlValue<'_>) -> Reading<T>,
    ) -> Written<T> {
        let read = reader(value);
        let inside = value
            .mistake
            .zip(read.as_ref().err())
            .map(|(_, problem)| problem.in_quotes());
        let problem = match (read, value.mistake) {
            (Ok(read), None) => return Written::at(read, value.span),
            (Ok(_), Some(mistake)) => Problem::of_mistake(mistake, value.repr, None),
            (Err(problem), None) => Some(problem),
            (Err(problem), Some(mistake)) => {
                Problem::of_mistake(mistake, value.repr, Some(problem))
            }
        };
        if let Some(problem) = problem {
            let problem = problem.unless(|text| {
                let typed = KdlValue {
                    literal: KdlLiteral::Text(text.into()),
                    mistake: None,
                    ..value.clone()
                };
                reader(&typed).is_err()
            });
            let problem = inside.into_iter().fold(problem, Problem::or_help);
            self.cx.report(problem.finding(value.span, path));
        }
        Written::broken()
    }

    /// The next argument, which is required; `example` shows one as it is written.
    pub fn argument<T>(
        &mut self,
        example: &'static str,
        reader: impl Fn(&KdlValue<'_>) -> Reading<T>,
    ) -> Written<T> {
        let Some(value) = self.arguments.pop_front() else {
            self.missing_argument = Some(example);
            return Written::broken();
        };
        self.read(&self.path, value, reader)
    }

    /// The next argument, if there is one.
    pub fn maybe<T>(&mut self, reader: impl Fn(&KdlValue<'_>) -> Reading<T>) -> Written<T> {
        if let Some(value) = self.arguments.pop_front() {
            return self.read(&self.path, value, reader);
        }
        self.takes_argument = true;
        Written::default()
    }

    /// Every remaining argument, at least one; broken if any of them is broken.
    pub fn arguments<T: PartialEq>(
        &mut self,
        example: &'static str,
        reader: impl Fn(&KdlValue<'_>) -> Reading<T>,
    ) -> Written<Vec<Spanned<T>>> {
        let mut all: Vec<Spanned<T>> = Vec::new();
        let mut broken = false;
        loop {
            match self.argument(example, &reader).value {
                Some(item) => match all.iter().find(|known| known.value == item.value) {
                    Some(first) => self.cx.duplicate(&self.path, first.span, item.span),
                    None => all.push(item),
                },
                None => broken = true,
            }
            if self.arguments.is_empty() {
                break;
            }
        }
        if broken {
            Written::broken()
        } else {
            Written::at(all, self.name_span())
        }
    }

    /// Every argument; there may be none.
    pub fn any_arguments<T: PartialEq>(
        &mut self,
        example: &'static str,
        reader: impl Fn(&KdlValue<'_>) -> Reading<T>,
    ) -> Written<Vec<Spanned<T>>> {
        if self.arguments.is_empty() {
            return Written::at(Vec::new(), self.name_span());
        }
        self.arguments(example, reader)
    }

    /// The property `key`, if it is stated.
    pub fn property<T>(
        &mut self,
        key: &'static str,
        reader: impl Fn(&KdlValue<'_>) -> Reading<T>,
    ) -> Written<T> {
        self.known_properties.push(key);
        let Some(at) = self
            .properties
            .iter()
            .position(|property| property.key == key)
        else {
            return Written::default();
        };
        let property = self.properties.remove(at);
        let path = format!("{}.{key}", self.path);
        self.read(&path, property.value, reader)
    }

    /// The property `key`, which is required.
    pub fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        reader: impl Fn(&KdlValue<'_>) -> Reading<T>,
    ) -> Written<T> {
        let written = self.property(key, &reader);
        if written.is_absent() {
            if self.lacks_the_key(key, reader) {
                return Written::broken();
            }
            let message = format!("`{}` needs `{key}`", self.path);
            let finding = Diagnostic::error(code::MISSING_VALUE, message, self.name_span());
            self.cx
                .report(finding.help(format!("add `{key}={example}`")));
            return Written::broken();
        }
        written
    }

    /// `budget 4000`: the number of a property without its key. That is one mistake, not two. Texts do not
    /// count, because a text could be the value of nearly any property.
    fn lacks_the_key<T>(
        &mut self,
        key: &str,
        reader: impl Fn(&KdlValue<'_>) -> Reading<T>,
    ) -> bool {
        let fits = |value: &&KdlValue<'a>| value.whole().is_some() && reader(value).is_ok();
        let Some(value) = self.arguments.front().copied().filter(fits) else {
            return false;
        };
        self.arguments.pop_front();
        let message = format!("`{}` takes no value without a key", self.path);
        let finding = Diagnostic::error(code::UNEXPECTED_ARGUMENT, message, value.span);
        let text = format!("{key}={}", value.repr);
        let help = format!("write it as the property `{key}`");
        self.cx.report(finding.replace(help, value.span, text));
        true
    }

    /// Every remaining property: keys that `check` accepts, with their values. `example` shows one.
    pub fn every_property<T>(
        &mut self,
        example: &'static str,
        check: impl Fn(&str) -> Result<(), String>,
        reader: impl Fn(&KdlValue<'_>) -> Reading<T>,
    ) -> Vec<(String, Span, Written<T>)> {
        self.known_properties.push(example);
        let mut all = Vec::new();
        for property in std::mem::take(&mut self.properties) {
            if let Err(message) = check(property.key) {
                let span = property.key_span;
                self.cx
                    .report(Diagnostic::error(code::WRONG_VALUE, message, span));
                continue;
            }
            let path = format!("{}.{}", self.path, property.key);
            let written = self.read(&path, property.value, &reader);
            all.push((property.key.to_owned(), property.key_span, written));
        }
        all
    }

    /// Every child with one of the `names`, in order.
    pub fn children(&mut self, names: &[&'static str]) -> Vec<Self> {
        self.known_children.extend(names);
        let (taken, left) = std::mem::take(&mut self.children)
            .into_iter()
            .partition(|child| names.contains(&&*child.name));
        self.children = left;
        let fields = |child: &'a KdlNode<'a>| {
            Self::new(self.cx, child, format!("{}.{}", self.path, child.name))
        };
        Vec::into_iter(taken).map(fields).collect()
    }

    /// Reads the one child `name` with `read`; the default if there is no such child.
    pub fn group<T: Default + Spoil>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.single_children.push(name);
        let mut children = self.children(&[name]).into_iter();
        let Some(mut child) = children.next() else {
            return T::default();
        };
        let mut twice = false;
        for again in children {
            self.cx
                .duplicate(&again.path, child.name_span(), again.name_span());
            twice = true;
        }
        let mut result = read(&mut child);
        if twice || child.stated_twice || !child.arguments.is_empty() {
            result.spoil();
        } else if child.is_in_doubt() {
            result.doubt();
        }
        child.finish();
        result
    }

    /// The argument of the only child `name`, if there is one.
    pub fn single<T>(
        &mut self,
        name: &'static str,
        example: &'static str,
        reader: impl Fn(&KdlValue<'_>) -> Reading<T>,
    ) -> Written<T> {
        self.group(name, |child| child.argument(example, reader))
    }

    /// All children with one of the `names`; broken if `read` fails for any of them.
    pub fn each<T>(
        &mut self,
        names: &[&'static str],
        mut read: impl FnMut(&mut Self) -> Option<T>,
    ) -> Written<Vec<T>> {
        let children = self.children(names);
        let Some(span) = children.first().map(Self::name_span) else {
            return Written::default();
        };
        let mut all = Vec::new();
        let mut broken = false;
        for mut child in children {
            match read(&mut child) {
                Some(item) => all.push(item),
                None => broken = true,
            }
            broken |= child.is_in_doubt();
            child.finish();
        }
        if broken {
            Written::broken()
        } else {
            Written::at(all, span)
        }
    }

    /// Keeps the first of the children named `name` that have the same key, and reports the others.
    pub fn keep_first<T>(
        &self,
        name: &str,
        all: &mut Written<Vec<T>>,
        key: impl Fn(&T) -> Option<Spanned<String>>,
    ) {
        let Some(list) = &mut all.value else {
            return;
        };
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        list.value.retain(|item| {
            let Some(Spanned { value, span }) = key(item) else {
                return true;
            };
            if let Some(first) = seen.get(&value) {
                let path = format!("{}.{name}.{value}", self.path);
                self.cx.duplicate(&path, *first, span);
                return false;
            }
            seen.insert(value, span);
            true
        });
    }

    /// Reports what no reader has asked for.
    pub fn finish(self) {
        leftover::report(&self);
    }
}
