//! The rows of the scaling guide, checked. If the guide contradicts itself, the finding is the expected
//! result. A case starts with its expected findings, as `// code: arithmetic`.

use std::collections::BTreeSet;

use crate::support::{files, for_each, run, snapshot, told};

fn cases() -> Vec<(String, String)> {
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    files("tests/cases/guide", "kdl").iter().map(read).collect()
}

/// Codes with the words that their findings must have in a message or a note.
fn expected(text: &str) -> Vec<(&str, &str)> {
    let lines = text.lines().map_while(|line| line.strip_prefix("// "));
    lines.map(|line| line.split_once(": ").unwrap()).collect()
}

#[test]
fn each_row_of_the_guide_is_judged_as_its_snapshot_shows() {
    for (name, text) in cases() {
        snapshot("guide", &name, &told(&text, &run(&text)));
    }
}

#[test]
fn each_row_of_the_guide_is_found_out_with_its_arithmetic_and_nothing_else_is() {
    for_each(cases(), |(name, text)| {
        let run = run(&text);
        let expected = expected(&text);
        let mut wrong = Vec::new();
        for (code, words) in &expected {
            let found = run.diagnostics().any(|finding| {
                let mut said = finding.notes.iter().chain([&finding.message]);
                finding.code.0 == *code && said.any(|said| said.contains(words))
            });
            if !found {
                wrong.push(format!("{name}: no {code} says {words:?}"));
            }
        }
        let expected: BTreeSet<&str> = expected.iter().map(|(code, _)| *code).collect();
        let found: BTreeSet<&str> = run.diagnostics().map(|finding| finding.code.0).collect();
        if found != expected {
            wrong.push(format!("{name}: {found:?}, not {expected:?}"));
        }
        wrong
    });
}
