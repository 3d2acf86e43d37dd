//! The safe order of a change, for the commands that show it.

use std::collections::BTreeSet;

use crate::compile::{Comparison, Outcome};
use crate::model::Environment;
use crate::pair::Pair;
use crate::plan::{Plan, PlanRequest, plan_with_values};

use super::args::Common;
use super::load::today;
use super::values_templates;

/// The folder from which the commands read the states by default.
pub(super) const ROOT: &str = "plan";

/// The safe order from one side of an outcome to the other.
pub(super) fn planned(
    sides: Pair<&Environment>,
    outcome: &Outcome<'_>,
    comparison: &Comparison,
    common: &Common,
    root: &str,
) -> Plan {
    let waived = outcome.files.map(|file| file.map(|file| &file.waived));
    let waived = match (waived.before, waived.after) {
        (Some(before), Some(after)) => before & after,
        (Some(_) | None, None) | (None, Some(_)) => BTreeSet::new(),
    };
    let request = PlanRequest {
        environments: sides,
        catalogue: &comparison.runs.after.catalogue,
        waived: &waived,
        today: today(common),
        root,
    };
    plan_with_values(&request, values_templates::of_plan(outcome, comparison))
}
