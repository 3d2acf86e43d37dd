//! Laws over random series.

use proptest::prelude::*;
use tierc::capacity::metrics_file::read;
use tierc::capacity::projection::{HORIZON, later, projection};
use tierc::capacity::series::Day;
use tierc::capacity::trend::{FEWEST_DAYS, Trend, trend};

use super::{MEDIUM, days, is_weekend, tracked, window};
use crate::support::today;

/// Between two weeks and two months of days: a line, a weekend, noise, and gaps.
fn series() -> impl Strategy<Value = Vec<Day>> {
    let shape = (14_u32..60, 0.0..80.0, -1.0..1.0, 0.0..20.0, 0.0..5.0);
    (shape, prop::collection::vec((-1.0..1.0, 0..10), 60)).prop_map(
        |((count, level, slope, weekend, noise), random)| {
            let mut index = 0..;
            let mut days = days(count, |day, date| {
                let (random, _) = random[day as usize];
                let dip = if is_weekend(date) { weekend } else { 0.0 };
                200.0 + level + slope * f64::from(day) - dip + noise * random
            });
            // At most one day in ten is missing, and always few enough for a trend.
            let spare = days.len() - FEWEST_DAYS;
            let mut gaps = 0;
            days.retain(|_| {
                let (_, lot): (f64, i32) = random[index.next().unwrap()];
                let gap = lot == 0 && gaps < spare;
                gaps += usize::from(gap);
                !gap
            });
            days
        },
    )
}

fn fitted(days: &[Day]) -> Trend {
    trend(days).unwrap()
}

fn changed(days: &[Day], change: impl Fn(f64) -> f64) -> Vec<Day> {
    let changed = days.iter().map(|day| Day {
        value: change(day.value),
        ..*day
    });
    changed.collect()
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-6 * (1.0 + one.abs().max(other.abs()))
}

proptest! {
    #![proptest_config(crate::laws::config(256))]

    #[test]
    fn the_interval_holds_the_estimate(days in series(), threshold in 1.0..500.0) {
        let trend = fitted(&days);
        prop_assert!(trend.slope.low <= trend.slope.value && trend.slope.value <= trend.slope.high);
        for ahead in 0..=HORIZON {
            let band = trend.at(later(today(), ahead));
            prop_assert!(0.0 <= band.low && band.low <= band.value && band.value <= band.high);
        }
        let reach = projection(&trend, today(), threshold).reach;
        let order = |one: Option<u32>, other: Option<u32>| {
            one.unwrap_or(HORIZON + 1) <= other.unwrap_or(HORIZON + 1)
        };
        prop_assert!(order(reach.earliest, reach.expected) && order(reach.expected, reach.latest));
    }

    #[test]
    fn another_unit_is_another_scale(days in series(), scale in 0.01..100.0) {
        let (plain, scaled) = (fitted(&days), fitted(&changed(&days, |value| value * scale)));
        let (one, other) = (plain.at(today()), scaled.at(today()));
        prop_assert!(near(plain.slope.value * scale, scaled.slope.value));
        prop_assert!(near(plain.slope.high * scale, scaled.slope.high));
        prop_assert!(near(one.value * scale, other.value));
        prop_assert!(near(one.low * scale, other.low));
        prop_assert!(near(one.high * scale, other.high));
    }

    #[test]
    fn what_is_added_to_every_day_is_added_to_every_estimate(days in series(), more in 0.0..100.0) {
        let (plain, lifted) = (fitted(&days), fitted(&changed(&days, |value| value + more)));
        prop_assert!(near(plain.slope.value, lifted.slope.value));
        prop_assert!(near(plain.at(today()).value + more, lifted.at(today()).value));
    }

    /// Whatever the outliers on one day in ten, the slope stays among those of the other days.
    #[test]
    fn days_that_stand_out_do_not_drag_the_slope(days in series(), far in 1e3..1e9, every in 10_usize..15) {
        let spiked: Vec<Day> = days
            .iter()
            .enumerate()
            .map(|(index, day)| Day {
                value: if index % every == 4 { day.value + far } else { day.value },
                ..*day
            })
            .collect();
        let slopes: Vec<f64> = days
            .iter()
            .zip(days.iter().skip(1))
            .map(|(one, other)| (other.value - one.value).abs())
            .collect();
        let steepest = slopes.into_iter().fold(0.0, f64::max);
        let slope = fitted(&spiked).slope.value;
        prop_assert!(slope.abs() <= steepest + 1e-9, "{slope} beyond {steepest}");
    }

    #[test]
    fn the_order_of_rows_changes_nothing(rows in prop::collection::vec((0_u32..30, 0_u32..24, 0_u32..100), 1..80), turn in 0_usize..80) {
        let row = |(day, hour, _): &(u32, u32, u32)| {
            let date = later(window().first, *day);
            format!("{date}T{hour:02}:00:00Z,db-cpu,database,{}\n", day * 24 + hour)
        };
        let rows: Vec<String> = rows.iter().map(row).collect();
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        let history = |rows: &[String]| {
            let text = format!("time,metric,component,value\n{}", rows.concat());
            read(text.as_bytes(), &tracked(MEDIUM), window()).unwrap().series
        };
        prop_assert_eq!(history(&rows), history(&turned));
    }

    #[test]
    fn no_file_of_metrics_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), headed in any::<bool>()) {
        let mut text = if headed { b"time,metric,component,value\n".to_vec() } else { Vec::new() };
        text.extend(bytes);
        if let Err(mistakes) = read(&text, &tracked(MEDIUM), window()) {
            prop_assert!(!mistakes.is_empty());
        }
    }
}
