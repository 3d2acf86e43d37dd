//! Pods that are large for their nodes: a node holds a whole number of them, and what is left on
//! it helps none. An exact bound like the sums, where these say nothing.

use super::{Load, Room};

/// More pods than the nodes have places for.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// Whose pods, such as `worker.decisions`.
    pub whose: Vec<String>,
    /// Millicores that each of them asks for at the least.
    pub cpu: u64,
    /// Bytes that each of them asks for at the least.
    pub memory: u64,
    /// How many come.
    pub pods: u64,
    /// How many find a place.
    pub places: u64,
}

/// How many pods that ask for `cpu` millicores and `memory` bytes a node of `room` holds.
#[must_use]
pub fn places(room: &Room, cpu: u64, memory: u64) -> u64 {
    let most = |has: u64, each: u64| has.checked_div(each).unwrap_or(u64::MAX);
    most(room.cpu, cpu)
        .min(most(room.memory, memory))
        .min(room.pods)
}

impl Crowd {
    /// A crowd of nobody, which [`Crowd::join`] makes one of loads.
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

/// The worst crowd of `loads`, which can go to no other nodes than those of `rooms`: the pods of
/// one load, those that ask for so much CPU or more, or those that ask for so much memory or more.
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
