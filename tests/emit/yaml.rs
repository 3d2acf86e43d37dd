//! Texts that YAML readers would misread: each is read back unchanged.

use serde_json::{Value, json};
use tierc::emit::yaml;

use super::{document, emitted, text, values};
use crate::support::written;

/// Words that Go's readers (Helm, kubectl) misread without quotes as a boolean, a number, a date or null.
const AMBIGUOUS: [&str; 51] = [
    "on",
    "off",
    "On",
    "OFF",
    "yes",
    "no",
    "Yes",
    "NO",
    "y",
    "n",
    "Y",
    "N",
    "true",
    "false",
    "True",
    "FALSE",
    "~",
    "null",
    "Null",
    "NULL",
    "",
    "0",
    "012",
    "010",
    "014",
    "08",
    "089",
    "0o14",
    "0x1F",
    "0X1f",
    "0b101",
    "0b11",
    "1_000",
    "1e3",
    "12e03",
    "1.e+3",
    "+1",
    "-1",
    "1.5",
    ".5",
    ".inf",
    "-.INF",
    ".nan",
    "1:30",
    "12:30:45",
    "22:22",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "9007199254740993",
    "=",
    "<<",
];

/// Texts whose characters mean something to YAML.
const AWKWARD: [&str; 47] = [
    "a: b",
    "a:",
    ":",
    "a #b",
    "#",
    "- ",
    "-",
    "- a",
    "?",
    "? a",
    "*a",
    "&a",
    "!a",
    "!!str",
    "@a",
    "`a",
    "%a",
    "|",
    ">",
    "|-",
    "'a",
    "\"a",
    "a'b\"c",
    "{",
    "}",
    "[a",
    "]",
    "{a: b}",
    "[a, b]",
    ",a",
    "{{ .Values.x }}",
    "${HOME}",
    "%{x}",
    "a\\nb",
    "trail ",
    "  lead",
    " ",
    "---",
    "...",
    "--- a",
    "a\u{2028}b",
    "\u{feff}a",
    "é",
    "日本語",
    "🙂",
    "\u{7f}",
    "x: y: z",
];

/// Texts of several lines, for the writer alone: the language accepts none of them.
const LINES: [&str; 20] = [
    "\ta",
    "\ta\n",
    "\ta\nb\n",
    "\n\ta\n",
    "\n\ta",
    "\r\n\ta",
    " a\nb",
    "  a\n b\n",
    "a\tb",
    "a\nb",
    "a\nb\n",
    "a\nb\n\n",
    "a \nb \n",
    "a\r\nb\r\n",
    "- a\n- b\n",
    "\n",
    "\n\n",
    "a\n---\nb\n",
    "# a\nb\n",
    "a:\n\tb\n",
];

#[test]
fn every_text_is_read_back_as_it_was_as_value_item_and_key() {
    let long = "x ".repeat(200);
    let all = AMBIGUOUS.iter().chain(&AWKWARD).chain(&LINES).copied();
    for text in all.chain([long.as_str(), "\u{1b}[0m", "\u{0}"]) {
        let mut value = json!({ "kind": "X", "spec": { "text": text, "list": [text, [text]] } });
        if !text.is_empty() {
            value["metadata"] = json!({ text: text });
        }
        let yaml = written(&value);
        let back: Value = serde_yaml::from_str(&yaml).unwrap();
        assert_eq!(back, value, "{yaml}");
    }
}

#[test]
fn what_go_reads_as_something_else_stands_in_quotes_everywhere() {
    for text in AMBIGUOUS {
        let value = json!({ "spec": { "text": text, "list": [text] } });
        let yaml = written(&value);
        let quoted = [format!("\"{text}\""), format!("'{text}'")];
        let stands = |before: &str| {
            quoted
                .iter()
                .any(|word| yaml.contains(&format!("{before}{word}\n")))
        };
        assert!(stands("text: ") && stands("- "), "{yaml}");
    }
    for text in AMBIGUOUS.iter().filter(|text| !text.is_empty()) {
        let yaml = written(&json!({ "spec": { *text: "x" } }));
        let quoted = [format!("\"{text}\": x"), format!("'{text}': x")];
        assert!(quoted.iter().any(|line| yaml.contains(line)), "{yaml}");
    }
}

#[test]
fn no_block_begins_with_a_tab_which_go_takes_for_indentation() {
    for text in LINES {
        let yaml = written(&json!({ "text": text }));
        let content = yaml
            .lines()
            .skip_while(|line| !line.starts_with("text:"))
            .skip(1);
        let first = content
            .map(|line| line.trim_start_matches(' '))
            .find(|line| !line.is_empty());
        assert!(first.is_none_or(|line| !line.starts_with('\t')), "{yaml:?}");
    }
}

/// A KDL string; a line separator and a byte order mark have to be escaped in one.
fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            '\u{2028}' | '\u{feff}' => format!("\\u{{{:x}}}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

#[test]
fn a_variable_reaches_the_values_as_it_was_written() {
    for text in AMBIGUOUS.iter().chain(&AWKWARD) {
        // A control character is refused before anything is emitted.
        if text.chars().any(char::is_control) {
            continue;
        }
        let nodes = format!("api {{ env VALUE={} }}", quoted(text));
        let values = values(&emitted(&super::text("dev", &nodes)));
        assert_eq!(values["api"]["env"]["VALUE"], *text);
    }
}

#[test]
fn a_label_reaches_every_reader_as_text() {
    let fits = |text: &&&str| {
        let end = |c: char| c.is_ascii_alphanumeric();
        text.is_empty()
            || text.starts_with(end)
                && text.ends_with(end)
                && text.chars().all(|c| end(c) || "-_.".contains(c))
    };
    for label in AMBIGUOUS.iter().filter(fits) {
        let nodes = format!("labels odd={}", quoted(label));
        let artifacts = emitted(&text("dev", &nodes));
        let hpa = document(&artifacts["kubernetes/api-hpa.yaml"]);
        assert_eq!(hpa["metadata"]["labels"]["odd"], *label);
        assert_eq!(values(&artifacts)["labels"]["odd"], *label);
        let tfvars = &artifacts["terraform/prod.tfvars"];
        assert!(
            tfvars.contains(&format!("odd         = \"{label}\"\n")),
            "{tfvars}"
        );
    }
}

#[test]
fn a_variable_called_like_a_truth_value_keeps_its_name() {
    for name in ["ON", "Y", "NO", "Null", "yes"] {
        let nodes = format!("api {{ env {name}=\"1\" }}");
        let artifacts = emitted(&text("dev", &nodes));
        let line = format!("\"{name}\": \"1\"");
        assert!(artifacts["helm/values.yaml"].contains(&line), "{name}");
    }
}

#[test]
fn a_source_with_odd_characters_in_its_name_stays_within_the_comment() {
    let document = yaml::YamlValue::Map([("a", 1)].into_iter().collect());
    let yaml = yaml::documents(&[document], "odd\nname: x\r.kdl");
    assert_eq!(
        yaml,
        "# Generated by tierc from oddname: x.kdl. Do not edit: change that file and render again.\na: 1\n"
    );
}
