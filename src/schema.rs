//! JSON Schemas: of a resolved environment, and of what is emitted.

use crate::model::Environment;

/// The JSON Schema of the Helm values.
pub const HELM_VALUES: &str = include_str!("../schema/helm-values.schema.json");

/// The JSON Schema of a resolved environment, as `tierc show --format json` prints it, generated
/// from the model.
#[must_use]
pub fn environment() -> String {
    let schema = schemars::schema_for!(Environment);
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}
