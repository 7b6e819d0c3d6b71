//! Beginning a call, and looking an account up.

use askama::Template;

use super::{Place, Shell, assets, ticket::FindAccount};

/// A call that is about to begin: `GET /desk/calls/new`.
#[derive(Template, Clone, Debug)]
#[template(path = "call.html")]
pub struct NewCallPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What was typed as subject, after an error.
    pub subject: String,
    /// What was typed as the number shown, after an error.
    pub number_shown: String,
    /// What went wrong.
    pub error: Option<String>,
}

/// The look-up: `GET` and `POST /desk/look-up`.
#[derive(Template, Clone, Debug)]
#[template(path = "look-up.html")]
pub struct LookUpPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The form and what it found.
    pub find: FindAccount,
    /// How many look-ups this person has left today.
    pub left: Option<u64>,
}
