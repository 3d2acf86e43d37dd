//! Finding and running a program.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program `name`. If it is missing, the test ends with a message, or fails if consumers are required.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    required(&format!("`{name}`"), find(name))
}

/// The program `name` in the version that `.ci/install-consumers.sh` names, and in no other: what
/// it answers depends on it.
pub(crate) fn pinned(name: &str) -> Option<PathBuf> {
    let path = folder().join(name);
    required(&format!("`{name}`"), path.is_file().then_some(path))
}

/// A requirement of a test. If it is missing, the test ends with a message, or fails if consumers are
/// required.
pub(crate) fn required<T>(what: &str, found: Option<T>) -> Option<T> {
    if found.is_none() {
        let line = format!("{what}: absent, see .ci/install-consumers.sh");
        skip_unless_required(&line);
    }
    found
}

/// Says why a test ends early, or fails it if consumers are required.
pub(crate) fn skip_unless_required(why: &str) {
    let required = std::env::var_os("TIERC_REQUIRE_CONSUMERS").is_some_and(|it| it == "1");
    assert!(!required, "{why}");
    skipped(why);
}

/// A program that is used if the machine has it.
pub(crate) fn optional(name: &str) -> Option<PathBuf> {
    let found = find(name);
    if found.is_none() {
        skipped(&format!("`{name}` is absent, and in no package registry"));
    }
    found
}

/// Bypasses the test harness, which shows output only for failed tests.
fn skipped(why: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or_default();
    let line = format!("skipped: {test}: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// The folder of `.ci/install-consumers.sh`, then PATH.
fn find(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&path())
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn path() -> OsString {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder()).chain(std::env::split_paths(&rest));
    std::env::join_paths(folders).unwrap()
}

/// Where `.ci/install-consumers.sh` puts programs.
fn folder() -> PathBuf {
    let folder = std::env::var_os("TIERC_CONSUMERS").map_or_else(cache, PathBuf::from);
    folder.join("bin")
}

/// The default of `.ci/install-consumers.sh`.
fn cache() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache");
    cache.unwrap_or_else(home).join("tierc-consumers")
}

/// A run of a program that sees nothing of its user's settings; `home` is its HOME.
pub(crate) fn command(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", path())
        .env("HOME", home)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null());
    command
}

/// What a program answered.
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    /// The command and its output, for messages.
    pub(crate) told: String,
}

/// Runs a program to its end.
pub(crate) fn ask(command: &mut Command) -> Answer {
    let output = command.output().unwrap();
    answer(command, output)
}

/// Runs a program that reads `input`.
pub(crate) fn ask_with_input(command: &mut Command, input: &str) -> Answer {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    answer(command, output)
}

fn answer(command: &Command, output: std::process::Output) -> Answer {
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let told = format!("{command:?}: {}\n{stdout}{stderr}", output.status);
    Answer {
        code: output.status.code(),
        stdout,
        told,
    }
}

impl Answer {
    /// Its output; the program must have succeeded.
    #[track_caller]
    pub(crate) fn accepted(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.told);
        self.stdout
    }
}
