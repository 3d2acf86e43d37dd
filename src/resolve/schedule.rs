//! Off-hours and events.

use std::collections::BTreeMap;

use crate::ast::{Ast, CountsNode, EventNode, OffHoursNode, Part, joined};
use crate::diagnostic::{Diagnostic, code};
use crate::model::{Days, Duration, Event, Name, OffHours, Worker};
use crate::source::{Sourced, Spanned};

use super::resolver::Resolver;
use super::workload::sourced;

/// The guide scales up half an hour before an event.
const LEAD: u64 = 30 * 60;

/// The windows of file and tier by key.
pub(super) fn off_hours(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
    pools: &BTreeMap<Name, Worker>,
) -> BTreeMap<String, OffHours> {
    let all = joined(file.off_hours.clone(), tier.off_hours.clone());
    all.into_iter()
        .map(|(key, node)| (key, window(resolver, node, pools)))
        .collect()
}

fn window(
    resolver: &mut Resolver<'_>,
    node: OffHoursNode,
    pools: &BTreeMap<Name, Worker>,
) -> OffHours {
    let (api, worker) = counts(resolver, node.counts, pools);
    let daily =
        || Sourced::unless_stated(Days::ALL, "every-day-by-default", "every day unless stated");
    OffHours {
        days: resolver.or_derive(node.days, daily),
        from: value(resolver, node.from),
        to: value(resolver, node.to),
        zone: value(resolver, node.zone),
        api,
        worker,
    }
}

/// The events of file and tier by name.
pub(super) fn events(
    resolver: &mut Resolver<'_>,
    file: &Ast,
    tier: &Ast,
    pools: &BTreeMap<Name, Worker>,
) -> BTreeMap<Name, Event> {
    let all = joined(file.events.clone(), tier.events.clone());
    all.into_iter()
        .map(|(name, node)| (name, event(resolver, node, pools)))
        .collect()
}

fn event(resolver: &mut Resolver<'_>, node: EventNode, pools: &BTreeMap<Name, Worker>) -> Event {
    let (api, worker) = counts(resolver, node.counts, pools);
    let ahead = || {
        Sourced::unless_stated(
            Duration::from_secs(LEAD),
            "lead-by-default",
            "the guide scales up 30 minutes before an event",
        )
    };
    Event {
        from: value(resolver, node.from),
        to: value(resolver, node.to),
        zone: value(resolver, node.zone),
        lead: resolver.or_derive(node.lead, ahead),
        api,
        worker,
    }
}

fn value<T>(resolver: &Resolver<'_>, written: Spanned<T>) -> Sourced<T> {
    sourced(resolver, written.value, written.span, true)
}

type Counts = (Option<Sourced<u32>>, BTreeMap<Name, Sourced<u32>>);

/// The counts of pools that exist; the others are reported.
fn counts(resolver: &mut Resolver<'_>, node: CountsNode, pools: &BTreeMap<Name, Worker>) -> Counts {
    let mut counts = BTreeMap::new();
    for (name, count) in node.worker {
        if pools.contains_key(&name) {
            counts.insert(name, value(resolver, count.count));
            continue;
        }
        if resolver.broken.contains(&Part::Worker) {
            continue;
        }
        resolver.broken.insert(Part::Schedule);
        let known: Vec<String> = pools.keys().map(|name| format!("`{name}`")).collect();
        let message = format!(
            "there is no worker pool `{name}` to schedule; pools: {}",
            known.join(", ")
        );
        let finding = Diagnostic::error(code::UNKNOWN_REFERENCE, message, count.place);
        resolver.diagnostics.push(finding);
    }
    (resolver.maybe(node.api), counts)
}
