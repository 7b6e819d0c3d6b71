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
    /// The tokens I made that work.
    pub tokens: Vec<MadeRow>,
    /// The invitations I made that nobody has taken up yet.
    pub invitations: Vec<MadeRow>,
}

/// A token or invitation that whoever is looking made.
#[derive(Clone, Debug)]
pub struct MadeRow {
    /// Its id.
    pub id: String,
    /// What, or whom, it is for.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Whether it asks somebody to enrol anew.
    pub anew: bool,
    /// When it was made.
    pub at: When,
    /// When it ends by itself.
    pub until: When,
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
    /// What the form holds: what was typed, after an error.
    pub form: TokenForm,
    /// What went wrong.
    pub error: Option<String>,
    /// The six digits that the admin's phone would show now, in the demo only; empty otherwise.
    pub demo_code: String,
}

impl TokensPage {
    /// For how many days a token can be made.
    const DAYS: [(&'static str, &'static str); 5] = [
        ("1", "1 day"),
        ("7", "7 days"),
        ("30", "30 days"),
        ("90", "90 days"),
        ("365", "a year"),
    ];

    /// What a token may be used for, and what to call it.
    const SCOPES: [(&'static str, &'static str); 7] = [
        ("tickets", "tickets"),
        ("accounts", "accounts and look-ups"),
        ("events", "login events"),
        ("ledger", "the ledger"),
        ("records", "account records"),
        ("alarms", "alarms"),
        ("reveals", "asking to see a value"),
    ];

    /// What a token with these scopes may be used for, in the words of the form.
    pub fn used_for(scopes: &[String]) -> String {
        let label = |scope: &String| {
            let known = Self::SCOPES.iter().find(|(one, _)| one == scope);
            known.map_or_else(|| scope.clone(), |(_, label)| (*label).to_owned())
        };
        scopes.iter().map(label).collect::<Vec<_>>().join(", ")
    }

    fn has(&self, scope: &str) -> bool {
        self.form.scopes.iter().any(|one| one == scope)
    }
}

/// The form for a token.
#[derive(Clone, Debug)]
pub struct TokenForm {
    /// What it is for.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// For how many days.
    pub days: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
}

impl Default for TokenForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            role: Role::Rep,
            days: "30".to_owned(),
            scopes: vec!["tickets".to_owned(), "accounts".to_owned()],
        }
    }
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
    /// What it may be used for.
    pub scopes: String,
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
