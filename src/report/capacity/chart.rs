//! A metric's history and projection as a plot on a terminal.

use super::number::bare;
use super::{MetricReport, OutlookReport};

/// Rows of a plot.
const ROWS: usize = 9;

/// Columns of a terminal.
const WIDTH: usize = 80;

/// The fewest days per column: with it, 30 days of history and 90 ahead fit 80 columns with the
/// labels.
const DAYS_PER_COLUMN: usize = 2;

/// What a plot is drawn with.
#[derive(Clone, Copy, Debug)]
struct Glyphs {
    measured: char,
    expected: char,
    band: char,
    threshold: char,
    axis: char,
    corner: char,
    floor: char,
}

const UNICODE: Glyphs = Glyphs {
    measured: '●',
    expected: '○',
    band: '░',
    threshold: '─',
    axis: '│',
    corner: '└',
    floor: '─',
};

const ASCII: Glyphs = Glyphs {
    measured: '#',
    expected: 'o',
    band: ':',
    threshold: '-',
    axis: '|',
    corner: '+',
    floor: '-',
};

/// A column of a plot.
#[derive(Clone, Copy)]
struct Column {
    /// The measured or expected value.
    value: Option<f64>,
    /// The interval of the projection, on projected days.
    band: Option<(f64, f64)>,
}

/// The plot, in lines of at most 80 columns. Each column shows the highest of two days, or of more
/// days if the history is longer.
#[must_use]
pub fn chart(metric: &MetricReport, outlook: &OutlookReport, unicode: bool) -> String {
    let glyphs = if unicode { UNICODE } else { ASCII };
    let most = most(metric, outlook);
    // A threshold at the very top would look like a frame.
    let top = if most > 0.0 { most * 1.05 } else { 1.0 };
    let row_of = |value: f64| row(value, top);
    let threshold = row_of(metric.threshold);
    let labels = labels(metric, top, threshold);
    let width = labels.iter().map(String::len).max().unwrap_or(0);
    let columns = columns(metric, outlook, WIDTH.saturating_sub(width + 2));
    let mut text = String::new();
    for (row, label) in labels.iter().enumerate() {
        let line: String = columns
            .iter()
            .map(|column| glyph(*column, row, threshold, &row_of, glyphs))
            .collect();
        text += &format!("{label:>width$} {}{line}", glyphs.axis);
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text + &foot(metric, outlook, width, &columns, glyphs)
}

/// The highest of all that a plot shows.
fn most(metric: &MetricReport, outlook: &OutlookReport) -> f64 {
    let measured = metric.days.iter().map(|day| day.value);
    let ahead = outlook.projection.iter().map(|point| point.band.high);
    measured.chain(ahead).fold(metric.threshold, f64::max)
}

/// The label of each row: the threshold, the top or the bottom.
fn labels(metric: &MetricReport, top: f64, threshold: usize) -> Vec<String> {
    (0..ROWS)
        .map(|row| match row {
            _ if row == threshold => bare(metric.threshold, metric.unit),
            0 => bare(top, metric.unit),
            _ if row + 1 == ROWS => bare(0.0, metric.unit),
            _ => String::new(),
        })
        .collect()
}

/// The row of a value, counted from the top.
fn row(value: f64, top: f64) -> usize {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )] // saturates, and is held to the plot
    let below = ((value / top) * ROWS as f64).floor().max(0.0) as usize;
    ROWS - 1 - below.min(ROWS - 1)
}

fn glyph(
    column: Column,
    row: usize,
    threshold: usize,
    row_of: &dyn Fn(f64) -> usize,
    glyphs: Glyphs,
) -> char {
    if column.value.map(row_of) == Some(row) {
        return if column.band.is_some() {
            glyphs.expected
        } else {
            glyphs.measured
        };
    }
    let within = |(low, high): (f64, f64)| (row_of(high)..=row_of(low)).contains(&row);
    if row == threshold {
        glyphs.threshold
    } else if column.band.is_some_and(within) {
        glyphs.band
    } else {
        ' '
    }
}

/// Groups the days into at most `room` columns, of at least two days each.
fn columns(metric: &MetricReport, outlook: &OutlookReport, room: usize) -> Vec<Column> {
    let first = metric.days.first().map(|day| day.date.as_str());
    let today = outlook.projection.first().map(|point| point.date.as_str());
    let measured = calendar(first.unwrap_or_default(), today.unwrap_or_default());
    let value = |date: &String| {
        let found = metric.days.iter().find(|day| day.date == *date);
        found.map(|day| day.value)
    };
    let ahead = outlook.projection.get(1..).unwrap_or_default();
    let needed = |share: usize| measured.len().div_ceil(share) + ahead.len().div_ceil(share);
    let longest = measured.len().max(ahead.len()).max(DAYS_PER_COLUMN);
    let share = (DAYS_PER_COLUMN..=longest)
        .find(|share| needed(*share) <= room)
        .unwrap_or(longest);
    let highest = |values: &mut dyn Iterator<Item = f64>| values.reduce(f64::max);
    // Counted back from today, so no column mixes history and projection.
    let history = measured.rchunks(share).rev().map(|days| Column {
        value: highest(&mut days.iter().filter_map(value)),
        band: None,
    });
    let ahead = ahead.chunks(share).map(|points| Column {
        value: highest(&mut points.iter().map(|it| it.band.value)),
        band: highest(&mut points.iter().map(|it| it.band.high)).map(|high| {
            let lows = points.iter().map(|it| it.band.low);
            (lows.fold(f64::INFINITY, f64::min), high)
        }),
    });
    history.chain(ahead).collect()
}

/// The days from one date to another, inclusive.
fn calendar(first: &str, last: &str) -> Vec<String> {
    let date = |text: &str| text.parse::<jiff::civil::Date>().ok();
    let (Some(first), Some(last)) = (date(first), date(last)) else {
        return Vec::new();
    };
    first
        .series(jiff::Span::new().days(1))
        .take_while(|day| *day <= last)
        .map(|day| day.to_string())
        .collect()
}

/// The time axis: the first day, today, and the last day.
fn foot(
    metric: &MetricReport,
    outlook: &OutlookReport,
    width: usize,
    columns: &[Column],
    glyphs: Glyphs,
) -> String {
    let line: String = columns.iter().map(|_| glyphs.floor).collect();
    let date = |date: Option<&String>| date.cloned().unwrap_or_default();
    let first = date(metric.days.first().map(|day| &day.date));
    let today = date(outlook.projection.first().map(|point| &point.date));
    let last = date(outlook.projection.last().map(|point| &point.date));
    let history = columns.iter().filter(|it| it.band.is_none()).count();
    let mut days = first;
    // Full dates only if there is room for both.
    if history > days.len() + 1 {
        days = format!("{days:<history$}{today}");
    } else {
        days = format!("{:<history$}{today}", "");
    }
    let rest = columns.len().saturating_sub(days.chars().count());
    days = format!("{days}{last:>rest$}");
    format!(
        "{:>width$} {}{line}\n{:>width$}  {days}\n",
        "", glyphs.corner, ""
    )
}

/// A metric's days in a few columns: blocks of eight heights, or digits without Unicode.
#[must_use]
pub fn sparkline(metric: &MetricReport, columns: usize, unicode: bool) -> String {
    let heights: &[char] = if unicode {
        &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
    } else {
        &['_', '.', '-', '=', '+', '*', '%', '#']
    };
    let Some(size) = metric.days.len().div_ceil(columns.max(1)).checked_sub(1) else {
        return String::new();
    };
    let chunks = metric.days.rchunks(size + 1).rev();
    let peaks: Vec<f64> = chunks
        .map(|days| days.iter().map(|day| day.value).fold(0.0, f64::max))
        .collect();
    let top = peaks.iter().copied().fold(metric.threshold, f64::max);
    let last = heights.len() - 1;
    peaks
        .iter()
        .filter_map(|peak| {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss
            )] // held to the heights
            let height = ((peak / top.max(f64::MIN_POSITIVE)) * heights.len() as f64) as usize;
            heights.get(height.min(last)).copied()
        })
        .collect()
}
