//! Reports of the provider, and forged ones.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sms::{CallbackError, Callbacks, TextState};

use crate::{
    support::{ACCOUNT, TOKEN},
    twilio::settings,
};

const URL: &str = "https://desk.example/hooks/texts";
const ID: &str = "0195-text-1";

fn callbacks() -> Callbacks {
    let mut settings = settings("https://sms.example");
    settings.status_url = Some(URL.to_owned());
    Callbacks::new(&settings)
        .expect("settings")
        .expect("a status address")
}

/// Signs as the provider does: the address, then each field's name and value, sorted by name.
fn sign(token: &str, url: &str, fields: &[(&str, &str)]) -> String {
    let mut fields = fields.to_vec();
    fields.sort_unstable();
    let text: String = fields.iter().flat_map(|(n, v)| [*n, *v]).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{url}{text}").as_bytes()))
}

fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
        .into_bytes()
}

fn report(status: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("MessageSid", "SM0123"),
        ("MessageStatus", status),
        ("AccountSid", ACCOUNT),
        ("To", "+12025550142"),
        ("ErrorMessage", "a & b = c, 100%"),
    ]
}

fn read(fields: &[(&str, &str)]) -> Result<TextState, CallbackError> {
    let signature = sign(TOKEN, &format!("{URL}?id={ID}"), fields);
    callbacks().read(ID, &signature, &form(fields))
}

#[test]
fn a_signature_made_by_another_program_holds() {
    // printf '%s' 'https://desk.example/hooks/texts?id=0195-text-1AccountSid…MessageSidSM0123MessageStatusdelivered' |
    //   openssl dgst -sha1 -hmac made-up-auth-token -binary | base64
    let body = format!("MessageSid=SM0123&MessageStatus=delivered&AccountSid={ACCOUNT}");
    let state = callbacks().read(ID, "pu8MYAcHKmzBrkBNFG4bhCGt1tY=", body.as_bytes());
    assert_eq!(state, Ok(TextState::Delivered));
}

#[test]
fn every_status_has_its_meaning() {
    for status in ["accepted", "scheduled", "queued", "sending", "sent"] {
        assert_eq!(read(&report(status)), Ok(TextState::OnTheWay));
    }
    assert_eq!(read(&report("delivered")), Ok(TextState::Delivered));
    for status in ["undelivered", "failed", "canceled"] {
        let mut fields = report(status);
        assert_eq!(read(&fields), Ok(TextState::Failed { code: None }));
        fields.push(("ErrorCode", "30005"));
        assert_eq!(read(&fields), Ok(TextState::Failed { code: Some(30005) }));
    }
    assert_eq!(read(&report("received")), Err(CallbackError));
}

#[test]
fn a_forged_or_changed_report_is_refused() {
    let fields = report("failed");
    let url = format!("{URL}?id={ID}");
    let good = sign(TOKEN, &url, &fields);
    let callbacks = callbacks();
    let is_read =
        |id: &str, signature: &str, form: &[u8]| callbacks.read(id, signature, form).is_ok();
    assert!(is_read(ID, &good, &form(&fields)));

    assert!(!is_read(ID, "", &form(&fields)));
    assert!(!is_read(ID, "not base64!", &form(&fields)));
    assert!(!is_read(ID, &good[..good.len() - 4], &form(&fields)));
    assert!(!is_read(
        ID,
        &sign("another-token", &url, &fields),
        &form(&fields)
    ));
    assert!(!is_read(ID, &sign(TOKEN, URL, &fields), &form(&fields)));
    // The same report for another message.
    assert!(!is_read("0195-text-2", &good, &form(&fields)));
    for id in ["", "0195-text-1&x=y", "0195-text-1#", "../x"] {
        assert!(!is_read(id, &good, &form(&fields)), "{id}");
    }
    assert!(!is_read(ID, &good, &form(&report("delivered"))));
    let mut more = fields.clone();
    more.push(("Extra", "1"));
    assert!(!is_read(ID, &good, &form(&more)));
    assert!(!is_read(ID, &good, &form(&fields[1..])));
    assert!(!is_read(ID, &good, b""));
}

#[test]
fn a_report_that_can_be_read_in_two_ways_is_refused() {
    // The field is there twice, and signed so.
    let mut fields = report("failed");
    fields.push(("MessageStatus", "delivered"));
    assert_eq!(read(&fields), Err(CallbackError));
    // Names and values are joined without a border, so that they can be cut elsewhere.
    let cut = [
        ("AccountSid", ACCOUNT),
        ("MessageStatus", "delivered"),
        ("MessageStatusMessageStatus", ""),
    ];
    assert_eq!(read(&cut), Ok(TextState::Delivered));
    let signature = sign(TOKEN, &format!("{URL}?id={ID}"), &cut);
    let moved = [
        ("AccountSid", ACCOUNT),
        ("MessageStatus", "deliveredMessageStatusMessageStatus"),
    ];
    let state = callbacks().read(ID, &signature, &form(&moved));
    assert_eq!(state, Err(CallbackError));
}

#[test]
fn a_report_about_another_account_is_refused() {
    let mut fields = report("delivered");
    fields[2].1 = "AC00000000000000000000000000000000";
    assert_eq!(read(&fields), Err(CallbackError));
    fields.remove(2);
    assert_eq!(read(&fields), Err(CallbackError));
}

#[test]
fn a_report_of_any_size_is_refused_in_time() {
    let many: Vec<(String, String)> = (0..200).map(|n| (format!("F{n}"), "x".into())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(read(&many), Err(CallbackError));
    let long = "x".repeat(20_000);
    let mut fields = report("delivered");
    let owned = vec![("Long", long.as_str())];
    fields.retain(|(name, _)| *name != "To");
    let all: Vec<(&str, &str)> = fields.into_iter().chain(owned).collect();
    assert_eq!(read(&all), Err(CallbackError));
}

#[test]
fn without_a_status_address_there_are_no_reports() {
    let none = Callbacks::new(&settings("https://sms.example")).expect("settings");
    assert!(none.is_none());
}
