//! The driver: texts in, environments and findings out. The only place that knows the order.

mod money;
mod texts;
mod waivers;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rayon::prelude::*;

use crate::ast::{Ast, Over};
use crate::catalogue::Catalogue;
use crate::check::{self, Context};
use crate::diagnostic::{Diagnostic, Diagnostics, code};
use crate::model::{Environment, Tier};
use crate::parse;
use crate::resolve::{self, Resolved};
use crate::source::{Source, SourceId, Sources, Span};

pub use money::{Costs, all_read, costs};
pub use texts::CatalogueTexts;

/// A file to compile.
#[derive(Clone, Debug)]
pub struct Input {
    /// How the user names it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What became of one file.
pub struct Compiled {
    /// The file.
    pub source: SourceId,
    /// The environment, as far as environment, tier and region could be read.
    pub environment: Option<Environment>,
    /// What is to say about it, in source order.
    pub diagnostics: Diagnostics,
}

/// What became of a run.
pub struct Run {
    /// Every text of it.
    pub sources: Sources,
    /// Facts about AWS, as far as the run's environments refer to them.
    pub catalogue: Catalogue,
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
    let catalogue_ids = texts.add_to(&mut sources);
    let decoded: Vec<(SourceId, Option<usize>)> = inputs
        .into_iter()
        .map(|input| decode(input, &mut sources))
        .collect();
    let mut parsed: Vec<Parsed> = decoded
        .par_iter()
        .map(|(source, bad_byte)| parse_file(&sources, *source, *bad_byte))
        .collect();

    let mut about_catalogue = Diagnostics::new();
    let tiers = tiers_of(&parsed, &sources, catalogue_ids.tiers, &mut about_catalogue);
    let instances = catalogue_ids.instances;
    let catalogue = catalogue_of(&parsed, &tiers, &sources, instances, &mut about_catalogue);
    if let Some(first) = parsed.first_mut() {
        first.diagnostics.extend(about_catalogue);
    }

    let mut files: Vec<Compiled> = parsed
        .into_par_iter()
        .map(|parsed| finish(parsed, &tiers, &catalogue, &sources, today))
        .collect();
    check_across(&mut files);
    for file in &mut files {
        file.diagnostics.sort(&sources);
    }
    Run {
        sources,
        catalogue,
        files,
    }
}

/// The facts about AWS that the files and their tiers refer to.
fn catalogue_of(
    parsed: &[Parsed],
    tiers: &Tiers,
    sources: &Sources,
    source: SourceId,
    diagnostics: &mut Diagnostics,
) -> Catalogue {
    let wanted = wanted(parsed, tiers);
    let text = &sources.get(source).text;
    let mut catalogue = parse::instances::instances(text, source, Some(&wanted), diagnostics);
    catalogue.version.clone_from(&tiers.version);
    catalogue
}

/// Every tier of a catalogue, resolved as an environment of its own name: what `tierc tiers` shows.
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

/// The text of a file, and the first byte that is not UTF-8.
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
            name: input.name,
            text,
            catalogue: false,
        }),
        bad,
    )
}

fn parse_file(sources: &Sources, source: SourceId, bad_byte: Option<usize>) -> Parsed {
    let mut diagnostics = Diagnostics::new();
    let text = &sources.get(source).text;
    if let Some(at) = bad_byte {
        let message =
            format!("the file is not UTF-8 text: byte {at} does not belong to any character");
        diagnostics.push(
            Diagnostic::error(code::NOT_UTF_8, message, Span::new(source, at, at))
                .help("save the file as UTF-8, which is neither UTF-16 nor Latin-1"),
        );
        return Parsed {
            source,
            ast: Ast::default(),
            diagnostics,
        };
    }
    let ast = parse::environment(text, source, &mut diagnostics);
    let end = text.trim_end().len();
    resolve::require_header(&ast, Span::new(source, end, end), &mut diagnostics);
    Parsed {
        source,
        ast,
        diagnostics,
    }
}

/// The tiers that the files name, each with the defaults below it.
struct Tiers {
    version: String,
    by_tier: BTreeMap<Tier, Ast>,
}

fn tiers_of(
    parsed: &[Parsed],
    sources: &Sources,
    source: SourceId,
    diagnostics: &mut Diagnostics,
) -> Tiers {
    let named: BTreeSet<Tier> = parsed
        .iter()
        .filter_map(|file| file.ast.tier.value.as_ref())
        .map(|tier| tier.value)
        .collect();
    let text = &sources.get(source).text;
    let read = parse::catalogue::tiers(text, source, &named, diagnostics);
    let by_tier = read
        .tiers
        .into_iter()
        .map(|(tier, ast)| (tier, merged(ast, read.defaults.clone())))
        .collect();
    Tiers {
        version: read.version,
        by_tier,
    }
}

/// A tier over the defaults. What the defaults say of a group that this tier does not have is left out.
#[must_use]
pub fn merged(tier: Ast, defaults: Ast) -> Ast {
    Ast {
        environment: tier.environment,
        tier: tier.tier,
        region: tier.region.over(defaults.region),
        app: tier.app.over(defaults.app),
        namespace: tier.namespace.over(defaults.namespace),
        cluster: tier.cluster.over(defaults.cluster),
        labels: tier.labels.over(defaults.labels),
        framework: tier.framework.over(defaults.framework),
        api: tier.api.over(defaults.api),
        workers: tier.workers.over(defaults.workers),
        services: tier.services.over(defaults.services),
        pgbouncer: tier.pgbouncer.over(defaults.pgbouncer),
        database: tier.database.over(defaults.database),
        redis: tier.redis.over(defaults.redis),
        nodes: tier.nodes.over(defaults.nodes),
        network: tier.network.over(defaults.network),
        autoscalers: tier.autoscalers.over(defaults.autoscalers),
        waivers: tier.waivers,
        broken: tier.broken.union(&defaults.broken).copied().collect(),
    }
}

/// The names in `instances.kdl` that the run refers to.
fn wanted(parsed: &[Parsed], tiers: &Tiers) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for ast in parsed
        .iter()
        .map(|file| &file.ast)
        .chain(tiers.by_tier.values())
    {
        let mut add = |written: &crate::ast::Written<String>| {
            names.extend(written.value.as_ref().map(|name| name.value.clone()));
        };
        add(&ast.database.instance);
        add(&ast.database.replicas.instance);
        ast.nodes.values().for_each(|group| add(&group.instance));
        ast.redis.values().for_each(|group| add(&group.node));
        if let Some(engine) = &ast.database.engine.value {
            let major = engine.value.split('.').next().unwrap_or_default();
            names.insert(major.to_owned());
        }
    }
    names.extend(redis_versions(parsed, tiers));
    names
}

/// `engine version` of every group, as the catalogue names them: every engine with every version,
/// because file and tier may state one each.
fn redis_versions(parsed: &[Parsed], tiers: &Tiers) -> BTreeSet<String> {
    let groups = || {
        parsed
            .iter()
            .map(|file| &file.ast)
            .chain(tiers.by_tier.values())
            .flat_map(|ast| ast.redis.values())
    };
    groups()
        .filter_map(|group| group.version.value.as_ref())
        .flat_map(|version| ["redis", "valkey"].map(|engine| format!("{engine} {}", version.value)))
        .collect()
}

fn finish(
    mut parsed: Parsed,
    tiers: &Tiers,
    catalogue: &Catalogue,
    sources: &Sources,
    today: Date,
) -> Compiled {
    let environment = resolve_and_check(&mut parsed, tiers, catalogue, sources, today);
    let Parsed {
        source,
        ast,
        mut diagnostics,
    } = parsed;
    waivers::apply(&ast, environment.is_some(), today, &mut diagnostics);
    Compiled {
        source,
        environment,
        diagnostics,
    }
}

fn resolve_and_check(
    parsed: &mut Parsed,
    tiers: &Tiers,
    catalogue: &Catalogue,
    sources: &Sources,
    today: Date,
) -> Option<Environment> {
    let named = parsed.ast.tier.value.as_ref()?;
    let tier = tiers.by_tier.get(&named.value)?;
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
    let context = Context {
        environment: &environment,
        catalogue,
        file: &parsed.ast,
        tier,
        today,
    };
    parsed.diagnostics.extend(check::check(&context));
    Some(environment)
}

/// The rules that read several files of a run.
fn check_across(files: &mut [Compiled]) {
    let environments: Vec<(usize, &Environment)> = files
        .iter()
        .enumerate()
        .filter_map(|(index, file)| Some((index, file.environment.as_ref()?)))
        .collect();
    let found = check::across::check(&environments);
    for (index, diagnostic) in found {
        if let Some(file) = files.get_mut(index) {
            file.diagnostics.push(diagnostic);
        }
    }
}
