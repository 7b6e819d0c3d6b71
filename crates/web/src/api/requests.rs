//! Asking for something in a ticket. No request takes a destination.

use axum::{Json, extract::State, http::StatusCode};
use desk::DeskError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use words::{RequestKind, RequestState};

use super::{
    body::{Number, Sent},
    lists,
    problem::{Clash, Limited, Missing},
};
use crate::{app::App, fault::Fault, guard::Staff};

/// What is asked for. There is no key for where it goes: that is the desk's to know.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    /// What.
    #[schema(value_type = lists::RequestKind)]
    kind: RequestKind,
    /// Which field of the catalogue, for `deliver` and `reveal`; for `change` the postal address's, or
    /// `contact_point`. The new value is the owner's to type, on a page of their own.
    #[serde(default)]
    #[schema(example = "invoice")]
    field: Option<String>,
    /// Which action of the catalogue, for `act`.
    #[serde(default)]
    #[schema(example = "refund")]
    action: Option<String>,
    /// Which item of that field, if it has items; for a `contact_point`, one of the offer's items.
    #[serde(default)]
    #[schema(example = "10442")]
    item: Option<String>,
}

/// What became of asking.
#[derive(Serialize, ToSchema)]
pub(super) struct Asked {
    /// The request.
    id: Uuid,
    /// Where it stands: `sending` and `waiting` go on by themselves; `refused` is the gate's no.
    #[schema(value_type = lists::RequestState)]
    state: RequestState,
    /// Why, if it can't be.
    reason: String,
    /// What a rep can say to the requester meanwhile.
    words: String,
    /// The rule of the gate that decided.
    rule: String,
    /// Whether it waits for a second person, a lead or an admin, before the owner is asked. No token
    /// can be that.
    second: bool,
}

/// Ask for something
///
/// The gate decides. A no is an answer, not an error: 200 with `state` `refused`, the reason, and the words
/// to say; it is recorded and counts as an attempt on the account.
#[utoipa::path(
    post, path = "/api/v1/tickets/{number}/requests", operation_id = "ask", tag = "tickets",
    params(("number" = i64, Path, description = "The ticket's number.")),
    request_body = Ask,
    responses(
        (status = 200, description = "Decided for good: done, or refused with the words to say.", body = Asked),
        (status = 202, description = "Under way: it is being sent, or the owner was asked.", body = Asked),
        Missing, Clash, Limited,
    ),
)]
pub(super) async fn ask(
    State(app): State<App>,
    Staff(me): Staff,
    Number(number): Number,
    Sent(sent): Sent<Ask>,
) -> Result<(StatusCode, Json<Asked>), Fault> {
    // An action is no field; whoever names both means one of them.
    let name = match (sent.field, sent.action) {
        (Some(_), Some(_)) => {
            return Err(
                DeskError::Invalid("send a field or an action, not both".to_owned()).into(),
            );
        }
        (field, action) if sent.kind == RequestKind::Act => action.or(field),
        (field, None) => field,
        (None, Some(_)) => {
            return Err(
                DeskError::Invalid("an action is asked for with the kind act".to_owned()).into(),
            );
        }
    };
    let (field, item) = (name.unwrap_or_default(), sent.item.unwrap_or_default());
    let asked = app
        .desk()
        .ask(&me, number, sent.kind, &field, &item)
        .await?;
    let status = match asked.state {
        RequestState::Waiting | RequestState::Sending => StatusCode::ACCEPTED,
        _ => StatusCode::OK,
    };
    let asked = Asked {
        id: asked.id.into(),
        state: asked.state,
        reason: asked.reason,
        words: asked.words,
        rule: asked.rule,
        second: asked.second,
    };
    Ok((status, Json(asked)))
}
