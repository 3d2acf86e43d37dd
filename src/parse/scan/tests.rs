use super::*;
use crate::source::{Source, Sources};

fn scanned(text: &str) -> (Scanned, Vec<(String, String)>) {
    let mut sources = Sources::default();
    let id = sources.add(Source {
        name: "prod.kdl".into(),
        text: text.into(),
        catalogue: false,
    });
    let mut diagnostics = Diagnostics::new();
    let scanned = scan(text, id, &mut diagnostics);
    let found = diagnostics
        .iter()
        .map(|finding| {
            let at = finding
                .labels
                .first()
                .map(|label| sources.slice(label.span).to_owned());
            (finding.code.to_string(), at.unwrap_or_default())
        })
        .collect();
    (scanned, found)
}

fn found(text: &str) -> Vec<(String, String)> {
    scanned(text).1
}

#[test]
fn nodes_are_cut_out_with_name_and_first_argument() {
    let (scanned, found) = scanned(
        "tier \"large\" // why\n/- old 1\napi {\n  replicas min=1; hold 3\n}\nworker batch { queue \"a\" }\n",
    );
    assert_eq!(found, []);
    let nodes: Vec<_> = scanned
        .nodes
        .iter()
        .map(|node| (node.name.as_str(), node.first_argument.as_deref()))
        .collect();
    assert_eq!(
        nodes,
        [
            ("tier", Some("large")),
            ("api", None),
            ("worker", Some("batch"))
        ]
    );
}

#[test]
fn habits_are_reported_on_their_own_token() {
    let text = "api {\n  limits cpu=500m memory=2Gi\n  target cpu=80%\n}\ndatabase { multi-az true }\nx */5\n";
    let tokens: Vec<String> = found(text).into_iter().map(|(_, token)| token).collect();
    assert_eq!(tokens, ["500m", "2Gi", "80%", "true", "*/5"]);
}

#[test]
fn numbers_that_are_numbers_are_left_alone() {
    assert_eq!(
        found("a 1 -1 +2 1_000 0xFF 0o7 0b1 1.5e-3 1E5 dev x-1 #true #inf v1.2\n"),
        []
    );
}

#[test]
fn what_never_closes_is_reported_where_it_opens_and_hides_nothing() {
    let (scanned, found) = scanned("region \"us-east-1\ntier true\n");
    assert_eq!(
        found,
        [
            ("unclosed".into(), "\"".into()),
            ("bare-value".into(), "true".into())
        ]
    );
    assert!(scanned.nodes.iter().all(|node| node.broken));
    let (scanned, found) = self::scanned("api {\n  hold 3\n\ntier \"dev\"\n");
    assert_eq!(found, [("unclosed".into(), "{".into())]);
    assert_eq!(
        scanned
            .nodes
            .iter()
            .map(|node| node.broken)
            .collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(self::found("a /* b\n"), [("unclosed".into(), "/*".into())]);
    assert_eq!(self::found("a 1\n}\n"), [("syntax".into(), "}".into())]);
    assert_eq!(self::found("a b=\n"), [("syntax".into(), String::new())]);
}

#[test]
fn hostile_input_is_stopped_before_the_parser() {
    let hostile = [
        "a".repeat(MAX_BYTES + 1),
        "a {".repeat(200_000),
        format!("a {}", "/-{".repeat(100)),
        format!("/{}", "*".repeat(200_000)),
        "/*".repeat(100_000),
        "}".repeat(200_000),
        "\"".repeat(200_001),
        "a =".to_owned() + &"=".repeat(200_000),
        "a \\".repeat(1000),
        "a\u{0}b\u{202e}".repeat(1000),
    ];
    for text in hostile {
        let (scanned, found) = scanned(&text);
        let stopped = !scanned.readable
            || scanned
                .nodes
                .iter()
                .all(|node| node.broken || node.end - node.start < 4000);
        assert!(stopped, "{:?}: {:?}", text.get(..20), found.first());
    }
}
