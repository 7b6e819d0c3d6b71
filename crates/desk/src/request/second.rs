//! Lifting a hold without the owner's two proofs: two leads agree, the owner is told at every contact
//! point on file, and a day later it happens, unless they say no. There is no other way round.

use gate::{Action, Actor, Approval, Decision, Outcome};
use store::{AccountRow, ApprovalRow, ContactPointRow, RequestRow, TicketRow, Tx};
use words::{
    ApprovalId, HoldLevel, MessageKind, PlanKind, RequestId, RequestKind, RequestState, Role, Time,
};

use super::{Asked, Case, frozen_since};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
    proof::Ways,
    settings::hours,
    ticket::refused,
};

/// Minutes that the owner has to say no.
pub(crate) const TOLD_MINUTES: i64 = 1440;

impl Desk {
    /// A second person agrees to what waits for one. Of a thaw, a lead or an admin asked for it too, both
    /// are people, and the owner hears of it at once and can stop it; of anything else, the owner is asked
    /// next, and has to prove it.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a request that isn't in this ticket; [`DeskError::Conflict`] if it
    /// isn't one that waits, the owner can't be told, or the same person asked for it;
    /// [`DeskError::Refused`] if the gate says no.
    pub async fn agree(&self, me: &Me, number: i64, request: RequestId) -> Result<(), DeskError> {
        me.must_be(&[Role::Lead, Role::Admin])?;
        let mut tx = self.store.begin().await?;
        let ticket = self.act_on(&mut tx, me, number).await?;
        let account = self.account_of(&mut tx, &ticket).await?;
        let request = tx
            .request(request)
            .await?
            .filter(|row| row.ticket_id == ticket.id && row.account_id == account.id)
            .ok_or(DeskError::NotFound)?;
        if request.kind != RequestKind::Unlock {
            return self.give_leave(tx, me, &account, ticket, &request).await;
        }
        let now = self.now();
        if request.state != RequestState::Waiting || request.expires_at.is_some_and(|at| at <= now)
        {
            return Err(DeskError::Conflict(
                "this doesn't wait for a second person any more",
            ));
        }
        if !self.second_person(&mut tx, me, &request).await? {
            return Err(DeskError::Conflict(
                "two different people have to agree; ask another lead or an admin",
            ));
        }
        let decision = self.by_two(&account, &ticket, me.role);
        if decision.outcome != Outcome::Permit {
            return Err(refused(decision));
        }
        if !self.can_be_told(&mut tx, &account).await? {
            return Err(DeskError::Conflict(
                "the owner can't be told of this: there is no contact point that was on file before the hold",
            ));
        }
        tx.add_approval(&ApprovalRow {
            id: self.id(ApprovalId::new),
            request_id: request.id,
            staff_id: me.id,
            role: me.role,
            at: now,
        })
        .await?;
        tx.entry(
            self.by(me, "request.approved")
                .with_account(account.id.to_string())
                .with_ticket(number)
                .with("request", request.id.to_string())
                .with("kind", request.kind.as_str())
                .with("rule", decision.rule),
        );
        tx.end_challenges_of(request.id, now).await?;
        tx.move_request(
            request.id,
            RequestState::Waiting,
            RequestState::Cooling,
            now,
        )
        .await?;
        self.plan(&mut tx, &account, &ticket, &request, PlanKind::Thaw)
            .await?;
        let text = "Two people agreed to lift the hold. The owner is told at every contact point on file and has a day to say no.";
        self.write(&mut tx, &ticket, MessageKind::Desk, None, text)
            .await?;
        self.awake(&mut tx, ticket.id).await?;
        self.commit(tx).await
    }

    /// Whether a wish to lift a hold that the owner has no two ways to prove can wait for a second lead.
    pub(super) async fn needs_two(
        &self,
        tx: &mut Tx,
        case: &Case<'_>,
        kind: RequestKind,
        decision: &Decision,
    ) -> Result<bool, DeskError> {
        Ok(kind == RequestKind::Unlock
            && decision.rule == gate::NO_WAY
            && self.may_begin(case.me, case.account, case.ticket)
            && self.can_be_told(tx, case.account).await?)
    }

    /// Whether somebody may be the first of the two: a person, and the gate would let the two.
    pub(super) fn may_begin(&self, me: &Me, account: &AccountRow, ticket: &TicketRow) -> bool {
        me.scopes.is_none()
            && matches!(me.role, Role::Lead | Role::Admin)
            && self.by_two(account, ticket, me.role).outcome == Outcome::Permit
    }

    /// What lifting a hold is called and does, for whom it is offered to: the owner's two steps, or
    /// where they have none, a second lead.
    pub(super) fn thaw_offer(
        &self,
        me: &Me,
        account: &AccountRow,
        ticket: &TicketRow,
        ways: &Ways,
        goes: &str,
        decision: Decision,
    ) -> (&'static str, String, Decision) {
        if decision.rule == gate::NO_WAY && ways.told && self.may_begin(me, account, ticket) {
            let explains = "a second lead agrees, and the owner has a day to say no".to_owned();
            let decision = Decision {
                outcome: Outcome::Challenge,
                ..decision
            };
            return ("Lift the hold with a second lead", explains, decision);
        }
        let explains = format!("asks at {goes}; the owner lifts it in two steps");
        ("Ask the owner to lift the hold", explains, decision)
    }

    /// Puts a wish to lift a hold down for a second lead to agree to.
    pub(super) async fn waits_for_two(
        &self,
        tx: &mut Tx,
        case: &Case<'_>,
    ) -> Result<Asked, DeskError> {
        if tx
            .waiting_request(case.account.id, RequestKind::Unlock)
            .await?
            .is_some()
        {
            return Err(DeskError::Conflict(
                "this waits for the owner or a second person already",
            ));
        }
        let until = self.now() + hours(self.settings.link_hours);
        let words = "I can't lift that alone. Once a second colleague agrees, we write to you about it, and a day later it is lifted, unless you say no.";
        let asked = self
            .record(
                tx,
                case,
                RequestKind::Unlock,
                RequestState::Waiting,
                gate::NO_WAY,
                "",
                words,
                None,
                Some(until),
            )
            .await?;
        let text = "The owner has no two ways on file to lift the hold. A second lead or an admin can agree to it here; the owner then has a day to say no.";
        self.write(tx, case.ticket, MessageKind::Desk, None, text)
            .await?;
        Ok(asked)
    }

    /// Whether a request waits for a second person, and somebody can be that.
    pub(crate) async fn can_agree(
        &self,
        tx: &mut Tx,
        me: &Me,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<bool, DeskError> {
        if request.kind != RequestKind::Unlock {
            return self.can_leave(tx, me, request).await;
        }
        Ok(request.state == RequestState::Waiting
            && self.may_begin(me, account, ticket)
            && self.second_person(tx, me, request).await?
            && self.can_be_told(tx, account).await?)
    }

    /// Whether somebody is a second person for a request: neither who asked for it nor a program, on
    /// either side.
    pub(crate) async fn second_person(
        &self,
        tx: &mut Tx,
        me: &Me,
        request: &RequestRow,
    ) -> Result<bool, DeskError> {
        if me.scopes.is_some()
            || request.staff_id == Some(me.id) && !words::sabotage::off("second-person")
        {
            return Ok(false);
        }
        let first = match request.staff_id {
            Some(id) => tx.staff(id).await?,
            None => None,
        };
        Ok(first.is_some_and(|row| {
            !row.token && row.ended_at.is_none() && matches!(row.role, Role::Lead | Role::Admin)
        }))
    }

    /// What the gate would say to a thaw by two people a day after the owner was told.
    pub(crate) fn by_two(
        &self,
        account: &AccountRow,
        ticket: &TicketRow,
        second: Role,
    ) -> Decision {
        let mut facts = self.facts(
            Actor::Desk,
            Action::Request(RequestKind::Unlock),
            account,
            Some(ticket),
            None,
        );
        facts.approval = Some(Approval {
            role: second,
            other: true,
            minutes: 0,
        });
        facts.told = Some(TOLD_MINUTES);
        self.decide(&facts)
    }

    /// Whether the owner can be told of a thaw: at a contact point that was there before the hold.
    pub(crate) async fn can_be_told(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
    ) -> Result<bool, DeskError> {
        if account.hold == HoldLevel::None {
            return Ok(false);
        }
        let since = frozen_since(tx, account.id).await?;
        let points = tx.contact_points(account.id).await?;
        Ok(self.tellable(&points, since))
    }

    /// Whether one of the contact points at which the owner hears things was there before a hold.
    pub(crate) fn tellable(&self, points: &[ContactPointRow], since: Option<Time>) -> bool {
        let mut old = points.to_vec();
        // An email that came during the hold doesn't speak for the phone that was there.
        old.retain(|point| since.is_none_or(|since| point.effective_at <= since));
        !self.hears(&old).is_empty()
    }
}
