use super::*;
use crate::source::{Source, Sources};

fn findings(text: &str) -> Vec<(String, String, String)> {
    let mut sources = Sources::default();
    let id = sources.add(Source {
        name: "a.kdl".into(),
        text: text.to_owned().into(),
        catalogue: false,
    });
    let mut out = Diagnostics::new();
    let _ = environment(text, id, &mut out);
    out.iter()
        .map(|d| {
            let at = sources.slice(d.labels[0].span).to_owned();
            let fix = d.help.iter().find_map(|h| h.replacement.clone());
            (
                d.code.to_string(),
                at,
                fix.map(|(_, t)| t).unwrap_or_default(),
            )
        })
        .collect()
}

#[test]
fn each_mistake_is_found_on_its_token() {
    for (text, code, at, fix) in [
        ("api { replicas min=\"6\" }", "wrong-value", "\"6\"", "6"),
        ("api { requests cpu=2 }", "wrong-value", "2", "\"2\""),
        ("api { target cpu=\"70%\" }", "wrong-value", "\"70%\"", "70"),
        (
            "api { replcas min=6 }",
            "unknown-node",
            "replcas",
            "replicas",
        ),
        ("api { replicas mni=6 }", "unknown-property", "mni", "min"),
        ("api { target 70 }", "unexpected-argument", "70", ""),
        ("api { hold 1 { x } }", "unexpected-children", "x", ""),
        ("api { replicas min=1 min=2 }", "duplicate", "min", ""),
        ("api\napi", "duplicate", "api", ""),
        ("tier \"lage\"", "unknown-word", "\"lage\"", "\"large\""),
        (
            "environment \"Prod\"",
            "wrong-value",
            "\"Prod\"",
            "\"prod\"",
        ),
        ("pgbouncer { pool default=0 }", "wrong-value", "0", ""),
        ("databse", "unknown-node", "databse", "database"),
        ("worker", "missing-value", "worker", ""),
        ("region \"useast\"", "wrong-value", "\"useast\"", ""),
        ("/- kdl-version 1\napi", "kdl-1", "1", "2"),
        (
            "labels example.com/owner=\"x\"",
            "bare-value",
            "example.com/owner",
            "\"example.com/owner\"",
        ),
    ] {
        let expected = (code.to_owned(), at.to_owned(), fix.to_owned());
        assert_eq!(findings(text), [expected], "{text}");
    }
}

#[test]
fn a_file_that_says_it_is_kdl_2_is_read() {
    assert_eq!(findings("/- kdl-version 2\napi"), []);
}

#[test]
fn the_vocabulary_parses_without_a_finding() {
    assert_eq!(findings(include_str!("vocabulary.kdl")), []);
}
