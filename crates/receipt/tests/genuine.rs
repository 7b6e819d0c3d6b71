//! The honest customer's receipt, in all the shapes in which it arrives.

use crate::support::{
    Mail, OWNER, Signing, check, ed25519, keys, now, rsa, settings, usual_keys, verifier,
};
use receipt::{ReceiptError, Verifier};
use words::Time;

#[tokio::test]
async fn the_original_receipt_tells_its_recipient_number_and_date() {
    let receipt = check(&Mail::receipt().signed().text())
        .await
        .expect("a receipt");
    assert_eq!(receipt.recipient(), OWNER);
    assert_eq!(receipt.transactions().collect::<Vec<_>>(), ["R-10442"]);
    assert_eq!(
        receipt.date(),
        Time::parse("2026-11-18T09:30:00Z").expect("a time")
    );
    assert_eq!(format!("{receipt:?}"), "ReceiptMail");
}

#[tokio::test]
async fn every_canonicalisation_and_both_kinds_of_keys_are_understood() {
    for canonical in [
        "relaxed/relaxed",
        "relaxed/simple",
        "simple/relaxed",
        "simple/simple",
    ] {
        for (key, selector) in [(rsa(), "june"), (ed25519(), "july")] {
            let signing = Signing {
                key,
                selector,
                canonical,
                ..Signing::usual()
            };
            let mail = Mail::receipt().saying("Thank  you.\t \n\nReceipt no.: R-10442\n\n\n");
            let found = check(&signing.sign(mail).text()).await;
            assert!(found.is_ok(), "{canonical} {selector}: {found:?}");
        }
    }
}

#[tokio::test]
async fn a_saved_file_may_end_its_lines_as_this_machine_does() {
    let text = Mail::receipt().signed().text().replace("\r\n", "\n");
    assert!(check(&text).await.is_ok());
}

#[tokio::test]
async fn what_was_added_on_the_way_does_no_harm() {
    let mail = Mail::receipt()
        .signed()
        .on_top("Received", "from mx.acme.example by mx.customer.example")
        .on_top("Delivered-To", OWNER)
        .on_top("X-Spam-Score", "0");
    assert!(check(&mail.text()).await.is_ok());
}

#[tokio::test]
async fn other_signatures_beside_the_companys_do_no_harm() {
    let provider = Signing {
        domain: "elsewhere.example",
        key: crate::support::other(),
        ..Signing::usual()
    };
    let mail = provider.sign(Mail::receipt().signed());
    let mail = Signing {
        domain: "nowhere.example",
        ..Signing::usual()
    }
    .sign(mail);
    assert!(check(&mail.text()).await.is_ok());
}

#[tokio::test]
async fn one_good_signature_of_the_company_is_enough() {
    let mail = Mail::receipt().signed();
    let broken = Signing {
        key: crate::support::other(),
        ..Signing::usual()
    };
    assert!(check(&broken.sign(mail).text()).await.is_ok());
}

#[tokio::test]
async fn a_signature_by_a_domain_above_or_below_counts_when_it_is_named() {
    let mut settings = settings();
    settings.domains = vec!["mail.acme.example".to_owned()];
    let verifier = Verifier::new(&settings, usual_keys()).expect("a verifier");
    let below = Signing {
        domain: "mail.acme.example",
        ..Signing::usual()
    };
    let mail = below.sign(Mail::receipt()).text();
    assert!(verifier.check(mail.as_bytes(), now()).await.is_ok());
    // Not named, so not taken.
    assert_eq!(
        check(&mail).await.expect_err("refused"),
        ReceiptError::Unsigned
    );
}

#[tokio::test]
async fn a_number_is_found_in_text_in_html_and_through_encodings() {
    let html = "<html><head><title>Receipt no. 1</title></head><body><table><tr><td>Receipt\n no.</td><td><b>R-10442</b></td></tr><tr><td>Total</td></tr></table></body></html>";
    let quoted = "Thank you=21 Receipt no.: R-1=\n0442\n";
    let mails = [
        Mail::receipt()
            .with("Content-Type", "text/html; charset=\"UTF-8\"")
            .saying(html),
        Mail::receipt()
            .with("Content-Transfer-Encoding", "quoted-printable")
            .saying(quoted),
        Mail::receipt()
            .with("Content-Transfer-Encoding", "base64")
            .saying("UmVjZWlwdCBuby46IFItMTA0\nNDI=\n"),
        Mail::receipt().parts(
            "multipart/alternative",
            &[
                ("Content-Type: text/plain", "Receipt no.: R-10442"),
                ("Content-Type: text/html", html),
            ],
        ),
        Mail::receipt()
            .with("Content-Type", "text/plain; charset=iso-8859-1")
            .saying("receipt NO. #r-10442 today"),
    ];
    for (at, mail) in mails.into_iter().enumerate() {
        // A field that isn't there can be signed too: then nobody can add it.
        let receipt = check(&mail.signed().text())
            .await
            .unwrap_or_else(|error| panic!("mail {at}: {error}"));
        assert_eq!(receipt.transactions().collect::<Vec<_>>(), ["R-10442"]);
    }
}

#[tokio::test]
async fn an_operators_own_pattern_finds_what_labels_cannot() {
    let mut settings = settings();
    settings.labels.clear();
    settings.patterns = vec![r"(?i)order (\d{5}) of".to_owned()];
    let verifier = Verifier::new(&settings, usual_keys()).expect("a verifier");
    let mail = Mail::receipt().saying("Order 10442 of today, order 10443 of tomorrow\n");
    let receipt = verifier
        .check(mail.signed().text().as_bytes(), now())
        .await
        .expect("a receipt");
    assert_eq!(
        receipt.transactions().collect::<Vec<_>>(),
        ["10442", "10443"]
    );
}

#[tokio::test]
async fn the_same_mail_has_the_same_marks_whatever_was_put_around_it() {
    let mail = Mail::receipt().signed();
    let first = check(&mail.text()).await.expect("a receipt").marks();
    let around = mail
        .clone()
        .on_top("X-Copy", "2")
        .with("Message-ID", " <r-10442@acme.example>  ");
    let second = check(&around.text()).await.expect("a receipt").marks();
    let loose = mail.text().replace("your order.", "your   order.\t");
    let third = check(&loose).await.expect("a receipt").marks();
    assert_eq!(first, second);
    assert_eq!(first, third);

    let other = Mail::receipt()
        .with("Message-ID", "<r-10443@acme.example>")
        .saying("Receipt no.: R-10443\n");
    let other = check(&other.signed().text()).await.expect("a receipt");
    assert_ne!(first[0], other.marks()[0]);
    assert_ne!(first[1], other.marks()[1]);
}

#[tokio::test]
async fn a_signature_that_lasts_long_enough_is_taken() {
    // The verifying library compares with the machine's clock too, so this one lasts for long.
    let signing = Signing {
        more: "; t=1795080600; x=4102444800".to_owned(),
        ..Signing::usual()
    };
    assert!(check(&signing.sign(Mail::receipt()).text()).await.is_ok());
}

#[tokio::test]
async fn a_shorter_key_is_taken_where_the_settings_say_so() {
    let mail = Mail::receipt().signed().text();
    let mut strict = settings();
    strict.min_key_bits = 4096;
    let strict = Verifier::new(
        &strict,
        keys(&[("june._domainkey.acme.example", rsa().record())]),
    );
    let error = strict
        .expect("a verifier")
        .check(mail.as_bytes(), now())
        .await
        .expect_err("refused");
    assert_eq!(error, ReceiptError::WeakKey);
    assert!(verifier().check(mail.as_bytes(), now()).await.is_ok());
}
