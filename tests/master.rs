//! The master user of an existing instance: a new default must not replace the instance.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const FILE: &str = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n";

fn tierc(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tierc"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

/// A folder with a file and its tree, whose lock names `master`; none is a lock of an earlier version.
fn folder(master: Option<&str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("prod.kdl"), FILE).unwrap();
    let made = tierc(folder.path(), &["render", "prod.kdl"]);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let path = folder.path().join("generated/prod/tierc.lock.json");
    let mut lock: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let database = lock["environment"]["database"].as_object_mut().unwrap();
    match master {
        Some(master) => drop(database.insert("master".into(), master.into())),
        None => drop(database.remove("master")),
    }
    fs::write(&path, serde_json::to_vec_pretty(&lock).unwrap()).unwrap();
    folder
}

fn tfvars(folder: &Path) -> String {
    fs::read_to_string(folder.join("generated/prod/terraform/prod.tfvars")).unwrap()
}

#[test]
fn render_keeps_the_master_user_of_a_tree_unless_the_file_names_another() {
    for (recorded, was) in [(None, "kaireon"), (Some("owner"), "owner")] {
        let folder = folder(recorded);
        let folder = folder.path();
        let before = tfvars(folder);
        for more in [
            &["render", "prod.kdl"][..],
            &["render", "prod.kdl", "--dry-run"],
        ] {
            let refused = tierc(folder, more);
            let said = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert_eq!(refused.status.code(), Some(1), "{said}");
            let line = format!("database {{ master \"{was}\" }}");
            assert!(said.contains(&line), "{said}");
        }
        assert_eq!(tfvars(folder), before, "nothing was written");
        for master in [was, "postgres"] {
            let file = format!("{FILE}database {{ master \"{master}\" }}\n");
            fs::write(folder.join("prod.kdl"), file).unwrap();
            let made = tierc(folder, &["render", "prod.kdl"]);
            assert_eq!(made.status.code(), Some(0), "{made:?}");
            let line = |text: String| {
                let mut lines = text.lines().map(str::to_owned);
                lines.find(|line| line.contains("username")).unwrap()
            };
            assert!(line(tfvars(folder)).contains(&format!("\"{master}\"")));
        }
    }
}

#[test]
fn the_default_renders_again_without_a_word() {
    let folder = folder(Some("postgres"));
    let made = tierc(folder.path(), &["render", "prod.kdl"]);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
}

#[test]
fn a_plan_from_an_older_tree_keeps_its_master_user() {
    let folder = folder(None);
    let planned = tierc(
        folder.path(),
        &["plan", "generated/prod", "prod.kdl", "--format", "json"],
    );
    let told: Value = serde_json::from_slice(&planned.stdout).unwrap();
    let text = told.to_string();
    assert!(
        text.contains("database { master \\\"kaireon\\\" }"),
        "{text}"
    );
}
