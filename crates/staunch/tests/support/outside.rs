//! A mail server and an identity provider, which keep what they are given.

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use mail::{Inbox, Received, Refusal};
use mail_parser::{MessageParser, MimeHeaders as _};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

pub(super) const HOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A mail that reached a mailbox.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) to: Vec<String>,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) attachments: Vec<(String, Vec<u8>)>,
    pub(crate) raw: Vec<u8>,
}

impl Mail {
    /// The link in it that leads to a page of the owner.
    pub(crate) fn link(&self) -> String {
        let at = self.text.find("/owner/").expect("a link in the mail");
        let start = self.text[..at].rfind("http").expect("an absolute link");
        self.text[start..]
            .split_whitespace()
            .next()
            .expect("a link")
            .trim_end_matches(['.', ')', '>'])
            .to_owned()
    }

    /// The code in it: eight digits on a line of their own.
    pub(crate) fn code(&self) -> Option<String> {
        self.text
            .lines()
            .map(|line| line.replace(' ', ""))
            .find(|line| line.len() == 8 && line.bytes().all(|digit| digit.is_ascii_digit()))
    }
}

#[derive(Default)]
pub(super) struct Post {
    /// What came.
    pub(super) mails: Mutex<Vec<Mail>>,
    /// Whether it answers 451 for now.
    pub(super) busy: AtomicBool,
}

#[async_trait::async_trait]
impl Inbox for Post {
    async fn take(&self, received: Received) -> Result<(), Refusal> {
        if self.busy.load(Ordering::SeqCst) {
            return Err(Refusal::Later("not now".to_owned()));
        }
        let parsed = MessageParser::default()
            .parse(&received.data)
            .expect("a mail that parses");
        let mail = Mail {
            to: received.to.clone(),
            subject: parsed.subject().unwrap_or_default().to_owned(),
            text: parsed.body_text(0).unwrap_or_default().into_owned(),
            html: parsed.body_html(0).unwrap_or_default().into_owned(),
            attachments: parsed
                .attachments()
                .map(|part| {
                    (
                        part.attachment_name().unwrap_or_default().to_owned(),
                        part.contents().to_vec(),
                    )
                })
                .collect(),
            raw: received.data.clone(),
        };
        self.mails.lock().expect("lock").push(mail);
        Ok(())
    }
}

/// A hook that reached the identity provider, its signature checked.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) id: String,
    pub(crate) body: String,
}

#[derive(Clone, Default)]
pub(super) struct Hooks(pub(super) Arc<Mutex<Vec<Hook>>>);

impl Hooks {
    /// What the identity provider answers with.
    pub(super) fn router(&self) -> Router {
        Router::new()
            .route("/hooks", post(take_hook))
            .with_state(self.clone())
    }
}

async fn take_hook(
    State(hooks): State<Hooks>,
    headers: HeaderMap,
    body: Bytes,
) -> axum::http::StatusCode {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let body = String::from_utf8(body.to_vec()).expect("text");
    let secret = desk::provider::parse_secret(HOOK_SECRET).expect("a secret");
    let time = header("webhook-timestamp").parse().expect("a timestamp");
    if !desk::provider::verify(
        &secret,
        &header("webhook-id"),
        time,
        &body,
        &header("webhook-signature"),
    ) {
        return axum::http::StatusCode::UNAUTHORIZED;
    }
    hooks.0.lock().expect("lock").push(Hook {
        id: header("webhook-id"),
        body,
    });
    axum::http::StatusCode::NO_CONTENT
}
