//! The review as a page: its content, all of which is escaped text.

use tierc::report::capacity::html::html;

use super::story::{csv, reviewed};
use super::{MEDIUM, days, is_weekend};
use crate::diff::html::{bare, held};
use crate::support::snapshot;

/// A review with a month of metrics, and one without any.
pub(crate) fn pages() -> Vec<String> {
    let nothing = "time,metric,component,value\n";
    [nothing, &csv()]
        .map(|csv| html(&reviewed(MEDIUM, csv)))
        .into()
}

/// One metric that is due, one with too few days; one that was never measured.
fn few() -> String {
    let mut text = String::from("time,metric,component,value\n");
    let value = |day: u32, date| {
        let weekend = if is_weekend(date) { 12.0 } else { 0.0 };
        40.0 + 0.8 * f64::from(day) - weekend
    };
    for day in days(28, value) {
        text += &format!("{},db-cpu,database,{:.1}\n", day.date, day.value);
    }
    text + "2026-11-24,db-storage,database,61\n"
}

#[test]
fn a_month_is_a_page() {
    let page = html(&reviewed(MEDIUM, &few()));
    held(&page);
    snapshot("capacity", "month_as_html", &bare(&page));
}

#[test]
fn a_page_has_a_plot_with_words_for_every_metric_that_is_known() {
    let report = reviewed(MEDIUM, &csv());
    let text = html(&report);
    let page = held(&text);
    let known = report.metrics.iter().filter(|it| it.outlook.is_some());
    assert_eq!(text.matches("<figure>").count(), known.count());
    assert_eq!(
        text.matches("role=\"img\"").count(),
        text.matches("<desc ").count()
    );
    for metric in &report.metrics {
        let id = format!("id=\"{}.{}\"", metric.component, metric.metric);
        assert!(text.contains(&id), "{id}");
        match (&metric.lacking, &metric.relief) {
            (Some(lacking), _) => assert!(page.text.contains(lacking), "{lacking}"),
            (None, Some(relief)) => {
                let change = relief.change.as_ref().unwrap();
                assert!(page.code.contains(&change.kdl), "{}", change.kdl);
                let reason = change.impact.reason.replace('`', "");
                assert!(page.text.contains(&reason), "{reason}");
            }
            (None, None) => {}
        }
        // Every measured day is in the table beside the plot.
        for day in &metric.days {
            assert!(page.text.contains(&day.date), "{}", day.date);
        }
    }
}

#[test]
fn where_nothing_is_known_there_is_no_plot_and_a_reason_for_each() {
    let text = pages().remove(0);
    let page = held(&text);
    assert!(!text.contains("<figure>") && !text.contains("class=\"legend\""));
    let said = "Nothing can be said: nothing was measured.";
    assert_eq!(page.text.matches(said).count(), 12);
}

#[test]
fn a_hostile_source_is_text_on_the_page() {
    let mut report = reviewed(MEDIUM, &csv());
    let hostile = "</code><script>alert(1)</script><img src=x onerror=y>\"'{{ 7 }}";
    hostile.clone_into(&mut report.source);
    report.notes.push(hostile.to_owned());
    let page = held(&html(&report));
    assert!(page.code.iter().any(|it| it == hostile));
    assert_eq!(page.text.matches(hostile).count(), 2);
}
