//! What is asked for seldom: actions of the company, another second factor, a copy of everything, erasure.

use gate::{Decision, Effect};
use store::Tx;
use words::{MessageKind, RequestId, RequestKind, RequestState};

use super::{About, Asked, Case};
use crate::{
    approve::HOURS,
    catalogue::CatalogueAction,
    change::NewPoint,
    desk::Desk,
    error::DeskError,
    hooks::ACT,
    settings::{Cools, hours},
};

/// The kind, the action's name if it is one, what it is called, what would happen, and what the gate says.
type SeldomOffer = (RequestKind, String, String, String, Decision);

impl About {
    /// What a request for one of the company's actions, or for a change, is about.
    pub(super) fn of(
        action: Option<&CatalogueAction>,
        point: Option<NewPoint>,
    ) -> Result<String, DeskError> {
        let about = Self {
            action: action.map(|action| action.name.clone()),
            point,
        };
        serde_json::to_string(&about).map_err(|e| DeskError::json(&e))
    }
}

impl Desk {
    /// What is offered below the rest. `second` asks the gate, and whether a second person is wanted.
    pub(super) fn seldom_offers(
        &self,
        goes: &str,
        second: &dyn Fn(RequestKind, Option<Effect>) -> (Decision, bool),
    ) -> Vec<SeldomOffer> {
        let mut offers = Vec::new();
        let mut offer = |kind, field: &str, title: String, explains: String, effect| {
            let (mut decision, eyes) = second(kind, effect);
            let explains = if eyes {
                decision.outcome = gate::Outcome::Challenge;
                format!("a second person agrees first; then {explains}")
            } else {
                explains
            };
            offers.push((kind, field.to_owned(), title, explains, decision));
        };
        for action in self.catalogue.actions() {
            let steps = match action.proofs {
                1 => "after their yes the company's system does it",
                _ => "once they confirmed it in two steps, the company's system does it",
            };
            offer(
                RequestKind::Act,
                &action.name,
                format!("Ask the owner to confirm: {}", action.title),
                format!("asks at {goes}; {steps}"),
                Some(action.effect()),
            );
        }
        offer(
            RequestKind::Reenrol,
            "",
            "Set up the second sign-in step anew".to_owned(),
            format!(
                "asks at {goes}; the owner confirms it in two steps, and {} hours later it happens",
                self.settings.cools(Cools::SecondFactor)
            ),
            None,
        );
        offer(
            RequestKind::Export,
            "",
            "Send the owner a copy of everything".to_owned(),
            format!("asks at {goes}; after their yes it goes to the same place"),
            None,
        );
        offer(
            RequestKind::Erase,
            "",
            "Erase everything kept about the owner".to_owned(),
            format!(
                "asks at {goes}; the owner confirms it in two steps, and {} hours later it is gone for good",
                self.settings.cools(Cools::Erasure)
            ),
            None,
        );
        offers
    }

    /// The company's action that is asked for, by its name.
    pub(super) fn asked_action(
        &self,
        kind: RequestKind,
        name: &str,
    ) -> Result<Option<&CatalogueAction>, DeskError> {
        if kind != RequestKind::Act {
            return Ok(None);
        }
        self.catalogue.action(name).map(Some).ok_or_else(|| {
            DeskError::Invalid(
                "the catalogue has no such action; choose one from the list".to_owned(),
            )
        })
    }

    /// The company's action that a hook is about.
    pub(crate) async fn hooked_action(
        &self,
        tx: &mut Tx,
        kind: &str,
        reference: &str,
    ) -> Result<Option<String>, DeskError> {
        let Some(id) = reference.parse::<RequestId>().ok().filter(|_| kind == ACT) else {
            return Ok(None);
        };
        let request = tx.request(id).await?.ok_or(DeskError::NotFound)?;
        Ok(self.effect_of(&request)?.map(|effect| effect.name))
    }

    /// Whether the same waits already. Of the company's actions several may.
    pub(super) async fn is_waiting(
        &self,
        tx: &mut Tx,
        case: &Case<'_>,
        kind: RequestKind,
    ) -> Result<bool, DeskError> {
        // One that the owner has confirmed and is about to type still waits for them.
        if kind == RequestKind::Change
            && !tx.ready_requests(case.account.id, kind).await?.is_empty()
        {
            return Ok(true);
        }
        let waiting = tx.waiting_requests(case.account.id).await?;
        Ok(waiting
            .iter()
            .any(|row| row.kind == kind && (kind != RequestKind::Act || row.detail == case.about)))
    }

    /// Puts a request down for a second person, in the lead's queue. The owner isn't asked before.
    pub(super) async fn waits_for_leave(
        &self,
        tx: &mut Tx,
        case: &Case<'_>,
        kind: RequestKind,
        decision: Decision,
    ) -> Result<Asked, DeskError> {
        if self.is_waiting(tx, case, kind).await? {
            return Err(DeskError::Conflict(
                "this waits for a second person or the owner already",
            ));
        }
        self.charge_question(tx, case.account).await?;
        let asked = self
            .record(
                tx,
                case,
                kind,
                RequestState::Waiting,
                &decision.rule,
                "",
                &decision.words,
                None,
                Some(self.now() + hours(HOURS)),
            )
            .await?;
        let text = format!(
            "Asked for: {}. A second person, a lead or an admin, agrees or declines within a day; then the owner is asked.",
            case.label
        );
        self.write(tx, case.ticket, MessageKind::Desk, Some(case.me.id), &text)
            .await?;
        self.call_second(tx, case.me, case.ticket, case.label)
            .await?;
        Ok(asked)
    }
}
