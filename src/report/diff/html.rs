//! Differences as one self-contained HTML page.

mod bars;
mod values;
mod view;

use crate::report::page::page;

use super::DiffReport;

/// The page.
#[must_use]
pub fn html(report: &DiffReport) -> String {
    page("diff.html.j2", &view::of(report))
}
