//! Giving a requester the way to their own page for a receipt. It is shown once.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use super::{Kept, done, id, ticket_path};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::Page,
    routes::{Routes, WORKS, Who},
    view::{When, recover::WayPage},
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.post(
        "/desk/tickets/{number}/requests/{id}/page",
        Who::Staff(WORKS),
        give,
    )
}

async fn give(
    State(app): State<App>,
    me: Staff,
    Path((number, request)): Path<(String, String)>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    match app.desk().give_page(&me, number, id(&request)?).await {
        Ok(way) => {
            let mut response = Page::of(&WayPage {
                company: app.company().to_owned(),
                number,
                address: way.address,
                code: way.code,
                until: When::at(way.until, app.desk().now()),
            })?
            .into_response();
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(response)
        }
        Err(error) => done(&app, &ticket_path(number, "", filter), Err(error)),
    }
}
