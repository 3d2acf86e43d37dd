//! `prices.kdl` and `discounts.kdl`: a `prices` node starts a list, and the following rows belong to it.
//! Discounts before any list are for every region. The files are read only when prices are needed, and
//! then only the needed rows.

mod contradictions;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fields::{Cx, Fields};
use super::tree::KdlNode;
use super::value::{KdlValue, Problem, Reading};
use super::{scan, text, value};
use crate::ast::Written;
use crate::catalogue::{
    ClassPrices, Confidence, ContractDiscount, Discounts, Per, Price, PriceList, PricedService,
    Prices, RegionPrices, Reservable, ReservedDiscount, SpotDiscount, StoragePrices,
};
use crate::diagnostic::{Diagnostic, Diagnostics, code, suggest};
use crate::model::{Money, RedisEngine, StorageType};
use crate::source::{SourceId, Span};

/// What a run asks the prices of.
#[derive(Clone, Debug, Default)]
pub struct WantedPrices {
    /// The regions.
    pub regions: BTreeSet<String>,
    /// Instance types and classes, node types, and kinds of storage.
    pub names: BTreeSet<String>,
    /// Whether every name is wanted.
    pub all: bool,
}

impl WantedPrices {
    fn wants(&self, name: &str) -> bool {
        self.all || self.names.contains(name)
    }
}

/// Reads the rows in `wanted` (`None` for all), and every list. Mistakes go to `diagnostics`.
pub fn prices(
    text: &str,
    source: SourceId,
    wanted: Option<&WantedPrices>,
    diagnostics: &mut Diagnostics,
) -> Prices {
    let scanned = scan::scan(text, source, diagnostics);
    rows(&scanned.nodes, wanted, diagnostics)
}

/// Reads the rows of a built-in text, which has one node a line, like [`prices`].
pub fn built_in(
    text: &'static str,
    source: SourceId,
    wanted: Option<&WantedPrices>,
    diagnostics: &mut Diagnostics,
) -> Prices {
    let is_wanted = |line: &str| {
        let (kind, rest) = line.split_once(' ').unwrap_or((line.trim_end(), ""));
        let Some(wanted) = wanted.filter(|_| NAMED.contains(&kind)) else {
            return !kind.is_empty() && !kind.starts_with("//");
        };
        let name = rest.split('"').nth(1).unwrap_or_default();
        wanted.wants(name)
    };
    let nodes = scan::lines(text, source, is_wanted, diagnostics);
    rows(&nodes, wanted, diagnostics)
}

/// The rows that have a name.
const NAMED: [&str; 4] = ["node-type", "db-class", "db-storage", "cache-node"];

fn rows(
    tree: &[KdlNode<'_>],
    wanted: Option<&WantedPrices>,
    diagnostics: &mut Diagnostics,
) -> Prices {
    let out = RefCell::new(std::mem::take(diagnostics));
    let notes = RefCell::default();
    let cx = Cx {
        out: &out,
        notes: &notes,
    };
    let mut reader = PricesReader {
        prices: Prices::default(),
        place: PricesPlace::BeforeAnyList,
    };
    for node in tree {
        if !wanted.is_some_and(|wanted| reader.skips(node, wanted)) {
            reader.node(cx, node);
        }
    }
    for (name, region) in &reader.prices.regions {
        contradictions::engines(cx, name, region);
    }
    let prices = reader.prices;
    *diagnostics = out.into_inner();
    prices
}

/// Where in the file the reader is.
enum PricesPlace {
    BeforeAnyList,
    /// Its `prices` node is invalid and has been reported, so its rows are skipped.
    UnreadableList,
    List(Arc<PriceList>),
}

struct PricesReader {
    prices: Prices,
    place: PricesPlace,
}

impl PricesReader {
    /// Whether this node is not needed.
    fn skips(&self, node: &KdlNode<'_>, wanted: &WantedPrices) -> bool {
        let PricesPlace::List(list) = &self.place else {
            return false;
        };
        let row = !node.broken && NAMED.contains(&&*node.name);
        let elsewhere = !wanted.regions.contains(&list.region);
        let name = node.first_text();
        row && (elsewhere || name.is_some_and(|name| !wanted.wants(name)))
    }

    fn node<'a>(&mut self, cx: Cx<'a>, node: &'a KdlNode<'a>) {
        let mut fields = Fields::new(cx, node, node.name.to_string());
        if fields.node_name() == "prices" {
            let list = list(&mut fields);
            fields.finish();
            self.place = match list {
                Some(list) => {
                    self.prices.regions.entry(list.region.clone()).or_default();
                    PricesPlace::List(Arc::new(list))
                }
                None => PricesPlace::UnreadableList,
            };
            return;
        }
        if fields.node_name() == "catalogue" {
            super::instances::layer(&mut fields);
            return fields.finish();
        }
        let list = match &self.place {
            PricesPlace::List(list) => Arc::clone(list),
            PricesPlace::UnreadableList => return,
            PricesPlace::BeforeAnyList => {
                let discounts = &mut self.prices.discounts;
                if discount(discounts, cx, &mut fields) {
                    return fields.finish();
                }
                let message =
                    "a price must follow a `prices` node, which states its region and its day";
                let finding =
                    Diagnostic::error(code::CATALOGUE_INCOMPLETE, message, fields.name_span());
                cx.report(finding.help(format!("put {EXAMPLE} above it")));
                return;
            }
        };
        let region = self.prices.regions.entry(list.region.clone()).or_default();
        let row = PriceRow { list: &list, cx };
        if row.read(region, &mut fields) {
            fields.finish();
        }
    }
}

const EXAMPLE: &str = "`prices region=\"us-east-1\" currency=\"USD\" date=\"2030-01-31\" hours=730 source=\"AWS Price List\"`";

fn list(fields: &mut Fields<'_>) -> Option<PriceList> {
    let region = fields.required("region", "\"us-east-1\"", value::text(text::region));
    let currency = fields.required("currency", "\"USD\"", dollars);
    let date = fields.required("date", "\"2030-01-31\"", value::date);
    let hours = fields.required("hours", "730", value::whole(1..=744));
    let source = fields.required("source", "\"AWS Price List\"", value::text(text::non_empty));
    let confidence = fields.property("confidence", |value| word(value, &Confidence::WORDS));
    currency.value?;
    let date = date.value?;
    if confidence.broken {
        return None;
    }
    Some(PriceList {
        region: known(region)?,
        date: date.value,
        source: known(source)?,
        hours: known(hours)?,
        confidence: known(confidence).unwrap_or_default(),
        span: date.span,
    })
}

/// The one currency that prices are in.
fn dollars(value: &KdlValue<'_>) -> Reading<()> {
    let currency = value::any_text(value)?;
    if currency == "USD" {
        Ok(())
    } else {
        Err(Problem::wrong(format!(
            "prices in `{currency}` cannot be added up with others"
        ))
        .help("convert them to USD"))
    }
}

fn known<T>(written: Written<T>) -> Option<T> {
    written.value.map(|spanned| spanned.value)
}

/// One of several words.
fn word<T: Copy>(value: &KdlValue<'_>, words: &[(&str, T)]) -> Reading<T> {
    let text = value::any_text(value)?;
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let known = suggest::list(words.iter().map(|(word, _)| *word));
        Problem::wrong(format!("`{text}` is not one of {known}"))
    })
}

/// A row in the making.
struct PriceRow<'a> {
    list: &'a Arc<PriceList>,
    cx: Cx<'a>,
}

impl PriceRow<'_> {
    /// Reads a row into its region. Returns `false` for a node that is not a row.
    fn read(&self, region: &mut RegionPrices, fields: &mut Fields<'_>) -> bool {
        match fields.node_name() {
            "control-plane" => {
                let price = self.hourly(fields);
                once(
                    self.cx,
                    &mut region.control_plane,
                    price,
                    "control-plane",
                    |price| price.span,
                );
            }
            "spot" | "reserved" | "contract" => {
                discount(&mut region.discounts, self.cx, fields);
            }
            "node-type" => self.named(&mut region.node_types, fields),
            "db-class" => self.db_class(&mut region.db_classes, fields),
            "db-storage" => self.storage(&mut region.db_storage, fields),
            "cache-node" => self.cache_node(&mut region.cache_nodes, fields),
            other => {
                let message = format!("a catalogue of prices has no node `{other}`");
                let finding = Diagnostic::error(code::UNKNOWN_NODE, message, fields.name_span());
                self.cx.report(finding.help(
                    "known here: `prices`, `control-plane`, `spot`, `reserved`, `contract`, `node-type`, `db-class`, `db-storage`, `cache-node` and `catalogue`",
                ));
                return false;
            }
        }
        true
    }

    fn price(&self, written: Written<Money>, per: Per) -> Option<Price> {
        let amount = written.value?;
        Some(Price {
            amount: amount.value,
            per,
            list: Arc::clone(self.list),
            span: amount.span,
        })
    }

    fn hourly(&self, fields: &mut Fields<'_>) -> Option<Price> {
        let written = fields.required("hourly", "\"0.0816\"", value::money);
        self.price(written, Per::Hour)
    }

    fn named(&self, rows: &mut BTreeMap<String, Price>, fields: &mut Fields<'_>) {
        let kind = fields.node_name();
        let name = fields.argument("\"m7g.large\"", value::any_text);
        let price = self.hourly(fields);
        if let (Some(name), Some(price)) = (known(name), price) {
            let what = format!("{kind} \"{name}\"");
            insert(self.cx, rows, name, price, &what, |price| price.span);
        }
    }

    fn db_class(&self, rows: &mut BTreeMap<String, ClassPrices>, fields: &mut Fields<'_>) {
        let name = fields.argument("\"db.r6g.large\"", value::any_text);
        let single_az = self.hourly(fields);
        let multi_az = fields.property("multi-az", value::money);
        let multi_az = self.price(multi_az, Per::Hour);
        if let (Some(name), Some(single_az)) = (known(name), single_az) {
            let what = format!("db-class \"{name}\"");
            let prices = ClassPrices {
                single_az,
                multi_az,
            };
            contradictions::multi_az(self.cx, &name, &prices);
            insert(self.cx, rows, name, prices, &what, |prices| {
                prices.single_az.span
            });
        }
    }

    fn storage(&self, rows: &mut BTreeMap<StorageType, StoragePrices>, fields: &mut Fields<'_>) {
        let place = fields.name_span();
        let kind: Written<StorageType> = fields.argument("\"gp3\"", value::word);
        let [gib, iops, throughput] = ["gib-month", "iops-month", "throughput-month"]
            .map(|key| fields.property(key, value::money));
        if gib.is_absent() && iops.is_absent() && throughput.is_absent() {
            let message = "`db-storage` needs a price";
            let finding = Diagnostic::error(code::MISSING_VALUE, message, place);
            self.cx.report(finding.help(
                "add `gib-month=\"0.115\"`, `iops-month=\"0.02\"` or `throughput-month=\"0.08\"`",
            ));
        }
        let Some(kind) = known(kind) else { return };
        let prices = rows.entry(kind).or_default();
        for (key, slot, written) in [
            ("gib-month", &mut prices.gib, gib),
            ("iops-month", &mut prices.iops, iops),
            ("throughput-month", &mut prices.throughput, throughput),
        ] {
            let price = self.price(written, Per::Month);
            let what = format!("db-storage \"{kind}\" {key}=");
            once(self.cx, slot, price, &what, |price| price.span);
        }
    }

    fn cache_node(
        &self,
        rows: &mut BTreeMap<(String, RedisEngine), Price>,
        fields: &mut Fields<'_>,
    ) {
        let name = fields.argument("\"m7g.large\"", value::any_text);
        let engine: Written<RedisEngine> = fields.required("engine", "\"redis\"", value::word);
        let price = self.hourly(fields);
        if let (Some(name), Some(engine), Some(price)) = (known(name), known(engine), price) {
            let what = format!("cache-node \"{name}\" engine=\"{engine}\"");
            insert(self.cx, rows, (name, engine), price, &what, |price| {
                price.span
            });
        }
    }
}

/// Adds a row, or reports a duplicate.
fn insert<K: Ord, V>(
    cx: Cx<'_>,
    rows: &mut BTreeMap<K, V>,
    key: K,
    row: V,
    what: &str,
    span: impl Fn(&V) -> Span,
) {
    match rows.get(&key) {
        Some(first) => cx.duplicate(what, span(first), span(&row)),
        None => {
            rows.insert(key, row);
        }
    }
}

/// Sets a value that can be stated once, or reports a duplicate.
fn once<V>(
    cx: Cx<'_>,
    slot: &mut Option<V>,
    row: Option<V>,
    what: &str,
    span: impl Fn(&V) -> Span,
) {
    match (slot.as_ref(), row) {
        (Some(first), Some(second)) => cx.duplicate(what, span(first), span(&second)),
        (None, row) => *slot = row,
        (Some(_), None) => {}
    }
}

/// Reads a discount. Returns `false` for a node that is not one.
fn discount(discounts: &mut Discounts, cx: Cx<'_>, fields: &mut Fields<'_>) -> bool {
    match fields.node_name() {
        "spot" => {
            let spot = spot(fields);
            once(cx, &mut discounts.spot, spot, "spot", |spot| spot.span);
        }
        "reserved" => reserved(&mut discounts.reserved, cx, fields),
        "contract" => contract(&mut discounts.contract, cx, fields),
        _ => return false,
    }
    true
}

fn reserved(
    rows: &mut BTreeMap<(Reservable, String), ReservedDiscount>,
    cx: Cx<'_>,
    fields: &mut Fields<'_>,
) {
    let span = fields.name_span();
    let what = fields.argument("\"nodes\"", reservable);
    let family = fields.property("family", value::text(text::token));
    let whole = !family.broken;
    let family = known(family).unwrap_or_default();
    let percent = fields.required("discount", "27", value::whole(0..=99));
    let source = fields.required("source", "\"why so much\"", value::text(text::non_empty));
    if let (Some((what, name)), Some(percent), Some(source)) =
        (known(what), known(percent), known(source))
    {
        let row = ReservedDiscount {
            percent,
            source,
            span,
        };
        let told = if family.is_empty() {
            format!("reserved \"{name}\"")
        } else {
            format!("reserved \"{name}\" family=\"{family}\"")
        };
        if whole {
            insert(cx, rows, (what, family), row, &told, |row| row.span);
        }
    }
}

fn contract(
    rows: &mut BTreeMap<PricedService, ContractDiscount>,
    cx: Cx<'_>,
    fields: &mut Fields<'_>,
) {
    let span = fields.name_span();
    let words = PricedService::WORDS.map(|(word, service)| (word, (word, service)));
    let service = fields.argument("\"nodes\"", |value| word(value, &words));
    let percent = fields.required("discount", "12", value::whole(0..=99));
    let source = fields.required("source", "\"the contract\"", value::text(text::non_empty));
    if let (Some((name, service)), Some(percent), Some(source)) =
        (known(service), known(percent), known(source))
    {
        let row = ContractDiscount {
            percent,
            source,
            span,
        };
        let what = format!("contract \"{name}\"");
        insert(cx, rows, service, row, &what, |row| row.span);
    }
}

/// A kind of resource that can be reserved.
fn reservable(value: &KdlValue<'_>) -> Reading<(Reservable, &'static str)> {
    const KINDS: [(&str, Reservable); 3] = [
        ("nodes", Reservable::Nodes),
        ("database", Reservable::Database),
        ("redis", Reservable::Redis),
    ];
    let text = value::any_text(value)?;
    let known = KINDS.into_iter().find(|(name, _)| *name == text);
    known.map(|(name, kind)| (kind, name)).ok_or_else(|| {
        Problem::wrong(format!("`{text}` cannot be reserved"))
            .help("known here: `nodes`, `database` and `redis`")
    })
}

fn spot(fields: &mut Fields<'_>) -> Option<SpotDiscount> {
    let span = fields.name_span();
    let percent = fields.required("discount", "50", value::whole(0..=99));
    let source = fields.required("source", "\"why so much\"", value::text(text::non_empty));
    Some(SpotDiscount {
        percent: known(percent)?,
        source: known(source)?,
        span,
    })
}
