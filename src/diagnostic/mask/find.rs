//! Where credentials stand in a text: well-known tokens, private keys, passwords in addresses,
//! and whatever is given to a key that is named like a credential. One pass, no copy.

use std::ops::Range;
use std::sync::LazyLock;

use super::bare_address;

/// Prefixes of well-known tokens, and how many characters follow at least.
const TOKENS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghr_", 30),
    ("ghs_", 30),
    ("ghu_", 30),
    ("github_pat_", 22),
    ("glpat-", 20),
    ("npm_", 30),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("xoxa-", 10),
    ("xoxs-", 10),
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("rk_live_", 16),
    ("whsec_", 20),
    ("hvs.", 20),
    ("SG.", 40),
    ("pypi-", 40),
    ("dop_v1_", 40),
    ("shpat_", 30),
    ("ya29.", 20),
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("eyJhbGciOi", 20),
    ("Bearer ", 20),
    ("bearer ", 20),
    ("AccountKey=", 20),
];

/// Ends of keys whose value is a credential, without `-` and `_`, in lower case.
const KEYS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "secretkeybase",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "privatekey",
    "credential",
    "credentials",
];

/// A letter or a digit: a word begins here.
const BEGINS: u8 = 1;

/// `-` or `_`: part of a word, and a token can begin behind it.
const JOINS: u8 = 2;

/// What bytes can be to the search, so that most of a text is passed over with one look at each.
struct Bytes {
    kinds: [u8; 256],
    /// With what tokens of a well-known kind go on that begin with a byte: a bit for what `second`
    /// makes of each byte.
    goes_on: [u32; 256],
}

/// One of 32 kinds that a byte is of: whoever compares kinds looks at few words twice.
fn second(byte: u8) -> u32 {
    1 << (byte & 31)
}

static BYTES: LazyLock<Bytes> = LazyLock::new(|| {
    let (mut kinds, mut goes_on) = ([0; 256], [0; 256]);
    for ((byte, kind), goes_on) in (0..=u8::MAX).zip(&mut kinds).zip(&mut goes_on) {
        *kind = match byte {
            b'-' | b'_' => JOINS,
            _ if byte.is_ascii_alphanumeric() => BEGINS,
            _ => 0,
        };
        for (token, _) in TOKENS {
            if let [first, next, ..] = token.as_bytes()
                && *first == byte
            {
                *goes_on |= second(*next);
            }
        }
    }
    Bytes { kinds, goes_on }
});

impl Bytes {
    fn kind(&self, byte: u8) -> u8 {
        let kind = self.kinds.get(usize::from(byte));
        kind.copied().unwrap_or_default()
    }

    /// Whether a token of a well-known kind may begin with these two.
    fn may_be_token(&self, byte: u8, next: Option<&u8>) -> bool {
        let goes_on = self.goes_on.get(usize::from(byte));
        let goes_on = goes_on.copied().unwrap_or_default();
        next.is_some_and(|next| goes_on & second(*next) != 0)
    }
}

/// Ends of keys that count only as words of their own: `DB_PASS`, not `BYPASS`, nor `PWD` alone.
const WORDS: &[&str] = &["pass", "pwd"];

/// Where runs end that are looked at from several places in them. Each is passed over once, however
/// many words in it are looked at: `password=password=...` is one value for every one of its keys.
struct Ends<'t> {
    text: &'t str,
    /// The run of each kind that was looked at last.
    runs: [Range<usize>; 4],
    /// Bytes that were looked at.
    #[cfg(test)]
    looks: usize,
}

/// Kinds of runs.
#[derive(Clone, Copy)]
enum Run {
    /// A value without quotes.
    Value,
    /// A token of a well-known kind.
    Token,
    /// A token that a word leads to: Base64, too.
    Told,
    /// An address.
    Address,
}

impl<'t> Ends<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            runs: [const { 0..0 }; 4],
            #[cfg(test)]
            looks: 0,
        }
    }

    /// Where the run ends that `at` is in, or that is empty there.
    fn end(&mut self, run: Run, at: usize) -> usize {
        let Some(known) = self.runs.get_mut(run as usize) else {
            return at;
        };
        if known.start >= known.end || !(known.start..=known.end).contains(&at) {
            let rest = self.text.get(at..).unwrap_or_default();
            let end = rest.find(|c| run.ends_at(c)).unwrap_or(rest.len());
            *known = at..at + end;
            #[cfg(test)]
            {
                self.looks += end + 1;
            }
        }
        known.end
    }
}

impl Run {
    fn ends_at(self, c: char) -> bool {
        match self {
            Self::Value => c.is_whitespace() || "\"'&;,{}()".contains(c),
            Self::Token => !(c.is_ascii_alphanumeric() || "_-.".contains(c)),
            Self::Told => !(c.is_ascii_alphanumeric() || "_-.+/=~".contains(c)),
            Self::Address => c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'),
        }
    }
}

/// The ranges of bytes in `text` that look like credentials, in order, none within another.
#[must_use]
pub fn find_secrets(text: &str) -> Vec<Range<usize>> {
    find_with(&mut Ends::of(text))
}

fn find_with(ends: &mut Ends<'_>) -> Vec<Range<usize>> {
    let text = ends.text;
    let known: &Bytes = &BYTES;
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if known.kind(*byte) == BEGINS {
            let start = at;
            at = word_end(ends, known, start, &mut found);
            found.extend(value_of_key(ends, start..at));
        } else {
            let next = bytes.get(at + 1);
            match (byte, next) {
                (b':', Some(b'/')) => found.extend(password_in_address(ends, at)),
                (b'-', Some(b'-')) => found.extend(private_key(text, at)),
                (b'@', Some(_)) => found.extend(bare_address::password(text, at)),
                _ => {}
            }
            at += 1;
        }
    }
    merged(found)
}

/// Where the word that begins at `start` ends; and the tokens of a well-known kind that begin as it
/// does, or behind a `-` or `_` in it.
fn word_end(
    ends: &mut Ends<'_>,
    known: &Bytes,
    start: usize,
    found: &mut Vec<Range<usize>>,
) -> usize {
    let bytes = ends.text.as_bytes();
    let mut at = start;
    let mut begins = true;
    while let Some(byte) = bytes.get(at) {
        let kind = known.kind(*byte);
        if kind == 0 {
            break;
        }
        if begins && known.may_be_token(*byte, bytes.get(at + 1)) {
            found.extend(token(ends, at));
        }
        begins = kind == JOINS;
        at += 1;
    }
    at
}

/// Ranges in order, none within or over another.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|later, earlier| {
        let inside = later.start < earlier.end;
        if inside {
            earlier.end = earlier.end.max(later.end);
        }
        inside
    });
    ranges
}

/// A token of a well-known kind at `start`.
fn token(ends: &mut Ends<'_>, start: usize) -> Option<Range<usize>> {
    let rest = ends.text.get(start..)?;
    let (prefix, least) = TOKENS.iter().find(|(known, _)| rest.starts_with(known))?;
    // Behind a word that only says what follows, any token can.
    let run = if prefix.ends_with([' ', '=']) {
        Run::Told
    } else {
        Run::Token
    };
    let body = start + prefix.len();
    let end = ends.end(run, body);
    (end - body >= *least).then_some(start..end)
}

/// `-----BEGIN PRIVATE KEY-----` up to its end.
fn private_key(text: &str, at: usize) -> Option<Range<usize>> {
    /// Longer than the first line of any key, and than any key: a text full of beginnings costs no
    /// more than another.
    const FIRST_LINE: usize = 80;
    const LONGEST: usize = 16 << 10;
    let body = text
        .get(at..)
        .filter(|rest| rest.starts_with("-----BEGIN "))?;
    let head = body.get(..body.floor_char_boundary(FIRST_LINE))?;
    if !head.lines().next()?.contains("PRIVATE KEY") {
        return None;
    }
    let body = body.get(..body.floor_char_boundary(LONGEST))?;
    let line = body.lines().next()?.len();
    Some(at..at + body.find("-----END").unwrap_or(line))
}

/// The password of `user:password@host` behind the `://` at `at`.
fn password_in_address(ends: &mut Ends<'_>, at: usize) -> Option<Range<usize>> {
    /// Longer than any address, so that a text full of `://` costs no more than another.
    const FAR: usize = 2048;
    let rest = ends.text.get(at..)?.strip_prefix("://")?;
    let end = ends.end(Run::Address, at + 3) - (at + 3);
    let end = end.min(rest.floor_char_boundary(FAR));
    let (credentials, _) = rest.get(..end)?.rsplit_once('@')?;
    let (user, password) = credentials.split_once(':')?;
    // `host:8080/path@version` has a port there, not a password.
    let port = password
        .split_once('/')
        .is_some_and(|(port, _)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let start = at + 3 + user.len() + 1;
    let secret = !user.contains(['/', '?']) && !port && is_literal(password);
    secret.then(|| start..start + password.len())
}

/// The value of a key that is named like a credential: `PASSWORD="..."`, `token "..."`,
/// `"apiKey": "..."`, `password=...` within a connection string.
fn value_of_key(ends: &mut Ends<'_>, word: Range<usize>) -> Option<Range<usize>> {
    let text = ends.text;
    let Behind { at, joined } = behind(text.as_bytes(), word.end)?;
    if !is_key(text.get(word)?) {
        return None;
    }
    let value = text.get(at..)?;
    let body = quoted(value).or_else(|| joined.then(|| bare(ends, at)).flatten())?;
    let literal = value.get(body.clone())?;
    is_literal(literal).then(|| at + body.start..at + body.end)
}

/// Where a value stands behind a key.
struct Behind {
    at: usize,
    /// Whether a `=` leads to it, so that it needs no quotes.
    joined: bool,
}

/// What can be a value behind the key that ends at `end`: one look at a byte or two tells what most
/// words are followed by from it.
fn behind(bytes: &[u8], end: usize) -> Option<Behind> {
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|byte| any.contains(byte));
    let blanks = |mut at: usize| {
        while is(at, b" \t") {
            at += 1;
        }
        at
    };
    let key = end + usize::from(is(end, b"\"'"));
    let mark = blanks(key);
    let joined = is(mark, b"=");
    let value = mark + usize::from(joined || is(mark, b":"));
    let at = blanks(value);
    let may_be_quoted = is(at, b"\"'#r");
    (value > key && (joined || may_be_quoted)).then_some(Behind { at, joined })
}

/// Whether a word ends like the name of a credential.
#[must_use]
pub fn is_key(word: &str) -> bool {
    let letters = || {
        let letters = word.bytes().rev().filter(|byte| !b"-_".contains(byte));
        letters.map(|byte| byte.to_ascii_lowercase())
    };
    let ends = KEYS.iter().any(|key| {
        let mut letters = letters();
        key.bytes().rev().all(|byte| letters.next() == Some(byte))
    });
    ends || word
        .rsplit_once(['-', '_'])
        .is_some_and(|(_, last)| WORDS.iter().any(|known| last.eq_ignore_ascii_case(known)))
}

/// What stands between the quotes that `value` begins with, in any form of KDL.
fn quoted(value: &str) -> Option<Range<usize>> {
    let hashes = value.len() - value.trim_start_matches(['#', 'r']).len();
    let rest = value.get(hashes..)?;
    let quotes = ["\"\"\"", "\"", "'"]
        .into_iter()
        .find(|quote| rest.starts_with(quote))?;
    let start = hashes + quotes.len();
    let body = value.get(start..)?;
    let (mut escaped, mut continued) = (false, false);
    let end = body.char_indices().find(|(at, c)| {
        // Behind a `\` a string goes on in the next line.
        continued = (escaped || continued) && c.is_whitespace();
        let ends_line = *c == '\n' && quotes.len() == 1 && !continued;
        let closes = !escaped && body.get(*at..).is_some_and(|rest| rest.starts_with(quotes));
        escaped = *c == '\\' && !escaped && hashes == 0;
        ends_line || closes
    });
    Some(start..start + end.map_or(body.len(), |(at, _)| at))
}

/// A value without quotes, long enough to be one, as a part of the text from `at`.
fn bare(ends: &mut Ends<'_>, at: usize) -> Option<Range<usize>> {
    let length = ends.end(Run::Value, at) - at;
    (length >= 6).then_some(0..length)
}

/// Whether a value is a literal, not a reference such as `$(DB_PASSWORD)`, which is filled in where
/// it runs, a placeholder such as `<password>`, or masked already.
#[must_use]
pub fn is_literal(value: &str) -> bool {
    let value = value.trim();
    let known = ["", "true", "false", "null"].contains(&value);
    !known && !is_reference(value) && !value.chars().all(|c| c == '*')
}

/// A whole `$(NAME)`, `${NAME}`, `{{ name }}` or `<name>`, or a `$NAME` in capitals: what only
/// begins like one is a credential like any other.
fn is_reference(value: &str) -> bool {
    let within = |open: &str, close: &str| {
        let inner = value
            .strip_prefix(open)
            .and_then(|it| it.strip_suffix(close));
        inner.is_some_and(|it| !it.contains(['$', '{', '}', '<', '>', '(', ')']))
    };
    let variable = value.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    });
    variable || within("$(", ")") || within("${", "}") || within("{{", "}}") || within("<", ">")
}

#[cfg(test)]
mod tests {
    use super::{Ends, KEYS, Range, TOKENS, find_with, is_literal};

    #[test]
    fn only_whole_references_are_none() {
        for literal in [
            "*hunter2x",
            "{hunter2x",
            "<Abc1!",
            "$2b$12$abcdefghijk",
            "$ecret",
            "$(A)$ecret",
            "${A}x",
        ] {
            assert!(is_literal(literal), "{literal}");
        }
        for reference in [
            "$(DB_PASSWORD)",
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "{{ .Values.password }}",
            "<password>",
            "********",
            "",
            "true",
        ] {
            assert!(!is_literal(reference), "{reference}");
        }
    }

    /// Whatever a text repeats, each of its bytes is looked at a bounded number of times.
    #[test]
    fn a_text_that_repeats_a_beginning_is_passed_over_once() {
        let joins = [
            "=", "-", "_", ": ", "=#", "=\"", "='", "=\"\"\"", " = ", "\n", "=$", "=<", ";",
        ];
        let begins = KEYS.iter().copied().chain(TOKENS.iter().map(|(it, _)| *it));
        let begins = begins.chain([
            "://",
            "://a:b@",
            "@",
            "a:bbbbbb@c.d",
            "-----BEGIN PRIVATE KEY-----",
        ]);
        for begin in begins {
            for join in joins {
                let text = format!("{begin}{join}").repeat(1_000);
                let mut ends = Ends::of(&text);
                find_with(&mut ends);
                let most = 8 * text.len();
                assert!(ends.looks <= most, "{begin:?} {join:?}: {}", ends.looks);
            }
        }
    }

    #[test]
    fn what_is_in_a_run_ends_where_it_does() {
        let find = |text: &str| find_with(&mut Ends::of(text));
        let one = |start: usize, end: usize| Vec::from([Range { start, end }]);
        assert_eq!(find("password=password=hunter2x;x"), one(9, 26));
        assert_eq!(find("token=ab token=hunter2x, x"), one(15, 23));
        let text = "a://b:c@d://e:ffff@g h://i:jjjj@k";
        assert_eq!(find(text), [6..18, 27..31]);
    }
}
