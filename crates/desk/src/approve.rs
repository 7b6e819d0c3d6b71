//! Four eyes: what the policies want a second person to look at waits for one, a lead or an admin, a
//! person and never the one who asked. Their leave opens nothing by itself: the owner is asked next.

mod reason;

use gate::{Action, Actor, Approval, Decision, Facts, Outcome};
use store::{AccountRow, ApprovalRow, ContactPointRow, RequestRow, TicketRow, Tx};
use words::{
    ApprovalId, ChallengeKind, MessageKind, RequestId, RequestKind, RequestState, Role, TicketState,
};

use crate::{
    challenge::Detail,
    desk::{Desk, Me},
    error::DeskError,
    mailroom::LetterRef,
    offered::as_offered,
    settings::{hours, minutes},
    ticket::refused,
};
pub use reason::Decline;

/// Hours that a second person has, and that their leave counts.
pub(crate) const HOURS: u64 = 24;

/// Whether a request waits for a second person, and nobody else: the owner was not asked yet. (A reset
/// without a place to ask at waits for a receipt.)
pub fn waits_for_second(request: &RequestRow) -> bool {
    request.state == RequestState::Waiting
        && request.contact_point_id.is_none()
        && request.kind != RequestKind::Reset
}

impl Desk {
    /// What the gate says once a second person gave their leave, and whether it wants one at all. Where
    /// it wants one and the owner could be asked then, the decision stays as it is; where it would be no
    /// all the same, it is that no, so that nobody looks at it for nothing.
    pub(crate) fn with_leave(&self, facts: &Facts, decision: Decision) -> (Decision, bool) {
        let Action::Request(kind) = facts.action else {
            return (decision, false);
        };
        if decision.outcome != Outcome::Escalate || facts.approval.is_some() {
            return (decision, false);
        }
        let mut later = facts.clone();
        later.approval = Some(Approval {
            role: Role::Lead,
            other: true,
            minutes: 0,
        });
        let then = as_offered(kind, self.decide(&later));
        match then.outcome {
            Outcome::Challenge => (decision, true),
            Outcome::Refuse => (then, false),
            // More than a second person is wanted, or less than the owner: not by this way.
            Outcome::Escalate | Outcome::Permit => (decision, false),
        }
    }

    /// After a request was put down for a second person: it lies in the lead's queue.
    pub(crate) async fn call_second(
        &self,
        tx: &mut Tx,
        me: &Me,
        ticket: &TicketRow,
        label: &str,
    ) -> Result<(), DeskError> {
        let reason = format!("{label}: a second person agrees or declines, within a day");
        self.raise(tx, ticket.clone(), Some(me), &reason).await
    }

    /// Asks the owner about a request, at a contact point that the desk chose.
    #[expect(
        clippy::too_many_arguments,
        reason = "a question is bound to all of these"
    )]
    pub(crate) async fn put_question(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: RequestId,
        place: &ContactPointRow,
        kind: ChallengeKind,
        detail: &Detail,
        lives: std::time::Duration,
    ) -> Result<(), DeskError> {
        let secret = self
            .challenge(
                tx,
                kind,
                account.id,
                ticket.id,
                Some(request),
                place.id,
                detail,
                lives,
            )
            .await?;
        let challenge = tx
            .challenge_of(request)
            .await?
            .ok_or(DeskError::NotFound)?
            .id;
        let letter = match kind {
            ChallengeKind::Outreach => LetterRef::Outreach { challenge },
            _ => LetterRef::Confirm { challenge },
        };
        self.queue_letter(tx, account, place, letter, Some(&secret), Some(ticket))
            .await
    }

    /// Whether somebody can be the second person for a request: a lead or an admin, a person, and on
    /// neither side the one who asked. Whoever made the token that asked is the one who asked.
    pub(crate) async fn can_leave(
        &self,
        tx: &mut Tx,
        me: &Me,
        request: &RequestRow,
    ) -> Result<bool, DeskError> {
        if me.scopes.is_some()
            || !matches!(me.role, Role::Lead | Role::Admin)
            || !waits_for_second(request)
            || request.expires_at.is_some_and(|at| at <= self.now())
        {
            return Ok(false);
        }
        let Some(first) = request.staff_id.filter(|id| *id != me.id) else {
            return Ok(false);
        };
        let here = tx
            .staff(first)
            .await?
            .is_some_and(|row| row.ended_at.is_none());
        Ok(here && tx.token_maker(first).await? != Some(me.id))
    }

    /// A second person gave their leave: the owner is asked. `tx` and the rows are those of
    /// [`Desk::agree`], which checked the ticket and the role.
    pub(crate) async fn give_leave(
        &self,
        mut tx: Tx,
        me: &Me,
        account: &AccountRow,
        mut ticket: TicketRow,
        request: &RequestRow,
    ) -> Result<(), DeskError> {
        let now = self.now();
        if !waits_for_second(request) || request.expires_at.is_some_and(|at| at <= now) {
            return Err(DeskError::Conflict(
                "this doesn't wait for a second person any more",
            ));
        }
        if !self.can_leave(&mut tx, me, request).await? {
            return Err(DeskError::Conflict(
                "two different people have to agree; ask another lead or an admin",
            ));
        }
        let leave = Approval {
            role: me.role,
            other: true,
            minutes: 0,
        };
        let decision = self
            .with_this_leave(&mut tx, account, &ticket, request, leave)
            .await?;
        if decision.outcome != Outcome::Challenge {
            return Err(refused(decision));
        }
        let points = tx.contact_points(account.id).await?;
        let place = self
            .asked_at(&points, &ticket, None)
            .ok_or(DeskError::NotFound)?;
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
                .with_ticket(ticket.number)
                .with("request", request.id.to_string())
                .with("kind", request.kind.as_str())
                .with("rule", request.rule.clone()),
        );
        // The link lives no longer than the leave counts.
        let lives = hours(self.settings.link_hours.min(HOURS));
        tx.aim_request(request.id, place.id).await?;
        tx.extend_request(request.id, now + lives).await?;
        tx.reword_request(request.id, &decision.rule, &decision.words)
            .await?;
        let detail = self.question_detail(&ticket, request.kind, &request.label, None);
        self.put_question(
            &mut tx,
            account,
            &ticket,
            request.id,
            place,
            ChallengeKind::Confirm,
            &detail,
            lives,
        )
        .await?;
        let text = format!(
            "A second person agreed: {}. The owner is asked now; nothing happens before they confirm it.",
            request.label
        );
        self.write(&mut tx, &ticket, MessageKind::Desk, Some(me.id), &text)
            .await?;
        if ticket.state == TicketState::Open {
            ticket.state = TicketState::Waiting;
        }
        self.touch(&mut tx, &mut ticket).await?;
        self.commit(tx).await
    }

    /// What the gate says to a request of whoever asked for it, with this leave.
    async fn with_this_leave(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
        leave: Approval,
    ) -> Result<Decision, DeskError> {
        let first = match request.staff_id {
            Some(id) => tx.staff(id).await?,
            None => None,
        }
        .ok_or(DeskError::NotFound)?;
        let points = tx.contact_points(account.id).await?;
        let mut facts = self.facts(
            Actor::Staff(first.id, first.role),
            Action::Request(request.kind),
            account,
            Some(ticket),
            self.destination(&points),
        );
        facts.ways = self
            .ways(tx, account, ticket, &points, request.kind)
            .await?;
        facts.effect = self.effect_of(request)?;
        facts.approval = Some(leave);
        Ok(as_offered(request.kind, self.decide(&facts)))
    }

    /// What the owner is asked, as the desk's own facts. `field` is the field's label, if it is about one.
    pub(crate) fn question_detail(
        &self,
        ticket: &TicketRow,
        kind: RequestKind,
        label: &str,
        field: Option<String>,
    ) -> Detail {
        Detail {
            what: Some(kind),
            at: self.now(),
            item: match kind {
                RequestKind::Act | RequestKind::Change => Some(label.to_owned()),
                _ => field,
            },
            ..Detail::contact(ticket)
        }
    }

    /// A second person says no to a request that waits for one. It is over then.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a request that isn't in this ticket; [`DeskError::Conflict`] if it
    /// doesn't wait for a second person, or the reader can't be that.
    pub async fn decline(
        &self,
        me: &Me,
        number: i64,
        request: RequestId,
        why: Decline,
    ) -> Result<(), DeskError> {
        me.must_be(&[Role::Lead, Role::Admin])?;
        let mut tx = self.store.begin().await?;
        let ticket = self.act_on(&mut tx, me, number).await?;
        let account = self.account_of(&mut tx, &ticket).await?;
        let request = tx
            .request(request)
            .await?
            .filter(|row| row.ticket_id == ticket.id && row.account_id == account.id)
            .ok_or(DeskError::NotFound)?;
        if !waits_for_second(&request) {
            return Err(DeskError::Conflict(
                "this doesn't wait for a second person any more",
            ));
        }
        if !self.can_leave(&mut tx, me, &request).await? {
            return Err(DeskError::Conflict(
                "somebody else decides on this; ask another lead or an admin",
            ));
        }
        tx.move_request(
            request.id,
            RequestState::Waiting,
            RequestState::Refused,
            self.now(),
        )
        .await?;
        tx.reword_request(
            request.id,
            &request.rule,
            "I can't do that for you from here. If you can sign in to your account, please do it there.",
        )
        .await?;
        tx.end_challenges_of(request.id, self.now()).await?;
        tx.entry(
            self.by(me, "request.declined")
                .with_account(account.id.to_string())
                .with_ticket(number)
                .with("request", request.id.to_string())
                .with("kind", request.kind.as_str())
                .with("why", why.as_str()),
        );
        let text = format!(
            "A second person declined: {}. {}.",
            request.label,
            why.says()
        );
        self.write(&mut tx, &ticket, MessageKind::Desk, Some(me.id), &text)
            .await?;
        if why == Decline::Odd {
            self.attempt(
                &mut tx,
                &account,
                &ticket,
                &format!("declined: {}", request.label),
            )
            .await?;
        }
        self.awake(&mut tx, ticket.id).await?;
        self.commit(tx).await
    }

    /// The owner said yes, but nobody's leave counts any more: the request is over, and can be made anew.
    pub(crate) async fn leave_is_over(
        &self,
        tx: &mut Tx,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<(), DeskError> {
        tx.move_request(
            request.id,
            RequestState::Waiting,
            RequestState::Refused,
            self.now(),
        )
        .await?;
        tx.end_challenges_of(request.id, self.now()).await?;
        let text = format!(
            "The owner said yes to \"{}\", but no second person's leave counts for it: it may be older than a day. Nothing was changed; ask for it anew.",
            request.label
        );
        self.write(tx, ticket, MessageKind::Desk, None, &text)
            .await?;
        Ok(())
    }

    /// Puts a request on the owner's allowance of questions; a time if there are too many.
    pub(crate) async fn charge_question(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
    ) -> Result<(), DeskError> {
        let budget = self.limit_key(&format!("question:{}", account.id));
        let every = minutes(self.settings.question_minutes);
        match tx
            .charge(&budget, self.settings.questions, every, self.now())
            .await?
        {
            Some(until) if !words::sabotage::off("question-limit") => {
                Err(DeskError::Limited(until))
            }
            _ => Ok(()),
        }
    }
}
