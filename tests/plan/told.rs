//! What the text of a plan tells: each value that a step changes, and whatever stops a script or keeps an
//! action from being done.

use std::sync::LazyLock;

use serde_json::Value;
use tierc::model::Environment;
use tierc::pair::Pair;

use crate::diff::pairs::pairs;
use crate::diff::text;
use crate::emit::all_typed;
use crate::laws::named;
use crate::support::{project, run};

/// The steps of a plan: each as JSON, as text and as Markdown.
struct Told(Vec<(Value, Pair<String>)>);

fn environment(text: &str) -> Environment {
    let mut run = run(text);
    run.files.swap_remove(0).environment.unwrap()
}

fn told(before: &str, after: &str) -> Told {
    let sides = Pair::new(environment(before), environment(after));
    let change = named::planned(sides);
    assert_eq!(change.json.len(), change.steps.len());
    let texts = change.steps.iter();
    let texts = texts.map(|shown| shown.as_ref().map(|it| unwrapped(it)));
    Told(change.json.iter().cloned().zip(texts).collect())
}

/// A text without its line breaks.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of_case(name: &str) -> Told {
    let folder = project("tests/cases/diff").join(name);
    let side = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    told(&side("before.kdl"), &side("after.kdl"))
}

/// The plans of every tier into every other, of the cases, and of more changes in one step than have a line
/// each.
fn all() -> &'static [Told] {
    static ALL: LazyLock<Vec<Told>> = LazyLock::new(|| {
        let pod = |image: &str, more: &str| {
            let image = format!("image \"registry.example.com/api:{image}\"");
            text("medium", &format!("api {{ {image}; {more} }}"))
        };
        let more = "requests cpu=\"600m\" memory=\"600Mi\"; limits cpu=\"3\" memory=\"3Gi\"; env A=\"1\" B=\"2\" C=\"a long value: 3\"";
        let mut plans = vec![told(&pod("1.0.0", ""), &pod("2.0.0", more))];
        plans.extend(pairs().map(|(before, after)| told(&text(before, ""), &text(after, ""))));
        let cases = std::fs::read_dir(project("tests/cases/diff")).unwrap();
        let cases = cases.map(|case| case.unwrap().file_name().into_string().unwrap());
        plans.extend(cases.map(|case| of_case(&case)));
        plans
    });
    &ALL
}

/// Whether a title names what comes or goes, of which this is an attribute.
fn is_named_whole(title: &str, change: &Value) -> bool {
    let one_side = change["before"].is_null() || change["after"].is_null();
    let path = change["path"].as_str().unwrap();
    let name = path.split('.').nth(1).unwrap_or_default();
    let named = [
        format!("`{name}`"),
        format!(" {name} added"),
        format!(" {name} removed"),
    ];
    one_side && named.iter().any(|it| title.contains(it))
}

#[test]
fn the_text_of_a_step_shows_each_value_that_it_changes() {
    let mut seen = 0;
    for plan in all() {
        for (step, shown) in &plan.0 {
            let text = &shown.before;
            let title = step["title"].as_str().unwrap();
            for change in step["changes"].as_array().unwrap() {
                let side = |name: &str| change[name].as_str().unwrap_or("-");
                let path = change["path"].as_str().unwrap();
                let line = format!("{path} {} -> {}", side("before"), side("after"));
                let shown = text.contains(&unwrapped(&line)) || is_named_whole(title, change);
                assert!(shown, "{line}: {text}");
                seen += 1;
            }
        }
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn no_step_asks_people_to_reboot_what_it_reboots() {
    let mut seen = 0;
    for plan in all() {
        for (step, shown) in &plan.0 {
            if step["procedure"].to_string().contains("reboot-db-instance") {
                assert!(!shown.before.contains("by hand"), "{}", shown.before);
                seen += 1;
            }
        }
    }
    assert!(seen > 0);
}

/// Every value below another one that has this key, by depth.
fn below<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    let inner: Vec<&Value> = match value {
        Value::Object(entries) => {
            let own = entries.get(key).into_iter();
            let inner = entries.values().flat_map(|it| below(it, key));
            own.chain(inner).collect()
        }
        Value::Array(items) => items.iter().flat_map(|it| below(it, key)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    inner
}

/// The procedures of a step, each script a list of actions.
fn scripts(step: &Value) -> impl Iterator<Item = &Vec<Value>> {
    let ways = [&step["procedure"], &step["undo"]["procedure"]];
    let lists = ways
        .into_iter()
        .flat_map(|way| [&way["apply"], &way["verify"]]);
    lists.filter_map(Value::as_array)
}

fn lines_of(action: &Value) -> Vec<&str> {
    let lines = action["summary"].as_array().unwrap().iter();
    lines.map(|line| line.as_str().unwrap()).collect()
}

#[test]
fn the_text_tells_whatever_stops_a_step_or_keeps_a_command_from_being_run() {
    let (mut stops, mut guards) = (0, 0);
    for plan in all() {
        for (step, shown) in &plan.0 {
            let text = &shown.before;
            for script in scripts(step) {
                let lines: Vec<&str> = script.iter().flat_map(lines_of).collect();
                for line in &lines {
                    let line = unwrapped(line);
                    assert!(text.contains(&line), "{line}: {text}");
                    assert!(shown.after.contains(&line), "{line}: {}", shown.after);
                }
                for action in script {
                    for why in below(&action["action"], "otherwise") {
                        let Some(why) = why.as_str() else { continue };
                        let told = format!("stop if {why}");
                        assert!(
                            lines.iter().any(|it| it.starts_with(&told)),
                            "{told}: {text}"
                        );
                        stops += 1;
                    }
                    let kind = action["action"]["kind"].as_str().unwrap();
                    let is_guarded = match kind {
                        "unless" => true,
                        "aws" => !action["action"]["unless"].is_null(),
                        _ => false,
                    };
                    if is_guarded {
                        let own = lines_of(action);
                        let told = own.iter().all(|line| line.contains(", unless "));
                        assert!(told, "{own:?}");
                        guards += 1;
                    }
                }
            }
        }
    }
    assert!(stops > 20 && guards > 20, "{stops} {guards}");
}

#[test]
fn an_upgrade_says_which_version_it_takes() {
    for (case, version) in [
        (
            "engine_major",
            "engine-version the newest 17 that RDS offers",
        ),
        ("engine_minor", "engine-version 16.15"),
    ] {
        let plan = of_case(case);
        let text = &plan.0[0].1.before;
        let stops = "stop if RDS offers no upgrade from the running version to ";
        assert!(text.contains(version) && text.contains(stops), "{text}");
    }
}

/// Every action of every plan and of every runbook.
fn actions() -> Vec<Value> {
    let typed = all_typed().into_iter();
    let typed = typed.map(|action| serde_json::to_value(action).unwrap());
    let steps = all().iter().flat_map(|plan| &plan.0);
    let planned = steps.flat_map(|(step, _)| {
        let all: Vec<Value> = scripts(step)
            .flatten()
            .map(|it| it["action"].clone())
            .collect();
        all
    });
    typed.chain(planned).collect()
}

/// Every object with all these keys, by depth.
fn with_keys<'a>(value: &'a Value, keys: [&str; 2]) -> Vec<&'a Value> {
    let mut found = Vec::new();
    if keys.iter().all(|key| value.get(key).is_some()) {
        found.push(value);
    }
    match value {
        Value::Object(entries) => {
            found.extend(entries.values().flat_map(|it| with_keys(it, keys)));
        }
        Value::Array(items) => found.extend(items.iter().flat_map(|it| with_keys(it, keys))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}

/// Arguments that make the answer one thing.
const ONE: [&str; 6] = [
    "db-instance-identifier",
    "replication-group-id",
    "cache-cluster-id",
    "nodegroup-name",
    "auto-scaling-group-names",
    // The versions that one version can be upgraded to.
    "engine-version",
];

/// As text, the command line queries each page of an answer by itself: the first of a list is the first of each
/// page, and `None` of a page without any. So a query takes the first of a list that has one item alone.
#[test]
fn no_query_takes_the_first_of_a_list_that_may_have_pages() {
    let mut seen = 0;
    for action in actions() {
        for asked in with_keys(&action, ["call", "query"]) {
            let query = asked["query"].as_str().unwrap();
            if !query.contains("[0]") {
                continue;
            }
            let arguments = asked["call"]["arguments"].as_array().unwrap();
            let mut names = arguments.iter().map(|it| it["name"].as_str().unwrap());
            assert!(names.any(|name| ONE.contains(&name)), "{asked}");
            assert!(!query.contains("]|[0]"), "{asked}");
            seen += 1;
        }
        // A wait reads every line of an answer: what a page lacks has to be a word in it.
        for asked in with_keys(&action, ["call", "fields"]) {
            let fields = asked["fields"].as_array().unwrap();
            let fields = fields.iter().map(|it| it.as_str().unwrap());
            for field in fields.filter(|it| it.contains("]|[0]")) {
                assert!(field.starts_with("to_string("), "{field}");
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// What a script does that a parameter may wait for.
const OF_PARAMETERS: [&str; 4] = [
    "modify-db-parameter-group",
    "reboot-db-instance",
    "db-parameter-group-name",
    "\"terraform\"",
];

/// A parameter that waits for a reboot is no reason to wait for another size or class.
#[test]
fn only_what_changes_a_parameter_waits_until_parameters_are_in_force() {
    let waits = |action: &Value| action.to_string().contains("ParameterApplyStatus");
    let mut seen = 0;
    for plan in all() {
        for (step, _) in &plan.0 {
            for way in [&step["procedure"], &step["undo"]["procedure"]] {
                let shell = way.to_string();
                if waits(way) {
                    let is_of = OF_PARAMETERS.iter().any(|it| shell.contains(it));
                    assert!(is_of, "{}: {shell}", step["title"]);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 10, "{seen}");
    let mut grows = 0;
    for action in all_typed() {
        let action = serde_json::to_value(action).unwrap();
        for wait in with_keys(&action, ["call", "fields"]) {
            let fields = wait["fields"].to_string();
            let sized = ["AllocatedStorage", "DBInstanceClass"];
            if sized.iter().any(|it| fields.contains(it)) {
                assert!(!waits(wait), "{wait}");
                grows += 1;
            }
        }
    }
    assert!(grows > 10, "{grows}");
}
