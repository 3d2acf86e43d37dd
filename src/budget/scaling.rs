//! How fast an autoscaler adds pods after the load rises, how fast it removes them after the load
//! falls, and where it stops.
//!
//! The controller syncs every 15 s. Scale-up policies limit what it may add: each allows a number
//! or a percentage of pods more than a period ago (`calculateScaleUpLimitWithScalingRules` of the
//! Kubernetes controller). Nothing is added before the load has been high for the stabilization
//! window. Removing pods follows the same rules downwards (`calculateScaleDownLimitWithBehaviors`).
//!
//! It stops as soon as the metric is within a tenth of its target (`isWithin` of
//! `replica_calculator.go`; the tolerance is a flag of the controller, 0.1 by default). So a floor
//! that is given as a metric can be missed by a tenth: for 12 pods the controller stops at 11,
//! because 12 / 11 = 1.09.

use crate::model::{PolicyKind, Scaling, Select};

/// Seconds between two syncs of the controller (`--horizontal-pod-autoscaler-sync-period`).
pub const SYNC: u64 = 15;

/// A scaling policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalingStep {
    /// Pods or percent.
    pub kind: PolicyKind,
    /// How many.
    pub value: u32,
    /// The period in seconds.
    pub every: u64,
}

/// Rules for adding or removing pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Seconds of high load before pods are added, or of low load before pods are removed.
    pub window: u64,
    /// The policies.
    pub steps: Vec<ScalingStep>,
    /// Which of them wins.
    pub select: Select,
}

/// Whether a controller with `pods` pods keeps them while its metric asks for `asked`. A ratio of
/// exactly 1.1 counts as within, because Kubernetes has compared it both ways.
#[must_use]
pub fn is_content(asked: u32, pods: u32) -> bool {
    let (asked, pods) = (u64::from(asked), u64::from(pods));
    9 * pods <= 10 * asked && 10 * asked <= 11 * pods
}

/// What a metric must ask for so that the controller stops at `floor` pods or more from either
/// side: the smallest count that is above `floor - 1` by more than a tenth.
#[must_use]
pub fn asked_for(floor: u32) -> u32 {
    if floor == 0 {
        return 0;
    }
    let below = u64::from(floor - 1);
    let least = u32::try_from(11 * below / 10 + 1).unwrap_or(u32::MAX);
    least.max(floor)
}

/// Kubernetes' default policies (`autoscaling/v2` defaults.go).
pub const DEFAULT_STEPS: [ScalingStep; 2] = [
    ScalingStep {
        kind: PolicyKind::Pods,
        value: 4,
        every: 15,
    },
    ScalingStep {
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

    /// The stated rules for adding pods, else Kubernetes' default policies.
    #[must_use]
    pub fn of(scaling: &Scaling) -> Self {
        Self::stated(scaling, &DEFAULT_STEPS)
    }

    /// The stated rules for removing pods, else Kubernetes' default policy.
    #[must_use]
    pub fn down(scaling: &Scaling) -> Self {
        Self::stated(scaling, &DEFAULT_DOWN)
    }

    fn stated(scaling: &Scaling, default: &[ScalingStep]) -> Self {
        let steps: Vec<ScalingStep> = scaling
            .policy
            .iter()
            .map(|policy| ScalingStep {
                kind: policy.kind.value,
                value: policy.value.value,
                every: policy.every.value.secs(),
            })
            .collect();
        Self {
            window: scaling.window.value.secs(),
            steps: if steps.is_empty() {
                default.to_vec()
            } else {
                steps
            },
            select: scaling.select.value,
        }
    }

    /// The most pods at second `now` with `current` pods; `added` lists how many were added when.
    fn limit(&self, current: u32, added: &[(u64, u32)], now: u64) -> u32 {
        let proposed = self.steps.iter().map(|step| {
            let recent = |(second, _): &&(u64, u32)| now - second < step.every;
            let came = added.iter().rev().take_while(recent);
            let came: u32 = came.map(|(_, pods)| pods).sum();
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

    /// The fewest pods at second `now` with `current` pods; `removed` lists how many were removed
    /// when.
    fn least(&self, current: u32, removed: &[(u64, u32)], now: u64) -> u32 {
        let proposed = self.steps.iter().map(|step| {
            let recent = |(second, _): &&(u64, u32)| now - second < step.every;
            let went = removed.iter().rev().take_while(recent);
            let went: u32 = went.map(|(_, pods)| pods).sum();
            let start = current.saturating_add(went);
            match step.kind {
                PolicyKind::Pods => start.saturating_sub(step.value),
                PolicyKind::Percent => {
                    let kept = u64::from(start) * u64::from(100_u32.saturating_sub(step.value));
                    u32::try_from(kept / 100).unwrap_or(u32::MAX)
                }
            }
        });
        let least = match self.select {
            Select::Max => proposed.min(),
            Select::Min => proposed.max(),
            Select::Disabled => None,
        };
        least.unwrap_or(current).min(current)
    }

    /// The descent from `from` pods to `to` after the load is gone, until second `until`: the pods
    /// that are left, by second.
    #[must_use]
    pub fn descent(&self, from: u32, to: u32, until: u64) -> Vec<(u64, u32)> {
        let mut current = from;
        let mut removed: Vec<(u64, u32)> = Vec::new();
        let mut descent = Vec::new();
        let mut now = self.window.next_multiple_of(SYNC);
        while current > to && now <= until {
            let next = self.least(current, &removed, now).max(to);
            if next < current {
                removed.push((now, current - next));
                descent.push((now, next));
                current = next;
            }
            now += SYNC;
        }
        descent
    }

    /// The climb from `from` pods while a metric asks for `asked`, at most `max`, until second
    /// `until`. It ends where the controller keeps its count.
    #[must_use]
    pub fn climb_for(&self, from: u32, asked: u32, max: u32, until: u64) -> Vec<(u64, u32)> {
        let mut climb = Vec::new();
        if is_content(asked, from) {
            return climb;
        }
        for step in self.climb(from, asked.min(max), until) {
            climb.push(step);
            if is_content(asked, step.1) {
                break;
            }
        }
        climb
    }

    /// The climb from `from` pods to `to`, until second `until`: the pods that are asked for, by
    /// second.
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

/// Kubernetes' default for removing pods: all surplus pods, every 15 s.
pub const DEFAULT_DOWN: [ScalingStep; 1] = [ScalingStep {
    kind: PolicyKind::Percent,
    value: 100,
    every: 15,
}];

/// A climb for the reader: `9 at 0 s, 15 at 30 s`.
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
        let step =
            |&(kind, value, every): &(PolicyKind, u32, u64)| ScalingStep { kind, value, every };
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
        // A period of 20 s ends at the second sync after 15 s.
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
    fn a_descent_waits_for_its_window_and_takes_its_steps() {
        let tenth = rules(60, &[(PolicyKind::Percent, 10, 60)]);
        assert_eq!(tenth.descent(10, 1, 120), [(60, 9), (120, 8)]);
        let all = rules(300, &[(PolicyKind::Percent, 100, 15)]);
        assert_eq!(all.descent(30, 1, 300), [(300, 1)]);
        assert_eq!(all.descent(30, 1, 299), []);
        let mut both = rules(0, &[(PolicyKind::Pods, 1, 15), (PolicyKind::Pods, 4, 15)]);
        assert_eq!(both.descent(6, 1, 600), [(0, 2), (15, 1)]);
        both.select = Select::Min;
        assert_eq!(both.descent(3, 1, 600), [(0, 2), (15, 1)]);
        both.select = Select::Disabled;
        assert_eq!(both.descent(6, 1, 600), []);
    }

    #[test]
    fn a_controller_is_content_within_a_tenth() {
        for (asked, pods, content) in [
            (12, 11, true),
            (12, 10, false),
            (11, 10, true),
            (10, 9, false),
            (9, 10, true),
            (8, 9, false),
        ] {
            assert_eq!(is_content(asked, pods), content, "{asked} of {pods}");
        }
        let six = rules(0, &[(PolicyKind::Pods, 6, 15)]);
        assert_eq!(six.climb_for(5, 12, 20, 600), [(0, 11)]);
        assert_eq!(six.climb_for(5, 13, 20, 600), [(0, 11), (15, 13)]);
        assert_eq!(six.climb_for(5, 13, 12, 600), [(0, 11), (15, 12)]);
        assert_eq!(six.climb_for(11, 12, 20, 600), []);
    }

    #[test]
    fn what_is_asked_for_is_the_least_that_leaves_no_pod_short() {
        for floor in 1..=1000 {
            let asked = asked_for(floor);
            let holds = |asked| asked >= floor && (1..floor).all(|pods| !is_content(asked, pods));
            assert!(holds(asked), "{asked} for {floor}");
            assert!(!holds(asked - 1), "{asked} for {floor}");
        }
        assert_eq!(asked_for(u32::MAX), u32::MAX);
        assert_eq!(asked_for(0), 0);
    }

    #[test]
    fn nothing_is_told_past_the_end() {
        let six = rules(0, &[(PolicyKind::Pods, 6, 30)]);
        assert_eq!(told(&six.climb(3, 20, 30)), "9 at 0 s, 15 at 30 s");
        assert_eq!(told(&[]), "no pod more");
    }
}
