//! The search for an order: depth first in the preferred order, without visiting a set of moves
//! twice.

use std::collections::BTreeSet;

use super::{Move, PlanRequest};
use crate::diagnostic::Diagnostic;
use crate::model::Environment;
use crate::pair::Pair;

/// The most refused moves that are kept, for building bridges.
const MOST_REFUSED: usize = 32;

/// What the search found.
#[derive(Clone, Debug)]
pub struct FoundOrder {
    /// Indices of moves, in order: all of them, or the longest safe prefix.
    pub order: Vec<usize>,
    /// Whether every move is in it.
    pub complete: bool,
    /// Moves between good states that broke a rule while they ran, with the states before and
    /// after.
    pub refused: Vec<(usize, Pair<Environment>)>,
}

/// The transitions that must keep the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ways {
    /// Those of every step and of its undo.
    Both,
    /// Those of every step. A step without a safe undo is undone by a new plan.
    Forth,
}

struct Search<'a> {
    request: &'a PlanRequest<'a>,
    moves: &'a [Move],
    /// Indices of the moves in the preferred order.
    preferred: Vec<usize>,
    /// What BEFORE breaks already.
    allowed: Vec<Diagnostic>,
    ways: Ways,
    refused: Vec<(usize, Pair<Environment>)>,
    seen: BTreeSet<Vec<usize>>,
    /// The most states to visit before the search gives up.
    most_states: usize,
    longest: Vec<usize>,
}

/// Orders the moves so that every state, and every running step, keeps the rules that BEFORE keeps.
/// Visits at most `most_states` states.
#[must_use]
pub fn order(
    request: &PlanRequest<'_>,
    moves: &[Move],
    most_states: usize,
    ways: Ways,
) -> FoundOrder {
    let mut preferred: Vec<usize> = (0..moves.len()).collect();
    preferred.sort_by_key(|index| moves.get(*index).map(|next| next.rank));
    let mut search = Search {
        request,
        moves,
        preferred,
        allowed: request.errors(request.environments.before),
        ways,
        refused: Vec::new(),
        seen: BTreeSet::new(),
        most_states,
        longest: Vec::new(),
    };
    let mut done = Vec::new();
    if !search.go(request.environments.before, &mut done) {
        done = search.extended();
    }
    FoundOrder {
        complete: done.len() == moves.len(),
        order: done,
        refused: search.refused,
    }
}

impl Search<'_> {
    fn go(&mut self, state: &Environment, done: &mut Vec<usize>) -> bool {
        if done.len() == self.moves.len() {
            return true;
        }
        if done.len() > self.longest.len() {
            self.longest.clone_from(done);
        }
        for index in self.preferred.clone() {
            if !self.is_next(done, index) || !self.is_new(done, index) {
                continue;
            }
            let Some(reached) = self.reached(state, index) else {
                continue;
            };
            done.push(index);
            if self.go(&reached, done) {
                return true;
            }
            done.pop();
        }
        false
    }

    /// The longest prefix, with everything that can still follow it. A search that gave up has not
    /// tried everything, and a remaining move must have a reason.
    fn extended(&mut self) -> Vec<usize> {
        let mut done = std::mem::take(&mut self.longest);
        let mut state = self.request.environments.before.clone();
        for next in done.iter().filter_map(|index| self.moves.get(*index)) {
            next.apply(&mut state, self.request.environments.after);
        }
        while let Some((index, reached)) = self.possible(&state, &done) {
            done.push(index);
            state = reached;
        }
        done
    }

    /// The first move that is possible from here.
    fn possible(&mut self, state: &Environment, done: &[usize]) -> Option<(usize, Environment)> {
        self.preferred.clone().into_iter().find_map(|index| {
            let open = self.is_next(done, index);
            Some((index, open.then(|| self.reached(state, index)).flatten()?))
        })
    }

    /// Whether a move is not made yet, and all moves that it needs are.
    fn is_next(&self, done: &[usize], index: usize) -> bool {
        let needs = self.moves.get(index).map(|next| &next.needs);
        let ready = needs.is_some_and(|needs| needs.iter().all(|need| done.contains(need)));
        ready && !done.contains(&index)
    }

    /// The state after a move, if the state and the transition keep the rules.
    fn reached(&mut self, state: &Environment, index: usize) -> Option<Environment> {
        let mut reached = state.clone();
        self.moves
            .get(index)?
            .apply(&mut reached, self.request.environments.after);
        if self.request.is_worse(&reached, &self.allowed) {
            return None;
        }
        let sides = Pair::new(state, &reached);
        let broken = self
            .request
            .broken_meanwhile(sides, self.ways, &self.allowed);
        if broken.is_empty() {
            return Some(reached);
        }
        if self.refused.len() < MOST_REFUSED {
            self.refused.push((index, sides.map(Clone::clone)));
        }
        None
    }

    /// Whether this set of moves is new: the same moves in another order lead to the same state.
    fn is_new(&mut self, done: &[usize], next: usize) -> bool {
        let mut place: Vec<usize> = done.iter().copied().chain([next]).collect();
        place.sort_unstable();
        self.seen.len() < self.most_states && self.seen.insert(place)
    }
}
