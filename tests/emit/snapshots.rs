//! The whole tree of each shipped environment and each case, so that a change of output is seen.

use tierc::compile::{CatalogueTexts, Input, compile};
use tierc::emit::{Artifacts, emit};

use crate::support::{files, project, today};

/// The tree of a file, rendered as the command does it: under the file's own name.
fn tree(path: &std::path::Path) -> Artifacts {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let input = Input {
        name: name.clone(),
        bytes: std::fs::read(path).unwrap(),
    };
    let run = compile(vec![input], &CatalogueTexts::embedded(), today());
    emit(
        run.files[0].environment.as_ref().unwrap(),
        run.files[0].waivers.as_deref(),
        &run.catalogue,
        &name,
    )
}

/// The lock without what changes whenever another file does, or with every release.
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

fn compare(folder: &str) {
    let mut settings = settings();
    for path in files(folder, "kdl") {
        let environment = path.file_stem().unwrap().to_string_lossy().into_owned();
        settings.set_description(format!("{folder}/{environment}.kdl"));
        for (file, text) in tree(&path) {
            let kind = file.rsplit('/').next().unwrap().to_owned();
            let kind = if super::is(&kind, "tfvars") {
                "tfvars".to_owned()
            } else {
                kind
            };
            let text = if kind == "tierc.lock.json" {
                steady(&text)
            } else {
                text
            };
            settings.bind(|| insta::assert_snapshot!(format!("{environment}-{kind}"), text));
        }
    }
}

#[test]
fn the_shipped_environments_render_as_reviewed() {
    compare("environments");
}

#[test]
fn the_cases_render_as_reviewed() {
    compare("tests/cases/emit");
}
