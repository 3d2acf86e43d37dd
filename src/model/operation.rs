//! What watches an environment, loads it and pays for it: alerts, load tests, budget.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::part::part;
use super::{Duration, ErrorRate, HttpMethod, MetricSource, PoolerSource};
use crate::source::Sourced;

part! {
    /// Thresholds of the alerts, and where their metrics come from.
    Alerts: AlertsField {
        /// CPU of the API in percent of its pods' requests, as its HPA counts.
        api_cpu: Sourced<u32>,
        /// Memory of an API pod in percent of its limit.
        api_memory: Sourced<u32>,
        /// Waiting items of a list for each replica of its pool's maximum: beyond it more pods do
        /// not come.
        queue_depth: Sourced<u32>,
        /// CPU of the database in percent.
        db_cpu: Sourced<u32>,
        /// Connections to the database in percent of those that are not reserved.
        db_connections: Sourced<u32>,
        /// Used storage of the database in percent of what is allocated.
        db_storage: Sourced<u32>,
        /// An alert where storage, growing as it does, is full within this time.
        storage_forecast: Sourced<Duration>,
        /// How far a read replica may be behind.
        replica_lag: Sourced<Duration>,
        /// Memory of a Redis group in percent of `maxmemory`.
        redis_memory: Sourced<u32>,
        /// Operations of a Redis group.
        redis_ops: RedisOps,
        /// How long a client may wait for one of PgBouncer's connections.
        pool_wait: Sourced<Duration>,
        /// How long an autoscaler may stand at its maximum.
        at_maximum: Sourced<Duration>,
        /// How long a pool may be paused.
        paused: Sourced<Duration>,
        /// How long a threshold is passed before it counts: the guide's "sustained".
        sustained: Sourced<Duration>,
        /// The label `route` of every alert, for Alertmanager; none leaves it out.
        route: Option<Sourced<String>>,
        /// Which exporters the metrics of managed services come from.
        source: MetricSources,
        /// Labels by which Prometheus selects the rules, such as `release`.
        labels: BTreeMap<String, Sourced<String>>,
    }

    /// A threshold of operations a second.
    RedisOps: RedisOpsField {
        /// In percent of `benchmark`.
        percent: Sourced<u32>,
        /// Operations a second that one shard was measured to serve.
        benchmark: Sourced<u32>,
    }

    /// Where the metrics of managed services come from.
    MetricSources: MetricSourcesField {
        /// Those of RDS.
        database: Sourced<MetricSource>,
        /// Those of ElastiCache.
        redis: Sourced<MetricSource>,
        /// Those of PgBouncer; unless stated, its exporter where it can connect to the image.
        pgbouncer: Option<Sourced<PoolerSource>>,
    }

    /// A k6 script; it has at least one of `steady`, `stage` and `rate`, which run one after
    /// another in this order.
    LoadTest: LoadTestField {
        /// Where requests go.
        url: Sourced<String>,
        /// The request.
        request: Request,
        /// A constant number of virtual users.
        steady: Option<Steady>,
        /// Steps of a ramp of virtual users, from none.
        stage: Vec<Stage>,
        /// A constant arrival rate.
        rate: Option<ArrivalRate>,
        /// What has to hold, else the test fails.
        expect: Expectation,
        /// A TestRun of the k6 operator beside the script, if it is asked for.
        test_run: Option<TestRun>,
    }

    /// What a virtual user sends.
    Request: RequestField {
        /// The method; GET unless stated.
        method: Sourced<HttpMethod>,
        /// A file with the body, beside the script, if there is one: a file name without a path.
        body: Option<Sourced<String>>,
        /// The environment variable that holds a bearer token, if one is sent.
        token_env: Option<Sourced<String>>,
    }

    /// `constant-vus`.
    Steady: SteadyField {
        /// Virtual users.
        vus: Sourced<u32>,
        /// For how long.
        r#for: Sourced<Duration>,
    }

    /// A step of `ramping-vus`.
    Stage: StageField {
        /// Virtual users at its end.
        to: Sourced<u32>,
        /// How long it takes.
        over: Sourced<Duration>,
    }

    /// `constant-arrival-rate`.
    ArrivalRate: ArrivalRateField {
        /// Requests a second.
        per_second: Sourced<u32>,
        /// For how long.
        r#for: Sourced<Duration>,
    }

    /// Thresholds of a load test; what is not stated is not judged.
    Expectation: ExpectationField {
        /// The median is below.
        p50: Option<Sourced<Duration>>,
        /// 95 in 100 requests are below.
        p95: Option<Sourced<Duration>>,
        /// 99 in 100 requests are below.
        p99: Option<Sourced<Duration>>,
        /// Fewer requests fail.
        errors: Option<Sourced<ErrorRate>>,
    }

    /// A TestRun of the k6 operator.
    TestRun: TestRunField {
        /// Pods that share the load.
        parallelism: Sourced<u32>,
    }

    /// What the environment may cost.
    Budget: BudgetField {
        /// US dollars a month, of the ceiling.
        monthly: Sourced<u32>,
    }

    /// How it is paid for.
    Cost: CostField {
        /// Percent of the floor that reserved capacity covers.
        reserved: Sourced<u32>,
    }
}
