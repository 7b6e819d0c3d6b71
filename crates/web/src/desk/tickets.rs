//! Tickets: the list with one opened beside it, and what is done to one, a file a verb.

mod escalate;
mod find;
mod list;
mod moves;
mod shown;

use axum::response::Response;
use desk::{DeskError, Me};

use super::{done, ticket_path};
use crate::{
    app::App,
    fault::Fault,
    pages::go,
    routes::Routes,
    view::{Flash, tickets::Filter},
};

pub(super) use shown::year;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .with(list::routes)
        .with(moves::routes)
        .with(escalate::routes)
        .with(find::routes)
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
