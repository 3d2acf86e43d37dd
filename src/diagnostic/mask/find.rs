//! Finds credentials in a text: well-known tokens, private keys, passwords in addresses, and values
//! of keys that are named like a credential. One pass, no copy.

use std::ops::Range;
use std::sync::LazyLock;

use super::literal::is_literal;
use super::runs::{Ends, RunKind};
use super::tokens::TOKENS;
use super::{bare_address, encoded, keys, tokens};

/// A letter or a digit, which can start a word.
const BEGINS: u8 = 1;

/// `-` or `_`: part of a word, and a token can start after it.
const JOINS: u8 = 2;

/// Classes of bytes, so most of a text needs only one look per byte.
struct Bytes {
    kinds: [u8; 256],
    /// For each first byte of a well-known token, the possible classes of the second byte, as a bit
    /// for each class of `second`.
    goes_on: [u32; 256],
}

/// The class of a byte, one of 32. Comparing classes first leaves few words for a full comparison.
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
        for token in TOKENS {
            if let [first, next, ..] = token.prefix.as_bytes()
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

    /// Whether a well-known token may start with these two bytes.
    fn may_be_token(&self, byte: u8, next: Option<&u8>) -> bool {
        let goes_on = self.goes_on.get(usize::from(byte));
        let goes_on = goes_on.copied().unwrap_or_default();
        next.is_some_and(|next| goes_on & second(*next) != 0)
    }
}

/// The byte ranges in `text` that look like credentials, in order and without overlaps.
#[must_use]
pub fn find_secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = find_plain(text);
    found.extend(encoded::secrets(text, find_plain));
    merged(found)
}

/// The same for unencoded text, in any order.
fn find_plain(text: &str) -> Vec<Range<usize>> {
    find_with(&mut Ends::of(text))
}

fn find_with(ends: &mut Ends<'_>) -> Vec<Range<usize>> {
    let text = ends.text();
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
                (b':', Some(b'A')) => found.extend(tokens::bot_token(text, at)),
                _ => {}
            }
            at += 1;
        }
    }
    found
}

/// The end of the word at `start`, and the well-known tokens that start with it, or after a `-` or
/// `_` in it.
fn word_end(
    ends: &mut Ends<'_>,
    known: &Bytes,
    start: usize,
    found: &mut Vec<Range<usize>>,
) -> usize {
    let bytes = ends.text().as_bytes();
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

/// The ranges in order, with overlapping ones merged.
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

/// A well-known token at `start`.
fn token(ends: &mut Ends<'_>, start: usize) -> Option<Range<usize>> {
    let rest = ends.text().get(start..)?;
    let known = TOKENS.iter().filter(|known| rest.starts_with(known.prefix));
    let found = known.filter_map(|known| known.end(ends, start));
    Some(start..found.max()?)
}

/// `-----BEGIN PRIVATE KEY-----` up to its end.
fn private_key(text: &str, at: usize) -> Option<Range<usize>> {
    /// Longer than the first line of any key, and than any key. They bound the cost of a text full
    /// of key headers.
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

/// The password of `user:password@host` after the `://` at `at`.
fn password_in_address(ends: &mut Ends<'_>, at: usize) -> Option<Range<usize>> {
    /// Longer than any address. It bounds the cost of a text full of `://`.
    const FAR: usize = 2048;
    let rest = ends.text().get(at..)?.strip_prefix("://")?;
    let end = ends.end(RunKind::Address, at + 3) - (at + 3);
    let end = end.min(rest.floor_char_boundary(FAR));
    let (credentials, host) = rest.get(..end)?.rsplit_once('@')?;
    let Some((user, password)) = credentials.split_once(':') else {
        let token = tokens::is_token_in_address(credentials, host);
        return token.then(|| at + 3..at + 3 + credentials.len());
    };
    // In `host:8080/path@version`, the number is a port, not a password.
    let port = password
        .split_once('/')
        .is_some_and(|(port, _)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let start = at + 3 + user.len() + 1;
    let secret = !user.contains(['/', '?']) && !port && is_literal(password);
    secret.then(|| start..start + password.len())
}

/// The value of a key that is named like a credential: `PASSWORD="..."`, `token "..."`, `"apiKey":
/// "..."`, `password=...` within a connection string.
fn value_of_key(ends: &mut Ends<'_>, word: Range<usize>) -> Option<Range<usize>> {
    /// Longer than any credential that must be distinguished from a path or a reference.
    const FAR: usize = 4096;
    let text = ends.text();
    let Behind {
        at,
        joined,
        apart,
        escaped,
    } = behind(text.as_bytes(), word.end)?;
    let kind = keys::kind(text.get(word.clone())?)?;
    if apart && is_value_of_property(text, &word) {
        return None;
    }
    let value = text.get(at..)?;
    let body = if escaped {
        within_escapes(value)?
    } else {
        quoted(value).or_else(|| joined.then(|| bare(ends, at)).flatten())?
    };
    if apart && names_property(value.get(body.end..)?) {
        return None;
    }
    let literal = value.get(body.clone())?;
    let literal = literal.get(..literal.floor_char_boundary(FAR))?;
    (is_literal(literal) && kind.takes(literal)).then(|| at + body.start..at + body.end)
}

/// The position of a value after a key.
struct Behind {
    at: usize,
    /// Whether a `=` precedes it, so it needs no quotes.
    joined: bool,
    /// Whether only blanks lead to it.
    apart: bool,
    /// Whether its quote follows a `\`, as in JSON within a string.
    escaped: bool,
}

/// A possible value after the key that ends at `end`. For most words, one or two bytes already rule
/// it out.
fn behind(bytes: &[u8], end: usize) -> Option<Behind> {
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|byte| any.contains(byte));
    let blanks = |mut at: usize| {
        while is(at, b" \t") {
            at += 1;
        }
        at
    };
    let slash = |at: usize| usize::from(is(at, b"\\") && is(at + 1, b"\"'"));
    let key = end + slash(end);
    let key = key + usize::from(is(key, b"\"'"));
    let mark = blanks(key);
    let joined = is(mark, b"=");
    let apart = !joined && !is(mark, b":");
    let value = mark + usize::from(!apart);
    let at = blanks(value);
    let (escaped, at) = (slash(at) > 0, at + slash(at));
    let may_be_quoted = is(at, b"\"'#r");
    (value > key && (joined || may_be_quoted)).then_some(Behind {
        at,
        joined,
        apart,
        escaped,
    })
}

/// Whether a word ends the value of a property, as in `KIND="a token" "OTHER"="0"`: then it is not the
/// key of what follows.
fn is_value_of_property(text: &str, word: &Range<usize>) -> bool {
    /// Longer than most values, so that a text full of keys costs no more than another.
    const FAR: usize = 256;
    let from = text.ceil_char_boundary(word.start.saturating_sub(FAR));
    let before = text.get(from..word.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let quote = text.get(word.end..).and_then(|rest| rest.chars().next());
    let before = match quote.filter(|c| ['"', '\''].contains(c)) {
        Some(quote) => match line.rsplit_once(quote) {
            Some((before, _)) => before.trim_end_matches(['#', 'r']),
            None => return false,
        },
        None => line,
    };
    let before = before.trim_end_matches([' ', '\t']);
    let before = match before.strip_suffix(')') {
        Some(annotated) => annotated
            .rsplit_once('(')
            .map_or(before, |(before, _)| before),
        None => before,
    };
    before.trim_end_matches([' ', '\t']).ends_with('=')
}

/// Whether what ends before `rest` is the quoted key of a property.
fn names_property(rest: &str) -> bool {
    let behind = rest.trim_start_matches(['"', '\'', '#']);
    behind.trim_start_matches([' ', '\t']).starts_with('=')
}

/// The text between the escaped quote at the start of `value` and the next escape.
fn within_escapes(value: &str) -> Option<Range<usize>> {
    let end = value.get(1..)?.find(['\\', '\n'])?;
    Some(1..1 + end)
}

/// The text between the quotes at the start of `value`, in any KDL form.
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
        // After a `\`, a string continues in the next line.
        continued = (escaped || continued) && c.is_whitespace();
        let ends_line = *c == '\n' && quotes.len() == 1 && !continued;
        let closes = !escaped && body.get(*at..).is_some_and(|rest| rest.starts_with(quotes));
        escaped = *c == '\\' && !escaped && hashes == 0;
        ends_line || closes
    });
    Some(start..start + end.map_or(body.len(), |(at, _)| at))
}

/// An unquoted value that is long enough, as a range of the text from `at`.
fn bare(ends: &mut Ends<'_>, at: usize) -> Option<Range<usize>> {
    let length = ends.end(RunKind::Value, at) - at;
    (length >= 6).then_some(0..length)
}

#[cfg(test)]
mod tests {
    use super::super::keys::KEYS;
    use super::super::tokens::TOKENS;
    use super::{Ends, Range, find_with, merged};

    /// In repetitive texts, too, each byte is read a bounded number of times.
    #[test]
    fn a_text_that_repeats_a_beginning_is_passed_over_once() {
        let joins = [
            "=", "-", "_", ": ", "=#", "=\"", "='", "=\"\"\"", " = ", "\n", "=$", "=<", ";",
        ];
        let begins = KEYS
            .iter()
            .copied()
            .chain(TOKENS.iter().map(|it| it.prefix));
        let begins = begins.chain([
            "://",
            "://a:b@",
            "@",
            "a:bbbbbb@c.d",
            "-----BEGIN PRIVATE KEY-----",
        ]);
        for begin in begins {
            for join in joins {
                let text = format!("{begin}{join}").repeat(300);
                let mut ends = Ends::of(&text);
                find_with(&mut ends);
                let most = 8 * text.len();
                assert!(ends.looks <= most, "{begin:?} {join:?}: {}", ends.looks);
            }
        }
    }

    #[test]
    fn what_is_in_a_run_ends_where_it_does() {
        let find = |text: &str| merged(find_with(&mut Ends::of(text)));
        let one = |start: usize, end: usize| Vec::from([Range { start, end }]);
        assert_eq!(find("password=password=hunter2x;x"), one(9, 26));
        assert_eq!(find("token=ab token=hunter2x, x"), one(15, 23));
        let text = "a://b:c@d://e:ffff@g h://i:jjjj@k";
        assert_eq!(find(text), [6..18, 27..31]);
    }
}
