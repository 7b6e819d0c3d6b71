//! Receipts attached to another mail, and what only looks like it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use receipt::ReceiptError::{AsText, Malformed, Sender, Several, Signature, Unsigned};

use crate::support::{ATTACKER, Mail, OWNER, Signing, check, refused};

/// A mail of the customer to the desk, made of parts.
fn forward(parts: &[(&str, &str)]) -> String {
    Mail::receipt()
        .with("From", &format!("Robin Vale <{OWNER}>"))
        .with("To", "support@acme.example")
        .with("Subject", "Fwd: Your receipt")
        .with("Message-ID", "<f-1@customer.example>")
        .parts("multipart/mixed", parts)
        .text()
}

const NOTE: (&str, &str) = ("Content-Type: text/plain", "Here is my receipt.");

#[tokio::test]
async fn a_receipt_attached_whole_is_found_in_every_usual_wrapping() {
    let inner = Mail::receipt().signed();
    let plain = inner.as_part();
    let base64: String = STANDARD
        .encode(inner.text())
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line) + "\n")
        .collect();
    let wrappings = [
        ("Content-Type: message/rfc822", &plain),
        (
            "Content-Type: message/rfc822; name=\"Your receipt.eml\"\nContent-Disposition: attachment",
            &plain,
        ),
        (
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64",
            &base64,
        ),
        (
            "Content-Type: application/octet-stream; name=\"receipt.EML\"\nContent-Transfer-Encoding: base64",
            &base64,
        ),
        (
            "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment;\n filename*=utf-8''Your%20receipt.eml",
            &base64,
        ),
    ];
    for (head, part) in wrappings {
        let receipt = check(&forward(&[NOTE, (head, part.as_str())]))
            .await
            .unwrap_or_else(|error| panic!("{head}: {error}"));
        assert_eq!(receipt.recipient(), OWNER);
    }
}

#[tokio::test]
async fn the_attached_mail_counts_and_not_the_one_around_it() {
    // The attacker's own receipt, in an envelope that says it is the owner's.
    let inner = Mail::to(ATTACKER).signed().as_part();
    let outer = Mail::receipt()
        .parts(
            "multipart/mixed",
            &[NOTE, ("Content-Type: message/rfc822", &inner)],
        )
        .text();
    let receipt = check(&outer).await.expect("a receipt");
    assert_eq!(receipt.recipient(), ATTACKER);
}

#[tokio::test]
async fn a_forged_mail_does_not_gain_by_being_attached() {
    let cases = [
        (Mail::receipt().as_part(), Unsigned),
        (
            Mail::to(ATTACKER)
                .signed()
                .as_part()
                .replacen(ATTACKER, OWNER, 1),
            Signature,
        ),
        (
            Mail::receipt().with("From", ATTACKER).signed().as_part(),
            Sender,
        ),
    ];
    for (inner, error) in cases {
        let mail = forward(&[NOTE, ("Content-Type: message/rfc822", &inner)]);
        assert_eq!(refused(&mail).await, error);
    }
}

#[tokio::test]
async fn a_receipt_forwarded_as_text_is_refused_as_such() {
    let quoted = Mail::receipt().signed().as_part().replace('\n', "\n> ");
    let inline = format!(
        "---------- Forwarded message ----------\n{}",
        Mail::receipt().signed().as_part()
    );
    for text in [quoted, inline] {
        let mail = forward(&[("Content-Type: text/plain", &text)]);
        assert_eq!(refused(&mail).await, AsText);
    }
    assert_eq!(
        AsText.to_string(),
        "the mail was forwarded as text, or is not a receipt mail"
    );
}

#[tokio::test]
async fn two_attached_mails_are_one_too_many() {
    let receipt = Mail::receipt().signed().as_part();
    let other = Mail::to(ATTACKER).signed().as_part();
    let part = |text| ("Content-Type: message/rfc822", text);
    let mail = forward(&[NOTE, part(receipt.as_str()), part(other.as_str())]);
    assert_eq!(refused(&mail).await, Several);
    let named = (
        "Content-Type: application/octet-stream; name=a.eml",
        other.as_str(),
    );
    let mail = forward(&[named, part(receipt.as_str())]);
    assert_eq!(refused(&mail).await, Several);
}

#[tokio::test]
async fn a_forward_of_a_forward_is_not_opened() {
    let inner = Mail::receipt().signed().as_part();
    let once = forward(&[NOTE, ("Content-Type: message/rfc822", &inner)]);
    let twice = forward(&[
        NOTE,
        (
            "Content-Type: message/rfc822",
            &once
                .replace("\r\n", "\n")
                .replace("--X", "--Y")
                .replace("boundary=X", "boundary=Y"),
        ),
    ]);
    assert_eq!(refused(&twice).await, Sender);
}

#[tokio::test]
async fn parts_whose_borders_are_in_doubt_are_refused() {
    let receipt = Mail::receipt().signed().as_part();
    let text = forward(&[NOTE, ("Content-Type: message/rfc822", &receipt)]);
    for (from, to) in [
        ("boundary=X", "boundary=X; boundary=Y"),
        ("boundary=X", "boundary="),
        ("boundary=X", "charset=X"),
        ("boundary=X", "boundary=X (comment)"),
        ("boundary=X", "boundary=\"X"),
        (
            "Content-Type: message/rfc822",
            "Content-Type: message/rfc822\r\nContent-Type: text/plain",
        ),
        (
            "Content-Type: message/rfc822",
            "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: x-uuencode",
        ),
    ] {
        let error = refused(&text.replacen(from, to, 1)).await;
        assert!(
            matches!(error, Malformed | receipt::ReceiptError::Repeated(_)),
            "{to}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_missing_end_of_the_parts_does_no_harm() {
    let receipt = Mail::receipt().signed().as_part();
    let text = forward(&[NOTE, ("Content-Type: message/rfc822", &receipt)]);
    assert!(
        check(text.trim_end().trim_end_matches("--X--"))
            .await
            .is_ok()
    );
    let signing = Signing::usual();
    assert_eq!(signing.selector, "june");
}
