//! Files of metrics, right and wrong.

use tierc::capacity::metrics_file::read;
use tierc::capacity::series::History;
use tierc::metric::{Component, Metric};

use super::{MEDIUM, tracked, window};

fn history(text: impl AsRef<[u8]>) -> History {
    read(text.as_ref(), &tracked(MEDIUM), window()).unwrap()
}

fn mistakes(text: impl AsRef<[u8]>) -> Vec<String> {
    let mistakes = read(text.as_ref(), &tracked(MEDIUM), window()).unwrap_err();
    let shown = mistakes
        .iter()
        .map(|it| format!("{}: {}", it.line, it.message));
    shown.collect()
}

fn values(history: &History, metric: Metric, component: &Component) -> Vec<f64> {
    let samples = &history.series[&(metric, component.clone())];
    samples.iter().map(|it| it.value).collect()
}

#[test]
fn a_byte_order_mark_carriage_returns_and_any_order_of_columns_are_read() {
    let text = "\u{feff}value,time,component,metric\r\n41.5,2026-11-24,database,db-cpu\r\n40,2026-11-23T23:30:00-01:00,database,db-cpu\r\n39,2026-11-23,database,db-cpu\r\n";
    let history = history(text);
    let found = values(&history, Metric::DbCpu, &Component::Database);
    // 23:30 an hour west of Greenwich is 00:30 of the next day in UTC.
    assert_eq!(found, [39.0, 41.5, 40.0]);
    assert!(history.notes.is_empty());
}

#[test]
fn a_component_that_alone_has_a_metric_need_not_be_named() {
    let history = history("time,metric,value\n2026-11-24,db-storage,61\n");
    let found = values(&history, Metric::DbStorage, &Component::Database);
    assert_eq!(found, [61.0]);
}

#[test]
fn the_example_of_the_documentation_is_read_whole() {
    let page = include_str!("../../docs/capacity.md");
    let (_, rest) = page.split_once("```csv\n").unwrap();
    let (csv, _) = rest.split_once("```").unwrap();
    let history = history(csv);
    let days = |component: &str| {
        let mut series = history.series.iter();
        let found = series.find(|((_, it), _)| it.to_string() == component);
        found.map(|(_, samples)| samples.len())
    };
    assert_eq!(days("api"), Some(2));
    assert_eq!(days("database"), Some(2));
    // The last row has no value: a gap.
    assert_eq!(days("redis.queue"), Some(1));
    assert_eq!(history.notes, ["1 row without a value: a gap"]);
}

#[test]
fn every_broken_row_is_told_with_its_line() {
    let text = "time,metric,component,value,unit
2026-11-24,db-cpu,database,41,%
24.11.2026,db-cpu,database,41,%
2026-11-24T10:00:00,db-cpu,database,41,%
2026-11-24,db-cpus,database,41,%
2026-11-24,db-cpu,redis.queue,41,%
2026-11-24,db-cpu,redis.kueue,41,%
2026-11-24,redis-memory,,41,%
2026-11-24,db-cpu,database,41%,
2026-11-24,db-cpu,database,many,
2026-11-24,db-cpu,database,-1,
2026-11-24,db-cpu,database,inf,
2026-11-24,db-cpu,database,1e300,
2026-11-24,db-cpu,database,0.41,ratio
2026-11-24,db-cpu
";
    let told = mistakes(text).join("\n");
    crate::support::snapshot("capacity", "broken_rows", &format!("{text}\n{told}\n"));
}

#[test]
fn the_columns_have_to_be_right_before_any_row_is() {
    let first = |text: &str| mistakes(text).join("\n");
    for (text, said) in [
        ("", "1: the file is empty"),
        ("time;metric;value\n", "1: the columns are separated by `;`"),
        ("time,metric\n", "1: the column `value` is missing"),
        ("time,metric,value,host\n", "1: there is no column `host`"),
        (
            "time,metric,value,time\n",
            "1: the column `time` appears twice",
        ),
        ("\u{0}", "1: there is no column"),
    ] {
        assert!(first(text).starts_with(said), "{text:?}: {}", first(text));
    }
    assert!(mistakes(b"\xff\xfet\0i\0m\0e\0")[0].contains("UTF-16"));
    assert!(
        mistakes(b"time,metric,value\n2026-11-24,db-\xff,1\n")[0].starts_with("2: `metric` is not")
    );
}

#[test]
fn a_file_with_columns_alone_has_no_series() {
    let history = history("time,metric,component,value\n");
    assert!(history.series.is_empty());
}

#[test]
fn what_is_no_number_is_a_gap_and_counted() {
    let text = "time,metric,component,value\n2026-11-24,db-cpu,database,NaN\n2026-11-23,db-cpu,database,\n2026-11-22,db-cpu,database,4\n";
    let history = history(text);
    assert_eq!(values(&history, Metric::DbCpu, &Component::Database), [4.0]);
    assert_eq!(history.notes, ["2 rows without a value: a gap"]);
}

#[test]
fn a_time_that_repeats_has_to_have_the_same_value() {
    let same = "time,metric,component,value\n2026-11-24T00:00:00Z,db-cpu,database,4\n2026-11-24,db-cpu,database,4.0\n";
    assert_eq!(
        values(&history(same), Metric::DbCpu, &Component::Database),
        [4.0]
    );
    let other = same.replace("4.0", "5");
    assert_eq!(
        mistakes(other),
        ["3: line 2 has the same time with another value: remove one of the two"]
    );
}

#[test]
fn rows_outside_of_the_window_are_counted_and_not_read() {
    let text = "time,metric,component,value\n2026-10-25,db-cpu,database,1\n2026-10-26,db-cpu,database,2\n2026-11-24T23:59:59Z,db-cpu,database,3\n2026-11-25,db-cpu,database,4\n";
    let history = history(text);
    let found = values(&history, Metric::DbCpu, &Component::Database);
    assert_eq!(found, [2.0, 3.0]);
    assert_eq!(
        history.notes,
        [
            "1 row before 2026-10-26 not read",
            "1 row after 2026-11-24 not read"
        ]
    );
}

#[test]
fn shares_where_percent_are_expected_are_noticed() {
    let history = history("time,metric,component,value\n2026-11-24,db-cpu,database,0.61\n");
    assert_eq!(
        history.notes,
        ["`db-cpu` of database is never above 1: write percentages as 0 to 100"]
    );
}

#[test]
fn twenty_mistakes_are_told_and_the_others_counted() {
    let rows: String = (0..1000).map(|_| "yesterday,db-cpu,database,1\n").collect();
    let told = mistakes(format!("time,metric,component,value\n{rows}"));
    assert_eq!(told.len(), 21);
    assert_eq!(told[20], "21: and 980 more mistakes after this line");
}

#[test]
fn a_year_of_minutes_is_read_and_its_month_kept() {
    let mut text = String::from("time,metric,component,value\n");
    let first = "2025-11-25T00:00:00Z".parse::<jiff::Timestamp>().unwrap();
    for minute in 0..365 * 24 * 60_i64 {
        let at = first + jiff::SignedDuration::from_mins(minute);
        text += &format!("{at},db-cpu,database,{}\n", minute % 60);
    }
    let history = history(text);
    let found = values(&history, Metric::DbCpu, &Component::Database);
    assert_eq!(found.len(), 30 * 24 * 60);
}
