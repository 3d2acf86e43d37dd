//! The part of the catalogue that the run's environments refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::ast::{Ast, Over, RedisOff, Written};
use crate::catalogue::{Catalogue, Prices};
use crate::diagnostic::Diagnostics;
use crate::model::version::major_and_rest;
use crate::model::{Environment, NodeGroup, StorageType, Tier, Word as _};
use crate::parse::catalogue::Tiers;
use crate::parse::{self, prices};
use crate::source::{SourceId, Sources};

use super::CatalogueTexts;
use super::texts::{CatalogueIds, Layer, read_instances};

/// The names that environments refer to.
#[derive(Default)]
pub(super) struct Referred {
    tiers: BTreeSet<Tier>,
    names: BTreeSet<String>,
    redis_versions: BTreeSet<String>,
    regions: BTreeSet<String>,
    /// Whether an environment has a budget, which needs prices.
    budget: bool,
}

impl Referred {
    /// Adds the names in a file.
    pub(super) fn add_file(&mut self, ast: &Ast) {
        self.tiers
            .extend(ast.stated.tier.value.as_ref().map(|tier| tier.value));
        self.add_names(ast);
    }

    /// Adds the names in a file or a tier.
    fn add_names(&mut self, ast: &Ast) {
        let mut add = |written: &Written<String>| {
            self.names
                .extend(written.value.as_ref().map(|name| name.value.clone()));
        };
        add(&ast.stated.database.instance);
        add(&ast.stated.database.replicas.instance);
        for group in ast.stated.nodes.values() {
            add(&group.instance);
        }
        ast.stated.redis.values().for_each(|group| add(&group.node));
        let alternatives = ast.stated.nodes.values();
        let alternatives = alternatives.filter_map(|group| group.alternatives.value.as_ref());
        for list in alternatives {
            let names = list.value.iter().map(|name| name.value.clone());
            self.names.extend(names);
        }
        if let Some(engine) = &ast.stated.database.engine.value {
            self.add_engine(&engine.value);
        }
        let region = ast.stated.region.value.as_ref();
        self.regions
            .extend(region.map(|region| region.value.clone()));
        self.budget |= ast.stated.budget.monthly.value.is_some();
        let versions = ast
            .stated
            .redis
            .values()
            .filter_map(|group| group.version.value.as_ref());
        self.redis_versions
            .extend(versions.map(|version| version.value.clone()));
    }

    /// Adds the names in a resolved environment.
    pub(super) fn add_environment(&mut self, environment: &Environment) {
        let database = &environment.database;
        self.tiers.insert(environment.tier.value);
        self.regions.insert(environment.region.value.clone());
        self.budget |= environment.budget.is_some();
        self.names.insert(database.instance.value.clone());
        self.names.insert(database.replicas.instance.value.clone());
        let nodes = environment.nodes.values().flat_map(NodeGroup::instances);
        let redis = environment.redis.values().map(|group| &group.node);
        self.names
            .extend(nodes.chain(redis).map(|name| name.value.clone()));
        self.add_engine(&database.engine.value);
        let versions = environment.redis.values().map(|group| &group.version);
        self.redis_versions
            .extend(versions.map(|version| version.value.clone()));
    }

    fn add_engine(&mut self, engine: &str) {
        self.names.insert(major_and_rest(engine).0.to_owned());
    }

    /// What a budget asks the prices of.
    fn prices(&self) -> prices::WantedPrices {
        let storage = StorageType::WORDS
            .iter()
            .map(|(word, _)| (*word).to_owned());
        prices::WantedPrices {
            regions: self.regions.clone(),
            names: self.names.iter().cloned().chain(storage).collect(),
            all: false,
        }
    }

    /// Every name. For ElastiCache, every engine with every version, because file and tier may
    /// state one each.
    fn all(&self) -> BTreeSet<String> {
        let versions = self.redis_versions.iter();
        let versions = versions
            .flat_map(|version| ["redis", "valkey"].map(|engine| format!("{engine} {version}")));
        self.names.iter().cloned().chain(versions).collect()
    }
}

/// The wanted tiers of a catalogue.
pub(super) struct SubsetTiers {
    /// The tiers, each merged over the defaults.
    merged: BTreeMap<Tier, Ast>,
    /// The catalogue's version.
    version: String,
}

/// Tiers by where their text is in the sources, and by what was wanted.
type KnownTiers = BTreeMap<(SourceId, BTreeSet<Tier>), Arc<SubsetTiers>>;

/// The built-in tiers that this process has read. A process that compiles many times, such as `check`
/// when it tries repairs, reads them once.
static BUILT_IN: Mutex<KnownTiers> = Mutex::new(BTreeMap::new());

impl SubsetTiers {
    /// The wanted tiers of a catalogue.
    fn of(
        layers: &[Layer],
        wanted: &BTreeSet<Tier>,
        sources: &Sources,
        about: &mut Diagnostics,
    ) -> Arc<Self> {
        let [Layer::BuiltIn(source, _)] = layers else {
            return Arc::new(Self::read(layers, wanted, sources, about));
        };
        let mut known = BUILT_IN.lock().unwrap_or_else(PoisonError::into_inner);
        let read = known
            .entry((*source, wanted.clone()))
            .or_insert_with(|| Arc::new(Self::read(layers, wanted, sources, about)));
        Arc::clone(read)
    }

    fn read(
        layers: &[Layer],
        wanted: &BTreeSet<Tier>,
        sources: &Sources,
        about: &mut Diagnostics,
    ) -> Self {
        let read = |layer: &Layer| {
            let (Layer::Own(id) | Layer::BuiltIn(id, _)) = *layer;
            parse::catalogue::tiers(&sources.get(id).text, id, wanted, about)
        };
        let layers: Vec<Tiers> = layers.iter().map(read).collect();
        let merged = stacked(wanted, &layers);
        let mut versions = layers.into_iter().map(|layer| layer.version);
        Self {
            merged,
            version: versions.find(|it| !it.is_empty()).unwrap_or_default(),
        }
    }

    /// What a tier states.
    pub(super) fn get(&self, tier: Tier) -> Option<&Ast> {
        self.merged.get(&tier)
    }
}

/// The catalogue's facts about all these names.
pub(super) struct SubsetFacts {
    /// The tiers.
    pub(super) tiers: Arc<SubsetTiers>,
    /// The rest of the catalogue.
    pub(super) catalogue: Catalogue,
    /// The prices, if a file or its tier states a budget. Other runs do not spend time on them.
    pub(super) prices: Option<Prices>,
}

impl SubsetFacts {
    /// Reads a catalogue's texts, and returns its mistakes separately.
    pub(super) fn read(
        mut referred: Referred,
        ids: &CatalogueIds,
        texts: &CatalogueTexts,
        sources: &mut Sources,
    ) -> (Self, Diagnostics) {
        let mut about = Diagnostics::new();
        let tiers = SubsetTiers::of(&ids.tiers, &referred.tiers, sources, &mut about);
        for tier in tiers.merged.values() {
            referred.add_names(tier);
        }
        let mut catalogue = read_instances(ids, Some(&referred.all()), sources, &mut about);
        catalogue.version.clone_from(&tiers.version);
        let prices = referred
            .budget
            .then(|| texts.prices(&referred.prices(), sources, &mut about));
        let facts = Self {
            tiers,
            catalogue,
            prices,
        };
        (facts, about)
    }
}

/// The wanted tiers that a layer states, each merged over its defaults and over the layers below.
fn stacked(wanted: &BTreeSet<Tier>, layers: &[Tiers]) -> BTreeMap<Tier, Ast> {
    let is_stated = |tier: &Tier| layers.iter().any(|layer| layer.tiers.contains_key(tier));
    let stack = |tier: &Tier| {
        let own = layers.iter().map(|layer| {
            let stated = layer.tiers.get(tier).cloned().unwrap_or_default();
            merged(stated, layer.defaults.clone())
        });
        own.reduce(merged)
    };
    let stated = wanted.iter().filter(|tier| is_stated(tier));
    stated
        .filter_map(|tier| Some((*tier, stack(tier)?)))
        .collect()
}

/// A tier over the defaults. Defaults for a group that the tier does not have are dropped.
#[must_use]
pub fn merged(tier: Ast, mut defaults: Ast) -> Ast {
    tier.redis_off.remove_from(&mut defaults.stated.redis);
    let none_below = defaults
        .redis_off
        .all
        .filter(|_| tier.stated.redis.is_empty());
    Ast {
        redis_off: RedisOff {
            all: tier.redis_off.all.or(none_below),
            groups: BTreeMap::new(),
        },
        stated: tier.stated.over(defaults.stated),
        waivers: tier.waivers,
        waived_literals: tier.waived_literals,
        broken: tier.broken.union(&defaults.broken).copied().collect(),
        doubted: tier.doubted.union(&defaults.doubted).copied().collect(),
        perhaps_waived: tier.perhaps_waived,
    }
}
