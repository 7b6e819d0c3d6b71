//! Another password of one's own.

use axum::{
    Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use desk::Me;
use serde::Deserialize;

use crate::{
    app::App,
    cookie,
    fault::Fault,
    guard::Staff,
    pages::{Page, go, shell},
    routes::{ALL, Routes, Who},
    sign_in::{demo_code, form_error},
    view::{Flash, Place, oneself::PasswordPage},
};

const PAGE: &str = "/desk/password";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get(PAGE, Who::Staff(ALL), show)
        .post(PAGE, Who::Staff(ALL), change)
}

async fn page(
    app: &App,
    me: &Me,
    headers: &HeaderMap,
    error: Option<String>,
) -> Result<Page, Fault> {
    Page::of(&PasswordPage {
        shell: shell(app, me, Place::Sessions, headers).await?,
        error,
        demo_code: demo_code(app, &me.login),
    })
}

async fn show(State(app): State<App>, me: Staff, headers: HeaderMap) -> Result<Page, Fault> {
    page(&app, &me, &headers, None).await
}

#[derive(Deserialize)]
struct Change {
    current: String,
    new: String,
    code: String,
}

async fn change(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Form(form): Form<Change>,
) -> Result<Response, Fault> {
    let outcome = app
        .desk()
        .change_password(&me, &form.current, &form.code, &form.new)
        .await;
    match outcome {
        Ok(renewed) => {
            if let Some(demo) = app.demo() {
                demo.password_changed(&me.login);
            }
            let flash =
                Flash::good("Your password is changed. You are signed out everywhere but here.");
            let mut response = go(&app, "/desk/sessions", Some(&flash));
            cookie::renew_all(&app, &mut response, &renewed);
            Ok(response)
        }
        Err(error) => {
            let (status, text) = form_error(&app, error)?;
            let page = page(&app, &me, &headers, Some(text)).await?;
            Ok(page.status(status).into_response())
        }
    }
}
