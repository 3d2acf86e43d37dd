//! What README shows is what tierc does.

use tierc::diagnostic::Severity;
use tierc::diagnostic::render::{Style, human, summary};

use crate::support::{project, run};

/// The blocks of README in this language, in order.
fn blocks(language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(project("README.md")).unwrap();
    let fence = format!("```{language}\n");
    let blocks = text.split(fence.as_str()).skip(1);
    blocks
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

fn findings(text: &str) -> String {
    let run = run(text);
    let style = Style {
        color: false,
        width: 100,
    };
    let count = |severity| {
        run.diagnostics()
            .filter(|it| it.severity == severity)
            .count()
    };
    let shown = human(run.diagnostics(), &run.sources, style);
    let summary = summary(
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note),
        run.files.len(),
    );
    format!("{shown}{summary}\n")
}

#[test]
fn the_environment_that_readme_shows_has_no_finding() {
    assert_eq!(findings(&blocks("kdl")[0]), "no findings in 1 file\n");
}

#[test]
fn the_finding_that_readme_shows_is_the_one_that_is_printed() {
    assert_eq!(blocks("text")[0], findings(&blocks("kdl")[1]));
}
