//! Reads a page as strictly as XML: every element is closed where it was opened, every attribute is
//! in quotes, and every character that could be markup is an entity.

use std::collections::BTreeSet;

/// Elements that have no end.
const VOID: [&str; 2] = ["meta", "br"];
/// The allowed elements. Add a new one here only after checking how it may be used.
const KNOWN: [&str; 41] = [
    "a", "body", "br", "caption", "code", "desc", "details", "div", "footer", "h1", "h2", "h3",
    "head", "header", "html", "li", "line", "main", "meta", "nav", "ol", "p", "rect", "section",
    "span", "strong", "style", "summary", "svg", "table", "tbody", "td", "th", "thead", "title",
    "tr", "ul", "pre", "figure", "path", "text",
];
/// Elements that may contain only phrasing content.
const PHRASING: [&str; 8] = ["p", "h1", "h2", "h3", "summary", "code", "span", "caption"];
/// Elements that are not phrasing content.
const BLOCKS: [&str; 9] = ["div", "p", "ul", "ol", "table", "h1", "h2", "h3", "section"];

/// The content of a page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Its text, without its style.
    pub(crate) text: String,
    /// The contents of `code` elements.
    pub(crate) code: Vec<String>,
    style: String,
    headings: Vec<u32>,
    attributes: Vec<(String, String, String)>,
}

/// Reads a page; fails if it is not well formed.
pub(crate) fn page(text: &str) -> Page {
    let mut rest = text.strip_prefix("<!doctype html>\n").expect(text);
    let mut page = Page::default();
    let mut open: Vec<String> = Vec::new();
    while let Some(at) = rest.find('<') {
        page.add_text(&rest[..at], &open);
        let end = at + rest[at..].find('>').unwrap();
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "in {open:?}\n{text}");
            continue;
        }
        let name = page.add_tag(tag, &open);
        if name == "code" {
            page.code.push(String::new());
        }
        if !VOID.contains(&name.as_str()) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(rest, "\n", "nothing follows the page");
    assert!(open.is_empty(), "{open:?}");
    page
}

/// Text as it is read.
fn decoded(text: &str) -> String {
    let mut parts = text.split('&');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, rest) = part.split_once(';').expect("an `&` begins an entity");
        decoded.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#x27" => '\'',
            "#x2f" => '/',
            _ => panic!("`&{entity};`"),
        });
        decoded += rest;
    }
    decoded
}

impl Page {
    fn add_text(&mut self, text: &str, open: &[String]) {
        if open.last().is_some_and(|it| it == "style") {
            self.style += text;
            return;
        }
        assert!(!text.contains('>'), "{text}");
        let text = decoded(text);
        self.text += &text;
        if open.iter().any(|it| it == "code") {
            self.code.last_mut().unwrap().push_str(&text);
        }
    }

    /// Adds an opened element with its attributes, and returns its name.
    fn add_tag(&mut self, tag: &str, open: &[String]) -> String {
        let tag = tag.trim_end_matches('/');
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(KNOWN.contains(&name), "<{tag}>");
        let within = open.iter().find(|it| PHRASING.contains(&it.as_str()));
        if let Some(within) = within {
            assert!(!BLOCKS.contains(&name), "<{name}> in <{within}>");
        }
        let mut names = BTreeSet::new();
        while !rest.is_empty() {
            if let Some(more) = rest.strip_prefix("open") {
                rest = more.trim_start();
                continue;
            }
            let (attribute, more) = rest.split_once("=\"").expect(tag);
            let (value, more) = more.split_once('"').expect(tag);
            assert!(names.insert(attribute), "<{tag}> has `{attribute}` twice");
            self.attributes
                .push((name.to_owned(), attribute.to_owned(), decoded(value)));
            rest = more.trim_start();
        }
        if let Some(level) = name.strip_prefix('h').and_then(|it| it.parse().ok()) {
            self.headings.push(level);
        }
        name.to_owned()
    }

    fn values<'a>(&'a self, attribute: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.attributes.iter().filter(move |it| it.1 == attribute);
        found.map(|it| it.2.as_str())
    }

    /// No two elements have the same id, and every reference has its target.
    pub(crate) fn has_every_id_once(&self) {
        let ids: Vec<&str> = self.values("id").collect();
        let once: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), once.len(), "{ids:?}");
        let labels = self.values("aria-labelledby").flat_map(|it| it.split(' '));
        for id in labels {
            assert!(once.contains(id), "`{id}` is no id");
        }
        for link in self.values("href") {
            let id = link.strip_prefix('#').expect("a link stays on the page");
            assert!(once.contains(id), "`{link}` leads nowhere");
        }
    }

    /// The page loads nothing, runs no script, and refers only to itself.
    pub(crate) fn refers_to_itself_alone(&self) {
        for (element, attribute, value) in &self.attributes {
            let all = format!("<{element} {attribute}=\"{value}\">");
            assert!(!attribute.starts_with("on"), "{all}");
            assert!(
                !["src", "srcset", "style", "action", "xlink:href"].contains(&attribute.as_str()),
                "{all}"
            );
            assert!(!value.contains("://"), "{all}");
        }
        for word in ["url(", "@import", "://", "expression("] {
            assert!(!self.style.contains(word), "{word}");
        }
        let policy =
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
        assert!(self.values("content").any(|it| it == policy));
    }

    /// There is one title, and no heading level is skipped.
    pub(crate) fn has_headings_in_order(&self) {
        assert_eq!(self.headings.first(), Some(&1), "{:?}", self.headings);
        assert_eq!(self.headings.iter().filter(|it| **it == 1).count(), 1);
        for levels in self.headings.windows(2) {
            assert!(levels[1] <= levels[0] + 1, "{:?}", self.headings);
        }
    }
}
