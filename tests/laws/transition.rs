//! The law of what is up while a step runs, held against a cluster that is simulated second by
//! second: pods with what they connect to and when they go, as the Deployment controller makes and
//! ends them. It reads what is emitted, and knows nothing of the model that plans are made with.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use tierc::emit::{Artifacts, for_the_cluster};
use tierc::model::{Environment, Via};
use tierc::pair::Pair;
use tierc::plan::{Plan, Request, plan};

use super::environment::{Text, environment, moving};
use super::{config, config_of_part};
use crate::plan::catalogue;
use crate::support::{documents, run, today};

/// A Deployment as it is applied.
#[derive(Clone, Debug)]
struct Deployment {
    pods: u32,
    surge: u32,
    unavailable: u32,
    min_ready: u64,
    grace: u64,
    /// What its pods are made from: another text, other pods.
    template: String,
    /// What each pod weighs.
    weight: u64,
}

#[derive(Clone, Debug)]
struct Pod {
    old: bool,
    ready: u64,
    /// When it was told to go.
    told: Option<u64>,
}

/// The most that the pods of a Deployment weigh together while one state becomes the next. Pods
/// are ready a second after they are made, and take all of their grace to go: both are the worst case.
/// Whether those that go are counted is for the caller to say.
fn heaviest(sides: &Pair<Deployment>, count_leaving: bool) -> u64 {
    let (before, after) = (&sides.before, &sides.after);
    let rolls = before.template != after.template;
    let pod = |old: bool, ready: u64| Pod {
        old,
        ready,
        told: None,
    };
    let mut pods: Vec<Pod> = (0..before.pods).map(|_| pod(true, 0)).collect();
    // They have been ready for as long as anybody asks.
    let start = before.min_ready.max(after.min_ready) + 1;
    let over =
        start + u64::from(after.pods + 2) * (after.min_ready + 2) + before.grace + after.grace;
    let mut most = 0;
    let mut now = start;
    while now <= over {
        pods.retain(|pod| {
            let grace = if pod.old { before.grace } else { after.grace };
            pod.told.is_none_or(|told| told + grace > now)
        });
        let counts = |pods: &[Pod]| (running(pods, true), running(pods, false));
        let known = counts(&pods);
        scale(&mut pods, after, now);
        if rolls {
            roll(&mut pods, after, now);
        }
        let counted = pods
            .iter()
            .filter(|pod| count_leaving || pod.told.is_none());
        // A reload gives the pods that run their new pools.
        let old = if rolls {
            before.weight
        } else {
            before.weight.max(after.weight)
        };
        let weight = counted.map(|pod| if pod.old { old } else { after.weight });
        most = most.max(weight.sum());
        let settled = pods
            .iter()
            .all(|pod| pod.told.is_none() && (pod.old != rolls));
        if settled && pods.len() == after.pods as usize {
            break;
        }
        now = if counts(&pods) == known {
            next(&pods, sides, now)
        } else {
            now + 1
        };
    }
    most
}

/// The next second at which a pod is gone or ready for long enough.
fn next(pods: &[Pod], sides: &Pair<Deployment>, now: u64) -> u64 {
    let events = pods.iter().map(|pod| match pod.told {
        Some(told) if pod.old => told + sides.before.grace,
        Some(told) => told + sides.after.grace,
        None => pod.ready + sides.after.min_ready,
    });
    let coming = events.filter(|at| *at > now).min();
    coming.unwrap_or(now + 1)
}

fn running(pods: &[Pod], old: bool) -> u32 {
    let running = pods
        .iter()
        .filter(|pod| pod.told.is_none() && pod.old == old);
    u32::try_from(running.count()).unwrap()
}

/// A count that was changed is reached before anything rolls, with pods of the old template.
fn scale(pods: &mut Vec<Pod>, after: &Deployment, now: u64) {
    if running(pods, false) > 0 {
        return;
    }
    let old = running(pods, true);
    // Old pods that made room for new ones are not made again.
    let started = pods.iter().any(|pod| pod.told.is_some());
    for _ in old..after.pods {
        if started {
            break;
        }
        pods.push(Pod {
            old: true,
            ready: 0,
            told: None,
        });
    }
    if old > after.pods {
        end(pods, old - after.pods, now);
    }
}

fn end(pods: &mut [Pod], count: u32, now: u64) {
    let old = pods.iter_mut().filter(|pod| pod.old && pod.told.is_none());
    for pod in old.take(count as usize) {
        pod.told = Some(now);
    }
}

/// One look of the controller at a rolling update.
fn roll(pods: &mut Vec<Pod>, after: &Deployment, now: u64) {
    let (old, new) = (running(pods, true), running(pods, false));
    let room = (after.pods + after.surge).saturating_sub(old + new);
    for _ in 0..room.min(after.pods.saturating_sub(new)) {
        pods.push(Pod {
            old: false,
            ready: now + 1,
            told: None,
        });
    }
    let available = pods
        .iter()
        .filter(|pod| pod.told.is_none() && (pod.old || pod.ready + after.min_ready <= now));
    let available = u32::try_from(available.count()).unwrap();
    let least = after.pods.saturating_sub(after.unavailable);
    end(pods, available.saturating_sub(least).min(old), now);
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value}"))
}

/// What a state emits, as far as it is looked at.
struct Applied<'a> {
    environment: &'a Environment,
    deployment: Value,
    ini: String,
    values: Value,
}

impl<'a> Applied<'a> {
    fn of(environment: &'a Environment) -> Self {
        let files: Artifacts = for_the_cluster(environment, catalogue(), "");
        let pooler = documents(&files["kubernetes/pgbouncer.yaml"]);
        let of = |kind: &str| {
            let found = pooler.iter().find(|document| document["kind"] == kind);
            found.unwrap().clone()
        };
        Self {
            environment,
            deployment: of("Deployment"),
            ini: of("ConfigMap")["data"]["pgbouncer.ini"]
                .as_str()
                .unwrap()
                .to_owned(),
            values: documents(&files["helm/values.yaml"]).remove(0),
        }
    }

    fn setting(&self, name: &str) -> u64 {
        let mut lines = self.ini.lines();
        let found = lines.find_map(|line| {
            let (setting, value) = line.split_once('=')?;
            (setting.trim() == name).then(|| value.trim().parse().unwrap())
        });
        found.unwrap_or_else(|| panic!("no {name} in {}", self.ini))
    }

    fn pooler(&self) -> Deployment {
        let spec = &self.deployment["spec"];
        let update = &spec["strategy"]["rollingUpdate"];
        let count = |value: &Value| u32::try_from(number(value)).unwrap();
        Deployment {
            pods: count(&spec["replicas"]),
            surge: count(&update["maxSurge"]),
            unavailable: count(&update["maxUnavailable"]),
            min_ready: number(&spec["minReadySeconds"]),
            grace: number(&spec["template"]["spec"]["terminationGracePeriodSeconds"]),
            template: spec["template"].to_string(),
            weight: self.setting("max_db_connections"),
        }
    }

    /// Whether PgBouncer leads to the replicas.
    fn pools_reads(&self) -> bool {
        self.ini.lines().any(|line| line.contains("_read = host="))
    }

    /// A Deployment of the chart at its maximum.
    fn of_the_chart(values: &Value, most: u32) -> Deployment {
        let update = &values["strategy"]["rollingUpdate"];
        let share = |value: &Value, up: u64| match value.as_str() {
            Some(text) => {
                let percent: u64 = text.trim_end_matches('%').parse().unwrap();
                (u64::from(most) * percent + up) / 100
            }
            None => number(value),
        };
        let count = |number: u64| u32::try_from(number).unwrap();
        let mut template = values.clone();
        let parts = template.as_object_mut().unwrap();
        for part in ["strategy", "autoscaling", "queues"] {
            parts.remove(part);
        }
        Deployment {
            pods: most,
            surge: count(share(&update["maxSurge"], 99)),
            unavailable: count(share(&update["maxUnavailable"], 0)),
            min_ready: 0,
            grace: values["terminationGracePeriodSeconds"]
                .as_u64()
                .unwrap_or(30),
            template: template.to_string(),
            weight: values["env"]["DATABASE_POOL_MAX"]
                .as_str()
                .map(|text| text.parse().unwrap())
                .or_else(|| values["env"]["DATABASE_POOL_MAX"].as_u64())
                .unwrap(),
        }
    }

    fn api(&self) -> Deployment {
        Self::of_the_chart(&self.values["api"], self.environment.api.workload.most())
    }

    fn pool(&self, name: &str) -> Option<Deployment> {
        let mut pools = self.environment.worker.iter();
        let (_, pool) = pools.find(|(known, _)| known.as_str() == name)?;
        Some(Self::of_the_chart(
            &self.values["workers"][name],
            pool.most(),
        ))
    }

    fn asking_api(&self) -> Deployment {
        Deployment {
            weight: self.environment.api.workload.requests.cpu.value.milli(),
            ..self.api()
        }
    }

    fn asking_pool(&self, name: &str) -> Option<Deployment> {
        let mut pools = self.environment.worker.iter();
        let (_, pool) = pools.find(|(known, _)| known.as_str() == name)?;
        Some(Deployment {
            weight: pool.workload.requests.cpu.value.milli(),
            ..self.pool(name)?
        })
    }

    /// The connections of services over a way: others deploy them.
    fn services(&self, via: Via) -> BTreeMap<String, u64> {
        let services = self.environment.service.iter();
        services
            .filter(|(_, service)| service.via.value == via)
            .map(|(name, service)| {
                let all = u64::from(service.replicas.value) * u64::from(service.per_pod.value);
                (name.to_string(), all)
            })
            .collect()
    }

    fn aside(&self) -> u64 {
        let direct = &self.environment.database.direct;
        let counts = [
            &direct.monitoring,
            &direct.replication,
            &direct.admin,
            &direct.migrations,
        ];
        counts.iter().map(|count| u64::from(count.value)).sum()
    }
}

/// A Deployment that only one side has comes or goes as a whole.
fn nothing_of(deployment: &Deployment) -> Deployment {
    Deployment {
        pods: 0,
        ..deployment.clone()
    }
}

/// The larger of both sides of every service.
fn larger(sides: &Pair<Applied<'_>>, via: Via) -> u64 {
    let (before, after) = (sides.before.services(via), sides.after.services(via));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let of = |side: &BTreeMap<String, u64>, name: &String| side.get(name).copied().unwrap_or(0);
    let largest = names
        .into_iter()
        .map(|name| of(&before, name).max(of(&after, name)));
    largest.sum()
}

/// The most that the API's or a pool's pods weigh: a rollout of like for like may always begin.
fn of_workload(sides: &Pair<Deployment>) -> u64 {
    // Pods with up to a minute to end are gone before the others have been replaced.
    let stays = sides.before.grace > 60;
    let again = |side: &Deployment| {
        let mut other = side.clone();
        other.template.push('*');
        heaviest(&Pair::new(side.clone(), other), side.grace > 60)
    };
    heaviest(sides, stays)
        .max(again(&sides.before))
        .max(again(&sides.after))
}

/// What a simulated step asks for, and what there is: connections of the primary, of a replica,
/// clients of PgBouncer.
#[allow(clippy::too_many_lines)] // a paragraph for each budget
fn asked(sides: &Pair<Applied<'_>>) -> Vec<(&'static str, &'static str, u64, u64)> {
    let (before, after) = (&sides.before, &sides.after);
    let poolers = Pair::new(before.pooler(), after.pooler());
    let pooled = heaviest(&poolers, true);
    let aside = before.aside().max(after.aside());
    let limit = |of: fn(&Environment) -> u32| {
        u64::from(of(before.environment).min(of(after.environment))).saturating_sub(5)
    };
    let mut asked = vec![(
        "connection-budget-exceeded",
        "primary",
        pooled + aside + larger(sides, Via::Direct),
        limit(|side| side.database.max_connections.value),
    )];
    let apis = Pair::new(before.api(), after.api());
    let replicas = [before, after].map(|side| side.environment.database.replicas.count.value > 0);
    if replicas == [true, true] {
        let direct = [before, after].map(|side| !side.pools_reads());
        // Pods that read past PgBouncer, old and new.
        let mut reading = apis.clone();
        for (api, direct) in [
            (&mut reading.before, direct[0]),
            (&mut reading.after, direct[1]),
        ] {
            if !direct {
                api.weight = 0;
            }
        }
        // The step restarts the pods where their way moves.
        if direct[0] != direct[1] {
            reading.after.template.push('*');
        }
        let reads = if direct[0] || direct[1] {
            of_workload(&reading)
        } else {
            0
        };
        let pools = if direct == [true, true] { 0 } else { pooled };
        asked.push((
            "connection-budget-exceeded",
            "replica",
            pools + reads + aside,
            limit(|side| side.database.replicas.max_connections.value),
        ));
    }
    let mut clients = apis.clone();
    for (api, side) in [(&mut clients.before, before), (&mut clients.after, after)] {
        if side.pools_reads() {
            api.weight *= 2;
        }
    }
    let mut all = of_workload(&clients);
    let names = [before, after].map(|side| side.environment.worker.keys());
    let names: BTreeSet<String> = names
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    for name in names {
        let pools = (before.pool(&name), after.pool(&name));
        all += match pools {
            (Some(one), Some(other)) => of_workload(&Pair::new(one, other)),
            (Some(pool), None) => of_workload(&Pair::new(pool.clone(), nothing_of(&pool))),
            (None, Some(pool)) => of_workload(&Pair::new(nothing_of(&pool), pool)),
            (None, None) => 0,
        };
    }
    let accepted = [before, after].map(|side| {
        u64::from(side.environment.pgbouncer.instances.value) * side.setting("max_client_conn")
    });
    asked.push((
        "client-connections-exceeded",
        "clients",
        all + larger(sides, Via::Pgbouncer),
        accepted[0].min(accepted[1]),
    ));
    if before.environment.nodes == after.environment.nodes {
        asked.push((
            "node-capacity-exceeded",
            "millicores",
            millicores(sides),
            room(after.environment),
        ));
    }
    asked
}

/// The CPU that all pods ask for which are not on their way out: those only delay the others.
fn millicores(sides: &Pair<Applied<'_>>) -> u64 {
    let (before, after) = (&sides.before, &sides.after);
    let of = |pair: (Option<Deployment>, Option<Deployment>)| {
        let sides = match pair {
            (Some(one), Some(other)) => Pair::new(one, other),
            (Some(one), None) => Pair::new(one.clone(), nothing_of(&one)),
            (None, Some(other)) => Pair::new(nothing_of(&other), other),
            (None, None) => return 0,
        };
        heaviest(&sides, false)
    };
    let mut all = of((Some(before.asking_api()), Some(after.asking_api())));
    let names = [before, after].map(|side| side.environment.worker.keys());
    let names: BTreeSet<String> = names
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    for name in names {
        all += of((before.asking_pool(&name), after.asking_pool(&name)));
    }
    let fixed = [before, after].map(|side| {
        let environment = side.environment;
        let pooler = &environment.pgbouncer;
        let services = environment.service.values();
        let services = services.map(|it| u64::from(it.replicas.value) * it.cpu.value.milli());
        u64::from(pooler.instances.value) * pooler.requests.cpu.value.milli()
            + services.sum::<u64>()
    });
    all + fixed[0].max(fixed[1])
}

/// What all nodes have for pods beside their daemons.
fn room(environment: &Environment) -> u64 {
    let groups = environment.nodes.values();
    let room = groups.map(|group| {
        let node = catalogue().node_types.get(&group.instance.value).unwrap();
        u64::from(group.count.max.value) * node.allocatable_cpu.milli().saturating_sub(300)
    });
    room.sum()
}

fn request<'a>(
    sides: Pair<&'a Environment>,
    waived: &'a BTreeSet<tierc::diagnostic::Code>,
) -> Request<'a> {
    Request {
        environments: sides,
        catalogue: catalogue(),
        waived,
        today: today(),
        root: "plan",
    }
}

/// The property: every step and every way back keeps what BEFORE keeps, while it runs.
fn holds(request: &Request<'_>, plan: &Plan) -> Result<(), TestCaseError> {
    let before = request.environments.before;
    let allowed: BTreeSet<String> = request
        .errors(before)
        .iter()
        .map(|finding| finding.code.to_string())
        .collect();
    let mut state = before;
    for step in &plan.steps {
        let ways = [
            (Pair::new(state, &step.state), true),
            (Pair::new(&step.state, state), step.undo.is_ok()),
        ];
        for (ends, _) in ways.into_iter().filter(|(_, made)| *made) {
            let sides = ends.map(Applied::of);
            for (rule, of, asked, limit) in asked(&sides) {
                prop_assert!(
                    asked <= limit || allowed.contains(rule),
                    "step {} `{}`: {asked} of {limit} ({of})",
                    step.number,
                    step.title,
                );
            }
        }
        state = &step.state;
    }
    Ok(())
}

fn resolved(text: &Text) -> Environment {
    let file = run(&text.0).files.into_iter().next().unwrap();
    file.environment
        .unwrap_or_else(|| panic!("it resolves: {:?}\n{}", file.diagnostics, text.0))
}

macro_rules! parts {
    ($($part:ident: $number:literal),+) => {
        $(mod $part {
            use super::*;

            proptest! {
                #![proptest_config(config_of_part(60, $number))]

                #[test]
                fn every_step_and_every_way_back_keeps_the_rules_while_it_runs(
                    (before, after) in prop_oneof![
                        3 => (moving(), moving()).boxed(),
                        1 => (environment(), environment()).boxed(),
                    ]
                ) {
                    let (before, after) = (resolved(&before), resolved(&after));
                    let waived = BTreeSet::new();
                    let request = request(Pair::new(&before, &after), &waived);
                    holds(&request, &plan(&request))?;
                }
            }
        })+
    };
}

parts!(part_1: 1, part_2: 2, part_3: 3, part_4: 4);

/// A law that lets nothing through would hold as well: of the pairs whose ends keep the rules, most
/// have a plan, and most steps a way back.
#[test]
fn most_pairs_that_keep_the_rules_have_a_plan_with_its_ways_back() {
    let config = config(60);
    let cases = config.cases.min(1_000);
    let mut runner = TestRunner::new(config);
    let pairs = (moving(), moving());
    let (mut sound, mut planned, mut steps, mut undone) = (0, 0, 0, 0);
    for _ in 0..cases {
        let (before, after) = pairs.new_tree(&mut runner).unwrap().current();
        let (before, after) = (resolved(&before), resolved(&after));
        let waived = BTreeSet::new();
        let request = request(Pair::new(&before, &after), &waived);
        if !request.errors(&before).is_empty() || !request.errors(&after).is_empty() {
            continue;
        }
        sound += 1;
        let plan = plan(&request);
        planned += usize::from(plan.blocked.is_none());
        steps += plan.steps.len();
        undone += plan.steps.iter().filter(|step| step.undo.is_ok()).count();
    }
    assert!(sound * 10 >= cases as usize, "{sound} of {cases} are sound");
    assert!(
        planned * 100 >= sound * 90,
        "{planned} of {sound} have a plan"
    );
    assert!(
        undone * 100 >= steps * 90,
        "{undone} of {steps} have a way back"
    );
}

/// The simulated cluster sees what public reports saw, where one step makes the whole change.
#[test]
fn the_simulated_cluster_shows_what_one_step_would_do() {
    let of = |tier: &str, more: &str| {
        let head = format!("environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n");
        resolved(&Text(format!("{head}{more}\n")))
    };
    let asked = |before: &Environment, after: &Environment, what: &str| {
        let sides = Pair::new(Applied::of(before), Applied::of(after));
        let all = asked(&sides);
        let found = all.iter().find(|(_, of, _, _)| *of == what).unwrap();
        (found.2, found.3)
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
