//! `--chart DIR` validates the Helm values against the chart's own schema before anything is
//! written. No other module uses the jsonschema crate.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::diagnostic::mask::mask;
use crate::emit::yaml;

/// The chart's own `values.yaml`; an empty file has no values.
///
/// # Errors
///
/// If the file cannot be read. The error does not quote it, because it can hold credentials.
pub fn defaults(name: &str, text: &str) -> Result<Value, Vec<String>> {
    match yaml::read(text) {
        Ok(Value::Null) => Ok(Value::Object(Map::new())),
        Ok(values @ Value::Object(_)) => Ok(values),
        Ok(_) => Err(vec![format!("`{name}` is not a map of values")]),
        Err(error) => Err(vec![mask(&format!(
            "`{name}` is not YAML that can be read: {error}"
        ))]),
    }
}

/// `values` over the chart's `defaults`, merged as `helm -f` does: maps by key, everything else as
/// a whole. A null removes a key.
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

/// A mistake without the value, because a chart's values can hold credentials.
fn told(error: &jsonschema::ValidationError<'_>) -> String {
    let place = error.instance_path().to_string();
    mask(&format!("at `{place}`: {}", error.masked()))
}

/// The most mistakes that are reported for each environment. A recursive schema can report one
/// mistake in thousands of ways.
const MOST_MISTAKES: usize = 50;

/// The mistakes in each environment's values, one sentence each. The running time depends on the
/// schema: one that refers to itself twice at each of 25 levels visits 2^25 places.
///
/// # Errors
///
/// Every mistake, or that `schema` is not a JSON Schema.
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
