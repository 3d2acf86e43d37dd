//! Queries of a fake Prometheus; `consumers` uses a real one.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread::JoinHandle;

use tierc::capacity::prometheus::samples;

use super::{MEDIUM, window};

/// Gives the same answer to the expected number of requests, and returns the requests.
fn stand_in(answer: String, requests: usize) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for stream in listener.incoming().take(requests) {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let mut head = String::new();
            while let Some(Ok(line)) = lines.next() {
                if line.is_empty() {
                    break;
                }
                head += &format!("{line}\n");
            }
            asked.push(head);
            // A client may close the connection early.
            let _ = stream.write_all(answer.as_bytes());
        }
        asked
    });
    (url, thread)
}

fn http(status: &str, head: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{head}\r\n{body}"
    )
}

fn tierc(url: &str, token: Option<&str>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("prod.kdl"), MEDIUM).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tierc"));
    command.current_dir(folder.path()).env_clear().args([
        "capacity",
        "prod.kdl",
        "--today",
        "2026-11-24",
        "--prometheus",
        url,
    ]);
    if let Some(token) = token {
        command.env("TIERC_PROMETHEUS_TOKEN", token);
    }
    command.output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const NOTHING: &str = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;

#[test]
fn every_metric_is_asked_for_with_the_token_and_nothing_else_is_told_of_it() {
    let (url, server) = stand_in(http("200 OK", "", NOTHING), 12);
    let output = tierc(&format!("{url}/prometheus/"), Some("s3cr3t-token"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let asked = server.join().unwrap();
    let whole: String = asked.concat();
    assert_eq!(asked.len(), 12);
    for request in &asked {
        assert!(
            request.starts_with("GET /prometheus/api/v1/query_range?query="),
            "{request}"
        );
        assert!(
            request.contains("start=2026-10-26T00%3A00%3A00Z"),
            "{request}"
        );
        assert!(
            request
                .to_lowercase()
                .contains("authorization: bearer s3cr3t-token")
        );
    }
    assert!(whole.contains("aws_rds_cpuutilization_average"));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        told.contains("Prometheus knows none of the series"),
        "{told}"
    );
    assert!(!told.contains("s3cr3t"));
}

#[test]
fn what_is_no_answer_ends_the_run_with_a_reason() {
    let large = "x".repeat(9 << 20);
    let refused = r#"{"status":"error","errorType":"bad_data","error":"too many points"}"#;
    for (answer, said) in [
        (
            http("401 Unauthorized", "", ""),
            "put a token into TIERC_PROMETHEUS_TOKEN",
        ),
        (
            http("302 Found", "Location: http://127.0.0.1:1/\r\n", ""),
            "does not follow redirects",
        ),
        (
            http("404 Not Found", "", "nothing"),
            "use the part of the URL before `/api/v1`",
        ),
        (
            http("500 Internal Server Error", "", "secret"),
            "answered 500",
        ),
        (
            http("400 Bad Request", "", refused),
            "refused the query: too many points",
        ),
        (
            http(
                "400 Bad Request",
                "",
                &refused.replace("too", "\\u001b[2Jtoo"),
            ),
            "refused the query: \\u{1b}[2Jtoo many points",
        ),
        (
            http("200 OK", "", "<html>"),
            "the answer is not Prometheus' JSON",
        ),
        (http("200 OK", "", &large), "is larger than 8 MiB"),
        ("\r\n\r\n".to_owned(), "failed: "),
    ] {
        let (url, server) = stand_in(answer, 1);
        let output = tierc(&url, Some("s3cr3t-token"));
        server.join().unwrap();
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(said), "{said}: {told}");
        assert!(
            output.stdout.is_empty() && !told.contains("s3cr3t"),
            "{told}"
        );
    }
}

#[test]
fn a_place_where_nobody_answers_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let output = tierc(&url, None);
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    assert!(
        told.contains(&format!("the request to `{url}` failed")),
        "{told}"
    );
}

#[test]
fn a_token_is_never_sent_in_the_clear_nor_taken_from_a_url() {
    for (url, token, said) in [
        (
            "http://prometheus.example.com",
            Some("s3cr3t"),
            "is not encrypted",
        ),
        (
            "https://me:s3cr3t@prometheus.example.com",
            None,
            "contains credentials",
        ),
        ("https://me:s3cr3t@[", None, "is not a URL"),
        (
            "ftp://prometheus.example.com",
            None,
            "is not a URL of Prometheus",
        ),
        ("prometheus", None, "is not a URL of Prometheus"),
        (
            "https://prometheus.example.com/?x=1",
            None,
            "has a query or a fragment",
        ),
        (
            "https://prometheus.example.com",
            Some("two s3cr3t words"),
            "not allowed in a token",
        ),
    ] {
        let output = tierc(url, token);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(said), "{said}: {told}");
        assert!(!told.contains("s3cr3t"), "{told}");
    }
}

#[test]
fn samples_of_an_answer_are_those_of_the_window_that_are_numbers() {
    let body = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[
        [1792972800,"1"],[1792972800.5,"NaN"],[1795392000,"41.5"],[1795392900,"+Inf"],[1795393800,"-1"]]}]}}"#;
    let found = samples(body, window()).unwrap();
    // 2026-10-26 is the first day, 2026-11-23 the last but one.
    let shown: Vec<String> = found
        .iter()
        .map(|it| format!("{} {}", it.at, it.value))
        .collect();
    assert_eq!(
        shown,
        ["2026-10-26T00:00:00Z 1", "2026-11-23T00:00:00Z 41.5"]
    );
}

#[test]
fn an_answer_of_another_shape_is_refused() {
    let series = r#"{"metric":{},"values":[[1795392000,"1"]]}"#;
    let answer = |kind: &str, result: &str| {
        format!(r#"{{"status":"success","data":{{"resultType":"{kind}","result":[{result}]}}}}"#)
    };
    for (body, said) in [
        (
            answer("matrix", &format!("{series},{series}")),
            "several series",
        ),
        (answer("vector", series), "not a `matrix`"),
        (
            answer("matrix", &series.replace("\"1\"", "\"one\"")),
            "is not a value",
        ),
        (
            answer("matrix", &series.replace("1795392000", "1e300")),
            "outside of time",
        ),
        (
            answer("matrix", &series.replace("\"1\"", "\"1e300\"")),
            "is too large for any metric",
        ),
        (r#"{"status":"error"}"#.to_owned(), "did not say why"),
        ("[]".to_owned(), "not Prometheus' JSON"),
    ] {
        let error = samples(&body, window()).unwrap_err();
        assert!(error.contains(said), "{error}");
    }
    assert_eq!(samples(NOTHING, window()), Ok(Vec::new()));
}
