//! What `tierc explain` prints: one shape, an example with exactly the one code, a fix without any.

use std::collections::BTreeSet;
use std::process::Command;

use tierc::check;
use tierc::compile::{CatalogueFile, CatalogueTexts, Input, compile};
use tierc::diagnostic::{code, explain};

use crate::support::{for_each, run_texts, today};

/// Every explanation with its code.
fn explanations() -> Vec<(&'static str, &'static str)> {
    let rules = check::rules().map(|rule| (rule.code.0, rule.explanation));
    let language = code::LANGUAGE
        .iter()
        .map(|code| (code.0, explain::language(code.0).unwrap()));
    rules.chain(language).collect()
}

/// The text below a heading.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let from = text.split_once(&format!("\n## {heading}\n")).unwrap().1;
    from.split("\n## ").next().unwrap()
}

/// The KDL under a heading: one file, or several that begin with their names.
fn kdl(text: &str, heading: &str) -> String {
    let blocks = section(text, heading).split("```kdl\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

fn codes_in(text: &str) -> Vec<&'static str> {
    let run = run_texts(text);
    let codes: BTreeSet<&str> = run.diagnostics().map(|finding| finding.code.0).collect();
    codes.into_iter().collect()
}

#[test]
fn every_explanation_says_what_why_from_where_with_an_example_and_a_fix() {
    for_each(explanations(), |(code, text)| {
        let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
        let title = format!("# {code}");
        let wanted = [&title, "## Why", "## Source", "## Example", "## Fix"];
        let empty = ["Why", "Source", "Example", "Fix"]
            .iter()
            .any(|heading| section(text, heading).trim().is_empty());
        let what = text.lines().nth(2).unwrap_or_default();
        let wrong = headings != wanted || empty || what.is_empty() || !text.ends_with('\n');
        wrong
            .then(|| format!("{code}: {headings:?}"))
            .into_iter()
            .collect()
    });
}

#[test]
fn an_example_gives_exactly_its_code_and_its_fix_none() {
    for_each(explanations(), |(code, text)| {
        let mut wrong = Vec::new();
        // Their examples are not environments: tests/emit/values_template.rs and tests/cli have cases.
        if ["values-template", "chart-sets-replicas"].contains(&code) {
            return wrong;
        }
        let money = check::money::RULES.iter().any(|rule| rule.code.0 == code);
        let found = match code {
            // Shown below, or where costs are.
            "not-utf-8" | "catalogue-incomplete" | "catalogue-contradiction" => vec![code],
            _ if money => vec![code],
            _ => codes_in(&kdl(text, "Example")),
        };
        if found != [code] {
            wrong.push(format!("{code}: the example gives {found:?}"));
        }
        let found = codes_in(&kdl(text, "Fix"));
        if !found.is_empty() {
            wrong.push(format!("{code}: the fix gives {found:?}"));
        }
        wrong
    });
}

#[test]
fn bytes_that_are_not_utf_8_are_what_their_explanation_shows() {
    let input = Input {
        name: "prod.kdl".into(),
        bytes: b"environment \"caf\xe9\"\n".to_vec(),
    };
    let run = compile(vec![input], &CatalogueTexts::embedded(), today());
    let codes: Vec<&str> = run.diagnostics().map(|finding| finding.code.0).collect();
    assert_eq!(codes, ["not-utf-8"]);
    assert!(explain::language("not-utf-8").unwrap().contains("caf\\xe9"));
}

#[test]
fn a_catalogue_with_an_empty_tier_is_incomplete() {
    let text = kdl(
        explain::language("catalogue-incomplete").unwrap(),
        "Example",
    );
    let texts = CatalogueTexts::embedded().replacing(CatalogueFile::Tiers, "own/tiers.kdl", text);
    let input = Input {
        name: "prod.kdl".into(),
        bytes: b"environment \"staging\"\ntier \"small\"\nregion \"us-east-1\"\n".to_vec(),
    };
    let run = compile(vec![input], &texts, today());
    let codes: BTreeSet<&str> = run.diagnostics().map(|finding| finding.code.0).collect();
    assert_eq!(Vec::from_iter(codes), ["catalogue-incomplete"]);
}

#[test]
fn a_row_with_more_pods_than_addresses_contradicts_itself() {
    let text = kdl(
        explain::language("catalogue-contradiction").unwrap(),
        "Example",
    );
    let name = "own/instances.kdl".to_owned();
    let texts = CatalogueTexts::embedded().with(CatalogueFile::Instances, name, text);
    let input = Input {
        name: "prod.kdl".into(),
        bytes: b"environment \"staging\"\ntier \"small\"\nregion \"us-east-1\"\nnodes \"general\" { instance \"m9x.xlarge\" }\n".to_vec(),
    };
    let run = compile(vec![input], &texts, today());
    let codes: Vec<&str> = run.diagnostics().map(|finding| finding.code.0).collect();
    assert_eq!(codes, ["catalogue-contradiction"]);
}

#[test]
fn explain_prints_every_explanation_and_helps_with_a_slip() {
    let explain = |code: &str| {
        let mut tierc = Command::new(env!("CARGO_BIN_EXE_tierc"));
        tierc.args(["explain", code]).output().unwrap()
    };
    for (code, text) in explanations() {
        let printed = explain(code);
        assert!(printed.status.success(), "{code}");
        assert_eq!(String::from_utf8(printed.stdout).unwrap(), text, "{code}");
    }
    let slip = explain("singel-az");
    assert_eq!(slip.status.code(), Some(1));
    let told = String::from_utf8(slip.stderr).unwrap();
    assert!(told.contains("did you mean `single-az`?"), "{told}");
    for (wanted, answer) in [
        (
            "connection-budget",
            "did you mean `connection-budget-exceeded`?",
        ),
        (
            "pool-within-server",
            "is not a rule but the name of a derivation",
        ),
    ] {
        let told = String::from_utf8(explain(wanted).stderr).unwrap();
        assert!(told.contains(answer), "{told}");
    }
    let told = String::from_utf8(explain("teapot").stderr).unwrap();
    assert!(!told.contains("did you mean"), "{told}");
}
