//! Amounts and connections as bars: their text, and lengths as parts of [`WIDTH`].

use serde::Serialize;

use crate::cost::Range;
use crate::model::Money;
use crate::pair::Pair;
use crate::report::amount::{dollars, growth};

use super::super::connections::{DatabaseServer, ServerConnections};
use super::super::{CostDiff, EnvironmentDiff};

/// The length of the longest bar.
const WIDTH: u64 = 1000;
/// Colours of parts; further parts share the last one.
const COLORS: usize = 6;

/// A layer's cost.
#[derive(Serialize)]
pub(super) struct LayerBar {
    name: String,
    total: bool,
    before: Bar,
    after: Bar,
    change: String,
}

#[derive(Serialize)]
struct Bar {
    text: String,
    floor: u64,
    ceiling: u64,
}

/// The changed parts of the cost and the total; `None` if nothing changes.
pub(super) fn layers(cost: &CostDiff) -> Vec<LayerBar> {
    let most = cost.total.before.ceiling.max(cost.total.after.ceiling);
    let layer = |(name, cost): (String, Pair<Range>)| LayerBar {
        total: name == "total",
        name,
        before: bar(cost.before, most),
        after: bar(cost.after, most),
        change: growth(&cost),
    };
    cost.rows().into_iter().map(layer).collect()
}

fn bar(range: Range, most: Money) -> Bar {
    Bar {
        text: dollars(range),
        floor: range.floor.share_of(most, WIDTH),
        ceiling: range.ceiling.share_of(most, WIDTH),
    }
}

/// The connections of a server on both sides.
#[derive(Serialize)]
pub(super) struct Server {
    name: DatabaseServer,
    bars: Vec<Stack>,
    rows: Vec<BarRow>,
}

#[derive(Serialize)]
struct Stack {
    side: &'static str,
    text: String,
    max: u32,
    limit: u64,
    parts: Vec<Slice>,
}

#[derive(Serialize)]
struct Slice {
    who: String,
    total: u64,
    color: usize,
    x: u64,
    width: u64,
}

#[derive(Serialize)]
struct BarRow {
    who: String,
    before: String,
    after: String,
    color: Option<usize>,
    total: bool,
}

/// The servers whose budget changes.
pub(super) fn servers(environment: &EnvironmentDiff) -> Vec<Server> {
    let Pair { before, after } = environment.connections.as_ref();
    let pairs = DatabaseServer::ALL.into_iter().map(|name| {
        let of = |side: &'_ [ServerConnections]| side.iter().position(|it| it.server == name);
        let at = Pair::new(of(before), of(after));
        let sides = Pair::new(
            at.before.and_then(|at| before.get(at)),
            at.after.and_then(|at| after.get(at)),
        );
        (name, sides)
    });
    pairs
        .filter(|(_, sides)| sides.before != sides.after)
        .map(|(name, sides)| server(name, sides))
        .collect()
}

fn parts(server: &ServerConnections) -> Vec<(String, String, u64)> {
    let parts = server.parts.iter().map(|part| {
        let total = u64::from(part.pods) * part.each;
        let shown = match part.pods {
            1 => total.to_string(),
            pods => format!("{pods} x {} = {total}", part.each),
        };
        (part.who.clone(), shown, total)
    });
    let reserved = u64::from(server.reserved);
    let reserved = ("reserved".to_owned(), reserved.to_string(), reserved);
    parts.chain([reserved]).collect()
}

fn server(name: DatabaseServer, sides: Pair<Option<&ServerConnections>>) -> Server {
    let all = sides.map(|side| side.map(parts).unwrap_or_default());
    let mut who: Vec<String> = Vec::new();
    for (name, _, _) in all.before.iter().chain(&all.after) {
        if !who.contains(name) {
            who.push(name.clone());
        }
    }
    let longest = |side: Option<&ServerConnections>| {
        side.map_or(0, |it| {
            (it.total + u64::from(it.reserved)).max(u64::from(it.max_connections))
        })
    };
    let most = longest(sides.before).max(longest(sides.after)).max(1);
    let stack = |side, server: Option<&ServerConnections>, parts: &[(String, String, u64)]| {
        server.map(|server| stack(side, server, parts, &who, most))
    };
    let bars = [
        stack("before", sides.before, &all.before),
        stack("after", sides.after, &all.after),
    ];
    Server {
        name,
        bars: bars.into_iter().flatten().collect(),
        rows: rows(sides, all.as_ref(), &who),
    }
}

fn stack(
    side: &'static str,
    server: &ServerConnections,
    parts: &[(String, String, u64)],
    who: &[String],
    most: u64,
) -> Stack {
    let mut x = 0;
    let slices = parts.iter().map(|(name, _, total)| {
        let start = x;
        x += total;
        let (from, to) = (start * WIDTH / most, x * WIDTH / most);
        Slice {
            who: name.clone(),
            total: *total,
            color: color(who, name),
            x: from,
            width: to - from,
        }
    });
    let slices = slices.collect();
    Stack {
        side,
        text: used(server),
        max: server.max_connections,
        limit: u64::from(server.max_connections) * WIDTH / most,
        parts: slices,
    }
}

fn color(who: &[String], name: &str) -> usize {
    let at = who.iter().position(|known| known == name);
    at.unwrap_or(COLORS).min(COLORS - 1)
}

fn rows(
    sides: Pair<Option<&ServerConnections>>,
    parts: Pair<&Vec<(String, String, u64)>>,
    who: &[String],
) -> Vec<BarRow> {
    let shown = |parts: &[(String, String, u64)], name: &str| {
        let found = parts.iter().find(|(known, _, _)| known == name);
        found.map_or_else(|| "none".to_owned(), |(_, shown, _)| shown.clone())
    };
    let mut rows: Vec<BarRow> = who
        .iter()
        .map(|name| BarRow {
            who: name.clone(),
            before: shown(parts.before, name),
            after: shown(parts.after, name),
            color: Some(color(who, name)),
            total: false,
        })
        .collect();
    let total = |side: Option<&ServerConnections>| side.map_or_else(|| "none".to_owned(), used);
    rows.push(BarRow {
        who: "all of max-connections".into(),
        before: total(sides.before),
        after: total(sides.after),
        color: None,
        total: true,
    });
    rows
}

/// `345 of 400, holds`.
fn used(server: &ServerConnections) -> String {
    let holds = if server.holds {
        "holds"
    } else {
        "does not hold"
    };
    let all = server.total + u64::from(server.reserved);
    format!("{all} of {}, {holds}", server.max_connections)
}
