//! How queue libraries name the keys of waiting jobs. KEDA counts the items of a list and the
//! members of a sorted set, so either can be a queue.

use crate::diagnostic::suggest;
use crate::model::Framework;

/// The last parts of BullMQ's keys for unfinished jobs.
const BULLMQ: [&str; 5] = ["wait", "paused", "prioritized", "delayed", "active"];

/// Bull leaves jobs with a priority in `wait`.
const BULL: [&str; 4] = ["wait", "paused", "delayed", "active"];

/// How a framework names a queue, as part of a sentence. `None` if every name is allowed.
pub(in crate::check) fn form(framework: Framework) -> Option<&'static str> {
    match framework {
        Framework::Bullmq | Framework::Bull => Some("<prefix>:<queue>:wait"),
        Framework::Sidekiq => Some("queue:<name>"),
        Framework::Resque => Some("<namespace>:queue:<name>"),
        Framework::Rq => Some("rq:queue:<name>"),
        Framework::Celery => None,
    }
}

/// Whether jobs of a framework can wait in `key`. Prefixes are configurable, so any prefix counts.
pub(in crate::check) fn holds_jobs(framework: Framework, key: &str) -> bool {
    let parts: Vec<&str> = key.split(':').collect();
    let whole = parts.iter().all(|part| !part.is_empty());
    match (framework, parts.as_slice()) {
        (Framework::Bullmq | Framework::Bull, [.., last]) => {
            whole && parts.len() > 2 && kinds(framework).contains(last)
        }
        (Framework::Sidekiq, [.., "schedule" | "retry"]) => whole && parts.len() < 3,
        (Framework::Sidekiq, ["queue", _, ..])
        | (Framework::Rq, ["rq", "queue" | "scheduled", _, ..]) => whole,
        (Framework::Sidekiq | Framework::Resque, [_, inner @ .., last]) => {
            whole && inner.contains(&"queue") && !last.is_empty()
        }
        (Framework::Celery, _) => true,
        (Framework::Sidekiq | Framework::Resque | Framework::Rq, _)
        | (Framework::Bullmq | Framework::Bull, []) => false,
    }
}

/// The framework whose default prefix a key has, and that prefix. Sidekiq has no prefix, Celery's
/// names are free, and Bull shares BullMQ's prefix.
pub(in crate::check) fn recognised(key: &str) -> Option<(&str, Framework)> {
    let (prefix, _) = key.split_once(':')?;
    let framework = match prefix {
        "rq" => Framework::Rq,
        "resque" => Framework::Resque,
        _ if is_prefix(prefix) => Framework::Bullmq,
        _ => return None,
    };
    Some((prefix, framework))
}

fn kinds(framework: Framework) -> &'static [&'static str] {
    if framework == Framework::Bull {
        &BULL
    } else {
        &BULLMQ
    }
}

/// The intended key for one that holds no jobs, if only one part of it is wrong.
pub(in crate::check) fn meant(framework: Framework, key: &str) -> Option<String> {
    if holds_jobs(framework, key) {
        return None;
    }
    let meant = match framework {
        Framework::Bullmq | Framework::Bull => bull(framework, key),
        Framework::Sidekiq | Framework::Resque | Framework::Rq => named(framework, key),
        Framework::Celery => None,
    };
    meant.filter(|meant| holds_jobs(framework, meant))
}

/// `bull:emails:wiat`, `bull:emails`, `emails`.
fn bull(framework: Framework, key: &str) -> Option<String> {
    let parts: Vec<&str> = key.split(':').filter(|part| !part.is_empty()).collect();
    let (last, front) = parts.split_last()?;
    let near = kind(framework, last);
    match front {
        [] => near.is_none().then(|| format!("bull:{last}:wait")),
        // The queue's own name is missing.
        [prefix] if near.is_some() && is_prefix(prefix) => None,
        [queue] => Some(match near {
            Some(kind) => format!("bull:{queue}:{kind}"),
            None if suggest::nearest(queue, ["queue", "queues"]).is_some() => {
                format!("bull:{last}:wait")
            }
            None => format!("{queue}:{last}:wait"),
        }),
        [prefix, ..] => {
            let default = is_prefix(prefix).then_some("wait");
            let kind = near.or(default)?;
            Some(format!("{}:{kind}", front.join(":")))
        }
    }
}

/// The library's own prefix, with or without a hash tag.
fn is_prefix(part: &str) -> bool {
    part.trim_matches(['{', '}']) == "bull"
}

/// The kind of key whose name is similar to a last part.
fn kind(framework: Framework, part: &str) -> Option<&'static str> {
    match part {
        "priority" | "priorities" if framework == Framework::Bullmq => Some("prioritized"),
        "waiting" | "pending" | "completed" | "failed" | "waiting-children" | "priority"
        | "priorities" => Some("wait"),
        _ => suggest::nearest(part, kinds(framework).iter().copied()),
    }
}

/// `queus:default`, `queue-default`, `default`, with or without a namespace.
fn named(framework: Framework, key: &str) -> Option<String> {
    let (namespace, name) = name_in(key)?;
    let namespace = namespace.trim_matches(':');
    Some(match framework {
        Framework::Resque if namespace.is_empty() => format!("resque:queue:{name}"),
        Framework::Resque => format!("{namespace}:queue:{name}"),
        Framework::Rq => format!("rq:queue:{name}"),
        Framework::Sidekiq if !namespace.is_empty() && key.matches(':').count() > 1 => {
            format!("{namespace}:queue:{name}")
        }
        Framework::Sidekiq | Framework::Bullmq | Framework::Bull | Framework::Celery => {
            format!("queue:{name}")
        }
    })
}

/// The part before the word `queue` or a similar word, and the name after it.
fn name_in(key: &str) -> Option<(&str, &str)> {
    let mut start = 0;
    for part in key.split([':', '-', '_', '.', '/']) {
        let end = start + part.len();
        let is_queue = suggest::nearest(part, ["queue", "queues"]).is_some();
        let (before, after) = (key.get(..start)?, key.get(end + 1..).unwrap_or(""));
        if is_queue && !after.is_empty() {
            let whole = before.is_empty() || before.ends_with(':');
            return Some((before, after)).filter(|_| whole);
        }
        start = end + 1;
    }
    match key.split_once(':') {
        Some((namespace, name)) if !name.is_empty() => Some((namespace, name)),
        Some(_) => None,
        None => (!key.is_empty()).then_some(("", key)),
    }
}

/// Whether Redis hashes only a part of `key`, which keeps all keys of a queue in one slot. The part
/// is between the first `{` and the next `}`, unless it is empty.
pub(in crate::check) fn has_tag(key: &str) -> bool {
    let tag = key
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'));
    tag.is_some_and(|(tag, _)| !tag.is_empty())
}

/// A key of Bull or BullMQ with its prefix as hash tag.
pub(in crate::check) fn tagged(key: &str) -> Option<String> {
    if has_tag(key) {
        return Some(key.to_owned());
    }
    let mut parts = key.rsplitn(3, ':');
    let (kind, queue, prefix) = (parts.next()?, parts.next()?, parts.next()?);
    let bare: String = prefix.chars().filter(|c| !"{}".contains(*c)).collect();
    Some(format!("{{{bare}}}:{queue}:{kind}"))
}

/// Where a framework keeps the delayed jobs of `key`, if only its own workers move them. Without a
/// pod, these jobs do not run.
pub(in crate::check) fn delayed(framework: Framework, key: &str) -> Option<String> {
    match framework {
        Framework::Bullmq | Framework::Bull => {
            let (queue, _) = key.rsplit_once(':')?;
            Some(format!("{queue}:delayed"))
        }
        Framework::Sidekiq => {
            let (namespace, _) = key.split_once("queue:")?;
            Some(format!("{namespace}schedule"))
        }
        Framework::Rq => {
            let name = key.strip_prefix("rq:queue:")?;
            Some(format!("rq:scheduled:{name}"))
        }
        // A separate scheduler moves them, or a worker keeps them in memory.
        Framework::Resque | Framework::Celery => None,
    }
}

#[cfg(test)]
mod tests {
    use Framework::{Bull, Bullmq, Celery, Resque, Rq, Sidekiq};

    use super::*;

    #[test]
    fn each_framework_knows_its_queues_by_their_names() {
        for (framework, fits) in [
            (Bullmq, "bull:decisions:wait"),
            (Bullmq, "{bull}:decisions:wait"),
            (Bullmq, "bull:{decisions}:prioritized"),
            (Bullmq, "bul:emails:wait"),
            (Bullmq, "bull:emails:paused"),
            (Bullmq, "a:b:emails:delayed"),
            (Bull, "bull:decisions:active"),
            (Sidekiq, "queue:decisions"),
            (Sidekiq, "app:queue:decisions"),
            (Sidekiq, "schedule"),
            (Sidekiq, "app:retry"),
            (Resque, "resque:queue:decisions"),
            (Resque, "app:queue:a:b"),
            (Rq, "rq:queue:decisions"),
            (Rq, "rq:scheduled:decisions"),
            (Celery, "anything"),
        ] {
            assert!(holds_jobs(framework, fits), "{framework} {fits}");
            assert_eq!(meant(framework, fits), None, "{framework} {fits}");
        }
    }

    #[test]
    fn what_was_meant_is_the_same_queue() {
        for (framework, written, right) in [
            (Bullmq, "bull:emails:wiat", "bull:emails:wait"),
            (Bullmq, "bull:emails:waiting", "bull:emails:wait"),
            (Bullmq, "bull:emails:completed", "bull:emails:wait"),
            (Bullmq, "bull:emails:jobs", "bull:emails:wait"),
            (Bullmq, "bull:emails:priority", "bull:emails:prioritized"),
            (Bullmq, "bull:emails:prioritised", "bull:emails:prioritized"),
            (Bullmq, "app:emails:wiat", "app:emails:wait"),
            (Bullmq, "{bull}:emails:delayd", "{bull}:emails:delayed"),
            (Bullmq, "bull:emails", "bull:emails:wait"),
            (Bullmq, "app:emails", "app:emails:wait"),
            (Bullmq, "emails:wait", "bull:emails:wait"),
            (Bullmq, "emails", "bull:emails:wait"),
            (Bullmq, "queue:decisions", "bull:decisions:wait"),
            (Bullmq, "bull::emails:wait", "bull:emails:wait"),
            (Bull, "bull:emails:prioritized", "bull:emails:wait"),
            (Bull, "bull:emails:priority", "bull:emails:wait"),
            (Sidekiq, "queus:default", "queue:default"),
            (Sidekiq, "queues:default", "queue:default"),
            (Sidekiq, "queue-default", "queue:default"),
            (Sidekiq, "app:queus:default", "app:queue:default"),
            (Sidekiq, "default", "queue:default"),
            (Sidekiq, "low-priority", "queue:low-priority"),
            (Resque, "queue:mail", "resque:queue:mail"),
            (Resque, "mail", "resque:queue:mail"),
            (Resque, "resque:mail", "resque:queue:mail"),
            (Resque, "app:queus:mail", "app:queue:mail"),
            (Rq, "rq:queues:mail", "rq:queue:mail"),
            (Rq, "rq:mail", "rq:queue:mail"),
            (Rq, "queue:mail", "rq:queue:mail"),
            (Rq, "app:rq:queue:mail", "rq:queue:mail"),
            (Rq, "mail", "rq:queue:mail"),
        ] {
            assert!(!holds_jobs(framework, written), "{framework} {written}");
            let found = meant(framework, written);
            assert_eq!(found.as_deref(), Some(right), "{framework} {written}");
        }
    }

    /// Without a recognisable queue name, no name is suggested.
    #[test]
    fn nothing_is_made_up_where_a_name_cannot_be_told() {
        for (framework, written) in [
            (Bullmq, "bull:wait"),
            (Bullmq, "wait"),
            (Bullmq, "app:emails:urgent"),
            (Bullmq, ":"),
            (Sidekiq, ""),
            (Sidekiq, "queue:"),
            (Resque, ":queue:"),
            (Rq, "rq:queue:"),
        ] {
            assert!(!holds_jobs(framework, written), "{framework} {written}");
            assert_eq!(meant(framework, written), None, "{framework} {written}");
        }
    }

    #[test]
    fn only_a_default_prefix_tells_the_framework() {
        for (key, framework) in [
            ("bull:emails:wiat", Some(("bull", Bullmq))),
            ("{bull}:emails:wait", Some(("{bull}", Bullmq))),
            ("rq:queue:mail", Some(("rq", Rq))),
            ("resque:mail", Some(("resque", Resque))),
            ("queue:decisions", None),
            ("bulls:emails:wait", None),
            ("bull", None),
        ] {
            assert_eq!(recognised(key), framework, "{key}");
        }
    }

    #[test]
    fn a_tag_is_what_redis_hashes() {
        for (key, has) in [
            ("{bull}:emails:wait", true),
            ("bull:{emails}:wait", true),
            ("bull:emails:wait", false),
            ("{}bull:{emails}:wait", false),
            ("bull:{emails:wait", false),
            ("}bull{:emails:wait", false),
        ] {
            assert_eq!(has_tag(key), has, "{key}");
            let tagged = tagged(key).unwrap();
            assert!(has_tag(&tagged), "{tagged}");
        }
        assert_eq!(tagged("bull:emails:wait").unwrap(), "{bull}:emails:wait");
        assert_eq!(tagged("a:b:emails:wait").unwrap(), "{a:b}:emails:wait");
    }
}
