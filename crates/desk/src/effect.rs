//! What happens once the gate permits what was asked: one place for every kind of request.

use gate::{Decision, Effect, Outcome, Way};
use store::{AccountRow, RequestRow, TicketRow, Tx};
use words::{HoldLevel, MessageKind, PlanKind, ProofKind, RequestKind, RequestState};

use crate::{
    desk::{Desk, outcome_word},
    error::DeskError,
    hooks::{ACT, RESET, UNLOCK},
    mailroom::LetterRef,
    proof::lasts,
    reveal::SHOWN_MINUTES,
    saved,
    settings::minutes,
};

/// How far a request has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It was carried out, or is on its way.
    Done,
    /// More has to be proven: one of these ways.
    More(Vec<Way>),
    /// It goes on by itself later.
    Later,
    /// It can't go on.
    Over,
}

impl Desk {
    /// Puts a request with all that was proven before the gate, and carries out what it permits.
    pub(crate) async fn advance(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<Step, DeskError> {
        if request.state != RequestState::Waiting {
            return Ok(Step::Over);
        }
        let (facts, decision) = self.weigh_request(tx, account, ticket, request).await?;
        let mut entry = self
            .entry("owner", "request.decided")
            .with_account(account.id.to_string())
            .with_ticket(ticket.number)
            .with("request", request.id.to_string())
            .with("kind", request.kind.as_str())
            .with("outcome", outcome_word(decision.outcome))
            .with("rule", decision.rule.clone());
        let kinds: Vec<_> = facts
            .proofs
            .iter()
            .map(|proof| proof.kind.as_str())
            .collect();
        entry = entry.with("proofs", kinds.join(", "));
        tx.entry(entry);
        match decision.outcome {
            Outcome::Permit => {
                self.carry_out(tx, account, ticket, request).await?;
                Ok(Step::Done)
            }
            Outcome::Challenge => {
                // The second step is taken while the first still counts.
                let until = self.now() + lasts(ProofKind::Email);
                if request.expires_at.is_none_or(|at| at > until) {
                    tx.extend_request(request.id, until).await?;
                }
                Ok(Step::More(decision.ways))
            }
            Outcome::Escalate => {
                self.leave_is_over(tx, ticket, request).await?;
                Ok(Step::Over)
            }
            // Time alone will open it.
            Outcome::Refuse if self.opens_later(&facts) => Ok(Step::Later),
            Outcome::Refuse => {
                self.stopped(tx, ticket, request, &decision).await?;
                Ok(Step::Over)
            }
        }
    }

    /// Whether the same proofs would do once they are a day old.
    fn opens_later(&self, facts: &gate::Facts) -> bool {
        let mut later = facts.clone();
        for proof in &mut later.proofs {
            proof.minutes += 1440;
        }
        self.decide(&later).outcome == Outcome::Permit
    }

    async fn stopped(
        &self,
        tx: &mut Tx,
        ticket: &TicketRow,
        request: &RequestRow,
        decision: &Decision,
    ) -> Result<(), DeskError> {
        tx.move_request(
            request.id,
            RequestState::Waiting,
            RequestState::Refused,
            self.now(),
        )
        .await?;
        let text = format!(
            "The owner said yes to \"{}\", but it can't go on: {}",
            request.label, decision.reason
        );
        self.write(tx, ticket, MessageKind::Desk, None, &text)
            .await?;
        Ok(())
    }

    async fn carry_out(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let say = match request.kind {
            RequestKind::Deliver | RequestKind::Export => {
                let points = tx.contact_points(account.id).await?;
                let place = self
                    .destination(&points)
                    .ok_or(DeskError::NotFound)?
                    .clone();
                tx.aim_request(request.id, place.id).await?;
                self.move_on(tx, request, RequestState::Sending).await?;
                let secret = self
                    .repudiation(tx, account, ticket, place.id, Vec::new())
                    .await?;
                let letter = LetterRef::Delivery {
                    request: request.id,
                };
                self.queue_letter(tx, account, &place, letter, Some(&secret), Some(ticket))
                    .await?;
                format!("The owner said yes: {} is on its way.", request.label)
            }
            RequestKind::Reveal => {
                // The proof stays good for the minutes that the policies give it.
                tx.move_request(request.id, RequestState::Waiting, RequestState::Ready, now)
                    .await?;
                tx.extend_request(request.id, now + minutes(SHOWN_MINUTES))
                    .await?;
                let text = format!(
                    "The owner said yes: {} can be seen here for five minutes, by whoever asked.",
                    crate::reveal::shown_label(request)
                );
                self.write(tx, ticket, MessageKind::Desk, None, &text)
                    .await?;
                return Ok(());
            }
            RequestKind::Reset => {
                self.move_on(tx, request, RequestState::Sending).await?;
                self.queue_hook(tx, RESET, account, ticket, &request.id.to_string())
                    .await?;
                "The owner confirmed the reset. It goes on at the identity provider.".to_owned()
            }
            RequestKind::Act if saved::is_codes(request) => {
                return self.codes_confirmed(tx, ticket, request).await;
            }
            RequestKind::Act => {
                self.move_on(tx, request, RequestState::Sending).await?;
                self.queue_hook(tx, ACT, account, ticket, &request.id.to_string())
                    .await?;
                format!(
                    "The owner confirmed: {}. The company's system is told.",
                    request.label
                )
            }
            RequestKind::Unlock => {
                self.move_on(tx, request, RequestState::Done).await?;
                self.lift(tx, account, ticket, request, "owner").await?;
                "The owner lifted the hold.".to_owned()
            }
            RequestKind::Change => {
                // The new value comes next, from the owner's own page.
                tx.move_request(request.id, RequestState::Waiting, RequestState::Ready, now)
                    .await?;
                tx.use_proofs(request.id, now).await?;
                tx.extend_request(request.id, now + minutes(60)).await?;
                "The owner confirmed it in two ways and types the new value on their own page."
                    .to_owned()
            }
            RequestKind::Reenrol => {
                self.move_on(tx, request, RequestState::Cooling).await?;
                self.plan(tx, account, ticket, request, PlanKind::Factor)
                    .await?;
                "The owner confirmed it in two ways. It takes effect after the cooling-off time; they can cancel it until then.".to_owned()
            }
            RequestKind::Erase => {
                self.move_on(tx, request, RequestState::Cooling).await?;
                self.plan(tx, account, ticket, request, PlanKind::Erase)
                    .await?;
                "The owner confirmed the erasure in two ways. It happens after the cooling-off time; they can cancel it until then.".to_owned()
            }
            // A freeze is done at once, and "was this you?" has an answer of its own.
            RequestKind::Lock | RequestKind::Ask => return Err(DeskError::NotFound),
        };
        self.write(tx, ticket, MessageKind::Desk, None, &say)
            .await?;
        Ok(())
    }

    /// The proofs are used up, and the request moves on.
    async fn move_on(
        &self,
        tx: &mut Tx,
        request: &RequestRow,
        to: RequestState,
    ) -> Result<(), DeskError> {
        let now = self.now();
        tx.use_proofs(request.id, now).await?;
        Ok(tx
            .move_request(request.id, RequestState::Waiting, to, now)
            .await?)
    }

    /// Lifts every hold of an account; what the desk locked at the identity provider, it unlocks
    /// there. If the owner lifts it, the count of attempts begins anew, and stays in the ledger; two
    /// leads can't forgive in the owner's name.
    pub(crate) async fn lift(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
        actor: &str,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let locked = tx
            .holds(account.id)
            .await?
            .iter()
            .any(|hold| hold.locked && hold.lifted_at.is_none());
        tx.lift_holds(account.id, now).await?;
        tx.set_hold(account.id, HoldLevel::None).await?;
        if actor == "owner" {
            tx.forgive_attempts(account.id, now).await?;
        }
        tx.entry(
            self.entry(actor, "hold.lifted")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("request", request.id.to_string()),
        );
        if locked {
            self.queue_hook(tx, UNLOCK, account, ticket, &request.id.to_string())
                .await?;
        }
        Ok(())
    }

    /// The company's action that a request is about.
    pub(crate) fn effect_of(&self, request: &RequestRow) -> Result<Option<Effect>, DeskError> {
        if request.kind != RequestKind::Act {
            return Ok(None);
        }
        let about = crate::request::About::read(&request.detail)?;
        if about.action.as_deref() == Some(saved::CODES) {
            return Ok(Some(saved::effect()));
        }
        Ok(about
            .action
            .and_then(|name| self.catalogue.action(&name).cloned())
            .map(|action| action.effect()))
    }
}
