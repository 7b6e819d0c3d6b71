//! The pages that say that something isn't there, isn't allowed, or went wrong.

use askama::Template;

use super::assets;

/// A page with one message: not found, not allowed, too many, bad input, or our fault.
#[derive(Template, Clone, Debug)]
#[template(path = "notice.html")]
pub struct NoticePage {
    /// The company whose desk this is.
    pub company: String,
    /// The status code, small in the corner.
    pub status: u16,
    /// What happened.
    pub title: String,
    /// What it means and what to do.
    pub text: String,
    /// Where the button leads: `/desk`; empty for no button (owner's pages).
    pub back: String,
}

impl NoticePage {
    /// There is nothing here (or nothing that this person may know of).
    pub fn not_found(company: &str) -> Self {
        Self::new(
            company,
            404,
            "There is nothing here.",
            "The address may be mistyped, or what was here is not yours to see.",
        )
    }

    /// Not with this role.
    pub fn forbidden(company: &str) -> Self {
        Self::new(
            company,
            403,
            "This isn\u{2019}t part of your role.",
            "If you need it for your work, ask an admin. Nothing was changed.",
        )
    }

    /// Too many tries. `again` is when to try again: `in 4 minutes`.
    pub fn too_many(company: &str, again: &str) -> Self {
        Self::new(
            company,
            429,
            "Too many tries.",
            &format!("To keep accounts safe we slow down here. Please try again {again}."),
        )
    }

    /// The form can't be used as it came. `what` is a sentence that says what to do.
    pub fn bad_input(company: &str, what: &str) -> Self {
        Self::new(company, 400, "That didn\u{2019}t work.", what)
    }

    /// Our fault.
    pub fn failed(company: &str) -> Self {
        Self::new(
            company,
            500,
            "Something broke on our side.",
            "Nothing was given out and nothing was changed. Please try again; if it happens again, tell an admin the time.",
        )
    }

    fn new(company: &str, status: u16, title: &str, text: &str) -> Self {
        Self {
            company: company.to_owned(),
            status,
            title: title.to_owned(),
            text: text.to_owned(),
            back: "/desk".to_owned(),
        }
    }
}
