//! Laws of one environment: the order of its nodes and the number of threads do not matter.

use proptest::prelude::*;
use proptest::sample::Index;
use tierc::compile::Run;
use tierc::emit::{Artifacts, emit};

use super::environment::{Text, environment};
use super::{config, config_of_many_runs};
use crate::support::{run, run_texts, shown};

fn artifacts(run: &Run) -> Artifacts {
    let environment = run.files[0].environment.as_ref().unwrap();
    emit(environment, None, &run.catalogue, "prod.kdl")
}

/// `items` in the order given by `order`.
fn moved<T>(items: &mut [T], order: &mut impl Iterator<Item = Index>) {
    for at in 1..items.len() {
        let other = order.next().unwrap().index(at + 1);
        items.swap(at, other);
    }
}

/// The same file with its nodes, and the children of each node, in another order.
fn reordered(text: &Text, order: &[Index]) -> Text {
    let mut order = order.iter().copied().cycle();
    let mut nodes = text.nodes();
    moved(&mut nodes, &mut order);
    for node in &mut nodes {
        moved(&mut node.children, &mut order);
    }
    Text::of(&nodes)
}

/// Runs `work` with this number of threads.
fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap().install(work)
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn moving_nodes_changes_no_byte(text in environment(), order in proptest::collection::vec(any::<Index>(), 64)) {
        let other = reordered(&text, &order);
        prop_assert_eq!(artifacts(&run(&text.0)), artifacts(&run(&other.0)), "{}", other.0);
    }
}

proptest! {
    #![proptest_config(config_of_many_runs(60))]

    #[test]
    fn any_number_of_threads_says_the_same(texts in proptest::collection::vec(environment(), 2..6)) {
        let named = |(at, text): (usize, &Text)| {
            format!("// file-{at}.kdl\n{}", text.0.replace("\"prod\"", &format!("\"prod-{at}\"")))
        };
        let text: String = texts.iter().enumerate().map(named).collect();
        let said = |threads| with_threads(threads, || {
            let run = run_texts(&text);
            let trees: Vec<Artifacts> = run
                .files
                .iter()
                .map(|file| emit(file.environment.as_ref().unwrap(), None, &run.catalogue, "a.kdl"))
                .collect();
            (shown(&run), trees)
        });
        let (one, four) = (said(1), said(4));
        prop_assert_eq!(one.1.len(), texts.len());
        prop_assert_eq!(one, four);
    }
}
