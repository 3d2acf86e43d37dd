//! What off-hours and events move between floor and ceiling.

use tierc::cost::{CostLayer, Scheduled};

use super::{Format, estimate, reported, snapshot, with};

const NIGHTS: &str = "off-hours from=\"20:00\" to=\"08:00\" days=\"mon-fri\" zone=\"Europe/Berlin\" {\n    api 0\n    worker \"worker\" 0\n}\n";

/// Ten API pods of two cores at the least: more than the least nodes hold.
const LARGE: &str = "api { replicas min=10 max=10; requests cpu=\"2\" memory=\"2Gi\"; limits cpu=\"2\" memory=\"2Gi\"; }\nnodes \"general\" { count min=2 max=40; }\n";

fn only(text: &str) -> Scheduled {
    let mut calendar = estimate(&with(text)).calendar;
    assert_eq!(calendar.len(), 1);
    calendar.remove(0)
}

#[test]
fn floor_and_ceiling_do_not_follow_the_calendar() {
    let (awake, asleep) = (
        estimate(&with(LARGE)),
        estimate(&with(&format!("{LARGE}{NIGHTS}"))),
    );
    assert_eq!(awake.range(), asleep.range());
    assert!(awake.calendar.is_empty());
}

#[test]
fn off_hours_save_the_nodes_that_nobody_needs_for_their_part_of_the_month() {
    let nights = only(&format!("{LARGE}{NIGHTS}"));
    // Five nights of 12 hours.
    assert_eq!(nights.when.hours(), "60 h a week");
    let nodes = nights.nodes.as_ref().unwrap();
    let (name, pair) = nodes.iter().next().unwrap();
    assert_eq!(name.as_str(), "general");
    // m7g.xlarge: 3920m - 300m leave room for one pod of 2 cores: ten nodes, and the rest fits
    // beside them. Asleep, the least nodes hold PgBouncer.
    assert_eq!((pair.before.0, pair.after.0), (10, 2));
    let saved = nights.cost.unwrap().floor;
    // 8 x 0.1632 x 730 = 953.088; x 60 / 168 = 340.388571...
    assert_eq!(saved.cents(), "-$340.39");
}

#[test]
fn where_the_least_nodes_hold_everything_off_hours_save_nothing_at_the_minima() {
    let nights = only(&format!(
        "nodes \"general\" {{ count min=6 max=6; }}\n{NIGHTS}"
    ));
    assert!(nights.moves_nothing());
    assert!(
        nights
            .told()
            .contains("nodes.general has 6 nodes (its minimum) at the pods' minima and 6"),
        "{}",
        nights.told()
    );
}

#[test]
fn windows_that_overlap_are_counted_once() {
    let evening = NIGHTS.replace("20:00", "18:00").replace("08:00", "22:00");
    let calendar = estimate(&with(&format!("{LARGE}{NIGHTS}{evening}"))).calendar;
    let told: Vec<String> = calendar
        .iter()
        .map(|it| format!("{}: {}", it.when.name(), it.when.hours()))
        .collect();
    // 20:00 to 22:00 both, 22:00 to 08:00 the night alone, 18:00 to 20:00 the evening alone.
    assert_eq!(
        told,
        [
            "off-hours mon-fri-18:00-22:00: 10 h a week",
            "off-hours mon-fri-18:00-22:00 + mon-fri-20:00-08:00: 10 h a week",
            "off-hours mon-fri-20:00-08:00: 50 h a week",
        ]
    );
}

#[test]
fn an_event_adds_its_nodes_once_and_none_at_the_maxima() {
    let event = "api { replicas min=2 max=20; requests cpu=\"2\" memory=\"2Gi\"; limits cpu=\"2\" memory=\"2Gi\"; }\nnodes \"general\" { count min=2 max=40; }\nevent \"launch\" from=\"2026-12-01T09:00\" to=\"2026-12-01T19:30\" zone=\"UTC\" { api 12; }\n";
    let launch = only(event);
    // 10.5 hours, and 30 minutes before.
    assert_eq!(launch.when.hours(), "11 h once");
    let pair = launch.nodes.as_ref().unwrap().values().next().unwrap();
    let more = pair.after.0 - pair.before.0;
    assert!(more > 0);
    assert_eq!(pair.before.1, pair.after.1);
    let cost = launch.cost.unwrap();
    assert_eq!(cost.ceiling.exact(), "$0.00");
    // The price of an hour, for each node more, eleven times.
    let hour = tierc::model::Money::parse("0.1632").unwrap();
    assert_eq!(cost.floor.cents(), hour.times(11 * u64::from(more)).cents());
}

#[test]
fn a_node_without_a_price_leaves_the_amount_out() {
    let text =
        format!("{LARGE}{NIGHTS}").replace("general\" {", "general\" { instance \"m9x.xlarge\";");
    let of = estimate(&with(&text));
    assert_eq!(of.layer(CostLayer::Nodes), None);
    assert_eq!(of.calendar[0].cost, None);
}

#[test]
fn a_calendar_is_shown_in_every_format() {
    let event = "event \"launch\" from=\"2026-12-01T09:00\" to=\"2026-12-01T19:30\" zone=\"UTC\" { api 10; }\n";
    let text = with(&format!("{LARGE}{NIGHTS}{event}"));
    let files = [("prod.kdl", text.as_str())];
    for (format, word) in [
        (Format::Human, "human"),
        (Format::Markdown, "markdown"),
        (Format::Json, "json"),
    ] {
        let report = reported(&files, None, format, false);
        snapshot(&format!("calendar_as_{word}"), &files, &report);
    }
}

#[test]
fn a_difference_shows_what_off_hours_move_and_adds_it_to_no_sum() {
    use tierc::cost::difference;
    use tierc::pair::Pair;
    let (awake, asleep) = (
        estimate(&with(LARGE)),
        estimate(&with(&format!("{LARGE}{NIGHTS}"))),
    );
    let change = difference(Pair::new(&awake, &asleep));
    assert_eq!(change.total().floor().signed(), "$0");
    assert_eq!(change.calendar.len(), 1);
    let shift = &change.calendar[0];
    assert_eq!(shift.name, "off-hours mon-fri-20:00-08:00");
    assert!(shift.moved.before.is_none());
    let after = shift.moved.after.as_ref().unwrap();
    assert_eq!(after.cost.unwrap().floor.signed(), "-$340");
    assert!(difference(Pair::new(&asleep, &asleep)).calendar.is_empty());
}
