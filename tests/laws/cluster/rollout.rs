//! A Deployment while its controller replaces its pods, second by second.

use tierc::pair::Pair;

/// A Deployment as it is applied.
#[derive(Clone, Debug)]
pub(super) struct Deployment {
    pub(super) pods: u32,
    pub(super) surge: u32,
    pub(super) unavailable: u32,
    pub(super) min_ready: u64,
    pub(super) grace: u64,
    /// What its pods are made from: another text, other pods.
    pub(super) template: String,
    /// What each pod weighs, in whatever is summed.
    pub(super) weight: u64,
}

#[derive(Clone, Debug)]
struct Pod {
    old: bool,
    ready: u64,
    /// When it was told to go.
    told: Option<u64>,
}

/// The most that the pods of a Deployment weigh together while one state becomes the next. Pods
/// are ready a second after they are made, and take all of their grace to go: both are the worst case.
/// Whether those that go are counted is for the caller to say.
pub(super) fn heaviest(sides: &Pair<Deployment>, count_leaving: bool) -> u64 {
    let weights = Pair::new([sides.before.weight], [sides.after.weight]);
    let [most] = heaviest_of(sides, weights, count_leaving);
    most
}

/// The same of several weights at once, each at its own worst second.
pub(super) fn heaviest_of<const N: usize>(
    sides: &Pair<Deployment>,
    weights: Pair<[u64; N]>,
    count_leaving: bool,
) -> [u64; N] {
    let (before, after) = (&sides.before, &sides.after);
    let rolls = before.template != after.template;
    let pod = |old: bool, ready: u64| Pod {
        old,
        ready,
        told: None,
    };
    let mut pods: Vec<Pod> = (0..before.pods).map(|_| pod(true, 0)).collect();
    // They have been ready for as long as anybody asks.
    let start = before.min_ready.max(after.min_ready) + 1;
    let over =
        start + u64::from(after.pods + 2) * (after.min_ready + 2) + before.grace + after.grace;
    // A reload gives the pods that run their new pools.
    let of_old = |at: usize| {
        if rolls {
            weights.before[at]
        } else {
            weights.before[at].max(weights.after[at])
        }
    };
    let mut most = [0; N];
    let mut now = start;
    while now <= over {
        pods.retain(|pod| {
            let grace = if pod.old { before.grace } else { after.grace };
            pod.told.is_none_or(|told| told + grace > now)
        });
        let counts = |pods: &[Pod]| (running(pods, true), running(pods, false));
        let known = counts(&pods);
        scale(&mut pods, after, now);
        if rolls {
            roll(&mut pods, after, now);
        }
        let counted = |old: bool| {
            let pods = pods.iter().filter(|pod| pod.old == old);
            let counted = pods.filter(|pod| count_leaving || pod.told.is_none());
            counted.count() as u64
        };
        let (old, new) = (counted(true), counted(false));
        for (at, most) in most.iter_mut().enumerate() {
            *most = (*most).max(old * of_old(at) + new * weights.after[at]);
        }
        let settled = pods
            .iter()
            .all(|pod| pod.told.is_none() && (pod.old != rolls));
        if settled && pods.len() == after.pods as usize {
            break;
        }
        now = if counts(&pods) == known {
            next(&pods, sides, now)
        } else {
            now + 1
        };
    }
    most
}

/// The next second at which a pod is gone or ready for long enough.
fn next(pods: &[Pod], sides: &Pair<Deployment>, now: u64) -> u64 {
    let events = pods.iter().map(|pod| match pod.told {
        Some(told) if pod.old => told + sides.before.grace,
        Some(told) => told + sides.after.grace,
        None => pod.ready + sides.after.min_ready,
    });
    let coming = events.filter(|at| *at > now).min();
    coming.unwrap_or(now + 1)
}

fn running(pods: &[Pod], old: bool) -> u32 {
    let running = pods
        .iter()
        .filter(|pod| pod.told.is_none() && pod.old == old);
    u32::try_from(running.count()).unwrap()
}

/// A count that was changed is reached before anything rolls, with pods of the old template.
fn scale(pods: &mut Vec<Pod>, after: &Deployment, now: u64) {
    if running(pods, false) > 0 {
        return;
    }
    let old = running(pods, true);
    // Old pods that made room for new ones are not made again.
    let started = pods.iter().any(|pod| pod.told.is_some());
    for _ in old..after.pods {
        if started {
            break;
        }
        pods.push(Pod {
            old: true,
            ready: 0,
            told: None,
        });
    }
    if old > after.pods {
        end(pods, old - after.pods, now);
    }
}

fn end(pods: &mut [Pod], count: u32, now: u64) {
    let old = pods.iter_mut().filter(|pod| pod.old && pod.told.is_none());
    for pod in old.take(count as usize) {
        pod.told = Some(now);
    }
}

/// One look of the controller at a rolling update.
fn roll(pods: &mut Vec<Pod>, after: &Deployment, now: u64) {
    let (old, new) = (running(pods, true), running(pods, false));
    let room = (after.pods + after.surge).saturating_sub(old + new);
    for _ in 0..room.min(after.pods.saturating_sub(new)) {
        pods.push(Pod {
            old: false,
            ready: now + 1,
            told: None,
        });
    }
    let available = pods
        .iter()
        .filter(|pod| pod.told.is_none() && (pod.old || pod.ready + after.min_ready <= now));
    let available = u32::try_from(available.count()).unwrap();
    let least = after.pods.saturating_sub(after.unavailable);
    end(pods, available.saturating_sub(least).min(old), now);
}

/// A Deployment that only one side has comes or goes as a whole.
pub(super) fn nothing_of(deployment: &Deployment) -> Deployment {
    Deployment {
        pods: 0,
        ..deployment.clone()
    }
}
