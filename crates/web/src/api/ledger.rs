//! What an auditor keeps elsewhere: the newest checkpoint, the key that checks it, the proof that the
//! ledger only grew, and the record of one account.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    body::{Asks, Name, Nothing, unusable},
    problem::{Limited, Missing, Unusable},
};
use crate::{app::App, fault::Fault, guard::Staff, record};

/// The newest checkpoint
///
/// A signed note (C2SP). Keep it outside the desk: the ledger can then be verified against it.
#[utoipa::path(
    get, path = "/api/v1/ledger/checkpoint", operation_id = "newest_checkpoint", tag = "ledger",
    responses((status = 200, description = "The signed note.", body = String, content_type = "text/plain"), Missing),
)]
pub(super) async fn checkpoint(State(app): State<App>, Staff(me): Staff) -> Result<String, Fault> {
    let note = app.desk().newest_checkpoint(&me).await?;
    note.ok_or_else(|| Fault {
        text: "there is no checkpoint yet; the desk makes them by itself".to_owned(),
        ..Fault::not_found()
    })
}

/// The ledger's key
///
/// The verifier key of the checkpoints, in the form of signed notes (C2SP).
#[utoipa::path(
    get, path = "/api/v1/ledger/key", operation_id = "ledger_key", tag = "ledger",
    responses((status = 200, description = "The key.", body = String, content_type = "text/plain")),
)]
pub(super) async fn key(State(app): State<App>, _: Staff) -> String {
    app.desk().ledger_key()
}

/// Between which sizes.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Between {
    /// The size of the older checkpoint: how many entries there were. 0 for whoever has seen none.
    #[param(value_type = u64, example = 120)]
    from: String,
    /// The size of the newer checkpoint; the newest if absent.
    #[serde(default)]
    #[param(required = false, value_type = Option<u64>)]
    to: Option<String>,
}

/// That the ledger only grew
///
/// The proof of consistency (RFC 9162) from a size to a signed checkpoint, with that checkpoint in it. The form is
/// the body of an `add-checkpoint` request (C2SP `tlog-witness`), so that a witness takes it as it is.
#[utoipa::path(
    get, path = "/api/v1/ledger/consistency", operation_id = "consistency", tag = "ledger",
    params(Between),
    responses(
        (status = 200, description = "The proof.", body = String, content_type = "text/plain"),
        Missing, Unusable,
    ),
)]
pub(super) async fn consistency(
    State(app): State<App>,
    Staff(me): Staff,
    Asks(between): Asks<Between>,
) -> Result<String, Fault> {
    let from = size("from", &between.from)?;
    let to = between.to.map(|to| size("to", &to)).transpose()?;
    Ok(app.desk().consistency(&me, from, to).await?)
}

fn size(name: &str, text: &str) -> Result<u64, Fault> {
    // The database counts in 63 bits.
    text.parse::<i64>()
        .ok()
        .and_then(|size| u64::try_from(size).ok())
        .ok_or_else(|| unusable(format!("`{name}` must be a number of entries")))
}

/// Make the record of an account
///
/// Every entry of the ledger about the account, each with the proof that it is in the ledger, as JSON Lines for
/// `staunch ledger verify`. No values are in it. Making it is limited like a look-up and is an entry itself, the
/// record's last.
#[utoipa::path(
    post, path = "/api/v1/accounts/{external_id}/record", operation_id = "account_record", tag = "ledger",
    params(("external_id" = String, Path, description = "The company's own name for the account.")),
    responses(
        (status = 200, description = "The record.", body = String, content_type = "application/x-ndjson"),
        Missing, Limited,
    ),
)]
pub(super) async fn account_record(
    State(app): State<App>,
    Staff(me): Staff,
    Name(external_id): Name,
    _: Nothing,
) -> Result<Response, Fault> {
    let made = app.desk().account_record(Some(&me), &external_id).await?;
    Ok(record::answer(made))
}
