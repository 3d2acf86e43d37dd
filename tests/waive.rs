//! Waivers: what they turn off, what they cannot turn off, and findings about them.

use tierc::compile::unsayable;

use crate::support::{case_names, project, run, runs_of_cases, snapshot, told};

macro_rules! stories {
    ($($name:ident)+) => {
        const STORIES: &[&str] = &[$(stringify!($name)),+];
        $(#[test] fn $name() { story(stringify!($name)); })+
    };
}

stories! {
    a_literal_beside_the_one_that_is_waived
    a_literal_that_is_not_there
    a_quoted_key_behind_a_literal_that_is_waived
    a_rule_that_does_not_exist
    a_rule_waived_twice
    a_waiver_holds_on_its_last_day
    a_waiver_silences_its_rule
    a_waiver_that_silences_nothing_is_an_error
    an_expired_waiver_is_an_error_and_silences_nothing
    nothing_is_unused_where_something_could_not_be_read
    one_literal_by_its_fingerprint
    what_cannot_be_waived
}

#[test]
fn every_case_has_its_story() {
    assert_eq!(case_names("waive"), STORIES);
}

fn story(name: &str) {
    let path = project(&format!("tests/cases/waive/{name}.kdl"));
    let text = std::fs::read_to_string(path).unwrap();
    let run = run(&text);
    snapshot("waive", name, &told(&text, &run));
}

/// A tree is compared with its file through its record, which is validated again: whatever a file may
/// state, its record may state, too, with the same waivers.
#[test]
fn the_record_of_every_case_is_read_again() {
    let mut read = 0;
    for (path, run) in runs_of_cases() {
        for file in &run.files {
            let (Some(environment), Some(waivers)) = (&file.environment, &file.waivers) else {
                continue;
            };
            let refused = unsayable(environment, waivers);
            let sound = environment.list().iter().all(|it| it.sound);
            if sound {
                assert_eq!(refused, None, "{}", path.display());
                read += 1;
            }
        }
    }
    assert!(read > 600, "{read} records");
}
