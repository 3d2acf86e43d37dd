//! The structure: some crates are used by one room only, layers import downwards, nothing is unfinished.

mod circles;

use std::collections::{BTreeMap, BTreeSet};

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
        (
            "csv::",
            &["src/capacity/metrics_file.rs", "src/price_list/csv_file.rs"],
        ),
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

/// Examples in comments are not compiled (`doctest = false`), so none may look as if it were.
#[test]
fn no_comment_has_an_example_that_would_have_to_run() {
    for path in files("src", "rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        let comments = text.lines().map(str::trim_start);
        let comments = comments.filter(|line| line.starts_with("///") || line.starts_with("//!"));
        let mut fences = comments.filter(|line| line.contains("```"));
        let opens_with_text =
            |(at, fence): (usize, &str)| at % 2 == 1 || fence.ends_with("```text");
        assert!(
            fences.by_ref().enumerate().all(opens_with_text),
            "{}",
            path.display()
        );
    }
}

/// The layers, lowest first: a module imports only from lower ones, and never from its siblings.
const LAYERS: &[&[&str]] = &[
    &["source", "pair"],
    &["model"],
    &["edit"],
    &["diagnostic"],
    &["ast", "schedule"],
    &["catalogue", "action"],
    &["budget"],
    &["cost", "price_list"],
    &["metric"],
    &["parse", "check", "emit", "diff", "schema"],
    &[
        "resolve",
        "impact",
        "rewrite",
        "chart_schema",
        "chart_replicas",
    ],
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

#[test]
fn a_type_name_means_one_thing() {
    let mut homes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files("src", "rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        let home = path.strip_prefix(project("src")).unwrap().display();
        for name in types(&text) {
            let of_name = homes.entry(name).or_default();
            of_name.insert(home.to_string());
        }
    }
    assert!(homes.len() > 600, "{}", homes.len());
    homes.retain(|_, homes| homes.len() > 1);
    assert_eq!(homes, BTreeMap::new());
}

/// The types that a file defines outside of its tests, by its own hand or by a macro that declares
/// them. Associated types are none: what they are is their owner's.
fn types(text: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let letters = text.chars();
        letters
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let is_type = |name: &String| name.starts_with(|c: char| c.is_ascii_uppercase());
    let mut found = Vec::new();
    let (mut tested, mut declaring) = (false, false);
    for line in text.lines() {
        tested |= line == "#[cfg(test)]";
        if tested {
            let is_last = line == "}" || (line.ends_with(';') && !line.starts_with(' '));
            tested = !is_last;
            continue;
        }
        if line.ends_with("! {") && !line.starts_with("macro_rules") {
            declaring = !line.starts_with(' ');
        } else if line == "}" {
            declaring = false;
        } else if let Some(head) = line.strip_prefix("    ").filter(|_| declaring) {
            let head = head
                .strip_suffix(" {")
                .filter(|head| !head.starts_with(' '));
            let names = head.into_iter().flat_map(|it| it.split([':', ',', ' ']));
            found.extend(names.map(str::to_owned).filter(is_type));
        } else {
            let item = line.trim_start();
            let item = match item.strip_prefix("pub") {
                Some(rest) if rest.starts_with('(') => rest.split_once(") ").map_or("", |it| it.1),
                Some(rest) => rest.trim_start(),
                None => item,
            };
            let nested = line.starts_with(' ');
            let defined = item.split_once(' ').filter(|(keyword, _)| match *keyword {
                "struct" | "enum" | "trait" | "union" => true,
                "type" => !nested,
                _ => false,
            });
            let name = defined.map(|(_, rest)| word(rest));
            found.extend(name.filter(is_type));
        }
    }
    found
}

#[test]
fn types_are_found_wherever_they_are_defined() {
    let text = "pub(super) struct Row<T> {\n}\n    enum Nested {\ntype Both = u32;\nimpl Row {\n    type Item = u32;\n}\n\
        #[cfg(test)]\nmod tests {\n    struct Tested;\n}\n\
        node! {\n    /// A pool.\n    Pool: PoolNode, PoolField, derived {\n        a: B,\n    }\n}\ntrait After {\n";
    let names = [
        "Row",
        "Nested",
        "Both",
        "Pool",
        "PoolNode",
        "PoolField",
        "After",
    ];
    assert_eq!(types(text), names);
}
