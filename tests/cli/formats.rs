//! `tierc check --format`: the same findings for every reader.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tierc::diagnostic::json;
use tierc::report::findings::sarif;

use super::{code, stderr, stdout, tierc};
use crate::support::{project, runs_of_cases};

/// A name with everything that a URI, a workflow command or an attribute of XML has to escape.
const NAME: &str = "a b,c:100%<&\"'>.kdl";

/// An error, a warning and notes, with repairs.
const FOUND: &str = "environment \"prod\"
tier \"medium\"
region \"us-east-1\"
api { limits cpu=1500m; requests cpu=\"500m\" }
pgbouncer { pool max-db=120 }
worker \"a\" { target cpu=150; replicas min=1 max=2 }
";

fn check(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let day = ["--today", "2026-11-24"];
    let output = tierc(folder, &[&["check", "."], arguments, &day].concat());
    assert_eq!(stderr(&output), "");
    (stdout(&output), code(&output))
}

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(NAME), text).unwrap();
    fs::write(
        folder.path().join("fine.kdl"),
        "environment \"fine\"\ntier \"dev\"\nregion \"us-east-1\"\n",
    )
    .unwrap();
    folder
}

/// What the JSON says of a folder.
fn findings(folder: &Path) -> Vec<Value> {
    let (text, _) = check(folder, &["--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let schema = fs::read_to_string(project("schema/report.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    jsonschema::validate(&schema, &report).unwrap();
    let all = report["findings"].as_array().unwrap().clone();
    let severities: BTreeSet<&str> = all.iter().map(|it| text_of(&it["severity"])).collect();
    assert!(severities.len() > 1, "{severities:?}");
    all
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn paragraphs(finding: &Value) -> String {
    let list = |key: &str| finding[key].as_array().unwrap().clone();
    let notes = list("notes").into_iter();
    let notes = notes.map(|it| text_of(&it).to_owned());
    let help = list("help").into_iter();
    let help = help.map(|it| format!("help: {}", text_of(&it["message"])));
    let message = text_of(&finding["message"]).to_owned();
    let all: Vec<String> = [message].into_iter().chain(notes).chain(help).collect();
    all.join("\n")
}

/// The official schema of SARIF 2.1.0, of OASIS.
fn sarif_schema() -> jsonschema::Validator {
    let schema = fs::read_to_string(project("tests/cli/sarif-2.1.0.schema.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&schema).unwrap();
    // The pattern of a language is not a regular expression: a bracket too many closes.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    jsonschema::validator_for(&schema).unwrap()
}

fn holds(validator: &jsonschema::Validator, log: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new(), "{log:#}");
}

#[test]
fn sarif_has_every_finding_with_its_place_its_rule_and_its_repair() {
    let folder = folder(FOUND);
    let (text, exit) = check(folder.path(), &["--format", "sarif"]);
    assert_eq!(exit, 3);
    let log: Value = serde_json::from_str(&text).unwrap();
    holds(&sarif_schema(), &log);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let findings = findings(folder.path());
    assert_eq!(results.len(), findings.len());
    let region = |place: &Value| {
        serde_json::json!({
            "startLine": place["line"],
            "startColumn": place["column"],
            "endLine": place["end-line"],
            "endColumn": place["end-column"],
        })
    };
    let mut repairs = 0;
    for (result, finding) in results.iter().zip(&findings) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], finding["code"]);
        assert_eq!(result["ruleId"], finding["code"]);
        assert_eq!(result["level"], finding["severity"]);
        assert_eq!(result["message"]["text"], paragraphs(finding));
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            place["artifactLocation"]["uri"],
            "a%20b%2Cc%3A100%25%3C%26%22%27%3E.kdl"
        );
        assert_eq!(place["region"], region(&finding["place"]));
        let help = finding["help"].as_array().unwrap().iter();
        let replacements: Vec<&Value> = help
            .map(|it| &it["replacement"])
            .filter(|it| !it.is_null())
            .collect();
        let fixes = result["fixes"].as_array().map_or(&[][..], Vec::as_slice);
        assert_eq!(fixes.len(), replacements.len());
        for (fix, replacement) in fixes.iter().zip(replacements) {
            let change = &fix["artifactChanges"][0]["replacements"][0];
            assert_eq!(change["deletedRegion"], region(replacement));
            assert_eq!(change["insertedContent"]["text"], replacement["text"]);
            repairs += 1;
        }
    }
    assert!(repairs > 0, "{text}");
    for rule in rules {
        assert!(
            text_of(&rule["help"]["markdown"]).starts_with("# "),
            "{rule}"
        );
        assert!(
            !text_of(&rule["shortDescription"]["text"]).starts_with('#'),
            "{rule}"
        );
    }
}

#[test]
fn sarif_of_every_case_is_valid() {
    let validator = sarif_schema();
    let mut all = Vec::new();
    for (_, run) in runs_of_cases() {
        all.extend(json::findings(run.diagnostics(), &run.sources));
    }
    assert!(all.len() > 200, "{}", all.len());
    let log: Value = serde_json::from_str(&sarif::text(&all, &[])).unwrap();
    holds(&validator, &log);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let fingerprints: BTreeSet<&str> = results
        .iter()
        .map(|it| text_of(&it["partialFingerprints"]["tierc/v1"]))
        .collect();
    assert_eq!(fingerprints.len(), results.len());
}

/// A workflow command, read as the runner of GitHub Actions reads it.
fn command(line: &str) -> (String, Vec<(String, String)>, String) {
    let unescaped = |text: &str| {
        text.replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%0A", "\n")
            .replace("%0D", "\r")
            .replace("%25", "%")
    };
    let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap();
    let properties = properties.split(',').map(|it| {
        let (key, value) = it.split_once('=').unwrap();
        (key.to_owned(), unescaped(value))
    });
    // A message keeps colons and commas.
    let message = message.replace("%0A", "\n").replace("%25", "%");
    (name.to_owned(), properties.collect(), message)
}

#[test]
fn github_shows_each_finding_beside_its_line() {
    let folder = folder(FOUND);
    let (text, exit) = check(folder.path(), &["--format", "github"]);
    assert_eq!(exit, 3);
    let findings = findings(folder.path());
    assert_eq!(text.lines().count(), findings.len());
    for (line, finding) in text.lines().zip(&findings) {
        let (name, properties, message) = command(line);
        let severity = text_of(&finding["severity"]).replace("note", "notice");
        assert_eq!(name, severity);
        assert_eq!(message, paragraphs(finding));
        let of = |key: &str| {
            let found = properties.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(of("title"), finding["code"].as_str());
        assert_eq!(of("file"), Some(NAME));
        let place = &finding["place"];
        for (key, part) in [
            ("line", "line"),
            ("endLine", "end-line"),
            ("col", "column"),
            ("endColumn", "end-column"),
        ] {
            assert_eq!(of(key), Some(place[part].to_string().as_str()), "{line}");
        }
    }
}

#[test]
fn a_report_for_gitlab_keeps_its_fingerprints_when_lines_move() {
    let report = |text: &str| -> Vec<Value> {
        let folder = folder(text);
        let (text, exit) = check(folder.path(), &["--format", "gitlab"]);
        assert_eq!(exit, 3);
        serde_json::from_str(&text).unwrap()
    };
    let (issues, moved) = (report(FOUND), report(&format!("// ours\n\n{FOUND}")));
    assert_eq!(issues.len(), moved.len());
    let mut fingerprints = BTreeSet::new();
    for (issue, moved) in issues.iter().zip(&moved) {
        assert_eq!(issue["fingerprint"], moved["fingerprint"]);
        fingerprints.insert(text_of(&issue["fingerprint"]));
        let line = |issue: &Value| issue["location"]["lines"]["begin"].as_u64().unwrap();
        assert_eq!(line(issue) + 2, line(moved));
        assert_eq!(issue["location"]["path"], NAME);
        let severity = text_of(&issue["severity"]);
        assert!(["critical", "minor", "info"].contains(&severity), "{issue}");
    }
    assert_eq!(fingerprints.len(), issues.len());
}

#[test]
fn junit_fails_what_fails_the_run() {
    let folder = folder(FOUND);
    let findings = findings(folder.path());
    let errors = findings.iter().filter(|it| it["severity"] == "error");
    let warnings = findings.iter().filter(|it| it["severity"] == "warning");
    let (errors, warnings) = (errors.count(), warnings.count());
    assert!(errors > 0 && warnings > 0);
    for (more, failing) in [
        (&[][..], errors),
        (&["--deny", "warnings"][..], errors + warnings),
    ] {
        let (text, _) = check(folder.path(), &[&["--format", "junit"], more].concat());
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        let count = |name: &str| {
            let all = root.descendants();
            all.filter(|it| it.has_tag_name(name)).count()
        };
        assert_eq!(count("failure"), failing, "{text}");
        assert_eq!(count("testcase"), findings.len() + 1, "{text}");
        assert_eq!(
            root.attribute("failures"),
            Some(failing.to_string().as_str())
        );
        assert_eq!(
            root.attribute("tests"),
            Some((findings.len() + 1).to_string().as_str())
        );
        let suites = root.children().filter(roxmltree::Node::is_element);
        let names: Vec<&str> = suites.filter_map(|it| it.attribute("name")).collect();
        assert_eq!(names, [NAME, "fine.kdl"]);
        let said: Vec<String> = root
            .descendants()
            .filter(|it| it.has_tag_name("failure"))
            .filter_map(|it| it.text().map(str::to_owned))
            .collect();
        let first = findings.iter().find(|it| it["severity"] == "error");
        assert_eq!(said[0], paragraphs(first.unwrap()));
    }
}

/// Three values that equal the tier's are one note in full, and a line about the others.
#[test]
fn notes_of_one_rule_are_shown_unless_all_are_wanted() {
    let text = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\napi {\n    target cpu=70\n    replicas min=3\n}\ndatabase { multi-az #true }\n";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("prod.kdl"), text).unwrap();
    let (shown, exit) = check(folder.path(), &[]);
    assert_eq!(exit, 0);
    assert_eq!(
        shown.matches("note[override-equals-tier]").count(),
        2,
        "{shown}"
    );
    let line = "note[override-equals-tier]: 2 more in lines 6 and 8; `tierc check --notes all` shows them\n";
    assert!(shown.contains(line), "{shown}");
    assert!(
        shown.ends_with("3 notes in 1 file\n3 findings fixable with `--fix --unsafe`\n"),
        "{shown}"
    );
    let (all, _) = check(folder.path(), &["--notes", "all"]);
    assert_eq!(
        all.matches("note[override-equals-tier]").count(),
        3,
        "{all}"
    );
    let (none, exit) = check(folder.path(), &["--notes", "none"]);
    assert_eq!(exit, 0);
    assert!(!none.contains("note["), "{none}");
    let (none, _) = check(folder.path(), &["--notes", "none", "--format", "github"]);
    assert_eq!(none, "");
    let (github, _) = check(folder.path(), &["--format", "github"]);
    assert_eq!(github.lines().count(), 3, "{github}");
}
