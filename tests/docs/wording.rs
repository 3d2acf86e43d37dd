//! Phrases that need a second reading stay out of what people read.

use std::path::PathBuf;

use crate::support::{files, project};

/// Phrases that were removed once, each with a plain way to say it.
const RIDDLES: &[(&str, &str)] = &[
    ("and is none", "but is not one"),
    ("begins like a number", "starts like a number"),
    ("called after", "named after"),
    ("goes without", "needs no"),
    ("in no sum", "sums exclude it"),
    ("nobody can say", "it is unknown"),
    ("nobody can tell", "it is unknown"),
    ("nobody could say", "it is unknown"),
    ("nobody knows", "it is unknown"),
    ("stands nowhere", "has no location"),
    ("the one of", "that of"),
    ("whoever", "a person who"),
];

/// Everything that people read: documents, explanations, templates, and the source with its comments
/// and messages.
fn texts() -> Vec<PathBuf> {
    let documents = ["README.md", "CONTRIBUTING.md"].map(project);
    let folders = [
        ("docs", "md"),
        ("src", "rs"),
        ("src", "md"),
        ("templates", "j2"),
        ("templates", "sh"),
    ];
    let below = folders
        .into_iter()
        .flat_map(|(folder, ending)| files(folder, ending));
    documents.into_iter().chain(below).collect()
}

/// A text in lower case, in which lines and comment marks divide no phrase.
fn flat(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        line.trim_start_matches(['/', '!', '#']).trim()
    });
    lines.collect::<Vec<_>>().join(" ").to_lowercase()
}

#[test]
fn no_text_has_a_phrase_that_needs_a_second_reading() {
    let texts = texts();
    assert!(texts.len() > 400, "{}", texts.len());
    let mut found = Vec::new();
    for path in texts {
        let text = flat(&std::fs::read_to_string(&path).unwrap());
        for (riddle, plain) in RIDDLES {
            if text.contains(riddle) {
                let path = path
                    .strip_prefix(project(""))
                    .unwrap()
                    .display()
                    .to_string();
                found.push(format!("{path}: write `{plain}` instead of `{riddle}`"));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_phrase_is_found_across_lines_of_a_comment() {
    let text = "    /// It starts like a number, and is\n    /// none.\n";
    assert!(flat(text).contains("and is none"));
}
