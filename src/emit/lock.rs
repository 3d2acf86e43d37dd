//! `tierc.lock.json`: the origin of the tree, the list of tierc's files, and the resolved
//! environment.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Artifacts;
use super::header::printable;
use crate::diagnostic::mask::{find_secrets, fingerprint};
use crate::model::platform::MOST_STATED_REPLICAS;
use crate::model::{Environment, Waiver};

/// The format that is written, and the only one that can be read.
pub const FORMAT: u64 = 1;

/// The size of a usual lock, to allocate once.
const USUAL: usize = 12 << 10;

/// A lock file as it is written.
#[derive(Serialize)]
struct Lock<'a> {
    generated: String,
    format: LockFormat,
    tierc: &'static str,
    catalogue: &'a str,
    files: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waivers: Option<&'a [Waiver]>,
    environment: &'a Environment,
}

/// How a lock is to be read.
#[derive(Serialize)]
struct LockFormat {
    version: u64,
    files: &'static str,
    waivers: &'static str,
    environment: &'static str,
}

/// The lock of a tree with the files `artifacts`. Unknown waivers are left out, which differs from
/// an empty list.
///
/// # Panics
///
/// Never: an environment is plain data.
#[must_use]
pub fn lock(
    environment: &Environment,
    waivers: Option<&[Waiver]>,
    catalogue: &str,
    source_name: &str,
    artifacts: &Artifacts,
) -> String {
    let document = Lock {
        generated: format!(
            "by tierc from {}; do not edit, change that file and render again",
            printable(source_name)
        ),
        format: LockFormat {
            version: FORMAT,
            files: "the hash of every other file of this tree",
            waivers: "the rules that the file waives, by name, each with its last day; a tree without this list was rendered before there was one",
            environment: "every resolved value, as `tierc schema` of the version below describes it; `tierc diff --committed` reads it",
        },
        tierc: env!("CARGO_PKG_VERSION"),
        catalogue,
        files: artifacts
            .iter()
            .map(|(path, text)| (path.as_str(), hash(text.as_bytes())))
            .collect(),
        waivers,
        environment,
    };
    let mut text = Vec::with_capacity(USUAL);
    serde_json::to_writer_pretty(&mut text, &document).expect("an environment is plain data");
    text.push(b'\n');
    String::from_utf8(text).expect("JSON is text")
}

/// What a lock records.
#[derive(Debug, Deserialize)]
pub struct LockContents {
    /// The environment. Its values have no origin.
    pub environment: Environment,
    /// The rules that its file waives; `None` if an older version did not record them.
    #[serde(default)]
    pub waivers: Option<Vec<Waiver>>,
    /// The version of the catalogue that completed it.
    pub catalogue: String,
}

/// The contents of a lock.
///
/// # Errors
///
/// Why this version cannot read it, as a part of a sentence.
pub fn read(lock: &[u8]) -> Result<LockContents, String> {
    #[derive(Deserialize)]
    struct Versioned {
        format: Option<ProgramVersion>,
    }
    #[derive(Deserialize)]
    struct ProgramVersion {
        version: u64,
    }
    let failed = |error: serde_json::Error| error.to_string();
    let versioned: Versioned = serde_json::from_slice(lock).map_err(failed)?;
    match versioned.format.map(|format| format.version) {
        Some(FORMAT) => {
            let mut recorded: LockContents = serde_json::from_slice(lock)
                .or_else(|error| completed(lock).map_or(Err(error), serde_json::from_value))
                .map_err(failed)?;
            recorded.environment.pgbouncer.complete();
            possible(lock, &recorded)?;
            Ok(recorded)
        }
        Some(other) => Err(format!("its format is {other}, and {FORMAT} is read")),
        None => Err("it does not state its format".into()),
    }
}

/// A lock from before `database.master` existed, completed with the value of that time: the
/// application's role.
fn completed(lock: &[u8]) -> Option<serde_json::Value> {
    let mut lock: serde_json::Value = serde_json::from_slice(lock).ok()?;
    let database = lock.get_mut("environment")?.get_mut("database")?;
    let user = database.get("user")?.clone();
    let database = database.as_object_mut()?;
    if database.contains_key("master") {
        return None;
    }
    database.insert("master".into(), user);
    Some(lock)
}

/// A record cannot contain what a file cannot state, unless somebody edited it.
fn possible(lock: &[u8], recorded: &LockContents) -> Result<(), String> {
    let environment = &recorded.environment;
    let text = String::from_utf8_lossy(lock);
    let waivers = recorded.waivers.iter().flatten();
    let waived: BTreeSet<&str> = waivers.filter_map(|it| it.value.as_deref()).collect();
    let told = |secret: Range<usize>| {
        let literal = text.get(secret).unwrap_or_default();
        !waived.contains(fingerprint(literal).as_str())
    };
    if find_secrets(&text).into_iter().any(told) {
        return Err("it contains text that looks like a credential".into());
    }
    if holds_control_characters(&text) {
        return Err("it contains control characters".into());
    }
    let groups = environment.redis.iter();
    let replicas = groups.map(|(name, group)| (format!("redis.{name}.replicas"), &group.replicas));
    let count = &environment.database.replicas.count;
    let counts = std::iter::once(("database.replicas.count".to_owned(), count)).chain(replicas);
    for (path, count) in counts {
        if count.value > MOST_STATED_REPLICAS {
            return Err(format!(
                "`{path}` is {}, more than {MOST_STATED_REPLICAS}",
                count.value
            ));
        }
    }
    Ok(())
}

/// Whether a string in JSON text contains control characters, plain or escaped. An escaped
/// backslash is not an escape.
fn holds_control_characters(text: &str) -> bool {
    let raw = text
        .chars()
        .any(|c| c.is_control() && !c.is_ascii_whitespace());
    let escapes = text.replace("\\\\", "");
    let mut escapes = escapes.split('\\').skip(1);
    raw || escapes.any(|it| it.starts_with("u00") || it.starts_with(['b', 'f', 'n', 'r', 't']))
}

/// `sha256:` and the hash in hex.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(7 + 64);
    text.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        let halves = [byte >> 4, byte & 15];
        text.extend(halves.map(|half| char::from_digit(half.into(), 16).unwrap_or_default()));
    }
    text
}
