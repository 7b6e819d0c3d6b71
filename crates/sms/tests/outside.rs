//! What both carriers hold to on their way: one address, no detours, no waiting for ever.

use std::{io::Write as _, sync::Arc, time::Instant};

use desk::{letter::CarrierError, text::TextCarrier};
use sms::{SettingsError, TwilioCarrier, WebhookCarrier};

use crate::{
    support::{Reply, Server, Still, envelope},
    twilio, webhook,
};

/// A carrier of each kind to one address.
fn both(
    url: &str,
    allow_private: bool,
    timeout_seconds: u64,
    ca_file: Option<&std::path::Path>,
) -> [Box<dyn TextCarrier>; 2] {
    let mut first = twilio::settings(url);
    first.allow_private = allow_private;
    first.timeout_seconds = timeout_seconds;
    first.ca_file = ca_file.map(Into::into);
    let mut second = webhook::settings(url);
    second.allow_private = allow_private;
    second.timeout_seconds = timeout_seconds;
    second.ca_file = ca_file.map(Into::into);
    [
        Box::new(TwilioCarrier::new(&first).expect("a carrier")),
        Box::new(WebhookCarrier::new(&second, Arc::new(Still)).expect("a carrier")),
    ]
}

async fn later(carrier: &dyn TextCarrier) -> String {
    match carrier.carry(&envelope()).await {
        Err(CarrierError::Later(words)) => words,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(Reply::status(200)).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}/stolen\r\n", elsewhere.url());
        let server = Server::start(Reply::With(status, location, String::new())).await;
        for carrier in both(&server.url(), true, 10, None) {
            let words = later(carrier.as_ref()).await;
            assert!(words.contains("redirect"), "{words}");
        }
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_silent_server_is_given_up_in_time() {
    let server = Server::start(Reply::Silence).await;
    for carrier in both(&server.url(), true, 1, None) {
        let begun = Instant::now();
        let words = later(carrier.as_ref()).await;
        assert!(words.ends_with("did not answer in time"), "{words}");
        assert!(begun.elapsed().as_secs() < 8);
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_or_is_not_there_is_tried_again() {
    let server = Server::start(Reply::Hang).await;
    for carrier in both(&server.url(), true, 10, None) {
        later(carrier.as_ref()).await;
    }
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    for carrier in both(&format!("http://127.0.0.1:{gone}"), true, 10, None) {
        let words = later(carrier.as_ref()).await;
        assert!(words.ends_with("could not be reached"), "{words}");
        assert!(!words.contains("127"));
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_nothing() {
    let server = Server::start_tls(Reply::status(200)).await;
    let url = format!("https://localhost:{}", server.port);
    for carrier in both(&url, true, 10, None) {
        let words = later(carrier.as_ref()).await;
        assert!(words.ends_with("is not trusted"), "{words}");
    }
    assert!(server.connections() > 0);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_operators_own_certificate_is_trusted_when_named() {
    let server = Server::start_tls(Reply::status(200)).await;
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(server.certificate.as_bytes())
        .expect("written");
    let url = format!("https://localhost:{}", server.port);
    for carrier in both(&url, true, 10, Some(file.path())) {
        assert_eq!(carrier.carry(&envelope()).await, Ok(()));
    }
    assert_eq!(server.seen().len(), 2);
    // It is for localhost, not for the address.
    let url = format!("https://127.0.0.1:{}", server.port);
    for carrier in both(&url, true, 10, Some(file.path())) {
        later(carrier.as_ref()).await;
    }
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_followed_unless_that_is_meant() {
    let server = Server::start_tls(Reply::status(200)).await;
    let url = format!("https://localhost:{}", server.port);
    for carrier in both(&url, false, 10, None) {
        let words = later(carrier.as_ref()).await;
        assert!(words.contains("allow_private"), "{words}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn an_address_inside_is_refused_from_the_start() {
    for url in [
        "https://127.0.0.1",
        "https://10.0.0.1:8443",
        "https://169.254.169.254",
        "https://[::1]",
        "https://[::ffff:10.0.0.1]",
        "https://[fd00::1]",
        // Other spellings of 127.0.0.1, which programs understand too.
        "https://2130706433",
        "https://0x7f.1",
        "https://127.1",
    ] {
        let mut settings = twilio::settings(url);
        settings.allow_private = false;
        assert_eq!(
            TwilioCarrier::new(&settings).err(),
            Some(SettingsError::Private {
                setting: "base_url"
            }),
            "{url}"
        );
        let mut settings = webhook::settings(url);
        settings.allow_private = false;
        assert_eq!(
            WebhookCarrier::new(&settings, Arc::new(Still)).err(),
            Some(SettingsError::Private { setting: "url" }),
            "{url}"
        );
    }
}
