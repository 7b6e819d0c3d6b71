//! Changing a contact point or the postal address. Support asks for it and never knows the new value:
//! the owner types it on their own page once they have proven it in two ways, and it counts after its
//! cooling-off time. Until then the old one stays, and each old contact point can stop it.

mod typed;

use serde::{Deserialize, Serialize};
use store::{
    AccountRow, ChallengeRow, ContactPointRow, FieldRow, PlanRow, RequestRow, TicketRow, Tx,
};
use words::{
    ChallengeKind, ContactKind, ContactPointId, FieldClass, FieldKind, MessageKind, PlanKind,
    RequestKind, RequestState, Time,
};

use crate::{desk::Desk, error::DeskError, request::About, saved::is_codes, settings::Cools};
pub use typed::Typed;

/// What a request names to change a contact point; any other name is a field's.
const POINT: &str = "contact_point";
const NEW_EMAIL: &str = "a new email";
const NEW_PHONE: &str = "a new phone number";

/// A contact point that is to come, and which one it takes the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewPoint {
    pub kind: ContactKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<ContactPointId>,
}

impl NewPoint {
    /// What a rep and the owner call it: `change of the email of 1 May 2019`, so that the owner knows
    /// which one goes. `item` is the choice that was made.
    pub(crate) fn label(self, item: &str) -> String {
        match (self.kind, self.replaces) {
            (ContactKind::Email, None) => "new email address".to_owned(),
            (ContactKind::Phone, None) => "new phone number".to_owned(),
            (_, Some(_)) => format!("change of {}", item.replace(" on file since ", " of ")),
        }
    }
}

/// What the owner types on their page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entering {
    /// An email address.
    Email,
    /// A phone number.
    Phone,
    /// A postal address.
    Address,
}

/// Something that can be changed, for the list of what can be asked for.
pub(crate) struct ChangeOffer {
    pub(crate) field: String,
    pub(crate) items: Vec<String>,
    pub(crate) title: String,
    pub(crate) explains: String,
}

/// The field of an account that a change is of; none for a contact point.
pub(crate) fn changed_field<'a>(
    fields: &'a [FieldRow],
    field: &str,
) -> Result<Option<&'a FieldRow>, DeskError> {
    if field.is_empty() || field == POINT {
        return Ok(None);
    }
    fields
        .iter()
        .find(|row| row.name == field && may_change(row))
        .map(Some)
        .ok_or_else(not_offered)
}

impl Desk {
    /// What can be changed on an account.
    pub(crate) fn change_offers(
        &self,
        fields: &[FieldRow],
        points: &[ContactPointRow],
        goes: &str,
    ) -> Vec<ChangeOffer> {
        let explains = |what| {
            format!(
                "asks at {goes}; the owner confirms it in two steps, types the new one there, and it counts {} hours later",
                self.settings.cools(what)
            )
        };
        let items = self.choices(points).into_iter().map(|(item, _)| item);
        let mut offers = vec![ChangeOffer {
            field: POINT.to_owned(),
            items: items.collect(),
            title: "Change an email or phone number".to_owned(),
            explains: explains(Cools::ContactPoint),
        }];
        let fields = fields.iter().filter(|row| may_change(row));
        offers.extend(fields.map(|row| ChangeOffer {
            field: row.name.clone(),
            items: Vec::new(),
            title: format!("Change the {}", self.catalogue.label(&row.name, &row.item)),
            explains: explains(Cools::Field),
        }));
        offers
    }

    /// What can be chosen for a contact point: a new one, or one on file that it takes the place of.
    /// Phone numbers only where the desk can write to one.
    fn choices(&self, points: &[ContactPointRow]) -> Vec<(String, NewPoint)> {
        let (now, texts) = (self.now(), self.texts.is_some());
        let new = |kind| NewPoint {
            kind,
            replaces: None,
        };
        let mut choices = vec![(NEW_EMAIL.to_owned(), new(ContactKind::Email))];
        if texts {
            choices.push((NEW_PHONE.to_owned(), new(ContactKind::Phone)));
        }
        for point in points {
            if point.effective_at > now || point.kind == ContactKind::Phone && !texts {
                continue;
            }
            let since = point.registered_at.format("%-d %B %Y");
            let plain = format!("the {} on file since {since}", point.kind);
            let like = choices.iter().filter(|(item, _)| item.starts_with(&plain));
            let item = match like.count() {
                0 => plain,
                n => format!("{plain} ({})", n + 1),
            };
            let replaces = Some(point.id);
            let kind = point.kind;
            choices.push((item, NewPoint { kind, replaces }));
        }
        choices
    }

    /// The contact point that a change is of; without a choice, a new email.
    pub(crate) fn changed_point(
        &self,
        points: &[ContactPointRow],
        kind: RequestKind,
        field: Option<&FieldRow>,
        item: &str,
    ) -> Result<Option<NewPoint>, DeskError> {
        if kind != RequestKind::Change || field.is_some() {
            return Ok(None);
        }
        let wanted = if item.is_empty() { NEW_EMAIL } else { item };
        let mut choices = self.choices(points).into_iter();
        choices
            .find(|(item, _)| item == wanted)
            .map(|(_, point)| Some(point))
            .ok_or_else(not_offered)
    }

    /// What the owner can type now on the page behind a link, if they confirmed a change there.
    pub(crate) fn entering(
        &self,
        row: &ChallengeRow,
        request: Option<&RequestRow>,
    ) -> Result<Option<Entering>, DeskError> {
        let now = self.now();
        let Some(request) = request.filter(|request| {
            request.kind == RequestKind::Change
                && request.state == RequestState::Ready
                && request.expires_at.is_some_and(|at| now < at)
        }) else {
            return Ok(None);
        };
        if row.kind != ChallengeKind::Confirm || row.answer.as_deref() != Some("yes") {
            return Ok(None);
        }
        Ok(match About::read(&request.detail)?.point {
            Some(point) if point.kind == ContactKind::Email => Some(Entering::Email),
            Some(_) => Some(Entering::Phone),
            None if request.field_id.is_some() => Some(Entering::Address),
            None => None,
        })
    }

    /// Whether a confirmed request goes on at the page of its question.
    pub(crate) fn goes_on(&self, request: &RequestRow) -> bool {
        request.state == RequestState::Ready
            && (request.kind == RequestKind::Change || is_codes(request))
            && request.expires_at.is_some_and(|at| self.now() < at)
    }

    /// Whether the time for typing is over, although nothing swept it yet.
    pub(crate) fn lapsed(&self, request: &RequestRow) -> bool {
        request.kind == RequestKind::Change
            && request.state == RequestState::Ready
            && request.expires_at.is_none_or(|at| at <= self.now())
    }

    /// A freeze ends what an owner has confirmed and not typed yet, and the page for new recovery codes.
    pub(crate) async fn freeze_changes(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let mut ready = tx.ready_requests(account.id, RequestKind::Change).await?;
        let acts = tx.ready_requests(account.id, RequestKind::Act).await?;
        ready.extend(acts.into_iter().filter(is_codes));
        for row in ready {
            tx.move_request(row.id, RequestState::Ready, RequestState::Refused, now)
                .await?;
            tx.end_challenges_of(row.id, now).await?;
            let mut entry = self
                .entry("desk", "request.stopped")
                .with_account(account.id.to_string())
                .with("request", row.id.to_string());
            if let Some(ticket) = tx.ticket_by_id(row.ticket_id).await? {
                let text = format!("Over: {}. The account is frozen.", row.label);
                self.write(tx, &ticket, MessageKind::Desk, None, &text)
                    .await?;
                entry = entry.with_ticket(ticket.number);
            }
            tx.entry(entry);
        }
        Ok(())
    }

    /// A planned change is over before its time: what was to come goes (`never_again`: for good on this
    /// account), what was to go stays, and nobody can answer for it any more.
    pub(crate) async fn undo_change(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        request: &RequestRow,
        never_again: bool,
    ) -> Result<(), DeskError> {
        if request.kind != RequestKind::Change {
            return Ok(());
        }
        let now = self.now();
        tx.points_undone(request.id, never_again, now).await?;
        tx.end_challenges_of(request.id, now).await?;
        // If the company's systems send it again, it is looked at again.
        Ok(tx.forget_fingerprint(account.id).await?)
    }

    /// Whether a planned change has what it needs: a new address at which somebody answered, a field
    /// that is still there.
    pub(crate) async fn can_change(
        &self,
        tx: &mut Tx,
        request: &RequestRow,
        plan: &PlanRow,
    ) -> Result<bool, DeskError> {
        let now = self.now();
        Ok(match plan.kind {
            // Without one it only takes something away.
            PlanKind::Point if plan.contact_point_id.is_some() => {
                let coming = tx.coming_points(request.id).await?;
                coming.iter().any(|point| point.usable(now))
            }
            PlanKind::Field => plan.field_id.is_some() && plan.value.is_some(),
            _ => true,
        })
    }

    /// A change that can't be carried out ends without effect: nobody answered at the new address in
    /// time, or the field is gone.
    pub(crate) async fn never_came(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
        plan: &PlanRow,
    ) -> Result<(), DeskError> {
        let now = self.now();
        tx.cancel_plan(plan.id, now).await?;
        self.undo_change(tx, account, request, false).await?;
        tx.move_request(
            request.id,
            RequestState::Cooling,
            RequestState::Expired,
            now,
        )
        .await?;
        tx.entry(
            self.entry("desk", "change.stopped")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("request", request.id.to_string()),
        );
        let why = match plan.kind {
            PlanKind::Point => "Nobody answered at the new one in time.",
            _ => "What it is about is gone.",
        };
        let text = format!("Not carried out: {}. {why}", request.label);
        self.write(tx, ticket, MessageKind::Desk, None, &text)
            .await?;
        Ok(())
    }

    /// The new contact points of a change are in effect: what they take the place of goes, and the
    /// account is found by what it has.
    pub(crate) async fn replace_points(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        request: &RequestRow,
    ) -> Result<(), DeskError> {
        let gone = tx.points_left(request.id, self.now()).await?;
        for point in &gone {
            tx.drop_lookup(account.id, point.kind.as_str(), &point.blind)
                .await?;
            tx.entry(
                self.entry("desk", "contact_point.removed")
                    .with_account(account.id.to_string())
                    .with("request", request.id.to_string())
                    .with("contact_point", point.id.to_string()),
            );
        }
        let found: Vec<_> = tx
            .coming_points(request.id)
            .await?
            .into_iter()
            .map(|point| (account.id, point.kind.as_str().to_owned(), point.blind))
            .collect();
        Ok(tx.put_lookups(&found).await?)
    }

    /// Somebody answered at a new address: it is there. It counts once its cooling-off time is over.
    pub(crate) async fn address_answered(
        &self,
        tx: &mut Tx,
        row: &ChallengeRow,
        ticket: &TicketRow,
        now: Time,
    ) -> Result<(), DeskError> {
        if !tx.confirm_contact_point(row.contact_point_id, now).await? {
            return Ok(());
        }
        tx.entry(
            self.entry("owner", "contact_point.confirmed")
                .with_account(row.account_id.to_string())
                .with_ticket(ticket.number)
                .with("contact_point", row.contact_point_id.to_string()),
        );
        let text = "Somebody answered at the new one. It counts after its cooling-off time.";
        self.write(tx, ticket, MessageKind::Desk, None, text)
            .await?;
        Ok(())
    }
}

fn not_offered() -> DeskError {
    DeskError::Invalid("this can't be changed here; choose one from the list".to_owned())
}

/// Whether the owner can change a field: a postal address that an account has one of.
fn may_change(row: &FieldRow) -> bool {
    row.class == FieldClass::Sealed && row.kind == FieldKind::Address && row.item.is_empty()
}
