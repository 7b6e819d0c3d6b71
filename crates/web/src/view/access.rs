//! My sessions, and the API tokens.

use askama::Template;
use words::Role;

use super::{Place, Shell, When, assets};

/// My sessions: `GET /desk/sessions`.
#[derive(Template, Clone, Debug)]
#[template(path = "sessions.html")]
pub struct SessionsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The browsers in which I am signed in, newest first.
    pub sessions: Vec<SessionRow>,
    /// That somebody asked me to enrol anew.
    pub asked: Option<Asked>,
}

/// That somebody asked whoever is looking to enrol anew.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who; empty for the operator.
    pub by: String,
    /// When.
    pub at: When,
    /// Until when the link works.
    pub until: When,
}

/// A browser in which somebody is signed in.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Its id.
    pub id: String,
    /// What it calls itself: `Firefox on Linux`.
    pub browser: String,
    /// When it signed in.
    pub since: When,
    /// When it was last used.
    pub seen: When,
    /// When it ends by itself.
    pub until: When,
    /// Whether it is this one.
    pub current: bool,
}

/// The API tokens: `GET /desk/tokens`.
#[derive(Template, Clone, Debug)]
#[template(path = "tokens.html")]
pub struct TokensPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tokens, newest first.
    pub tokens: Vec<TokenRow>,
    /// The token just made, shown this once.
    pub made: Option<NewToken>,
    /// What was typed as name, after an error.
    pub name: String,
    /// What went wrong.
    pub error: Option<String>,
}

/// An API token.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Who made it.
    pub made_by: String,
    /// When it was last used.
    pub used: Option<When>,
    /// When it ends.
    pub until: When,
    /// Whether it still works.
    pub active: bool,
}

/// A token just made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// The token itself.
    pub token: String,
}
