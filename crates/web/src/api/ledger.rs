//! The ledger's newest checkpoint and the key that checks it, for whoever keeps them elsewhere.

use axum::extract::State;

use super::problem::Missing;
use crate::{app::App, fault::Fault, guard::Staff};

/// The newest checkpoint
///
/// A signed note (C2SP). Keep it outside the desk: the ledger can then be verified against it.
#[utoipa::path(
    get, path = "/api/v1/ledger/checkpoint", operation_id = "newest_checkpoint", tag = "ledger",
    responses((status = 200, description = "The signed note.", body = String, content_type = "text/plain"), Missing),
)]
pub(super) async fn checkpoint(State(app): State<App>, Staff(me): Staff) -> Result<String, Fault> {
    let ledger = app.desk().ledger(&me, Some(0)).await?;
    let (_, note) = ledger.checkpoint.ok_or_else(|| Fault {
        text: "there is no checkpoint yet; the desk makes them by itself".to_owned(),
        ..Fault::not_found()
    })?;
    Ok(note)
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
