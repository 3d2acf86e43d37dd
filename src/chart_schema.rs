//! `--chart DIR`: the values of Helm, held against a chart's own schema before anything is written.
//! The only user of the jsonschema crate.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::diagnostic::mask::mask;
use crate::emit::yaml;

/// What a chart's own `values.yaml` says; an empty one says nothing.
///
/// # Errors
/// That it cannot be read, without its text: it can hold credentials.
pub fn defaults(name: &str, text: &str) -> Result<Value, Vec<String>> {
    match yaml::read(text) {
        Ok(Value::Null) => Ok(Value::Object(Map::new())),
        Ok(values @ Value::Object(_)) => Ok(values),
        Ok(_) => Err(vec![format!("`{name}` is no map of values")]),
        Err(error) => Err(vec![mask(&format!(
            "`{name}` is not YAML that can be read: {error}"
        ))]),
    }
}

/// `values` over the chart's `defaults`, as `helm -f` lays them: maps key by key, anything else as a
/// whole, and a null takes a key away.
#[must_use]
pub fn over(defaults: &Value, values: Value) -> Value {
    let (Value::Object(below), Value::Object(above)) = (defaults, &values) else {
        return values;
    };
    let mut merged = below.clone();
    for (key, value) in above {
        match merged.get(key) {
            _ if value.is_null() => {
                merged.shift_remove(key);
            }
            Some(default) => {
                let value = over(default, value.clone());
                merged.insert(key.clone(), value);
            }
            None => {
                merged.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(merged)
}

/// A mistake without the value: a chart's own values can hold credentials of any form.
fn told(error: &jsonschema::ValidationError<'_>) -> String {
    let place = error.instance_path().to_string();
    mask(&format!("at `{place}`: {}", error.masked()))
}

/// Mistakes that are told of each environment: a schema that refers to itself tells one in thousands
/// of ways.
const MOST_MISTAKES: usize = 50;

/// What is wrong with each environment's values by the chart's schema, a sentence per mistake. How long
/// it takes is the schema's to say: one that refers to itself twice at each of 25 levels is looked at
/// in 2^25 places.
///
/// # Errors
/// Every mistake, or that `schema` is no JSON Schema.
pub fn validate(
    schema_name: &str,
    schema: &str,
    values: &BTreeMap<String, Value>,
) -> Result<(), Vec<String>> {
    let schema: Value = serde_json::from_str(schema)
        .map_err(|error| vec![format!("`{schema_name}` is not JSON: {error}")])?;
    let validator = jsonschema::validator_for(&schema).map_err(|error| {
        vec![format!(
            "`{schema_name}` is not a JSON Schema that can be read: {error}"
        )]
    })?;
    let mut failures: Vec<String> = values
        .iter()
        .flat_map(|(environment, values)| {
            validator
                .iter_errors(values)
                .take(MOST_MISTAKES)
                .map(move |error| {
                    format!(
                        "the values of `{environment}` do not fit `{schema_name}`: {}",
                        told(&error)
                    )
                })
                .collect::<Vec<_>>()
        })
        .collect();
    failures.sort();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures)
    }
}
