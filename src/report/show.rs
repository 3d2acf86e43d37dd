//! `tierc show`: every value of an environment, with its origin.

use serde_json::json;

use crate::emit::values_template::TemplateData;
use crate::model::{Attribute, Environment, UNUSED};
use crate::report::table::Columns;
use crate::source::{Origin, Sources};

/// The origin of a value, in a few words.
#[must_use]
pub fn origin(origin: &Origin, sources: &Sources) -> String {
    match origin {
        Origin::Declared(span) | Origin::Tier(span) => {
            let (line, _) = sources.position(*span);
            format!("{}:{line}", sources.get(span.source).name)
        }
        Origin::Derived(derivation) => format!("derived: {}", derivation.rule),
        Origin::Recorded => "recorded".into(),
    }
}

/// A line for each value: path, value, and its origin as a comment.
#[must_use]
pub fn listing(attributes: &[Attribute], sources: &Sources) -> String {
    let cells = |it: &Attribute| {
        let origin = format!("// {}", origin(&it.origin, sources));
        [it.path.clone(), it.value.clone(), origin]
    };
    let shown = attributes.iter().filter(|it| !is_unused(it));
    let rows: Vec<[String; 3]> = shown.map(cells).collect();
    let columns = Columns::fit(rows.iter().map(<[String; 3]>::each_ref)).at_most(1, 32);
    let lines = rows.iter().map(|row| columns.line(row) + "\n");
    lines.collect()
}

/// What a values template reads, as JSON.
///
/// # Panics
/// Never: the data is plain.
#[must_use]
pub fn template_data(environment: &Environment) -> String {
    let data = TemplateData::of(environment);
    let mut text = serde_json::to_string_pretty(&data).expect("the data is plain");
    text.push('\n');
    text
}

/// Whether nothing reads the value.
fn is_unused(attribute: &Attribute) -> bool {
    matches!(&attribute.origin, Origin::Derived(derivation) if derivation.rule == UNUSED)
}

/// The environment as canonical JSON, and the origin of every value by its path.
///
/// # Panics
/// Never: an environment is plain data.
#[must_use]
pub fn json(environment: &Environment, attributes: &[Attribute], sources: &Sources) -> String {
    let origins: serde_json::Map<String, serde_json::Value> = attributes
        .iter()
        .map(|attribute| {
            let origin = match &attribute.origin {
                Origin::Declared(span) | Origin::Tier(span) => {
                    let (line, column) = sources.position(*span);
                    let from = if matches!(attribute.origin, Origin::Tier(_)) { "tier" } else { "declared" };
                    json!({ "from": from, "file": sources.get(span.source).name, "line": line, "column": column })
                }
                Origin::Derived(derivation) => json!({
                    "from": "derived",
                    "rule": derivation.rule,
                    "inputs": derivation.inputs,
                    "arithmetic": derivation.arithmetic,
                }),
                Origin::Recorded => json!({ "from": "record" }),
            };
            (attribute.path.clone(), origin)
        })
        .collect();
    let document = json!({ "environment": environment, "origins": origins });
    let mut text = serde_json::to_string_pretty(&document).expect("an environment is plain data");
    text.push('\n');
    text
}
