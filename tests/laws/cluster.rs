//! A cluster, simulated second by second: the connections and the room that pods of two states need
//! during a step, while the Deployment controller replaces them. It reads the emitted manifests, and
//! shares no arithmetic with the planner.

mod applied;
mod connections;
mod nodes;
mod rollout;

use tierc::model::Environment;
use tierc::pair::Pair;

pub(crate) use applied::Applied;

use super::environment::{Text, resolved};

/// The demand at the worst second of a step, and its limit.
#[derive(Clone, Debug)]
pub(crate) struct Demand {
    /// The rule that is broken if the demand exceeds the limit.
    pub(crate) rule: &'static str,
    /// What is demanded.
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

/// The demand of a step while it runs: connections, and room on the nodes.
pub(crate) fn asked(sides: Pair<&Applied<'_>>) -> Vec<Demand> {
    let mut asked = connections::asked(sides);
    asked.extend(nodes::asked(sides));
    asked
}

/// If one step makes the whole change, the simulation reproduces the failures of public reports.
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
    // If the count grows in the same rollout, old pods are added first and then drain together.
    let more = of(
        "large",
        "pgbouncer { drain \"30s\"; instances 6; pool default=60 max-db=120 reserve=5 }",
    );
    assert_eq!(asked(&long, &more, "primary").0, (6 + 6) * 120 + 20);
    // 100 to 125 pods read directly, in addition to four full pools.
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
