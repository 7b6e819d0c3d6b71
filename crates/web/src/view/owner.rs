//! The owner's pages: reached from a mail, on a phone, once in a life, without a login.

use askama::Template;

use super::assets;

/// Where the answer to a question stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Not given yet: the page asks.
    Open,
    /// Yes, and what happened by it.
    Yes,
    /// No, and what is now frozen.
    No,
    /// The link was used before or is too old.
    Over,
}

/// "Did you ask us to …?": confirms one request.
#[derive(Template, Clone, Debug)]
#[template(path = "owner-confirm.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says yes or no to one thing"
)]
pub struct ConfirmPage {
    /// The company.
    pub company: String,
    /// The page's own path, which the form posts to.
    pub action: String,
    /// What was asked, after "Did you ask us to": `reset your password`.
    pub what: String,
    /// What the first button does, after "Yes, that was me:": `reset it`.
    pub yes: String,
    /// How and when it was asked: `Someone who called us on Saturday at 10:02 asked for it in your name.`
    pub story: String,
    /// What happens after yes, before the click: `We will send you to your sign-in page, where you choose a new password.`
    pub after_yes: String,
    /// Where the owner goes on after yes, if the identity provider has a page; empty otherwise.
    pub go_on: String,
    /// What is still to be done after yes; any of these.
    pub more: Vec<Step>,
    /// Whether it is about lifting a hold, which two people can do as well.
    pub lifts: bool,
    /// Whether a step was tried just now and didn't work.
    pub tried: bool,
    /// Whether a no still freezes, after a yes.
    pub takes_back: bool,
    /// Whether the account is locked at the identity provider since a no.
    pub locked: bool,
    /// Where the answer stands.
    pub answer: Answer,
}

/// One more step that proves it, done on this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The code on a receipt.
    Receipt,
    /// A recovery code that the owner saved.
    Saved,
    /// A code by text message to the registered phone.
    Phone {
        /// Whether one that works was sent.
        sent: bool,
    },
    /// A login to the account, at the company's portal.
    Login,
}

impl Step {
    /// Whether it is done elsewhere.
    pub(super) fn is_elsewhere(self) -> bool {
        self == Self::Login
    }

    /// Whether its button has a code sent first.
    pub(super) fn sends(self) -> bool {
        self == Self::Phone { sent: false }
    }

    /// Whether a code was sent for it, and another can be.
    pub(super) fn sent(self) -> bool {
        self == Self::Phone { sent: true }
    }
}

/// "This is going to change": one click stops it.
#[derive(Template, Clone, Debug)]
#[template(path = "owner-stop.html")]
pub struct CancelPage {
    /// The company.
    pub company: String,
    /// The page's own path, which the form posts to.
    pub action: String,
    /// What is going to happen: `an email address or phone number on your account changes`.
    pub what: String,
    /// How it came to that.
    pub story: String,
    /// When it happens: `Tuesday 24 November at 10:02 (UTC)`.
    pub effective: String,
    /// Where it stands: open, no (it was stopped) or over.
    pub answer: Answer,
}

/// "Was this you?": what the watch saw.
#[derive(Template, Clone, Debug)]
#[template(path = "owner-outreach.html")]
pub struct OutreachPage {
    /// The company.
    pub company: String,
    /// The page's own path, which the form posts to.
    pub action: String,
    /// What was seen, one line each: `Five wrong passwords on Saturday at 10:02`.
    pub signals: Vec<String>,
    /// Where the answer stands.
    pub answer: Answer,
}

/// "It wasn't me", from a notice.
#[derive(Template, Clone, Debug)]
#[template(path = "owner-repudiate.html")]
pub struct RepudiatePage {
    /// The company.
    pub company: String,
    /// The page's own path, which the form posts to.
    pub action: String,
    /// What happened: `Someone contacted our support about your account on 21 November, by phone.`
    pub story: String,
    /// What was given out: `Nothing about you was given out.` or `We sent your invoice 10442 to this address.`
    pub given: String,
    /// Where it stands: open, no ("It wasn't me" was pressed) or over.
    pub answer: Answer,
}
