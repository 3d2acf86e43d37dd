//! Costs as JSON: every amount exact, every price with its location.

use schemars::JsonSchema;
use serde::Serialize;

use super::{ReportedCosts, lists};
use crate::catalogue::{Confidence, Per, Price, PriceList};
use crate::cost::{self, EXCLUDED, Estimate, Missing, Range, SharedCluster, UnitRate};
use crate::diagnostic::json::{FindingJson, findings};
use crate::model::Money;
use crate::source::{Sources, Span};

/// The monthly cost of environments in USD. Amounts are exact decimals in strings.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CostReport {
    /// Always `cost`; identifies this kind of report.
    pub report: CostReportKind,
    /// The environments, in the order of their files.
    pub estimates: Vec<EnvironmentCost>,
    /// What they cost together.
    pub total: TotalCost,
    /// The price lists, oldest first.
    pub price_lists: Vec<PriceSource>,
    /// What no amount includes.
    pub excluded: Vec<String>,
    /// What is to say about the prices.
    pub findings: Vec<FindingJson>,
}

/// The name of the report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum CostReportKind {
    /// Costs.
    Cost,
}

/// One environment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct EnvironmentCost {
    /// Its name.
    pub environment: String,
    /// Its region.
    pub region: String,
    /// Its cluster.
    pub cluster: String,
    /// The cost of all priced items; null if nothing has a price.
    pub cost: Option<Range>,
    /// The budget and its use; null without a budget.
    pub budget: Option<BudgetCost>,
    /// How many items have no price.
    pub unpriced: usize,
    /// The layers of the environment.
    pub layers: Vec<LayerCost>,
    /// The effects of off-hours and events. Floor and ceiling exclude them.
    pub calendar: Vec<CalendarCost>,
}

/// A budget, and the part that is used.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct BudgetCost {
    /// The highest allowed ceiling a month.
    pub monthly: Money,
    /// The used percentage; null if nothing has a price.
    pub used_percent: Option<UsedPercent>,
    /// What is left, negative if the budget is exceeded; null if nothing has a price.
    pub left: Option<Range>,
}

/// The used percentage of a budget, rounded up: above 100 only if it is exceeded.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct UsedPercent {
    /// At the minima.
    pub floor: u32,
    /// At the maxima.
    pub ceiling: u32,
}

/// The cost effect of a calendar entry.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CalendarCost {
    /// The calendar entry: `off-hours mon-fri-20:00-08:00`, `event launch`.
    pub schedule: String,
    /// How long: hours a week, or once.
    pub hours: String,
    /// Its additional cost, negative for a saving, at the minima (`floor`) and at the maxima
    /// (`ceiling`): per month for off-hours, once for an event. Null if it is unknown.
    pub cost: Option<Range>,
    /// The change in the number of nodes.
    pub arithmetic: String,
}

/// One layer of an environment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LayerCost {
    /// Its name.
    pub layer: cost::CostLayer,
    /// The cost of all priced items; null if nothing has a price.
    pub cost: Option<Range>,
    /// The priced items.
    pub items: Vec<ItemCost>,
    /// The items without a price.
    pub unpriced: Vec<UnpricedItem>,
}

/// A priced item.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ItemCost {
    /// Its path in KDL spelling.
    pub path: String,
    /// What it is.
    pub what: String,
    /// At the minima.
    pub floor: Money,
    /// At the maxima.
    pub ceiling: Money,
    /// The arithmetic of the amounts.
    pub arithmetic: String,
    /// The unit price.
    pub price: UnitPrice,
    /// The contract's discount in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_discount: Option<u32>,
    /// The spot discount in percent.
    pub spot_discount: Option<u32>,
    /// The saving from reserved capacity, equal at the floor and at the ceiling.
    pub reserved: Option<ReservedCost>,
}

/// Reserved capacity of an item.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ReservedCost {
    /// Percent of the floor that is covered.
    pub coverage: u32,
    /// The discount on the list price of the reserved part, in percent.
    pub discount: u32,
    /// The monthly saving.
    pub saving: Money,
}

/// A unit price.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct UnitPrice {
    /// How much.
    pub amount: Money,
    /// For how long.
    pub per: Per,
    /// The day it was read.
    pub date: String,
    /// The file with the price.
    pub file: String,
    /// The line.
    pub line: usize,
}

/// Something without a price.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct UnpricedItem {
    /// Its path in KDL spelling.
    pub path: String,
    /// What it is.
    pub what: String,
    /// The quantity.
    pub quantity: String,
    /// Why it has no price.
    pub reason: Reason,
    /// The row that the price list lacks.
    pub row: Option<String>,
}

/// Why something has no price.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Reason {
    /// Its region has no prices.
    Region,
    /// The region's prices lack a row.
    Row,
    /// A value that decides the price could not be read.
    Value,
}

/// Several environments together.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TotalCost {
    /// The cost of all priced items; null if nothing has a price.
    pub cost: Option<Range>,
    /// How many items have no price.
    pub unpriced: usize,
    /// Clusters whose control plane counts once for several environments.
    pub shared_clusters: Vec<SharedCluster>,
}

/// A list of prices.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PriceSource {
    /// Its region.
    pub region: String,
    /// The day it was read.
    pub date: String,
    /// Where it was read.
    pub source: String,
    /// The hours of a month in this list.
    pub hours: u32,
    /// How sure its prices are.
    pub confidence: Confidence,
    /// The file with the list.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The layers it prices.
    pub layers: Vec<cost::CostLayer>,
}

/// The report as JSON.
///
/// # Panics
/// Never: a report is plain data.
#[must_use]
pub fn json(costs: &ReportedCosts<'_>) -> String {
    let sources = costs.sources;
    let total = costs.total;
    let report = CostReport {
        report: CostReportKind::Cost,
        estimates: costs
            .estimates
            .iter()
            .map(|estimate| environment(estimate, sources))
            .collect(),
        total: TotalCost {
            cost: total.range,
            unpriced: total.unpriced,
            shared_clusters: total.shared.clone(),
        },
        price_lists: lists(costs.estimates)
            .iter()
            .map(|(list, layers)| price_list(list, layers, sources))
            .collect(),
        excluded: EXCLUDED.iter().map(ToString::to_string).collect(),
        findings: findings(costs.notes.iter(), sources),
    };
    let mut text = serde_json::to_string_pretty(&report).expect("a report is plain data");
    text.push('\n');
    text
}

fn place(span: Span, sources: &Sources) -> (String, usize) {
    let (line, _) = sources.position(span);
    (sources.get(span.source).name.clone(), line)
}

fn environment(estimate: &Estimate, sources: &Sources) -> EnvironmentCost {
    let layers = cost::CostLayer::ALL.into_iter().map(|layer| {
        let (mut items, mut unpriced) = (Vec::new(), Vec::new());
        for item in estimate.items_of(layer) {
            match &item.rate {
                Ok(rate) => items.push(priced(item, rate, sources)),
                Err(missing) => unpriced.push(without_price(item, missing)),
            }
        }
        LayerCost {
            layer,
            cost: estimate.layer(layer),
            items,
            unpriced,
        }
    });
    EnvironmentCost {
        environment: estimate.environment.to_string(),
        region: estimate.region.clone(),
        cluster: estimate.cluster.to_string(),
        cost: estimate.range(),
        budget: estimate.budget.map(|monthly| budget(monthly, estimate)),
        unpriced: estimate.unpriced(),
        layers: layers
            .filter(|layer| !layer.items.is_empty() || !layer.unpriced.is_empty())
            .collect(),
        calendar: estimate.calendar.iter().map(moved).collect(),
    }
}

fn budget(monthly: Money, estimate: &Estimate) -> BudgetCost {
    let used = estimate.budget_used();
    BudgetCost {
        monthly,
        used_percent: used.map(|used| UsedPercent {
            floor: used.floor,
            ceiling: used.ceiling,
        }),
        left: used.map(|used| used.left),
    }
}

fn moved(scheduled: &cost::Scheduled) -> CalendarCost {
    CalendarCost {
        schedule: scheduled.when.name(),
        hours: scheduled.when.hours(),
        cost: scheduled.cost,
        arithmetic: scheduled.told(),
    }
}

fn priced(item: &cost::CostItem, rate: &UnitRate, sources: &Sources) -> ItemCost {
    let range = item.range_at(rate);
    ItemCost {
        path: item.path.clone(),
        what: item.what.clone(),
        floor: range.floor,
        ceiling: range.ceiling,
        arithmetic: item.arithmetic(),
        price: unit_price(&rate.price, sources),
        contract_discount: rate.contract.as_ref().map(|it| it.percent),
        spot_discount: rate.spot.as_ref().map(|spot| spot.percent),
        reserved: rate
            .reserved
            .as_ref()
            .zip(item.saved())
            .map(|(reserved, saving)| ReservedCost {
                coverage: reserved.percent,
                discount: reserved.discount.percent,
                saving,
            }),
    }
}

fn unit_price(price: &Price, sources: &Sources) -> UnitPrice {
    let (file, line) = place(price.span, sources);
    UnitPrice {
        amount: price.amount,
        per: price.per,
        date: price.list.date.to_string(),
        file,
        line,
    }
}

fn without_price(item: &cost::CostItem, missing: &Missing) -> UnpricedItem {
    let (reason, row) = match missing {
        Missing::Region => (Reason::Region, None),
        Missing::Row(row) => (Reason::Row, Some(row.clone())),
        Missing::Value => (Reason::Value, None),
    };
    UnpricedItem {
        path: item.path.clone(),
        what: item.what.clone(),
        quantity: item.arithmetic(),
        reason,
        row,
    }
}

fn price_list(list: &PriceList, layers: &[cost::CostLayer], sources: &Sources) -> PriceSource {
    let (file, line) = place(list.span, sources);
    PriceSource {
        region: list.region.clone(),
        date: list.date.to_string(),
        source: list.source.clone(),
        hours: list.hours,
        confidence: list.confidence,
        file,
        line,
        layers: layers.to_vec(),
    }
}
