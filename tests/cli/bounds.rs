//! tierc never waits for a FIFO or device instead of a file, and never reads without a limit.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::{code, folder, stderr, stdout};
use crate::support::project;

/// Runs tierc, and kills it after a minute, so that no test waits forever.
fn tierc(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("timeout")
        .arg("60")
        .arg(env!("CARGO_BIN_EXE_tierc"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

/// A sparse file of a given size.
fn sparse(path: &Path) {
    fs::File::create(path).unwrap().set_len(1 << 42).unwrap();
}

/// Creates something else than a regular file.
type Make = fn(&Path);

/// Every file that a user can name, with the command that reads it.
const READ: &[(&str, &[&str])] = &[
    ("own/tiers.kdl", &["check", "--catalogue", "own"]),
    ("own/instances.kdl", &["check", "--catalogue", "own"]),
    ("own/prices.kdl", &["cost", "--catalogue", "own"]),
    ("own/prices.kdl", &["check", "--catalogue", "own"]),
    ("own/discounts.kdl", &["check", "--catalogue", "own"]),
    ("chart/values.schema.json", &["render", "--chart", "chart"]),
    ("chart/values.yaml", &["render", "--chart", "chart"]),
    (
        "month.csv",
        &["capacity", "environments/dev.kdl", "--metrics", "month.csv"],
    ),
    ("generated/dev/tierc.lock.json", &["render"]),
    ("generated/dev/tierc.lock.json", &["render", "--check"]),
    ("generated/dev/helm/values.yaml", &["render"]),
    (
        "generated/dev/helm/values.yaml",
        &["diff", "--committed", "--artifacts"],
    ),
    (
        "other/dev/tierc.lock.json",
        &["diff", "other/dev", "generated/dev"],
    ),
];

/// A folder with one of each kind of file.
fn everything() -> tempfile::TempDir {
    let folder = folder();
    let at = folder.path();
    for name in ["own", "chart"] {
        fs::create_dir(at.join(name)).unwrap();
    }
    for (built_in, file) in [
        ("tiers.kdl", "tiers.kdl"),
        ("instances.kdl", "instances.kdl"),
        ("prices/us-east-1.kdl", "prices.kdl"),
        ("discounts.kdl", "discounts.kdl"),
    ] {
        fs::copy(
            project("schema/catalogue").join(built_in),
            at.join("own").join(file),
        )
        .unwrap();
    }
    fs::write(at.join("chart/values.schema.json"), "{}").unwrap();
    fs::write(at.join("chart/values.yaml"), "{}").unwrap();
    for out in ["generated", "other"] {
        assert_eq!(code(&tierc(at, &["render", "--out", out])), 0);
    }
    folder
}

#[test]
fn what_is_no_file_or_far_too_large_is_named_at_once() {
    for (make, says) in [
        (
            fifo as Make,
            &["not a regular file", "is in the way", "has no *.kdl"][..],
        ),
        (sparse, &["is larger than the limit of "]),
    ] {
        for (file, arguments) in READ {
            let folder = everything();
            let path = folder.path().join(file);
            let _ = fs::remove_file(&path);
            make(&path);
            let output = tierc(folder.path(), arguments);
            let told = stdout(&output) + &stderr(&output);
            assert_eq!(code(&output), 1, "{file} {arguments:?}: {told}");
            assert!(
                says.iter().any(|it| told.contains(it)),
                "{file} {arguments:?}: {told}"
            );
        }
    }
}

#[test]
fn an_environment_that_is_too_large_is_read_to_where_that_shows() {
    let folder = folder();
    sparse(&folder.path().join("environments/huge.kdl"));
    let output = tierc(folder.path(), &["check"]);
    assert_eq!(code(&output), 3);
    assert!(
        stdout(&output).contains("at most 1048576 are read"),
        "{}",
        stdout(&output)
    );
}

/// The output of `render --chart` with a schema.
fn rendered(schema: &str) -> Output {
    let folder = folder();
    fs::create_dir(folder.path().join("chart")).unwrap();
    fs::write(folder.path().join("chart/values.schema.json"), schema).unwrap();
    let arguments = ["render", "environments/dev.kdl", "--chart", "chart"];
    let output = tierc(folder.path(), &arguments);
    assert!(code(&output) == 0 || !folder.path().join("generated").exists());
    output
}

/// A schema with `levels` levels, each of which refers twice to the next.
fn doubling(levels: usize, last: &str) -> String {
    let level = |n: usize| {
        let next = format!("{{ \"$ref\": \"#/$defs/a{}\" }}", n + 1);
        format!("\"a{n}\": {{ \"allOf\": [{next}, {next}] }}")
    };
    let all: Vec<String> = (0..levels).map(level).collect();
    format!(
        "{{ \"$ref\": \"#/$defs/a0\", \"$defs\": {{ {}, \"a{levels}\": {last} }} }}",
        all.join(", ")
    )
}

#[test]
fn a_schema_that_doubles_itself_ends_with_its_bound() {
    let output = rendered(&doubling(34, "{ \"type\": \"object\" }"));
    assert_eq!(code(&output), 1);
    let said = stderr(&output);
    assert!(
        said.contains(
            "validating the values against `chart/values.schema.json` takes more than 10 s"
        ),
        "{said}"
    );
    let output = rendered(&doubling(4, "{ \"type\": \"object\" }"));
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}

#[test]
fn mistakes_that_are_told_in_thousands_of_ways_are_told_in_fifty() {
    let output = rendered(&doubling(12, "{ \"type\": \"string\" }"));
    assert_eq!(code(&output), 1);
    let said = stderr(&output);
    assert_eq!(said.matches("do not fit").count(), 50, "{said}");
}

#[test]
fn a_schema_that_leads_to_itself_ends() {
    let round = "{ \"$ref\": \"#/$defs/a\", \"$defs\": { \"a\": { \"$ref\": \"#/$defs/a\" } } }";
    let deep = format!("{}{}{}", "{ \"not\": ".repeat(100), "{}", "}".repeat(100));
    for schema in [round, &deep] {
        let output = rendered(schema);
        assert!([0, 1].contains(&code(&output)), "{}", stderr(&output));
    }
}

#[test]
fn a_plan_of_several_environments_never_waits_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (side, tier) in [("a", "small"), ("b", "medium")] {
        fs::create_dir(at.join(side)).unwrap();
        for name in ["one", "two", "three"] {
            let text = format!("environment \"{name}\"\ntier \"{tier}\"\nregion \"us-east-1\"\n");
            fs::write(at.join(side).join(format!("{name}.kdl")), text).unwrap();
        }
    }
    let arguments = ["plan", "a", "b", "--out", "plan"];
    let output = tierc(at, &arguments);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(!stderr(&output).contains("waiting"), "{}", stderr(&output));
    for name in ["one", "two", "three"] {
        for state in ["00", "01"] {
            let lock = at
                .join("plan")
                .join(state)
                .join(name)
                .join("tierc.lock.json");
            assert!(lock.is_file(), "{}", lock.display());
        }
    }
    // Again, over existing trees: an edited file is named before it is overwritten.
    let edited = at.join("plan/01/two/RUNBOOK.md");
    fs::write(&edited, "mine\n").unwrap();
    let output = tierc(at, &arguments);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let warning = "warning: `plan/01/two/RUNBOOK.md` was edited by hand and is overwritten\n";
    assert!(stderr(&output).contains(warning), "{}", stderr(&output));
    // The same if a state is removed.
    fs::write(&edited, "mine\n").unwrap();
    let output = tierc(at, &["plan", "a/one.kdl", "b/one.kdl", "--out", "plan"]);
    let warning = "warning: `plan/01/two/RUNBOOK.md` was edited by hand and is removed\n";
    assert!(stderr(&output).contains(warning), "{}", stderr(&output));
    assert!(!at.join("plan/01/two").exists());
}

#[test]
fn who_waits_for_another_run_says_so_and_goes_on_when_that_ends() {
    for (arguments, out, ends) in [
        (&["render"][..], "generated", 0),
        (
            &["plan", "environments/dev.kdl", "@small", "--out", "plan"],
            "plan",
            0,
        ),
        (
            &["plan", "environments/dev.kdl", "@small", "--out", "plan"],
            "plan/00",
            0,
        ),
    ] {
        let folder = folder();
        let out = folder.path().join(out);
        fs::create_dir_all(&out).unwrap();
        let mut other = Command::new("flock")
            .arg("--no-fork")
            .arg(&out)
            .args(["sleep", "600"])
            .spawn()
            .unwrap();
        let held = || {
            let asked = Command::new("flock")
                .arg("-n")
                .arg(&out)
                .arg("true")
                .status();
            !asked.unwrap().success()
        };
        let started = Instant::now();
        while !held() {
            assert!(started.elapsed() < Duration::from_secs(30));
        }
        let waiting = Command::new(env!("CARGO_BIN_EXE_tierc"))
            .current_dir(folder.path())
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_secs(2));
        other.kill().unwrap();
        other.wait().unwrap();
        let output = waiting.wait_with_output().unwrap();
        assert_eq!(code(&output), ends, "{}", stderr(&output));
        let said = "waiting for another run that writes into ";
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
}

#[test]
fn many_pools_on_many_node_groups_are_checked_in_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "environment \"prod\"\ntier \"large\"\nregion \"us-east-1\"\n".to_owned();
    for pool in 0..400 {
        text +=
            &format!("worker \"w{pool}\" {{ queue \"q{pool}\" length=5; replicas min=1 max=2 }}\n");
    }
    // Each group runs six pools, and shares them with its neighbours.
    for group in 0..200 {
        let runs: Vec<String> = (0..6)
            .map(|n| format!("\"w{}\"", (2 * group + n) % 400))
            .collect();
        let runs = runs.join(" ");
        text += &format!(
            "nodes \"g{group}\" {{ instance \"m6i.large\"; count min=1 max=1; runs {runs} }}\n"
        );
    }
    fs::write(folder.path().join("prod.kdl"), text).unwrap();
    let output = tierc(folder.path(), &["check", "prod.kdl"]);
    assert_eq!(
        code(&output),
        3,
        "it took more than a minute: {}",
        stderr(&output)
    );
}
