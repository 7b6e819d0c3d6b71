//! How the provider of text messages is reached.

use std::{fmt, path::PathBuf};

use serde::Deserialize;
use zeroize::Zeroizing;

/// A secret, wiped from memory when dropped and never printed.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The provider, by its kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "provider", rename_all = "lowercase")]
pub enum SmsSettings {
    /// Twilio, or another that speaks its messages API.
    Twilio(TwilioSettings),
    /// An address of the operator's own.
    Webhook(WebhookSettings),
}

/// A provider that speaks Twilio's messages API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwilioSettings {
    /// The account's SID: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The account's auth token.
    pub secret: Option<Secret>,
    /// A file that holds the auth token, instead of `secret`; white space at its end is ignored.
    pub secret_file: Option<PathBuf>,
    /// The number or name that messages come from.
    pub from: Option<String>,
    /// The messaging service that chooses the number, instead of `from`: `MG` and 32 hexadecimal
    /// digits.
    pub messaging_service_sid: Option<String>,
    /// Where the provider is, without the path of the API.
    #[serde(default = "twilio")]
    pub base_url: String,
    /// Where the provider reports what became of a message: this desk as it is reached from outside.
    pub status_url: Option<String>,
    /// Whether the provider may be inside the operator's own network.
    #[serde(default)]
    pub allow_private: bool,
    /// A PEM file with certificates to trust beside the machine's own.
    pub ca_file: Option<PathBuf>,
    /// How long one message may take, in seconds (1 to 120).
    #[serde(default = "twenty")]
    pub timeout_seconds: u64,
}

/// An address that takes text messages as signed webhooks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where they go.
    pub url: String,
    /// What they are signed with: `whsec_` and base64.
    pub secret: Option<Secret>,
    /// A file that holds it, instead of `secret`; white space at its end is ignored.
    pub secret_file: Option<PathBuf>,
    /// Whether the address may be inside the operator's own network.
    #[serde(default)]
    pub allow_private: bool,
    /// A PEM file with certificates to trust beside the machine's own.
    pub ca_file: Option<PathBuf>,
    /// How long one message may take, in seconds (1 to 120).
    #[serde(default = "twenty")]
    pub timeout_seconds: u64,
}

fn twilio() -> String {
    "https://api.twilio.com".to_owned()
}

fn twenty() -> u64 {
    20
}

/// What both have in common about the way there.
pub(crate) struct Reach {
    pub allow_private: bool,
    pub ca_file: Option<PathBuf>,
    pub timeout_seconds: u64,
}

/// The settings can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// An address that can't be one.
    #[error(
        "{setting} must be https:// and a host, without user, query or fragment (http:// is for this very machine, with allow_private)"
    )]
    Url {
        /// Which setting.
        setting: &'static str,
    },
    /// An address inside.
    #[error("{setting} is an address inside a network; set allow_private if that is meant")]
    Private {
        /// Which setting.
        setting: &'static str,
    },
    /// Not an id of the provider.
    #[error("{setting} must be {prefix} and 32 hexadecimal digits")]
    Sid {
        /// Which setting.
        setting: &'static str,
        /// Its first two letters.
        prefix: &'static str,
    },
    /// Who messages come from.
    #[error("set one of from and messaging_service_sid")]
    Sender,
    /// Not a number or name to send from.
    #[error(
        "from must be a number such as +12025550142, a short code, or a name of up to 11 letters and digits"
    )]
    From,
    /// No secret, or two.
    #[error("set one of secret and secret_file")]
    Secret,
    /// A secret of the wrong shape.
    #[error("{0}")]
    SecretShape(&'static str),
    /// A file can't be read.
    #[error("can't read the file that {setting} names ({why}); check the path and its rights")]
    File {
        /// Which setting.
        setting: &'static str,
        /// What the system said.
        why: std::io::ErrorKind,
    },
    /// The trusted certificates can't be used.
    #[error("ca_file holds no usable certificate; it should be PEM with BEGIN CERTIFICATE")]
    Certificate,
    /// The timeout is out of range.
    #[error("timeout_seconds must be from 1 to 120")]
    Timeout,
}

/// The secret, from the setting or the file.
pub(crate) fn secret(
    secret: Option<&Secret>,
    file: Option<&PathBuf>,
) -> Result<Zeroizing<String>, SettingsError> {
    let text = match (secret, file) {
        (Some(secret), None) => Zeroizing::new(secret.expose().to_owned()),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path).map(Zeroizing::new);
            let text = text.map_err(|error| SettingsError::File {
                setting: "secret_file",
                why: error.kind(),
            })?;
            Zeroizing::new(text.trim_end().to_owned())
        }
        _ => return Err(SettingsError::Secret),
    };
    if text.is_empty() {
        return Err(SettingsError::Secret);
    }
    Ok(text)
}

/// An id of the provider: two letters and 32 hexadecimal digits.
pub(crate) fn sid(
    text: &str,
    setting: &'static str,
    prefix: &'static str,
) -> Result<String, SettingsError> {
    let good = text
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|c| c.is_ascii_hexdigit()));
    if good {
        Ok(text.to_owned())
    } else {
        Err(SettingsError::Sid { setting, prefix })
    }
}
