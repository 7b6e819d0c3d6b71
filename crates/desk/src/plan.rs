//! Changes that wait out their cooling-off time: planned once the owner confirmed them, told at
//! every contact point at once, cancelled with one click, carried out when the time is over.

use gate::{Action, Actor, Outcome};
use store::{AccountRow, PlanRow, RequestRow, StoreError, TicketRow, Tx};
use words::{
    ChallengeKind, ContactKind, ContactPointId, FieldId, HoldLevel, MessageKind, PlanId, PlanKind,
    RequestKind, RequestState, Time, sabotage::off,
};

use crate::{
    challenge::Detail,
    desk::Desk,
    error::DeskError,
    hooks::FACTOR,
    mailroom::LetterRef,
    proof::minutes,
    settings::{Cools, hours},
};

/// Days in which the owner must have been told of what is planned; after that it is dropped.
const DAYS_TO_TELL: u64 = 7;
/// Hours that the owner has to say no, however late they were told.
const HOURS_TO_STOP: u64 = 24;
/// Under which word of `meta` stands that the journal is to be emptied of what was erased.
const JOURNAL: &str = "journal";
const TO_EMPTY: &str = "to empty since ";

/// What a planned change is of, and who planned it.
#[derive(Default)]
pub(crate) struct What<'a> {
    /// As the ledger names them.
    pub(crate) by: &'a str,
    /// The contact point that comes.
    pub(crate) point: Option<ContactPointId>,
    /// The field that changes,
    pub(crate) field: Option<FieldId>,
    /// and its new value: digest and sealed bytes.
    pub(crate) value: Option<Vec<u8>>,
}

impl<'a> What<'a> {
    pub(crate) fn by(by: &'a str) -> Self {
        Self {
            by,
            ..Self::default()
        }
    }
}

impl Desk {
    /// Plans a change and tells the owner at every contact point in effect, emails and phones, each with
    /// a link that cancels it. What exactly changes isn't said; only what kind of thing.
    pub(crate) async fn plan(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
        kind: PlanKind,
    ) -> Result<Time, DeskError> {
        let by = match kind {
            PlanKind::Thaw => "desk",
            _ => "owner",
        };
        self.plan_what(tx, account, ticket, request, kind, What::by(by))
            .await
    }

    /// The same with what changes.
    pub(crate) async fn plan_what(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
        kind: PlanKind,
        what: What<'_>,
    ) -> Result<Time, DeskError> {
        let now = self.now();
        let effective = now + hours(self.cooling_off(kind));
        let id = self.id(PlanId::new);
        tx.add_plan(&PlanRow {
            id,
            kind,
            account_id: account.id,
            ticket_id: ticket.id,
            request_id: request.id,
            contact_point_id: what.point,
            field_id: what.field,
            value: what.value,
            made_at: now,
            told_at: None,
            effective_at: effective,
            cancelled_at: None,
            done_at: None,
        })
        .await?;
        tx.entry(
            self.entry(what.by, "change.planned")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("request", request.id.to_string())
                .with("kind", kind.as_str())
                .with("effective", effective.to_string()),
        );
        let texts = self.texts.is_some();
        let points = tx.contact_points(account.id).await?;
        for point in points
            .iter()
            .filter(|point| point.usable(now) && (point.kind == ContactKind::Email || texts))
        {
            let detail = Detail {
                what: Some(request.kind),
                plan: Some(kind),
                ..Detail::contact(ticket)
            };
            let secret = self
                .challenge(
                    tx,
                    ChallengeKind::Cancel,
                    account.id,
                    ticket.id,
                    Some(request.id),
                    point.id,
                    &detail,
                    // It is put off while its letter is; whether it can still be stopped, the request
                    // says.
                    now.until(effective) + hours(DAYS_TO_TELL * 24),
                )
                .await?;
            let letter = LetterRef::Planned { plan: id };
            self.queue_letter(tx, account, point, letter, Some(&secret), Some(ticket))
                .await?;
        }
        Ok(effective)
    }

    /// Hours that a change of a kind waits.
    fn cooling_off(&self, kind: PlanKind) -> u64 {
        let what = match kind {
            PlanKind::Thaw => return 24,
            PlanKind::Point => Cools::ContactPoint,
            PlanKind::Field => Cools::Field,
            PlanKind::Factor => Cools::SecondFactor,
            PlanKind::Saved => Cools::RecoveryCodes,
            PlanKind::Erase => Cools::Erasure,
        };
        self.settings.cools(what)
    }

    /// Cancels what a request planned: the owner said no at an old contact point. A contact point
    /// that was to come can never come back on this account.
    pub(crate) async fn cancel(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<bool, DeskError> {
        let now = self.now();
        let Some(plan) = tx.plan_of(request.id).await? else {
            return Ok(false);
        };
        match tx.cancel_plan(plan.id, now).await {
            Err(StoreError::Gone) => return Ok(false),
            other => other?,
        }
        self.forget_codes(tx, account, &plan).await?;
        if let Some(point) = plan.contact_point_id {
            // The account isn't found by it either, if it was noted before.
            if let Some(row) = tx.contact_point(point).await? {
                tx.drop_lookup(account.id, row.kind.as_str(), &row.blind)
                    .await?;
            }
            tx.repudiate_contact_point(point, now).await?;
        }
        self.undo_change(tx, account, request, true).await?;
        tx.move_request(request.id, RequestState::Cooling, RequestState::Denied, now)
            .await?;
        tx.entry(
            self.entry("owner", "change.cancelled")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("request", request.id.to_string())
                .with("kind", plan.kind.as_str()),
        );
        let text = format!("The owner cancelled it: {}.", request.label);
        self.write(tx, ticket, MessageKind::Desk, None, &text)
            .await?;
        Ok(true)
    }

    /// A freeze ends what was planned on the account. The owner's own "It wasn't me" cancels it, and
    /// what was to come can't come back; support's only stops it.
    pub(crate) async fn stop_plans(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        by_owner: bool,
    ) -> Result<(), DeskError> {
        for plan in tx.plans(account.id).await? {
            let request = tx
                .request(plan.request_id)
                .await?
                .ok_or(DeskError::NotFound)?;
            let ticket = tx
                .ticket_by_id(plan.ticket_id)
                .await?
                .ok_or(DeskError::NotFound)?;
            if by_owner {
                self.cancel(tx, account, &ticket, &request).await?;
            } else {
                let why = "Something changed about the hold.";
                self.stop_plan(tx, account, &ticket, &request, &plan, why)
                    .await?;
            }
        }
        Ok(())
    }

    async fn stop_plan(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
        plan: &PlanRow,
        why: &str,
    ) -> Result<(), DeskError> {
        let now = self.now();
        tx.cancel_plan(plan.id, now).await?;
        self.forget_codes(tx, account, plan).await?;
        self.undo_change(tx, account, request, false).await?;
        tx.move_request(
            request.id,
            RequestState::Cooling,
            RequestState::Refused,
            now,
        )
        .await?;
        tx.entry(
            self.entry("desk", "change.stopped")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("request", request.id.to_string()),
        );
        let text = format!("Not carried out: {}. {why}", request.label);
        self.write(tx, ticket, MessageKind::Desk, None, &text)
            .await?;
        Ok(())
    }

    /// Carries out the changes whose cooling-off time is over. Returns how many were looked at.
    pub(crate) async fn carry_out_plans(&self) -> Result<usize, DeskError> {
        let due = self.store.read().await?.due_plans(self.now(), 50).await?;
        for plan in &due {
            let mut tx = self.store.begin().await?;
            tx.queue_for_account(plan.account_id).await?;
            // Another worker may have been here first: what counts is how it stands now.
            let Some(plan) = tx.plan(plan.id).await?.filter(|plan| {
                plan.done_at.is_none()
                    && plan.cancelled_at.is_none()
                    && plan.effective_at <= self.now()
            }) else {
                continue;
            };
            match self.carry_out_plan(&mut tx, &plan).await {
                // The owner just cancelled.
                Err(DeskError::Store(StoreError::Gone)) => {}
                Err(error @ DeskError::Store(_)) => return Err(error),
                // It stays, and the next ones are carried out all the same.
                Err(error) => {
                    tracing::error!(plan = %plan.id, %error, "a planned change could not be carried out");
                }
                Ok(()) => self.commit(tx).await?,
            }
        }
        Ok(due.len())
    }

    /// What was erased is to go from the journal too, however often that has to be tried.
    pub(crate) async fn mark_journal(&self, tx: &mut Tx) -> Result<(), DeskError> {
        let text = format!("{TO_EMPTY}{}", self.now().micros());
        Ok(tx.set_meta(JOURNAL, &text).await?)
    }

    /// Empties the journal, if something was erased since it last was.
    pub(crate) async fn empty_journal(&self) -> Result<(), DeskError> {
        let marked = self.store.read().await?.meta(JOURNAL).await?;
        if !marked
            .as_deref()
            .is_some_and(|mark| mark.starts_with(TO_EMPTY))
        {
            return Ok(());
        }
        if !self.store.empty_journal().await? {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        // What was erased meanwhile made a mark of its own.
        if tx.meta(JOURNAL).await? == marked {
            tx.set_meta(JOURNAL, "empty").await?;
        }
        Ok(tx.commit().await?)
    }

    async fn carry_out_plan(&self, tx: &mut Tx, plan: &PlanRow) -> Result<(), DeskError> {
        let now = self.now();
        let account = self.account(tx, plan.account_id).await?;
        let ticket = tx
            .ticket_by_id(plan.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let request = tx
            .request(plan.request_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let waits_to_tell =
            plan.kind == PlanKind::Thaw || self.should_know(tx, &account, plan).await?;
        if waits_to_tell && let Some(until) = self.told_too_late(plan) {
            // What comes by it doesn't count before it either.
            tx.put_off_points(request.id, until).await?;
            if plan.kind == PlanKind::Saved {
                tx.put_off_codes(account.id, plan.made_at, until).await?;
            }
            return Ok(tx.put_off_plan(plan.id, until).await?);
        }
        let untold = waits_to_tell && plan.told_at.is_none() && !off("thaw-told");
        let stopped = match plan.kind {
            PlanKind::Thaw => !self.may_thaw(tx, &account, &ticket, &request, plan).await?,
            _ => account.hold == HoldLevel::Frozen || untold,
        };
        if stopped {
            let why = if untold {
                "The owner could not be told of it."
            } else {
                "Something changed about the hold."
            };
            return self
                .stop_plan(tx, &account, &ticket, &request, plan, why)
                .await;
        }
        if !self.can_change(tx, &request, plan).await? {
            return self.never_came(tx, &account, &ticket, &request, plan).await;
        }
        if plan.kind == PlanKind::Erase
            && !self
                .last_letter_is_over(tx, &account, &ticket, plan)
                .await?
        {
            return Ok(());
        }
        tx.plan_done(plan.id, now).await?;
        let to = match plan.kind {
            // It is done once the identity provider took it.
            PlanKind::Factor => RequestState::Sending,
            _ => RequestState::Done,
        };
        tx.move_request(request.id, RequestState::Cooling, to, now)
            .await?;
        tx.entry(
            self.entry("desk", "change.done")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("request", request.id.to_string())
                .with("kind", plan.kind.as_str()),
        );
        match plan.kind {
            // Its time of effect was set when it was planned; what it replaces goes now.
            PlanKind::Point => self.replace_points(tx, &account, &request).await?,
            PlanKind::Field => {
                let (Some(field), Some(value)) = (plan.field_id, &plan.value) else {
                    return Err(DeskError::NotFound);
                };
                let Some((digest, sealed)) = value.split_at_checked(32) else {
                    return Err(DeskError::NotFound);
                };
                let was = tx.field(field).await?.ok_or(DeskError::NotFound)?.digest;
                tx.reseal_field(field, sealed, digest, now).await?;
                tx.field_was(plan.id, &was).await?;
            }
            PlanKind::Factor => {
                self.queue_hook(tx, FACTOR, &account, &ticket, &request.id.to_string())
                    .await?;
            }
            PlanKind::Saved => {
                self.codes_count(tx, &account, plan).await?;
            }
            PlanKind::Thaw => {
                self.lift(tx, &account, &ticket, &request, "desk").await?;
            }
            PlanKind::Erase => {
                return self.erase(tx, &account, &ticket).await;
            }
        }
        let text = format!("Carried out after its cooling-off time: {}.", request.label);
        self.write(tx, &ticket, MessageKind::Desk, None, &text)
            .await?;
        Ok(())
    }

    /// Whether there is a contact point, there before a plan, at which the owner is to hear of it, or was to
    /// until it went. (What comes by the plan hides nobody: an email that is new doesn't speak for the phone
    /// that was there.)
    async fn should_know(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        plan: &PlanRow,
    ) -> Result<bool, DeskError> {
        let mut old = tx.contact_points_at(account.id, plan.made_at).await?;
        // As they stood then.
        for point in &mut old {
            point.removed_at = None;
        }
        Ok(!self.hears(&old).is_empty())
    }

    /// When a plan takes effect, for whoever is told of it now: however late that is, they have a day.
    pub(crate) fn takes_effect(&self, plan: &PlanRow) -> Time {
        let told = plan.told_at.unwrap_or_else(|| self.now());
        plan.effective_at.max(told + hours(HOURS_TO_STOP))
    }

    /// Until when a plan waits because the owner has not had their day yet. None once they had it, or
    /// once it has waited too long for a letter to leave.
    fn told_too_late(&self, plan: &PlanRow) -> Option<Time> {
        let now = self.now();
        let given_up = plan.made_at + hours(DAYS_TO_TELL * 24) <= now;
        match plan.told_at {
            _ if off("thaw-told") => None,
            Some(at) => Some(at + hours(HOURS_TO_STOP)).filter(|until| *until > now),
            None if given_up => None,
            None => Some(now + hours(1)),
        }
    }

    /// Whether two leads' thaw may happen now: asked of the gate, on the facts of now. A hold that was
    /// raised after they agreed is another one.
    async fn may_thaw(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
        plan: &PlanRow,
    ) -> Result<bool, DeskError> {
        let holds = tx.holds(account.id).await?;
        let newest = holds.iter().find(|hold| hold.lifted_at.is_none());
        if newest.is_none_or(|hold| hold.at > plan.made_at) {
            return Ok(false);
        }
        let mut facts = self.facts(
            Actor::Desk,
            Action::Request(RequestKind::Unlock),
            account,
            Some(ticket),
            None,
        );
        facts.approval = self.approved(tx, request).await?;
        facts.told = plan.told_at.map(|at| minutes(at, self.now()));
        if off("thaw-told") {
            facts.told = Some(1440);
        }
        Ok(self.decide(&facts).outcome == Outcome::Permit)
    }
}
