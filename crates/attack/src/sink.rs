//! A mail server and a sign-in service of our own, which keep what they are given.

use anyhow::{Context as _, Result};
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use mail::{Inbox, Limits, Listener, Received, Refusal};
use mail_parser::{MessageParser, MimeHeaders as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::outside::{Mail, Sight, Told};

/// What came.
#[derive(Default)]
pub(crate) struct Sink(Mutex<Sight>);

impl Sink {
    pub(crate) fn sight(&self) -> MutexGuard<'_, Sight> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl Inbox for Sink {
    async fn take(&self, received: Received) -> Result<(), Refusal> {
        let message = MessageParser::default()
            .parse(&received.data)
            .ok_or_else(|| Refusal::Never("this is not a mail".to_owned()))?;
        let mut rest = String::from_utf8_lossy(&received.data).into_owned();
        rest.push_str(&message.body_html(0).unwrap_or_default());
        for part in message.attachments() {
            rest.push_str(&String::from_utf8_lossy(part.contents()));
        }
        let mut sight = self.sight();
        for to in &received.to {
            let mail = Mail {
                id: sight.mails.len().to_string(),
                to: to.clone(),
                subject: message.subject().unwrap_or_default().to_owned(),
                text: message.body_text(0).unwrap_or_default().into_owned(),
                rest: rest.clone(),
                attachments: message
                    .attachments()
                    .map(|part| part.attachment_name().unwrap_or_default().to_owned())
                    .collect(),
            };
            sight.mails.push(mail);
        }
        Ok(())
    }
}

/// The sink with its two doors.
pub(crate) struct Doors {
    pub(crate) sink: Arc<Sink>,
    pub(crate) smtp: u16,
    pub(crate) hooks: u16,
    /// `whsec_` and base 64, for the server's settings.
    pub(crate) secret: String,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Doors {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

#[derive(Clone)]
struct Hooks {
    sink: Arc<Sink>,
    secret: Vec<u8>,
}

impl Doors {
    /// Opens both on free ports of this machine. `secret` signs the hooks.
    pub(crate) async fn open(secret: [u8; 32]) -> Result<Self> {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let sink = Arc::new(Sink::default());
        let port = "no port is free on this machine for a mailbox";
        let mails = TcpListener::bind("127.0.0.1:0").await.context(port)?;
        let hooks = TcpListener::bind("127.0.0.1:0").await.context(port)?;
        let (smtp, web) = (mails.local_addr()?.port(), hooks.local_addr()?.port());
        let inbox: Arc<dyn Inbox> = sink.clone();
        let listener = Listener::new("mail.example.net", inbox, Limits::default());
        let state = Hooks {
            sink: sink.clone(),
            secret: secret.to_vec(),
        };
        let router = Router::new().route("/hooks", post(take)).with_state(state);
        let tasks = [
            tokio::spawn(async move {
                listener.serve(mails, std::future::pending()).await;
            }),
            tokio::spawn(async move {
                // It ends with the process.
                let _ = axum::serve(hooks, router).await;
            }),
        ];
        Ok(Self {
            sink,
            smtp,
            hooks: web,
            secret: format!("whsec_{}", STANDARD.encode(secret)),
            tasks,
        })
    }
}

async fn take(State(hooks): State<Hooks>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(time), Some(signature), Ok(body)) = (
        header("webhook-id"),
        header("webhook-timestamp").and_then(|time| time.parse().ok()),
        header("webhook-signature"),
        std::str::from_utf8(&body),
    ) else {
        return StatusCode::BAD_REQUEST;
    };
    if !desk::provider::verify(&hooks.secret, id, time, body, signature) {
        return StatusCode::UNAUTHORIZED;
    }
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let told = Told {
        kind: word(&json["type"]),
        account: word(&json["data"]["account"]),
    };
    hooks.sink.sight().told.push(told);
    StatusCode::NO_CONTENT
}
