//! The nodes about time, watching, load and money, as written.

use std::collections::BTreeMap;

use super::Written;
use crate::model::{ClockTime, Days, Duration, ErrorRate, HttpMethod, Moment, Name};
use crate::source::{Span, Spanned};

/// `worker "name" N` of a schedule.
#[derive(Clone, Debug)]
pub struct CountNode {
    /// Where the pool's name stands.
    pub place: Span,
    /// How many pods.
    pub count: Spanned<u32>,
}

/// What a schedule makes of the API and of pools.
#[derive(Clone, Debug, Default)]
pub struct CountsNode {
    /// `api N`.
    pub api: Written<u32>,
    /// `worker "name" N`, by name.
    pub worker: BTreeMap<Name, CountNode>,
}

/// `off-hours`.
#[derive(Clone, Debug)]
pub struct OffHoursNode {
    /// Where the node stands.
    pub place: Span,
    /// `days=`.
    pub days: Written<Days>,
    /// `from=`.
    pub from: Spanned<ClockTime>,
    /// `to=`.
    pub to: Spanned<ClockTime>,
    /// `zone=`.
    pub zone: Spanned<String>,
    /// What runs meanwhile.
    pub counts: CountsNode,
}

/// `event "name"`.
#[derive(Clone, Debug)]
pub struct EventNode {
    /// Where the node stands.
    pub place: Span,
    /// `from=`.
    pub from: Spanned<Moment>,
    /// `to=`.
    pub to: Spanned<Moment>,
    /// `zone=`.
    pub zone: Spanned<String>,
    /// `lead=`.
    pub lead: Written<Duration>,
    /// The floors meanwhile.
    pub counts: CountsNode,
}

/// `stage to= over=`.
#[derive(Clone, Debug)]
pub struct StageNode {
    /// Virtual users at its end.
    pub to: Spanned<u32>,
    /// How long it takes.
    pub over: Spanned<Duration>,
}

/// `steady vus= for=` or `rate N for=`.
#[derive(Clone, Debug)]
pub struct LoadNode {
    /// Virtual users, or requests a second.
    pub amount: Spanned<u32>,
    /// For how long.
    pub duration: Spanned<Duration>,
}

/// `load-test "name"`.
#[derive(Clone, Debug)]
pub struct LoadTestNode {
    /// Where the node stands.
    pub place: Span,
    /// `url=`.
    pub url: Spanned<String>,
    /// `request`.
    pub method: Written<HttpMethod>,
    /// `request body=`.
    pub body: Written<String>,
    /// `request token-env=`.
    pub token_env: Written<String>,
    /// `steady`.
    pub steady: Option<LoadNode>,
    /// `stage`: the whole list.
    pub stages: Vec<StageNode>,
    /// `rate`.
    pub rate: Option<LoadNode>,
    /// `expect`.
    pub expect: ExpectNode,
    /// `test-run parallelism=`.
    pub parallelism: Written<u32>,
}

macro_rules! nodes {
    ($($(#[doc = $doc:literal])+ $node:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty,)+ })+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default)]
        pub struct $node { $($(#[doc = $field_doc])+ pub $field: $type,)+ }
        $crate::model::written::merging! { $node { $($field)+ } }
    )+};
}

nodes! {
    /// `expect`.
    ExpectNode {
        /// `p50=`.
        p50: Written<Duration>,
        /// `p95=`.
        p95: Written<Duration>,
        /// `p99=`.
        p99: Written<Duration>,
        /// `errors=`.
        errors: Written<ErrorRate>,
    }
}
