//! The impact of changes to schedules, alerts, load tests and money.

use super::{Class, FeltBy, Impact};
use crate::diff::AttributeChange;
use crate::model::{
    AlertsField, ArrivalRateField, BudgetField, CostField, EventField, ExpectationField,
    LoadTestField, Name, OffHoursField, RedisOpsField, RequestField, ScheduleField, StageField,
    SteadyField, TestRunField,
};

const FOLLOWER: &str = "tierc: a CronJob follows the schedule every five minutes";
const RULES: &str = "prometheus-operator: rules are loaded while Prometheus runs";
const SCRIPT: &str = "tierc: a load test runs when somebody starts it";

pub(super) fn off_hours(field: OffHoursField, change: &AttributeChange) -> Impact {
    let scaled = |reason: &str| Impact::new(Class::Autoscaler, reason, FOLLOWER);
    match field {
        OffHoursField::days(())
        | OffHoursField::from(())
        | OffHoursField::to(())
        | OffHoursField::zone(()) => {
            scaled("off-hours apply at different times").felt_by(FeltBy::Everyone)
        }
        OffHoursField::api(()) => {
            scaled("the API sleeps in off-hours, or no longer does").felt_by(api(change))
        }
        OffHoursField::worker(()) => {
            scaled("the pool is paused at a different count in off-hours, or no longer paused")
                .felt_by(pool(change))
        }
    }
}

pub(super) fn event(field: EventField, change: &AttributeChange) -> Impact {
    let scaled = |reason: &str| {
        Impact::new(
            Class::Autoscaler,
            reason,
            "KEDA: a cron trigger is a floor, as is an HPA's minimum",
        )
    };
    match field {
        EventField::from(()) | EventField::to(()) | EventField::zone(()) | EventField::lead(()) => {
            scaled("the event's minimums apply at a different time")
        }
        EventField::api(()) => {
            scaled("the API has a different minimum during the event").felt_by(api(change))
        }
        EventField::worker(()) => {
            scaled("the pool has a different minimum during the event").felt_by(pool(change))
        }
    }
}

/// The API at the end of a path such as `event.sale.api` or `event.sale.api.public`.
fn api(change: &AttributeChange) -> FeltBy {
    let last = change.path.rsplit('.').next().unwrap_or_default();
    FeltBy::api(&Name::composed(last.to_owned()))
}

/// The pool at the end of a path such as `event.sale.worker.batch`.
fn pool(change: &AttributeChange) -> FeltBy {
    let name = change.path.rsplit('.').next().unwrap_or_default();
    FeltBy::Pools(vec![Name::composed(name.to_owned()).to_string()])
}

pub(super) fn schedule(field: ScheduleField) -> Impact {
    match field {
        ScheduleField::image(()) => unfelt("the job's next run uses the new image", FOLLOWER),
    }
}

fn unfelt(reason: &str, source: &'static str) -> Impact {
    Impact::new(Class::None, reason, source)
}

pub(super) fn alerts(field: AlertsField) -> Impact {
    let reason = match field {
        AlertsField::api_cpu(())
        | AlertsField::api_memory(())
        | AlertsField::queue_depth(())
        | AlertsField::db_cpu(())
        | AlertsField::db_connections(())
        | AlertsField::db_storage(())
        | AlertsField::storage_forecast(())
        | AlertsField::replica_lag(())
        | AlertsField::redis_memory(())
        | AlertsField::redis_ops(RedisOpsField::percent(()) | RedisOpsField::benchmark(()))
        | AlertsField::pool_wait(())
        | AlertsField::at_maximum(())
        | AlertsField::paused(())
        | AlertsField::sustained(()) => "the alert fires at a different threshold",
        AlertsField::route(()) => "alerts carry a different route label",
        AlertsField::source(_) => "alerts read the metrics of a different exporter",
        AlertsField::labels(()) => "Prometheus selects the rules by different labels",
    };
    unfelt(reason, RULES)
}

pub(super) fn load_test(field: LoadTestField) -> Impact {
    let reason = match field {
        LoadTestField::url(())
        | LoadTestField::request(
            RequestField::method(()) | RequestField::body(()) | RequestField::token_env(()),
        ) => "the next load test sends a different request",
        LoadTestField::steady(SteadyField::vus(()) | SteadyField::r#for(()))
        | LoadTestField::stage(StageField::to(()) | StageField::over(()))
        | LoadTestField::rate(ArrivalRateField::per_second(()) | ArrivalRateField::r#for(()))
        | LoadTestField::test_run(TestRunField::parallelism(())) => {
            "the next load test applies a different load"
        }
        LoadTestField::expect(
            ExpectationField::p50(())
            | ExpectationField::p95(())
            | ExpectationField::p99(())
            | ExpectationField::errors(()),
        ) => "the next load test has different pass criteria",
    };
    unfelt(reason, SCRIPT)
}

pub(super) fn budget(field: BudgetField) -> Impact {
    match field {
        BudgetField::monthly(()) => unfelt(
            "the cost is checked against a different budget",
            "tierc: no output contains it",
        ),
    }
}

pub(super) fn cost(field: CostField) -> Impact {
    match field {
        CostField::reserved(()) => unfelt(
            "the cost is estimated with a different share of reserved capacity",
            "tierc: no output contains it",
        ),
    }
}
