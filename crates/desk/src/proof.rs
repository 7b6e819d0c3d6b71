//! Proofs: what the owner has proven for a request, by which ways they could, and what happens once
//! it is enough.

use gate::{Action, Actor, Approval, Decision, Facts};
use std::time::Duration;
use store::{AccountRow, ContactPointRow, FieldRow, ProofRow, RequestRow, TicketRow, Tx};
use words::{
    ChallengeId, ContactKind, ContactPointId, ProofId, ProofKind, RequestKind, Time, sabotage::off,
};

use crate::{
    desk::{Desk, field_facts},
    error::DeskError,
    request::frozen_since,
};

/// How long a proof counts after it was given. A receipt waits a day before it opens anything by
/// itself; a login session is only as good as it is fresh.
pub(crate) const fn lasts(kind: ProofKind) -> Duration {
    match kind {
        ProofKind::Email | ProofKind::Phone | ProofKind::Saved => Duration::from_hours(1),
        ProofKind::Session => Duration::from_mins(10),
        ProofKind::Receipt => Duration::from_hours(7 * 24),
    }
}

/// By which ways an owner could prove something in a ticket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ways {
    /// Anything but the next.
    pub now: Vec<ProofKind>,
    /// The lifting of a hold: what came in during it doesn't end it.
    pub lifting: Vec<ProofKind>,
    /// Whether the owner could be told that two leads lift it.
    pub told: bool,
    /// Whether a receipt alone opens a reset, a day later.
    pub recover: bool,
}

/// What a proof rests on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ground {
    /// The contact point it came through.
    pub point: Option<ContactPointId>,
    /// The challenge it answers.
    pub challenge: Option<ChallengeId>,
    /// The digest of a receipt, an assertion or a saved code, which serves once.
    pub source: Option<Vec<u8>>,
}

impl Desk {
    /// Takes down that something was proven for a request. Whether it counts, the gate says.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if what it rests on served before.
    pub(crate) async fn prove(
        &self,
        tx: &mut Tx,
        request: &RequestRow,
        kind: ProofKind,
        ground: Ground,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let id = self.id(ProofId::new);
        let row = ProofRow {
            id,
            kind,
            account_id: request.account_id,
            ticket_id: request.ticket_id,
            request_id: request.id,
            contact_point_id: ground.point,
            challenge_id: ground.challenge,
            source: ground.source.filter(|_| !off("receipt-once")),
            given_at: now,
            expires_at: now + lasts(kind),
            used_at: None,
        };
        if let Err(error) = tx.add_proof(&row).await {
            return Err(if error.is_duplicate() {
                DeskError::Conflict("this was used before; each works once")
            } else {
                error.into()
            });
        }
        tx.entry(
            self.entry("owner", "proof.given")
                .with_account(request.account_id.to_string())
                .with("request", request.id.to_string())
                .with("proof", id.to_string())
                .with("kind", kind.as_str()),
        );
        Ok(())
    }

    /// What has been proven for a request, as the gate sees it: the newest of each kind.
    pub(crate) async fn proven(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<Vec<gate::Proof>, DeskError> {
        let now = self.now();
        let since = match request.kind {
            RequestKind::Unlock => frozen_since(tx, account.id).await?,
            _ => None,
        };
        let mut proofs: Vec<gate::Proof> = Vec::new();
        for row in tx.proofs(request.id).await? {
            let sound = match (row.kind, row.contact_point_id) {
                (ProofKind::Email | ProofKind::Phone, Some(id)) => tx
                    .contact_point(id)
                    .await?
                    .is_some_and(|point| counts(&point, row.kind, ticket, since, now)),
                (ProofKind::Email | ProofKind::Phone, None) => false,
                _ => true,
            };
            let proof = gate::Proof {
                kind: row.kind,
                account: row.account_id == account.id && request.account_id == account.id,
                ticket: row.ticket_id == ticket.id && request.ticket_id == ticket.id,
                request: row.request_id == request.id,
                fresh: row.given_at <= now && (now < row.expires_at || off("proof-fresh")),
                unused: row.used_at.is_none(),
                sound,
                minutes: minutes(row.given_at, now),
            };
            proofs.retain(|other| other.kind != proof.kind);
            proofs.push(proof);
        }
        Ok(proofs)
    }

    /// By which ways the owner of an account with these contact points could prove something in a ticket.
    pub(crate) async fn ways(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        points: &[ContactPointRow],
        kind: RequestKind,
    ) -> Result<Vec<ProofKind>, DeskError> {
        let fields = tx.masked_fields(account.id).await?;
        self.ways_for(tx, account, &fields, points, ticket, kind)
            .await
    }

    /// The same with the account's fields at hand, too.
    pub(crate) async fn ways_for(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        fields: &[FieldRow],
        points: &[ContactPointRow],
        ticket: &TicketRow,
        kind: RequestKind,
    ) -> Result<Vec<ProofKind>, DeskError> {
        let since = match kind {
            RequestKind::Unlock => frozen_since(tx, account.id).await?,
            _ => None,
        };
        let mut ways = self
            .ways_of(tx, account, fields, points, ticket, since)
            .await?;
        if kind == RequestKind::Unlock {
            self.by_login(&mut ways);
        }
        Ok(ways)
    }

    /// A hold is lifted from inside the account, too, where the portal can say so. Everything else
    /// begins and ends with what is on file: the portal is not known to show what waits.
    fn by_login(&self, ways: &mut Vec<ProofKind>) {
        if self.settings.portal.is_some() && !ways.is_empty() {
            ways.push(ProofKind::Session);
        }
    }

    /// The same for everything that can be asked for; `since`: when the oldest hold began that stands.
    pub(crate) async fn ways_both(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        fields: &[FieldRow],
        points: &[ContactPointRow],
        ticket: &TicketRow,
        since: Option<Time>,
    ) -> Result<Ways, DeskError> {
        let now = self
            .ways_of(tx, account, fields, points, ticket, None)
            .await?;
        let mut lifting = match since {
            None => now.clone(),
            since => {
                self.ways_of(tx, account, fields, points, ticket, since)
                    .await?
            }
        };
        self.by_login(&mut lifting);
        Ok(Ways {
            now,
            lifting,
            told: self.tellable(points, since),
            recover: self.recoverable(account, ticket, fields, points),
        })
    }

    /// `since`: what lifts a hold counts only if it was there before the hold.
    async fn ways_of(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        fields: &[FieldRow],
        points: &[ContactPointRow],
        ticket: &TicketRow,
        since: Option<Time>,
    ) -> Result<Vec<ProofKind>, DeskError> {
        let now = self.now();
        let by = |kind| {
            points
                .iter()
                .any(|point| counts(point, kind, ticket, since, now))
        };
        // Every way begins with the question at a registered contact point: the further steps are on
        // its page.
        let mut ways = Vec::new();
        if by(ProofKind::Email) {
            ways.push(ProofKind::Email);
        }
        if self.texts.is_some() && by(ProofKind::Phone) {
            ways.push(ProofKind::Phone);
        }
        if ways.is_empty() {
            return Ok(ways);
        }
        if fields
            .iter()
            .any(|row| self.receipt_counts(row, account, ticket, since))
        {
            ways.push(ProofKind::Receipt);
        }
        let then = since.map_or(now, |since| since.min(now));
        if tx.saved_codes_left(account.id, then).await? > 0 {
            ways.push(ProofKind::Saved);
        }
        Ok(ways)
    }

    /// The contact point at which the owner is asked: the email longest on file whose answer counts,
    /// or where there is none, the phone.
    pub(crate) fn asked_at<'a>(
        &self,
        points: &'a [ContactPointRow],
        ticket: &TicketRow,
        since: Option<Time>,
    ) -> Option<&'a ContactPointRow> {
        let now = self.now();
        points
            .iter()
            .find(|point| counts(point, ProofKind::Email, ticket, since, now))
            .or_else(|| self.phone_at(points, ticket, since))
    }

    /// The phone longest on file whose answer counts, if text messages can be sent.
    pub(crate) fn phone_at<'a>(
        &self,
        points: &'a [ContactPointRow],
        ticket: &TicketRow,
        since: Option<Time>,
    ) -> Option<&'a ContactPointRow> {
        let now = self.now();
        points
            .iter()
            .filter(|_| self.texts.is_some())
            .find(|point| counts(point, ProofKind::Phone, ticket, since, now))
    }

    /// A second person's leave for a request, as the gate sees it.
    pub(crate) async fn approved(
        &self,
        tx: &mut Tx,
        request: &RequestRow,
    ) -> Result<Option<Approval>, DeskError> {
        let now = self.now();
        let Some(row) = tx.approvals(request.id).await?.pop() else {
            return Ok(None);
        };
        // Whoever doesn't work here any more agrees to nothing.
        let here = tx.staff(row.staff_id).await?;
        Ok(here
            .filter(|staff| staff.ended_at.is_none())
            .map(|_| Approval {
                role: row.role,
                other: Some(row.staff_id) != request.staff_id || off("second-person"),
                minutes: minutes(row.at, now),
            }))
    }

    /// Who asked, as they are now. Whoever doesn't work here any more may ask for nothing: no rule lets
    /// an owner take a member of staff's place at a showing.
    async fn asker(&self, tx: &mut Tx, request: &RequestRow) -> Result<Actor, DeskError> {
        let row = match request.staff_id {
            Some(id) => tx.staff(id).await?,
            None => None,
        };
        Ok(row
            .filter(|row| row.ended_at.is_none())
            .map_or(Actor::Owner, |row| Actor::Staff(row.id, row.role)))
    }

    /// Puts everything about a request before the gate, as the owner who has proven what is proven.
    pub(crate) async fn weigh_request(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<(Facts, Decision), DeskError> {
        let points = tx.contact_points(account.id).await?;
        let place = self.destination(&points);
        let actor = match request.kind {
            // What the owner agreed to is that this person sees it.
            RequestKind::Reveal => self.asker(tx, request).await?,
            _ => Actor::Owner,
        };
        let mut facts = self.facts(
            actor,
            Action::Request(request.kind),
            account,
            Some(ticket),
            place,
        );
        if request.kind == RequestKind::Reveal {
            // It goes nowhere, so its permit opens no address.
            facts.destination = None;
        }
        facts.account.reachable = self.reachable(&points);
        facts.proofs = self.proven(tx, account, ticket, request).await?;
        facts.ways = self
            .ways(tx, account, ticket, &points, request.kind)
            .await?;
        facts.approval = self.approved(tx, request).await?;
        facts.effect = self.effect_of(request)?;
        if let Some(id) = request.field_id {
            facts.field = tx.field(id).await?.as_ref().map(field_facts);
        }
        let decision = self.decide(&facts);
        Ok((facts, decision))
    }
}

/// Whole minutes from one time to another.
pub(crate) fn minutes(from: Time, to: Time) -> i64 {
    i64::try_from(from.until(to).as_secs() / 60).unwrap_or(i64::MAX)
}

/// Whether an answer by way of a contact point counts in a ticket: confirmed, in effect and there
/// before the ticket (and before the hold, if it is about lifting one), and not removed since.
fn counts(
    point: &ContactPointRow,
    kind: ProofKind,
    ticket: &TicketRow,
    since: Option<Time>,
    now: Time,
) -> bool {
    let right = match kind {
        ProofKind::Email => point.kind == ContactKind::Email,
        ProofKind::Phone => point.kind == ContactKind::Phone,
        _ => false,
    };
    right
        && point.usable(now)
        && point.registered_at <= ticket.opened_at
        && point.effective_at <= ticket.opened_at
        && since.is_none_or(|since| point.effective_at <= since)
}
