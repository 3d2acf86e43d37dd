//! A rollout of a Deployment, simulated second by second.

use tierc::pair::Pair;

/// An applied Deployment.
#[derive(Clone, Debug)]
pub(super) struct Deployment {
    pub(super) pods: u32,
    pub(super) surge: u32,
    pub(super) unavailable: u32,
    pub(super) min_ready: u64,
    pub(super) grace: u64,
    /// The pod template as text: a different text replaces the pods.
    pub(super) template: String,
    /// The weight of each pod in the sum.
    pub(super) weight: u64,
}

/// The pods of a Deployment at one second, as counts. Pods that are created or terminated in the same
/// second behave alike.
struct Pods {
    /// Pods of the old template that are not terminating.
    old: u32,
    /// When old pods started to terminate, and how many.
    leaving: Vec<(u64, u32)>,
    /// Pods of the new template that are available.
    available: u32,
    /// When the other new pods become ready, and how many.
    coming: Vec<(u64, u32)>,
}

/// The largest total weight of a Deployment's pods during a step. Pods are ready a second after they are
/// created, and use their whole grace period to terminate: both are the worst case. `count_leaving` says
/// whether terminating pods count.
pub(super) fn heaviest(sides: &Pair<Deployment>, count_leaving: bool) -> u64 {
    let weights = Pair::new([sides.before.weight], [sides.after.weight]);
    let [most] = heaviest_of(sides, weights, count_leaving);
    most
}

/// The same for several weights at once, each at its own worst second.
pub(super) fn heaviest_of<const N: usize>(
    sides: &Pair<Deployment>,
    weights: Pair<[u64; N]>,
    count_leaving: bool,
) -> [u64; N] {
    let (before, after) = (&sides.before, &sides.after);
    let rolls = before.template != after.template;
    let mut pods = Pods {
        old: before.pods,
        leaving: Vec::new(),
        available: 0,
        coming: Vec::new(),
    };
    // The old pods have been ready for longer than any `minReadySeconds`.
    let start = before.min_ready.max(after.min_ready) + 1;
    let over =
        start + u64::from(after.pods + 2) * (after.min_ready + 2) + before.grace + after.grace;
    // A reload applies the new pool sizes to running pods.
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
        pods.pass(sides, now);
        let known = (pods.old, pods.successors());
        pods.scale(after, now);
        if rolls {
            pods.roll(after, now);
        }
        let gone = if count_leaving { pods.gone() } else { 0 };
        let (old, new) = (u64::from(pods.old + gone), u64::from(pods.successors()));
        for (at, most) in most.iter_mut().enumerate() {
            *most = (*most).max(old * of_old(at) + new * weights.after[at]);
        }
        let others = if rolls { pods.old } else { pods.successors() };
        let all = pods.old + pods.successors();
        if pods.leaving.is_empty() && others == 0 && all == after.pods {
            break;
        }
        now = if (pods.old, pods.successors()) == known {
            pods.next(sides, now)
        } else {
            now + 1
        };
    }
    most
}

impl Pods {
    /// Pods of the new template.
    fn successors(&self) -> u32 {
        self.available + self.coming.iter().map(|(_, count)| count).sum::<u32>()
    }

    /// Pods that are terminating.
    fn gone(&self) -> u32 {
        self.leaving.iter().map(|(_, count)| count).sum()
    }

    /// Advances the time: terminating pods end after their grace period, and new pods become available.
    fn pass(&mut self, sides: &Pair<Deployment>, now: u64) {
        let grace = sides.before.grace;
        self.leaving.retain(|(told, _)| told + grace > now);
        let min_ready = sides.after.min_ready;
        self.coming.retain(|(ready, count)| {
            let coming = ready + min_ready > now;
            if !coming {
                self.available += count;
            }
            coming
        });
    }

    /// The next second at which a pod ends or becomes available.
    fn next(&self, sides: &Pair<Deployment>, now: u64) -> u64 {
        let leaving = self.leaving.iter();
        let gone = leaving.map(|(told, _)| told + sides.before.grace);
        let coming = self.coming.iter();
        let ready = coming.map(|(ready, _)| ready + sides.after.min_ready);
        let events = gone.chain(ready).filter(|at| *at > now);
        events.min().unwrap_or(now + 1)
    }

    /// Scales to a changed count before the rollout starts, with pods of the old template.
    fn scale(&mut self, after: &Deployment, now: u64) {
        if self.successors() > 0 {
            return;
        }
        // Old pods that were terminated for new ones are not created again.
        if self.leaving.is_empty() {
            self.old = self.old.max(after.pods);
        }
        self.end(self.old.saturating_sub(after.pods), now);
    }

    fn end(&mut self, count: u32, now: u64) {
        if count > 0 {
            self.old -= count;
            self.leaving.push((now, count));
        }
    }

    /// One step of the Deployment controller in a rolling update.
    fn roll(&mut self, after: &Deployment, now: u64) {
        let new = self.successors();
        let room = (after.pods + after.surge).saturating_sub(self.old + new);
        let made = room.min(after.pods.saturating_sub(new));
        if made > 0 {
            self.coming.push((now + 1, made));
        }
        let least = after.pods.saturating_sub(after.unavailable);
        let spare = (self.old + self.available).saturating_sub(least);
        self.end(spare.min(self.old), now);
    }
}

/// A Deployment without pods, as the other side of one that is added or removed.
pub(super) fn nothing_of(deployment: &Deployment) -> Deployment {
    Deployment {
        pods: 0,
        ..deployment.clone()
    }
}
