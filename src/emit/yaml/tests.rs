use proptest::prelude::*;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_saphyr::DoubleQuoted;

use super::{FIRST, Map, YamlValue, documents};

/// A value as the YAML crate alone writes it, in our order.
struct ByTheCrate<'a>(&'a YamlValue);

impl Serialize for ByTheCrate<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            YamlValue::Map(map) => {
                let mut out = serializer.serialize_map(None)?;
                let first = FIRST.iter().filter_map(|key| Some((*key, map.get(key)?)));
                let others = map.iter().filter(|(key, _)| !FIRST.contains(key));
                for (key, value) in first.chain(others) {
                    out.serialize_entry(key, &ByTheCrate(value))?;
                }
                out.end()
            }
            YamlValue::List(items) => serializer.collect_seq(items.iter().map(ByTheCrate)),
            YamlValue::Text(text) if in_quotes(text) => DoubleQuoted(text).serialize(serializer),
            other @ (YamlValue::Null
            | YamlValue::Bool(_)
            | YamlValue::Number(_)
            | YamlValue::Text(_)) => other.serialize(serializer),
        }
    }
}

/// Texts of several lines that no block can hold: they start with white space or have ambiguous
/// characters.
fn in_quotes(text: &str) -> bool {
    let printable = |c: char| c == '\n' || (' '..='~').contains(&c);
    let first = text.trim_start_matches('\n').chars().next();
    text.contains('\n') && (first.is_none_or(|c| c == ' ') || !text.chars().all(printable))
}

/// Texts that readers could misread, or that have a meaning in YAML.
const AWKWARD: [&str; 58] = [
    "true",
    "No",
    "y",
    "null",
    "~",
    "nan",
    "inf",
    "infinity",
    ".inf",
    "e",
    "on",
    "1e3",
    "0x1f",
    "12:30",
    "2024-01-01",
    "---",
    "--- a",
    "...",
    "<<",
    "=",
    "-",
    "- a",
    "?",
    "",
    "a:",
    "a: b",
    "a #b",
    "a#b",
    "#",
    "[a",
    "{a",
    "a, b",
    "'a'",
    "\"a\"",
    "a\\b",
    "%",
    "@",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    " a",
    "a ",
    "a\tb",
    "a\nb",
    "a\n",
    "a\n\n",
    "\na\n",
    "a\r\nb",
    " a\nb",
    "\ta\nb",
    "# a\nb: c\n- d\n",
    "é",
    "é\nb",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
];

/// Those, and any others.
fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(&AWKWARD[..]);
    prop_oneof![
        word.prop_map(str::to_owned),
        "[a-zA-Z:#\\- '\"\\\\]{0,12}",
        "[ -~\n]{0,30}",
        "[0-9(][0-9:(). #-]{0,12}",
        "\\PC{0,12}",
        ".{0,6}",
    ]
}

fn value() -> impl Strategy<Value = YamlValue> {
    let scalar = prop_oneof![
        Just(YamlValue::Null),
        any::<bool>().prop_map(YamlValue::from),
        any::<u64>().prop_map(YamlValue::from),
        any::<i32>().prop_map(YamlValue::from),
        text().prop_map(YamlValue::from),
    ];
    scalar.prop_recursive(5, 30, 4, |inner| {
        let key = prop_oneof![
            text(),
            prop::sample::select(vec!["kind", "spec", "name"]).prop_map(str::to_owned),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(YamlValue::List),
            prop::collection::vec((key, inner), 0..4)
                .prop_map(|entries| YamlValue::Map(entries.into_iter().collect::<Map>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_document_is_what_the_crate_writes(inner in value()) {
        let document = YamlValue::Map(Map::from_iter([("spec", inner)]));
        let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
        let expected = serde_saphyr::to_string_with_options(&ByTheCrate(&document), options);
        let written = documents(std::slice::from_ref(&document), "prod.kdl");
        let (_, written) = written.split_once('\n').unwrap();
        prop_assert_eq!(written, expected.unwrap());
    }

    #[test]
    fn every_document_is_read_back_as_it_was(inner in value()) {
        let document = YamlValue::Map(Map::from_iter([("spec", inner)]));
        let written = documents(std::slice::from_ref(&document), "prod.kdl");
        let back: serde_json::Value = serde_yaml::from_str(&written).unwrap();
        prop_assert_eq!(back, serde_json::to_value(&document).unwrap(), "{}", written);
    }
}

#[test]
fn a_map_of_many_keeps_order_and_places() {
    let key = |number: usize| format!("key-{number}");
    let mut map: Map = (0..100).map(|number| (key(number), "old")).collect();
    map.insert(key(70), "new");
    assert_eq!(map.get("key-70"), Some(&YamlValue::from("new")));
    assert_eq!(map.remove("key-40"), Some(YamlValue::from("old")));
    assert!(!map.contains_key("key-40"));
    let left: Vec<String> = map.iter().map(|(key, _)| key.to_owned()).collect();
    let all: Vec<String> = (0..100).filter(|it| *it != 40).map(key).collect();
    assert_eq!(left, all);
    assert_eq!(map.get("key-99"), Some(&YamlValue::from("old")));
}
