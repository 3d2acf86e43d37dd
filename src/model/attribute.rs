//! Every attribute of an environment: as a list, as differences between two environments, and for
//! adopting attributes of another environment.
//!
//! The macro that declares the parts writes the three walks, so they always include a new field.
//! [`EnvironmentField`](super::EnvironmentField) names the field of an attribute; a match over it
//! that omits one does not compile.

use std::collections::{BTreeMap, BTreeSet};

use super::{Environment, EnvironmentField, Selection};
use crate::pair::Pair;
use crate::source::{Origin, Sourced};

/// One value of an environment.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its path in KDL spelling, such as `worker.decisions.replicas.max`.
    pub path: String,
    /// The field of the model, whatever pool, group or list contains it.
    pub field: EnvironmentField,
    /// The value as text.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether rules may report it.
    pub sound: bool,
}

/// An attribute that differs between two environments, by value instead of spelling.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Its path in KDL spelling.
    pub path: String,
    /// Which field of the model it is.
    pub field: EnvironmentField,
    /// Both sides; `None` for a side without the attribute.
    pub values: Pair<Option<Attribute>>,
}

/// The position of a walk: the path so far, and the field as seen from the top.
pub struct At<'a, F> {
    path: &'a str,
    name: &'a dyn Fn(F) -> EnvironmentField,
    /// The attributes to look for; `None` for all. Other paths are skipped.
    wanted: Option<&'a Selection>,
}

impl<F> Clone for At<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<F> Copy for At<'_, F> {}

impl At<'_, EnvironmentField> {
    /// The top.
    pub const TOP: At<'static, EnvironmentField> = At {
        path: "",
        name: &|field| field,
        wanted: None,
    };
}

impl<'a> At<'a, EnvironmentField> {
    /// The start of a walk for certain attributes.
    fn top_of(wanted: &'a Selection) -> Self {
        let wanted = Some(wanted);
        At { wanted, ..At::TOP }
    }
}

impl<F> At<'_, F> {
    /// Descends to a key of a map or list, which changes no field.
    fn key(self, key: &str, walk: impl FnOnce(At<'_, F>)) {
        if self.enters(key) {
            let path = &join(self.path, key);
            walk(At { path, ..self });
        }
    }

    /// The same, or stays here if the key is empty.
    pub(super) fn key_or_here(self, key: &str, walk: impl FnOnce(At<'_, F>)) {
        if key.is_empty() {
            walk(self);
        } else {
            self.key(key, walk);
        }
    }

    /// Whether a wanted attribute is at this step or below it.
    fn enters(self, step: &str) -> bool {
        self.wanted
            .is_none_or(|wanted| wanted.touches_step(self.path, step))
    }
}

impl At<'_, ()> {
    fn attribute<T: std::fmt::Display>(self, value: &Sourced<T>) -> Attribute {
        Attribute {
            path: self.path.to_owned(),
            field: (self.name)(()),
            value: value.value.to_string(),
            origin: value.origin.clone(),
            sound: value.sound,
        }
    }
}

impl Environment {
    /// Every attribute, in the model's order.
    #[must_use]
    pub fn list(&self) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        self.attributes(At::TOP, &mut attributes);
        attributes
    }

    /// The attributes at certain paths, in the model's order.
    #[must_use]
    pub fn list_of(&self, wanted: &Selection) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        self.attributes(At::top_of(wanted), &mut attributes);
        attributes
    }

    /// Every attribute in which `after` differs, in the model's order.
    #[must_use]
    pub fn compare(&self, after: &Self) -> Vec<Difference> {
        let mut differences = Vec::new();
        self.differences(after, At::TOP, &mut differences);
        differences
    }

    /// Adopts the chosen attributes from `from`, and removes those that `from` does not have.
    pub fn adopt(&mut self, from: &Self, chosen: &Selection) {
        self.adopt_from(from, chosen, "");
    }
}

/// Whatever has attributes.
pub trait Attributes: Clone {
    /// The fields it has.
    type Field: Copy + std::fmt::Debug + Ord;

    /// Appends every attribute below `at`.
    fn attributes(&self, at: At<'_, Self::Field>, into: &mut Vec<Attribute>);

    /// Appends every attribute that differs in `after`.
    fn differences(&self, after: &Self, at: At<'_, Self::Field>, into: &mut Vec<Difference>);

    /// Adopts the chosen attributes from `from`, and removes those that `from` does not have.
    fn adopt_from(&mut self, from: &Self, chosen: &Selection, path: &str);
}

/// Appends the attributes of a part that only one side has.
fn one_sided<A: Attributes>(
    part: &A,
    at: At<'_, A::Field>,
    into: &mut Vec<Difference>,
    side: fn(Attribute) -> Pair<Option<Attribute>>,
) {
    let mut attributes = Vec::new();
    part.attributes(at, &mut attributes);
    into.extend(attributes.into_iter().map(|attribute| Difference {
        path: attribute.path.clone(),
        field: attribute.field,
        values: side(attribute),
    }));
}

/// Appends the differences of an optional part.
pub(super) fn differences_of<A: Attributes>(
    sides: Pair<Option<&A>>,
    at: At<'_, A::Field>,
    into: &mut Vec<Difference>,
) {
    match (sides.before, sides.after) {
        (Some(before), Some(after)) => before.differences(after, at, into),
        (Some(before), None) => one_sided(before, at, into, |it| Pair::new(Some(it), None)),
        (None, Some(after)) => one_sided(after, at, into, |it| Pair::new(None, Some(it))),
        (None, None) => {}
    }
}

/// Appends the differences between two parts of different kinds. An attribute with the same path on both
/// sides is one difference, of the field that it has afterwards.
pub(super) fn replaced<A: Attributes>(
    before: &A,
    after: &A,
    at: At<'_, A::Field>,
    into: &mut Vec<Difference>,
) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    before.attributes(at, &mut old);
    after.attributes(at, &mut new);
    for attribute in old {
        let twin = new.iter().position(|it| it.path == attribute.path);
        let twin = twin.map(|at| new.remove(at));
        if twin
            .as_ref()
            .is_none_or(|twin| twin.value != attribute.value)
        {
            into.push(Difference {
                path: attribute.path.clone(),
                field: twin.as_ref().map_or(attribute.field, |twin| twin.field),
                values: Pair::new(Some(attribute), twin),
            });
        }
    }
    into.extend(new.into_iter().map(|attribute| Difference {
        path: attribute.path.clone(),
        field: attribute.field,
        values: Pair::new(None, Some(attribute)),
    }));
}

impl<T: std::fmt::Display + Clone + PartialEq> Attributes for Sourced<T> {
    type Field = ();

    fn attributes(&self, at: At<'_, ()>, into: &mut Vec<Attribute>) {
        into.push(at.attribute(self));
    }

    fn differences(&self, after: &Self, at: At<'_, ()>, into: &mut Vec<Difference>) {
        if self != after {
            into.push(Difference {
                path: at.path.to_owned(),
                field: (at.name)(()),
                values: Pair::new(Some(at.attribute(self)), Some(at.attribute(after))),
            });
        }
    }

    fn adopt_from(&mut self, from: &Self, chosen: &Selection, path: &str) {
        if chosen.holds(path) {
            self.clone_from(from);
        }
    }
}

impl<A: Attributes> Attributes for Option<A> {
    type Field = A::Field;

    fn attributes(&self, at: At<'_, A::Field>, into: &mut Vec<Attribute>) {
        if let Some(part) = self {
            part.attributes(at, into);
        }
    }

    fn differences(&self, after: &Self, at: At<'_, A::Field>, into: &mut Vec<Difference>) {
        differences_of(Pair::new(self.as_ref(), after.as_ref()), at, into);
    }

    fn adopt_from(&mut self, from: &Self, chosen: &Selection, path: &str) {
        match (self.as_mut(), from) {
            (Some(part), Some(from)) => part.adopt_from(from, chosen, path),
            (Some(_), None) | (None, Some(_)) if chosen.touches(path) => self.clone_from(from),
            (Some(_), None) | (None, Some(_) | None) => {}
        }
    }
}

impl<K, A> Attributes for BTreeMap<K, A>
where
    K: std::fmt::Display + Ord + Clone,
    A: Attributes,
{
    type Field = A::Field;

    fn attributes(&self, at: At<'_, A::Field>, into: &mut Vec<Attribute>) {
        for (key, part) in self {
            at.key(&key.to_string(), |at| part.attributes(at, into));
        }
    }

    fn differences(&self, after: &Self, at: At<'_, A::Field>, into: &mut Vec<Difference>) {
        let keys: BTreeSet<&K> = self.keys().chain(after.keys()).collect();
        for key in keys {
            let sides = Pair::new(self.get(key), after.get(key));
            at.key(&key.to_string(), |at| differences_of(sides, at, into));
        }
    }

    fn adopt_from(&mut self, from: &Self, chosen: &Selection, path: &str) {
        let keys: BTreeSet<K> = self.keys().chain(from.keys()).cloned().collect();
        for key in keys {
            let path = join(path, &key.to_string());
            match (self.get_mut(&key), from.get(&key)) {
                (Some(part), Some(from)) => part.adopt_from(from, chosen, &path),
                (None, Some(from)) if chosen.touches(&path) => {
                    self.insert(key, from.clone());
                }
                (Some(_), None) if chosen.touches(&path) => {
                    self.remove(&key);
                }
                (Some(_) | None, None) | (None, Some(_)) => {}
            }
        }
    }
}

/// The key of a list's member in a path.
pub trait Keyed {
    /// The key of the member at `index`.
    fn key(&self, index: usize) -> String;
}

impl<T: std::fmt::Display> Keyed for Sourced<T> {
    fn key(&self, _: usize) -> String {
        self.value.to_string()
    }
}

/// The members of a list by key.
fn keyed<A: Keyed>(list: &[A]) -> BTreeMap<String, &A> {
    let members = list.iter().enumerate();
    members
        .map(|(index, part)| (part.key(index), part))
        .collect()
}

/// Members are matched by key, so a new order is not a change. A list is adopted as a whole.
impl<A: Attributes + Keyed> Attributes for Vec<A> {
    type Field = A::Field;

    fn attributes(&self, at: At<'_, A::Field>, into: &mut Vec<Attribute>) {
        for (index, part) in self.iter().enumerate() {
            at.key(&part.key(index), |at| part.attributes(at, into));
        }
    }

    fn differences(&self, after: &Self, at: At<'_, A::Field>, into: &mut Vec<Difference>) {
        let sides = Pair::new(keyed(self), keyed(after));
        let keys: BTreeSet<&String> = sides.before.keys().chain(sides.after.keys()).collect();
        for key in keys {
            let members = Pair::new(
                sides.before.get(key).copied(),
                sides.after.get(key).copied(),
            );
            at.key(key, |at| differences_of(members, at, into));
        }
    }

    fn adopt_from(&mut self, from: &Self, chosen: &Selection, path: &str) {
        if chosen.touches(path) {
            self.clone_from(from);
        }
    }
}

/// `path` and `step`, joined by a dot unless one is empty.
#[must_use]
pub fn join(path: &str, step: &str) -> String {
    if step.is_empty() {
        return path.to_owned();
    }
    let mut joined = below(path, step.len());
    joined.push_str(step);
    joined
}

/// `path` and a dot, with capacity for a step of `length` bytes.
fn below(path: &str, length: usize) -> String {
    let mut started = String::with_capacity(path.len() + 1 + length);
    started.push_str(path);
    if !path.is_empty() {
        started.push('.');
    }
    started
}

/// `path` and a field in KDL spelling. Every walk calls this for every field, so it allocates once.
fn join_field(path: &str, field: &str) -> String {
    let mut joined = below(path, field.len());
    let letters = field.trim_start_matches("r#").chars();
    joined.extend(letters.map(|c| if c == '_' { '-' } else { c }));
    joined
}

impl<F> At<'_, F> {
    /// Descends to a part whose attributes are among its owner's.
    pub(super) fn flat<G: Copy>(
        self,
        _: &str,
        wrap: impl Fn(G) -> F,
        walk: impl FnOnce(At<'_, G>),
    ) {
        walk(At {
            path: self.path,
            name: &|field| (self.name)(wrap(field)),
            wanted: self.wanted,
        });
    }

    /// Descends to a field with its own name.
    pub(super) fn named<G: Copy>(
        self,
        field: &str,
        wrap: impl Fn(G) -> F,
        walk: impl FnOnce(At<'_, G>),
    ) {
        if self.enters(field) {
            walk(At {
                path: &join_field(self.path, field),
                name: &|field| (self.name)(wrap(field)),
                wanted: self.wanted,
            });
        }
    }
}

/// The path of a field below its owner's. A field that nothing is chosen of is passed by.
pub(super) struct PathStep;

impl PathStep {
    pub(super) fn flat(_: &Selection, path: &str, _: &str, walk: impl FnOnce(&str)) {
        walk(path);
    }

    pub(super) fn named(chosen: &Selection, path: &str, field: &str, walk: impl FnOnce(&str)) {
        if chosen.touches_step(path, field) {
            walk(&join_field(path, field));
        }
    }
}
