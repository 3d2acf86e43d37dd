//! How much of k6 a load test takes.

use super::{ArrivalRate, Environment, Expectation, LoadTest, Name};

/// Virtual users that one k6 process keeps for an arrival rate at most: k6's guide to large tests
/// counts 1 to 5 MB of memory for each.
pub const MOST_FOR_A_RATE: u64 = 10_000;

/// A second: what a request is taken to last where nothing is expected of it.
const UNKNOWN_MILLIS: u64 = 1000;

impl LoadTest {
    /// The most virtual users that run at a time, because one load follows the other.
    #[must_use]
    pub fn vus(&self) -> u64 {
        let steady = self.steady.iter().map(|steady| steady.vus.value.into());
        let ramp = self.stage.iter().map(|stage| stage.to.value.into());
        let rate = self.rate.iter();
        let rate = rate.map(|rate| rate.most_vus(&self.expect, self.runners()));
        steady.chain(ramp).chain(rate).max().unwrap_or(0)
    }

    /// The k6 processes that share the load.
    #[must_use]
    pub fn runners(&self) -> u32 {
        let asked = self.test_run.as_ref();
        asked.map_or(1, |run| run.parallelism.value.max(1))
    }
}

impl Expectation {
    /// How long a request lasts if the expectation is met, in milliseconds: `p95`, else `p99`,
    /// else `p50`, else a second.
    #[must_use]
    pub fn millis(&self) -> u64 {
        let stated = self.p95.as_ref().or(self.p99.as_ref());
        let stated = stated.or(self.p50.as_ref());
        stated.map_or(UNKNOWN_MILLIS, |time| time.value.millis())
    }
}

impl ArrivalRate {
    /// The virtual users that the rate takes: rate x the seconds of a request, by Little's law.
    #[must_use]
    pub fn needed(&self, expect: &Expectation) -> u64 {
        let busy = u64::from(self.per_second.value).saturating_mul(expect.millis());
        busy.div_ceil(1000)
    }

    /// The virtual users that k6 starts with: those that the rate takes, and one for each process;
    /// at most 10,000 for each.
    #[must_use]
    pub fn vus(&self, expect: &Expectation, runners: u32) -> u64 {
        let runners = u64::from(runners);
        self.needed(expect)
            .clamp(runners, runners.saturating_mul(MOST_FOR_A_RATE))
    }

    /// The virtual users that k6 goes up to before it leaves requests out: twice as many, for
    /// requests that last twice as long as they may.
    #[must_use]
    pub fn most_vus(&self, expect: &Expectation, runners: u32) -> u64 {
        let twice = self.vus(expect, runners).saturating_mul(2);
        twice.min(u64::from(runners).saturating_mul(MOST_FOR_A_RATE))
    }
}

impl Name {
    /// The file of a load test's script, in its folder.
    #[must_use]
    pub fn script_file(&self) -> String {
        format!("{self}.js")
    }

    /// The file of its TestRun, beside the script.
    #[must_use]
    pub fn test_run_file(&self) -> String {
        format!("{self}-testrun.yaml")
    }
}

impl Environment {
    /// What the TestRun of a load test, the ConfigMap with its script and the Secret with its token
    /// are called.
    #[must_use]
    pub fn test_run_name(&self, test: &Name) -> String {
        format!("{}-load-{test}", self.app.value)
    }
}
