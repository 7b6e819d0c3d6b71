//! Webhooks to the identity provider over HTTP, signed after the Standard Webhooks convention.

use desk::{
    letter::CarrierError,
    provider::{IdentityProvider, signature},
};
use reqwest::{Client, redirect::Policy};
use std::{sync::Arc, time::Duration};
use words::Clock;

/// Posts hooks to one address, which an operator set.
pub(crate) struct WebHook {
    client: Client,
    url: String,
    secret: Vec<u8>,
    clock: Arc<dyn Clock>,
}

impl WebHook {
    pub(crate) fn new(url: String, secret: Vec<u8>, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        // No redirects: the signed body goes to the configured address and nowhere else.
        let client = Client::builder()
            .timeout(Duration::from_secs(20))
            .redirect(Policy::none())
            .build()?;
        Ok(Self {
            client,
            url,
            secret,
            clock,
        })
    }
}

#[async_trait::async_trait]
impl IdentityProvider for WebHook {
    async fn tell(&self, id: &str, body: &str) -> Result<(), CarrierError> {
        let timestamp = self.clock.now().seconds();
        let answer = self
            .client
            .post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp.to_string())
            .header(
                "webhook-signature",
                signature(&self.secret, id, timestamp, body),
            )
            .body(body.to_owned())
            .send()
            .await;
        match answer {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(CarrierError::Later(format!(
                "the identity provider answered {}",
                answer.status().as_u16()
            ))),
            Err(error) if error.is_timeout() => Err(CarrierError::Later(
                "the identity provider did not answer in time".to_owned(),
            )),
            Err(_) => Err(CarrierError::Later(
                "the identity provider could not be reached".to_owned(),
            )),
        }
    }
}

/// Stands in until an operator names an identity provider: hooks wait.
pub(crate) struct NoProvider;

#[async_trait::async_trait]
impl IdentityProvider for NoProvider {
    async fn tell(&self, _: &str, _: &str) -> Result<(), CarrierError> {
        Err(CarrierError::Later(
            "no identity provider is set; see [identity] in the settings".to_owned(),
        ))
    }
}

/// Stands in until an operator names a mail server: letters wait.
pub(crate) struct NoMail;

#[async_trait::async_trait]
impl desk::letter::Carrier for NoMail {
    async fn carry(&self, _: &desk::letter::Envelope) -> Result<(), CarrierError> {
        Err(CarrierError::Later(
            "no mail server is set; see [mail] in the settings".to_owned(),
        ))
    }
}
