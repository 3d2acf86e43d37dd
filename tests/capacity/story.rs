//! Whole reviews: the file, the metrics, and the report.

use tierc::capacity::offers::Offers;
use tierc::capacity::proposal::{Base, Proposals, propose};
use tierc::capacity::{metrics_file, review};
use tierc::compile::{CatalogueTexts, Input};
use tierc::report::capacity::markdown::markdown;
use tierc::report::capacity::text::{CapacityStyle, text};
use tierc::report::capacity::{CapacityReport, ReliefReport, Reviewed, json, report};

use tierc::capacity::series::ReviewWindow;
use tierc::capacity::trial::trials;

use super::{MEDIUM, days, is_weekend, noise, tracked, window};
use crate::support::{run, snapshot, today};

/// A month of metrics of a growing platform.
pub(super) fn csv() -> String {
    let mut text = String::from("time,metric,component,value\n");
    let mut add = |metric: &str, component: &str, value: &dyn Fn(u32, bool) -> f64| {
        for (number, day) in (0..).zip(days(30, |day, date| value(day, is_weekend(date)))) {
            let value = day.value + noise(number + u32::try_from(metric.len()).unwrap());
            text += &format!("{},{metric},{component},{:.2}\n", day.date, value.max(0.0));
        }
    };
    let dip = |is_weekend: bool, by: f64| if is_weekend { by } else { 0.0 };
    let grows = |from: f64, by: f64, weekend: f64| {
        move |day: u32, is_weekend| from + by * f64::from(day) - dip(is_weekend, weekend)
    };
    add("api-cpu", "api", &grows(48.0, 0.0, 12.0));
    add("api-memory", "api", &grows(58.0, 0.3, 0.0));
    add("api-replicas", "api", &grows(60.0, 0.9, 15.0));
    add("queue-depth", "worker.worker", &grows(8.0, 0.02, 3.0));
    add("db-cpu", "database", &grows(40.0, 0.8, 12.0));
    add("db-connections", "database", &grows(41.0, 0.1, 4.0));
    add("db-storage", "database", &grows(60.0, 0.3, 0.0));
    add("redis-memory", "redis.queue", &grows(72.0, 0.0, 0.0));
    add("redis-ops", "redis.queue", &|_, _| 0.0);
    for day in 0..5 {
        text += &format!("2026-11-{},worker-replicas,worker.worker,30\n", 20 + day);
    }
    text + "2026-11-01,redis-memory,redis.cache,30\n"
}

pub(super) fn reviewed(environment: &str, csv: &str) -> CapacityReport {
    reviewed_over(environment, csv, window())
}

fn reviewed_over(environment: &str, csv: &str, window: ReviewWindow) -> CapacityReport {
    let run = run(environment);
    let history = metrics_file::read(csv.as_bytes(), &tracked(environment), window).unwrap();
    let review = review(tracked(environment), history, window);
    let input = Input {
        name: "prod.kdl".into(),
        bytes: environment.as_bytes().to_vec(),
    };
    let resolved = run.files[0].environment.as_ref().unwrap();
    let base = Base {
        input: &input,
        texts: &CatalogueTexts::embedded(),
        today: today(),
    };
    let offers = Offers::of(base.texts, &resolved.region.value);
    let proposals: Vec<Option<Proposals>> = review
        .items
        .iter()
        .map(|item| {
            let due = item.is_due().then_some(item)?;
            propose(due, resolved, &offers, &base)
        })
        .collect();
    report(&Reviewed {
        review: &review,
        proposals: &proposals,
        environment: resolved,
        sources: &run.sources,
        source: "metrics.csv",
    })
}

fn shown(report: &CapacityReport, unicode: bool) -> String {
    let color = false;
    text(report, CapacityStyle { color, unicode })
}

#[test]
fn a_month_is_told_at_a_terminal() {
    let report = reviewed(MEDIUM, &csv());
    let told = shown(&report, true);
    let wide = told.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);
    snapshot("capacity", "month", &format!("{MEDIUM}\n{told}"));
}

/// For every length of the history and of the numbers beside the plot.
#[test]
fn a_plot_fits_80_columns() {
    for count in [14, 30, 59, 60, 61, 92] {
        let window = ReviewWindow::of(today(), count);
        let mut csv = String::from("time,metric,component,value\n");
        for day in days(count.into(), |day, _| 1e12 + 2e10 * f64::from(day)) {
            csv += &format!("{},redis-ops,redis.queue,{}\n", day.date, day.value);
        }
        let report = reviewed_over(MEDIUM, &csv, window);
        let told = shown(&report, true);
        // The number itself is in the row of the table, and in the sentence above the plot.
        let plot: Vec<&str> = told.lines().filter(|it| it.contains(['│', '└'])).collect();
        assert_eq!(plot.len(), 10, "{told}");
        let wide = plot.iter().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{count} days");
        assert!(told.contains(&format!("{count} days ")), "{told}");
    }
}

#[test]
fn a_terminal_without_unicode_gets_ascii() {
    let told = shown(&reviewed(MEDIUM, &csv()), false);
    assert!(told.is_ascii());
    snapshot("capacity", "month_ascii", &told);
}

#[test]
fn a_month_is_told_in_markdown() {
    let told = markdown(&reviewed(MEDIUM, &csv()));
    snapshot("capacity", "month_markdown", &told);
}

/// Unrealistically many pools: sections that do not fit a comment are left out as a whole, and counted.
#[test]
fn a_comment_is_never_too_long() {
    let pools = (0..300).map(|pool| {
        format!("worker \"p{pool}\" {{ queue \"q{pool}\" length=10; replicas min=0 max=2 }}\n")
    });
    let environment = format!("{MEDIUM}{}", pools.collect::<String>());
    let mut csv = String::from("time,metric,component,value\n");
    for pool in 0..300 {
        for day in days(14, |_, _| 100.0) {
            csv += &format!("{},worker-replicas,worker.p{pool},100\n", day.date);
        }
    }
    let history = metrics_file::read(csv.as_bytes(), &tracked(&environment), window()).unwrap();
    let review = review(tracked(&environment), history, window());
    // Even without a proposal, each metric has a section.
    let found = review.items.iter().map(|item| {
        item.is_due().then_some(Proposals {
            best: None,
            priced: true,
            refused: Vec::new(),
        })
    });
    let run = run(&environment);
    let report = report(&Reviewed {
        review: &review,
        proposals: &found.collect::<Vec<_>>(),
        environment: run.files[0].environment.as_ref().unwrap(),
        sources: &run.sources,
        source: "metrics.csv",
    });
    let told = markdown(&report);
    assert!(told.len() <= 65_536, "{}", told.len());
    let (_, rest) = told.rsplit_once("\n\n").unwrap();
    let sections = told.matches("\n### ").count();
    let left = rest.split(' ').next().unwrap().parse::<usize>().unwrap();
    assert_eq!(sections + left, 300, "{rest}");
}

#[test]
fn the_json_report_fits_its_schema() {
    let schema: serde_json::Value = serde_json::from_str(&tierc::report::schema::schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let report: serde_json::Value = serde_json::from_str(&json(&reviewed(MEDIUM, &csv()))).unwrap();
    let wrong: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let metrics = report["metrics"].as_array().unwrap();
    assert!(
        metrics
            .iter()
            .all(|it| it["outlook"].is_null() != it["lacking"].is_null())
    );
}

/// A proposal has the stated effect when it is typed into the environment.
#[test]
fn a_proposal_that_is_typed_clears_its_metric() {
    let report = reviewed(MEDIUM, &csv());
    let mut changes = 0;
    for metric in &report.metrics {
        let Some(change) = metric.relief.as_ref().and_then(|it| it.change.as_ref()) else {
            continue;
        };
        changes += 1;
        assert!(change.after < metric.threshold, "{metric:?}");
        let typed = if change.kdl.starts_with("tier") {
            MEDIUM.replace("tier \"medium\"", &change.kdl)
        } else {
            format!("{MEDIUM}{}\n", change.kdl)
        };
        let run = run(&typed);
        assert!(
            !run.has_errors(),
            "{}\n{}",
            typed,
            crate::support::shown(&run)
        );
    }
    assert!(changes >= 3, "{changes}");
}

/// A change that was rejected because of a rule breaks a rule when it is typed.
#[test]
fn a_refusal_names_a_rule_that_fails() {
    let report = reviewed(MEDIUM, &month("db-connections", "database", 60.0, 100.0));
    let refused = report.metrics.iter().filter_map(|it| it.relief.as_ref());
    let mut rules = 0;
    for refused in refused.flat_map(|it| &it.refused) {
        let Some(code) = refused.reason.strip_prefix("it breaks `") else {
            continue;
        };
        rules += 1;
        let code = code.split('`').next().unwrap();
        let typed = format!("{MEDIUM}{}\n", refused.kdl);
        let codes = crate::support::codes(&typed);
        assert!(
            codes.iter().any(|known| known == code),
            "{typed}\n{codes:?}"
        );
    }
    assert!(rules > 0);
}

/// One metric of a month, from `from` on and `by` more each day.
fn month(metric: &str, component: &str, from: f64, by: f64) -> String {
    let mut text = String::from("time,metric,component,value\n");
    for day in days(30, |day, _| from + by * f64::from(day)) {
        text += &format!("{},{metric},{component},{:.2}\n", day.date, day.value);
    }
    text
}

fn relief<'a>(report: &'a CapacityReport, metric: &str) -> &'a ReliefReport {
    let mut named = report
        .metrics
        .iter()
        .filter(|it| it.metric.name() == metric);
    named.find_map(|it| it.relief.as_ref()).unwrap()
}

#[test]
fn what_falls_and_is_above_its_threshold_needs_room_today() {
    // 95% now and 60% in 90 days: a change has to make room for what is there until then.
    let report = reviewed(MEDIUM, &month("db-storage", "database", 106.0, -0.38));
    let change = relief(&report, "db-storage").change.as_ref().unwrap();
    let gib: f64 = change
        .kdl
        .split("gib=")
        .nth(1)
        .unwrap()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .unwrap();
    assert!(95.0 * 200.0 / gib < 70.0, "{}", change.kdl);
}

/// A custom tier may name a list with quotes: the typed edit names the same list.
#[test]
fn the_lists_of_a_proposed_pool_are_quoted() {
    let run = run(MEDIUM);
    let mut environment = run.files[0].environment.clone().unwrap();
    let pool = environment.worker.values_mut().next().unwrap();
    let tierc::model::Queue::RedisList(queue) = &mut pool.queue[0] else {
        panic!("the tiers' queues are Redis lists")
    };
    queue.list.value = "a\"b\\c".into();
    let all = tierc::metric::tracked(&environment);
    let depth = all.iter().find(|it| it.metric.name() == "queue-depth");
    let offers = Offers::of(&CatalogueTexts::embedded(), "us-east-1");
    let found = trials(depth.unwrap(), 2.0, &environment, &offers);
    let kdl = found.last().unwrap().kdl();
    assert!(kdl.contains("queue \"a\\\"b\\\\c\" length="), "{kdl}");
    assert_eq!(
        crate::support::codes(&format!("{MEDIUM}{kdl}\n")),
        crate::support::codes(&format!("{MEDIUM}{}\n", kdl.replace("a\\\"b\\\\c", "abc")))
    );
}

/// A change has the class of its worst impact, but other impacts can also need attention.
#[test]
fn what_has_to_be_seen_to_is_told_with_a_proposal() {
    let report = reviewed(
        MEDIUM,
        &month("redis-ops", "redis.queue", 60_000.0, 1_000.0),
    );
    let change = relief(&report, "redis-ops").change.as_ref().unwrap();
    assert!(change.kdl.contains("mode=\"enabled\""), "{}", change.kdl);
    assert_eq!(change.impact.heed, None);
    let heed =
        "two steps: set `compatible` and move the clients, then set `enabled`, which is permanent";
    assert_eq!(change.heeds, [heed]);
    let told = shown(&report, true);
    let folded: Vec<&str> = told.split_whitespace().collect();
    assert!(folded.join(" ").contains(heed), "{told}");
    assert!(markdown(&report).contains(&format!("- caution: {heed}")));
}

/// The proposal for a month as typed text, and its ceiling in whole dollars a month.
fn cheapest(database: &str, metric: &str, component: &str, from: f64, by: f64) -> (String, f64) {
    let environment = format!("{MEDIUM}{database}\n");
    let report = reviewed(&environment, &month(metric, component, from, by));
    let relief = relief(&report, metric);
    assert!(relief.priced, "{relief:?}");
    let change = relief.change.as_ref().unwrap();
    let words: Vec<&str> = change.kdl.split_whitespace().collect();
    let range = serde_json::to_value(change.cost).unwrap();
    let ceiling = |side: &str| -> f64 { range[side]["ceiling"].as_str().unwrap().parse().unwrap() };
    (words.join(" "), ceiling("after") - ceiling("before"))
}

/// Twice the processors with the same memory: 2 x 0.636 an hour instead of 0.899 for the pair. In the
/// present family it would be 2 x 0.899.
#[test]
fn a_larger_class_is_the_cheapest_of_every_family() {
    let (kdl, costs) = cheapest("", "db-cpu", "database", 40.0, 0.8);
    assert_eq!(kdl, "database { instance \"db.m6g.2xlarge\" }");
    assert!(
        (costs - (2.0 * 0.636 - 0.899) * 730.0).abs() < 0.01,
        "{costs}"
    );
}

/// `db.m6g.2xlarge` is cheaper than `db.m8g.2xlarge`, but its processors are slower than the present
/// ones.
#[test]
fn a_class_of_an_older_generation_is_not_offered() {
    let newer = "database { instance \"db.r7g.xlarge\" }";
    let (kdl, _) = cheapest(newer, "db-cpu", "database", 40.0, 0.8);
    assert_eq!(kdl, "database { instance \"db.m8g.2xlarge\" }");
}

/// Another replica costs 0.45 an hour, and a larger one 0.186. With four replicas, another one is
/// cheaper.
#[test]
fn read_replicas_are_larger_or_more_whichever_is_cheaper() {
    let one = "database { replicas 1 }";
    let (kdl, costs) = cheapest(one, "db-cpu", "database.replicas", 40.0, 0.8);
    let larger = "database { replicas 1 instance=\"db.m6g.2xlarge\" }";
    assert_eq!(kdl, larger);
    assert!((costs - 0.186 * 730.0).abs() < 0.01, "{costs}");
    let four = "database { replicas 4 }";
    let (kdl, costs) = cheapest(four, "db-cpu", "database.replicas", 62.0, 0.18);
    assert_eq!(kdl, "database { replicas 5 }");
    assert!(costs < 4.0 * 0.186 * 730.0, "{costs}");
}

/// 16 GiB allow 1802 connections. Of the classes with enough memory for more, the one with 32 GiB costs
/// 0.225 more. A second replica would cost the same, plus its own volume.
#[test]
fn read_replicas_get_the_memory_for_their_connections() {
    let full = "database { replicas 1 instance=\"db.r6g.large\" max-connections=1600 }";
    let (kdl, _) = cheapest(full, "db-connections", "database.replicas", 50.0, 0.4);
    let larger = "database { replicas 1 instance=\"db.r6g.xlarge\" max-connections=2250 }";
    assert_eq!(kdl, larger);
}

/// The smallest node of the other families follows the largest burstable one: 0.149 an hour, while three
/// shards would cost 0.195.
#[test]
fn redis_grows_out_of_its_family() {
    let burstable = "redis \"queue\" { node \"cache.t4g.medium\" }";
    let (kdl, _) = cheapest(burstable, "redis-memory", "redis.queue", 60.0, 0.689);
    assert_eq!(kdl, "redis \"queue\" { node \"cache.m6g.large\" }");
}

/// Every trial is compiled and checked, so there is at most one per family.
#[test]
fn trials_are_few() {
    let offers = Offers::of(&CatalogueTexts::embedded(), "us-east-1");
    for tier in ["dev", "small", "medium", "large", "xlarge"] {
        let text = MEDIUM.replace("medium", tier) + "database { replicas 1 }\n";
        let run = run(&text);
        let environment = run.files[0].environment.as_ref().unwrap();
        for of in tierc::metric::tracked(environment) {
            for growth in [0.5, 1.1, 2.0, 1e6] {
                let tried = trials(&of, growth, environment, &offers).len();
                assert!(tried <= 14, "{tier}, {} x {growth}: {tried}", of.query);
            }
        }
    }
}

#[test]
fn an_autoscaler_at_its_maximum_gets_no_number() {
    let report = reviewed(MEDIUM, &month("api-replicas", "api", 100.0, 0.0));
    let relief = relief(&report, "api-replicas");
    assert!(relief.change.is_none());
    assert!(!relief.refused.is_empty());
    for refused in &relief.refused {
        assert!(refused.reason.contains("hides"), "{}", refused.reason);
    }
}

/// An API whose growth needs more nodes than its group may have: the proposal changes one line for each,
/// and leaves the lines beside them as they are.
const CROWDED: &str = "environment \"prod\"
tier \"medium\"
region \"us-east-1\"
api {
    replicas min=4 max=18
}
";

#[test]
fn an_override_is_tried_with_the_nodes_that_it_needs() {
    let report = reviewed(CROWDED, &month("api-replicas", "api", 40.0, 1.9));
    let change = relief(&report, "api-replicas").change.as_ref().unwrap();
    let told = shown(&report, true);
    snapshot("capacity", "with_nodes", &format!("{CROWDED}\n{told}"));
    assert!(change.kdl.starts_with("api {"), "{}", change.kdl);
    assert!(change.kdl.contains("nodes \""), "{}", change.kdl);
    // With the edits in the stated places, the file passes.
    let max = change.instructions[0].split('`').nth(1).unwrap();
    assert!(
        change.instructions[0].ends_with("in place of `max=18`, at prod.kdl:5:24"),
        "{:?}",
        change.instructions
    );
    let typed = CROWDED.replace("max=18", max) + &change.nodes + "\n";
    assert!(!run(&typed).has_errors(), "{typed}");
}

/// A held API and a paused pool: other maxima would change nothing that runs.
const HELD: &str = "environment \"prod\"
tier \"medium\"
region \"us-east-1\"
api { hold 12 }
worker \"worker\" { queue \"queue:d\" length=50; pause at=6 }
";

#[test]
fn what_is_held_gets_another_count_to_be_held_at() {
    for (metric, component, from, line, was) in [
        ("api-cpu", "api", 60.0, "hold ", "12"),
        ("queue-depth", "worker.worker", 30.0, "pause at=", "at=6"),
    ] {
        let report = reviewed(HELD, &month(metric, component, from, 0.5));
        let change = relief(&report, metric).change.as_ref().unwrap();
        assert!(change.kdl.contains(line), "{}", change.kdl);
        assert!(!change.kdl.contains("replicas max="), "{}", change.kdl);
        let edit = &change.instructions[0];
        assert!(edit.contains(&format!("in place of `{was}`")), "{edit}");
        assert!(change.after < 100.0, "{}", change.after);
    }
}

/// Without prices, the smallest change of the file is proposed.
#[test]
fn where_prices_are_missing_nothing_is_called_the_cheapest() {
    let elsewhere = CROWDED.replace("us-east-1", "cn-north-1");
    let report = reviewed(&elsewhere, &month("api-replicas", "api", 40.0, 1.9));
    let relief = relief(&report, "api-replicas");
    assert!(!relief.priced);
    assert!(!relief.change.as_ref().unwrap().kdl.starts_with("tier"));
    for told in [shown(&report, true), markdown(&report)] {
        assert!(
            !told.to_lowercase().contains("the cheapest change"),
            "{told}"
        );
        assert!(!told.contains("costs $0"), "{told}");
        assert!(told.contains("--catalogue DIR"), "{told}");
    }
}

#[test]
fn a_value_is_typed_beside_its_siblings_and_a_line_into_its_node() {
    let edits = |api: &str| {
        let environment = format!("{MEDIUM}{api}\n");
        let report = reviewed(&environment, &month("api-replicas", "api", 60.0, 0.9));
        let change = relief(&report, "api-replicas").change.as_ref().unwrap();
        let api = change.nodes.split("nodes ").next().unwrap();
        (change.instructions.join("; "), api.to_owned())
    };
    let (beside, nodes) = edits("api { replicas min=4 }");
    assert!(
        beside.ends_with("beside `min=4`, at prod.kdl:4:20") && beside.starts_with("`max="),
        "{beside}"
    );
    assert_eq!(nodes, "");
    let (inside, nodes) = edits("api { target cpu=60 }");
    assert!(
        inside.starts_with("`replicas max=") && inside.ends_with("in `api`"),
        "{inside}"
    );
    assert_eq!(nodes, "");
    let (none, nodes) = edits("");
    assert!(
        none.is_empty() && nodes.starts_with("api {"),
        "{none} {nodes}"
    );
}

/// A month of storage that grows by a point a day, and drops on one of the days.
fn storage_cleaned_up(on: u32, by: f64) -> String {
    let mut csv = String::from("time,metric,component,value\n");
    for day in days(30, |day, _| {
        f64::from(40 + day) - if day >= on { by } else { 0.0 }
    }) {
        csv += &format!("{},db-storage,database,{}\n", day.date, day.value);
    }
    csv
}

/// Storage was cleaned up yesterday: the new level is uncertain, so the threshold cannot be ruled
/// out.
#[test]
fn a_threshold_within_the_interval_is_never_called_unreached() {
    let csv = storage_cleaned_up(26, 18.0);
    let report = reviewed(MEDIUM, &csv);
    let storage = report
        .metrics
        .iter()
        .find(|it| it.metric.name() == "db-storage");
    let reach = &storage.unwrap().outlook.as_ref().unwrap().days_until;
    assert!(reach.earliest.is_some_and(|days| days <= 30), "{reach:?}");
    let told = shown(&report, true);
    assert!(!told.contains("no threshold is reached"), "{told}");
}

/// The report names the day of a shift and how the trend treats it.
#[test]
fn a_shift_is_a_note() {
    let csv = storage_cleaned_up(15, 15.0);
    let told = shown(&reviewed(MEDIUM, &csv), true);
    assert!(
        told.starts_with("prod: 1 threshold is reached within 30 days"),
        "{told}"
    );
    assert!(
        told.contains("note: database db-storage: its level fell by 15.0% on 2026-11-10"),
        "{told}"
    );
}

/// A node reserves what is requested. Pods that use more would take memory from others, so a larger
/// limit alone makes no room.
#[test]
fn memory_that_pods_come_to_use_is_requested_and_held_against_the_nodes() {
    let offered = |more: &str| {
        let environment = format!("{MEDIUM}{more}\n");
        let report = reviewed(&environment, &month("api-memory", "api", 70.0, 0.15));
        let relief = relief(&report, "api-memory");
        let kdl = &relief.change.as_ref().unwrap().kdl;
        kdl.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    // 70 to 75% of 2 GiB, and more by the end of the horizon.
    let kdl = offered("");
    let mebibytes = |of: &str| -> u32 {
        let rest = kdl.split(of).nth(1).unwrap();
        rest.split("Mi").next().unwrap().parse().unwrap()
    };
    let (request, limit) = (
        mebibytes("requests memory=\""),
        mebibytes("limits memory=\""),
    );
    assert!(request >= 2048 * 75 / 100 && request <= limit, "{kdl}");
    // If the pods already request it, only the limit changes.
    let kdl = offered("api { requests memory=\"2Gi\"; }");
    assert!(
        kdl.contains("limits memory=") && !kdl.contains("requests"),
        "{kdl}"
    );
    // If the nodes have no room, the proposal includes more nodes.
    let kdl = offered(
        "api { replicas max=30; requests cpu=\"100m\"; limits memory=\"8Gi\"; }\nnodes \"general\" { count min=2 max=8; }\nworker \"worker\" { queue \"queue:decisions\" length=50; replicas max=4; }",
    );
    assert!(kdl.contains("nodes \"general\" { count max="), "{kdl}");
}

/// The edits of a change make the file state the proposal, whatever it stated before, and keep the
/// rest of it.
#[test]
fn the_edits_of_a_change_make_the_file_state_it() {
    use tierc::diagnostic::json::ActionJson;
    use tierc::edit::Edit;
    let mut seen = 0;
    for (file, metric, component, from, by) in [
        (MEDIUM, "api-replicas", "api", 60.0, 0.9),
        (CROWDED, "api-replicas", "api", 40.0, 1.9),
        (HELD, "api-cpu", "api", 60.0, 0.5),
        (HELD, "queue-depth", "worker.worker", 30.0, 0.5),
        (MEDIUM, "queue-depth", "worker.worker", 30.0, 0.5),
        (MEDIUM, "db-storage", "database", 60.0, 0.5),
        (MEDIUM, "db-connections", "database", 60.0, 0.5),
        (MEDIUM, "redis-ops", "redis.queue", 60_000.0, 1_000.0),
    ] {
        let report = reviewed(file, &month(metric, component, from, by));
        let Some(change) = relief(&report, metric).change.as_ref() else {
            continue;
        };
        let edits = change.edits.iter().map(|edit| {
            let kdl = edit.kdl.clone().unwrap();
            match edit.action {
                ActionJson::Set => Edit::set(edit.path.as_str(), kdl),
                ActionJson::Insert => Edit::insert(edit.path.as_str(), kdl),
                ActionJson::Remove => Edit::remove(edit.path.as_str()),
            }
        });
        let edits: Vec<Edit> = edits.collect();
        let edited = tierc::rewrite::apply(file, &edits).unwrap();
        let run = run(&edited);
        assert!(!run.has_errors(), "{edited}");
        let stated = run.files[0].environment.as_ref().unwrap().list();
        for edit in &edits {
            let tierc::edit::EditAction::Set(kdl) = &edit.action else {
                continue;
            };
            let attribute = stated.iter().find(|it| it.path == edit.path);
            let value = attribute.map(|it| it.value.as_str());
            assert_eq!(value, Some(kdl.trim_matches('"')), "{edit}:\n{edited}");
            seen += 1;
        }
        // The same holds if the file does not state the node yet.
        assert!(!change.kdl.is_empty());
    }
    assert!(seen > 6, "{seen}");
}
