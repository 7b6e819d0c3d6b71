//! Beginning a call, and looking an account up. What was looked up is never in an address.

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use desk::{DeskError, Me, accounts, ticket::NewTicket};
use serde::Deserialize;
use words::{AccountId, Channel, MessageKind};

use super::{count, id, ticket_path, tickets::year};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, go, sentence, shell},
    routes::{Routes, WORKS, Who},
    view::{
        Place, When,
        calls::{LookUpPage, NewCallPage},
        ticket::{FindAccount, Found},
        tickets::Filter,
    },
};

/// The longest number that a phone shows, in characters.
const NUMBER_MAX: usize = 40;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/desk/calls/new", Who::Staff(WORKS), show)
        .post("/desk/calls", Who::Staff(WORKS), begin)
        .get("/desk/look-up", Who::Staff(WORKS), show_look_up)
        .post("/desk/look-up", Who::Staff(WORKS), look_up)
}

async fn show(State(app): State<App>, me: Staff, headers: HeaderMap) -> Result<Page, Fault> {
    Page::of(&NewCallPage {
        shell: shell(&app, &me, Place::Call, &headers).await?,
        subject: String::new(),
        number_shown: String::new(),
        error: None,
    })
}

#[derive(Default, Deserialize)]
struct Begun {
    #[serde(default)]
    subject: String,
    #[serde(default)]
    number_shown: String,
    #[serde(default)]
    account: String,
}

async fn begin(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    form: Result<Form<Begun>, FormRejection>,
) -> Result<Response, Fault> {
    // The button on the rail posts nothing at all.
    let form = form.map(|Form(begun)| begun).unwrap_or_default();
    let account: Option<AccountId> = match form.account.as_str() {
        "" => None,
        text => Some(id(text)?),
    };
    let shown = form.number_shown.trim();
    let outcome = if shown.chars().count() > NUMBER_MAX {
        Err(DeskError::Invalid(format!(
            "the number shown has more than {NUMBER_MAX} characters; shorten it"
        )))
    } else {
        let new = NewTicket {
            channel: Channel::Phone,
            subject: form.subject.clone(),
            heard: None,
            account,
            mine: true,
        };
        app.desk().open_ticket(&me, new).await
    };
    match outcome {
        Ok(number) => {
            if !shown.is_empty() {
                let note = format!("Number shown: {shown} (proves nothing)");
                app.desk()
                    .add_message_without_secrets(&me, number, MessageKind::Note, &note)
                    .await?;
            }
            Ok(go(&app, &ticket_path(number, "", Some(Filter::Mine)), None))
        }
        Err(DeskError::Invalid(text)) => {
            let page = NewCallPage {
                shell: shell(&app, &me, Place::Call, &headers).await?,
                subject: form.subject,
                number_shown: form.number_shown,
                error: Some(sentence(&text)),
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(Page::of(&page)?.status(status).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn look_up_page(
    app: &App,
    me: &Me,
    headers: &HeaderMap,
    find: FindAccount,
) -> Result<Page, Fault> {
    let shell = shell(app, me, Place::LookUp, headers).await?;
    Page::of(&LookUpPage {
        shell,
        find,
        left: None,
    })
}

async fn show_look_up(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
) -> Result<Page, Fault> {
    look_up_page(&app, &me, &headers, FindAccount::default()).await
}

#[derive(Deserialize)]
struct Said {
    kind: String,
    value: String,
}

async fn look_up(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Form(form): Form<Said>,
) -> Result<Page, Fault> {
    let (status, find) = find(&app, &me, form.kind, form.value).await?;
    Ok(look_up_page(&app, &me, &headers, find)
        .await?
        .status(status))
}

/// Looks an account up for a form: what it found, or why it didn't look, with the status to answer.
pub(super) async fn find(
    app: &App,
    me: &Me,
    kind: String,
    value: String,
) -> Result<(StatusCode, FindAccount), Fault> {
    let (status, results, error) = match app.desk().look_up(me, &kind, &value).await {
        Ok(found) => {
            let found = found.into_iter().map(shown).collect();
            (StatusCode::OK, Some(found), None)
        }
        Err(DeskError::Limited(until)) => {
            let again = When::at(until, app.desk().now()).relative;
            let text = format!(
                "That were many look-ups in a short time. The next one works {again}; a lead can help meanwhile."
            );
            (StatusCode::TOO_MANY_REQUESTS, None, Some(text))
        }
        Err(DeskError::Invalid(text)) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            None,
            Some(sentence(&text)),
        ),
        Err(error) => return Err(error.into()),
    };
    let find = FindAccount {
        kind,
        value,
        results,
        error,
    };
    Ok((status, find))
}

fn shown(found: accounts::Found) -> Found {
    Found {
        id: found.id.to_string(),
        external_id: found.external_id,
        display_name: found.display_name,
        customer_since: found.customer_since.map(year).unwrap_or_default(),
        open_tickets: count(found.open_tickets),
    }
}
