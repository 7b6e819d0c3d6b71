//! The owner's pages of a change: where the new value is typed, and where a new address answers.

use askama::Template;

use super::{assets, owner::Answer};

/// What is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// An email address.
    Email,
    /// A phone number.
    Phone,
    /// A postal address.
    Address,
}

impl Typing {
    fn what(self) -> &'static str {
        match self {
            Self::Email => "email address",
            Self::Phone => "phone number",
            Self::Address => "postal address",
        }
    }
}

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is to be typed; with what to do about what was typed just now, if there is something.
    Type(Option<&'static str>),
    /// It was typed, and is shown back before it counts.
    Back,
    /// It is taken, and takes effect then: `Tuesday 24 November at 10:02 (UTC)`.
    Taken(String),
}

/// Where the owner types the new value.
#[derive(Template, Clone)]
#[template(path = "owner-change.html")]
pub struct ChangePage {
    /// The company.
    pub company: String,
    /// The page's own path, which the form posts to.
    pub action: String,
    /// What is typed.
    pub typing: Typing,
    /// What was typed just now, for whoever typed it.
    pub typed: String,
    /// Where it stands.
    pub change: Change,
    /// Whether a no still freezes.
    pub takes_back: bool,
}

/// "Is this address yours?", for whoever is there.
#[derive(Template, Clone, Debug)]
#[template(path = "owner-address.html")]
pub struct AddressPage {
    /// The company.
    pub company: String,
    /// The page's own path, which the form posts to.
    pub action: String,
    /// Where the answer stands: open, yes or over.
    pub answer: Answer,
}
