//! A metric's days, trend, interval and threshold as SVG lines. Coordinates are parts of [`SIZE`]
//! from the left and the top, so the page can stretch the plot.

use jiff::civil::Date;
use serde::Serialize;

use super::super::number::bare;
use super::super::{Band, MetricReport, OutlookReport, PointReport};
use super::ticks::ticks;
use crate::capacity::projection::{HORIZON, later};
use crate::capacity::series::days_between;

/// The width and the height.
const SIZE: f64 = 1000.0;

/// The height of a plot relative to its maximum, so nothing touches the edge.
const HEADROOM: f64 = 1.08;

/// A tick closer than this to the threshold gets no number.
const NEAR: f64 = 90.0;

/// Everything that is drawn.
#[derive(Serialize)]
pub(super) struct Plot {
    /// The numbers beside the scale, including the threshold.
    labels: Vec<PlotLabel>,
    grid: Vec<String>,
    band: String,
    fitted: String,
    ahead: String,
    points: String,
    threshold: String,
    today: Mark,
    /// The day on which the threshold will be reached.
    crossing: Option<Mark>,
    first: String,
    last: String,
}

#[derive(Serialize)]
struct PlotLabel {
    text: String,
    /// How far from the top, in percent.
    at: String,
    threshold: bool,
}

/// A marked day.
#[derive(Serialize)]
struct Mark {
    text: String,
    /// The position from the left, as a part of [`SIZE`].
    x: String,
    /// The same in percent.
    at: String,
    /// The end of the text at this position, chosen so that it stays inside the plot.
    anchor: &'static str,
}

/// The scales: days from the left, values from the bottom.
struct Scale {
    first: Date,
    days: f64,
    top: f64,
}

/// A day of the trend.
type PlottedDay = (Date, Band);

/// The plot of a metric, from the first day of the input to the last day of the projection.
pub(super) fn plot(
    metric: &MetricReport,
    outlook: &OutlookReport,
    first: Date,
    today: Date,
) -> Plot {
    let last = later(today, HORIZON);
    let ahead = dated(&outlook.projection);
    let mut fitted = dated(&outlook.fitted);
    let whole = [fitted.as_slice(), &ahead].concat();
    // So that the two lines meet.
    fitted.extend(ahead.first());
    let measured = metric.days.iter().map(|day| day.value);
    let bands = whole.iter().map(|(_, band)| band.high);
    let most = measured.chain(bands).fold(metric.threshold, f64::max);
    let scale = Scale {
        first,
        days: f64::from(days_between(first, last).max(1)),
        top: if most > 0.0 { most * HEADROOM } else { 1.0 },
    };
    Plot {
        labels: labels(metric, &scale),
        grid: grid(&scale),
        band: band(&whole, &scale),
        fitted: scale.line(fitted.iter(), |it| it.value),
        ahead: scale.line(ahead.iter(), |it| it.value),
        points: points(metric, &scale),
        threshold: format!("{:.1}", scale.y(metric.threshold)),
        today: scale.mark(today, format!("review {today}")),
        crossing: crossing(outlook, today, &scale),
        first: first.to_string(),
        last: last.to_string(),
    }
}

impl Scale {
    fn x(&self, date: Date) -> f64 {
        SIZE * f64::from(days_between(self.first, date)) / self.days
    }

    fn y(&self, value: f64) -> f64 {
        SIZE * (1.0 - value / self.top)
    }

    /// A place, as a path has it.
    fn at(&self, date: Date, value: f64) -> String {
        format!("{:.1} {:.1}", self.x(date), self.y(value))
    }

    /// A path from day to day, without its first command letter.
    fn line<'a>(
        &self,
        days: impl Iterator<Item = &'a PlottedDay>,
        end: fn(&Band) -> f64,
    ) -> String {
        let places = days.map(|(date, band)| self.at(*date, end(band)));
        places.collect::<Vec<_>>().join("L")
    }

    fn mark(&self, date: Date, text: String) -> Mark {
        let x = self.x(date);
        Mark {
            text,
            x: format!("{x:.1}"),
            at: format!("{:.2}%", x / SIZE * 100.0),
            anchor: match x / SIZE {
                left if left < 0.3 => "start",
                right if right > 0.7 => "end",
                _ => "middle",
            },
        }
    }
}

fn dated(points: &[PointReport]) -> Vec<PlottedDay> {
    let dated = points.iter();
    dated
        .filter_map(|point| Some((point.date.parse().ok()?, point.band)))
        .collect()
}

fn labels(metric: &MetricReport, scale: &Scale) -> Vec<PlotLabel> {
    let threshold = scale.y(metric.threshold);
    let label = |value: f64, threshold: bool| PlotLabel {
        text: bare(value, metric.unit).replace(".0", ""),
        at: format!("{:.2}%", scale.y(value) / SIZE * 100.0),
        threshold,
    };
    let ticks = ticks(scale.top).into_iter();
    let ticks = ticks.filter(|tick| (scale.y(*tick) - threshold).abs() > NEAR);
    let ticks = ticks.map(|tick| label(tick, false));
    ticks.chain([label(metric.threshold, true)]).collect()
}

fn grid(scale: &Scale) -> Vec<String> {
    let ticks = ticks(scale.top).into_iter();
    ticks.map(|tick| format!("{:.1}", scale.y(tick))).collect()
}

/// Along the upper ends, and back along the lower ends.
fn band(days: &[PlottedDay], scale: &Scale) -> String {
    let there = scale.line(days.iter(), |it| it.high);
    let back = scale.line(days.iter().rev(), |it| it.low);
    format!("{there}L{back}")
}

/// Lines without length: their round caps are dots that stay round when stretched.
fn points(metric: &MetricReport, scale: &Scale) -> String {
    let days = metric.days.iter();
    let days = days.filter_map(|day| Some((day.date.parse().ok()?, day.value)));
    let dots = days.map(|(date, value)| format!("M{}h0", scale.at(date, value)));
    dots.collect()
}

fn crossing(outlook: &OutlookReport, today: Date, scale: &Scale) -> Option<Mark> {
    let days = outlook.days_until.expected.filter(|days| *days > 0)?;
    let date = later(today, days);
    Some(scale.mark(date, format!("reached {date}")))
}
