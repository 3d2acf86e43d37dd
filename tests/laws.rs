//! Laws: what holds of every environment and of every pair of them, over random ones.
//!
//! `PROPTEST_CASES` says how many; a failure prints the case and keeps its seed.

mod commands;
mod environment;
mod forms;
mod order;
mod pairs;
mod secrets;
mod survival;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::sync::LazyLock;

use proptest::test_runner::{Config, FileFailurePersistence, RngSeed};

/// Some hundred cases in `cargo test`, as many as `PROPTEST_CASES` asks for in the gate. The seed is
/// another one in every run, and is printed: `PROPTEST_RNG_SEED` repeats it.
pub(crate) fn config(cases: u32) -> Config {
    Config {
        cases: asked().unwrap_or(cases),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/laws/regressions.txt",
        ))),
        rng_seed: RngSeed::Fixed(seed()),
        ..Config::default()
    }
}

/// As `config`, for a law whose every case runs a compiler several times: a tenth of what is asked.
pub(crate) fn config_of_many_runs(cases: u32) -> Config {
    Config {
        cases: asked().map_or(cases, |asked| (asked / 10).max(1)),
        ..config(cases)
    }
}

/// How many parts the longest law is in, so that they run side by side.
const PARTS: u32 = 4;

/// As `config`, for one of the parts of a law, each with cases of its own.
pub(crate) fn config_of_part(cases: u32, part: u32) -> Config {
    let whole = config(cases);
    Config {
        cases: whole.cases.div_ceil(PARTS),
        rng_seed: RngSeed::Fixed(seed().wrapping_add(part.into())),
        ..whole
    }
}

fn asked() -> Option<u32> {
    std::env::var("PROPTEST_CASES").ok()?.parse().ok()
}

/// The seed of this run's laws, said once. Written past the capture of a test's output, because
/// the log of a run that passed must hold it, too.
fn seed() -> u64 {
    static SEED: LazyLock<u64> = LazyLock::new(|| {
        let given = std::env::var("PROPTEST_RNG_SEED").ok();
        let given = given.map(|text| text.parse().expect("PROPTEST_RNG_SEED is a number"));
        let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        let line = format!("laws: PROPTEST_RNG_SEED={seed}\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        seed
    });
    *SEED
}
