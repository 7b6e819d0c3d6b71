//! What a Twilio-compatible provider reports back about a message.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::settings::{SettingsError, TwilioSettings, secret, sid};

/// The largest report, in bytes.
const LARGEST: usize = 16 * 1024;
/// The most fields in one.
const MOST: usize = 100;

/// What became of a message. It is information for the ticket and never a proof: that a message was
/// delivered says nothing about who read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextState {
    /// Taken, and on its way.
    OnTheWay,
    /// The network says that the phone has it.
    Delivered,
    /// It didn't arrive and won't.
    Failed {
        /// The provider's number for the reason, such as 30005.
        code: Option<u32>,
    },
}

/// The report is not the provider's, or not about a message. Which it is isn't told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the report is not one of the text message service about a message of ours")]
pub struct CallbackError;

/// Reads reports: `POST {status_url}?id={id}` with the header `X-Twilio-Signature`.
///
/// The signature covers the address with the message's id and every field, but no time: whoever
/// once saw a report can send it again. So a report may only ever move a message from *on the way*
/// to its end.
pub struct Callbacks {
    url: String,
    account: String,
    key: hmac::Key,
}

impl std::fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callbacks")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Callbacks {
    /// Nothing if the settings name no `status_url`.
    ///
    /// # Errors
    /// [`SettingsError`], which says which setting to change.
    pub fn new(settings: &TwilioSettings) -> Result<Option<Self>, SettingsError> {
        let Some(url) = &settings.status_url else {
            return Ok(None);
        };
        let good = reqwest::Url::parse(url).is_ok_and(|parsed| {
            matches!(parsed.scheme(), "http" | "https")
                && parsed.has_host()
                && parsed.username().is_empty()
                && parsed.password().is_none()
                && parsed.query().is_none()
                && parsed.fragment().is_none()
                // The signature is over the address as it is written here.
                && parsed.as_str() == url
        });
        if !good {
            return Err(SettingsError::Url {
                setting: "status_url",
            });
        }
        let token = secret(settings.secret.as_ref(), settings.secret_file.as_ref())?;
        Ok(Some(Self {
            url: url.clone(),
            account: sid(&settings.account_sid, "account_sid", "AC")?,
            // What the provider signs with; what broke SHA-1 does not break HMAC (RFC 6194).
            key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes()),
        }))
    }

    /// The address for reports about one message.
    pub(crate) fn url(&self, id: &str) -> String {
        format!("{}?id={id}", self.url)
    }

    /// Reads a report. `id` is the message's, from the query; `signature` the header; `form` the
    /// body as it came.
    ///
    /// # Errors
    /// [`CallbackError`] unless it is the provider's, about a message of this account.
    pub fn read(&self, id: &str, signature: &str, form: &[u8]) -> Result<TextState, CallbackError> {
        let well_formed = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if id.is_empty() || !id.chars().all(well_formed) || form.len() > LARGEST {
            return Err(CallbackError);
        }
        let mut fields: Vec<(String, String)> = form_urlencoded::parse(form)
            .take(MOST + 1)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        fields.sort();
        // A field that is there twice is read one way by the signer and another by the reader.
        if fields.len() > MOST || fields.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(CallbackError);
        }
        let mut signed = self.url(id);
        for (name, value) in &fields {
            signed.push_str(name);
            signed.push_str(value);
        }
        let tag = STANDARD.decode(signature).map_err(|_| CallbackError)?;
        hmac::verify(&self.key, signed.as_bytes(), &tag).map_err(|_| CallbackError)?;

        let get = |name: &str| {
            fields
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.as_str())
        };
        if get("AccountSid") != Some(self.account.as_str()) {
            return Err(CallbackError);
        }
        match get("MessageStatus").ok_or(CallbackError)? {
            "accepted" | "scheduled" | "queued" | "sending" | "sent" => Ok(TextState::OnTheWay),
            "delivered" | "read" => Ok(TextState::Delivered),
            "undelivered" | "failed" | "canceled" => Ok(TextState::Failed {
                code: get("ErrorCode").and_then(|code| code.parse().ok()),
            }),
            _ => Err(CallbackError),
        }
    }
}
