//! Showing a value to a rep: in an open ticket, one field, for a proof of exactly that, for five
//! minutes. Each showing is decided anew, counted, and in the ledger before anybody sees anything.

use gate::{Decision, Outcome};
use store::{AccountRow, FieldRow, NoticeRow, RequestRow, RevealRow, TicketRow, Tx};
use vault::{Sealed, Value};
use words::{
    AlarmKind, FieldClass, FieldKind, MessageKind, NoticeId, RequestId, RequestKind, RequestState,
    RevealId, TicketState, Time, sabotage::off,
};
use zeroize::Zeroizing;

use crate::{
    desk::{Desk, Me, outcome_word},
    error::DeskError,
    people::REVEALS,
    settings::{hours, minutes},
};

/// Minutes that the owner's yes to a showing lasts.
pub const SHOWN_MINUTES: u64 = 5;
/// What a request for a showing is called begins with this.
const SHOW: &str = "show ";

/// A value as it is shown, once. Nothing keeps it: whoever shows it lets it go when the time is over.
pub struct Revealed {
    /// What it is, such as `postal address`.
    pub what: String,
    /// The value.
    pub value: Zeroizing<String>,
    /// In which ticket.
    pub ticket: i64,
    /// When it was shown.
    pub at: Time,
    /// Until when it may be seen.
    pub until: Time,
}

impl std::fmt::Debug for Revealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Revealed")
            .field("what", &self.what)
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}

/// What a request to see something is called.
pub(crate) fn label(what: &str) -> String {
    format!("{SHOW}{what}")
}

/// What such a request is about: `postal address`.
pub fn shown_label(request: &RequestRow) -> &str {
    request.label.strip_prefix(SHOW).unwrap_or(&request.label)
}

/// What was shown to reps in a ticket.
pub(crate) async fn shown_in(
    tx: &mut Tx,
    ticket: words::TicketId,
) -> Result<Vec<String>, DeskError> {
    let rows = tx.revealed_in(ticket).await?;
    Ok(rows.iter().map(|row| shown_label(row).to_owned()).collect())
}

/// Something that a rep may ask to see, and what the gate says to it.
pub(crate) struct RevealOffer {
    pub(crate) field: String,
    pub(crate) items: Vec<String>,
    pub(crate) title: String,
    pub(crate) explains: String,
    pub(crate) decision: Decision,
}

impl Desk {
    /// What a rep could ask to see. That nothing is told or confirmed without the owner's yes stands
    /// first, with what to say: sending it is quicker, and safer.
    pub(crate) fn reveal_offers(
        &self,
        fields: &[FieldRow],
        ask: &dyn Fn(RequestKind, Option<&FieldRow>) -> Decision,
    ) -> Vec<RevealOffer> {
        let mut offers = Vec::new();
        for def in self.catalogue.fields() {
            if def.class != FieldClass::Sealed || def.kind == FieldKind::Document {
                continue;
            }
            let rows: Vec<_> = fields.iter().filter(|row| row.name == def.name).collect();
            let Some(first) = rows.first() else { continue };
            let decision = ask(RequestKind::Reveal, Some(first));
            let asks = matches!(decision.outcome, Outcome::Permit | Outcome::Challenge);
            if offers.is_empty() {
                offers.push(RevealOffer {
                    field: String::new(),
                    items: Vec::new(),
                    title: "Tell or confirm a detail".to_owned(),
                    explains: String::new(),
                    decision: Decision {
                        outcome: Outcome::Refuse,
                        rule: decision.rule.clone(),
                        reason: decision.reason.clone(),
                        words: decision.words.clone(),
                        ways: Vec::new(),
                        permit: None,
                    },
                });
            }
            if asks {
                let items = rows.iter().rev().map(|row| row.item.clone());
                let what = def.offer_title();
                offers.push(RevealOffer {
                    field: def.name.clone(),
                    items: items.filter(|item| !item.is_empty()).collect(),
                    title: what.replacen("Send", "Ask to see", 1),
                    explains: format!(
                        "asks the owner; once they say yes, you see it for {SHOWN_MINUTES} minutes"
                    ),
                    decision,
                });
            }
        }
        offers
    }

    /// Shows a rep what the owner agreed to, to the one who asked for it and within five minutes. The
    /// gate is asked once more; the entry of the ledger is written before the value is handed out.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a request that isn't in this ticket; [`DeskError::Conflict`] if it
    /// can't be used any more or is a colleague's; [`DeskError::Forbidden`] for a token not made for it; [`DeskError::Limited`] if they saw too much within
    /// an hour, which raises an alarm; [`DeskError::Refused`] if the gate says no.
    pub async fn reveal(
        &self,
        me: &Me,
        number: i64,
        request: RequestId,
    ) -> Result<Revealed, DeskError> {
        me.must_hold(REVEALS)?;
        let mut tx = self.store.begin().await?;
        let ticket = self.act_on(&mut tx, me, number).await?;
        let account = self.account_of(&mut tx, &ticket).await?;
        let request = tx
            .request(request)
            .await?
            .filter(|row| row.ticket_id == ticket.id && row.account_id == account.id)
            .filter(|row| row.kind == RequestKind::Reveal)
            .ok_or(DeskError::NotFound)?;
        let now = self.now();
        may_use(me, &ticket, &request, now)?;
        tx.queue_for_staff(me.id).await?;
        let seen = tx.revealed_to(me.id, now - hours(1)).await?;
        let most = self.settings.reveals_per_hour as usize;
        if let Some(first) = seen.len().checked_sub(most)
            && !off("reveal-limit")
        {
            let until = seen.get(first).map_or(now, |at| *at + hours(1));
            drop(tx);
            return self
                .saw_too_much(me, &account, &ticket, &request, until)
                .await;
        }
        let (facts, decision) = self
            .weigh_request(&mut tx, &account, &ticket, &request)
            .await?;
        let proofs: Vec<_> = facts.proofs.iter().map(|p| p.kind.as_str()).collect();
        let entry = |kind: &str| {
            self.by(me, kind)
                .with_account(account.id.to_string())
                .with_ticket(number)
                .with("request", request.id.to_string())
                .with("rule", decision.rule.clone())
                .with("proofs", proofs.join(", "))
        };
        let (Outcome::Permit, Some(permit)) = (decision.outcome, &decision.permit) else {
            tx.entry(
                entry("request.decided")
                    .with("kind", request.kind.as_str())
                    .with("outcome", outcome_word(decision.outcome)),
            );
            tx.move_request(request.id, RequestState::Ready, RequestState::Refused, now)
                .await?;
            tx.reword_request(request.id, &decision.rule, &decision.words)
                .await?;
            let text = format!("Not shown: {}. {}", shown_label(&request), decision.reason);
            self.write(&mut tx, &ticket, MessageKind::Desk, None, &text)
                .await?;
            self.commit(tx).await?;
            return Err(crate::ticket::refused(decision));
        };
        let field = match request.field_id {
            Some(id) => tx.field(id).await?,
            None => None,
        }
        .ok_or(DeskError::NotFound)?;
        let sealed = Sealed::<Value>::from_bytes(field.sealed.ok_or(DeskError::NotFound)?);
        let value = self.key(&account)?.open(&sealed, permit)?.into_text();
        tx.add_reveal(&RevealRow {
            id: self.id(RevealId::new),
            request_id: request.id,
            account_id: account.id,
            ticket_id: ticket.id,
            field_id: field.id,
            staff_id: me.id,
            at: now,
        })
        .await?;
        tx.entry(
            entry(if off("reveal-recorded") {
                "request.noted"
            } else {
                "disclosure.revealed"
            })
            .with("field", field.name)
            .with("field_id", field.id.to_string()),
        );
        let what = shown_label(&request).to_owned();
        let text = format!("Shown to {}: {what}.", me.name);
        self.write(&mut tx, &ticket, MessageKind::Desk, None, &text)
            .await?;
        self.tell_of_showing(&mut tx, &account, &ticket, now)
            .await?;
        self.commit(tx).await?;
        Ok(Revealed {
            what,
            value,
            ticket: number,
            at: now,
            until: request.expires_at.unwrap_or(now),
        })
    }

    async fn saw_too_much<T>(
        &self,
        me: &Me,
        account: &AccountRow,
        ticket: &TicketRow,
        request: &RequestRow,
        until: Time,
    ) -> Result<T, DeskError> {
        let mut tx = self.store.begin().await?;
        tx.entry(
            self.by(me, "limit.reached")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("request", request.id.to_string())
                .with("what", RequestKind::Reveal.as_str()),
        );
        self.alarm(
            &mut tx,
            AlarmKind::RevealLimit,
            me,
            Some(account.id),
            Some(ticket),
        )
        .await?;
        self.commit(tx).await?;
        Err(DeskError::Limited(until))
    }

    /// The owner hears of a showing, also in a ticket of which they were told before it.
    async fn tell_of_showing(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        now: Time,
    ) -> Result<(), DeskError> {
        if off("reveal-told") {
            return Ok(());
        }
        // One that is due changes nothing: what was shown is looked up when it goes.
        Ok(tx
            .add_notice(&NoticeRow {
                id: self.id(NoticeId::new),
                account_id: account.id,
                ticket_id: ticket.id,
                channel: ticket.channel,
                began_at: now,
                due_at: now + minutes(SHOWN_MINUTES),
                told_at: None,
            })
            .await?)
    }

    /// A closed ticket shows nothing any more: what waits in it for that is over.
    pub(crate) async fn end_reveals(
        &self,
        tx: &mut Tx,
        ticket: &TicketRow,
    ) -> Result<(), DeskError> {
        for row in tx.requests(ticket.id).await? {
            if row.kind == RequestKind::Reveal {
                self.end_reveal(tx, &row).await?;
            }
        }
        Ok(())
    }

    /// The same for a frozen account, in whatever ticket.
    pub(crate) async fn freeze_reveals(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
    ) -> Result<(), DeskError> {
        for row in tx.ready_requests(account.id, RequestKind::Reveal).await? {
            self.end_reveal(tx, &row).await?;
        }
        Ok(())
    }

    async fn end_reveal(&self, tx: &mut Tx, row: &RequestRow) -> Result<(), DeskError> {
        let now = self.now();
        let to = match row.state {
            RequestState::Ready if tx.was_revealed(row.id).await? => RequestState::Done,
            RequestState::Ready | RequestState::Waiting => RequestState::Refused,
            _ => return Ok(()),
        };
        tx.move_request(row.id, row.state, to, now).await?;
        tx.end_challenges_of(row.id, now).await?;
        tx.entry(
            self.entry("desk", "request.stopped")
                .with_account(row.account_id.to_string())
                .with("request", row.id.to_string()),
        );
        Ok(())
    }
}

/// Whether somebody may use an owner's yes at all; whether it still counts, the gate says.
fn may_use(me: &Me, ticket: &TicketRow, request: &RequestRow, now: Time) -> Result<(), DeskError> {
    if ticket.state == TicketState::Closed {
        return Err(DeskError::Conflict(
            "this ticket is closed; nothing is shown from a closed ticket",
        ));
    }
    if request.staff_id != Some(me.id) && !off("reveal-asker") {
        return Err(DeskError::Conflict(
            "the owner said yes to somebody else seeing it; ask the owner yourself",
        ));
    }
    if request.state != RequestState::Ready || request.expires_at.is_none_or(|at| at <= now) {
        return Err(DeskError::Conflict(
            "this can't be seen any more; ask the owner again",
        ));
    }
    Ok(())
}
