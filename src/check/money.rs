//! Money, one file per rule. A budget is judged wherever an environment states one. The rules about
//! prices run only where something needs prices, over all estimates at once: reading the prices in
//! each `tierc check` would slow down every start.

mod budget_exceeded;
mod budget_near;
mod price_missing;
mod prices_old;

use jiff::civil::Date;

use super::{Context, Finding, Findings, Rule};
use crate::ast::TopPart;
use crate::catalogue::Prices;
use crate::cost::{CostItem, CostLayer, Estimate};
use crate::diagnostic::{Code, Diagnostics, Severity};
use crate::model::{Environment, Money};
use crate::source::Sourced;

/// The family's rules, by name.
pub static RULES: &[&Rule] = &[
    &budget_exceeded::RULE,
    &budget_near::RULE,
    &price_missing::RULE,
    &prices_old::RULE,
];

/// The findings of the rules about estimates, rule by rule.
#[must_use]
pub fn check(estimates: &[Estimate], prices: &Prices, today: Date) -> Diagnostics {
    let mut found = Diagnostics::new();
    price_missing::check(estimates, prices, &mut found);
    prices_old::check(estimates, today, &mut found);
    found
}

/// The advice for a missing price.
const OWN_PRICES: &str = "add the missing prices to `catalogue/prices.kdl` beside the environments: `tierc prices import` writes it from the price lists of AWS, and `tierc explain price-missing` shows the rows";

/// Finds nothing without an estimate.
fn where_money_is_asked_for(_: &Context<'_>, _: &mut Findings) {}

/// A budget and the environment's cost.
struct Judged<'a> {
    environment: &'a Environment,
    estimate: &'a Estimate,
    monthly: &'a Sourced<u32>,
    /// What it allows.
    budget: Money,
    /// The ceiling of all priced items; `None` if nothing has a price.
    ceiling: Option<Money>,
}

/// The parts that cost money. If a node of one could not be read, the sums are incomplete.
const EVERYTHING_PAID: &[TopPart] = &[
    TopPart::Nodes,
    TopPart::Database,
    TopPart::Redis,
    TopPart::Other,
];

/// The number of largest items that get a label.
const LARGEST: usize = 3;

impl<'a> Judged<'a> {
    /// `None` without a budget, or if some part could not be read, because its replacement is not
    /// the user's.
    fn of(context: &Context<'a>) -> Option<Self> {
        let (environment, estimate) = (context.environment, context.estimate?);
        let monthly = &environment.budget.as_ref()?.monthly;
        if !context.file.is_priced_whole() {
            return None;
        }
        Some(Self {
            environment,
            estimate,
            monthly,
            budget: Money::ONE.times(u64::from(monthly.value)),
            ceiling: estimate.range().map(|range| range.ceiling),
        })
    }

    /// A finding at the budget, with the sum, the largest items, and the unpriced items.
    fn finding(&self, code: Code, severity: Severity, message: String) -> Finding {
        let mut finding = Finding::new(code, severity, message).operand(
            self.monthly,
            "budget.monthly",
            "the budget",
        );
        let mut priced: Vec<(Money, &CostItem)> =
            self.estimate.items.iter().filter_map(most).collect();
        priced.sort_by(|(one, _), (other, _)| other.cmp(one));
        for (most, item) in priced.into_iter().take(LARGEST) {
            finding = self.item(finding, item, most);
        }
        for sum in self.sums() {
            finding = finding.note(sum);
        }
        self.without_price()
            .into_iter()
            .fold(finding, Finding::note)
    }

    fn item(&self, finding: Finding, item: &CostItem, most: Money) -> Finding {
        let text = format!(
            "`{}`: {} = {} at most",
            item.path,
            item.arithmetic(),
            most.cents()
        );
        let group = item.path.strip_prefix("nodes.");
        let counted = group.and_then(|name| self.environment.nodes.get(name));
        let finding = match counted {
            Some(group) => finding.operand(
                &group.count.max,
                &format!("{}.count.max", item.path),
                format!("the maximum number of nodes of `{}`", item.path),
            ),
            None => finding,
        };
        match item.span {
            Some(span) => finding.at(span, text),
            None => finding.note(text),
        }
    }

    /// The sums of the layers, and the total beside the budget.
    fn sums(&self) -> Vec<String> {
        let Some(ceiling) = self.ceiling else {
            return Vec::new();
        };
        let layers = CostLayer::ALL
            .into_iter()
            .filter_map(|layer| Some((layer, self.estimate.layer(layer)?.ceiling)));
        let layers: Vec<(CostLayer, Money)> = layers.collect();
        let exceeds = ceiling > self.budget;
        // All digits are shown only if the cents alone would not add up, or would hide the excess.
        let rounded = layers.iter().map(|(_, most)| most.in_cents());
        let adds_up = rounded.fold(Money::ZERO, |sum, most| sum + most) == ceiling.in_cents()
            && exceeds == (ceiling.in_cents() > self.budget);
        let shown = if adds_up { Money::cents } else { Money::exact };
        let sum: Vec<String> = layers
            .into_iter()
            .map(|(layer, most)| format!("{layer} {}", shown(most)))
            .collect();
        let (sign, budget) = (if exceeds { ">" } else { "<=" }, self.budget);
        vec![format!(
            "{} = {} {sign} {budget}",
            sum.join(" + "),
            shown(ceiling)
        )]
    }

    fn without_price(&self) -> Option<String> {
        let lacking = self.estimate.items.iter().filter(|item| item.rate.is_err());
        let lacking: Vec<String> = lacking
            .map(|item| format!("`{}` ({})", item.path, item.what))
            .collect();
        (!lacking.is_empty()).then(|| {
            format!(
                "unpriced items are excluded, so the real cost is higher: {}",
                lacking.join(", ")
            )
        })
    }
}

fn most(item: &CostItem) -> Option<(Money, &CostItem)> {
    Some((item.range()?.ceiling, item))
}
