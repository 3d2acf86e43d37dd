//! Hides credentials wherever text is shown.

mod bare_address;
mod base64;
mod body;
mod encoded;
mod find;
pub mod fingerprint;
mod keys;
mod literal;
mod placeholders;
mod repeated;
mod runs;
mod tokens;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

pub use find::find_secrets;
pub use fingerprint::fingerprint;
pub use keys::is_key;
pub use literal::is_literal;

use repeated::Words;

use super::{Diagnostic, code};
use crate::source::{SourceId, Sources};

/// `text` with every credential replaced by `*`, byte for byte, so positions stay the same.
#[must_use]
pub fn mask(text: &str) -> String {
    masked(text).into_owned()
}

/// The same, without a copy if the text has no credential.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    let found = find_secrets(text);
    if found.is_empty() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(hide(text, &found))
    }
}

/// The value of the attribute at `path` with every credential as `*`: the attribute's name tells some
/// of them.
#[must_use]
pub fn mask_value(path: &str, value: &str) -> String {
    let key = path.rsplit('.').next().unwrap_or_default();
    let start = key.len() + 2;
    let masked = mask(&format!("{key}=\"{value}\""));
    masked
        .get(start..start + value.len())
        .unwrap_or_default()
        .to_owned()
}

/// `text` with `ranges` replaced by `*`, byte for byte; line ends stay.
fn hide(text: &str, ranges: &[Range<usize>]) -> String {
    let mut masked = text.to_owned();
    for range in ranges {
        let secret = text.get(range.clone()).unwrap_or_default();
        masked.replace_range(range.clone(), &stars(secret));
    }
    masked
}

/// A credential without the hidden quotes around it, because a finding can quote it differently.
fn between_quotes(secret: &str) -> &str {
    let raw = secret.strip_prefix('r');
    let raw = raw.filter(|rest| rest.starts_with(['#', '"']));
    let quote = |c: char| !c.is_alphanumeric();
    raw.unwrap_or(secret).trim_matches(quote)
}

/// Whether repetitions of a credential are hidden. A credential of one or two characters occurs
/// everywhere, and hiding it would make sentences unreadable.
fn is_told(secret: &str) -> bool {
    secret.len() > 2
}

fn stars(secret: &str) -> String {
    let star = |byte| if byte == b'\n' { '\n' } else { '*' };
    secret.bytes().map(star).collect()
}

/// A source as it may be shown.
pub(super) struct Masked {
    /// Its name.
    pub(super) name: String,
    /// Its text, with every credential replaced by `*`.
    pub(super) text: String,
    /// The byte offset of each line.
    lines: Vec<usize>,
    /// Its credentials, to hide them in messages about it, too.
    secrets: Words,
}

impl Masked {
    /// The source with its credentials, including those that `reported` points at: only the parser
    /// recognises some of them.
    fn new(id: SourceId, sources: &Sources, reported: &[Range<usize>]) -> Self {
        let source = sources.get(id);
        let found = find_secrets(&source.text).into_iter();
        let reported = reported.iter().cloned();
        let fits = |range: &Range<usize>| source.text.get(range.clone()).is_some();
        let ranges = find::merged(found.chain(reported).filter(fits).collect());
        let secrets = ranges
            .iter()
            .filter_map(|range| source.text.get(range.clone()));
        let secrets = secrets.flat_map(|secret| [secret, between_quotes(secret)]);
        // A credential is hidden wherever it is repeated, even without a key next to it.
        let secrets = Words::of(secrets.filter(|secret| is_told(secret)));
        let repeated = secrets.ranges(&source.text);
        let text = hide(&source.text, &find::merged([ranges, repeated].concat()));
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        Self {
            name: source.name.clone(),
            text,
            lines,
            secrets,
        }
    }

    /// The lines, counted from 0, between the bytes `start` and `end`.
    pub(super) fn lines_of(&self, start: usize, end: usize) -> (usize, usize) {
        let line = |at: usize| {
            let after = self.lines.partition_point(|line| *line <= at);
            after.saturating_sub(1)
        };
        (line(start), line(end.max(start)))
    }

    /// The byte offset of a line, or the end of the text.
    pub(super) fn line_start(&self, line: usize) -> usize {
        self.lines.get(line).copied().unwrap_or(self.text.len())
    }
}

/// The masked sources of some findings.
pub(super) struct Mask(BTreeMap<SourceId, Masked>);

impl Mask {
    /// The sources of `findings`.
    pub(super) fn of<'a>(
        findings: impl IntoIterator<Item = &'a Diagnostic>,
        sources: &Sources,
    ) -> Self {
        let mut reported: BTreeMap<SourceId, Vec<Range<usize>>> = BTreeMap::new();
        for finding in findings {
            for id in sources_of(finding) {
                reported.entry(id).or_default();
            }
            if finding.code == code::SECRET_LITERAL {
                for span in finding.labels.iter().map(|label| label.span) {
                    let range = span.start as usize..span.end as usize;
                    reported.entry(span.source).or_default().push(range);
                }
            }
        }
        let masked = |(id, reported): (SourceId, Vec<Range<usize>>)| {
            (id, Masked::new(id, sources, &reported))
        };
        Self(reported.into_iter().map(masked).collect())
    }

    /// A source of one of the findings.
    pub(super) fn source(&self, id: SourceId) -> Option<&Masked> {
        self.0.get(&id)
    }

    /// A sentence of `finding` without the credentials of its sources.
    pub(super) fn text(&self, finding: &Diagnostic, text: &str) -> String {
        // Each source once, and only those with credentials: a finding can point at thousands of
        // places in one source.
        let holding = self.0.iter().filter(|(_, it)| !it.secrets.is_empty());
        let known = holding.filter(|(id, _)| sources_of(finding).any(|it| it == **id));
        let repeated = known.flat_map(|(_, source)| source.secrets.ranges(text));
        // All searches use the original sentence, because a partly hidden credential is no longer
        // found.
        let ranges = find_secrets(text).into_iter().chain(repeated).collect();
        shortened(hide(text, &find::merged(ranges)))
    }
}

/// The longest word or quoted text that a sentence repeats whole: longer than any offered
/// statement, or image with a digest.
const LONGEST: usize = 300;

/// What is shown of a longer one.
const BEGINNING: usize = 60;

/// A sentence in which long user texts are shortened.
fn shortened(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let words: Vec<_> = text.split(' ').map(beginning).collect();
    let text = words.join(" ");
    let parts = text.split('`').enumerate();
    let quoted = |(index, part)| {
        if index % 2 == 1 {
            beginning(part)
        } else {
            Cow::Borrowed(part)
        }
    };
    parts.map(quoted).collect::<Vec<_>>().join("`")
}

fn beginning(word: &str) -> Cow<'_, str> {
    let cut = word.char_indices().nth(BEGINNING).map(|(at, _)| at);
    match cut.filter(|_| word.len() > LONGEST) {
        Some(at) => {
            let quote = if word.ends_with('`') { "`" } else { "" };
            Cow::Owned(format!("{}…{quote}", word.get(..at).unwrap_or_default()))
        }
        None => Cow::Borrowed(word),
    }
}

/// The sources that a finding points into, or is about.
fn sources_of(finding: &Diagnostic) -> impl Iterator<Item = SourceId> {
    let labels = finding.labels.iter().map(|label| label.span.source);
    let help = finding.help.iter();
    let replaced = help.filter_map(|help| Some(help.replacement.as_ref()?.0.source));
    labels.chain(replaced).chain(finding.record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found_and_hidden_byte_for_byte() {
        let text = "a \"AKIAIOSFODNN7EXAMPLE\" b \"postgres://app:pâss@db:5432/x\"\nenv DB_PASSWORD=\"hunter2\"\n";
        let masked = mask(text);
        assert_eq!(masked.len(), text.len());
        for secret in ["AKIA", "pâss", "hunter2"] {
            assert!(!masked.contains(secret), "{masked}");
        }
        assert!(masked.contains("postgres://app:") && masked.contains("@db:5432/x"));
    }

    #[test]
    fn what_is_hidden_keeps_its_lines() {
        let key = "a\n-----BEGIN PRIVATE KEY-----\nhunter2x\n-----END PRIVATE KEY-----\nb";
        let masked = mask(key);
        assert_eq!(masked.lines().count(), key.lines().count());
        assert!(!masked.contains("hunter2x") && masked.ends_with("\nb"));
    }

    #[test]
    fn a_word_without_end_is_told_by_its_beginning() {
        let endless = "x".repeat(1000);
        let beginning = "x".repeat(59);
        assert_eq!(
            shortened(format!("there is no node `{endless}` here")),
            format!("there is no node `{beginning}…` here")
        );
        let words = "a b ".repeat(200);
        let told = shortened(format!("`{words}` is none"));
        assert!(told.len() < 100 && told.ends_with("…` is none"), "{told}");
        let statement = format!("write `nodes \"x\" {{ instance \"{}\" }}`", "y".repeat(200));
        assert_eq!(shortened(statement.clone()), statement);
        let sum = "1 x 250m (api) + ".repeat(100);
        assert_eq!(shortened(sum.clone()), sum);
    }

    #[test]
    fn every_way_to_write_a_credential_is_known() {
        for text in [
            "password \"hunter2x\"",
            "password = \"hunter2x\"",
            "DB_PASSWORD=#\"hunter2x\"#",
            "PASSWORD=r#\"hunter2x\"#",
            "password='hunter2x'",
            "PASSWORD=\"\"\"\nhunter2x\n\"\"\"",
            "apiKey=\"a\\\"hunter2x\"",
            "\"clientSecret\": \"hunter2x\"",
            "AWS_SECRET_ACCESS_KEY=hunter2x",
            "url \"host=db password=hunter2x user=app\"",
            "url \"jdbc:postgresql://db/x?user=a&password=hunter2x\"",
            "url \"redis://:hunter2x@cache:6379\"",
            "url \"postgres://app:hun/hunter2x@db/x\"",
            "// password: \"hunter2x\"",
            "env DB_PASS=\"hunter2x\"",
            "env SECRET_KEY_BASE=\"hunter2x\"",
            "env X=\"api-glpat-hunter2xhunter2xhunter2x\"",
            "env X=\"hvs.hunter2xhunter2xhunter2x\"",
            "env X=\"app:hunter2x@db.example.com:6379\"",
            "env X=\"app:hunter2x@cache:6379\"",
            "env X=\"app:hunter2x@10.0.0.7\"",
            "endpoint \"u:hunter2x@host.example.com\"",
            "env X=\"app:a:hunter2x@b@db.example.com/x\"",
            "env X=app:hunter2x@db.example.com",
            "env X=\"Authorization: Bearer hunter2xhunter2x/hunter2x==\"",
            "env A=\"Zm9v==\" DB_PASSWORD \"hunter2x\"",
            "env A=\"=\" \"DB_PASSWORD\" \"hunter2x\"",
            "env KIND=\"my-token\" \"DB_PASSWORD\"=\"hunter2x\"",
            "env KIND=\"my-token\" DB_PASSWORD=\"hunter2x\"",
            "env KIND=my-token 'DB_PASSWORD'='hunter2x'",
            "\"api-key\" \"hunter2x\"",
            "env KIND=\"my-token\"\n\"api-key\" \"hunter2x\"",
            "env X=\"AccountName=a;AccountKey=hunter2x+hunter2x/hunter2x==;Z=1\"",
        ] {
            assert!(!mask(text).contains("hunter2x"), "{}", mask(text));
        }
    }

    #[test]
    fn ordinary_files_hold_none() {
        for text in [
            "image \"registry.example.com/kaireon/api:1.4.2@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
            "endpoint \"queue.abc.cache.amazonaws.com:6379\"\nlabels cost-center=\"1234\"",
            "url=\"https://staging.example.com/api\" token-env=\"LOAD_TOKEN\"",
            "url=\"https://staging.example.com:8443/api@v2\"",
            "env DATABASE_URL=\"postgres://app:$(DB_PASSWORD)@db/x\" PASSWORD=\"${PASSWORD}\"",
            "// the password: ask the platform team; password=<yours>",
            "env USE_TOKEN=\"true\" SECRET_NAME=\"kaireon-database\"",
            "env PWD=\"/app\" BYPASS=\"never\" PARTITION_KEY=\"tenant\"",
            "image \"registry.example.com/app:v1.2.3@sha256:abcd\"",
            "image \"repo/app:1.2@sha256:0123456789abcdef\"",
            "image \"app:1.2.3-rc1@sha256:0123456789abcdef\"",
            "endpoint \"host:8080/path@1.2\"",
            "env ALIAS=\"npm:package@1.2.3\"",
            "labels owner=\"platform-team@example.com\"",
            "env FROM=\"mailto:platform-team@example.com\"",
            "env X=\"app:$(DB_PASSWORD)@db.example.com:6379\"",
            "env X=\"app:<password>@db.example.com\" Y=\"git@github.com:acme/app\"",
            "schedule cron=\"0 8 * * 1-5\" at=\"08:30\"",
            "env X=\"Bearer $(API_ACCESS)\" Y=\"AccountKey=${STORAGE}\"",
            "waive \"secret-literal\" reason=\"x\" until=\"2030-01-31\"",
            "env KIND=\"my-token\" \"OTHER\"=\"value\"",
            "env KIND=\"a token\" \"OTHER\"=\"value\" \"more\"",
            "env KIND=\"my-token\" \"value\"",
            "env KIND='my-token' 'OTHER'='value'",
            "env KIND=#\"my-token\"# #\"OTHER\"#=#\"value\"#",
            "env KIND=my-token \"OTHER\"=\"value\"",
            "env KIND = \"my-token\" \"OTHER\" = \"value\"",
            "env KIND=(text)\"my-token\" \"OTHER\"=\"value\"",
            "env KIND=\\\n    \"my-token\" \"OTHER\"=\"value\"",
            "env KIND=\"\"\"\n    my-token\n    \"\"\" \"OTHER\"=\"value\"",
            "TOKEN \"OTHER\"=\"value\"",
        ] {
            let found = find_secrets(text);
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }
}
