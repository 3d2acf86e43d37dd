//! Runs of `git`.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::diagnostic::visible::visible;

/// What says where a repository and its parts are. Git sets these for its hooks, for the folder and
/// the working tree that the hook is run for. The repository of the files is looked for from where
/// the files are, so they do not count here: with `GIT_DIR` alone, Git takes any folder that it is
/// started in for the top of the working tree.
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
pub(super) struct Answer {
    pub(super) succeeded: bool,
    pub(super) output: Vec<u8>,
    /// What it said beside.
    pub(super) said: String,
}

/// A `git` that runs in `folder`, reads nothing, and asks nobody.
pub(super) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for name in PLACES {
        command.env_remove(name);
    }
    command
        // Its sentences are repeated among those of this program.
        .env("LC_ALL", "C")
        // A partial clone may fetch what it lacks, but nobody is there to give a password.
        .env("GIT_TERMINAL_PROMPT", "0")
        // A revision is what its hash says, whatever this clone puts in its place.
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .arg("-C")
        .arg(folder)
        .stdin(Stdio::null());
    command
}

/// Runs `git` to its end.
pub(super) fn ask(folder: &Path, arguments: &[&str]) -> Result<Answer, String> {
    let output = git(folder)
        .args(arguments)
        .output()
        .map_err(|error| absent(&error))?;
    Ok(Answer {
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

/// What `git` said, as a part of a sentence; nothing where it said nothing.
pub(super) fn quoted(said: &str) -> String {
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.collect();
    if lines.is_empty() {
        return String::new();
    }
    format!(" (git: {})", visible(&lines.join("; ")))
}
