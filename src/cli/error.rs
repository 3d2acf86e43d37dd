//! File errors, each of which ends the run with exit code 1.

use std::path::PathBuf;
use std::time::Duration;

/// A file that could not be used.
#[derive(Debug)]
pub enum Error {
    /// Nothing is there.
    Absent(PathBuf),
    /// Neither a regular file nor a folder.
    NotAFile(PathBuf),
    /// The file is not a regular file.
    NotRegular(PathBuf),
    /// A file of more bytes than are read.
    TooLarge(PathBuf, u64),
    /// A folder without a single `*.kdl`.
    Empty(PathBuf),
    /// The operating system refused.
    Io(&'static str, PathBuf, std::io::Error),
    /// A symbolic link where tierc writes.
    Link(PathBuf),
    /// Something else is in the place of a folder or file.
    InTheWay(PathBuf),
    /// A mount covers a file that tierc writes.
    Mounted(PathBuf),
    /// A file that tierc would replace is read-only.
    ReadOnly(PathBuf),
    /// The file has changed since it was read.
    Changed(PathBuf),
    /// A file could not be replaced after the listed files were.
    Partly(Vec<PathBuf>, Box<Error>),
    /// Another run writes into the folder, and did not finish in time.
    Busy(PathBuf, Duration),
    /// Files of others in the places that tierc writes to.
    Foreign(Vec<PathBuf>),
    /// A path that would leave the tree.
    Unsafe(String),
    /// A values template that cannot write the values of a plan's state.
    Template(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent(path) if path.as_os_str() == "environments" => write!(
                f,
                "there is no folder `environments` here: create `environments/NAME.kdl`, or pass other files or folders"
            ),
            Self::Absent(path) => write!(f, "there is no file or folder `{}`", path.display()),
            Self::NotAFile(path) => write!(
                f,
                "`{}` is neither a regular file nor a folder",
                path.display()
            ),
            Self::NotRegular(path) => write!(f, "`{}` is not a regular file", path.display()),
            Self::TooLarge(path, most) => write!(
                f,
                "`{}` is larger than the limit of {} MiB",
                path.display(),
                most >> 20
            ),
            Self::Empty(path) => write!(f, "the folder `{}` has no *.kdl file", path.display()),
            Self::Io(what, path, error) => {
                write!(f, "`{}` could not be {what}: {error}", path.display())
            }
            Self::Link(path) => write!(
                f,
                "`{}` is a symbolic link, and tierc does not follow it: remove it and render again",
                path.display()
            ),
            Self::InTheWay(path) => write!(
                f,
                "`{}` is in the way: remove it and render again",
                path.display()
            ),
            Self::Mounted(path) => write!(
                f,
                "`{}` is a mount and cannot be replaced: unmount it and render again",
                path.display()
            ),
            Self::ReadOnly(path) => write!(
                f,
                "`{0}` is read-only: make it writable (`chmod u+w {0}`) and run this again",
                path.display()
            ),
            Self::Changed(path) => write!(
                f,
                "`{}` was changed while it was being repaired, and is left as it is: run this again",
                path.display()
            ),
            Self::Partly(replaced, error) => {
                let shown = replaced.iter().map(|path| format!("`{}`", path.display()));
                let shown: Vec<String> = shown.collect();
                let are = if replaced.len() == 1 { "is" } else { "are" };
                let shown = shown.join(", ");
                write!(
                    f,
                    "{error}; {shown} {are} already repaired, and no other file changed"
                )
            }
            Self::Busy(path, patience) => write!(
                f,
                "another run has been writing into `{}` for {} s: end it if it hangs (`fuser -v {}` names it) and start again",
                path.display(),
                patience.as_secs(),
                path.display()
            ),
            Self::Foreign(paths) => f.write_str(&foreign(paths)),
            Self::Template(why) => f.write_str(why),
            Self::Unsafe(path) => write!(f, "the path `{path}` would leave the environment's tree"),
        }
    }
}

fn foreign(paths: &[PathBuf]) -> String {
    let shown = paths.iter().map(|path| format!("`{}`", path.display()));
    let shown: Vec<String> = shown.collect();
    let (is, them) = match paths.len() {
        1 => ("was", "it"),
        _ => ("were", "them"),
    };
    format!(
        "{} {is} not written by tierc and would be overwritten: move {them} away, or choose another folder with `--out`",
        shown.join(" and ")
    )
}

impl std::error::Error for Error {}
