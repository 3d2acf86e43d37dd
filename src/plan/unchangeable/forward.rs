//! Changes that cannot be reversed: versions, and cluster mode.

use super::Kept;
use crate::edit::{Edit, quoted};
use crate::model::{ClusterMode, Environment, Name, RedisEngine, RedisGroup, Version};
use crate::pair::Pair;

pub(super) fn kept(sides: Pair<&Environment>) -> Vec<Kept> {
    let mut kept: Vec<Kept> = database(sides).into_iter().collect();
    for (name, before) in &sides.before.redis {
        if let Some(after) = sides.after.redis.get(name) {
            let sides = Pair::new(before, after);
            kept.extend(version(name, sides));
            kept.extend(cluster(name, sides));
        }
    }
    kept
}

fn database(sides: Pair<&Environment>) -> Option<Kept> {
    let engines = sides.map(|side| side.database.engine.value.as_str());
    if !older(engines) {
        return None;
    }
    Some(Kept {
        paths: vec!["database.engine".into()],
        reason: format!(
            "RDS cannot downgrade: PostgreSQL {} stays; {} needs a new instance, a dump and a restore",
            engines.before, engines.after
        ),
        edits: vec![Edit::set("database.engine", quoted(engines.before))],
    })
}

fn version(name: &Name, sides: Pair<&RedisGroup>) -> Option<Kept> {
    let engines = sides.map(|group| group.engine.value);
    let versions = sides.map(|group| group.version.value.as_str());
    let back = if engines.before == engines.after {
        older(versions)
    } else {
        engines.after == RedisEngine::Redis
    };
    if !back {
        return None;
    }
    let path = format!("redis.{name}.engine");
    let edits = vec![
        Edit::set(path.as_str(), quoted(&engines.before.to_string())),
        Edit::set(format!("{path}.version"), quoted(versions.before)),
    ];
    let version_path = format!("{path}.version");
    let differing = [
        (path, engines.before != engines.after),
        (version_path, versions.before != versions.after),
    ];
    let paths = differing.into_iter().filter(|(_, differs)| *differs);
    Some(Kept {
        paths: paths.map(|(path, _)| path).collect(),
        reason: format!(
            "ElastiCache cannot downgrade: {} {} of Redis group `{name}` stays; {} {} needs a new group, which the uses move to",
            engines.before, versions.before, engines.after, versions.after
        ),
        edits,
    })
}

fn cluster(name: &Name, sides: Pair<&RedisGroup>) -> Option<Kept> {
    let modes = sides.map(|group| group.cluster.mode.value);
    if modes.before != ClusterMode::Enabled || modes.after == ClusterMode::Enabled {
        return None;
    }
    let shards = sides.before.cluster.shards.value;
    let mut paths = vec![
        format!("redis.{name}.cluster.shards"),
        format!("redis.{name}.cluster.mode"),
    ];
    let mut edits = vec![
        Edit::set(format!("redis.{name}.cluster.shards"), shards.to_string()),
        Edit::set(
            format!("redis.{name}.cluster.mode"),
            quoted(&modes.before.to_string()),
        ),
    ];
    // A group in cluster mode needs a replica for failover, so the replica stays with the shards.
    let replicas = sides.map(|group| group.replicas.value);
    if replicas.before > 0 && replicas.after == 0 {
        let path = format!("redis.{name}.replicas");
        edits.push(Edit::set(path.as_str(), replicas.before.to_string()));
        paths.push(path);
    }
    Some(Kept {
        paths,
        reason: format!(
            "ElastiCache cannot turn cluster mode off: Redis group `{name}` keeps it and its shards; to leave cluster mode, create a new group and move the uses to it"
        ),
        edits,
    })
}

/// Whether AFTER's version is older than BEFORE's. A shorter version, such as 16 compared with
/// 16.4, matches every version that starts with it.
fn older(versions: Pair<&str>) -> bool {
    let Pair { before, after } = versions.map(Version::lenient);
    after.compare_stated(&before).is_lt()
}
