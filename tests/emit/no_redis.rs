//! A platform without Redis.

use super::case;

/// Only the lock names it: it records thresholds of alerts whether or not they apply.
#[test]
fn nothing_of_redis_is_written_without_redis() {
    let files = case("no_redis");
    assert!(files.len() > 5);
    for (path, text) in files.iter().filter(|(path, _)| *path != "tierc.lock.json") {
        let text = text.to_lowercase();
        // The file's own name is in each header.
        let text = text.replace("no_redis.kdl", "");
        for word in ["redis", "elasticache", "cache.r6g", "6379"] {
            let line = text.lines().find(|line| line.contains(word));
            assert_eq!(line, None, "{path}");
        }
    }
    assert!(!files["RUNBOOK.md"].contains("\n\n\n\n"), "no gap is left");
}
