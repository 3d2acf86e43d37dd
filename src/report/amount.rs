//! Amounts in all reports: money, growth, durations.

use crate::cost::Range;
use crate::impact::Class;
use crate::model::Money;
use crate::pair::Pair;

/// `$216 to $341`, or one amount if both look equal.
pub(in crate::report) fn dollars(range: Range) -> String {
    let (floor, ceiling) = (range.floor.to_string(), range.ceiling.to_string());
    if floor == ceiling {
        floor
    } else {
        format!("{floor} to {ceiling}")
    }
}

/// `failover 60-120 s`.
#[must_use]
pub fn lasting(class: Class, seconds: Option<(u32, u32)>) -> String {
    match seconds {
        Some((from, to)) => format!("{class} {from}-{to} s"),
        None => class.to_string(),
    }
}

/// The same in a sentence, where a bare `none` would not say of what.
pub(in crate::report) fn disruption_of(class: Class, seconds: Option<(u32, u32)>) -> String {
    if class == Class::None {
        "no disruption".into()
    } else {
        lasting(class, seconds)
    }
}

/// `+$2,694 to +$3,897`: the growth of floor and ceiling, as shown. If only one of them grows, or
/// they move in different directions, it says which. Equal growth is one amount.
#[must_use]
pub fn growth(range: &Pair<Range>) -> String {
    let sides = |side: fn(&Range) -> Money| range.as_ref().map(side);
    let (floor, ceiling) = (sides(|range| range.floor), sides(|range| range.ceiling));
    let exact = |of: &Pair<Money>| of.after - of.before;
    let shown = |of: &Pair<Money>| of.after.in_dollars() - of.before.in_dollars();
    let (least, most) = (shown(&floor), shown(&ceiling));
    let nothing = Money::ZERO;
    if least == most || exact(&floor) == exact(&ceiling) {
        least.signed()
    } else if most == nothing {
        format!("{} at the floor", least.signed())
    } else if least == nothing {
        format!("{} at the ceiling", most.signed())
    } else if (nothing < least && least < most) || (most < least && least < nothing) {
        format!("{} to {}", least.signed(), most.signed())
    } else {
        format!(
            "{} at the floor, {} at the ceiling",
            least.signed(),
            most.signed()
        )
    }
}

/// The same with unpriced items: `+$216 and 2 without a price`. They never count as zero.
pub(in crate::report) fn growth_beside(range: &Pair<Range>, lacking: usize) -> String {
    let change = growth(range);
    match (change == Money::ZERO.signed(), lacking) {
        (_, 0) => change,
        (true, _) => format!("unknown: {lacking} without a price"),
        (false, _) => format!("{change} and {lacking} without a price"),
    }
}

/// The growth of a cost. Unpriced items never count as zero.
pub(in crate::report) fn money(total: &Pair<Range>, lacking: usize) -> String {
    let change = growth(total);
    match (change == Money::ZERO.signed(), lacking) {
        (true, 0) => "the same cost".into(),
        (true, _) => format!("cost unknown: {lacking} without a price"),
        (false, 0) => format!("{change} a month"),
        (false, _) => format!("{change} a month and {lacking} without a price"),
    }
}

/// Both sides of several, added up.
pub(in crate::report) fn together(costs: impl Iterator<Item = Pair<Range>>) -> Option<Pair<Range>> {
    costs.reduce(|sum, more| Pair::new(sum.before + more.before, sum.after + more.after))
}
