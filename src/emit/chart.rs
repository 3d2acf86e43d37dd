//! `--chart DIR`: the values, held against a chart's own schema before anything is written.
//! The only user of the jsonschema crate.

use std::collections::BTreeMap;

use serde_json::Value;

/// What is wrong with each environment's values by the chart's schema, a sentence per mistake.
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
            validator.iter_errors(values).map(move |error| {
                format!("the values of `{environment}` do not fit `{schema_name}`: at `{}`: {error}", error.instance_path())
            }).collect::<Vec<_>>()
        })
        .collect();
    failures.sort();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures)
    }
}
