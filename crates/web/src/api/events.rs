//! Login events in.

use axum::{
    Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use desk::watching::BATCH_MAX;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    body::{Lines, unusable},
    problem::{BadLine, Problem},
};
use crate::{app::App, fault::Fault, guard::Staff};

/// The largest batch, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

/// What became of a batch.
#[derive(Serialize, ToSchema)]
pub(super) struct Taken {
    /// Events that were kept.
    accepted: usize,
    /// Events about accounts that the desk doesn't know.
    unknown: usize,
    /// Accounts whose flag was opened or joined.
    flagged: usize,
    /// Lines that could not be read.
    bad: Vec<BadLine>,
}

/// Send login events
///
/// One JSON object a line: `account` (its external id), `time`, `outcome` (`success` or `failure`), and
/// if known `id`, `ip`, `user_agent`, `country`; or an OCSF Authentication event. At most 10,000 lines and
/// 8 MB. The lines that can be read are kept in one transaction; the others come back in `bad`.
#[utoipa::path(
    post, path = "/api/v1/events", operation_id = "send_events", tag = "events",
    request_body(content(
        (String = "application/x-ndjson", example = "{\"id\":\"e-1\",\"account\":\"A-1042\",\"time\":\"2026-11-21T10:02:00Z\",\"outcome\":\"failure\",\"ip\":\"203.0.113.7\"}\n"),
        (String = "application/json"),
    )),
    responses((status = 200, description = "What became of them.", body = Taken)),
)]
pub(super) async fn take(
    State(app): State<App>,
    Staff(me): Staff,
    Lines(body): Lines<LARGEST>,
) -> Result<Response, Fault> {
    let text = std::str::from_utf8(&body)
        .map_err(|_| Fault::bad("the batch is not UTF-8; send one JSON object a line"))?;
    match text.lines().filter(|line| !line.trim().is_empty()).count() {
        0 => return Err(unusable("the batch is empty; send one JSON object a line")),
        n if n > BATCH_MAX => {
            return Err(unusable(format!(
                "a batch has at most {BATCH_MAX} lines; split it"
            )));
        }
        _ => {}
    }
    let taken = app.desk().take_events(&me, text).await?;
    let bad = taken
        .bad
        .into_iter()
        .map(|(line, reason)| BadLine { line, reason })
        .collect();
    if taken.accepted + taken.unknown == 0 {
        return Ok(Problem::lines(bad).answer(Response::new(Body::empty())));
    }
    let taken = Taken {
        accepted: taken.accepted,
        unknown: taken.unknown,
        flagged: taken.flagged,
        bad,
    };
    Ok(Json(taken).into_response())
}
