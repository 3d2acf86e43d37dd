//! The binary, as a user runs it.

mod bounds;
mod files;
mod fix;
mod formats;
mod values_template;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::project;

fn tierc(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tierc"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("tierc ends by itself")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A folder with the shipped environments.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("environments")).unwrap();
    for tier in ["dev", "small", "medium", "large", "xlarge"] {
        let file = format!("environments/{tier}.kdl");
        fs::copy(project(&file), folder.path().join(&file)).unwrap();
    }
    folder
}

#[test]
fn render_writes_five_trees_and_a_second_run_changes_nothing() {
    let folder = folder();
    assert_eq!(code(&tierc(folder.path(), &["render"])), 0);
    let lock = folder.path().join("generated/large/tierc.lock.json");
    let before = fs::metadata(&lock).unwrap().modified().unwrap();
    assert_eq!(code(&tierc(folder.path(), &["render"])), 0);
    assert_eq!(fs::metadata(&lock).unwrap().modified().unwrap(), before);
    let checked = tierc(folder.path(), &["render", "--check"]);
    assert_eq!(code(&checked), 0);
    assert_eq!(stderr(&checked), "5 environments are up to date\n");
    let one = tierc(
        folder.path(),
        &["render", "environments/dev.kdl", "--check"],
    );
    assert_eq!(stderr(&one), "1 environment is up to date\n");
    let listed = tierc(folder.path(), &["render", "--dry-run"]);
    assert_eq!(code(&listed), 0);
    assert_eq!(stderr(&listed), "nothing would change\n");
    assert_eq!(
        fs::read_dir(folder.path().join("generated"))
            .unwrap()
            .count(),
        5
    );
}

#[test]
fn a_change_by_hand_is_stale_and_named() {
    let folder = folder();
    tierc(folder.path(), &["render"]);
    let values = folder.path().join("generated/small/helm/values.yaml");
    fs::write(&values, "by hand").unwrap();
    let output = tierc(folder.path(), &["render", "--check"]);
    assert_eq!(code(&output), 5);
    assert_eq!(
        stdout(&output),
        "generated/small/helm/values.yaml: edited by hand\n"
    );
}

#[test]
fn an_error_in_any_file_writes_nothing() {
    let folder = folder();
    fs::write(
        folder.path().join("environments/broken.kdl"),
        "environment \"broken\"\n",
    )
    .unwrap();
    let output = tierc(folder.path(), &["render"]);
    assert_eq!(code(&output), 3);
    assert!(!folder.path().join("generated").exists());
}

#[test]
fn exit_codes_tell_usage_from_wrong_input() {
    let folder = folder();
    assert_eq!(code(&tierc(folder.path(), &["check"])), 0);
    assert_eq!(code(&tierc(folder.path(), &["check", "absent.kdl"])), 1);
    assert_eq!(code(&tierc(folder.path(), &["chekc"])), 1);
    fs::write(folder.path().join("bad.kdl"), [0xff, 0xfe, 0]).unwrap();
    let output = tierc(folder.path(), &["check", "bad.kdl"]);
    assert_eq!(code(&output), 3, "{}", stdout(&output));
    assert!(stdout(&output).contains("not-utf-8"));
}

#[test]
fn cost_tells_a_wrong_environment_from_one_that_breaks_a_rule() {
    let folder = folder();
    let cost = |arguments: &[&str]| {
        let common = ["cost", "--today", "2026-11-24"];
        tierc(folder.path(), &[&common[..], arguments].concat())
    };
    assert_eq!(code(&cost(&[])), 0);
    assert_eq!(code(&cost(&["absent.kdl"])), 1);
    let write = |name: &str, more: &str| {
        let header = "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\n";
        fs::write(folder.path().join(name), format!("{header}{more}")).unwrap();
    };
    write("rule.kdl", "pgbouncer { pool max-db=500; }\n");
    let output = cost(&["rule.kdl"]);
    assert_eq!(code(&output), 3);
    assert!(stdout(&output).starts_with("prod: $964 to $1,463 a month\n"));
    write("language.kdl", "nodes \"general\" { count min=\"two\"; }\n");
    let output = cost(&["language.kdl"]);
    assert_eq!(code(&output), 3);
    assert!(stdout(&output).starts_with("error[wrong-value]"));
    assert!(!stdout(&output).contains("a month"));
    let output = cost(&["language.kdl", "--format", "json"]);
    let findings: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(findings["findings"][0]["code"], "wrong-value");
}

#[test]
fn the_tiers_show_what_they_cost() {
    let output = tierc(&project(""), &["tiers"]);
    let text = stdout(&output);
    let row = text.lines().last().unwrap();
    let cells: Vec<&str> = row.split("  ").filter(|cell| !cell.is_empty()).collect();
    assert_eq!(cells[0], "list price a month");
    let prices: Vec<&str> = cells[1..].iter().map(|cell| cell.trim()).collect();
    let expected = [
        "$216-$341",
        "$964-$1,463",
        "$2,033-$3,147",
        "$4,728-$7,045",
        "$12,008-$20,569",
    ];
    assert_eq!(prices, expected);
}

#[test]
fn cost_takes_the_prices_of_a_catalogue_of_ones_own() {
    let folder = folder();
    let own = folder.path().join("own");
    fs::create_dir(&own).unwrap();
    let prices = project("schema/catalogue/prices/us-east-1.kdl");
    let prices = fs::read_to_string(prices).unwrap();
    let with = |control_plane: &str| {
        let stated = prices.replace("control-plane hourly=\"0.10\"", control_plane);
        fs::write(own.join("prices.kdl"), stated).unwrap();
        let arguments = ["cost", "environments/dev.kdl", "--catalogue", "own"];
        tierc(folder.path(), &arguments)
    };
    let output = with("control-plane hourly=\"1.10\"");
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).starts_with("dev: $946 to $1,071 a month\n"));
    let output = with("control-plane hourly=1.10");
    assert_eq!(code(&output), 3);
    assert!(
        stdout(&output).contains("own/prices.kdl:"),
        "{}",
        stdout(&output)
    );
}

/// A price list with one row, a line of facts, and a statement about a tier.
const PRICES: &str = "prices region=\"us-east-1\" currency=\"USD\" date=\"2026-11-01\" hours=730 source=\"ours\"\ncontrol-plane hourly=\"1.10\"\n";

#[test]
fn each_file_of_a_catalogue_is_optional_and_adds_to_the_built_in_one() {
    let folder = folder();
    let dev = "environments/dev.kdl";
    let run = |arguments: &[&str]| tierc(folder.path(), arguments);
    fs::create_dir(folder.path().join("own")).unwrap();
    let none = run(&["check", dev, "--catalogue", "own"]);
    assert_eq!(code(&none), 1);
    assert_eq!(
        stderr(&none),
        "error: the catalogue: `own` has none of the files `tiers.kdl`, `instances.kdl`, `prices.kdl` and `discounts.kdl`\n"
    );
    fs::write(folder.path().join("own/prices.kdl"), PRICES).unwrap();
    for arguments in [&["cost", dev][..], &["tiers"], &["check"], &["render", dev]] {
        let output = run(&[arguments, &["--catalogue", "own"]].concat());
        assert_eq!(code(&output), 0, "{arguments:?}: {}", stderr(&output));
    }
    for (name, says) in [
        ("instance.kdl", "did you mean `instances.kdl`?"),
        ("mine.kdl", "a catalogue has the files `tiers.kdl`,"),
        ("prices", "put its price lists into `own/prices.kdl`"),
    ] {
        let path = folder.path().join("own").join(name);
        fs::write(&path, "").unwrap();
        let output = run(&["cost", dev, "--catalogue", "own"]);
        assert_eq!(code(&output), 1, "{name}");
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_folder_beside_the_environments_is_the_catalogue_of_every_command() {
    let folder = folder();
    let at = folder.path();
    let dev = "environments/dev.kdl";
    let cost = |arguments: &[&str]| {
        let output = tierc(at, arguments);
        assert_eq!(code(&output), 0, "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    };
    let built_in = cost(&["cost", dev]);
    fs::create_dir(at.join("catalogue")).unwrap();
    // A folder of that name without a file of a catalogue is something else.
    fs::write(at.join("catalogue/README.md"), "").unwrap();
    assert_eq!(cost(&["cost", dev]), built_in);
    fs::write(at.join("catalogue/prices.kdl"), PRICES).unwrap();
    let own = cost(&["cost", dev]);
    assert_ne!(own, built_in);
    assert_eq!(cost(&["cost", dev, "--catalogue", "catalogue"]), own);
    assert_eq!(cost(&["cost", "./environments/dev.kdl"]), own);
    assert_ne!(cost(&["cost"]), "");
    // Another folder, for the same environments.
    fs::create_dir(at.join("other")).unwrap();
    let cheap = PRICES.replace("1.10", "0.01");
    fs::write(at.join("other/prices.kdl"), cheap).unwrap();
    assert_ne!(cost(&["cost", dev, "--catalogue", "other"]), own);
    // The environments of two folders, each with its own catalogue.
    fs::create_dir_all(at.join("two/catalogue")).unwrap();
    fs::create_dir_all(at.join("two/environments")).unwrap();
    fs::copy(at.join(dev), at.join("two/environments/dev2.kdl")).unwrap();
    fs::write(at.join("two/catalogue/prices.kdl"), PRICES).unwrap();
    let both = tierc(at, &["cost", dev, "two/environments"]);
    assert_eq!(code(&both), 1);
    assert_eq!(
        stderr(&both),
        "error: `catalogue` and `two/catalogue` are both beside the environments: pass one with `--catalogue`\n"
    );
}

#[test]
fn an_unknown_instance_type_is_one_line_to_write() {
    let folder = folder();
    let at = folder.path();
    let text = "environment \"p\"\ntier \"small\"\nregion \"us-east-1\"\nnodes \"general\" { instance \"m42z.xlarge\" }\n";
    fs::write(at.join("p.kdl"), text).unwrap();
    let output = tierc(at, &["check", "p.kdl"]);
    assert_eq!(code(&output), 3);
    let told = stdout(&output);
    let line = told
        .split('`')
        .find(|it| it.starts_with("node-type \"m42z.xlarge\""))
        .unwrap_or_else(|| panic!("{told}"))
        .to_owned();
    // As printed, it has holes, and says so. Filled in, it is a fact.
    fs::create_dir(at.join("catalogue")).unwrap();
    fs::write(at.join("catalogue/instances.kdl"), &line).unwrap();
    assert_eq!(code(&tierc(at, &["check", "p.kdl"])), 3);
    let filled = line
        .replace("vcpu=?", "vcpu=4")
        .replace("\"?Gi\"", "\"16Gi\"")
        .replace("enis=?", "enis=4")
        .replace("addresses=?", "addresses=15");
    assert!(!filled.contains('?'), "{filled}");
    fs::write(at.join("catalogue/instances.kdl"), filled).unwrap();
    let output = tierc(at, &["check", "p.kdl"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
}

#[test]
fn a_tree_whose_environment_left_is_stale_and_removed_when_asked_for() {
    let folder = folder();
    tierc(folder.path(), &["render"]);
    fs::remove_file(folder.path().join("environments/xlarge.kdl")).unwrap();
    let check = tierc(folder.path(), &["render", "--check"]);
    assert_eq!(code(&check), 5);
    assert!(stderr(&check).contains("`tierc render --prune`"));
    let kept = tierc(folder.path(), &["render"]);
    assert_eq!(code(&kept), 0);
    assert!(
        stderr(&kept)
            .contains("the environment of `generated/xlarge` is not in this run, so it is kept")
    );
    assert!(folder.path().join("generated/xlarge").exists());
    let pruned = tierc(folder.path(), &["render", "--prune"]);
    assert_eq!(code(&pruned), 0);
    assert!(!folder.path().join("generated/xlarge").exists());
    assert_eq!(code(&tierc(folder.path(), &["render", "--check"])), 0);
    assert!(!stderr(&pruned).contains("edited by hand"));
    let one = ["render", "environments/dev.kdl", "--prune"];
    assert_eq!(code(&tierc(folder.path(), &one)), 1);
    assert!(folder.path().join("generated/large").exists());
}

#[test]
fn what_was_edited_by_hand_is_named_before_it_is_pruned() {
    let folder = folder();
    tierc(folder.path(), &["render"]);
    fs::remove_file(folder.path().join("environments/xlarge.kdl")).unwrap();
    let runbook = folder.path().join("generated/xlarge/RUNBOOK.md");
    fs::write(&runbook, "ours\n").unwrap();
    let pruned = tierc(folder.path(), &["render", "--prune"]);
    assert_eq!(code(&pruned), 0);
    let said = stderr(&pruned);
    let warning = "warning: `generated/xlarge/RUNBOOK.md` was edited by hand and is removed\n";
    assert!(said.contains(warning), "{said}");
    assert_eq!(said.matches("edited by hand").count(), 1, "{said}");
    assert!(!runbook.exists());
}

#[test]
fn rendering_another_folder_into_the_same_place_keeps_the_trees_of_the_first() {
    let folder = folder();
    tierc(folder.path(), &["render"]);
    fs::create_dir(folder.path().join("others")).unwrap();
    let text = "environment \"other\"\ntier \"small\"\nregion \"us-east-1\"\n";
    fs::write(folder.path().join("others/other.kdl"), text).unwrap();
    assert_eq!(code(&tierc(folder.path(), &["render", "others"])), 0);
    for name in ["other", "small", "xlarge"] {
        assert!(folder.path().join("generated").join(name).exists());
    }
    let both = ["render", "environments", "others", "--check"];
    assert_eq!(code(&tierc(folder.path(), &both)), 0);
}

#[test]
fn a_file_that_somebody_else_wrote_stops_the_run_before_anything_is_written() {
    let folder = folder();
    fs::create_dir_all(folder.path().join("generated/small/helm")).unwrap();
    let values = folder.path().join("generated/small/helm/values.yaml");
    fs::write(&values, "replicas: 3\n").unwrap();
    let refused = tierc(folder.path(), &["render"]);
    assert_eq!(code(&refused), 1);
    assert!(
        stderr(&refused).contains("`generated/small/helm/values.yaml` was not written by tierc")
    );
    assert_eq!(fs::read_to_string(&values).unwrap(), "replicas: 3\n");
    assert!(!folder.path().join("generated/large").exists());
}

#[test]
fn why_tells_the_arithmetic_and_where_its_operands_stand() {
    let folder = folder();
    let output = tierc(
        folder.path(),
        &["why", "environments/medium.kdl", "pgbouncer.pool.max-db"],
    );
    let text = stdout(&output);
    assert_eq!(code(&output), 0);
    assert!(text.starts_with("pgbouncer.pool.max-db = 80\n"), "{text}");
    assert!(
        text.contains("from pgbouncer.instances = 3  // catalogue/tiers.kdl:"),
        "{text}"
    );
    assert!(
        text.contains("(3 + 1 draining) x 80 + 20 direct = 340, of 400 - 5 = 395"),
        "{text}"
    );
}

#[test]
fn why_says_of_few_connections_what_was_done_to_them() {
    let folder = folder();
    let why = |instances: u32, path: &str| {
        let text = format!(
            "environment \"v\"\ntier \"small\"\nregion \"us-east-1\"\npgbouncer {{ instances {instances} }}\nnodes \"general\" {{ count max=12 }}\n"
        );
        fs::write(folder.path().join("v.kdl"), text).unwrap();
        stdout(&tierc(folder.path(), &["why", "v.kdl", path]))
    };
    let few = why(40, "pgbouncer.pool.max-db");
    assert!(few.contains(", rounded down to a whole number: 3"), "{few}");
    let none = why(200, "pgbouncer.pool.max-db");
    assert!(
        none.contains("= 0.7, but at least 1, because 0 means no limit to PgBouncer"),
        "{none}"
    );
    let share = why(200, "pgbouncer.pool.default");
    assert!(
        share.contains("/ 200 instances = 0.4, rounded up to a multiple of 5: 5"),
        "{share}"
    );
}

/// The output and the exit code of `render --chart chart` with these files.
fn rendered_for_chart(files: &[(&str, &str)]) -> (i32, String) {
    let folder = folder();
    let chart = folder.path().join("chart");
    fs::create_dir(&chart).unwrap();
    for (name, text) in files {
        fs::write(chart.join(name), text).unwrap();
    }
    let arguments = ["render", "environments/dev.kdl", "--chart", "chart"];
    let output = tierc(folder.path(), &arguments);
    (code(&output), stderr(&output))
}

#[test]
fn a_chart_is_held_to_its_own_values_below_ours() {
    let schema = r#"{ "required": ["extra"], "properties": {
        "extra": { "type": "object", "required": ["size"] }, "api": { "required": ["sidecar", "image"] } } }"#;
    let values = "extra: { size: 3 }\napi:\n  sidecar: true\n  image: none\n";
    let (ended, said) =
        rendered_for_chart(&[("values.schema.json", schema), ("values.yaml", values)]);
    assert_eq!(ended, 0, "{said}");
    let (ended, said) = rendered_for_chart(&[("values.schema.json", schema)]);
    assert_eq!(ended, 1, "{said}");
    assert!(said.contains("\"extra\" is a required property"), "{said}");
    let wrong = [("values.schema.json", schema), ("values.yaml", "a: [")];
    let (ended, said) = rendered_for_chart(&wrong);
    assert!(
        ended == 1 && said.contains("is not YAML that can be read"),
        "{said}"
    );
}

#[test]
fn no_credential_of_a_charts_own_values_is_told() {
    let schema =
        r#"{ "properties": { "db": { "properties": { "password": { "type": "number" } } } } }"#;
    let files = [
        ("values.schema.json", schema),
        ("values.yaml", "db: { password: hunter2x }\n"),
    ];
    let (ended, said) = rendered_for_chart(&files);
    assert_eq!(ended, 1, "{said}");
    assert!(
        said.contains("/db/password") && !said.contains("hunter2x"),
        "{said}"
    );
    // Nor does it quote a credential without a key: no value of the chart is quoted.
    for schema in [
        r#"{ "properties": { "db": { "properties": { "dsn": { "type": "number" } } } } }"#,
        r#"{ "properties": { "db": { "properties": { "dsn": { "enum": ["a"] } } } } }"#,
        r#"{ "properties": { "db": { "properties": { "dsn": { "pattern": "^a$" } } } } }"#,
        r#"{ "properties": { "db": { "type": "string" } } }"#,
    ] {
        let values = ("values.yaml", "db: { dsn: QX7Z-QX7Z }\n");
        let (ended, said) = rendered_for_chart(&[("values.schema.json", schema), values]);
        assert_eq!(ended, 1, "{said}");
        assert!(said.contains("/db") && !said.contains("QX7Z"), "{said}");
    }
}

#[test]
fn a_chart_without_a_schema_is_not_validated() {
    let (ended, said) = rendered_for_chart(&[("values.yaml", "a: 1\n")]);
    assert_eq!(ended, 0, "{said}");
    let warning = "warning: `chart` has no values.schema.json, so nothing is validated";
    assert!(said.contains(warning), "{said}");
    let folder = folder();
    let nowhere = tierc(folder.path(), &["render", "--chart", "nowhere"]);
    assert_eq!(code(&nowhere), 1);
    let said = stderr(&nowhere);
    assert!(
        said.contains("`--chart nowhere`: there is no such folder"),
        "{said}"
    );
}

#[test]
fn a_repeated_password_is_hidden_in_the_source_that_is_shown() {
    let folder = folder();
    let text = "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\ndatabase { endpoint \"app:Hunter2xyz@db.example.com\" } // Hunter2xyz\napi { env LEGACY_URL=\"postgres://app:Hunter2xyz@db.example.com/x\" }\n";
    fs::write(folder.path().join("p.kdl"), text).unwrap();
    for format in ["human", "json"] {
        let output = tierc(folder.path(), &["check", "p.kdl", "--format", format]);
        assert_eq!(code(&output), 3);
        let told = stdout(&output) + &stderr(&output);
        assert!(told.contains("secret-literal"), "{told}");
        assert!(!told.contains("Hunter2xyz"), "{told}");
    }
}

/// A folder with a catalogue in `own`, whose `tiers.kdl` has one text in place of another.
fn with_tiers(from: &str, to: &str) -> tempfile::TempDir {
    let folder = folder();
    let own = folder.path().join("own");
    fs::create_dir(&own).unwrap();
    let text = fs::read_to_string(project("schema/catalogue/tiers.kdl")).unwrap();
    fs::write(own.join("tiers.kdl"), text.replacen(from, to, 1)).unwrap();
    folder
}

#[test]
fn a_catalogue_cannot_name_a_tier() {
    let folder = with_tiers("tier \"xlarge\"", "tier \"huge\"");
    let output = tierc(folder.path(), &["tiers", "--catalogue", "own"]);
    assert_eq!(code(&output), 3);
    let told = stdout(&output) + &stderr(&output);
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let fixed = "a catalogue can change the values of the five tiers, but not their names";
    assert!(told.contains(fixed), "{told}");
}

#[test]
fn a_new_pool_inherits_from_the_pool_called_worker() {
    let folder = with_tiers(
        "    worker \"worker\" {",
        "    worker \"a-first\" { queue \"a\" length=10; grace \"77s\" }\n    worker \"worker\" {",
    );
    let text = "environment \"v\"\ntier \"small\"\nregion \"us-east-1\"\nworker \"mail\" { queue \"mail\" length=10 }\n";
    fs::write(folder.path().join("v.kdl"), text).unwrap();
    let arguments = ["why", "v.kdl", "worker.mail.grace", "--catalogue", "own"];
    let output = tierc(folder.path(), &arguments);
    let told = stdout(&output) + &stderr(&output);
    assert!(
        told.contains("worker.mail.grace = ") && !told.contains("77s"),
        "{told}"
    );
}

#[test]
fn every_command_answers() {
    let folder = folder();
    let file = "environments/dev.kdl";
    for arguments in [
        &["show", file][..],
        &["show", file, "--format", "json"],
        &["check", "--format", "json"],
        &["explain"],
        &["explain", "connection-budget-exceeded"],
        &["tiers"],
        &["schema"],
        &["schema", "--terraform"],
        &["schema", "--helm"],
        &["schema", "--report"],
        &["cost"],
        &["cost", "--format", "json"],
        &["cost", "--format", "markdown", "--detail"],
        &["explain", "price-missing"],
        &["completions", "bash"],
        &["man"],
        &["render", "--dry-run"],
    ] {
        let output = tierc(folder.path(), arguments);
        assert_eq!(code(&output), 0, "{arguments:?}");
        assert!(!output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn hostile_input_is_refused_and_never_ends_the_process_by_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = [
        "a {".repeat(100_000),
        "/-{".repeat(2000),
        format!("/{}", "*".repeat(100_000)),
        "\"".repeat(99_999),
        "=".repeat(50_000),
        "}".repeat(50_000),
    ];
    for (index, text) in hostile.iter().enumerate() {
        let file = format!("{index}.kdl");
        fs::write(folder.path().join(&file), text).unwrap();
        assert_eq!(code(&tierc(folder.path(), &["check", &file])), 3, "{file}");
    }
}

#[test]
fn a_folder_without_environments_is_told_what_to_type() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["check", "render"] {
        let output = tierc(folder.path(), &[command]);
        assert_eq!(code(&output), 1);
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            "error: there is no folder `environments` here: create `environments/NAME.kdl`, or pass other files or folders\n"
        );
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_rule_that_does_not_exist_is_answered_with_a_near_one_or_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let answer = |rule: &str| {
        let output = tierc(folder.path(), &["explain", rule]);
        assert_eq!(code(&output), 1);
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(
        answer("conection-budget-exceeded")
            .ends_with("did you mean `connection-budget-exceeded`?\n")
    );
    assert!(answer("nosuch").ends_with("`tierc explain` lists all rules\n"));
}

#[test]
fn colour_is_as_asked_for_in_help_errors_and_findings() {
    let folder = folder();
    let text = "environment \"a\"\ntier \"small\"\nregion \"us-east-1\"\nnodes \"general\" { count min=\"x\"; }\n";
    fs::write(folder.path().join("wrong.kdl"), text).unwrap();
    for arguments in [&["--help"][..], &["chekc"], &["check", "wrong.kdl"]] {
        for (color, wanted) in [("--color=always", true), ("--color=never", false)] {
            let output = Command::new(env!("CARGO_BIN_EXE_tierc"))
                .current_dir(folder.path())
                .env_remove("NO_COLOR")
                .env("CLICOLOR_FORCE", "1")
                .args([&[color], arguments].concat())
                .output()
                .unwrap();
            let colored = [output.stdout, output.stderr].concat().contains(&0x1b);
            assert_eq!(colored, wanted, "{color} {arguments:?}");
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder();
    let script = "\"$1\" schema | true; echo \"${PIPESTATUS[0]}\"";
    let output = Command::new("bash")
        .current_dir(folder.path())
        .args(["-c", script, "bash", env!("CARGO_BIN_EXE_tierc")])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(stdout(&output), "0\n");
}

#[test]
fn a_catalogue_of_ones_own_begins_with_the_built_in_one() {
    let folder = folder();
    let own = folder.path().join("own");
    fs::create_dir(&own).unwrap();
    for (file, own_name) in [
        ("tiers.kdl", "tiers.kdl"),
        ("instances.kdl", "instances.kdl"),
        ("discounts.kdl", "discounts.kdl"),
        ("prices/us-east-1.kdl", "prices.kdl"),
    ] {
        let printed = tierc(folder.path(), &["schema", "--built-in", file]);
        assert_eq!(code(&printed), 0);
        let text = fs::read_to_string(project("schema/catalogue").join(file)).unwrap();
        assert_eq!(stdout(&printed), text);
        fs::write(own.join(own_name), text).unwrap();
    }
    let cost = |more: &[&str]| {
        let cost = ["cost", "environments/dev.kdl"];
        stdout(&tierc(folder.path(), &[&cost[..], more].concat()))
    };
    assert_eq!(cost(&["--catalogue", "own"]), cost(&[]));
}

#[test]
fn a_path_is_only_guessed_where_one_is_near() {
    let folder = folder();
    let said = |path: &str| {
        stderr(&tierc(
            folder.path(),
            &["why", "environments/dev.kdl", path],
        ))
    };
    assert!(said("databse.instance").ends_with("did you mean `database.instance`?\n"));
    assert!(said("nosuch").ends_with("`tierc show environments/dev.kdl` lists every path\n"));
}

/// File names and arguments can contain anything. None of it acts on a terminal or starts a line.
#[test]
fn nothing_that_is_printed_acts_on_its_reader() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let odd = "a\u{1b}[2J\u{9b}\u{202e}\nerror: b.kdl";
    fs::write(
        at.join(odd),
        "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\napi { \u{1b}[2J 1; }\n",
    )
    .unwrap();
    let absent = "no\u{1b}]0;x\u{7}\u{61c}\r\nerror: such file";
    let unknown = "--\u{1b}[2J\u{202e}";
    let acts = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{61c}".contains(c);
    for arguments in [
        &["check", odd][..],
        &["check", odd, "--format", "json"],
        &["check", odd, "--format", "sarif"],
        &["render", odd, "--dry-run"],
        &["show", odd],
        &["diff", odd, "@large"],
        &["check", absent],
        &["check", unknown],
        &["why", odd, "api.\u{1b}[2J"],
        &["cost", odd, "--format", "markdown"],
        &["\u{1b}[2J"],
    ] {
        let output = tierc(at, arguments);
        let told = format!("{}{}", stdout(&output), stderr(&output));
        assert!(!told.is_empty(), "{arguments:?}");
        assert!(!told.contains(acts), "{arguments:?}: {told:?}");
        assert!(
            !told.contains("\nerror: b") && !told.contains("\nerror: such"),
            "{told}"
        );
        if arguments.contains(&"json") {
            assert!(serde_json::from_str::<serde_json::Value>(&stdout(&output)).is_ok());
        }
    }
    let output = tierc(at, &["check", unknown, "--color", "always"]);
    assert!(stderr(&output).contains("\u{1b}["), "{}", stderr(&output));
    assert!(
        !stderr(&output).contains("\u{1b}[2J"),
        "{:?}",
        stderr(&output)
    );
}

/// A file's name cannot end a comment or a code span in the output.
#[test]
fn the_name_of_a_file_ends_nothing_in_what_is_rendered() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let odd = "--> `x` | <b>\u{202e}.kdl";
    fs::write(
        at.join(odd),
        "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\n",
    )
    .unwrap();
    let beside = format!("./{odd}");
    let output = tierc(at, &["render", &beside]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let page = fs::read_to_string(at.join("generated/prod/RUNBOOK.md")).unwrap();
    assert!(
        page.starts_with("<!-- Generated by tierc from -- x  b\u{fffd}.kdl. Do not edit"),
        "{page}"
    );
    assert_eq!(page.matches("-->").count(), 1);
    // The record of the tree is read, whatever the file's name was.
    let output = tierc(at, &["diff", "generated/prod", &beside]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}
