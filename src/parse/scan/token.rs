//! Tokens of KDL 2, and of the spellings of other languages.
//!
//! White space, comments and continued lines are skipped here, so later stages never see them. All
//! decisions are made on bytes in one pass, without recursion.

use super::blank::{blank, newline, quote_pair};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Newline,
    Semicolon,
    Open,
    Close,
    Equals,
    Slashdash,
    Word,
    /// A string of KDL 2 in any of its forms.
    String,
    /// `r"..."` or `r#"..."#`: a raw string of KDL 1.
    Kdl1String,
    /// A string in quotes that KDL does not have: `'...'`, `“...”`.
    ForeignString,
    /// `( ) [ ] ,`, and a `:` right after a string.
    Punctuation,
    /// `# ...` to the end of the line: a comment in other languages.
    ForeignComment,
    /// A `\` that does not end its line.
    Backslash,
    /// A string or comment without an end, with what opened it.
    Unclosed(&'static str),
    /// The end of the text.
    End,
}

/// A token and its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it touches the previous token.
    pub(super) glued: bool,
}

impl Token {
    /// Whether it can be a name or a value.
    pub(super) fn is_value(self) -> bool {
        match self.kind {
            TokenKind::Word
            | TokenKind::String
            | TokenKind::Kdl1String
            | TokenKind::ForeignString
            | TokenKind::Unclosed("\"" | "\"\"\"") => true,
            TokenKind::Newline
            | TokenKind::Semicolon
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Equals
            | TokenKind::Slashdash
            | TokenKind::Punctuation
            | TokenKind::ForeignComment
            | TokenKind::Backslash
            | TokenKind::Unclosed(_)
            | TokenKind::End => false,
        }
    }
}

/// The tokens of `text` from the byte `at`, at most `limit`, and an end token where reading stopped.
pub(super) fn tokens(text: &str, at: usize, limit: usize) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at,
        value_before: false,
        string_before: false,
        unclosed_until: 0,
    };
    let mut tokens = Vec::with_capacity((text.len() - at).min(limit * 8) / 8 + 1);
    loop {
        let token = lexer.next();
        tokens.push(token);
        if token.kind == TokenKind::End || tokens.len() > limit {
            return tokens;
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Whether a name or value precedes it on the line: a `#` after one can start a keyword.
    value_before: bool,
    /// Whether a string ends right before: a `:` after it comes from JSON.
    string_before: bool,
    /// The end of the last line with an unclosed string.
    unclosed_until: usize,
}

impl Lexer<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn starts(&self, at: usize, prefix: &str) -> bool {
        self.bytes
            .get(at..)
            .is_some_and(|rest| rest.starts_with(prefix.as_bytes()))
    }

    fn count(&self, at: usize, byte: u8) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.iter().take_while(|next| **next == byte).count()
    }

    fn next(&mut self) -> Token {
        let before = self.at;
        let comment = self.skip();
        let start = self.at;
        self.string_before &= start == before;
        let (kind, length) = match comment {
            Some(opening) => (TokenKind::Unclosed("/*"), self.bytes.len() - opening),
            None => self.token(),
        };
        let start = comment.unwrap_or(start);
        self.at = start + length;
        let token = Token {
            kind,
            start,
            end: self.at,
            glued: start == before && start > 0,
        };
        self.string_before = kind == TokenKind::String;
        let begins_anew = [
            TokenKind::Newline,
            TokenKind::Semicolon,
            TokenKind::Open,
            TokenKind::Close,
        ];
        self.value_before = !begins_anew.contains(&kind) && (self.value_before || token.is_value());
        token
    }

    /// The kind and the length in bytes of the token here. Only the end token is empty.
    fn token(&mut self) -> (TokenKind, usize) {
        let at = self.at;
        if at >= self.bytes.len() {
            return (TokenKind::End, 0);
        }
        if let Some(length) = newline(self.bytes, at) {
            return (TokenKind::Newline, length);
        }
        match self.byte(at) {
            b'{' => (TokenKind::Open, 1),
            b'}' => (TokenKind::Close, 1),
            b';' => (TokenKind::Semicolon, 1),
            b'=' => (TokenKind::Equals, 1),
            b'\\' => (TokenKind::Backslash, 1),
            b'(' | b')' | b'[' | b']' | b',' => (TokenKind::Punctuation, 1),
            b':' if self.string_before => (TokenKind::Punctuation, 1),
            b'"' => self.string(at, 0),
            b'#' => self.hash(),
            b'/' if self.byte(at + 1) == b'-' => (TokenKind::Slashdash, 2),
            b'r' => self.kdl1(),
            b'\'' => self.foreign('\''),
            0xE2 => {
                let first = self.text.get(at..).and_then(|rest| rest.chars().next());
                self.foreign(first.unwrap_or_default())
            }
            _ => self.word(),
        }
    }

    /// Skips white space, comments and continued lines. Returns the start of a comment that never
    /// ends.
    fn skip(&mut self) -> Option<usize> {
        loop {
            let at = self.at;
            let length = match self.byte(at) {
                b' ' | b'\t' | 0x00..=0x08 | 0x0E..=0x1F | 0x7F => 1,
                b'/' if self.byte(at + 1) == b'/' => self.to_line_end(at),
                b'/' if self.byte(at + 1) == b'*' => match self.block_comment() {
                    Some(length) => length,
                    None => return Some(at),
                },
                b'\\' => self.continued_line()?,
                0..=0x7F => return None,
                _ => blank(self.bytes, at)?,
            };
            if at >= self.bytes.len() {
                return None;
            }
            self.at = at + length;
        }
    }

    /// Bytes up to the end of the line.
    fn to_line_end(&self, from: usize) -> usize {
        let mut at = from;
        while at < self.bytes.len() && newline(self.bytes, at).is_none() {
            at += 1;
        }
        at - from
    }

    /// The length of the block comment here, with nested ones.
    fn block_comment(&self) -> Option<usize> {
        let mut depth = 0_usize;
        let mut at = self.at;
        while at < self.bytes.len() {
            match (self.byte(at), self.byte(at + 1)) {
                (b'/', b'*') => {
                    depth += 1;
                    at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        return Some(at - self.at);
                    }
                }
                _ => at += 1,
            }
        }
        None
    }

    /// The length of a `\`, the allowed characters after it, and the line end; `None` if the `\`
    /// does not end its line.
    fn continued_line(&self) -> Option<usize> {
        let mut at = self.at + 1;
        while let Some(length) = blank(self.bytes, at) {
            at += length;
        }
        if self.starts(at, "//") {
            at += self.to_line_end(at);
        }
        if at >= self.bytes.len() {
            return Some(at - self.at);
        }
        newline(self.bytes, at).map(|length| at + length - self.at)
    }

    /// A string whose quotes start at `quote`, with this number of `#` around them.
    fn string(&mut self, quote: usize, hashes: usize) -> (TokenKind, usize) {
        let multi = self.starts(quote, "\"\"\"");
        let quotes = if multi { 3 } else { 1 };
        let mut at = quote + quotes;
        while at < self.bytes.len() {
            match self.byte(at) {
                b'\\' if hashes == 0 => at += self.escape(at),
                b'"' if (!multi || self.starts(at, "\"\"\""))
                    && self.count(at + quotes, b'#') >= hashes =>
                {
                    return (TokenKind::String, at + quotes + hashes - self.at);
                }
                _ if !multi && newline(self.bytes, at).is_some() => break,
                _ => at += 1,
            }
        }
        if multi {
            return (TokenKind::Unclosed("\"\"\""), self.bytes.len() - self.at);
        }
        (TokenKind::Unclosed("\""), self.unclosed(quote))
    }

    /// The length of an escape: a `\` and one character, or a `\` and all following blanks and line
    /// ends.
    fn escape(&self, from: usize) -> usize {
        let mut at = from + 1;
        while let Some(length) = blank(self.bytes, at).or_else(|| newline(self.bytes, at)) {
            at += length;
        }
        if at == from + 1 { 2 } else { at - from }
    }

    /// The end of an unclosed string: the end of its line. The first one of a line ends before text
    /// that hardly belongs to it.
    fn unclosed(&mut self, quote: usize) -> usize {
        if quote < self.unclosed_until {
            return self.unclosed_until - self.at;
        }
        let end = quote + 1 + self.to_line_end(quote + 1);
        self.unclosed_until = end;
        let body = self.text.get(quote + 1..end).unwrap_or_default();
        let cut = body.find([';', '{', '}']).into_iter();
        let cut = cut.chain(body.find(" //")).min().unwrap_or(body.len());
        let body = body.get(..cut).unwrap_or_default().trim_end();
        quote + 1 + body.len() - self.at
    }

    /// A token that starts with `#`: a raw string, a keyword, or a comment of another language.
    fn hash(&mut self) -> (TokenKind, usize) {
        let hashes = self.count(self.at, b'#');
        if self.byte(self.at + hashes) == b'"' {
            return self.string(self.at + hashes, hashes);
        }
        let next = self.byte(self.at + hashes);
        let keyword = hashes == 1 && (next.is_ascii_alphabetic() || next == b'-');
        if keyword && self.value_before {
            return self.word();
        }
        (TokenKind::ForeignComment, self.to_line_end(self.at))
    }

    /// A raw string of KDL 1, or a word.
    fn kdl1(&mut self) -> (TokenKind, usize) {
        let hashes = self.count(self.at + 1, b'#');
        let quote = self.at + 1 + hashes;
        if self.byte(quote) != b'"' {
            return self.word();
        }
        let body = quote + 1;
        let closes = |at: usize| self.byte(at) == b'"' && self.count(at + 1, b'#') >= hashes;
        let end = (body..self.bytes.len())
            .take_while(|at| newline(self.bytes, *at).is_none())
            .find(|at| closes(*at));
        match end {
            Some(end) => (TokenKind::Kdl1String, end + 1 + hashes - self.at),
            None => (TokenKind::Unclosed("\""), self.unclosed(quote)),
        }
    }

    /// A string in quotes of another language, or a word. The search for its end is limited, so a
    /// text full of such quotes is not slower.
    fn foreign(&self, open: char) -> (TokenKind, usize) {
        const FAR: usize = 256;
        let from = self.at + open.len_utf8();
        let rest = self.text.get(from..).unwrap_or_default();
        let close = quote_pair(open).and_then(|closing| {
            rest.char_indices()
                .take(FAR)
                .take_while(|(at, _)| newline(self.bytes, from + at).is_none())
                .find(|(_, c)| closing.contains(c))
        });
        match close {
            Some((at, close)) => (
                TokenKind::ForeignString,
                open.len_utf8() + at + close.len_utf8(),
            ),
            None => self.word(),
        }
    }

    fn word(&self) -> (TokenKind, usize) {
        let mut at = self.at;
        loop {
            let ends = match self.byte(at) {
                0x00..=b' '
                | 0x7F
                | b'{'
                | b'}'
                | b'('
                | b')'
                | b'['
                | b']'
                | b';'
                | b'='
                | b'"'
                | b'\\'
                | b',' => true,
                b'/' => self.comment_in_word(at),
                0..=0x7F => false,
                _ => blank(self.bytes, at).is_some() || newline(self.bytes, at).is_some(),
            };
            if ends {
                break;
            }
            at += 1;
        }
        (TokenKind::Word, (at - self.at).max(1))
    }

    /// Whether the `/` at `at` ends a word because it starts a comment, unlike in `https://host`.
    fn comment_in_word(&self, at: usize) -> bool {
        let before = |back: usize| at.checked_sub(back).map_or(0, |at| self.byte(at));
        let address = at > self.at + 1
            && before(1) == b':'
            && self.byte(at + 1) == b'/'
            && self.byte(at + 2).is_ascii_alphanumeric();
        let path = at > self.at + 2 && before(1) == b'/' && before(2) == b':';
        !address && !path && matches!(self.byte(at + 1), b'/' | b'*' | b'-')
    }
}
