//! What README shows is what tierc does.

mod attributes;
mod ci;
mod coverage;
mod language;
mod platforms;
mod wording;

use tierc::compile::{CatalogueTexts, Input, repairable};
use tierc::diagnostic::Severity;
use tierc::diagnostic::render::{self, Style, human, summary};

use crate::support::{project, run, today};

/// The blocks of README in this language, in order.
fn blocks(language: &str) -> Vec<String> {
    blocks_of("README.md", language)
}

fn blocks_of(document: &str, language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(project(document)).unwrap();
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
    let input = Input {
        name: "prod.kdl".into(),
        bytes: text.as_bytes().to_vec(),
    };
    let count = repairable(&input, &CatalogueTexts::embedded(), today(), 1);
    let fixable = render::fixable(count.safe, count.others, count.more);
    let fixable = fixable.map_or_else(String::new, |line| format!("{line}\n"));
    format!("{shown}{summary}\n{fixable}")
}

#[test]
fn the_environment_that_readme_shows_has_no_finding() {
    assert_eq!(findings(&blocks("kdl")[0]), "no findings in 1 file\n");
}

#[test]
fn the_finding_that_readme_shows_is_the_one_that_is_printed() {
    assert_eq!(blocks("text")[1], findings(&blocks("kdl")[1]));
}

#[test]
fn the_diff_that_readme_shows_is_the_one_that_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("prod.kdl"), &blocks("kdl")[0]).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tierc"))
        .current_dir(folder.path())
        .args([
            "diff",
            "prod.kdl",
            "prod.kdl@large",
            "--today",
            "2026-11-24",
        ])
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(blocks("text")[2], printed, "README shows another diff");
}

#[test]
fn readme_counts_the_rules() {
    let text = std::fs::read_to_string(project("README.md")).unwrap();
    let rules = tierc::check::rules().count();
    assert!(text.contains(&format!("{rules} rules")), "{rules}");
}

#[test]
fn contributing_names_every_room_and_no_path_that_is_gone() {
    let text = std::fs::read_to_string(project("CONTRIBUTING.md")).unwrap();
    let library = std::fs::read_to_string(project("src/lib.rs")).unwrap();
    let rooms = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "));
    let rooms = rooms.map(|room| format!("`{}`", room.trim_end_matches(';')));
    let unnamed: Vec<String> = rooms.filter(|room| !text.contains(room)).collect();
    assert_eq!(unnamed, Vec::<String>::new());
    let folders = ["src/", "tests/", "docs/", "snapshots/", "schema/", ".ci/"];
    let paths = text
        .split('`')
        .filter(|it| folders.iter().any(|folder| it.starts_with(folder)));
    let paths: Vec<&str> = paths
        .filter(|it| !it.contains(['<', '*', '{', ' ']))
        .collect();
    assert!(paths.len() > 20, "{paths:?}");
    let gone: Vec<&&str> = paths.iter().filter(|it| !project(it).exists()).collect();
    assert_eq!(gone, Vec::<&&str>::new());
}

/// What the reference of the language shows, as one file.
#[test]
fn the_reference_of_the_language_is_an_environment_without_errors() {
    let run = run(&blocks_of("docs/language.md", "kdl").concat());
    let errors = run
        .diagnostics()
        .filter(|it| it.severity == Severity::Error);
    let told: Vec<String> = errors
        .map(|it| format!("{}: {}", it.code, it.message))
        .collect();
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn the_reference_of_the_language_names_every_node_and_property() {
    let document = std::fs::read_to_string(project("docs/language.md")).unwrap();
    let vocabulary = std::fs::read_to_string(project("src/parse/vocabulary.kdl")).unwrap();
    let code = vocabulary
        .lines()
        .filter_map(|line| line.split("//").next());
    let words = code.flat_map(|line| line.split(|c: char| c.is_whitespace() || "{};=".contains(c)));
    let missing: Vec<&str> = words
        .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter(|word| !word.contains('"') && !document.contains(word))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

/// The names that a values template can read, each in backticks.
#[test]
fn the_page_of_charts_names_what_a_template_can_read() {
    let page = std::fs::read_to_string(project("docs/your-chart.md")).unwrap();
    let schema: serde_json::Value =
        serde_json::from_str(&tierc::emit::values_template::schema()).unwrap();
    let names = |of: &serde_json::Value| -> Vec<String> {
        of["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    let mut all = names(&schema);
    all.extend(names(&schema["$defs"]["WorkloadData"]));
    all.extend(names(&schema["$defs"]["DatabaseData"]));
    all.extend(names(&schema["$defs"]["RedisData"]));
    let missing: Vec<&String> = all
        .iter()
        .filter(|name| !page.contains(&format!("`{name}`")) && !page.contains(&format!("`{name}.")))
        .collect();
    assert_eq!(missing, Vec::<&String>::new());
    let version = tierc::emit::values_template::VERSION;
    assert!(page.contains(&format!("data has a version, now {version}.")));
    for layout in tierc::emit::values_template::layouts::LAYOUTS {
        assert!(
            page.contains(&format!("| `{}` |", layout.name)),
            "{}",
            layout.name
        );
    }
}
