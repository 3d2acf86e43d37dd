//! Values by API: an environment has one API, or several with names.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::ops::{Deref, DerefMut};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::attribute::{At, Attribute, Attributes, Difference, differences_of, join};
use super::declaration::{
    Declaration, Declared, Form, Node, Part, Reader, Repeated, Stands, TextNode, Value, typed,
};
use super::written::{Over, Pooled, Spoil, Written};
use super::{Api, Environment, Name, Selection, Workload};
use crate::source::{Sourced, Spanned};

/// The name of an API that a file states without a name: `api { ... }` means `api "api" { ... }`.
const UNNAMED: &str = "api";

impl Api {
    /// The name of an API that a file states without a name.
    #[must_use]
    pub fn unnamed() -> Name {
        Name::composed(UNNAMED.to_owned())
    }

    /// Whether this is the name of an API that a file may state without a name.
    #[must_use]
    pub fn is_unnamed(name: &Name) -> bool {
        name.as_str() == UNNAMED
    }

    /// The path of an API in KDL spelling: `api`, or `api.public`.
    #[must_use]
    pub fn path(name: &Name) -> String {
        join(UNNAMED, step(name))
    }

    /// The API to which a path belongs, such as `api.replicas.min` or `api.public.replicas.min`.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Name> {
        let mut steps = path.split('.');
        if steps.next() != Some(UNNAMED) {
            return None;
        }
        let name = steps.next().filter(|step| !Self::is_attribute(step));
        Some(name.map_or_else(Self::unnamed, |name| Name::composed(name.to_owned())))
    }

    /// Whether an attribute of an API has this name, or is in a node of this name.
    #[must_use]
    pub fn is_attribute(step: &str) -> bool {
        has_step(&<Self as Declared>::FORM, step)
    }

    /// How people call it: `the API`, or "API `public`".
    #[must_use]
    pub fn called(name: &Name) -> String {
        if Self::is_unnamed(name) {
            "the API".to_owned()
        } else {
            format!("API `{name}`")
        }
    }
}

impl Environment {
    /// The API at a path: `api`, or `api.public`.
    #[must_use]
    pub fn api_at(&self, path: &str) -> Option<&Api> {
        let name = Api::of_path(path)?;
        self.api.get(&name).filter(|_| Api::path(&name) == path)
    }

    /// The workloads of the APIs, each with its path.
    pub fn apis(&self) -> impl Iterator<Item = (String, &Workload)> {
        let all = self.api.iter();
        all.map(|(name, api)| (Api::path(name), &api.workload))
    }
}

/// The step of an API in a path; empty for one that needs no name.
fn step(name: &Name) -> &str {
    if Api::is_unnamed(name) {
        ""
    } else {
        name.as_str()
    }
}

fn has_step(form: &Form, step: &str) -> bool {
    let Form::Attributes(all) = form else {
        return false;
    };
    all.iter()
        .any(|at| first_steps(at).iter().any(|known| known == step))
}

fn first_steps(at: &'static Declaration) -> Vec<String> {
    if let (Stands::Among, Form::Attributes(inner)) = (at.stands, &at.form) {
        return inner.iter().flat_map(|at| first_steps(at)).collect();
    }
    let path = at.path();
    let first = path.split('.').next().unwrap_or_default();
    vec![first.to_owned()]
}

/// Values by API.
#[derive(Clone, Debug, PartialEq)]
pub struct ByApi<T>(BTreeMap<Name, T>);

impl<T> Default for ByApi<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Deref for ByApi<T> {
    type Target = BTreeMap<Name, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> DerefMut for ByApi<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<T> FromIterator<(Name, T)> for ByApi<T> {
    fn from_iter<I: IntoIterator<Item = (Name, T)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl<'a, T> IntoIterator for &'a ByApi<T> {
    type Item = (&'a Name, &'a T);
    type IntoIter = btree_map::Iter<'a, Name, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T> ByApi<T> {
    /// The value, if the only API is one that needs no name.
    #[must_use]
    pub fn sole(&self) -> Option<&T> {
        let only = self.0.iter().next().filter(|_| self.0.len() == 1)?;
        Api::is_unnamed(only.0).then_some(only.1)
    }
}

/// The value alone, or the values by name. An API is not called as an attribute of an API is, so the two
/// forms differ.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrNamed<T> {
    One(T),
    Named(BTreeMap<Name, T>),
}

impl<T: Serialize> Serialize for ByApi<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.sole() {
            Some(one) => one.serialize(serializer),
            None if self.0.is_empty() => serializer.serialize_none(),
            None => self.0.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByApi<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::<OneOrNamed<T>>::deserialize(deserializer)? {
            None => Self::default(),
            Some(OneOrNamed::One(one)) => Self::from_iter([(Api::unnamed(), one)]),
            Some(OneOrNamed::Named(all)) => Self(all),
        })
    }
}

impl<T: JsonSchema> JsonSchema for ByApi<T>
where
    Self: Declared,
{
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ByApiOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        let named = generator.subschema_for::<BTreeMap<Name, T>>();
        if Self::OPTIONAL {
            json_schema!({ "anyOf": [one, named, { "type": "null" }] })
        } else {
            json_schema!({ "anyOf": [one, named] })
        }
    }
}

impl<A: Attributes + Declared> Attributes for ByApi<A> {
    type Field = A::Field;

    fn attributes(&self, at: At<'_, A::Field>, into: &mut Vec<Attribute>) {
        for (name, part) in &self.0 {
            at.key_or_here(step(name), |at| part.attributes(at, into));
        }
    }

    fn differences(&self, after: &Self, at: At<'_, A::Field>, into: &mut Vec<Difference>) {
        let names: BTreeSet<&Name> = self.keys().chain(after.keys()).collect();
        for name in names {
            let sides = crate::pair::Pair::new(self.get(name), after.get(name));
            at.key_or_here(step(name), |at| differences_of(sides, at, into));
        }
    }

    fn adopt_from(&mut self, from: &Self, chosen: &Selection, path: &str) {
        let names: BTreeSet<Name> = self.keys().chain(from.keys()).cloned().collect();
        for name in names {
            let path = join(path, step(&name));
            match (self.0.get_mut(&name), from.get(&name)) {
                (Some(part), Some(from)) => part.adopt_from(from, chosen, &path),
                (None, Some(from)) if chooses::<A>(chosen, &name, &path) => {
                    self.0.insert(name, from.clone());
                }
                (Some(_), None) if chooses::<A>(chosen, &name, &path) => {
                    self.0.remove(&name);
                }
                (Some(_) | None, None) | (None, Some(_)) => {}
            }
        }
    }
}

/// Whether an attribute of one API is chosen. The paths of the others begin with the path of one without a
/// name.
fn chooses<A: Declared>(chosen: &Selection, name: &Name, path: &str) -> bool {
    if !Api::is_unnamed(name) {
        return chosen.touches(path);
    }
    chosen.holds(path)
        || chosen.paths().any(|chosen| {
            let rest = chosen.strip_prefix(path);
            let rest = rest.and_then(|rest| rest.strip_prefix('.'));
            let first = rest.and_then(|rest| rest.split('.').next());
            first.is_some_and(|first| has_step(&A::FORM, first))
        })
}

/// APIs as written.
#[derive(Clone, Debug)]
pub struct ApisNode<N>(BTreeMap<Name, N>);

impl<N> Default for ApisNode<N> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<N> Deref for ApisNode<N> {
    type Target = BTreeMap<Name, N>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<N> IntoIterator for ApisNode<N> {
    type Item = (Name, N);
    type IntoIter = btree_map::IntoIter<Name, N>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<N: Over + Default> Over for ApisNode<N> {
    fn over(self, base: Self) -> Self {
        Self(self.0.over(base.0))
    }
}

impl<N: Default> ApisNode<N> {
    /// The nodes. If none was read, the API that the tier gives is the one that was meant.
    fn meant(&mut self) -> impl Iterator<Item = &mut N> {
        if self.0.is_empty() {
            self.0.insert(Api::unnamed(), N::default());
        }
        self.0.values_mut()
    }
}

impl<N: Spoil + Default> Spoil for ApisNode<N> {
    fn spoil(&mut self) {
        self.meant().for_each(Spoil::spoil);
    }

    fn doubt(&mut self) {
        self.meant().for_each(Spoil::doubt);
    }

    fn is_spoiled(&self) -> bool {
        self.0.is_spoiled()
    }
}

/// APIs, with or without names.
impl<P: Part> Declared for ByApi<P> {
    type Written = ApisNode<P::Written>;
    const FORM: Form = P::FORM;
    const OPTIONAL: bool = false;

    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Self::Written {
        ApisNode(reader.named(at.name, Node::read))
    }

    fn repeats(file: &Self::Written, tier: &Self::Written, path: &str, into: &mut Vec<Repeated>) {
        for (name, file) in &file.0 {
            if let Some(tier) = tier.get(name) {
                P::repeats(file, tier, &join(path, step(name)), into);
            }
        }
    }

    fn write(&self, at: &'static Declaration, into: &mut TextNode) {
        let sole = self.sole().is_some();
        for (name, part) in &self.0 {
            let mut child = TextNode::new(at.name);
            if !sole {
                child.arguments.push(name.literal());
            }
            part.write_attributes(&mut child);
            into.children.push(child);
        }
    }
}

/// Values by API, such as `api 8` and `api "public" 8`. The file states all of them or none.
impl<T: Value> Declared for ByApi<Sourced<T>> {
    type Written = Written<BTreeMap<Name, Pooled<T>>>;
    const FORM: Form = T::FORM;
    const OPTIONAL: bool = true;

    fn read<R: Reader>(reader: &mut R, at: &'static Declaration) -> Self::Written {
        let each = |it: Pooled<super::declaration::Stated>| Pooled {
            place: it.place,
            value: Spanned::new(typed(it.value.value), it.value.span),
        };
        let apis = reader.by_name(at, Some(Api::unnamed()));
        apis.map(|all| all.into_iter().map(|(api, it)| (api, each(it))).collect())
    }

    fn repeats(file: &Self::Written, tier: &Self::Written, path: &str, into: &mut Vec<Repeated>) {
        let all = |written: &Self::Written| written.value.as_ref().map(|all| all.value.clone());
        let (file, tier) = (all(file).unwrap_or_default(), all(tier).unwrap_or_default());
        for (api, file) in file {
            let value = |it: Pooled<T>| Written::at(it.value.value, it.value.span);
            if let Some(tier) = tier.get(&api) {
                let path = join(path, step(&api));
                Repeated::note(&path, &value(file), &value(tier.clone()), into);
            }
        }
    }

    fn write(&self, at: &'static Declaration, into: &mut TextNode) {
        let sole = self.sole().is_some();
        for (api, value) in &self.0 {
            let name = (!sole).then(|| api.literal());
            into.children.push(TextNode {
                name: at.name.to_owned(),
                arguments: name.into_iter().chain([value.value.literal()]).collect(),
                ..TextNode::default()
            });
        }
    }
}
