//! The alerts, each with the section that says what to do.

use serde::Serialize;

use crate::emit::alerts::AlertGroup;

/// A row of the table.
#[derive(Serialize)]
pub(super) struct AlertRow {
    name: &'static str,
    component: String,
    summary: String,
    lasting: String,
    section: String,
    anchor: String,
}

pub(super) fn rows(groups: &[AlertGroup]) -> Vec<AlertRow> {
    let rows = groups.iter().flat_map(|group| {
        group.alerts.iter().map(|alert| AlertRow {
            name: alert.name,
            component: group.component.clone(),
            summary: alert.summary.clone(),
            lasting: alert.lasting.to_string(),
            section: alert.section.clone(),
            anchor: alert.anchor(),
        })
    });
    rows.collect()
}
