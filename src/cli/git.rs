//! Files as a revision has them, asked of the `git` command.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A working tree.
pub(super) struct Repository {
    /// Its top folder, without symbolic links.
    top: PathBuf,
}

/// A commit of a repository.
pub(super) struct Revision<'a> {
    repository: &'a Repository,
    /// As the user names it.
    name: String,
    /// The commit's hash.
    commit: String,
}

/// What `ls-tree` tells of a file: what to ask `cat-file` for, and its name in its folder.
struct Entry {
    object: String,
    name: String,
}

/// A file of a revision.
pub(super) struct Found {
    /// Its name in the folder that was asked for; none where the file itself was.
    pub(super) name: Option<String>,
    /// What is in it.
    pub(super) bytes: Vec<u8>,
}

impl Repository {
    /// The repository that `folder` is in.
    pub(super) fn of(folder: &Path) -> Result<Self, String> {
        let told = git(folder, &["rev-parse", "--show-toplevel"])?;
        match told {
            Told::Output(top) => Ok(Self {
                top: PathBuf::from(text(&top).trim_end_matches('\n')),
            }),
            Told::Refused(_) => Err(format!(
                "`{}` is not in the working tree of a Git repository",
                folder.display()
            )),
        }
    }

    /// The commit that `revision` names.
    pub(super) fn revision(&self, revision: &str) -> Result<Revision<'_>, String> {
        let wanted = format!("{revision}^{{commit}}");
        let arguments = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &wanted,
        ];
        match git(&self.top, &arguments)? {
            Told::Output(commit) => Ok(Revision {
                repository: self,
                name: revision.to_owned(),
                commit: text(&commit).trim_end().to_owned(),
            }),
            Told::Refused(_) => Err(format!(
                "the repository has no revision `{revision}`: `git fetch` brings branches of a remote"
            )),
        }
    }

    /// `path`, which need not exist, below the top folder.
    pub(super) fn below(&self, path: &Path) -> Result<String, String> {
        let outside = || {
            format!(
                "`{}` is outside of the repository `{}`",
                path.display(),
                self.top.display()
            )
        };
        let absolute = absolute(path)
            .map_err(|error| format!("`{}` could not be found: {error}", path.display()))?;
        let below = absolute.strip_prefix(&self.top).map_err(|_| outside())?;
        let parts: Vec<&str> = below
            .components()
            .map(|part| part.as_os_str().to_str().ok_or_else(outside))
            .collect::<Result<_, _>>()?;
        Ok(parts.join("/"))
    }
}

/// How `ls-tree` is asked for what stands in a folder.
fn folder(below: &str) -> String {
    if below.is_empty() {
        String::new()
    } else {
        format!("{below}/")
    }
}

/// `path` from the root, without symbolic links as far as it exists, and without `.` and `..`.
fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    let mut missing = Vec::new();
    let mut known = std::path::absolute(path)?;
    loop {
        if let Ok(found) = known.canonicalize() {
            known = found;
            break;
        }
        let Some(name) = known.file_name().map(ToOwned::to_owned) else {
            break;
        };
        missing.push(name);
        known.pop();
    }
    known.extend(missing.into_iter().rev());
    Ok(known)
}

impl Revision<'_> {
    /// How the user names it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// `path` below the top folder of the repository.
    pub(super) fn below(&self, path: &Path) -> Result<String, String> {
        self.repository.below(path)
    }

    /// The files `*.kdl` of the folder `below` (of the top; empty is the top itself), by name; of
    /// a file the one itself, without a name; nothing where the revision has neither.
    pub(super) fn environments(&self, below: &str) -> Result<Vec<Found>, String> {
        let folder = self.list(&folder(below))?;
        if folder.is_empty() && !below.is_empty() {
            let files = self.read(self.list(below)?)?;
            return Ok(files
                .into_iter()
                .map(|(_, bytes)| Found { name: None, bytes })
                .collect());
        }
        let is_kdl = |entry: &Entry| {
            Path::new(&entry.name)
                .extension()
                .is_some_and(|it| it == "kdl")
        };
        let files = self.read(folder.into_iter().filter(is_kdl).collect())?;
        Ok(files
            .into_iter()
            .map(|(name, bytes)| Found {
                name: Some(name),
                bytes,
            })
            .collect())
    }

    /// The text files `names` of the folder `below`; none where the revision lacks the folder.
    pub(super) fn texts(&self, below: &str, names: &[&str]) -> Result<Option<Vec<String>>, String> {
        let prefix = folder(below);
        let entries = self.list(&prefix)?;
        if entries.is_empty() {
            return Ok(None);
        }
        let files = self.read(entries)?;
        let texts = names.iter().map(|name| {
            let bytes = files
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, bytes)| bytes);
            let bytes =
                bytes.ok_or_else(|| format!("`{}` has no file `{prefix}{name}`", self.name))?;
            String::from_utf8(bytes.clone())
                .map_err(|_| format!("`{}:{prefix}{name}` is not UTF-8 text", self.name))
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// The files that stand directly below `path`, or `path` itself where it does not end in `/`.
    fn list(&self, path: &str) -> Result<Vec<Entry>, String> {
        let mut arguments = vec!["ls-tree", "-z", "--full-tree", &self.commit];
        if !path.is_empty() {
            arguments.extend(["--", path]);
        }
        let told = match git(&self.repository.top, &arguments)? {
            Told::Output(told) => told,
            Told::Refused(why) => {
                return Err(format!("git could not list `{}:{path}`: {why}", self.name));
            }
        };
        let entries = told
            .split(|byte| *byte == 0)
            .filter(|entry| !entry.is_empty());
        Ok(entries.filter_map(|entry| self.entry(entry)).collect())
    }

    /// `<mode> <type> <object>\t<path>`; folders and submodules are none.
    fn entry(&self, told: &[u8]) -> Option<Entry> {
        let told = std::str::from_utf8(told).ok()?;
        let (about, path) = told.split_once('\t')?;
        let mut about = about.split(' ');
        let (mode, kind, object) = (about.next()?, about.next()?, about.next()?);
        // A link stands for what it points to, which only a path can say.
        let object = if mode == "120000" {
            format!("{}:{path}", self.commit)
        } else {
            object.to_owned()
        };
        let name = path.rsplit('/').next()?.to_owned();
        (kind == "blob").then_some(Entry { object, name })
    }

    /// What is in the files: one `git` for all of them.
    fn read(&self, entries: Vec<Entry>) -> Result<Vec<(String, Vec<u8>)>, String> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: String = entries
            .iter()
            .map(|entry| format!("{}\n", entry.object))
            .collect();
        let failed = |error: std::io::Error| {
            format!("git could not read the files of `{}`: {error}", self.name)
        };
        let mut child = Command::new("git")
            .arg("-C")
            .arg(&self.repository.top)
            .args(["cat-file", "--batch", "--follow-symlinks"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| absent(&error))?;
        let mut asked = child.stdin.take().expect("it was asked for");
        let mut answers = BufReader::new(child.stdout.take().expect("it was asked for"));
        // Both pipes are limited: what is asked must not wait for what is answered.
        let asking = std::thread::spawn(move || asked.write_all(wanted.as_bytes()));
        let mut files = Vec::new();
        for entry in entries {
            let bytes = answer(&mut answers).map_err(failed)?;
            files.extend(bytes.map(|bytes| (entry.name, bytes)));
        }
        asking
            .join()
            .expect("writing does not panic")
            .map_err(failed)?;
        child.wait().map_err(failed)?;
        Ok(files)
    }
}

/// `<object> blob <size>\n<bytes>\n`; anything else is a link that leads nowhere, or no file.
fn answer(answers: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut header = String::new();
    answers.read_line(&mut header)?;
    let mut parts = header.trim_end().rsplitn(3, ' ');
    let (size, kind) = (parts.next(), parts.next());
    let size = size.and_then(|size| size.parse::<u64>().ok());
    let Some(size) = size.filter(|_| kind != Some("ambiguous")) else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    answers.take(size).read_to_end(&mut bytes)?;
    answers.read_exact(&mut [0])?;
    Ok((kind == Some("blob")).then_some(bytes))
}

/// What `git` said.
enum Told {
    Output(Vec<u8>),
    Refused(String),
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Told, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| absent(&error))?;
    Ok(if output.status.success() {
        Told::Output(output.stdout)
    } else {
        Told::Refused(text(&output.stderr).trim().to_owned())
    })
}

fn absent(error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::NotFound {
        "there is no `git` command, which reads the files of a revision: install Git, or compare files".into()
    } else {
        format!("the `git` command could not be started: {error}")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
