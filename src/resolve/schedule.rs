//! Off-hours and events.

use std::collections::BTreeMap;

use crate::ast::{EventNode, OffHoursNode, Pooled, TopPart, Written};
use crate::diagnostic::{Diagnostic, code};
use crate::model::attribute::join;
use crate::model::{Api, ByApi, Days, Duration, Event, Name, OffHours, Worker};
use crate::source::{Sourced, Spanned};

use super::resolver::Resolver;
use super::workload::sourced;

/// The guide scales up half an hour before an event.
const LEAD: u64 = 30 * 60;

/// The windows of a file by key.
pub(super) fn off_hours(
    resolver: &mut Resolver<'_>,
    written: BTreeMap<String, OffHoursNode>,
    apis: &ByApi<Api>,
    pools: &BTreeMap<Name, Worker>,
) -> BTreeMap<String, OffHours> {
    let all = written.into_iter().map(|(key, node)| {
        let path = format!("off-hours.{key}");
        (key, window(resolver, &path, node, apis, pools))
    });
    all.collect()
}

fn window(
    resolver: &mut Resolver<'_>,
    path: &str,
    node: OffHoursNode,
    apis: &ByApi<Api>,
    pools: &BTreeMap<Name, Worker>,
) -> OffHours {
    let api = counts(resolver, node.api, &Schedulable::apis(apis));
    let worker = counts(resolver, node.worker, &Schedulable::pools(pools));
    let daily =
        || Sourced::unless_stated(Days::ALL, "every-day-by-default", "every day unless stated");
    OffHours {
        days: resolver.or_derive(node.days, daily),
        from: resolver.need(node.from, &join(path, "from")),
        to: resolver.need(node.to, &join(path, "to")),
        zone: resolver.need(node.zone, &join(path, "zone")),
        api: api.into_iter().collect(),
        worker,
    }
}

/// The events of a file by name.
pub(super) fn events(
    resolver: &mut Resolver<'_>,
    written: BTreeMap<Name, EventNode>,
    apis: &ByApi<Api>,
    pools: &BTreeMap<Name, Worker>,
) -> BTreeMap<Name, Event> {
    let all = written.into_iter().map(|(name, node)| {
        let path = format!("event.{name}");
        (name, event(resolver, &path, node, apis, pools))
    });
    all.collect()
}

fn event(
    resolver: &mut Resolver<'_>,
    path: &str,
    node: EventNode,
    apis: &ByApi<Api>,
    pools: &BTreeMap<Name, Worker>,
) -> Event {
    let api = counts(resolver, node.api, &Schedulable::apis(apis));
    let worker = counts(resolver, node.worker, &Schedulable::pools(pools));
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
        api: api.into_iter().collect(),
        worker,
    }
}

/// What a schedule may name.
struct Schedulable<'a> {
    names: Vec<&'a Name>,
    /// What they are.
    what: &'static str,
    all: &'static str,
    part: TopPart,
}

impl<'a> Schedulable<'a> {
    fn apis(apis: &'a ByApi<Api>) -> Self {
        Self {
            names: apis.keys().collect(),
            what: "API",
            all: "APIs",
            part: TopPart::Api,
        }
    }

    fn pools(pools: &'a BTreeMap<Name, Worker>) -> Self {
        Self {
            names: pools.keys().collect(),
            what: "worker pool",
            all: "pools",
            part: TopPart::Worker,
        }
    }
}

/// The counts of workloads that exist; the others are reported.
fn counts(
    resolver: &mut Resolver<'_>,
    written: Written<BTreeMap<Name, Pooled<u32>>>,
    scheduled: &Schedulable<'_>,
) -> BTreeMap<Name, Sourced<u32>> {
    let mut counts = BTreeMap::new();
    for (name, count) in written.value.into_iter().flat_map(|all| all.value) {
        if scheduled.names.contains(&&name) {
            let Spanned { value, span } = count.value;
            counts.insert(name, sourced(resolver, value, span, true));
            continue;
        }
        if resolver.broken.contains(&scheduled.part) {
            continue;
        }
        resolver.broken.insert(TopPart::Schedule);
        let known: Vec<String> = scheduled
            .names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let message = format!(
            "there is no {} `{name}` to schedule; {}: {}",
            scheduled.what,
            scheduled.all,
            known.join(", ")
        );
        let finding = Diagnostic::error(code::UNKNOWN_REFERENCE, message, count.place);
        resolver.diagnostics.push(finding);
    }
    counts
}
