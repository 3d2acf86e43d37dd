//! Prometheus reads the alert rules, and every query.

use std::path::Path;

use serde_json::json;
use tierc::metric::tracked;

use super::tools::{ask, command, tool};
use super::trees::rendered;

/// promtool wants the rules without the object around them.
#[test]
fn prometheus_accepts_every_rule() {
    let Some(promtool) = tool("promtool") else {
        return;
    };
    let trees = rendered();
    for tree in trees.iter() {
        for object in tree.objects() {
            if object["kind"] != "PrometheusRule" {
                continue;
            }
            let groups = object["spec"]["groups"].as_array().unwrap();
            let rules: usize = groups
                .iter()
                .map(|it| it["rules"].as_array().unwrap().len())
                .sum();
            let file = trees.folder().join("rules.yaml");
            std::fs::write(&file, object["spec"].to_string()).unwrap();
            let mut run = command(&promtool, trees.folder());
            let told = ask(run.args(["check", "rules"]).arg(&file)).accepted();
            assert!(
                told.contains(&format!("SUCCESS: {rules} rules found")),
                "{told}"
            );
        }
    }
}

/// Each tracked metric as a recording rule, and as an alert at its threshold.
#[test]
fn prometheus_accepts_every_query() {
    let Some(promtool) = tool("promtool") else {
        return;
    };
    let text =
        "environment \"prod\"\ntier \"large\"\nregion \"us-east-1\"\ndatabase { replicas 2 }\n";
    let exporters = "alerts { source database=\"exporter\" redis=\"exporter\" }\n";
    let tracked: Vec<_> = [text.to_owned(), format!("{text}{exporters}")]
        .iter()
        .flat_map(|text| {
            tracked(
                crate::support::run(text).files[0]
                    .environment
                    .as_ref()
                    .unwrap(),
            )
        })
        .collect();
    let rules: Vec<_> = tracked
        .iter()
        .enumerate()
        .flat_map(|(index, it)| {
            let name = format!("{} {} {index}", it.component, it.metric);
            let record = name.replace(['.', '-', ' '], "_");
            let alert = format!("{} > {}", it.query, it.threshold);
            [
                json!({ "record": record, "expr": it.query }),
                json!({ "alert": name, "expr": alert }),
            ]
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yaml");
    let groups = json!({ "groups": [{ "name": "tracked", "rules": rules }] });
    std::fs::write(&file, groups.to_string()).unwrap();
    let mut check = command(&promtool, folder.path());
    let told = ask(check.args(["check", "rules"]).arg(&file)).accepted();
    let count = rules.len();
    assert!(
        told.contains(&format!("SUCCESS: {count} rules found")),
        "{told}"
    );
}

/// A server with a month of series, which ends with the test.
struct Server {
    process: std::process::Child,
    url: String,
    folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Backfills what `openmetrics` says and serves it.
fn serve(prometheus: &Path, promtool: &Path, openmetrics: &str) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("month.om"), openmetrics).unwrap();
    std::fs::write(path("prometheus.yml"), "global: {}\n").unwrap();
    let mut backfill = command(promtool, folder.path());
    backfill
        .args([
            "tsdb",
            "create-blocks-from",
            "--max-block-duration=720h",
            "openmetrics",
        ])
        .args([path("month.om"), path("data")]);
    ask(&mut backfill).accepted();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let process = command(prometheus, folder.path())
        .arg(format!(
            "--config.file={}",
            path("prometheus.yml").display()
        ))
        .arg(format!("--storage.tsdb.path={}", path("data").display()))
        .arg(format!("--web.listen-address={address}"))
        .arg("--storage.tsdb.retention.time=100y")
        .stdout(std::process::Stdio::null())
        .stderr(std::fs::File::create(path("log")).unwrap())
        .spawn()
        .unwrap();
    let server = Server {
        process,
        url: format!("http://{address}"),
        folder,
    };
    for _ in 0..600 {
        if is_ready(address) {
            return server;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let log = std::fs::read_to_string(server.folder.path().join("log")).unwrap();
    panic!("Prometheus is not ready after a minute:\n{log}");
}

fn is_ready(address: std::net::SocketAddr) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(address) else {
        return false;
    };
    let request = "GET /-/ready HTTP/1.0\r\nHost: prometheus\r\n\r\n";
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.0 200")
}

/// The hours of 30 days that end with 2026-11-24, as seconds.
fn hours() -> impl Iterator<Item = (u32, i64)> {
    let first = "2026-10-26T00:00:00Z".parse::<jiff::Timestamp>().unwrap();
    (0..30 * 24).map(move |hour| (hour, first.as_second() + 3600 * i64::from(hour)))
}

/// A month of what YACE, kube-state-metrics, KEDA and cAdvisor would have exported, by the hour:
/// one family after another, as OpenMetrics wants it.
fn month() -> String {
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, labels: &str, value: &dyn Fn(u32) -> f64| {
        text += &format!("# TYPE {name} {kind}\n");
        let sample = if kind == "counter" {
            format!("{name}_total")
        } else {
            name.to_owned()
        };
        for (hour, at) in hours() {
            let value = value(hour);
            if kind == "counter" {
                // A scrape every minute, so the rate at the full hour is 0.3 per second.
                for minutes in (1..=4).rev() {
                    let (value, at) = (
                        value - 18.0 * f64::from(minutes),
                        at - 60 * i64::from(minutes),
                    );
                    text += &format!("{sample}{{{labels}}} {value} {at}\n");
                }
            }
            text += &format!("{sample}{{{labels}}} {value} {at}\n");
        }
    };
    let day = |hour: u32| f64::from(hour / 24);
    let busy = |hour: u32| f64::from(u8::from((8..18).contains(&(hour % 24))));
    let database = "dimension_DBInstanceIdentifier=\"kaireon-prod\",region=\"us-east-1\"";
    family(
        "aws_rds_cpuutilization_average",
        "gauge",
        database,
        &|hour| 30.0 + 0.5 * day(hour) + 10.0 * busy(hour),
    );
    family(
        "aws_rds_free_storage_space_average",
        "gauge",
        database,
        &|hour| {
            // Of 200 GiB, 60% is used at first and 0.25% more every day.
            200.0 * 1_073_741_824.0 * (0.4 - 0.0025 * day(hour))
        },
    );
    let autoscaler = "namespace=\"kaireon\",horizontalpodautoscaler=\"kaireon-api-hpa\"";
    family(
        "kube_horizontalpodautoscaler_status_current_replicas",
        "gauge",
        autoscaler,
        &|_| 12.0,
    );
    let list = "namespace=\"kaireon\",scaledObject=\"kaireon-worker-scaler\",metric=\"s0-redis-queue-decisions\"";
    family("keda_scaler_metrics_value", "gauge", list, &|hour| {
        200.0 * busy(hour)
    });
    let pod = "namespace=\"kaireon\",pod=\"kaireon-api-5d4f8b7c9d-x2x4z\",container=\"api\"";
    let requests = format!("{pod},resource=\"cpu\"");
    family(
        "kube_pod_container_resource_requests",
        "gauge",
        &requests,
        &|_| 0.5,
    );
    let phase = "namespace=\"kaireon\",pod=\"kaireon-api-5d4f8b7c9d-x2x4z\",phase=\"Running\"";
    family("kube_pod_status_phase", "gauge", phase, &|_| 1.0);
    let used = format!("{pod},image=\"api\"");
    family("container_cpu_usage_seconds", "counter", &used, &|hour| {
        1000.0 + 1080.0 * f64::from(hour)
    });
    text + "# EOF\n"
}

fn review(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let mut tierc = command(Path::new(env!("CARGO_BIN_EXE_tierc")), folder);
    tierc
        .current_dir(folder)
        .args([
            "capacity",
            "prod.kdl",
            "--today",
            "2026-11-24",
            "--format",
            "json",
        ])
        .args(arguments);
    serde_json::from_str(&ask(&mut tierc).accepted()).unwrap()
}

fn metric<'a>(review: &'a serde_json::Value, name: &str, component: &str) -> &'a serde_json::Value {
    let metrics = review["metrics"].as_array().unwrap();
    let mut found = metrics.iter();
    found
        .find(|it| it["metric"] == name && it["component"] == component)
        .unwrap()
}

/// A real server with the exporters' values gives the same review as a file with these values.
#[test]
fn prometheus_tells_the_review_what_a_file_would() {
    let (Some(prometheus), Some(promtool)) = (tool("prometheus"), tool("promtool")) else {
        return;
    };
    let server = serve(&prometheus, &promtool, &month());
    let folder = server.folder.path();
    let environment = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n";
    std::fs::write(folder.join("prod.kdl"), environment).unwrap();
    let asked = review(folder, &["--prometheus", &server.url]);
    assert_eq!(asked["source"], server.url);
    let near = |found: &serde_json::Value, wanted: f64| {
        let found = found.as_f64().unwrap();
        assert!((found - wanted).abs() < 0.01, "{found} is not {wanted}");
    };
    let cpu = metric(&asked, "db-cpu", "database");
    assert_eq!(cpu["days"].as_array().unwrap().len(), 30);
    near(&cpu["outlook"]["slope"]["value"], 0.5);
    near(&cpu["outlook"]["now"]["value"], 54.5);
    assert_eq!(cpu["outlook"]["days-until"]["expected"], 31);
    let storage = metric(&asked, "db-storage", "database");
    near(&storage["outlook"]["now"]["value"], 67.25);
    assert_eq!(storage["outlook"]["days-until"]["expected"], 11);
    near(
        &metric(&asked, "api-replicas", "api")["outlook"]["now"]["value"],
        60.0,
    );
    near(
        &metric(&asked, "api-cpu", "api")["outlook"]["now"]["value"],
        60.0,
    );
    near(
        &metric(&asked, "queue-depth", "worker.worker")["outlook"]["now"]["value"],
        10.0,
    );
    let unknown = metric(&asked, "redis-memory", "redis.queue");
    assert_eq!(unknown["lacking"], "nothing was measured");

    let mut csv = String::from("time,metric,component,value\n");
    for (hour, at) in hours() {
        let at = jiff::Timestamp::from_second(at).unwrap();
        let busy = f64::from(u8::from((8..18).contains(&(hour % 24))));
        let value = 30.0 + 0.5 * f64::from(hour / 24) + 10.0 * busy;
        csv += &format!("{at},db-cpu,database,{value}\n");
    }
    std::fs::write(folder.join("metrics.csv"), csv).unwrap();
    let read = review(folder, &["--metrics", "metrics.csv"]);
    assert_eq!(*metric(&read, "db-cpu", "database"), *cpu);
}
