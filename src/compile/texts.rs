//! The texts of a catalogue: the built-in ones, and a user's above them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::catalogue::{Catalogue, Prices, RegionPrices};
use crate::diagnostic::Diagnostics;
use crate::parse;
use crate::parse::prices::WantedPrices;
use crate::source::{Source, SourceId, Sources};

use super::built_in;

/// A file of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatalogueFile {
    /// `tiers.kdl`
    Tiers,
    /// `instances.kdl`
    Instances,
    /// `prices.kdl`
    Prices,
    /// `discounts.kdl`
    Discounts,
}

impl CatalogueFile {
    /// Every file.
    pub const ALL: [Self; 4] = [Self::Tiers, Self::Instances, Self::Prices, Self::Discounts];

    /// Its name in a catalogue's folder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tiers => "tiers.kdl",
            Self::Instances => "instances.kdl",
            Self::Prices => "prices.kdl",
            Self::Discounts => "discounts.kdl",
        }
    }
}

/// A file of a user's.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OwnText {
    file: CatalogueFile,
    name: String,
    text: String,
    /// Whether it replaces the built-in file. Otherwise it adds to it.
    replaces: bool,
}

/// The texts of a catalogue: the built-in ones, and the user's, whose rows take precedence.
#[derive(Clone, Debug, Default)]
pub struct CatalogueTexts {
    own: Vec<OwnText>,
}

/// A text in a run's sources.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layer {
    /// A user's.
    Own(SourceId),
    /// A built-in one.
    BuiltIn(SourceId, &'static str),
}

/// Where the catalogue's texts are in a run's sources, the user's first.
#[derive(Clone)]
pub(super) struct CatalogueIds {
    pub(super) tiers: Vec<Layer>,
    pub(super) instances: Vec<Layer>,
}

impl CatalogueTexts {
    /// The catalogue in the binary.
    #[must_use]
    pub fn embedded() -> Self {
        Self::default()
    }

    /// The names of the built-in files.
    #[must_use]
    pub fn built_in_files() -> Vec<&'static str> {
        built_in::files().map(|(name, _)| name).collect()
    }

    /// A built-in file by its name, such as `prices/eu-west-1.kdl`.
    #[must_use]
    pub fn built_in_file(name: &str) -> Option<&'static str> {
        let mut files = built_in::files();
        files.find_map(|(file, text)| (file == name).then_some(text))
    }

    /// Adds a user's file. Its rows take precedence over the built-in ones, or replace all of them if the
    /// file says so.
    #[must_use]
    pub fn with(mut self, file: CatalogueFile, name: String, text: String) -> Self {
        let replaces = parse::catalogue::replaces(&text);
        self.own.push(OwnText {
            file,
            name,
            text,
            replaces,
        });
        self
    }

    /// The same catalogue, with a text in place of the built-in file.
    #[must_use]
    pub fn replacing(mut self, file: CatalogueFile, name: &str, text: String) -> Self {
        self.own.push(OwnText {
            file,
            name: name.to_owned(),
            text,
            replaces: true,
        });
        self
    }

    /// Whether environments come out the same, whatever the files are called: prices aside.
    #[must_use]
    pub fn compiles_as(&self, other: &Self) -> bool {
        self.has_the_same(other, &[CatalogueFile::Tiers, CatalogueFile::Instances])
    }

    /// Whether prices come out the same, whatever the files are called.
    #[must_use]
    pub fn prices_as(&self, other: &Self) -> bool {
        self.has_the_same(other, &[CatalogueFile::Prices, CatalogueFile::Discounts])
    }

    /// Whether both catalogues have the same texts of these files.
    fn has_the_same(&self, other: &Self, files: &[CatalogueFile]) -> bool {
        let of = |texts: &Self| -> Vec<(CatalogueFile, String, bool)> {
            let own = texts.own.iter().filter(|own| files.contains(&own.file));
            own.map(|own| (own.file, own.text.clone(), own.replaces))
                .collect()
        };
        of(self) == of(other)
    }

    fn is_replaced(&self, file: CatalogueFile) -> bool {
        let of = |own: &OwnText| own.file == file && own.replaces;
        self.own.iter().any(of)
    }

    /// Adds the user's texts of a file.
    fn add_own(&self, file: CatalogueFile, sources: &mut Sources) -> Vec<Layer> {
        let own = self.own.iter().filter(|own| own.file == file);
        own.map(|own| {
            Layer::Own(sources.add(Source {
                name: own.name.clone(),
                text: Cow::Owned(own.text.clone()),
                catalogue: true,
            }))
        })
        .collect()
    }

    /// Adds a built-in text. Its name says that it is built in if the user has files of that name.
    fn add_built_in(&self, name: &str, text: &'static str, sources: &mut Sources) -> Layer {
        let remark = if self.own.is_empty() {
            ""
        } else {
            " (built in)"
        };
        let id = sources.add(Source {
            name: format!("catalogue/{name}{remark}"),
            text: Cow::Borrowed(text),
            catalogue: true,
        });
        Layer::BuiltIn(id, text)
    }

    /// Adds the texts that every run reads. Prices join when something asks for money.
    pub(super) fn add_to(&self, sources: &mut Sources) -> CatalogueIds {
        let mut layers = |file: CatalogueFile, text: &'static str| {
            let mut layers = self.add_own(file, sources);
            if !self.is_replaced(file) {
                layers.push(self.add_built_in(file.name(), text, sources));
            }
            layers
        };
        CatalogueIds {
            tiers: layers(CatalogueFile::Tiers, built_in::TIERS),
            instances: layers(CatalogueFile::Instances, built_in::INSTANCES),
        }
    }

    /// Reads the prices in `wanted`: the user's, then the built-in ones of the regions.
    pub(super) fn prices(
        &self,
        wanted: &WantedPrices,
        sources: &mut Sources,
        about: &mut Diagnostics,
    ) -> Prices {
        let mut layers = self.add_own(CatalogueFile::Prices, sources);
        layers.extend(self.add_own(CatalogueFile::Discounts, sources));
        let built_in = !self.is_replaced(CatalogueFile::Prices);
        for region in wanted.regions.iter().filter(|_| built_in) {
            if let Some((name, text)) = built_in::prices(region) {
                layers.push(self.add_built_in(name, text, sources));
            }
        }
        if !self.is_replaced(CatalogueFile::Discounts) {
            layers.push(self.add_built_in("discounts.kdl", built_in::DISCOUNTS, sources));
        }
        let mut prices = Prices::default();
        for layer in layers {
            prices.under(read_prices(layer, Some(wanted), sources, about));
        }
        prices.spread_discounts();
        if built_in {
            let regions = built_in::PRICES.iter().map(|(region, ..)| *region);
            prices.other_regions.extend(regions);
        }
        prices
    }

    /// Everything that the catalogue says but for its tiers, with the prices of a region. Mistakes are
    /// left out: a run reports those in what it refers to.
    #[must_use]
    pub fn everything(&self, region: &str) -> (Catalogue, RegionPrices) {
        let (mut sources, mut about) = (Sources::default(), Diagnostics::new());
        let ids = self.add_to(&mut sources);
        let catalogue = read_instances(&ids, None, &sources, &mut about);
        let wanted = WantedPrices {
            regions: BTreeSet::from([region.to_owned()]),
            names: BTreeSet::new(),
            all: true,
        };
        let mut prices = self.prices(&wanted, &mut sources, &mut about);
        (catalogue, prices.regions.remove(region).unwrap_or_default())
    }
}

fn read_prices(
    layer: Layer,
    wanted: Option<&WantedPrices>,
    sources: &Sources,
    about: &mut Diagnostics,
) -> Prices {
    match layer {
        Layer::Own(id) => parse::prices::prices(&sources.get(id).text, id, wanted, about),
        Layer::BuiltIn(id, text) => parse::prices::built_in(text, id, wanted, about),
    }
}

/// Reads the facts in `wanted`, the user's before the built-in ones.
pub(super) fn read_instances(
    ids: &CatalogueIds,
    wanted: Option<&BTreeSet<String>>,
    sources: &Sources,
    about: &mut Diagnostics,
) -> Catalogue {
    let mut catalogue = Catalogue::default();
    for layer in &ids.instances {
        catalogue.under(match *layer {
            Layer::Own(id) => {
                let text = &sources.get(id).text;
                parse::instances::instances(text, id, wanted, about)
            }
            Layer::BuiltIn(id, text) => parse::instances::built_in(text, id, wanted, about),
        });
    }
    catalogue
}
