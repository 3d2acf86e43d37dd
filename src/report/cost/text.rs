//! Costs as text for a terminal of 80 columns.

use crate::cost::Estimate;
use crate::report::table::Columns;
use crate::report::wrap::{WIDTH, wrapped};

use super::{
    ReportedCosts, arithmetic, budget, budgets, calendar, cents, layers, notes, provenance,
    remarks, summary, taken_off, whole,
};

/// Columns of an amount.
const AMOUNT: usize = 14;

/// The report: one environment in detail, or several as a table with a total, each in detail if
/// requested.
#[must_use]
pub fn text(costs: &ReportedCosts<'_>, detail: bool) -> String {
    let mut parts = Vec::new();
    if detail || costs.estimates.len() == 1 {
        parts.extend(costs.estimates.iter().map(one));
    }
    if costs.estimates.len() != 1 {
        parts.push(several(costs));
    }
    parts.push(foot(costs));
    parts.join("\n")
}

/// A row of a table, and the line below it.
struct CostRow {
    label: String,
    amounts: [String; 2],
    below: Option<String>,
}

impl CostRow {
    fn new(label: impl Into<String>, amounts: [String; 2]) -> Self {
        Self {
            label: label.into(),
            amounts,
            below: None,
        }
    }

    fn write(&self, width: usize) -> String {
        let (label, [floor, ceiling]) = (&self.label, &self.amounts);
        let below = self.below.iter().map(|below| wrapped("    ", below, 6));
        format!(
            "{label:<width$}{floor:>AMOUNT$}{ceiling:>AMOUNT$}\n{}",
            below.collect::<String>()
        )
    }
}

fn one(estimate: &Estimate) -> String {
    let mut rows = vec![CostRow::new("", ["floor".into(), "ceiling".into()])];
    for layer in layers(estimate) {
        rows.push(CostRow::new(
            layer.to_string(),
            cents(estimate.layer(layer)),
        ));
        rows.extend(estimate.items_of(layer).map(|item| CostRow {
            below: Some(arithmetic(item)),
            ..CostRow::new(format!("  {}", item.path), cents(item.range()))
        }));
    }
    rows.push(CostRow::new("total", cents(estimate.range())));
    if let Some((label, amounts)) = taken_off(estimate) {
        rows.push(CostRow::new(format!("  included: {label}"), amounts));
    }
    let more = budget(estimate).into_iter().chain(calendar(estimate));
    rows.extend(more.map(|(label, amounts, text)| CostRow {
        below: Some(text),
        ..CostRow::new(label, amounts)
    }));
    let labels = rows.iter().map(|row| row.label.chars().count());
    let width = labels.max().unwrap_or(0).max(WIDTH - 2 * AMOUNT);
    let head = summary(estimate.range(), estimate.unpriced());
    let rows: String = rows.iter().map(|row| row.write(width)).collect();
    format!("{}: {head}\n\n{rows}", estimate.environment)
}

fn several(costs: &ReportedCosts<'_>) -> String {
    let total = costs.total;
    let head = ["environment", "region"];
    let of = |of: &Estimate| [of.environment.to_string(), of.region.clone()];
    let rows = std::iter::once(head.map(str::to_owned)).chain(costs.estimates.iter().map(of));
    let columns = Columns::fit(rows);
    let row = |[name, region]: [&str; 2], amounts: [String; 2], unpriced: &str| {
        let label = columns.cells(&[name, region]).join("  ");
        let row = CostRow::new(label, amounts).write(0);
        if total.unpriced == 0 {
            return row;
        }
        format!("{}{unpriced:>10}\n", row.trim_end())
    };
    let mut text = row(head, ["floor".into(), "ceiling".into()], "unpriced");
    for of in costs.estimates {
        let (name, unpriced) = (of.environment.as_str(), of.unpriced().to_string());
        text += &row([name, &of.region], whole(of.range()), &unpriced);
    }
    let unpriced = total.unpriced.to_string();
    text += &row(["total", ""], whole(total.range), &unpriced);
    let budgets = budgets(costs.estimates).into_iter();
    text + &budgets
        .map(|budget| wrapped("", &budget, 2))
        .collect::<String>()
}

fn foot(costs: &ReportedCosts<'_>) -> String {
    let mut text = String::new();
    let provenance = provenance(costs.estimates);
    if !provenance.is_empty() {
        text += "list prices in USD:\n";
    }
    for sentence in provenance {
        text += &wrapped("  ", &sentence, 4);
    }
    for sentence in remarks(costs).into_iter().chain(notes(costs.notes)) {
        text += &wrapped("", &sentence, 2);
    }
    text
}
