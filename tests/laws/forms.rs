//! Laws of the output for one environment: each format is read back unchanged, no floor is above its
//! ceiling, and an unreadable value affects only itself.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use tierc::compile::{CatalogueTexts, Run, costs};
use tierc::cost::Range;
use tierc::diagnostic::code;
use tierc::emit::emit;
use tierc::model::Environment;
use tierc::report;
use tierc::source::Origin;

use super::config;
use super::environment::{Text, environment};
use crate::diff::records;
use crate::support::{documents, run, today};

fn compiled(text: &Text) -> (Run, Environment) {
    let run = run(&text.0);
    let environment = run.files[0].environment.clone();
    let environment = environment.unwrap_or_else(|| panic!("it resolves: {}", text.0));
    (run, environment)
}

/// The places of values after a `=`, or of single arguments: values that can be removed without removing
/// a name.
fn values(text: &str) -> Vec<std::ops::Range<usize>> {
    let ends = |at: usize| {
        let rest = &text[at..];
        let end = match rest.strip_prefix('"') {
            Some(body) => body.find('"').unwrap() + 2,
            None => rest.find([' ', '\n', ';', '}']).unwrap(),
        };
        at..at + end
    };
    let keyed = text.match_indices('=').map(|(at, _)| ends(at + 1));
    let single = text.match_indices("\n    ").filter_map(|(at, _)| {
        let line = text[at + 5..].lines().next().unwrap();
        let (_, value) = line.split_once(' ')?;
        let alone = !value.contains([' ', '=']);
        alone.then(|| ends(at + 5 + line.len() - value.len()))
    });
    keyed.chain(single).collect()
}

/// Rules that name workloads without enough room. If some workloads cannot be counted, the same finding
/// may name only the others.
const OF_CROWDS: [&str; 2] = ["node-capacity-exceeded", "node-packing-tight"];

/// The findings of the rules, by code and sentence.
fn found(run: &Run) -> BTreeSet<(String, String)> {
    let rules = run.diagnostics();
    let rules = rules.filter(|finding| !code::LANGUAGE.contains(&finding.code));
    rules
        .map(|finding| (finding.code.to_string(), finding.message.clone()))
        .collect()
}

fn in_order(range: Range) -> bool {
    range.floor <= range.ceiling
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn json_is_read_back_as_what_was_shown(text in environment()) {
        let (run, shown) = compiled(&text);
        let json = report::show::json(&shown, &shown.list(), &run.sources);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let read: Environment = serde_json::from_value(json["environment"].clone()).unwrap();
        prop_assert!(shown.compare(&read).is_empty());
        let values = |environment: &Environment| -> Vec<(String, String)> {
            let all = environment.list().into_iter();
            all.map(|attribute| (attribute.path, attribute.value)).collect()
        };
        prop_assert_eq!(values(&read), values(&shown));
        prop_assert!(read.list().iter().all(|read| matches!(read.origin, Origin::Recorded)));
        prop_assert_eq!(&serde_json::to_value(&read).unwrap(), &json["environment"]);
    }

    #[test]
    fn a_record_breaks_the_rules_that_its_file_breaks(text in environment()) {
        let (run, _) = compiled(&text);
        let unread = |code| code::LANGUAGE.contains(&code);
        prop_assume!(!run.diagnostics().any(|finding| unread(finding.code)));
        let of_record = records::read(records::records(&run)).runs.after;
        prop_assert_eq!(records::codes(&of_record), records::codes(&run));
    }

    #[test]
    fn another_reader_takes_every_document(text in environment()) {
        let (run, environment) = compiled(&text);
        for (path, text) in emit(&environment, None, &run.catalogue, "prod.kdl") {
            if std::path::Path::new(&path).extension().is_some_and(|it| it == "yaml") {
                let read = documents(&text);
                prop_assert!(!read.is_empty() && read.iter().all(serde_json::Value::is_object), "{path}");
            }
        }
    }

    #[test]
    fn loads_follow_one_another_and_each_level_is_judged(text in environment()) {
        let (run, environment) = compiled(&text);
        let artifacts = emit(&environment, None, &run.catalogue, "prod.kdl");
        for (name, test) in &environment.load_test {
            let script = &artifacts[&format!("load-test/{name}.js")];
            let (_, rest) = script.split_once("export const options = ").unwrap();
            let (options, _) = rest.split_once(";\n").unwrap();
            let options: serde_json::Value = serde_json::from_str(options).unwrap();
            let seconds = |value: &serde_json::Value| -> u64 {
                let text = value.as_str().unwrap_or("0s");
                text.strip_suffix('s').unwrap().parse().unwrap()
            };
            let mut free_from = 0;
            let thresholds = options["thresholds"].as_object().unwrap();
            for load in options["scenarios"].as_object().unwrap().values() {
                prop_assert_eq!(seconds(&load["startTime"]), free_from);
                let stages = load["stages"].as_array().into_iter().flatten();
                let ramp: u64 = stages.map(|stage| seconds(&stage["duration"])).sum();
                free_from += ramp + seconds(&load["duration"]) + seconds(&load["gracefulStop"]);
            }
            let levels = test.stage.len() + usize::from(test.steady.is_some()) + 1;
            prop_assert_eq!(thresholds.len(), 2 * levels + 1, "and the requests left out");
            let of = |metric: &str| -> BTreeSet<String> {
                let names = thresholds.keys().filter_map(|it| it.strip_prefix(metric));
                names.map(str::to_owned).collect()
            };
            // Each level has limits for durations and for errors.
            let (durations, errors) = (of("http_req_duration"), of("http_req_failed"));
            prop_assert_eq!(&durations, &errors);
            prop_assert_eq!(durations.len(), levels);
            let refused = run.diagnostics().any(|it| it.code.0 == "load-test-cannot-run");
            let pods = test.runners();
            prop_assert!(refused || u64::from(pods) <= test.vus());
        }
    }

    #[test]
    fn no_floor_is_above_its_ceiling(text in environment()) {
        let (mut run, _) = compiled(&text);
        let costs = costs(&mut run, &CatalogueTexts::embedded(), today());
        let estimate = &costs.estimates[0];
        prop_assert!(estimate.range().is_some_and(in_order));
        for item in &estimate.items {
            prop_assert!(item.range().is_none_or(in_order), "{}", item.path);
        }
    }

    #[test]
    fn a_value_that_cannot_be_read_causes_no_finding_elsewhere(text in environment(), at in any::<Index>()) {
        let values = values(&text.0);
        prop_assume!(!values.is_empty());
        let at = at.get(&values).clone();
        let broken = format!("{}#null{}", &text.0[..at.start], &text.0[at.end..]);
        let before = found(&run(&text.0));
        let run = run(&broken);
        prop_assert!(run.has_errors(), "{broken}");
        let of_fewer = |(code, _): &(String, String)| {
            OF_CROWDS.contains(&code.as_str()) && before.iter().any(|(known, _)| known == code)
        };
        let after = found(&run);
        let caused = after.difference(&before).filter(|finding| !of_fewer(finding));
        let caused: Vec<_> = caused.collect();
        prop_assert!(caused.is_empty(), "{caused:?}\n{broken}");
    }
}
