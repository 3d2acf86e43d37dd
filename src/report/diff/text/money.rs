//! What a change costs, layer by layer.

use crate::cost::Range;
use crate::pair::Pair;
use crate::report::amount::{dollars, growth};
use crate::report::paint::{Ink, Paint};
use crate::report::paths::grouped;
use crate::report::table::Columns;

use super::super::EnvironmentDiff;
use super::super::disrupted::changing_cost;
use super::{title, wrapped};

pub(super) fn money(environment: &EnvironmentDiff, paint: Paint) -> String {
    let Some(cost) = &environment.cost else {
        return String::new();
    };
    let rows: Vec<MoneyRow> = cost
        .rows()
        .iter()
        .map(|(what, cost)| row(what, cost))
        .collect();
    let mut notes = String::new();
    let short = |paths: &[String]| grouped(paths.iter().map(String::as_str));
    for (what, paths) in [
        ("changed by", changing_cost(cost, environment)),
        ("changes without a price", short(&cost.unpriced)),
        ("cannot change, priced as before", short(&cost.kept)),
    ] {
        if !paths.is_empty() {
            notes += &wrapped("  ", &format!("{what}: {}", paths.join(", ")), 4);
        }
    }
    for sentence in &cost.calendar {
        notes += &wrapped("  ", &format!("excluded from the sums: {sentence}"), 4);
    }
    if rows.is_empty() && notes.is_empty() {
        return String::new();
    }
    let mut text = title("money, USD a month", paint);
    if !rows.is_empty() {
        text += &table(&rows, paint);
    }
    text += &notes;
    // If nothing has a price, no price list was read.
    if !cost.price_lists.is_empty() {
        let lists = wrapped("  ", &format!("list prices: {}", cost.lists()), 4);
        for line in lists.lines() {
            text += &format!("{}\n", paint.ink(Ink::Dim, line));
        }
    }
    text
}

/// What it is, its cost on both sides, and how much that grows.
type MoneyRow = [String; 4];

fn row(layer: &str, cost: &Pair<Range>) -> MoneyRow {
    let (before, after) = (dollars(cost.before), dollars(cost.after));
    [layer.to_owned(), before, after, growth(cost)]
}

fn table(rows: &[MoneyRow], paint: Paint) -> String {
    let head = ["", "before", "after", "change"].map(str::to_owned);
    let all = || std::iter::once(&head).chain(rows);
    let columns = Columns::fit(all().map(MoneyRow::each_ref));
    let lines = all().enumerate().map(|(at, row)| {
        let ink = if at == 0 { Ink::Dim } else { Ink::Plain };
        let line = format!("  {}", columns.line(row));
        format!("{}\n", paint.ink(ink, &line))
    });
    lines.collect()
}
