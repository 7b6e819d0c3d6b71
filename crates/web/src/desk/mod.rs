//! The pages of the staff, one file a place: its routes, and how what the desk knows becomes what
//! is shown.

mod alarms;
mod approve;
mod authenticator;
mod calls;
mod codes;
mod enrol_anew;
mod ledger;
mod mail;
mod messages;
mod password;
mod people;
mod policies;
mod recovery;
mod requests;
mod reveal;
mod sessions;
mod settings;
mod stop_sign_in;
mod tickets;
mod tokens;

use axum::{
    Form,
    extract::{FromRequest, Query, Request},
    response::Response,
};
use desk::DeskError;
use serde::Deserialize;
use std::{convert::Infallible, str::FromStr};

use crate::{
    app::App,
    fault::Fault,
    pages::{go, sentence},
    routes::Routes,
    view::{Flash, Tone, tickets::Filter},
};

/// The routes of the staff's pages.
#[must_use]
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(tickets::routes)
        .with(messages::routes)
        .with(requests::routes)
        .with(codes::routes)
        .with(recovery::routes)
        .with(reveal::routes)
        .with(alarms::routes)
        .with(calls::routes)
        .with(mail::routes)
        .with(ledger::routes)
        .with(people::routes)
        .with(enrol_anew::routes)
        .with(stop_sign_in::routes)
        .with(sessions::routes)
        .with(password::routes)
        .with(authenticator::routes)
        .with(tokens::routes)
        .with(settings::routes)
        .with(policies::routes)
}

/// An id or number in a path or form; what can't be one leads nowhere.
fn id<T: FromStr>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| Fault::not_found())
}

/// Plain information for the next page.
fn quiet(text: impl Into<String>) -> Flash {
    Flash {
        tone: Tone::Neutral,
        text: text.into(),
        undo: None,
    }
}

/// Answers a form: go there and say what became of it. What happened first is said there too; it
/// is nobody's mistake.
fn done(app: &App, to: &str, outcome: Result<Flash, DeskError>) -> Result<Response, Fault> {
    let flash = match outcome {
        Ok(flash) => flash,
        Err(DeskError::Conflict(text)) => Flash {
            tone: Tone::Warning,
            text: sentence(text),
            undo: None,
        },
        Err(error) => return Err(error.into()),
    };
    Ok(go(app, to, Some(&flash)))
}

/// Where a form came from, if that wasn't the page of its own place.
#[derive(Default, Deserialize)]
struct Back {
    #[serde(default)]
    from: String,
}

impl Back {
    /// There, or the page of its place.
    fn or(&self, place: &'static str) -> &'static str {
        match self.from.as_str() {
            "sessions" => sessions::PAGE,
            _ => place,
        }
    }
}

/// The path of a ticket, beside the list that somebody came from.
fn ticket_path(number: i64, act: &str, filter: Option<Filter>) -> String {
    let query = filter.map_or_else(String::new, |filter| format!("?filter={}", filter.as_str()));
    format!("/desk/tickets/{number}{act}{query}")
}

/// A text with a capital letter.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// A count of the database.
fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

#[derive(Default, Deserialize)]
struct Named {
    #[serde(default)]
    filter: String,
}

/// The list that a form without other fields came from: a field of it, or of the query for an undo.
struct Kept(Option<Filter>);

impl FromRequest<App> for Kept {
    type Rejection = Infallible;

    async fn from_request(request: Request, app: &App) -> Result<Self, Infallible> {
        let query = Query::<Named>::try_from_uri(request.uri()).map(|Query(named)| named);
        let form = Form::<Named>::from_request(request, app).await;
        let words = [
            form.map(|Form(named)| named).unwrap_or_default(),
            query.unwrap_or_default(),
        ];
        Ok(Self(
            words.iter().find_map(|named| named.filter.parse().ok()),
        ))
    }
}

#[cfg(test)]
mod tests;
