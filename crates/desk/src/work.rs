//! Working off what was queued: letters, hooks, and what comes due with time.

use std::{future::Future, sync::Arc, time::Duration};
use store::{JobRow, StoreError};
use words::{JobId, Role, Time};

use crate::{
    desk::{Desk, Me},
    error::DeskError,
    letter::CarrierError,
    mailroom::{MAIL, is_letter},
};

/// What one turn of work did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ran {
    /// Nothing was due.
    Nothing,
    /// A job was worked off.
    Job {
        /// Its kind.
        kind: String,
        /// Whether it was done.
        done: bool,
    },
}

/// What waits to go out and what was given up.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// What was given up, newest first, each with its ticket's number.
    pub dead: Vec<(JobRow, Option<i64>)>,
    /// What waits or is on its way, the next due first.
    pub waiting: Vec<(JobRow, Option<i64>)>,
    /// How many letters were worked off in the last 24 hours.
    pub sent: i64,
}

/// How long to wait after each failed try; after the last the job is given up.
const BACK_OFF: [Duration; 9] = [
    Duration::from_secs(15),
    Duration::from_mins(1),
    Duration::from_mins(4),
    Duration::from_mins(15),
    Duration::from_hours(1),
    Duration::from_hours(2),
    Duration::from_hours(4),
    Duration::from_hours(8),
    Duration::from_hours(8),
];

impl Desk {
    /// Works off one due job.
    ///
    /// # Errors
    /// [`DeskError`] if the database fails; the job is then taken up again later.
    pub async fn work_one(&self) -> Result<Ran, DeskError> {
        let now = self.now();
        if self
            .store
            .read()
            .await?
            .next_due()
            .await?
            .is_none_or(|due| due > now)
        {
            return Ok(Ran::Nothing);
        }
        let mut tx = self.store.begin().await?;
        let Some(job) = tx
            .claim(now, Duration::from_secs(self.settings.lease_seconds))
            .await?
        else {
            return Ok(Ran::Nothing);
        };
        tx.commit().await?;
        let result = match job.kind.as_str() {
            kind if is_letter(kind) => self.send_letter(&job).await,
            "hook" => self.send_hook(&job).await,
            _ => Ok(Some(CarrierError::Never(
                "this version doesn't know such a job".to_owned(),
            ))),
        };
        let failure = match result {
            Ok(None) => None,
            Ok(Some(error)) => Some(error),
            // What is gone doesn't come back.
            Err(error @ DeskError::NotFound) => Some(CarrierError::Never(inside(&error))),
            // What is broken inside may be mended by an update: keep it, try later, say so.
            Err(error) => Some(CarrierError::Later(inside(&error))),
        };
        let done = failure.is_none();
        if let Some(error) = failure {
            match self.job_failed(&job, &error).await {
                // The lease ran out and another worker has it now: theirs is the word on it.
                Err(DeskError::Store(StoreError::Gone)) => {}
                other => other?,
            }
        }
        Ok(Ran::Job {
            kind: job.kind,
            done,
        })
    }

    async fn job_failed(&self, job: &JobRow, error: &CarrierError) -> Result<(), DeskError> {
        let now = self.now();
        let wait = usize::try_from(job.tries - 1)
            .ok()
            .and_then(|n| BACK_OFF.get(n));
        let again = match (error, wait) {
            (CarrierError::Later(_) | CarrierError::Unsure(_), Some(wait)) => Some(now + *wait),
            _ => None,
        };
        let why = error.to_string();
        let mut tx = self.store.begin().await?;
        if job.kind == "hook" {
            self.queue_for_hook(&mut tx, job).await?;
        }
        tx.job_failed(job, &why, again, now).await?;
        if again.is_none() {
            if is_letter(&job.kind) {
                self.letter_lost(&mut tx, job, &why).await?;
            } else if job.kind == "hook" {
                self.hook_ended(&mut tx, job, Some(&why)).await?;
            }
        }
        if let Some(ticket) = match job.ticket_id {
            Some(id) => tx.ticket_by_id(id).await?,
            None => None,
        } {
            tx.changed(store::Change::Ticket(ticket.number));
        }
        tracing::warn!(job = %job.id, kind = job.kind, tries = job.tries, given_up = again.is_none(), "a job failed");
        self.commit(tx).await
    }

    async fn send_hook(&self, job: &JobRow) -> Result<Option<CarrierError>, DeskError> {
        if !self.hook_stands(job).await? {
            let mut tx = self.store.begin().await?;
            self.hook_withheld(&mut tx, job).await?;
            tx.job_done(job, self.now()).await?;
            self.commit(tx).await?;
            return Ok(None);
        }
        if let Err(error) = self.provider.tell(&job.id.to_string(), &job.payload).await {
            return Ok(Some(error));
        }
        let mut tx = self.store.begin().await?;
        self.hook_ended(&mut tx, job, None).await?;
        tx.job_done(job, self.now()).await?;
        self.commit(tx).await?;
        Ok(None)
    }

    /// Works off everything that is due now, what comes due by time included.
    ///
    /// # Errors
    /// [`DeskError`] if the database fails.
    pub async fn work_all(&self) -> Result<(), DeskError> {
        // Should a notice fail, the letters still go.
        let ticked = self.tick().await;
        while self.work_one().await? != Ran::Nothing {}
        ticked
    }

    /// What comes due by time: notices and expiries.
    async fn tick(&self) -> Result<(), DeskError> {
        self.carry_out_recoveries().await?;
        self.expire_requests().await?;
        self.carry_out_plans().await?;
        self.empty_journal().await?;
        self.tell_owners().await?;
        self.forget_late_authenticators().await?;
        Ok(())
    }

    /// When something comes due next, by job or by time.
    async fn next_due(&self) -> Result<Option<Time>, DeskError> {
        let mut tx = self.store.read().await?;
        let times = [
            tx.next_due().await?,
            tx.next_notice().await?,
            tx.next_overdue().await?,
            tx.next_plan().await?,
            self.next_recovery(&mut tx).await?,
        ];
        Ok(times.into_iter().flatten().min())
    }

    /// Works until `stop`: a job in hand is finished first. Signs a checkpoint of the ledger each
    /// minute in which it grew, and once at the end.
    pub async fn work_until(self: Arc<Self>, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut swept = self.now();
        let mut signed = Time(0);
        loop {
            if let Err(error) = self.work_all().await {
                tracing::error!(%error, "work failed; trying again in five seconds");
                tokio::select! {
                    () = &mut stop => break,
                    () = pause(Duration::from_secs(5)) => continue,
                }
            }
            let now = self.now();
            if signed.until(now) >= Duration::from_mins(1) {
                signed = now;
                if let Err(error) = self.checkpoint().await {
                    tracing::error!(%error, "the ledger's checkpoint could not be signed");
                }
            }
            if swept.until(now) >= Duration::from_hours(1) {
                swept = now;
                if let Err(error) = self.sweep().await {
                    tracing::error!(%error, "sweeping failed");
                }
            }
            let wait = match self.next_due().await {
                Ok(Some(due)) => now.until(due).min(Duration::from_mins(1)),
                _ => Duration::from_mins(1),
            };
            tokio::select! {
                () = &mut stop => break,
                () = self.wake.notified() => {}
                () = pause(wait.max(Duration::from_millis(20))) => {}
            }
        }
        if let Err(error) = self.checkpoint().await {
            tracing::error!(%error, "the ledger's checkpoint could not be signed");
        }
    }

    async fn sweep(&self) -> Result<(), DeskError> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        tx.sweep_limits(now).await?;
        tx.sweep_jobs(now - Duration::from_hours(720)).await?;
        Ok(tx.commit().await?)
    }

    /// The jobs in a state (`ready`, `running` or `dead`), for admins and leads.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for other roles.
    pub async fn jobs(&self, me: &Me, state: &str) -> Result<Vec<JobRow>, DeskError> {
        me.must_be(&[Role::Lead, Role::Admin])?;
        Ok(self.store.read().await?.jobs_in(state, 200).await?)
    }

    /// What waits to go out and what was given up, for admins and leads.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for other roles.
    pub async fn outgoing(&self, me: &Me) -> Result<Outgoing, DeskError> {
        me.must_be(&[Role::Lead, Role::Admin])?;
        let mut tx = self.store.read().await?;
        let sent = tx
            .done_since(MAIL, self.now() - Duration::from_hours(24))
            .await?;
        let (mut dead, mut waiting) = (Vec::new(), Vec::new());
        for state in ["dead", "ready", "running"] {
            for job in tx.jobs_in(state, 200).await? {
                let number = match job.ticket_id {
                    Some(id) => tx.ticket_by_id(id).await?.map(|ticket| ticket.number),
                    None => None,
                };
                if state == "dead" {
                    dead.push((job, number));
                } else {
                    waiting.push((job, number));
                }
            }
        }
        waiting.sort_by_key(|(job, _)| job.run_at);
        Ok(Outgoing {
            dead,
            waiting,
            sent,
        })
    }

    /// Sends what was given up once more.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] if it was not given up.
    pub async fn resend(&self, me: &Me, id: JobId) -> Result<(), DeskError> {
        me.must_be(&[Role::Lead, Role::Admin])?;
        let mut tx = self.store.begin().await?;
        let job = tx
            .job(id)
            .await?
            .filter(|job| job.state == "dead")
            .ok_or(DeskError::NotFound)?;
        if is_letter(&job.kind) {
            self.letter_revived(&mut tx, &job).await?;
        } else if job.kind == "hook" {
            self.hook_revived(&mut tx, &job).await?;
        }
        tx.revive(id, self.now()).await?;
        tx.entry(self.by(me, "job.resent").with("job", id.to_string()));
        self.commit(tx).await
    }

    /// How many jobs are in each state.
    ///
    /// # Errors
    /// [`DeskError`] if the database fails.
    pub async fn job_counts(&self) -> Result<Vec<(String, i64)>, DeskError> {
        Ok(self.store.read().await?.job_counts().await?)
    }
}

/// The one place that waits by the wall clock.
pub(crate) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// A failure inside, in words without values.
fn inside(error: &DeskError) -> String {
    match error {
        DeskError::Vault(error) => error.to_string(),
        DeskError::Store(_) => "the database failed".to_owned(),
        DeskError::NotFound => "what it is about is gone".to_owned(),
        _ => "something inside failed".to_owned(),
    }
}
