//! The mail that waits or was given up.

use askama::Template;

use super::{Place, Shell, When, assets};

/// The mail queue: `GET /desk/mail`.
#[derive(Template, Clone, Debug)]
#[template(path = "mail.html")]
pub struct MailPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Mails that were given up, newest first.
    pub dead: Vec<MailRow>,
    /// Mails that wait for their next try, soonest first.
    pub waiting: Vec<MailRow>,
    /// How many went out in the last 24 hours.
    pub sent_today: u64,
}

/// A mail, without its destination or words.
#[derive(Clone, Debug)]
pub struct MailRow {
    /// Its id.
    pub id: String,
    /// What kind of mail: `Delivery`, `Confirmation`, `Notice`, `Reply`.
    pub kind: String,
    /// The ticket it belongs to.
    pub ticket: Option<i64>,
    /// When it was written.
    pub when: When,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next.
    pub next: Option<When>,
    /// What the mail server said, without addresses; may be empty.
    pub reason: String,
}
