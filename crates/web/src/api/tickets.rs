//! Tickets: opening, listing and reading them.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::{Filter, Me, ticket::NewTicket};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use words::{AccountId, Channel, Time};

use super::{
    body::{Asks, Number, Sent, unusable},
    lists,
    problem::{Missing, Unusable},
    shapes::{Ticket, TicketLine},
};
use crate::{app::App, fault::Fault, guard::Staff};

/// Tickets in one answer, at the most.
const PAGE: i64 = 50;
/// Which tickets a list can show.
pub(super) const FILTERS: [&str; 7] = [
    "mine",
    "unassigned",
    "open",
    "flags",
    "escalated",
    "safety",
    "closed",
];

/// A ticket to open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenTicket {
    /// How the requester came.
    #[schema(value_type = lists::RequesterChannel)]
    channel: Channel,
    /// What it is about, in at most 200 letters; if absent, the first words of `text`.
    #[serde(default)]
    subject: Option<String>,
    /// What the requester said or wrote; at most 20,000 letters. Card numbers, codes, passwords and
    /// tokens are taken out of it, and of the subject.
    #[serde(default)]
    text: Option<String>,
    /// The account it is about, as a look-up gave it. The owner will hear of the contact.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    account: Option<AccountId>,
}

/// A ticket that was opened.
#[derive(Serialize, ToSchema)]
pub(super) struct Opened {
    /// Its number.
    number: i64,
}

/// Open a ticket
#[utoipa::path(
    post, path = "/api/v1/tickets", operation_id = "open_ticket", tag = "tickets", request_body = OpenTicket,
    responses(
        (status = 201, description = "It is open.", body = Opened, headers(("Location" = String, description = "Where it is read."))),
        Missing,
    ),
)]
pub(super) async fn open(
    State(app): State<App>,
    Staff(me): Staff,
    Sent(sent): Sent<OpenTicket>,
) -> Result<Response, Fault> {
    if sent.channel == Channel::Watch {
        return Err(unusable(
            "channel: the watch opens its tickets itself; say how the requester came",
        ));
    }
    let new = NewTicket {
        channel: sent.channel,
        subject: sent.subject.unwrap_or_default(),
        heard: sent.text,
        account: sent.account,
        mine: false,
    };
    let number = app.desk().open_ticket(&me, new).await?;
    let location = [(header::LOCATION, format!("/api/v1/tickets/{number}"))];
    Ok((StatusCode::CREATED, location, Json(Opened { number })).into_response())
}

/// Which tickets to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Which ones; `open` if absent. `escalated` and `safety` are for leads and admins; for others
    /// they are 404.
    #[serde(default)]
    #[param(required = false, value_type = Option<lists::Filter>)]
    filter: Option<String>,
    /// Only those that changed before this time: the `next` of the answer before.
    #[serde(default)]
    #[param(format = DateTime)]
    before: Option<String>,
}

/// Some tickets, the last changed first.
#[derive(Serialize, ToSchema)]
pub(super) struct TicketList {
    tickets: Vec<TicketLine>,
    /// What to send as `before` for the next ones; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    next: Option<String>,
}

fn filter(me: &Me, word: &str) -> Option<Filter> {
    Some(match word {
        "mine" => Filter::Mine(me.id),
        "unassigned" => Filter::Unassigned,
        "open" => Filter::Open,
        "flags" => Filter::Flags,
        "escalated" => Filter::Lead,
        "safety" => Filter::Safety,
        "closed" => Filter::Closed,
        _ => return None,
    })
}

/// List tickets
///
/// At most 50, the last changed first.
#[utoipa::path(
    get, path = "/api/v1/tickets", operation_id = "list_tickets", tag = "tickets", params(Which),
    responses((status = 200, description = "The tickets.", body = TicketList), Missing, Unusable),
)]
pub(super) async fn list(
    State(app): State<App>,
    Staff(me): Staff,
    Asks(which): Asks<Which>,
) -> Result<Json<TicketList>, Fault> {
    let filter = filter(&me, which.filter.as_deref().unwrap_or("open"))
        .ok_or_else(|| unusable(format!("filter: must be one of {}", FILTERS.join(", "))))?;
    let before = match which.before.as_deref().map(Time::parse) {
        Some(Err(error)) => return Err(unusable(format!("before: {error}"))),
        Some(Ok(time)) => Some(time),
        None => None,
    };
    let rows = app.desk().list(&me, filter, before, PAGE).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|n| n == PAGE);
    let next = rows
        .last()
        .filter(|_| full)
        .map(|row| row.updated_at.to_string());
    Ok(Json(TicketList {
        tickets: rows.into_iter().map(Into::into).collect(),
        next,
    }))
}

/// Read a ticket
///
/// With the account masked, what was said, what was asked for, and what can be asked for now. Seeing an
/// account is a reading and an entry in the ledger.
#[utoipa::path(
    get, path = "/api/v1/tickets/{number}", operation_id = "read_ticket", tag = "tickets",
    params(("number" = i64, Path, description = "The ticket's number.")),
    responses((status = 200, description = "The ticket, whole.", body = Ticket), Missing),
)]
pub(super) async fn show(
    State(app): State<App>,
    Staff(me): Staff,
    Number(number): Number,
) -> Result<Json<Ticket>, Fault> {
    Ok(Json(app.desk().ticket(&me, number).await?.into()))
}
