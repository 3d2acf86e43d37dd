//! Prices that contradict each other. Each finding is on the price that does.

use crate::catalogue::{ClassPrices, RegionPrices};
use crate::diagnostic::{Diagnostic, code};
use crate::model::{Money, RedisEngine};

use super::super::fields::Cx;

/// A price with a standby that is not about twice the price of one instance. AWS rounds both to a
/// thousandth.
pub(super) fn multi_az(cx: Cx<'_>, name: &str, prices: &ClassPrices) {
    let Some(pair) = &prices.multi_az else { return };
    let twice = prices.single_az.amount.times(2);
    let rounding = Money::thousandths(2);
    if pair.amount > twice + rounding || pair.amount + rounding < twice {
        let message = format!(
            "`{name}` with a standby costs {}, but two instances cost {}",
            pair.amount.exact(),
            twice.exact()
        );
        let finding = Diagnostic::error(code::CATALOGUE_CONTRADICTION, message, pair.span);
        cx.report(
            finding
                .label(prices.single_az.span, "the price of one instance")
                .help("correct one of the prices, or leave `multi-az=` out: the default is twice the price of one instance"),
        );
    }
}

/// A node that costs more with Valkey than with Redis OSS. AWS sells Valkey for 20% less.
pub(super) fn engines(cx: Cx<'_>, region: &str, prices: &RegionPrices) {
    for ((node, engine), valkey) in &prices.cache_nodes {
        if *engine != RedisEngine::Valkey {
            continue;
        }
        let Some(redis) = prices.cache_nodes.get(&(node.clone(), RedisEngine::Redis)) else {
            continue;
        };
        if valkey.amount > redis.amount {
            let message = format!(
                "`{node}` in {region} costs more with Valkey ({}) than with Redis OSS ({})",
                valkey.amount.exact(),
                redis.amount.exact()
            );
            let finding = Diagnostic::error(code::CATALOGUE_CONTRADICTION, message, valkey.span);
            cx.report(
                finding
                    .label(redis.span, "the price with Redis OSS")
                    .help("correct one of the prices: AWS sells Valkey for 20% less"),
            );
        }
    }
}
