//! Ordered moves as steps for a person.

use super::move_kind::{ApiMove, MoveKind, PoolMove};
use super::order::Ways;
use super::procedure::{self, Procedure, State, procedure, unapplied_files};
use super::transition::{self, Meanwhile};
use super::{Move, PlanRequest};
use crate::diagnostic::Diagnostic;
use crate::diff::{Changes, diff};
use crate::emit::values_template::ValuesTemplate;
use crate::emit::{self, Artifacts};
use crate::impact::{Impact, Undo, impacts};
use crate::model::{DatabaseField, Environment, EnvironmentField, Name, RedisGroupField};
use crate::pair::Pair;

/// One step.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// Its place, from 1.
    pub number: usize,
    /// What it does.
    pub title: String,
    /// What it changes.
    pub changes: Changes,
    /// The impact of each of these changes at this point of the plan.
    pub impacts: Vec<Impact>,
    /// How it is applied and verified.
    pub procedure: Procedure,
    /// Connections that can be open while it runs, if they exceed those of both states.
    pub meanwhile: Vec<Meanwhile>,
    /// The way back to the state before it, or why there is none.
    pub undo: Result<Procedure, String>,
    /// The state it leaves.
    pub state: Environment,
}

impl PlannedStep {
    /// The worst thing it does.
    #[must_use]
    pub fn worst(&self) -> Option<&Impact> {
        // The first among equals, so that a step reports its own subject.
        self.impacts.iter().rev().max_by_key(|impact| impact.class)
    }
}

/// The folder that holds the tree of the state after step `number`; 0 is BEFORE.
#[must_use]
pub fn folder(number: usize) -> String {
    format!("{number:02}")
}

/// The tree of the state after step `number`, as in the commands.
#[must_use]
pub fn tree(root: &str, number: usize, name: &Name) -> String {
    format!("{root}/{}/{name}", folder(number))
}

/// The steps for ordered moves. Neighbours that one command applies are merged.
#[must_use]
pub fn steps(
    request: &PlanRequest<'_>,
    values: Option<&ValuesTemplate>,
    (moves, order): (&[Move], &[usize]),
    ways: Ways,
) -> Vec<PlannedStep> {
    let allowed = request.errors(request.environments.before);
    let batches = batches(request, moves, order, ways, &allowed);
    let mut before = StepStage::of(request.environments.before.clone(), request, values);
    let mut steps = Vec::new();
    for batch in batches {
        let mut state = before.state.clone();
        for next in &batch {
            next.apply(&mut state, request.environments.after);
        }
        let number = steps.len() + 1;
        let after = StepStage::of(state, request, values);
        // A move whose work another one has done needs no step.
        let ends = Pair::new(&before, &after);
        steps.extend(step(request, number, &batch, ends, &allowed));
        before = after;
    }
    steps
}

/// Neighbouring moves that one command applies, as long as they keep the rules when all of them run
/// at once.
fn batches<'a>(
    request: &PlanRequest<'_>,
    moves: &'a [Move],
    order: &[usize],
    ways: Ways,
    allowed: &[Diagnostic],
) -> Vec<Vec<&'a Move>> {
    let mut batches: Vec<Vec<&Move>> = Vec::new();
    let mut before = request.environments.before.clone();
    let mut state = before.clone();
    for next in order.iter().filter_map(|index| moves.get(*index)) {
        let mut reached = state.clone();
        next.apply(&mut reached, request.environments.after);
        let holds = || {
            let sides = Pair::new(&before, &reached);
            request.broken_meanwhile(sides, ways, allowed).is_empty()
        };
        match batches.last_mut() {
            Some(batch) if batch.iter().all(|known| joins(known, next)) && holds() => {
                batch.push(next);
            }
            Some(_) | None => {
                batches.push(vec![next]);
                before = state;
            }
        }
        state = reached;
    }
    batches
}

/// A state between two steps, with the cluster's files: the end of one step and the start of the
/// next.
struct StepStage {
    state: Environment,
    files: Artifacts,
}

impl StepStage {
    fn of(state: Environment, request: &PlanRequest<'_>, values: Option<&ValuesTemplate>) -> Self {
        let mut files = emit::for_the_cluster(&state, request.catalogue, "");
        if let Some(Ok(values)) = values.map(|template| template.render(&state)) {
            files.insert(emit::VALUES.to_owned(), values.file(""));
        }
        Self { state, files }
    }

    fn at<'a>(&'a self, tree: &'a str, request: &PlanRequest<'a>) -> State<'a> {
        State {
            environment: &self.state,
            tree,
            catalogue: request.catalogue,
            files: &self.files,
        }
    }
}

/// Whether one command applies both neighbours, in the same direction.
fn joins(one: &Move, other: &Move) -> bool {
    let autoscaler = |kind: &MoveKind| {
        matches!(
            kind,
            MoveKind::Api(_, ApiMove::Autoscaler) | MoveKind::Pool(_, PoolMove::Autoscaler)
        )
    };
    let pods = |kind: &MoveKind| {
        matches!(
            kind,
            MoveKind::Api(_, ApiMove::Pods) | MoveKind::Pool(_, PoolMove::Pods)
        )
    };
    let both = |is: &dyn Fn(&MoveKind) -> bool| is(&one.kind) && is(&other.kind);
    one.rank == other.rank && (both(&autoscaler) || both(&pods))
}

fn step(
    request: &PlanRequest<'_>,
    number: usize,
    batch: &[&Move],
    ends: Pair<&StepStage>,
    allowed: &[Diagnostic],
) -> Option<PlannedStep> {
    let sides = ends.map(|stage| &stage.state);
    let changes = diff(sides.map(Some))?;
    let impacts = impacts(&changes, sides, request.catalogue);
    let name = &sides.before.environment.value;
    let tree = |number: usize| tree(request.root, number, name);
    let trees = Pair::new(tree(number - 1), tree(number));
    let states = Pair::new(
        ends.before.at(&trees.before, request),
        ends.after.at(&trees.after, request),
    );
    let undo = match never_undone(&changes, &impacts) {
        Some(why) => Err(format!("impossible: {why}")),
        None => way_back(request, batch, states, allowed),
    };
    let titles: Vec<&str> = batch.iter().map(|next| next.title.as_str()).collect();
    Some(PlannedStep {
        number,
        title: titles.join("; "),
        changes,
        impacts,
        procedure: together(batch, states),
        meanwhile: transition::meanwhile(request, sides),
        undo,
        state: sides.after.clone(),
    })
}

/// The way back, unless it breaks a rule while it runs that BEFORE keeps.
fn way_back(
    request: &PlanRequest<'_>,
    batch: &[&Move],
    states: Pair<State<'_>>,
    allowed: &[Diagnostic],
) -> Result<Procedure, String> {
    let back = states.swapped();
    let sides = back.map(|state| state.environment);
    let broken = request.broken_meanwhile(sides, Ways::Forth, allowed);
    match broken.first() {
        Some(finding) => Err(format!(
            "impossible in one step: {} ({}); plan the way back with `tierc plan`",
            finding.message.replace("the step", "it"),
            finding.code
        )),
        None => Ok(uncordoned(batch, states).then(together(batch, back))),
    }
}

/// Reverts what an abandoned attempt left, right before the way back.
fn uncordoned(batch: &[&Move], states: Pair<State<'_>>) -> Procedure {
    let kinds: Vec<&MoveKind> = batch.iter().map(|next| &next.kind).collect();
    procedure::nodes::uncordoned(&kinds, states)
}

/// The procedures of all moves of a step, after the requirements for Secrets.
fn together(batch: &[&Move], states: Pair<State<'_>>) -> Procedure {
    let kinds: Vec<&MoveKind> = batch.iter().map(|next| &next.kind).collect();
    let own = kinds
        .iter()
        .map(|kind| procedure(kind, states))
        .fold(Procedure::default(), Procedure::then);
    procedure::secrets(states)
        .then(procedure::queues::unread(states))
        .then(unapplied_files::with_the_rest(own, &kinds, states))
}

/// Why a step has no undo, if it has none.
fn never_undone<'a>(changes: &Changes, impacts: &'a [Impact]) -> Option<&'a str> {
    let all = changes.changes.iter().zip(impacts);
    let mut never = all.filter(|(_, impact)| impact.undo == Undo::Never);
    let (change, impact) = never.next()?;
    let of_version = matches!(
        change.field,
        EnvironmentField::database(DatabaseField::engine(()))
            | EnvironmentField::redis(RedisGroupField::engine(()) | RedisGroupField::version(()))
    );
    Some(
        if let EnvironmentField::database(DatabaseField::storage(_)) = change.field {
            "RDS cannot shrink a volume"
        } else if of_version {
            "versions cannot be downgraded"
        } else if let EnvironmentField::redis(RedisGroupField::cluster(_)) = change.field {
            "cluster mode cannot be turned off"
        } else {
            &impact.reason
        },
    )
}
