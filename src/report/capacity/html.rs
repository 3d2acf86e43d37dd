//! The review as one page of HTML that asks nobody for anything.

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
