//! One pass over the bytes before the KDL parser sees them: limits, boundaries, common mistakes.
//!
//! The `kdl` crate recurses, so hostile input could exhaust its stack or its time; and it reports
//! one error for a document. Here every top-level node is cut out, so that a broken one hides no
//! other, and what people type by habit is reported on its own token with what to type instead.

mod token;

use crate::diagnostic::{Diagnostic, Diagnostics, code};
use crate::source::{SourceId, Span};

use token::{Kind, Token, Tokens};

/// The most bytes a file may have.
pub const MAX_BYTES: usize = 1 << 20;
/// The most levels of braces.
pub const MAX_DEPTH: usize = 16;
/// The most `/-` in one top-level node: each doubles the parser's work where they nest.
const MAX_SLASHDASHES: usize = 8;

/// What the pass found.
#[derive(Debug, Default)]
pub struct Scanned {
    /// The top-level nodes, in order.
    pub nodes: Vec<NodeText>,
    /// False when the file as a whole must not be parsed.
    pub readable: bool,
}

/// One top-level node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeText {
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Its name, if it is plain; else empty.
    pub name: String,
    /// Its first argument, if that is a plain string.
    pub first_argument: Option<String>,
    /// Whether something is wrong in it that has been reported: the parser must not see it.
    pub broken: bool,
}

/// Reads `text` as far as the parser's safety and good messages need.
pub fn scan(text: &str, source: SourceId, diagnostics: &mut Diagnostics) -> Scanned {
    if text.len() > MAX_BYTES {
        let message = format!(
            "the file has {} bytes; at most {MAX_BYTES} are read",
            text.len()
        );
        let span = Span::new(source, 0, 0);
        diagnostics.push(Diagnostic::error(code::LIMIT_EXCEEDED, message, span));
        return Scanned::default();
    }
    let mut scanner = Scanner {
        text,
        source,
        diagnostics,
        nodes: Vec::new(),
        current: None,
        open: Vec::new(),
        slashdashed: false,
    };
    for token in Tokens::new(text) {
        scanner.token(token);
    }
    scanner.finish();
    Scanned {
        nodes: scanner.nodes,
        readable: true,
    }
}

/// A node that is being read.
struct Current {
    node: NodeText,
    slashdashes: usize,
    words: usize,
    pending_key: bool,
    /// `/-` stood before it: it is a comment.
    commented: bool,
}

struct Scanner<'a> {
    text: &'a str,
    source: SourceId,
    diagnostics: &'a mut Diagnostics,
    nodes: Vec<NodeText>,
    current: Option<Current>,
    open: Vec<usize>,
    slashdashed: bool,
}

impl Scanner<'_> {
    fn span(&self, token: &Token) -> Span {
        Span::new(self.source, token.start, token.end)
    }

    fn slice(&self, token: &Token) -> &str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    fn report(&mut self, finding: Diagnostic) {
        if let Some(current) = &mut self.current {
            current.node.broken = true;
        }
        self.diagnostics.push(finding);
    }

    fn token(&mut self, token: Token) {
        match token.kind {
            Kind::Newline | Kind::Semicolon => self.end_of_line(&token),
            Kind::Open => self.open(&token),
            Kind::Close => self.close(&token),
            Kind::Slashdash => self.slashdash(&token),
            Kind::Word | Kind::String => self.value(&token),
            Kind::Equals => {
                if let Some(current) = &mut self.current {
                    current.pending_key = true;
                    current.node.end = token.end;
                }
            }
            Kind::Unclosed(what) => self.unclosed(&token, what),
            Kind::Forbidden => {
                self.begin(&token);
                let message = "a control character stands here, which no KDL text may hold";
                self.report(
                    Diagnostic::error(code::SYNTAX, message, self.span(&token)).help("delete it"),
                );
            }
            Kind::Run => {
                self.begin(&token);
                let message = "more of the same character in a row than any environment needs";
                self.report(Diagnostic::error(
                    code::LIMIT_EXCEEDED,
                    message,
                    self.span(&token),
                ));
            }
        }
    }

    fn begin(&mut self, token: &Token) {
        if self.current.is_none() {
            let node = NodeText {
                start: token.start,
                end: token.end,
                name: String::new(),
                first_argument: None,
                broken: false,
            };
            let commented = std::mem::take(&mut self.slashdashed);
            self.current = Some(Current {
                node,
                slashdashes: 0,
                words: 0,
                pending_key: false,
                commented,
            });
        }
    }

    fn value(&mut self, token: &Token) {
        // A node of the top level begins a line; inside an unclosed block that is where to go on.
        let column_zero =
            token.start == 0 || self.text.as_bytes().get(token.start - 1) == Some(&b'\n');
        if column_zero
            && token.kind == Kind::Word
            && !self.open.is_empty()
            && token::is_top_level(self.slice(token))
        {
            self.unclosed_block();
        }
        let begins = self.current.is_none();
        self.begin(token);
        let plain = token::plain(self.slice(token));
        let Some(current) = &mut self.current else {
            return;
        };
        current.node.end = token.end;
        let after_equals = std::mem::take(&mut current.pending_key);
        current.words += 1;
        let words = current.words;
        if begins {
            current.node.name = plain.unwrap_or_default();
        } else if words == 2 && !after_equals && self.open.is_empty() {
            current.node.first_argument = plain;
        }
        if token.kind == Kind::Word {
            let written = self.slice(token).to_owned();
            if let Some(mistake) = token::mistake(&written) {
                let span = self.span(token);
                self.report(mistake.finding(&written, span));
            }
        }
    }

    fn open(&mut self, token: &Token) {
        self.missing_value(token);
        if self.current.is_none() {
            self.begin(token);
            let message = "a block stands here without a node's name before it";
            self.report(
                Diagnostic::error(code::SYNTAX, message, self.span(token))
                    .help("write the node's name before `{`"),
            );
        }
        self.open.push(token.start);
        if self.open.len() == MAX_DEPTH + 1 {
            let message = format!("blocks are nested more than {MAX_DEPTH} deep");
            self.report(Diagnostic::error(
                code::LIMIT_EXCEEDED,
                message,
                self.span(token),
            ));
        }
        if let Some(current) = &mut self.current {
            current.node.end = token.end;
        }
    }

    fn close(&mut self, token: &Token) {
        self.missing_value(token);
        if self.open.pop().is_none() {
            self.begin(token);
            let message = "this `}` closes nothing";
            self.report(
                Diagnostic::error(code::SYNTAX, message, self.span(token)).replace(
                    "delete it",
                    self.span(token),
                    "",
                ),
            );
        }
        if let Some(current) = &mut self.current {
            current.node.end = token.end;
        }
    }

    fn slashdash(&mut self, token: &Token) {
        let Some(current) = &mut self.current else {
            self.slashdashed = true;
            return;
        };
        current.slashdashes += 1;
        current.node.end = token.end;
        if current.slashdashes == MAX_SLASHDASHES + 1 {
            let message = format!("more than {MAX_SLASHDASHES} `/-` stand in one node");
            self.report(
                Diagnostic::error(code::LIMIT_EXCEEDED, message, self.span(token))
                    .help("delete what is commented out, or put `/-` before the whole node"),
            );
        }
    }

    /// `key=` and then nothing.
    fn missing_value(&mut self, token: &Token) {
        let Some(current) = &mut self.current else {
            return;
        };
        if std::mem::take(&mut current.pending_key) {
            let message = "a value is missing after `=`";
            let span = Span::new(self.source, token.start, token.start);
            self.report(Diagnostic::error(code::SYNTAX, message, span));
        }
    }

    fn end_of_line(&mut self, token: &Token) {
        self.missing_value(token);
        if self.open.is_empty() {
            self.end_node();
        }
    }

    fn end_node(&mut self) {
        if let Some(current) = self.current.take() {
            let keep = !current.commented || current.node.broken;
            if keep && (!current.node.name.is_empty() || current.node.broken || current.words > 0) {
                self.nodes.push(current.node);
            }
        }
    }

    fn unclosed(&mut self, token: &Token, what: &str) {
        self.begin(token);
        let opening = Span::new(
            self.source,
            token.start,
            (token.start + what.len()).min(token.end),
        );
        let message = format!("`{what}` opens here and is never closed");
        let close = if what == "/*" { "*/" } else { what };
        self.report(
            Diagnostic::error(code::UNCLOSED, message, opening)
                .help(format!("close it with `{close}`")),
        );
        if let Some(current) = &mut self.current {
            current.node.end = token.end;
        }
    }

    fn unclosed_block(&mut self) {
        if let Some(at) = self.open.pop() {
            let message = "this block is never closed";
            let span = Span::new(self.source, at, at + 1);
            self.report(Diagnostic::error(code::UNCLOSED, message, span).help("close it with `}`"));
        }
        self.open.clear();
        self.end_node();
    }

    fn finish(&mut self) {
        let end = Token {
            kind: Kind::Newline,
            start: self.text.len(),
            end: self.text.len(),
        };
        self.missing_value(&end);
        if !self.open.is_empty() {
            self.unclosed_block();
        }
        self.end_node();
    }
}

#[cfg(test)]
mod tests;
