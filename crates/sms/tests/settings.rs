//! Settings as an operator writes them.

use std::{io::Write as _, sync::Arc};

use sms::{Secret, SettingsError, SmsSettings, TwilioCarrier, TwilioSettings, WebhookCarrier};

use crate::{
    support::{ACCOUNT, HOOK_SECRET, SERVICE, Still, TOKEN},
    twilio, webhook,
};

fn refused(change: impl Fn(&mut TwilioSettings)) -> SettingsError {
    let mut settings = twilio::settings("https://sms.example");
    change(&mut settings);
    TwilioCarrier::new(&settings).expect_err("refused")
}

#[test]
fn a_section_names_its_provider() {
    let text = format!(
        "provider = \"twilio\"\naccount_sid = \"{ACCOUNT}\"\nsecret = \"{TOKEN}\"\nmessaging_service_sid = \"{SERVICE}\""
    );
    let settings: SmsSettings = toml::from_str(&text).expect("settings");
    assert!(settings.carrier(Arc::new(Still)).is_ok());
    let text = format!(
        "provider = \"webhook\"\nurl = \"https://sms.example/texts\"\nsecret = \"{HOOK_SECRET}\""
    );
    let settings: SmsSettings = toml::from_str(&text).expect("settings");
    assert!(settings.carrier(Arc::new(Still)).is_ok());
    for text in [
        "provider = \"pigeon\"\nurl = \"https://sms.example\"".to_owned(),
        "url = \"https://sms.example\"".to_owned(),
        "provider = \"webhook\"\nurl = \"https://sms.example\"\nto = \"+12025550142\"".to_owned(),
        format!("provider = \"twilio\"\naccount_sid = \"{ACCOUNT}\"\nform = \"x\""),
    ] {
        assert!(toml::from_str::<SmsSettings>(&text).is_err(), "{text}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    assert!(matches!(
        refused(|s| s.account_sid = "SK0123".to_owned()),
        SettingsError::Sid {
            setting: "account_sid",
            ..
        }
    ));
    assert_eq!(refused(|s| s.from = None), SettingsError::Sender);
    assert_eq!(
        refused(|s| s.messaging_service_sid = Some(SERVICE.to_owned())),
        SettingsError::Sender
    );
    for from in [
        "",
        "12",
        "Acme Production",
        "Acme!",
        "+1 202 555 0100",
        " Acme",
    ] {
        assert_eq!(
            refused(|s| s.from = Some(from.to_owned())),
            SettingsError::From,
            "{from}"
        );
    }
    assert_eq!(refused(|s| s.secret = None), SettingsError::Secret);
    assert_eq!(
        refused(|s| s.secret = Some(Secret::from(String::new()))),
        SettingsError::Secret
    );
    assert_eq!(
        refused(|s| s.secret_file = Some("/nowhere".into())),
        SettingsError::Secret
    );
    assert!(matches!(
        refused(|s| {
            s.secret = None;
            s.secret_file = Some("/nowhere".into());
        }),
        SettingsError::File {
            setting: "secret_file",
            ..
        }
    ));
    assert_eq!(refused(|s| s.timeout_seconds = 0), SettingsError::Timeout);
    assert!(matches!(
        refused(|s| s.ca_file = Some("/nowhere".into())),
        SettingsError::File {
            setting: "ca_file",
            ..
        }
    ));
    for from in ["Acme", "Acme Prod", "12345", "+447700900123"] {
        let mut settings = twilio::settings("https://sms.example");
        settings.from = Some(from.to_owned());
        assert!(TwilioCarrier::new(&settings).is_ok(), "{from}");
    }
}

#[test]
fn addresses_are_https_and_plain() {
    for url in [
        "",
        "sms.example",
        "ftp://sms.example",
        "http://sms.example",
        "http://10.0.0.1",
        "https://user:word@sms.example",
        "https://sms.example/?to=x",
        "https://sms.example/#x",
        "https://",
    ] {
        assert_eq!(
            refused(|s| s.base_url = url.to_owned()),
            SettingsError::Url {
                setting: "base_url"
            },
            "{url}"
        );
    }
    // In clear only on this machine, and only when that is meant.
    for url in ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"] {
        assert!(TwilioCarrier::new(&twilio::settings(url)).is_ok());
        assert_eq!(
            refused(|s| {
                s.base_url = url.to_owned();
                s.allow_private = false;
            }),
            SettingsError::Url {
                setting: "base_url"
            },
            "{url}"
        );
    }
    for url in [
        "desk.example/hooks",
        "https://desk.example",
        "https://desk.example/hooks?x=y",
        "https://DESK.example/hooks",
    ] {
        assert_eq!(
            refused(|s| s.status_url = Some(url.to_owned())),
            SettingsError::Url {
                setting: "status_url"
            },
            "{url}"
        );
    }
}

#[test]
fn a_secret_may_stand_in_a_file_and_has_to_have_its_shape() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    writeln!(file, "{HOOK_SECRET}").expect("written");
    let mut settings = webhook::settings("https://sms.example/texts");
    settings.secret = None;
    settings.secret_file = Some(file.path().to_owned());
    assert!(WebhookCarrier::new(&settings, Arc::new(Still)).is_ok());
    settings.secret_file = None;
    settings.secret = Some(Secret::from("short".to_owned()));
    let error = WebhookCarrier::new(&settings, Arc::new(Still)).expect_err("refused");
    assert!(error.to_string().contains("whsec_"));
    assert!(!error.to_string().contains("short"));
}
