//! Reads a text into a tree, in one bounded, non-recursive pass.
//!
//! The `kdl` crate recurses, so hostile input could exhaust its stack or its time. It also reports
//! only one error per document. This scanner checks limits first, reports each mistake on its own
//! token with a correction, and still reads the text around it. It uses the KDL crate for single
//! values (`literal`), and is tested against it.

mod blank;
mod entry;
mod literal;
mod report;
mod token;

use std::borrow::Cow;

use super::tree::{Block, KdlNode};
use super::vocabulary;
use crate::diagnostic::{Diagnostic, Diagnostics, code};
use crate::source::{SourceId, Span};

use token::{Token, TokenKind};

pub use crate::edit::quoted;

/// The most bytes a file may have.
pub const MAX_BYTES: usize = 1 << 20;
/// The most levels of braces.
pub const MAX_DEPTH: usize = 16;
/// The most words, strings, braces and line ends in a file: far more than an environment needs, and
/// few enough that a finding about each is still fast.
pub const MAX_TOKENS: usize = 1 << 16;

/// What the pass found.
#[derive(Debug, Default)]
pub struct Scanned<'t> {
    /// The top-level nodes, in order.
    pub nodes: Vec<KdlNode<'t>>,
    /// The contents of `/-` comments. A single value or property is in a node without a name.
    pub commented: Vec<KdlNode<'t>>,
    /// The text of each string with an escape, and its place.
    pub spelled: Vec<(String, Span)>,
    /// False if a part of the text was not read, so anything could be in it.
    pub whole: bool,
}

/// Reads `text` as a tree. Mistakes in its form go to `diagnostics`.
pub fn scan<'t>(text: &'t str, source: SourceId, diagnostics: &mut Diagnostics) -> Scanned<'t> {
    let tokens = match within_limits(text, source) {
        Ok(tokens) => tokens,
        Err(exceeded) => {
            diagnostics.push(*exceeded);
            return Scanned::default();
        }
    };
    let spelled = tokens.iter().filter_map(|token| {
        let said = literal::spelled(token, text.get(token.start..token.end)?)?;
        Some((said, Span::new(source, token.start, token.end)))
    });
    let spelled = spelled.collect();
    let mut scanner = Scanner::new(text, source, tokens, diagnostics);
    scanner.forbidden();
    let nodes = scanner.nodes(None);
    Scanned {
        nodes,
        commented: scanner.commented,
        spelled,
        whole: scanner.whole,
    }
}

/// Reads the lines of a built-in text that `wanted` accepts. Each has one whole node. The text may be
/// larger than a user's.
pub fn lines<'t>(
    text: &'t str,
    source: SourceId,
    wanted: impl Fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) -> Vec<KdlNode<'t>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if wanted(line) {
            let read = text.get(..at).unwrap_or_default();
            tokens.extend(token::tokens(read, start, MAX_TOKENS));
            // The end of the line is not the end of the text.
            tokens.pop();
        }
    }
    Scanner::new(text, source, tokens, diagnostics).nodes(None)
}

/// The tokens of a text, if it is small enough.
fn within_limits(text: &str, source: SourceId) -> Result<Vec<Token>, Box<Diagnostic>> {
    if text.len() > MAX_BYTES {
        let message = format!(
            "the file has {} bytes; at most {MAX_BYTES} are read",
            text.len()
        );
        let span = Span::new(source, 0, 0);
        let finding = Diagnostic::error(code::LIMIT_EXCEEDED, message, span);
        return Err(Box::new(finding));
    }
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let tokens = token::tokens(text, start, MAX_TOKENS);
    if let Some(token) = tokens.get(MAX_TOKENS) {
        let message = format!("the file has more than {MAX_TOKENS} words, strings and lines");
        let span = Span::new(source, token.start, token.end);
        let finding = Diagnostic::error(code::LIMIT_EXCEEDED, message, span);
        return Err(Box::new(finding));
    }
    Ok(tokens)
}

/// Whether every opened block is closed.
fn closes_what_it_opens(tokens: &[Token]) -> bool {
    let mut open = 0_usize;
    for token in tokens {
        if token.kind == TokenKind::Open {
            open += 1;
        } else if token.kind == TokenKind::Close {
            open = open.saturating_sub(1);
        }
    }
    open == 0
}

/// The `{` of a block that is being read.
#[derive(Clone, Copy)]
struct Opening {
    token: Token,
    /// Columns of white space at the start of its line.
    indent: usize,
    /// Whether its first node is on the same line or further indented. Only then does the
    /// indentation show where the block should end.
    indented: bool,
}

struct Scanner<'t, 'd> {
    text: &'t str,
    source: SourceId,
    tokens: Vec<Token>,
    at: usize,
    diagnostics: &'d mut Diagnostics,
    /// Whether some block is never closed, so its end must be guessed.
    recover: bool,
    depth: usize,
    /// Whether the form of the present top-level node has a mistake.
    spoiled: bool,
    whole: bool,
    /// What is commented out.
    commented: Vec<KdlNode<'t>>,
    /// The line that was looked through last.
    line: Option<RestOfLine>,
}

/// The rest of a line, as positions of tokens.
#[derive(Clone, Copy)]
struct RestOfLine {
    /// Its line feed, or the end of the text.
    end: usize,
    /// Its last unmatched quote.
    last_open: Option<usize>,
}

impl<'t, 'd> Scanner<'t, 'd> {
    fn new(
        text: &'t str,
        source: SourceId,
        tokens: Vec<Token>,
        diagnostics: &'d mut Diagnostics,
    ) -> Self {
        Self {
            text,
            source,
            diagnostics,
            recover: !closes_what_it_opens(&tokens),
            tokens,
            at: 0,
            depth: 0,
            spoiled: false,
            whole: true,
            commented: Vec::new(),
            line: None,
        }
    }

    fn peek(&self) -> Token {
        let last = Token {
            kind: TokenKind::End,
            start: self.text.len(),
            end: self.text.len(),
            glued: false,
        };
        self.tokens.get(self.at).copied().unwrap_or(last)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn slice(&self, token: &Token) -> &'t str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    fn span(&self, token: &Token) -> Span {
        Span::new(self.source, token.start, token.end)
    }

    /// The nodes up to the end of the block at `open`, or of the text.
    fn nodes(&mut self, open: Option<Opening>) -> Vec<KdlNode<'t>> {
        let mut open = open;
        let mut nodes: Vec<KdlNode<'t>> = Vec::new();
        let mut commented = false;
        loop {
            let token = self.peek();
            if self.ends_block(&token, &mut open) {
                return nodes;
            }
            match token.kind {
                TokenKind::Newline | TokenKind::Semicolon => self.at += 1,
                TokenKind::Slashdash => {
                    self.at += 1;
                    commented = true;
                }
                TokenKind::Close => self.stray_close(&token),
                TokenKind::Open => self.nameless_block(&token, &mut nodes),
                TokenKind::ForeignComment => self.foreign_comment(&token),
                TokenKind::Word
                | TokenKind::String
                | TokenKind::Kdl1String
                | TokenKind::ForeignString
                | TokenKind::Unclosed(_)
                | TokenKind::Equals
                | TokenKind::Punctuation
                | TokenKind::Backslash
                | TokenKind::End => {
                    let node = self.node();
                    if std::mem::take(&mut commented) {
                        self.version_1(node.as_slice());
                        self.report_all(node.as_slice());
                        self.commented.extend(node);
                    } else {
                        nodes.extend(node);
                    }
                }
            }
        }
    }

    /// Whether the nodes end before `token`. Reports it if they should not.
    fn ends_block(&mut self, token: &Token, open: &mut Option<Opening>) -> bool {
        let Some(opening) = open else {
            return token.kind == TokenKind::End;
        };
        if token.kind == TokenKind::End {
            self.never_closed(opening, None);
            return true;
        }
        if self.recover && self.begins_line() && self.dedented(token, opening) {
            self.never_closed(opening, Some(token));
            return true;
        }
        if token.kind == TokenKind::Close {
            self.at += 1;
            return true;
        }
        false
    }

    /// Whether the present token is the first on its line.
    fn begins_line(&self) -> bool {
        let before = self.before();
        before.is_none_or(|token| token.kind == TokenKind::Newline)
    }

    /// The token that was read last.
    fn before(&self) -> Option<&Token> {
        self.tokens.get(self.at.checked_sub(1)?)
    }

    /// Whether `token`, the first on its line, is further left than anything in the block can be.
    fn dedented(&self, token: &Token, opening: &mut Opening) -> bool {
        let indent = self.indent(token);
        if token.kind == TokenKind::Newline {
            return false;
        }
        if token.kind == TokenKind::Close {
            return indent < opening.indent;
        }
        if opening.indented {
            return indent <= opening.indent;
        }
        opening.indented = indent > opening.indent;
        let known = || token.kind == TokenKind::Word && vocabulary::is_known(self.slice(token));
        !opening.indented && indent == 0 && known()
    }

    /// Blanks before `token` on its line, up to the first other character.
    fn indent(&self, token: &Token) -> usize {
        let before = self.text.get(..token.start).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let line = self.text.get(line..).unwrap_or_default();
        line.bytes()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count()
    }

    /// Reads one node, starting with its name; `None` if there is no node here.
    fn node(&mut self) -> Option<KdlNode<'t>> {
        let outer = self.depth == 0;
        if outer {
            self.spoiled = false;
        }
        let (name, name_span) = self.node_name()?;
        let mut node = KdlNode {
            name,
            name_span,
            entries: Vec::new(),
            block: None,
            broken: false,
        };
        self.entries(&mut node);
        if self.peek().kind == TokenKind::Open {
            node.block = self.block();
            if self
                .before()
                .is_some_and(|token| token.kind == TokenKind::Close)
            {
                self.behind_block();
            }
        }
        node.broken = outer && self.spoiled;
        Some(node)
    }

    /// Reads the block that opens here; `None` if it is nested too deeply.
    fn block(&mut self) -> Option<Block<'t>> {
        let token = self.next();
        if self.depth == MAX_DEPTH {
            self.too_deep(&token);
            return None;
        }
        self.depth += 1;
        let opening = Opening {
            token,
            indent: self.indent(&token),
            indented: self.peek().kind != TokenKind::Newline,
        };
        let nodes = self.nodes(Some(opening));
        self.depth -= 1;
        let closed = self.before().filter(|token| token.kind == TokenKind::Close);
        let end = closed.map_or(token.end, |token| token.end);
        Some(Block {
            open: self.span(&token),
            whole: Span::new(self.source, token.start, end),
            nodes,
        })
    }

    /// Only a commented-out block may follow a block on its line.
    fn behind_block(&mut self) {
        while self.peek().kind == TokenKind::Slashdash {
            self.at += 1;
            self.skip_lines();
            if self.peek().kind == TokenKind::Open {
                self.commented_block();
            }
        }
        let token = self.peek();
        if token.is_value() || matches!(token.kind, TokenKind::Equals | TokenKind::Punctuation) {
            self.more_behind_block(&token);
        }
    }

    /// A block that `/-` comments out.
    fn commented_block(&mut self) {
        if let Some(block) = self.block() {
            self.report_all(&block.nodes);
            self.commented.extend(block.nodes);
        }
    }

    /// Skips line ends, which may be between `/-` and the commented-out item.
    fn skip_lines(&mut self) {
        while self.peek().kind == TokenKind::Newline {
            self.at += 1;
        }
    }

    /// The name of a node.
    fn node_name(&mut self) -> Option<(Cow<'t, str>, Span)> {
        self.annotation();
        let token = self.peek();
        if !token.is_value() {
            self.no_name(&token);
            return None;
        }
        self.at += 1;
        let next = self.peek();
        let mut name = token;
        if let Some((word, colon)) = self.ends_in_colon(&token) {
            self.colon_behind_name(&colon);
            name = word;
        } else if next.kind == TokenKind::Punctuation && self.slice(&next) == ":" {
            self.at += 1;
            self.colon_behind_name(&next);
        }
        Some((self.name(&name), self.span(&name)))
    }
}

#[cfg(test)]
mod tests;
