//! Text messages out.
//!
//! [`render`] puts a text message of the desk into fixed words, and a carrier hands it to a provider:
//! [`TwilioCarrier`] to anything that speaks Twilio's messages API, [`WebhookCarrier`] to an address
//! of the operator's own, signed after the Standard Webhooks convention. [`Callbacks`] reads what a
//! Twilio-compatible provider reports back.
//!
//! To add a provider: 1. its settings in `settings.rs`; 2. a file with a `TextCarrier` that reaches
//! the outside through `outside::Outside` only, which keeps to one address.

mod address;
mod callback;
mod gsm;
mod number;
mod outside;
mod render;
mod settings;
mod twilio;
mod webhook;

pub use callback::{CallbackError, Callbacks, TextState};
pub use render::{RenderError, Rendered, render};
pub use settings::{Secret, SettingsError, SmsSettings, TwilioSettings, WebhookSettings};
pub use twilio::TwilioCarrier;
pub use webhook::WebhookCarrier;

use desk::text::TextCarrier;
use std::sync::Arc;
use words::Clock;

impl SmsSettings {
    /// The carrier that the settings name. Nothing is sent or connected yet.
    ///
    /// # Errors
    /// [`SettingsError`], which says which setting to change.
    pub fn carrier(&self, clock: Arc<dyn Clock>) -> Result<Arc<dyn TextCarrier>, SettingsError> {
        Ok(match self {
            Self::Twilio(settings) => Arc::new(TwilioCarrier::new(settings)?),
            Self::Webhook(settings) => Arc::new(WebhookCarrier::new(settings, clock)?),
        })
    }
}
