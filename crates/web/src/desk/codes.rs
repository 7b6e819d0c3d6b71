//! A code for a caller who is on the phone: sending it, and taking what they read out.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;

use super::{Kept, done, id, quiet, ticket_path};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    routes::{Routes, WORKS, Who},
    view::{Flash, tickets::Filter},
};

/// What the rep can say once a code was sent.
const SENT: &str = "You can say: “I’ve just sent a code to the email on your account. Please read it to me; it works for ten minutes.”";
/// The same for a code by text message.
const TEXTED: &str = "You can say: “I’ve just sent a code to the phone on your account, as a text message. Please read it to me; it works for ten minutes.”";
/// What the rep can say to one that doesn't work.
const WRONG: &str = "That code didn’t work. You can say: “Could you read it once more?”";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/desk/tickets/{number}/requests/{id}/code",
            Who::Staff(WORKS),
            send,
        )
        .post(
            "/desk/tickets/{number}/requests/{id}/code/text",
            Who::Staff(WORKS),
            send_text,
        )
        .post(
            "/desk/tickets/{number}/requests/{id}/code/tries",
            Who::Staff(WORKS),
            take,
        )
}

async fn send(
    State(app): State<App>,
    me: Staff,
    Path((number, request)): Path<(String, String)>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().send_code(&me, number, id(&request)?).await;
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| quiet(SENT)),
    )
}

async fn send_text(
    State(app): State<App>,
    me: Staff,
    Path((number, request)): Path<(String, String)>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().send_text_code(&me, number, id(&request)?).await;
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| quiet(TEXTED)),
    )
}

#[derive(Deserialize)]
struct ReadOut {
    code: String,
    #[serde(default)]
    filter: String,
}

async fn take(
    State(app): State<App>,
    me: Staff,
    Path((number, request)): Path<(String, String)>,
    Form(form): Form<ReadOut>,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let filter: Option<Filter> = form.filter.parse().ok();
    let outcome = app
        .desk()
        .take_code(&me, number, id(&request)?, &form.code)
        .await;
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|right| {
            if right {
                Flash::good("The code is right: it proves this one request.")
            } else {
                quiet(WRONG)
            }
        }),
    )
}
