//! Edits applied to text: only the named values change, and every other byte stays.

mod laws;

use tierc::edit::Edit;
use tierc::rewrite::{RefusedEdits, apply};

#[track_caller]
fn becomes(text: &str, edits: &[Edit], expected: &str) {
    match apply(text, edits) {
        Ok(changed) => assert_eq!(changed, expected),
        Err(refused) => panic!("{refused} in\n{text}"),
    }
}

fn set(path: &str, value: &str) -> Edit {
    Edit::set(path, value)
}

#[test]
fn a_value_is_set_where_it_stands() {
    becomes(
        "// why\ndatabase {\n\tstorage  gib=300 /* big */ type=\"gp3\" // x\n\n\tinstance r#x; multi-az #true }\n",
        &[set("database.storage.gib", "400")],
        "// why\ndatabase {\n\tstorage  gib=400 /* big */ type=\"gp3\" // x\n\n\tinstance r#x; multi-az #true }\n",
    );
    becomes(
        "worker \"a\" { queue #\"q\\d\"# length=5; replicas min=1 max=2 }\r\n",
        &[
            set("worker.a.replicas.max", "9"),
            set("worker.a.queue.q\\d.length", "7"),
        ],
        "worker \"a\" { queue #\"q\\d\"# length=7; replicas min=1 max=9 }\r\n",
    );
    becomes(
        "redis \"q\" { uses \"queue\" /* and */ \"sessions\" }",
        &[set("redis.q.uses", "\"queue\"")],
        "redis \"q\" { uses \"queue\" /* and */ }",
    );
    becomes(
        "off-hours from=\"20:00\" to=\"08:00\" zone=\"UTC\" { api 0; worker \"a\" 0 }\n",
        &[
            set("off-hours.mon-sun-20:00-08:00.worker.a", "1"),
            set("off-hours.mon-sun-20:00-08:00.days", "\"mon-fri\""),
        ],
        "off-hours from=\"20:00\" to=\"08:00\" zone=\"UTC\" days=\"mon-fri\" { api 0; worker \"a\" 1 }\n",
    );
}

#[test]
fn what_is_commented_out_is_no_place() {
    becomes(
        "/-database { instance \"a\" }\ndatabase { /-instance \"b\"; instance \"c\" /-\"d\" }\n",
        &[set("database.instance", "\"e\"")],
        "/-database { instance \"a\" }\ndatabase { /-instance \"b\"; instance \"e\" /-\"d\" }\n",
    );
    becomes(
        "database { storage /-gib=1 }\n",
        &[set("database.storage.gib", "5")],
        "database { storage gib=5 /-gib=1 }\n",
    );
    becomes(
        "database { /-storage gib=1 }\n",
        &[set("database.storage.gib", "5")],
        "database { storage gib=5; /-storage gib=1 }\n",
    );
}

#[test]
fn what_is_not_there_yet_is_created_in_the_style_around_it() {
    let more = [set("database.max-connections", "505")];
    becomes("", &more, "database { max-connections 505 }\n");
    becomes(
        "tier \"s\"",
        &more,
        "tier \"s\"\ndatabase { max-connections 505 }",
    );
    becomes(
        "tier \"s\"\r\n",
        &more,
        "tier \"s\"\r\ndatabase { max-connections 505 }\r\n",
    );
    becomes("database\n", &more, "database { max-connections 505 }\n");
    becomes("database {}\n", &more, "database { max-connections 505 }\n");
    becomes(
        "database { }\n",
        &more,
        "database { max-connections 505 }\n",
    );
    becomes(
        "database { tls \"x\"; }\n",
        &more,
        "database { tls \"x\"; max-connections 505; }\n",
    );
    becomes(
        "database {\r\n\ttls \"x\" // y\r\n\t// last\r\n}\r\n",
        &more,
        "database {\r\n\ttls \"x\" // y\r\n\t// last\r\n\tmax-connections 505\r\n}\r\n",
    );
    becomes(
        "api {\n  hold 3\n}\ndatabase {\n}\n",
        &more,
        "api {\n  hold 3\n}\ndatabase {\n  max-connections 505\n}\n",
    );
    becomes(
        "database {\n    tls \"x\" }\n",
        &more,
        "database {\n    tls \"x\"; max-connections 505 }\n",
    );
    becomes(
        "database {\n    storage gib=5 // c\n}\n",
        &[
            set("database.storage.type", "\"gp3\""),
            set("labels.a/b", "\"c\""),
        ],
        "database {\n    storage gib=5 type=\"gp3\" // c\n}\nlabels \"a/b\"=\"c\"\n",
    );
    becomes(
        "worker \"a\" {\n    queue \"q\"\n}\n",
        &[
            set("worker.a.scale-up.select", "\"max\""),
            Edit::insert("worker.a.scale-up", "pods 4 every=\"15s\""),
            Edit::insert("worker.b", "queue \"r\"; grace \"9s\""),
        ],
        "worker \"a\" {\n    queue \"q\"\n    scale-up { select \"max\"; pods 4 every=\"15s\" }\n}\nworker \"b\" { queue \"r\"; grace \"9s\" }\n",
    );
}

#[test]
fn what_is_removed_takes_with_it_what_states_nothing_without_it() {
    let gib = [Edit::remove("database.storage.gib")];
    becomes(
        "database { storage gib=5 type=\"x\" }\n",
        &gib,
        "database { storage type=\"x\" }\n",
    );
    becomes(
        "database { storage gib=5; tls \"x\" }\n",
        &gib,
        "database { tls \"x\" }\n",
    );
    becomes(
        "database { tls \"x\"; storage gib=5 }\n",
        &gib,
        "database { tls \"x\" }\n",
    );
    becomes("a 1\ndatabase { storage gib=5 }\nb 2\n", &gib, "a 1\nb 2\n");
    becomes(
        "a 1\r\ndatabase {\r\n    storage gib=5\r\n\r\n}\r\nb 2\r\n",
        &gib,
        "a 1\r\nb 2\r\n",
    );
    becomes(
        "database {\n    // why\n    storage gib=5 // so\n    tls \"x\"\n}\n",
        &gib,
        "database {\n    // why\n    // so\n    tls \"x\"\n}\n",
    );
    becomes(
        "database {\n    // why\n    storage gib=5\n}\n",
        &gib,
        "database {\n    // why\n}\n",
    );
    becomes(
        "worker \"a\" { hold 3 }\n",
        &[Edit::remove("worker.a.hold")],
        "worker \"a\" { }\n",
    );
    becomes(
        "redis \"q\" { uses \"queue\" \"cache\" }\n",
        &[Edit::remove("redis.q.uses.queue")],
        "redis \"q\" { uses \"cache\" }\n",
    );
    becomes(
        "waive \"single-az\" reason=\"x\" until=\"2030-01-01\"\ntier \"s\"\n",
        &[Edit::remove("waive.single-az")],
        "tier \"s\"\n",
    );
    becomes("tier \"s\"\n", &gib, "tier \"s\"\n");
}

#[test]
fn edits_that_contradict_each_other_are_refused_and_both_are_named() {
    let refused = |one: Edit, another: Edit| {
        let text = "database { storage gib=5 }\n";
        let refused = apply(text, &[one.clone(), another.clone()]).unwrap_err();
        assert_eq!(
            refused,
            RefusedEdits::Contradiction(Box::new(one.clone()), Box::new(another.clone()))
        );
        let told = refused.to_string();
        assert!(
            told.contains(&one.to_string()) && told.contains(&another.to_string()),
            "{told}"
        );
    };
    let five = || set("database.storage.gib", "6");
    refused(five(), set("database.storage.gib", "7"));
    refused(five(), Edit::remove("database.storage.gib"));
    refused(Edit::remove("database"), five());
    refused(Edit::insert("", "tls \"x\""), Edit::remove(""));
    refused(
        set("redis.q.uses", "\"a\""),
        Edit::insert("redis.q.uses", "\"b\""),
    );
    let same = [five(), five()];
    becomes(
        "database { storage gib=5 }\n",
        &same,
        "database { storage gib=6 }\n",
    );
}

#[test]
fn what_has_no_place_or_would_not_be_kdl_any_more_is_refused() {
    let refused = |text: &str, edit: Edit| apply(text, &[edit]).unwrap_err();
    let nowhere = |text: &str, edit: Edit| {
        assert_eq!(
            refused(text, edit.clone()),
            RefusedEdits::Nowhere(Box::new(edit))
        );
    };
    nowhere("", set("nowhere.at.all", "1"));
    nowhere("", set("worker.a.scale-up.policy.1.value", "1"));
    nowhere("database {}\n", set("database", "1"));
    let malformed = |text: &str, edit: Edit| {
        assert_eq!(
            refused(text, edit.clone()),
            RefusedEdits::Malformed(Box::new(edit))
        );
    };
    malformed("database { tls \"x\" }\n", set("database.tls", "a \"b"));
    malformed("tier \"s\" \\", set("database.tls", "\"x\""));
    malformed("database { tls \"x\"\n", set("database.tls", "{"));
}
