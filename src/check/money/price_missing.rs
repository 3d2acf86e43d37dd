//! An item without a price in the price table.

use std::collections::{BTreeMap, BTreeSet};

use super::where_money_is_asked_for;
use crate::catalogue::Prices;
use crate::check::Rule;
use crate::cost::{CostItem, Estimate, Missing};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};

/// The rule `price-missing`.
pub(super) static RULE: Rule = Rule {
    code: Code("price-missing"),
    severity: Severity::Note,
    waivable: false,
    steady: false,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/price-missing.md"),
    check: where_money_is_asked_for,
};

/// One finding for a region without prices, and one for each missing price of other regions.
pub(super) fn check(estimates: &[Estimate], prices: &Prices, found: &mut Diagnostics) {
    let mut regions: BTreeMap<&str, Vec<&Estimate>> = BTreeMap::new();
    let mut lacking: BTreeMap<(&str, &str), Vec<(&Estimate, &CostItem)>> = BTreeMap::new();
    for estimate in estimates {
        for item in &estimate.items {
            match &item.rate {
                Err(Missing::Region) => {
                    let of = regions.entry(&estimate.region).or_default();
                    if of.last().is_none_or(|last| !std::ptr::eq(*last, estimate)) {
                        of.push(estimate);
                    }
                }
                Err(Missing::Row(row)) => {
                    let key = (estimate.region.as_str(), row.as_str());
                    lacking.entry(key).or_default().push((estimate, item));
                }
                Ok(_) | Err(Missing::Value) => {}
            }
        }
    }
    for (region, estimates) in regions {
        found.push(no_region(region, &estimates, prices));
    }
    for ((region, row), uses) in lacking {
        found.push(no_row(region, row, &uses));
    }
}

fn no_region(region: &str, estimates: &[&Estimate], prices: &Prices) -> Diagnostic {
    let read = prices.regions.keys().map(String::as_str);
    let known: BTreeSet<&str> = read.chain(prices.other_regions.iter().copied()).collect();
    let known: Vec<String> = known
        .into_iter()
        .map(|region| format!("`{region}`"))
        .collect();
    let in_china = region.starts_with("cn-");
    let message = if in_china {
        format!("`{region}` has no prices: AWS bills it in CNY, and estimates are in USD")
    } else {
        format!("`{region}` has no prices, so nothing can be estimated there")
    };
    let mut finding = Diagnostic::new(RULE.code, Severity::Note, message);
    for estimate in estimates {
        if let Some(span) = estimate.region_span {
            finding = finding.label(span, format!("the region of `{}`", estimate.environment));
        }
    }
    let known = if known.is_empty() {
        "no region has prices".to_owned()
    } else {
        format!("regions with prices: {}", known.join(", "))
    };
    if in_china {
        return finding.help("write a `prices.kdl` with amounts that are converted to USD");
    }
    finding.note(known).help(super::OWN_PRICES)
}

fn no_row(region: &str, row: &str, uses: &[(&Estimate, &CostItem)]) -> Diagnostic {
    let message =
        format!("`{row}` has no price in {region}, so sums exclude the items that need it");
    let mut finding = Diagnostic::new(RULE.code, Severity::Note, message);
    for (estimate, item) in uses {
        let what = format!(
            "`{}` of `{}`: {}",
            item.path,
            estimate.environment,
            item.arithmetic()
        );
        finding = match item.span {
            Some(span) => finding.label(span, what),
            None => finding.note(what),
        };
    }
    finding.help(super::OWN_PRICES)
}
