//! Showing what the owner agreed to show: the one answer of the API that holds a sealed value.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, header},
};
use serde::Serialize;
use utoipa::ToSchema;
use words::RequestId;

use super::{
    body::Nothing,
    problem::{Clash, Limited, Missing},
};
use crate::{app::App, fault::Fault, guard::Staff};

/// A value that may be seen for a few minutes. Don't keep it.
#[derive(Serialize, ToSchema)]
pub(super) struct Shown {
    /// What it is, such as `postal address`.
    what: String,
    /// The value.
    value: String,
    /// Until when it may be seen.
    #[schema(format = DateTime)]
    until: String,
}

/// See what the owner agreed to show
///
/// For a request of kind `reveal` that stands at `ready`: the owner said yes to exactly that, less than five minutes
/// ago. Only who asked may see it, while the ticket is open. The gate is asked once more, the ledger has it before it
/// is answered, and the owner hears of it. Counted per hour; too many raise an alarm.
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/requests/{id}/reveal", operation_id = "reveal", tag = "tickets",
    params(
        ("number" = i64, Path, description = "The ticket's number."),
        ("id" = Uuid, Path, description = "The request."),
    ),
    responses((status = 200, description = "The value. It may be kept nowhere.", body = Shown), Missing, Clash, Limited),
)]
pub(super) async fn reveal(
    State(app): State<App>,
    Staff(me): Staff,
    Path((number, request)): Path<(String, String)>,
    _: Nothing,
) -> Result<([(HeaderName, &'static str); 1], Json<Shown>), Fault> {
    let number: i64 = number.parse().map_err(|_| Fault::not_found())?;
    let request: RequestId = request.parse().map_err(|_| Fault::not_found())?;
    let shown = app.desk().reveal(&me, number, request).await?;
    let answer = Shown {
        what: shown.what.clone(),
        value: shown.value.to_string(),
        until: shown.until.to_string(),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)))
}
