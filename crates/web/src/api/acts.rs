//! What is done in a ticket besides asking: tie it to an account, write, move and close it.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use words::{AccountId, MessageKind};

use super::{
    body::{Nothing, Number, Sent},
    lists,
    problem::{Clash, Limited, Missing},
    shapes::TicketLine,
};
use crate::{app::App, fault::Fault, guard::Staff};

/// Which account a ticket is about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountOf {
    /// Its id, as a look-up gave it.
    #[schema(value_type = Uuid)]
    account: AccountId,
}

/// Say which account a ticket is about
///
/// Once, by what a look-up found; a ticket never changes accounts.
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/account", operation_id = "set_account", tag = "tickets",
    params(("number" = i64, Path, description = "The ticket's number.")),
    request_body = AccountOf,
    responses((status = 204, description = "So it is."), Missing, Clash),
)]
pub(super) async fn set_account(
    State(app): State<App>,
    Staff(me): Staff,
    Number(number): Number,
    Sent(sent): Sent<AccountOf>,
) -> Result<StatusCode, Fault> {
    app.desk().set_account(&me, number, sent.account).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Something to write into a ticket.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMessage {
    /// Who speaks: the requester (`heard`), the rep to the requester (`said`), the rep by email to the
    /// owner (`reply`), the rep to colleagues (`note`).
    #[schema(value_type = lists::WrittenKind)]
    kind: MessageKind,
    /// The words; 1 to 20,000 letters.
    text: String,
    /// Whether card numbers, codes, passwords and tokens are taken out of it, instead of stopping it.
    /// A `reply` is never changed.
    #[serde(default)]
    remove_secrets: bool,
}

/// A message that was written.
#[derive(Serialize, ToSchema)]
pub(super) struct Written {
    /// Its id.
    id: Uuid,
}

/// Write into a ticket
///
/// A `reply` goes to the account's registered email and nowhere else. Where there is none that counts,
/// the gate refuses: 403 with `rule` and `words`.
///
/// What is typed is checked. Nothing takes a card number, a one-time code, a password or a token; a
/// `reply` doesn't take details of the account either, nor what reads like one (an address, a date of
/// birth, a phone number, an email address, a card's last digits, a bank account), whether it is right or
/// not. Then nothing is kept or sent: 403 with `rule` and `words`. Ask for a `deliver` instead: what is on
/// file goes to the registered contact point.
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/messages", operation_id = "add_message", tag = "tickets",
    params(("number" = i64, Path, description = "The ticket's number.")),
    request_body = NewMessage,
    responses((status = 201, description = "It is written; a reply is on its way.", body = Written), Missing, Clash, Limited),
)]
pub(super) async fn add_message(
    State(app): State<App>,
    Staff(me): Staff,
    Number(number): Number,
    Sent(sent): Sent<NewMessage>,
) -> Result<(StatusCode, Json<Written>), Fault> {
    let desk = app.desk();
    let id = if sent.remove_secrets {
        desk.add_message_without_secrets(&me, number, sent.kind, &sent.text)
            .await?
    } else {
        desk.add_message(&me, number, sent.kind, &sent.text).await?
    };
    Ok((StatusCode::CREATED, Json(Written { id: id.into() })))
}

/// Why a ticket goes to a lead.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Escalation {
    /// Why, in at most 500 letters. Card numbers, codes, passwords and tokens are taken out of it.
    reason: String,
}

/// A ticket that lies with the lead now.
#[derive(Serialize, ToSchema)]
pub(super) struct Escalated {
    /// What a rep can say to the requester.
    words: &'static str,
    #[serde(flatten)]
    ticket: TicketLine,
}

/// Lay a ticket before a lead
///
/// Always possible, and never wrong. The lead is bound by the same gate. A rep who neither opened nor
/// took the ticket doesn't see it any more afterwards, so the answer tells how it lies there.
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/escalate", operation_id = "escalate_ticket", tag = "tickets",
    params(("number" = i64, Path, description = "The ticket's number.")),
    request_body = Escalation,
    responses((status = 200, description = "It lies with the lead, or on the safety queue if it did before.", body = Escalated), Missing),
)]
pub(super) async fn escalate(
    State(app): State<App>,
    Staff(me): Staff,
    Number(number): Number,
    Sent(sent): Sent<Escalation>,
) -> Result<Json<Escalated>, Fault> {
    let escalated = app.desk().escalate(&me, number, &sent.reason).await?;
    Ok(Json(Escalated {
        words: escalated.words,
        ticket: escalated.ticket.into(),
    }))
}

/// Take a ticket on
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/assign", operation_id = "assign_ticket", tag = "tickets",
    params(("number" = i64, Path, description = "The ticket's number.")),
    responses((status = 204, description = "It is this token's now."), Missing),
)]
pub(super) async fn assign(
    State(app): State<App>,
    Staff(me): Staff,
    Number(number): Number,
    _: Nothing,
) -> Result<StatusCode, Fault> {
    app.desk().assign(&me, number, Some(me.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lay a ticket back
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/release", operation_id = "release_ticket", tag = "tickets",
    params(("number" = i64, Path, description = "The ticket's number.")),
    responses((status = 204, description = "It is nobody's now."), Missing),
)]
pub(super) async fn release(
    State(app): State<App>,
    Staff(me): Staff,
    Number(number): Number,
    _: Nothing,
) -> Result<StatusCode, Fault> {
    app.desk().assign(&me, number, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Close a ticket
///
/// The owner hears of the contact now.
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/close", operation_id = "close_ticket", tag = "tickets",
    params(("number" = i64, Path, description = "The ticket's number.")),
    responses((status = 204, description = "It is closed."), Missing, Clash),
)]
pub(super) async fn close(
    State(app): State<App>,
    Staff(me): Staff,
    Number(number): Number,
    _: Nothing,
) -> Result<StatusCode, Fault> {
    app.desk().close(&me, number).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open a closed ticket again
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/reopen", operation_id = "reopen_ticket", tag = "tickets",
    params(("number" = i64, Path, description = "The ticket's number.")),
    responses((status = 204, description = "It is open."), Missing, Clash),
)]
pub(super) async fn reopen(
    State(app): State<App>,
    Staff(me): Staff,
    Number(number): Number,
    _: Nothing,
) -> Result<StatusCode, Fault> {
    app.desk().reopen(&me, number).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a call
///
/// The owner hears of the contact now; the ticket stays open.
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/end", operation_id = "end_call", tag = "tickets",
    params(("number" = i64, Path, description = "The ticket's number.")),
    responses((status = 204, description = "The call is over."), Missing, Clash),
)]
pub(super) async fn end(
    State(app): State<App>,
    Staff(me): Staff,
    Number(number): Number,
    _: Nothing,
) -> Result<StatusCode, Fault> {
    app.desk().end_call(&me, number).await?;
    Ok(StatusCode::NO_CONTENT)
}
