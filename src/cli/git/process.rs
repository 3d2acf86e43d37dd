//! Runs of `git`.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::diagnostic::visible::visible;

/// Variables that locate a repository and its parts. Git sets them for hooks, for the hook's own
/// repository. tierc looks for the repository of its files instead, so they are removed. With
/// `GIT_DIR` alone, Git would take the current folder for the top of the working tree.
const PLACES: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// What `git` answered.
pub(super) struct GitAnswer {
    pub(super) succeeded: bool,
    pub(super) output: Vec<u8>,
    /// What it said beside.
    pub(super) said: String,
}

/// A `git` that runs in `folder`, without stdin and without prompts.
pub(super) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for name in PLACES {
        command.env_remove(name);
    }
    command
        // Its messages appear among those of tierc, so they are in English.
        .env("LC_ALL", "C")
        // A partial clone may fetch missing objects, but nobody is there to enter a password.
        .env("GIT_TERMINAL_PROMPT", "0")
        // A revision has the contents of its hash, whatever this clone replaces.
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .arg("-C")
        .arg(folder)
        .stdin(Stdio::null());
    command
}

/// Runs `git` to its end.
pub(super) fn ask(folder: &Path, arguments: &[&str]) -> Result<GitAnswer, String> {
    let output = git(folder)
        .args(arguments)
        .output()
        .map_err(|error| absent(&error))?;
    Ok(GitAnswer {
        succeeded: output.status.success(),
        output: output.stdout,
        said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

/// Why `git` could not be started.
pub(super) fn absent(error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::NotFound {
        "the `git` command is missing, but reading a revision needs it: install Git, or compare files".into()
    } else {
        format!("the `git` command could not be started: {error}")
    }
}

/// Git's message as a part of a sentence; empty if it said nothing.
pub(super) fn quoted(said: &str) -> String {
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.collect();
    if lines.is_empty() {
        return String::new();
    }
    format!(" (git: {})", visible(&lines.join("; ")))
}
