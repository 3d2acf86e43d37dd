//! `tierc.lock.json`: what made the tree, which files are tierc's, and the environment they came from.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Artifacts;
use crate::model::Environment;

/// The lock of a tree whose other files are `artifacts`.
///
/// # Panics
/// Never: an environment is plain data.
#[must_use]
pub fn lock(
    environment: &Environment,
    catalogue: &str,
    source_name: &str,
    artifacts: &Artifacts,
) -> String {
    let files: Map<String, Value> = artifacts
        .iter()
        .map(|(path, text)| (path.clone(), Value::String(hash(text.as_bytes()))))
        .collect();
    let document = json!({
        "generated": format!("by tierc from {source_name}; do not edit, change that file and render again"),
        "tierc": env!("CARGO_PKG_VERSION"),
        "catalogue": catalogue,
        "files": files,
        "environment": environment,
    });
    let mut text = serde_json::to_string_pretty(&document).expect("an environment is plain data");
    text.push('\n');
    text
}

/// `sha256:` and the hash in hex.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}
