//! The cost of a change, by layer and item, at the floor and at the ceiling.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Money, Percent};
use crate::pair::Pair;

use super::{CostItem, CostLayer, Estimate, Missing, Range, Scheduled};

/// The cost before and after; zero for something that does not exist.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CostShift(pub Pair<Range>);

impl CostShift {
    /// The growth of the floor; negative if it falls.
    #[must_use]
    pub fn floor(&self) -> Money {
        self.0.after.floor - self.0.before.floor
    }

    /// The growth of the ceiling; negative if it falls.
    #[must_use]
    pub fn ceiling(&self) -> Money {
        self.0.after.ceiling - self.0.before.ceiling
    }

    /// The growth of the floor in percent; `None` if it was zero.
    #[must_use]
    pub fn floor_percent(&self) -> Option<Percent> {
        self.0.after.floor.growth_from(self.0.before.floor)
    }

    /// The growth of the ceiling in percent; `None` if it was zero.
    #[must_use]
    pub fn ceiling_percent(&self) -> Option<Percent> {
        self.0.after.ceiling.growth_from(self.0.before.ceiling)
    }
}

/// An item whose cost or description changes.
#[derive(Clone, Debug)]
pub struct ItemShift {
    /// Where it belongs.
    pub layer: CostLayer,
    /// Its path in KDL spelling.
    pub path: String,
    /// The item, if there is one.
    pub item: Pair<Option<CostItem>>,
    /// What it costs.
    pub shift: CostShift,
}

impl ItemShift {
    /// The paths of the attributes that the amounts of both sides are computed from.
    fn inputs(&self) -> impl Iterator<Item = &String> {
        let sides = [&self.item.before, &self.item.after];
        sides.into_iter().flatten().flat_map(|item| &item.inputs)
    }
}

/// A changed item without a price on one side or both, so its cost is unknown.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Where it belongs.
    pub layer: CostLayer,
    /// Its path in KDL spelling.
    pub path: String,
    /// The item, if there is one.
    pub item: Pair<Option<CostItem>>,
}

/// A calendar entry that changes, or whose nodes do.
#[derive(Clone, Debug)]
pub struct CalendarShift {
    /// Its name in a report.
    pub name: String,
    /// Its cost effect on each side, if it exists there.
    pub moved: Pair<Option<Scheduled>>,
}

/// The difference of two estimates.
#[derive(Clone, Debug)]
pub struct CostDifference {
    /// Every layer of either side, in display order, without unpriced items.
    pub layers: Vec<(CostLayer, CostShift)>,
    /// The items that change, by layer and path.
    pub items: Vec<ItemShift>,
    /// Changed items without a price. Sums exclude them.
    pub unknown: Vec<Unknown>,
    /// The calendar entries that change. Sums exclude them.
    pub calendar: Vec<CalendarShift>,
}

impl CostDifference {
    /// Both totals, without unpriced items.
    #[must_use]
    pub fn total(&self) -> CostShift {
        let mut sum: Pair<Range> = Pair::default();
        for (_, shift) in &self.layers {
            sum.before = sum.before + shift.0.before;
            sum.after = sum.after + shift.0.after;
        }
        CostShift(sum)
    }

    /// The paths of the attributes that the amounts of a layer are computed from, as far as they
    /// differ; none where the layer costs the same.
    #[must_use]
    pub fn inputs(&self, layer: CostLayer) -> BTreeSet<&str> {
        let differs = |shift: &CostShift| shift.0.before != shift.0.after;
        let mut layers = self.layers.iter();
        if !layers.any(|(known, shift)| *known == layer && differs(shift)) {
            return BTreeSet::new();
        }
        let items = self.items.iter();
        items
            .filter(|item| item.layer == layer && differs(&item.shift))
            .flat_map(ItemShift::inputs)
            .map(String::as_str)
            .collect()
    }

    /// Whether an amount differs, or something has a price on one side only.
    #[must_use]
    pub fn moves_money(&self) -> bool {
        let has_price = |item: &Option<CostItem>| item.as_ref().is_some_and(|it| it.rate.is_ok());
        let mut layers = self.layers.iter();
        let mut unknown = self.unknown.iter();
        layers.any(|(_, shift)| shift.0.before != shift.0.after)
            || unknown.any(|it| has_price(&it.item.before) != has_price(&it.item.after))
    }
}

/// The cost of a change. Items are matched by path. An item without a price on one side is left out
/// of both sums, so a missing price never looks like a saving.
///
/// An environment that is added or removed is compared with its own [`Estimate::absent`].
#[must_use]
pub fn difference(pair: Pair<&Estimate>) -> CostDifference {
    let mut layers: BTreeMap<CostLayer, Pair<Range>> = BTreeMap::new();
    let (mut items, mut unknown) = (Vec::new(), Vec::new());
    for ((layer, path), row) in rows(pair) {
        let (path, item) = (path.to_owned(), row.map(Option::<&CostItem>::cloned));
        let (Some(before), Some(after)) = (range(row.before), range(row.after)) else {
            if !same_without_price(row) {
                unknown.push(Unknown { layer, path, item });
            }
            continue;
        };
        let sums = layers.entry(layer).or_default();
        sums.before = sums.before + before;
        sums.after = sums.after + after;
        if shown(row.before) != shown(row.after) {
            items.push(ItemShift {
                layer,
                path,
                item,
                shift: CostShift(Pair::new(before, after)),
            });
        }
    }
    let layers = layers.into_iter();
    CostDifference {
        layers: layers
            .map(|(layer, pair)| (layer, CostShift(pair)))
            .collect(),
        items,
        unknown,
        calendar: calendar(pair),
    }
}

fn calendar(pair: Pair<&Estimate>) -> Vec<CalendarShift> {
    let mut rows: BTreeMap<String, Pair<Option<&Scheduled>>> = BTreeMap::new();
    for it in &pair.before.calendar {
        rows.entry(it.when.name()).or_default().before = Some(it);
    }
    for it in &pair.after.calendar {
        rows.entry(it.when.name()).or_default().after = Some(it);
    }
    rows.into_iter()
        .filter(|(_, moved)| moved.before != moved.after)
        .map(|(name, moved)| CalendarShift {
            name,
            moved: moved.map(Option::<&Scheduled>::cloned),
        })
        .collect()
}

/// Every path of either side, with its items.
type ItemsByPath<'a> = BTreeMap<(CostLayer, &'a str), Pair<Option<&'a CostItem>>>;

fn rows<'a>(pair: Pair<&'a Estimate>) -> ItemsByPath<'a> {
    let mut rows: ItemsByPath<'a> = BTreeMap::new();
    for item in &pair.before.items {
        let row = rows.entry((item.layer, &item.path)).or_default();
        row.before = Some(item);
    }
    for item in &pair.after.items {
        let row = rows.entry((item.layer, &item.path)).or_default();
        row.after = Some(item);
    }
    rows
}

/// What an item costs: zero without an item, `None` without a price.
fn range(item: Option<&CostItem>) -> Option<Range> {
    item.map_or(Some(Range::default()), CostItem::range)
}

/// The description that distinguishes items at the same path.
fn shown(item: Option<&CostItem>) -> Option<(&str, String)> {
    item.map(|item| (item.what.as_str(), item.arithmetic()))
}

/// Whether both sides are the same unpriced item, so nothing changes.
fn same_without_price(row: Pair<Option<&CostItem>>) -> bool {
    let missing = |item: Option<&CostItem>| item.and_then(|item| item.rate.as_ref().err().cloned());
    let (before, after) = (missing(row.before), missing(row.after));
    before.is_some()
        && before == after
        && before != Some(Missing::Value)
        && shown(row.before) == shown(row.after)
}
