//! `pgbouncer`.

use crate::ast::{PgbouncerNode, Written};
use crate::model::Place;
use crate::parse::fields::Fields;
use crate::parse::nodes::workload;
use crate::parse::value;

type Pools = (Written<u32>, Written<u32>, Written<u32>);

/// Sizes of pools; a size of 0 would lift PgBouncer's limit, so it is refused.
fn pools(fields: &mut Fields<'_>) -> Pools {
    (
        fields.property("default", value::whole(1..=u32::MAX)),
        fields.property("max-db", value::whole(1..=u32::MAX)),
        fields.property("reserve", value::whole(0..=u32::MAX)),
    )
}

/// `pgbouncer`.
pub fn pgbouncer(fields: &mut Fields<'_>) -> PgbouncerNode {
    let (pool_default, pool_max_db, pool_reserve) = fields.group("pool", pools);
    let at_least_one = || value::whole(1..=u32::MAX);
    PgbouncerNode {
        place: Some(fields.name_span()),
        name: fields.single("name", "\"pgbouncer\"", value::lettered_name),
        instances: fields.single("instances", "2", at_least_one()),
        pool_default,
        pool_max_db,
        pool_reserve,
        clients_max: fields.group("clients", |clients| clients.property("max", at_least_one())),
        mode: fields.single("mode", "\"transaction\"", value::word),
        image: fields.single(
            "image",
            "\"registry.example.com/pgbouncer:1.25.1\"",
            value::placed(Place::Image),
        ),
        options: fields.single("options", "\"ignore\"", value::word),
        requests: fields.group("requests", workload::resources),
        limits: fields.group("limits", workload::resources),
        // Without any the kubelet would kill the pod with every connection it has.
        drain: fields.single("drain", "\"300s\"", value::duration(1..=604_800)),
        min_ready: fields.single("min-ready", "\"300s\"", value::duration(1..=604_800)),
    }
}
