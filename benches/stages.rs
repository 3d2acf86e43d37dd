//! What each stage takes, for one environment and for a thousand in memory.
//!
//!     cargo bench --bench stages
//!
//! divan's table has the times. The table before it has ratios to floors that are measured in
//! the same run, in turn with the stages, so that a busy machine slows both alike: a stage that
//! reads text against a copy of that text, one that writes against a copy of what it writes.

#![allow(clippy::print_stdout)] // a benchmark's result is what it prints
#![allow(missing_docs)]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use divan::Bencher;
use tierc::ast::Ast;
use tierc::catalogue::Catalogue;
use tierc::check::{self, Context};
use tierc::compile::{self, CatalogueTexts, Input, Run};
use tierc::diagnostic::Diagnostics;
use tierc::emit::{self, Artifacts};
use tierc::model::{Environment, Tier};
use tierc::resolve;
use tierc::source::{Source, SourceId, Sources};

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
use tierc::{parse, report};

/// An environment with labels, images and numbers of its own on the largest tier.
const ONE: &str = "environment \"bench\"
tier \"xlarge\"
region \"us-east-1\"
labels team=\"payments\" cost-center=\"4711\"
api { image \"registry.example.com/payments/api:1.42.0\"; }
";

const TIERS: [&str; 5] = ["dev", "small", "medium", "large", "xlarge"];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let asked = |argument| arguments.iter().any(|known| known == argument);
    if asked("--bench") && !asked("--list") {
        ratios();
    }
    divan::main();
}

fn today() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 24)
}

fn source(sources: &mut Sources, name: &str, text: &str, catalogue: bool) -> SourceId {
    sources.add(Source {
        name: name.into(),
        text: text.to_owned().into(),
        catalogue,
    })
}

/// One environment between any two stages.
struct Stages {
    texts: CatalogueTexts,
    sources: Sources,
    file: SourceId,
    instances: SourceId,
    ast: Ast,
    tier: Ast,
    catalogue: Catalogue,
    environment: Environment,
    artifacts: Artifacts,
}

impl Stages {
    fn new() -> Self {
        let texts = CatalogueTexts::embedded();
        let mut sources = Sources::default();
        let built_in = |name| CatalogueTexts::built_in_file(name).expect("a built-in file");
        let tiers = source(&mut sources, "tiers.kdl", built_in("tiers.kdl"), true);
        let instances = source(
            &mut sources,
            "instances.kdl",
            built_in("instances.kdl"),
            true,
        );
        let file = source(&mut sources, "bench.kdl", ONE, false);
        let mut diagnostics = Diagnostics::new();
        let ast = parse::environment(ONE, file, &mut diagnostics);
        let wanted = BTreeSet::from([Tier::Xlarge]);
        let mut read =
            parse::catalogue::tiers(built_in("tiers.kdl"), tiers, &wanted, &mut diagnostics);
        let stated = read.tiers.remove(&Tier::Xlarge).expect("a built-in tier");
        let tier = compile::merged(stated, read.defaults);
        let text = built_in("instances.kdl");
        let catalogue = parse::instances::built_in(text, instances, None, &mut diagnostics);
        let resolved = resolve::resolve(&ast, &tier, &catalogue, &sources, &mut diagnostics);
        let environment = resolved.expect("a whole environment").environment;
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        let artifacts = emit::emit(&environment, None, &catalogue, "bench.kdl");
        Self {
            texts,
            sources,
            file,
            instances,
            ast,
            tier,
            catalogue,
            environment,
            artifacts,
        }
    }

    fn parse(&self) -> Ast {
        parse::environment(black_box(ONE), self.file, &mut Diagnostics::new())
    }

    fn parse_instances(&self) -> Catalogue {
        let file = black_box("instances.kdl");
        let text = CatalogueTexts::built_in_file(file).expect("a built-in file");
        let wanted = BTreeSet::from(["m7g.2xlarge".to_owned(), "db.r6g.4xlarge".to_owned()]);
        let mut found = Diagnostics::new();
        parse::instances::built_in(text, self.instances, Some(&wanted), &mut found)
    }

    fn resolve(&self) -> Environment {
        let mut diagnostics = Diagnostics::new();
        let (ast, tier) = (black_box(&self.ast), &self.tier);
        resolve::resolve(ast, tier, &self.catalogue, &self.sources, &mut diagnostics)
            .expect("it was resolved before")
            .environment
    }

    fn check(&self) -> Diagnostics {
        check::check(&Context {
            environment: black_box(&self.environment),
            catalogue: &self.catalogue,
            file: &self.ast,
            tier: &self.tier,
            estimate: None,
            today: today(),
        })
    }

    fn emit(&self) -> Artifacts {
        emit::emit(
            black_box(&self.environment),
            None,
            &self.catalogue,
            "bench.kdl",
        )
    }

    fn compile(&self) -> Run {
        let input = Input {
            name: "bench.kdl".into(),
            bytes: ONE.into(),
        };
        compile::compile(vec![input], &self.texts, today())
    }

    fn show(&self) -> String {
        report::show::listing(&self.environment.list(), &self.sources)
    }

    /// The floor of what reads: a copy of the environment's text and of the catalogue's.
    fn copy_texts() -> Vec<String> {
        let file = |name| CatalogueTexts::built_in_file(name).expect("a built-in file");
        let texts = [ONE, file("tiers.kdl"), file("instances.kdl")];
        black_box(texts).map(str::to_owned).to_vec()
    }

    /// The floor of what writes: a copy of what is written.
    fn copy_artifacts(&self) -> Artifacts {
        black_box(&self.artifacts).clone()
    }
}

fn thousand() -> Vec<Input> {
    (0..1000)
        .zip(TIERS.iter().cycle())
        .map(|(index, tier): (usize, _)| {
            let text = ONE
                .replace("\"bench\"", &format!("\"bench-{index:04}\""))
                .replace("\"xlarge\"", &format!("\"{tier}\""))
                .replace("4711", &index.to_string());
            Input {
                name: format!("bench-{index:04}.kdl"),
                bytes: text.into_bytes(),
            }
        })
        .collect()
}

fn emit_all(run: &Run) -> Vec<Artifacts> {
    use rayon::prelude::*;
    run.files
        .par_iter()
        .filter_map(|file| file.environment.as_ref())
        .map(|environment| emit::emit(environment, None, &run.catalogue, "bench.kdl"))
        .collect()
}

/// The least of several rounds: what a stage takes when nothing disturbs it.
struct Timed<'a> {
    name: &'static str,
    floor: &'static str,
    run: Box<dyn Fn() + 'a>,
    least: Duration,
}

fn timed<'a, T>(name: &'static str, floor: &'static str, stage: impl Fn() -> T + 'a) -> Timed<'a> {
    Timed {
        name,
        floor,
        run: Box::new(move || drop(black_box(stage()))),
        least: Duration::MAX,
    }
}

fn ratios() {
    let stages = Stages::new();
    let texts = CatalogueTexts::embedded();
    let inputs = thousand();
    let compiled = compile::compile(inputs.clone(), &texts, today());
    assert!(!compiled.has_errors());
    let emitted = emit_all(&compiled);
    let (read, written) = ("copy what is read", "copy what is written");
    let (read_all, written_all) = ("copy 1,000 texts", "copy 1,000 trees");
    let mut one = [
        timed(read, read, Stages::copy_texts),
        timed("parse an environment", read, || stages.parse()),
        timed("parse all instances", read, || stages.parse_instances()),
        timed("resolve", read, || stages.resolve()),
        timed("check", read, || stages.check()),
        timed("compile one", read, || stages.compile()),
        timed(written, written, || stages.copy_artifacts()),
        timed("emit one", written, || stages.emit()),
    ];
    let mut all = [
        timed(read_all, read_all, || inputs.clone()),
        timed("compile 1,000", read_all, || {
            compile::compile(inputs.clone(), &texts, today())
        }),
        timed(written_all, written_all, || emitted.clone()),
        timed("emit 1,000", written_all, || emit_all(&compiled)),
    ];
    measure(&mut one, 200);
    measure(&mut all, 15);
    print(&one);
    print(&all);
    println!();
}

/// Every stage in turn, `rounds` times.
fn measure(stages: &mut [Timed<'_>], rounds: usize) {
    for _ in 0..rounds {
        for stage in stages.iter_mut() {
            let start = Instant::now();
            (stage.run)();
            stage.least = stage.least.min(start.elapsed());
        }
    }
}

fn print(stages: &[Timed<'_>]) {
    for stage in stages {
        let floor = stages.iter().find(|known| known.name == stage.floor);
        let floor = floor.expect("a floor is among the stages").least;
        let ratio = stage.least.as_secs_f64() / floor.as_secs_f64();
        let least = format!("{:.1?}", stage.least);
        println!(
            "{:<22} {least:>10} {ratio:>8.1} x {}",
            stage.name, stage.floor
        );
    }
}

#[divan::bench]
fn parse_one(bencher: Bencher) {
    let stages = Stages::new();
    bencher.bench_local(|| stages.parse());
}

#[divan::bench]
fn parse_all_instances(bencher: Bencher) {
    let stages = Stages::new();
    bencher.bench_local(|| stages.parse_instances());
}

#[divan::bench]
fn resolve_one(bencher: Bencher) {
    let stages = Stages::new();
    bencher.bench_local(|| stages.resolve());
}

#[divan::bench]
fn check_one(bencher: Bencher) {
    let stages = Stages::new();
    bencher.bench_local(|| stages.check());
}

#[divan::bench]
fn emit_one(bencher: Bencher) {
    let stages = Stages::new();
    bencher.bench_local(|| stages.emit());
}

#[divan::bench]
fn compile_one(bencher: Bencher) {
    let stages = Stages::new();
    bencher.bench_local(|| stages.compile());
}

#[divan::bench]
fn show_one(bencher: Bencher) {
    let stages = Stages::new();
    bencher.bench_local(|| stages.show());
}

#[divan::bench(sample_count = 20)]
fn compile_a_thousand(bencher: Bencher) {
    let texts = CatalogueTexts::embedded();
    bencher
        .with_inputs(thousand)
        .bench_values(|inputs| compile::compile(inputs, &texts, today()));
}

#[divan::bench(sample_count = 20)]
fn emit_a_thousand(bencher: Bencher) {
    let run = compile::compile(thousand(), &CatalogueTexts::embedded(), today());
    bencher.bench(|| emit_all(&run));
}
