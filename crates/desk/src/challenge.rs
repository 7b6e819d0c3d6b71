//! The owner's side: what a link shows, and what a button does. Opening a link changes nothing.

use gate::{Action, Actor, Outcome};
use serde::{Deserialize, Serialize};
use store::{AccountRow, ChallengeRow, RequestRow, TicketRow, Tx};
use words::{
    ChallengeKind, Channel, ContactKind, MessageKind, PlanKind, ProofKind, RequestKind,
    RequestState, TicketId, TicketState, Time, sabotage::off,
};

use crate::{
    change::Entering,
    desk::Desk,
    error::DeskError,
    hold::{Freezes, because},
    hooks::LOCK,
    mailroom::given,
    proof::Ground,
    saved::is_codes,
    settings::hours,
};

/// What a challenge says, kept as the desk's own facts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Detail {
    /// What was asked, for a confirmation.
    pub what: Option<RequestKind>,
    /// How the requester came.
    pub channel: Channel,
    /// When.
    pub at: Time,
    /// What was unusual, for an outreach.
    pub signals: Vec<String>,
    /// The countries that a "Yes" teaches.
    pub countries: Vec<String>,
    /// The other tickets that the letter told of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<TicketId>,
    /// Which one was asked for, in the catalogue's words, such as `invoice 10442`.
    #[serde(default)]
    pub item: Option<String>,
    /// What is planned, for a change that can be cancelled.
    #[serde(default)]
    pub plan: Option<PlanKind>,
}

impl Detail {
    pub(crate) fn contact(ticket: &TicketRow) -> Self {
        Self {
            what: None,
            channel: ticket.channel,
            at: ticket.opened_at,
            signals: Vec::new(),
            countries: Vec::new(),
            also: Vec::new(),
            item: None,
            plan: None,
        }
    }

    pub(crate) fn read(text: &str) -> Result<Self, DeskError> {
        serde_json::from_str(text).map_err(|e| DeskError::json(&e))
    }
}

/// What the owner answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// "Yes, that was me."
    Yes,
    /// "No, it wasn't me."
    No,
}

impl Answer {
    fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
        }
    }
}

/// What the owner is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerQuestion {
    /// "Did you ask us to …?"
    Confirm {
        /// What was asked.
        what: RequestKind,
        /// Which one, in the catalogue's words.
        item: Option<String>,
        /// How.
        channel: Channel,
        /// When.
        at: Time,
    },
    /// "Was this you?"
    Outreach {
        /// What was unusual.
        signals: Vec<String>,
        /// When.
        at: Time,
    },
    /// "This is going to change. Stop it?"
    Cancel {
        /// What changes.
        what: PlanKind,
        /// How it was asked for.
        channel: Channel,
        /// When it was confirmed.
        at: Time,
        /// When it takes effect.
        effective: Time,
    },
    /// "Is this address yours?", asked at an address that is to come.
    Address,
    /// "It wasn't me."
    Repudiate {
        /// How they reached the desk.
        channel: Channel,
        /// When.
        at: Time,
    },
}

/// The page behind a link.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing of its own that the page shows or doesn't"
)]
pub struct OwnerPage {
    /// What is asked.
    pub question: OwnerQuestion,
    /// What was answered, if it was.
    pub answer: Option<Answer>,
    /// Whether its time is over.
    pub over: bool,
    /// Until when it works.
    pub expires: Time,
    /// Whether a confirmed request could not be carried out, and why, for the owner.
    pub stopped: bool,
    /// Where the owner goes on after a confirmed reset.
    pub go_on: Option<String>,
    /// What was sent to the owner because of the ticket.
    pub sent: Vec<String>,
    /// What may have reached them because of it: the mail server did not say.
    pub unsure: Vec<String>,
    /// What was about to be sent to them because of it and has not left.
    pub leaving: Vec<String>,
    /// What was shown to the person on support because of it.
    pub shown: Vec<String>,
    /// What is still to be proven after a yes: any of these, one after the other.
    pub more: Vec<ProofKind>,
    /// Whether the action that is asked about takes one more step after a yes. Said before the answer;
    /// after it, `more` tells.
    pub two_steps: bool,
    /// Whether it is about recovery codes, made already or not.
    pub about_codes: bool,
    /// Whether a step was tried just now and didn't work.
    pub tried: bool,
    /// Whether a no still freezes, although there was a yes: a code may have been talked out of the
    /// owner, or somebody else may have pressed it.
    pub takes_back: bool,
    /// Whether the account is locked at the identity provider since a no.
    pub locked: bool,
    /// Whether it makes recovery codes now.
    pub codes: bool,
    /// Whether a code that works was sent to the registered phone.
    pub texted: bool,
    /// What the owner types now, once they have confirmed a change.
    pub enter: Option<Entering>,
    /// When what they confirmed takes effect, if it waits for that.
    pub effective: Option<Time>,
}

impl Desk {
    /// The page behind a link.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a secret that was never given out.
    pub async fn owner_page(&self, secret: &str) -> Result<OwnerPage, DeskError> {
        let mut tx = self.store.read().await?;
        let row = tx
            .challenge(&vault::hash(secret.as_bytes()))
            .await?
            .ok_or(DeskError::NotFound)?;
        let request = match row.request_id {
            Some(id) => tx.request(id).await?,
            None => None,
        };
        let tickets: Vec<TicketId> = std::iter::once(row.ticket_id)
            .chain(Detail::read(&row.detail)?.also)
            .collect();
        let given = given(&mut tx, &tickets).await?;
        let more = self.still(&mut tx, &row, request.as_ref()).await?;
        let texted = match &request {
            Some(request) => self.text_until(&mut tx, request.id).await?.is_some(),
            None => false,
        };
        let proven = proven(&mut tx, request.as_ref()).await?;
        let mut page = self.page(&row, request.as_ref(), proven)?;
        let asks = row.kind == ChallengeKind::Confirm && page.answer.is_none() && !page.over;
        if row.kind == ChallengeKind::Confirm && page.answer == Some(Answer::No) {
            let holds = tx.holds(row.account_id).await?;
            page.locked = holds
                .iter()
                .any(|hold| hold.locked && hold.lifted_at.is_none());
        }
        let two_steps = match request.as_ref().filter(|_| asks) {
            Some(request) if request.kind == RequestKind::Act => {
                self.in_two_steps(&mut tx, request).await?
            }
            _ => false,
        };
        if let Some(request) = &request
            && request.state == RequestState::Cooling
        {
            page.effective = tx.plan_of(request.id).await?.map(|plan| plan.effective_at);
        }
        if let (OwnerQuestion::Cancel { effective, .. }, Some(request)) =
            (&mut page.question, &request)
            && let Some(plan) = tx.plan_of(request.id).await?
        {
            *effective = plan.effective_at;
        }
        // Said yes, not enough for it, and no step left that could be taken here: asked anew, it
        // begins from the start.
        let stuck = row.kind == ChallengeKind::Confirm
            && page.answer == Some(Answer::Yes)
            && more.is_empty()
            && request.is_some_and(|request| request.state == RequestState::Waiting);
        Ok(OwnerPage {
            sent: given.sent,
            unsure: given.unsure,
            leaving: given.leaving,
            shown: given.shown,
            more,
            two_steps,
            texted,
            stopped: page.stopped || stuck,
            ..page
        })
    }

    /// Whether the owner's yes at a contact point is only the first of two steps.
    async fn in_two_steps(&self, tx: &mut Tx, request: &RequestRow) -> Result<bool, DeskError> {
        let account = self.account(tx, request.account_id).await?;
        let ticket = tx
            .ticket_by_id(request.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let (_, decision) = self.weigh_request(tx, &account, &ticket, request).await?;
        let ways = decision.ways;
        let enough = ways
            .iter()
            .any(|way| matches!(way[..], [ProofKind::Email | ProofKind::Phone]));
        Ok(!ways.is_empty() && !enough)
    }

    /// How things stand with a challenge; `proven` is whether a step was taken for what it asks.
    fn page(
        &self,
        row: &ChallengeRow,
        request: Option<&RequestRow>,
        proven: bool,
    ) -> Result<OwnerPage, DeskError> {
        let detail = Detail::read(&row.detail)?;
        let answer = match row.answer.as_deref() {
            Some("yes") => Some(Answer::Yes),
            Some(_) => Some(Answer::No),
            None => None,
        };
        // What an erased account was asked is blank.
        let asks = row.kind == ChallengeKind::Confirm && detail.what.is_some();
        let question = match row.kind {
            ChallengeKind::Confirm => OwnerQuestion::Confirm {
                what: detail.what.unwrap_or(RequestKind::Reset),
                item: detail.item,
                channel: detail.channel,
                at: detail.at,
            },
            ChallengeKind::Outreach => OwnerQuestion::Outreach {
                signals: detail.signals,
                at: detail.at,
            },
            ChallengeKind::Repudiate => OwnerQuestion::Repudiate {
                channel: detail.channel,
                at: detail.at,
            },
            ChallengeKind::Address => OwnerQuestion::Address,
            ChallengeKind::Cancel => OwnerQuestion::Cancel {
                what: detail.plan.unwrap_or(PlanKind::Point),
                channel: detail.channel,
                at: row.created_at,
                effective: row.expires_at,
            },
        };
        let open = match row.kind {
            ChallengeKind::Cancel | ChallengeKind::Address => RequestState::Cooling,
            // Proven in two other ways: their page is still where the new value is typed, or the codes
            // are made.
            ChallengeKind::Confirm if request.is_some_and(|r| self.goes_on(r)) => {
                RequestState::Ready
            }
            _ => RequestState::Waiting,
        };
        let closed = request.is_some_and(|r| answer.is_none() && r.state != open);
        // Proven by another way, such as a text message, it went on without an answer here.
        let went_on = closed && proven && request.is_some_and(|r| r.state != RequestState::Denied);
        let takes_back = asks
            && (answer == Some(Answer::Yes) || went_on)
            // As long as the link lives, also if what was asked ended before that.
            && self.now() < row.created_at + hours(self.settings.link_hours);
        let reset = request.is_some_and(|r| r.kind == RequestKind::Reset);
        Ok(OwnerPage {
            question,
            answer,
            over: answer.is_none()
                && (row.expires_at <= self.now() && !off("link-expires") || closed),
            expires: row.expires_at,
            stopped: answer == Some(Answer::Yes)
                && request.is_some_and(|r| {
                    matches!(
                        r.state,
                        RequestState::Refused | RequestState::Expired | RequestState::Denied
                    ) || r.kind == RequestKind::Unlock && r.state == RequestState::Cooling
                        || self.lapsed(r)
                }),
            sent: Vec::new(),
            unsure: Vec::new(),
            leaving: Vec::new(),
            shown: Vec::new(),
            more: Vec::new(),
            two_steps: false,
            about_codes: request.is_some_and(is_codes),
            tried: false,
            takes_back,
            locked: false,
            codes: self.makes_codes(row, request),
            texted: false,
            enter: self.entering(row, request)?,
            effective: None,
            go_on: self
                .settings
                .continue_url
                .clone()
                .filter(|_| reset && answer == Some(Answer::Yes)),
        })
    }

    /// The owner presses a button. A second press, or one on an old link, changes nothing and
    /// shows how things stand; but for a no after a yes, which freezes as long as the link works.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a secret that was never given out.
    pub async fn answer(&self, secret: &str, answer: Answer) -> Result<OwnerPage, DeskError> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let token = vault::hash(secret.as_bytes());
        let asked = tx.challenge(&token).await?.ok_or(DeskError::NotFound)?;
        // Two presses at once queue up here; the second then finds the answer of the first.
        tx.queue_for_account(asked.account_id).await?;
        let mut row = tx.challenge(&token).await?.ok_or(DeskError::NotFound)?;
        let mut request = match row.request_id {
            Some(id) => tx.request(id).await?,
            None => None,
        };
        let proven = proven(&mut tx, request.as_ref()).await?;
        let page = self.page(&row, request.as_ref(), proven)?;
        let takes_back = answer == Answer::No && page.takes_back;
        if !takes_back && (row.answered_at.is_some() || page.over)
            || (matches!(row.kind, ChallengeKind::Repudiate | ChallengeKind::Cancel)
                && answer == Answer::Yes)
            || row.kind == ChallengeKind::Address && answer == Answer::No
        {
            return self.page(&row, request.as_ref(), proven);
        }
        let account = self.account(&mut tx, row.account_id).await?;
        let ticket = tx
            .ticket_by_id(row.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        tx.answer_challenge(row.id, answer.word(), now).await?;
        row.answered_at = Some(now);
        row.answer = Some(answer.word().to_owned());
        tx.entry(
            self.entry("owner", "challenge.answered")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("challenge", row.id.to_string())
                .with("kind", row.kind.as_str())
                .with("answer", answer.word()),
        );
        match (row.kind, answer) {
            (ChallengeKind::Confirm, Answer::Yes) => {
                let request = request.as_ref().ok_or(DeskError::NotFound)?;
                // What is ready was proven before.
                if request.state == RequestState::Waiting {
                    self.confirmed(&mut tx, &row, &account, &ticket, request)
                        .await?;
                }
            }
            (ChallengeKind::Confirm, Answer::No) => {
                let asked = request.as_ref();
                self.denied(&mut tx, &row, &account, &ticket, asked, takes_back)
                    .await?;
            }
            (ChallengeKind::Outreach, Answer::Yes) => {
                self.recognised(&mut tx, &row, &account, ticket, request.as_ref())
                    .await?;
            }
            (ChallengeKind::Outreach, Answer::No) => {
                if let Some(request) = &request {
                    tx.move_request(request.id, RequestState::Waiting, RequestState::Denied, now)
                        .await?;
                }
                let countries = Detail::read(&row.detail)?.countries;
                self.unlearn(&mut tx, account.id, &countries).await?;
                self.queue_hook(&mut tx, LOCK, &account, &ticket, &row.id.to_string())
                    .await?;
                let story = "Asked about unusual logins; the owner answered: it wasn't me. The identity provider is told to lock the account.";
                let reason = "The owner said that unusual logins were not theirs.";
                self.freeze(
                    &mut tx,
                    &account,
                    &ticket,
                    Freezes::Repudiation,
                    reason,
                    story,
                )
                .await?;
                tx.lock_holds(account.id).await?;
            }
            (ChallengeKind::Cancel, _) => {
                let request = request.as_ref().ok_or(DeskError::NotFound)?;
                if !off("cancel") && self.cancel(&mut tx, &account, &ticket, request).await? {
                    let story = format!(
                        "Confirmed: \"{}\"; then cancelled at a contact point on file: it wasn't me.",
                        request.label
                    );
                    let reason = "The owner cancelled a change that was made in their name.";
                    self.freeze(
                        &mut tx,
                        &account,
                        &ticket,
                        Freezes::Repudiation,
                        reason,
                        &story,
                    )
                    .await?;
                }
            }
            (ChallengeKind::Address, _) => {
                self.address_answered(&mut tx, &row, &ticket, now).await?;
            }
            (ChallengeKind::Repudiate, _) => {
                let mut story =
                    "Told of this contact; the owner answered: it wasn't me.".to_owned();
                for id in Detail::read(&row.detail)?.also {
                    story += &also_told(&mut tx, id).await?;
                }
                let reason = "The owner said that a contact made in their name was not theirs.";
                if off("not-me-freezes") {
                    return self.page(&row, request.as_ref(), proven);
                }
                self.freeze(
                    &mut tx,
                    &account,
                    &ticket,
                    Freezes::Repudiation,
                    reason,
                    &story,
                )
                .await?;
            }
        }
        if let Some(old) = &request {
            request = tx.request(old.id).await?;
        }
        self.awake(&mut tx, row.ticket_id).await?;
        self.commit(tx).await?;
        self.page(&row, request.as_ref(), proven)
    }

    /// The owner says that a request was not theirs, also after a yes (`takes_back`): it is over, and the
    /// account is frozen. What is ready or planned after a yes is ended by the freeze.
    async fn denied(
        &self,
        tx: &mut Tx,
        row: &ChallengeRow,
        account: &AccountRow,
        ticket: &TicketRow,
        request: Option<&RequestRow>,
        takes_back: bool,
    ) -> Result<(), DeskError> {
        use RequestState::{Failed, Sending, Waiting};
        if let Some(request) = request
            && (!takes_back || matches!(request.state, Waiting | Sending | Failed))
        {
            tx.move_request(request.id, request.state, RequestState::Denied, self.now())
                .await?;
        }
        let asked = request.map_or("this", |r| r.label.as_str());
        let after = if takes_back { ", after a yes" } else { "" };
        let story = format!("Asked for \"{asked}\"; the owner answered{after}: it wasn't me.");
        let reason = "The owner said that a request made in their name was not theirs.";
        self.freeze(tx, account, ticket, Freezes::Repudiation, reason, &story)
            .await?;
        if takes_back
            && let Some(request) = request
            && Self::may_be_in(tx, row, request).await?
        {
            self.queue_hook(tx, LOCK, account, ticket, &row.id.to_string())
                .await?;
            tx.lock_holds(account.id).await?;
        }
        Ok(())
    }

    /// Whether somebody may be able to sign in because of a request: with a password that they chose by
    /// now, or since a lifting of holds let everybody sign in again. Another second factor cools off for
    /// longer than a link lives.
    async fn may_be_in(
        tx: &mut Tx,
        row: &ChallengeRow,
        request: &RequestRow,
    ) -> Result<bool, DeskError> {
        use RequestState::{Done, Failed, Refused, Sending};
        Ok(match request.kind {
            RequestKind::Reset => match request.state {
                Sending | Failed | Done => true,
                // Held back by a freeze; a try before that may have arrived.
                Refused => {
                    let proofs = tx.proofs(request.id).await?;
                    proofs.iter().any(|proof| proof.used_at.is_some())
                }
                _ => false,
            },
            RequestKind::Unlock => {
                tx.holds(request.account_id).await?.iter().any(|hold| {
                    hold.locked && hold.lifted_at.is_some_and(|at| at >= row.created_at)
                })
            }
            _ => false,
        })
    }

    /// The owner's yes to a request is a proof, by way of the contact point that was asked; then the
    /// gate says how it goes on.
    pub(crate) async fn confirmed(
        &self,
        tx: &mut Tx,
        row: &ChallengeRow,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
    ) -> Result<(), DeskError> {
        let ground = Ground {
            point: Some(row.contact_point_id),
            challenge: Some(row.id),
            source: None,
        };
        let by = tx.contact_point(row.contact_point_id).await?;
        let kind = match by.ok_or(DeskError::NotFound)?.kind {
            ContactKind::Email => ProofKind::Email,
            ContactKind::Phone => ProofKind::Phone,
        };
        self.prove(tx, request, kind, ground).await?;
        self.advance(tx, account, ticket, request).await?;
        Ok(())
    }

    /// The owner's yes to "was this you?": the place is remembered, the failed logins are settled, and
    /// the flag closes, unless something was noticed since that they were not asked about.
    async fn recognised(
        &self,
        tx: &mut Tx,
        row: &ChallengeRow,
        account: &AccountRow,
        mut ticket: TicketRow,
        request: Option<&RequestRow>,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let detail = Detail::read(&row.detail)?;
        let point = tx.contact_point(row.contact_point_id).await?;
        let facts = self.facts(
            Actor::Desk,
            Action::Request(RequestKind::Ask),
            account,
            Some(&ticket),
            point.as_ref(),
        );
        let counts = self.decide(&facts).outcome == Outcome::Permit;
        if let Some(request) = request {
            let to = if counts {
                RequestState::Done
            } else {
                RequestState::Refused
            };
            tx.move_request(request.id, RequestState::Waiting, to, now)
                .await?;
        }
        if !counts {
            let text = "Somebody answered yes, but from a contact point that no longer counts. Nothing is remembered.";
            self.write(tx, &ticket, MessageKind::Desk, None, text)
                .await?;
            return Ok(());
        }
        let found = self.signals_of(tx, &ticket).await?;
        let asked = |at: Time, signal: &watch::Signal| {
            at <= detail.at && detail.signals.contains(&signal.words())
        };
        let more = found.iter().any(|(at, signal)| !asked(*at, signal));
        // Of what they were not asked about nothing is settled.
        let until = if more { detail.at } else { Time(i64::MAX) };
        let failures = found
            .iter()
            .any(|(at, signal)| asked(*at, signal) && signal.of_failures());
        self.teach(tx, account.id, &detail.countries, failures.then_some(until))
            .await?;
        let text = if detail.countries.is_empty() {
            "The owner answered: yes, that was me."
        } else {
            "The owner answered: yes, that was me. The place is remembered."
        };
        self.write(tx, &ticket, MessageKind::Desk, None, text)
            .await?;
        if more {
            let text = "More was noticed since the owner was asked. The flag stays open: ask them about that too.";
            self.write(tx, &ticket, MessageKind::Desk, None, text)
                .await?;
            return self.touch(tx, &mut ticket).await;
        }
        ticket.state = TicketState::Closed;
        ticket.closed_at = Some(now);
        self.touch(tx, &mut ticket).await?;
        Ok(())
    }
}

/// Whether a step was taken for a request, at this link or elsewhere.
async fn proven(tx: &mut Tx, request: Option<&RequestRow>) -> Result<bool, DeskError> {
    Ok(match request {
        Some(request) => !tx.proofs(request.id).await?.is_empty(),
        None => false,
    })
}

/// Another contact that the same letter told of, for the safety ticket: a line of its own.
async fn also_told(tx: &mut Tx, id: TicketId) -> Result<String, DeskError> {
    let Some(ticket) = tx.ticket_by_id(id).await? else {
        return Ok(String::new());
    };
    let given = given(tx, &[id]).await?;
    Ok(format!(
        "\nThe same letter told of #{} ({}). {}",
        ticket.number,
        ticket.channel,
        because(&given).join(" ")
    ))
}
