//! The filters and functions of a values template, beside those of Jinja.

use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, Value};
use serde_json::json;

use crate::emit::yaml::{self, Map, YamlValue};
use crate::model::Quantity;

/// Adds them.
pub(super) fn add(templates: &mut Environment<'_>) {
    templates.add_filter("toyaml", toyaml);
    templates.add_filter("tojson", tojson);
    templates.add_filter("indent", indent);
    templates.add_filter("nindent", nindent);
    templates.add_filter("env_list", env_list);
    templates.add_filter("millicores", millicores);
    templates.add_filter("bytes", bytes);
    templates.add_filter("mebibytes", mebibytes);
    templates.add_function("fail", fail);
}

fn refused(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, why.into())
}

/// Ends with the template's own message.
fn fail(message: &str) -> Result<Value, Error> {
    Err(refused(message))
}

/// A value as lines of YAML.
fn toyaml(value: &Value) -> Result<Value, Error> {
    let text = yaml::fragment(&to_yaml(&to_json(value)?)?);
    Ok(Value::from_safe_string(text))
}

/// A value on one line.
fn tojson(value: &Value) -> Result<Value, Error> {
    Ok(Value::from_safe_string(to_json(value)?.to_string()))
}

/// Lines with `width` spaces before each but the first, as in Jinja.
fn indent(value: &Value, width: usize) -> Result<Value, Error> {
    indented(value, width).map(Value::from_safe_string)
}

/// The same from a new line on, as in Helm.
fn nindent(value: &Value, width: usize) -> Result<Value, Error> {
    let text = indented(value, width)?;
    let spaces = " ".repeat(width);
    Ok(Value::from_safe_string(format!("\n{spaces}{text}")))
}

/// The widest indentation: deeper than any values file.
const WIDEST: usize = 200;

fn indented(value: &Value, width: usize) -> Result<String, Error> {
    if width > WIDEST {
        return Err(refused(format!(
            "an indentation is at most {WIDEST} spaces, not {width}"
        )));
    }
    let text = if value.is_safe() || value.as_str().is_some_and(|text| !text.contains('\n')) {
        value.to_string()
    } else {
        yaml::fragment(&to_yaml(&to_json(value)?)?)
    };
    let between = format!("\n{}", " ".repeat(width));
    let lines: Vec<&str> = text.split('\n').collect();
    Ok(lines.join(&between))
}

/// Environment variables as the list that Kubernetes takes. A text becomes a `value`, a key of a
/// Secret a `valueFrom`.
fn env_list(variables: &Value) -> Result<Value, Error> {
    let serde_json::Value::Object(variables) = to_json(variables)? else {
        return Err(refused(
            "`env_list` takes a map of variables, such as `api.env` or `api.secret_env`",
        ));
    };
    let entry = |(name, value): (String, serde_json::Value)| {
        if value.is_object() {
            json!({ "name": name, "valueFrom": { "secretKeyRef": value } })
        } else {
            json!({ "name": name, "value": value })
        }
    };
    let list: Vec<serde_json::Value> = variables.into_iter().map(entry).collect();
    Ok(Value::from(Serde(&list)))
}

fn quantity(text: &str) -> Result<Quantity, Error> {
    Quantity::parse(text).map_err(refused)
}

/// CPU in thousandths of a core.
fn millicores(text: &str) -> Result<u64, Error> {
    Ok(quantity(text)?.milli())
}

/// Memory in bytes.
fn bytes(text: &str) -> Result<u64, Error> {
    Ok(quantity(text)?.units())
}

/// Memory in MiB.
fn mebibytes(text: &str) -> Result<u64, Error> {
    Ok(quantity(text)?.mebibytes())
}

/// A template's value as JSON.
pub(super) fn to_json(value: &Value) -> Result<serde_json::Value, Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    serde_json::to_value(value).map_err(|error| refused(error.to_string()))
}

fn to_yaml(value: &serde_json::Value) -> Result<YamlValue, Error> {
    Ok(match value {
        serde_json::Value::Null => YamlValue::Null,
        serde_json::Value::Bool(value) => YamlValue::Bool(*value),
        serde_json::Value::String(text) => YamlValue::Text(text.clone()),
        serde_json::Value::Number(number) => {
            let whole = number.as_i64().map(i128::from);
            let whole = whole.or_else(|| number.as_u64().map(i128::from));
            let fraction = || {
                refused(format!(
                    "`toyaml` writes whole numbers only: write {number} in the template itself, or as a text"
                ))
            };
            YamlValue::Number(whole.ok_or_else(fraction)?)
        }
        serde_json::Value::Array(items) => {
            YamlValue::List(items.iter().map(to_yaml).collect::<Result<_, _>>()?)
        }
        serde_json::Value::Object(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                map.insert(key.clone(), to_yaml(value)?);
            }
            YamlValue::Map(map)
        }
    })
}
