//! Asking for a reset where nobody can be reached: a page for the requester, on which a receipt opens it
//! a day later.

use gate::{Decision, Outcome};
use store::Tx;
use words::{MessageKind, RequestKind, RequestState};

use super::{Asked, Case};
use crate::{desk::Desk, error::DeskError, proof::Ways, settings::hours};

/// What the rep can say.
const WORDS: &str = "There is no email on your account that I can write to. If you have a receipt from us, I can give you a page to show it on. I never see what you type there, and it takes a day from then.";

impl Desk {
    /// Whether a reset that the owner has no way to prove can wait for a receipt.
    pub(super) async fn needs_receipt(
        &self,
        tx: &mut Tx,
        case: &Case<'_>,
        kind: RequestKind,
        decision: &Decision,
    ) -> Result<bool, DeskError> {
        if kind != RequestKind::Reset || decision.rule != gate::NO_WAY {
            return Ok(false);
        }
        let fields = tx.masked_fields(case.account.id).await?;
        let points = tx.contact_points(case.account.id).await?;
        Ok(self.recoverable(case.account, case.ticket, &fields, &points))
    }

    /// Puts a reset down that waits for a receipt.
    pub(super) async fn waits_for_a_receipt(
        &self,
        tx: &mut Tx,
        case: &Case<'_>,
    ) -> Result<Asked, DeskError> {
        let kind = RequestKind::Reset;
        if tx.waiting_request(case.account.id, kind).await?.is_some() {
            return Err(DeskError::Conflict(
                "a reset waits for a receipt already; give its page once more if it was lost",
            ));
        }
        let until = self.now() + hours(self.settings.link_hours);
        let asked = self
            .record(
                tx,
                case,
                kind,
                RequestState::Waiting,
                gate::NO_WAY,
                "",
                WORDS,
                None,
                Some(until),
            )
            .await?;
        let text = "Nobody can be reached at this account. A receipt, shown on a page of the requester's own, opens the reset a day later.";
        self.write(tx, case.ticket, MessageKind::Desk, None, text)
            .await?;
        Ok(asked)
    }

    /// What a reset is called and does: the owner's yes, or where nobody can be reached, a receipt.
    pub(super) fn reset_offer(
        ways: &Ways,
        goes: &str,
        decision: Decision,
    ) -> (&'static str, String, Decision) {
        if decision.rule == gate::NO_WAY && ways.recover {
            let explains = "nobody can be reached; a page of their own, and a day".to_owned();
            let decision = Decision {
                outcome: Outcome::Challenge,
                ..decision
            };
            return ("Reset the password by a receipt", explains, decision);
        }
        (
            "Ask the owner to confirm a password reset",
            format!("asks at {goes}; nothing changes before their yes"),
            decision,
        )
    }
}
