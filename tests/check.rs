//! Rules: how each fails and how it just passes, what it says, and that what it says is right.

mod cases;
mod explanations;
mod guide;
mod laws;
mod repairs;

use crate::support::codes;

const HEADER: &str = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n";

#[test]
fn every_mistake_of_a_file_comes_in_one_run_with_the_rules_findings() {
    let text = format!(
        "{HEADER}api {{ limits cpu=500m; replcas min=3 }}\npgbouncer {{ pool max-db=120 }}\ndatabase {{ multi-az true }}\n"
    );
    let found = codes(&text);
    assert_eq!(found.iter().filter(|code| *code == "bare-value").count(), 2);
    let text = format!("{HEADER}labels 5\npgbouncer {{ pool max-db=120 }}\n");
    assert_eq!(
        codes(&text),
        ["unexpected-argument", "connection-budget-exceeded"]
    );
}

#[test]
fn a_value_that_could_not_be_read_silences_the_rules_that_read_it() {
    let text = format!("{HEADER}pgbouncer {{ pool max-db=120; instances \"many\" }}\n");
    assert_eq!(codes(&text), ["wrong-value"]);
}

#[test]
fn what_is_missing_from_an_empty_file_is_said_at_once() {
    assert_eq!(codes(""), ["missing-node", "missing-node", "missing-node"]);
}
