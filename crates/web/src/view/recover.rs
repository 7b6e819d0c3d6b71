//! The pages on which a requester shows a receipt, where nobody can be reached at the account. They
//! say nothing of it.

use askama::Template;

use super::assets;

/// The way in: what the person on support gave is typed here.
#[derive(Template, Clone, Debug)]
#[template(path = "recover-start.html")]
pub struct StartPage {
    /// The company.
    pub company: String,
    /// Whether what was typed led nowhere.
    pub tried: bool,
}

/// Where a page stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// A receipt can be shown; a mail, too, if that is set up.
    Open {
        /// Whether mails are taken.
        mails: bool,
    },
    /// One was shown, and it goes on by itself then: `Sunday 22 November at 10:02 (UTC)`.
    Waits(String),
    /// The reset is on its way.
    Done,
    /// It can't go on here.
    Over,
}

/// The page of a requester.
#[derive(Template, Clone, Debug)]
#[template(path = "recover.html")]
pub struct RecoverPage {
    /// The company.
    pub company: String,
    /// The page's own path, which the forms post to.
    pub action: String,
    /// Where it stands.
    pub stands: Stands,
    /// What went wrong just now; empty if nothing did.
    pub problem: String,
    /// Where they go on after the reset; empty if the identity provider writes to them.
    pub go_on: String,
}

/// For the rep: the way to a page, to be given to the requester.
#[derive(Template, Clone, Debug)]
#[template(path = "recovery-way.html")]
pub struct WayPage {
    /// The company.
    pub company: String,
    /// In which ticket.
    pub number: i64,
    /// The address to go to.
    pub address: String,
    /// What to type there.
    pub code: String,
    /// Until when.
    pub until: super::When,
}
