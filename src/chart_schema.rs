//! `--chart DIR` validates the Helm values against the chart's own schema before anything is
//! written. No other module uses the jsonschema crate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

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

/// A value that does not fit a chart's schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Misfit {
    /// The environment.
    pub environment: String,
    /// The value's place, as a JSON pointer.
    pub pointer: String,
    /// What is wrong, without the value, because a chart's values can hold credentials.
    pub why: String,
}

impl Misfit {
    fn of(environment: &str, error: &jsonschema::ValidationError<'_>) -> Self {
        Self {
            environment: environment.to_owned(),
            pointer: error.instance_path().to_string(),
            why: mask(&error.masked().to_string()),
        }
    }

    /// One sentence; `schema_name` is the schema's file.
    #[must_use]
    pub fn told(&self, schema_name: &str) -> String {
        mask(&format!(
            "the values of `{}` do not fit `{schema_name}`: at `{}`: {}",
            self.environment, self.pointer, self.why
        ))
    }
}

/// The most mistakes that are reported for each environment. A recursive schema can report one
/// mistake in thousands of ways.
const MOST_MISTAKES: usize = 50;

/// What a schema says about the values of each environment.
#[derive(Clone, Debug, Default)]
pub struct SchemaVerdict {
    /// The values that do not fit, in order.
    pub misfits: Vec<Misfit>,
    /// The schemas of other hosts that it refers to. tierc fetches nothing, so they accept
    /// everything.
    pub unread: BTreeSet<String>,
}

/// Accepts everything in place of a schema of another host, and remembers which it was.
struct UnreadSchemas(Arc<Mutex<BTreeSet<String>>>);

impl jsonschema::Retrieve for UnreadSchemas {
    fn retrieve(
        &self,
        uri: &jsonschema::Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let remote = uri.scheme().as_str().starts_with("http");
        if !remote {
            return Err("only schemas in the file itself are read".into());
        }
        if let Ok(mut unread) = self.0.lock() {
            unread.insert(uri.as_str().to_owned());
        }
        Ok(Value::Object(Map::new()))
    }
}

/// The mistakes in each environment's values. The running time depends on the
/// schema: one that refers to itself twice at each of 25 levels visits 2^25 places.
///
/// # Errors
///
/// If `schema` is not a JSON Schema.
pub fn validate(
    schema_name: &str,
    schema: &str,
    values: &BTreeMap<String, Value>,
) -> Result<SchemaVerdict, Vec<String>> {
    let schema: Value = serde_json::from_str(schema)
        .map_err(|error| vec![format!("`{schema_name}` is not JSON: {error}")])?;
    let unread = Arc::new(Mutex::new(BTreeSet::new()));
    let options = jsonschema::options().with_retriever(UnreadSchemas(Arc::clone(&unread)));
    let validator = options.build(&schema).map_err(|error| {
        vec![format!(
            "`{schema_name}` is not a JSON Schema that can be read: {error}"
        )]
    })?;
    let mut misfits: Vec<Misfit> = values
        .iter()
        .flat_map(|(environment, values)| {
            validator
                .iter_errors(values)
                .take(MOST_MISTAKES)
                .map(|error| Misfit::of(environment, &error))
                .collect::<Vec<_>>()
        })
        .collect();
    misfits.sort();
    let unread = unread.lock().map(|unread| unread.clone());
    Ok(SchemaVerdict {
        misfits,
        unread: unread.unwrap_or_default(),
    })
}
