//! Finding an account by what a requester says.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{body::Sent, problem::Limited};
use crate::{app::App, fault::Fault, guard::Staff};

/// What a requester says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LookUp {
    /// By what: `external_id`, `email`, `phone`, or a field of the catalogue that accounts can be
    /// found by, such as `user_name` or `order`.
    #[schema(example = "order")]
    kind: String,
    /// What they say, in any spelling that means the same; 1 to 254 letters.
    #[schema(example = "7001")]
    value: String,
}

/// The accounts that match exactly, at most ten.
#[derive(Serialize, ToSchema)]
pub(super) struct FoundAccounts {
    accounts: Vec<FoundAccount>,
}

/// What a rep may see of an account that was found. That it was found proves nothing about who asks.
#[derive(Serialize, ToSchema)]
pub(super) struct FoundAccount {
    /// Its id, for a ticket.
    id: Uuid,
    /// The company's own name for it.
    external_id: String,
    /// What a rep calls the customer.
    display_name: String,
    /// Since when they are a customer.
    #[schema(format = DateTime)]
    customer_since: Option<String>,
}

/// Find an account
///
/// Exact matches only. Every look-up is limited and is an entry in the ledger, found or not.
#[utoipa::path(
    post, path = "/api/v1/look-ups", operation_id = "look_up", tag = "accounts", request_body = LookUp,
    responses((status = 200, description = "What was found, if anything.", body = FoundAccounts), Limited),
)]
pub(super) async fn look_up(
    State(app): State<App>,
    Staff(me): Staff,
    Sent(sent): Sent<LookUp>,
) -> Result<Json<FoundAccounts>, Fault> {
    let found = app.desk().look_up(&me, &sent.kind, &sent.value).await?;
    let accounts = found
        .into_iter()
        .map(|found| FoundAccount {
            id: found.id.into(),
            external_id: found.external_id,
            display_name: found.display_name,
            customer_since: found.customer_since.map(|at| at.to_string()),
        })
        .collect();
    Ok(Json(FoundAccounts { accounts }))
}
