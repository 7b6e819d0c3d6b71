//! The job queue: rows written in the same transaction as the change that wants them.

use sqlx::FromRow;
use std::time::Duration;
use words::{JobId, TicketId, Time};

use crate::db::{Change, StoreError, Tx, one};

/// A piece of queued work.
#[derive(FromRow, Clone, Debug)]
pub struct JobRow {
    /// Its id.
    pub id: JobId,
    /// What kind of work, such as `mail` or `webhook`.
    pub kind: String,
    /// What it needs, as JSON; sealed where it must be.
    pub payload: String,
    /// `ready`, `running`, `done` or `dead`.
    pub state: String,
    /// When it is due.
    pub run_at: Time,
    /// How often it was tried.
    pub tries: i64,
    /// Why the last try failed; holds no personal data.
    pub last_error: Option<String>,
    /// The ticket it belongs to.
    pub ticket_id: Option<TicketId>,
    /// When it was queued.
    pub created_at: Time,
    /// When it was done or given up.
    pub done_at: Option<Time>,
}

/// Work to queue.
pub struct NewJob<'a> {
    /// Its id.
    pub id: JobId,
    /// What kind of work.
    pub kind: &'a str,
    /// What it needs, as JSON.
    pub payload: String,
    /// When it is due.
    pub run_at: Time,
    /// The ticket it belongs to.
    pub ticket_id: Option<TicketId>,
}

impl Tx {
    /// Queues work; it exists exactly if this transaction commits.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn enqueue(&mut self, job: NewJob<'_>, now: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into jobs (id, kind, payload, state, run_at, tries, ticket_id, created_at)
             values ($1, $2, $3, 'ready', $4, 0, $5, $6)")
            .bind(job.id).bind(job.kind).bind(&job.payload).bind(job.run_at).bind(job.ticket_id).bind(now)
            .execute(c).await.map(drop)?);
        self.changed(Change::Jobs);
        Ok(())
    }

    /// Claims the next due job for `lease`; one whose worker died becomes due again after that.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn claim(
        &mut self,
        now: Time,
        lease: Duration,
    ) -> Result<Option<JobRow>, StoreError> {
        const CLAIM: &str = "update jobs set state = 'running', locked_until = $2, tries = tries + 1 where id = (
                select id from jobs where run_at <= $1 and (state = 'ready' or (state = 'running' and locked_until <= $1))
                order by run_at limit 1) returning *";
        const CLAIM_SHARED: &str = "update jobs set state = 'running', locked_until = $2, tries = tries + 1 where id = (
                select id from jobs where run_at <= $1 and (state = 'ready' or (state = 'running' and locked_until <= $1))
                order by run_at limit 1 for update skip locked) returning *";
        let until = now + lease;
        Ok(match &mut self.conn {
            crate::db::Conn::Sqlite(tx) => {
                sqlx::query_as(CLAIM)
                    .bind(now)
                    .bind(until)
                    .fetch_optional(&mut **tx)
                    .await?
            }
            crate::db::Conn::Postgres(tx) => {
                sqlx::query_as(CLAIM_SHARED)
                    .bind(now)
                    .bind(until)
                    .fetch_optional(&mut **tx)
                    .await?
            }
        })
    }

    /// When the next job comes due, if any waits.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn next_due(&mut self) -> Result<Option<Time>, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar(
            "select min(case when state = 'running' then locked_until else run_at end) from jobs where state in ('ready', 'running')")
            .fetch_one(c).await?))
    }

    /// Whether this claim on a job is still the one that counts. On `PostgreSQL` nobody takes the job up
    /// until this transaction ends.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn job_is_claimed(&mut self, job: &JobRow) -> Result<bool, StoreError> {
        let rows = on!(self, c => sqlx::query(
            "update jobs set tries = tries where id = $1 and state = 'running' and tries = $2")
            .bind(job.id).bind(job.tries).execute(c).await?.rows_affected());
        Ok(rows == 1)
    }

    /// A job's work is done; its payload is wiped.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if this claim is over: another worker has taken the job up since.
    pub async fn job_done(&mut self, job: &JobRow, now: Time) -> Result<(), StoreError> {
        one(on!(self, c => sqlx::query(
            "update jobs set state = 'done', done_at = $2, locked_until = null, last_error = null, payload = '{}'
             where id = $1 and state = 'running' and tries = $3")
            .bind(job.id).bind(now).bind(job.tries).execute(c).await?.rows_affected()))
    }

    /// A job failed: again at `again`, or given up.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if this claim is over: another worker has taken the job up since.
    pub async fn job_failed(
        &mut self,
        job: &JobRow,
        why: &str,
        again: Option<Time>,
        now: Time,
    ) -> Result<(), StoreError> {
        let (state, run_at, done_at) = match again {
            Some(at) => ("ready", at, None),
            None => ("dead", now, Some(now)),
        };
        one(on!(self, c => sqlx::query(
            "update jobs set state = $2, run_at = $3, done_at = $4, last_error = $5, locked_until = null
             where id = $1 and state = 'running' and tries = $6")
            .bind(job.id).bind(state).bind(run_at).bind(done_at).bind(why).bind(job.tries).execute(c).await?.rows_affected()))
    }

    /// Puts a dead job back into the queue.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it is not dead.
    pub async fn revive(&mut self, id: JobId, now: Time) -> Result<(), StoreError> {
        self.changed(Change::Jobs);
        one(on!(self, c => sqlx::query(
            "update jobs set state = 'ready', run_at = $2, tries = 0, done_at = null where id = $1 and state = 'dead'")
            .bind(id).bind(now).execute(c).await?.rows_affected()))
    }

    /// One job.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn job(&mut self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from jobs where id = $1").bind(id).fetch_optional(c).await?),
        )
    }

    /// Jobs in a state, newest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn jobs_in(&mut self, state: &str, limit: i64) -> Result<Vec<JobRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from jobs where state = $1 order by created_at desc limit $2")
            .bind(state).bind(limit).fetch_all(c).await?),
        )
    }

    /// The newest job of a kind that belongs to a ticket and still waits or is dead.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn jobs_of_ticket(&mut self, ticket: TicketId) -> Result<Vec<JobRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from jobs where ticket_id = $1 and state <> 'done' order by created_at")
            .bind(ticket).fetch_all(c).await?))
    }

    /// How many jobs are in each state.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn job_counts(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select state, count(*) from jobs group by state order by state")
            .fetch_all(c).await?),
        )
    }

    /// How many jobs were given up.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn dead_jobs(&mut self) -> Result<i64, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select count(*) from jobs where state = 'dead'")
            .fetch_one(c).await?),
        )
    }

    /// How many jobs of a kind were done since `since`.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn done_since(&mut self, kind: &str, since: Time) -> Result<i64, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select count(*) from jobs where state = 'done' and kind = $1 and done_at >= $2")
            .bind(kind).bind(since).fetch_one(c).await?),
        )
    }

    /// Drops done jobs from before `before`.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn sweep_jobs(&mut self, before: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("delete from jobs where state = 'done' and done_at < $1")
            .bind(before).execute(c).await.map(drop)?);
        Ok(())
    }
}
