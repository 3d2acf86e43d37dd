//! The search for an order: depth first in the preferred order, never twice at the same place.

use std::collections::BTreeSet;

use super::{Move, Request};
use crate::diagnostic::Diagnostic;
use crate::model::Environment;

/// What the search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Indices of moves, in order: all of them, or the longest safe beginning.
    pub order: Vec<usize>,
    /// Whether every move is in it.
    pub complete: bool,
}

struct Search<'a> {
    request: &'a Request<'a>,
    moves: &'a [Move],
    /// Indices of the moves, the preferred first.
    preferred: Vec<usize>,
    /// What BEFORE breaks already.
    allowed: Vec<Diagnostic>,
    seen: BTreeSet<Vec<usize>>,
    /// States that are looked at before the search gives up.
    most_states: usize,
    longest: Vec<usize>,
}

/// Puts moves in an order in which every state keeps the rules that BEFORE keeps; looks at no more
/// than `most_states` of them.
#[must_use]
pub fn order(request: &Request<'_>, moves: &[Move], most_states: usize) -> Found {
    let mut preferred: Vec<usize> = (0..moves.len()).collect();
    preferred.sort_by_key(|index| moves.get(*index).map(|next| next.rank));
    let mut search = Search {
        request,
        moves,
        preferred,
        allowed: request.errors(request.environments.before),
        seen: BTreeSet::new(),
        most_states,
        longest: Vec::new(),
    };
    let mut done = Vec::new();
    let complete = search.go(request.environments.before, &mut done);
    Found {
        order: if complete { done } else { search.longest },
        complete,
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
            let Some(next) = self.moves.get(index) else {
                continue;
            };
            if done.contains(&index) || !next.needs.iter().all(|need| done.contains(need)) {
                continue;
            }
            if !self.is_new(done, index) {
                continue;
            }
            let mut reached = state.clone();
            next.apply(&mut reached, self.request.environments.after);
            if !self.request.new_errors(&reached, &self.allowed).is_empty() {
                continue;
            }
            done.push(index);
            if self.go(&reached, done) {
                return true;
            }
            done.pop();
        }
        false
    }

    /// Whether nobody stood there yet: the same moves in another order lead to the same state.
    fn is_new(&mut self, done: &[usize], next: usize) -> bool {
        let mut place: Vec<usize> = done.iter().copied().chain([next]).collect();
        place.sort_unstable();
        self.seen.len() < self.most_states && self.seen.insert(place)
    }
}
