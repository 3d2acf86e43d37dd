//! Reads the contents of objects, with one `git` process for all of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::rc::Rc;
use std::thread::JoinHandle;

use super::process::{absent, ask, git, quoted};
use super::walk::{TreeEntry, TreeEntryKind};

/// The objects of a repository, by their hash.
pub(super) struct Objects {
    folder: PathBuf,
    reader: RefCell<Option<ObjectReader>>,
    folders: RefCell<BTreeMap<String, Rc<Vec<TreeEntry>>>>,
}

impl Objects {
    pub(super) fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            reader: RefCell::new(None),
            folders: RefCell::default(),
        }
    }

    /// At most `most` bytes of a file, or why it cannot be read.
    pub(super) fn read(&self, object: &str, most: usize) -> Result<Vec<u8>, String> {
        let mut kept = self.reader.borrow_mut();
        let mut reader = match kept.take() {
            Some(reader) => reader,
            None => ObjectReader::start(&self.folder)?,
        };
        match reader.read(object, most) {
            Ok(bytes) => {
                *kept = Some(reader);
                Ok(bytes)
            }
            // Git's message about this object comes when the process ends.
            Err(why) => Err(format!("{why}{}", quoted(&reader.end()))),
        }
    }

    /// The entries of a folder, by name, or why it cannot be listed.
    pub(super) fn entries(&self, folder: &str) -> Result<Rc<Vec<TreeEntry>>, String> {
        if let Some(known) = self.folders.borrow().get(folder) {
            return Ok(Rc::clone(known));
        }
        let answer = ask(&self.folder, &["ls-tree", "-z", "--full-tree", folder])?;
        if !answer.succeeded {
            return Err(format!("`git ls-tree` failed{}", quoted(&answer.said)));
        }
        let told = answer.output.split(|byte| *byte == 0);
        let told = told.filter(|entry| !entry.is_empty());
        let entries: Option<Vec<TreeEntry>> = told.map(entry).collect();
        let entries = entries.ok_or("`git ls-tree` answered with a line of an unknown form")?;
        let entries = Rc::new(entries);
        let mut folders = self.folders.borrow_mut();
        folders.insert(folder.to_owned(), Rc::clone(&entries));
        Ok(entries)
    }
}

/// `<mode> <type> <object>\t<name>`. The name can be any bytes without a NUL.
fn entry(told: &[u8]) -> Option<TreeEntry> {
    let tab = told.iter().position(|byte| *byte == b'\t')?;
    let about = std::str::from_utf8(told.get(..tab)?).ok()?;
    let mut about = about.split(' ');
    let (mode, _, object) = (about.next()?, about.next()?, about.next()?);
    let kind = match mode {
        "040000" => TreeEntryKind::Folder,
        "120000" => TreeEntryKind::Link,
        "160000" => TreeEntryKind::Submodule,
        _ => TreeEntryKind::File,
    };
    Some(TreeEntry {
        kind,
        object: object.to_owned(),
        name: OsString::from_vec(told.get(tab + 1..)?.to_vec()),
    })
}

/// A `git cat-file --batch`.
struct ObjectReader {
    child: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Reads stderr, so that the process never blocks on it.
    said: JoinHandle<String>,
}

impl ObjectReader {
    fn start(folder: &Path) -> Result<Self, String> {
        let mut child = git(folder)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| absent(&error))?;
        let asked = child.stdin.take().expect("it was asked for");
        let answers = child.stdout.take().expect("it was asked for");
        let mut beside = child.stderr.take().expect("it was asked for");
        let said = std::thread::spawn(move || {
            let mut said = Vec::new();
            let _ = beside.read_to_end(&mut said);
            String::from_utf8_lossy(&said).trim().to_owned()
        });
        Ok(Self {
            child,
            asked,
            answers: BufReader::new(answers),
            said,
        })
    }

    fn read(&mut self, object: &str, most: usize) -> Result<Vec<u8>, String> {
        let failed = |error: std::io::Error| format!("its answer broke off: {error}");
        writeln!(self.asked, "{object}").map_err(failed)?;
        self.asked.flush().map_err(failed)?;
        let mut header = String::new();
        self.answers.read_line(&mut header).map_err(failed)?;
        // `<object> blob <size>`, then the bytes and a line feed.
        let mut parts = header.trim_end().split(' ');
        let size = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(_), Some("blob"), Some(size), None) => size.parse::<u64>().ok(),
            _ => None,
        };
        let Some(size) = size else {
            return Err(match header.trim_end() {
                "" => "it gave no answer".to_owned(),
                _ => format!("the object {object} is missing or damaged in this clone"),
            });
        };
        let mut bytes = Vec::new();
        let mut answer = (&mut self.answers).take(size);
        let wanted = u64::try_from(most).unwrap_or(u64::MAX);
        (&mut answer)
            .take(wanted)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        std::io::copy(&mut answer, &mut std::io::sink()).map_err(failed)?;
        // If the object is shorter than announced, this read fails as well.
        self.answers.read_exact(&mut [0]).map_err(failed)?;
        Ok(bytes)
    }

    /// Ends the process, and returns its stderr.
    fn end(self) -> String {
        let Self {
            mut child,
            asked,
            answers,
            said,
        } = self;
        drop((asked, answers));
        let _ = child.wait();
        said.join().unwrap_or_default()
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.end();
        }
    }
}
