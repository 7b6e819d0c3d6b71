//! The requester's own page for a receipt: how to get there, the page, and what is shown on it. No rep
//! sees what is typed here.

use axum::{
    Form,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Path, Request, State},
    handler::Handler as _,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use desk::{
    DeskError,
    recover::{LARGEST_MAIL, Recovery, RecoveryPage, Shown},
};
use serde::Deserialize;

use crate::{
    app::App,
    fault::Fault,
    guard::{Source, source_key},
    pages::{Page, go, sentence},
    routes::{Routes, Who},
    view::recover::{RecoverPage, Stands, StartPage},
};

/// What surrounds a mail in a form, in bytes.
const AROUND: usize = 16 * 1024;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/recover", Who::Anyone, start)
        .post("/recover", Who::Anyone, find)
        .get("/recover/{page}", Who::Link, show)
        .post("/recover/{page}", Who::Link, take_code)
        .add(
            axum::http::Method::POST,
            "/recover/{page}/mail",
            Who::Link,
            post(take_mail.layer(DefaultBodyLimit::max(LARGEST_MAIL + AROUND))),
        )
}

async fn start(State(app): State<App>) -> Result<Page, Fault> {
    start_page(&app, false)
}

fn start_page(app: &App, tried: bool) -> Result<Page, Fault> {
    Page::of(&StartPage {
        company: app.company().to_owned(),
        tried,
    })
}

#[derive(Deserialize)]
struct Wanted {
    page: String,
}

async fn find(
    State(app): State<App>,
    Source(source): Source,
    Form(form): Form<Wanted>,
) -> Result<Response, Fault> {
    // Of what was typed only letters and digits go into the address.
    let page: String = form
        .page
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(40)
        .collect();
    match app.desk().recovery_page(&source_key(source), &page).await {
        Ok(_) => Ok(go(&app, &format!("/recover/{page}"), None)),
        Err(DeskError::NotFound) => Ok(start_page(&app, true)?
            .status(StatusCode::NOT_FOUND)
            .into_response()),
        Err(error) => Err(error.into()),
    }
}

async fn show(
    State(app): State<App>,
    Source(source): Source,
    Path(page): Path<String>,
) -> Result<Response, Fault> {
    let found = app.desk().recovery_page(&source_key(source), &page).await?;
    render(&app, &page, found, "")
}

#[derive(Deserialize)]
struct Typed {
    receipt: String,
}

async fn take_code(
    State(app): State<App>,
    Source(source): Source,
    Path(page): Path<String>,
    Form(form): Form<Typed>,
) -> Result<Response, Fault> {
    let shown = Shown::Code(form.receipt.into());
    take(&app, &source_key(source), &page, shown).await
}

async fn take_mail(
    State(app): State<App>,
    Source(source): Source,
    Path(page): Path<String>,
    request: Request,
) -> Result<Response, Fault> {
    let source = source_key(source);
    // Whoever has no page needs nothing read.
    app.desk().recovery_page(&source, &page).await?;
    let mail = mail_of(request).await?;
    take(&app, &source, &page, Shown::Mail(mail)).await
}

/// The mail in the form.
async fn mail_of(request: Request) -> Result<Vec<u8>, Fault> {
    let unreadable = || Fault::bad("choose the mail as a file of at most 1 MB, and send it again");
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| unreadable())?;
    while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
        if field.name() == Some("mail") {
            let bytes: Bytes = field.bytes().await.map_err(|_| unreadable())?;
            if bytes.len() > LARGEST_MAIL {
                return Err(unreadable());
            }
            return Ok(bytes.to_vec());
        }
    }
    Err(unreadable())
}

async fn take(app: &App, source: &str, page: &str, shown: Shown) -> Result<Response, Fault> {
    match app.desk().show_receipt(source, page, shown).await {
        Ok(found) if found.tried => render(
            app,
            page,
            found,
            "That didn't work. Please compare it and try again.",
        ),
        Ok(_) => Ok(go(app, &format!("/recover/{page}"), None)),
        Err(DeskError::Conflict(why)) => {
            let found = app.desk().recovery_page(source, page).await?;
            render(app, page, found, &sentence(why))
        }
        Err(error) => Err(error.into()),
    }
}

fn render(app: &App, page: &str, found: RecoveryPage, problem: &str) -> Result<Response, Fault> {
    let stands = match found.state {
        Recovery::Open { mails } => Stands::Open { mails },
        Recovery::Waits(until) => Stands::Waits(until.format("%A %-d %B at %H:%M (UTC)")),
        Recovery::Done => Stands::Done,
        Recovery::Over => Stands::Over,
    };
    let mut response = Page::of(&RecoverPage {
        company: app.company().to_owned(),
        action: format!("/recover/{page}"),
        stands,
        problem: problem.to_owned(),
        go_on: app
            .desk()
            .settings()
            .continue_url
            .clone()
            .unwrap_or_default(),
    })?
    .into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
