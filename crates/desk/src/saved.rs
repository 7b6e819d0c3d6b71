//! Saved recovery codes: made by the owner on their own page, shown there once, and good after their
//! cooling-off time. (NIST SP 800-63B-4 4.2.1.)
//!
//! A rep can only have the question sent. The owner says yes at a registered contact point and takes a
//! second step; then the page makes the codes. INVARIANT: a code stands on that page and nowhere else.
//! What is kept is a keyed digest of each.
//!
//! RULE: making them takes two proofs of different kinds, always. A code is a second kind beside the
//! one that the owner is asked by; made by that one alone, it would be the same kind once more, and
//! whoever holds the mailbox would have "two of different kinds" three days later (NIST SP 800-63B-4
//! 4.2.2.2). So an account with one way only has no codes; they would open nothing for it, as every
//! request begins with the question at that contact point.

use gate::Effect;
use receipt::{Code, RecoveryCodes};
use store::{AccountRow, ChallengeRow, PlanRow, RequestRow, TicketRow, Tx};
use vault::{AccountKey, hash};
use words::{
    ChallengeKind, MessageKind, PlanKind, ProofKind, RequestKind, RequestState, SavedCodeId, Time,
};
use zeroize::Zeroizing;

use crate::{desk::Desk, error::DeskError, request::About, settings::minutes};

/// The desk's own action behind it. No catalogue has one of this name: theirs hold no space.
pub(crate) const CODES: &str = "recovery codes";
/// What the question and the ticket call it.
pub(crate) const LABEL: &str = "new recovery codes";
/// Minutes in which the page makes them, once it was confirmed.
const PAGE_MINUTES: u64 = 60;
const SHOWN_BEFORE: DeskError = DeskError::Conflict(
    "the codes are shown once, and that was before; ask our support for a new page",
);
/// What the rep can say.
pub(crate) const WORDS: &str = "I've sent a question to the email on your account. Once you say yes there, the page makes recovery codes for you. I never see them.";

impl Desk {
    /// Refuses to ask for codes where new ones are on their way already.
    pub(crate) async fn no_codes_coming(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
    ) -> Result<(), DeskError> {
        let making = tx.plans(account.id).await?;
        if making.iter().any(|plan| plan.kind == PlanKind::Saved) {
            return Err(DeskError::Conflict(
                "new codes were made already and wait out their cooling-off time",
            ));
        }
        let ready = tx.ready_requests(account.id, RequestKind::Act).await?;
        if ready.iter().any(|request| {
            is_codes(request) && request.expires_at.is_some_and(|at| at > self.now())
        }) {
            return Err(DeskError::Conflict(
                "the owner has confirmed it, and their page makes the codes; wait an hour",
            ));
        }
        Ok(())
    }

    /// Whether the page behind a link makes codes now.
    pub(crate) fn makes_codes(&self, row: &ChallengeRow, request: Option<&RequestRow>) -> bool {
        row.kind == ChallengeKind::Confirm
            && row.answer.as_deref() == Some("yes")
            && request.is_some_and(|request| {
                is_codes(request)
                    && request.state == RequestState::Ready
                    && request.expires_at.is_some_and(|at| at > self.now())
            })
    }

    /// The owner makes their codes, in the place of those they had. They are returned this once; the
    /// owner is told at every contact point and can stop it until the codes count.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a secret that was never given out; [`DeskError::Conflict`] if it
    /// wasn't confirmed, or the codes were shown before.
    pub async fn make_codes(&self, secret: &str) -> Result<Vec<Zeroizing<String>>, DeskError> {
        let mut tx = self.store.begin().await?;
        let token = hash(secret.as_bytes());
        let asked = tx.challenge(&token).await?.ok_or(DeskError::NotFound)?;
        tx.queue_for_account(asked.account_id).await?;
        let row = tx.challenge(&token).await?.ok_or(DeskError::NotFound)?;
        let request = match row.request_id {
            Some(id) => tx.request(id).await?,
            None => None,
        };
        let account = self.account(&mut tx, row.account_id).await?;
        let Some(request) = request.filter(|r| self.makes_codes(&row, Some(r))) else {
            return Err(SHOWN_BEFORE);
        };
        let ticket = tx
            .ticket_by_id(row.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let frozen = account.hold == words::HoldLevel::Frozen;
        if frozen
            || !self
                .still_allowed(&mut tx, &account, &ticket, &request)
                .await?
        {
            return Err(SHOWN_BEFORE);
        }
        tx.move_request(
            request.id,
            RequestState::Ready,
            RequestState::Cooling,
            self.now(),
        )
        .await?;
        self.plan(&mut tx, &account, &ticket, &request, PlanKind::Saved)
            .await?;
        let plan = tx.plan_of(request.id).await?.ok_or(DeskError::NotFound)?;
        let key = self.key(&account)?;
        let codes = RecoveryCodes::new(self.entropy.as_ref());
        let kept: Vec<_> = codes
            .iter()
            .map(|code| (self.id(SavedCodeId::new), digest(&key, code)))
            .collect();
        tx.save_codes(account.id, &kept, plan.made_at, plan.effective_at)
            .await?;
        tx.entry(
            self.entry("owner", "codes.made")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("request", request.id.to_string())
                .with("codes", kept.len() as u64)
                .with("effective", plan.effective_at.to_string()),
        );
        let text = "The owner made new recovery codes on their own page. They count after the cooling-off time.";
        self.write(&mut tx, &ticket, MessageKind::Desk, None, text)
            .await?;
        self.commit(tx).await?;
        Ok(codes.iter().map(Code::printed).collect())
    }

    /// What the owner's confirmation of new codes does: their page makes them, for an hour.
    pub(crate) async fn codes_confirmed(
        &self,
        tx: &mut Tx,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<(), DeskError> {
        let now = self.now();
        tx.use_proofs(request.id, now).await?;
        tx.move_request(request.id, RequestState::Waiting, RequestState::Ready, now)
            .await?;
        tx.extend_request(request.id, now + minutes(PAGE_MINUTES))
            .await?;
        let text = "The owner confirmed it. Their own page makes the codes, within an hour.";
        self.write(tx, ticket, MessageKind::Desk, None, text)
            .await?;
        Ok(())
    }

    /// New codes count from now on; those before don't any more.
    pub(crate) async fn codes_count(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        plan: &PlanRow,
    ) -> Result<(), DeskError> {
        Ok(tx
            .drop_saved_codes_of(account.id, true, plan.made_at)
            .await?)
    }

    /// Codes whose coming was stopped never count; those before stay.
    pub(crate) async fn forget_codes(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        plan: &PlanRow,
    ) -> Result<(), DeskError> {
        if plan.kind == PlanKind::Saved {
            tx.drop_saved_codes_of(account.id, false, plan.made_at)
                .await?;
        }
        Ok(())
    }

    /// The digest of a saved code, which is then used up, if it is one of the account's and counted
    /// `since` then: codes that were made during a hold don't lift it.
    pub(crate) async fn saved(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        since: Option<Time>,
        code: &Code,
    ) -> Result<Option<Vec<u8>>, DeskError> {
        let digest = digest(&self.key(account)?, code);
        let now = self.now();
        let since = since.map_or(now, |since| since.min(now));
        let taken = tx.take_saved_code(account.id, &digest, since, now).await?;
        Ok(taken.then_some(digest))
    }
}

/// The desk's own action, as the gate sees it. Why two proofs, the head of this file says.
pub(crate) fn effect() -> Effect {
    Effect {
        name: CODES.to_owned(),
        proofs: 2,
        eyes: false,
    }
}

/// What a request for codes is about.
pub(crate) fn about() -> Result<String, DeskError> {
    let about = About {
        action: Some(CODES.to_owned()),
        ..About::default()
    };
    serde_json::to_string(&about).map_err(|e| DeskError::json(&e))
}

/// Whether a request is about recovery codes.
pub(crate) fn is_codes(request: &RequestRow) -> bool {
    request.kind == RequestKind::Act
        && About::read(&request.detail).is_ok_and(|about| about.action.as_deref() == Some(CODES))
}

/// What is kept of a code.
pub(crate) fn digest(key: &AccountKey, code: &Code) -> Vec<u8> {
    key.digest("saved code", code.digest_input()).0.to_vec()
}

/// A text that can't be a whole code, whatever account it is for: a typo, which is told and not counted.
pub(crate) fn mistyped(kind: ProofKind, text: &str) -> bool {
    kind == ProofKind::Saved && Code::parse(text).is_err()
}
