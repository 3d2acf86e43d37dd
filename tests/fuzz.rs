//! The corpus of the fuzz targets, replayed.

#[path = "../fuzz/targets.rs"]
mod targets;

use crate::support::{for_each, project};

/// A target's name and its check.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 4] = [
    ("compile", targets::compile),
    ("duration", targets::duration),
    ("parse", targets::parse),
    ("quantity", targets::quantity),
];

/// The files of a target's corpus, by name.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = project("fuzz/corpus").join(target);
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_target_survives_its_corpus() {
    for (name, target) in TARGETS {
        let files = corpus(name);
        assert!(files.len() > 10, "{name} has a corpus");
        for_each(files, |(file, bytes)| {
            let survives = std::panic::catch_unwind(|| target(&bytes)).is_ok();
            let wrong = format!("{name}/{file} panics");
            (!survives).then_some(wrong).into_iter().collect()
        });
    }
}

#[test]
fn every_target_is_built_and_replayed() {
    let built = crate::support::files("fuzz/fuzz_targets", "rs");
    let built = built.iter().map(|path| path.file_stem().unwrap());
    let replayed: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert!(built.eq(replayed));
}
