//! What every story needs.

use std::path::PathBuf;

use tierc::compile::{CatalogueTexts, Input, Run, compile};

/// The catalogue's own date: environments are judged as of that day.
pub(crate) fn today() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 24)
}

/// Compiles one text as `prod.kdl`.
pub(crate) fn run(text: &str) -> Run {
    let input = Input {
        name: "prod.kdl".into(),
        bytes: text.as_bytes().to_vec(),
    };
    compile(vec![input], &CatalogueTexts::embedded(), today())
}

/// The codes of everything found in one text, in order.
pub(crate) fn codes(text: &str) -> Vec<String> {
    run(text)
        .diagnostics()
        .map(|finding| finding.code.to_string())
        .collect()
}

/// The documents of a YAML file, read by another library than the one that wrote them.
pub(crate) fn documents(text: &str) -> Vec<serde_json::Value> {
    use serde::Deserialize;
    serde_yaml::Deserializer::from_str(text)
        .map(|document| serde_json::Value::deserialize(document).unwrap())
        .collect()
}

/// A path in the project.
pub(crate) fn project(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every file below a folder of the project with one of `endings`, sorted.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![project(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|known| known == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
