//! Finding the account of a ticket, and tying the ticket to it.

use axum::{
    Form,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use desk::DeskError;
use serde::Deserialize;
use words::AccountId;

use super::list::{Wanted, opened, page};
use crate::{
    app::App,
    desk::{calls, done, id, quiet, ticket_path},
    fault::Fault,
    guard::Staff,
    pages::Page,
    routes::{Routes, WORKS, Who},
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .post("/desk/tickets/{number}/look-up", Who::Staff(WORKS), look_up)
        .post("/desk/tickets/{number}/account", Who::Staff(WORKS), account)
}

#[derive(Deserialize)]
struct Said {
    kind: String,
    value: String,
    #[serde(default)]
    filter: String,
}

async fn look_up(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Path(number): Path<String>,
    Form(form): Form<Said>,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let mut ticket = opened(&app, &me, number).await?;
    if ticket.account.is_some() {
        let text = "this ticket has its account already; open a new ticket for another one";
        let to = ticket_path(number, "", form.filter.parse().ok());
        return done(&app, &to, Err(DeskError::Conflict(text)));
    }
    let (status, find) = calls::find(&app, &me, form.kind, form.value).await?;
    ticket.find = find;
    let wanted = Wanted::of(form.filter).beside(&me);
    let page = page(&app, &me, &headers, &wanted, Some(ticket)).await?;
    Ok(Page::of(&page)?.status(status).into_response())
}

#[derive(Deserialize)]
struct Chosen {
    account: String,
    #[serde(default)]
    filter: String,
}

async fn account(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Form(form): Form<Chosen>,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let account: AccountId = id(&form.account)?;
    let outcome = app.desk().set_account(&me, number, account).await;
    let flash = quiet("This is the account. It proves nothing about who is talking.");
    done(
        &app,
        &ticket_path(number, "", form.filter.parse().ok()),
        outcome.map(|()| flash),
    )
}
