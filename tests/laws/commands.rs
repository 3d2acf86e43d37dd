//! No command reveals a credential, with any arguments.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::files_below;

const CLEAN: &str = "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\n";

/// Lines with a credential each; every credential contains `QX7Z`.
const LINES: [&str; 13] = [
    "api { env DB_PASSWORD=\"QX7ZQX7ZQX7Z\"; }",
    "api { env \"DB_PASS\\u{57}ORD\"=\"QX7ZQX7ZQX7Z\"; }",
    "api { env LOG_LEVEL=\"AKIAQX7ZQX7ZQX7ZQX7Z\"; }",
    "api { env LOG_LEVEL=\"\\u{41}KIAQX7ZQX7ZQX7ZQX7Z\"; }",
    "api { env AKIAQX7ZQX7ZQX7ZQX7Z=\"x\"; }",
    "api { image \"registry.example.com/ghp_QX7ZQX7ZQX7ZQX7ZQX7ZQX7ZQX7ZQX7ZQX7Z\"; }",
    "api { env LOG_LEVEL=\"AK\\\n    IAQX7ZQX7ZQX7ZQX7Z\"; }",
    "labels team=\"AKIAQX7ZQX7ZQX7ZQX7Z\"",
    "database { endpoint \"postgres://app:QX7ZQX7ZQX7Z@db.example.com/x\"; }",
    "app \"AKIAQX7ZQX7ZQX7ZQX7Z\"",
    "// password: \"QX7ZQX7ZQX7Z\"",
    "load-test \"l\" url=\"https://a.example.com/x?X-Amz-Signature=QX7ZQX7ZQX7ZQX7ZQX7Z\" { rate 1 for=\"1m\"; }",
    "api { env GIT=\"https://QX7ZQX7ZQX7ZQX7ZQX7Z@git.example.com/x\"; }",
];

/// Every command that reads files, with `prod.kdl` as the file with the credential.
const COMMANDS: [&[&str]; 24] = [
    &["check", "prod.kdl"],
    &["check", "prod.kdl", "--format", "json"],
    &["render", "prod.kdl"],
    &["render", "prod.kdl", "--check"],
    &["render", "prod.kdl", "--dry-run"],
    &["show", "prod.kdl"],
    &["show", "prod.kdl", "--format", "json"],
    &["why", "prod.kdl", "api"],
    &["why", "prod.kdl", "labels"],
    &["diff", "clean/prod.kdl", "prod.kdl", "--all"],
    &["diff", "prod.kdl", "clean/prod.kdl", "--artifacts"],
    &["diff", "clean/prod.kdl", "prod.kdl", "--format", "json"],
    &["diff", "prod.kdl", "@large", "--artifacts", "--all"],
    &["diff", "prod.kdl", "--base", "HEAD", "--artifacts"],
    &["diff", "HEAD~1:prod.kdl", "HEAD:prod.kdl", "--all"],
    &["diff", "prod.kdl", "--committed", "--artifacts"],
    &["plan", "clean/prod.kdl", "prod.kdl"],
    &["plan", "prod.kdl", "clean/prod.kdl", "--format", "json"],
    &["plan", "prod.kdl", "@large", "--format", "markdown"],
    &["plan", "clean/prod.kdl", "prod.kdl", "--out", "states"],
    &["affected", "--base", "HEAD~1", "prod.kdl"],
    &[
        "affected", "--base", "HEAD~1", "prod.kdl", "--format", "json",
    ],
    &["cost", "prod.kdl"],
    &["cost", "prod.kdl", "--format", "markdown"],
];

fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

fn commit(folder: &Path) {
    let user = [
        "-c",
        "user.name=tierc",
        "-c",
        "user.email=tierc@example.com",
    ];
    run(folder, "git", &["add", "prod.kdl"]);
    let commit = ["-c", "commit.gpgsign=false", "commit", "-qm", "x"];
    run(folder, "git", &[&user[..], &commit].concat());
}

#[test]
fn no_command_gives_a_credential_away() {
    for line in LINES {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let tierc = |arguments: &[&str]| run(at, env!("CARGO_BIN_EXE_tierc"), arguments);
        fs::create_dir(at.join("clean")).unwrap();
        for name in ["clean/prod.kdl", "prod.kdl"] {
            fs::write(at.join(name), CLEAN).unwrap();
        }
        run(at, "git", &["init", "-q"]);
        commit(at);
        tierc(&["render", "prod.kdl"]);
        assert!(at.join("generated/prod/tierc.lock.json").exists());
        fs::write(at.join("prod.kdl"), format!("{CLEAN}{line}\n")).unwrap();
        commit(at);
        assert!(
            tierc(&["check", "prod.kdl"]).contains("secret-literal"),
            "{line}"
        );
        for arguments in COMMANDS {
            let said = tierc(arguments);
            assert!(!said.is_empty(), "{arguments:?}");
            assert!(!said.contains("QX7Z"), "{arguments:?} of {line}\n{said}");
        }
        for folder in ["generated", "states"].map(|folder| at.join(folder)) {
            for file in files_below(&folder) {
                let text = fs::read_to_string(&file).unwrap();
                assert!(!text.contains("QX7Z"), "{} of {line}", file.display());
            }
        }
    }
}
