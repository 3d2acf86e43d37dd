//! Rules: each fails where its explanation says so, and its fix passes.

use crate::support::{codes, files};

/// The KDL blocks of an explanation, in order.
fn blocks(text: &str) -> Vec<String> {
    let parts = text.split("```kdl\n").skip(1);
    let mut found = Vec::new();
    for part in parts {
        found.push(part.split("```").next().unwrap_or_default().to_owned());
    }
    found
}

#[test]
fn every_rule_is_broken_by_its_example_and_kept_by_its_fix() {
    let mut wrong = Vec::new();
    for rule in tierc::check::rules() {
        let blocks = blocks(rule.explanation);
        let (Some(example), Some(fix)) = (blocks.first(), blocks.get(1)) else {
            continue;
        };
        let found = codes(example);
        if !found.iter().any(|code| code == rule.code.0) {
            wrong.push(format!("{}: the example gives {found:?}", rule.code));
        }
        let found = codes(fix);
        if found.iter().any(|code| code == rule.code.0) {
            wrong.push(format!("{}: the fix gives {found:?}", rule.code));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn rules_have_names_of_their_own() {
    let mut names: Vec<&str> = tierc::check::rules().map(|rule| rule.code.0).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn cases_that_fail_name_their_rule_and_cases_that_pass_do_not() {
    for path in files("tests/cases/check", "kdl") {
        let rule = path
            .parent()
            .and_then(|folder| folder.file_name())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let found = codes(&std::fs::read_to_string(&path).unwrap());
        assert_eq!(
            found.contains(&rule),
            name.starts_with("fails"),
            "{}: {found:?}",
            path.display()
        );
    }
}

#[test]
fn every_mistake_of_a_file_comes_in_one_run_with_the_rules_findings() {
    let text = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\napi { limits cpu=500m; replcas min=3 }\npgbouncer { pool max-db=120 }\ndatabase { multi-az true }\n";
    let found = codes(text);
    for code in ["bare-value", "bare-value"] {
        assert!(found.iter().any(|known| known == code), "{found:?}");
    }
    let text = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\nlabels 5\npgbouncer { pool max-db=120 }\n";
    assert!(
        codes(text).contains(&"connection-budget-exceeded".into()),
        "{:?}",
        codes(text)
    );
}

#[test]
fn a_value_that_could_not_be_read_silences_the_rules_that_read_it() {
    let text = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\npgbouncer { pool max-db=120; instances \"many\" }\n";
    assert_eq!(codes(text), ["wrong-value"]);
}

#[test]
fn what_is_missing_from_an_empty_file_is_said_at_once() {
    assert_eq!(codes(""), ["missing-node", "missing-node", "missing-node"]);
}
