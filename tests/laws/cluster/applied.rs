//! The parts of a state's output that the simulation reads.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;
use tierc::emit::{for_the_cluster, helm, kubernetes, yaml};
use tierc::model::{Environment, Via, Workload};

use super::rollout::Deployment;
use crate::laws::environment::{Text, resolved};
use crate::plan::catalogue;
use crate::support::documents;

/// A Deployment of the platform.
#[derive(Clone, Copy, Debug)]
pub(super) enum Who<'a> {
    Api(&'a str),
    Pool(&'a str),
    Pooler,
}

/// The part of a pod template that decides where the pod may run.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) terms: &'a Value,
    pub(super) selector: &'a Value,
    pub(super) tolerations: &'a Value,
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value}"))
}

/// A file: its documents, and the values that an independent reader finds in them.
struct File {
    documents: Vec<yaml::YamlValue>,
    read: Vec<Value>,
}

impl File {
    /// A file of these documents. If a known file has the same documents, it is reused.
    fn of(documents: Vec<yaml::YamlValue>, known: Option<&Rc<Self>>) -> Rc<Self> {
        if let Some(known) = known.filter(|known| known.documents == documents) {
            return Rc::clone(known);
        }
        let read = self::documents(&yaml::documents(&documents, ""));
        Rc::new(Self { documents, read })
    }

    /// The document of this kind.
    fn kind(&self, kind: &str) -> &Value {
        let found = self.read.iter().find(|document| document["kind"] == kind);
        found.unwrap()
    }
}

/// The parts of a state's output that are read.
pub(crate) struct Applied<'a> {
    pub(super) environment: &'a Environment,
    /// `kubernetes/pgbouncer.yaml`.
    pooler_file: Rc<File>,
    /// `helm/values.yaml`.
    values_file: Rc<File>,
    apis: BTreeMap<String, Deployment>,
    pools: BTreeMap<String, Deployment>,
    pooler: Deployment,
}

impl<'a> Applied<'a> {
    pub(crate) fn of(environment: &'a Environment) -> Self {
        Self::beside(environment, None)
    }

    /// The next state.
    pub(crate) fn next<'b>(&self, environment: &'b Environment) -> Applied<'b> {
        Applied::beside(environment, Some(self))
    }

    /// The output of a state. Files that equal those of `other` are reused.
    fn beside(environment: &'a Environment, other: Option<&Applied<'_>>) -> Self {
        let pooler_file = File::of(
            kubernetes::pooler(environment, catalogue()),
            other.map(|other| &other.pooler_file),
        );
        let values_file = File::of(
            vec![helm::values(environment)],
            other.map(|other| &other.values_file),
        );
        let values = &values_file.read[0];
        let pools = environment.worker.iter();
        let pools = pools.map(|(name, pool)| {
            let values = &values["workers"][name.as_str()];
            let workload = &pool.workload;
            (
                name.to_string(),
                of_the_chart(values, workload, pool.most()),
            )
        });
        let apis = environment.api.iter().map(|(name, api)| {
            let workload = &api.workload;
            let values = of_api(values, name.as_str());
            (
                name.to_string(),
                of_the_chart(values, workload, workload.most()),
            )
        });
        Self {
            environment,
            apis: apis.collect(),
            pools: pools.collect(),
            pooler: of_the_manifest(
                &pooler_file.kind("Deployment")["spec"],
                setting(ini(&pooler_file), "max_db_connections"),
            ),
            pooler_file,
            values_file,
        }
    }

    pub(super) fn setting(&self, name: &str) -> u64 {
        setting(ini(&self.pooler_file), name)
    }

    pub(super) fn pooler(&self) -> Deployment {
        self.pooler.clone()
    }

    /// Whether reads go through PgBouncer.
    pub(super) fn pools_reads(&self) -> bool {
        ini(&self.pooler_file)
            .lines()
            .any(|line| line.contains("_read = host="))
    }

    pub(super) fn api(&self, name: &str) -> Option<Deployment> {
        self.apis.get(name).cloned()
    }

    pub(super) fn pool(&self, name: &str) -> Option<Deployment> {
        self.pools.get(name).cloned()
    }

    /// Where the pods of an API, of a pool and of PgBouncer may run.
    pub(super) fn placed(&self, who: Who<'_>) -> Placed<'_> {
        let whole = match who {
            Who::Api(name) => of_api(&self.values_file.read[0], name),
            Who::Pool(name) => &self.values_file.read[0]["workers"][name],
            Who::Pooler => &self.pooler_file.kind("Deployment")["spec"]["template"]["spec"],
        };
        Placed {
            terms: &whole["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
                ["nodeSelectorTerms"],
            selector: &whole["nodeSelector"],
            tolerations: &whole["tolerations"],
        }
    }

    /// The connections of services on a route. tierc does not deploy services.
    pub(super) fn services(&self, via: Via) -> BTreeMap<String, u64> {
        let services = self.environment.service.iter();
        services
            .filter(|(_, service)| service.via.value == via)
            .map(|(name, service)| {
                let all = u64::from(service.replicas.value) * u64::from(service.per_pod.value);
                (name.to_string(), all)
            })
            .collect()
    }

    pub(super) fn aside(&self) -> u64 {
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

fn ini(pooler: &File) -> &str {
    let config = pooler.kind("ConfigMap");
    config["data"]["pgbouncer.ini"].as_str().unwrap()
}

fn setting(ini: &str, name: &str) -> u64 {
    let mut lines = ini.lines();
    let found = lines.find_map(|line| {
        let (setting, value) = line.split_once('=')?;
        (setting.trim() == name).then(|| value.trim().parse().unwrap())
    });
    found.unwrap_or_else(|| panic!("no {name} in {ini}"))
}

/// The Deployment of a manifest; each of its pods has `weight`.
fn of_the_manifest(spec: &Value, weight: u64) -> Deployment {
    let update = &spec["strategy"]["rollingUpdate"];
    let count = |value: &Value| u32::try_from(number(value)).unwrap();
    Deployment {
        pods: count(&spec["replicas"]),
        surge: count(&update["maxSurge"]),
        unavailable: count(&update["maxUnavailable"]),
        min_ready: number(&spec["minReadySeconds"]),
        grace: number(&spec["template"]["spec"]["terminationGracePeriodSeconds"]),
        template: spec["template"].to_string(),
        weight,
    }
}

/// The values of an API: the one called `api` has a key of its own.
fn of_api<'a>(values: &'a Value, name: &str) -> &'a Value {
    match name {
        "api" => &values["api"],
        _ => &values["apis"][name],
    }
}

/// A Deployment of the chart at its maximum. The weight of a pod is its connections: the value of the
/// variable that its application reads.
fn of_the_chart(values: &Value, workload: &Workload, most: u32) -> Deployment {
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
    for part in ["strategy", "replicaCount", "autoscaling", "queues"] {
        parts.remove(part);
    }
    let variable = workload.connections.env.value.clone();
    let connections = &values["env"][variable.as_str()];
    let (surge, unavailable) = if values["strategy"]["type"] == "Recreate" {
        (0, most)
    } else {
        let surge = share(&update["maxSurge"], 99);
        (count(surge), count(share(&update["maxUnavailable"], 0)))
    };
    Deployment {
        pods: most,
        surge,
        unavailable,
        min_ready: 0,
        grace: values["terminationGracePeriodSeconds"]
            .as_u64()
            .unwrap_or(30),
        template: template.to_string(),
        weight: match connections.as_str() {
            Some(text) => text.parse().unwrap(),
            None => number(connections),
        },
    }
}

/// The two files that the simulation reads are those of the tree.
#[test]
fn what_is_simulated_is_what_is_applied() {
    let large = |more: &str| {
        let head = "environment \"prod\"\ntier \"large\"\nregion \"us-east-1\"\n";
        resolved(&Text(format!("{head}{more}\n")))
    };
    let environment = large("");
    let files = for_the_cluster(&environment, catalogue(), "");
    let applied = Applied::of(&environment);
    for (path, file) in [
        ("kubernetes/pgbouncer.yaml", &applied.pooler_file),
        ("helm/values.yaml", &applied.values_file),
    ] {
        assert_eq!(documents(&files[path]), file.read, "{path}");
    }
    // Values of the previous state are never reused for a state that differs.
    let more = large("pgbouncer { instances 7 }");
    let next = applied.next(&more);
    assert_eq!(next.pooler().pods, 7);
    assert_eq!(applied.pooler().pods, 4);
}
