//! ShellCheck finds nothing in the files of a plan's steps.

use super::tools::{ask, command, tool};
use crate::plan::files::written;

/// Accepted on purpose: a list of names or pods is split into words (SC2046), and a text for `awk`
/// or JMESPath keeps its dollars (SC2016).
const MEANT: &str = "SC2046,SC2016";

#[test]
fn shellcheck_finds_nothing_in_the_files_of_a_plan() {
    let Some(shellcheck) = tool("shellcheck") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let files = written();
    let names = files.iter().enumerate().map(|(at, (_, text))| {
        let name = folder.path().join(format!("{at}.sh"));
        std::fs::write(&name, text).unwrap();
        name
    });
    let names: Vec<_> = names.collect();
    assert!(names.len() > 500, "{}", names.len());
    let mut run = command(&shellcheck, folder.path());
    let answer = ask(run
        .args(["--shell=sh", "--format=gcc", "--exclude", MEANT])
        .args(names));
    assert_eq!(answer.code, Some(0), "{}", answer.told);
}
