//! The capacity review: measurements, projections and proposals.

mod command;
pub(crate) mod html;
mod laws;
mod metrics_file;
mod prometheus;
mod story;
mod trend;

use jiff::civil::Date;
use tierc::capacity::projection::later;
use tierc::capacity::series::{Day, ReviewWindow};
use tierc::metric::Tracked;

use crate::support::{run, today};

/// A medium environment with the tier's groups and pools.
const MEDIUM: &str = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n";

fn tracked(text: &str) -> Vec<Tracked> {
    tierc::metric::tracked(run(text).files[0].environment.as_ref().unwrap())
}

fn window() -> ReviewWindow {
    ReviewWindow::of(today(), 30)
}

/// The last `count` days up to today, each with a value computed from its number and date.
fn days(count: u32, value: impl Fn(u32, Date) -> f64) -> Vec<Day> {
    let first = ReviewWindow::of(today(), u16::try_from(count).unwrap()).first;
    (0..count)
        .map(|day| (day, later(first, day)))
        .map(|(day, date)| Day {
            date,
            value: value(day, date),
        })
        .collect()
}

/// Whether a date is a Saturday or a Sunday.
fn is_weekend(date: Date) -> bool {
    date.weekday().to_monday_zero_offset() > 4
}

/// Noise between -1 and 1 that is the same in every run.
fn noise(seed: u32) -> f64 {
    let mut state = u64::from(seed)
        .wrapping_add(1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    state ^= state >> 29;
    state = state.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    f64::from(u32::try_from(state >> 40).unwrap()) / f64::from(1 << 23) - 1.0
}
