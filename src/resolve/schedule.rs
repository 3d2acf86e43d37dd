//! Off-hours and events.

use std::collections::BTreeMap;

use crate::ast::{EventNode, OffHoursNode, Pooled, TopPart, Written};
use crate::diagnostic::{Diagnostic, code};
use crate::model::attribute::join;
use crate::model::{Days, Duration, Event, Name, OffHours, Worker};
use crate::source::{Sourced, Spanned};

use super::resolver::Resolver;
use super::workload::sourced;

/// The guide scales up half an hour before an event.
const LEAD: u64 = 30 * 60;

/// The windows of a file by key.
pub(super) fn off_hours(
    resolver: &mut Resolver<'_>,
    written: BTreeMap<String, OffHoursNode>,
    pools: &BTreeMap<Name, Worker>,
) -> BTreeMap<String, OffHours> {
    let all = written.into_iter().map(|(key, node)| {
        let path = format!("off-hours.{key}");
        (key, window(resolver, &path, node, pools))
    });
    all.collect()
}

fn window(
    resolver: &mut Resolver<'_>,
    path: &str,
    node: OffHoursNode,
    pools: &BTreeMap<Name, Worker>,
) -> OffHours {
    let worker = counts(resolver, node.worker, pools);
    let daily =
        || Sourced::unless_stated(Days::ALL, "every-day-by-default", "every day unless stated");
    OffHours {
        days: resolver.or_derive(node.days, daily),
        from: resolver.need(node.from, &join(path, "from")),
        to: resolver.need(node.to, &join(path, "to")),
        zone: resolver.need(node.zone, &join(path, "zone")),
        api: resolver.maybe(node.api),
        worker,
    }
}

/// The events of a file by name.
pub(super) fn events(
    resolver: &mut Resolver<'_>,
    written: BTreeMap<Name, EventNode>,
    pools: &BTreeMap<Name, Worker>,
) -> BTreeMap<Name, Event> {
    let all = written.into_iter().map(|(name, node)| {
        let path = format!("event.{name}");
        (name, event(resolver, &path, node, pools))
    });
    all.collect()
}

fn event(
    resolver: &mut Resolver<'_>,
    path: &str,
    node: EventNode,
    pools: &BTreeMap<Name, Worker>,
) -> Event {
    let worker = counts(resolver, node.worker, pools);
    let ahead = || {
        Sourced::unless_stated(
            Duration::from_secs(LEAD),
            "lead-by-default",
            "the guide scales up 30 minutes before an event",
        )
    };
    Event {
        from: resolver.need(node.from, &join(path, "from")),
        to: resolver.need(node.to, &join(path, "to")),
        zone: resolver.need(node.zone, &join(path, "zone")),
        lead: resolver.or_derive(node.lead, ahead),
        api: resolver.maybe(node.api),
        worker,
    }
}

/// The counts of pools that exist; the others are reported.
fn counts(
    resolver: &mut Resolver<'_>,
    written: Written<BTreeMap<Name, Pooled<u32>>>,
    pools: &BTreeMap<Name, Worker>,
) -> BTreeMap<Name, Sourced<u32>> {
    let mut counts = BTreeMap::new();
    for (name, count) in written.value.into_iter().flat_map(|all| all.value) {
        if pools.contains_key(&name) {
            let Spanned { value, span } = count.value;
            counts.insert(name, sourced(resolver, value, span, true));
            continue;
        }
        if resolver.broken.contains(&TopPart::Worker) {
            continue;
        }
        resolver.broken.insert(TopPart::Schedule);
        let known: Vec<String> = pools.keys().map(|name| format!("`{name}`")).collect();
        let message = format!(
            "there is no worker pool `{name}` to schedule; pools: {}",
            known.join(", ")
        );
        let finding = Diagnostic::error(code::UNKNOWN_REFERENCE, message, count.place);
        resolver.diagnostics.push(finding);
    }
    counts
}
