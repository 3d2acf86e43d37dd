//! The structure is kept: crates stay behind their walls, layers point downward, nothing unfinished stays.

mod circles;

use crate::support::{files, project};

#[test]
fn crates_stay_behind_their_walls() {
    let walls = [
        ("kdl::", &["src/parse"][..]),
        ("serde_saphyr", &["src/emit/yaml"]),
        ("minijinja", &["src/emit", "src/report"]),
        ("clap", &["src/cli"]),
        ("jsonschema", &["src/chart_schema.rs"]),
        ("annotate_snippets", &["src/diagnostic/render.rs"]),
        ("rustix", &["src/cli/files"]),
        ("rust_decimal", &["src/model/money.rs"]),
        ("ureq", &["src/cli/prometheus.rs"]),
        ("csv::", &["src/capacity/metrics_file.rs"]),
        ("shlex", &["src/action/shell/words.rs"]),
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

/// The layers, lowest first: a module imports only from lower ones, and never from its siblings.
const LAYERS: &[&[&str]] = &[
    &["source", "pair", "edit"],
    &["diagnostic", "model"],
    &["ast", "schedule"],
    &["catalogue", "action"],
    &["budget"],
    &["cost"],
    &["metric"],
    &["parse", "check", "emit", "diff", "schema"],
    &["resolve", "impact", "rewrite", "chart_schema"],
    &["compile"],
    &["plan", "capacity"],
    &["report"],
    &["cli"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The modules of this crate that a text names.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    text.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[test]
fn modules_import_from_lower_layers_alone() {
    for path in files("src", "rs") {
        let relative = path.strip_prefix(project("src")).unwrap();
        let first = relative.components().next().unwrap().as_os_str();
        let module = first.to_string_lossy().trim_end_matches(".rs").to_owned();
        if ["lib", "main"].contains(&module.as_str()) {
            continue;
        }
        let own = layer(&module).unwrap_or_else(|| panic!("`{module}` has no layer"));
        let text = std::fs::read_to_string(&path).unwrap();
        for import in imports(&text).filter(|import| *import != module) {
            let Some(other) = layer(import) else { continue };
            assert!(
                other < own,
                "{} imports from `{import}`",
                relative.display()
            );
        }
    }
}
