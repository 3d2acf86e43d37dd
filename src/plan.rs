//! The safe order of a change: steps from BEFORE to AFTER. Each state on the way keeps every rule
//! that BEFORE keeps.
//!
//! A change is cut into moves; one apply makes one move ([`moves`]). AWS needs several
//! moves for some changes, such as transit encryption and cluster mode. A search orders the moves
//! ([`order`]). On the way up, capacity comes before its use; on the way down, after. No state has
//! an error that BEFORE lacks, and no step causes one while it runs ([`transition`]). If no order
//! works, temporary values make one possible ([`bridge`]). If AWS cannot make a change at all, such
//! as shrinking a volume, the plan keeps the old value and says so ([`unchangeable`]).

mod beside;
mod bridge;
mod joint_moves;
pub mod move_edit;
pub mod move_kind;
pub mod moves;
pub mod order;
pub mod procedure;
mod rank;
mod redis;
pub mod script;
pub mod step;
mod title;
mod transition;
pub mod unchangeable;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::catalogue::Catalogue;
use crate::check;
use crate::diagnostic::{Code, Diagnostic, Help, Severity};
use crate::emit::values_template::ValuesTemplate;
use crate::model::{Attribute, Environment};
use crate::pair::Pair;

pub use move_edit::Move;
use move_kind::MoveKind;
use order::{FoundOrder, Ways};
pub use step::PlannedStep;
pub use transition::Meanwhile;
pub use unchangeable::Kept;

/// The input of a plan.
pub struct PlanRequest<'a> {
    /// Both ends.
    pub environments: Pair<&'a Environment>,
    /// AFTER's facts about AWS. Every state is checked against them.
    pub catalogue: &'a Catalogue,
    /// The rules that both sides waive.
    pub waived: &'a BTreeSet<Code>,
    /// The day of the run.
    pub today: Date,
    /// The folder that the commands read the states' trees from.
    pub root: &'a str,
}

/// A plan, or why there is none.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The steps, in order; empty if nothing differs.
    pub steps: Vec<PlannedStep>,
    /// The attributes that keep BEFORE's value, because AWS cannot change them.
    pub kept: Vec<Kept>,
    /// Why the steps end before AFTER, if they do.
    pub blocked: Option<Blocked>,
}

/// Why no order continues from here.
#[derive(Clone, Debug)]
pub struct Blocked {
    /// The moves that were left.
    pub left: Vec<String>,
    /// The findings that each remaining move would cause; the move nearest to AFTER first.
    pub findings: Vec<Diagnostic>,
    /// Intermediate values that make a plan possible.
    pub bridges: Vec<Help>,
}

/// Plans the steps from BEFORE to AFTER.
#[must_use]
pub fn plan(request: &PlanRequest<'_>) -> Plan {
    plan_with_values(request, None)
}

/// The same for a chart whose values a template writes. A state whose values it cannot write counts
/// as one with tierc's own layout.
#[must_use]
pub fn plan_with_values(request: &PlanRequest<'_>, values: Option<&ValuesTemplate>) -> Plan {
    let (target, kept) = unchangeable::keep(request);
    let start = without_settled_doubts(request.environments.before, &target);
    let goal = PlanRequest {
        environments: Pair::new(&start, &target),
        ..*request
    };
    let way = in_order(&goal);
    let steps = step::steps(&goal, values, (&way.moves, &way.found.order), way.ways);
    let blocked = (!way.found.complete).then(|| blocked(&goal, &way));
    Plan {
        steps,
        kept,
        blocked,
    }
}

/// BEFORE without doubts about values that AFTER has as well, and for certain. Steps do not set such a value, so
/// a doubt would last: an architecture is in doubt while no node group takes the pod, and a rule is silent about
/// what is in doubt.
fn without_settled_doubts(before: &Environment, after: &Environment) -> Environment {
    let doubted: Vec<Attribute> = before.list().into_iter().filter(|it| !it.sound).collect();
    let mut start = before.clone();
    if !doubted.is_empty() {
        let certain: BTreeMap<String, String> = after
            .list()
            .into_iter()
            .filter(|it| it.sound)
            .map(|it| (it.path, it.value))
            .collect();
        let settled = doubted.into_iter();
        let settled = settled.filter(|it| certain.get(&it.path) == Some(&it.value));
        start.adopt(after, &settled.map(|it| it.path).collect());
    }
    start
}

/// States that a search visits before it gives up. A tier change takes about a dozen moves, and as
/// many states if nothing is in the way.
const STATES: usize = 500;

/// The same for finer moves.
const STATES_OF_FINER: usize = 2_000;

/// Moves, their order, and the moves that were joined or split to keep the rules.
struct PlannedWay {
    moves: Vec<Move>,
    found: FoundOrder,
    ways: Ways,
}

/// Tries whole moves first, then some of them joined, then finer ones; then the same with temporary
/// values. If no way back keeps the rules, the steps have no undo.
fn in_order(goal: &PlanRequest<'_>) -> PlannedWay {
    let moves = moves::moves(goal.environments, goal.catalogue);
    let allowed = goal.errors(goal.environments.before);
    // If AFTER itself breaks a rule, no order reaches it. One try shows how far the steps go.
    let hopeless = goal.is_worse(goal.environments.after, &allowed);
    let states = if hopeless { 2 * moves.len() } else { STATES };
    let found = order::order(goal, &moves, states, Ways::Both);
    let first = PlannedWay {
        moves,
        found,
        ways: Ways::Both,
    };
    if first.found.complete || hopeless {
        return first;
    }
    let mut refused = first.refused();
    for ways in [Ways::Both, Ways::Forth] {
        // Whole moves that keep the rules both ways were the first search.
        let known = usize::from(ways == Ways::Both);
        for (moves, states) in alternatives(goal, &first.moves, &refused).skip(known) {
            let found = order::order(goal, &moves, states, ways);
            let way = PlannedWay { moves, found, ways };
            if way.found.complete {
                return way;
            }
            refused.extend(way.refused());
        }
        if refused.is_empty() {
            break; // the rules of the states blocked it, not a transition
        }
    }
    first
}

/// Alternative sets of moves to the same goal, whole moves first, each with the number of states that a
/// search may visit.
fn alternatives<'a>(
    goal: &'a PlanRequest<'_>,
    whole: &'a [Move],
    refused: &[RefusedMove],
) -> impl Iterator<Item = (Vec<Move>, usize)> + use<'a> {
    let joined = moves::joined(goal.environments, goal.catalogue);
    let finer = joined
        .as_deref()
        .map(|moves| moves::finer(moves, goal.environments));
    let cut = moves::finer(whole, goal.environments);
    let bridged = bridge::lower_pools(goal, whole, refused);
    let bridged_finer = bridge::lower_pools(goal, &cut, refused);
    [
        Some((whole.to_vec(), STATES)),
        joined.map(|moves| (moves, STATES)),
        Some((cut, STATES_OF_FINER)),
        finer.map(|moves| (moves, STATES_OF_FINER)),
        bridged.map(|moves| (moves, STATES)),
        bridged_finer.map(|moves| (moves, STATES_OF_FINER)),
    ]
    .into_iter()
    .flatten()
}

/// A move that broke a rule while it ran, and the states before and after it.
type RefusedMove = (MoveKind, Pair<Environment>);

impl PlannedWay {
    fn refused(&self) -> Vec<RefusedMove> {
        let refused = self.found.refused.iter();
        refused
            .filter_map(|(index, sides)| {
                Some((self.moves.get(*index)?.kind.clone(), sides.clone()))
            })
            .collect()
    }
}

impl PlanRequest<'_> {
    /// The steady errors of a state that are not waived.
    #[must_use]
    pub fn errors(&self, state: &Environment) -> Vec<Diagnostic> {
        let found = check::steady(state, self.catalogue, self.today);
        found
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .filter(|finding| !self.waived.contains(&finding.code))
            .cloned()
            .collect()
    }

    /// The errors of a state beyond BEFORE's: a rule counts if it fails more often than in BEFORE.
    #[must_use]
    pub fn new_errors(&self, state: &Environment, allowed: &[Diagnostic]) -> Vec<Diagnostic> {
        let mut left: BTreeMap<Code, usize> = BTreeMap::new();
        for finding in allowed {
            *left.entry(finding.code).or_default() += 1;
        }
        let mut found = self.errors(state);
        found.retain(|finding| match left.get_mut(&finding.code) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            Some(_) | None => true,
        });
        found
    }

    /// Whether a state has errors beyond BEFORE's. A search visits many states and needs no messages, so
    /// this is cheaper than [`new_errors`](Self::new_errors).
    fn is_worse(&self, state: &Environment, allowed: &[Diagnostic]) -> bool {
        let found = check::steady_errors(state, self.catalogue, self.today);
        let mut found = found.iter().filter(|code| !self.waived.contains(*code));
        let mut left: Vec<Code> = allowed.iter().map(|finding| finding.code).collect();
        found.any(|code| {
            let known = left.iter().position(|known| known == code);
            known.map(|at| left.swap_remove(at)).is_none()
        })
    }

    /// The errors that a step causes while it runs, for the rules that BEFORE keeps.
    #[must_use]
    pub fn broken_meanwhile(
        &self,
        sides: Pair<&Environment>,
        ways: Ways,
        allowed: &[Diagnostic],
    ) -> Vec<Diagnostic> {
        let mut found = match ways {
            Ways::Both => transition::broken_both_ways(self, sides),
            Ways::Forth => transition::broken(self, sides),
        };
        found.retain(|finding| allowed.iter().all(|known| known.code != finding.code));
        found
    }
}

fn blocked(request: &PlanRequest<'_>, way: &PlannedWay) -> Blocked {
    let (moves, found) = (&way.moves, &way.found);
    let allowed = request.errors(request.environments.before);
    let mut state = request.environments.before.clone();
    for index in &found.order {
        if let Some(next) = moves.get(*index) {
            next.apply(&mut state, request.environments.after);
        }
    }
    let left: Vec<&Move> = (0..moves.len())
        .filter(|index| !found.order.contains(index))
        .filter_map(|index| moves.get(index))
        .collect();
    let mut findings = Vec::new();
    let mut seen: BTreeMap<(Code, String), Vec<usize>> = BTreeMap::new();
    for next in &left {
        let mut tried = state.clone();
        next.apply(&mut tried, request.environments.after);
        let mut broken = request.new_errors(&tried, &allowed);
        if broken.is_empty() {
            let sides = Pair::new(&state, &tried);
            broken = request.broken_meanwhile(sides, way.ways, &allowed);
        }
        for finding in broken {
            // Many moves break one rule with the same message.
            let same = seen.entry((finding.code, finding.message.clone()));
            let same: &mut Vec<usize> = same.or_default();
            if !same.iter().any(|at| findings.get(*at) == Some(&finding)) {
                same.push(findings.len());
                findings.push(finding);
            }
        }
    }
    let bridges = findings
        .iter()
        .flat_map(|finding| &finding.help)
        .cloned()
        .collect();
    Blocked {
        left: left.iter().map(|next| next.title.clone()).collect(),
        findings,
        bridges,
    }
}
