//! Generated trees as AFTER: the rules give the same findings for records as for the files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tierc::compile::{
    CatalogueTexts, ComparedSide, Comparison, Compiled, Matching, Record, RecordedRun, Run, compare,
};
use tierc::diagnostic::code;
use tierc::emit::{emit, lock};
use tierc::pair::Pair;

use super::{code, exit, fits_schema, stderr, stdout, text, tierc, transcript};
use crate::support::{files, run_texts, today};

const LOCK: &str = "generated/prod/tierc.lock.json";

/// The rules about statements in a file: a record states nothing. A vulnerable image is reported
/// only if a file states it.
const OF_STATEMENTS: [&str; 5] = [
    "activation-differs-by-queue",
    "override-equals-tier",
    "pgbouncer-version-vulnerable",
    "setting-without-effect",
    "waiver-unused",
];

/// The records of a run.
pub(crate) fn records(run: &Run) -> Vec<Record> {
    let record = |file: &Compiled| Record {
        name: format!("{}.lock.json", run.sources.get(file.source).name),
        environment: serde_json::from_value(json!(file.environment)).unwrap(),
        waivers: file.waivers.clone(),
        recorded: RecordedRun {
            catalogue: run.catalogue.version.clone(),
            files: None,
        },
    };
    run.files.iter().map(record).collect()
}

/// The codes of a run's findings, without those that only a file can have.
pub(crate) fn codes(run: &Run) -> BTreeSet<String> {
    let codes = run.diagnostics().map(|finding| finding.code.to_string());
    codes
        .filter(|code| !OF_STATEMENTS.contains(&code.as_str()))
        .collect()
}

/// Records as AFTER, with an empty BEFORE.
pub(crate) fn read(records: Vec<Record>) -> Comparison {
    let after = ComparedSide {
        records,
        files: Vec::new(),
    };
    let texts = CatalogueTexts::embedded();
    let sides = Pair::new(ComparedSide::default(), after);
    compare(sides, Pair::new(&texts, &texts), Matching::ByName, today())
}

/// The places of numbers in a value.
fn numbers(value: &Value, place: &str, found: &mut Vec<String>) {
    let mut below = |key: &str, value| numbers(value, &format!("{place}/{key}"), found);
    match value {
        Value::Object(all) => all.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(all) => {
            let all = all.iter().enumerate();
            all.for_each(|(index, value)| below(&index.to_string(), value));
        }
        Value::Number(_) => found.push(place.to_owned()),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[test]
fn no_number_in_a_record_makes_a_rule_panic() {
    let lines = "database { replicas 1 }\nbudget monthly=9000";
    let of_file = run_texts(&text("large", lines));
    let whole = json!(of_file.files[0].environment);
    let mut places = Vec::new();
    numbers(&whole, "", &mut places);
    assert!(places.len() > 30, "{places:?}");
    for (place, number) in places
        .iter()
        .flat_map(|it| [(it, 0), (it, u64::from(u32::MAX))])
    {
        let mut changed = whole.clone();
        *changed.pointer_mut(place).unwrap() = json!(number);
        let Ok(environment) = serde_json::from_value(changed) else {
            continue;
        };
        let mut record = records(&of_file).remove(0);
        record.environment = environment;
        assert_eq!(read(vec![record]).outcomes().len(), 1, "{place} = {number}");
    }
}

#[test]
fn a_record_breaks_the_rules_that_its_file_breaks() {
    let mut compared = 0;
    for path in files("tests/cases/check", "kdl") {
        let of_files = run_texts(&fs::read_to_string(&path).unwrap());
        let unread = |code| code::LANGUAGE.contains(&code);
        if of_files.diagnostics().any(|finding| unread(finding.code)) {
            continue;
        }
        let of_records = read(records(&of_files)).runs.after;
        assert_eq!(codes(&of_records), codes(&of_files), "{}", path.display());
        compared += 1;
    }
    assert!(compared > 150, "{compared}");
}

#[test]
fn every_lock_is_read_back() {
    let mut read = 0;
    for folder in ["tests/cases/check", "tests/cases/emit", "tests/cases/guide"] {
        for path in files(folder, "kdl") {
            let run = run_texts(&fs::read_to_string(&path).unwrap());
            let unread = |code| code::LANGUAGE.contains(&code);
            if run.diagnostics().any(|finding| unread(finding.code)) {
                continue;
            }
            for file in &run.files {
                let environment = file.environment.as_ref().unwrap();
                let waivers = file.waivers.as_deref();
                let mut tree = emit(environment, waivers, &run.catalogue, "prod.kdl");
                let lock = tree.remove("tierc.lock.json").unwrap();
                let back = lock::read(lock.as_bytes());
                let back = back.unwrap_or_else(|why| panic!("{}: {why}", path.display()));
                assert!(environment.compare(&back.environment).is_empty());
                assert_eq!(back.waivers, file.waivers);
                read += 1;
            }
        }
    }
    assert!(read > 150, "{read}");
    // A text that looks like a JSON escape is a literal backslash here.
    let folder = tree("api { env PLACE=\"C:\\\\u00ff\\\\name\" }");
    assert_eq!(exit(folder.path(), "diff", &SIDES), 2);
}

/// The tree of `lines` on medium in `generated`, and that of the tier alone in `before`.
fn tree(lines: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("environments")).unwrap();
    let file = at.join("environments/prod.kdl");
    fs::write(&file, text("medium", "")).unwrap();
    assert_eq!(exit(at, "render", &["--out", "before"]), 0);
    fs::write(&file, text("medium", lines)).unwrap();
    assert_eq!(exit(at, "render", &[]), 0);
    folder
}

/// Changes what the tree records.
fn edit(at: &Path, change: impl FnOnce(&mut Value)) {
    let path = at.join(LOCK);
    let mut lock: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut lock);
    fs::write(&path, lock.to_string()).unwrap();
}

fn ask_for_too_many(lock: &mut Value) {
    lock["environment"]["pgbouncer"]["pool"]["max-db"] = json!(900);
}

const SIDES: [&str; 2] = ["before/prod", "generated/prod"];

#[test]
fn an_error_in_a_tree_ends_with_3_and_is_shown_in_every_format() {
    let folder = tree("");
    let at = folder.path();
    edit(at, ask_for_too_many);
    let mut story = String::new();
    for arguments in [
        &["diff", "before/prod", "generated/prod"][..],
        &["diff", "before", "generated", "--format", "markdown"],
        &["plan", "before/prod", "generated/prod", "--out", "plan"],
    ] {
        story += &transcript(at, arguments);
        story += "\n";
    }
    crate::support::snapshot("diff", "a_tree_that_breaks_a_rule", &story);
    assert!(!at.join("plan").exists());

    let output = tierc(at, &[&["diff", "--format", "json"], &SIDES[..]].concat());
    assert_eq!(code(&output), 3);
    let report = fits_schema(&stdout(&output));
    let finding = &report["environments"][0]["findings"][0];
    assert_eq!(finding["code"], "connection-budget-exceeded");
    assert_eq!(finding["record"], LOCK);
    assert_eq!(finding["place"], Value::Null);
    let page = stdout(&tierc(
        at,
        &[&["diff", "--format", "html"], &SIDES[..]].concat(),
    ));
    let shown = LOCK.replace('/', "&#x2f;");
    assert!(page.contains("connection-budget-exceeded") && page.contains(&shown));
}

#[test]
fn a_catalogue_that_no_longer_has_a_class_is_told_beside_the_one_of_the_tree() {
    let folder = tree("api { replicas max=12 }");
    let at = folder.path();
    edit(at, |lock| {
        lock["catalogue"] = json!("2020.01");
        lock["environment"]["database"]["instance"] = json!("db.m1.small");
    });
    let output = tierc(at, &[&["diff"], &SIDES[..]].concat());
    assert_eq!(code(&output), 3);
    let told = stderr(&output);
    assert!(told.contains("error[class-unknown]"), "{told}");
    let with = "the tree was made with the catalogue 2020.01, and is checked with 2026.11";
    assert!(told.contains(with), "{told}");
}

const WAIVER: &str = "pgbouncer { pool max-db=900 }\nwaive \"connection-budget-exceeded\" reason=\"moved in spring\" until=\"2027-03-31\"";

#[test]
fn a_waiver_in_a_tree_is_in_force_until_its_day() {
    let folder = tree(WAIVER);
    let at = folder.path();
    let of = |today: &str| {
        let program = env!("CARGO_BIN_EXE_tierc");
        let mut command = std::process::Command::new(program);
        command.current_dir(at).arg("diff").args(SIDES);
        command.args(["--today", today]).output().unwrap()
    };
    let output = of("2027-03-31");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let output = of("2027-04-01");
    assert_eq!(code(&output), 3);
    for finding in ["waiver-expired", "connection-budget-exceeded"] {
        let told = stderr(&output);
        assert!(told.contains(&format!("error[{finding}]")), "{told}");
    }
    let waivers = json!([{
        "rule": "connection-budget-exceeded",
        "until": "2027-03-31",
        "reason": "moved in spring",
    }]);
    edit(at, |lock| assert_eq!(lock["waivers"], waivers));
}

#[test]
fn an_older_tree_fails_nothing_that_its_file_may_waive() {
    let folder = tree(WAIVER);
    let at = folder.path();
    let forget = |lock: &mut Value| lock.as_object_mut().unwrap().remove("waivers");
    edit(at, |lock| drop(forget(lock)));
    let output = tierc(at, &[&["diff", "--format", "json"], &SIDES[..]].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let report = fits_schema(&stdout(&output));
    let finding = &report["environments"][0]["findings"][0];
    assert_eq!(finding["code"], "connection-budget-exceeded");
    assert_eq!(finding["severity"], "warning");
    let notes = finding["notes"].to_string();
    assert!(
        notes.contains("this tree does not record waivers"),
        "{notes}"
    );

    // A rule that cannot be waived is still an error.
    edit(at, |lock| {
        lock["environment"]["nodes"]["general"]["instance"] = json!("m5.huge");
    });
    let output = tierc(at, &[&["diff"], &SIDES[..]].concat());
    assert_eq!(code(&output), 3, "{}", stdout(&output));
    let told = stderr(&output);
    assert!(told.contains("error[instance-type-unknown]"), "{told}");
    assert!(
        !told.contains("error[connection-budget-exceeded]"),
        "{told}"
    );
}

#[test]
fn a_plan_from_a_tree_waives_what_tree_and_file_waive() {
    let folder = tree(WAIVER);
    let at = folder.path();
    let lines = format!("api {{ replicas max=12 }}\n{WAIVER}");
    fs::write(at.join("environments/prod.kdl"), text("medium", &lines)).unwrap();
    let sides = ["generated/prod", "environments/prod.kdl", "--out", "plan"];
    let output = tierc(at, &[&["plan"], &sides[..]].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    // Every state records its waivers, so a plan can continue from any of them.
    for number in ["00", "01"] {
        let lock = fs::read_to_string(at.join(format!("plan/{number}/prod/tierc.lock.json")));
        let lock: Value = serde_json::from_str(&lock.unwrap()).unwrap();
        assert_eq!(lock["waivers"][0]["rule"], "connection-budget-exceeded");
    }
    assert_eq!(exit(at, "diff", &["plan/00/prod", "generated/prod"]), 0);
}

#[test]
fn a_plan_begins_at_a_tree_that_breaks_a_rule_and_says_why_it_writes_no_state() {
    let folder = tree("");
    let at = folder.path();
    edit(at, ask_for_too_many);
    let sides = ["generated/prod", "before/prod"];
    let output = tierc(at, &[&["plan"], &sides[..]].concat());
    assert_eq!((code(&output), stderr(&output)), (0, String::new()));
    let output = tierc(at, &[&["plan", "--out", "plan"], &sides[..]].concat());
    let told = stderr(&output);
    assert_eq!(code(&output), 3, "{told}");
    assert!(told.contains("error[connection-budget-exceeded]"), "{told}");
    assert!(
        told.ends_with("BEFORE has errors: no state is written\n"),
        "{told}"
    );
    assert!(!at.join("plan").exists());
}

#[test]
fn what_no_file_may_say_is_in_no_record() {
    let folder = tree("");
    let at = folder.path();
    let whole = fs::read_to_string(at.join(LOCK)).unwrap();
    let refused = |change: &dyn Fn(&mut Value)| {
        fs::write(at.join(LOCK), &whole).unwrap();
        edit(at, change);
        for command in ["diff", "plan"] {
            let output = tierc(at, &[&[command], &SIDES[..]].concat());
            assert_eq!(code(&output), 3, "{command}");
            let told = stderr(&output);
            assert!(told.contains(LOCK) && !told.contains("hunter2"), "{told}");
        }
        stderr(&tierc(at, &[&["diff"], &SIDES[..]].concat()))
    };
    let login = "postgres://u:hunter2@h/db";
    let told = refused(&|lock| lock["environment"]["database"]["instance"] = json!(login));
    assert!(told.contains("looks like a credential"), "{told}");
    let told = refused(&|lock| lock["environment"]["tier"] = json!(login));
    assert!(!told.contains("hunter2"), "{told}");
    let told = refused(&|lock| lock["catalogue"] = json!("\u{1b}[31m"));
    assert!(told.contains("control characters"), "{told}");
    let told = refused(&|lock| {
        lock["environment"]["database"]["replicas"]["count"] = json!(u32::MAX);
    });
    assert!(
        told.contains("`database.replicas.count` is 4294967295"),
        "{told}"
    );
}
