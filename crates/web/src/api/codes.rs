//! A code for a caller who is on the phone. What it is stands in the owner's mail or text message and nowhere else.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Nothing, Numbered, Sent},
    problem::{Clash, Limited, Missing},
};
use crate::{app::App, fault::Fault, guard::Staff};

/// Send a code for a request
///
/// Eight digits to the registered email of the account, for a caller who reads them out. They prove this
/// one request, once, for ten minutes; a newer code ends the one before.
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/requests/{id}/code", operation_id = "send_code", tag = "tickets",
    params(
        ("number" = i64, Path, description = "The ticket's number."),
        ("id" = Uuid, Path, description = "The request's id."),
    ),
    responses((status = 202, description = "It is on its way to the owner."), Missing, Clash, Limited),
)]
pub(super) async fn send(
    State(app): State<App>,
    Staff(me): Staff,
    Numbered(number, request): Numbered,
    _: Nothing,
) -> Result<StatusCode, Fault> {
    app.desk().send_code(&me, number, request).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Send a code for a request by text message
///
/// Eight digits to the registered phone of the account, for a caller who reads them out. They prove this
/// one request, once, for ten minutes, by another kind of proof than an email; a newer code ends the one
/// before.
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/requests/{id}/code/text", operation_id = "send_text_code", tag = "tickets",
    params(
        ("number" = i64, Path, description = "The ticket's number."),
        ("id" = Uuid, Path, description = "The request's id."),
    ),
    responses((status = 202, description = "It is on its way to the owner."), Missing, Clash, Limited),
)]
pub(super) async fn send_text(
    State(app): State<App>,
    Staff(me): Staff,
    Numbered(number, request): Numbered,
    _: Nothing,
) -> Result<StatusCode, Fault> {
    app.desk().send_text_code(&me, number, request).await?;
    Ok(StatusCode::ACCEPTED)
}

/// What a caller read out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadOut {
    /// Eight digits; spaces and dashes between them don't matter.
    #[schema(example = "482 913 07")]
    code: String,
}

/// Whether a code proved its request.
#[derive(Serialize, ToSchema)]
pub(super) struct Taken {
    /// If not, it was wrong, too late, used, tried too often or never sent; which of these, nobody is told.
    right: bool,
}

/// Take the code that a caller reads out
///
/// One that doesn't work counts as an attempt on the account. Tries are limited for the account, over all
/// tickets and whoever types.
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/requests/{id}/code/tries", operation_id = "take_code", tag = "tickets",
    params(
        ("number" = i64, Path, description = "The ticket's number."),
        ("id" = Uuid, Path, description = "The request's id."),
    ),
    request_body = ReadOut,
    responses((status = 200, description = "It was tried.", body = Taken), Missing, Clash, Limited),
)]
pub(super) async fn take(
    State(app): State<App>,
    Staff(me): Staff,
    Numbered(number, request): Numbered,
    Sent(sent): Sent<ReadOut>,
) -> Result<Json<Taken>, Fault> {
    let right = app
        .desk()
        .take_code(&me, number, request, &sent.code)
        .await?;
    Ok(Json(Taken { right }))
}
