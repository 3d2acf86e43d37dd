//! Laws: properties of every environment and of every pair, tested on random ones.
//!
//! `LAWS_CASES` sets the number of cases. A failure prints its case and its seed. Do not set proptest's
//! own variables: they override the settings of a law, so every part of a law would test the same cases.

mod carried;
mod cluster;
mod commands;
mod declared;
mod derived;
pub(crate) mod environment;
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

/// The default is some hundred cases, and `LAWS_CASES` sets another number. Each run has a new seed,
/// which is printed; `LAWS_SEED` repeats it.
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
        // A law may reject as many cases as it tests.
        max_global_rejects: usual.max_global_rejects.max(cases),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/laws/regressions.txt",
        ))),
        rng_seed: RngSeed::Fixed(seed()),
        ..usual
    }
}

/// As `config`, with a tenth of the cases, for a law whose cases each compile several times.
pub(crate) fn config_of_many_runs(cases: u32) -> Config {
    Config {
        cases: asked().map_or(cases, |asked| (asked / 10).max(1)),
        ..config(cases)
    }
}

/// The number of parts of the longest law; the parts run in parallel.
const PARTS: u32 = 4;

/// As `config`, for one part of a law. Each part has its own cases.
pub(crate) fn config_of_part(cases: u32, part: u32) -> Config {
    let whole = config(cases);
    Config {
        cases: whole.cases.div_ceil(PARTS),
        rng_seed: RngSeed::Fixed(seed().wrapping_add(part.into())),
        ..whole
    }
}

/// All of these if `LAWS_CASES` asks for as many, else about as many as stated: every nth, beginning where the
/// seed says. For laws about each attribute, of which every case is a run of all stages.
pub(crate) fn some_of<T>(all: impl IntoIterator<Item = T>, cases: usize) -> Vec<T> {
    let all: Vec<T> = all.into_iter().collect();
    let apart = apart(all.len(), cases);
    let first = usize::try_from(seed() % apart as u64).unwrap();
    all.into_iter().skip(first).step_by(apart).collect()
}

/// Whether [`some_of`] so many takes all of them.
pub(crate) fn takes_all(count: usize, cases: usize) -> bool {
    apart(count, cases) == 1
}

fn apart(count: usize, cases: usize) -> usize {
    let cases = asked().map_or(cases, |asked| asked as usize);
    count.div_ceil(cases.max(1)).max(1)
}

fn asked() -> Option<u32> {
    let cases = std::env::var("LAWS_CASES").ok()?;
    Some(cases.parse().expect("LAWS_CASES is a number"))
}

/// The seed of this run's laws, printed once. It bypasses the capture of test output, so that the log of
/// a run that passes has it, too.
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
        // Like `proptest!`.
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
