//! The review as text for a terminal of 80 columns.

use super::chart::{chart, sparkline};
use super::number::{bare, shown};
use super::{
    CapacityReport, ChangeReport, DirectionReport, MetricReport, OutlookReport, ReachReport,
    ReliefReport, UrgencyReport,
};
use crate::capacity::projection::SOON;
use crate::cost::difference::CostShift;
use crate::impact::Impact;
use crate::model::Money;
use crate::report::diff::lasting;
use crate::report::diff::text::wrapped;
use crate::report::paint::{Ink, Paint};
use crate::report::table::{Columns, padded};

/// How a terminal shows a report.
#[derive(Clone, Copy, Debug)]
pub struct CapacityStyle {
    /// Whether it is coloured.
    pub color: bool,
    /// Whether the terminal shows Unicode.
    pub unicode: bool,
}

/// Columns of a sparkline.
const SPARK: usize = 10;

/// The report: a table, then a plot and the change for each due metric.
#[must_use]
pub fn text(report: &CapacityReport, how: CapacityStyle) -> String {
    let paint = Paint(how.color);
    let head = wrapped("", &headline(report), 2);
    let mut text = format!("{}\n", paint.ink(Ink::Bold, head.trim_end()));
    let read = format!(
        "{} to {} from {}; each day counts with its 95th percentile, intervals have a confidence of 90%",
        report.first, report.today, report.source
    );
    text += &wrapped("", &read, 0);
    text += &table(report, how);
    for metric in &report.metrics {
        if let (Some(outlook), Some(relief)) = (&metric.outlook, &metric.relief) {
            text += &due(metric, outlook, relief, how);
        }
    }
    let notes = report.notes.iter().map(|note| format!("note: {note}\n"));
    let notes: String = notes.collect();
    if notes.is_empty() {
        text
    } else {
        format!("{text}\n{notes}")
    }
}

/// What a reader has to know first.
pub(super) fn headline(report: &CapacityReport) -> String {
    let urgencies = || {
        let outlooks = report.metrics.iter().map(|metric| &metric.outlook);
        outlooks.flatten().map(|outlook| outlook.urgency)
    };
    let count = |wanted: UrgencyReport| urgencies().filter(|it| *it == wanted).count();
    let (reached, soon) = (count(UrgencyReport::Reached), count(UrgencyReport::Soon));
    let outlooks = report.metrics.iter().filter_map(|it| it.outlook.as_ref());
    let possible = outlooks
        .filter(|it| it.days_until.earliest.is_some_and(|days| days <= SOON))
        .count();
    let known = urgencies().count();
    let all = report.metrics.len();
    let said = match (known, reached, soon) {
        (0, _, _) => "no metric has enough data".to_owned(),
        (_, 0, 0) if possible > 0 => {
            format!("no threshold is expected within 30 days, and {possible} cannot be ruled out")
        }
        (_, 0, 0) => "no threshold is reached within 30 days".to_owned(),
        (_, 0, _) => format!("{} reached within 30 days", thresholds(soon)),
        (_, _, 0) => format!("{} reached", thresholds(reached)),
        _ => format!(
            "{} reached, {soon} more within 30 days",
            thresholds(reached)
        ),
    };
    format!(
        "{}: {said} ({known} of {all} metrics known)",
        report.environment
    )
}

fn thresholds(count: usize) -> String {
    match count {
        1 => "1 threshold is".to_owned(),
        _ => format!("{count} thresholds are"),
    }
}

/// The widths that the columns have at least: most reports are then alike, within 80 columns.
const WIDTHS: [usize; 6] = [15, SPARK, 8, 9, 17, 0];

fn table(report: &CapacityReport, how: CapacityStyle) -> String {
    let paint = Paint(how.color);
    let days = format!("{} days", report.days_read);
    let head = [
        "",
        days.as_str(),
        "now",
        "threshold",
        " in 90 days",
        "reached",
    ]
    .map(str::to_owned);
    let rows: Vec<_> = report
        .metrics
        .iter()
        .map(|it| (it, cells(it, how)))
        .collect();
    let known = rows.iter().filter_map(|(_, cells)| cells.as_ref().ok());
    let columns = Columns::fit(
        std::iter::once(&head)
            .chain(known)
            .map(<[String; 6]>::each_ref),
    )
    .at_least(WIDTHS)
    .right([2, 3])
    .gap(1);
    let mut text = format!(
        "\n{}\n",
        paint.ink(Ink::Dim, &format!("  {}", columns.line(&head)))
    );
    let mut component = "";
    for (metric, cells) in &rows {
        if metric.component != component {
            component = &metric.component;
            text += &format!("{component}\n");
        }
        let (ink, line) = match cells {
            Ok(cells) => {
                let urgency = metric.outlook.as_ref().map(|it| it.urgency);
                (urgency.map_or(Ink::Plain, ink), columns.line(cells))
            }
            Err([name, lacking]) => {
                let [width, ..] = WIDTHS;
                (Ink::Dim, format!("{} {lacking}", padded(name, width)))
            }
        };
        text += &format!("{}\n", paint.ink(ink, &format!("  {line}")));
    }
    text
}

/// The cells of a metric's row. Without an outlook: its name, and what is missing.
fn cells(metric: &MetricReport, how: CapacityStyle) -> Result<[String; 6], [String; 2]> {
    let name = metric.metric.name().to_owned();
    let Some(outlook) = &metric.outlook else {
        return Err([name, metric.lacking.clone().unwrap_or_default()]);
    };
    let value = |value: f64| bare(value, metric.unit);
    let ahead = outlook.in_90_days;
    Ok([
        name,
        sparkline(metric, SPARK, how.unicode),
        value(outlook.now.value),
        value(metric.threshold),
        // The interval stands off the threshold, which ends where it begins.
        format!(" {}..{}", value(ahead.low), value(ahead.high)),
        reached(&outlook.days_until, outlook.direction),
    ])
}

/// The colour of an urgency.
pub(super) fn ink(urgency: UrgencyReport) -> Ink {
    match urgency {
        UrgencyReport::Fine => Ink::Plain,
        UrgencyReport::Watch => Ink::Yellow,
        UrgencyReport::Soon | UrgencyReport::Reached => Ink::Red,
    }
}

/// When a threshold is reached, in a few words.
pub(super) fn reached(until: &ReachReport, direction: DirectionReport) -> String {
    match until.expected {
        Some(0) => "reached".to_owned(),
        Some(days) => format!("in {days} days"),
        None => match direction {
            _ if until.earliest.is_some_and(|days| days <= SOON) => {
                format!("maybe in {} d", until.earliest.unwrap_or_default())
            }
            DirectionReport::Flat => "no, flat".to_owned(),
            DirectionReport::Falling => "no, falling".to_owned(),
            DirectionReport::Rising => "not in 90 days".to_owned(),
        },
    }
}

/// When a threshold is reached, as a sentence.
pub(super) fn until(metric: &MetricReport, outlook: &OutlookReport) -> String {
    let threshold = shown(metric.threshold, metric.unit);
    let ReachReport {
        expected,
        earliest,
        latest,
    } = outlook.days_until;
    let within = |days: Option<u32>| match days {
        Some(days) => days.to_string(),
        None => "more than 90".to_owned(),
    };
    match expected {
        Some(0) => format!("{threshold} is reached"),
        Some(days) => format!(
            "reaches {threshold} in {days} days ({} to {})",
            within(earliest),
            within(latest)
        ),
        None => match earliest {
            Some(days) => format!("may reach {threshold} in {days} days or more"),
            None => format!("does not reach {threshold} within 90 days"),
        },
    }
}

fn due(
    metric: &MetricReport,
    outlook: &OutlookReport,
    relief: &ReliefReport,
    how: CapacityStyle,
) -> String {
    let paint = Paint(how.color);
    let title = format!(
        "{} {}: {}",
        metric.component,
        metric.metric,
        until(metric, outlook)
    );
    let mut text = format!("\n{}\n", paint.ink(Ink::Bold, &title));
    text += &chart(metric, outlook, how.unicode);
    match &relief.change {
        Some(change) => text += &made(change, relief.priced, metric, paint),
        None => text += "  no tried change lasts for 90 days\n",
    }
    for refused in &relief.refused {
        let refused = format!("not `{}`: {}", one_line(&refused.kdl), refused.reason);
        let lines = wrapped("  ", &refused, 4);
        text += &format!("{}\n", paint.ink(Ink::Dim, lines.trim_end()));
    }
    text
}

fn made(change: &ChangeReport, priced: bool, metric: &MetricReport, paint: Paint) -> String {
    let mut text = format!("  {} that lasts for 90 days:\n", which(priced));
    for instruction in &change.instructions {
        let lines = wrapped("    ", instruction, 6);
        text += &format!("{}\n", paint.ink(Ink::Green, lines.trim_end()));
    }
    for line in change.nodes.lines() {
        text += &format!("    {}\n", paint.ink(Ink::Green, line));
    }
    let sentences = [cost(change), disruption(change)].into_iter();
    for sentence in sentences.chain(seen_to(change, priced)) {
        text += &wrapped("  ", &sentence, 4);
    }
    let after = shown(change.after, metric.unit);
    text + &format!("  with this change at most {after} within 90 days\n")
}

/// How a change is introduced: without prices, no change is called the cheapest.
pub(super) fn which(priced: bool) -> &'static str {
    if priced {
        "the cheapest change"
    } else {
        "a change, not known to be the cheapest,"
    }
}

/// What to take care of, the new warnings, and what is unknown.
pub(super) fn seen_to(change: &ChangeReport, priced: bool) -> Vec<String> {
    let heeds = change.heeds.iter().map(|heed| format!("caution: {heed}"));
    let warnings = change.warnings.iter();
    let warnings = warnings.map(|code| format!("adds the warning {code}: `tierc explain {code}`"));
    let missing =
        "prices are missing: `--catalogue DIR` with a complete `prices.kdl` finds the cheapest one";
    let missing = (!priced).then(|| missing.to_owned());
    heeds.chain(warnings).chain(missing).collect()
}

/// `+$69 a month (floor), +$138 (ceiling)`.
pub(super) fn cost(change: &ChangeReport) -> String {
    let shift = CostShift(change.cost);
    let (floor, ceiling) = (shift.floor().signed(), shift.ceiling().signed());
    let unpriced = match change.unpriced {
        0 => String::new(),
        count => format!(", plus {count} without a price"),
    };
    if change.unpriced > 0 && floor == ceiling && shift.floor() == Money::ZERO {
        let plural = if change.unpriced == 1 {
            "item has"
        } else {
            "items have"
        };
        return format!("cost unknown: {} {plural} no price", change.unpriced);
    }
    if floor == ceiling {
        format!("costs {floor} a month{unpriced}")
    } else {
        format!("costs {floor} (floor) to {ceiling} (ceiling) a month{unpriced}")
    }
}

/// The class, its duration, and who is affected.
pub(super) fn disruption(change: &ChangeReport) -> String {
    let impact = &change.impact;
    let class = lasting(impact.class, impact.seconds);
    format!("disruption {class}: {}", about(impact))
}

/// What happens, and under which condition.
pub(super) fn about(impact: &Impact) -> String {
    let condition = impact.condition.as_ref();
    let condition = condition.map_or(String::new(), |it| format!(" ({it})"));
    format!("{}{condition}", impact.reason)
}

/// KDL on one line.
pub(super) fn one_line(kdl: &str) -> String {
    let lines: Vec<&str> = kdl.lines().map(str::trim).collect();
    let text = lines.join("; ");
    text.replace("{; ", "{ ").replace("; }", " }")
}
