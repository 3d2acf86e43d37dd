//! Terraform's literal values, formatted as by `terraform fmt`.

use std::borrow::Cow;

use super::indent::spaces;

/// A literal.
#[derive(Clone, Debug)]
pub enum Hcl {
    /// Text.
    String(String),
    /// A whole number.
    Number(u64),
    /// `true` or `false`.
    Bool(bool),
    /// A list.
    List(Vec<Hcl>),
    /// An object or map, in reading order.
    Object(Vec<(String, Hcl)>),
}

impl Hcl {
    /// Text.
    pub fn text(text: impl std::fmt::Display) -> Self {
        Self::String(text.to_string())
    }

    /// An object of attributes.
    #[must_use]
    pub fn object<const N: usize>(attributes: [(&str, Self); N]) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    fn is_single_line(&self) -> bool {
        match self {
            Self::String(_) | Self::Number(_) | Self::Bool(_) => true,
            Self::List(items) => items
                .iter()
                .all(|item| !matches!(item, Self::Object(_) | Self::List(_))),
            Self::Object(attributes) => attributes.is_empty(),
        }
    }

    fn write(&self, indent: usize, into: &mut String) {
        match self {
            Self::String(text) => quote(text, into),
            Self::Number(number) => into.push_str(&number.to_string()),
            Self::Bool(value) => into.push_str(if *value { "true" } else { "false" }),
            Self::List(items) if self.is_single_line() => {
                into.push('[');
                for (index, item) in items.iter().enumerate() {
                    into.push_str(if index > 0 { ", " } else { "" });
                    item.write(indent, into);
                }
                into.push(']');
            }
            Self::List(items) => {
                into.push_str("[\n");
                for item in items {
                    spaces(indent + 2, into);
                    item.write(indent + 2, into);
                    into.push_str(",\n");
                }
                spaces(indent, into);
                into.push(']');
            }
            Self::Object(attributes) if attributes.is_empty() => into.push_str("{}"),
            Self::Object(attributes) => {
                into.push_str("{\n");
                write_body(attributes, indent + 2, into);
                spaces(indent, into);
                into.push('}');
            }
        }
    }
}

/// Attributes below each other.
#[must_use]
pub fn body(attributes: &[(String, Hcl)]) -> String {
    let mut text = String::new();
    write_body(attributes, 0, &mut text);
    text
}

/// `=` is aligned within a run of one-line attributes. An attribute with several lines ends the
/// run.
fn write_body(attributes: &[(String, Hcl)], indent: usize, into: &mut String) {
    for run in attributes.chunk_by(|a, b| a.1.is_single_line() && b.1.is_single_line()) {
        let widths = run.iter().map(|(name, _)| key(name).chars().count());
        let width = widths.max().unwrap_or(0);
        for (name, value) in run {
            let key = key(name);
            spaces(indent, into);
            into.push_str(&key);
            spaces(width - key.chars().count(), into);
            into.push_str(" = ");
            value.write(indent, into);
            into.push('\n');
        }
    }
}

/// An attribute's name, quoted unless it is an identifier.
fn key(name: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let word = matches!(name, "null" | "true" | "false" | "for" | "in" | "if");
    if first && !word && name.bytes().all(plain) {
        Cow::Borrowed(name)
    } else {
        let mut quoted = String::new();
        quote(name, &mut quoted);
        Cow::Owned(quoted)
    }
}

/// A quoted string without interpolation.
fn quote(text: &str, into: &mut String) {
    into.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                into.push(c);
                into.push(c);
            }
            c if c.is_control() => into.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => into.push(c),
        }
    }
    into.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_signs_align_within_a_run_and_templates_are_escaped() {
        let attributes = [
            ("a".to_owned(), Hcl::Number(1)),
            ("long".to_owned(), Hcl::text("${x} %{y} $${z} \"q\"")),
            ("block".to_owned(), Hcl::object([("k/8s", Hcl::Bool(true))])),
            ("b".to_owned(), Hcl::List(vec![Hcl::text("x")])),
        ];
        let expected = "a    = 1\nlong = \"$${x} %%{y} $$${z} \\\"q\\\"\"\nblock = {\n  \"k/8s\" = true\n}\nb = [\"x\"]\n";
        assert_eq!(body(&attributes), expected);
    }
}
