//! The part after a node's name: arguments and properties.

use std::borrow::Cow;

use super::blank::forbidden;
use super::literal::literal;
use super::token::{Token, TokenKind};
use super::{RestOfLine, Scanner};
use crate::parse::mistake::Mistake;
use crate::parse::tree::{KdlEntry, KdlKey, KdlLiteral, KdlNode, KdlValue};

impl<'t> Scanner<'t, '_> {
    /// Reads the entries of `node`, up to its block or its end.
    pub(super) fn entries(&mut self, node: &mut KdlNode<'t>) {
        loop {
            let token = self.peek();
            match token.kind {
                TokenKind::Newline
                | TokenKind::Semicolon
                | TokenKind::Close
                | TokenKind::Open
                | TokenKind::End => return,
                TokenKind::ForeignComment => self.foreign_comment(&token),
                TokenKind::Slashdash => {
                    self.at += 1;
                    self.commented_out();
                }
                TokenKind::Equals => self.equals_without_key(&token, node),
                TokenKind::Punctuation if self.slice(&token) == "(" => self.annotation(),
                TokenKind::Punctuation => self.punctuation(&token),
                TokenKind::Backslash => self.stray_backslash(&token),
                TokenKind::Unclosed("/*") => self.unclosed(&token),
                TokenKind::Word
                | TokenKind::String
                | TokenKind::Kdl1String
                | TokenKind::ForeignString
                | TokenKind::Unclosed(_) => {
                    let entry = self.entry();
                    node.entries.push(entry);
                }
            }
        }
    }

    /// A `/-` comment after a name: it removes a value, a property or a block.
    fn commented_out(&mut self) {
        self.skip_lines();
        let token = self.peek();
        if token.kind == TokenKind::Open {
            self.commented_block();
        } else if token.is_value() {
            let entry = self.entry();
            self.report_value(&entry.value);
            let mut alone = KdlNode::empty("");
            alone.entries.push(entry);
            self.commented.push(alone);
        }
    }

    /// An argument, or a property if `=` follows.
    fn entry(&mut self) -> KdlEntry<'t> {
        let token = self.next();
        let next = self.peek();
        if next.kind == TokenKind::Equals {
            self.at += 1;
            let key = self.key(&token);
            let value = self.property_value(&token, &next);
            return KdlEntry {
                key: Some(key),
                value,
            };
        }
        if let Some((key, colon)) = self.colon(&token) {
            let key = self.key(&key);
            let value = self.next();
            self.colon_behind_key(&colon, &value);
            return KdlEntry {
                key: Some(key),
                value: self.value(&value),
            };
        }
        KdlEntry {
            key: None,
            value: self.value(&token),
        }
    }

    fn key(&mut self, token: &Token) -> KdlKey<'t> {
        KdlKey {
            name: self.name(token),
            span: self.span(token),
        }
    }

    /// The key and the colon of `key: value`, if `token` starts one.
    fn colon(&mut self, token: &Token) -> Option<(Token, Token)> {
        let next = self.peek();
        if let Some(parts) = self.ends_in_colon(token) {
            return next.is_value().then_some(parts);
        }
        let behind = self.tokens.get(self.at + 1)?.is_value();
        let colon = next.kind == TokenKind::Punctuation && self.slice(&next) == ":" && behind;
        self.at += usize::from(colon);
        colon.then_some((*token, next))
    }

    fn property_value(&mut self, key: &Token, equals: &Token) -> KdlValue<'t> {
        if self.peek().kind == TokenKind::Equals {
            let again = self.next();
            self.second_equals(equals, &again);
        }
        self.annotation();
        let token = self.peek();
        let after = self.tokens.get(self.at + 1);
        // In `min= max=4`, the value of `min` is missing.
        let next_key = !token.glued && after.is_some_and(|after| after.kind == TokenKind::Equals);
        if token.is_value() && !next_key {
            self.at += 1;
            return self.value(&token);
        }
        self.missing_value(key, equals);
        KdlValue {
            literal: KdlLiteral::Null,
            repr: "",
            span: self.span(equals),
            mistake: Some(Mistake::Reported),
        }
    }

    /// The value that `token` is.
    fn value(&mut self, token: &Token) -> KdlValue<'t> {
        let repr = self.slice(token);
        if let TokenKind::Unclosed(_) = token.kind {
            self.unclosed(token);
        }
        let (literal, mistake) = match literal(token, repr) {
            Ok(read) => read,
            Err(unreadable) => {
                self.unreadable(unreadable);
                (KdlLiteral::Null, Some(Mistake::Reported))
            }
        };
        let unpaired = self.unpaired(token);
        if !unpaired {
            self.glued(token);
        }
        let hidden = !self.whole && holds_forbidden(repr);
        KdlValue {
            literal,
            repr,
            span: self.span(token),
            mistake: if unpaired || hidden {
                Some(Mistake::Reported)
            } else {
                mistake
            },
        }
    }

    /// Reports an unmatched quote after `token`: the opening quote is missing right before the
    /// text, or further left.
    fn unpaired(&mut self, token: &Token) -> bool {
        let next = self.peek();
        if !next.glued {
            return false;
        }
        if token.kind == TokenKind::Word && self.slice(&next) == "\"" {
            self.at += 1;
            self.opening_quote_missing(token, &next);
            return true;
        }
        if token.kind != TokenKind::String || next.kind != TokenKind::Word {
            return false;
        }
        let line = self.line();
        if line.last_open.is_none_or(|open| open < self.at) {
            return false;
        }
        self.at = line.end;
        self.quotes_do_not_pair(token);
        true
    }

    /// The rest of the line, scanned once for all its tokens.
    fn line(&mut self) -> RestOfLine {
        if let Some(line) = self.line.filter(|line| self.at <= line.end) {
            return line;
        }
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        let length = rest
            .iter()
            .take_while(|token| token.kind != TokenKind::Newline)
            .count();
        let open = |token: &Token| token.kind == TokenKind::Unclosed("\"");
        let tokens = rest.get(..length).unwrap_or_default();
        let line = RestOfLine {
            end: self.at + length,
            last_open: tokens.iter().rposition(open).map(|at| self.at + at),
        };
        self.line = Some(line);
        line
    }

    /// The name of a node or property in `token`. Anything else has been reported.
    pub(super) fn name(&mut self, token: &Token) -> Cow<'t, str> {
        let repr = self.slice(token);
        if let TokenKind::Unclosed(_) = token.kind {
            self.unclosed(token);
        }
        match literal(token, repr) {
            Ok((KdlLiteral::Text(text), mistake)) => {
                if let Some(mistake) = mistake {
                    self.wrong_name(token, mistake);
                }
                text
            }
            Ok((
                KdlLiteral::Whole(_) | KdlLiteral::Real | KdlLiteral::Truth(_) | KdlLiteral::Null,
                _,
            )) => {
                self.no_such_name(token);
                Cow::Borrowed(repr)
            }
            Err(unreadable) => {
                self.unreadable(unreadable);
                Cow::Borrowed("")
            }
        }
    }

    /// A word with a colon at its end, like a YAML key: the word, and the colon.
    pub(super) fn ends_in_colon(&self, token: &Token) -> Option<(Token, Token)> {
        let word = token.kind == TokenKind::Word && self.slice(token).len() > 1;
        let ends = word && self.slice(token).ends_with(':');
        let at = token.end - 1;
        ends.then_some((
            Token { end: at, ..*token },
            Token {
                start: at,
                ..*token
            },
        ))
    }
}

fn holds_forbidden(text: &str) -> bool {
    let bytes = text.as_bytes();
    (0..bytes.len()).any(|at| bytes.get(at..).and_then(forbidden).is_some())
}
