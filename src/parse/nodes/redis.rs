//! `redis`.

use crate::ast::RedisNode;
use crate::model::Place;
use crate::model::platform::MOST_STATED_REPLICAS;
use crate::parse::fields::Fields;
use crate::parse::value;

/// `redis "name"`, its name taken already.
pub fn redis(fields: &mut Fields<'_>) -> RedisNode {
    let (engine, version) = fields.group("engine", |engine| {
        let version = engine.property("version", value::placed(Place::AwsWord));
        (engine.maybe(value::word), version)
    });
    let (shards, mode) = fields.group("cluster", |cluster| {
        let shards = cluster.property("shards", value::whole(0..=u32::MAX));
        (shards, cluster.property("mode", value::word))
    });
    let (env_url, env_cluster) = fields.group("env", |env| {
        let url = env.property("url", value::placed(Place::Variable));
        (url, env.property("cluster", value::placed(Place::Variable)))
    });
    let gib = value::gib(0..=u32::MAX);
    RedisNode {
        place: Some(fields.name_span()),
        name: fields.single("name", "\"kaireon-prod-queue\"", value::lettered_name),
        engine,
        version,
        node: fields.single("node", "\"cache.r6g.large\"", value::placed(Place::AwsWord)),
        // ElastiCache allows 5 replicas of a shard.
        replicas: fields.single("replicas", "1", value::whole(0..=MOST_STATED_REPLICAS)),
        policy: fields.single("policy", "\"noeviction\"", value::word),
        uses: fields.group("uses", |uses| uses.any_arguments("\"queue\"", value::word)),
        shards,
        mode,
        tls: fields.single("tls", "\"required\"", value::word),
        data_gib: fields.group("data", |data| data.property("gib", gib)),
        endpoint: fields.single(
            "endpoint",
            "\"cache.example.com:6379\"",
            value::placed(Place::HostPort),
        ),
        env_url,
        env_cluster,
    }
}
