//! What a change interrupts for the users of the platform.

mod database;
mod environment;
mod fingerprint;
mod nodes;
mod operation;
mod pgbouncer;
mod redis;
mod rename;
mod whole;
mod workload;

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::diff::{Changes, Presence};
use crate::model::{Api, Apply, Environment, Name};
use crate::pair::Pair;

pub use fingerprint::Fingerprint;
pub use rename::renames;

/// How much a change interrupts, from least to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Class {
    /// Nobody notices.
    None,
    /// Only an autoscaler's own specification changes.
    Autoscaler,
    /// PgBouncer reads its file again.
    Reload,
    /// Pods or nodes are replaced one by one.
    Rolling,
    /// Slower for hours, but available: storage optimisation, resharding.
    OnlineDegraded,
    /// Connections drop for about 60 to 120 s.
    Failover,
    /// A static parameter waits for a manual restart.
    Reboot,
    /// Unavailable for minutes: a single instance is resized.
    Outage,
    /// A new resource replaces the old one. Its data is lost unless it is restored.
    Replace,
    /// AWS refuses it.
    Impossible,
}

impl Class {
    /// Every class with its name, from least to worst.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("autoscaler", Self::Autoscaler),
        ("reload", Self::Reload),
        ("rolling", Self::Rolling),
        ("online-degraded", Self::OnlineDegraded),
        ("failover", Self::Failover),
        ("reboot", Self::Reboot),
        ("outage", Self::Outage),
        ("replace", Self::Replace),
        ("impossible", Self::Impossible),
    ];

    /// The name it has on the command line and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        let known = Self::NAMES.iter().find(|(_, class)| *class == self);
        known.expect("every class has a name").0
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Who is affected by a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FeltBy {
    /// Nobody.
    Nobody,
    /// The API's callers.
    Api,
    /// The callers of these APIs.
    Apis(Vec<String>),
    /// The jobs of these pools.
    Pools(Vec<String>),
    /// Everything that uses the database or Redis.
    Everyone,
}

impl FeltBy {
    /// The callers of one API.
    fn api(name: &Name) -> Self {
        if Api::is_unnamed(name) {
            Self::Api
        } else {
            Self::Apis(vec![name.to_string()])
        }
    }
}

impl std::fmt::Display for FeltBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nobody => f.write_str("nobody"),
            Self::Api => f.write_str("the API"),
            Self::Apis(names) if names.len() == 1 => write!(f, "API `{}`", names.join("")),
            Self::Apis(names) => write!(f, "APIs `{}`", names.join("`, `")),
            Self::Pools(names) if names.len() == 1 => write!(f, "pool `{}`", names.join("")),
            Self::Pools(names) => write!(f, "pools `{}`", names.join("`, `")),
            Self::Everyone => f.write_str("everyone"),
        }
    }
}

/// Whether a change can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Undo {
    /// In the same way, at the same cost.
    Back,
    /// Only at a higher cost than the change itself, or after a wait.
    Harder,
    /// Not at all.
    Never,
}

/// When a change happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum ImpactTime {
    /// As soon as it is applied.
    AtOnce,
    /// In the maintenance window.
    InWindow,
    /// When somebody reboots the instance. No maintenance window does it.
    ByHand,
}

/// What one change does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Impact {
    /// How bad it is, under the conditions that hold here.
    pub class: Class,
    /// What happens and why, as one sentence.
    pub reason: String,
    /// The condition that decided the class, such as `with Multi-AZ`, if any.
    pub condition: Option<String>,
    /// Something a person must take care of, such as an image for another architecture.
    pub heed: Option<String>,
    /// Who is affected.
    pub felt_by: FeltBy,
    /// The least and most seconds it lasts; null if nobody is affected or if it is unknown.
    pub seconds: Option<(u32, u32)>,
    /// Whether the change can be reverted.
    pub undo: Undo,
    /// When it happens.
    pub when: ImpactTime,
    /// Where this is documented.
    pub source: &'static str,
}

impl Impact {
    /// An immediate, reversible impact that users do not notice.
    fn new(class: Class, reason: impl Into<String>, source: &'static str) -> Self {
        Self {
            class,
            reason: reason.into(),
            condition: None,
            heed: None,
            felt_by: FeltBy::Nobody,
            seconds: None,
            undo: Undo::Back,
            when: ImpactTime::AtOnce,
            source,
        }
    }

    fn felt_by(mut self, felt_by: FeltBy) -> Self {
        self.felt_by = felt_by;
        self
    }

    fn on(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    fn heed(mut self, heed: impl Into<String>) -> Self {
        self.heed = Some(heed.into());
        self
    }

    fn lasts(mut self, from: u32, to: u32) -> Self {
        self.seconds = Some((from, to));
        self
    }

    fn undo(mut self, undo: Undo) -> Self {
        self.undo = undo;
        self
    }

    fn when(mut self, when: ImpactTime) -> Self {
        self.when = when;
        self
    }
}

/// A change from one state to another, from which conditions are read.
struct ImpactStep<'a> {
    changes: &'a Changes,
    before: &'a Environment,
    after: &'a Environment,
}

impl ImpactStep<'_> {
    /// When AWS makes a change that may wait.
    fn when(&self) -> ImpactTime {
        match self.after.database.maintenance.apply.value {
            Apply::Now => ImpactTime::AtOnce,
            Apply::Window => ImpactTime::InWindow,
        }
    }

    fn changes(&self, path: &str) -> bool {
        self.changes.at(path).is_some()
    }
}

/// The impact of each change, in order. `sides` are the states before and after; conditions are
/// read from them.
#[must_use]
pub fn impacts(changes: &Changes, sides: Pair<&Environment>, catalogue: &Catalogue) -> Vec<Impact> {
    let before = changes.renamed(sides.before);
    let step = ImpactStep {
        changes,
        before: &before,
        after: sides.after,
    };
    changes
        .changes
        .iter()
        .map(|change| match changes.presence_of(&change.place) {
            Presence::Added => whole::added(&change.place, &step),
            Presence::Removed => whole::removed(&change.place, &step),
            Presence::Kept => environment::environment(change, &step, catalogue),
        })
        .collect()
}

/// The impact of each change if an environment may exist on one side only.
#[must_use]
pub fn of(
    changes: &Changes,
    sides: Pair<Option<&Environment>>,
    catalogue: &Catalogue,
) -> Vec<Impact> {
    if let (Some(before), Some(after)) = (sides.before, sides.after) {
        return impacts(changes, Pair::new(before, after), catalogue);
    }
    let whole = match changes.presence {
        Presence::Removed => whole::environment_removed(),
        Presence::Added | Presence::Kept => whole::environment_added(),
    };
    vec![whole; changes.changes.len()]
}
