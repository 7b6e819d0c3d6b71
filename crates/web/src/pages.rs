//! The pages for people: what surrounds them, how they are answered, and the router over all.

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Redirect, Response},
};
use desk::Me;
use std::time::Duration;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer,
    timeout::TimeoutLayer,
};

use crate::{
    api,
    app::App,
    assets, cookie, desk as desk_pages,
    fault::Fault,
    live, metrics, owner, recover,
    routes::{ALL, Route, Routes, Who},
    security, set_up, sign_in,
    view::{self, Counts, Flash, Place, Shell, When, notice::NoticePage},
};

/// A rendered page, and the headers that go with it.
pub struct Page(pub StatusCode, pub HeaderMap, pub String);

impl Page {
    /// Renders a page.
    ///
    /// # Errors
    /// [`Fault`] if the template fails.
    pub fn of(page: &impl Template) -> Result<Self, Fault> {
        Ok(Self(StatusCode::OK, HeaderMap::new(), page.render()?))
    }

    /// The same with another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.0 = status;
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        (self.0, self.1, Html(self.2)).into_response()
    }
}

/// Answers a form: go there, and say this once.
pub fn go(app: &App, to: &str, flash: Option<&Flash>) -> Response {
    let mut response = Redirect::to(to).into_response();
    if let Some(flash) = flash {
        let value = cookie::set(app, cookie::FLASH, &cookie::pack(flash), 60);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// What surrounds a page of the staff.
///
/// # Errors
/// [`Fault`] if the counts can't be read.
pub async fn shell(app: &App, me: &Me, place: Place, headers: &HeaderMap) -> Result<Shell, Fault> {
    let counts = app.desk().counts(me).await?;
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    Ok(Shell {
        company: app.company().to_owned(),
        me: view::Me {
            name: me.name.clone(),
            login: me.login.clone(),
            role: me.role,
        },
        counts: Counts {
            mine: count(counts.mine),
            flags: count(counts.flags),
            escalated: count(counts.lead),
            safety: count(counts.safety),
            dead_letters: count(counts.dead),
            alarms: count(counts.alarms),
        },
        place,
        flash: cookie::read(headers, cookie::FLASH).and_then(|text| cookie::unpack(&text)),
        demo: app.demo().is_some(),
        asked_anew: app.desk().asked_to_enrol_anew(me).await?.is_some(),
    })
}

/// A page that may have shown a flash takes the cookie away.
pub(crate) async fn clear_flash(State(app): State<App>, request: Request, next: Next) -> Response {
    let had = cookie::read(request.headers(), cookie::FLASH).is_some();
    let mut response = next.run(request).await;
    let page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if had && page && !response.headers().contains_key(header::SET_COOKIE) {
        response
            .headers_mut()
            .append(header::SET_COOKIE, cookie::set(&app, cookie::FLASH, "", 0));
    }
    response
}

/// Turns a [`Fault`] into a page.
async fn fault_page(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let owner = path.starts_with("/owner/") || path.starts_with("/recover");
    let mut response = next.run(request).await;
    let fault = match response.extensions_mut().remove::<Fault>() {
        Some(fault) => fault,
        None if is_bare(&response) => Fault {
            status: response.status(),
            text: bare_words(response.status()).to_owned(),
            again: None,
            refusal: None,
        },
        None => return response,
    };
    let company = app.company();
    let mut page = match fault.status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => NoticePage::not_found(company),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => NoticePage::forbidden(company),
        StatusCode::TOO_MANY_REQUESTS => {
            let now = app.desk().now();
            let again = fault
                .again
                .map_or_else(|| "later".to_owned(), |at| When::at(at, now).relative);
            NoticePage::too_many(company, &again)
        }
        status if status.is_server_error() => NoticePage::failed(company),
        _ => NoticePage::bad_input(company, &sentence(&fault.text)),
    };
    page.status = fault.status.as_u16();
    if !fault.text.is_empty() && fault.status == StatusCode::FORBIDDEN {
        page.text = sentence(&fault.text);
    }
    if owner {
        page.back = String::new();
    }
    match Page::of(&page) {
        Ok(page) => page.status(fault.status).into_response(),
        Err(_) => fault.status.into_response(),
    }
}

/// An answer of the framework itself: an error without a page.
fn is_bare(response: &Response) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

fn bare_words(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "That is too large to send. Shorten it and try again.",
        StatusCode::FORBIDDEN => {
            "This came from another page than ours. Open the page again and try once more."
        }
        _ => "A part of the form is missing or can't be read. Go back and try again.",
    }
}

/// An error text as a sentence for a page.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let mut out: String = first.to_uppercase().chain(chars).collect();
    if !out.ends_with(['.', '!', '?', '"']) {
        out.push('.');
    }
    out
}

/// The routes of the pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/", Who::Anyone, async || Redirect::to("/desk"))
        .get("/healthz", Who::Anyone, metrics::health)
        .get("/metrics", Who::Anyone, metrics::show)
        .get("/assets/{name}", Who::Anyone, asset)
        .get("/favicon.ico", Who::Anyone, favicon)
        .get("/desk/live", Who::Staff(ALL), live::stream)
        .with(sign_in::routes)
        .with(set_up::routes)
        .with(owner::routes)
        .with(recover::routes)
        .with(desk_pages::routes)
}

/// What browsers ask for of themselves: the mark.
async fn favicon() -> Result<Response, Fault> {
    let name = assets::all()
        .map(|(name, _)| name)
        .find(|name| name.starts_with("mark-"))
        .ok_or_else(Fault::not_found)?;
    asset(Path(name.to_owned())).await
}

async fn asset(Path(name): Path<String>) -> Result<Response, Fault> {
    let asset = assets::find(&name).ok_or_else(Fault::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.bytes).into_response())
}

/// The whole router, and the list of its routes. `more` adds the demo's.
pub fn router(app: App, more: impl FnOnce(Routes) -> Routes) -> (Router, Vec<Route>) {
    let (pages, mut list) = Routes::new(app.clone())
        .with(routes)
        .with(more)
        .into_parts();
    let (programs, others) = Routes::new(app.clone()).with(api::routes).into_parts();
    list.extend(others);
    let secure = app.secure();
    let timeout = Duration::from_secs(app.settings().timeout_seconds);
    let pages = pages
        .fallback(async || Fault::not_found())
        .method_not_allowed_fallback(async || Fault::not_found())
        .layer(DefaultBodyLimit::max(256 * 1024))
        .layer(CsrfLayer::new())
        .layer(middleware::from_fn_with_state(app.clone(), clear_flash))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(app.clone(), fault_page));
    let programs = programs
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(api::problem));
    let router = programs
        .merge(pages)
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            timeout,
        ))
        .layer(middleware::from_fn(move |request, next| {
            security::headers(secure, request, next)
        }))
        .layer(middleware::from_fn_with_state(app.clone(), metrics::count))
        .with_state(app);
    (router, list)
}
