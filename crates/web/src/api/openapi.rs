//! The description of the API. Who may call what is taken from the routes themselves, so that it
//! can't say anything else than the guard does.

use axum::{
    extract::State,
    http::{Method, header},
    response::{IntoResponse, Response},
};
use std::sync::OnceLock;
use utoipa::{
    OpenApi,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, OpenApi as Document, Ref, ResponseBuilder,
        Type,
        extensions::Extensions,
        path::{Operation, PathItem},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use words::Role;

use super::{
    accounts, acts, alarms, assertions, codes, events, ledger, look_ups,
    problem::{self, PROBLEM, Problem, SHARED},
    recovery, requests, reveals, tickets,
};
use crate::{
    app::App,
    fault::Fault,
    routes::{Route, Routes, Who},
};

const TOKEN: &str = "token";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Staunch",
        description = "The help desk for programs. A token acts as a rep of its role, through the same gate as \
            everybody: nothing takes a destination, and nothing shows a protected value but `reveal`, for minutes, after the \
            owner's own yes to exactly that. Bodies are strict: an \
            unknown key is 422. Errors are problem documents (RFC 9457) that never repeat a value. Times are RFC 3339 \
            in UTC.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT"),
    ),
    paths(
        show,
        accounts::put, accounts::read, look_ups::look_up,
        tickets::open, tickets::list, tickets::show,
        acts::set_account, acts::add_message, requests::ask, reveals::reveal, codes::send, codes::send_text, codes::take, recovery::give, assertions::take, acts::escalate, acts::assign, acts::release, acts::close,
        acts::reopen, acts::end,
        events::take, alarms::list,
        ledger::account_record, ledger::checkpoint, ledger::consistency, ledger::key,
    ),
    components(schemas(Problem, super::lists::Filter)),
    tags(
        (name = "accounts", description = "Bringing accounts in, finding and reading them."),
        (name = "tickets", description = "The unit of work, and what is asked for in it."),
        (name = "assertions", description = "A login of an account's owner, as the company's portal asserts it."),
        (name = "alarms", description = "What colleagues did that somebody should look at."),
        (name = "events", description = "Login events for the watch."),
        (name = "ledger", description = "What an auditor keeps elsewhere."),
        (name = "description", description = "This document."),
    ),
)]
struct Described;

/// This description
#[utoipa::path(
    get, path = "/api/v1/openapi.json", operation_id = "description", tag = "description",
    responses((status = 200, description = "The description of the API (OpenAPI 3.1).", body = Object)),
)]
pub(super) async fn show(State(app): State<App>) -> Result<Response, Fault> {
    static TEXT: OnceLock<String> = OnceLock::new();
    if let Some(text) = TEXT.get() {
        return Ok(answer(text));
    }
    let (_, list) = Routes::new(app).with(super::routes).into_parts();
    let text = document(&list).to_pretty_json().map_err(|error| {
        tracing::error!(%error, "the description of the API can't be written");
        Fault::broken()
    })?;
    Ok(answer(TEXT.get_or_init(|| text + "\n")))
}

fn answer(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// The description of the handlers, with who may call them and with what they share.
fn document(list: &[Route]) -> Document {
    let mut document = Described::openapi();
    share(&mut document);
    for route in list {
        let Some(operation) = document
            .paths
            .paths
            .get_mut(route.path)
            .and_then(|item| operation(item, &route.method))
        else {
            continue;
        };
        let responses = &mut operation.responses.responses;
        if route.method != Method::GET {
            responses.extend(problem::sent());
        }
        let failed = || Ref::from_response_name("Failed").into();
        responses.insert("500".to_owned(), failed());
        responses.insert("503".to_owned(), Ref::from_response_name("GivenUp").into());
        if let Who::Token(roles, scope) = route.who {
            responses.extend(problem::guarded());
            guard(operation, roles, scope);
        }
    }
    document
}

fn operation<'a>(item: &'a mut PathItem, method: &Method) -> Option<&'a mut Operation> {
    match *method {
        Method::GET => item.get.as_mut(),
        Method::POST => item.post.as_mut(),
        Method::PUT => item.put.as_mut(),
        _ => None,
    }
}

/// Writes down which token opens it.
fn guard(operation: &mut Operation, roles: &[Role], scope: &str) {
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let who = format!("Scope: `{scope}`. Roles: {}.", roles.join(", "));
    operation.description = Some(match operation.description.take() {
        Some(text) if !text.is_empty() => format!("{text}\n\n{who}"),
        _ => who,
    });
    operation.security = Some(vec![SecurityRequirement::new(TOKEN, [scope])]);
    operation.extensions = Some(Extensions::from_iter([(
        "x-roles",
        serde_json::json!(roles),
    )]));
}

/// The token, and the errors that calls have in common.
fn share(document: &mut Document) {
    let parts = document.components.get_or_insert_default();
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("stt_…")
        .description(Some("A token, made in the desk or by `staunch token create`. It has a role, scopes and an end."))
        .build();
    parts.add_security_scheme(TOKEN, SecurityScheme::Http(token));
    let failed = (
        "Failed",
        500,
        "Something failed inside. Nothing was changed.",
    );
    for (name, status, means) in SHARED.into_iter().chain([failed]) {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build();
        let mut response = ResponseBuilder::new()
            .description(means)
            .content(PROBLEM, content);
        let text = || ObjectBuilder::new().schema_type(Type::String);
        if status == 429 {
            let header = HeaderBuilder::new()
                .schema(Some(text()))
                .description(Some("From when it works again, as a date."))
                .build();
            response = response.header("Retry-After", header);
        }
        if status == 401 {
            let header = HeaderBuilder::new()
                .schema(Some(text()))
                .description(Some("Always `Bearer`."))
                .build();
            response = response.header("WWW-Authenticate", header);
        }
        parts
            .responses
            .insert(name.to_owned(), response.build().into());
    }
    let given_up = ResponseBuilder::new()
        .description("It took too long and was given up. The body is empty; ask again later.");
    parts
        .responses
        .insert("GivenUp".to_owned(), given_up.build().into());
}
