//! Nodes that are stated as a whole: checks that concern several values.

use std::collections::BTreeMap;

use crate::ast::{EnvironmentFileNode, LoadTestNode, Pooled, Spoil as _, TopPart, Written};
use crate::diagnostic::{Diagnostic, code};
use crate::model::declaration::Declaration;
use crate::model::{Event, ExpectationNode, Name, OffHours};
use crate::parse::fields::Fields;

/// Counts by worker pool or by API.
type PoolCounts = BTreeMap<Name, Pooled<u32>>;

/// Removes the only node of `file` if any of its values could not be read, and returns the part of the
/// language that is then broken. `fields` are those of the node.
pub(super) fn keep_whole(file: &mut EnvironmentFileNode, fields: &Fields<'_>) -> Option<TopPart> {
    let part = TopPart::of(fields.node_name());
    let stated = &mut file.environment;
    let all = stated.off_hours.len() + stated.event.len() + stated.load_test.len();
    stated.off_hours.retain(|_, node| {
        let example = [OffHours::api, OffHours::worker];
        let counts = has_counts(fields, &node.api, &node.worker, example);
        counts && !node.is_spoiled()
    });
    stated.event.retain(|_, node| {
        let example = [Event::api, Event::worker];
        let counts = has_counts(fields, &node.api, &node.worker, example);
        counts && !node.is_spoiled()
    });
    stated.load_test.retain(|_, node| !is_unreadable(node));
    let kept = stated.off_hours.len() + stated.event.len() + stated.load_test.len();
    (kept < all || (all > 0 && fields.is_in_doubt())).then_some(part)
}

/// Whether off-hours or an event state any count; reports those without one. A misspelled node has its
/// own finding.
fn has_counts(
    fields: &Fields<'_>,
    api: &Written<PoolCounts>,
    worker: &Written<PoolCounts>,
    example: [&Declaration; 2],
) -> bool {
    if !api.is_absent() || !worker.is_absent() {
        return true;
    }
    if fields.children.is_empty() {
        let message = format!(
            "`{}` states no number of pods, neither for the API nor for a pool",
            fields.path
        );
        let finding = Diagnostic::error(code::MISSING_NODE, message, fields.name_span());
        let [api, pool] = example.map(|at| format!("{} {}", at.name, at.example));
        let help = format!("state it in the block, such as `{{ {api}; {pool} }}`");
        fields.cx.report(finding.help(help));
    }
    false
}

/// Whether a load test lacks a value without which it cannot run. Expectations are not needed to run.
fn is_unreadable(test: &LoadTestNode) -> bool {
    let mut test = test.clone();
    test.expect = ExpectationNode::default();
    test.is_spoiled()
}
