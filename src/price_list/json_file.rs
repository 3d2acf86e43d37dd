//! An offer file as JSON: its products, and then the terms of each. Neither is held in memory as a whole.

use std::collections::BTreeMap;
use std::fmt;
use std::io::BufRead;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::kind::{self, PriceColumn};
use super::{Offer, OfferPrices, PriceSelection, PricedThing, published};

/// A product: what it is, without its price.
#[derive(Deserialize)]
struct Product {
    #[serde(default, rename = "productFamily")]
    family: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

/// A term of a product.
#[derive(Deserialize)]
struct OfferTerm {
    #[serde(default, rename = "priceDimensions")]
    rates: BTreeMap<String, Rate>,
}

/// A price of a term.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rate {
    unit: String,
    #[serde(default)]
    begin_range: String,
    price_per_unit: BTreeMap<String, String>,
}

/// The file in the making.
struct OfferReader<'a> {
    wanted: &'a PriceSelection,
    offer: Option<Offer>,
    date: Option<jiff::civil::Date>,
    /// The wanted products, by SKU.
    products: BTreeMap<String, (String, PricedThing)>,
    prices: Option<OfferPrices>,
    terms: bool,
}

pub(super) fn read(input: impl BufRead, wanted: &PriceSelection) -> Result<OfferPrices, String> {
    let mut reader = OfferReader {
        wanted,
        offer: None,
        date: None,
        products: BTreeMap::new(),
        prices: None,
        terms: false,
    };
    let mut json = serde_json::Deserializer::from_reader(input);
    let read = Top(&mut reader).deserialize(&mut json);
    read.and_then(|()| json.end()).map_err(|error| {
        if error.is_eof() {
            format!(
                "it ends in the middle, at line {}: download it again",
                error.line()
            )
        } else {
            error.to_string()
        }
    })?;
    if !reader.terms {
        return Err(
            "it has no `terms`, so no price: import the file as AWS publishes it".to_owned(),
        );
    }
    reader
        .prices
        .ok_or_else(|| "it has no `products`: import the file as AWS publishes it".to_owned())
}

impl OfferReader<'_> {
    /// The prices, once offer and date are known.
    fn begun(&mut self) -> Result<&mut OfferPrices, String> {
        let lacks = |key: &str| format!("it must state `{key}` before its products");
        let offer = self.offer.ok_or_else(|| lacks("offerCode"))?;
        let date = self.date.ok_or_else(|| lacks("publicationDate"))?;
        Ok(self
            .prices
            .get_or_insert_with(|| OfferPrices::new(offer, date)))
    }

    fn product(&mut self, sku: String, product: &Product) -> Result<(), String> {
        let get = |column: PriceColumn| -> &str {
            if column == PriceColumn::ProductFamily {
                return &product.family;
            }
            let names = PriceColumn::ALL.iter();
            let name = names
                .filter(|(known, ..)| *known == column)
                .map(|(_, _, name)| *name);
            let values = name.filter_map(|name| product.attributes.get(name));
            values.map(String::as_str).next().unwrap_or_default()
        };
        let wanted = self.wanted;
        let prices = self.begun()?;
        let region = get(PriceColumn::RegionCode);
        if !prices.regions.contains(region) {
            prices.regions.insert(region.to_owned());
        }
        if let Some(key) = kind::wanted(prices.offer, wanted, get) {
            self.products.insert(sku, key);
        }
        Ok(())
    }

    fn rates(&mut self, sku: &str, term: &OfferTerm) -> Result<(), String> {
        let Some(key) = self.products.get(sku).cloned() else {
            return Ok(());
        };
        let prices = self.begun()?;
        for rate in term.rates.values() {
            let first = ["", "0"].contains(&rate.begin_range.as_str());
            if first && kind::has_unit(&key.1, &rate.unit) {
                for (currency, amount) in &rate.price_per_unit {
                    prices.add(key.clone(), (amount, currency), &format!("SKU `{sku}`"))?;
                }
            }
        }
        Ok(())
    }
}

/// Declares a reader of a JSON object that handles each entry as it comes.
macro_rules! each_entry {
    ($name:ident, |$reader:ident, $key:ident, $map:ident| $handle:expr) => {
        struct $name<'r, 'a>(&'r mut OfferReader<'a>);

        impl<'de> DeserializeSeed<'de> for $name<'_, '_> {
            type Value = ();
            fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
                json.deserialize_map(self)
            }
        }

        impl<'de> Visitor<'de> for $name<'_, '_> {
            type Value = ();
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut $map: A) -> Result<(), A::Error> {
                let $reader = self.0;
                while let Some($key) = $map.next_key::<String>()? {
                    $handle;
                }
                Ok(())
            }
        }
    };
}

each_entry!(Top, |reader, key, map| match key.as_str() {
    "offerCode" => {
        let code: String = map.next_value()?;
        reader.offer = Some(Offer::of(&code).map_err(A::Error::custom)?);
    }
    "publicationDate" => {
        let date: String = map.next_value()?;
        reader.date = Some(published(&date).map_err(A::Error::custom)?);
    }
    "products" => map.next_value_seed(Products(reader))?,
    "terms" => {
        reader.begun().map_err(A::Error::custom)?;
        reader.terms = true;
        map.next_value_seed(Terms(reader))?;
    }
    _ => {
        map.next_value::<IgnoredAny>()?;
    }
});

each_entry!(Products, |reader, sku, map| {
    let product: Product = map.next_value()?;
    reader.product(sku, &product).map_err(A::Error::custom)?;
});

each_entry!(Terms, |reader, key, map| if key == "OnDemand" {
    map.next_value_seed(OnDemand(reader))?;
} else {
    map.next_value::<IgnoredAny>()?;
});

each_entry!(
    OnDemand,
    |reader, sku, map| if reader.products.contains_key(&sku) {
        let terms: BTreeMap<String, OfferTerm> = map.next_value()?;
        for term in terms.values() {
            reader.rates(&sku, term).map_err(A::Error::custom)?;
        }
    } else {
        map.next_value::<IgnoredAny>()?;
    }
);
