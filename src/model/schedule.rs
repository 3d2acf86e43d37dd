//! What runs by the calendar: off-hours and events.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declaration::{Form, node};
use super::part::part;
use super::{ClockTime, Days, Duration, Environment, Moment, Name, Place};
use crate::source::Sourced;

part! {
    /// Hours of the week in which little or nothing runs. It is keyed by `days-from-to`, so that
    /// its place in the file says nothing.
    OffHours: OffHoursField {
        /// The days on which the window opens; every day unless stated.
        days: Sourced<Days>,
        /// When it opens, on the clocks of `zone`; on a multiple of five minutes.
        from: Sourced<ClockTime>,
        /// When it closes: on the next day where it is not after `from`.
        to: Sourced<ClockTime>,
        /// The IANA time zone, as written: `zone-unknown` judges it.
        zone: Sourced<String>,
        /// The API's pods meanwhile: 0; none leaves it alone.
        api: Option<Sourced<u32>>,
        /// A paused count by worker pool; pools that are not named are left alone.
        worker: BTreeMap<Name, Sourced<u32>>,
    }

    /// A planned event: floors under the API and under pools, for once.
    Event: EventField {
        /// When it begins, on the clocks of `zone`.
        from: Sourced<Moment>,
        /// When it is over.
        to: Sourced<Moment>,
        /// The IANA time zone, as written: `zone-unknown` judges it.
        zone: Sourced<String>,
        /// How long before `from` the floors hold already; the guide's 30 minutes unless stated.
        lead: Sourced<Duration>,
        /// The fewest pods of the API meanwhile; none leaves it alone.
        api: Option<Sourced<u32>>,
        /// The fewest pods by worker pool; pools that are not named are left alone.
        worker: BTreeMap<Name, Sourced<u32>>,
    }

}

node! {
    /// The job that follows off-hours, and events of the API.
    Schedule: ScheduleNode, ScheduleField, settled {
        /// Its image: a shell, `date` and `kubectl`.
        property image: Sourced<String> = Form::Placed(Place::Image), "\"registry.example.com/tools/kubectl:1.33.4\"";
    }
}

impl Environment {
    /// Whether a CronJob follows its calendar: for off-hours, and for events of the API.
    #[must_use]
    pub fn is_followed(&self) -> bool {
        !self.off_hours.is_empty() || self.event.values().any(|event| event.api.is_some())
    }

    /// The name of the PrometheusRule.
    #[must_use]
    pub fn rule_name(&self) -> String {
        format!("{}-capacity", self.app.value)
    }

    /// The name of one of several PrometheusRules, counted from 1: the first is the only one of most
    /// environments.
    #[must_use]
    pub fn rule_name_of(&self, number: usize) -> String {
        match number {
            1 => self.rule_name(),
            _ => format!("{}-{number}", self.rule_name()),
        }
    }

    /// What that CronJob consists of, as `kubectl delete` takes it.
    pub const SCHEDULE_KINDS: &str =
        "cronjob,configmap,networkpolicy,rolebinding,role,serviceaccount";

    /// The name of that CronJob, and of all that belongs to it.
    #[must_use]
    pub fn schedule_name(&self) -> String {
        format!("{}-schedule", self.app.value)
    }
}

impl OffHours {
    /// Its key among the environment's off-hours: `mon-fri-20:00-08:00`.
    #[must_use]
    pub fn key(days: Days, from: ClockTime, to: ClockTime) -> String {
        format!("{days}-{from}-{to}")
    }
}
