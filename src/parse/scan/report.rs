//! Findings about the form of a text, each on its own token.

use super::blank::forbidden;
use super::literal::Unreadable;
use super::token::{Token, TokenKind};
use super::{MAX_DEPTH, Opening, Scanner};
use crate::diagnostic::{Code, Diagnostic, code};
use crate::edit::quoted;
use crate::parse::mistake::Mistake;
use crate::parse::tree::{KdlNode, KdlValue};
use crate::parse::vocabulary;
use crate::source::Span;

/// The most forbidden characters that are pointed at.
const MAX_FORBIDDEN: usize = 20;

impl<'t> Scanner<'t, '_> {
    fn report(&mut self, finding: Diagnostic) {
        self.spoiled = true;
        self.diagnostics.push(finding);
    }

    fn error(&self, code: Code, token: &Token, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, message, self.span(token))
    }

    /// Reports forbidden characters anywhere in the text: they hide what it says.
    pub(super) fn forbidden(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = if self.text.starts_with('\u{feff}') {
            3
        } else {
            0
        };
        let mut found = 0;
        while at < bytes.len() && found < MAX_FORBIDDEN {
            let start = at;
            while let Some(length) = bytes.get(at..).and_then(forbidden) {
                at += length;
            }
            if at == start {
                at += 1;
                continue;
            }
            found += 1;
            self.whole = false;
            let character = self.text.get(start..).and_then(|rest| rest.chars().next());
            let message = format!(
                "KDL does not allow the character U+{:04X}",
                u32::from(character.unwrap_or_default())
            );
            let span = Span::new(self.source, start, at);
            let finding = Diagnostic::error(code::SYNTAX, message, span);
            self.diagnostics
                .push(finding.replace("delete it", span, ""));
        }
    }

    /// Reports `/- kdl-version 1`, which declares that the file is not KDL 2.
    pub(super) fn version_1(&mut self, commented: &[KdlNode<'t>]) {
        for node in commented.iter().filter(|node| node.name == "kdl-version") {
            let version = node.entries.first().map(|entry| &entry.value);
            if let Some(version) = version.filter(|version| version.whole() == Some(1)) {
                let message = "the file says that it is written in KDL 1";
                let finding = Diagnostic::error(code::KDL_1, message, version.span);
                let help = "write it in KDL 2, and say so";
                self.report(finding.replace(help, version.span, "2"));
            }
        }
    }

    /// Reports mistakes in the values of commented-out nodes.
    pub(super) fn report_all(&mut self, nodes: &[KdlNode<'t>]) {
        for node in nodes {
            for entry in &node.entries {
                self.report_value(&entry.value);
            }
            if let Some(block) = &node.block {
                self.report_all(&block.nodes);
            }
        }
    }

    /// Reports a mistake in a value that no reader will read.
    pub(super) fn report_value(&mut self, value: &KdlValue<'t>) {
        let finding = value
            .mistake
            .and_then(|mistake| mistake.finding(value.repr, value.span));
        self.diagnostics_extend(finding);
    }

    fn diagnostics_extend(&mut self, finding: Option<Diagnostic>) {
        if let Some(finding) = finding {
            self.report(finding);
        }
    }

    pub(super) fn stray_close(&mut self, token: &Token) {
        self.at += 1;
        let span = self.span(token);
        let finding = self.error(code::SYNTAX, token, "this `}` closes nothing");
        self.report(finding.replace("delete it", span, ""));
    }

    /// A `{` in the place of a node. If a node that takes a block ends right before it, the block
    /// belongs to that node.
    pub(super) fn nameless_block(&mut self, token: &Token, nodes: &mut [KdlNode<'t>]) {
        let own_line = self.begins_line();
        let message = "this block has no node name before it on its line";
        let finding = self.error(code::SYNTAX, token, message);
        let finding = finding.help("write `{` on the line of the node it belongs to");
        let block_of = nodes.last_mut().filter(|node| {
            let can = self.depth > 0 || vocabulary::has_block(&node.name);
            own_line && node.block.is_none() && can
        });
        let Some(node) = block_of else {
            self.report(finding);
            self.whole &= self.depth > 0;
            self.block();
            return;
        };
        self.report(finding.label(node.name_span, "probably the block of this node"));
        node.block = self.block();
        node.broken |= self.depth == 0;
    }

    pub(super) fn foreign_comment(&mut self, token: &Token) {
        self.at += 1;
        let hashes = self
            .slice(token)
            .bytes()
            .take_while(|byte| *byte == b'#')
            .count();
        let mark = Token {
            end: token.start + hashes,
            ..*token
        };
        let span = self.span(&mark);
        let finding = self.error(code::SYNTAX, &mark, "a comment in KDL begins with `//`");
        self.report(finding.replace("write `//`", span, "//").safely());
    }

    /// A block without its `}`; `before` starts the text after the block.
    pub(super) fn never_closed(&mut self, opening: &Opening, before: Option<&Token>) {
        let message = "this block is never closed";
        let finding = self.error(code::UNCLOSED, &opening.token, message);
        let finding = match before {
            Some(token) => {
                let end = self.slice(token).len().min(40);
                let shown = Token {
                    end: token.start + end,
                    ..*token
                };
                finding
                    .label(self.span(&shown), "it should end before this")
                    .help("close it with `}`")
            }
            None => finding.help("close it with `}`"),
        };
        self.report(finding);
    }

    pub(super) fn too_deep(&mut self, token: &Token) {
        let message = format!("blocks are nested more than {MAX_DEPTH} deep");
        let finding = self.error(code::LIMIT_EXCEEDED, token, message);
        self.report(finding);
        let mut open = 1_usize;
        while open > 0 {
            let kind = self.next().kind;
            open += usize::from(kind == TokenKind::Open);
            open -= usize::from(kind == TokenKind::Close);
            if kind == TokenKind::End {
                return;
            }
        }
    }

    pub(super) fn more_behind_block(&mut self, token: &Token) {
        let span = Span::new(self.source, token.start, token.start);
        let message = "a node ends with its block: start a new line after it";
        let finding = self.error(code::SYNTAX, token, message);
        self.report(finding.replace("or put a `;` before the next node", span, "; "));
    }

    /// Something other than a name in the place of a node's name: the line is skipped.
    pub(super) fn no_name(&mut self, token: &Token) {
        if token.kind == TokenKind::Unclosed("/*") {
            self.unclosed(token);
        } else if token.kind == TokenKind::Backslash {
            self.stray_backslash(token);
        } else if token.kind == TokenKind::Punctuation {
            self.punctuation(token);
        } else {
            let finding = self.error(code::SYNTAX, token, "a name is missing before this `=`");
            self.report(finding);
            let ends = |kind| {
                let separators = [TokenKind::Newline, TokenKind::Semicolon, TokenKind::End];
                separators.contains(&kind) || [TokenKind::Open, TokenKind::Close].contains(&kind)
            };
            while !ends(self.peek().kind) {
                self.at += 1;
            }
        }
    }

    /// `tier = "large"`: an `=` right after a node's name, or elsewhere without a key.
    pub(super) fn equals_without_key(&mut self, token: &Token, node: &KdlNode<'t>) {
        self.at += 1;
        let span = self.span(token);
        let finding = if node.entries.is_empty() {
            let name = &node.name;
            let message = format!(
                "unexpected `=` after `{name}`: in KDL, a value follows the node name directly"
            );
            self.error(code::SYNTAX, token, message)
        } else {
            self.error(code::SYNTAX, token, "a key is missing before this `=`")
        };
        self.report(finding.replace("delete it", span, ""));
    }

    pub(super) fn second_equals(&mut self, first: &Token, again: &Token) {
        let span = Span::new(self.source, first.end, again.end);
        let finding = self.error(
            code::SYNTAX,
            again,
            "one `=` is enough between key and value",
        );
        self.report(finding.replace("delete it", span, ""));
    }

    pub(super) fn missing_value(&mut self, key: &Token, equals: &Token) {
        let name = self.slice(key);
        let message = format!("a value is missing after `{name}=`");
        let finding = self.error(code::SYNTAX, equals, message);
        self.report(finding.help("write the value directly after the `=`"));
    }

    pub(super) fn colon_behind_name(&mut self, colon: &Token) {
        let span = self.span(colon);
        let message = "unexpected `:` after the node name";
        let finding = self.error(code::SYNTAX, colon, message);
        self.report(finding.replace(
            "delete it: a node's values follow its name, and its child nodes are in `{ }`",
            span,
            "",
        ));
    }

    pub(super) fn colon_behind_key(&mut self, colon: &Token, value: &Token) {
        let span = Span::new(self.source, colon.start, value.start);
        let message = "key and value are joined by `=` in KDL";
        let finding = self.error(code::SYNTAX, colon, message);
        self.report(finding.replace("write `=`", span, "=").safely());
    }

    /// `large"`: the opening quote is missing.
    pub(super) fn opening_quote_missing(&mut self, word: &Token, quote: &Token) {
        let written = self.slice(word);
        let span = Span::new(self.source, word.start, quote.end);
        let message = format!("`{written}` has a closing quote but no opening quote");
        let finding = self.error(code::UNCLOSED, quote, message);
        let text = quoted(written);
        self.report(finding.replace(format!("write `{text}`"), span, text));
    }

    /// A string that ends where another one should start.
    pub(super) fn quotes_do_not_pair(&mut self, string: &Token) {
        let message =
            "a quote is missing on this line: this text ends where another one should start";
        let finding = self.error(code::UNCLOSED, string, message);
        self.report(finding.help("close each text with `\"` before the next one"));
    }

    /// `( ) [ ] ,` where KDL does not allow it.
    pub(super) fn punctuation(&mut self, token: &Token) {
        self.at += 1;
        let span = self.span(token);
        let message = match self.slice(token) {
            "," => "KDL has no commas: values are separated by spaces",
            ":" => "KDL has no colons between values",
            "[" | "]" => "KDL has no lists in brackets: write the values one after the other",
            _ => "parentheses are not allowed here",
        };
        let finding = self.error(code::SYNTAX, token, message);
        // If it touches the values on both sides, a blank replaces it: `1,5` is not 15.
        let touches = token.glued && self.peek().glued;
        let with = if touches { " " } else { "" };
        self.report(finding.replace("delete it", span, with).safely());
    }

    /// `(type)` before a name or value: KDL has it, but this language does not use it.
    pub(super) fn annotation(&mut self) {
        let open = self.peek();
        if open.kind != TokenKind::Punctuation || self.slice(&open) != "(" {
            return;
        }
        let from = self.at;
        self.at += 1;
        if self.peek().is_value() {
            self.at += 1;
        }
        let close = self.peek();
        if self.slice(&close) != ")" {
            self.at = from;
            self.punctuation(&open);
            return;
        }
        self.at += 1;
        let whole = Token {
            end: close.end,
            ..open
        };
        let span = self.span(&whole);
        let next = self.peek();
        if next.glued && next.is_value() {
            let message = "type annotations are not allowed here";
            let finding = self.error(code::WRONG_VALUE, &whole, message);
            self.report(finding.replace("delete it", span, "").safely());
            return;
        }
        // A value in parentheses is still read.
        let inner = self.slice(&whole);
        let value = inner.trim_matches(['(', ')']).trim().to_owned();
        let finding = self.error(
            code::WRONG_VALUE,
            &whole,
            "parentheses are not allowed here",
        );
        let written = self.text.get(..open.start).unwrap_or_default();
        let apart = !written.ends_with(|last: char| last.is_alphanumeric());
        self.report(if apart && !value.is_empty() {
            let message = format!("write `{value}`");
            finding.replace(message, span, value)
        } else {
            finding.help("write the value without parentheses")
        });
    }

    pub(super) fn stray_backslash(&mut self, token: &Token) {
        self.at += 1;
        let finding = self.error(code::SYNTAX, token, "this `\\` does not end its line");
        self.report(finding.help("remove it: outside strings, `\\` only continues a line"));
    }

    /// Two values without a blank in between.
    pub(super) fn glued(&mut self, first: &Token) {
        let next = self.peek();
        if !next.glued || !next.is_value() || matches!(next.kind, TokenKind::Unclosed(_)) {
            return;
        }
        let span = Span::new(self.source, first.end, first.end);
        let message = "a space is missing before this value";
        let finding = self.error(code::SYNTAX, &next, message);
        self.report(finding.replace("add a space", span, " "));
    }

    /// A string or comment that never ends.
    pub(super) fn unclosed(&mut self, token: &Token) {
        let TokenKind::Unclosed(quote) = token.kind else {
            return;
        };
        let written = self.slice(token);
        let hashes = written.bytes().take_while(|byte| *byte == b'#').count();
        let opening = Token {
            end: (token.start + hashes + quote.len()).min(token.end),
            ..*token
        };
        let shown = self.slice(&opening).to_owned();
        let message = format!("`{shown}` opens here and is never closed");
        let finding = self.error(code::UNCLOSED, &opening, message);
        self.report(match quote {
            "/*" => finding.help("close it with `*/`"),
            "\"\"\"" => finding.help("close it with `\"\"\"` on a line of its own"),
            _ => {
                let body = written.trim_end_matches('#');
                let closing = written.len() - body.len();
                let half = body.len() > hashes + 1 && body.ends_with('"');
                let close = format!("\"{}", "#".repeat(hashes));
                let missing = if half { 1 + closing } else { 0 };
                let text = close.get(missing..).unwrap_or_default().to_owned();
                let end = Span::new(self.source, token.end, token.end);
                finding.replace(format!("close it with `{close}`"), end, text)
            }
        });
        if quote != "\"" {
            self.whole = false;
            self.at += usize::from(quote == "/*");
        }
    }

    pub(super) fn unreadable(&mut self, unreadable: Unreadable) {
        let span = Span::new(self.source, unreadable.start, unreadable.end);
        let finding = Diagnostic::error(code::SYNTAX, unreadable.message, span);
        self.report(match unreadable.help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }

    /// A name in a form that only values have.
    pub(super) fn wrong_name(&mut self, token: &Token, mistake: Mistake) {
        let finding = mistake.finding(self.slice(token), self.span(token));
        self.diagnostics_extend(finding);
    }

    pub(super) fn no_such_name(&mut self, token: &Token) {
        let written = self.slice(token);
        let message = format!("`{written}` is a value, but a name is expected here");
        let finding = self.error(code::SYNTAX, token, message);
        let help = format!(
            "to use it as a name, write {}; otherwise put the name before it",
            quoted(written)
        );
        self.report(finding.help(help));
    }
}
