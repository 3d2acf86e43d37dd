//! A robust trend with a weekly season.
//!
//! The model of a day's value is `level[weekday] + slope * day + residual`. It uses medians instead
//! of means, so single outliers hardly move it.
//!
//! - **Slope**: the median of the slopes between pairs of days (Theil 1950, Sen 1968). With a season,
//!   only days of the same weekday are paired, which removes the season exactly (Hirsch, Slack and
//!   Smith 1982).
//! - **Its interval** (90%): the slopes of rank `(pairs ± 1.645 * sqrt(variance)) / 2`. The variance
//!   of Kendall's S is `n (n - 1) (2 n + 5) / 18`, summed over the weekdays if there is a season
//!   (Gilbert 1987, 16.4 and 17.3).
//! - **Level**: the median of the values without the trend, for each weekday if there is a season.
//! - **Season**: weekdays count if the test of Kruskal and Wallis (1952), 6 degrees of freedom at 5%,
//!   separates their residuals, and if there are three weeks of values.
//! - **Residuals**: their quantiles at 5% and 95%, widened by `sqrt(n / (n - parameters))` because
//!   the levels were fitted to them.
//! - **A level shift**, at most one ([`super::shift`]): the days before it are moved to the level
//!   after it, and only days on the same side are paired.
//!
//! The method assumes independent days, which is not quite true of one workload. So the interval is
//! a lower bound of the uncertainty.

use jiff::civil::Date;

use super::order_statistics::{count, median, quantile, ranks, sorted};
use super::series::{Day, days_between};
use super::shift;

/// The fewest days with a value: two weeks if no day is missing.
pub const FEWEST_DAYS: usize = 14;

/// The fewest days for separate weekdays: three weeks if no day is missing.
const FEWEST_FOR_SEASON: usize = 21;

/// The 95% quantile of chi-squared with 6 degrees of freedom: seven weekdays.
const KRUSKAL_WALLIS: f64 = 12.592;

/// The 95% quantile of the normal distribution, for a two-sided interval of 90%.
const Z: f64 = 1.645;

/// An estimate with its 90% interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrendEstimate {
    /// The lower end.
    pub low: f64,
    /// The estimate.
    pub value: f64,
    /// The upper end.
    pub high: f64,
}

/// The direction of a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Up: the whole interval of the slope is above zero.
    Rising,
    /// Down: the whole interval is below zero.
    Falling,
    /// Neither: the interval includes zero.
    Flat,
}

/// A fitted trend.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// Change a day.
    pub slope: TrendEstimate,
    /// Whether weekdays differ.
    pub seasonal: bool,
    /// The day that `levels` hold for.
    origin: Date,
    /// Days from `origin` to the middle of the data, where the slope adds no uncertainty.
    middle: f64,
    /// The level of each weekday at `origin`, Monday first; equal without a season.
    levels: [f64; 7],
    /// How far a day may be below and above the line.
    scatter: (f64, f64),
    /// The change of level, if there is one.
    pub shift: Option<LevelShift>,
}

/// A day at which a series changes its level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelShift {
    /// The first day at the new level.
    pub date: Date,
    /// By how much it is higher.
    pub by: f64,
}

impl Trend {
    /// The direction of the trend.
    #[must_use]
    pub fn direction(&self) -> Direction {
        if self.slope.low > 0.0 {
            Direction::Rising
        } else if self.slope.high < 0.0 {
            Direction::Falling
        } else {
            Direction::Flat
        }
    }

    /// The expected value of a day, at least zero.
    #[must_use]
    pub fn at(&self, date: Date) -> TrendEstimate {
        let day = f64::from(days_between(self.origin, date));
        let level = level(&self.levels, date);
        let before = self.shift.filter(|shift| date < shift.date);
        let lifted = before.map_or(0.0, |shift| shift.by);
        let value = level + self.slope.value * day - lifted;
        // The band widens on both sides of the middle, where the slopes cross.
        let away = day - self.middle;
        let steps =
            [self.slope.low, self.slope.high].map(|slope| (slope - self.slope.value) * away);
        let [one, other] = steps;
        TrendEstimate {
            low: (value + one.min(other) + self.scatter.0).max(0.0),
            value: value.max(0.0),
            high: (value + one.max(other) + self.scatter.1).max(0.0),
        }
    }
}

fn level(levels: &[f64; 7], date: Date) -> f64 {
    levels.get(weekday(date)).copied().unwrap_or(0.0)
}

fn weekday(date: Date) -> usize {
    usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)
}

/// A day by its distance from the origin.
#[derive(Clone, Copy)]
struct TrendPoint {
    day: f64,
    weekday: usize,
    value: f64,
    /// Whether it is behind the level shift.
    behind: bool,
}

/// Fits a trend to days, sorted by date without duplicates; `None` if there are fewer than
/// [`FEWEST_DAYS`].
#[must_use]
pub fn trend(days: &[Day]) -> Option<Trend> {
    let origin = days.last()?.date;
    if days.len() < FEWEST_DAYS {
        return None;
    }
    let raw: Vec<shift::WeekdayPoint> = days
        .iter()
        .map(|day| {
            let distance = f64::from(days_between(origin, day.date));
            (distance, weekday(day.date), day.value)
        })
        .collect();
    let shifted = shift::shift(&raw);
    let points = lifted(&raw, shifted);
    let of_season = slope(&points, true);
    let seasonal = points.len() >= FEWEST_FOR_SEASON
        && of_season.is_some_and(|slope| weekdays_differ(&points, slope.value));
    let slope = if seasonal { of_season } else { None };
    let slope = slope.or_else(|| self::slope(&points, false))?;
    let levels = levels(&points, slope.value, seasonal);
    Some(Trend {
        slope,
        seasonal,
        origin,
        middle: median(points.iter().filter(|it| it.behind).map(|it| it.day)),
        scatter: scatter(&points, slope.value, &levels, seasonal),
        levels,
        shift: shifted.and_then(|(at, by)| {
            let date = days.get(at)?.date;
            Some(LevelShift { date, by })
        }),
    })
}

/// The days, with those before a shift moved to the level after it.
fn lifted(raw: &[shift::WeekdayPoint], shift: Option<(usize, f64)>) -> Vec<TrendPoint> {
    let (first, by) = shift.unwrap_or((0, 0.0));
    let points = raw.iter().enumerate();
    let point = |(index, (day, weekday, value)): (usize, &shift::WeekdayPoint)| {
        let behind = index >= first;
        TrendPoint {
            day: *day,
            weekday: *weekday,
            value: if behind { *value } else { value + by },
            behind,
        }
    };
    points.map(point).collect()
}

/// The median slope of pairs, and its interval; `None` without pairs.
fn slope(points: &[TrendPoint], same_weekday: bool) -> Option<TrendEstimate> {
    let mut slopes = Vec::new();
    for (index, later) in points.iter().enumerate() {
        for earlier in points.iter().take(index) {
            let pairs = !same_weekday || earlier.weekday == later.weekday;
            if pairs && earlier.behind == later.behind {
                slopes.push((later.value - earlier.value) / (later.day - earlier.day));
            }
        }
    }
    let slopes = sorted(slopes);
    let paired = |behind: bool, weekday: usize| {
        let of_it =
            |it: &&TrendPoint| it.behind == behind && (!same_weekday || it.weekday == weekday);
        variance(points.iter().filter(of_it).count())
    };
    let weekdays = if same_weekday { 0..7 } else { 0..1 };
    let variance = weekdays
        .map(|weekday| paired(false, weekday) + paired(true, weekday))
        .sum();
    let ranks = rank_of_ends(slopes.len(), variance);
    let end = |rank: usize| slopes.get(rank.min(slopes.len() - 1)).copied();
    if slopes.is_empty() {
        return None;
    }
    Some(TrendEstimate {
        low: end(ranks.0)?,
        value: quantile(&slopes, 0.5),
        high: end(ranks.1)?,
    })
}

/// The variance of Kendall's S over `n` days without a trend.
fn variance(n: usize) -> f64 {
    let n = count(n);
    n * (n - 1.0) * (2.0 * n + 5.0) / 18.0
}

/// The indices of the interval's bounds among sorted slopes, rounded outwards.
fn rank_of_ends(pairs: usize, variance: f64) -> (usize, usize) {
    let width = Z * variance.sqrt();
    let low = ((count(pairs) - width) / 2.0 - 1.0).max(0.0).floor();
    let high = f64::midpoint(count(pairs), width).ceil();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // ranks of few pairs
    (low as usize, high as usize)
}

/// A value minus the trend.
fn without_trend(points: &[TrendPoint], slope: f64) -> Vec<f64> {
    let left = points.iter().map(|point| point.value - slope * point.day);
    left.collect()
}

/// The test of Kruskal and Wallis, with its correction for equal values.
fn weekdays_differ(points: &[TrendPoint], slope: f64) -> bool {
    let left = without_trend(points, slope);
    let ranks = ranks(&left);
    let n = count(left.len());
    let mean = f64::midpoint(n, 1.0);
    let spread: f64 = ranks.iter().map(|rank| (rank - mean).powi(2)).sum();
    if spread <= 0.0 {
        return false;
    }
    let between: f64 = (0..7)
        .map(|weekday| {
            let of_it = points.iter().zip(&ranks);
            let of_it = of_it.filter(|(point, _)| point.weekday == weekday);
            let own: Vec<f64> = of_it.map(|(_, rank)| *rank).collect();
            let size = count(own.len());
            if own.is_empty() {
                return 0.0;
            }
            size * (own.iter().sum::<f64>() / size - mean).powi(2)
        })
        .sum();
    (n - 1.0) * between / spread > KRUSKAL_WALLIS
}

fn levels(points: &[TrendPoint], slope: f64, seasonal: bool) -> [f64; 7] {
    let left = without_trend(points, slope);
    let all = median(left.iter().copied());
    std::array::from_fn(|weekday| {
        let of_it = points.iter().zip(&left);
        let mut of_it = of_it
            .filter(|(point, _)| point.weekday == weekday)
            .map(|(_, left)| *left)
            .peekable();
        if seasonal && of_it.peek().is_some() {
            median(of_it)
        } else {
            all
        }
    })
}

/// How far days are below and above the line, at 90%; both include the line itself.
fn scatter(points: &[TrendPoint], slope: f64, levels: &[f64; 7], seasonal: bool) -> (f64, f64) {
    let parameters = if seasonal { 8 } else { 2 };
    let n = points.len();
    let widened = (count(n) / count(n.saturating_sub(parameters).max(1))).sqrt();
    let residuals = sorted(points.iter().map(|point| {
        let level = levels.get(point.weekday).copied().unwrap_or(0.0);
        point.value - level - slope * point.day
    }));
    (
        (quantile(&residuals, 0.05) * widened).min(0.0),
        (quantile(&residuals, 0.95) * widened).max(0.0),
    )
}
