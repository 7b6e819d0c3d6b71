//! The owner's page that makes recovery codes. They stand in one answer and are kept by nobody.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use desk::{DeskError, settings::Cools};

use crate::{
    app::App,
    fault::Fault,
    pages::{Page, go},
    view::saved::CodesPage,
};

/// The page before the one press.
pub(crate) fn offer(app: &App, page: &str, secret: &str, takes_back: bool) -> Result<Page, Fault> {
    Page::of(&CodesPage {
        takes_back,
        ..codes_page(app, page, secret, Vec::new())
    })
}

/// Makes them, and shows them.
pub(crate) async fn make(app: &App, page: &str, secret: &str) -> Result<Response, Fault> {
    let codes = match app.desk().make_codes(secret).await {
        Ok(codes) => codes,
        // A page that is used up says so itself.
        Err(DeskError::Conflict(_)) => {
            return Ok(go(app, &format!("/owner/{page}/{secret}"), None));
        }
        Err(error) => return Err(error.into()),
    };
    let codes = codes.iter().map(|code| code.to_string()).collect();
    let mut response = Page::of(&codes_page(app, page, secret, codes))?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn codes_page(app: &App, page: &str, secret: &str, codes: Vec<String>) -> CodesPage {
    CodesPage {
        company: app.company().to_owned(),
        action: format!("/owner/{page}/{secret}"),
        codes,
        takes_back: false,
        days: app
            .desk()
            .settings()
            .cools(Cools::RecoveryCodes)
            .div_ceil(24),
    }
}
