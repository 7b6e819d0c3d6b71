//! Saved recovery codes: made by the owner on their own page, shown there once, and good after their
//! cooling-off time. (NIST SP 800-63B-4 4.2.1.)
//!
//! A rep can only have the question sent. The owner says yes at the registered email and takes a second
//! step where they have one; then the page makes the codes. INVARIANT: a code stands on that page and
//! nowhere else. What is kept is a keyed digest of each.

use gate::{Action, Actor, Effect, Outcome};
use receipt::{Code, RecoveryCodes};
use store::{AccountRow, ChallengeRow, PlanRow, RequestRow, TicketRow, Tx};
use vault::{AccountKey, hash};
use words::{
    AlarmKind, ChallengeKind, MessageKind, PlanKind, ProofKind, RequestId, RequestKind, RequestState,
    SavedCodeId, TicketState,
};
use zeroize::Zeroizing;

use crate::{
    challenge::Detail,
    desk::{Desk, Me, outcome_word},
    error::DeskError,
    mailroom::LetterRef,
    request::{About, Asked},
    settings::{hours, minutes},
    ticket::refused,
};

/// The desk's own action behind it. No catalogue has one of this name: theirs hold no space.
pub(crate) const CODES: &str = "recovery codes";
/// What the question and the ticket call it.
const LABEL: &str = "new recovery codes";
/// Minutes in which the page makes them, once it was confirmed.
const PAGE_MINUTES: u64 = 60;
/// What the rep can say.
const WORDS: &str = "I've sent a question to the email on your account. Once you say yes there, the page makes recovery codes for you. I never see them.";

impl Desk {
    /// Sends the owner a question whose page makes recovery codes once they confirmed it.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if the ticket is closed, or codes were asked for or made just now;
    /// [`DeskError::Limited`] if the owner was asked too much; [`DeskError::Refused`] if the gate says
    /// no, such as for an account that can't be asked.
    pub async fn ask_for_codes(&self, me: &Me, number: i64) -> Result<Asked, DeskError> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let ticket = self.act_on(&mut tx, me, number).await?;
        let account = self.account_of(&mut tx, &ticket).await?;
        if ticket.state == TicketState::Closed {
            return Err(DeskError::Conflict(
                "this ticket is closed; open it again first, so that the owner hears of it",
            ));
        }
        self.notice_decoy(&mut tx, AlarmKind::DecoyAsked, me, &account, Some(&ticket))
            .await?;
        let making = tx.plans(account.id).await?;
        if making.iter().any(|plan| plan.kind == PlanKind::Saved) {
            return Err(DeskError::Conflict(
                "new codes were made already and wait out their cooling-off time",
            ));
        }
        let waiting = tx
            .waiting_request(account.id, RequestKind::Act)
            .await?
            .is_some_and(|request| is_codes(&request));
        if waiting {
            return Err(DeskError::Conflict(
                "the owner was asked this already and has not answered yet",
            ));
        }
        let ways = self.ways(&mut tx, &account, &ticket, RequestKind::Act).await?;
        let proofs = proofs(&ways);
        let mut facts = self.facts(
            Actor::Staff(me.id, me.role),
            Action::Request(RequestKind::Act),
            &account,
            Some(&ticket),
            None,
        );
        facts.ways = ways;
        facts.effect = Some(effect(proofs));
        let decision = self.decide(&facts);
        let id = self.id(RequestId::new);
        tx.entry(
            self.by(me, "request.decided")
                .with_account(account.id.to_string())
                .with_ticket(number)
                .with("request", id.to_string())
                .with("kind", RequestKind::Act.as_str())
                .with("action", CODES)
                .with("outcome", outcome_word(decision.outcome))
                .with("rule", decision.rule.clone()),
        );
        let points = tx.contact_points(account.id).await?;
        let place = self.asked_at(&points, &ticket, None);
        let (Outcome::Challenge, Some(place)) = (decision.outcome, place) else {
            if decision.outcome == Outcome::Refuse {
                self.attempt(&mut tx, &account, &ticket, &format!("refused: {LABEL}"))
                    .await?;
            }
            self.commit(tx).await?;
            return Err(refused(decision));
        };
        let budget = self.limit_key(&format!("question:{}", account.id));
        let (burst, every) = (self.settings.questions, self.settings.question_minutes);
        if let Some(until) = tx.charge(&budget, burst, minutes(every), now).await? {
            drop(tx);
            return self.limited(me, number, &account, "codes", until).await;
        }
        let lives = hours(self.settings.link_hours);
        let about = About {
            action: Some(CODES.to_owned()),
            proofs: Some(proofs),
            ..About::default()
        };
        tx.add_request(&RequestRow {
            id,
            ticket_id: ticket.id,
            account_id: account.id,
            kind: RequestKind::Act,
            field_id: None,
            label: LABEL.to_owned(),
            state: RequestState::Waiting,
            rule: decision.rule.clone(),
            words: WORDS.to_owned(),
            contact_point_id: Some(place.id),
            staff_id: Some(me.id),
            at: now,
            updated_at: now,
            expires_at: Some(now + lives),
            detail: serde_json::to_string(&about).map_err(|e| DeskError::json(&e))?,
            left_at: None,
        })
        .await?;
        let detail = Detail {
            what: Some(RequestKind::Act),
            at: now,
            item: Some(LABEL.to_owned()),
            ..Detail::contact(&ticket)
        };
        let secret = self
            .challenge(
                &mut tx,
                ChallengeKind::Confirm,
                account.id,
                ticket.id,
                Some(id),
                place.id,
                &detail,
                lives,
            )
            .await?;
        let challenge = tx.challenge_of(id).await?.ok_or(DeskError::NotFound)?.id;
        let letter = LetterRef::Confirm { challenge };
        self.queue_letter(
            &mut tx,
            &account,
            place.id,
            letter,
            Some(&secret),
            Some(&ticket),
        )
        .await?;
        let mut ticket = ticket;
        if ticket.state == TicketState::Open {
            ticket.state = TicketState::Waiting;
        }
        self.touch(&mut tx, &mut ticket).await?;
        self.commit(tx).await?;
        Ok(Asked {
            id,
            state: RequestState::Waiting,
            reason: String::new(),
            words: WORDS.to_owned(),
            second: false,
            rule: decision.rule,
        })
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
        let frozen = account.hold == words::HoldLevel::Frozen;
        let Some(request) = request.filter(|r| !frozen && self.makes_codes(&row, Some(r))) else {
            return Err(DeskError::Conflict(
                "the codes are shown once, and that was before; ask our support for a new page",
            ));
        };
        let ticket = tx
            .ticket_by_id(row.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
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

    /// The digest of a saved code, which is then used up, if it is one of the account's.
    pub(crate) async fn saved(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        code: &Code,
    ) -> Result<Option<Vec<u8>>, DeskError> {
        let digest = digest(&self.key(account)?, code);
        let taken = tx.take_saved_code(account.id, &digest, self.now()).await?;
        Ok(taken.then_some(digest))
    }
}

/// How many proofs making them takes: a second step where the owner has one.
pub(crate) fn proofs(ways: &[ProofKind]) -> i64 {
    if ways.len() > 1 { 2 } else { 1 }
}

/// The desk's own action, as the gate sees it.
pub(crate) fn effect(proofs: i64) -> Effect {
    Effect {
        name: CODES.to_owned(),
        proofs,
        eyes: false,
    }
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
