//! The meaning of a token as a value. Plain values are read here; the KDL crate reads escapes,
//! multi-line strings and other number formats.

use std::borrow::Cow;

use kdl::{KdlEntry, KdlValue};

use super::token::{Token, TokenKind};
use crate::parse::mistake::{Mistake, like_number};
use crate::parse::tree::KdlLiteral;

/// A message about an unreadable value, and its bytes.
pub(super) struct Unreadable {
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The meaning of `token`, which is written as `repr`, and its mistake if it has one.
pub(super) fn literal<'t>(
    token: &Token,
    repr: &'t str,
) -> Result<(KdlLiteral<'t>, Option<Mistake>), Unreadable> {
    match token.kind {
        TokenKind::String => string(token, repr).map(|text| (KdlLiteral::Text(text), None)),
        TokenKind::Kdl1String => {
            let body = repr.trim_start_matches('r').trim_matches('#');
            Ok((text(unquoted(body)), Some(Mistake::Kdl1String)))
        }
        TokenKind::ForeignString => Ok((text(unquoted(repr)), Some(Mistake::ForeignString))),
        TokenKind::Unclosed(_) => {
            let body = repr.trim_start_matches(['r', '#', '"']);
            Ok((text(body), Some(Mistake::Reported)))
        }
        TokenKind::Newline
        | TokenKind::Semicolon
        | TokenKind::Open
        | TokenKind::Close
        | TokenKind::Equals
        | TokenKind::Slashdash
        | TokenKind::Word
        | TokenKind::Punctuation
        | TokenKind::ForeignComment
        | TokenKind::Backslash
        | TokenKind::End => word(token, repr),
    }
}

fn text(text: &str) -> KdlLiteral<'_> {
    KdlLiteral::Text(Cow::Borrowed(text))
}

/// `quoted` without its first and last character.
fn unquoted(quoted: &str) -> &str {
    let mut characters = quoted.chars();
    characters.next();
    characters.next_back();
    characters.as_str()
}

fn word<'t>(token: &Token, word: &'t str) -> Result<(KdlLiteral<'t>, Option<Mistake>), Unreadable> {
    if let Some(keyword) = word.strip_prefix('#') {
        return Ok(keyword_of(keyword).map_or_else(
            || (text(keyword), Some(Mistake::UnknownKeyword)),
            |known| (known, None),
        ));
    }
    if let Some(keyword) = keyword_of(word) {
        return Ok((keyword, Some(Mistake::Keyword)));
    }
    match Mistake::of_word(word) {
        Some(mistake) => Ok((text(word), Some(mistake))),
        None if like_number(word) => number(token, word).map(|it| (it, None)),
        None => Ok((text(word), None)),
    }
}

fn keyword_of<'t>(word: &str) -> Option<KdlLiteral<'t>> {
    match word {
        "true" => Some(KdlLiteral::Truth(true)),
        "false" => Some(KdlLiteral::Truth(false)),
        "null" => Some(KdlLiteral::Null),
        "inf" | "-inf" | "nan" => Some(KdlLiteral::Real),
        _ => None,
    }
}

/// A number in a form that KDL can read. Integers beyond 128 bits saturate, which is outside of
/// every range.
fn number<'t>(token: &Token, word: &str) -> Result<KdlLiteral<'t>, Unreadable> {
    let digits: String = word.chars().filter(|c| *c != '_').collect();
    if let Ok(number) = digits.parse::<i128>() {
        return Ok(KdlLiteral::Whole(number));
    }
    if digits
        .trim_start_matches(['+', '-'])
        .bytes()
        .all(|b| b.is_ascii_digit())
    {
        let least = digits.starts_with('-');
        return Ok(KdlLiteral::Whole(if least { i128::MIN } else { i128::MAX }));
    }
    if !digits.starts_with(['0', '+', '-']) || !digits.contains(['x', 'o', 'b']) {
        return Ok(KdlLiteral::Real);
    }
    match by_kdl(token, word)? {
        KdlValue::Integer(number) => Ok(KdlLiteral::Whole(number)),
        KdlValue::Float(_) | KdlValue::String(_) | KdlValue::Bool(_) | KdlValue::Null => {
            Ok(KdlLiteral::Real)
        }
    }
}

fn string<'t>(token: &Token, repr: &'t str) -> Result<Cow<'t, str>, Unreadable> {
    let body = unquoted(repr);
    let plain = repr.starts_with('"') && !repr.starts_with("\"\"\"") || repr == "\"\"";
    if plain && !body.contains('\\') {
        return Ok(Cow::Borrowed(body));
    }
    if plain || repr.starts_with("\"\"\"") {
        known_escapes(token, repr)?;
    }
    match by_kdl(token, repr)? {
        KdlValue::String(text) => Ok(Cow::Owned(text)),
        KdlValue::Integer(_) | KdlValue::Float(_) | KdlValue::Bool(_) | KdlValue::Null => {
            Ok(Cow::Borrowed(body))
        }
    }
}

/// The text of a string with escapes, as well as it can be read despite invalid ones; `None` if it
/// has no escapes.
pub(super) fn spelled(token: &Token, repr: &str) -> Option<String> {
    let string = matches!(
        token.kind,
        TokenKind::String | TokenKind::Unclosed("\"" | "\"\"\"")
    );
    let escapes = string && repr.starts_with('"') && repr.contains('\\');
    let mut rest = repr.trim_matches('"');
    let mut said = String::with_capacity(rest.len());
    while let Some((plain, escape)) = rest.split_once('\\').filter(|_| escapes) {
        said.push_str(plain);
        let blank = escape.trim_start();
        rest = if blank.len() < escape.len() {
            blank
        } else if let Some(known) = character(escape) {
            said.push(known);
            escape.split_once('}').map_or("", |(_, behind)| behind)
        } else {
            let mut characters = escape.chars();
            said.extend(characters.next());
            characters.as_str()
        };
    }
    said.push_str(rest);
    escapes.then_some(said)
}

/// Points at an escape that KDL does not have, as in a Windows path or a pattern.
fn known_escapes(token: &Token, repr: &str) -> Result<(), Unreadable> {
    let mut characters = repr.char_indices();
    while let Some((at, c)) = characters.next() {
        if c != '\\' {
            continue;
        }
        let rest = repr.get(at..).unwrap_or_default();
        let Some((_, escaped)) = characters.next() else {
            break;
        };
        let known = match escaped {
            'u' => character(rest.trim_start_matches('\\')).is_some(),
            _ => "\\\"bfnrts".contains(escaped) || escaped.is_whitespace(),
        };
        if known {
            continue;
        }
        let hex = rest.find('}').filter(|_| escaped == 'u');
        let length = hex.map_or(1 + escaped.len_utf8(), |end| end + 1);
        let written = rest.get(..length).unwrap_or_default();
        let help = if escaped == 'u' {
            "`\\u{...}` takes a code point of 1 to 6 hexadecimal digits"
        } else {
            "write `\\\\` for a backslash, or a raw string: `#\"...\"#` knows no escapes"
        };
        return Err(Unreadable {
            message: format!("`{written}` is not an escape in KDL"),
            help: Some(help.into()),
            start: token.start + at,
            end: token.start + at + length,
        });
    }
    Ok(())
}

/// The character of an escape `\u{...}`.
fn character(escape: &str) -> Option<char> {
    let (digits, _) = escape.strip_prefix("u{")?.split_once('}')?;
    let fits = (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| fits)?;
    char::from_u32(number)
}

fn by_kdl(token: &Token, repr: &str) -> Result<KdlValue, Unreadable> {
    let error = match KdlEntry::parse(repr) {
        Ok(entry) => return Ok(entry.value().clone()),
        Err(error) => error,
    };
    let first = error.diagnostics.first();
    let message = first.and_then(|error| error.message.as_deref());
    Err(Unreadable {
        message: sentence(message.unwrap_or("this is not a value in KDL 2")),
        help: first.and_then(|error| error.help.as_deref()).map(sentence),
        start: token.start,
        end: token.end,
    })
}

/// The KDL crate's message in our style: one line, first letter in lower case, no full stop.
fn sentence(theirs: &str) -> String {
    let line = theirs.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut characters = line.trim_end_matches('.').chars();
    characters
        .next()
        .map(|first| first.to_lowercase().chain(characters).collect())
        .unwrap_or_default()
}
