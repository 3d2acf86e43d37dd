//! A cluster that is simulated second by second: what the pods of two states ask for together while
//! one becomes the other, as the Deployment controller makes and ends them. It reads what is
//! emitted, and shares no arithmetic with the planner.

mod applied;
mod connections;
mod nodes;
mod rollout;

use tierc::model::Environment;
use tierc::pair::Pair;

pub(crate) use applied::Applied;

use super::environment::{Text, resolved};

/// What is asked for at the worst second of a step, and what there is.
#[derive(Clone, Debug)]
pub(crate) struct Demand {
    /// The rule that this breaks where it is more than the limit.
    pub(crate) rule: &'static str,
    /// Of what.
    pub(crate) of: String,
    pub(crate) asked: u64,
    pub(crate) limit: u64,
}

impl Demand {
    fn new(rule: &'static str, of: impl Into<String>, asked: u64, limit: u64) -> Self {
        let of = of.into();
        Self {
            rule,
            of,
            asked,
            limit,
        }
    }

    pub(crate) fn holds(&self) -> bool {
        self.asked <= self.limit
    }
}

/// What a step asks for while it runs: connections, and room on the nodes.
pub(crate) fn asked(sides: Pair<&Applied<'_>>) -> Vec<Demand> {
    let mut asked = connections::asked(sides);
    asked.extend(nodes::asked(sides));
    asked
}

/// The simulated cluster sees what public reports saw, where one step makes the whole change.
#[test]
fn the_simulated_cluster_shows_what_one_step_would_do() {
    let of = |tier: &str, more: &str| {
        let head = format!("environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n");
        resolved(&Text(format!("{head}{more}\n")))
    };
    let asked = |before: &Environment, after: &Environment, what: &str| {
        let (before, after) = (Applied::of(before), Applied::of(after));
        let all = asked(Pair::new(&before, &after));
        let found = all.iter().find(|sum| sum.of == what).unwrap();
        (found.asked, found.limit)
    };
    // Every pod drains at once for ten minutes: (4 + 4) x 120 + 20.
    let drain = |time: &str| of("large", &format!("pgbouncer {{ drain \"{time}\" }}"));
    let (long, short) = (drain("600s"), drain("30s"));
    assert_eq!(asked(&long, &short, "primary"), (980, 795));
    assert_eq!(asked(&short, &long, "primary"), (620, 795));
    // A count that grows in the same roll comes up with old pods, which then drain together.
    let more = of(
        "large",
        "pgbouncer { drain \"30s\"; instances 6; pool default=60 max-db=120 reserve=5 }",
    );
    assert_eq!(asked(&long, &more, "primary").0, (6 + 6) * 120 + 20);
    // 100 to 125 pods read directly beside four full pools.
    let via = |via: &str| {
        let text = format!(
            "api {{ replicas max=100 }}\npgbouncer {{ pool default=60 max-db=120 reserve=5 }}\ndatabase {{ replicas 1 via=\"{via}\" }}"
        );
        of("large", &text)
    };
    let (pooled, direct) = (via("pgbouncer"), via("direct"));
    for (before, after) in [(&pooled, &direct), (&direct, &pooled)] {
        assert_eq!(asked(before, after, "replica"), (125 * 5 + 480 + 20, 795));
    }
    let api = |per_pod: u32, surge: u32| {
        let text = format!(
            "api {{ replicas max=20; connections per-pod={per_pod}; rollout max-surge=\"{surge}%\" max-unavailable={} }}
worker \"worker\" {{ queue \"queue:decisions\" length=50; replicas min=0 max=1; connections per-pod=5; rollout max-surge=0 max-unavailable=1 }}
pgbouncer {{ instances 1; clients max=420; pool default=60 max-db=120 reserve=5 }}",
            u32::from(surge == 0)
        );
        of("medium", &text)
    };
    assert_eq!(asked(&api(20, 0), &api(10, 100), "clients"), (605, 420));
}
