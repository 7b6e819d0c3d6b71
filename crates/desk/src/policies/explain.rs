//! Why something can or can't be asked for, and what would change it.

use gate::{Action, Actor, Facts, Outcome};
use store::{AccountRow, ContactPointRow, FieldRow, TicketRow};
use uuid::Uuid;
use words::{FieldClass, RequestKind, Role, StaffId};

use crate::{
    catalogue::CatalogueAction,
    desk::{Desk, field_facts, outcome_word},
    error::DeskError,
    offered::as_offered,
    proof::Ways,
    request::{Offer, frozen_since},
};

/// The why of a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// The incidents and clauses behind the rule, each in words.
    pub sources: Vec<String>,
    /// What would change it, each as it follows on "what would change it:"; empty if nothing would.
    pub changes: Vec<String>,
    /// Whether it is refused and nothing that could become otherwise would change that.
    pub stands: bool,
}

/// The answer to "what if this were asked for?".
#[derive(Clone, Debug)]
pub struct WhyAsked {
    /// What the gate would answer: `permit`, `challenge`, `escalate` or `refuse`.
    pub outcome: &'static str,
    /// The rule that decides.
    pub rule: String,
    /// Why, for the rep; empty for what is permitted.
    pub reason: String,
    /// What the rep can say; empty for what is permitted.
    pub words: String,
    /// Where the rule comes from and what would change it.
    pub why: Why,
}

/// Everything about a ticket's account that its requests are decided by.
pub(crate) struct Around<'a> {
    pub(crate) actor: Actor,
    pub(crate) ticket: &'a TicketRow,
    pub(crate) account: &'a AccountRow,
    pub(crate) fields: &'a [FieldRow],
    pub(crate) points: &'a [ContactPointRow],
    pub(crate) ways: &'a Ways,
}

impl Around<'_> {
    fn facts(&self, desk: &Desk, kind: RequestKind, field: Option<&FieldRow>) -> Facts {
        let place = desk.destination(self.points);
        let action = Action::Request(kind);
        let mut facts = desk.facts(self.actor, action, self.account, Some(self.ticket), place);
        facts.field = field.map(field_facts);
        facts.ways = match kind {
            RequestKind::Unlock => self.ways.lifting.clone(),
            _ => self.ways.now.clone(),
        };
        facts
    }

    fn field(&self, name: &str) -> Option<&FieldRow> {
        self.fields.iter().find(|row| row.name == name)
    }
}

impl Desk {
    /// The why of what was decided by `rule`, as it is now: what would change it is said only as long
    /// as the same rule decides.
    pub(crate) fn why(
        &self,
        around: &Around<'_>,
        kind: RequestKind,
        field: Option<&FieldRow>,
        effect: Option<gate::Effect>,
        rule: &str,
    ) -> Why {
        let gate = self.gate.gate();
        let mut facts = around.facts(self, kind, field);
        facts.effect = effect;
        let explained = gate.explain(&facts);
        let same = explained.decision.rule == rule;
        let outcome = explained.decision.outcome;
        let offered = same && as_offered(kind, explained.decision).outcome == outcome;
        Why {
            stands: offered && outcome == Outcome::Refuse && explained.changes.is_empty(),
            sources: gate.sources(rule),
            changes: if offered {
                explained.changes
            } else {
                Vec::new()
            },
        }
    }

    /// Puts the why to each offer.
    pub(crate) fn explain_offers(&self, around: &Around<'_>, offers: &mut [Offer]) {
        for offer in offers {
            let action = self.catalogue.action(&offer.field);
            let effect = action.filter(|_| offer.kind == RequestKind::Act);
            let effect = effect.map(CatalogueAction::effect);
            let field = around.field(&offer.field);
            offer.why = self.why(around, offer.kind, field, effect, &offer.rule);
        }
    }

    /// What would be answered if somebody with this role asked for something in a ticket now, and
    /// what would change it. `field` is a field of the catalogue or an action of the company, where
    /// one is asked for. For the operator; nothing happens by it.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a ticket that isn't there; [`DeskError::Conflict`] without an
    /// account; [`DeskError::Invalid`] for a field or action that isn't there, naming those that are.
    pub async fn explain(
        &self,
        role: Role,
        number: i64,
        kind: RequestKind,
        field: &str,
    ) -> Result<WhyAsked, DeskError> {
        let mut tx = self.store.read().await?;
        let ticket = tx.ticket(number).await?.ok_or(DeskError::NotFound)?;
        let account = self.account_of(&mut tx, &ticket).await?;
        let fields = tx.masked_fields(account.id).await?;
        let points = tx.contact_points(account.id).await?;
        let since = frozen_since(&mut tx, account.id).await?;
        let ways = self
            .ways_both(&mut tx, &account, &fields, &points, &ticket, since)
            .await?;
        let around = Around {
            actor: Actor::Staff(StaffId(Uuid::nil()), role),
            ticket: &ticket,
            account: &account,
            fields: &fields,
            points: &points,
            ways: &ways,
        };
        let row = match kind {
            RequestKind::Deliver | RequestKind::Reveal => Some(
                around
                    .field(field)
                    .ok_or_else(|| which(kind, &field_names(&fields)))?,
            ),
            _ => None,
        };
        let mut facts = around.facts(self, kind, row);
        if kind == RequestKind::Act {
            let action = self.catalogue.action(field).ok_or_else(|| {
                let names = self.catalogue.actions().iter();
                let names: Vec<String> = names.map(|action| action.name.clone()).collect();
                which(kind, &names)
            })?;
            facts.effect = Some(action.effect());
        }
        let explained = self.gate.gate().explain(&facts);
        let outcome = explained.decision.outcome;
        let decision = as_offered(kind, explained.decision);
        let permitted = decision.outcome == Outcome::Permit;
        Ok(WhyAsked {
            outcome: outcome_word(decision.outcome),
            reason: if permitted {
                String::new()
            } else {
                decision.reason
            },
            words: if permitted {
                String::new()
            } else {
                decision.words
            },
            why: Why {
                stands: decision.outcome == outcome
                    && outcome == Outcome::Refuse
                    && explained.changes.is_empty(),
                sources: self.gate.gate().sources(&decision.rule),
                changes: if decision.outcome == outcome {
                    explained.changes
                } else {
                    Vec::new()
                },
            },
            rule: decision.rule,
        })
    }
}

/// The names of the fields that can be asked for, each once.
fn field_names(fields: &[FieldRow]) -> Vec<String> {
    let mut names: Vec<String> = fields
        .iter()
        .filter(|row| row.class != FieldClass::Shown)
        .map(|row| row.name.clone())
        .collect();
    names.sort();
    names.dedup();
    names
}

fn which(kind: RequestKind, names: &[String]) -> DeskError {
    DeskError::Invalid(if names.is_empty() {
        format!("there is nothing here for `{kind}`")
    } else {
        let all: Vec<_> = names.iter().map(|name| format!("{kind}:{name}")).collect();
        format!("say which; there are {}", all.join(", "))
    })
}
