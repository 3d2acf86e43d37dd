//! Off-hours and events, which follow the calendar.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declaration::{Form, Unnamed, node};
use super::{Api, ByApi, ClockTime, Days, Duration, Environment, Moment, Name, Place, Scaler};
use crate::source::Sourced;

/// At most a week.
const LEAD: Form = Form::Duration(0..=604_800);
/// A floor of 0 would have no effect.
const FLOOR: Form = Form::Whole(1..=u32::MAX);

node! {
    /// Hours of the week in which little or nothing runs. It is keyed by `days-from-to`, so that
    /// its place in the file says nothing.
    OffHours: OffHoursNode, OffHoursField, whole {
        /// The days on which the window opens; every day by default.
        property days: Sourced<Days>, "\"mon-fri\"";
        /// When the window opens, in the time of `zone`; a multiple of five minutes.
        required from: Sourced<ClockTime>, "\"20:00\"";
        /// When the window closes; on the next day if it is not after `from`.
        required to: Sourced<ClockTime>, "\"08:00\"";
        /// The IANA time zone.
        required zone: Sourced<String> = Form::Placed(Place::Zone), "\"Europe/Berlin\"";
        /// Stops the API, or the named one of several, during the window; 0 is the only value.
        #[serde(default)]
        apis api: ByApi<Sourced<u32>> = Form::Asleep, "0";
        /// The number of pods at which the named pool is paused during the window.
        pools worker: BTreeMap<Name, Sourced<u32>> = Form::Whole(0..=u32::MAX), "\"worker\" 0";
    }

    /// A planned event: floors under the API and under pools, for once.
    Event: EventNode, EventField, whole {
        /// When the event begins, in the time of `zone`.
        required from: Sourced<Moment>, "\"2030-11-29T06:00\"";
        /// When the event ends.
        required to: Sourced<Moment> = Form::End, "\"2030-11-30T00:00\"";
        /// The IANA time zone.
        required zone: Sourced<String> = Form::Placed(Place::Zone), "\"Europe/Berlin\"";
        /// How long before `from` the floors apply; 30 minutes by default.
        property lead: Sourced<Duration> = LEAD, "\"30m\"";
        /// The floor of the API, or of the named one of several: its least number of pods during the event.
        #[serde(default)]
        apis api: ByApi<Sourced<u32>> = FLOOR, "8";
        /// The floor of the named pool: its least number of pods during the event.
        pools worker: BTreeMap<Name, Sourced<u32>> = FLOOR, "\"worker\" 6";
    }
}

node! {
    /// The job that follows off-hours, and events of the API.
    Schedule: ScheduleNode, ScheduleField, settled {
        /// The CronJob's image, with a shell, `date` and `kubectl`.
        property image: Sourced<String> = Form::Placed(Place::Image), "\"registry.example.com/tools/kubectl:1.33.4\"";
    }
}

impl Environment {
    /// Whether a CronJob follows its calendar: for off-hours, and for events that raise the minimum of an
    /// HPA.
    #[must_use]
    pub fn is_followed(&self) -> bool {
        !self.off_hours.is_empty() || self.event.values().any(|event| self.raises_an_hpa(event))
    }

    /// Whether the event raises the minimum of an HPA that KEDA does not own.
    #[must_use]
    pub fn raises_an_hpa(&self, event: &Event) -> bool {
        let mut pools = event.worker.keys().filter_map(|name| self.worker.get(name));
        let mut apis = event.api.keys().filter_map(|name| self.api.get(name));
        apis.any(|api| api.scaler() == Scaler::Hpa)
            || pools.any(|pool| pool.scaler() == Scaler::Hpa)
    }

    /// Whether the event is a cron trigger of a pool that KEDA scales.
    #[must_use]
    pub fn has_a_trigger(&self, event: &Event) -> bool {
        let mut pools = event.worker.keys().filter_map(|name| self.worker.get(name));
        pools.any(|pool| pool.scaler() == Scaler::Keda)
    }

    /// The name of the PrometheusRule.
    #[must_use]
    pub fn rule_name(&self) -> String {
        format!("{}-capacity", self.app.value)
    }

    /// The name of one of several PrometheusRules, counted from 1. Most environments have only the first.
    #[must_use]
    pub fn rule_name_of(&self, number: usize) -> String {
        match number {
            1 => self.rule_name(),
            _ => format!("{}-{number}", self.rule_name()),
        }
    }

    /// The kinds of the CronJob's objects, as an argument of `kubectl delete`.
    pub const SCHEDULE_KINDS: &str =
        "cronjob,configmap,networkpolicy,rolebinding,role,serviceaccount";

    /// The name of the CronJob and of the objects that belong to it.
    #[must_use]
    pub fn schedule_name(&self) -> String {
        format!("{}-schedule", self.app.value)
    }

    /// The name of the ConfigMap that records whether off-hours have stopped an API's Deployment. The record of
    /// an API without a name is in the ConfigMap of the script.
    #[must_use]
    pub fn api_marks_name(&self, api: &Name) -> String {
        if Api::is_unnamed(api) {
            self.schedule_name()
        } else {
            format!("{}-api-{api}", self.schedule_name())
        }
    }

    /// The name of the ConfigMap that records whether off-hours have stopped a pool's Deployment.
    #[must_use]
    pub fn schedule_marks_name(&self, pool: &Name) -> String {
        format!("{}-{pool}", self.schedule_name())
    }
}

impl Unnamed for OffHoursNode {
    fn identity(&self) -> String {
        let days = self.days.value.as_ref().map(|days| days.value);
        let times = self.from.value.as_ref().zip(self.to.value.as_ref());
        times.map_or_else(String::new, |(from, to)| {
            OffHours::key(days.unwrap_or_default(), from.value, to.value)
        })
    }
}

impl OffHours {
    /// Its key among the environment's off-hours: `mon-fri-20:00-08:00`.
    #[must_use]
    pub fn key(days: Days, from: ClockTime, to: ClockTime) -> String {
        format!("{days}-{from}-{to}")
    }
}
