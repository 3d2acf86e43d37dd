//! The JSON Schema of all JSON reports, generated from their types.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};

use super::affected::AffectedReport;
use super::capacity::CapacityReport;
use super::cost::json::CostReport;
use super::diff::DiffReport;
use super::findings::CheckReport;
use super::plan::PlanReport;

/// The schema of each report. A new report needs a line here.
const REPORTS: &[fn(&mut SchemaGenerator) -> Schema] = &[
    SchemaGenerator::subschema_for::<CheckReport>,
    SchemaGenerator::subschema_for::<CostReport>,
    SchemaGenerator::subschema_for::<CapacityReport>,
    SchemaGenerator::subschema_for::<DiffReport>,
    SchemaGenerator::subschema_for::<AffectedReport>,
    SchemaGenerator::subschema_for::<PlanReport>,
];

/// `schema/report.schema.json`: a document is one of the reports.
///
/// # Panics
///
/// Never: a schema is plain JSON.
#[must_use]
pub fn schema() -> String {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let reports: Vec<Schema> = REPORTS
        .iter()
        .map(|schema| schema(&mut generator))
        .collect();
    let document = serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Report",
        "description": "What a command of tierc prints with `--format json`.",
        "anyOf": reports,
        "$defs": generator.take_definitions(true),
    });
    let mut text = serde_json::to_string_pretty(&document).expect("a schema is plain JSON");
    text.push('\n');
    text
}
