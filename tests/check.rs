//! Rules: how each fails, how it just passes, and that its message is right.

mod cases;
mod explanations;
mod guide;
mod laws;
mod repairs;

use tierc::compile::{CatalogueFile, CatalogueTexts, Input, Run, compile};
use tierc::diagnostic::Severity;

use crate::support::{codes, today};

const HEADER: &str = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n";

#[test]
fn every_mistake_of_a_file_comes_in_one_run_with_the_rules_findings() {
    let text = format!(
        "{HEADER}api {{ limits cpu=500m; replcas min=3 }}\npgbouncer {{ pool max-db=120 }}\ndatabase {{ multi-az true }}\n"
    );
    let found = codes(&text);
    assert_eq!(found.iter().filter(|code| *code == "bare-value").count(), 2);
    let text = format!("{HEADER}labels 5\npgbouncer {{ pool max-db=120 }}\n");
    assert_eq!(
        codes(&text),
        ["unexpected-argument", "connection-budget-exceeded"]
    );
}

#[test]
fn a_value_that_could_not_be_read_silences_the_rules_that_read_it() {
    let text = format!("{HEADER}pgbouncer {{ pool max-db=120; instances \"many\" }}\n");
    assert_eq!(codes(&text), ["wrong-value"]);
}

#[test]
fn a_budget_is_judged_unless_something_that_is_paid_for_could_not_be_read() {
    let with = |node: &str| codes(&format!("{HEADER}budget monthly=100\n{node}\n"));
    assert_eq!(with(""), ["budget-exceeded"]);
    assert_eq!(
        with("api { requests cpu=#null }"),
        ["budget-exceeded", "wrong-value"],
        "what pods ask for has no price"
    );
    for paid in [
        "database { replicas #null }",
        "database { storage iops=#null }",
        "database { multi-az #null }",
        "nodes \"general\" { count max=#null }",
        "redis \"cache\" { cluster shards=#null }",
        "redis \"cache\" { uses #null }",
        "cost reserved=#null",
    ] {
        assert_eq!(with(paid), ["wrong-value"], "{paid}");
    }
}

#[test]
fn a_floor_is_not_called_idle_while_off_hours_cannot_be_read() {
    let with = |hours: &str| {
        let event = "event \"sale\" from=\"2030-11-29T06:00\" to=\"2030-11-30T00:00\" zone=\"America/New_York\" { api 3 }";
        codes(&format!("{HEADER}{event}\n{hours}\n"))
    };
    assert_eq!(with(""), ["setting-without-effect"]);
    for hours in [
        "off-hours from=\"18:00\" to=\"07:00\" zone=#null { api 0 }",
        "off-hours from=\"18:00\" to=\"07:00\" zone=\"Europe/Berlin\" { api #null }",
    ] {
        let found = with(hours);
        let idle = found.iter().any(|code| code == "setting-without-effect");
        assert!(!idle, "{hours}: {found:?}");
    }
}

#[test]
fn a_node_that_cannot_be_relied_on_silences_no_rule_about_its_neighbours() {
    let text = format!(
        "{HEADER}nodes \"a\" {{ instance \"m7g.large\"; count min=9 max=2 }}\nnodes \"b\" {{ instance \"m7i.xxx\"; count min=1 max=2; runs \"nope\" }}\n"
    );
    let found = ["replicas-inverted", "instance-type-unknown", "pool-unknown"];
    assert_eq!(codes(&text), found);
    let text = format!(
        "{HEADER}worker \"a\" {{ queue \"a\"; replicas min=9 max=2 }}\nworker \"b\" {{ replicas min=9 max=2 }}\n"
    );
    assert_eq!(codes(&text), ["replicas-inverted", "incomplete"]);
}

#[test]
fn a_node_of_wrong_form_is_no_operand_of_any_rule() {
    let text = format!(
        "{HEADER}worker \"a\" {{ queue \"a\"; replicas min=9 max=2 }}\nworker \"b\" \"c\" {{ queue \"b\"; replicas min=9 max=2 }} x\n"
    );
    let found = codes(&text);
    let inverted = found.iter().filter(|code| *code == "replicas-inverted");
    assert_eq!(inverted.count(), 1, "{found:?}");
}

#[test]
fn what_is_missing_from_an_empty_file_is_said_at_once() {
    assert_eq!(codes(""), ["missing-node", "missing-node", "missing-node"]);
}

/// A run over a catalogue that knows a PgBouncer without the vulnerabilities to be published.
fn run_with_safe_image(text: &str) -> Run {
    let instances = CatalogueTexts::built_in_file("instances.kdl").unwrap();
    assert!(instances.contains("newest-image=\"1.25.1\" safe=\"1.26.1\""));
    let texts = CatalogueTexts::embedded().with(
        CatalogueFile::Instances,
        "own/instances.kdl".into(),
        "pgbouncer newest-image=\"1.26.1\" safe=\"1.26.1\"\n".into(),
    );
    let input = Input {
        name: "prod.kdl".into(),
        bytes: text.as_bytes().to_vec(),
    };
    compile(vec![input], &texts, today())
}

#[test]
fn a_vulnerable_pgbouncer_is_a_warning_once_a_safe_one_is_published() {
    // Then the rule also reports the tier's own image, and the catalogue must be updated.
    let run = run_with_safe_image(HEADER);
    let found: Vec<_> = run.diagnostics().map(|finding| finding.code.0).collect();
    assert_eq!(found, ["pgbouncer-version-vulnerable"]);

    let text = format!("{HEADER}pgbouncer {{ image \"registry.example.com/pgbouncer:1.24.1\" }}\n");
    let run = run_with_safe_image(&text);
    let finding = run.diagnostics().next().unwrap();
    assert_eq!(finding.severity, Severity::Warning);
    let (_, offered) = finding.help[0].replacement.as_ref().unwrap();
    assert_eq!(offered, "\"registry.example.com/pgbouncer:1.26.1\"");

    let text = format!("{HEADER}pgbouncer {{ image \"registry.example.com/pgbouncer:1.26.1\" }}\n");
    assert_eq!(run_with_safe_image(&text).diagnostics().count(), 0);
}
