//! `tierc check --fix` on realistic files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::{code, stderr, stdout, tierc};

const BROKEN: &str = "// ours\r\nenvironment \"prod\"\r\ntier \"medium\"\r\nregion \"us-east-1\"\r\n\r\napi {\r\n\ttarget cpu=60 // busy\r\n\tlimits cpu=1500m\r\n}\r\npgbouncer { pool max-db=120 } # big\r\n";
const SAFE: &str = "// ours\r\nenvironment \"prod\"\r\ntier \"medium\"\r\nregion \"us-east-1\"\r\n\r\napi {\r\n\ttarget cpu=60 // busy\r\n\tlimits cpu=\"1500m\"\r\n}\r\npgbouncer { pool max-db=120 } // big\r\n";

fn check(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let day = ["--today", "2026-11-24"];
    tierc(folder, &[&["check", "prod.kdl"], arguments, &day].concat())
}

#[test]
fn safe_repairs_are_written_and_the_rest_is_offered() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prod.kdl");
    fs::write(&file, BROKEN).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();

    let diff = check(folder.path(), &["--fix", "--diff"]);
    assert_eq!(code(&diff), 2, "{}", stderr(&diff));
    assert!(
        stdout(&diff).contains("-\tlimits cpu=1500m\r\n+\tlimits cpu=\"1500m\"\r\n"),
        "{}",
        stdout(&diff)
    );
    assert!(!stdout(&diff).contains("u000d"), "{}", stdout(&diff));
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        BROKEN,
        "a preview writes nothing"
    );

    let fixed = check(folder.path(), &["--fix"]);
    assert_eq!(code(&fixed), 3, "a finding is left");
    assert_eq!(fs::read_to_string(&file).unwrap(), SAFE);
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o640
    );
    let told = stdout(&fixed);
    assert!(
        told.contains("fixed[bare-value]: prod.kdl:8:13: "),
        "{told}"
    );
    assert!(told.contains("fixed 2 findings in 1 file\n"), "{told}");
    assert!(
        told.ends_with("1 error in 1 file\n1 finding fixable with `--fix --unsafe`\n"),
        "{told}"
    );

    let all = check(folder.path(), &["--fix", "--unsafe"]);
    assert_eq!(code(&all), 0, "{}", stdout(&all));
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text, SAFE.replace("max-db=120", "max-db=93"));
    let again = check(folder.path(), &["--fix", "--unsafe"]);
    assert!(
        stdout(&again).starts_with("nothing to fix\n"),
        "{}",
        stdout(&again)
    );
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 1, "nothing stays beside the file");
}

#[test]
fn a_file_that_cannot_be_written_stops_the_run_and_no_file_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prod.kdl");
    let other = folder.path().join("a.kdl");
    fs::write(&file, BROKEN).unwrap();
    fs::write(&other, BROKEN.replace("\"prod\"", "\"a\"")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let output = tierc(folder.path(), &["check", "a.kdl", "prod.kdl", "--fix"]);
    assert_eq!(code(&output), 1);
    assert!(
        stderr(&output).contains("`prod.kdl` is read-only"),
        "{}",
        stderr(&output)
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), BROKEN);
    assert_eq!(
        fs::read_to_string(&other).unwrap(),
        BROKEN.replace("\"prod\"", "\"a\"")
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_symbolic_link_stays_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("real")).unwrap();
    let real = folder.path().join("real/p.kdl");
    fs::write(&real, BROKEN).unwrap();
    symlink("real/p.kdl", folder.path().join("prod.kdl")).unwrap();
    check(folder.path(), &["--fix"]);
    assert_eq!(fs::read_to_string(&real).unwrap(), SAFE);
    let link = fs::symlink_metadata(folder.path().join("prod.kdl")).unwrap();
    assert!(link.is_symlink());
}

#[test]
fn json_has_the_edits_and_what_was_fixed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prod.kdl");
    fs::write(&file, SAFE).unwrap();
    let parsed = |arguments: &[&str]| -> serde_json::Value {
        let output = check(folder.path(), arguments);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let found = parsed(&["--format", "json"]);
    let help = found["findings"][0]["help"].as_array().unwrap();
    let edits: Vec<&serde_json::Value> = help.iter().map(|it| &it["edits"][0]).collect();
    let edit =
        |path: &str, kdl: &str| serde_json::json!({ "path": path, "action": "set", "kdl": kdl });
    assert_eq!(
        edits,
        [
            &edit("pgbouncer.pool.max-db", "93"),
            &edit("database.max-connections", "505")
        ]
    );
    assert!(help.iter().all(|it| it["safe"] == false));
    assert!(found.get("fixed").is_none());
    let fixed = parsed(&["--fix", "--unsafe", "--format", "json"]);
    assert_eq!(fixed["findings"], serde_json::json!([]));
    assert_eq!(fixed["fixed"][0]["code"], "connection-budget-exceeded");
}

#[test]
fn options_of_fix_need_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("prod.kdl"), SAFE).unwrap();
    for arguments in [
        &["--unsafe"][..],
        &["--diff"],
        &["--fix", "--diff", "--format", "json"],
    ] {
        assert_eq!(code(&check(folder.path(), arguments)), 1, "{arguments:?}");
    }
}
