//! `prices.kdl`: a `prices` node starts a list, and the following rows belong to it. The file is
//! read only when prices are needed, and then only the needed rows.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fields::{Cx, Fields};
use super::tree::KdlNode;
use super::value::{KdlValue, Problem, Reading};
use super::{scan, text, value};
use crate::ast::Written;
use crate::catalogue::{
    ClassPrices, Per, Price, PriceList, Prices, RegionPrices, Reservable, ReservedDiscount,
    SpotDiscount, StoragePrices,
};
use crate::diagnostic::{Diagnostic, Diagnostics, code};
use crate::model::{Money, RedisEngine, StorageType};
use crate::source::{SourceId, Span};

/// What a run asks the prices of.
#[derive(Clone, Debug, Default)]
pub struct WantedPrices {
    /// The regions.
    pub regions: BTreeSet<String>,
    /// Instance types and classes, node types, and kinds of storage.
    pub names: BTreeSet<String>,
}

/// Reads the rows in `wanted` (`None` for all), and every list. Mistakes go to `diagnostics`.
pub fn prices(
    text: &str,
    source: SourceId,
    wanted: Option<&WantedPrices>,
    diagnostics: &mut Diagnostics,
) -> Prices {
    let scanned = scan::scan(text, source, diagnostics);
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
    for node in &scanned.nodes {
        if !wanted.is_some_and(|wanted| reader.skips(node, wanted)) {
            reader.node(cx, node);
        }
    }
    *diagnostics = out.into_inner();
    reader.prices
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
        let named = ["node-type", "db-class", "db-storage", "cache-node"];
        let row = !node.broken && named.contains(&&*node.name);
        let elsewhere = !wanted.regions.contains(&list.region);
        let name = node.first_text();
        row && (elsewhere || name.is_some_and(|name| !wanted.names.contains(name)))
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
        let list = match &self.place {
            PricesPlace::List(list) => Arc::clone(list),
            PricesPlace::UnreadableList => return,
            PricesPlace::BeforeAnyList => {
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
    currency.value?;
    let date = date.value?;
    Some(PriceList {
        region: known(region)?,
        date: date.value,
        source: known(source)?,
        hours: known(hours)?,
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

/// A row in the making.
struct PriceRow<'a> {
    list: &'a Arc<PriceList>,
    cx: Cx<'a>,
}

impl PriceRow<'_> {
    /// Reads a row into its region. Returns `false` for a node that is not a row.
    fn read(&self, region: &mut RegionPrices, fields: &mut Fields<'_>) -> bool {
        let place = fields.name_span();
        match fields.node_name() {
            "control-plane" => {
                let price = self.hourly(fields);
                self.once(
                    &mut region.control_plane,
                    price,
                    "control-plane",
                    place,
                    |price| price.span,
                );
            }
            "spot" => {
                let spot = spot(fields);
                self.once(&mut region.spot, spot, "spot", place, |spot| spot.span);
            }
            "reserved" => self.reserved(&mut region.reserved, fields),
            "node-type" => self.named(&mut region.node_types, fields),
            "db-class" => self.db_class(&mut region.db_classes, fields),
            "db-storage" => self.storage(&mut region.db_storage, fields),
            "cache-node" => self.cache_node(&mut region.cache_nodes, fields),
            other => {
                let message = format!("a catalogue of prices has no node `{other}`");
                let finding = Diagnostic::error(code::UNKNOWN_NODE, message, place);
                self.cx.report(finding.help(
                    "known here: `prices`, `control-plane`, `spot`, `reserved`, `node-type`, `db-class`, `db-storage` and `cache-node`",
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
            self.insert(rows, name, price, &what, |price| price.span);
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
            self.insert(rows, name, prices, &what, |prices| prices.single_az.span);
        }
    }

    fn reserved(
        &self,
        rows: &mut BTreeMap<(Reservable, String), ReservedDiscount>,
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
                self.insert(rows, (what, family), row, &told, |row| row.span);
            }
        }
    }

    fn storage(&self, rows: &mut BTreeMap<StorageType, StoragePrices>, fields: &mut Fields<'_>) {
        let kind: Written<StorageType> = fields.argument("\"gp3\"", value::word);
        let gib = fields.required("gib-month", "\"0.115\"", value::money);
        let iops = fields.property("iops-month", value::money);
        let throughput = fields.property("throughput-month", value::money);
        let (Some(kind), Some(gib)) = (known(kind), self.price(gib, Per::Month)) else {
            return;
        };
        let prices = StoragePrices {
            gib,
            iops: self.price(iops, Per::Month),
            throughput: self.price(throughput, Per::Month),
        };
        let what = format!("db-storage \"{kind}\"");
        self.insert(rows, kind, prices, &what, |prices| prices.gib.span);
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
            self.insert(rows, (name, engine), price, &what, |price| price.span);
        }
    }

    /// Adds a row, or reports a duplicate.
    fn insert<K: Ord, V>(
        &self,
        rows: &mut BTreeMap<K, V>,
        key: K,
        row: V,
        what: &str,
        span: impl Fn(&V) -> Span,
    ) {
        match rows.get(&key) {
            Some(first) => self.cx.duplicate(what, span(first), span(&row)),
            None => {
                rows.insert(key, row);
            }
        }
    }

    /// Sets a value that a region may have once, or reports a duplicate.
    fn once<V>(
        &self,
        slot: &mut Option<V>,
        row: Option<V>,
        what: &str,
        place: Span,
        span: impl Fn(&V) -> Span,
    ) {
        match (slot.as_ref(), row) {
            (Some(first), Some(_)) => self.cx.duplicate(what, span(first), place),
            (None, row) => *slot = row,
            (Some(_), None) => {}
        }
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
