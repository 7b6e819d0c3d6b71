//! What became of a letter: sent, held back, given up, sent again. Whoever waits for it is told.

use store::{JobRow, RequestRow, TicketRow, Tx};
use words::{HoldLevel, MessageKind, RequestId, RequestState};

use super::{LetterRef, MailJob, mail_entry, texts::called};
use crate::{desk::Desk, error::DeskError, letter::CarrierError};

/// Whether a letter that is handed over may have arrived before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// No: this is the first time that this delivery leaves.
    First,
    /// Perhaps, or it carries nothing of the account.
    Again,
}

/// Why a letter does not leave.
pub(crate) struct Withheld<'a> {
    /// The rule that decided.
    pub(crate) rule: &'a str,
    /// Why, for the rep.
    pub(crate) reason: &'a str,
    /// What the rep can say.
    pub(crate) words: &'a str,
}

impl Desk {
    pub(super) async fn letter_sent(
        &self,
        job: &JobRow,
        mail: &MailJob,
        ticket: Option<&TicketRow>,
    ) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        tx.queue_for_account(mail.account).await?;
        let now = self.now();
        let kind = match &mail.letter {
            LetterRef::Delivery { .. } => "disclosure.delivered",
            LetterRef::Notice { .. } => "notice.told",
            _ => "mail.sent",
        };
        let mut entry = mail_entry(self.entry("desk", kind), job, mail, ticket);
        if self.account(&mut tx, mail.account).await?.decoy {
            // Nothing left: the record says so where the desk's pages don't.
            entry = entry.with("decoy", true);
        }
        tx.entry(entry);
        tx.job_done(job, now).await?;
        if let LetterRef::Planned { plan } = &mail.letter {
            tx.plan_told(*plan, now).await?;
        }
        if let LetterRef::Erasing { plan } = &mail.letter {
            self.erase_next(&mut tx, *plan).await?;
        }
        if let (LetterRef::Delivery { request }, Some(ticket)) = (&mail.letter, ticket) {
            let row = tx.request(*request).await?.ok_or(DeskError::NotFound)?;
            if row.state == RequestState::Sending {
                tx.move_request(*request, RequestState::Sending, RequestState::Done, now)
                    .await?;
            }
            let text = format!("Sent {} to the registered email.", row.label);
            self.write(&mut tx, ticket, MessageKind::Desk, None, &text)
                .await?;
            let text = format!(
                "{} of ticket #{} had left already: it was sent to the registered email.",
                capital(&row.label),
                ticket.number
            );
            self.tell_safety(&mut tx, ticket, &text).await?;
        }
        if let Some(ticket) = ticket {
            tx.changed(store::Change::Ticket(ticket.number));
        }
        self.commit(tx).await
    }

    pub(super) async fn letter_withheld(
        &self,
        job: &JobRow,
        mail: &MailJob,
        ticket: Option<&TicketRow>,
        why: &Withheld<'_>,
    ) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        tx.queue_for_account(mail.account).await?;
        let now = self.now();
        tx.entry(
            mail_entry(self.entry("desk", "mail.withheld"), job, mail, ticket)
                .with("rule", why.rule),
        );
        tx.job_done(job, now).await?;
        if let LetterRef::Erasing { plan } = &mail.letter {
            self.erase_next(&mut tx, *plan).await?;
        }
        let mut unsure = false;
        if let Some(request) = self
            .move_waiting(&mut tx, mail, RequestState::Refused)
            .await?
        {
            // What the rep was to say when it was on its way is no longer true.
            tx.reword_request(request.id, why.rule, why.words).await?;
            if let (LetterRef::Delivery { .. }, Some(ticket)) = (&mail.letter, ticket) {
                let end = if request.left_at.is_some() {
                    "was held back, but an earlier try may have reached the registered email: the mail server did not say"
                } else {
                    "was held back: it was not sent"
                };
                let text = format!(
                    "{} of ticket #{} {end}.",
                    capital(&request.label),
                    ticket.number
                );
                self.tell_safety(&mut tx, ticket, &text).await?;
                unsure = request.left_at.is_some();
            }
        }
        if let Some(ticket) = ticket {
            let mut text = format!("{} was held back: {}", called(job), why.reason);
            if unsure {
                text += " An earlier try may have reached the owner.";
            }
            self.write(&mut tx, ticket, MessageKind::Desk, None, &text)
                .await?;
        }
        self.commit(tx).await
    }

    /// Writes what became of a delivery into the safety ticket of an account, if there is one: it may have
    /// been written while the delivery was on its way.
    async fn tell_safety(
        &self,
        tx: &mut Tx,
        ticket: &TicketRow,
        text: &str,
    ) -> Result<(), DeskError> {
        let Some(account) = ticket.account_id else {
            return Ok(());
        };
        // An open one also after the freeze was lifted: it said that it would tell.
        let safety = match self.account(tx, account).await?.hold {
            HoldLevel::Frozen => tx.newest_safety(account).await?,
            _ => tx.open_safety(account).await?,
        };
        if let Some(mut safety) = safety {
            self.write(tx, &safety, MessageKind::Desk, None, text)
                .await?;
            self.touch(tx, &mut safety).await?;
        }
        Ok(())
    }

    /// The mail server did not take a letter. If it said so of a delivery's first, nothing arrived;
    /// otherwise nobody knows, and it goes on counting as maybe arrived.
    pub(super) async fn letter_refused(
        &self,
        job: &JobRow,
        mail: &MailJob,
        left: Left,
        error: &CarrierError,
    ) -> Result<(), DeskError> {
        let LetterRef::Delivery { request } = &mail.letter else {
            return Ok(());
        };
        if left == Left::Again || matches!(error, CarrierError::Unsure(_)) {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        tx.queue_for_account(mail.account).await?;
        // Too slow, and another worker has handed it over as well: that one's word counts.
        if tx.job_is_claimed(job).await? {
            tx.letter_came_back(*request).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A letter was given up: whoever waits for it is told.
    pub(crate) async fn letter_lost(
        &self,
        tx: &mut Tx,
        job: &JobRow,
        why: &str,
    ) -> Result<(), DeskError> {
        let mail: MailJob = serde_json::from_str(&job.payload).map_err(|e| DeskError::json(&e))?;
        tx.queue_for_account(mail.account).await?;
        let ticket = match mail.ticket {
            Some(id) => tx.ticket_by_id(id).await?,
            None => None,
        };
        tx.entry(mail_entry(
            self.entry("desk", "mail.lost"),
            job,
            &mail,
            ticket.as_ref(),
        ));
        if let LetterRef::Erasing { plan } = &mail.letter {
            self.erase_next(tx, *plan).await?;
        }
        let lost = self.move_waiting(tx, &mail, RequestState::Failed).await?;
        if let Some(ticket) = &ticket {
            let mut text = format!(
                "{} could not be sent: {why}. It lies with the mails that were given up; an admin can send it again.",
                called(job)
            );
            if let (LetterRef::Delivery { .. }, Some(request)) = (&mail.letter, lost) {
                let unsure = request.left_at.is_some();
                if unsure {
                    text += " One of the tries may have reached the owner all the same.";
                }
                let end = if unsure {
                    "could not be sent for sure: one of the tries may have reached the registered email"
                } else {
                    "could not be sent"
                };
                let told = format!(
                    "{} of ticket #{} {end}.",
                    capital(&request.label),
                    ticket.number
                );
                self.tell_safety(tx, ticket, &told).await?;
            }
            self.write(tx, ticket, MessageKind::Desk, None, &text)
                .await?;
        }
        Ok(())
    }

    /// A lost letter is sent again: what waits for it waits again.
    pub(crate) async fn letter_revived(&self, tx: &mut Tx, job: &JobRow) -> Result<(), DeskError> {
        let mail: MailJob = serde_json::from_str(&job.payload).map_err(|e| DeskError::json(&e))?;
        let now = self.now();
        if let Some((request, to)) = waits(tx, &mail).await?
            && let Some(row) = tx.request(request).await?
            && row.state == RequestState::Failed
            && row.expires_at.is_none_or(|at| at > now)
        {
            tx.move_request(request, RequestState::Failed, to, now)
                .await?;
        }
        Ok(())
    }

    /// Moves the request that waits for a letter and returns it as it was. It may have been answered,
    /// stopped or expired meanwhile; then there is nothing to move.
    async fn move_waiting(
        &self,
        tx: &mut Tx,
        mail: &MailJob,
        to: RequestState,
    ) -> Result<Option<RequestRow>, DeskError> {
        let Some((request, from)) = waits(tx, mail).await? else {
            return Ok(None);
        };
        let row = tx.request(request).await?.filter(|row| row.state == from);
        if let Some(row) = &row {
            tx.move_request(row.id, from, to, self.now()).await?;
        }
        Ok(row)
    }
}

/// A label that begins a sentence.
fn capital(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The request that waits for a letter, and the state in which it does.
pub(super) async fn waits(
    tx: &mut Tx,
    mail: &MailJob,
) -> Result<Option<(RequestId, RequestState)>, DeskError> {
    Ok(match &mail.letter {
        LetterRef::Delivery { request } => Some((*request, RequestState::Sending)),
        LetterRef::Confirm { challenge } | LetterRef::Outreach { challenge } => tx
            .challenge_by_id(*challenge)
            .await?
            .and_then(|row| row.request_id)
            .map(|request| (request, RequestState::Waiting)),
        _ => None,
    })
}
