//! The tree of each shipped environment and each case: the whole tree of `medium`, and the differences of
//! every other tree.

use std::collections::BTreeSet;
use std::path::Path;

use similar::TextDiff;
use tierc::compile::{CatalogueTexts, Input, compile};
use tierc::emit::{Artifacts, emit};
use tierc::model::Environment;

use crate::support::{files, project, today};

/// The environment of a text and its tree, rendered as the command does it: under the file's own name.
fn rendered(name: &str, bytes: Vec<u8>) -> (Environment, Artifacts) {
    let input = Input {
        name: name.to_owned(),
        bytes,
    };
    let run = compile(vec![input], &CatalogueTexts::embedded(), today());
    let environment = run.files[0].environment.clone().unwrap();
    let waivers = run.files[0].waivers.as_deref();
    let mut tree = emit(&environment, waivers, &run.catalogue, name);
    let lock = tree.get_mut("tierc.lock.json").unwrap();
    *lock = steady(lock);
    (environment, tree)
}

/// The lock without values that change with every file or release.
fn steady(lock: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(lock).unwrap();
    for hash in value["files"].as_object_mut().unwrap().values_mut() {
        *hash = "sha256:...".into();
    }
    value["tierc"] = "...".into();
    serde_json::to_string_pretty(&value).unwrap()
}

/// Snapshots of this area, under their own names.
pub(super) fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(project("snapshots/emit"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// The differences between the files of two trees, without line numbers, which change with every line
/// above.
fn difference(before: &Artifacts, after: &Artifacts) -> String {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut text = String::new();
    for path in paths {
        let side = |tree: &Artifacts| tree.get(path).cloned().unwrap_or_default();
        let (before, after) = (side(before), side(after));
        let changed = TextDiff::from_lines(&before, &after);
        let unified = changed.unified_diff().context_radius(1).to_string();
        if unified.is_empty() {
            continue;
        }
        text += &format!("=== {path}\n");
        for line in unified.lines() {
            let line = if line.starts_with("@@") { "@@" } else { line };
            text += &format!("{line}\n");
        }
    }
    text
}

/// How the tree of a file differs from that of a file with the same name and region and nothing else, on `tier`.
fn compare(path: &Path, tier: Option<&str>) {
    let file = path.file_name().unwrap().to_string_lossy().into_owned();
    let (environment, tree) = rendered(&file, std::fs::read(path).unwrap());
    let (name, region) = (&environment.environment.value, &environment.region.value);
    let tier = tier.map_or_else(|| environment.tier.value.to_string(), str::to_owned);
    let plain = format!("environment \"{name}\"\ntier \"{tier}\"\nregion \"{region}\"\n");
    let (_, plain) = rendered(&file, plain.into_bytes());
    let mut settings = settings();
    let stem = path.file_stem().unwrap().to_string_lossy();
    settings.set_description(format!("{file} beside its first three lines on {tier}"));
    settings.bind(|| insta::assert_snapshot!(stem.as_ref(), difference(&plain, &tree)));
}

#[test]
fn the_medium_environment_renders_as_reviewed() {
    let path = project("environments/medium.kdl");
    let (_, tree) = rendered("medium.kdl", std::fs::read(path).unwrap());
    let settings = settings();
    for (file, text) in tree {
        let kind = file.rsplit('/').next().unwrap();
        let kind = if super::is(kind, "tfvars") {
            "tfvars"
        } else {
            kind
        };
        settings.bind(|| insta::assert_snapshot!(format!("medium-{kind}"), text));
    }
}

#[test]
fn the_other_environments_differ_from_medium_as_reviewed() {
    let all = files("environments", "kdl").into_iter();
    for path in all.filter(|path| !path.ends_with("medium.kdl")) {
        compare(&path, Some("medium"));
    }
}

#[test]
fn the_cases_differ_from_their_tiers_as_reviewed() {
    for path in files("tests/cases/emit", "kdl") {
        compare(&path, None);
    }
}
