//! Text messages to an address of the operator's own, signed after the Standard Webhooks
//! convention as the hooks to the identity provider are.

use std::sync::Arc;

use desk::{
    letter::CarrierError,
    provider::{parse_secret, signature},
    text::{TextCarrier, TextEnvelope},
};
use serde::Serialize;
use words::Clock;
use zeroize::Zeroizing;

use crate::{
    outside::Outside,
    settings::{Reach, SettingsError, WebhookSettings, secret},
    twilio::prepare,
};

const WHO: &str = "the text message webhook";

/// Posts text messages to one address. 2xx means taken; 422 means that this number will never take
/// one; everything else is tried again later.
pub struct WebhookCarrier {
    outside: Outside,
    secret: Zeroizing<Vec<u8>>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for WebhookCarrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookCarrier")
    }
}

#[derive(Serialize)]
struct Hook<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Message<'a>,
}

#[derive(Serialize)]
struct Message<'a> {
    to: &'a str,
    text: &'a str,
}

impl WebhookCarrier {
    /// Checks the settings and reads the files they name. Nothing is sent or connected yet. The
    /// clock gives each message its time.
    ///
    /// # Errors
    /// [`SettingsError`], which says which setting to change.
    pub fn new(settings: &WebhookSettings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        let reach = Reach {
            allow_private: settings.allow_private,
            ca_file: settings.ca_file.clone(),
            timeout_seconds: settings.timeout_seconds,
        };
        let text = secret(settings.secret.as_ref(), settings.secret_file.as_ref())?;
        Ok(Self {
            outside: Outside::new(&settings.url, "url", &reach)?,
            secret: Zeroizing::new(parse_secret(&text).map_err(SettingsError::SecretShape)?),
            clock,
        })
    }
}

#[async_trait::async_trait]
impl TextCarrier for WebhookCarrier {
    async fn carry(&self, envelope: &TextEnvelope) -> Result<(), CarrierError> {
        let (to, text) = prepare(envelope)?;
        let now = self.clock.now();
        let hook = Hook {
            kind: "text.send",
            timestamp: now.to_string(),
            data: Message {
                to: &to,
                text: &text,
            },
        };
        let body = serde_json::to_string(&hook).map_err(|_| {
            CarrierError::Never("the text message could not be put together".to_owned())
        })?;
        let id = &envelope.id;
        let request = self
            .outside
            .post(&[])
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", now.seconds().to_string())
            .header(
                "webhook-signature",
                signature(&self.secret, id, now.seconds(), &body),
            )
            .body(body);
        let answer = self.outside.send(request, WHO).await?;
        match answer.status {
            200..=299 => Ok(()),
            422 => Err(CarrierError::Never(format!(
                "{WHO} said 422: it can't send to the number on the account"
            ))),
            status @ 300..=399 => Err(CarrierError::Later(format!(
                "{WHO} said {status}, a redirect, which is not followed: check url"
            ))),
            status => Err(CarrierError::Later(format!("{WHO} said {status}"))),
        }
    }
}
