//! Large pods: a node holds a whole number of them, and the rest of the node is unusable for them. This
//! is an exact bound that the sums miss.

use super::{Load, Room};

/// More pods than places.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// The owners of the pods, such as `worker.decisions`.
    pub whose: Vec<String>,
    /// The millicores that each of them requests at least.
    pub cpu: u64,
    /// The bytes that each of them requests at least.
    pub memory: u64,
    /// The number of pods.
    pub pods: u64,
    /// The number of pods that fit.
    pub places: u64,
}

/// The number of pods with these requests that fit on one node of `room`.
#[must_use]
pub fn places(room: &Room, cpu: u64, memory: u64) -> u64 {
    let most = |has: u64, each: u64| has.checked_div(each).unwrap_or(u64::MAX);
    most(room.cpu, cpu)
        .min(most(room.memory, memory))
        .min(room.pods)
}

impl Crowd {
    /// An empty crowd, to which [`Crowd::join`] adds loads.
    fn none() -> Self {
        Self {
            whose: Vec::new(),
            cpu: u64::MAX,
            memory: u64::MAX,
            pods: 0,
            places: 0,
        }
    }

    fn join(&mut self, load: &Load) {
        self.cpu = self.cpu.min(load.cpu);
        self.memory = self.memory.min(load.memory);
        self.pods += u64::from(load.pods);
    }

    fn over(&self) -> u64 {
        self.pods.saturating_sub(self.places)
    }
}

/// The worst crowd of `loads`, which must run on `rooms`: the pods of one load, all pods with at least a
/// certain CPU request, or all pods with at least a certain memory request.
pub(super) fn worst<'l>(loads: &[&'l Load], rooms: &[&Room]) -> Option<Crowd> {
    let mut worst = Crowd::none();
    let mut whose: Vec<&'l Load> = Vec::new();
    let mut judge = |members: &[&'l Load], mut crowd: Crowd| {
        let nodes = rooms.iter().map(|room| {
            u64::from(room.nodes).saturating_mul(places(room, crowd.cpu, crowd.memory))
        });
        crowd.places = nodes.fold(0, u64::saturating_add);
        if crowd.over() > worst.over() {
            whose.clear();
            whose.extend(members);
            worst = crowd;
        }
    };
    for load in loads {
        let mut crowd = Crowd::none();
        crowd.join(load);
        judge(&[load], crowd);
    }
    let mut order = loads.to_vec();
    for asked in [|load: &Load| load.cpu, |load: &Load| load.memory] {
        order.sort_by_key(|load| std::cmp::Reverse(asked(load)));
        let mut crowd = Crowd::none();
        for (index, load) in order.iter().enumerate() {
            crowd.join(load);
            judge(order.get(..=index).unwrap_or_default(), crowd.clone());
        }
    }
    worst.whose = whose.iter().map(|load| load.who.clone()).collect();
    (worst.over() > 0).then_some(worst)
}
