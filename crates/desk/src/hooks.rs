//! Signed messages to the identity provider: queued, held against what happened since, and how they ended.

use store::{AccountRow, JobRow, NewJob, RequestRow, TicketRow, Tx};
use words::{HoldLevel, JobId, MessageKind, RequestId, RequestState, sabotage::off};

use crate::{
    desk::Desk,
    error::DeskError,
    provider::{Hook, HookData},
    settings::hours,
};

pub(crate) const RESET: &str = "reset.confirmed";
pub(crate) const LOCK: &str = "account.lock";
pub(crate) const UNLOCK: &str = "account.unlock";
pub(crate) const ACT: &str = "action.confirmed";
pub(crate) const FACTOR: &str = "factor.reset";

impl Desk {
    /// Queues a signed message to the identity provider.
    pub(crate) async fn queue_hook(
        &self,
        tx: &mut Tx,
        kind: &str,
        account: &AccountRow,
        ticket: &TicketRow,
        reference: &str,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let hook = Hook {
            kind: kind.to_owned(),
            timestamp: now.to_string(),
            data: HookData {
                account: account.external_id.clone(),
                ticket: ticket.number,
                reference: reference.to_owned(),
                action: self.hooked_action(tx, kind, reference).await?,
            },
        };
        tx.entry(
            self.entry("desk", "hook.queued")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("kind", kind)
                .with("reference", reference),
        );
        let job = NewJob {
            id: self.id(JobId::new),
            kind: "hook",
            payload: serde_json::to_string(&hook).map_err(|e| DeskError::json(&e))?,
            run_at: now,
            ticket_id: Some(ticket.id),
        };
        Ok(tx.enqueue(job, now).await?)
    }

    /// Waits for whoever changes the account that a hook is about, and comes before whoever comes now: an
    /// owner's answer, or a lifting.
    pub(crate) async fn queue_for_hook(&self, tx: &mut Tx, job: &JobRow) -> Result<(), DeskError> {
        // It has another name once it is erased; then there is nothing to wait for.
        if let Some(account) = tx.account_named(&read_hook(job)?.data.account).await? {
            tx.queue_for_account(account.id).await?;
        }
        Ok(())
    }

    /// The identity provider took a hook, or it was given up (`why`).
    pub(crate) async fn hook_ended(
        &self,
        tx: &mut Tx,
        job: &JobRow,
        why: Option<&str>,
    ) -> Result<(), DeskError> {
        self.queue_for_hook(tx, job).await?;
        let Some(ticket) = (match job.ticket_id {
            Some(id) => tx.ticket_by_id(id).await?,
            None => None,
        }) else {
            return Ok(());
        };
        let kind = if why.is_some() {
            "hook.lost"
        } else {
            "hook.told"
        };
        tx.entry(
            self.entry("desk", kind)
                .with_ticket(ticket.number)
                .with("job", job.id.to_string()),
        );
        let text = match why {
            Some(why) => format!(
                "The identity provider could not be told: {why}. It lies with what was given up; an admin can send it again."
            ),
            None => "The identity provider was told.".to_owned(),
        };
        self.write(tx, &ticket, MessageKind::Desk, None, &text)
            .await?;
        if let Some(request) = reset_of(tx, job).await?
            && request.state == RequestState::Sending
        {
            let to = if why.is_some() {
                RequestState::Failed
            } else {
                RequestState::Done
            };
            tx.move_request(request.id, RequestState::Sending, to, self.now())
                .await?;
        }
        Ok(())
    }

    /// A lost hook is sent again: the reset that it confirms goes on.
    pub(crate) async fn hook_revived(&self, tx: &mut Tx, job: &JobRow) -> Result<(), DeskError> {
        if let Some(request) = reset_of(tx, job).await?
            && request.state == RequestState::Failed
        {
            tx.move_request(
                request.id,
                RequestState::Failed,
                RequestState::Sending,
                self.now(),
            )
            .await?;
        }
        Ok(())
    }

    /// Whether a queued hook still says what the owner wants: a freeze stops what came before it.
    pub(crate) async fn hook_stands(&self, job: &JobRow) -> Result<bool, DeskError> {
        let hook = read_hook(job)?;
        let mut tx = self.store.read().await?;
        let account = tx
            .account_named(&hook.data.account)
            .await?
            .ok_or(DeskError::NotFound)?;
        let frozen = account.hold == HoldLevel::Frozen && !off("hook-held");
        Ok(match hook.kind.as_str() {
            RESET | ACT | FACTOR => {
                // Also if it was lifted by now: nobody said yes again since.
                let frozen = frozen
                    || !off("hook-held")
                        && tx.holds(account.id).await?.iter().any(|hold| {
                            hold.level == HoldLevel::Frozen && hold.at > job.created_at
                        });
                // A yes is carried out within four lives of its link: long enough for an identity
                // provider to come back, too short for somebody to use it weeks later.
                let fresh = job.created_at + hours(self.settings.link_hours * 4) > self.now();
                !frozen
                    && fresh
                    && reset_of(&mut tx, job)
                        .await?
                        .is_some_and(|r| r.state == RequestState::Sending)
            }
            UNLOCK => !frozen,
            // What the owner let in again since isn't locked out by what comes late.
            LOCK => tx
                .holds(account.id)
                .await?
                .iter()
                .any(|hold| hold.locked && hold.lifted_at.is_none()),
            _ => true,
        })
    }

    /// A hook that was overtaken, mostly by a freeze, is not sent.
    pub(crate) async fn hook_withheld(&self, tx: &mut Tx, job: &JobRow) -> Result<(), DeskError> {
        self.queue_for_hook(tx, job).await?;
        let ticket = match job.ticket_id {
            Some(id) => tx.ticket_by_id(id).await?,
            None => None,
        };
        let mut entry = self
            .entry("desk", "hook.withheld")
            .with("job", job.id.to_string());
        if let Some(ticket) = &ticket {
            let why = match read_hook(job)?.kind.as_str() {
                LOCK => "to lock the account: the hold was lifted in the meantime.",
                UNLOCK => {
                    "to unlock the account: it was frozen in the meantime. It is told once that is lifted."
                }
                _ => {
                    "of this: the account was frozen in the meantime, or the owner's yes is too old."
                }
            };
            let mut text = format!("The identity provider is not told {why}");
            if job.tries > 1 || job.last_error.is_some() {
                text += " An earlier try may have arrived.";
            }
            self.write(tx, ticket, MessageKind::Desk, None, &text)
                .await?;
            entry = entry.with_ticket(ticket.number);
        }
        tx.entry(entry);
        self.still_locked(tx, job, ticket.as_ref()).await?;
        if let Some(request) = reset_of(tx, job).await?
            && request.state == RequestState::Sending
        {
            tx.move_request(
                request.id,
                RequestState::Sending,
                RequestState::Refused,
                self.now(),
            )
            .await?;
        }
        Ok(())
    }

    /// An account that the identity provider wasn't told to unlock is locked there as before: the freeze
    /// that came between remembers it, so that lifting that one unlocks it. If even that was lifted by
    /// now, the provider is told after all.
    async fn still_locked(
        &self,
        tx: &mut Tx,
        job: &JobRow,
        ticket: Option<&TicketRow>,
    ) -> Result<(), DeskError> {
        let hook = read_hook(job)?;
        if hook.kind != UNLOCK {
            return Ok(());
        }
        let account = tx.account_named(&hook.data.account).await?;
        let account = account.ok_or(DeskError::NotFound)?;
        match ticket {
            Some(ticket) if account.hold != HoldLevel::Frozen => {
                let reference = &hook.data.reference;
                self.queue_hook(tx, UNLOCK, &account, ticket, reference)
                    .await
            }
            _ => Ok(tx.lock_holds(account.id).await?),
        }
    }
}

fn read_hook(job: &JobRow) -> Result<Hook, DeskError> {
    serde_json::from_str(&job.payload).map_err(|e| DeskError::json(&e))
}

/// The reset, action or second factor that a hook is about, if it is about one.
async fn reset_of(tx: &mut Tx, job: &JobRow) -> Result<Option<RequestRow>, DeskError> {
    let hook = read_hook(job)?;
    match hook.data.reference.parse::<RequestId>() {
        Ok(id) if matches!(hook.kind.as_str(), RESET | ACT | FACTOR) => Ok(tx.request(id).await?),
        _ => Ok(None),
    }
}
