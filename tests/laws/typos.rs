//! One mistyped word gives errors about that word, and none about the values that replace it.

use std::collections::BTreeMap;

use tierc::diagnostic::code;

use crate::support::{for_each, run};

/// A file with most nodes of the language, each with a word that can be mistyped. It breaks and waives one
/// rule. Its nodes are just enough for its own maxima, but not for the tier's.
const FILE: &str = r#"environment "prod"
tier "medium"
region "us-east-1"
app "shop"
namespace "shop"
cluster "prod"
labels team="payments"
budget monthly=20000
cost reserved=20
api {
    image "registry.example.com/api:1.4.2"
    replicas min=5 max=14
    requests cpu="700m" memory="1200Mi"
    limits cpu="1500m" memory="3Gi"
    target cpu=60 memory=75
    scale-up { percent 200 every="15s"; pods 8 every="15s"; }
    scale-down window="400s" { percent 20 every="90s"; select "min"; }
    connections per-pod=8 env="POOL_SIZE"
    rollout max-surge="20%"
    env LOG_LEVEL="info"
}
worker "orders" {
    queue "queue:orders" length=40
    replicas min=2 max=10
    requests cpu="400m" memory="600Mi"
    limits cpu="900m" memory="1Gi"
    connections per-pod=6
    grace "90s"
    cooldown "200s"
}
service "reports" { replicas 1; requests cpu="100m" memory="128Mi"; connections per-pod=4 via="direct"; }
pgbouncer { instances 2; clients max=450; drain "200s"; requests cpu="150m" memory="150Mi"; }
database {
    instance "db.r6g.2xlarge"
    max-connections 600
    multi-az #false
    storage gib=250 max-gib=390
    backup days=10 window="01:00-02:00"
    maintenance window="mon:04:00-mon:05:00" apply="window"
    direct monitoring=6 replication=6 admin=8
}
redis "queue" { node "cache.r7g.xlarge"; replicas 2; uses "queue" "sessions" "cache"; }
nodes "general" { instance "m7g.2xlarge"; count min=2 max=3; }
network monitoring-namespace="monitoring"
alerts { db-cpu 75; db-storage 80; sustained "20m"; labels release="stack"; }
event "sale" from="2027-06-01T06:00" to="2027-06-02T00:00" zone="Europe/Berlin" lead="30m" { api 9; worker "orders" 4; }
waive "single-az" reason="a mirror" until="2030-01-31"
"#;

/// The words of a text that are no values: names of nodes and keys, with where they are.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let (mut quoted, mut start) = (false, None);
    for (at, c) in text.char_indices() {
        quoted ^= c == '"';
        let letter = c.is_ascii_lowercase() || (start.is_some() && c == '-');
        match (start, letter && !quoted) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push((from, at));
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    // `#true` and `#false` are values.
    words.retain(|(from, _)| *from == 0 || !text[..*from].ends_with('#'));
    words
}

/// A word with one typing error.
fn slips(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let middle = letters.len() / 2;
    let mut less = letters.clone();
    less.remove(middle);
    let mut more = letters.clone();
    more.push('x');
    let mut swapped = letters.clone();
    swapped.swap(middle, middle.saturating_sub(1));
    let mut slips: Vec<String> = [less, more, swapped]
        .iter()
        .map(|letters| letters.iter().collect())
        .collect();
    slips.retain(|slip| slip != word && !slip.is_empty());
    slips.sort_unstable();
    slips.dedup();
    slips
}

/// The number of findings of each rule, and whether there are findings about the language.
fn told(text: &str) -> (BTreeMap<String, usize>, bool) {
    let run = run(text);
    let mut rules = BTreeMap::new();
    let mut language = false;
    for finding in run.diagnostics() {
        if code::LANGUAGE.contains(&finding.code) {
            language = true;
        } else {
            *rules.entry(finding.code.to_string()).or_insert(0) += 1;
        }
    }
    (rules, language)
}

#[test]
fn the_file_of_this_law_breaks_nothing() {
    assert_eq!(told(FILE), (BTreeMap::new(), false));
}

#[test]
fn a_mistyped_word_makes_no_rule_speak_about_what_stands_in_for_it() {
    let changed: Vec<String> = words(FILE)
        .into_iter()
        .flat_map(|(from, to)| {
            let put = move |slip: String| format!("{}{slip}{}", &FILE[..from], &FILE[to..]);
            slips(&FILE[from..to]).into_iter().map(put)
        })
        .collect();
    assert!(changed.len() > 250, "{}", changed.len());
    for_each(changed, |text| {
        let (rules, language) = told(&text);
        let line = text.lines().find(|line| !FILE.contains(line));
        let said = !language || rules.is_empty();
        (!said)
            .then(|| format!("{}: {rules:?}", line.unwrap_or_default().trim()))
            .into_iter()
            .collect()
    });
}

/// The file with a line in another place: at the top level, or in the block of another node.
fn moved() -> Vec<String> {
    let lines: Vec<&str> = FILE.lines().collect();
    let into = |at: usize, block: &str| {
        let mut rest = lines.clone();
        let line = rest.remove(at);
        let place = rest.iter().position(|line| *line == block).unwrap();
        rest.insert(place + 1, line);
        rest.join("\n")
    };
    let mut moved = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with(' ') {
            let mut rest = lines.clone();
            let line = rest.remove(at);
            rest.push(line);
            moved.extend([rest.join("\n"), into(at, "database {")]);
        } else if !line.ends_with(['{', '}']) || line.contains('}') && line.len() > 1 {
            moved.push(into(at, "api {"));
        }
    }
    moved
}

#[test]
fn a_line_in_another_place_makes_no_rule_speak_about_what_stands_in_for_it() {
    let moved = moved();
    assert!(moved.len() > 60, "{}", moved.len());
    for_each(moved, |text| {
        let (rules, language) = told(&text);
        let said = !language || rules.is_empty();
        (!said)
            .then(|| format!("{text}\n{rules:?}"))
            .into_iter()
            .collect()
    });
}

#[test]
fn a_suggestion_leads_to_one_place_alone() {
    let header = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n";
    for node in [
        "database { replica 1; replics 2; }",
        "database { replicas 1; replics 2; }",
        "api { replicas min=3 mx=9 maxx=8; }",
        "api { replicas min=3 max=9 mx=8; }",
        "databse { multi-az #true; }\ndatabas { multi-az #true; }",
        "database { multi-az #true; }\ndatabas { multi-az #true; }",
        "databas { multi-az #true; }\ndatabase { multi-az #true; }",
    ] {
        let run = run(&format!("{header}{node}\n"));
        let mut seen = BTreeMap::new();
        for finding in run.diagnostics() {
            let replacements = finding
                .help
                .iter()
                .filter_map(|help| help.replacement.as_ref());
            for (_, text) in replacements {
                *seen.entry(text.clone()).or_insert(0) += 1;
            }
        }
        let stated = ["replicas", "max", "database"].map(|word| {
            let places = node.matches(&format!("{word} ")).count()
                + node.matches(&format!("{word}=")).count();
            places + seen.get(word).copied().unwrap_or(0)
        });
        assert!(stated.iter().all(|count| *count <= 1), "{node}: {seen:?}");
    }
}

#[test]
fn a_waiver_is_not_called_unused_where_a_slip_may_have_silenced_its_rule() {
    let with = |class: &str, waiver: &str| {
        let text = format!(
            "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\ndatabase {{ instance \"{class}\"; max-connections 9000; }}\n{waiver}\n"
        );
        told(&text).0
    };
    let waiver =
        "waive \"max-connections-exceeds-memory\" reason=\"measured\" until=\"2030-01-31\"";
    let unused = "waiver-unused".to_owned();
    assert!(!with("db.r6g.large", waiver).contains_key(&unused));
    assert!(!with("db.r6g.lrage", waiver).contains_key(&unused));
    let mistyped =
        "waive \"max-connection-exceeds-memory\" reason=\"measured\" until=\"2030-01-31\"";
    let found = with("db.r6g.large", mistyped);
    assert!(
        !found.contains_key("max-connections-exceeds-memory"),
        "{found:?}"
    );
}
