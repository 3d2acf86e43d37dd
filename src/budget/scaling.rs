//! How fast an autoscaler adds pods when the load jumps and stays.
//!
//! The controller looks every 15 s. What it may add is bounded by the scale-up policies: each
//! allows so many pods, or percent of the pods, more than there were a period ago
//! (`calculateScaleUpLimitWithScalingRules` of the Kubernetes controller), and nothing is added
//! before the load has been high for the stabilization window.

use crate::model::{PolicyKind, Scaling, Select};

/// Seconds between two looks of the controller (`--horizontal-pod-autoscaler-sync-period`).
pub const SYNC: u64 = 15;

/// A scale-up policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Pods or percent.
    pub kind: PolicyKind,
    /// How many.
    pub value: u32,
    /// In so many seconds.
    pub every: u64,
}

/// Rules for adding pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Seconds of high load before anything is added.
    pub window: u64,
    /// The policies.
    pub steps: Vec<Step>,
    /// Which of them wins.
    pub select: Select,
}

/// Kubernetes' default policies (`autoscaling/v2` defaults.go).
pub const DEFAULT_STEPS: [Step; 2] = [
    Step {
        kind: PolicyKind::Pods,
        value: 4,
        every: 15,
    },
    Step {
        kind: PolicyKind::Percent,
        value: 100,
        every: 15,
    },
];

impl Rules {
    /// Kubernetes' default.
    #[must_use]
    pub fn kubernetes() -> Self {
        Self {
            window: 0,
            steps: DEFAULT_STEPS.to_vec(),
            select: Select::Max,
        }
    }

    /// The rules that `scaling` states; Kubernetes' policies where it states none.
    #[must_use]
    pub fn of(scaling: &Scaling) -> Self {
        let steps: Vec<Step> = scaling
            .policy
            .iter()
            .map(|policy| Step {
                kind: policy.kind.value,
                value: policy.value.value,
                every: policy.every.value.secs(),
            })
            .collect();
        Self {
            window: scaling.window.value.secs(),
            steps: if steps.is_empty() {
                DEFAULT_STEPS.to_vec()
            } else {
                steps
            },
            select: scaling.select.value,
        }
    }

    /// The pods that can be there at second `now`, when `current` are and `added` says when how
    /// many came.
    fn limit(&self, current: u32, added: &[(u64, u32)], now: u64) -> u32 {
        let proposed = self.steps.iter().map(|step| {
            let recent = |(second, _): &&(u64, u32)| now - second < step.every;
            let came: u32 = added.iter().filter(recent).map(|(_, pods)| pods).sum();
            let start = current.saturating_sub(came);
            let more = match step.kind {
                PolicyKind::Pods => step.value,
                PolicyKind::Percent => {
                    let share = (u64::from(start) * u64::from(step.value)).div_ceil(100);
                    u32::try_from(share).unwrap_or(u32::MAX)
                }
            };
            start.saturating_add(more)
        });
        let limit = match self.select {
            Select::Max => proposed.max(),
            Select::Min => proposed.min(),
            Select::Disabled => None,
        };
        limit.unwrap_or(current).max(current)
    }

    /// The climb from `from` pods to `to`, as far as second `until`: at which second how many
    /// pods are asked for.
    #[must_use]
    pub fn climb(&self, from: u32, to: u32, until: u64) -> Vec<(u64, u32)> {
        let mut current = from;
        let mut added: Vec<(u64, u32)> = Vec::new();
        let mut climb = Vec::new();
        let mut now = self.window.next_multiple_of(SYNC);
        while current < to && now <= until {
            let next = self.limit(current, &added, now).min(to);
            if next > current {
                added.push((now, next - current));
                climb.push((now, next));
                current = next;
            }
            now += SYNC;
        }
        climb
    }
}

/// A climb as a reader follows it: `9 at 0 s, 15 at 30 s`.
#[must_use]
pub fn told(climb: &[(u64, u32)]) -> String {
    let steps: Vec<String> = climb
        .iter()
        .map(|(second, pods)| format!("{pods} at {second} s"))
        .collect();
    if steps.is_empty() {
        "no pod more".to_owned()
    } else {
        steps.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(window: u64, steps: &[(PolicyKind, u32, u64)]) -> Rules {
        let step = |&(kind, value, every): &(PolicyKind, u32, u64)| Step { kind, value, every };
        Rules {
            window,
            steps: steps.iter().map(step).collect(),
            select: Select::Max,
        }
    }

    #[test]
    fn the_default_doubles_or_adds_four() {
        let climb = Rules::kubernetes().climb(3, 20, 600);
        assert_eq!(climb, [(0, 7), (15, 14), (30, 20)]);
        let climb = Rules::kubernetes().climb(1, 4, 600);
        assert_eq!(climb, [(0, 4)]);
    }

    #[test]
    fn a_period_counts_what_came_in_it() {
        let six = rules(0, &[(PolicyKind::Pods, 6, 30)]);
        assert_eq!(six.climb(3, 20, 600), [(0, 9), (30, 15), (60, 20)]);
        // A period of 20 s is over at the second look after 15 s.
        let twenty = rules(0, &[(PolicyKind::Pods, 1, 20)]);
        assert_eq!(twenty.climb(1, 3, 600), [(0, 2), (30, 3)]);
    }

    #[test]
    fn a_percentage_is_rounded_up() {
        let tenth = rules(0, &[(PolicyKind::Percent, 10, 60)]);
        assert_eq!(tenth.climb(11, 14, 600), [(0, 13), (60, 14)]);
    }

    #[test]
    fn a_window_delays_the_first_step() {
        let late = rules(40, &[(PolicyKind::Percent, 100, 15)]);
        assert_eq!(late.climb(2, 8, 600), [(45, 4), (60, 8)]);
    }

    #[test]
    fn the_least_of_several_steps_or_none_at_all() {
        let mut both = rules(
            0,
            &[(PolicyKind::Pods, 1, 15), (PolicyKind::Percent, 100, 15)],
        );
        both.select = Select::Min;
        assert_eq!(both.climb(4, 6, 600), [(0, 5), (15, 6)]);
        both.select = Select::Disabled;
        assert_eq!(both.climb(4, 6, 600), []);
    }

    #[test]
    fn nothing_is_told_past_the_end() {
        let six = rules(0, &[(PolicyKind::Pods, 6, 30)]);
        assert_eq!(told(&six.climb(3, 20, 30)), "9 at 0 s, 15 at 30 s");
        assert_eq!(told(&[]), "no pod more");
    }
}
