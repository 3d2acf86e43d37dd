//! Costs as Markdown, for a comment on a pull request.

use crate::cost::{Estimate, Range};
use crate::report::LARGEST_COMMENT;

use super::{
    Costs, arithmetic, calendar, cents, layers, notes, provenance, remarks, summary, taken_off,
    whole,
};

/// Bytes kept for the line that counts what was left out.
const RESERVE: usize = 200;

/// The report: one environment in detail, several as a table with a total, and each in detail
/// where that is asked for. Sections that do not fit a comment are left out whole, and counted.
#[must_use]
pub fn markdown(costs: &Costs<'_>, detail: bool) -> String {
    let (mut before, mut details) = (Vec::new(), Vec::new());
    if costs.estimates.len() != 1 {
        before.push(several(costs));
    }
    if detail || costs.estimates.len() == 1 {
        details.extend(costs.estimates.iter().map(one));
    }
    let mut after = vec![
        list("List prices in USD", &provenance(costs.estimates)),
        list("How to read it", &remarks(costs)),
        list("Notes", &notes(costs.notes)),
    ];
    after.retain(|section| !section.is_empty());
    let mut left = LARGEST_COMMENT - RESERVE;
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
            "{dropped} {plural} left out: a comment holds {LARGEST_COMMENT} characters.\n"
        ));
    }
    sections.join("\n")
}

/// The sections that fit into what is left, and how many do not.
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
    let mut text = format!(
        "## {}: {head}\n\n| | floor | ceiling | |\n|---|--:|--:|---|\n",
        estimate.environment
    );
    let sum = |what: &str, range: Option<Range>| {
        let [floor, ceiling] = cents(range);
        format!("| **{what}** | **{floor}** | **{ceiling}** | |\n")
    };
    for layer in layers(estimate) {
        text += &sum(&layer.to_string(), estimate.layer(layer));
        for item in estimate.items_of(layer) {
            let [floor, ceiling] = cents(item.range());
            let arithmetic = cell(&arithmetic(item));
            text += &format!("| {} | {floor} | {ceiling} | {arithmetic} |\n", item.path);
        }
    }
    text += &sum("total", estimate.range());
    if let Some((label, [floor, ceiling])) = taken_off(estimate) {
        text += &format!("| in it: {label} | {floor} | {ceiling} | |\n");
    }
    for (label, [floor, ceiling], told) in calendar(estimate) {
        text += &format!(
            "| {} | {floor} | {ceiling} | {} |\n",
            cell(&label),
            cell(&told)
        );
    }
    text
}

fn several(costs: &Costs<'_>) -> String {
    let total = costs.total;
    let lacking = |cell: &str| match total.unpriced {
        0 => String::new(),
        _ => format!(" {cell} |"),
    };
    let mut text = format!(
        "## {} environments: {}\n\n| environment | region | floor | ceiling |{}\n|---|---|--:|--:|{}\n",
        costs.estimates.len(),
        summary(total.range, total.unpriced),
        lacking("unpriced"),
        lacking("--:")
    );
    let row = |name: &str, region: &str, range: Option<Range>, unpriced: usize| {
        let [floor, ceiling] = whole(range);
        let unpriced = lacking(&unpriced.to_string());
        format!("| {name} | {region} | {floor} | {ceiling} |{unpriced}\n")
    };
    for of in costs.estimates {
        let name = of.environment.as_str();
        text += &row(name, &of.region, of.range(), of.unpriced());
    }
    text + &row("**total**", "", total.range, total.unpriced)
}

/// A heading with a list below it; nothing where the list is empty.
fn list(heading: &str, sentences: &[String]) -> String {
    if sentences.is_empty() {
        return String::new();
    }
    let items: String = sentences
        .iter()
        .map(|sentence| format!("- {sentence}\n"))
        .collect();
    format!("**{heading}**\n\n{items}")
}

/// Text that stays within its cell.
fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|")
}
