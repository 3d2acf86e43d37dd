//! The texts of a catalogue: the embedded ones, or a user's.

use crate::catalogue::{Catalogue, Prices};
use crate::diagnostic::Diagnostics;
use crate::parse;
use crate::source::{Source, SourceId, Sources};

/// The tiers in the binary.
const TIERS: &str = include_str!("../../schema/catalogue/tiers.kdl");

/// The files of a catalogue.
#[derive(Clone, Debug)]
pub struct CatalogueTexts {
    /// `tiers.kdl`: name shown, text.
    pub tiers: (String, String),
    /// `instances.kdl`.
    pub instances: (String, String),
    /// `prices.kdl`.
    pub prices: (String, String),
}

/// Where the catalogue's texts are in a run's sources.
#[derive(Clone, Copy)]
pub(super) struct CatalogueIds {
    pub(super) tiers: SourceId,
    pub(super) instances: SourceId,
}

impl CatalogueTexts {
    /// The names a catalogue's files have, in its folder.
    pub const FILES: [&str; 3] = ["tiers.kdl", "instances.kdl", "prices.kdl"];

    /// Whether environments come out the same, whatever the files are called: prices aside.
    #[must_use]
    pub fn compiles_as(&self, other: &Self) -> bool {
        self.tiers.1 == other.tiers.1 && self.instances.1 == other.instances.1
    }

    /// The catalogue in the binary.
    #[must_use]
    pub fn embedded() -> Self {
        let text = |name: &str, text: &str| (format!("catalogue/{name}"), text.to_owned());
        Self {
            tiers: text("tiers.kdl", TIERS),
            instances: text(
                "instances.kdl",
                include_str!("../../schema/catalogue/instances.kdl"),
            ),
            prices: text(
                "prices.kdl",
                include_str!("../../schema/catalogue/prices.kdl"),
            ),
        }
    }

    /// Whether the tiers are those in the binary.
    pub(super) fn has_built_in_tiers(&self) -> bool {
        self.tiers.1 == TIERS
    }

    /// Adds the texts that every run reads. Prices join when something asks for money.
    pub(super) fn add_to(&self, sources: &mut Sources) -> CatalogueIds {
        let mut add = |(name, text): &(String, String)| {
            sources.add(Source {
                name: name.clone(),
                text: text.clone(),
                catalogue: true,
            })
        };
        CatalogueIds {
            tiers: add(&self.tiers),
            instances: add(&self.instances),
        }
    }

    /// Everything that the catalogue says but for its tiers. Mistakes are left out: a run tells of
    /// those in what it refers to.
    #[must_use]
    pub fn everything(&self) -> (Catalogue, Prices) {
        let (mut sources, mut about) = (Sources::default(), Diagnostics::new());
        let ids = self.add_to(&mut sources);
        let text = &self.instances.1;
        let catalogue = parse::instances::instances(text, ids.instances, None, &mut about);
        let source = self.add_prices(&mut sources);
        let prices = parse::prices::prices(&self.prices.1, source, None, &mut about);
        (catalogue, prices)
    }

    /// Adds the text of the prices.
    pub(super) fn add_prices(&self, sources: &mut Sources) -> SourceId {
        let (name, text) = &self.prices;
        sources.add(Source {
            name: name.clone(),
            text: text.clone(),
            catalogue: true,
        })
    }
}
