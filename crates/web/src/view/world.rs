//! The outside world of the demo: everybody who is not at the desk, played by one person.

use askama::Template;
use words::MessageKind;

use super::{Flash, When, assets, sign_in::DemoLogin};

/// The outside world: `GET /world?as={person}&call={ticket}&mail={id}`.
#[derive(Template, Clone, Debug)]
#[template(path = "world.html")]
pub struct WorldPage {
    /// The company.
    pub company: String,
    /// What the last act did.
    pub flash: Option<Flash>,
    /// The people one can be; the fraudster first.
    pub people: Vec<WorldPerson>,
    /// The key of who one is now.
    pub person: String,
    /// The mailbox of who one is now, newest first.
    pub mailbox: Vec<WorldMail>,
    /// The id of the mail that is open; empty for none.
    pub mail: String,
    /// The text messages on the phone of who one is now, newest first.
    pub texts: Vec<WorldText>,
    /// The call that is selected.
    pub call: Option<WorldCall>,
    /// The calls of who one is now, newest first.
    pub calls: Vec<WorldCallLine>,
    /// The tour, in four steps.
    pub tour: Vec<TourStep>,
    /// What was asked and what was got, newest first.
    pub score: Vec<ScoreLine>,
    /// How many protected values the fraudster has got.
    pub leaked: u64,
    /// Whom to sign in as at the desk.
    pub logins: Vec<DemoLogin>,
}

impl WorldPage {
    fn me(&self) -> Option<&WorldPerson> {
        self.people.iter().find(|person| person.key == self.person)
    }

    fn is_opened(&self, mail: &str) -> bool {
        self.mail == mail
    }

    fn opened(&self) -> Option<&WorldMail> {
        self.mailbox.iter().find(|mail| mail.id == self.mail)
    }
}

/// Somebody one can be.
#[derive(Clone, Debug)]
pub struct WorldPerson {
    /// A short key for the query and forms: `fraudster`, `a-1042`.
    pub key: String,
    /// Their name.
    pub name: String,
    /// One line about them: `bought 2 gizmos; lives in Leeds` or `knows a name and a city`.
    pub about: String,
    /// Their account's number; empty for the fraudster.
    pub external_id: String,
    /// How many mails they haven't read.
    pub unread: u64,
    /// Whether it is the fraudster.
    pub fraudster: bool,
}

/// A text message that arrived.
#[derive(Clone, Debug)]
pub struct WorldText {
    /// What it says.
    pub text: String,
    /// The link in it; may be empty.
    pub link: String,
    /// When it arrived.
    pub when: When,
}

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct WorldMail {
    /// Its id: `/world/mail/{id}` serves it as the reader would see it.
    pub id: String,
    /// Its subject.
    pub subject: String,
    /// Its first words.
    pub begins: String,
    /// When it arrived.
    pub when: When,
    /// Not opened yet.
    pub unread: bool,
    /// The names of its attachments.
    pub attachments: Vec<String>,
}

/// A call in the list.
#[derive(Clone, Debug)]
pub struct WorldCallLine {
    /// The ticket's number.
    pub number: i64,
    /// When it began.
    pub when: When,
    /// Whether it is still going on.
    pub open: bool,
}

/// A call, as the caller hears it.
#[derive(Clone, Debug)]
pub struct WorldCall {
    /// The ticket's number.
    pub number: i64,
    /// Whether it is still going on.
    pub open: bool,
    /// Which account the caller claims to be, for the fraudster; may be empty.
    pub claims: String,
    /// What was heard and said, oldest first.
    pub lines: Vec<WorldLine>,
    /// Things the caller could say next.
    pub prepared: Vec<String>,
}

/// A line of a call.
#[derive(Clone, Debug)]
pub struct WorldLine {
    /// `heard` is the caller's, `said` the rep's, `desk` what both notice.
    pub kind: MessageKind,
    /// The words.
    pub text: String,
    /// When.
    pub when: When,
}

/// A step of the tour.
#[derive(Clone, Debug)]
pub struct TourStep {
    /// What to do: `Be the fraudster: get Robin's address.`
    pub title: String,
    /// How, in a sentence.
    pub text: String,
    /// Whether it has been done.
    pub done: bool,
    /// Where its button leads: a path of this page (a link), such as `/world?as=fraudster`.
    pub href: String,
}

/// A line of the score.
#[derive(Clone, Debug)]
pub struct ScoreLine {
    /// Who asked.
    pub who: String,
    /// What they asked for: `the address`.
    pub asked: String,
    /// What they got: `nothing`, `the invoice, in their own mailbox`.
    pub got: String,
    /// How that is meant: good when the desk did right.
    pub kept: bool,
    /// When.
    pub when: When,
}
