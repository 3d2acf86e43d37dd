//! `tierc plan`: the steps of a change, for people and for programs.

mod json;
mod markdown;
mod text;

use crate::impact::{Class, Impact, When};
use crate::plan::{Plan, Step};

pub use json::json;
pub use markdown::markdown;
pub use text::text;

/// A plan with what a reader needs beside it.
pub struct PlanReport<'a> {
    /// The environment's name.
    pub environment: &'a str,
    /// What moves it, such as `medium -> large`; none where the tier stays.
    pub intent: Option<String>,
    /// The plan.
    pub plan: &'a Plan,
    /// The folder that the commands read the states' trees from.
    pub root: &'a str,
    /// Whether that folder was written.
    pub written: bool,
}

impl PlanReport<'_> {
    /// The worst step and what makes it so.
    fn worst(&self) -> Option<(&Step, &Impact)> {
        let steps = self.plan.steps.iter();
        let worst = steps.filter_map(|step| Some((step, step.worst()?)));
        worst.max_by_key(|(step, impact)| (impact.class, std::cmp::Reverse(step.number)))
    }

    /// `prod: medium -> large in 11 steps, worst: failover 60-120 s in step 2`.
    fn headline(&self) -> String {
        let mut line = self.environment.to_owned();
        line += ": ";
        if let Some(intent) = &self.intent {
            line += &format!("{intent} ");
        }
        line += &match self.plan.steps.len() {
            0 => "nothing to do".to_owned(),
            1 => "in 1 step".to_owned(),
            steps => format!("in {steps} steps"),
        };
        if let Some((step, impact)) = self.worst() {
            line += &format!(", worst: {} in step {}", lasting(impact), step.number);
        }
        if self.plan.blocked.is_some() {
            line += ", and no order goes on from there";
        }
        line
    }
}

/// A class with how long it is felt: `failover 60-120 s`.
fn lasting(impact: &Impact) -> String {
    match impact.seconds {
        Some((from, to)) if from == to => format!("{} {to} s", impact.class),
        Some((from, to)) => format!("{} {from}-{to} s", impact.class),
        None => impact.class.to_string(),
    }
}

/// Who feels it and when, after its class: `failover 60-120 s, everyone, in the window`.
fn felt(impact: &Impact) -> String {
    let mut text = lasting(impact);
    if impact.class > Class::Reload {
        text += &format!(", felt by {}", impact.felt_by);
    }
    match impact.when {
        When::AtOnce => {}
        When::InWindow => text += ", in the maintenance window",
        When::ByHand => text += ", when it is rebooted",
    }
    text
}

/// `before -> after` of a value that one side may lack.
fn shift(before: Option<&String>, after: Option<&String>) -> String {
    let side = |value: Option<&String>| value.map_or("-", String::as_str).to_owned();
    format!("{} -> {}", side(before), side(after))
}
