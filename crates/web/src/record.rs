//! An account record as the body of an answer, written out as it is read.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use desk::journal::AccountRecord;
use futures::stream;

/// JSON Lines.
pub(crate) const LINES: &str = "application/x-ndjson";

/// The record as a file. If it breaks off, so does the answer: a record without its end doesn't
/// verify.
pub(crate) fn answer(record: AccountRecord) -> Response {
    let lines = stream::unfold(Some(record), |record| async {
        let mut record = record?;
        match record.part().await {
            Ok(Some(lines)) => Some((Ok(lines), Some(record))),
            Ok(None) => None,
            Err(error) => {
                tracing::error!(%error, "an account record broke off");
                Some((Err(error), None))
            }
        }
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(LINES)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"account-record.jsonl\""),
        ),
    ];
    (headers, Body::from_stream(lines)).into_response()
}
