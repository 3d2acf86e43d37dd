//! The driver: texts in, environments and findings out. Only this room knows the order of the
//! stages.

mod built_in;
mod catalogue_subset;
mod compare;
mod fix;
mod match_renamed;
mod money;
mod outcome;
mod record;
mod restated;
mod texts;
mod waivers;

use std::collections::BTreeSet;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::ast::{Ast, Written};
use crate::catalogue::{Catalogue, Prices};
use crate::check::{self, Context};
use crate::cost::{self, Estimate};
use crate::diagnostic::visible::line;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, code};
use crate::model::{Environment, Tier, Waiver};
use crate::parse;
use crate::resolve::{self, Resolved};
use crate::source::{Source, SourceId, Sources, Span};

use catalogue_subset::{Referred, SubsetFacts};

pub use catalogue_subset::merged;
pub use fix::{Applied, Fixed, Fixes, Repairable, fix, repairable};

pub use compare::{ComparedSide, Comparison, Matching, SideFile, compare};
pub use money::{EnvironmentCosts, StateCosts, all_read, costs, price_selection, state_costs};
pub use outcome::{CostChange, CostChanges, Outcome, cost_changes, differing};
pub use record::{Record, RecordedRun};
pub use restated::{restated, unsayable, written};
pub use texts::{CatalogueFile, CatalogueTexts};

/// A file to compile.
#[derive(Clone, Debug)]
pub struct Input {
    /// How the user names it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The result of one file.
pub struct Compiled {
    /// The file.
    pub source: SourceId,
    /// The environment, if `environment`, `tier` and `region` could be read.
    pub environment: Option<Environment>,
    /// The findings, in source order.
    pub diagnostics: Diagnostics,
    /// The waivers, by the rule's name; `None` for a record that does not state them.
    pub waivers: Option<Vec<Waiver>>,
    /// The rules that are waived today. A record without waivers may waive any of these.
    pub waived: BTreeSet<Code>,
    /// The other recorded facts, if the input is a record of an earlier run.
    pub recorded: Option<RecordedRun>,
}

/// The result of a run.
pub struct Run {
    /// Every source text.
    pub sources: Sources,
    /// The facts about AWS that the run's environments refer to.
    pub catalogue: Catalogue,
    /// The AWS prices, if an environment of the run has a budget.
    pub prices: Option<Prices>,
    /// The files, in the order they were given.
    pub files: Vec<Compiled>,
}

impl Run {
    /// Every finding, file by file.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.files.iter().flat_map(|file| &file.diagnostics)
    }

    /// Whether any file has an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.files.iter().any(|file| file.diagnostics.has_errors())
    }
}

/// A file between parsing and resolving.
struct Parsed {
    source: SourceId,
    ast: Ast,
    diagnostics: Diagnostics,
}

/// Compiles files against a catalogue, as of a day.
#[must_use]
pub fn compile(inputs: Vec<Input>, texts: &CatalogueTexts, today: Date) -> Run {
    let mut sources = Sources::default();
    let ids = texts.add_to(&mut sources);
    let inputs = inputs.into_iter().map(|input| (input, None)).collect();
    let parsed = parse_all(inputs, &mut sources);
    let mut referred = Referred::default();
    for file in &parsed {
        referred.add_file(&file.ast);
    }
    let (facts, about) = SubsetFacts::read(referred, &ids, texts, &mut sources);
    let files = finish_all(parsed, &facts, about, &sources, today);
    Run {
        sources,
        catalogue: facts.catalogue,
        prices: facts.prices,
        files,
    }
}

/// Parses files. Each may be read with another tier than its own.
fn parse_all(inputs: Vec<(Input, Option<Tier>)>, sources: &mut Sources) -> Vec<Parsed> {
    let decoded: Vec<(SourceId, Option<usize>, Option<Tier>)> = inputs
        .into_iter()
        .map(|(input, tier)| {
            let (source, bad_byte) = decode(input, sources);
            (source, bad_byte, tier)
        })
        .collect();
    let sources = &*sources;
    decoded
        .par_iter()
        .map(|(source, bad_byte, tier)| parse_file(sources, *source, *bad_byte, *tier))
        .collect()
}

/// Resolves and checks files. Findings about the catalogue go to the first file.
fn finish_all(
    mut parsed: Vec<Parsed>,
    facts: &SubsetFacts,
    about_catalogue: Diagnostics,
    sources: &Sources,
    today: Date,
) -> Vec<Compiled> {
    if let Some(first) = parsed.first_mut() {
        first.diagnostics.extend(about_catalogue);
    }
    let mut files: Vec<Compiled> = parsed
        .into_par_iter()
        .map(|parsed| finish(parsed, facts, sources, today))
        .collect();
    check_across(&mut files);
    for file in &mut files {
        file.diagnostics.sort(sources);
    }
    files
}

/// Every tier of a catalogue, resolved as an environment with the tier's name, for `tierc tiers`.
#[must_use]
pub fn tiers(texts: &CatalogueTexts, today: Date) -> Run {
    let inputs = <Tier as crate::model::Word>::WORDS
        .iter()
        .map(|(word, _)| Input {
            name: format!("{word}.kdl"),
            bytes: format!("environment \"{word}\"\ntier \"{word}\"\nregion \"us-east-1\"\n")
                .into_bytes(),
        })
        .collect();
    compile(inputs, texts, today)
}

/// The text of a file, and the position of the first byte that is not UTF-8.
fn decode(input: Input, sources: &mut Sources) -> (SourceId, Option<usize>) {
    let (text, bad) = match String::from_utf8(input.bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            (
                String::from_utf8_lossy(error.as_bytes()).into_owned(),
                Some(at),
            )
        }
    };
    (
        sources.add(Source {
            name: line(&input.name).into_owned(),
            text: text.into(),
            catalogue: false,
        }),
        bad,
    )
}

fn parse_file(
    sources: &Sources,
    source: SourceId,
    bad_byte: Option<usize>,
    other_tier: Option<Tier>,
) -> Parsed {
    let mut diagnostics = Diagnostics::new();
    let text = &sources.get(source).text;
    if let Some(at) = bad_byte {
        let message =
            format!("the file is not UTF-8 text: byte {at} does not belong to any character");
        diagnostics.push(
            Diagnostic::error(code::NOT_UTF_8, message, Span::new(source, at, at))
                .help("save the file as UTF-8"),
        );
        return Parsed {
            source,
            ast: Ast::default(),
            diagnostics,
        };
    }
    let mut ast = parse::environment(text, source, &mut diagnostics);
    if let Some(tier) = other_tier {
        let written = ast.stated.tier.value.as_ref().map(|tier| tier.span);
        ast.stated.tier = Written::at(tier, written.unwrap_or(Span::new(source, 0, 0)));
    }
    let end = text.trim_end().len();
    resolve::require_header(&ast, Span::new(source, end, end), &mut diagnostics);
    Parsed {
        source,
        ast,
        diagnostics,
    }
}

fn finish(mut parsed: Parsed, facts: &SubsetFacts, sources: &Sources, today: Date) -> Compiled {
    let environment = resolve_and_check(&mut parsed, facts, sources, today);
    let Parsed {
        source,
        ast,
        mut diagnostics,
    } = parsed;
    waivers::apply(&ast, environment.is_some(), today, &mut diagnostics);
    let waivers = waivers::stated(&ast);
    Compiled {
        source,
        environment,
        diagnostics,
        waived: waivers::in_force(&waivers, today),
        waivers: Some(waivers),
        recorded: None,
    }
}

fn resolve_and_check(
    parsed: &mut Parsed,
    facts: &SubsetFacts,
    sources: &Sources,
    today: Date,
) -> Option<Environment> {
    let named = parsed.ast.stated.tier.value.as_ref()?;
    let tier = facts.tiers.get(named.value)?;
    let catalogue = &facts.catalogue;
    let Resolved {
        environment,
        broken,
    } = resolve::resolve(
        &parsed.ast,
        tier,
        catalogue,
        sources,
        &mut parsed.diagnostics,
    )?;
    parsed.ast.broken.extend(broken);
    let estimate = estimated(&environment, facts);
    let context = Context {
        environment: &environment,
        catalogue,
        file: &parsed.ast,
        tier,
        estimate: estimate.as_ref(),
        today,
    };
    parsed.diagnostics.extend(check::check(&context));
    Some(environment)
}

/// The cost of an environment, if it has a budget.
fn estimated(environment: &Environment, facts: &SubsetFacts) -> Option<Estimate> {
    let asked = environment.budget.is_some();
    let prices = facts.prices.as_ref().filter(|_| asked);
    prices.map(|prices| cost::estimate(environment, prices))
}

/// Runs the rules that compare the files of a run.
fn check_across(files: &mut [Compiled]) {
    let environments: Vec<(usize, &Environment)> = files
        .iter()
        .enumerate()
        .filter_map(|(index, file)| Some((index, file.environment.as_ref()?)))
        .collect();
    let found = check::cross_file::check(&environments);
    for (index, diagnostic) in found {
        if let Some(file) = files.get_mut(index) {
            file.diagnostics.push(diagnostic);
        }
    }
}
