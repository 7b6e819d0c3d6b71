//! Codes for a caller who is on the phone: eight digits, ten minutes, by mail to the registered
//! contact point. The caller reads it out, the rep types it, and it proves what the link in the first
//! mail would have proven: one request, once. (NIST SP 800-63B-4 4.2.1, 4.2.2.2.)
//!
//! INVARIANT: a code stands in the letter and nowhere else. What is kept is a keyed digest of it.

use store::{AccountRow, ChallengeRow, RequestRow, TicketRow, Tx};
use subtle::ConstantTimeEq as _;
use vault::AccountKey;
use words::{
    ChallengeKind, Channel, ContactKind, MessageKind, ProofKind, RequestId, RequestState,
    TicketState, Time, sabotage::off,
};
use zeroize::Zeroizing;

use crate::{
    desk::{Desk, Me},
    error::DeskError,
    mailroom::LetterRef,
    proof::Ground,
    settings::minutes,
};

/// Digits of a code.
const DIGITS: usize = 8;
/// Minutes that a code works.
pub(crate) const LIVES: u64 = 10;
/// Tries of one code; after that only a new one works.
pub(crate) const TRIES_OF_ONE: i64 = 3;
/// Tries on one account in a row, whoever types, in whatever ticket.
const TRIES: u32 = 5;
/// Minutes until one more may be tried.
const TRY_MINUTES: u64 = 120;

const OVER: DeskError = DeskError::Conflict("this doesn't wait for the owner's answer any more");

/// Whether a caller can read out a code for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeView {
    /// There is nobody on the phone, or nothing that a code would prove.
    No,
    /// One can be sent.
    Can,
    /// One was sent, and works until then.
    Sent(Time),
}

impl Desk {
    /// Sends a code for a request that waits for the owner, to the contact point that was asked. A
    /// newer one ends the one before.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a request that isn't in this ticket; [`DeskError::Conflict`] if
    /// nobody is on the phone or it waits for nothing; [`DeskError::Limited`] if the owner was asked
    /// too much.
    pub async fn send_code(
        &self,
        me: &Me,
        number: i64,
        request: RequestId,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let (ticket, account, request) = self.called_about(&mut tx, me, number, request).await?;
        let row = self.open_question(&mut tx, &request).await?.ok_or(OVER)?;
        let point = tx
            .contact_point(row.contact_point_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        if point.kind != ContactKind::Email {
            return Err(DeskError::Conflict(
                "this code goes by email, and the owner was asked by text message; send the code by text message",
            ));
        }
        let budget = self.limit_key(&format!("question:{}", account.id));
        let (burst, every) = (self.settings.questions, self.settings.question_minutes);
        if let Some(until) = tx.charge(&budget, burst, minutes(every), now).await? {
            drop(tx);
            return self.limited(me, number, &account, "code", until).await;
        }
        let code = self.new_code();
        let digest = digest(&self.key(&account)?, &row, &code);
        tx.set_code(row.id, &digest, now + minutes(LIVES)).await?;
        tx.entry(
            self.by(me, "code.sent")
                .with_account(account.id.to_string())
                .with_ticket(number)
                .with("request", request.id.to_string())
                .with("challenge", row.id.to_string())
                .with("contact_point", row.contact_point_id.to_string()),
        );
        let secret = self
            .repudiation(&mut tx, &account, &ticket, point.id, Vec::new())
            .await?;
        let letter = LetterRef::Code {
            challenge: row.id,
            code: self.seal_code(&code)?,
        };
        let (secret, about) = (Some(secret.as_str()), Some(&ticket));
        self.queue_letter(&mut tx, &account, &point, letter, secret, about)
            .await?;
        let text = format!(
            "A code for \"{}\" was sent. It works for ten minutes.",
            request.label
        );
        self.write(&mut tx, &ticket, MessageKind::Desk, None, &text)
            .await?;
        self.commit(tx).await
    }

    /// Takes the code that a caller reads out: true if it proved the request. Why one doesn't work is
    /// told to nobody: it is wrong, too late, used, tried too often, or was never sent.
    ///
    /// # Errors
    /// As [`Desk::send_code`]; [`DeskError::Limited`] after too many tries on the account.
    pub async fn take_code(
        &self,
        me: &Me,
        number: i64,
        request: RequestId,
        code: &str,
    ) -> Result<bool, DeskError> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let (ticket, account, request) = self.called_about(&mut tx, me, number, request).await?;
        let row = self.open_question(&mut tx, &request).await?;
        if row.is_none() && tx.text_code(request.id).await?.is_none() {
            return Err(OVER);
        }
        let budget = self.limit_key(&format!("code:{}", account.id));
        if let Some(until) = tx.charge(&budget, TRIES, minutes(TRY_MINUTES), now).await?
            && !off("code-limit")
        {
            drop(tx);
            return self
                .limited(me, number, &account, "code tries", until)
                .await;
        }
        // Whichever way it came: the rep doesn't say, and isn't told. A try counts for both.
        let mailed = match &row {
            Some(row) => self.mailed(&mut tx, &account, row, code).await?,
            None => false,
        };
        let texted = self.texted(&mut tx, &account, &request, code).await?;
        let right = mailed || texted.is_some();
        if let Some(ground) = texted {
            self.proven_by_text(&mut tx, me, (&ticket, &account), &request, ground)
                .await?;
        } else if let Some(row) = row.filter(|_| mailed) {
            self.proven_by_code(&mut tx, me, (&ticket, &account), &request, &row)
                .await?;
        } else {
            tx.entry(
                self.by(me, "proof.failed")
                    .with_account(account.id.to_string())
                    .with_ticket(number)
                    .with("request", request.id.to_string())
                    .with("kind", "code"),
            );
            let text = "A code that the caller read out didn't work.";
            self.write(&mut tx, &ticket, MessageKind::Desk, None, text)
                .await?;
            self.attempt(&mut tx, &account, &ticket, "wrong code")
                .await?;
        }
        self.commit(tx).await?;
        Ok(right)
    }

    async fn proven_by_code(
        &self,
        tx: &mut Tx,
        me: &Me,
        (ticket, account): (&TicketRow, &AccountRow),
        request: &RequestRow,
        row: &ChallengeRow,
    ) -> Result<(), DeskError> {
        tx.answer_challenge(row.id, "yes", self.now()).await?;
        tx.entry(
            self.by(me, "challenge.answered")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("challenge", row.id.to_string())
                .with("kind", row.kind.as_str())
                .with("answer", "yes")
                .with("by", "code"),
        );
        let text = "The caller read out the code from the registered email.";
        self.write(tx, ticket, MessageKind::Desk, None, text)
            .await?;
        self.confirmed(tx, row, account, ticket, request).await?;
        self.awake(tx, ticket.id).await
    }

    /// Whether a code can be read out for a request, for its card.
    pub(crate) async fn code_view(
        &self,
        tx: &mut Tx,
        me: &Me,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<CodeView, DeskError> {
        if me.must_act().is_err() || !on_the_phone(ticket) {
            return Ok(CodeView::No);
        }
        Ok(match self.open_question(tx, request).await? {
            None => CodeView::No,
            Some(row) if !self.asked_by_email(tx, &row).await? => CodeView::No,
            Some(row) => match row.code_until {
                Some(until) if until > self.now() && row.tries < TRIES_OF_ONE => {
                    CodeView::Sent(until)
                }
                _ => CodeView::Can,
            },
        })
    }

    async fn asked_by_email(&self, tx: &mut Tx, row: &ChallengeRow) -> Result<bool, DeskError> {
        let point = tx.contact_point(row.contact_point_id).await?;
        Ok(point.is_some_and(|point| point.kind == ContactKind::Email))
    }

    /// Tries a typed code as the one that was mailed for a question. Every try counts.
    async fn mailed(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        row: &ChallengeRow,
        code: &str,
    ) -> Result<bool, DeskError> {
        let tries = tx.try_code(row.id).await?;
        let typed = digest(&self.key(account)?, row, &plain(code));
        let kept = row.code.as_deref().unwrap_or_default();
        Ok(
            (off("code-compared") || bool::from(typed.as_slice().ct_eq(kept)))
                && row
                    .code_until
                    .is_some_and(|until| self.now() < until || off("code-expires"))
                && (tries <= TRIES_OF_ONE || off("code-tries")),
        )
    }

    async fn proven_by_text(
        &self,
        tx: &mut Tx,
        me: &Me,
        (ticket, account): (&TicketRow, &AccountRow),
        request: &RequestRow,
        ground: Ground,
    ) -> Result<(), DeskError> {
        tx.entry(
            self.by(me, "code.taken")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("request", request.id.to_string())
                .with("kind", ProofKind::Phone.as_str()),
        );
        let text = "The caller read out the code from the registered phone.";
        self.write(tx, ticket, MessageKind::Desk, None, text)
            .await?;
        self.prove(tx, request, ProofKind::Phone, ground).await?;
        self.advance(tx, account, ticket, request).await?;
        self.awake(tx, ticket.id).await
    }

    /// The ticket, account and request that a caller's code would be for.
    pub(crate) async fn called_about(
        &self,
        tx: &mut Tx,
        me: &Me,
        number: i64,
        request: RequestId,
    ) -> Result<(TicketRow, AccountRow, RequestRow), DeskError> {
        let ticket = self.act_on(tx, me, number).await?;
        let account = self.account_of(tx, &ticket).await?;
        let request = tx
            .request(request)
            .await?
            .filter(|row| {
                row.ticket_id == ticket.id && row.account_id == account.id || off("code-ticket")
            })
            .ok_or(DeskError::NotFound)?;
        if !on_the_phone(&ticket) {
            return Err(DeskError::Conflict(
                "a code is for a caller who is on the phone; otherwise the link in the mail does it",
            ));
        }
        if request.state != RequestState::Waiting
            || request.expires_at.is_some_and(|at| at <= self.now())
        {
            return Err(OVER);
        }
        Ok((ticket, account, request))
    }

    /// The question behind a request, as long as it waits for an answer.
    async fn open_question(
        &self,
        tx: &mut Tx,
        request: &RequestRow,
    ) -> Result<Option<ChallengeRow>, DeskError> {
        let now = self.now();
        if request.state != RequestState::Waiting || request.expires_at.is_some_and(|at| at <= now)
        {
            return Ok(None);
        }
        Ok(tx.challenge_of(request.id).await?.filter(|row| {
            row.kind == ChallengeKind::Confirm
                && row.request_id == Some(request.id)
                && row.account_id == request.account_id
                && row.ticket_id == request.ticket_id
                && row.answered_at.is_none()
                && row.expires_at > now
        }))
    }

    /// Whether a letter with a code still carries the one that works.
    pub(crate) fn code_stands(&self, row: &ChallengeRow, account: &AccountKey, code: &str) -> bool {
        let sent = digest(account, row, code);
        row.answered_at.is_none()
            && row.code_until.is_some_and(|until| self.now() < until)
            && row
                .code
                .as_deref()
                .is_some_and(|kept| bool::from(sent.as_slice().ct_eq(kept)))
    }

    /// Eight digits, each as likely as any other: what would favour some is drawn again.
    pub(crate) fn new_code(&self) -> Zeroizing<String> {
        const ALL: u32 = 100_000_000;
        loop {
            let mut raw = [0u8; 4];
            self.entropy.fill(&mut raw);
            let n = u32::from_le_bytes(raw);
            if n < u32::MAX - u32::MAX % ALL {
                return Zeroizing::new(format!("{:0DIGITS$}", n % ALL));
            }
        }
    }
}

/// Somebody is on the phone as long as the call has not ended.
pub(crate) fn on_the_phone(ticket: &TicketRow) -> bool {
    ticket.channel == Channel::Phone
        && ticket.ended_at.is_none()
        && ticket.state != TicketState::Closed
}

/// What is kept of a code: bound to the account by its key, and to one question and by that to one
/// ticket and request.
fn digest(key: &AccountKey, row: &ChallengeRow, code: &str) -> Vec<u8> {
    let label = format!("code for {}", row.id);
    key.digest(&label, code.as_bytes()).0.to_vec()
}

/// A code as it is read out, without the spaces and dashes between its digits.
pub(crate) fn plain(code: &str) -> Zeroizing<String> {
    Zeroizing::new(
        code.chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect(),
    )
}
