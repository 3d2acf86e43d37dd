//! `tierc capacity`, as a user runs it.

use std::path::Path;
use std::process::{Command, Output};

use super::MEDIUM;
use super::story::csv;

fn tierc(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tierc"))
        .current_dir(folder)
        .env_clear()
        .arg("capacity")
        .args(arguments)
        .args(["--today", "2026-11-24"])
        .output()
        .unwrap()
}

fn folder(environment: &str, metrics: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("prod.kdl"), environment).unwrap();
    std::fs::write(folder.path().join("metrics.csv"), metrics).unwrap();
    folder
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const USUAL: [&str; 3] = ["prod.kdl", "--metrics", "metrics.csv"];

#[test]
fn a_review_is_fine_even_where_thresholds_are_reached() {
    let folder = folder(MEDIUM, &csv());
    let output = tierc(folder.path(), &USUAL);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.starts_with("prod: 1 threshold is reached, "), "{told}");
    assert!(told.is_ascii(), "no locale, no Unicode");
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let folder = folder(MEDIUM, &csv());
    let json = [USUAL.as_slice(), &["--format", "json"]].concat();
    let (one, other) = (tierc(folder.path(), &json), tierc(folder.path(), &json));
    assert_eq!(code(&one), 0);
    assert_eq!(one.stdout, other.stdout);
}

#[test]
fn broken_metrics_are_wrong_and_nothing_is_reported() {
    let folder = folder(MEDIUM, "time,metric,value\ntoday,db-cpu,1\n");
    let output = tierc(folder.path(), &USUAL);
    assert_eq!(code(&output), 3);
    assert!(output.stdout.is_empty());
    assert!(
        stderr(&output).starts_with("error: metrics.csv:2: the cell is not a time"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn an_environment_that_cannot_be_read_is_wrong() {
    let folder = folder("environment \"prod\"\n", &csv());
    assert_eq!(code(&tierc(folder.path(), &USUAL)), 3);
}

#[test]
fn an_environment_that_breaks_a_rule_is_reviewed_and_wrong() {
    let broken = format!("{MEDIUM}database {{ storage gib=5 }}\n");
    let folder = folder(&broken, &csv());
    let output = tierc(folder.path(), &USUAL);
    assert_eq!(code(&output), 3);
    assert!(!output.stdout.is_empty());
    assert!(
        stderr(&output).contains("`tierc check prod.kdl` lists them"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn files_that_are_none_are_usage() {
    let folder = folder(MEDIUM, &csv());
    for arguments in [
        &["prod.kdl", "--metrics", "absent.csv"][..],
        &["prod.kdl", "--metrics", "."],
        &["absent.kdl", "--metrics", "metrics.csv"],
        &["prod.kdl"],
        &["prod.kdl", "--metrics", "metrics.csv", "--days", "13"],
    ] {
        let output = tierc(folder.path(), arguments);
        assert_eq!(code(&output), 1, "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn without_a_source_both_are_named() {
    let folder = folder(MEDIUM, &csv());
    let told = stderr(&tierc(folder.path(), &["prod.kdl"]));
    assert!(
        told.contains("--metrics") && told.contains("--prometheus"),
        "{told}"
    );
}

#[test]
fn a_folder_of_several_environments_is_usage() {
    let folder = folder(MEDIUM, &csv());
    let other = MEDIUM.replace("prod", "other");
    std::fs::write(folder.path().join("other.kdl"), other).unwrap();
    let output = tierc(folder.path(), &[".", "--metrics", "metrics.csv"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("has 2 environments"));
}

#[test]
fn an_empty_file_says_so_of_every_metric() {
    let folder = folder(MEDIUM, "time,metric,component,value\n");
    let output = tierc(folder.path(), &USUAL);
    assert_eq!(code(&output), 0);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        told.contains("no metric has enough data (0 of 12 metrics known)"),
        "{told}"
    );
    assert_eq!(told.matches("nothing was measured").count(), 12);
}

/// The content of a file is printed as plain text: nothing in it moves the cursor.
#[test]
fn what_a_file_holds_does_not_act_on_a_terminal() {
    let long = "y".repeat(100_000);
    let metrics = format!("time,metric,value\n\u{1b}[2J\u{202e},db-cpu,1\n{long},db-cpu,1\n");
    let folder = folder(MEDIUM, &metrics);
    let told = stderr(&tierc(folder.path(), &USUAL));
    assert_eq!(told.matches("the cell is not a time").count(), 2, "{told}");
    assert!(
        !told.contains(['\u{1b}', '\u{202e}']) && told.len() < 1000,
        "{told}"
    );
    // Nor does its name.
    let name = "m\u{1b}[2J.csv";
    std::fs::write(folder.path().join(name), csv()).unwrap();
    for format in ["human", "markdown", "html", "json"] {
        let arguments = ["prod.kdl", "--metrics", name, "--format", format];
        let output = tierc(folder.path(), &arguments);
        assert_eq!(code(&output), 0);
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(!told.contains('\u{1b}'), "{format}");
    }
}

/// A cell of a metrics file may hold a credential by mistake: it is not repeated.
#[test]
fn no_credential_of_a_file_of_metrics_is_told() {
    let secret = ["AK", "IA", "QX7ZQX7ZQX7ZQX7Z"].concat();
    for row in [
        format!("{secret},db-cpu,1"),
        format!("2026-11-24,{secret},1"),
        format!("2026-11-24,db-cpu,{secret}"),
    ] {
        let folder = folder(MEDIUM, &format!("time,metric,value\n{row}\n"));
        let told = stderr(&tierc(folder.path(), &USUAL));
        assert!(told.contains("the cell is no"), "{told}");
        assert!(!told.contains("QX7Z"), "{told}");
    }
    // A text that does not look like a credential can be one, too.
    for row in [
        "Sup3rS3cret!,db-cpu,1",
        "2026-11-24,Sup3rS3cret!,1",
        "2026-11-24,db-cpu,Sup3rS3cret!",
    ] {
        let folder = folder(MEDIUM, &format!("time,metric,value\n{row}\n"));
        let told = stderr(&tierc(folder.path(), &USUAL));
        assert!(told.contains("the cell is no"), "{told}");
        assert!(!told.contains("Sup3r"), "{told}");
    }
    let folder = folder(MEDIUM, &format!("time,metric,{secret}\n"));
    let told = stderr(&tierc(folder.path(), &USUAL));
    assert!(!told.contains("QX7Z"), "{told}");
}

#[test]
fn a_page_is_one_of_the_formats() {
    let folder = folder(MEDIUM, &csv());
    let page = [USUAL.as_slice(), &["--format", "html"]].concat();
    let output = tierc(folder.path(), &page);
    assert_eq!(code(&output), 0);
    assert!(output.stdout.starts_with(b"<!doctype html>\n"));
}
