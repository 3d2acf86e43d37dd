//! An offer file as CSV: five lines about the file, a header, and a row for each SKU, term and rate.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use csv::{ReaderBuilder, StringRecord, Trim};

use super::kind::{self, PriceColumn};
use super::{Offer, OfferPrices, PriceSelection, published};
use crate::diagnostic::suggest;

/// The most lines about the file before its header.
const MOST_HEAD: usize = 20;

/// The columns of a price.
struct RateColumns {
    term: usize,
    start: Option<usize>,
    unit: usize,
    price: usize,
    currency: usize,
}

pub(super) fn read(input: impl BufRead, wanted: &PriceSelection) -> Result<OfferPrices, String> {
    let mut last = 0;
    let input = LastByte {
        input,
        last: &mut last,
    };
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .trim(Trim::All)
        .has_headers(false)
        .from_reader(input);
    let mut record = StringRecord::new();
    let mut about: BTreeMap<String, String> = BTreeMap::new();
    // The lines up to the header.
    let header = loop {
        let more = reader.read_record(&mut record).map_err(|it| broken(&it))?;
        if !more || about.len() > MOST_HEAD {
            return Err("it is not a price list of AWS: no line has the column `SKU`".to_owned());
        }
        if record.get(0) == Some("SKU") {
            break record.clone();
        }
        if let (Some(key), Some(value)) = (record.get(0), record.get(1)) {
            about.insert(key.to_owned(), value.to_owned());
        }
    };
    let lacks =
        |key: &str| format!("its first lines lack `{key}`: import the file as AWS publishes it");
    let code = about.get("OfferCode").ok_or_else(|| lacks("OfferCode"))?;
    let date = about
        .get("Publication Date")
        .ok_or_else(|| lacks("Publication Date"))?;
    let offer = Offer::of(code)?;
    let mut prices = OfferPrices::new(offer, published(date)?);
    let (columns, rate) = columns(offer, &header)?;
    while reader.read_record(&mut record).map_err(|it| broken(&it))? {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            return Err(format!(
                "line {line} has {} of {} columns: the file is cut off or damaged, so download it again",
                record.len(),
                header.len()
            ));
        }
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let get = |column: PriceColumn| columns.get(&column).map_or("", |at| cell(*at));
        let region = get(PriceColumn::RegionCode);
        if !prices.regions.contains(region) {
            prices.regions.insert(region.to_owned());
        }
        let first = rate.start.map_or("", cell);
        if cell(rate.term) != "OnDemand" || !["", "0"].contains(&first) {
            continue;
        }
        let Some(key) = kind::wanted(offer, wanted, get) else {
            continue;
        };
        if kind::has_unit(&key.1, cell(rate.unit)) {
            let amount = (cell(rate.price), cell(rate.currency));
            prices.add(key, amount, &format!("line {line}"))?;
        }
    }
    // AWS quotes all cells, so a file cannot end in the middle of one.
    if [b'\n', b'"'].contains(&last) {
        Ok(prices)
    } else {
        Err("its last line is cut off: download it again".to_owned())
    }
}

/// Remembers the last byte that was read.
struct LastByte<'a, R> {
    input: R,
    last: &'a mut u8,
}

impl<R: Read> Read for LastByte<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(buffer)?;
        if let Some(last) = count.checked_sub(1).and_then(|at| buffer.get(at)) {
            *self.last = *last;
        }
        Ok(count)
    }
}

/// Where the columns are.
fn columns(
    offer: Offer,
    header: &StringRecord,
) -> Result<(BTreeMap<PriceColumn, usize>, RateColumns), String> {
    let at = |name: &str| header.iter().position(|known| known == name);
    let known = PriceColumn::ALL.into_iter();
    let columns: BTreeMap<PriceColumn, usize> = known
        .filter_map(|(column, name, _)| Some((column, at(name)?)))
        .collect();
    let mut lacking: Vec<&str> = PriceColumn::ALL
        .iter()
        .filter(|(column, ..)| {
            PriceColumn::required(offer).contains(column) && !columns.contains_key(column)
        })
        .map(|(_, name, _)| *name)
        .collect();
    let rate = ["TermType", "Unit", "PricePerUnit", "Currency"].map(|name| (name, at(name)));
    lacking.extend(
        rate.iter()
            .filter(|(_, at)| at.is_none())
            .map(|(name, _)| *name),
    );
    let [Some(term), Some(unit), Some(price), Some(currency)] = rate.map(|(_, at)| at) else {
        return Err(lacks(&lacking));
    };
    if !lacking.is_empty() {
        return Err(lacks(&lacking));
    }
    let start = at("StartingRange");
    Ok((
        columns,
        RateColumns {
            term,
            start,
            unit,
            price,
            currency,
        },
    ))
}

fn lacks(columns: &[&str]) -> String {
    format!(
        "it lacks the columns {}: download the current price list",
        suggest::list(columns.iter().copied())
    )
}

fn broken(error: &csv::Error) -> String {
    match error.position() {
        Some(position) => format!("line {} is not CSV in UTF-8: {error}", position.line()),
        None => format!("it could not be read: {error}"),
    }
}
