//! Tables of the systems' documentation about their own settings, row by row.

mod elasticache;
mod pgbouncer;
mod rds;

use std::collections::BTreeSet;

use tierc::emit::terraform;
use tierc::impact::{Class, Impact};

use super::{impact, prod, text};
use crate::support::run;

/// A row of a table.
struct Row {
    /// The setting in the words of its system.
    setting: &'static str,
    /// The lines that change it; empty if the language cannot change it.
    change: Option<Change>,
}

/// Lines that change one attribute.
struct Change {
    tier: &'static str,
    before: &'static str,
    after: &'static str,
    path: &'static str,
    class: Class,
}

const fn row(
    setting: &'static str,
    tier: &'static str,
    lines: (&'static str, &'static str),
    path: &'static str,
    class: Class,
) -> Row {
    let (before, after) = lines;
    Row {
        setting,
        change: Some(Change {
            tier,
            before,
            after,
            path,
            class,
        }),
    }
}

/// A setting that nothing in the language changes.
const fn fixed(setting: &'static str) -> Row {
    Row {
        setting,
        change: None,
    }
}

fn of(row: &Change) -> Impact {
    impact(
        &prod(row.tier, row.before),
        &prod(row.tier, row.after),
        row.path,
    )
}

/// Checks that every change has the class of its row, and returns the rows that cannot change.
fn hold(rows: &[Row]) -> Vec<&'static str> {
    let mut fixed = Vec::new();
    for row in rows {
        match &row.change {
            Some(change) => assert_eq!(
                of(change).class,
                change.class,
                "{}: {:?}",
                row.setting,
                of(change)
            ),
            None => fixed.push(row.setting),
        }
    }
    fixed
}

/// The Terraform variables of a tier.
fn tfvars(tier: &str) -> String {
    let run = run(&text(tier, ""));
    let environment = run.files[0].environment.as_ref();
    terraform::tfvars(environment.expect("the text resolves"), &run.catalogue)
}

/// Every value that some lines of Terraform variables give an argument.
fn values(lines: &str, argument: &str) -> BTreeSet<String> {
    let pairs = lines.lines().filter_map(|line| line.split_once('='));
    let of = pairs.filter(|(name, _)| name.trim() == argument);
    of.map(|(_, value)| value.trim().to_owned()).collect()
}

#[test]
fn every_class_is_called_as_it_is_written_in_json() {
    for (name, class) in Class::NAMES {
        assert_eq!(serde_json::to_value(class).unwrap(), *name);
        assert_eq!(class.to_string(), *name);
    }
    assert!(Class::NAMES.is_sorted_by_key(|(_, class)| *class));
}
