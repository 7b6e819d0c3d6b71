//! The desk itself: what every use case has at hand.

use gate::{Action, Actor, Decision, Facts, Gate, Outcome};
use ledger::{Entry, Signer};
use std::sync::Arc;
use store::{AccountRow, ContactPointRow, FieldRow, Store, TicketRow, Tx};
use tokio::sync::Notify;
use vault::{AccountKey, Vault, WrappedKey};
use words::{AccountId, Clock, Entropy, Role, SessionId, StaffId, TicketState, Time};

use crate::{
    catalogue::Catalogue, error::DeskError, letter::Carrier, policies::InForce,
    provider::IdentityProvider, recover::ReceiptMails, settings::DeskSettings, text::TextCarrier,
};

/// Who asks: a signed-in member of staff, or a token that acts as one.
#[derive(Clone, Debug)]
pub struct Me {
    /// Their id.
    pub id: StaffId,
    /// Their name, as colleagues see it.
    pub name: String,
    /// What they sign in with.
    pub login: String,
    /// What they may do.
    pub role: Role,
    /// The session, unless it is a token.
    pub session: Option<SessionId>,
    /// What a token may be used for; a session may everything its role may.
    pub scopes: Option<Vec<String>>,
}

impl Me {
    /// Whether all queues are theirs to see.
    pub fn sees_all(&self) -> bool {
        self.role != Role::Rep
    }

    /// How the ledger names them.
    pub fn actor(&self) -> String {
        match self.scopes {
            None => format!("staff:{}", self.id),
            Some(_) => format!("token:{}", self.id),
        }
    }

    /// Refuses whoever has none of these roles.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`].
    pub fn must_be(&self, roles: &[Role]) -> Result<(), DeskError> {
        if roles.contains(&self.role) || words::sabotage::off("roles") {
            Ok(())
        } else {
            Err(DeskError::Forbidden(
                "your role doesn't do this; ask an admin if it should",
            ))
        }
    }

    /// Refuses a token that was not made for this; a session may everything its role may.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`].
    pub fn must_hold(&self, scope: &str) -> Result<(), DeskError> {
        if self.holds(scope) || words::sabotage::off("scopes") {
            Ok(())
        } else {
            Err(DeskError::Forbidden(
                "this token was not made for this; an admin can make one with the right scope",
            ))
        }
    }

    /// Whether it is a session, or a token that was made for this.
    pub fn holds(&self, scope: &str) -> bool {
        self.scopes
            .as_ref()
            .is_none_or(|scopes| scopes.iter().any(|held| held == scope))
    }

    /// Refuses auditors, who read and never act.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`].
    pub fn must_act(&self) -> Result<(), DeskError> {
        self.must_be(&[Role::Rep, Role::Lead, Role::Admin])
    }
}

/// What a desk is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The keys.
    pub vault: Vault,
    /// The decisions, until another set of policies is taken up.
    pub gate: Gate,
    /// Signs the ledger's checkpoints.
    pub signer: Signer,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The mail room.
    pub carrier: Arc<dyn Carrier>,
    /// The company's identity provider.
    pub provider: Arc<dyn IdentityProvider>,
    /// The room for text messages, if there is one.
    pub texts: Option<Arc<dyn TextCarrier>>,
    /// Which fields accounts have.
    pub catalogue: Catalogue,
    /// Where network addresses are.
    pub places: Option<watch::Places>,
    /// When the watch raises a signal.
    pub rules: watch::Rules,
    /// Takes each signed checkpoint to a second place, outside the database.
    pub witness: Box<dyn Fn(&str) + Send + Sync>,
    /// The settings.
    pub settings: DeskSettings,
}

/// The help desk.
pub struct Desk {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) gate: InForce,
    pub(crate) signer: Signer,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) carrier: Arc<dyn Carrier>,
    pub(crate) provider: Arc<dyn IdentityProvider>,
    pub(crate) texts: Option<Arc<dyn TextCarrier>>,
    pub(crate) catalogue: Catalogue,
    pub(crate) places: Option<watch::Places>,
    pub(crate) rules: watch::Rules,
    pub(crate) witness: Box<dyn Fn(&str) + Send + Sync>,
    pub(crate) settings: DeskSettings,
    pub(crate) receipt_mails: Option<Arc<dyn ReceiptMails>>,
    pub(crate) wake: Notify,
}

impl Desk {
    /// Puts a desk together.
    pub fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            vault: parts.vault,
            gate: InForce::new(parts.gate),
            signer: parts.signer,
            clock: parts.clock,
            entropy: parts.entropy,
            carrier: parts.carrier,
            provider: parts.provider,
            texts: parts.texts,
            catalogue: parts.catalogue,
            places: parts.places,
            rules: parts.rules,
            witness: parts.witness,
            settings: parts.settings,
            receipt_mails: None,
            wake: Notify::new(),
        }
    }

    /// The time now.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The settings.
    pub fn settings(&self) -> &DeskSettings {
        &self.settings
    }

    /// The catalogue of fields.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The database, for what changes and for closing it.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Its chance, for what stands beside it.
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        self.entropy.clone()
    }

    /// An id of a new thing.
    pub(crate) fn id<T>(&self, make: fn(Time, &dyn Entropy) -> T) -> T {
        make(self.now(), self.entropy.as_ref())
    }

    /// A random 256-bit secret for a link, cookie or token, as 43 letters of URL-safe base64,
    /// and the hash that is kept.
    pub(crate) fn secret(&self) -> (String, [u8; 32]) {
        use base64::Engine as _;
        let mut raw = [0u8; 32];
        self.entropy.fill(&mut raw);
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(raw);
        let hash = vault::hash(text.as_bytes());
        (text, hash)
    }

    /// An entry of the ledger by a member of staff.
    pub(crate) fn by(&self, me: &Me, kind: &str) -> Entry {
        Entry::new(self.now().micros(), kind, me.actor())
    }

    /// An entry of the ledger by the desk, the owner or the watch.
    pub(crate) fn entry(&self, actor: &str, kind: &str) -> Entry {
        Entry::new(self.now().micros(), kind, actor)
    }

    /// The account's data key.
    pub(crate) fn key(&self, account: &AccountRow) -> Result<AccountKey, DeskError> {
        Ok(self
            .vault
            .account_key(account.id, &WrappedKey(account.data_key.clone()))?)
    }

    /// Commits, and wakes whoever works off jobs.
    pub(crate) async fn commit(&self, tx: Tx) -> Result<(), DeskError> {
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    /// A ticket by number, if it is for them to see.
    pub(crate) async fn see(
        &self,
        tx: &mut Tx,
        me: &Me,
        number: i64,
    ) -> Result<TicketRow, DeskError> {
        let ticket = tx.ticket(number).await?.ok_or(DeskError::NotFound)?;
        let theirs = me.sees_all()
            || words::sabotage::off("queues")
            || ticket.queue == words::Queue::Support
            || ticket.assignee == Some(me.id)
            || ticket.opened_by == Some(me.id)
            || tx.asked_in(ticket.id, me.id).await?;
        if theirs {
            Ok(ticket)
        } else {
            Err(DeskError::NotFound)
        }
    }

    /// The same for someone who is about to act on it.
    pub(crate) async fn act_on(
        &self,
        tx: &mut Tx,
        me: &Me,
        number: i64,
    ) -> Result<TicketRow, DeskError> {
        let ticket = self.see(tx, me, number).await?;
        me.must_act()?;
        // Who comes at the same moment waits; then the facts are looked at again.
        if tx.is_alone() {
            return Ok(ticket);
        }
        if let Some(account) = ticket.account_id {
            tx.queue_for_account(account).await?;
        }
        tx.queue_for_ticket(number).await?;
        let now = self.see(tx, me, number).await?;
        if now.account_id != ticket.account_id {
            return Err(DeskError::Conflict(
                "somebody chose the account of this ticket at the same moment; try again",
            ));
        }
        Ok(now)
    }

    /// The account of a ticket.
    pub(crate) async fn account_of(
        &self,
        tx: &mut Tx,
        ticket: &TicketRow,
    ) -> Result<AccountRow, DeskError> {
        let id = ticket.account_id.ok_or(DeskError::Conflict(
            "this ticket has no account yet; find it first",
        ))?;
        self.account(tx, id).await
    }

    /// An account that must exist.
    pub(crate) async fn account(
        &self,
        tx: &mut Tx,
        id: AccountId,
    ) -> Result<AccountRow, DeskError> {
        tx.account(id).await?.ok_or(DeskError::NotFound)
    }

    /// The contact point that letters go to: the confirmed email that is longest on file and in
    /// effect; otherwise the best there is, which the gate then refuses.
    pub(crate) fn destination<'a>(
        &self,
        points: &'a [ContactPointRow],
    ) -> Option<&'a ContactPointRow> {
        let now = self.now();
        let email = |point: &&ContactPointRow| point.kind == words::ContactKind::Email;
        points
            .iter()
            .filter(email)
            .find(|point| point.usable(now))
            .or_else(|| points.iter().find(email))
    }

    /// What the gate is asked.
    pub(crate) fn facts(
        &self,
        actor: Actor,
        action: Action,
        account: &AccountRow,
        ticket: Option<&TicketRow>,
        destination: Option<&ContactPointRow>,
    ) -> Facts {
        let now = self.now();
        Facts {
            actor,
            action,
            account: gate::AccountFacts {
                id: account.id,
                hold: account.hold,
                attempts: account.attempts,
                reachable: destination.is_some_and(|point| point.usable(now)),
                important: account.important,
            },
            ticket: ticket.map(|ticket| gate::TicketFacts {
                id: ticket.id,
                open: ticket.state != TicketState::Closed,
                about: ticket.account_id == Some(account.id),
            }),
            field: None,
            destination: destination.map(|point| gate::Destination {
                id: point.id,
                kind: point.kind,
                confirmed: point.confirmed_at.is_some_and(|at| at <= now),
                effective: point.effective_at <= now && point.removed_at.is_none(),
                before: ticket.is_none_or(|ticket| {
                    point.registered_at <= ticket.opened_at
                        && point.effective_at <= ticket.opened_at
                }),
            }),
            proofs: Vec::new(),
            ways: Vec::new(),
            effect: None,
            approval: None,
            told: None,
            now,
        }
    }

    /// Decides.
    pub(crate) fn decide(&self, facts: &Facts) -> Decision {
        self.gate.gate().decide(facts)
    }
}

/// A field as the gate sees it.
pub(crate) fn field_facts(field: &FieldRow) -> gate::Field {
    gate::Field {
        id: field.id,
        class: field.class,
        kind: field.kind,
    }
}

/// A decision's outcome in one word, for the ledger.
pub(crate) fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Permit => "permit",
        Outcome::Challenge => "challenge",
        Outcome::Escalate => "escalate",
        Outcome::Refuse => "refuse",
    }
}
