//! What a chart has to arrive at, from the environment itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tierc::model::{Environment, Name, Portion, Queue, Resources, Worker, Workload};
use tierc::source::Sourced;

/// Whether the chart's Deployments say what the environment says.
pub(super) fn check(environment: &Environment, objects: &[Value]) {
    for api in environment.api.values() {
        check_workload(environment, &api.workload, objects);
    }
    for (name, worker) in &environment.worker {
        check_workload(environment, &worker.workload, objects);
        check_worker(environment, name, worker, objects);
    }
    let deployments = objects
        .iter()
        .filter(|object| object["kind"] == "Deployment")
        .count();
    assert_eq!(
        deployments,
        environment.api.len() + environment.worker.len()
    );
}

/// The objects of the chart that scale something, and what they should be.
pub(super) fn check_autoscalers(expected: &[Value], objects: &[Value]) {
    let kinds = [
        "HorizontalPodAutoscaler",
        "ScaledObject",
        "TriggerAuthentication",
    ];
    let scales = |object: &&Value| kinds.iter().any(|kind| object["kind"] == *kind);
    let count = objects.iter().filter(scales).count();
    assert_eq!(count, expected.iter().filter(scales).count());
    for object in expected.iter().filter(scales) {
        let kind = object["kind"].as_str().unwrap();
        let name = object["metadata"]["name"].as_str().unwrap();
        let found = find(objects, kind, name).unwrap_or_else(|| panic!("no {kind} {name}"));
        assert_eq!(found["spec"], object["spec"], "{kind} {name}");
        let annotations = "annotations";
        assert_eq!(
            found["metadata"].get(annotations),
            object["metadata"].get(annotations)
        );
    }
}

fn find<'a>(objects: &'a [Value], kind: &str, name: &str) -> Option<&'a Value> {
    objects
        .iter()
        .find(|object| object["kind"] == kind && object["metadata"]["name"] == name)
}

fn deployment<'a>(objects: &'a [Value], workload: &Workload) -> &'a Value {
    find(objects, "Deployment", workload.name.value.as_str()).unwrap()
}

fn check_workload(environment: &Environment, workload: &Workload, objects: &[Value]) {
    let object = deployment(objects, workload);
    let name = workload.name.value.as_str();
    assert_eq!(
        object["metadata"]["namespace"],
        environment.namespace.value.as_str(),
        "{name}"
    );
    let mut labels: Map<String, Value> = environment
        .labels
        .iter()
        .map(|(key, value)| (key.clone(), json!(value.value)))
        .collect();
    labels.insert("app.kubernetes.io/name".into(), json!(name));
    assert_eq!(
        object["metadata"]["labels"],
        Value::Object(labels),
        "{name}"
    );
    let spec = &object["spec"];
    let pod_labels = &spec["template"]["metadata"]["labels"];
    assert_eq!(
        pod_labels["app"], name,
        "the pooler's network policy selects by it"
    );
    let fixed = workload.replicas.count.as_ref();
    assert_eq!(
        spec.get("replicas"),
        fixed.map(|count| json!(count.value)).as_ref(),
        "{name}: an autoscaler owns the count unless it is fixed"
    );
    let rolling = json!({
        "maxSurge": portion(workload.rollout.max_surge.value),
        "maxUnavailable": portion(workload.rollout.max_unavailable.value),
    });
    let strategy = if workload.is_singleton() {
        json!({ "type": "Recreate" })
    } else {
        json!({ "type": "RollingUpdate", "rollingUpdate": rolling })
    };
    assert_eq!(spec["strategy"], strategy);
    let pod = &spec["template"]["spec"];
    assert_eq!(
        pod["nodeSelector"]["kubernetes.io/arch"],
        workload.arch.value.to_string()
    );
    check_container(environment, workload, &pod["containers"][0]);
}

fn portion(portion: Portion) -> Value {
    match portion {
        Portion::Count(count) => json!(count),
        Portion::Percent(percent) => json!(format!("{percent}%")),
    }
}

fn check_container(environment: &Environment, workload: &Workload, container: &Value) {
    let name = workload.name.value.as_str();
    if let Some(image) = &workload.image {
        assert_eq!(container["image"], image.value.as_str(), "{name}");
    }
    let side = |side: &Resources| json!({ "cpu": side.cpu.value.to_string(), "memory": side.memory.value.to_string() });
    let resources =
        json!({ "requests": side(&workload.requests), "limits": side(&workload.limits) });
    assert_eq!(container["resources"], resources, "{name}");
    let given: BTreeMap<&str, &Value> = container["env"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variable| (variable["name"].as_str().unwrap(), variable))
        .collect();
    let is = |variable: &str, value: &str| {
        assert_eq!(given[variable]["value"], value, "{name}: {variable}");
    };
    for (variable, value) in &workload.env {
        is(variable, &value.value);
    }
    let connections = &workload.connections;
    is(
        &connections.env.value,
        &connections.per_pod.value.to_string(),
    );
    is("PGBOUNCER_HOST", environment.pgbouncer.name.value.as_str());
    is("PGBOUNCER_PORT", "6432");
    is(
        "POSTGRES_READ_REPLICAS",
        &environment.database.replicas.count.value.to_string(),
    );
    for (name, group) in &environment.redis {
        is(&group.env_cluster.value, &group.is_cluster().to_string());
        let secret = format!("{}-redis-{name}", environment.app.value);
        for (variable, index) in group.addresses() {
            let reference = &given[variable.value.as_str()]["valueFrom"]["secretKeyRef"];
            let key = match index {
                0 => "url".to_owned(),
                index => format!("url-{index}"),
            };
            assert_eq!(reference, &json!({ "name": secret, "key": key }));
        }
    }
}

fn check_worker(environment: &Environment, name: &Name, worker: &Worker, objects: &[Value]) {
    let template = &deployment(objects, &worker.workload)["spec"]["template"];
    let pod = &template["spec"];
    assert_eq!(
        pod["terminationGracePeriodSeconds"],
        worker.grace.value.secs()
    );
    let none = Vec::new();
    let given = pod["tolerations"].as_array().unwrap_or(&none).iter();
    let given: Vec<String> = given
        .map(|taint| {
            let text = |key: &str| taint[key].as_str().unwrap();
            match text("operator") {
                "Equal" => format!("{}={}:{}", text("key"), text("value"), text("effect")),
                _ => format!("{}:{}", text("key"), text("effect")),
            }
        })
        .collect();
    // A group that runs certain pools keeps all others away.
    let groups = environment
        .nodes
        .iter()
        .filter(|(_, group)| group.runs.iter().any(|pool| pool.value == *name));
    let mut expected: Vec<String> = groups
        .map(|(group, _)| format!("tierc.dev/node-group={group}:NoSchedule"))
        .collect();
    expected.extend(worker.tolerate.iter().map(|taint| taint.value.clone()));
    assert_eq!(given, expected, "{name}");
    for (index, queue) in worker.queue.iter().enumerate() {
        let annotation = &template["metadata"]["annotations"][format!("consumer/queue-{index}")];
        let text = |of: &Sourced<String>| of.value.clone();
        let mut words = vec![text(queue.name()), queue.length().value.to_string()];
        if queue.as_redis_list().is_none() {
            words.push(queue.kind().to_string());
        }
        match queue {
            Queue::SqsQueue(queue) => words.push(text(&queue.url)),
            Queue::KafkaTopic(queue) => words.extend([text(&queue.brokers), text(&queue.group)]),
            Queue::RedisStream(queue) => words.push(text(&queue.group)),
            Queue::RedisList(_)
            | Queue::PostgresqlQueue(_)
            | Queue::RabbitmqQueue(_)
            | Queue::PrometheusQueue(_) => {}
        }
        assert_eq!(annotation, &words.join(" "));
    }
}
