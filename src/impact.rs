//! What a change does to those who use the platform.

/// How much a change interrupts, from least to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Nobody notices.
    None,
    /// Only an autoscaler's own specification changes.
    Autoscaler,
    /// PgBouncer reads its file again.
    Reload,
    /// Pods or nodes are replaced one by one.
    Rolling,
    /// Slower for hours, and never away: storage optimisation, resharding.
    OnlineDegraded,
    /// Connections drop for about 60 to 120 s.
    Failover,
    /// A static parameter waits for a restart that somebody has to make.
    Reboot,
    /// Away for minutes: a single instance is resized.
    Outage,
    /// A new one takes its place: data is lost unless it is restored.
    Replace,
    /// AWS refuses it.
    Impossible,
}

/// Who feels a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeltBy {
    /// Nobody.
    Nobody,
    /// The API's callers.
    Api,
    /// The jobs of these pools.
    Pools(Vec<String>),
    /// Everything that uses the database or Redis.
    Everyone,
}

/// Whether a change can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Undo {
    /// By the same way back, at the same price.
    Back,
    /// Only at a higher price than the change itself, or after a wait.
    Harder,
    /// Not at all.
    Never,
}

/// When a change happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// As soon as it is applied.
    AtOnce,
    /// In the maintenance window.
    InWindow,
}

/// What one change does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// How bad it is, under the conditions that hold here.
    pub class: Class,
    /// What happens and why, as one sentence.
    pub reason: String,
    /// The condition that decided the class, such as `with Multi-AZ`; none where there is none.
    pub condition: Option<String>,
    /// Who feels it.
    pub felt_by: FeltBy,
    /// For how long, in seconds from and to; none where it is not felt or unknown.
    pub seconds: Option<(u32, u32)>,
    /// Whether it can be taken back.
    pub undo: Undo,
    /// When it happens.
    pub when: When,
    /// Where this is documented.
    pub source: &'static str,
}
