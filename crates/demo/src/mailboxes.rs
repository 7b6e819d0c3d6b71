//! The mailboxes of the outside world: every mail that left the desk, as it arrived by SMTP.

use mail::{Inbox, Received, Refusal};
use mail_parser::{MessageParser, MimeHeaders};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};
use tokio::sync::watch;
use words::{Clock, Time};

/// How many mails are kept, all mailboxes together.
const KEPT: usize = 2_000;

/// A mail that arrived.
pub struct Mail {
    /// Its id, for paths.
    pub id: String,
    /// Who sent it: the address in the envelope.
    pub from: String,
    /// Whose mailbox it is in.
    pub to: String,
    /// When it arrived.
    pub at: Time,
    /// Its subject.
    pub subject: String,
    /// Its HTML part.
    pub html: Option<String>,
    /// Its text part.
    pub text: String,
    /// What was attached.
    pub attachments: Vec<Attachment>,
    opened: AtomicBool,
}

/// Something that was attached to a mail.
pub struct Attachment {
    /// The file's name.
    pub name: String,
    /// Its media type, such as `application/pdf`.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Mail {
    /// Whether nobody has opened it yet.
    pub fn unread(&self) -> bool {
        !self.opened.load(Ordering::Relaxed)
    }

    pub(crate) fn open(&self) {
        self.opened.store(true, Ordering::Relaxed);
    }
}

/// All mailboxes; any address has one.
pub struct Mailboxes {
    clock: Arc<dyn Clock>,
    mails: Mutex<VecDeque<Arc<Mail>>>,
    last: AtomicI64,
    news: watch::Sender<u64>,
}

impl Mailboxes {
    pub(crate) fn new(clock: Arc<dyn Clock>, news: watch::Sender<u64>) -> Self {
        // Ids go on from the time, so that a link from before a restart opens nothing else.
        let last = AtomicI64::new(clock.now().seconds());
        Self {
            clock,
            mails: Mutex::default(),
            last,
            news,
        }
    }

    fn mails(&self) -> MutexGuard<'_, VecDeque<Arc<Mail>>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mails to an address, newest first.
    pub fn of(&self, address: &str) -> Vec<Arc<Mail>> {
        let mails = self.mails();
        mails
            .iter()
            .rev()
            .filter(|mail| mail.to.eq_ignore_ascii_case(address))
            .cloned()
            .collect()
    }

    /// All mails that are kept, newest first.
    pub fn all(&self) -> Vec<Arc<Mail>> {
        self.mails().iter().rev().cloned().collect()
    }

    /// A mail by its id.
    pub fn find(&self, id: &str) -> Option<Arc<Mail>> {
        self.mails().iter().find(|mail| mail.id == id).cloned()
    }
}

#[async_trait::async_trait]
impl Inbox for Mailboxes {
    async fn take(&self, received: Received) -> Result<(), Refusal> {
        let message = MessageParser::default()
            .parse(&received.data)
            .ok_or_else(|| Refusal::Never("this is not a mail".to_owned()))?;
        let attachments = || {
            message
                .attachments()
                .map(|part| Attachment {
                    name: part.attachment_name().unwrap_or("attachment").to_owned(),
                    media_type: part.content_type().map_or_else(
                        || "application/octet-stream".to_owned(),
                        |kind| {
                            format!(
                                "{}/{}",
                                kind.ctype(),
                                kind.subtype().unwrap_or("octet-stream")
                            )
                        },
                    ),
                    bytes: part.contents().to_vec(),
                })
                .collect()
        };
        let mut mails = self.mails();
        for to in &received.to {
            mails.push_back(Arc::new(Mail {
                id: (self.last.fetch_add(1, Ordering::Relaxed) + 1).to_string(),
                from: received.from.clone(),
                to: to.clone(),
                at: self.clock.now(),
                subject: message.subject().unwrap_or("(no subject)").to_owned(),
                html: (message.html_body_count() > 0)
                    .then(|| message.body_html(0))
                    .flatten()
                    .map(Into::into),
                text: message.body_text(0).map(Into::into).unwrap_or_default(),
                attachments: attachments(),
                opened: AtomicBool::new(false),
            }));
        }
        let surplus = mails.len().saturating_sub(KEPT);
        mails.drain(..surplus);
        drop(mails);
        self.news.send_modify(|n| *n += 1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Still;
    impl Clock for Still {
        fn now(&self) -> Time {
            Time(1_795_255_200_000_000)
        }
    }

    fn mail(to: &[&str], n: usize) -> Received {
        Received {
            from: "support@acme.example".to_owned(),
            to: to.iter().map(|&to| to.to_owned()).collect(),
            data: format!("Subject: Number {n}\r\nContent-Type: text/plain\r\n\r\nHello {n}\r\n")
                .into_bytes(),
        }
    }

    #[tokio::test]
    async fn a_mail_lies_in_the_mailbox_of_its_receiver_alone() {
        let boxes = Mailboxes::new(Arc::new(Still), watch::Sender::new(0));
        boxes
            .take(mail(&["Robin@mail.example"], 1))
            .await
            .expect("taken");
        boxes
            .take(mail(&["mina@mail.example", "robin@mail.example"], 2))
            .await
            .expect("taken");
        let subjects: Vec<String> = boxes
            .of("robin@mail.example")
            .iter()
            .map(|m| m.subject.clone())
            .collect();
        assert_eq!(subjects, ["Number 2", "Number 1"]);
        assert_eq!(boxes.of("mina@mail.example").len(), 1);
        assert!(boxes.of("dex@mail.example").is_empty());
        let first = &boxes.of("mina@mail.example")[0];
        assert!(first.unread() && first.text.starts_with("Hello 2"));
        first.open();
        assert!(!boxes.find(&first.id).expect("the mail").unread());
    }

    #[tokio::test]
    async fn the_oldest_mails_go_when_there_are_too_many() {
        let boxes = Mailboxes::new(Arc::new(Still), watch::Sender::new(0));
        for n in 0..KEPT + 5 {
            boxes
                .take(mail(&["robin@mail.example"], n))
                .await
                .expect("taken");
        }
        let all = boxes.all();
        assert_eq!(all.len(), KEPT);
        assert_eq!(
            all.last().map(|mail| mail.subject.as_str()),
            Some("Number 5")
        );
    }
}
