//! What watches an environment, loads it and pays for it: alerts, load tests, budget.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attribute::Keyed;
use super::declaration::{Form, LABELS, node};
use super::{Duration, ErrorRate, HttpMethod, MetricSource, Place, PoolerSource};
use crate::source::Sourced;

/// A share of what there is.
const PERCENT: Form = Form::Whole(1..=100);
/// More than is requested can be used.
const OF_REQUESTS: Form = Form::Whole(1..=1000);
const SOME: Form = Form::Whole(1..=u32::MAX);
/// A day: no load test runs longer.
const RUN: Form = Form::Duration(1..=86_400);
/// From a second to a year.
const TIME: Form = Form::Duration(1..=31_536_000);

node! {
    /// Thresholds of the alerts, and where their metrics come from.
    Alerts: AlertsNode, AlertsField, settled {
        /// CPU of the API in percent of its pods' requests, as the HPA measures it.
        child api_cpu: Sourced<u32> = OF_REQUESTS, "80";
        /// Memory of an API pod in percent of its limit.
        child api_memory: Sourced<u32> = PERCENT, "75";
        /// Items in a list, divided by the maximum of its pool.
        child queue_depth: Sourced<u32> = SOME, "50";
        /// CPU of the database in percent.
        child db_cpu: Sourced<u32> = PERCENT, "70";
        /// Connections to the database in percent of those that are not reserved.
        child db_connections: Sourced<u32> = PERCENT, "70";
        /// Used storage of the database in percent of the allocated storage.
        child db_storage: Sourced<u32> = PERCENT, "70";
        /// The alert fires if storage will be full within this time.
        child storage_forecast: Sourced<Duration> = TIME, "\"30d\"";
        /// How far a read replica may lag behind.
        child replica_lag: Sourced<Duration> = TIME, "\"30s\"";
        /// Memory of a Redis group in percent of `maxmemory`.
        child redis_memory: Sourced<u32> = PERCENT, "70";
        /// Operations of a Redis group.
        node redis_ops: RedisOps;
        /// How long a client may wait for a server connection of PgBouncer.
        child pool_wait: Sourced<Duration> = TIME, "\"1s\"";
        /// How long an autoscaler may need more pods than its maximum.
        child at_maximum: Sourced<Duration> = TIME, "\"15m\"";
        /// How long a pool may be paused.
        child paused: Sourced<Duration> = TIME, "\"1h\"";
        /// How long a threshold must be exceeded before an alert fires.
        child sustained: Sourced<Duration> = TIME, "\"15m\"";
        /// The label `route` of every alert, for Alertmanager.
        child route: Option<Sourced<String>> = Form::Placed(Place::LabelValue), "\"pagerduty\"";
        /// Which exporters the metrics of managed services come from.
        node source: MetricSources;
        /// Labels by which Prometheus selects the rules, such as `release`.
        map labels: BTreeMap<String, Sourced<String>> = LABELS, "release=\"kube-prometheus-stack\"";
    }

    /// A threshold of operations a second.
    RedisOps: RedisOpsNode, RedisOpsField, settled {
        /// The threshold, in percent of `benchmark`.
        argument percent: Sourced<u32> = PERCENT, "80";
        /// Operations a second that one shard can serve, as you measured it.
        property benchmark: Sourced<u32> = SOME, "100000";
    }

    /// Where the metrics of managed services come from.
    MetricSources: MetricSourcesNode, MetricSourcesField, settled {
        /// Where the metrics of RDS come from.
        property database: Sourced<MetricSource>, "\"exporter\"";
        /// Where the metrics of ElastiCache come from.
        property redis: Sourced<MetricSource>, "\"exporter\"";
        /// Where the metrics of PgBouncer come from; the default follows the image.
        property pgbouncer: Option<Sourced<PoolerSource>>, "\"exporter\"";
    }
}

node! {
    /// What the environment may cost.
    Budget: BudgetNode, BudgetField, settled {
        /// The highest allowed ceiling of the monthly cost, in US dollars.
        required monthly: Sourced<u32> = SOME, "6000";
    }

    /// How it is paid for.
    Cost: CostNode, CostField, settled {
        /// The percentage of the floor that reserved capacity covers.
        property reserved: Sourced<u32> = Form::Whole(0..=100), "60";
    }
}

node! {
    /// A k6 script; it has at least one of `steady`, `stage` and `rate`, which run one after
    /// another in this order.
    LoadTest: LoadTestNode, LoadTestField, whole {
        /// Where requests go.
        required url: Sourced<String> = Form::Placed(Place::Url), "\"https://example.com/\"";
        /// The request.
        node request: Request;
        /// A constant number of virtual users.
        node steady: Option<Steady>;
        /// Steps of a ramp of virtual users, from none.
        nodes stage: Vec<Stage>;
        /// A constant arrival rate.
        node rate: Option<ArrivalRate>;
        /// What has to hold, else the test fails.
        node expect: Expectation;
        /// A TestRun of the k6 operator beside the script, if it is asked for.
        node test_run: Option<TestRun>;
    }

    /// What a virtual user sends.
    Request: RequestNode, RequestField, derived {
        /// The HTTP method; `GET` by default.
        argument method: Sourced<HttpMethod>, "\"POST\"";
        /// The file with the body, beside the script: a file name without a path.
        property body: Option<Sourced<String>> = Form::Placed(Place::FileName), "\"decision.json\"";
        /// The environment variable that holds a bearer token.
        property token_env: Option<Sourced<String>> = Form::Placed(Place::Variable), "\"LOAD_TOKEN\"";
    }

    /// `constant-vus`.
    Steady: SteadyNode, SteadyField, settled {
        /// The number of virtual users.
        required vus: Sourced<u32> = SOME, "100";
        /// How long the load lasts.
        required r#for as "for": Sourced<Duration> = RUN, "\"5m\"";
    }

    /// A step of `ramping-vus`.
    Stage: StageNode, StageField, settled {
        /// The number of virtual users at the end of the stage.
        required to: Sourced<u32>, "200";
        /// How long the stage takes.
        required over: Sourced<Duration> = RUN, "\"3m\"";
    }

    /// `constant-arrival-rate`.
    ArrivalRate: ArrivalRateNode, ArrivalRateField, settled {
        /// Requests a second.
        required_argument per_second: Sourced<u32> = SOME, "500";
        /// How long the load lasts.
        required r#for as "for": Sourced<Duration> = RUN, "\"5m\"";
    }

    /// Thresholds of a load test; what is not stated is not judged.
    Expectation: ExpectationNode, ExpectationField, settled {
        /// The limit of the median response time.
        property p50: Option<Sourced<Duration>> = Form::Millis, "\"100ms\"";
        /// The limit of the 95th percentile of response times.
        property p95: Option<Sourced<Duration>> = Form::Millis, "\"500ms\"";
        /// The limit of the 99th percentile of response times.
        property p99: Option<Sourced<Duration>> = Form::Millis, "\"1s\"";
        /// The limit of failed requests, in percent.
        property errors: Option<Sourced<ErrorRate>>, "\"1%\"";
    }

    /// A TestRun of the k6 operator.
    TestRun: TestRunNode, TestRunField, settled {
        /// The number of pods that share the load.
        required parallelism: Sourced<u32> = SOME, "4";
    }
}

impl Keyed for Stage {
    fn key(&self, index: usize) -> String {
        (index + 1).to_string()
    }
}
