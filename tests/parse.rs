//! Reading files: mistakes, their places, and corrections.

use crate::support::{case_names, story};

macro_rules! stories {
    ($($name:ident)+) => {
        const STORIES: &[&str] = &[$(stringify!($name)),+];
        $(#[test] fn $name() { story("parse", stringify!($name)); })+
    };
}

stories! {
    address_without_quotes
    an_api_without_a_name_beside_another
    apis_with_names_that_are_none
    arguments_where_properties_are_needed
    backslash_in_the_middle
    block_without_a_name
    blocks_where_none_belong
    bom_tabs_and_crlf
    brace_on_the_next_line
    characters_that_hide
    characters_that_need_quotes
    comments_of_other_languages
    control_characters_in_values
    dates_and_windows_that_are_none
    durations_that_are_none
    empty_file
    escapes_that_do_not_exist
    hcl_habits
    header_missing
    header_that_cannot_be_read
    json_habits
    keywords_of_other_languages
    keywords_without_hash
    latin_1
    listed_twice
    missing_value_after_equals
    names_inside_of_a_block
    names_that_are_none
    nested_too_deep
    node_behind_a_block
    nodes_behind_a_value
    nodes_in_the_wrong_case
    numbers_out_of_range
    numbers_where_text_is_needed
    quantities_that_are_none
    queue_kinds
    quote_that_closes_nothing
    quotes_of_word_processors
    raw_strings_of_kdl_1
    redis_group_switched_off
    redis_switched_off
    schedules_alerts_and_load_tests
    secret_on_two_lines
    secrets
    stated_twice
    stray_brace
    text_where_numbers_are_needed
    type_annotations
    unclosed_block
    unclosed_block_on_one_line
    unclosed_block_without_indentation
    unclosed_comment
    unclosed_inner_block
    unclosed_raw_string
    unclosed_string
    unclosed_string_of_several_lines
    unknown_nodes
    unknown_properties
    utf_16
    values_run_together
    values_that_are_missing
    values_that_begin_like_numbers
    values_with_a_name_of_their_own
    values_with_a_unit
    values_without_their_key
    words_that_are_nearly_right
    yaml_habits
}

#[test]
fn every_case_has_its_story() {
    assert_eq!(case_names("parse"), STORIES);
}
