use super::*;
use crate::parse::tree::KdlLiteral;
use crate::source::{Source, Sources};

/// The tree as a line, and the code and token of every finding. Values with a mistake end in `!`.
fn scanned(text: &str) -> (String, Vec<(String, String)>) {
    let mut sources = Sources::default();
    let id = sources.add(Source {
        name: "prod.kdl".into(),
        text: text.to_owned().into(),
        catalogue: false,
    });
    let mut diagnostics = Diagnostics::new();
    let scanned = scan(text, id, &mut diagnostics);
    let found = diagnostics
        .iter()
        .map(|finding| {
            let at = sources.slice(finding.labels[0].span).to_owned();
            (finding.code.to_string(), at)
        })
        .collect();
    (shown(&scanned.nodes), found)
}

fn shown(nodes: &[KdlNode<'_>]) -> String {
    let nodes: Vec<String> = nodes.iter().map(node).collect();
    nodes.join("; ")
}

fn node(node: &KdlNode<'_>) -> String {
    let mut text = node.name.to_string();
    for entry in &node.entries {
        let key = entry.key.as_ref();
        let key = key.map_or_else(String::new, |key| format!("{}=", key.name));
        let value = match &entry.value.literal {
            KdlLiteral::Text(text) => format!("'{text}'"),
            KdlLiteral::Whole(number) => number.to_string(),
            KdlLiteral::Real => "real".into(),
            KdlLiteral::Truth(truth) => truth.to_string(),
            KdlLiteral::Null => "null".into(),
        };
        let wrong = entry.value.mistake.map_or("", |_| "!");
        text += &format!(" {key}{value}{wrong}");
    }
    if let Some(block) = &node.block {
        text += &format!(" {{{}}}", shown(&block.nodes));
    }
    text
}

fn found(text: &str) -> Vec<(String, String)> {
    scanned(text).1
}

fn tokens(text: &str) -> Vec<String> {
    found(text).into_iter().map(|(_, token)| token).collect()
}

#[test]
fn every_form_of_kdl_2_is_read() {
    for (text, tree) in [
        ("tier \"large\" // why\n/- old 1\napi", "tier 'large'; api"),
        (
            "api {\n  replicas min=1; hold 3\n}",
            "api {replicas min=1; hold 3}",
        ),
        ("a{b{}}", "a {b {}}"),
        ("a /* b */ 1 /*c/*d*/}*/ 2", "a 1 2"),
        ("a 1 \\\n  2 \\ // why\n 3", "a 1 2 3"),
        ("a k = 1 \"k\"=#true #\"k\"#=#null", "a k=1 k=true k=null"),
        ("a /-1 2 /-k=3 /-{ b } { c } /-{ d }", "a 2 {c}"),
        ("/-\na 1 { b }\nc", "c"),
        ("a #\"x\"y\"# ##\"\"#\"## r", "a 'x\"y' '\"#' 'r'"),
        ("a \"\\\"\\\\\\n\\u{e9}\\\n   x\"", "a '\"\\\n\u{e9}x'"),
        ("a \"\"\"\n  x\n   y\n  \"\"\"", "a 'x\n y'"),
        (
            "a 1_000 -1 +2 0xFF 0o7 0b1 1.5 1E5",
            "a 1000 -1 2 255 7 1 real real",
        ),
        (
            "a - --b .c -.d x:y v1.2",
            "a '-' '--b' '.c' '-.d' 'x:y' 'v1.2'",
        ),
        ("\u{feff}a\r\nb\u{85}c\u{2028}d", "a; b; c; d"),
        ("a\u{a0}1\u{3000}2", "a 1 2"),
        ("\"a b\" 1;c;;d", "a b 1; c; d"),
        ("", ""),
    ] {
        assert_eq!(scanned(text), (tree.to_owned(), vec![]), "{text}");
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn habits_are_reported_and_what_was_meant_is_read() {
    for (text, tree, tokens_found) in [
        ("tier = \"large\"", "tier 'large'", &["="][..]),
        ("api = { hold 1 }", "api {hold 1}", &["="]),
        ("replicas: 3", "replicas 3", &[":"]),
        ("requests cpu: \"1\"", "requests cpu='1'", &[":"]),
        ("uses [\"a\", \"b\"]", "uses 'a' 'b'", &["[", ",", "]"]),
        ("a min=1, max=2", "a min=1 max=2", &[","]),
        ("# why\na 1 # why\n#why", "a 1", &["#", "#", "#"]),
        ("api\n{\n  hold 1\n}", "api {hold 1}", &["{"]),
        ("a (u8)1 (x)k=1", "a 1 k=1", &["(u8)", "(x)"]),
        ("a \"b\"\"c\"", "a 'b' 'c'", &["\"c\""]),
        ("a k==1", "a k=1", &["="]),
        ("a { } b", "a {}; b", &["b"]),
        ("a \\ b", "a 'b'", &["\\"]),
        ("a k=", "a k=null!", &["="]),
        ("a k= }", "a k=null!", &["=", "}"]),
        ("a 1\n}", "a 1", &["}"]),
        ("a \"\\d\"", "a null!", &["\\d"]),
        ("a true 80% 500m */5", "a true! '80%'! '500m'! '*/5'!", &[]),
        ("a 'x' “y” r\"z\" #True", "a 'x'! 'y'! 'z'! 'True'!", &[]),
        ("a k=https://b/c // d", "a k='https://b/c'!", &[]),
        ("\"a\": 1, \"b\": 2", "a 1 b=2", &[":", ",", ":"]),
        ("a b\"\nc", "a 'b'!; c", &["\""]),
        ("a k= l=1", "a k=null! l=1", &["="]),
        ("a \"b c; d \"e\"\nf", "a 'b c; d '!; f", &["\"b c; d \""]),
    ] {
        let (read, _) = scanned(text);
        assert_eq!(
            (read.as_str(), &*tokens(text)),
            (tree, &*owned(tokens_found)),
            "{text}"
        );
    }
}

#[test]
fn what_never_closes_is_reported_where_it_opens_and_hides_nothing() {
    for (text, tree, opens) in [
        ("region \"us\ntier 1", "region 'us'!; tier 1", &["\""][..]),
        (
            "worker \"batch {\n  hold 1\n}\nb",
            "worker 'batch'! {hold 1}; b",
            &["\""],
        ),
        (
            "a { node \"x; hold 1 }\nb",
            "a {node 'x'!; hold 1}; b",
            &["\""],
        ),
        ("api {\n  hold 3\n\ntier 1", "api {hold 3}; tier 1", &["{"]),
        (
            "api {\n  up {\n    pods 6\n  down 1\n}\ntier 1",
            "api {up {pods 6}; down 1}; tier 1",
            &["{"],
        ),
        ("api {\nhold 3\ntier 1", "api {hold 3}; tier 1", &["{"]),
        ("r { node 1\nr 2", "r {node 1}; r 2", &["{"]),
        ("a 1 /* b\nc", "a 1", &["/*"]),
        ("a \"\"\"\nb\nc", "a '\nb\nc'!", &["\"\"\""]),
    ] {
        assert_eq!(scanned(text).0, tree, "{text}");
        assert_eq!(tokens(text), opens, "{text}");
    }
}

#[test]
fn characters_that_no_text_may_hold_are_shown_wherever_they_are() {
    let text = "a\u{0}b // \u{202e}\nc \"\u{7f}\" /* \u{feff} */";
    let (tree, found) = scanned(text);
    assert_eq!(tree, "a 'b'; c '\u{7f}'!");
    assert_eq!(found.len(), 4);
}

#[test]
fn limits_are_kept_before_anything_is_built() {
    for text in [
        "a".repeat(MAX_BYTES + 1),
        "a;".repeat(MAX_TOKENS),
        "{".repeat(MAX_TOKENS + 1),
    ] {
        let (tree, found) = scanned(&text);
        assert_eq!((tree.as_str(), found.len()), ("", 1));
        assert_eq!(found[0].0, "limit-exceeded");
    }
    let deep = |levels: usize| format!("{}1{}", "a {".repeat(levels), "}".repeat(levels));
    assert_eq!(found(&deep(MAX_DEPTH)).len(), 1, "a node named `1`");
    assert_eq!(found(&deep(MAX_DEPTH + 1))[0].0, "limit-exceeded");
}
