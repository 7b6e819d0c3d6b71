//! A provider that speaks Twilio's messages API.

use desk::{
    letter::CarrierError,
    text::{TextCarrier, TextEnvelope},
};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    callback::Callbacks,
    number::international,
    outside::{Answer, Outside},
    render::render,
    settings::{Reach, SettingsError, TwilioSettings, secret, sid},
};

const WHO: &str = "the text message service";

/// The provider's own numbers for what no later attempt changes: the number is none, can't be
/// reached, is no mobile, or its holder has said stop.
const NEVER: &[u32] = &[21211, 21214, 21217, 21610, 21614];

/// Hands text messages to the provider: `POST /2010-04-01/Accounts/{sid}/Messages.json`.
///
/// The provider knows no key against doubles: an answer that got lost on its way means that the
/// message is sent again.
pub struct TwilioCarrier {
    outside: Outside,
    account: String,
    token: Zeroizing<String>,
    sender: (&'static str, String),
    callbacks: Option<Callbacks>,
}

impl std::fmt::Debug for TwilioCarrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TwilioCarrier")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl TwilioCarrier {
    /// Checks the settings and reads the files they name. Nothing is sent or connected yet.
    ///
    /// # Errors
    /// [`SettingsError`], which says which setting to change.
    pub fn new(settings: &TwilioSettings) -> Result<Self, SettingsError> {
        let reach = Reach {
            allow_private: settings.allow_private,
            ca_file: settings.ca_file.clone(),
            timeout_seconds: settings.timeout_seconds,
        };
        let sender = match (&settings.from, &settings.messaging_service_sid) {
            (Some(from), None) => ("From", from_field(from)?),
            (None, Some(service)) => (
                "MessagingServiceSid",
                sid(service, "messaging_service_sid", "MG")?,
            ),
            _ => return Err(SettingsError::Sender),
        };
        Ok(Self {
            outside: Outside::new(&settings.base_url, "base_url", &reach)?,
            account: sid(&settings.account_sid, "account_sid", "AC")?,
            token: secret(settings.secret.as_ref(), settings.secret_file.as_ref())?,
            sender,
            callbacks: Callbacks::new(settings)?,
        })
    }
}

#[async_trait::async_trait]
impl TextCarrier for TwilioCarrier {
    async fn carry(&self, envelope: &TextEnvelope) -> Result<(), CarrierError> {
        let (to, text) = prepare(envelope)?;
        let mut form = vec![
            ("To", to.as_str()),
            (self.sender.0, self.sender.1.as_str()),
            ("Body", text.as_str()),
        ];
        let back = self.callbacks.as_ref().map(|c| c.url(&envelope.id));
        if let Some(back) = &back {
            form.push(("StatusCallback", back));
        }
        let request = self
            .outside
            .post(&["2010-04-01", "Accounts", &self.account, "Messages.json"])
            .basic_auth(&self.account, Some(self.token.as_str()))
            .form(&form);
        judge(&self.outside.send(request, WHO).await?)
    }
}

/// The number and the words.
pub(crate) fn prepare(
    envelope: &TextEnvelope,
) -> Result<(Zeroizing<String>, Zeroizing<String>), CarrierError> {
    let well_formed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !(1..=100).contains(&envelope.id.len()) || !envelope.id.chars().all(well_formed) {
        return Err(CarrierError::Never(
            "the text message's id is not usable".to_owned(),
        ));
    }
    let to = international(&envelope.to).ok_or_else(|| {
        CarrierError::Never(
            "the number on the account is not a whole international number".to_owned(),
        )
    })?;
    let rendered = render(&envelope.text, &envelope.company)
        .map_err(|error| CarrierError::Never(error.to_string()))?;
    Ok((to, rendered.text))
}

#[derive(Deserialize)]
struct Problem {
    code: Option<u32>,
}

/// What the provider's answer means. Its own words are not kept: they name the number.
fn judge(answer: &Answer) -> Result<(), CarrierError> {
    let code = serde_json::from_slice::<Problem>(&answer.body)
        .ok()
        .and_then(|problem| problem.code);
    let said = match code {
        Some(code) => format!("{WHO} said {} (error {code})", answer.status),
        None => format!("{WHO} said {}", answer.status),
    };
    match (answer.status, code) {
        (200..=299, _) => Ok(()),
        (400..=499, Some(code)) if NEVER.contains(&code) => Err(CarrierError::Never(format!(
            "{said}: it can't send to the number on the account"
        ))),
        (401 | 403, _) => Err(CarrierError::Later(format!(
            "{said}: check account_sid and secret"
        ))),
        (300..=399, _) => Err(CarrierError::Later(format!(
            "{said}, a redirect, which is not followed: check base_url"
        ))),
        _ => Err(CarrierError::Later(said)),
    }
}

/// A number, a short code, or a name (3GPP TS 23.040: up to 11 characters).
fn from_field(from: &str) -> Result<String, SettingsError> {
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    let number = international(from).is_some_and(|number| number.as_str() == from);
    let short = (3..=8).contains(&from.len()) && digits(from);
    let name = (1..=11).contains(&from.len())
        && from.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ')
        && from.trim() == from
        && !digits(from);
    if number || short || name {
        Ok(from.to_owned())
    } else {
        Err(SettingsError::From)
    }
}
