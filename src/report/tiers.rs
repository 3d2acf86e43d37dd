//! `tierc tiers`: the catalogue as a table.

use crate::budget::connections;
use crate::cost::Estimate;
use crate::model::{Environment, RedisGroup, Resources};
use crate::report::table;

/// A row of the table: its title, and its value for each tier.
type TierRow = (&'static str, fn(&Environment) -> String);

fn resources(resources: &Resources) -> String {
    format!("{}/{}", resources.cpu.value, resources.memory.value)
}

const ROWS: &[TierRow] = &[
    ("API replicas", |e| {
        each(e.apis().map(|(_, api)| {
            let replicas = &api.replicas;
            format!("{}-{}", replicas.min.value, replicas.max.value)
        }))
    }),
    ("API requests", |e| {
        each(e.apis().map(|(_, api)| resources(&api.requests)))
    }),
    ("API limits", |e| {
        each(e.apis().map(|(_, api)| resources(&api.limits)))
    }),
    ("worker replicas", |e| {
        each(e.worker.values().map(|pool| {
            format!(
                "{}-{}",
                pool.workload.replicas.min.value, pool.workload.replicas.max.value
            )
        }))
    }),
    ("worker requests", |e| {
        each(
            e.worker
                .values()
                .map(|pool| resources(&pool.workload.requests)),
        )
    }),
    ("worker limits", |e| {
        each(
            e.worker
                .values()
                .map(|pool| resources(&pool.workload.limits)),
        )
    }),
    ("connections asked for", |e| {
        connections::total(&connections::demand(e)).to_string()
    }),
    ("PgBouncer instances", |e| {
        e.pgbouncer.instances.value.to_string()
    }),
    ("pool; max-db", |e| {
        format!(
            "{}; {}",
            e.pgbouncer.pool.default.value, e.pgbouncer.pool.max_db.value
        )
    }),
    ("server connections", |e| {
        let budget = connections::primary(e);
        format!("{} of {}", budget.total(), budget.usable)
    }),
    ("RDS class", |e| e.database.instance.value.clone()),
    ("max-connections", |e| {
        e.database.max_connections.value.to_string()
    }),
    ("Multi-AZ; replicas", |e| {
        let standby = if e.database.multi_az.value {
            "yes"
        } else {
            "no"
        };
        format!("{standby}; {}", e.database.replicas.count.value)
    }),
    ("storage GiB", |e| {
        format!(
            "{}-{}",
            e.database.storage.gib.value, e.database.storage.max_gib.value
        )
    }),
    ("Redis queue + replicas", |e| redis(e, "queue")),
    ("Redis cache + replicas", |e| redis(e, "cache")),
    ("nodes", |e| {
        each(e.nodes.values().map(|group| {
            format!(
                "{}-{} {}",
                group.count.min.value,
                group.count.max.value,
                group.instances_in_words()
            )
        }))
    }),
];

fn each(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(", ")
}

fn redis(environment: &Environment, name: &str) -> String {
    let group = environment.redis.get(name);
    group.map_or_else(
        || "-".to_owned(),
        |group| shape(group, &group.replicas.value.to_string()),
    )
}

/// A replication group in a few words: `r6g.large + 1`, with the replicas of each shard.
#[must_use]
pub fn shape(group: &RedisGroup, replicas: &str) -> String {
    let node = &group.node.value;
    let node = node.strip_prefix("cache.").unwrap_or(node);
    if group.is_cluster() {
        format!("{} x ({node} + {replicas})", group.cluster.shards.value)
    } else {
        format!("{node} + {replicas}")
    }
}

/// As many tiers side by side as fit in `columns`, and the others below. The estimates are in the
/// same order.
#[must_use]
pub fn table(
    environments: &[&Environment],
    estimates: &[Estimate],
    version: &str,
    columns: Option<usize>,
) -> String {
    let mut header = vec![format!("catalogue {version}")];
    header.extend(
        environments
            .iter()
            .map(|environment| environment.tier.value.to_string()),
    );
    let mut lines = vec![header];
    for (title, value) in ROWS {
        let mut line = vec![(*title).to_owned()];
        line.extend(environments.iter().map(|environment| value(environment)));
        lines.push(line);
    }
    let mut prices = vec!["list price a month".to_owned()];
    prices.extend(estimates.iter().map(price));
    lines.push(prices);
    let width = |column: usize| {
        lines
            .iter()
            .filter_map(|line| line.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..=environments.len()).map(width).collect();
    let tables = beside(&widths, columns.unwrap_or(usize::MAX));
    let shown = tables.iter().map(|chosen| {
        let rows = lines.iter().map(|line| row(line, &widths, chosen));
        rows.collect::<String>()
    });
    shown.collect::<Vec<_>>().join("\n")
}

/// The tiers of each block, by their columns: as many as fit beside the titles, and at least one.
fn beside(widths: &[usize], room: usize) -> Vec<Vec<usize>> {
    let titles = widths.first().copied().unwrap_or(0);
    let mut tables: Vec<Vec<usize>> = Vec::new();
    let mut used = room;
    for (column, width) in widths.iter().enumerate().skip(1) {
        let wide = width.saturating_add(2);
        match tables.last_mut() {
            Some(table) if used.saturating_add(wide) <= room => {
                used += wide;
                table.push(column);
            }
            Some(_) | None => {
                used = titles.saturating_add(wide);
                tables.push(vec![column]);
            }
        }
    }
    tables
}

/// Floor and ceiling, marked if something has no price.
fn price(estimate: &Estimate) -> String {
    let more = if estimate.unpriced() > 0 { " + ?" } else { "" };
    estimate.range().map_or_else(
        || "no price".to_owned(),
        |range| format!("{}-{}{more}", range.floor, range.ceiling),
    )
}

fn row(cells: &[String], widths: &[usize], chosen: &[usize]) -> String {
    let columns = std::iter::once(&0).chain(chosen);
    let padded = columns.filter_map(|column| {
        let (cell, width) = (cells.get(*column)?, widths.get(*column)?);
        Some(table::padded(cell, *width))
    });
    format!("{}\n", table::joined(&padded.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn tiers_stand_beside_each_other_as_long_as_there_is_room() {
        let widths = [10, 8, 8, 8];
        assert_eq!(super::beside(&widths, usize::MAX), [vec![1, 2, 3]]);
        assert_eq!(super::beside(&widths, 30), [vec![1, 2], vec![3]]);
        assert_eq!(super::beside(&widths, 29), [[1], [2], [3]]);
        assert_eq!(super::beside(&widths, 1), [[1], [2], [3]]);
    }
}
