//! Tokens of KDL 2, as far as boundaries and mistakes need them.

use crate::diagnostic::{Diagnostic, code};
use crate::source::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Newline,
    Semicolon,
    Open,
    Close,
    Slashdash,
    Equals,
    Word,
    String,
    /// A string or comment without an end, with what opened it.
    Unclosed(&'static str),
    /// A character that KDL forbids.
    Forbidden,
    /// So many of one character that the parser's stack is at risk.
    Run,
}

/// A token and its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The tokens of a text; white space and comments are passed over.
pub(super) struct Tokens<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

/// Characters in a row that no environment needs and that make the parser recurse.
const MAX_RUN: usize = 64;

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self {
            text,
            bytes: text.as_bytes(),
            at,
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn starts(&self, prefix: &str) -> bool {
        self.bytes
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(prefix.as_bytes()))
    }

    fn token(&mut self, kind: Kind, end: usize) -> Token {
        let start = self.at;
        self.at = end.max(start + 1).min(self.bytes.len());
        Token {
            kind,
            start,
            end: self.at,
        }
    }

    /// A run of one character past the limit.
    fn run(&self) -> Option<usize> {
        let first = self.byte(self.at);
        if !matches!(first, b'}' | b'"' | b'=' | b'*' | b'{' | b'#') {
            return None;
        }
        let length = self
            .bytes
            .iter()
            .skip(self.at)
            .take_while(|byte| **byte == first)
            .count();
        (length > MAX_RUN).then_some(self.at + length)
    }

    /// Skips a block comment, nested ones too; false if it never ends or is built to exhaust.
    fn block_comment(&mut self) -> Result<(), Kind> {
        let mut depth = 0_usize;
        let mut at = self.at;
        let mut stars = 0;
        while at < self.bytes.len() {
            let pair = (self.byte(at), self.byte(at + 1));
            stars = if pair.0 == b'*' { stars + 1 } else { 0 };
            if stars > MAX_RUN || depth > MAX_RUN {
                return Err(Kind::Run);
            }
            if pair == (b'/', b'*') {
                depth += 1;
                at += 2;
            } else if pair == (b'*', b'/') {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    self.at = at;
                    return Ok(());
                }
            } else {
                at += 1;
            }
        }
        Err(Kind::Unclosed("/*"))
    }

    fn line_end(&self) -> usize {
        self.bytes
            .iter()
            .skip(self.at)
            .position(|byte| *byte == b'\n')
            .map_or(self.bytes.len(), |at| self.at + at)
    }

    /// Passes over white space, comments and continued lines. `Some` for a comment gone wrong.
    fn skip(&mut self) -> Option<Token> {
        loop {
            if self.starts("//") {
                self.at = self.line_end();
            } else if self.starts("/*") {
                if let Err(kind) = self.block_comment() {
                    let end = self.bytes.len();
                    return Some(self.token(kind, end));
                }
            } else if self.byte(self.at) == b'\\' {
                self.at += 1;
                self.continue_line();
            } else {
                let rest = self.text.get(self.at..).unwrap_or_default();
                let blank = rest
                    .chars()
                    .next()
                    .filter(|c| c.is_whitespace() && !is_newline(*c))?;
                self.at += blank.len_utf8();
            }
        }
    }

    /// What follows a `\`: blanks, maybe a line comment, and the line's end.
    fn continue_line(&mut self) {
        while matches!(self.byte(self.at), b' ' | b'\t' | b'\r') && self.at < self.bytes.len() {
            self.at += 1;
        }
        if self.starts("//") {
            self.at = self.line_end();
        }
        if self.byte(self.at) == b'\n' {
            self.at += 1;
        }
    }

    /// A string that begins here, `hashes` of them before the quote.
    fn string(&mut self, hashes: usize) -> Token {
        let quote = self.at + hashes;
        let multi = self.bytes.get(quote..quote + 3) == Some(b"\"\"\"");
        let quotes = if multi { 3 } else { 1 };
        let mut at = quote + quotes;
        while at < self.bytes.len() {
            let byte = self.byte(at);
            if byte == b'\\' && hashes == 0 {
                at += 2;
                continue;
            }
            if byte == b'\n' && !multi {
                break;
            }
            let closes = self
                .bytes
                .get(at..at + quotes)
                .is_some_and(|end| end.iter().all(|byte| *byte == b'"'))
                && self
                    .bytes
                    .get(at + quotes..at + quotes + hashes)
                    .is_some_and(|end| end.iter().all(|byte| *byte == b'#'));
            if closes {
                return self.token(Kind::String, at + quotes + hashes);
            }
            at += 1;
        }
        let end = if multi { self.bytes.len() } else { at };
        self.token(Kind::Unclosed(if multi { "\"\"\"" } else { "\"" }), end)
    }

    fn word(&mut self) -> Token {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest
            .char_indices()
            .find(|(_, c)| {
                c.is_whitespace()
                    || matches!(c, '{' | '}' | ';' | '=' | '"' | '\\' | ',' | '\u{feff}')
                    || is_forbidden(*c)
            })
            .map_or(rest.len(), |(at, _)| at);
        self.token(Kind::Word, self.at + length)
    }
}

fn is_newline(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{85}' | '\u{c}' | '\u{b}' | '\u{2028}' | '\u{2029}'
    )
}

fn is_forbidden(c: char) -> bool {
    (c.is_control() && !is_newline(c) && c != '\t')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if let Some(token) = self.skip() {
            return Some(token);
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let first = rest.chars().next()?;
        if let Some(end) = self.run() {
            return Some(self.token(Kind::Run, end));
        }
        let one = self.at + first.len_utf8();
        let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
        Some(match first {
            _ if is_newline(first) => self.token(Kind::Newline, one),
            _ if is_forbidden(first) => self.token(Kind::Forbidden, one),
            '{' => self.token(Kind::Open, one),
            '}' => self.token(Kind::Close, one),
            ';' => self.token(Kind::Semicolon, one),
            '=' => self.token(Kind::Equals, one),
            '/' if rest.starts_with("/-") => self.token(Kind::Slashdash, self.at + 2),
            '"' => self.string(0),
            '#' if rest.as_bytes().get(hashes) == Some(&b'"') => self.string(hashes),
            _ => self.word(),
        })
    }
}

/// A mistake that people make by habit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// `true`, `false`, `null`.
    Keyword,
    /// `80%`.
    Percent,
    /// `500m`, `2Gi`, `1.25.1`, `02:00-03:00`.
    NumberWithMore,
    /// `*/5`.
    Cron,
    /// `r"..."`, a raw string of KDL 1.
    RawString,
}

impl Mistake {
    pub(super) fn finding(self, written: &str, span: Span) -> Diagnostic {
        let bare = |message: String| Diagnostic::error(code::BARE_VALUE, message, span);
        let quoted = format!("\"{written}\"");
        match self {
            Self::Keyword => bare(format!("`{written}` is no value in KDL 2")).replace(
                "write it with `#`",
                span,
                format!("#{written}"),
            ),
            Self::Percent => {
                let number = written.trim_end_matches('%');
                bare(format!("`{written}` is no value in KDL")).replace(
                    format!(
                        "a share of pods is quoted; a utilisation is a plain number, `{number}`"
                    ),
                    span,
                    quoted,
                )
            }
            Self::NumberWithMore => bare(format!("`{written}` begins like a number and is none"))
                .replace("a value with a unit is quoted", span, quoted),
            Self::Cron => {
                bare(format!("`{written}` is no value in KDL")).replace("quote it", span, quoted)
            }
            Self::RawString => Diagnostic::error(
                code::KDL_1,
                "a raw string of KDL 1 begins here",
                span,
            )
            .replace("in KDL 2 it begins with `#`", span, "#"),
        }
    }
}

/// What is wrong with a bare word, if anything is.
pub(super) fn mistake(word: &str) -> Option<Mistake> {
    if matches!(word, "true" | "false" | "null" | "inf" | "-inf" | "nan") {
        return Some(Mistake::Keyword);
    }
    if word == "r"
        || (word.starts_with("r#")
            && word
                .trim_start_matches('r')
                .bytes()
                .all(|byte| byte == b'#'))
    {
        return Some(Mistake::RawString);
    }
    if word.starts_with("*/") {
        return Some(Mistake::Cron);
    }
    let digits = word.trim_start_matches(['+', '-']);
    let like_number = digits.starts_with(|c: char| c.is_ascii_digit())
        || (digits.starts_with('.')
            && digits
                .get(1..)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())));
    if !like_number || is_number(digits) {
        return None;
    }
    let percent = digits.strip_suffix('%').is_some_and(is_number);
    Some(if percent {
        Mistake::Percent
    } else {
        Mistake::NumberWithMore
    })
}

fn is_number(digits: &str) -> bool {
    let radix = |prefix: &str, radix: u32| {
        digits.strip_prefix(prefix).is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_digit(radix))
                && rest.chars().all(|c| c.is_digit(radix) || c == '_')
        })
    };
    if radix("0x", 16) || radix("0o", 8) || radix("0b", 2) {
        return true;
    }
    let run = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || c == '_')
    };
    let (mantissa, exponent) = digits
        .split_once(['e', 'E'])
        .map_or((digits, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa
        .split_once('.')
        .map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let sign = |text: &str| run(text.strip_prefix(['+', '-']).unwrap_or(text));
    run(whole) && fraction.is_none_or(run) && exponent.is_none_or(sign)
}

/// A name or string without escapes, as its text.
pub(super) fn plain(token: &str) -> Option<String> {
    if let Some(inner) = token
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        return (!inner.contains(['\\', '"'])).then(|| inner.to_owned());
    }
    (!token.contains(['"', '#'])).then(|| token.to_owned())
}

/// The nodes of the language at top level: where one of them begins a line, an open block ended.
pub(super) fn is_top_level(word: &str) -> bool {
    const NODES: [&str; 18] = [
        "environment",
        "tier",
        "region",
        "app",
        "namespace",
        "cluster",
        "labels",
        "framework",
        "api",
        "worker",
        "service",
        "pgbouncer",
        "database",
        "redis",
        "nodes",
        "network",
        "deliver",
        "waive",
    ];
    NODES.contains(&word)
}
