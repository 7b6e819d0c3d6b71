//! What went wrong, as a page for people or a problem document for programs.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::DeskError;
use words::Time;

/// A request that can't be answered. Becomes a page or JSON by the layer of its place
/// ([`crate::pages`], [`crate::api`]).
#[derive(Clone, Debug)]
pub struct Fault {
    /// The status to answer with.
    pub status: StatusCode,
    /// What to do, for whoever asked; empty where the page has its own words.
    pub text: String,
    /// From when it works again.
    pub again: Option<Time>,
    /// For a refusal by the gate: the rule and the words to say.
    pub refusal: Option<(String, String)>,
}

impl Fault {
    fn plain(status: StatusCode) -> Self {
        Self {
            status,
            text: String::new(),
            again: None,
            refusal: None,
        }
    }

    /// There is nothing here.
    pub fn not_found() -> Self {
        Self::plain(StatusCode::NOT_FOUND)
    }

    /// Not with this role.
    pub fn forbidden() -> Self {
        Self::plain(StatusCode::FORBIDDEN)
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::plain(StatusCode::UNAUTHORIZED)
    }

    /// The input can't be used; `text` says what to do.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::plain(StatusCode::BAD_REQUEST)
        }
    }

    /// Our fault.
    pub fn broken() -> Self {
        Self::plain(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<DeskError> for Fault {
    fn from(error: DeskError) -> Self {
        let text = error.to_string();
        match error {
            DeskError::NotFound => Self::not_found(),
            DeskError::Forbidden(_) => Self {
                text,
                ..Self::forbidden()
            },
            DeskError::Invalid(_) => Self {
                text,
                ..Self::plain(StatusCode::UNPROCESSABLE_ENTITY)
            },
            DeskError::Conflict(_) => Self {
                text,
                ..Self::plain(StatusCode::CONFLICT)
            },
            DeskError::Limited(until) => Self {
                text,
                again: Some(until),
                ..Self::plain(StatusCode::TOO_MANY_REQUESTS)
            },
            DeskError::Refused { rule, words, .. } => Self {
                text,
                refusal: Some((rule, words)),
                ..Self::plain(StatusCode::FORBIDDEN)
            },
            DeskError::Stopped(stopped) => Self {
                text,
                refusal: Some((stopped.rule.to_owned(), stopped.words.to_owned())),
                ..Self::plain(StatusCode::FORBIDDEN)
            },
            DeskError::Store(_) | DeskError::Vault(_) | DeskError::Broken(_) => {
                tracing::error!(%error, "a request failed inside");
                Self::broken()
            }
        }
    }
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page could not be rendered");
        Self::broken()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}
