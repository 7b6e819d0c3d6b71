//! The list of tickets, one ticket opened beside it, and moving it.

use axum::{
    Form,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use desk::{AccountView, Before, DeskError, ListRow, Me, RequestView, Standing, TicketView};
use serde::Deserialize;
use words::{
    AccountId, Channel, HoldLevel, MessageKind, Queue, RequestState, Role, TicketState, Time,
};

use super::{Kept, calls, capital, done, id, messages, quiet, requests, ticket_path};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, go, sentence, shell},
    routes::{ALL, LEADS, Routes, WORKS, Who},
    view::{
        Counts, Flash, Tone, When,
        ticket::{
            Account, ContactRow, Escalated, FieldRow, FindAccount, HistoryLine, Proof, ReplyTo,
            SignalLine, Ticket,
        },
        tickets::{Filter, FilterLine, TicketList, TicketRow, TicketsPage},
    },
};

/// How many tickets a list shows at once.
const PART: usize = 50;
/// The longest text to search for.
const SEARCH_MAX: usize = 100;
/// What the rep can say once a ticket lies with the lead.
const WITH_THE_LEAD: &str =
    "I've asked a colleague to look at this with me. They'll write to the email on your account.";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/desk", Who::Staff(ALL), list)
        .get("/desk/tickets/{number}", Who::Staff(ALL), show)
        .post("/desk/tickets/{number}/assign", Who::Staff(WORKS), assign)
        .post("/desk/tickets/{number}/release", Who::Staff(WORKS), release)
        .post("/desk/tickets/{number}/close", Who::Staff(WORKS), close)
        .post("/desk/tickets/{number}/reopen", Who::Staff(WORKS), reopen)
        .post(
            "/desk/tickets/{number}/hand-back",
            Who::Staff(LEADS),
            hand_back,
        )
        .post("/desk/tickets/{number}/end", Who::Staff(WORKS), end)
        .post(
            "/desk/tickets/{number}/escalate",
            Who::Staff(WORKS),
            escalate,
        )
        .post("/desk/tickets/{number}/look-up", Who::Staff(WORKS), look_up)
        .post("/desk/tickets/{number}/account", Who::Staff(WORKS), account)
}

/// Which list, as the query says it.
#[derive(Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    filter: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    before: String,
}

impl Wanted {
    fn filter(&self, me: &Me) -> Filter {
        self.filter.parse().unwrap_or(match me.role {
            // Nothing is ever assigned to them.
            Role::Auditor => Filter::Open,
            _ => Filter::Mine,
        })
    }

    fn search(&self) -> String {
        self.q.trim().chars().take(SEARCH_MAX).collect()
    }

    /// Beside a ticket that is theirs to see, a list that isn't gives way to their own.
    fn beside(mut self, me: &Me) -> Self {
        if !has(me, self.filter(me)) {
            self.filter.clear();
        }
        self
    }
}

/// Whether a list is theirs to see.
fn has(me: &Me, filter: Filter) -> bool {
    me.sees_all() || !matches!(filter, Filter::Escalated | Filter::Safety)
}

async fn list(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Fault> {
    Page::of(&page(&app, &me, &headers, &wanted, None).await?)
}

async fn show(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Path(number): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Fault> {
    let ticket = opened(&app, &me, id(&number)?).await?;
    Page::of(&page(&app, &me, &headers, &wanted.beside(&me), Some(ticket)).await?)
}

async fn opened(app: &App, me: &Me, number: i64) -> Result<Ticket, Fault> {
    let view = app.desk().ticket(me, number).await?;
    Ok(ticket(view, me, app.desk().now()))
}

async fn page(
    app: &App,
    me: &Me,
    headers: &HeaderMap,
    wanted: &Wanted,
    ticket: Option<Ticket>,
) -> Result<TicketsPage, Fault> {
    let filter = wanted.filter(me);
    let shell = shell(app, me, filter.place(), headers).await?;
    let search = wanted.search();
    let (rows, before) = if search.is_empty() {
        older_than(app, me, filter, wanted.before.parse().ok()).await?
    } else {
        (app.desk().search(me, &search).await?, None)
    };
    let now = app.desk().now();
    let rows = rows
        .into_iter()
        .map(|line| row(line, ticket.as_ref(), now))
        .collect();
    let filters = filters(me, &shell.counts);
    let list = TicketList {
        filter,
        filters,
        search,
        rows,
        before,
    };
    Ok(TicketsPage {
        shell,
        list,
        ticket,
    })
}

/// A part of a list, and where the next one begins if there is more.
async fn older_than(
    app: &App,
    me: &Me,
    filter: Filter,
    before: Option<i64>,
) -> Result<(Vec<ListRow>, Option<i64>), Fault> {
    let wanted = match filter {
        Filter::Mine => desk::Filter::Mine(me.id),
        Filter::Unassigned => desk::Filter::Unassigned,
        Filter::Open => desk::Filter::Open,
        Filter::Flags => desk::Filter::Flags,
        Filter::Escalated => desk::Filter::Lead,
        Filter::Safety => desk::Filter::Safety,
        Filter::Closed => desk::Filter::Closed,
    };
    // One more than is shown tells whether there are older ones.
    let limit = i64::try_from(PART + 1).unwrap_or(i64::MAX);
    let mut rows = app.desk().list(me, wanted, before.map(Time), limit).await?;
    let more = rows.len() > PART;
    rows.truncate(PART);
    let before = rows
        .last()
        .filter(|_| more)
        .map(|last| last.updated_at.micros());
    Ok((rows, before))
}

fn filters(me: &Me, counts: &Counts) -> Vec<FilterLine> {
    Filter::ALL
        .iter()
        .copied()
        .filter(|filter| has(me, *filter))
        .map(|filter| FilterLine {
            filter,
            count: match filter {
                Filter::Mine => counts.mine,
                Filter::Flags => counts.flags,
                Filter::Escalated => counts.escalated,
                Filter::Safety => counts.safety,
                // Not counted; a zero is not shown.
                Filter::Unassigned | Filter::Open | Filter::Closed => 0,
            },
        })
        .collect()
}

fn row(row: ListRow, open: Option<&Ticket>, now: Time) -> TicketRow {
    TicketRow {
        calling: open.is_some_and(|ticket| ticket.number == row.number && ticket.calling),
        number: row.number,
        subject: row.subject,
        channel: row.channel,
        kind: row.kind,
        state: row.state,
        queue: row.queue,
        when: When::at(row.updated_at, now),
        unread: false,
        assignee: row.assignee_name.unwrap_or_default(),
        account: row.display_name.unwrap_or_default(),
    }
}

/// A ticket as its page shows it.
fn ticket(view: TicketView, me: &Me, now: Time) -> Ticket {
    let row = &view.ticket;
    Ticket {
        number: row.number,
        subject: row.subject.clone(),
        channel: row.channel,
        kind: row.kind,
        state: row.state,
        began: When::at(row.opened_at, now),
        mine: row.assignee == Some(me.id),
        calling: row.channel == Channel::Phone
            && row.ended_at.is_none()
            && row.state != TicketState::Closed,
        proof: proof(&view.standing, &view.requests, now),
        escalated: escalated(&view, now),
        reply: reply(view.reply.as_deref(), view.account.is_some()),
        assignee: view.assignee,
        messages: messages::shown(view.messages, now),
        signals: view
            .signals
            .into_iter()
            .map(|(at, text)| SignalLine {
                when: When::at(at, now),
                text,
                detail: String::new(),
            })
            .collect(),
        account: view.account.map(masked),
        find: FindAccount::default(),
        requests: view
            .requests
            .into_iter()
            .map(|request| requests::card(request, now))
            .collect(),
        offers: requests::offers(view.offers),
        history: view
            .before
            .into_iter()
            .map(|line| history(line, now))
            .collect(),
    }
}

/// A confirmation counts as long as its link would have; after that nothing is proven any more.
fn proof(standing: &Standing, requests: &[RequestView], now: Time) -> Proof {
    match standing {
        Standing::NoAccount => Proof::NoAccount,
        Standing::Unproven => Proof::Unproven,
        Standing::Frozen { since } => Proof::Frozen {
            since: When::at(*since, now),
        },
        Standing::Confirmed { what, .. } => requests
            .iter()
            .map(|request| &request.row)
            .find(|row| {
                matches!(row.state, RequestState::Done | RequestState::Sending)
                    && row.label == *what
            })
            .and_then(|row| row.expires_at)
            .filter(|until| *until > now)
            .map_or(Proof::Unproven, |until| Proof::Confirmed {
                what: what.clone(),
                until: When::at(until, now),
            }),
    }
}

/// Who escalated and when stands in the conversation.
fn escalated(view: &TicketView, now: Time) -> Option<Escalated> {
    let reason = view.ticket.escalated.clone()?;
    let line = view.messages.iter().rfind(|line| {
        line.kind == MessageKind::Desk && line.text.starts_with("Escalated to the lead:")
    });
    let by = line
        .and_then(|line| line.author.clone())
        .unwrap_or_else(|| "A colleague".to_owned());
    let at = line.map_or(view.ticket.updated_at, |line| line.at);
    let with_lead = view.ticket.queue != Queue::Support;
    Some(Escalated {
        by,
        when: When::at(at, now),
        reason: if reason == "No reason was given." {
            String::new()
        } else {
            reason
        },
        words: if with_lead {
            WITH_THE_LEAD.to_owned()
        } else {
            String::new()
        },
    })
}

fn reply(goes: Option<&str>, account: bool) -> ReplyTo {
    match goes {
        Some(goes) => ReplyTo::Goes(goes.to_owned()),
        None if account => ReplyTo::Nowhere(
            "The account has no confirmed email from before this conversation, so an answer has nowhere safe to go."
                .to_owned(),
        ),
        None => ReplyTo::Nowhere(
            "There is no account yet. Find it first, then you can answer by email.".to_owned(),
        ),
    }
}

fn masked(account: AccountView) -> Account {
    let hold_text = account.hold_reason.map_or_else(String::new, |(why, at)| {
        format!(
            "{} Since {}.",
            sentence(&why),
            at.format("%-d %B, %H:%M UTC")
        )
    });
    Account {
        id: account.id.to_string(),
        external_id: account.external_id,
        display_name: account.display_name,
        customer_since: account.customer_since.map(year).unwrap_or_default(),
        contact_points: account
            .contact_points
            .into_iter()
            .map(|point| ContactRow {
                kind: point.kind,
                since: format!("since {}", year(point.since)),
                note: match (point.counts_from, point.confirmed) {
                    (Some(from), _) => {
                        format!("new: counts from {}", from.format("%-d %B, %H:%M UTC"))
                    }
                    (None, false) => "not confirmed".to_owned(),
                    (None, true) => String::new(),
                },
            })
            .collect(),
        fields: account
            .fields
            .into_iter()
            .map(|field| FieldRow {
                title: capital(&field.title),
                value: field.value,
                items: field.items,
            })
            .collect(),
        hold: account.hold,
        hold_text,
        hold_ends: match account.hold {
            HoldLevel::None => String::new(),
            HoldLevel::Careful | HoldLevel::Frozen => {
                "Only the owner can lift this, with a fresh confirmation.".to_owned()
            }
        },
    }
}

pub(super) fn year(time: Time) -> String {
    time.year().to_string()
}

fn history(line: Before, now: Time) -> HistoryLine {
    HistoryLine {
        when: When::at(line.at, now),
        text: match line.ticket {
            Some(number) => format!("#{number} {}", line.text),
            None => line.text,
        },
        tone: if line.warning {
            Tone::Warning
        } else {
            Tone::Neutral
        },
        ticket: line.ticket,
    }
}

async fn assign(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().assign(&me, number, Some(me.id)).await;
    let flash = Flash {
        undo: Some(ticket_path(number, "/release", filter)),
        ..Flash::good("It's yours now.")
    };
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| flash),
    )
}

async fn release(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().assign(&me, number, None).await;
    let flash = Flash {
        undo: Some(ticket_path(number, "/assign", filter)),
        ..Flash::good("It's nobody's now.")
    };
    done_or_gone(&app, &me, number, filter, outcome.map(|()| flash)).await
}

async fn close(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().close(&me, number).await;
    let flash = Flash {
        undo: Some(ticket_path(number, "/reopen", filter)),
        ..Flash::good(format!("#{number} is closed."))
    };
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| flash),
    )
}

async fn hand_back(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().hand_back(&me, number).await;
    let flash = Flash::good(format!("#{number} is with the reps again."));
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| flash),
    )
}

async fn reopen(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().reopen(&me, number).await;
    let flash = Flash {
        undo: Some(ticket_path(number, "/close", filter)),
        ..Flash::good(format!("#{number} is open again."))
    };
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| flash),
    )
}

async fn end(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().end_call(&me, number).await;
    let flash = Flash::good("The call is over. Close the ticket when nothing is left to do.");
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| flash),
    )
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    filter: String,
}

async fn escalate(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Form(form): Form<Reason>,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().escalate(&me, number, &form.reason).await;
    let flash = quiet(format!(
        "It's with the lead. You can say: “{WITH_THE_LEAD}”"
    ));
    done_or_gone(
        &app,
        &me,
        number,
        form.filter.parse().ok(),
        outcome.map(|()| flash),
    )
    .await
}

/// As [`done`], for an act after which the ticket may no longer be theirs to see: then what is to be
/// said is said beside the list.
pub(super) async fn done_or_gone(
    app: &App,
    me: &Me,
    number: i64,
    filter: Option<Filter>,
    outcome: Result<Flash, DeskError>,
) -> Result<Response, Fault> {
    match outcome {
        Ok(flash)
            if matches!(
                app.desk().ticket(me, number).await,
                Err(DeskError::NotFound)
            ) =>
        {
            let query =
                filter.map_or_else(String::new, |filter| format!("?filter={}", filter.as_str()));
            let flash = Flash {
                undo: None,
                ..flash
            };
            Ok(go(app, &format!("/desk{query}"), Some(&flash)))
        }
        outcome => done(app, &ticket_path(number, "", filter), outcome),
    }
}

#[derive(Deserialize)]
struct Said {
    kind: String,
    value: String,
    #[serde(default)]
    filter: String,
}

async fn look_up(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Path(number): Path<String>,
    Form(form): Form<Said>,
) -> Result<Response, Fault> {
    use axum::response::IntoResponse as _;
    let number = id(&number)?;
    let mut ticket = opened(&app, &me, number).await?;
    if ticket.account.is_some() {
        let text = "this ticket has its account already; open a new ticket for another one";
        let to = ticket_path(number, "", form.filter.parse().ok());
        return done(&app, &to, Err(DeskError::Conflict(text)));
    }
    let (status, find) = calls::find(&app, &me, form.kind, form.value).await?;
    ticket.find = find;
    let wanted = Wanted {
        filter: form.filter,
        ..Wanted::default()
    };
    let page = page(&app, &me, &headers, &wanted.beside(&me), Some(ticket)).await?;
    Ok(Page::of(&page)?.status(status).into_response())
}

#[derive(Deserialize)]
struct Chosen {
    account: String,
    #[serde(default)]
    filter: String,
}

async fn account(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Form(form): Form<Chosen>,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let account: AccountId = id(&form.account)?;
    let outcome = app.desk().set_account(&me, number, account).await;
    let flash = quiet("This is the account. It proves nothing about who is talking.");
    done(
        &app,
        &ticket_path(number, "", form.filter.parse().ok()),
        outcome.map(|()| flash),
    )
}
