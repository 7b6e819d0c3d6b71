//! A known account's contact points, as the company's systems send them: what is new waits out its
//! cooling-off time, the old ones are told and can stop it, and what was repudiated never comes back.
//!
//! Each such change has a ticket of its own, closed from the start: the letters, the link that stops it
//! and the record are those of every other planned change. Where nobody can be told, the ticket is one
//! for the safety queue, so that a person looks. What the owner is reached by goes in the same way, also
//! where nothing comes for it: who can't be reached any more can't stop what comes next. And what the
//! owner set on their own page is theirs: no list of the company's takes it back.

use std::collections::BTreeSet;

use store::{AccountRow, ContactPointRow, RequestRow, TicketRow, Tx};
use vault::AccountKey;
use words::{
    Channel, ContactPointId, MessageKind, PlanKind, RequestId, RequestKind, RequestState,
    TicketKind, Time, sabotage::off,
};

use super::{check::IncomingPoint, put::Dates};
use crate::{
    desk::Desk,
    error::DeskError,
    opened::Opens,
    plan::What,
    settings::{Cools, hours, minutes},
};

/// What putting or importing an account says about a contact point that was repudiated on it.
pub(crate) const NOT_THIS: DeskError =
    DeskError::Conflict("contact_points: one of them can't be used on this account; leave it out");
const TOO_OFTEN: DeskError = DeskError::Conflict(
    "contact_points: changed too often on this account; send it again tomorrow",
);
/// Minutes until the contact points of one account may change once more, beyond the first few.
const CHANGE_MINUTES: u64 = 360;

/// What becomes of an account's contact points.
#[derive(Default)]
pub(super) struct PointChange {
    /// What will be proof and destination.
    coming: Vec<ContactPointRow>,
    /// What is on file and neither, as nobody confirmed it.
    noted: Vec<ContactPointRow>,
    /// What goes once something else is in effect,
    leaving: Vec<ContactPointId>,
    /// by an earlier change, if nothing new comes by this one.
    pending: Option<RequestId>,
    /// What goes now.
    gone: Vec<ContactPointId>,
    /// What was to go and doesn't.
    staying: Vec<ContactPointId>,
}

impl PointChange {
    /// Whether it needs a plan of its own.
    fn is_new(&self) -> bool {
        !self.coming.is_empty() || !self.leaving.is_empty() && self.pending.is_none()
    }

    pub(super) fn is_none(&self) -> bool {
        self.coming.is_empty()
            && self.noted.is_empty()
            && self.leaving.is_empty()
            && self.gone.is_empty()
            && self.staying.is_empty()
    }
}

impl Desk {
    /// Whether one of these contact points was repudiated on the account.
    pub(super) async fn was_repudiated(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        points: &[IncomingPoint],
    ) -> Result<bool, DeskError> {
        let never = tx.repudiated_points(account.id).await?;
        if never.is_empty() {
            return Ok(false);
        }
        Ok(points.iter().any(|point| {
            let blind = self.vault.blind(point.kind.as_str(), &point.normal).0;
            never
                .iter()
                .any(|(kind, theirs)| *kind == point.kind && *theirs == blind)
        }))
    }

    /// Compares what is sent with what is on file, and writes nothing. What is new here, or newly
    /// confirmed, counts after the cooling-off time; what was known keeps its dates.
    pub(super) async fn compare_points(
        &self,
        tx: &mut Tx,
        key: &AccountKey,
        account: &AccountRow,
        points: &[IncomingPoint],
        now: Time,
    ) -> Result<PointChange, DeskError> {
        let known = tx.contact_points(account.id).await?;
        let leaving = tx.leaving_points(account.id).await?;
        let (theirs, replaced) = tx.points_by_owner(account.id).await?;
        let cool = if off("contacts-cool") {
            now
        } else {
            now + hours(self.settings.cools(Cools::ContactPoint))
        };
        let plans = tx.plans(account.id).await?;
        let mut plans = plans.iter().rev();
        let pending = plans.find(|plan| plan.kind == PlanKind::Point);
        let mut change = PointChange {
            pending: pending.map(|plan| plan.request_id),
            ..PointChange::default()
        };
        let heard = !self.hears(&known).is_empty();
        let mut kept = BTreeSet::new();
        for point in points {
            let blind = self.vault.blind(point.kind.as_str(), &point.normal).0;
            let same = |row: &&ContactPointRow| row.kind == point.kind && row.blind == blind;
            let by_owner = replaced
                .iter()
                .any(|(kind, gone)| *kind == point.kind && *gone == blind);
            let dates = if let Some(row) = known.iter().find(same) {
                kept.insert(row.id);
                if leaving.contains(&row.id) && !by_owner {
                    change.staying.push(row.id);
                }
                if row.confirmed_at.is_some()
                    || point.confirmed_at.is_none()
                    || theirs.contains(&row.id)
                {
                    continue;
                }
                Dates {
                    registered: row.registered_at,
                    confirmed: point.confirmed_at,
                    effective: cool,
                }
            } else if by_owner {
                continue;
            } else {
                // Registered now, as far as the desk can vouch for it.
                Dates {
                    registered: now,
                    confirmed: point.confirmed_at.map(|_| now),
                    effective: cool,
                }
            };
            let row = self.seal_point(key, account.id, point, dates, now)?;
            match row.confirmed_at {
                Some(_) => change.coming.push(row),
                None => change.noted.push(row),
            }
        }
        for row in known.iter().filter(|row| !kept.contains(&row.id)) {
            if theirs.contains(&row.id) || leaving.contains(&row.id) {
                continue;
            }
            // Nobody comes in two steps either: first beside the old one, then without it; or first
            // without it, when nobody hears any more of what comes. Where nobody would hear anyway,
            // and nothing comes, it goes at once.
            let more = !change.coming.is_empty() || change.pending.is_some();
            if row.usable(now) && (heard || more) {
                change.leaving.push(row.id);
            } else {
                change.gone.push(row.id);
            }
        }
        if change.is_new() {
            let budget = self.limit_key(&format!("points:{}", account.id));
            let few = u32::try_from(self.settings.notices_per_day).unwrap_or(u32::MAX);
            let limited = tx
                .charge(&budget, few, minutes(CHANGE_MINUTES), now)
                .await?;
            if limited.is_some() {
                return Err(TOO_OFTEN);
            }
        }
        Ok(change)
    }

    /// Writes what was compared, plans what comes, and tells the old contact points of it.
    pub(super) async fn change_points(
        &self,
        tx: &mut Tx,
        actor: &str,
        account: &AccountRow,
        change: &PointChange,
        now: Time,
    ) -> Result<(), DeskError> {
        for id in &change.staying {
            tx.point_stays(*id).await?;
        }
        for id in &change.gone {
            tx.remove_contact_point(*id, now).await?;
        }
        tx.put_contact_points(&change.noted).await?;
        if !change.is_new() {
            if let Some(pending) = change.pending {
                for id in &change.leaving {
                    tx.point_leaves_by(*id, pending).await?;
                }
            }
            return Ok(());
        }
        let points = tx.contact_points(account.id).await?;
        let heard = !self.hears(&points).is_empty();
        let ticket = self.ticket_of_change(tx, account, heard).await?;
        let request = RequestRow {
            id: self.id(RequestId::new),
            ticket_id: ticket.id,
            account_id: account.id,
            kind: RequestKind::Change,
            field_id: None,
            label: "change of a contact point by the company's systems".to_owned(),
            state: RequestState::Cooling,
            rule: String::new(),
            words: String::new(),
            contact_point_id: None,
            staff_id: None,
            at: now,
            updated_at: now,
            expires_at: None,
            detail: "{}".to_owned(),
            left_at: None,
        };
        tx.add_request(&request).await?;
        let mut first = None;
        for row in &change.coming {
            let id = tx
                .add_coming_point(row, request.id)
                .await?
                .ok_or(NOT_THIS)?;
            first = first.or(Some(id));
        }
        for id in &change.leaving {
            tx.point_leaves_by(*id, request.id).await?;
        }
        let what = What {
            point: first,
            ..What::by(actor)
        };
        let effective = self
            .plan_what(tx, account, &ticket, &request, PlanKind::Point, what)
            .await?;
        let then = effective.format("%-d %B at %H:%M UTC");
        let text = if heard && change.coming.is_empty() {
            format!(
                "The company's systems took a contact point away. It goes on {then}; the owner is told and can stop it until then."
            )
        } else if heard {
            format!(
                "The company's systems sent a new contact point. It counts from {then}; the owner is told at the old ones and can stop it until then."
            )
        } else {
            format!(
                "The company's systems sent a new contact point, and the owner can't be told: nothing on file reaches them. It counts from {then}. Find out whether it is right; if in doubt, freeze the account, and it doesn't come."
            )
        };
        self.write(tx, &ticket, MessageKind::Desk, None, &text)
            .await?;
        Ok(())
    }

    /// The ticket of such a change: closed, or one that a person looks at.
    async fn ticket_of_change(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        heard: bool,
    ) -> Result<TicketRow, DeskError> {
        if !heard && let Some(mut ticket) = tx.open_safety(account.id).await? {
            self.touch(tx, &mut ticket).await?;
            return Ok(ticket);
        }
        let (kind, subject) = if heard {
            let subject = "A contact point changed in the company's systems";
            (TicketKind::Support, subject)
        } else {
            let subject = "A contact point came, and nobody could be told";
            (TicketKind::Safety, subject)
        };
        let opens = Opens {
            closed: heard,
            ..Opens::by_desk(account.id, kind, Channel::Api, subject)
        };
        let entry = self.entry("desk", "ticket.opened");
        self.opened(tx, entry, opens).await
    }
}
