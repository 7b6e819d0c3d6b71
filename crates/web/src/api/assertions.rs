//! A login session of an account as a proof: the company's portal asserts it. The assertion is its own
//! authentication; no token is needed, and none helps.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::Sent,
    problem::{Closed, Limited},
};
use crate::{
    app::App,
    fault::Fault,
    guard::{Source, source_key},
};

/// What the portal asserts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asserted {
    /// A JSON Web Token signed with Ed25519 (`alg` is `EdDSA`). Its claims: `iss` and the key as set under
    /// `desk.portal`, `aud` this desk's own address, `sub` the account's id at the company, `request` the request's id
    /// and `approves` its kind, `auth_time` when the owner signed in (at most ten minutes ago), `iat` and `exp` at most
    /// ten minutes apart, `jti` 16 to 128 characters, once.
    #[schema(example = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiIuLi4ifQ.c2lnbmF0dXJl")]
    assertion: String,
}

/// Where the request stands now.
#[derive(Serialize, ToSchema)]
pub(super) struct Proven {
    /// As in a ticket's requests.
    #[schema(example = "sending")]
    state: String,
}

/// Assert a login session
///
/// The owner of an account, signed in to the company's portal just now, approves one request there; the portal says
/// so. It is a proof for that request, once. Without `request`, and with `approves` as `lock`, the owner freezes their
/// own data. Whatever is wrong with an assertion, the answer is the same.
#[utoipa::path(
    post, path = "/api/v1/assertions", operation_id = "assert_session", tag = "assertions",
    request_body = Asserted,
    responses(
        (status = 200, description = "It counts; the request went on, or waits for a second proof.", body = Proven),
        Closed, Limited,
    ),
)]
pub(super) async fn take(
    State(app): State<App>,
    Source(source): Source,
    Sent(sent): Sent<Asserted>,
) -> Result<Json<Proven>, Fault> {
    let state = app
        .desk()
        .assert_session(&source_key(source), &sent.assertion)
        .await?;
    Ok(Json(Proven {
        state: state.as_str().to_owned(),
    }))
}
