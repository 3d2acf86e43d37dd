//! Jobs in a table of PostgreSQL.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::declaration::{AT_LEAST_ONE, Form, node};
use crate::model::{JobFramework, Place};
use crate::source::Sourced;

node! {
    /// Jobs in a table of PostgreSQL, and the jobs per replica.
    PostgresqlQueue: PostgresqlQueueNode, PostgresqlQueueField, derived {
        /// The queue, as its framework calls it.
        key name: Sourced<String> = Form::Placed(Place::QueueName), "\"mailers\"";
        /// The framework whose tables KEDA counts.
        property framework: Option<Sourced<JobFramework>>, "\"oban\"";
        /// A query of your own. It returns one number.
        property query: Option<Sourced<String>> = Form::Placed(Place::Query), "\"SELECT count(*) FROM jobs WHERE done_at IS NULL\"";
        /// Jobs per replica.
        property length: Sourced<u32> = AT_LEAST_ONE, "10";
    }
}

impl PostgresqlQueue {
    /// The query that counts its jobs, waiting and running: its own, else that of its framework.
    #[must_use]
    pub fn sql(&self) -> Option<String> {
        let own = self.query.as_ref().map(|query| query.value.clone());
        own.or_else(|| Some(counted(self.framework.as_ref()?.value, &self.name.value)))
    }
}

/// Jobs that are due or running. A name of a queue has no quotes. Running jobs count, because a pool must
/// not shrink while it works.
fn counted(framework: JobFramework, name: &str) -> String {
    match framework {
        JobFramework::Oban => format!(
            "SELECT count(*) FROM oban_jobs WHERE queue = '{name}' AND (state IN ('available', 'executing') OR (state IN ('scheduled', 'retryable') AND scheduled_at <= timezone('UTC', now())))"
        ),
        JobFramework::GoodJob => format!(
            "SELECT count(*) FROM good_jobs WHERE queue_name = '{name}' AND finished_at IS NULL AND (scheduled_at IS NULL OR scheduled_at <= timezone('UTC', now()))"
        ),
        JobFramework::SolidQueue => format!(
            "SELECT (SELECT count(*) FROM solid_queue_ready_executions WHERE queue_name = '{name}') + (SELECT count(*) FROM solid_queue_scheduled_executions WHERE queue_name = '{name}' AND scheduled_at <= timezone('UTC', now())) + (SELECT count(*) FROM solid_queue_claimed_executions c JOIN solid_queue_jobs j ON j.id = c.job_id WHERE j.queue_name = '{name}')"
        ),
        JobFramework::GraphileWorker => format!(
            "SELECT count(*) FROM graphile_worker.jobs WHERE task_identifier = '{name}' AND attempts < max_attempts AND run_at <= now()"
        ),
        JobFramework::PgBoss => format!(
            "SELECT count(*) FROM pgboss.job WHERE name = '{name}' AND (state = 'active' OR (state IN ('created', 'retry') AND start_after <= now()))"
        ),
        JobFramework::Airflow => format!(
            "SELECT count(*) FROM task_instance WHERE queue = '{name}' AND state IN ('queued', 'running')"
        ),
    }
}
