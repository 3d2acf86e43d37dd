//! Laws about arbitrary bytes: tierc ends in bounded time, with findings or with an environment.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tierc::compile::Run;
use tierc::diagnostic::json::findings;
use tierc::emit::emit;

use super::config;
use crate::support::{files, run_bytes, shown};

/// The time limit for a file of a few kilobytes in an unoptimised build on a busy machine. Normal files
/// need far less; a file that is scanned again and again needs far more.
const STALLED: Duration = Duration::from_secs(10);

/// Every file of the language that the project holds: what people write, right and wrong.
static REAL: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folders = ["environments", "tests/cases", "schema/catalogue"];
    let paths = folders.iter().flat_map(|folder| files(folder, "kdl"));
    paths.map(|path| std::fs::read(path).unwrap()).collect()
});

/// Compiles bytes and produces every output: nothing may panic or stall, and if there is no output, a
/// finding says why.
fn survives(bytes: &[u8]) -> Result<Run, TestCaseError> {
    let started = Instant::now();
    let run = run_bytes(bytes);
    let told = shown(&run);
    let listed = findings(run.diagnostics(), &run.sources);
    let codes: Vec<&str> = listed.iter().map(|it| it.code.as_str()).collect();
    let found: Vec<&str> = run.diagnostics().map(|it| it.code.0).collect();
    prop_assert_eq!(&codes, &found);
    for code in codes {
        prop_assert!(told.contains(&format!("[{code}]")), "{code}: {told}");
    }
    prop_assert_eq!(told.is_empty(), listed.is_empty());
    match &run.files[0].environment {
        None => prop_assert!(run.has_errors(), "no environment, and no error"),
        Some(environment) => {
            prop_assert!(!environment.list().is_empty());
            let files = emit(environment, None, &run.catalogue, "prod.kdl");
            for file in [
                "RUNBOOK.md",
                "helm/values.yaml",
                "kubernetes/alerts.yaml",
                "tierc.lock.json",
            ] {
                prop_assert!(
                    files.get(file).is_some_and(|text| text.len() > 100),
                    "{file}"
                );
            }
        }
    }
    let took = started.elapsed();
    prop_assert!(took < STALLED, "it took {took:?}");
    Ok(run)
}

/// What is done to a file.
#[derive(Clone, Debug)]
enum Mutation {
    DeleteBytes(Index, usize),
    InsertBytes(Index, Vec<u8>),
    ReplaceByte(Index, u8),
    DeleteLine(Index),
    RepeatLine(Index),
    SwapLines(Index, Index),
    Insert(Index, &'static str),
    Truncate(Index),
}

impl Mutation {
    fn of(self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let lines: Vec<Vec<u8>> = bytes
            .split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        let with = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
            let mut changed = lines.clone();
            change(&mut changed);
            changed.concat()
        };
        let length = bytes.len();
        match self {
            Self::DeleteBytes(at, count) => {
                let at = at.index(length);
                bytes.drain(at..(at + count).min(length));
            }
            Self::InsertBytes(at, more) => {
                let at = at.index(length);
                bytes.splice(at..at, more);
            }
            Self::ReplaceByte(at, byte) => bytes[at.index(length)] = byte,
            Self::DeleteLine(at) => {
                *bytes = with(&|lines| {
                    lines.remove(at.index(lines.len()));
                });
            }
            Self::RepeatLine(at) => {
                *bytes = with(&|lines| {
                    let at = at.index(lines.len());
                    lines.insert(at, lines[at].clone());
                });
            }
            Self::SwapLines(one, other) => {
                *bytes = with(&|lines| {
                    let length = lines.len();
                    lines.swap(one.index(length), other.index(length));
                });
            }
            Self::Insert(at, token) => {
                let at = at.index(length);
                bytes.splice(at..at, token.bytes());
            }
            Self::Truncate(at) => bytes.truncate(at.index(length)),
        }
    }
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 1_usize..12).prop_map(|(at, count)| Mutation::DeleteBytes(at, count)),
        (at(), vec(any::<u8>(), 1..4)).prop_map(|(at, more)| Mutation::InsertBytes(at, more)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::ReplaceByte(at, byte)),
        at().prop_map(Mutation::DeleteLine),
        at().prop_map(Mutation::RepeatLine),
        (at(), at()).prop_map(|(one, other)| Mutation::SwapLines(one, other)),
        (at(), select(TOKENS)).prop_map(|(at, token)| Mutation::Insert(at, token)),
        at().prop_map(Mutation::Truncate),
    ]
}

/// Words of the language and of the languages that people take it for, and what joins them.
const TOKENS: &[&str] = &[
    "environment",
    "tier",
    "region",
    "app",
    "labels",
    "framework",
    "api",
    "worker",
    "service",
    "pgbouncer",
    "database",
    "redis",
    "nodes",
    "off-hours",
    "event",
    "waive",
    "queue",
    "replicas",
    "min=",
    "max=",
    "target",
    "cpu=",
    "memory=",
    "requests",
    "limits",
    "env",
    "hold",
    "engine",
    "version=",
    "pool",
    "default=",
    "max-db=",
    "storage",
    "gib=",
    "uses",
    "count",
    "scenario",
    "\"prod\"",
    "\"large\"",
    "\"us-east-1\"",
    "\"500m\"",
    "\"2Gi\"",
    "\"30s\"",
    "\"queue:a\"",
    "#true",
    "#null",
    "true",
    "80%",
    "500m",
    "*/5",
    "0",
    "1",
    "-1",
    "1e9",
    "1.5",
    "340282366920938463463374607431768211456",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    "=",
    ":",
    "\"",
    "\"\"\"",
    "#\"",
    "\"#",
    "r\"",
    "'",
    "\u{201c}",
    "/-",
    "//",
    "/*",
    "*/",
    "\\",
    "\n",
    "\r\n",
    " ",
    "\t",
    "\u{feff}",
    "\u{202e}",
    "\u{2028}",
    "\u{0}",
    "\u{e9}",
    "\\u{",
    "\\u{110000}",
    "password=",
    "://a:b@c",
];

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn no_bytes_stop_it(bytes in vec(any::<u8>(), 0..600)) {
        survives(&bytes)?;
    }

    #[test]
    fn no_text_stops_it(text in "\\PC{0,200}") {
        survives(text.as_bytes())?;
    }

    #[test]
    fn no_soup_of_its_own_words_stops_it(tokens in vec(select(TOKENS), 0..120), apart in any::<bool>()) {
        survives(tokens.join(if apart { " " } else { "" }).as_bytes())?;
    }

    #[test]
    fn no_slip_in_a_real_file_stops_it(file in any::<Index>(), mutations in vec(mutation(), 1..6)) {
        let mut bytes = file.get(&REAL).clone();
        for mutation in mutations {
            mutation.of(&mut bytes);
        }
        survives(&bytes)?;
    }
}
