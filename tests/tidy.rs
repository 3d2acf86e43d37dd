//! The house is kept: no file grows past its seams, nothing unfinished stays.

use crate::support::{files, project};

#[test]
fn no_source_file_is_longer_than_400_lines() {
    for path in files("src", "rs") {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}

#[test]
fn crates_stay_behind_their_walls() {
    let walls = [
        ("kdl::", &["src/parse"][..]),
        ("serde_saphyr", &["src/emit/yaml.rs"]),
        ("minijinja", &["src/emit"]),
        ("clap", &["src/cli"]),
        ("jsonschema", &["src/emit/chart.rs"]),
        ("annotate_snippets", &["src/diagnostic/render.rs"]),
        ("rustix", &["src/cli/files"]),
        ("rust_decimal", &["src/model/money.rs"]),
    ];
    for path in files("src", "rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        let relative = path
            .strip_prefix(project(""))
            .unwrap()
            .to_string_lossy()
            .into_owned();
        for (name, homes) in walls {
            let used = text
                .lines()
                .any(|line| line.contains(name) && !line.trim_start().starts_with("//"));
            let home = homes.iter().any(|home| relative.starts_with(home));
            assert!(!used || home, "{relative} uses {name}");
        }
    }
}

#[test]
fn every_rule_has_its_file_and_its_explanation() {
    for rule in tierc::check::rules() {
        let explanation = project("src/diagnostic/explain").join(format!("{}.md", rule.code));
        assert!(explanation.exists(), "{}", explanation.display());
        assert!(
            rule.explanation.starts_with(&format!("# {}", rule.code)),
            "{}",
            rule.code
        );
    }
}
