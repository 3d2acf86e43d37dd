//! The CronJob that follows off-hours and events, run against a cluster of files.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;
use tierc::emit::Artifacts;
use tierc::model::{Api, Environment, Name};
use tierc::schedule::{Calendar, ScheduleSubject, WantedCount};

use super::{documents, emitted, environment, text};
use crate::support::run;

/// Nights, weekends, and an event across the night in which clocks are set forward.
const NODES: &str = "\
worker \"worker\" { queue \"queue:decisions\" length=50; replicas min=2 max=6 }
worker \"batch\" { queue \"queue:batch\" length=10; replicas min=0 max=2 }
off-hours from=\"20:00\" to=\"08:00\" days=\"mon-fri\" zone=\"Europe/Berlin\" { api 0; worker \"worker\" 1 }
off-hours from=\"00:00\" to=\"00:00\" days=\"sat,sun\" zone=\"Europe/Berlin\" { worker \"worker\" 0 }
event \"small\" from=\"2027-03-27T22:00\" to=\"2027-03-29T06:00\" zone=\"Europe/Berlin\" { api 4 }
event \"sale\" from=\"2027-03-28T01:00\" to=\"2027-03-28T04:00\" zone=\"Europe/Berlin\" { api 8; worker \"worker\" 6 }
";

fn objects(artifacts: &Artifacts) -> Vec<Value> {
    documents(&artifacts["kubernetes/schedules.yaml"])
}

fn find<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    objects.iter().find(|it| it["kind"] == kind).unwrap()
}

/// A cluster of files: one for each object, with the fields that the script reads.
struct Cluster {
    folder: TempDir,
    script: PathBuf,
}

impl Cluster {
    fn new(artifacts: &Artifacts) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("bin")).unwrap();
        std::fs::create_dir(path("state")).unwrap();
        for (name, text) in [
            ("kubectl", include_str!("schedules/kubectl.sh")),
            ("date", include_str!("schedules/date.sh")),
        ] {
            let program = path("bin").join(name);
            std::fs::write(&program, text).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let script = path("schedule.sh");
        let cluster = Self { folder, script };
        cluster.replace_script(artifacts);
        cluster.set("deployment-kaireon-api", "5");
        cluster.set("hpa-kaireon-api-hpa", "2,20,,");
        cluster.set("configmap-kaireon-schedule", "");
        cluster.set("scaledobject-kaireon-worker-scaler", ",");
        cluster
    }

    fn replace_script(&self, artifacts: &Artifacts) {
        let objects = objects(artifacts);
        let script = find(&objects, "ConfigMap")["data"]["schedule.sh"].as_str();
        std::fs::write(&self.script, script.unwrap()).unwrap();
    }

    fn state(&self, object: &str) -> PathBuf {
        self.folder.path().join("state").join(object)
    }

    fn set(&self, object: &str, value: &str) {
        std::fs::write(self.state(object), value).unwrap();
    }

    fn get(&self, object: &str) -> String {
        std::fs::read_to_string(self.state(object)).unwrap()
    }

    /// The minimum of the API's HPA.
    fn minimum(&self) -> String {
        let hpa = self.get("hpa-kaireon-api-hpa");
        hpa.split(',').next().unwrap().to_owned()
    }

    /// A person sets the minimum and the maximum of the API's HPA.
    fn set_bounds(&self, min: u32, max: u32) {
        let hpa = self.get("hpa-kaireon-api-hpa");
        let marks = hpa.splitn(3, ',').nth(2).unwrap().to_owned();
        self.set("hpa-kaireon-api-hpa", &format!("{min},{max},{marks}"));
    }

    /// Runs the script at a moment, and returns whether it succeeded.
    fn run(&self, shell: &str, at: Timestamp) -> bool {
        let bin = self.folder.path().join("bin");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let output = Command::new(shell)
            .arg(&self.script)
            .env("PATH", path)
            .env("STATE", self.folder.path().join("state"))
            .env("NOW", at.as_second().to_string())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            told.lines().all(|line| line.starts_with("fake kubectl:")),
            "{told}"
        );
        output.status.success()
    }

    /// The script's calls so far: verb, object and subresource.
    fn calls(&self) -> BTreeSet<String> {
        let calls = std::fs::read_to_string(self.state("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Moments around the weekends of clock changes, in an order in which each follows another moment of the
/// same weekend.
fn moments() -> Vec<Timestamp> {
    let around = |from: &str, hours: i32| {
        let from = at(from);
        (0..hours).map(move |hour| from + SignedDuration::from_mins(i64::from(hour) * 170))
    };
    let edges = [
        "2027-03-26T18:55:00Z",
        "2027-03-26T19:00:00Z",
        "2027-03-28T00:55:00Z",
        "2027-03-28T01:00:00Z",
        "2027-03-28T02:00:00Z",
        "2027-03-29T04:00:00Z",
        "2027-10-29T18:00:00Z",
        "2027-10-30T22:00:00Z",
        "2027-10-31T23:00:00Z",
    ];
    let mut moments: Vec<Timestamp> = around("2027-03-26T17:00:00Z", 24)
        .chain(around("2027-10-29T17:00:00Z", 24))
        .chain(edges.map(at))
        .collect();
    moments.sort();
    moments
}

/// The required state of the cluster after the script.
fn expected(environment: &Environment, at: Timestamp, was: &str) -> [String; 3] {
    let calendar = Calendar::of(environment);
    let min = environment.api.sole().unwrap().workload.replicas.min.value;
    let (floor, pods) = match calendar.wanted(&ScheduleSubject::Api(Api::unnamed()), at) {
        WantedCount::Declared => (min, None),
        WantedCount::AtLeast { pods, .. } => (pods.max(min), None),
        WantedCount::Asleep { pods, .. } => (min, Some(pods)),
    };
    let replicas = match (pods, was) {
        // A Scale omits a count of zero.
        (Some(0), _) => String::new(),
        (Some(pods), _) => pods.to_string(),
        (None, "") => floor.to_string(),
        (None, was) => was.to_owned(),
    };
    let worker = ScheduleSubject::Pool(Name::parse("worker").unwrap());
    let paused = match calendar.wanted(&worker, at) {
        WantedCount::Declared | WantedCount::AtLeast { .. } => ",".to_owned(),
        WantedCount::Asleep { pods, .. } => format!("{pods},{pods}"),
    };
    [floor.to_string(), replicas, paused]
}

fn seen(cluster: &Cluster) -> [String; 3] {
    [
        cluster.minimum(),
        cluster.get("deployment-kaireon-api"),
        cluster.get("scaledobject-kaireon-worker-scaler"),
    ]
}

#[test]
fn one_run_at_any_moment_makes_what_the_calendar_wants() {
    let text = text("small", NODES);
    let run = run(&text);
    let environment = environment(&run);
    for shell in ["sh", "bash"] {
        let cluster = Cluster::new(&emitted(&text));
        for at in moments() {
            let was = cluster.get("deployment-kaireon-api");
            assert!(cluster.run(shell, at), "{at}");
            assert_eq!(
                seen(&cluster),
                expected(environment, at, &was),
                "{shell}: {at}"
            );
        }
    }
}

#[test]
fn a_second_run_changes_nothing() {
    let cluster = Cluster::new(&emitted(&text("small", NODES)));
    let night = at("2027-03-23T22:00:00Z");
    assert!(cluster.run("sh", night));
    std::fs::remove_file(cluster.state("calls")).unwrap();
    assert!(cluster.run("sh", night));
    assert!(cluster.calls().iter().all(|call| call.starts_with("get ")));
}

#[test]
fn an_api_wakes_to_its_declared_minimum_and_in_an_event_to_its_floor() {
    let cluster = Cluster::new(&emitted(&text("small", NODES)));
    assert!(cluster.run("sh", at("2027-03-23T22:00:00Z")));
    assert_eq!(seen(&cluster), ["2", "", "1,1"]);
    assert!(cluster.run("sh", at("2027-03-24T07:00:00Z")));
    assert_eq!(seen(&cluster), ["2", "2", ","]);
    assert!(cluster.run("sh", at("2027-03-26T20:00:00Z")));
    assert_eq!(seen(&cluster), ["2", "", "1,1"]);
    assert!(cluster.run("sh", at("2027-03-28T00:00:00Z")));
    assert_eq!(seen(&cluster), ["8", "8", ","]);
    // The script compares the whole moment, so the event does not apply in another year.
    assert!(cluster.run("sh", at("2028-03-28T10:00:00Z")));
    assert_eq!(seen(&cluster), ["2", "8", ","]);
}

#[test]
fn a_pause_of_somebody_else_is_left_alone_by_day_at_night_and_in_the_morning() {
    for shell in ["sh", "bash"] {
        let cluster = Cluster::new(&emitted(&text("small", NODES)));
        // The second count equals that of the night by chance.
        for pause in [",20", ",1"] {
            cluster.set("scaledobject-kaireon-worker-scaler", pause);
            for at in [
                at("2027-03-24T10:00:00Z"),
                at("2027-03-24T22:00:00Z"),
                at("2027-03-25T10:00:00Z"),
            ] {
                assert!(cluster.run(shell, at));
                assert_eq!(seen(&cluster)[2], pause, "{at}");
            }
        }
    }
}

/// Saturday's window requires no pods, and Friday's one.
#[test]
fn a_pool_that_somebody_wakes_at_night_stays_awake_and_sleeps_the_next_night() {
    let cluster = Cluster::new(&emitted(&text("small", NODES)));
    let scaler = "scaledobject-kaireon-worker-scaler";
    let run = |moment: &str| assert!(cluster.run("sh", at(moment)));
    for hand in ["1,", "1,5"] {
        cluster.set(scaler, ",");
        run("2027-03-19T22:00:00Z");
        assert_eq!(cluster.get(scaler), "1,1");
        cluster.set(scaler, hand);
        for moment in ["2027-03-19T22:05:00Z", "2027-03-20T12:00:00Z"] {
            run(moment);
            assert_eq!(cluster.get(scaler), hand, "{moment}");
        }
        run("2027-03-22T10:00:00Z");
        assert_eq!(cluster.get(scaler), hand.replace('1', ""));
    }
    cluster.set(scaler, ",");
    run("2027-03-22T22:00:00Z");
    assert_eq!(cluster.get(scaler), "1,1");
}

#[test]
fn an_api_that_somebody_stopped_stays_stopped_and_one_that_somebody_woke_stays_awake() {
    for shell in ["sh", "bash"] {
        let cluster = Cluster::new(&emitted(&text("small", NODES)));
        let api = "deployment-kaireon-api";
        let run = |moment: &str| assert!(cluster.run(shell, at(moment)));
        let (day, night) = ("2027-03-23T10:00:00Z", "2027-03-23T22:00:00Z");
        run(day);
        cluster.set(api, "");
        for moment in [day, night, "2027-03-24T10:00:00Z"] {
            run(moment);
            assert_eq!(cluster.get(api), "", "{moment}");
        }
        // After it was started again, it stops in the next night as usual.
        cluster.set(api, "4");
        run("2027-03-24T22:00:00Z");
        assert_eq!(cluster.get(api), "");
        cluster.set(api, "3");
        run("2027-03-24T22:05:00Z");
        assert_eq!(cluster.get(api), "3");
        run("2027-03-25T10:00:00Z");
        assert_eq!(cluster.get(api), "3");
        run("2027-03-25T22:00:00Z");
        assert_eq!(cluster.get(api), "");
        run("2027-03-26T10:00:00Z");
        assert_eq!(cluster.get(api), "2");
    }
}

/// The mark is missing after an earlier release or a replaced ConfigMap. The API must still start, because
/// a stopped API is an outage.
#[test]
fn an_api_that_sleeps_without_a_mark_wakes_in_the_morning() {
    for moments in [
        &["2027-03-23T22:00:00Z", "2027-03-24T10:00:00Z"][..],
        &["2027-03-24T10:00:00Z"],
    ] {
        let cluster = Cluster::new(&emitted(&text("small", NODES)));
        cluster.set("deployment-kaireon-api", "");
        for moment in moments {
            assert!(cluster.run("sh", at(moment)));
        }
        assert_eq!(cluster.get("deployment-kaireon-api"), "2");
    }
}

/// If any step of stopping or starting fails, the next run continues from there.
#[test]
fn a_run_that_stops_half_way_is_made_up_for() {
    let (night, day) = (at("2027-03-23T22:00:00Z"), at("2027-03-24T10:00:00Z"));
    let cluster = Cluster::new(&emitted(&text("small", NODES)));
    let (api, mark) = ("deployment-kaireon-api", "configmap-kaireon-schedule");
    for (count, half_way) in [("5", "falling-asleep"), ("", "falling-asleep")] {
        cluster.set(api, count);
        cluster.set(mark, half_way);
        assert!(cluster.run("sh", night));
        assert_eq!(
            (cluster.get(api), cluster.get(mark)),
            (String::new(), "asleep".into())
        );
    }
    for (count, half_way, then) in [("", "falling-asleep", "2"), ("7", "asleep", "7")] {
        cluster.set(api, count);
        cluster.set(mark, half_way);
        assert!(cluster.run("sh", day));
        assert_eq!(
            (cluster.get(api), cluster.get(mark)),
            (then.into(), "awake".into())
        );
    }
    // A refused call is reported and changes nothing.
    cluster.set("refuses", "");
    assert!(!cluster.run("sh", night));
    assert_eq!(cluster.get(api), "7");
}

/// From 2 to 8 during the sale, which starts half an hour before its time.
#[test]
fn a_minimum_that_somebody_set_outlives_an_event() {
    let (before, sale, after) = (
        "2027-03-23T10:00:00Z",
        "2027-03-28T00:00:00Z",
        "2027-03-30T10:00:00Z",
    );
    for shell in ["sh", "bash"] {
        // By hand, then during the sale.
        for (hand, raised) in [(5, "8"), (10, "10"), (8, "8"), (1, "8")] {
            let cluster = Cluster::new(&emitted(&text("small", NODES)));
            let run = |moment: &str| assert!(cluster.run(shell, at(moment)));
            run(before);
            cluster.set_bounds(hand, 20);
            for (moment, wanted) in [
                (before, hand.to_string()),
                (sale, raised.to_owned()),
                (sale, raised.to_owned()),
                (after, hand.to_string()),
                (after, hand.to_string()),
            ] {
                run(moment);
                assert_eq!(cluster.minimum(), wanted, "{hand} at {moment}");
            }
        }
    }
}

#[test]
fn an_event_raises_what_was_applied_again_and_leaves_what_somebody_raises_further() {
    let cluster = Cluster::new(&emitted(&text("small", NODES)));
    let run = |moment: &str| assert!(cluster.run("sh", at(moment)));
    let (sale, after) = ("2027-03-28T00:00:00Z", "2027-03-30T10:00:00Z");
    run(sale);
    assert_eq!(cluster.minimum(), "8");
    cluster.set_bounds(2, 20);
    run(sale);
    assert_eq!(cluster.minimum(), "8");
    cluster.set_bounds(12, 20);
    run(sale);
    run(after);
    assert_eq!(cluster.minimum(), "12");
    // The maximum of the HPA limits its minimum, even below the floor.
    cluster.set_bounds(6, 6);
    run(sale);
    assert_eq!(cluster.minimum(), "6");
    run(after);
    assert_eq!(cluster.minimum(), "6");
}

/// A GitOps tool that ignores the minimum never applies a merged change of it.
#[test]
fn a_declared_minimum_that_changes_reaches_an_autoscaler_to_which_nobody_applies_it() {
    let event = "event \"sale\" from=\"2027-03-10T06:00\" to=\"2027-03-11T00:00\" zone=\"Europe/Berlin\" { api 8 }";
    let artifacts = |min: u32| {
        emitted(&text(
            "small",
            &format!("api {{ replicas min={min} }}\n{event}"),
        ))
    };
    let (day, sale) = (at("2027-03-01T12:00:00Z"), at("2027-03-10T12:00:00Z"));
    for (now, wanted) in [(day, "2"), (sale, "8")] {
        let cluster = Cluster::new(&artifacts(2));
        assert!(cluster.run("sh", now));
        assert_eq!(cluster.minimum(), wanted);
        for min in [3, 2, 4] {
            cluster.replace_script(&artifacts(min));
            assert!(cluster.run("sh", now));
            let wanted = if now == sale { 8 } else { min };
            assert_eq!(cluster.minimum(), wanted.to_string());
        }
        assert!(cluster.run("sh", at("2027-04-20T12:00:00Z")));
        assert_eq!(cluster.minimum(), "4");
    }
}

#[test]
fn a_pool_that_somebody_froze_is_not_put_to_sleep_and_one_that_sleeps_wakes_all_the_same() {
    let cluster = Cluster::new(&emitted(&text("small", NODES)));
    let (night, day) = (at("2027-03-24T22:00:00Z"), at("2027-03-25T10:00:00Z"));
    cluster.set("scaledobject-kaireon-worker-scaler-frozen", "true");
    assert!(cluster.run("sh", night));
    assert_eq!(seen(&cluster)[2], ",");
    cluster.set("scaledobject-kaireon-worker-scaler-frozen", "false");
    assert!(cluster.run("sh", night));
    assert_eq!(seen(&cluster)[2], "1,1");
    cluster.set("scaledobject-kaireon-worker-scaler-frozen", "true");
    assert!(cluster.run("sh", day));
    assert_eq!(seen(&cluster)[2], ",");
}

#[test]
fn without_a_clock_nothing_is_touched() {
    let cluster = Cluster::new(&emitted(&text("small", NODES)));
    let date = cluster.folder.path().join("bin/date");
    let broken = "#!/bin/sh\n[ \"$*\" = \"-u +%s\" ] && echo \"$NOW\"\n";
    std::fs::write(date, broken).unwrap();
    assert!(!cluster.run("sh", at("2027-03-23T22:00:00Z")));
    assert_eq!(cluster.calls(), BTreeSet::new());
}

#[test]
fn what_cannot_be_changed_fails_the_run_and_hinders_nothing_else() {
    let cluster = Cluster::new(&emitted(&text("small", NODES)));
    std::fs::remove_file(cluster.state("hpa-kaireon-api-hpa")).unwrap();
    assert!(!cluster.run("sh", at("2027-03-23T22:00:00Z")));
    assert_eq!(cluster.get("deployment-kaireon-api"), "");
    assert_eq!(cluster.get("scaledobject-kaireon-worker-scaler"), "1,1");
}

/// What a Role allows, in the words of [`Cluster::calls`].
fn allowed(role: &Value) -> BTreeSet<String> {
    let mut allowed = BTreeSet::new();
    for rule in role["rules"].as_array().unwrap() {
        let list = |key: &str| {
            rule[key]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it.as_str().unwrap())
        };
        for (verb, name) in
            list("verbs").flat_map(|verb| list("resourceNames").map(move |name| (verb, name)))
        {
            let kind = match list("resources").next().unwrap() {
                "horizontalpodautoscalers" => "hpa",
                "deployments/scale" => "deployment/scale",
                "scaledobjects" => "scaledobject",
                "configmaps" => "configmap",
                other => panic!("{other}"),
            };
            allowed.insert(format!("{verb} {kind} {name}"));
        }
    }
    allowed
}

#[test]
fn the_role_allows_what_the_script_does_and_nothing_else() {
    let artifacts = emitted(&text("small", NODES));
    let cluster = Cluster::new(&artifacts);
    for at in moments() {
        cluster.run("sh", at);
    }
    assert_eq!(cluster.calls(), allowed(find(&objects(&artifacts), "Role")));
}

fn schedule(nodes: &str) -> (String, String) {
    let objects = objects(&emitted(&text("small", nodes)));
    let spec = &find(&objects, "CronJob")["spec"];
    let text = |key: &str| spec[key].as_str().unwrap().to_owned();
    (text("schedule"), text("timeZone"))
}

#[test]
fn the_job_runs_always_also_for_an_event_alone() {
    let always = ("*/5 * * * *".to_owned(), "Europe/Berlin".to_owned());
    assert_eq!(schedule(NODES), always);
    let event = "event \"sale\" from=\"2027-03-10T06:00\" to=\"2027-03-11T00:00\" zone=\"Europe/Berlin\" { api 8 }";
    assert_eq!(schedule(event), always);
}

/// Suspended during an event and resumed weeks later: the minimum is the declared one.
#[test]
fn a_run_long_after_an_event_takes_its_floor_back() {
    let event = "event \"sale\" from=\"2027-03-10T06:00\" to=\"2027-03-11T00:00\" zone=\"Europe/Berlin\" { api 8 }";
    let cluster = Cluster::new(&emitted(&text("small", event)));
    cluster.run("sh", at("2027-03-10T12:00:00Z"));
    assert_eq!(cluster.minimum(), "8");
    cluster.run("sh", at("2027-04-20T12:00:00Z"));
    assert_eq!(cluster.minimum(), "2");
}

#[test]
fn nothing_is_scheduled_where_nothing_is_to_be_followed() {
    let path = "kubernetes/schedules.yaml";
    assert!(!emitted(&text("small", "")).contains_key(path));
    let event = "event \"sale\" from=\"2027-03-10T06:00\" to=\"2027-03-11T00:00\" zone=\"Etc/UTC\" { worker \"worker\" 8 }";
    let artifacts = emitted(&text("small", event));
    // KEDA follows the events of pools by itself.
    assert!(!artifacts.contains_key(path));
    let kustomization = &artifacts["kubernetes/kustomization.yaml"];
    assert!(!kustomization.contains("schedules.yaml"));
}

#[test]
fn the_shells_read_the_script() {
    let cluster = Cluster::new(&emitted(&text("small", NODES)));
    for shell in ["sh", "bash"] {
        let checked = Command::new(shell)
            .arg("-n")
            .arg(Path::new(&cluster.script))
            .status();
        assert!(checked.unwrap().success());
    }
}
