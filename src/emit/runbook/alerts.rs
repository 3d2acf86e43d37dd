//! The alerts, each with the section that says what to do.

use serde::Serialize;

use crate::emit::alerts::groups;
use crate::model::Environment;

/// A row of the table.
#[derive(Serialize)]
pub(super) struct Row {
    name: &'static str,
    component: String,
    summary: String,
    lasting: String,
    section: String,
    anchor: String,
}

pub(super) fn rows(environment: &Environment) -> Vec<Row> {
    let groups = groups(environment).into_iter();
    let rows = groups.flat_map(|group| {
        let component = group.component;
        group.alerts.into_iter().map(move |alert| Row {
            anchor: alert.anchor(),
            name: alert.name,
            component: component.clone(),
            summary: alert.summary,
            lasting: alert.lasting.to_string(),
            section: alert.section,
        })
    });
    rows.collect()
}
