//! The review as one self-contained HTML page.

mod plot;
mod ticks;
mod view;

use crate::report::page::page;

use super::CapacityReport;

/// The page.
#[must_use]
pub fn html(report: &CapacityReport) -> String {
    page("capacity.html.j2", &view::of(report))
}
