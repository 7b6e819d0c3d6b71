//! The carrier for Twilio-compatible providers, against a server that checks what it gets.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use desk::{letter::CarrierError, text::TextCarrier as _};
use sms::{Secret, TwilioCarrier, TwilioSettings};
use zeroize::Zeroizing;

use crate::support::{ACCOUNT, PHONE, Reply, SERVICE, Server, TOKEN, envelope};

pub(crate) fn settings(base_url: &str) -> TwilioSettings {
    TwilioSettings {
        account_sid: ACCOUNT.to_owned(),
        secret: Some(Secret::from(TOKEN.to_owned())),
        secret_file: None,
        from: Some("+12025550100".to_owned()),
        messaging_service_sid: None,
        base_url: base_url.to_owned(),
        status_url: None,
        allow_private: true,
        ca_file: None,
        timeout_seconds: 10,
    }
}

async fn carried(reply: Reply) -> Result<(), CarrierError> {
    let server = Server::start(reply).await;
    let carrier = TwilioCarrier::new(&settings(&server.url())).expect("a carrier");
    let result = carrier.carry(&envelope()).await;
    server.only();
    result
}

fn form(body: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(body.as_bytes())
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect()
}

#[tokio::test]
async fn a_message_is_posted_as_the_providers_api_wants_it() {
    let server = Server::start(Reply::json(201, r#"{"sid":"SM1","status":"queued"}"#)).await;
    let carrier = TwilioCarrier::new(&settings(&server.url())).expect("a carrier");
    carrier.carry(&envelope()).await.expect("taken");

    let request = server.only();
    assert_eq!(
        request.line,
        format!("POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1")
    );
    let basic = STANDARD.encode(format!("{ACCOUNT}:{TOKEN}"));
    assert_eq!(request.header("authorization"), format!("Basic {basic}"));
    assert_eq!(
        request.header("content-type"),
        "application/x-www-form-urlencoded"
    );
    let form = form(&request.body);
    assert_eq!(form.len(), 3);
    assert_eq!(form["To"], "+12025550142");
    assert_eq!(form["From"], "+12025550100");
    assert!(form["Body"].starts_with("482 913 07 confirms: send invoice 10442."));
}

#[tokio::test]
async fn a_messaging_service_a_path_and_a_status_address_are_used_when_set() {
    let server = Server::start(Reply::status(201)).await;
    let mut settings = settings(&format!("{}/api/", server.url()));
    settings.from = None;
    settings.messaging_service_sid = Some(SERVICE.to_owned());
    settings.status_url = Some("https://desk.example/hooks/texts".to_owned());
    let carrier = TwilioCarrier::new(&settings).expect("a carrier");
    carrier.carry(&envelope()).await.expect("taken");

    let request = server.only();
    assert!(request.line.starts_with("POST /api/2010-04-01/Accounts/"));
    let form = form(&request.body);
    assert_eq!(form["MessagingServiceSid"], SERVICE);
    assert!(!form.contains_key("From"));
    assert_eq!(
        form["StatusCallback"],
        "https://desk.example/hooks/texts?id=0195-text-1"
    );
}

#[tokio::test]
async fn a_number_that_takes_no_messages_is_never_tried_again() {
    for code in [21211, 21214, 21217, 21610, 21614] {
        let body = format!(
            r#"{{"code":{code},"message":"The 'To' number {PHONE} is not valid","status":400}}"#
        );
        let error = carried(Reply::json(400, &body)).await.expect_err("refused");
        let CarrierError::Never(words) = &error else {
            panic!("{error:?}")
        };
        assert!(words.contains(&code.to_string()));
        for part in ["202", "0142", "valid"] {
            assert!(!words.contains(part), "{words}");
        }
    }
}

#[tokio::test]
async fn whatever_an_operator_can_mend_is_tried_again() {
    let replies = [
        Reply::json(401, r#"{"code":20003,"message":"Authenticate"}"#),
        Reply::json(403, r#"{"code":20003}"#),
        Reply::json(404, r#"{"code":20404}"#),
        Reply::json(400, r#"{"code":21606,"message":"From is not yours"}"#),
        Reply::json(400, "not json at all +1 202 555 0142"),
        Reply::json(429, r#"{"code":20429}"#),
        Reply::json(500, r#"{"code":21211}"#),
        Reply::status(502),
        Reply::status(503),
    ];
    for reply in replies {
        let error = carried(reply).await.expect_err("refused");
        let CarrierError::Later(words) = &error else {
            panic!("{error:?}")
        };
        assert!(
            words.starts_with("the text message service said "),
            "{words}"
        );
        assert!(!words.contains("555"));
    }
}

#[tokio::test]
async fn a_message_that_was_taken_is_not_sent_twice_for_the_answers_sake() {
    for reply in [
        Reply::json(201, &"x".repeat(1_000_000)),
        Reply::json(200, "not json"),
    ] {
        assert_eq!(carried(reply).await, Ok(()));
    }
    let server = Server::start(Reply::Unending).await;
    let mut settings = settings(&server.url());
    settings.timeout_seconds = 1;
    let carrier = TwilioCarrier::new(&settings).expect("a carrier");
    assert_eq!(carrier.carry(&envelope()).await, Ok(()));
}

#[tokio::test]
async fn an_error_of_any_size_is_an_error() {
    let body = format!(r#"{{"code":21211,"more":"{}"}}"#, "x".repeat(1_000_000));
    let error = carried(Reply::json(400, &body)).await.expect_err("refused");
    // Too large to be read, so that the reason isn't known.
    assert!(matches!(error, CarrierError::Later(_)));
}

#[tokio::test]
async fn without_a_whole_number_or_a_usable_id_nothing_leaves() {
    let server = Server::start(Reply::status(201)).await;
    let carrier = TwilioCarrier::new(&settings(&server.url())).expect("a carrier");
    for to in [
        "202 555 0142",
        "",
        "+1 202 555 0142, +44 7700 900123",
        "robin@mail.example",
    ] {
        let mut envelope = envelope();
        envelope.to = Zeroizing::new(to.to_owned());
        let error = carrier.carry(&envelope).await.expect_err("refused");
        assert!(matches!(error, CarrierError::Never(_)));
        assert!(to.is_empty() || !error.to_string().contains(to));
    }
    for id in ["", "a b", "a&To=+447700900123", "a\r\nx: y"] {
        let mut envelope = envelope();
        envelope.id = id.to_owned();
        assert!(carrier.carry(&envelope).await.is_err(), "{id}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_carrier_shows_no_secret() {
    let settings = settings("https://sms.example");
    let carrier = TwilioCarrier::new(&settings).expect("a carrier");
    assert!(!format!("{carrier:?}{settings:?}").contains(TOKEN));
}
