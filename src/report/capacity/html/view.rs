//! What the template shows, in its words.

use jiff::civil::Date;
use serde::Serialize;

use super::super::number::{bare, change_a_day, shown};
use super::super::text::{about, headline, ink, one_line, reached, seen_to, until, which};
use super::super::{
    Band, CapacityReport, ChangeReport, DirectionReport, MetricReport, OutlookReport,
    RefusalReport, ReliefReport,
};
use super::plot::{Plot, plot};
use crate::capacity::projection::later;
use crate::report::diff::{growth, lasting};
use crate::report::page::{Tone, class_tone, tone};

#[derive(Serialize)]
pub(super) struct CapacityView<'a> {
    title: String,
    environment: &'a str,
    source: &'a str,
    first: &'a str,
    today: &'a str,
    days_read: u32,
    notes: &'a [String],
    rows: Vec<MetricRow<'a>>,
    due: Vec<Due<'a>>,
    components: Vec<ComponentView<'a>>,
    /// Whether there is any plot to explain.
    plotted: bool,
}

/// A metric's row in the table of figures.
#[derive(Serialize)]
struct MetricRow<'a> {
    id: String,
    component: &'a str,
    metric: &'static str,
    threshold: String,
    /// Its figures; `None` if `lacking` says why there are none.
    figures: Option<Figures>,
    lacking: Option<&'a str>,
}

#[derive(Serialize)]
struct Figures {
    now: String,
    in_30_days: String,
    in_90_days: String,
    trend: String,
    reached: String,
    tone: Tone,
}

/// A metric's row in the table of changes.
#[derive(Serialize)]
struct Due<'a> {
    id: String,
    component: &'a str,
    metric: &'static str,
    reached: String,
    tone: Tone,
    change: Option<ChangeView<'a>>,
}

#[derive(Serialize)]
struct ComponentView<'a> {
    name: &'a str,
    metrics: Vec<Chart<'a>>,
}

#[derive(Serialize)]
struct Chart<'a> {
    id: String,
    component: &'a str,
    metric: &'static str,
    /// The result as a sentence.
    says: String,
    tone: Tone,
    unit: String,
    plot: Option<Plot>,
    /// The plot in words.
    told: String,
    days: Vec<DayRow<'a>>,
    lacking: Option<&'a str>,
    relief: Option<Relief<'a>>,
}

#[derive(Serialize)]
struct DayRow<'a> {
    date: &'a str,
    measured: Option<String>,
    expected: Option<String>,
    interval: Option<String>,
}

#[derive(Serialize)]
struct Relief<'a> {
    change: Option<ChangeView<'a>>,
    refused: Vec<RefusedView<'a>>,
}

#[derive(Serialize)]
struct ChangeView<'a> {
    which: &'static str,
    instructions: &'a [String],
    nodes: &'a str,
    line: String,
    cost: String,
    unpriced: usize,
    class: String,
    tone: Tone,
    about: String,
    seen_to: Vec<String>,
    after: String,
}

#[derive(Serialize)]
struct RefusedView<'a> {
    line: String,
    reason: &'a str,
}

/// The report in the template's words.
pub(super) fn of(report: &CapacityReport) -> CapacityView<'_> {
    let metrics = report.metrics.as_slice();
    CapacityView {
        title: headline(report),
        environment: &report.environment,
        source: &report.source,
        first: &report.first,
        today: &report.today,
        days_read: report.days_read,
        notes: &report.notes,
        rows: metrics.iter().map(|it| row(it, report)).collect(),
        due: metrics.iter().filter_map(|it| due(it, report)).collect(),
        components: metrics
            .chunk_by(|one, other| one.component == other.component)
            .filter_map(|metrics| {
                Some(ComponentView {
                    name: &metrics.first()?.component,
                    metrics: metrics.iter().map(|it| chart(it, report)).collect(),
                })
            })
            .collect(),
        plotted: metrics.iter().any(|it| it.outlook.is_some()),
    }
}

fn id(metric: &MetricReport) -> String {
    format!("{}.{}", metric.component, metric.metric)
}

fn row<'a>(metric: &'a MetricReport, report: &CapacityReport) -> MetricRow<'a> {
    MetricRow {
        id: id(metric),
        component: &metric.component,
        metric: metric.metric.name(),
        threshold: shown(metric.threshold, metric.unit),
        figures: metric
            .outlook
            .as_ref()
            .map(|it| figures(metric, it, report)),
        lacking: metric.lacking.as_deref(),
    }
}

fn figures(metric: &MetricReport, outlook: &OutlookReport, report: &CapacityReport) -> Figures {
    Figures {
        now: bare(outlook.now.value, metric.unit),
        in_30_days: interval(outlook.in_30_days, metric),
        in_90_days: interval(outlook.in_90_days, metric),
        trend: trend(metric, outlook),
        reached: when(outlook, report),
        tone: tone(ink(outlook.urgency)),
    }
}

/// `88.3% to 94.6%`.
fn interval(band: Band, metric: &MetricReport) -> String {
    let end = |value| bare(value, metric.unit);
    format!("{} to {}", end(band.low), end(band.high))
}

/// `rising, +0.30% a day`.
fn trend(metric: &MetricReport, outlook: &OutlookReport) -> String {
    let direction = match outlook.direction {
        DirectionReport::Rising => "rising",
        DirectionReport::Falling => "falling",
        DirectionReport::Flat => return "flat".to_owned(),
    };
    let a_day = change_a_day(outlook.slope.value, metric.unit);
    format!("{direction}, {a_day} a day")
}

/// `in 30 days, 2026-12-24`.
fn when(outlook: &OutlookReport, report: &CapacityReport) -> String {
    let told = reached(&outlook.days_until, outlook.direction);
    let days = outlook.days_until.expected.filter(|days| *days > 0);
    match (days, report.today.parse::<Date>()) {
        (Some(days), Ok(today)) => format!("{told}, {}", later(today, days)),
        (Some(_) | None, _) => told,
    }
}

fn due<'a>(metric: &'a MetricReport, report: &CapacityReport) -> Option<Due<'a>> {
    let (outlook, relief) = (metric.outlook.as_ref()?, metric.relief.as_ref()?);
    Some(Due {
        id: id(metric),
        component: &metric.component,
        metric: metric.metric.name(),
        reached: when(outlook, report),
        tone: tone(ink(outlook.urgency)),
        change: relief
            .change
            .as_ref()
            .map(|it| change(it, relief.priced, metric)),
    })
}

fn chart<'a>(metric: &'a MetricReport, report: &CapacityReport) -> Chart<'a> {
    let outlook = metric.outlook.as_ref();
    let date = |text: &str| text.parse::<Date>().ok();
    let ends = date(&report.first).zip(date(&report.today));
    Chart {
        id: id(metric),
        component: &metric.component,
        metric: metric.metric.name(),
        says: outlook.map_or_else(String::new, |it| until(metric, it)),
        tone: outlook.map_or(Tone::Quiet, |it| tone(ink(it.urgency))),
        unit: metric.unit.to_string(),
        plot: outlook
            .zip(ends)
            .map(|(it, (first, today))| plot(metric, it, first, today)),
        told: outlook.map_or_else(String::new, |it| told(metric, it)),
        days: days(metric),
        lacking: metric.lacking.as_deref(),
        relief: metric.relief.as_ref().map(|it| relief(it, metric)),
    }
}

/// The text alternative of the plot.
fn told(metric: &MetricReport, outlook: &OutlookReport) -> String {
    let season = if outlook.seasonal {
        ", with a season by weekday"
    } else {
        ""
    };
    format!(
        "{} of {} days measured; {}{season}; now {}, in 30 days {}, in 90 days {}; {}.",
        metric.days.len(),
        outlook.fitted.len() + 1,
        trend(metric, outlook),
        shown(outlook.now.value, metric.unit),
        interval(outlook.in_30_days, metric),
        interval(outlook.in_90_days, metric),
        until(metric, outlook)
    )
}

/// Every day with a measurement or a trend value.
fn days(metric: &MetricReport) -> Vec<DayRow<'_>> {
    let Some(outlook) = &metric.outlook else {
        let measured = metric.days.iter().map(|day| DayRow {
            date: &day.date,
            measured: Some(bare(day.value, metric.unit)),
            expected: None,
            interval: None,
        });
        return measured.collect();
    };
    let points = outlook.fitted.iter().chain(&outlook.projection);
    points
        .map(|point| DayRow {
            date: &point.date,
            measured: metric
                .days
                .iter()
                .find(|day| day.date == point.date)
                .map(|day| bare(day.value, metric.unit)),
            expected: Some(bare(point.band.value, metric.unit)),
            interval: Some(interval(point.band, metric)),
        })
        .collect()
}

fn relief<'a>(relief: &'a ReliefReport, metric: &MetricReport) -> Relief<'a> {
    let refused = |refused: &'a RefusalReport| RefusedView {
        line: one_line(&refused.kdl),
        reason: &refused.reason,
    };
    Relief {
        change: relief
            .change
            .as_ref()
            .map(|it| change(it, relief.priced, metric)),
        refused: relief.refused.iter().map(refused).collect(),
    }
}

fn change<'a>(change: &'a ChangeReport, priced: bool, metric: &MetricReport) -> ChangeView<'a> {
    let impact = &change.impact;
    ChangeView {
        which: which(priced),
        instructions: &change.instructions,
        nodes: &change.nodes,
        line: one_line(&change.kdl),
        cost: growth(&change.cost),
        unpriced: change.unpriced,
        class: lasting(impact.class, impact.seconds),
        tone: class_tone(impact.class),
        about: about(impact),
        seen_to: seen_to(change, priced),
        after: shown(change.after, metric.unit),
    }
}
