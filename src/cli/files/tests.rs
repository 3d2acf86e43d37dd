use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::*;
use crate::emit::lock::hash;

/// Files of a tree with the lock that owns them.
fn artifacts(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut artifacts: BTreeMap<String, String> = files
        .iter()
        .map(|(path, text)| ((*path).into(), (*text).into()))
        .collect();
    let hashes: BTreeMap<&String, String> = artifacts
        .iter()
        .map(|(path, text)| (path, hash(text.as_bytes())))
        .collect();
    let lock = serde_json::json!({ "files": hashes }).to_string();
    artifacts.insert(LOCK.into(), lock);
    artifacts
}

fn render(out: &Path, files: &[(&str, &str)]) -> Vec<(String, Change)> {
    let artifacts = artifacts(files);
    let turn = Turn::take(out, || panic!("nobody else writes")).unwrap();
    let plan = plan_tree(out, "prod", &artifacts).unwrap();
    write_tree(&turn, &plan, &artifacts).unwrap();
    plan.changes
        .into_iter()
        .filter(|(path, _)| path != LOCK)
        .collect()
}

fn read(out: &Path, path: &str) -> String {
    fs::read_to_string(out.join("prod").join(path)).unwrap()
}

#[test]
fn a_second_run_writes_nothing() {
    use std::os::unix::fs::MetadataExt;
    let out = tempfile::tempdir().unwrap();
    render(out.path(), &[("a/b.yaml", "1")]);
    let before = fs::metadata(out.path().join("prod")).unwrap().ino();
    assert_eq!(
        render(out.path(), &[("a/b.yaml", "1")]),
        [("a/b.yaml".into(), Change::Unchanged)]
    );
    assert_eq!(fs::metadata(out.path().join("prod")).unwrap().ino(), before);
}

#[test]
fn what_is_no_longer_generated_goes_and_what_is_foreign_stays() {
    let out = tempfile::tempdir().unwrap();
    render(out.path(), &[("a/old.yaml", "1"), ("b/keep.yaml", "2")]);
    fs::write(out.path().join("prod/b/mine.txt"), "mine").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", out.path().join("prod/link")).unwrap();
    render(out.path(), &[("b/keep.yaml", "3")]);
    assert!(!out.path().join("prod/a").exists());
    assert_eq!(
        (
            read(out.path(), "b/keep.yaml"),
            read(out.path(), "b/mine.txt")
        ),
        ("3".into(), "mine".into())
    );
    assert_eq!(
        fs::read_link(out.path().join("prod/link")).unwrap(),
        Path::new("/etc/hostname")
    );
    assert_eq!(
        fs::read_dir(out.path()).unwrap().count(),
        1,
        "no staging folder is left"
    );
}

#[test]
fn a_file_edited_by_hand_is_told_apart_and_overwritten() {
    let out = tempfile::tempdir().unwrap();
    render(out.path(), &[("a.yaml", "1")]);
    fs::write(out.path().join("prod/a.yaml"), "by hand").unwrap();
    assert_eq!(
        render(out.path(), &[("a.yaml", "2")]),
        [("a.yaml".into(), Change::Edited)]
    );
    assert_eq!(read(out.path(), "a.yaml"), "2");
}

#[test]
fn links_below_the_output_are_not_followed() {
    let (out, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::os::unix::fs::symlink(elsewhere.path(), out.path().join("prod")).unwrap();
    let refused = plan_tree(out.path(), "prod", &artifacts(&[("a.yaml", "1")])).unwrap_err();
    assert!(refused.to_string().contains("symbolic link"), "{refused}");
    fs::remove_file(out.path().join("prod")).unwrap();
    fs::create_dir(out.path().join("prod")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), out.path().join("prod/helm")).unwrap();
    assert!(plan_tree(out.path(), "prod", &artifacts(&[("helm/values.yaml", "1")])).is_err());
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn a_hostile_lock_removes_nothing_outside_of_its_tree() {
    let out = tempfile::tempdir().unwrap();
    fs::create_dir(out.path().join("prod")).unwrap();
    fs::write(out.path().join("precious"), "x").unwrap();
    let lock = r#"{"files": {"../precious": "sha256:0", "/etc/hostname": "sha256:0", "a/../../precious": ""}}"#;
    fs::write(out.path().join("prod").join(LOCK), lock).unwrap();
    render(out.path(), &[("a.yaml", "1")]);
    remove_tree(out.path(), "prod").unwrap();
    assert!(out.path().join("precious").exists());
    assert!(plan_tree(out.path(), "../x", &artifacts(&[])).is_err());
    assert!(plan_tree(out.path(), "prod", &artifacts(&[("../a", "1")])).is_err());
}

#[test]
fn trees_whose_environment_left_are_found_and_removed() {
    let out = tempfile::tempdir().unwrap();
    render(out.path(), &[("a/a.yaml", "1")]);
    fs::create_dir(out.path().join("not-ours")).unwrap();
    assert_eq!(stale_trees(out.path(), &BTreeSet::new()).unwrap(), ["prod"]);
    remove_tree(out.path(), "prod").unwrap();
    assert!(!out.path().join("prod").exists() && out.path().join("not-ours").exists());
}

#[test]
fn what_a_killed_run_left_is_swept() {
    let out = tempfile::tempdir().unwrap();
    let left = out.path().join(".prod.tierc-4294967294");
    fs::create_dir(&left).unwrap();
    render(out.path(), &[("a.yaml", "1")]);
    assert!(!left.exists());
}

#[test]
fn something_in_the_way_is_named_and_nothing_is_written() {
    let out = tempfile::tempdir().unwrap();
    fs::write(out.path().join("prod"), "a file").unwrap();
    let refused = plan_tree(out.path(), "prod", &artifacts(&[("a.yaml", "1")])).unwrap_err();
    assert!(refused.to_string().contains("in the way"), "{refused}");
}

#[test]
fn inputs_are_told_apart_from_what_is_no_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let message = |path| {
        read_inputs(&[path])
            .unwrap_err()
            .first()
            .unwrap()
            .to_string()
    };
    assert!(message(path("absent")).contains("there is no"));
    assert!(message(folder.path().to_owned()).contains("no *.kdl"));
    assert!(message("/dev/null".into()).contains("neither"));
    for name in ["b.kdl", "a.kdl", "c.txt"] {
        fs::write(path(name), name).unwrap();
    }
    let inputs = read_inputs(&[folder.path().to_owned(), path("b.kdl")]).unwrap();
    let read: Vec<_> = inputs.iter().map(|input| input.bytes.clone()).collect();
    assert_eq!(read, [b"a.kdl", b"b.kdl"]);
}
