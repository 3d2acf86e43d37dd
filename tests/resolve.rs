//! Merging a file with its tier: the effect of each statement, as the difference from the plain tier.

use std::collections::BTreeSet;

use tierc::compile::Run;
use tierc::model::{Attribute, Environment};
use tierc::source::{Origin, Sources};

use crate::support::{case_names, language_errors, project, ruler, run, snapshot};

macro_rules! stories {
    ($($name:ident)+) => {
        const STORIES: &[&str] = &[$(stringify!($name)),+];
        $(#[test] fn $name() { story(stringify!($name)); })+
    };
}

stories! {
    a_group_may_run_a_pool_that_is_gone
    a_group_without_uses_disappears
    a_name_adopts_an_existing_object
    a_new_group_must_be_complete
    a_new_pool_states_its_queues
    a_node_overrides_the_tier_property_by_property
    a_pool_is_switched_off
    a_pool_lands_on_the_group_that_runs_it
    a_queue_without_a_length_has_the_tiers
    a_redis_group_serves_nothing
    a_replica_is_like_its_source
    a_scenario_gives_what_the_file_does_not_write
    a_scenarios_length_applies_to_every_queue
    a_schedule_of_an_api_that_is_none
    a_service_reaches_the_database_through_pgbouncer
    a_use_left_behind_stays_with_what_the_file_says
    a_use_moves_to_the_group_that_names_it
    an_api_that_lacks_its_numbers
    an_api_with_the_name_of_a_pool
    derived_sizes_follow_the_merged_file
    groups_merge_by_name
    labels_and_env_add_by_key
    names_follow_app_and_environment
    naming_a_pool_names_them_all
    repeated_children_replace_the_list
    schedules_alerts_and_load_tests_have_defaults
    the_tier_stands_in_for_what_cannot_be_read
    the_tiers_own_pool_keeps_its_queues
    what_the_file_writes_wins_over_its_scenario
    what_the_header_lacks_ends_resolving
    written_sizes_are_not_derived
    zero_switches_off
}

#[test]
fn every_case_has_its_story() {
    assert_eq!(case_names("resolve"), STORIES);
}

fn story(name: &str) {
    let path = project(&format!("tests/cases/resolve/{name}.kdl"));
    let text = std::fs::read_to_string(path).unwrap();
    let run = run(&text);
    let resolved = match &run.files[0].environment {
        Some(environment) => differences(environment, &run),
        None => "not resolved\n".into(),
    };
    let errors = language_errors(&run);
    let ruler = ruler();
    let told = format!("{text}{ruler}\n{resolved}{ruler}\n{errors}");
    snapshot("resolve", name, &told);
}

/// A line for each value that is not the plain tier's. Of a group that is new, what its tier gives
/// it is only counted; a group that is gone is one line.
fn differences(environment: &Environment, run: &Run) -> String {
    let plain = crate::support::run(&format!(
        "environment \"staging\"\ntier \"{}\"\nregion \"us-east-1\"\n",
        environment.tier.value
    ));
    let plain = plain.files[0].environment.as_ref().unwrap();
    let (before, after) = (groups(plain), groups(environment));
    let mut text = String::new();
    for group in before.difference(&after) {
        text += &format!("{group}: gone\n");
    }
    for group in after.difference(&before) {
        let inside = |attribute: &Attribute| group_of(&attribute.path).as_ref() == Some(group);
        let all = environment.list();
        let inherited = all.iter().filter(|found| inside(found));
        let inherited = inherited.filter(|found| matches!(found.origin, Origin::Tier(_)));
        text += &format!("{group}: new, {} values from the tier\n", inherited.count());
    }
    for found in plain.compare(environment) {
        let group = group_of(&found.path);
        let is_new = group.as_ref().is_some_and(|group| !before.contains(group));
        let is_gone = group.is_some_and(|group| !after.contains(&group));
        let from_tier = found.values.after.as_ref();
        let from_tier = from_tier.is_some_and(|after| matches!(after.origin, Origin::Tier(_)));
        if is_gone || (is_new && from_tier) {
            continue;
        }
        let values = found.values.as_ref();
        text += &line(
            &found.path,
            values.before.as_ref(),
            values.after.as_ref(),
            run,
        );
    }
    let all = environment.list().into_iter();
    let unsound: Vec<Attribute> = all
        .filter(|found| !found.sound && !text.contains(&format!("{}:", found.path)))
        .collect();
    for found in &unsound {
        text += &line(&found.path, Some(found), Some(found), run);
    }
    text
}

fn line(path: &str, before: Option<&Attribute>, after: Option<&Attribute>, run: &Run) -> String {
    let value = |side: Option<&Attribute>| {
        side.map_or_else(|| "(none)".into(), |attribute| attribute.value.clone())
    };
    let origin = after.map_or_else(String::new, |attribute| {
        let sound = if attribute.sound { "" } else { ", unsound" };
        format!("  // {}{sound}", origin(attribute, &run.sources))
    });
    format!("{path}: {} -> {}{origin}\n", value(before), value(after))
}

/// The pool, group or service that a path lies in.
fn group_of(path: &str) -> Option<String> {
    let mut steps = path.split('.');
    let (kind, name) = (steps.next()?, steps.next()?);
    ["worker", "redis", "nodes", "service"]
        .contains(&kind)
        .then(|| format!("{kind}.{name}"))
}

fn groups(environment: &Environment) -> BTreeSet<String> {
    let list = environment.list();
    list.iter()
        .filter_map(|found| group_of(&found.path))
        .collect()
}

fn origin(attribute: &Attribute, sources: &Sources) -> String {
    match &attribute.origin {
        Origin::Declared(span) => format!("line {}", sources.position(*span).0),
        Origin::Tier(_) => "tier".into(),
        Origin::Recorded => "recorded".into(),
        Origin::Derived(derivation) => format!("derived: {}", derivation.rule),
    }
}
