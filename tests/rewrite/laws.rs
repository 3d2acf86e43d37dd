//! Laws of edits, over every attribute of the language and over texts of any formatting.

use proptest::prelude::*;
use proptest::sample::Index;
use tierc::diagnostic::Diagnostics;
use tierc::edit::{Address, Edit};
use tierc::model::Attribute;
use tierc::parse::scan::scan;
use tierc::parse::tree::KdlNode;
use tierc::rewrite::apply;
use tierc::source::{Origin, Span};

use crate::laws::config;
use crate::support::{project, run};

/// A file that states every attribute of the language.
fn everything() -> String {
    std::fs::read_to_string(project("src/parse/vocabulary.kdl")).unwrap()
}

/// What it states, with the place of each value.
fn stated(text: &str) -> Vec<(Attribute, Span)> {
    let run = run(text);
    let environment = run.files[0].environment.as_ref().unwrap();
    let attributes = environment.list().into_iter();
    attributes
        .filter_map(|attribute| match attribute.origin {
            Origin::Declared(span) => Some((attribute, span)),
            Origin::Tier(_) | Origin::Derived(_) | Origin::Recorded => None,
        })
        .collect()
}

/// A step's kind is the name of its node: no value that could be set.
fn is_place(attribute: &Attribute) -> bool {
    let last = attribute.path.rsplit('.').next();
    !(attribute.path.contains(".policy.") && last == Some("kind"))
}

/// Every path of the language leads to the bytes at which the parser found its value.
#[test]
fn the_path_of_an_attribute_leads_to_the_place_where_the_parser_found_it() {
    let text = everything();
    let stated = stated(&text);
    assert!(stated.len() > 150, "{}", stated.len());
    for (attribute, span) in stated.iter().filter(|(it, _)| is_place(it)) {
        let path = &attribute.path;
        let (start, end) = (span.start as usize, span.end as usize);
        let other = other(path);
        let changed = apply(&text, &[Edit::set(path, other)]);
        let expected = format!("{}{other}{}", &text[..start], &text[end..]);
        assert_eq!(changed.as_ref(), Ok(&expected), "{path}");
        let same = apply(&text, &[Edit::set(path, &text[start..end])]);
        assert_eq!(same.as_ref(), Ok(&text), "{path}");
    }
}

/// The nodes that are identified by their first argument.
const KEYED: [&str; 8] = [
    "worker",
    "service",
    "redis",
    "nodes",
    "event",
    "load-test",
    "queue",
    "metric",
];

/// The nodes and values of a text, without any formatting.
fn facts(text: &str) -> Vec<String> {
    let mut found = Diagnostics::new();
    let scanned = scan(text, Span::nowhere().source, &mut found);
    assert!(found.is_empty() && scanned.whole, "{found:?} in\n{text}");
    let mut facts = Vec::new();
    below("", &scanned.nodes, &mut facts);
    facts
}

fn below(path: &str, nodes: &[KdlNode<'_>], facts: &mut Vec<String>) {
    for node in nodes {
        let keyed = KEYED.contains(&&*node.name);
        let key = node.first_text().filter(|_| keyed).unwrap_or_default();
        let path = format!("{path}/{}:{key}", node.name);
        facts.push(path.clone());
        for entry in &node.entries {
            let key = entry.key.as_ref().map_or("", |key| &key.name);
            facts.push(format!("{path} {key}={:?}", entry.value.literal));
        }
        if let Some(block) = &node.block {
            below(&path, &block.nodes, facts);
        }
    }
}

/// What is in the one and not in the other, with how often.
fn without(all: &[String], other: &[String]) -> Vec<String> {
    let mut left = all.to_vec();
    for fact in other {
        if let Some(at) = left.iter().position(|it| it == fact) {
            left.remove(at);
        }
    }
    left
}

/// The comments of a formatted text, in order.
fn comments(text: &str) -> Vec<&str> {
    text.split('¶').skip(1).step_by(2).collect()
}

/// The file of everything, formatted by choices that are drawn one after the other.
fn formatted(choices: &[u8], crlf: bool, unit: &str) -> String {
    let mut choices = choices.iter().copied().cycle();
    let mut next = |most: u8| choices.next().unwrap() % most;
    let mut text = String::new();
    let mut count = 0_u32;
    let mut comment = |kind: u8| {
        count += 1;
        match kind {
            0 => format!(" // ¶{count}¶"),
            1 => format!(" /* ¶{count} {{ ; ¶ */"),
            2 => format!(" /* ¶{count}\n }} \"¶ */"),
            _ => String::new(),
        }
    };
    for line in everything().lines() {
        let depth = line.len() - line.trim_start().len();
        let line = line.split(" // ").next().unwrap().trim();
        match next(8) {
            0 => text += "\n",
            1 => text += &format!("{}\n", comment(0)),
            2 => text += &format!("{}\n", comment(2)),
            3 => text += "/-gone \"x\" y=1 { z }\n",
            _ => {}
        }
        text += &unit.repeat(depth / 4);
        // Blocks on one line are written over several, and what `;` divides on lines of its own.
        let spread = next(3) == 0;
        let mut in_string = false;
        for (at, c) in line.char_indices() {
            in_string ^= c == '"';
            match c {
                '{' if !in_string && at + 1 < line.len() && spread => {
                    text += &format!("{{\n{unit}");
                }
                '}' if !in_string && at > 0 && spread => text += "\n}",
                ';' if !in_string && spread => text += &format!("\n{unit}"),
                ' ' if !in_string => match next(12) {
                    0 => text += "  ",
                    1 => text += &format!("{} ", comment(1)),
                    2 if !line[..at].ends_with(['{', '}', ';'])
                        && !line[at..].starts_with(" {")
                        && !line[at..].starts_with(" }") =>
                    {
                        text += " \\\n\t";
                    }
                    _ => text += " ",
                },
                _ => text.push(c),
            }
        }
        text += &comment(next(6));
        text += "\n";
    }
    if crlf {
        text.replace('\n', "\r\n")
    } else {
        text
    }
}

#[derive(Clone, Debug)]
enum Change {
    Set,
    Remove,
    Anew,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![Just(Change::Set), Just(Change::Remove), Just(Change::Anew)]
}

/// Attributes that everything's file leaves to the tier.
const ABSENT: [(&str, &str); 8] = [
    ("redis.cache.tls", "\"required\""),
    ("redis.cache.engine.version", "\"7.1\""),
    ("worker.batch.scale-up.select", "\"max\""),
    ("worker.decisions.limits.cpu", "\"1\""),
    ("worker.batch.arch", "\"amd64\""),
    ("service.more.replicas", "2"),
    ("nodes.general.capacity", "\"spot\""),
    ("worker.batch.scale-down.window", "\"1m\""),
];

/// Which characters belong to a comment.
fn in_comments(text: &[char]) -> Vec<bool> {
    let mut inside = vec![false; text.len()];
    let (mut at, mut in_string) = (0, false);
    while at < text.len() {
        let end = match text[at..] {
            ['/', '/', ..] if !in_string => "\n",
            ['/', '*', ..] if !in_string => "*/",
            _ => {
                in_string ^= text[at] == '"';
                at += 1;
                continue;
            }
        };
        let end: Vec<char> = end.chars().collect();
        let rest = text[at..].windows(end.len());
        let length = rest.skip(2).position(|it| it == end).unwrap() + 2 + end.len();
        inside[at..at + length].fill(true);
        at += length;
    }
    inside
}

/// Checks what one edit does to a text, and gives the text with it.
fn one(text: &str, edit: &Edit) -> String {
    let changed = apply(text, std::slice::from_ref(edit)).unwrap_or_else(|refused| {
        panic!("{refused} in\n{text}");
    });
    assert_eq!(comments(&changed), comments(text), "{edit}:\n{changed}");
    assert_eq!(
        changed.matches("\r\n").count() == changed.matches('\n').count(),
        text.matches("\r\n").count() == text.matches('\n').count(),
        "{edit}: line ends of\n{changed}"
    );
    // A repeated edit finds it done.
    let again = apply(&changed, std::slice::from_ref(edit)).unwrap();
    assert_eq!(again, changed, "{edit} twice");
    // Of the bytes only one stretch differs: nothing else was formatted anew. The blanks, line ends,
    // continuations and comments in it are as many as the user likes, and are not counted: all comments
    // were found above.
    let same = |(a, b): &(char, char)| a == b;
    let front = text.chars().zip(changed.chars()).take_while(same).count();
    let (old, new): (Vec<char>, Vec<char>) = (text.chars().collect(), changed.chars().collect());
    let back = old[front..].iter().rev().zip(new[front..].iter().rev());
    let back = back.take_while(|(a, b)| a == b).count();
    let written = |text: &[char]| {
        let comments = in_comments(text);
        let stretch = front..text.len() - back;
        let counts = |at: &usize| {
            let c = text[*at];
            !comments[*at] && !c.is_whitespace() && c != '\\'
        };
        stretch.filter(counts).count()
    };
    let (old, new) = (written(&old), written(&new));
    assert!(
        old <= 60 && new <= 80,
        "{edit} rewrites {old} to {new} characters of\n{text}"
    );
    changed
}

/// Lists, of which each item is a place.
const ITEMS: [&str; 5] = [
    ".uses.",
    ".tolerate.",
    ".runs.",
    ".alternatives.",
    ".spread.",
];

/// A value for a place. A text behind `api` would be the name of another API.
fn other(path: &str) -> &'static str {
    if path.rsplit('.').next() == Some("api") {
        "7"
    } else {
        "\"other\""
    }
}

/// Whether a path is that of a key, which names its node among others.
fn is_key(path: &str) -> bool {
    let of_queues = [".list", ".name", ".topic", ".stream"];
    let names_queue = of_queues.iter().any(|end| path.ends_with(end));
    let of_databases = [".name", ".database", ".role"];
    let names_database = of_databases.iter().any(|end| path.ends_with(end));
    path.ends_with(".metric")
        || (path.contains(".queue.") && names_queue)
        || (path.contains(".database.") && names_database)
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn an_edit_changes_what_it_speaks_of_and_keeps_every_other_byte(
        choices in prop::collection::vec(any::<u8>(), 64..600),
        crlf in any::<bool>(),
        unit in prop::sample::select(vec!["    ", "  ", "\t", ""]),
        change in change(),
        which in any::<Index>(),
    ) {
        let text = formatted(&choices, crlf, unit);
        let before = facts(&text);
        match change {
            Change::Anew => {
                let (path, value) = which.get(&ABSENT);
                let after = facts(&one(&text, &Edit::set(*path, *value)));
                prop_assert_eq!(without(&before, &after), Vec::<String>::new(), "{}", path);
                let added = without(&after, &before);
                prop_assert!((1..=4).contains(&added.len()), "{} adds {:?}", path, added);
            }
            Change::Set => {
                let stated = stated(&everything());
                let stated: Vec<_> = stated.iter().filter(|(it, _)| is_place(it)).collect();
                let path = &which.get(&stated).0.path;
                // A key that is set is a place of another name.
                let named = is_key(path);
                let items = ITEMS.iter().any(|it| path.contains(it));
                prop_assume!(!named && !items && !path.starts_with("off-hours"));
                let after = facts(&one(&text, &Edit::set(path, other(path))));
                prop_assert_eq!(without(&before, &after).len(), 1, "{}", path);
                prop_assert_eq!(without(&after, &before).len(), 1, "{}", path);
            }
            Change::Remove => {
                let stated = stated(&everything());
                let stated: Vec<_> = stated.iter().filter(|(it, _)| is_place(it)).collect();
                let path = &which.get(&stated).0.path;
                prop_assume!(!is_key(path));
                let after = facts(&one(&text, &Edit::remove(path)));
                prop_assert_eq!(without(&after, &before), Vec::<String>::new(), "{}", path);
                let gone = without(&before, &after);
                prop_assert!((1..=4).contains(&gone.len()), "{} takes {:?}", path, gone);
            }
        }
    }
}

#[test]
fn every_path_of_the_absent_has_a_place() {
    let stated = stated(&everything());
    for (path, value) in ABSENT {
        assert!(stated.iter().all(|(it, _)| it.path != path), "{path}");
        let address = Address::of(path).unwrap();
        assert!(address.statement(0, value).is_some(), "{path}");
    }
}
