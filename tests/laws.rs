//! Laws: what holds of every environment and of every pair of them, over random ones.
//!
//! `PROPTEST_CASES` says how many; a failure prints the case and keeps its seed.

mod environment;
mod pairs;

use proptest::test_runner::{Config, FileFailurePersistence};

/// Some hundred cases in `cargo test`, as many as `PROPTEST_CASES` asks for in the gate.
pub(crate) fn config(cases: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok();
    Config {
        cases: asked.and_then(|text| text.parse().ok()).unwrap_or(cases),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/laws/regressions.txt",
        ))),
        ..Config::default()
    }
}
