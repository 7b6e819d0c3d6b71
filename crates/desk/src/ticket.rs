//! Tickets: opening, writing in, moving and closing them.

use gate::{Action, Actor, Outcome};
use store::{AccountRow, Change, Filter, ListRow, MessageRow, NoticeRow, TicketRow, Tx};
use words::{
    AccountId, AlarmKind, Channel, MessageId, MessageKind, NoticeId, Queue, Role, StaffId,
    TicketKind, TicketState, Time,
};

use crate::{
    desk::{Desk, Me},
    error::DeskError,
    leak::{Checked, Found, kept, without_secrets},
    mailroom::LetterRef,
    opened::Opens,
    settings::minutes,
};

/// The longest text of one message, in characters.
pub const MESSAGE_MAX: usize = 20_000;
/// The longest subject, in characters.
pub const SUBJECT_MAX: usize = 200;
const CALL: &str = "Call";
/// What a rep can say once a ticket lies with the lead. It promises no letter: there may be no account, or
/// nowhere on file to write to.
pub const WITH_THE_LEAD: &str = "I've asked a colleague to look at this with me. It's in good hands; please give us a little time.";

/// A ticket to open.
#[derive(Clone, Debug)]
pub struct NewTicket {
    /// How the requester came.
    pub channel: Channel,
    /// What it is about; may be empty.
    pub subject: String,
    /// What they said or wrote first.
    pub heard: Option<String>,
    /// The account it is about, as found by a look-up.
    pub account: Option<AccountId>,
    /// Whether it is mine from the start.
    pub mine: bool,
}

/// What became of an escalation.
#[derive(Clone, Debug)]
pub struct Escalated {
    /// The ticket as it lies there now, which its rep may no longer see.
    pub ticket: ListRow,
    /// What the rep can say to the requester.
    pub words: &'static str,
}

/// The counts on the rail.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Open and mine.
    pub mine: i64,
    /// Open flags.
    pub flags: i64,
    /// In the lead's queue.
    pub lead: i64,
    /// In the safety queue.
    pub safety: i64,
    /// Mails and hooks that were given up.
    pub dead: i64,
    /// Alarms that nobody has looked at.
    pub alarms: i64,
}

impl Desk {
    /// Opens a ticket and returns its number.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for an empty or overlong text and for the channel of the watch, which
    /// opens its tickets itself; [`DeskError::NotFound`] for an account that doesn't exist.
    pub async fn open_ticket(&self, me: &Me, new: NewTicket) -> Result<i64, DeskError> {
        me.must_act()?;
        if new.channel == Channel::Watch {
            return Err(DeskError::Invalid(
                "use one of: email, chat, phone, portal, api".to_owned(),
            ));
        }
        // Nothing holds up a ticket: secrets are taken out of it.
        let subject = without_secrets(clean_line(&new.subject, SUBJECT_MAX)?);
        let heard = new.heard.as_deref().map(clean_text).transpose()?;
        let heard = heard.map(without_secrets);
        let subject = match (&subject[..], &heard) {
            ("", Some(heard)) if new.channel != Channel::Phone => first_words(heard),
            ("", _) => CALL.to_owned(),
            _ => subject,
        };
        let mut tx = self.store.begin().await?;
        let opens = Opens {
            account: None,
            kind: TicketKind::Support,
            channel: new.channel,
            subject,
            by: Some(me.id),
            mine: new.mine,
            closed: false,
        };
        let entry = self.by(me, "ticket.opened");
        let row = self.opened(&mut tx, entry, opens).await?;
        if let Some(text) = heard {
            self.write(&mut tx, &row, MessageKind::Heard, None, &text)
                .await?;
        }
        if let Some(account) = new.account {
            self.tie(&mut tx, me, row.clone(), account).await?;
        }
        self.commit(tx).await?;
        Ok(row.number)
    }

    /// Ties a ticket to the account that a look-up found.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if it is about another account already.
    pub async fn set_account(
        &self,
        me: &Me,
        number: i64,
        account: AccountId,
    ) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        let ticket = self.act_on(&mut tx, me, number).await?;
        if ticket.account_id == Some(account) {
            return Ok(());
        }
        if ticket.account_id.is_some() {
            return Err(DeskError::Conflict(
                "this ticket is about another account already; open a new ticket for this one",
            ));
        }
        self.tie(&mut tx, me, ticket, account).await?;
        self.commit(tx).await
    }

    async fn tie(
        &self,
        tx: &mut Tx,
        me: &Me,
        mut ticket: TicketRow,
        account: AccountId,
    ) -> Result<(), DeskError> {
        let account = self.account(tx, account).await?;
        if account.data_key.is_empty() {
            // It was erased, and nothing new is collected under it.
            return Err(DeskError::NotFound);
        }
        let facts = self.facts(
            Actor::Staff(me.id, me.role),
            Action::Read,
            &account,
            Some(&ticket),
            None,
        );
        if self.decide(&facts).outcome != Outcome::Permit {
            return Err(DeskError::Forbidden("your role doesn't open accounts"));
        }
        ticket.account_id = Some(account.id);
        ticket.updated_at = self.now();
        tx.change_ticket(&ticket).await?;
        let entry = self
            .by(me, "ticket.account")
            .with_account(account.id.to_string())
            .with_ticket(ticket.number);
        tx.entry(entry);
        self.notice_decoy(tx, AlarmKind::DecoyOpened, me, &account, Some(&ticket))
            .await?;
        let over = ticket.state == TicketState::Closed || ticket.ended_at.is_some();
        let due = if over {
            self.now()
        } else {
            self.told_by(ticket.opened_at)
        };
        self.contact(tx, &ticket, ticket.opened_at, due).await
    }

    /// When the owner is told of a contact that began then, if it has not ended before.
    fn told_by(&self, began: Time) -> Time {
        began + minutes(self.settings.notice_after_minutes)
    }

    /// The owner is to hear of a contact. The watch's own tickets are none.
    async fn contact(
        &self,
        tx: &mut Tx,
        ticket: &TicketRow,
        began: Time,
        due: Time,
    ) -> Result<(), DeskError> {
        let Some(account) = ticket
            .account_id
            .filter(|_| ticket.channel != Channel::Watch)
        else {
            return Ok(());
        };
        let notice = NoticeRow {
            id: self.id(NoticeId::new),
            account_id: account,
            ticket_id: ticket.id,
            channel: ticket.channel,
            began_at: began,
            due_at: due,
            told_at: None,
        };
        Ok(tx.add_notice(&notice).await?)
    }

    /// A conversation that goes on long after the owner was told of it is a contact of its own, or
    /// an old ticket would be the quiet way in.
    async fn heard_again(&self, tx: &mut Tx, ticket: &TicketRow) -> Result<(), DeskError> {
        let now = self.now();
        if let Some(account) = ticket
            .account_id
            .filter(|_| ticket.kind != TicketKind::Support)
        {
            // A ticket of the desk's own is none of the owner's contacts until somebody speaks in it.
            let notice = NoticeRow {
                id: self.id(NoticeId::new),
                account_id: account,
                ticket_id: ticket.id,
                channel: Channel::Phone,
                began_at: now,
                due_at: self.told_by(now),
                told_at: None,
            };
            return Ok(tx.add_notice(&notice).await?);
        }
        match tx.last_told(ticket.id).await? {
            Some(told) if self.told_by(told) > now => Ok(()),
            // What waits to be told stays as it is.
            _ => self.contact(tx, ticket, now, self.told_by(now)).await,
        }
    }

    /// Writes into a ticket: what was heard or said, a note, or a reply, which goes to the
    /// account's registered email and nowhere else.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for an empty or overlong text; [`DeskError::Refused`] for a reply
    /// that has nowhere to go; [`DeskError::Stopped`] for a text that holds what isn't typed;
    /// [`DeskError::Limited`] for a reply where too many were sent or stopped.
    pub async fn add_message(
        &self,
        me: &Me,
        number: i64,
        kind: MessageKind,
        text: &str,
    ) -> Result<MessageId, DeskError> {
        self.write_message(me, number, kind, text, false).await
    }

    /// The same with card numbers, codes, passwords and tokens taken out first. A reply is never
    /// changed: it is stopped.
    ///
    /// # Errors
    /// As [`Desk::add_message`].
    pub async fn add_message_without_secrets(
        &self,
        me: &Me,
        number: i64,
        kind: MessageKind,
        text: &str,
    ) -> Result<MessageId, DeskError> {
        self.write_message(me, number, kind, text, true).await
    }

    async fn write_message(
        &self,
        me: &Me,
        number: i64,
        kind: MessageKind,
        text: &str,
        remove: bool,
    ) -> Result<MessageId, DeskError> {
        if kind == MessageKind::Desk {
            return Err(DeskError::Invalid(
                "use one of: heard, said, reply, note".to_owned(),
            ));
        }
        let text = clean_text(text)?;
        let mut tx = self.store.begin().await?;
        let mut ticket = self.act_on(&mut tx, me, number).await?;
        let author = (kind != MessageKind::Heard).then_some(me.id);
        if kind == MessageKind::Reply {
            let account = self.account_of(&mut tx, &ticket).await?;
            let points = tx.contact_points(account.id).await?;
            let place = self.destination(&points);
            let facts = self.facts(
                Actor::Staff(me.id, me.role),
                Action::Reply,
                &account,
                Some(&ticket),
                place,
            );
            let decision = self.decide(&facts);
            let (Outcome::Permit, Some(place)) = (decision.outcome, place) else {
                tx.entry(
                    self.by(me, "message.refused")
                        .with_account(account.id.to_string())
                        .with_ticket(number)
                        .with("rule", decision.rule.clone()),
                );
                self.commit(tx).await?;
                return Err(refused(decision));
            };
            let now = self.now();
            let budget = self.limit_key(&format!("reply:{}", account.id));
            if let Some(until) = tx.charge(&budget, 20, minutes(15), now).await? {
                drop(tx);
                return self.limited(me, number, &account, "reply", until).await;
            }
            let about = (&account, &ticket);
            match self.check_reply(&mut tx, me, about, &points, &text).await? {
                Checked::Goes => {}
                Checked::Stopped(found, stopped) => {
                    return self
                        .turn_back(tx, me, &ticket, kind, (found, stopped))
                        .await;
                }
                Checked::Limited(until) => {
                    drop(tx);
                    let what = "stopped replies";
                    return self.limited(me, number, &account, what, until).await;
                }
            }
            let id = self.write(&mut tx, &ticket, kind, author, &text).await?;
            let secret = self
                .repudiation(&mut tx, &account, &ticket, place.id, Vec::new())
                .await?;
            self.queue_letter(
                &mut tx,
                &account,
                place,
                LetterRef::Reply { message: id },
                Some(&secret),
                Some(&ticket),
            )
            .await?;
            tx.entry(
                self.by(me, "message.reply")
                    .with_account(account.id.to_string())
                    .with_ticket(number)
                    .with("contact_point", place.id.to_string()),
            );
            self.touch(&mut tx, &mut ticket).await?;
            self.commit(tx).await?;
            return Ok(id);
        }
        let text = match kept(kind, text, remove) {
            Ok(text) => text,
            Err(stopped) => {
                let stopped = (Found::Secret, stopped);
                return self.turn_back(tx, me, &ticket, kind, stopped).await;
            }
        };
        if kind == MessageKind::Heard && ticket.subject == CALL {
            ticket.subject = first_words(&text);
        }
        if kind == MessageKind::Heard {
            self.heard_again(&mut tx, &ticket).await?;
        }
        let id = self.write(&mut tx, &ticket, kind, author, &text).await?;
        self.touch(&mut tx, &mut ticket).await?;
        tx.entry(self.by(me, &format!("message.{kind}")).with_ticket(number));
        self.commit(tx).await?;
        Ok(id)
    }

    /// Takes a ticket on (`Some(me)`) or lays it back (`None`). A lead may hand it to a colleague.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a ticket that is not theirs to see; [`DeskError::Invalid`] for
    /// somebody who doesn't work on tickets.
    pub async fn assign(&self, me: &Me, number: i64, to: Option<StaffId>) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        let mut ticket = self.act_on(&mut tx, me, number).await?;
        if let Some(to) = to.filter(|to| *to != me.id) {
            me.must_be(&[Role::Lead, Role::Admin])?;
            let works = |row: &store::StaffRow| row.ended_at.is_none() && row.role != Role::Auditor;
            if !tx.staff(to).await?.is_some_and(|row| works(&row)) {
                return Err(DeskError::Invalid(
                    "choose a colleague who works on tickets".to_owned(),
                ));
            }
        }
        ticket.assignee = to;
        self.touch(&mut tx, &mut ticket).await?;
        tx.entry(
            self.by(
                me,
                if to.is_some() {
                    "ticket.assigned"
                } else {
                    "ticket.released"
                },
            )
            .with_ticket(number),
        );
        self.commit(tx).await
    }

    /// Closes a ticket; the owner hears of the contact now.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if it is closed.
    pub async fn close(&self, me: &Me, number: i64) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        let mut ticket = self.act_on(&mut tx, me, number).await?;
        if ticket.state == TicketState::Closed {
            return Err(DeskError::Conflict("this ticket is closed already"));
        }
        let now = self.now();
        ticket.state = TicketState::Closed;
        ticket.closed_at = Some(now);
        ticket.ended_at = ticket
            .ended_at
            .or((ticket.channel == Channel::Phone).then_some(now));
        self.touch(&mut tx, &mut ticket).await?;
        self.end_reveals(&mut tx, &ticket).await?;
        tx.hasten_notice(ticket.id, now).await?;
        tx.entry(self.by(me, "ticket.closed").with_ticket(number));
        self.commit(tx).await
    }

    /// Opens a closed ticket again.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if it is open.
    pub async fn reopen(&self, me: &Me, number: i64) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        let mut ticket = self.act_on(&mut tx, me, number).await?;
        if ticket.state != TicketState::Closed {
            return Err(DeskError::Conflict("this ticket is open already"));
        }
        let now = self.now();
        ticket.state = TicketState::Open;
        ticket.closed_at = None;
        self.touch(&mut tx, &mut ticket).await?;
        self.contact(&mut tx, &ticket, now, self.told_by(now))
            .await?;
        tx.entry(self.by(me, "ticket.reopened").with_ticket(number));
        self.commit(tx).await
    }

    /// The call is over; the owner hears of it now.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if it is not a call, or over.
    pub async fn end_call(&self, me: &Me, number: i64) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        let mut ticket = self.act_on(&mut tx, me, number).await?;
        if ticket.channel != Channel::Phone || ticket.ended_at.is_some() {
            return Err(DeskError::Conflict("this call is over already"));
        }
        let now = self.now();
        ticket.ended_at = Some(now);
        self.touch(&mut tx, &mut ticket).await?;
        tx.hasten_notice(ticket.id, now).await?;
        self.write(&mut tx, &ticket, MessageKind::Desk, None, "The call ended.")
            .await?;
        tx.entry(self.by(me, "ticket.call-ended").with_ticket(number));
        self.commit(tx).await
    }

    /// Lays a ticket before a lead, with the reason. The lead is bound by the same gate.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a ticket that is not theirs to see.
    pub async fn escalate(
        &self,
        me: &Me,
        number: i64,
        reason: &str,
    ) -> Result<Escalated, DeskError> {
        let reason = without_secrets(clean_line(reason, 500)?);
        let mut tx = self.store.begin().await?;
        let ticket = self.act_on(&mut tx, me, number).await?;
        self.raise(&mut tx, ticket, Some(me), &reason).await?;
        tx.entry(self.by(me, "ticket.escalated").with_ticket(number));
        let ticket = tx.line(number).await?.ok_or(DeskError::NotFound)?;
        self.commit(tx).await?;
        Ok(Escalated {
            ticket,
            words: WITH_THE_LEAD,
        })
    }

    /// A lead gives an escalated ticket back to the reps.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if it is not with the lead.
    pub async fn hand_back(&self, me: &Me, number: i64) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        let mut ticket = self.act_on(&mut tx, me, number).await?;
        me.must_be(&[Role::Lead, Role::Admin])?;
        if ticket.queue != Queue::Lead {
            return Err(DeskError::Conflict("this ticket is not with the lead"));
        }
        ticket.queue = Queue::Support;
        ticket.escalated = None;
        ticket.assignee = None;
        self.touch(&mut tx, &mut ticket).await?;
        self.write(
            &mut tx,
            &ticket,
            MessageKind::Desk,
            Some(me.id),
            "Given back to the reps.",
        )
        .await?;
        tx.entry(self.by(me, "ticket.handed-back").with_ticket(number));
        self.commit(tx).await
    }

    /// Notes that a limit stopped something, and says until when. Nothing else of it is kept.
    pub(crate) async fn limited<T>(
        &self,
        me: &Me,
        number: i64,
        account: &AccountRow,
        what: &str,
        until: Time,
    ) -> Result<T, DeskError> {
        let mut tx = self.store.begin().await?;
        tx.entry(
            self.by(me, "limit.reached")
                .with_account(account.id.to_string())
                .with_ticket(number)
                .with("what", what),
        );
        self.notice_decoy(&mut tx, AlarmKind::DecoyAsked, me, account, None)
            .await?;
        tx.commit().await?;
        Err(DeskError::Limited(until))
    }

    pub(crate) async fn raise(
        &self,
        tx: &mut Tx,
        mut ticket: TicketRow,
        by: Option<&Me>,
        reason: &str,
    ) -> Result<(), DeskError> {
        if ticket.queue != Queue::Safety {
            ticket.queue = Queue::Lead;
        }
        if ticket.state == TicketState::Closed {
            ticket.state = TicketState::Open;
            ticket.closed_at = None;
            let now = self.now();
            self.contact(tx, &ticket, now, self.told_by(now)).await?;
        }
        let reason = if reason.is_empty() {
            "No reason was given."
        } else {
            reason
        };
        ticket.escalated = Some(reason.to_owned());
        self.touch(tx, &mut ticket).await?;
        let text = format!("Escalated to the lead: {reason}");
        self.write(tx, &ticket, MessageKind::Desk, by.map(|me| me.id), &text)
            .await?;
        Ok(())
    }

    /// A list of tickets, the last changed first.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a queue, or a colleague's tickets, that the role doesn't see.
    pub async fn list(
        &self,
        me: &Me,
        filter: Filter,
        before: Option<Time>,
        limit: i64,
    ) -> Result<Vec<ListRow>, DeskError> {
        let closed = match filter {
            Filter::Lead | Filter::Safety => true,
            Filter::Mine(of) => of != me.id,
            _ => false,
        };
        if closed && !me.sees_all() {
            return Err(DeskError::NotFound);
        }
        let mut tx = self.store.read().await?;
        Ok(tx
            .list(
                filter,
                me.id,
                me.sees_all(),
                before.unwrap_or(Time(i64::MAX)),
                limit.clamp(1, 200),
            )
            .await?)
    }

    /// Tickets by number or subject.
    ///
    /// # Errors
    /// [`DeskError`] if the database fails.
    pub async fn search(&self, me: &Me, text: &str) -> Result<Vec<ListRow>, DeskError> {
        let mut tx = self.store.read().await?;
        let text: String = text
            .chars()
            .filter(|c| !c.is_control())
            .take(SUBJECT_MAX)
            .collect();
        Ok(tx
            .search_tickets(text.trim(), me.id, me.sees_all(), 50)
            .await?)
    }

    /// The counts on the rail.
    ///
    /// # Errors
    /// [`DeskError`] if the database fails.
    pub async fn counts(&self, me: &Me) -> Result<Counts, DeskError> {
        let mut tx = self.store.read().await?;
        let (mine, flags, lead, safety) = tx.ticket_counts(me.id, me.sees_all()).await?;
        let dead = tx.dead_jobs().await?;
        let alarms = self.unseen_alarms(&mut tx, me).await?;
        Ok(if me.sees_all() {
            Counts {
                mine,
                flags,
                lead,
                safety,
                dead,
                alarms,
            }
        } else {
            Counts {
                mine,
                flags,
                ..Counts::default()
            }
        })
    }

    pub(crate) async fn write(
        &self,
        tx: &mut Tx,
        ticket: &TicketRow,
        kind: MessageKind,
        author: Option<StaffId>,
        text: &str,
    ) -> Result<MessageId, DeskError> {
        let id = self.id(MessageId::new);
        tx.add_message(&MessageRow {
            id,
            ticket_id: ticket.id,
            kind,
            staff_id: author,
            body: text.to_owned(),
            at: self.now(),
        })
        .await?;
        tx.changed(Change::Ticket(ticket.number));
        Ok(id)
    }

    pub(crate) async fn touch(&self, tx: &mut Tx, ticket: &mut TicketRow) -> Result<(), DeskError> {
        ticket.updated_at = self.now();
        Ok(tx.change_ticket(ticket).await?)
    }

    pub(crate) fn limit_key(&self, what: &str) -> [u8; 32] {
        self.vault.blind("limit", what).0
    }
}

pub(crate) fn refused(decision: gate::Decision) -> DeskError {
    DeskError::Refused {
        rule: decision.rule,
        reason: decision.reason,
        words: decision.words,
    }
}

/// A text of several lines: trimmed, without control characters, not empty.
fn clean_text(text: &str) -> Result<String, DeskError> {
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !turns(*c))
        .collect();
    let text = text.trim();
    match text.chars().count() {
        0 => Err(DeskError::Invalid(
            "the message is empty; write something first".to_owned(),
        )),
        n if n > MESSAGE_MAX => Err(DeskError::Invalid(format!(
            "the message has {n} characters; shorten it to {MESSAGE_MAX}"
        ))),
        _ => Ok(text.to_owned()),
    }
}

fn clean_line(text: &str, max: usize) -> Result<String, DeskError> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !turns(*c)).collect();
    match line.chars().count() {
        n if n > max => Err(DeskError::Invalid(format!(
            "this line has {n} characters; shorten it to {max}"
        ))),
        _ => Ok(line),
    }
}

/// Whether a character is one that nobody sees but that changes what others look like: a control
/// character, or one that turns the direction of what follows.
fn turns(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn first_words(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 70 {
        return line;
    }
    let cut: String = line.chars().take(70).collect();
    format!(
        "{}…",
        cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head)
    )
}
