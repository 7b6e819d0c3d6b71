//! Codes by text message: eight digits, ten minutes, to the registered phone. A caller reads one out
//! to the rep, or the owner types it on their own page; it proves one request, once, by another kind of
//! proof than a mail does. (NIST SP 800-63B-4 4.2.1, 4.2.2.2.)
//!
//! INVARIANT: a code stands in the text message and nowhere else. What is kept is a keyed digest of it,
//! bound to account, request and phone.

use store::{AccountRow, ContactPointRow, RequestRow, TextCodeRow, TicketRow, Tx};
use subtle::ConstantTimeEq as _;
use vault::{AccountKey, hash};
use words::{
    ChallengeKind, ContactPointId, MessageKind, ProofKind, RequestId, RequestKind, RequestState,
    Time,
};

use crate::{
    challenge::OwnerPage,
    code::{CodeView, LIVES, TRIES_OF_ONE, on_the_phone, plain},
    desk::{Desk, Me},
    error::DeskError,
    mailroom::LetterRef,
    proof::Ground,
    request::frozen_since,
    settings::minutes,
};

impl Desk {
    /// Sends a code for a request to the registered phone, for a caller who reads it out. A newer one
    /// ends the one before.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a request that isn't in this ticket; [`DeskError::Conflict`] if
    /// nobody is on the phone, it waits for nothing, or no phone on the account counts for it;
    /// [`DeskError::Limited`] if the owner was asked too much.
    pub async fn send_text_code(
        &self,
        me: &Me,
        number: i64,
        request: RequestId,
    ) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        let (ticket, account, request) = self.called_about(&mut tx, me, number, request).await?;
        let Some(point) = self.phone_for(&mut tx, &account, &ticket, &request).await? else {
            return Err(DeskError::Conflict(
                "a code by text message doesn't help with this; the card says what does",
            ));
        };
        match self.charge_question(&mut tx, &account).await {
            Err(DeskError::Limited(until)) => {
                drop(tx);
                return self.limited(me, number, &account, "code", until).await;
            }
            other => other?,
        }
        tx.entry(
            self.by(me, "code.sent")
                .with_account(account.id.to_string())
                .with_ticket(number)
                .with("request", request.id.to_string())
                .with("contact_point", point.id.to_string()),
        );
        self.text_a_code(&mut tx, &account, &ticket, &request, &point)
            .await?;
        let text = format!(
            "A code for \"{}\" was sent by text message. It works for ten minutes.",
            request.label
        );
        self.write(&mut tx, &ticket, MessageKind::Desk, None, &text)
            .await?;
        self.commit(tx).await
    }

    /// The owner asks on their own page for a code to the registered phone, for the step that is still
    /// to be taken there.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a secret that was never given out; [`DeskError::Conflict`] if the
    /// page has no such step; [`DeskError::Limited`] if the owner was asked too much.
    pub async fn owner_text(&self, secret: &str) -> Result<OwnerPage, DeskError> {
        let mut tx = self.store.begin().await?;
        let token = hash(secret.as_bytes());
        let asked = tx.challenge(&token).await?.ok_or(DeskError::NotFound)?;
        tx.queue_for_account(asked.account_id).await?;
        let row = tx.challenge(&token).await?.ok_or(DeskError::NotFound)?;
        let request = match row.request_id {
            Some(id) => tx.request(id).await?,
            None => None,
        };
        let still = self.still(&mut tx, &row, request.as_ref()).await?;
        let used_up = DeskError::Conflict(
            "this page is used up; if you have a newer mail from us, use the link in that one",
        );
        let Some(request) =
            request.filter(|_| still.contains(&ProofKind::Phone) && self.now() < row.expires_at)
        else {
            return Err(used_up);
        };
        let account = self.account(&mut tx, row.account_id).await?;
        let ticket = tx
            .ticket_by_id(row.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let Some(point) = self.phone_for(&mut tx, &account, &ticket, &request).await? else {
            return Err(used_up);
        };
        self.charge_question(&mut tx, &account).await?;
        tx.entry(
            self.entry("owner", "code.sent")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("request", request.id.to_string())
                .with("contact_point", point.id.to_string()),
        );
        self.text_a_code(&mut tx, &account, &ticket, &request, &point)
            .await?;
        self.commit(tx).await?;
        self.owner_page(secret).await
    }

    /// Makes a code and queues the text message that carries it.
    async fn text_a_code(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
        point: &ContactPointRow,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let code = self.new_code();
        tx.set_text_code(&TextCodeRow {
            request_id: request.id,
            account_id: account.id,
            contact_point_id: point.id,
            code: digest(&self.key(account)?, request.id, point.id, &code),
            sent_at: now,
            until_at: now + minutes(LIVES),
            tries: 0,
            used_at: None,
        })
        .await?;
        let letter = LetterRef::TextCode {
            request: request.id,
            code: self.seal_code(&code)?,
        };
        self.queue_letter(tx, account, point, letter, None, Some(ticket))
            .await
    }

    /// Tries a typed code as that of a request. If it is, it is used up, and what it rests on comes back.
    /// Every try counts, right or wrong.
    pub(crate) async fn texted(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        request: &RequestRow,
        code: &str,
    ) -> Result<Option<Ground>, DeskError> {
        let Some(row) = tx.try_text_code(request.id).await? else {
            return Ok(None);
        };
        let now = self.now();
        let key = self.key(account)?;
        let typed = digest(&key, request.id, row.contact_point_id, &plain(code));
        let right = bool::from(typed.as_slice().ct_eq(&row.code))
            && row.account_id == account.id
            && row.used_at.is_none()
            && now < row.until_at
            && row.tries <= TRIES_OF_ONE;
        if !right {
            return Ok(None);
        }
        tx.use_text_code(request.id, now).await?;
        Ok(Some(Ground {
            point: Some(row.contact_point_id),
            challenge: None,
            source: Some(row.code),
        }))
    }

    /// Whether a code by text message can be sent for a request, or was, for its card.
    pub(crate) async fn text_view(
        &self,
        tx: &mut Tx,
        me: &Me,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<CodeView, DeskError> {
        if me.must_act().is_err() || !on_the_phone(ticket) {
            return Ok(CodeView::No);
        }
        if self
            .phone_for(tx, account, ticket, request)
            .await?
            .is_none()
        {
            return Ok(CodeView::No);
        }
        Ok(match self.text_until(tx, request.id).await? {
            Some(until) => CodeView::Sent(until),
            None => CodeView::Can,
        })
    }

    /// Until when a code that was sent by text message can be tried.
    pub(crate) async fn text_until(
        &self,
        tx: &mut Tx,
        request: RequestId,
    ) -> Result<Option<Time>, DeskError> {
        let row = tx.text_code(request).await?;
        Ok(row
            .filter(|row| {
                row.used_at.is_none() && self.now() < row.until_at && row.tries < TRIES_OF_ONE
            })
            .map(|row| row.until_at))
    }

    /// Whether a text message with a code still carries the one that works.
    pub(crate) async fn text_code_stands(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        request: RequestId,
        point: ContactPointId,
        code: &str,
    ) -> Result<bool, DeskError> {
        let waits = tx
            .request(request)
            .await?
            .is_some_and(|row| row.state == RequestState::Waiting);
        let sent = digest(&self.key(account)?, request, point, code);
        Ok(waits
            && tx.text_code(request).await?.is_some_and(|row| {
                row.used_at.is_none()
                    && self.now() < row.until_at
                    && bool::from(sent.as_slice().ct_eq(&row.code))
            }))
    }

    /// The registered phone whose answer would bring a request on: the one longest on file that counts,
    /// if the owner was asked, said no nowhere, and the gate still wants such a proof.
    async fn phone_for(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<Option<ContactPointRow>, DeskError> {
        let now = self.now();
        if self.texts.is_none()
            || request.state != RequestState::Waiting
            || request.expires_at.is_some_and(|at| at <= now)
        {
            return Ok(None);
        }
        let asked = tx.challenge_of(request.id).await?.is_some_and(|row| {
            row.kind == ChallengeKind::Confirm
                && row.account_id == account.id
                && row.ticket_id == ticket.id
                && row.answer.as_deref() != Some("no")
                && row.expires_at > now
        });
        if !asked {
            return Ok(None);
        }
        let (facts, decision) = self.weigh_request(tx, account, ticket, request).await?;
        let given = facts
            .proofs
            .iter()
            .any(|proof| proof.kind == ProofKind::Phone && proof.is_whole());
        if given
            || !decision
                .ways
                .iter()
                .flatten()
                .any(|kind| *kind == ProofKind::Phone)
        {
            return Ok(None);
        }
        let since = match request.kind {
            RequestKind::Unlock => frozen_since(tx, account.id).await?,
            _ => None,
        };
        let points = tx.contact_points(account.id).await?;
        Ok(self.phone_at(&points, ticket, since).cloned())
    }
}

/// What is kept of a code: bound to the account by its key, and to one request and phone.
fn digest(key: &AccountKey, request: RequestId, point: ContactPointId, code: &str) -> Vec<u8> {
    let label = format!("text code for {request} at {point}");
    key.digest(&label, code.as_bytes()).0.to_vec()
}
