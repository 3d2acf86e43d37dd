//! Costs as Markdown, for a pull request comment.

use crate::cost::{Estimate, Range};
use crate::report::markdown::{LIMIT, code, prose, table};

use super::{
    ReportedCosts, arithmetic, budget, budgets, calendar, cents, layers, notes, provenance,
    remarks, summary, taken_off, whole,
};

/// Bytes reserved for the line that counts what was left out.
const RESERVE: usize = 200;

/// The report: one environment in detail, or several as a table with a total, each in detail if
/// requested. Sections that do not fit are left out whole and counted.
#[must_use]
pub fn markdown(costs: &ReportedCosts<'_>, detail: bool) -> String {
    let (mut before, mut details) = (Vec::new(), Vec::new());
    if costs.estimates.len() != 1 {
        before.push(several(costs));
        before.push(list("Budgets", &budgets(costs.estimates)));
    }
    if detail || costs.estimates.len() == 1 {
        details.extend(costs.estimates.iter().map(one));
    }
    before.retain(|section| !section.is_empty());
    let mut after = vec![
        list("List prices in USD", &provenance(costs.estimates)),
        list("How to read it", &remarks(costs)),
        list("Notes", &notes(costs.notes)),
    ];
    after.retain(|section| !section.is_empty());
    let mut left = LIMIT - RESERVE;
    let mut kept = [before, after, details].map(|sections| fitting(sections, &mut left));
    let dropped: usize = kept.iter().map(|(_, dropped)| dropped).sum();
    kept.swap(1, 2);
    let mut sections: Vec<String> = kept
        .into_iter()
        .flat_map(|(sections, _)| sections)
        .collect();
    if dropped > 0 {
        let plural = if dropped == 1 {
            "section was"
        } else {
            "sections were"
        };
        sections.push(format!(
            "{dropped} {plural} left out: a comment holds {LIMIT} characters.\n"
        ));
    }
    sections.join("\n")
}

/// The sections that fit, and the number of the others.
fn fitting(sections: Vec<String>, left: &mut usize) -> (Vec<String>, usize) {
    let all = sections.len();
    let mut kept = Vec::new();
    for section in sections {
        if let Some(rest) = left.checked_sub(section.len() + 1) {
            *left = rest;
            kept.push(section);
        }
    }
    let dropped = all - kept.len();
    (kept, dropped)
}

fn one(estimate: &Estimate) -> String {
    let head = summary(estimate.range(), estimate.unpriced());
    let sum = |what: &str, range: Option<Range>| {
        let [floor, ceiling] = cents(range).map(|amount| format!("**{amount}**"));
        vec![format!("**{what}**"), floor, ceiling, String::new()]
    };
    let mut rows = Vec::new();
    for layer in layers(estimate) {
        rows.push(sum(&layer.to_string(), estimate.layer(layer)));
        rows.extend(estimate.items_of(layer).map(|item| {
            let [floor, ceiling] = cents(item.range());
            vec![code(&item.path), floor, ceiling, prose(&arithmetic(item))]
        }));
    }
    rows.push(sum("total", estimate.range()));
    rows.extend(taken_off(estimate).map(|(label, [floor, ceiling])| {
        let label = format!("included: {}", prose(&label));
        vec![label, floor, ceiling, String::new()]
    }));
    let more = budget(estimate).into_iter().chain(calendar(estimate));
    rows.extend(
        more.map(|(label, [floor, ceiling], told)| {
            vec![prose(&label), floor, ceiling, prose(&told)]
        }),
    );
    let heads = ["", ">floor", ">ceiling", ""];
    format!(
        "## {}: {head}\n\n{}",
        prose(estimate.environment.as_str()),
        table(&heads, rows)
    )
}

fn several(costs: &ReportedCosts<'_>) -> String {
    let total = costs.total;
    let row = |name: String, region: &str, range: Option<Range>, unpriced: usize| {
        let [floor, ceiling] = whole(range);
        let mut row = vec![name, prose(region), floor, ceiling];
        row.extend((total.unpriced > 0).then(|| unpriced.to_string()));
        row
    };
    let of = |of: &Estimate| {
        let name = prose(of.environment.as_str());
        row(name, &of.region, of.range(), of.unpriced())
    };
    let mut rows: Vec<Vec<String>> = costs.estimates.iter().map(of).collect();
    rows.push(row("**total**".into(), "", total.range, total.unpriced));
    let mut heads = vec!["environment", "region", ">floor", ">ceiling"];
    heads.extend((total.unpriced > 0).then_some(">unpriced"));
    format!(
        "## {} environments: {}\n\n{}",
        costs.estimates.len(),
        summary(total.range, total.unpriced),
        table(&heads, rows)
    )
}

/// A heading with a list; empty if the list is empty.
fn list(heading: &str, sentences: &[String]) -> String {
    if sentences.is_empty() {
        return String::new();
    }
    let items: String = sentences
        .iter()
        .map(|sentence| format!("- {}\n", prose(sentence)))
        .collect();
    format!("**{heading}**\n\n{items}")
}
