//! The new value, as the owner types it: shown back to them once, taken once, and sealed at once.
//!
//! INVARIANT: it is on the owner's page and in this call; nobody at support sees it, and no entry,
//! message or error holds it.

use std::fmt;

use gate::Outcome;
use store::{AccountRow, ChallengeRow, ContactPointRow, RequestRow, TicketRow, Tx};
use vault::{AccountKey, normalise};
use words::{
    ChallengeId, ChallengeKind, ContactPointId, FieldKind, HoldLevel, MessageKind, PlanKind,
    RequestState, Time,
};
use zeroize::Zeroizing;

use super::{Entering, NewPoint};
use crate::{
    accounts::{check_text, digest_label},
    catalogue::address_kind,
    challenge::Detail,
    desk::Desk,
    error::DeskError,
    mailroom::LetterRef,
    plan::What,
    request::About,
    settings::{Cools, hours, minutes},
};

/// The longest that an owner types.
const LONGEST: usize = 500;
/// Looks at whether a contact point can come to one account in a row, and minutes until one more.
const LOOKS: u32 = 10;
const LOOK_MINUTES: u64 = 60;
const USED_UP: DeskError = DeskError::Conflict(
    "this page is used up; if you have a newer mail from us, use the link in that one",
);
const NOT_THIS: &str = "That one can't be used here. Please type another.";

/// What became of what the owner typed.
pub enum Typed {
    /// It can't be taken: what to do, for the owner.
    Again(&'static str),
    /// It could be: shown back to whoever typed it, and nothing is kept yet.
    Back(Zeroizing<String>),
    /// It is taken, and counts after its cooling-off time.
    Taken,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Again(_) => "Again",
            Self::Back(_) => "Back",
            Self::Taken => "Taken",
        })
    }
}

/// A change that an owner is about to complete.
struct Case {
    account: AccountRow,
    ticket: TicketRow,
    request: RequestRow,
    key: AccountKey,
}

impl Desk {
    /// The owner types the new value of a change that they have confirmed. Unless they are `sure`, it is
    /// shown back to them first.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a secret that was never given out; [`DeskError::Conflict`] if the
    /// page is used up, or a hold came meanwhile that forbids it; [`DeskError::Limited`] after too many
    /// contact points were tried on the account.
    pub async fn owner_types(
        &self,
        secret: &str,
        text: &str,
        sure: bool,
    ) -> Result<Typed, DeskError> {
        let mut tx = self.store.begin().await?;
        let token = vault::hash(secret.as_bytes());
        let asked = tx.challenge(&token).await?.ok_or(DeskError::NotFound)?;
        // Two pages at once queue up here; the second then finds that it is used up.
        tx.queue_for_account(asked.account_id).await?;
        let row = tx.challenge(&token).await?.ok_or(DeskError::NotFound)?;
        let request = match row.request_id {
            Some(id) => tx.request(id).await?,
            None => None,
        };
        let Some(what) = self.entering(&row, request.as_ref())? else {
            return Err(USED_UP);
        };
        let request = request.ok_or(DeskError::NotFound)?;
        let account = self.account(&mut tx, row.account_id).await?;
        let point = tx.contact_point(row.contact_point_id).await?;
        if account.hold == HoldLevel::Frozen || point.is_none_or(|p| !p.usable(self.now())) {
            return Err(USED_UP);
        }
        let text = match as_typed(what, text) {
            Ok(text) => text,
            Err(why) => return Ok(Typed::Again(why)),
        };
        let case = Case {
            key: self.key(&account)?,
            ticket: tx
                .ticket_by_id(row.ticket_id)
                .await?
                .ok_or(DeskError::NotFound)?,
            account,
            request,
        };
        if !self
            .still_allowed(&mut tx, &case.account, &case.ticket, &case.request)
            .await?
        {
            return Err(USED_UP);
        }
        let new = About::read(&case.request.detail)?.point;
        if let Some(new) = new {
            // Whether something is on file shows here, so there are few looks, whoever looks and
            // whatever they find.
            let budget = self.limit_key(&format!("typed:{}", case.account.id));
            let every = minutes(LOOK_MINUTES);
            if let Some(until) = tx.spent(&budget, LOOKS, every, self.now()).await? {
                return Err(DeskError::Limited(until));
            }
            let can = self.can_come(&mut tx, &case, new, &text).await?;
            if !can || !sure {
                tx.charge(&budget, LOOKS, every, self.now()).await?;
                tx.commit().await?;
                return Ok(if can {
                    Typed::Back(text)
                } else {
                    Typed::Again(NOT_THIS)
                });
            }
        } else if !sure {
            return Ok(Typed::Back(text));
        }
        tx.move_request(
            case.request.id,
            RequestState::Ready,
            RequestState::Cooling,
            self.now(),
        )
        .await?;
        let effective = match new {
            Some(new) => self.new_point(&mut tx, &case, new, &text).await?,
            None => self.new_field(&mut tx, &case, &text).await?,
        };
        let text = format!(
            "The owner typed it on their own page: {}. It takes effect on {}; they can stop it until then.",
            case.request.label,
            effective.format("%-d %B at %H:%M UTC")
        );
        self.write(&mut tx, &case.ticket, MessageKind::Desk, None, &text)
            .await?;
        self.commit(tx).await?;
        Ok(Typed::Taken)
    }

    /// Whether what was proven would still do, by the policies and holds of now: an hour may have passed
    /// since, and a hold may have come.
    pub(crate) async fn still_allowed(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<bool, DeskError> {
        let (mut facts, _) = self.weigh_request(tx, account, ticket, request).await?;
        for proof in &mut facts.proofs {
            // Given in time and used by the yes; how long the typing takes is no matter of theirs.
            proof.unused = true;
            proof.fresh = true;
            proof.minutes = 0;
        }
        if let Some(leave) = &mut facts.approval {
            leave.minutes = 0;
        }
        Ok(self.decide(&facts).outcome == Outcome::Permit)
    }

    /// Whether a contact point can come to an account: it isn't there yet, or nobody confirmed it (it was
    /// only noted, or another change brings it and nobody answered there), and it was never said not to be
    /// the owner's. Which of these, nobody is told.
    async fn can_come(
        &self,
        tx: &mut Tx,
        case: &Case,
        new: NewPoint,
        text: &str,
    ) -> Result<bool, DeskError> {
        let normal = Zeroizing::new(normalise(address_kind(new.kind), text));
        let blind = self.vault.blind(new.kind.as_str(), &normal).0;
        let points = tx.contact_points(case.account.id).await?;
        let here = points.iter().any(|point| {
            point.kind == new.kind && point.blind == blind && point.confirmed_at.is_some()
        });
        let gone = tx.repudiated_points(case.account.id).await?;
        Ok(!here
            && !gone
                .iter()
                .any(|(kind, theirs)| *kind == new.kind && *theirs == blind))
    }

    async fn new_point(
        &self,
        tx: &mut Tx,
        case: &Case,
        new: NewPoint,
        text: &str,
    ) -> Result<Time, DeskError> {
        let now = self.now();
        let normal = Zeroizing::new(normalise(address_kind(new.kind), text));
        let id = self.id(ContactPointId::new);
        let entropy = self.entropy.as_ref();
        let row = ContactPointRow {
            id,
            account_id: case.account.id,
            kind: new.kind,
            sealed: case
                .key
                .seal_address(id, text, entropy)?
                .as_bytes()
                .to_vec(),
            blind: self.vault.blind(new.kind.as_str(), &normal).0.to_vec(),
            registered_at: now,
            confirmed_at: None,
            effective_at: now + hours(self.settings.cools(Cools::ContactPoint)),
            removed_at: None,
            repudiated_at: None,
        };
        let id = tx
            .add_coming_point(&row, case.request.id)
            .await?
            .ok_or(USED_UP)?;
        // One that was only noted may be what it takes the place of: then it stays.
        if let Some(old) = new.replaces.filter(|old| *old != id) {
            tx.point_leaves_by(old, case.request.id).await?;
        }
        self.taken(
            tx,
            case,
            &case.key.commit(new.kind.as_str(), normal.as_bytes()),
        );
        let what = What {
            point: Some(id),
            ..What::by("owner")
        };
        let effective = self
            .plan_what(
                tx,
                &case.account,
                &case.ticket,
                &case.request,
                PlanKind::Point,
                what,
            )
            .await?;
        self.ask_address(tx, case, id, effective).await?;
        Ok(effective)
    }

    /// Asks a new address whether somebody is there. It is told the company's name and nothing else.
    async fn ask_address(
        &self,
        tx: &mut Tx,
        case: &Case,
        point: ContactPointId,
        effective: Time,
    ) -> Result<(), DeskError> {
        let detail = Detail::contact(&case.ticket);
        let secret = self
            .challenge(
                tx,
                ChallengeKind::Address,
                case.account.id,
                case.ticket.id,
                Some(case.request.id),
                point,
                &detail,
                self.now().until(effective),
            )
            .await?;
        let challenge = self.challenge_behind(tx, &secret).await?;
        let letter = LetterRef::Address { challenge };
        let place = tx.contact_point(point).await?.ok_or(DeskError::NotFound)?;
        let (secret, about) = (Some(secret.as_str()), Some(&case.ticket));
        self.queue_letter(tx, &case.account, &place, letter, secret, about)
            .await
    }

    async fn challenge_behind(&self, tx: &mut Tx, secret: &str) -> Result<ChallengeId, DeskError> {
        let row: Option<ChallengeRow> = tx.challenge(&vault::hash(secret.as_bytes())).await?;
        Ok(row.ok_or(DeskError::NotFound)?.id)
    }

    async fn new_field(&self, tx: &mut Tx, case: &Case, text: &str) -> Result<Time, DeskError> {
        let id = case.request.field_id.ok_or(USED_UP)?;
        let field = tx.field(id).await?.ok_or(USED_UP)?;
        let label = digest_label(&field.name, &field.item);
        let mut value = case.key.digest(&label, text.as_bytes()).0.to_vec();
        let sealed = case
            .key
            .seal_value(id, text.as_bytes(), self.entropy.as_ref())?;
        value.extend_from_slice(sealed.as_bytes());
        self.taken(tx, case, &case.key.commit(&label, text.as_bytes()));
        let what = What {
            field: Some(id),
            value: Some(value),
            ..What::by("owner")
        };
        self.plan_what(
            tx,
            &case.account,
            &case.ticket,
            &case.request,
            PlanKind::Field,
            what,
        )
        .await
    }

    fn taken(&self, tx: &mut Tx, case: &Case, commitment: &str) {
        tx.entry(
            self.entry("owner", "change.typed")
                .with_account(case.account.id.to_string())
                .with_ticket(case.ticket.number)
                .with("request", case.request.id.to_string())
                .with("commitment", commitment),
        );
    }
}

/// What was typed, in the form that is kept, or what to do about it.
fn as_typed(what: Entering, text: &str) -> Result<Zeroizing<String>, &'static str> {
    let text = Zeroizing::new(text.replace("\r\n", "\n").trim().to_owned());
    if text.is_empty() {
        return Err("Please type it in.");
    }
    if text.chars().nth(LONGEST).is_some() {
        return Err("That is too long. Please type it shorter.");
    }
    let (kind, why) = match what {
        Entering::Email => (
            FieldKind::Email,
            "That doesn't look like an email address. Please type it like name@mail.example.",
        ),
        Entering::Phone => (
            FieldKind::Phone,
            "That doesn't look like a phone number. Please type it with its country, like +1 555 0100.",
        ),
        Entering::Address => (
            FieldKind::Address,
            "That holds characters that can't be kept. Please type it as on a letter.",
        ),
    };
    let text = check_text(kind, &text)
        .map(Zeroizing::new)
        .map_err(|_| why)?;
    if what == Entering::Phone && !text.starts_with('+') {
        return Err(why);
    }
    Ok(text)
}
