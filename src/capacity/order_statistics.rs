//! Order statistics, for robust estimates.

/// The values, sorted.
pub(super) fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values
}

/// A quantile of sorted values, interpolated between neighbours (Hyndman and Fan's type 7); 0 for
/// an empty slice.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )] // an index of a slice, between its ends
    let (below, part) = {
        let at = share.clamp(0.0, 1.0) * last as f64;
        (at.floor() as usize, at.fract())
    };
    let value = |index: usize| sorted.get(index.min(last)).copied().unwrap_or(0.0);
    value(below) + (value(below + 1) - value(below)) * part
}

/// The median of values in any order; 0 for none.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    quantile(&sorted(values), 0.5)
}

/// The ranks of values, counted from 1; equal values share their mean rank.
pub(super) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |index: &usize| values.get(*index).copied().unwrap_or(0.0);
    order.sort_by(|a, b| value(a).total_cmp(&value(b)));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 1.0;
    for equal in order.chunk_by(|a, b| value(a).total_cmp(&value(b)).is_eq()) {
        let count = count(equal.len());
        for index in equal {
            if let Some(rank) = ranks.get_mut(*index) {
                *rank = first + (count - 1.0) / 2.0;
            }
        }
        first += count;
    }
    ranks
}

/// A count of days or pairs as a number.
#[allow(clippy::cast_precision_loss)] // far below 2^52
pub(super) fn count(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_their_neighbours() {
        let values = sorted([4.0, 1.0, 3.0, 2.0]);
        assert!((quantile(&values, 0.5) - 2.5).abs() < 1e-12);
        assert!((quantile(&values, 0.0) - 1.0).abs() < 1e-12);
        assert!((quantile(&values, 1.0) - 4.0).abs() < 1e-12);
        assert!((quantile(&values, 0.95) - 3.85).abs() < 1e-12);
        assert!(quantile(&[], 0.5).abs() < 1e-12);
    }

    #[test]
    fn equal_values_share_the_mean_of_their_ranks() {
        assert_eq!(ranks(&[5.0, 1.0, 5.0, 0.0]), [3.5, 2.0, 3.5, 1.0]);
    }
}
