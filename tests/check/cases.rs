//! `tests/cases/check/<slug>`: a file for each way to fail, and one that just passes.

use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use tierc::compile::Run;

use crate::support::{files, for_each, project, run_texts, snapshot, told};

/// A case: the rule, its name, and its text.
pub(super) struct Case {
    pub(super) rule: String,
    pub(super) name: String,
    pub(super) text: String,
    run: OnceLock<Run>,
}

impl Case {
    fn read(path: &Path) -> Self {
        let folder = path.parent().and_then(Path::file_name).unwrap();
        Self {
            rule: folder.to_string_lossy().into_owned(),
            name: path.file_stem().unwrap().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(path).unwrap(),
            run: OnceLock::new(),
        }
    }

    pub(super) fn fails(&self) -> bool {
        self.name.starts_with("fails_")
    }

    /// What the compiler says of it. All tests share one run.
    pub(super) fn run(&self) -> &Run {
        self.run.get_or_init(|| run_texts(&self.text))
    }
}

/// Every case, by rule and name.
pub(super) fn cases() -> impl Iterator<Item = &'static Case> {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
        let paths = files("tests/cases/check", "kdl");
        paths.iter().map(|path| Case::read(path)).collect()
    });
    CASES.iter()
}

#[test]
fn a_failing_case_is_told_as_its_snapshot_shows() {
    for case in cases().filter(|case| case.fails()) {
        let told = told(&case.text, case.run());
        snapshot(&format!("check/{}", case.rule), &case.name, &told);
    }
}

#[test]
fn a_failing_case_breaks_its_rule_and_a_passing_one_does_not() {
    for_each(cases(), |case| {
        let found = case.run().diagnostics();
        let found: Vec<&str> = found.map(|finding| finding.code.0).collect();
        let named = case.fails() || case.name.starts_with("passes_");
        let right = named && found.contains(&case.rule.as_str()) == case.fails();
        let wrong = format!("{}/{}: {found:?}", case.rule, case.name);
        (!right).then_some(wrong).into_iter().collect()
    });
}

#[test]
fn a_passing_case_breaks_no_other_rule_either() {
    for_each(cases().filter(|case| !case.fails()), |case| {
        let errors = case
            .run()
            .diagnostics()
            .filter(|finding| finding.severity == tierc::diagnostic::Severity::Error);
        errors
            .map(|finding| format!("{}/{}: {}", case.rule, case.name, finding.message))
            .collect()
    });
}

#[test]
fn every_snapshot_is_of_a_case_that_fails() {
    let known: Vec<PathBuf> = cases()
        .filter(|case| case.fails())
        .map(|case| {
            project("snapshots/check")
                .join(&case.rule)
                .join(format!("{}.snap", case.name))
        })
        .collect();
    for path in files("snapshots/check", "snap") {
        assert!(known.contains(&path), "{} shows nothing", path.display());
    }
}
