//! `off-hours` and `event`: what runs by the calendar.

use crate::ast::{CountNode, CountsNode, EventNode, OffHoursNode};
use crate::diagnostic::{Diagnostic, code};
use crate::model::{Name, Place};
use crate::parse::fields::Fields;
use crate::parse::value;
use crate::parse::value::{Problem, Reading, Value};
use crate::source::Spanned;

/// A week: nobody prepares for longer.
const LEAD: std::ops::RangeInclusive<u64> = 0..=604_800;

/// An HPA on utilisation counts nothing at zero, and that is what keeps it from interfering.
fn asleep(value: &Value<'_>) -> Reading<u32> {
    match value::whole(0..=u32::MAX)(value)? {
        0 => Ok(0),
        _ => Err(
            Problem::wrong("off-hours scale the API to zero, and to nothing else")
                .help("write `0`; where some pods have to stay, lower `replicas min=` of the API"),
        ),
    }
}

/// The API and pools, each with a count that `pool` reads.
fn counts(
    fields: &mut Fields<'_>,
    api: impl Fn(&Value<'_>) -> Reading<u32>,
    pool: impl Fn(&Value<'_>) -> Reading<u32>,
) -> Option<CountsNode> {
    let mut counts = CountsNode {
        api: fields.single("api", "0", api),
        ..CountsNode::default()
    };
    let mut whole = !counts.api.broken;
    for mut child in fields.children(&["worker"]) {
        let place = child.name_span();
        match pool_and_count(&mut child, &pool) {
            Some((name, count)) => {
                if let Some(first) = counts.worker.get(&name.value) {
                    let path = format!("{}.{}", child.path, name.value);
                    child.cx.duplicate(&path, first.place, place);
                } else {
                    let place = name.span;
                    counts.worker.insert(name.value, CountNode { place, count });
                }
            }
            None => whole = false,
        }
        child.finish();
    }
    if whole && counts.api.is_absent() && counts.worker.is_empty() {
        // A misspelt node is told of itself.
        if !fields.children.is_empty() {
            return None;
        }
        let message = format!("`{}` says nothing of the API or of any pool", fields.path);
        let finding = Diagnostic::error(code::MISSING_NODE, message, fields.name_span());
        let help = "write them into its block, such as `{ api 0; worker \"worker\" 0 }`";
        fields.cx.report(finding.help(help));
        return None;
    }
    whole.then_some(counts)
}

/// A pool's name and a count, where both can be read.
fn pool_and_count(
    child: &mut Fields<'_>,
    pool: impl Fn(&Value<'_>) -> Reading<u32>,
) -> Option<(Spanned<Name>, Spanned<u32>)> {
    if lacks_its_name(child) {
        return None;
    }
    let name = child.argument("\"worker\" 0", value::name).value;
    let count = child.argument("\"worker\" 0", pool).value;
    name.zip(count)
}

/// `worker 0`: a count without the name of its pool.
fn lacks_its_name(child: &mut Fields<'_>) -> bool {
    let alone = child.arguments.len() == 1;
    let count = child.arguments.front().copied();
    let Some(count) = count.filter(|it| alone && it.whole().is_some()) else {
        return false;
    };
    let message = format!("`{}` needs the name of a pool", child.path);
    let finding = Diagnostic::error(code::MISSING_VALUE, message, child.name_span());
    let help = format!(
        "write it before the count: `worker \"POOL\" {}`",
        count.repr
    );
    child.cx.report(finding.help(help));
    child.arguments.clear();
    true
}

/// `off-hours`; none where something of it cannot be read.
pub fn off_hours(fields: &mut Fields<'_>) -> Option<OffHoursNode> {
    let days = fields.property("days", value::days);
    let from = fields
        .required("from", "\"20:00\"", value::five_minutes)
        .value;
    let to = fields
        .required("to", "\"08:00\"", value::five_minutes)
        .value;
    let zone = fields
        .required("zone", "\"Europe/Berlin\"", value::placed(Place::Zone))
        .value;
    let counts = counts(fields, asleep, value::whole(0..=u32::MAX));
    let whole = !days.broken;
    Some(OffHoursNode {
        place: fields.name_span(),
        from: from?,
        to: to?,
        zone: zone?,
        counts: counts?,
        days,
    })
    .filter(|_| whole)
}

/// `event "name"`, its name taken already; none where something of it cannot be read.
pub fn event(fields: &mut Fields<'_>) -> Option<EventNode> {
    let from = fields
        .required("from", "\"2030-11-29T06:00\"", value::moment)
        .value;
    let to = fields
        .required("to", "\"2030-11-30T00:00\"", value::end)
        .value;
    let zone = fields
        .required("zone", "\"Europe/Berlin\"", value::placed(Place::Zone))
        .value;
    let lead = fields.property("lead", value::duration(LEAD));
    let floor = || value::whole(1..=u32::MAX);
    let counts = counts(fields, floor(), floor());
    let whole = !lead.broken;
    Some(EventNode {
        place: fields.name_span(),
        from: from?,
        to: to?,
        zone: zone?,
        counts: counts?,
        lead,
    })
    .filter(|_| whole)
}
