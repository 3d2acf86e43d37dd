//! `tierc.lock.json`: what made the tree, which files are tierc's, and the environment they came from.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Artifacts;
use crate::model::Environment;

/// The format that is written, and the only one that is read.
pub const FORMAT: u64 = 1;

/// A lock as it is written.
#[derive(Serialize)]
struct Lock<'a> {
    generated: String,
    format: Format,
    tierc: &'static str,
    catalogue: &'a str,
    files: BTreeMap<&'a str, String>,
    environment: &'a Environment,
}

/// How a lock is to be read.
#[derive(Serialize)]
struct Format {
    version: u64,
    files: &'static str,
    environment: &'static str,
}

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
    let document = Lock {
        generated: format!(
            "by tierc from {source_name}; do not edit, change that file and render again"
        ),
        format: Format {
            version: FORMAT,
            files: "the hash of every other file of this tree",
            environment: "every resolved value, as `tierc schema` of the version below describes it; `tierc diff --committed` reads it",
        },
        tierc: env!("CARGO_PKG_VERSION"),
        catalogue,
        files: artifacts
            .iter()
            .map(|(path, text)| (path.as_str(), hash(text.as_bytes())))
            .collect(),
        environment,
    };
    let mut text = serde_json::to_string_pretty(&document).expect("an environment is plain data");
    text.push('\n');
    text
}

/// The environment that a lock records; its values have no origin.
///
/// # Errors
/// A sentence about why it cannot be read.
pub fn environment(lock: &str) -> Result<Environment, String> {
    let mut lock: Value =
        serde_json::from_str(lock).map_err(|error| format!("the lock is not JSON: {error}"))?;
    match lock.pointer("/format/version").and_then(Value::as_u64) {
        Some(FORMAT) => {}
        Some(other) => {
            return Err(format!(
                "the lock has the format {other}; this version of tierc reads {FORMAT}"
            ));
        }
        None => return Err("the lock does not state its format: render the tree again".into()),
    }
    let environment = lock
        .get_mut("environment")
        .map(Value::take)
        .unwrap_or_default();
    serde_json::from_value(environment)
        .map_err(|error| format!("the lock's environment cannot be read: {error}"))
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

/// The environment that a lock records, and the version of the catalogue it came from.
///
/// # Errors
/// Why it is no lock, as a part of a sentence.
pub fn read(text: &[u8]) -> Result<(Environment, String), String> {
    #[derive(serde::Deserialize)]
    struct Lock {
        environment: Environment,
        catalogue: String,
    }
    let lock: Result<Lock, _> = serde_json::from_slice(text);
    lock.map(|lock| (lock.environment, lock.catalogue))
        .map_err(|error| error.to_string())
}
