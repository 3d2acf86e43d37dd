//! The lines of a plot's scale, at round numbers.

/// The most parts of a scale.
const PARTS: u8 = 5;

/// Multiples of 1, 2 or 5 times a power of ten, from zero to `top`, in at most five steps.
pub(super) fn ticks(top: f64) -> Vec<f64> {
    let least = top / f64::from(PARTS);
    if !least.is_normal() || least < 0.0 {
        return vec![0.0];
    }
    let power = 10_f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= least)
        .unwrap_or(least);
    let ticks = (0..=PARTS).map(|count| f64::from(count) * step);
    ticks.take_while(|tick| *tick <= top).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_told_in_ones_twos_and_fives() {
        assert_eq!(ticks(99.0), [0.0, 20.0, 40.0, 60.0, 80.0]);
        assert_eq!(ticks(100.0), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks(180.0), [0.0, 50.0, 100.0, 150.0]);
        assert_eq!(
            ticks(90_000.0),
            [0.0, 20_000.0, 40_000.0, 60_000.0, 80_000.0]
        );
        assert_eq!(ticks(7.0), [0.0, 2.0, 4.0, 6.0]);
        assert_eq!(ticks(0.0), [0.0]);
        assert_eq!(ticks(f64::INFINITY), [0.0]);
    }
}
