//! Tickets: the list with one opened beside it, and what is done to one, a file a verb.

mod escalate;
mod find;
mod list;
mod moves;
mod shown;

use axum::{http::HeaderMap, response::Response};
use desk::{DeskError, Me};

use super::{done, ticket_path};
use crate::{
    app::App,
    fault::Fault,
    pages::go,
    routes::Routes,
    view::{
        Flash,
        ticket::Ticket,
        tickets::{Filter, TicketsPage},
    },
};

pub(super) use list::opened;
pub(super) use shown::year;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .with(list::routes)
        .with(moves::routes)
        .with(escalate::routes)
        .with(find::routes)
}

/// A ticket beside the list that somebody came from.
pub(super) async fn beside(
    app: &App,
    me: &Me,
    headers: &HeaderMap,
    filter: String,
    ticket: Ticket,
) -> Result<TicketsPage, Fault> {
    let wanted = list::Wanted::of(filter).beside(me);
    list::page(app, me, headers, &wanted, Some(ticket)).await
}

/// As [`done`], for an act after which the ticket may no longer be theirs to see: then what is to be
/// said is said beside the list.
pub(super) async fn done_or_gone(
    app: &App,
    me: &Me,
    number: i64,
    filter: Option<Filter>,
    outcome: Result<Flash, DeskError>,
) -> Result<Response, Fault> {
    match outcome {
        Ok(flash)
            if matches!(
                app.desk().ticket(me, number).await,
                Err(DeskError::NotFound)
            ) =>
        {
            let query =
                filter.map_or_else(String::new, |filter| format!("?filter={}", filter.as_str()));
            let flash = Flash {
                undo: None,
                ..flash
            };
            Ok(go(app, &format!("/desk{query}"), Some(&flash)))
        }
        outcome => done(app, &ticket_path(number, "", filter), outcome),
    }
}
