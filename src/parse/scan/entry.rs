//! What stands behind a node's name: arguments and properties.

use std::borrow::Cow;

use super::Scanner;
use super::literal::literal;
use super::mistake::Mistake;
use super::token::{Kind, Token};
use crate::parse::tree::{Entry, Key, Literal, Node, Value};

impl<'t> Scanner<'t, '_> {
    /// Reads what stands behind the name of `node`, up to its block or its end.
    pub(super) fn entries(&mut self, node: &mut Node<'t>) {
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Newline | Kind::Semicolon | Kind::Close | Kind::Open | Kind::End => return,
                Kind::ForeignComment => self.foreign_comment(&token),
                Kind::Slashdash => {
                    self.at += 1;
                    self.commented_out();
                }
                Kind::Equals => self.equals_without_key(&token, node),
                Kind::Punctuation if self.slice(&token) == "(" => self.annotation(),
                Kind::Punctuation => self.punctuation(&token),
                Kind::Backslash => self.stray_backslash(&token),
                Kind::Unclosed("/*") => self.unclosed(&token),
                Kind::Word
                | Kind::String
                | Kind::Kdl1String
                | Kind::ForeignString
                | Kind::Unclosed(_) => {
                    let entry = self.entry();
                    node.entries.push(entry);
                }
            }
        }
    }

    /// What `/-` comments out behind a name: a value, a property, or a block.
    fn commented_out(&mut self) {
        self.skip_lines();
        let token = self.peek();
        if token.kind == Kind::Open {
            self.commented_block();
        } else if token.is_value() {
            let entry = self.entry();
            self.report_value(&entry.value);
        }
    }

    /// An argument, or a property if `=` follows.
    fn entry(&mut self) -> Entry<'t> {
        let token = self.next();
        let next = self.peek();
        if next.kind == Kind::Equals {
            self.at += 1;
            let key = Key {
                name: self.name(&token),
                span: self.span(&token),
            };
            let value = self.property_value(&token, &next);
            return Entry {
                key: Some(key),
                value,
            };
        }
        if token.kind == Kind::Word
            && next.is_value()
            && let Some(name) = self.slice(&token).strip_suffix(':')
            && !name.is_empty()
        {
            return self.colon_property(&token, name);
        }
        let value = self.value(&token);
        self.glued(&token);
        Entry { key: None, value }
    }

    fn property_value(&mut self, key: &Token, equals: &Token) -> Value<'t> {
        if self.peek().kind == Kind::Equals {
            let again = self.next();
            self.second_equals(equals, &again);
        }
        self.annotation();
        let token = self.peek();
        if token.is_value() {
            self.at += 1;
            let value = self.value(&token);
            self.glued(&token);
            return value;
        }
        self.missing_value(key, equals);
        Value {
            literal: Literal::Null,
            repr: "",
            span: self.span(equals),
            mistake: Some(Mistake::Reported),
        }
    }

    /// `key: value`, read as `key=value`.
    fn colon_property(&mut self, token: &Token, name: &'t str) -> Entry<'t> {
        let value = self.next();
        self.colon_behind_key(token, &value);
        Entry {
            key: Some(Key {
                name: Cow::Borrowed(name),
                span: self.span(&Token {
                    end: token.start + name.len(),
                    ..*token
                }),
            }),
            value: self.value(&value),
        }
    }

    /// The value that `token` is.
    fn value(&mut self, token: &Token) -> Value<'t> {
        let repr = self.slice(token);
        let span = self.span(token);
        if let Kind::Unclosed(_) = token.kind {
            self.unclosed(token);
        }
        let (literal, mistake) = match literal(token, repr) {
            Ok((literal, mistake)) => (literal, self.address(token).or(mistake)),
            Err(unreadable) => {
                self.unreadable(unreadable);
                (Literal::Null, Some(Mistake::Reported))
            }
        };
        Value {
            literal,
            repr,
            span,
            mistake,
        }
    }

    /// `https:` directly before a comment.
    fn address(&self, token: &Token) -> Option<Mistake> {
        let cut = self
            .text
            .get(token.end..)
            .is_some_and(|rest| rest.starts_with("//"));
        (cut && self.slice(token).ends_with(':')).then_some(Mistake::Address)
    }

    /// The name that `token` is, of a node or a property. What cannot be one has been reported.
    pub(super) fn name(&mut self, token: &Token) -> Cow<'t, str> {
        let repr = self.slice(token);
        if let Kind::Unclosed(_) = token.kind {
            self.unclosed(token);
        }
        let (literal, mistake) = match literal(token, repr) {
            Ok(read) => read,
            Err(unreadable) => {
                self.unreadable(unreadable);
                return Cow::Borrowed("");
            }
        };
        match (literal, mistake) {
            (Literal::Text(text), None | Some(Mistake::Reported)) => self.plain_name(token, text),
            (Literal::Text(text), Some(mistake)) => {
                self.wrong_name(token, mistake);
                text
            }
            (Literal::Whole(_) | Literal::Real | Literal::Truth(_) | Literal::Null, _) => {
                self.no_such_name(token);
                Cow::Borrowed(repr)
            }
        }
    }

    /// A name, without the colon that other languages put behind it.
    fn plain_name(&mut self, token: &Token, text: Cow<'t, str>) -> Cow<'t, str> {
        let bare = match &text {
            Cow::Borrowed(bare) if token.kind == Kind::Word => bare.strip_suffix(':'),
            Cow::Borrowed(_) | Cow::Owned(_) => None,
        };
        match bare {
            Some(name) if !name.is_empty() => {
                self.colon_behind_name(token);
                Cow::Borrowed(name)
            }
            Some(_) | None => text,
        }
    }
}
