//! Floors of events and fallbacks, computed as Kubernetes' HPA controller does. Its arithmetic is
//! reimplemented here from `replica_calculator.go` and `horizontal.go`, and reads only the emitted YAML.

use serde_json::Value;
use tierc::emit::emit;

use super::{scaled_object, text};
use crate::support::run;

const FEWEST: std::ops::RangeInclusive<u32> = 1..=14;
const FLOORS: u32 = 59;

/// Scale-up settings: the tier's, Kubernetes' defaults, and steps that reach every count in between.
const POLICIES: [&str; 6] = [
    "",
    "scale-up { pods 4 every=\"15s\"; percent 100 every=\"15s\" }",
    "scale-up { pods 6 every=\"15s\" }",
    "scale-up { pods 1 every=\"15s\" }",
    "scale-up { percent 10 every=\"60s\" }",
    "scale-up { pods 5 every=\"30s\"; percent 50 every=\"60s\"; select \"min\" }",
];

/// How Kubernetes compares a ratio with the tolerance: until 1.32, and since then.
const COMPARED: [fn(f64) -> bool; 2] = [
    |ratio| (1.0 - ratio).abs() <= 0.1,
    |ratio| ((1.0 - 0.1)..=(1.0 + 0.1)).contains(&ratio),
];

/// An autoscaler with one metric whose target is 1.
struct Autoscaler<'a> {
    max: f64,
    up: &'a Value,
    content: fn(f64) -> bool,
}

impl Autoscaler<'_> {
    /// The most pods at a given second; `came` has the times and numbers of added pods.
    fn limit(&self, current: f64, came: &[(u64, f64)], now: u64) -> f64 {
        let policies = self.up["policies"].as_array().unwrap();
        let proposals = policies.iter().map(|policy| {
            let period = policy["periodSeconds"].as_u64().unwrap();
            let value = policy["value"].as_f64().unwrap();
            let recent = came.iter().filter(|(at, _)| now - at < period);
            let start = current - recent.map(|(_, pods)| pods).sum::<f64>();
            match policy["type"].as_str().unwrap() {
                "Pods" => start + value,
                _ => (start * (1.0 + value / 100.0)).ceil(),
            }
        });
        match self.up["selectPolicy"].as_str().unwrap() {
            "Max" => proposals.fold(0.0, f64::max),
            _ => proposals.fold(f64::INFINITY, f64::min),
        }
    }

    /// The count at which it stops, from a starting count and with a value of the metric.
    fn settled(&self, from: f64, metric: f64) -> f64 {
        let (mut current, mut came) = (from, Vec::new());
        for now in (0_u64..7200).step_by(15) {
            let proposed = if (self.content)(metric / current) {
                current
            } else {
                metric.ceil()
            };
            let allowed = self.limit(current, &came, now).max(current);
            let next = proposed.min(allowed).min(self.max);
            if next > current {
                came.push((now, next - current));
            }
            current = next;
        }
        current
    }
}

/// The ScaledObject of a pool with these settings.
fn pool(max: u32, nodes: &str, event: Option<u32>) -> Value {
    let event = event.map_or_else(String::new, |floor| {
        format!(
            "event \"sale\" from=\"2030-11-29T06:00\" to=\"2030-11-30T00:00\" zone=\"Europe/Berlin\" {{ worker \"worker\" {floor} }}"
        )
    });
    let nodes = format!("worker \"worker\" {{ replicas max={max}; {nodes} }}\n{event}");
    let run = run(&text("xlarge", &nodes));
    // The database has too few connections for this many pods; the output is the same.
    let environment = run.files[0].environment.as_ref().unwrap();
    scaled_object(
        &emit(environment, None, &run.catalogue, "prod.kdl"),
        "worker",
    )
}

fn up(object: &Value) -> &Value {
    &object["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleUp"]
}

/// What the cron trigger reports while it is open.
fn asked(object: &Value) -> f64 {
    let triggers = object["spec"]["triggers"].as_array().unwrap();
    let cron = triggers.iter().find(|it| it["type"] == "cron").unwrap();
    let asked = cron["metadata"]["desiredReplicas"].as_str().unwrap();
    asked.parse().unwrap()
}

/// Every way to scale up, as it is emitted.
fn policies() -> Vec<Value> {
    let object = |policy: &&str| up(&pool(60, policy, None)).clone();
    POLICIES.iter().map(object).collect()
}

#[test]
fn every_floor_is_reached_from_every_minimum_and_never_passes_the_maximum() {
    let policies = policies();
    let mut wrong = Vec::new();
    for floor in 2..=FLOORS {
        let asked = asked(&pool(60, "", Some(floor)));
        let floor = f64::from(floor);
        for (policy, up) in POLICIES.iter().zip(&policies) {
            for (min, max) in FEWEST.flat_map(|min| [(min, floor), (min, 60.0)]) {
                for content in COMPARED {
                    let autoscaler = Autoscaler { max, up, content };
                    let from = f64::from(min).min(floor);
                    let pods = autoscaler.settled(from, asked);
                    if !(floor..=max).contains(&pods) || pods > asked.max(floor) {
                        wrong.push(format!("{from} to {floor} of {max} by {policy:?}: {pods}"));
                    }
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The result if the metric were the floor itself: the reason to ask for more pods.
#[test]
fn a_floor_that_is_asked_for_as_it_is_stays_short_for_78_pairs() {
    let up = &policies()[0];
    let content = COMPARED[0];
    let autoscaler = Autoscaler {
        max: f64::INFINITY,
        up,
        content,
    };
    let pairs = FEWEST.flat_map(|min| (min + 1..=FLOORS).map(move |floor| (min, floor)));
    let short = pairs.filter(|(min, floor)| {
        let floor = f64::from(*floor);
        autoscaler.settled(f64::from(*min), floor) < floor
    });
    assert_eq!(short.count(), 78);
    assert!((autoscaler.settled(5.0, 12.0) - 11.0).abs() < 0.5);
}

/// When it scales down, an autoscaler stops at the floor.
#[test]
fn a_floor_holds_from_above_as_well() {
    for floor in 1..=FLOORS {
        let asked = asked(&pool(60, "", Some(floor)));
        for content in COMPARED {
            for pods in floor..=200 {
                let ratio = asked / f64::from(pods);
                let left = if content(ratio) {
                    f64::from(pods)
                } else {
                    asked.ceil()
                };
                assert!(left >= f64::from(floor), "{floor} from {pods}: {left}");
            }
        }
    }
}

/// With several lists the trigger is an operand of a formula, whose target is 1 as well.
#[test]
fn a_floor_in_a_formula_asks_for_the_same() {
    for floor in [2, 11, 12, 30, 59] {
        let summed = pool(60, "", Some(floor));
        let modifiers = &summed["spec"]["advanced"]["scalingModifiers"];
        assert_eq!(modifiers["target"], "1");
        let formula = modifiers["formula"].as_str().unwrap();
        assert!(formula.ends_with(", event_sale)"), "{formula}");
        let alone = pool(60, "queue \"a\" length=5", Some(floor));
        assert_eq!(alone["spec"]["advanced"].get("scalingModifiers"), None);
        assert!((asked(&summed) - asked(&alone)).abs() < 0.5);
    }
}

/// KEDA reports a fallback as a metric, too: for 12 pods the HPA would keep 11.
#[test]
fn a_count_to_fall_back_to_is_reached_as_well() {
    let up = &policies()[0];
    for count in 1..=FLOORS {
        let stated = format!("fallback replicas={count} failures=0");
        let summed = pool(60, &stated, None);
        let alone = pool(60, &format!("queue \"a\" length=7; {stated}"), None);
        let asked = alone["spec"]["fallback"]["replicas"].as_f64().unwrap();
        assert_eq!(summed["spec"]["fallback"]["replicas"].as_f64(), Some(asked));
        let items = 50.0 * asked;
        let formula = &summed["spec"]["advanced"]["scalingModifiers"]["formula"];
        let operand = format!("(queue_decisions ?? ({items}.0/2))/50");
        assert!(formula.as_str().unwrap().contains(&operand), "{formula}");
        for (content, min) in COMPARED
            .iter()
            .flat_map(|it| FEWEST.map(move |min| (it, min)))
        {
            let autoscaler = Autoscaler {
                max: 60.0,
                up,
                content: *content,
            };
            let from = f64::from(min.min(count));
            assert!(autoscaler.settled(from, asked) >= f64::from(count));
        }
    }
}
