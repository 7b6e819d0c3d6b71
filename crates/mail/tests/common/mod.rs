//! What the tests of the mail room share.
#![expect(dead_code, reason = "each test uses a part of it")]

use std::sync::Arc;

use desk::letter::{Contact, Content, Envelope, Letter};
use mail::{Inbox, Received, Refusal, SmtpSettings};
use tokio::sync::mpsc;
use words::{Channel, Clock, RequestKind, Time};
use zeroize::Zeroizing;

pub(crate) const OWNER: &str = "robin.vale@customer.example";
pub(crate) const LINK: &str = "https://desk.example/o/abc?x=1&y=2";

/// A clock that stands still.
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> Time {
        time("2026-11-21T10:05:00Z")
    }
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(Still)
}

pub(crate) fn time(text: &str) -> Time {
    Time::parse(text).expect("a time")
}

pub(crate) fn saturday() -> Time {
    time("2026-11-21T10:02:00Z")
}

pub(crate) fn envelope(letter: Letter) -> Envelope {
    Envelope {
        to: Zeroizing::new(OWNER.into()),
        message_id: "0195-letter-1".into(),
        company: "Acme Production".into(),
        letter,
    }
}

pub(crate) fn confirm(what: RequestKind) -> Letter {
    Letter::Confirm {
        what,
        item: None,
        channel: Channel::Phone,
        at: saturday(),
        expires: time("2026-11-22T10:02:00Z"),
        link: LINK.into(),
    }
}

pub(crate) fn value() -> Letter {
    Letter::Delivery {
        what: "address".into(),
        content: Content::Text(Zeroizing::new("1 Quiet Lane\nOld Town".into())),
        channel: Channel::Email,
        at: saturday(),
        link: LINK.into(),
    }
}

pub(crate) fn document(bytes: &[u8]) -> Letter {
    Letter::Delivery {
        what: "invoice 10442".into(),
        content: Content::Document {
            file_name: "invoice-10442.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: Zeroizing::new(bytes.to_vec()),
        },
        channel: Channel::Phone,
        at: saturday(),
        link: LINK.into(),
    }
}

pub(crate) fn contact(channel: Channel, at: &str, sent: &[&str]) -> Contact {
    Contact {
        channel,
        at: time(at),
        sent: sent.iter().map(|&s| s.into()).collect(),
        elsewhere: Vec::new(),
        leaving: Vec::new(),
        shown: Vec::new(),
        unsure: Vec::new(),
    }
}

pub(crate) fn notice(contacts: Vec<Contact>) -> Letter {
    Letter::Notice {
        contacts,
        link: LINK.into(),
    }
}

pub(crate) fn outreach() -> Letter {
    Letter::Outreach {
        signals: vec![
            "five wrong passwords".into(),
            "a login from a new country".into(),
        ],
        at: saturday(),
        expires: time("2026-11-22T10:02:00Z"),
        link: LINK.into(),
    }
}

pub(crate) fn reply(text: &str) -> Letter {
    Letter::Reply {
        number: 1043,
        text: text.into(),
        link: LINK.into(),
    }
}

/// Settings as they are read from the configuration file.
pub(crate) fn settings(toml: &str) -> SmtpSettings {
    toml::from_str(toml).expect("settings")
}

/// An inbox that passes on what it takes, or refuses everything.
pub(crate) struct Tray {
    pub(crate) taken: mpsc::UnboundedSender<Received>,
    pub(crate) answer: Result<(), Refusal>,
}

#[async_trait::async_trait]
impl Inbox for Tray {
    async fn take(&self, received: Received) -> Result<(), Refusal> {
        if self.answer.is_ok() {
            self.taken.send(received).expect("the test listens");
        }
        self.answer.clone()
    }
}
