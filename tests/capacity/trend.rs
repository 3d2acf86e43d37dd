//! Series with known answers.

use tierc::capacity::projection::{Urgency, projection};
use tierc::capacity::series::{Day, Sample, days as days_of};
use tierc::capacity::trend::{Direction, FEWEST_DAYS, trend};

use super::{days, is_weekend, noise};
use crate::support::today;

fn near(one: f64, other: f64, by: f64) {
    assert!((one - other).abs() <= by, "{one} is not {other}");
}

#[test]
fn a_line_is_found_exactly_and_so_is_the_day_it_crosses() {
    let trend = trend(&days(30, |day, _| 40.0 + 0.5 * f64::from(day))).unwrap();
    near(trend.slope.value, 0.5, 1e-9);
    assert!(!trend.seasonal);
    assert_eq!(trend.direction(), Direction::Rising);
    // 54.5 today: 70 is 31 days away.
    let ahead = projection(&trend, today(), 70.0);
    near(ahead.now.value, 54.5, 1e-9);
    near(ahead.horizon.value, 99.5, 1e-9);
    assert_eq!(ahead.reach.expected, Some(31));
    assert_eq!(ahead.urgency(), Urgency::Watch);
}

#[test]
fn a_weekend_is_a_season_and_no_trend() {
    let value = |day: u32, date| {
        let dip = if is_weekend(date) { 20.0 } else { 0.0 };
        50.0 + 0.4 * f64::from(day) - dip + noise(day)
    };
    let trend = trend(&days(30, value)).unwrap();
    assert!(trend.seasonal);
    near(trend.slope.value, 0.4, 0.06);
    // A Sunday is 20 below a Monday, in every week ahead.
    let sunday = trend.at("2026-12-06".parse().unwrap()).value;
    let monday = trend.at("2026-12-07".parse().unwrap()).value;
    near(monday - sunday, 20.0, 2.0);
    let ahead = projection(&trend, today(), 75.0);
    // The highest day of a week is no weekend: 75 is 33 to 34 days after 61.6.
    assert!(
        (30..=37).contains(&ahead.reach.expected.unwrap()),
        "{ahead:?}"
    );
}

#[test]
fn noise_alone_is_flat_and_has_no_season() {
    for seed in 0..20 {
        let trend = trend(&days(30, |day, _| 40.0 + noise(seed * 1000 + day))).unwrap();
        near(trend.slope.value, 0.0, 0.06);
        let ahead = projection(&trend, today(), 70.0);
        assert_eq!(ahead.reach.expected, None);
        assert_eq!(ahead.urgency(), Urgency::Fine);
    }
}

#[test]
fn nothing_that_stays_nothing_is_fine() {
    let trend = trend(&days(30, |_, _| 0.0)).unwrap();
    assert_eq!(trend.direction(), Direction::Flat);
    assert!(!trend.seasonal);
    let ahead = projection(&trend, today(), 70.0);
    near(ahead.horizon.high, 0.0, 0.0);
    assert_eq!(ahead.reach.expected, None);
}

#[test]
fn what_falls_is_never_projected_below_nothing() {
    let trend = trend(&days(30, |day, _| 30.0 - f64::from(day))).unwrap();
    assert_eq!(trend.direction(), Direction::Falling);
    let ahead = projection(&trend, today(), 70.0);
    near(ahead.horizon.low, 0.0, 0.0);
    near(ahead.horizon.value, 0.0, 0.0);
}

#[test]
fn single_days_that_stand_out_hardly_move_the_trend() {
    let plain = days(30, |day, _| 40.0 + 0.5 * f64::from(day) + noise(day));
    let spiked: Vec<Day> = plain
        .iter()
        .enumerate()
        .map(|(index, day)| Day {
            value: if index % 6 == 2 {
                day.value + 500.0
            } else {
                day.value
            },
            ..*day
        })
        .collect();
    let (plain, spiked) = (trend(&plain).unwrap(), trend(&spiked).unwrap());
    near(spiked.slope.value, plain.slope.value, 0.1);
    near(spiked.at(today()).value, plain.at(today()).value, 2.5);
}

#[test]
fn gaps_leave_the_trend_as_it_is() {
    let mut days = days(30, |day, _| 40.0 + 0.5 * f64::from(day));
    days.retain(|day| day.date.day() % 3 != 0);
    let trend = trend(&days).unwrap();
    near(trend.slope.value, 0.5, 1e-9);
    near(trend.at(today()).value, 54.5, 1e-9);
}

#[test]
fn fewer_days_than_two_weeks_have_no_trend() {
    let count = u32::try_from(FEWEST_DAYS).unwrap();
    assert!(trend(&days(count, |day, _| f64::from(day))).is_some());
    assert!(trend(&days(count - 1, |day, _| f64::from(day))).is_none());
    assert!(trend(&[]).is_none());
}

#[test]
fn the_interval_holds_what_comes() {
    // 60 series: the month after is inside nine times in ten, and not always.
    let (mut inside, mut all) = (0, 0);
    for seed in 0..60 {
        let value = |day: u32| 40.0 + 0.3 * f64::from(day) + 3.0 * noise(seed * 997 + day);
        let trend = trend(&days(30, |day, _| value(day))).unwrap();
        for ahead in 1..=30 {
            let date = tierc::capacity::projection::later(today(), ahead);
            let (band, came) = (trend.at(date), value(29 + ahead));
            all += 1;
            inside += u32::from((band.low..=band.high).contains(&came));
        }
    }
    let share = f64::from(inside) / f64::from(all);
    assert!((0.85..=1.0).contains(&share), "{share}");
}

/// A load of local hours, in the week in which the clocks of Berlin go back, by the hour.
#[test]
fn clocks_that_change_do_not_change_a_day() {
    let zone = jiff::tz::TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let start = "2026-10-20T00:00:00Z".parse::<jiff::Timestamp>().unwrap();
    let samples: Vec<Sample> = (0..14 * 24)
        .map(|hour| {
            let at = start + jiff::SignedDuration::from_hours(hour);
            let local = at.to_zoned(zone.clone()).hour();
            let value = if (9..18).contains(&local) { 60.0 } else { 20.0 };
            Sample { at, value }
        })
        .collect();
    let days = days_of(&samples);
    assert_eq!(days.len(), 14);
    assert!(days.iter().all(|day| (day.value - 60.0).abs() < 1e-9));
}

#[test]
fn a_day_is_its_sustained_peak_and_a_part_of_a_day_is_none() {
    let start = "2026-11-20T00:00:00Z".parse::<jiff::Timestamp>().unwrap();
    // Quarter hours of three days and of five hours; one moment of each whole day is an outlier.
    let samples: Vec<Sample> = (0..3 * 96 + 20)
        .map(|quarter: i64| Sample {
            at: start + jiff::SignedDuration::from_mins(15 * quarter),
            value: if quarter % 96 == 50 { 900.0 } else { 40.0 },
        })
        .collect();
    let days = days_of(&samples);
    assert_eq!(days.len(), 3);
    assert!(days.iter().all(|day| (day.value - 40.0).abs() < 1e-9));
}

/// A disk that fills by a point a day and was cleaned up once, with and without noise and weekends.
#[test]
fn a_shift_of_the_level_is_found_and_the_growth_goes_on_behind_it() {
    for (wobble, weekend, cleaned) in [
        (0.0, 0.0, 15_u32),
        (0.4, 0.0, 15),
        (0.4, 0.0, 8),
        (0.4, 0.0, 22),
        (0.4, 6.0, 15),
    ] {
        let value = |day: u32, date| {
            let freed = if day >= cleaned { 15.0 } else { 0.0 };
            let dip = if is_weekend(date) { weekend } else { 0.0 };
            40.0 + f64::from(day) - freed - dip + wobble * noise(day)
        };
        let days = days(30, value);
        let trend = trend(&days).unwrap();
        let shift = trend.shift.unwrap();
        assert_eq!(shift.date, days[usize::try_from(cleaned).unwrap()].date);
        near(shift.by, -15.0, 1.0);
        near(trend.slope.value, 1.0, 0.05);
        assert_eq!(trend.direction(), Direction::Rising);
        // 54 today: 70 is 16 days away.
        let ahead = projection(&trend, today(), 70.0);
        let reached = ahead.reach.expected.unwrap();
        assert!((15..=17).contains(&reached), "{cleaned} {reached}");
        assert_eq!(ahead.urgency(), Urgency::Soon);
        // Values before the shift are on the line, too.
        near(trend.at(days[2].date).value, days[2].value, 2.0);
    }
}

#[test]
fn a_jump_without_growth_is_no_growth() {
    let value = |day: u32, _| if day < 12 { 40.0 } else { 55.0 } + noise(day);
    let trend = trend(&days(30, value)).unwrap();
    near(trend.shift.unwrap().by, 15.0, 1.0);
    near(trend.slope.value, 0.0, 0.1);
    assert_eq!(trend.direction(), Direction::Flat);
    near(trend.at(today()).value, 55.0, 1.0);
}

/// Lines, weekends, outliers, bends and climbs over weeks: none of them is a shift.
#[test]
fn what_is_no_shift_is_taken_for_none() {
    let bent = |day: u32| f64::from(day.saturating_sub(15));
    let climb = |day: u32| f64::from(day.clamp(8, 22));
    for seed in 0..40 {
        let wobble = |day: u32| noise(seed * 997 + day);
        let series: [Vec<Day>; 6] = [
            days(30, |day, _| 40.0 + 0.5 * f64::from(day)),
            days(30, |day, _| 40.0 + 0.5 * f64::from(day) + wobble(day)),
            days(30, |day, date| {
                let dip = if is_weekend(date) { 20.0 } else { 0.0 };
                50.0 + 0.4 * f64::from(day) - dip + wobble(day)
            }),
            days(30, |day, _| {
                let spike = if day % 6 == 2 { 500.0 } else { 0.0 };
                40.0 + spike + wobble(day)
            }),
            days(30, |day, _| 40.0 + bent(day) + wobble(day)),
            days(30, |day, _| 40.0 + climb(day) + wobble(day)),
        ];
        for (shape, days) in series.iter().enumerate() {
            assert_eq!(trend(days).unwrap().shift, None, "{shape} {seed}");
        }
    }
}
