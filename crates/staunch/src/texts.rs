//! The `[texts]` section: the provider of text messages, if there is one.

use anyhow::{Context as _, Result, bail};
use desk::text::TextCarrier;
use sms::SmsSettings;
use std::sync::Arc;

use crate::system::SystemClock;

/// The carrier that the settings name; none without the section.
pub(crate) fn carrier(settings: Option<&SmsSettings>) -> Result<Option<Arc<dyn TextCarrier>>> {
    let Some(settings) = settings else {
        return Ok(None);
    };
    let carrier = settings.carrier(Arc::new(SystemClock)).context("`texts`")?;
    Ok(Some(carrier))
}

/// What the types can't check. `lease` is for how long a worker has a letter, in seconds.
pub(crate) fn check(settings: Option<&SmsSettings>, lease: u64) -> Result<()> {
    carrier(settings)?;
    let patience = match settings {
        Some(SmsSettings::Twilio(twilio)) => {
            if twilio.status_url.is_some() {
                bail!(
                    "`texts.status_url`: the desk doesn't read reports of delivery; leave it out"
                );
            }
            twilio.timeout_seconds
        }
        Some(SmsSettings::Webhook(webhook)) => webhook.timeout_seconds,
        None => return Ok(()),
    };
    if lease <= patience {
        bail!(
            "`desk.lease_seconds` is {lease}, too short for `texts.timeout_seconds` of {patience}; choose more"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEBHOOK: &str = "provider = \"webhook\"\nurl = \"https://texts.example.com/out\"\nsecret = \"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"\n";
    const TWILIO: &str = "provider = \"twilio\"\naccount_sid = \"AC0123456789abcdef0123456789abcdef\"\nsecret = \"made-up-auth-token\"\nfrom = \"+12025550142\"\n";

    fn read(text: &str) -> Result<SmsSettings, toml::de::Error> {
        toml::from_str(text)
    }

    fn checked(text: &str) -> Result<()> {
        check(Some(&read(text)?), 180)
    }

    #[test]
    fn both_providers_are_fine_and_none_is_too() {
        checked(WEBHOOK).expect("fine");
        checked(TWILIO).expect("fine");
        check(None, 180).expect("fine");
        assert!(carrier(None).expect("fine").is_none());
    }

    #[test]
    fn what_would_not_work_is_refused_without_its_secret() {
        for (text, names) in [
            (
                format!("{TWILIO}status_url = \"https://desk.example.com/texts\""),
                "status_url",
            ),
            (WEBHOOK.replace("https://", "http://"), "url"),
            (WEBHOOK.replace("whsec_", ""), "secret"),
            (TWILIO.replace("from", "form"), "form"),
            (TWILIO.replace("AC0123", "AC"), "account_sid"),
            ("provider = \"pigeon\"".to_owned(), "pigeon"),
            (
                format!("{WEBHOOK}timeout_seconds = 120\nto = \"+12025550142\""),
                "to",
            ),
        ] {
            let error = format!("{:#}", checked(&text).expect_err(&text));
            assert!(error.contains(names), "{error}");
            assert!(
                !error.contains("MDEyMzQ1") && !error.contains("made-up"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_worker_has_longer_than_a_text_message_may_take() {
        let settings = read(&format!("{WEBHOOK}timeout_seconds = 30")).expect("reads");
        assert!(check(Some(&settings), 30).is_err());
        assert!(check(Some(&settings), 31).is_ok());
    }
}
