//! One ticket as a rep sees it: the account masked, what can be done, what happened before.

use gate::{Action, Actor, Outcome};
use std::{collections::HashMap, time::Duration};
use store::{AccountRow, FieldRow, HoldRow, JobRow, RequestRow, TicketRow, Tx};
use words::{
    AccountId, AlarmKind, Channel, ContactKind, FieldClass, HoldLevel, MessageId, MessageKind,
    RequestState, StaffId, Time,
};

use crate::{
    code::CodeView,
    desk::{Desk, Me},
    error::DeskError,
    mailroom::is_letter,
    policies::{Around, Why},
    request::{Offer, held_since, place_words},
};

/// A page that refreshes itself within this time is one reading.
const READING: Duration = Duration::from_mins(10);

/// What is known about who is talking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No account yet.
    NoAccount,
    /// Nothing is proven.
    Unproven,
    /// The owner confirmed one thing.
    Confirmed {
        /// What.
        what: String,
        /// When.
        at: Time,
    },
    /// Frozen by the owner.
    Frozen {
        /// Since when.
        since: Time,
    },
}

/// A message with its author's name.
#[derive(Clone, Debug)]
pub struct MessageView {
    /// Its id.
    pub id: MessageId,
    /// Who speaks.
    pub kind: MessageKind,
    /// The rep's name, if a rep speaks.
    pub author: Option<String>,
    /// The words.
    pub text: String,
    /// When.
    pub at: Time,
    /// For a reply that has not left yet: why its last try failed, if it was tried, and when it is
    /// tried again; no time once it was given up.
    pub unsent: Option<(Option<String>, Option<Time>)>,
}

/// A contact point without its value.
#[derive(Clone, Debug)]
pub struct ContactPointView {
    /// Email or phone.
    pub kind: ContactKind,
    /// Since when it is on file.
    pub since: Time,
    /// Whether the owner confirmed it.
    pub confirmed: bool,
    /// From when it counts, if that is still to come.
    pub counts_from: Option<Time>,
}

/// A field, masked unless shown.
#[derive(Clone, Debug)]
pub struct FieldView {
    /// Its name in the catalogue.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// How it is protected.
    pub class: FieldClass,
    /// The value of a *shown* field.
    pub value: Option<String>,
    /// The labels of its items.
    pub items: Vec<String>,
}

/// The account, masked.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// Its id.
    pub id: AccountId,
    /// The company's own name for it.
    pub external_id: String,
    /// The shown name.
    pub display_name: String,
    /// Since when they are a customer.
    pub customer_since: Option<Time>,
    /// Its contact points.
    pub contact_points: Vec<ContactPointView>,
    /// Its fields, in the catalogue's order.
    pub fields: Vec<FieldView>,
    /// Whether the company marked it as important: more of what is asked for it needs a second person.
    pub important: bool,
    /// The strictest hold.
    pub hold: HoldLevel,
    /// Why and since when.
    pub hold_reason: Option<(String, Time)>,
}

/// A request with what a card needs.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// The request.
    pub row: RequestRow,
    /// Where it goes, in words; empty if nowhere.
    pub goes: String,
    /// Why its last sending failed, and when it is tried again.
    pub trouble: Option<(String, Option<Time>)>,
    /// Where the rule that decided comes from, and what would change it now.
    pub why: Why,
    /// Whether it waits for a second person, and the reader can be that.
    pub second: bool,
    /// Whether the caller can read out a code for it.
    pub code: CodeView,
    /// Whether they can read out one from the registered phone.
    pub text: CodeView,
    /// Whether it waits for a receipt, and a page for that can be given.
    pub page: bool,
}

/// Something that happened on the account before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// When.
    pub at: Time,
    /// What.
    pub text: String,
    /// Whether it speaks for care.
    pub warning: bool,
    /// The ticket, if it is theirs to see.
    pub ticket: Option<i64>,
}

/// One ticket, whole.
#[derive(Clone, Debug)]
pub struct TicketView {
    /// The ticket.
    pub ticket: TicketRow,
    /// Whose it is.
    pub assignee: Option<String>,
    /// Who opened it.
    pub opened_by: Option<String>,
    /// What is known about who is talking.
    pub standing: Standing,
    /// What was said and done.
    pub messages: Vec<MessageView>,
    /// The account.
    pub account: Option<AccountView>,
    /// The requests made, newest first.
    pub requests: Vec<RequestView>,
    /// What can be asked for now.
    pub offers: Vec<Offer>,
    /// Where a reply goes, or `None` if nowhere.
    pub reply: Option<String>,
    /// What the watch found.
    pub signals: Vec<(Time, String)>,
    /// What happened before.
    pub before: Vec<Before>,
    /// Trouble with letters of this ticket: the reason, and when it is tried again.
    pub trouble: Vec<(String, Option<Time>)>,
}

impl Desk {
    /// Opens a ticket. Seeing an account, masked as it is, is a reading and goes to the ledger.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a ticket that is not theirs to see.
    pub async fn ticket(&self, me: &Me, number: i64) -> Result<TicketView, DeskError> {
        let mut tx = self.store.read().await?;
        let ticket = self.see(&mut tx, me, number).await?;
        if let Some(account) = ticket.account_id.filter(|_| me.must_act().is_ok()) {
            let since = self.now() - READING;
            if tx.read_since(me.id, account, ticket.id, since).await? {
                drop(tx);
                self.note_reading(me, account, &ticket).await?;
                tx = self.store.read().await?;
            }
        }
        self.view(&mut tx, me, ticket).await
    }

    async fn note_reading(
        &self,
        me: &Me,
        account: AccountId,
        ticket: &TicketRow,
    ) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        tx.note_reading(me.id, account, ticket.id, self.now())
            .await?;
        tx.entry(
            self.by(me, "account.read")
                .with_account(account.to_string())
                .with_ticket(ticket.number),
        );
        let account = self.account(&mut tx, account).await?;
        self.notice_decoy(&mut tx, AlarmKind::DecoyOpened, me, &account, Some(ticket))
            .await?;
        Ok(tx.commit().await?)
    }

    async fn view(&self, tx: &mut Tx, me: &Me, ticket: TicketRow) -> Result<TicketView, DeskError> {
        let mut names = Names::default();
        let jobs = tx.jobs_of_ticket(ticket.id).await?;
        let mut messages = Vec::new();
        for row in tx.messages(ticket.id, 500).await? {
            let author = names.of(tx, row.staff_id).await?;
            let unsent = if row.kind == MessageKind::Reply {
                letter_about(&jobs, &row.id.to_string())
            } else {
                None
            }
            .map(|job| {
                (
                    job.last_error.clone(),
                    (job.state != "dead").then_some(job.run_at),
                )
            });
            messages.push(MessageView {
                id: row.id,
                kind: row.kind,
                author,
                text: row.body,
                at: row.at,
                unsent,
            });
        }
        let assignee = names.of(tx, ticket.assignee).await?;
        let opened_by = names.of(tx, ticket.opened_by).await?;
        let trouble = jobs.iter().filter_map(job_trouble).collect();
        let signals = match ticket.kind {
            words::TicketKind::Flag => self
                .signals_of(tx, &ticket)
                .await?
                .into_iter()
                .map(|(at, signal)| (at, signal.words()))
                .collect(),
            _ => Vec::new(),
        };
        let mut view = TicketView {
            assignee,
            opened_by,
            standing: Standing::NoAccount,
            messages,
            account: None,
            requests: Vec::new(),
            offers: Vec::new(),
            reply: None,
            signals,
            before: Vec::new(),
            trouble,
            ticket,
        };
        let Some(id) = view.ticket.account_id else {
            return Ok(view);
        };
        let account = self.account(tx, id).await?;
        // An auditor reads the ledger and the conversation, not accounts.
        let facts = self.facts(
            Actor::Staff(me.id, me.role),
            Action::Read,
            &account,
            Some(&view.ticket),
            None,
        );
        if self.decide(&facts).outcome != Outcome::Permit {
            return Ok(view);
        }
        let fields = tx.masked_fields(id).await?;
        let points = tx.contact_points(id).await?;
        let requests = tx.requests(view.ticket.id).await?;
        let holds = tx.holds(id).await?;
        view.standing = standing(&account, &requests, holds.first().map(|hold| hold.at));
        let place = self.destination(&points);
        let reading = self.facts(
            Actor::Staff(me.id, me.role),
            Action::Read,
            &account,
            Some(&view.ticket),
            place,
        );
        if self.decide(&reading).outcome != Outcome::Permit {
            return Ok(view);
        }
        let facts = self.facts(
            Actor::Staff(me.id, me.role),
            Action::Reply,
            &account,
            Some(&view.ticket),
            place,
        );
        if self.decide(&facts).outcome == Outcome::Permit {
            view.reply = Some(place_words(place));
        }
        let ways = self
            .ways_both(
                tx,
                &account,
                &fields,
                &points,
                &view.ticket,
                held_since(&holds),
            )
            .await?;
        view.offers = self.offers(me, &view.ticket, &account, &fields, &points, &ways);
        let around = Around {
            actor: Actor::Staff(me.id, me.role),
            ticket: &view.ticket,
            account: &account,
            fields: &fields,
            points: &points,
            ways: &ways,
        };
        self.explain_offers(&around, &mut view.offers);
        for row in requests.into_iter().rev() {
            let point = row
                .contact_point_id
                .and_then(|id| points.iter().find(|point| point.id == id));
            let goes = if row.contact_point_id.is_some() {
                place_words(point)
            } else {
                String::new()
            };
            // A question's letter names the challenge, a delivery's the request.
            let mut letter = letter_about(&jobs, &row.id.to_string());
            if letter.is_none()
                && !jobs.is_empty()
                && let Some(challenge) = tx.challenge_of(row.id).await?
            {
                letter = letter_about(&jobs, &challenge.id.to_string());
            }
            let trouble = letter.and_then(job_trouble);
            let field = fields.iter().find(|field| Some(field.id) == row.field_id);
            let why = self.why(&around, row.kind, field, self.effect_of(&row)?, &row.rule);
            let second = self.can_agree(tx, me, &account, &view.ticket, &row).await?;
            let code = self.code_view(tx, me, &view.ticket, &row).await?;
            let text = self.text_view(tx, me, &account, &view.ticket, &row).await?;
            let page = self.can_give_page(tx, me, &row).await?;
            view.requests.push(RequestView {
                row,
                goes,
                trouble,
                why,
                second,
                code,
                text,
                page,
            });
        }
        view.before = self.before(tx, me, &account, &view.ticket, &holds).await?;
        view.account = Some(self.masked(account, &fields, &points, &holds));
        Ok(view)
    }

    /// An account as a rep sees it.
    pub(crate) fn masked(
        &self,
        account: AccountRow,
        fields: &[FieldRow],
        points: &[store::ContactPointRow],
        holds: &[HoldRow],
    ) -> AccountView {
        let now = self.now();
        let hold_reason = if account.hold == HoldLevel::None {
            None
        } else {
            holds
                .iter()
                .find(|hold| hold.lifted_at.is_none())
                .map(|hold| (hold.reason.clone(), hold.at))
        };
        let fields = self
            .catalogue
            .fields()
            .iter()
            .filter(|def| def.class != FieldClass::Secret)
            .filter_map(|def| {
                let rows: Vec<&FieldRow> =
                    fields.iter().filter(|row| row.name == def.name).collect();
                let first = rows.first()?;
                let mut items: Vec<String> = rows
                    .iter()
                    .filter(|r| !r.item.is_empty())
                    .map(|r| r.item.clone())
                    .collect();
                items.reverse();
                Some(FieldView {
                    name: def.name.clone(),
                    title: if def.items {
                        def.plural.clone()
                    } else {
                        def.title.clone()
                    },
                    class: def.class,
                    value: first.shown.clone(),
                    items,
                })
            })
            .collect();
        AccountView {
            id: account.id,
            external_id: account.external_id,
            display_name: account.display_name,
            customer_since: account.customer_since,
            contact_points: points
                .iter()
                .map(|point| ContactPointView {
                    kind: point.kind,
                    since: point.registered_at,
                    confirmed: point.confirmed_at.is_some(),
                    counts_from: (point.effective_at > now).then_some(point.effective_at),
                })
                .collect(),
            fields,
            important: account.important,
            hold: account.hold,
            hold_reason,
        }
    }

    async fn before(
        &self,
        tx: &mut Tx,
        me: &Me,
        account: &AccountRow,
        ticket: &TicketRow,
        holds: &[HoldRow],
    ) -> Result<Vec<Before>, DeskError> {
        let mut out = Vec::new();
        for attempt in tx.attempts(account.id, 10).await? {
            out.push(Before {
                at: attempt.at,
                text: format!("Attempt: {}", attempt.kind),
                warning: true,
                ticket: None,
            });
        }
        for hold in holds.iter().take(5) {
            out.push(Before {
                at: hold.at,
                text: hold.reason.clone(),
                warning: true,
                ticket: None,
            });
            if let Some(at) = hold.lifted_at {
                out.push(Before {
                    at,
                    text: "The owner lifted the freeze.".to_owned(),
                    warning: false,
                    ticket: None,
                });
            }
        }
        for other in tx.tickets_of(account.id, ticket.id, 10).await? {
            let theirs = me.sees_all()
                || other.queue == words::Queue::Support
                || other.assignee == Some(me.id);
            let by = match other.channel {
                Channel::Watch => "the watch".to_owned(),
                channel => format!("by {channel}"),
            };
            out.push(Before {
                at: other.opened_at,
                text: format!("{} ({by})", other.subject),
                warning: false,
                ticket: theirs.then_some(other.number),
            });
        }
        out.sort_by_key(|line| std::cmp::Reverse(line.at));
        out.truncate(12);
        Ok(out)
    }
}

fn standing(account: &AccountRow, requests: &[RequestRow], held: Option<Time>) -> Standing {
    if account.hold == HoldLevel::Frozen {
        return Standing::Frozen {
            since: held.unwrap_or(account.updated_at),
        };
    }
    let confirmed = requests.iter().rev().find(|row| {
        row.expires_at.is_some()
            && matches!(
                row.state,
                RequestState::Done | RequestState::Sending | RequestState::Ready
            )
    });
    match confirmed {
        Some(row) => Standing::Confirmed {
            what: row.label.clone(),
            at: row.updated_at,
        },
        None => Standing::Unproven,
    }
}

/// The letter among the jobs that carries what has this id.
fn letter_about<'a>(jobs: &'a [JobRow], id: &str) -> Option<&'a JobRow> {
    jobs.iter()
        .find(|job| is_letter(&job.kind) && job.payload.contains(id))
}

fn job_trouble(job: &JobRow) -> Option<(String, Option<Time>)> {
    let why = job.last_error.clone()?;
    Some((why, (job.state == "ready").then_some(job.run_at)))
}

#[derive(Default)]
struct Names(HashMap<StaffId, String>);

impl Names {
    async fn of(&mut self, tx: &mut Tx, id: Option<StaffId>) -> Result<Option<String>, DeskError> {
        let Some(id) = id else { return Ok(None) };
        if let Some(name) = self.0.get(&id) {
            return Ok(Some(name.clone()));
        }
        let name = tx
            .staff(id)
            .await?
            .map_or_else(|| "a colleague".to_owned(), |row| row.name);
        self.0.insert(id, name.clone());
        Ok(Some(name))
    }
}
