//! Two states of the same environments, compiled side by side.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::diagnostic::Diagnostics;
use crate::emit::values_template::ValuesTemplates;
use crate::model::{Name, Tier};
use crate::pair::Pair;
use crate::source::Sources;

use super::catalogue_subset::{Referred, SubsetFacts};
use super::record::Record;
use super::{CatalogueTexts, Compiled, Input, Parsed, Run, finish_all, parse_all};
use super::{match_renamed, record};

/// A file of one side.
#[derive(Clone, Debug)]
pub struct SideFile {
    /// The file.
    pub input: Input,
    /// Its name on both sides, if both have it.
    pub path: String,
    /// The tier that replaces its own.
    pub tier: Option<Tier>,
}

/// One side of a comparison.
#[derive(Clone, Debug, Default)]
pub struct ComparedSide {
    /// Its files.
    pub files: Vec<SideFile>,
    /// What is recorded, in place of files.
    pub records: Vec<Record>,
}

/// How environments find each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// If each side has exactly one environment, they are two states of one. It gets the name in
    /// BEFORE, or the name in AFTER's record. If nothing but the name differs, both keep their
    /// names.
    AsOne,
    /// By name, then by path, then by equal or nearly equal content apart from the name.
    ByName,
}

/// Both sides, with their matching environments.
pub struct Comparison {
    /// The run of each side. Its spans can be looked up in the sources of both.
    pub runs: Pair<Run>,
    /// The matching files, as indices into each run: in AFTER's order, then those that only BEFORE
    /// has.
    pub matches: Vec<Pair<Option<usize>>>,
    /// The environment's common name, and the name that one side has in its file: AFTER, or BEFORE
    /// if AFTER is a record.
    pub called: Option<Pair<Name>>,
    /// The values templates of each side. Their sources are those of both runs.
    pub templates: Pair<ValuesTemplates>,
}

impl Comparison {
    /// The files of a match.
    #[must_use]
    pub fn files(&self, found: Pair<Option<usize>>) -> Pair<Option<&Compiled>> {
        let Pair { before, after } = &self.runs;
        Pair::new(
            found.before.and_then(|index| before.files.get(index)),
            found.after.and_then(|index| after.files.get(index)),
        )
    }

    /// Whether nothing differs but the name that was replaced.
    fn hides_a_new_name(&self) -> bool {
        let sides = self.runs.as_ref().map(|run| run.files.first());
        let sides = sides.map(|file| file.and_then(|file| file.environment.as_ref()));
        match (sides.before, sides.after) {
            (Some(before), Some(after)) => {
                self.called.is_some() && before.compare(after).is_empty()
            }
            (Some(_) | None, None) | (None, Some(_)) => false,
        }
    }
}

/// A side between parsing and resolving.
struct ReadSide {
    parsed: Vec<Parsed>,
    records: Vec<Record>,
    paths: Vec<String>,
}

/// Compiles both sides. A catalogue that is the same on both is read once. Both runs have the facts
/// of both sides, so any state in between can be checked.
#[must_use]
pub fn compare(
    sides: Pair<ComparedSide>,
    texts: Pair<&CatalogueTexts>,
    matching: Matching,
    today: Date,
) -> Comparison {
    let how = How {
        matching,
        alike: false,
    };
    if matching == Matching::AsOne {
        let as_one = states(sides.clone(), texts, How { alike: true, ..how }, today);
        if !as_one.hides_a_new_name() {
            return as_one;
        }
    }
    states(sides, texts, how, today)
}

/// How two sides are compared.
#[derive(Clone, Copy)]
struct How {
    matching: Matching,
    /// Whether both environments get one name: BEFORE's, or that of AFTER's record.
    alike: bool,
}

/// Compiles both sides.
fn states(
    sides: Pair<ComparedSide>,
    texts: Pair<&CatalogueTexts>,
    how: How,
    today: Date,
) -> Comparison {
    let mut sources = Sources::default();
    let after_ids = texts.after.add_to(&mut sources);
    let same = texts.before.compiles_as(texts.after);
    let before_ids = (!same).then(|| texts.before.add_to(&mut sources));
    let (Pair { before, after }, called) = read_both(sides, how, &mut sources);
    let paths = Pair::new(before.paths.clone(), after.paths.clone());
    let mut facts = |ids, texts| {
        let referred = referred([&before, &after]);
        SubsetFacts::read(referred, &ids, texts, &mut sources)
    };
    let (after_facts, after_about) = facts(after_ids, texts.after);
    let other = before_ids.map(|ids| facts(ids, texts.before));
    // Mistakes in a catalogue that both sides share are reported once.
    let (before_facts, before_about) = match &other {
        Some((facts, about)) => (facts, about.clone()),
        None => (&after_facts, Diagnostics::new()),
    };
    let runs = Pair {
        before: before.finish(before_facts, before_about, &mut sources, today),
        after: after.finish(&after_facts, after_about, &mut sources, today),
    };
    let runs = runs.map(|run| Run {
        sources: sources.clone(),
        ..run
    });
    let matches = matches(runs.as_ref(), paths.as_ref(), how.matching);
    Comparison {
        runs,
        matches,
        called,
        templates: Pair::new(ValuesTemplates::default(), ValuesTemplates::default()),
    }
}

/// Reads both sides, and returns the original names if they differed.
fn read_both(
    sides: Pair<ComparedSide>,
    how: How,
    sources: &mut Sources,
) -> (Pair<ReadSide>, Option<Pair<Name>>) {
    let mut sides = sides.map(|side| read(side, sources));
    let called = how.alike.then(|| call_alike(&mut sides)).flatten();
    (sides, called)
}

/// Gives both environments one name if theirs differ, and returns both. The names derived from a
/// record's name are recorded, so only the environment of a file can be renamed.
fn call_alike(sides: &mut Pair<ReadSide>) -> Option<Pair<Name>> {
    let Pair { before, after } = sides;
    let names = Pair::new(before.name()?, after.name()?);
    if names.before == names.after {
        return None;
    }
    if after.records.is_empty() {
        after.call(&names.before);
        Some(names)
    } else if before.records.is_empty() {
        before.call(&names.after);
        Some(names.swapped())
    } else {
        None
    }
}

fn read(side: ComparedSide, sources: &mut Sources) -> ReadSide {
    let files = side.files.iter().map(|file| file.path.clone());
    let records = side.records.iter().map(|record| record.name.clone());
    let paths = files.chain(records).collect();
    let inputs = side.files.into_iter().map(|file| (file.input, file.tier));
    ReadSide {
        parsed: parse_all(inputs.collect(), sources),
        records: side.records,
        paths,
    }
}

impl ReadSide {
    /// The name of this side's only environment.
    fn name(&self) -> Option<Name> {
        let stated =
            |file: &Parsed| Some(file.ast.stated.environment.value.as_ref()?.value.clone());
        let recorded = |record: &Record| record.environment.environment.value.clone();
        let files = self.parsed.iter().filter_map(stated);
        files.chain(self.records.iter().map(recorded)).next()
    }

    /// Renames the environments of this side.
    fn call(&mut self, name: &Name) {
        for file in &mut self.parsed {
            if let Some(stated) = &mut file.ast.stated.environment.value {
                stated.value = name.clone();
            }
        }
    }

    fn finish(
        self,
        facts: &SubsetFacts,
        about: Diagnostics,
        sources: &mut Sources,
        today: Date,
    ) -> Run {
        let (about_files, about_records) = if self.parsed.is_empty() {
            (Diagnostics::new(), about)
        } else {
            (about, Diagnostics::new())
        };
        let mut files = finish_all(self.parsed, facts, about_files, sources, today);
        files.extend(record::finish_all(
            self.records,
            facts,
            about_records,
            sources,
            today,
        ));
        Run {
            sources: Sources::default(),
            catalogue: facts.catalogue.clone(),
            prices: facts.prices.clone(),
            files,
        }
    }
}

fn referred(sides: [&ReadSide; 2]) -> Referred {
    let mut referred = Referred::default();
    for side in sides {
        for file in &side.parsed {
            referred.add_file(&file.ast);
        }
        for record in &side.records {
            referred.add_environment(&record.environment);
        }
    }
    referred
}

/// Matches files: by the environment's name; then by path, which finds a file whose environment was
/// renamed or cannot be read; then by equal or nearly equal content apart from the name.
fn matches(
    runs: Pair<&Run>,
    paths: Pair<&Vec<String>>,
    matching: Matching,
) -> Vec<Pair<Option<usize>>> {
    let mut pairs: BTreeMap<usize, usize> = BTreeMap::new();
    let counts = runs.map(|run| run.files.len());
    if matching == Matching::AsOne {
        pairs.extend((counts.before > 0 && counts.after > 0).then_some((0, 0)));
    } else {
        let names = runs.map(|run| run.files.iter().map(name).collect::<Vec<_>>());
        join(&mut pairs, names.as_ref().map(Vec::as_slice));
        let paths = paths.map(|paths| paths.iter().map(Some).collect::<Vec<_>>());
        join(&mut pairs, paths.as_ref().map(Vec::as_slice));
        match_renamed::join(&mut pairs, runs);
    }
    let mut matches: Vec<Pair<Option<usize>>> = (0..counts.after)
        .map(|after| Pair::new(pairs.get(&after).copied(), Some(after)))
        .collect();
    let found: BTreeSet<usize> = pairs.into_values().collect();
    let gone = (0..counts.before).filter(|before| !found.contains(before));
    matches.extend(gone.map(|before| Pair::new(Some(before), None)));
    matches
}

fn name(file: &Compiled) -> Option<&Name> {
    Some(&file.environment.as_ref()?.environment.value)
}

/// Joins unmatched files of both sides with the same key; of several, the first.
fn join<K: Ord>(pairs: &mut BTreeMap<usize, usize>, keys: Pair<&[Option<K>]>) {
    let taken: BTreeSet<usize> = pairs.values().copied().collect();
    let mut free: BTreeMap<&K, usize> = BTreeMap::new();
    for (index, key) in keys.before.iter().enumerate() {
        if let (Some(key), false) = (key, taken.contains(&index)) {
            free.entry(key).or_insert(index);
        }
    }
    for (index, key) in keys.after.iter().enumerate() {
        if !pairs.contains_key(&index)
            && let Some(before) = key.as_ref().and_then(|key| free.remove(key))
        {
            pairs.insert(index, before);
        }
    }
}
