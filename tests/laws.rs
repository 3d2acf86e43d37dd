//! Laws: what holds of every environment and of every pair of them, over random ones.
//!
//! `LAWS_CASES` says how many; a failure prints the case and keeps its seed. The variables of
//! proptest itself have no place here: it lets them win over what a law asks for, so that every part
//! of a law would look at the same cases, and at all of them.

mod carried;
mod cluster;
mod commands;
mod declared;
mod derived;
mod environment;
mod forms;
mod hostile;
mod left;
pub(crate) mod named;
mod order;
mod pairs;
mod places;
mod plans;
mod said;
mod secrets;
mod survival;
mod typos;

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::sync::LazyLock;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{
    Config, FileFailurePersistence, RngSeed, TestRunner, contextualize_config,
};

/// Some hundred cases in `cargo test`, as many as `LAWS_CASES` asks for in the gate. The seed is
/// another one in every run, and is printed: `LAWS_SEED` repeats it.
pub(crate) fn config(cases: u32) -> Config {
    for (overriding, own) in [
        ("PROPTEST_CASES", "LAWS_CASES"),
        ("PROPTEST_RNG_SEED", "LAWS_SEED"),
    ] {
        let set = std::env::var_os(overriding).is_some();
        assert!(!set, "{overriding} would override the laws: set {own}");
    }
    let cases = asked().unwrap_or(cases);
    let usual = Config::default();
    Config {
        cases,
        // A law may pass over as many cases as it looks at, however many those are.
        max_global_rejects: usual.max_global_rejects.max(cases),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/laws/regressions.txt",
        ))),
        rng_seed: RngSeed::Fixed(seed()),
        ..usual
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
    let cases = std::env::var("LAWS_CASES").ok()?;
    Some(cases.parse().expect("LAWS_CASES is a number"))
}

/// The seed of this run's laws, said once. Written past the capture of a test's output, because
/// the log of a run that passed must hold it, too.
fn seed() -> u64 {
    static SEED: LazyLock<u64> = LazyLock::new(|| {
        let given = std::env::var("LAWS_SEED").ok();
        let given = given.map(|text| text.parse().expect("LAWS_SEED is a number"));
        let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        let line = format!("laws: LAWS_SEED={seed}\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        seed
    });
    *SEED
}

#[test]
fn every_part_of_a_law_looks_at_cases_of_its_own() {
    let first_case = |part: u32| {
        // As `proptest!` does it.
        let config = contextualize_config(config_of_part(100, part));
        assert_eq!(config.cases, config_of_part(100, part).cases);
        let mut runner = TestRunner::new(config);
        let case = (environment::environment(), environment::environment());
        let (before, after) = case.new_tree(&mut runner).unwrap().current();
        (before.0, after.0)
    };
    let cases: BTreeSet<(String, String)> = (1..=PARTS).map(first_case).collect();
    assert_eq!(cases.len(), PARTS as usize);
}
