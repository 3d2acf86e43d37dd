//! What each fuzz target holds its bytes to. `cargo test` replays the corpus with the same
//! functions (`tests/fuzz.rs`).

use tierc::compile::{CatalogueTexts, Input};
use tierc::diagnostic::Diagnostics;
use tierc::diagnostic::json::findings;
use tierc::diagnostic::render::{Style, human};
use tierc::model::{Duration, Quantity};
use tierc::source::{Source, Sources};

/// A text becomes a tree and findings, and every finding can be shown.
///
/// # Panics
/// Where it does not.
pub(crate) fn parse(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let mut sources = Sources::default();
    let source = sources.add(Source {
        name: "prod.kdl".into(),
        text: text.to_owned().into(),
        catalogue: false,
    });
    let mut found = Diagnostics::new();
    let _ = tierc::parse::environment(text, source, &mut found);
    let style = Style {
        color: false,
        width: 100,
    };
    let shown = human(found.iter(), &sources, style);
    assert_eq!(shown.is_empty(), found.is_empty());
}

/// A quantity that is read is written as one that is read as the same.
///
/// # Panics
/// Where it is not.
pub(crate) fn quantity(bytes: &[u8]) {
    let read = std::str::from_utf8(bytes).ok().map(Quantity::parse);
    if let Some(Ok(quantity)) = read {
        assert_eq!(Quantity::parse(&quantity.to_string()), Ok(quantity));
    }
}

/// A duration that is read is written as one that is read as the same.
///
/// # Panics
/// Where it is not.
pub(crate) fn duration(bytes: &[u8]) {
    let read = std::str::from_utf8(bytes).ok().map(Duration::parse);
    if let Some(Ok(duration)) = read {
        assert_eq!(Duration::parse(&duration.to_string()), Ok(duration));
    }
}

/// Any bytes become an environment, whose files can be written, or an error.
///
/// # Panics
/// Where they become neither.
pub(crate) fn compile(bytes: &[u8]) {
    let input = Input {
        name: "prod.kdl".into(),
        bytes: bytes.to_vec(),
    };
    let today = jiff::civil::date(2026, 11, 24);
    let run = tierc::compile::compile(vec![input], &CatalogueTexts::embedded(), today);
    let listed = findings(run.diagnostics(), &run.sources);
    assert_eq!(listed.len(), run.diagnostics().count());
    for file in &run.files {
        match &file.environment {
            Some(environment) => {
                let artifacts = tierc::emit::emit(environment, None, &run.catalogue, "prod.kdl");
                assert!(!artifacts.is_empty());
            }
            None => assert!(file.diagnostics.has_errors()),
        }
    }
}
