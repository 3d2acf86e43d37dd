//! Laws about credentials: no output contains a credential from a file.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use tierc::compile::Run;
use tierc::diagnostic::json::findings;
use tierc::diff::diff;
use tierc::emit::emit;
use tierc::impact;
use tierc::pair::Pair;
use tierc::report;

use super::config;
use super::environment::environment;
use crate::support::{run, shown};

/// The characters of a credential. No other text of the project contains such a sequence.
const BODY: &str = "[A-Z0-9]{20}";

/// A credential that is recognised in any place.
fn known() -> impl Strategy<Value = (String, String)> {
    let before = select(vec![
        "AKIA",
        "ASIA",
        "ghp_x7x7x7x7x7x",
        "glpat-",
        "xoxb-",
        "sk_live_",
        "npm_x7x7x7x7x7x",
        "hvs.",
        "api-xoxp-",
        "xapp-",
        "glrt-",
        "hf_x7x7x7x7x7x",
        "sk-x7x7x7x7x7x7",
        "NRAK-",
        "AGE-SECRET-KEY-1x7x7x7x7x7x7x7x7x7x7",
        "https://hooks.slack.com/services/",
        "https://a.example.com/x?sv=1&sig=",
        "https://a.example.com/x?X-Amz-Signature=",
        "Server=db;Uid=app;Pwd=",
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.",
        "https://x7",
        "postgres://app:",
        "redis://:",
    ]);
    (before, BODY).prop_map(|(before, body)| {
        let behind = match before {
            "postgres://app:" | "redis://:" | "https://x7" => "@db/x",
            _ => "",
        };
        (format!("{before}{body}{behind}"), body)
    })
}

/// Spellings of a text in KDL, and in common imitations of KDL.
const FORMS: [fn(&str) -> String; 9] = [
    |text| format!("\"{text}\""),
    |text| format!("#\"{text}\"#"),
    |text| format!("##\"{text}\"##"),
    |text| format!("\"\"\"\n{text}\n\"\"\""),
    |text| format!("'{text}'"),
    |text| format!("r\"{text}\""),
    |text| format!("r#\"{text}\"#"),
    escaped,
    // Last: a comment has no strings, and ends with its line.
    broken,
];

/// `text` with its second half on the next line.
fn broken(text: &str) -> String {
    let (one, other) = text.split_at(text.len() - 10);
    format!("\"{one}\\ \n    {other}\"")
}

/// `text` with its letters as escapes.
fn escaped(text: &str) -> String {
    let characters = text.chars().enumerate();
    let each = characters.map(|(at, c)| {
        if at % 5 == 0 {
            format!("\\u{{{:x}}}", u32::from(c))
        } else {
            c.to_string()
        }
    });
    format!("\"{}\"", each.collect::<String>())
}

/// Places for a credential that is recognised by itself; `%` is the text.
const PLACES: &[&str] = &[
    "environment %",
    "tier %",
    "region %",
    "app %",
    "namespace %",
    "cluster %",
    "framework %",
    "labels team=%",
    "labels %=\"x\"",
    "labels %",
    "% \"x\"",
    "%",
    "% { x 1; }",
    "api { env LOG_LEVEL=%; }",
    "api { env %=\"x\"; }",
    "api { env %; }",
    "api { image %; }",
    "api { name %; }",
    "api { arch %; }",
    "api { driver %; }",
    "api { driver \"pgjdbc\" version=%; }",
    "api { driver \"psycopg\" libpq=%; }",
    "api { connections lifetime=%; }",
    "api { connections lifetime-env=%; }",
    "api { requests cpu=%; }",
    "api { hold %; }",
    "api { replicas min=%; }",
    "api { metric % average=\"1\"; }",
    "api { scale-up window=%; }",
    "api { % 1; }",
    "api { replicas %=1; }",
    "api { rollout max-surge=%; }",
    "worker % { queue \"q\" length=1; }",
    "worker \"w\" { queue % length=1; replicas min=1 max=2; }",
    "worker \"w\" { queue \"q\" length=1; tolerate %; }",
    "service % { replicas 1; }",
    "database { endpoint %; }",
    "database { user %; }",
    "database { name %; }",
    "database { engine %; }",
    "database { instance %; }",
    "database { backup window=%; }",
    "redis \"queue\" { endpoint %; }",
    "redis \"queue\" { env url=%; }",
    "redis \"queue\" { engine \"redis\" version=%; }",
    "redis % { node \"cache.r6g.large\"; }",
    "redis \"queue\" { uses %; }",
    "pgbouncer { image %; }",
    "pgbouncer { mode %; }",
    "pgbouncer { options %; }",
    "network database-cidr=%",
    "nodes \"general\" { runs %; }",
    "nodes \"general\" { instance %; }",
    "waive % reason=\"x\" until=\"2030-01-31\"",
    "waive \"single-az\" reason=% until=\"2030-01-31\"",
    "waive \"single-az\" reason=\"x\" until=%",
    "deliver autoscalers=%",
    "// see %",
    "/- api { env X=%; }",
    "/* % */",
    "api { hold 1 /- %; }",
    "(%)tier \"large\"",
    "api { hold (%)1; }",
    "api /- %",
    "api /- { image %; }",
];

/// Places for a credential that is recognised only by its key; `%` is the text.
const KEYED: &[&str] = &[
    "api { env DB_PASSWORD=%; }",
    "api { env \"DB_PASSWORD\"=%; }",
    "api { env DB_PASSWORD = %; }",
    "api { env #\"API_TOKEN\"#=%; }",
    "api { env \"DB_PASS\\u{57}ORD\"=%; }",
    "api { env DB_PASSWORD=/* so */%; }",
    "api { env DB_PASSWORD /* so */ = \\\n %; }",
    "api { env DB_PASSWORD=(text)%; }",
    "api { env JWT_SECRET: %; }",
    "api { env \"JWT_SECRET\": %; }",
    "api { env { DB_PASSWORD %; }; }",
    "api { env DB_PASSWORD %; }",
    "api { env name=\"DB_PASSWORD\" value=%; }",
    "api { env \"DB_PASSWORD\" %; }",
    "api { password %; }",
    "labels token=%",
    "labels \"example.com/token\"=%",
    "password %",
    "\"api-key\" %",
    "database { password %; }",
    "redis \"queue\" { auth-token %; }",
    "api { env SECRET_KEY_BASE=%; }",
    "api { env DB_PASS=%; }",
    "pgbouncer { password=%; }",
    "database { user password=%; }",
    "/- api { env DB_PASSWORD /* so */ = \\\n %; }",
    "/- api { env \"DB_PASS\\u{57}ORD\"=%; }",
    "api { env LOG_LEVEL=\"info\" /- DB_PASSWORD=%; }",
    "api /- { env DB_PASSWORD=(text)%; }",
    "api { env KIND=\"my-token\" \"DB_PASSWORD\"=%; }",
    "api { env KIND=my-token DB_PASSWORD=%; }",
    "api { env KIND=\"Zm9v==\" \"DB_PASSWORD\" %; }",
    "// password: %",
];

/// `form`, or the plain form if a comment would end within the text.
fn fitting(place: &str, form: fn(&str) -> String, text: &str) -> String {
    let comment = place.starts_with("//") || place.starts_with("/*");
    let form = if comment && form(text).contains('\n') {
        FORMS[0]
    } else {
        form
    };
    place.replace('%', &form(text))
}

fn text() -> impl Strategy<Value = (String, String)> {
    let form = || select(FORMS.to_vec());
    let any_place = (known(), form(), select(PLACES));
    let any_place =
        any_place.prop_map(|((text, body), form, place)| (fitting(place, form, &text), body));
    let keyed = (BODY, form(), select(KEYED));
    let keyed = keyed.prop_map(|(body, form, place)| (fitting(place, form, &body), body));
    let line = prop_oneof![any_place, keyed];
    (environment(), line, any::<Index>()).prop_map(|(text, (line, body), at)| {
        // After any node of the file: a preceding text must not hide the credential from the search.
        let ends: Vec<usize> = text.0.match_indices('\n').map(|(at, _)| at + 1).collect();
        let top = |at: &&usize| !text.0[**at..].starts_with([' ', '}']);
        let ends: Vec<&usize> = ends.iter().filter(top).collect();
        let at = **at.get(&ends);
        (format!("{}{line}\n{}", &text.0[..at], &text.0[at..]), body)
    })
}

/// All output for one file.
fn made_of(run: &Run) -> Vec<(&'static str, String)> {
    let listed = findings(run.diagnostics(), &run.sources);
    let mut all = vec![
        ("findings", shown(run)),
        ("findings as JSON", serde_json::to_string(&listed).unwrap()),
    ];
    if let Some(environment) = &run.files[0].environment {
        let attributes = environment.list();
        let sources = &run.sources;
        all.push(("show", report::show::listing(&attributes, sources)));
        all.push((
            "show --format json",
            report::show::json(environment, &attributes, sources),
        ));
        let artifacts = emit(environment, None, &run.catalogue, "prod.kdl");
        all.extend(artifacts.into_values().map(|text| ("render", text)));
    }
    all
}

/// All output for the change from one environment to another.
fn said_between(before: &Run, after: &Run) -> Vec<(&'static str, String)> {
    let of = |run: &Run| run.files[0].environment.clone();
    let (Some(one), Some(other)) = (of(before), of(after)) else {
        return Vec::new();
    };
    let sides = Pair::new(&one, &other);
    let changes = diff(sides.map(Some));
    let impacts = changes
        .as_ref()
        .map(|changes| impact::of(changes, sides.map(Some), &after.catalogue));
    vec![
        ("diff", format!("{changes:?}")),
        ("impacts", format!("{impacts:?}")),
    ]
}

/// Whether a text contains enough of a credential to reveal it.
fn gives_away(text: &str, body: &str) -> bool {
    let part = |from: usize| text.contains(&body[from..from + 8]);
    (0..=body.len() - 8).any(part)
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn nothing_that_is_made_of_a_file_holds_a_credential((text, body) in text(), other in environment()) {
        let run = run(&text);
        // In a comment escapes mean nothing.
        prop_assert!(run.has_errors() || !text.contains(&body), "{text}");
        let other = crate::support::run(&other.0);
        let all = made_of(&run).into_iter();
        for (what, made) in all.chain(said_between(&run, &other)).chain(said_between(&other, &run)) {
            prop_assert!(!gives_away(&made, &body), "{what} of\n{text}\n{made}");
        }
    }
}
