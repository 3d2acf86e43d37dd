//! KEDA's scaling formulas, evaluated by the library with which KEDA evaluates them.

use std::path::Path;

use serde_json::{Map, Value, json};
use tierc::emit::emit;
use tierc::model::Combine;

use super::tools::{ask_with_input, command, tool};
use super::trees::{Tree, rendered};
use crate::support::{documents, run};

/// Words, functions and variables of the language.
const WORDS: [&str; 40] = [
    "all",
    "and",
    "any",
    "bitand",
    "ceil",
    "contains",
    "count",
    "else",
    "endsWith",
    "env",
    "false",
    "filter",
    "find",
    "first",
    "float",
    "get",
    "if",
    "in",
    "int",
    "last",
    "len",
    "let",
    "map",
    "matches",
    "max",
    "mean",
    "min",
    "nil",
    "none",
    "not",
    "now",
    "one",
    "or",
    "reduce",
    "sort",
    "startsWith",
    "sum",
    "true",
    "type",
    "values",
];

/// How KEDA's triggers call the items per replica.
const LENGTHS: [&str; 7] = [
    "listLength",
    "queueLength",
    "lagThreshold",
    "value",
    "lagCount",
    "pendingEntriesCount",
    "targetQueryValue",
];

/// A formula with the lengths of its lists, and the replicas it should ask for.
struct Case {
    formula: String,
    values: Map<String, Value>,
    expected: f64,
}

/// The formulas of a tree, each with lists that are empty, full, unequal and unreadable.
fn cases(tree: &Tree<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    for object in tree.objects() {
        let Some(formula) = object["spec"]["advanced"]["scalingModifiers"]["formula"].as_str()
        else {
            continue;
        };
        assert_eq!(
            object["spec"]["advanced"]["scalingModifiers"]["target"],
            "1"
        );
        let triggers = object["spec"]["triggers"].as_array().unwrap();
        let lists: Vec<(&str, f64)> = triggers
            .iter()
            .filter(|trigger| {
                !["cron", "cpu", "memory"].contains(&trigger["type"].as_str().unwrap())
            })
            .map(|trigger| {
                let mut lengths = LENGTHS
                    .iter()
                    .filter_map(|key| trigger["metadata"][key].as_str());
                let length = lengths.next().unwrap_or_else(|| panic!("{trigger}"));
                (trigger["name"].as_str().unwrap(), length.parse().unwrap())
            })
            .collect();
        let fallback = object["spec"]["fallback"]["replicas"].as_f64();
        let floors: Vec<(&str, f64)> = triggers
            .iter()
            .filter(|trigger| trigger["type"] == "cron")
            .map(|trigger| {
                let pods = trigger["metadata"]["desiredReplicas"].as_str().unwrap();
                (trigger["name"].as_str().unwrap(), pods.parse().unwrap())
            })
            .collect();
        for (share, on) in shares(lists.len(), fallback.is_some())
            .into_iter()
            .flat_map(|share| [(share.clone(), false), (share, true)])
        {
            let stand_in = fallback.unwrap_or_default() / count(lists.len());
            let values = lists.iter().zip(&share).map(|((name, length), share)| {
                (
                    (*name).to_owned(),
                    share.map_or(Value::Null, |share| json!(share * length)),
                )
            });
            let sum = share.iter().map(|share| share.unwrap_or(stand_in)).sum();
            // Outside of its event a cron trigger counts nothing.
            let floors = floors
                .iter()
                .map(|(name, pods)| (*name, if on { *pods } else { 0.0 }));
            let expected = floors.clone().map(|(_, pods)| pods).fold(sum, f64::max);
            let floors = floors.map(|(name, pods)| (name.to_owned(), json!(pods)));
            cases.push(Case {
                formula: formula.to_owned(),
                values: values.chain(floors).collect(),
                expected,
            });
        }
    }
    cases
}

fn count(lists: usize) -> f64 {
    f64::from(u32::try_from(lists).unwrap())
}

/// How many replicas each list asks for; `None` is a list that KEDA failed to read.
fn shares(lists: usize, fallback: bool) -> Vec<Vec<Option<f64>>> {
    let mut shares = vec![
        vec![Some(0.0); lists],
        vec![Some(1.0); lists],
        vec![Some(0.02); lists],
    ];
    shares.push((0..lists).map(|list| Some(count(list) * 2.5)).collect());
    if fallback {
        shares.push(vec![None; lists]);
        shares.push((0..lists).map(|list| (list > 0).then_some(3.0)).collect());
    }
    shares
}

fn evaluate(program: &Path, cases: &[(&str, &Map<String, Value>)]) -> Vec<Value> {
    let home = tempfile::tempdir().unwrap();
    let input: String = cases
        .iter()
        .map(|(formula, values)| json!({ "formula": formula, "values": values }).to_string() + "\n")
        .collect();
    let told = ask_with_input(&mut command(program, home.path()), &input).accepted();
    let answers: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), cases.len(), "{told}");
    answers
}

#[test]
fn a_formula_asks_for_the_sum_of_what_its_lists_ask_for() {
    let Some(program) = tool("expr-lang") else {
        return;
    };
    let trees = rendered();
    let cases: Vec<Case> = trees.iter().flat_map(|tree| cases(&tree)).collect();
    let asked: Vec<_> = cases
        .iter()
        .map(|case| (case.formula.as_str(), &case.values))
        .collect();
    for (answer, case) in evaluate(&program, &asked).iter().zip(&cases) {
        let Case {
            formula,
            values,
            expected,
        } = case;
        let result = answer["result"].as_f64();
        let near = result.is_some_and(|result| (result - expected).abs() < 1e-9);
        assert!(near, "{formula} of {values:?} is {answer}, not {expected}");
    }
}

#[test]
fn a_list_may_have_the_name_of_a_word_of_the_language() {
    let Some(program) = tool("expr-lang") else {
        return;
    };
    let queues: String = WORDS
        .iter()
        .map(|word| format!("    queue \"{word}\" length=2\n"))
        .collect();
    let text = format!(
        "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n\
         worker \"worker\" {{\n{queues}    fallback replicas=4 failures=3\n}}\n"
    );
    let run = run(&text);
    let environment = run.files[0].environment.as_ref().unwrap();
    let artifacts = emit(environment, None, &run.catalogue, "prod.kdl");
    let object = documents(&artifacts["kubernetes/worker-worker-scaledobject.yaml"]).remove(0);
    let names = object["spec"]["triggers"].as_array().unwrap().iter();
    let values = names
        .map(|it| (it["name"].as_str().unwrap().to_owned(), json!(1)))
        .collect();
    let formula = object["spec"]["advanced"]["scalingModifiers"]["formula"]
        .as_str()
        .unwrap();
    let answers = evaluate(&program, &[(formula, &values)]);
    assert_eq!(answers[0]["result"], 20.0, "{}", answers[0]);
}

#[test]
fn a_floor_below_the_activation_counts_while_the_lists_do_not() {
    let Some(program) = tool("expr-lang") else {
        return;
    };
    let pool = "worker \"worker\" { queue \"a\" length=10; queue \"b\" length=30; replicas min=0; activation 120 }\n\
                event \"sale\" from=\"2030-11-29T06:00\" to=\"2030-11-30T00:00\" zone=\"Europe/Berlin\" { worker \"worker\" 3 }";
    let formula = formula_of(pool);
    for (a, b, event, expected) in [
        (40, 0, 0, 0.0),
        (41, 0, 0, 4.1),
        (0, 120, 3, 3.0),
        (0, 0, 3, 3.0),
        (0, 0, 0, 0.0),
        (10, 180, 3, 7.0),
    ] {
        let values = json!({ "list_a": a, "list_b": b, "event_sale": event });
        let answers = evaluate(&program, &[(&formula, values.as_object().unwrap())]);
        let near = answers[0]["result"].as_f64();
        assert!(
            near.is_some_and(|it| (it - expected).abs() < 1e-9),
            "{formula} of {values}: {}",
            answers[0]
        );
    }
}

/// The formula of the pool `worker` of a medium environment with this KDL.
fn formula_of(kdl: &str) -> String {
    let head = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n";
    let run = run(&format!("{head}{kdl}\n"));
    let environment = run.files[0].environment.as_ref().unwrap();
    let artifacts = emit(environment, None, &run.catalogue, "prod.kdl");
    let object = documents(&artifacts["kubernetes/worker-worker-scaledobject.yaml"]).remove(0);
    let formula = &object["spec"]["advanced"]["scalingModifiers"]["formula"];
    formula.as_str().unwrap().to_owned()
}

#[test]
fn every_pool_that_adds_up_its_lists_has_a_formula_that_names_each() {
    let trees = rendered();
    let mut formulas = 0;
    for tree in trees.iter() {
        let objects = tree.objects();
        for worker in tree.environment.worker.values() {
            let name = format!("{}-scaler", worker.workload.name.value);
            let Some(object) = objects
                .iter()
                .find(|it| it["metadata"]["name"] == name.as_str())
            else {
                continue;
            };
            let modifiers = &object["spec"]["advanced"]["scalingModifiers"];
            let adds = worker.queue.len() > 1 && worker.combine.value == Combine::Sum;
            assert_eq!(modifiers.is_object(), adds, "{name}");
            if !adds {
                continue;
            }
            formulas += 1;
            let formula = modifiers["formula"].as_str().unwrap();
            for trigger in object["spec"]["triggers"].as_array().unwrap() {
                // Of cpu and memory KEDA makes metrics of their own.
                if let Some(name) = trigger["name"].as_str() {
                    assert!(formula.contains(name), "{name} is not in {formula}");
                }
            }
        }
    }
    assert!(formulas >= 7, "{formulas}");
}

#[test]
fn the_evaluator_refuses_a_name_that_no_trigger_has() {
    let Some(program) = tool("expr-lang") else {
        return;
    };
    let values = json!({ "a": 1 });
    let answers = evaluate(&program, &[("a/2 + b/3", values.as_object().unwrap())]);
    assert!(
        answers[0]["error"]
            .as_str()
            .unwrap()
            .contains("undefined variable \"b\"")
    );
}
