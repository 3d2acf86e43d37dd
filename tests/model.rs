//! Comparing environments: differences, adopted values, and the values in records.

use tierc::model::{Environment, Selection};

use crate::support::run;

fn environment(text: &str) -> Environment {
    let run = run(text);
    let file = run.files.into_iter().next().unwrap();
    file.environment.expect("the text resolves")
}

fn tier(tier: &str) -> Environment {
    environment(&format!(
        "environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n"
    ))
}

const TIERS: [&str; 5] = ["dev", "small", "medium", "large", "xlarge"];

#[test]
fn an_environment_does_not_differ_from_itself() {
    for name in TIERS {
        assert!(tier(name).compare(&tier(name)).is_empty(), "{name}");
    }
}

#[test]
fn taking_over_every_difference_makes_the_two_equal() {
    for before in TIERS {
        for after in TIERS {
            let (mut state, after) = (tier(before), tier(after));
            let paths = state.compare(&after).into_iter().map(|found| found.path);
            let chosen: Selection = paths.collect();
            state.adopt(&after, &chosen);
            assert_eq!(state, after);
        }
    }
}

#[test]
fn what_is_not_chosen_stays() {
    let (mut state, after) = (tier("medium"), tier("large"));
    let chosen = Selection::from_iter(["database.instance".to_owned()]);
    let found = state.compare(&after).len();
    state.adopt(&after, &chosen);
    assert_eq!(state.database.instance, after.database.instance);
    assert_eq!(state.compare(&after).len(), found - 1);
}

#[test]
fn values_are_compared_and_not_their_spelling() {
    let with = |limits: &str| {
        environment(&format!(
            "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\napi {{ limits {limits} }}\n"
        ))
    };
    let found =
        with("cpu=\"1500m\" memory=\"1Gi\"").compare(&with("cpu=\"1.5\" memory=\"1024Mi\""));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn moving_a_queue_is_not_a_change() {
    let with = |queues: &str| {
        environment(&format!(
            "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\nworker \"worker\" {{ {queues} }}\n"
        ))
    };
    let one = with("queue \"a\" length=5; queue \"b\" length=6");
    let other = with("queue \"b\" length=6; queue \"a\" length=5");
    assert!(one.compare(&other).is_empty());
}

#[test]
fn a_record_keeps_every_value() {
    for name in TIERS {
        let environment = tier(name);
        let record = serde_json::to_string(&environment).unwrap();
        let read: Environment = serde_json::from_str(&record).unwrap();
        assert_eq!(read, environment, "{name}");
        assert_eq!(serde_json::to_string(&read).unwrap(), record, "{name}");
    }
}
