//! Off-hours and events. One file per rule.

mod cron_above_maximum;
mod cron_never_open;
mod event_above_maximum;
mod event_floor_late;
mod event_in_the_past;
mod event_opens_early;
mod hold_during_schedule;
mod off_hours_above_maximum;
mod off_hours_gap;
mod off_hours_not_zero;
mod off_hours_overlap_event;
mod zone_unknown;

use super::{Finding, Rule};
use crate::diagnostic::{Code, Severity};
use crate::schedule::Occasion;
use crate::source::Sourced;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &cron_above_maximum::RULE,
    &cron_never_open::RULE,
    &event_above_maximum::RULE,
    &event_floor_late::RULE,
    &event_in_the_past::RULE,
    &event_opens_early::RULE,
    &hold_during_schedule::RULE,
    &off_hours_above_maximum::RULE,
    &off_hours_gap::RULE,
    &off_hours_not_zero::RULE,
    &off_hours_overlap_event::RULE,
    &zone_unknown::RULE,
];

/// A value and its path.
type ValueAt<'a> = (&'a Sourced<u32>, String);

/// An event's floor above the maximum of its workload.
fn above(code: Code, who: &str, floor: ValueAt<'_>, max: ValueAt<'_>) -> Option<Finding> {
    let ((floor, floor_path), (max, max_path)) = (floor, max);
    if floor.value <= max.value {
        return None;
    }
    let message = format!(
        "the event asks for {} pods of {who}, above the maximum of {}",
        floor.value, max.value
    );
    Some(
        Finding::new(code, Severity::Error, message)
            .operand(floor, &floor_path, "the event asks for this number of pods")
            .operand(max, &max_path, "the maximum")
            .note(format!("{} pods > {} pods", floor.value, max.value))
            .repair(
                floor,
                &floor_path,
                format!("lower the floor to the maximum, {}", max.value),
                max.value.to_string(),
            ),
    )
}

/// A moment on the clock of an event.
fn shown(occasion: &Occasion<'_>, at: jiff::Timestamp) -> String {
    let clock = occasion.zone.clock(at);
    format!("{} {:02}:{:02}", clock.date(), clock.hour(), clock.minute())
}
