//! The way to a requester's own page for a receipt. What is shown there, no program sees.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    body::{Nothing, Numbered},
    problem::{Clash, Limited, Missing},
};
use crate::{app::App, fault::Fault, guard::Staff};

/// The way to a page. It says nothing of the account and opens nothing by itself.
#[derive(Serialize, ToSchema)]
pub(super) struct Way {
    /// The address to go to.
    #[schema(example = "https://desk.example.com/recover")]
    address: String,
    /// What to type there.
    #[schema(example = "4K7QM-2P9XT")]
    code: String,
    /// Until when.
    #[schema(format = DateTime)]
    until: String,
}

/// Give the way to a page for a receipt
///
/// For a reset that waits for a receipt, as nobody can be reached at the account. The requester shows the receipt on
/// that page, and a day later it is decided anew. A newer page ends the one before.
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/requests/{id}/page", operation_id = "give_page", tag = "tickets",
    params(
        ("number" = i64, Path, description = "The ticket's number."),
        ("id" = Uuid, Path, description = "The request's id."),
    ),
    responses((status = 200, description = "To be given to the requester. It is not kept.", body = Way), Missing, Clash, Limited),
)]
pub(super) async fn give(
    State(app): State<App>,
    Staff(me): Staff,
    Numbered(number, request): Numbered,
    _: Nothing,
) -> Result<Json<Way>, Fault> {
    let way = app.desk().give_page(&me, number, request).await?;
    Ok(Json(Way {
        address: way.address,
        code: way.code,
        until: way.until.to_string(),
    }))
}
