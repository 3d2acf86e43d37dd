//! The cost of off-hours and events between floor and ceiling.
//!
//! Neither bound follows the calendar: a node group keeps its minimum during off-hours, and never
//! exceeds its maximum during an event. The calendar changes how many nodes the pods need in
//! between. That changes the bill if a node autoscaler removes empty nodes.

use std::collections::BTreeMap;

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use super::{Estimate, Range};
use crate::budget::packing::{AtBound, needed};
use crate::budget::scaling::asked_for;
use crate::catalogue::Catalogue;
use crate::model::{Api, Environment, Money, Name, Scaler};
use crate::pair::Pair;
use crate::schedule::{Calendar, Occasion, ScheduleSubject, ZonedWindow};

/// Minutes of a week.
const WEEK: u64 = 7 * 24 * 60;
/// The resolution of the week in minutes: windows open and close on multiples of it.
const STEP: u64 = 5;

/// What one part of the calendar moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// Which part.
    pub when: CalendarPart,
    /// Nodes by group, at the minima and at the maxima, without and with the calendar entry. `None`
    /// if they cannot be computed.
    pub nodes: Option<BTreeMap<Name, Pair<(u32, u32)>>>,
    /// The minimum of each group.
    pub least: BTreeMap<Name, u32>,
    /// The additional cost, at the minima and at the maxima; negative for a saving. `None` if the
    /// nodes cannot be computed, or if one that changes has no price.
    pub cost: Option<Moved>,
}

/// An amount at the minima and one at the maxima; either may be larger.
pub type Moved = Range;

/// A part of the calendar.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CalendarPart {
    /// Off-hours by key; several keys if several windows are open at once. The amounts are monthly.
    OffHours {
        /// The windows.
        windows: Vec<String>,
        /// Minutes of a week in which exactly these windows are open.
        minutes: u64,
    },
    /// An event, whose amounts are paid once.
    Event {
        /// Its name.
        name: Name,
        /// Minutes in which its floors apply, including the lead.
        minutes: u64,
    },
}

impl CalendarPart {
    /// Its name in a report.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::OffHours { windows, .. } => format!("off-hours {}", windows.join(" + ")),
            Self::Event { name, .. } => format!("event {name}"),
        }
    }

    /// Its duration: `60 h a week`, `52.5 h once`.
    #[must_use]
    pub fn hours(&self) -> String {
        let hours = |minutes: &u64| {
            let tenths = (minutes * 10 + 30) / 60;
            match tenths % 10 {
                0 => format!("{} h", tenths / 10),
                rest => format!("{}.{rest} h", tenths / 10),
            }
        };
        match self {
            Self::OffHours { minutes, .. } => format!("{} a week", hours(minutes)),
            Self::Event { minutes, .. } => format!("{} once", hours(minutes)),
        }
    }

    /// The fraction of a month with `hours` hours.
    fn part(&self, hours: u32) -> (u64, u64) {
        match self {
            Self::OffHours { minutes, .. } => (*minutes, WEEK),
            Self::Event { minutes, .. } => (*minutes, u64::from(hours) * 60),
        }
    }
}

/// The effect of each calendar entry: off-hours first, then events.
#[must_use]
pub fn scheduled(
    environment: &Environment,
    catalogue: &Catalogue,
    estimate: &Estimate,
) -> Vec<Scheduled> {
    let calendar = Calendar::of(environment);
    let both = |pods: &dyn Fn(&str, u32) -> u32| {
        let nodes = |at| needed(environment, catalogue, at, pods);
        Some((nodes(AtBound::Minima)?, nodes(AtBound::Maxima)?))
    };
    let declared = both(&|_, pods| pods);
    let groups = environment.nodes.iter();
    let least = groups.map(|(name, group)| (name.clone(), group.count.min.value));
    let least: BTreeMap<Name, u32> = least.collect();
    let moved = |when, with| moved(when, declared.clone().zip(with), estimate, &least);
    let mut all = Vec::new();
    for (windows, minutes) in open(&calendar.windows) {
        let asleep = |who: &str, pods: u32| {
            let left = windows.iter().filter_map(|it| it.leaves(&subject(who)?));
            left.min().unwrap_or(pods)
        };
        let keys = windows.iter().map(|window| window.key.to_owned());
        let windows = keys.collect();
        let when = CalendarPart::OffHours { windows, minutes };
        all.push(moved(when, both(&asleep)));
    }
    for occasion in &calendar.occasions {
        let raised = |who: &str, pods: u32| {
            let asked = subject(who).and_then(|subject| asked(environment, occasion, &subject));
            asked.map_or(pods, |asked| asked.max(pods))
        };
        let (name, minutes) = (occasion.name.clone(), minutes(occasion));
        all.push(moved(CalendarPart::Event { name, minutes }, both(&raised)));
    }
    all
}

/// The calendar's name for a Deployment.
fn subject(who: &str) -> Option<ScheduleSubject> {
    match who.strip_prefix("worker.") {
        Some(name) => Name::parse(name).ok().map(ScheduleSubject::Pool),
        None => Api::of_path(who).map(ScheduleSubject::Api),
    }
}

/// The pods during an event: a floor becomes the minimum of an HPA, and a pool of KEDA climbs to what
/// its trigger asks for, up to its maximum.
fn asked(
    environment: &Environment,
    occasion: &Occasion<'_>,
    subject: &ScheduleSubject,
) -> Option<u32> {
    let floor = occasion.floor(subject)?;
    match subject {
        ScheduleSubject::Api(name) => {
            let api = environment.api.get(name)?;
            (!api.workload.is_fixed()).then_some(floor)
        }
        ScheduleSubject::Pool(name) => {
            let pool = environment.worker.get(name)?;
            let most = pool.workload.replicas.max.value;
            match pool.scaler() {
                Scaler::Keda => Some(asked_for(floor).min(most.max(floor))),
                Scaler::Hpa => Some(floor),
                // An event does not change a fixed count.
                Scaler::Fixed => None,
            }
        }
    }
}

fn minutes(occasion: &Occasion<'_>) -> u64 {
    let seconds = occasion.end.duration_since(occasion.start).as_secs();
    u64::try_from(seconds / 60).unwrap_or(0)
}

/// The windows that are open together, with the minutes in a week without a clock change.
fn open<'a, 'b>(windows: &'b [ZonedWindow<'a>]) -> Vec<(Vec<&'b ZonedWindow<'a>>, u64)> {
    let mut open: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
    let monday = date(2024, 1, 8).to_zoned(jiff::tz::TimeZone::UTC);
    let Ok(mut at) = monday.map(|monday| monday.timestamp()) else {
        return Vec::new();
    };
    let step = SignedDuration::from_mins(5);
    for _ in 0..WEEK / STEP {
        let is_open =
            |(index, window): (usize, &ZonedWindow<'_>)| window.is_open(at).then_some(index);
        let now: Vec<usize> = windows.iter().enumerate().filter_map(is_open).collect();
        if !now.is_empty() {
            *open.entry(now).or_default() += STEP;
        }
        at = at.checked_add(step).unwrap_or(Timestamp::MAX);
    }
    let named = |indices: Vec<usize>| {
        let windows = indices.iter().filter_map(|index| windows.get(*index));
        windows.collect::<Vec<_>>()
    };
    open.into_iter()
        .map(|(indices, minutes)| (named(indices), minutes))
        .collect()
}

/// Nodes by group, at the minima and at the maxima.
type Both = (BTreeMap<Name, u32>, BTreeMap<Name, u32>);

fn moved(
    when: CalendarPart,
    sides: Option<(Both, Both)>,
    estimate: &Estimate,
    least: &BTreeMap<Name, u32>,
) -> Scheduled {
    let nodes = sides.map(|(without, with)| {
        let count = |(least, most): &Both, name: &Name| {
            let of = |nodes: &BTreeMap<Name, u32>| nodes.get(name).copied().unwrap_or(0);
            (of(least), of(most))
        };
        let names = without.0.keys();
        let pair = |name: &Name| Pair::new(count(&without, name), count(&with, name));
        names
            .map(|name| (name.clone(), pair(name)))
            .collect::<BTreeMap<_, _>>()
    });
    let cost = nodes
        .as_ref()
        .and_then(|nodes| cost(&when, nodes, estimate));
    Scheduled {
        when,
        nodes,
        least: least.clone(),
        cost,
    }
}

fn cost(
    when: &CalendarPart,
    nodes: &BTreeMap<Name, Pair<(u32, u32)>>,
    estimate: &Estimate,
) -> Option<Moved> {
    let mut sum = Moved::default();
    for (name, pair) in nodes.iter().filter(|(_, pair)| pair.before != pair.after) {
        let path = format!("nodes.{name}");
        let item = estimate.items.iter().find(|item| item.path == path)?;
        let rate = item.rate.as_ref().ok()?;
        let (part, of) = when.part(rate.price.list.hours);
        let one = |nodes: u32| rate.monthly().times(u64::from(nodes));
        let more = |after: u32, before: u32| (one(after) - one(before)).part(part, of);
        sum = sum
            + Moved {
                floor: more(pair.after.0, pair.before.0),
                ceiling: more(pair.after.1, pair.before.1),
            };
    }
    Some(sum)
}

impl Scheduled {
    /// The changes of node counts, group by group: `nodes.general 3 -> 2 (6 -> 4 at the maxima)`.
    #[must_use]
    pub fn told(&self) -> String {
        let Some(nodes) = &self.nodes else {
            return "the number of nodes is unknown, because a pod does not fit".into();
        };
        let shown = |(name, pair): (&Name, &Pair<(u32, u32)>)| {
            let (before, after) = (pair.before, pair.after);
            if before == after {
                let least = match self.least.get(name) {
                    Some(least) if *least == after.0 => " (its minimum)",
                    Some(_) | None => "",
                };
                format!(
                    "nodes.{name} has {} nodes{least} at the pods' minima and {} at their maxima, with it and without",
                    after.0, after.1
                )
            } else {
                format!(
                    "nodes.{name} {} -> {} nodes at the pods' minima, {} -> {} at their maxima",
                    before.0, after.0, before.1, after.1
                )
            }
        };
        let groups: Vec<String> = nodes.iter().map(shown).collect();
        groups.join(", ")
    }

    /// Whether no node count changes: the minimum nodes suffice with and without it.
    #[must_use]
    pub fn moves_nothing(&self) -> bool {
        self.cost
            == Some(Moved {
                floor: Money::ZERO,
                ceiling: Money::ZERO,
            })
    }
}
