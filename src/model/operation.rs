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
        /// CPU of the API in percent of its pods' requests, as its HPA counts.
        child api_cpu: Sourced<u32> = OF_REQUESTS, "80";
        /// Memory of an API pod in percent of its limit.
        child api_memory: Sourced<u32> = PERCENT, "75";
        /// Waiting items of a list for each replica of its pool's maximum: beyond it more pods do
        /// not come.
        child queue_depth: Sourced<u32> = SOME, "50";
        /// CPU of the database in percent.
        child db_cpu: Sourced<u32> = PERCENT, "70";
        /// Connections to the database in percent of those that are not reserved.
        child db_connections: Sourced<u32> = PERCENT, "70";
        /// Used storage of the database in percent of what is allocated.
        child db_storage: Sourced<u32> = PERCENT, "70";
        /// An alert where storage, growing as it does, is full within this time.
        child storage_forecast: Sourced<Duration> = TIME, "\"30d\"";
        /// How far a read replica may be behind.
        child replica_lag: Sourced<Duration> = TIME, "\"30s\"";
        /// Memory of a Redis group in percent of `maxmemory`.
        child redis_memory: Sourced<u32> = PERCENT, "70";
        /// Operations of a Redis group.
        node redis_ops: RedisOps;
        /// How long a client may wait for one of PgBouncer's connections.
        child pool_wait: Sourced<Duration> = TIME, "\"1s\"";
        /// How long an autoscaler may stand at its maximum.
        child at_maximum: Sourced<Duration> = TIME, "\"15m\"";
        /// How long a pool may be paused.
        child paused: Sourced<Duration> = TIME, "\"1h\"";
        /// How long a threshold is passed before it counts: the guide's "sustained".
        child sustained: Sourced<Duration> = TIME, "\"15m\"";
        /// The label `route` of every alert, for Alertmanager; none leaves it out.
        child route: Option<Sourced<String>> = Form::Placed(Place::LabelValue), "\"pagerduty\"";
        /// Which exporters the metrics of managed services come from.
        node source: MetricSources;
        /// Labels by which Prometheus selects the rules, such as `release`.
        map labels: BTreeMap<String, Sourced<String>> = LABELS, "release=\"kube-prometheus-stack\"";
    }

    /// A threshold of operations a second.
    RedisOps: RedisOpsNode, RedisOpsField, settled {
        /// In percent of `benchmark`.
        argument percent: Sourced<u32> = PERCENT, "80";
        /// Operations a second that one shard was measured to serve.
        property benchmark: Sourced<u32> = SOME, "100000";
    }

    /// Where the metrics of managed services come from.
    MetricSources: MetricSourcesNode, MetricSourcesField, settled {
        /// Those of RDS.
        property database: Sourced<MetricSource>, "\"exporter\"";
        /// Those of ElastiCache.
        property redis: Sourced<MetricSource>, "\"exporter\"";
        /// Those of PgBouncer; unless stated, its exporter where it can connect to the image.
        property pgbouncer: Option<Sourced<PoolerSource>>, "\"exporter\"";
    }
}

node! {
    /// What the environment may cost.
    Budget: BudgetNode, BudgetField, settled {
        /// US dollars a month, of the ceiling.
        required monthly: Sourced<u32> = SOME, "6000";
    }

    /// How it is paid for.
    Cost: CostNode, CostField, settled {
        /// Percent of the floor that reserved capacity covers.
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
        /// The method; GET unless stated.
        argument method: Sourced<HttpMethod>, "\"POST\"";
        /// A file with the body, beside the script, if there is one: a file name without a path.
        property body: Option<Sourced<String>> = Form::Placed(Place::FileName), "\"decision.json\"";
        /// The environment variable that holds a bearer token, if one is sent.
        property token_env: Option<Sourced<String>> = Form::Placed(Place::Variable), "\"LOAD_TOKEN\"";
    }

    /// `constant-vus`.
    Steady: SteadyNode, SteadyField, settled {
        /// Virtual users.
        required vus: Sourced<u32> = SOME, "100";
        /// For how long.
        required r#for as "for": Sourced<Duration> = RUN, "\"5m\"";
    }

    /// A step of `ramping-vus`.
    Stage: StageNode, StageField, settled {
        /// Virtual users at its end.
        required to: Sourced<u32>, "200";
        /// How long it takes.
        required over: Sourced<Duration> = RUN, "\"3m\"";
    }

    /// `constant-arrival-rate`.
    ArrivalRate: ArrivalRateNode, ArrivalRateField, settled {
        /// Requests a second.
        required_argument per_second: Sourced<u32> = SOME, "500";
        /// For how long.
        required r#for as "for": Sourced<Duration> = RUN, "\"5m\"";
    }

    /// Thresholds of a load test; what is not stated is not judged.
    Expectation: ExpectationNode, ExpectationField, settled {
        /// The median is below.
        property p50: Option<Sourced<Duration>> = Form::Millis, "\"100ms\"";
        /// 95 in 100 requests are below.
        property p95: Option<Sourced<Duration>> = Form::Millis, "\"500ms\"";
        /// 99 in 100 requests are below.
        property p99: Option<Sourced<Duration>> = Form::Millis, "\"1s\"";
        /// Fewer requests fail.
        property errors: Option<Sourced<ErrorRate>>, "\"1%\"";
    }

    /// A TestRun of the k6 operator.
    TestRun: TestRunNode, TestRunField, settled {
        /// Pods that share the load.
        required parallelism: Sourced<u32> = SOME, "4";
    }
}

impl Keyed for Stage {
    fn key(&self, index: usize) -> String {
        (index + 1).to_string()
    }
}
