//! `tierc cost`: the monthly cost of environments, as text, Markdown or JSON.

pub mod json;
pub mod markdown;
pub mod text;

use std::sync::Arc;

use crate::catalogue::{PriceList, SpotDiscount};
use crate::cost::difference::CalendarShift;
use crate::cost::{
    CostItem, CostLayer, EXCLUDED, Estimate, Range, Scheduled, SharedCluster, Total,
};
use crate::diagnostic::{Diagnostics, mask};
use crate::model::{Money, Name};
use crate::report::amount::dollars;
use crate::source::{Sources, Span};

/// The contents of a report of costs.
pub struct ReportedCosts<'a> {
    /// The environments, at least one.
    pub estimates: &'a [Estimate],
    /// What they cost together.
    pub total: &'a Total,
    /// What is to say about the prices.
    pub notes: &'a Diagnostics,
    /// The texts with the prices and values.
    pub sources: &'a Sources,
}

const FLOOR_AND_CEILING: &str = "floor: nodes at their minimum, storage as allocated; ceiling: nodes and storage at their maximum; pods cost nothing beyond their nodes";

const CALENDAR: &str = "sums exclude schedules, because a node group never has fewer nodes than its minimum or more than its maximum; with a node autoscaler that removes empty nodes, the row of off-hours shows the monthly saving, and the row of an event its one-time cost: under floor with all pods at their minima, under ceiling at their maxima";

/// `$216 to $341 a month, plus 2 without a price`.
fn summary(range: Option<Range>, unpriced: usize) -> String {
    let lacking = match unpriced {
        0 => String::new(),
        _ => format!(", plus {unpriced} without a price"),
    };
    match range {
        Some(range) => format!("{} a month{lacking}", dollars(range)),
        None => format!("none of {unpriced} items has a price"),
    }
}

/// Floor and ceiling as two cells, formatted by `amount`.
fn cells(range: Option<Range>, amount: fn(&Money) -> String) -> [String; 2] {
    range.map_or_else(
        || ["no price".into(), "no price".into()],
        |range| [amount(&range.floor), amount(&range.ceiling)],
    )
}

/// The saving from reserved capacity as a row, if there is any.
fn taken_off(estimate: &Estimate) -> Option<(String, [String; 2])> {
    let saved = Money::ZERO - estimate.saved()?;
    let label = format!("reserved, {}% of the floor", estimate.reserved);
    Some((label, [saved.cents(), saved.cents()]))
}

/// The budget as a row: its amount, the used percentages, and what is left at the ceiling. `None`
/// without a budget.
fn budget(estimate: &Estimate) -> Option<(String, [String; 2], String)> {
    let label = format!("share of the budget of {}", estimate.budget?);
    let Some(used) = estimate.budget_used() else {
        return Some((label, cents(None), "nothing has a price".into()));
    };
    let shares = [used.floor, used.ceiling].map(|percent| format!("{percent}%"));
    let left = used.left.ceiling;
    let told = if left < Money::ZERO {
        format!(
            "the ceiling exceeds the budget by {}",
            (Money::ZERO - left).cents()
        )
    } else {
        format!("{} is left at the ceiling", left.cents())
    };
    Some((label, shares, told))
}

/// The same as a sentence for each environment with a budget.
fn budgets(estimates: &[Estimate]) -> Vec<String> {
    let told = |estimate: &Estimate| {
        let (label, [floor, ceiling], told) = budget(estimate)?;
        let name = &estimate.environment;
        Some(format!(
            "{name}: {label}: {floor} at the floor, {ceiling} at the ceiling; {told}"
        ))
    };
    estimates.iter().filter_map(told).collect()
}

/// The calendar's effect, a row each: its name, the amounts, and the arithmetic.
fn calendar(estimate: &Estimate) -> Vec<(String, [String; 2], String)> {
    let rows = estimate.calendar.iter().map(|it| {
        let text = format!("{}: {}", it.when.hours(), it.told());
        let held = if it.moves_nothing() {
            "; the number of nodes does not change"
        } else {
            ""
        };
        (it.when.name(), cents(it.cost), text + held)
    });
    rows.collect()
}

/// The effect of a calendar entry on both sides, as a sentence.
pub(in crate::report) fn calendar_shift(shift: &CalendarShift) -> String {
    let side = |scheduled: Option<&Scheduled>| {
        let Some(scheduled) = scheduled else {
            return "absent".to_owned();
        };
        let hours = scheduled.when.hours();
        match scheduled.cost {
            None => format!("an unknown amount ({hours})"),
            Some(moved) => format!(
                "{} at the pods' minima and {} at their maxima ({hours})",
                moved.floor.signed(),
                moved.ceiling.signed()
            ),
        }
    };
    let sides = shift.moved.as_ref().map(Option::as_ref).map(side);
    format!("{}: {} -> {}", shift.name, sides.before, sides.after)
}

/// Floor and ceiling to the cent.
fn cents(range: Option<Range>) -> [String; 2] {
    cells(range, |amount| amount.cents())
}

/// Floor and ceiling to the dollar.
fn whole(range: Option<Range>) -> [String; 2] {
    cells(range, ToString::to_string)
}

/// An item's description and its arithmetic.
fn arithmetic(item: &CostItem) -> String {
    format!("{}: {}", item.what, item.arithmetic())
}

/// The layers that an environment has.
fn layers(estimate: &Estimate) -> impl Iterator<Item = CostLayer> {
    CostLayer::ALL
        .into_iter()
        .filter(|layer| estimate.items_of(*layer).next().is_some())
}

/// The price lists of several estimates, oldest first, each with the layers it prices.
fn lists(estimates: &[Estimate]) -> Vec<(Arc<PriceList>, Vec<CostLayer>)> {
    let mut all: Vec<(Arc<PriceList>, Vec<CostLayer>)> = Vec::new();
    for (list, layers) in estimates.iter().flat_map(Estimate::lists) {
        match all.iter_mut().find(|(known, _)| *known == list) {
            Some((_, known)) => known.extend(layers),
            None => all.push((list, layers)),
        }
    }
    for (_, layers) in &mut all {
        layers.sort_unstable();
        layers.dedup();
    }
    all.sort_by_key(|(list, _)| (list.date, list.span));
    all
}

/// The sources of the prices, a sentence for each list.
fn provenance(estimates: &[Estimate]) -> Vec<String> {
    let sentence = |(list, layers): (Arc<PriceList>, Vec<CostLayer>)| {
        let layers: Vec<String> = layers.iter().map(ToString::to_string).collect();
        format!(
            "{}, {}, {} hours a month: {}; source: {}{}",
            list.region,
            list.date,
            list.hours,
            layers.join(", "),
            list.source,
            match list.confidence.remark() {
                Some(remark) => format!(" ({remark})"),
                None => String::new(),
            }
        )
    };
    lists(estimates).into_iter().map(sentence).collect()
}

/// What a reader needs to know about the amounts.
fn remarks(costs: &ReportedCosts<'_>) -> Vec<String> {
    let mut remarks = vec![FLOOR_AND_CEILING.to_owned()];
    remarks.extend(spots(costs.estimates).iter().map(|spot| {
        format!(
            "spot: {}% off the on-demand price ({})",
            spot.percent, spot.source
        )
    }));
    remarks.extend(contracts(costs.estimates));
    remarks.extend(reserved(costs.estimates));
    if costs.estimates.iter().any(|it| !it.calendar.is_empty()) {
        remarks.push(CALENDAR.to_owned());
    }
    remarks.extend(costs.total.shared.iter().map(shared));
    remarks.push(format!("not included: {}", EXCLUDED.join(", ")));
    remarks
}

fn spots(estimates: &[Estimate]) -> Vec<&SpotDiscount> {
    let mut spots: Vec<&SpotDiscount> = Vec::new();
    let items = estimates.iter().flat_map(|estimate| &estimate.items);
    for spot in items.filter_map(|item| item.rate.as_ref().ok()?.spot.as_ref()) {
        if !spots.iter().any(|known| known.span == spot.span) {
            spots.push(spot);
        }
    }
    spots
}

/// The discounts of contracts, a sentence for each.
fn contracts(estimates: &[Estimate]) -> Vec<String> {
    let mut told: Vec<(Span, CostLayer, String)> = Vec::new();
    for item in estimates.iter().flat_map(|estimate| &estimate.items) {
        let rate = item.rate.as_ref().ok();
        let Some(contract) = rate.and_then(|rate| rate.contract.as_ref()) else {
            continue;
        };
        let key = (contract.span, item.layer);
        if !told.iter().any(|(span, layer, _)| (*span, *layer) == key) {
            let sentence = format!(
                "contract, {}: {}% off the list prices ({})",
                item.layer, contract.percent, contract.source
            );
            told.push((contract.span, item.layer, sentence));
        }
    }
    told.into_iter().map(|(_, _, sentence)| sentence).collect()
}

/// What reserved capacity covers, a sentence for each kind and discount, and where there is no
/// discount.
fn reserved(estimates: &[Estimate]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for item in estimates.iter().flat_map(|estimate| &estimate.items) {
        let rate = item.rate.as_ref().ok();
        let Some(reserved) = rate.and_then(|rate| rate.reserved.as_ref()) else {
            continue;
        };
        let sentence = format!(
            "reserved, {}: {}% off the covered part of the floor, which is paid at any load ({})",
            item.layer, reserved.discount.percent, reserved.discount.source
        );
        if !told.contains(&sentence) {
            told.push(sentence);
        }
    }
    for estimate in estimates {
        let layers = estimate.without_discount();
        if !layers.is_empty() {
            let layers: Vec<String> = layers.iter().map(ToString::to_string).collect();
            told.push(format!(
                "{}: {} at list prices, because the catalogue has no reserved discount for it",
                estimate.environment,
                layers.join(" and ")
            ));
        }
    }
    told
}

fn shared(cluster: &SharedCluster) -> String {
    let environments: Vec<&str> = cluster.environments.iter().map(Name::as_str).collect();
    format!(
        "the total counts the control plane of {} ({}) once for {}; it counts everything else once per environment",
        cluster.cluster,
        cluster.region,
        environments.join(", ")
    )
}

/// The notes, a sentence each, followed by one advice.
fn notes(notes: &Diagnostics) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut helps: Vec<String> = Vec::new();
    for note in notes {
        let message = mask::mask(&note.message);
        told.push(format!("{}[{}]: {message}", note.severity, note.code));
        for help in note.help.iter().map(|it| format!("help: {}", it.message)) {
            if !helps.contains(&help) {
                helps.push(help);
            }
        }
    }
    told.extend(helps);
    told
}
