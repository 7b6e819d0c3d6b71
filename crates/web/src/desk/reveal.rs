//! Showing what the owner agreed to show. Asked by a form, never by a link; kept by nobody.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use desk::{DeskError, Revealed};
use words::{RequestId, Time};

use super::{Kept, capital, done, id, quiet, ticket_path};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, sentence},
    routes::{Routes, WORKS, Who},
    view::{Flash, Tone, When, reveal::RevealedPage},
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.post(
        "/desk/tickets/{number}/requests/{id}/reveal",
        Who::Staff(WORKS),
        reveal,
    )
}

async fn reveal(
    State(app): State<App>,
    me: Staff,
    Path((number, request)): Path<(String, String)>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let request: RequestId = id(&request)?;
    let back = ticket_path(number, "", filter);
    let flash = match app.desk().reveal(&me, number, request).await {
        Ok(shown) => return page(&app, &me.login, &shown),
        Err(DeskError::Refused { reason, .. }) => quiet(sentence(&reason)),
        Err(DeskError::Limited(until)) => Flash {
            tone: Tone::Warning,
            text: format!(
                "You have seen as much as one person may within an hour. It works again {}. A lead is told.",
                When::at(until, app.desk().now()).relative
            ),
            undo: None,
        },
        Err(error) => return done(&app, &back, Err(error)),
    };
    done(&app, &back, Ok(flash))
}

fn page(app: &App, login: &str, shown: &Revealed) -> Result<Response, Fault> {
    let now = app.desk().now();
    let page = RevealedPage {
        company: app.company().to_owned(),
        what: capital(&shown.what),
        value: shown.value.to_string(),
        number: shown.ticket,
        login: login.to_owned(),
        until: When::at(shown.until, now),
        seconds: left(shown.until, now),
        mark: format!(
            "{login} · #{} · {}",
            shown.ticket,
            shown.at.format("%-d %b %Y %H:%M UTC")
        ),
    };
    let seconds = page.seconds;
    let mut response = Page::of(&page)?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Without scripts the page leaves by itself when the time is over.
    let refresh = format!("{seconds}; url=/desk/tickets/{}", shown.ticket);
    if let Ok(refresh) = HeaderValue::from_str(&refresh) {
        headers.insert(header::REFRESH, refresh);
    }
    Ok(response)
}

fn left(until: Time, now: Time) -> u64 {
    if until > now {
        now.until(until).as_secs()
    } else {
        0
    }
}
