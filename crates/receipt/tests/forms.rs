//! Mails that programs read in different ways, or that are made to hurt the reader.

use receipt::ReceiptError::{
    AsText, Body, LineEnds, Malformed, Missing, NoTransaction, NotPlain, PartsDiffer, Sender,
    TooLarge, TooManyTransactions,
};

use crate::support::{ATTACKER, Mail, OWNER, check, now, refused, verifier};

/// A receipt that Acme really sent to the attacker, who bought something too.
fn attackers() -> Mail {
    Mail::to(ATTACKER).signed()
}

#[tokio::test]
async fn line_ends_that_programs_read_differently_are_refused() {
    let text = attackers().text();
    let hidden = [
        text.replacen(
            "\r\nSubject:",
            "\r\nX: y\rTo: robin.vale@customer.example\r\nSubject:",
            1,
        ),
        text.replacen(
            "\r\nSubject:",
            "\r\nX: y\nTo: robin.vale@customer.example\r\nSubject:",
            1,
        ),
        text.replacen("Thank you", "Thank\ryou", 1),
        text.replacen("Thank you", "Thank\nyou", 1),
        text.replacen("Thank you", "Thank\0you", 1),
        format!("{text}\r"),
        format!("{text}\n"),
    ];
    for mail in hidden {
        assert_eq!(refused(&mail).await, LineEnds);
    }
}

#[tokio::test]
async fn a_header_section_that_programs_split_differently_is_refused() {
    let text = attackers().text();
    let odd = [
        text.replacen(
            "\r\nSubject:",
            "\r\nTo : robin.vale@customer.example\r\nSubject:",
            1,
        ),
        text.replacen(
            "\r\nSubject:",
            "\r\nTo\t: robin.vale@customer.example\r\nSubject:",
            1,
        ),
        text.replacen("\r\nSubject:", "\r\n: robin\r\nSubject:", 1),
        text.replacen("\r\nSubject:", "\r\nnot a field\r\nSubject:", 1),
        text.replacen("\r\nSubject:", "\r\nT\u{f6}: robin\r\nSubject:", 1),
        // A line of blanks ends the header for some and is a fold for others.
        text.replacen("\r\nSubject:", "\r\nX: y\r\n \r\nSubject:", 1),
        text.replacen("\r\nSubject:", "\r\nX: y\r\n\t\r\nSubject:", 1),
        format!(" folded first\r\n{text}"),
        format!("From robin.vale@customer.example Wed Nov 18 09:30:00 2026\r\n{text}"),
    ];
    for mail in odd {
        assert_eq!(refused(&mail).await, Malformed);
    }
}

#[tokio::test]
async fn a_folded_field_is_read_whole() {
    let text = Mail::receipt().signed().text();
    let folded = text.replacen("To: Robin Vale", "To: Robin\r\n Vale", 1);
    let receipt = check(&folded).await.expect("relaxed, so it still holds");
    assert_eq!(receipt.recipient(), OWNER);
    let smuggled = text.replacen(
        "To: Robin Vale",
        "To: mallory@elsewhere.example,\r\n Robin Vale",
        1,
    );
    assert_eq!(refused(&smuggled).await, NotPlain("To"));
}

#[tokio::test]
async fn text_and_html_that_differ_are_refused() {
    let part = |kind: &str, number: &str| {
        (
            format!("Content-Type: {kind}"),
            format!("Receipt no.: {number}"),
        )
    };
    for (plain, html) in [("R-10442", "R-10443"), ("R-10442", ""), ("", "R-10442")] {
        let (a, b) = (part("text/plain", plain), part("text/html", html));
        let parts = [(a.0.as_str(), a.1.as_str()), (b.0.as_str(), b.1.as_str())];
        let mail = Mail::receipt().parts("multipart/alternative", &parts);
        assert_eq!(refused(&mail.signed().text()).await, PartsDiffer);
    }
}

#[tokio::test]
async fn a_number_that_nobody_reads_is_not_found() {
    let html = "<p>Thanks</p><!-- Receipt no.: R-10443 --><style>Receipt no.: R-10443</style>";
    let mail = Mail::receipt()
        .with("Content-Type", "text/html; charset=utf-8")
        .saying(html);
    assert_eq!(refused(&mail.signed().text()).await, NoTransaction);
    let mail = Mail::receipt().parts(
        "multipart/mixed",
        &[
            ("Content-Type: text/plain", "Thanks"),
            (
                "Content-Type: text/plain\nContent-Disposition: attachment; filename=r.txt",
                "Receipt no.: R-10443",
            ),
        ],
    );
    assert_eq!(refused(&mail.signed().text()).await, NoTransaction);
    let mail = Mail::receipt().with("Subject", "Receipt no.: R-10443");
    let mail = mail.saying("Thanks\n").signed();
    assert_eq!(refused(&mail.text()).await, NoTransaction);
}

#[tokio::test]
async fn a_mail_that_names_many_transactions_is_no_receipt() {
    let lines: Vec<String> = (100..121).map(|n| format!("Receipt no.: R-{n}")).collect();
    let body = lines.join(
        "
",
    );
    let mail = Mail::receipt().saying(&body).signed();
    assert_eq!(refused(&mail.text()).await, TooManyTransactions);
}

#[tokio::test]
async fn a_body_that_cannot_be_decoded_is_refused() {
    let seven = Mail::receipt().with("Content-Type", "text/plain; charset=utf-7");
    assert_eq!(refused(&seven.signed().text()).await, Body);
    let base64 = Mail::receipt().with("Content-Transfer-Encoding", "base64");
    assert_eq!(refused(&base64.signed().text()).await, Body);
}

#[tokio::test]
async fn size_fields_parts_and_depth_have_limits() {
    let large = Mail::receipt().saying(&"x".repeat(100_001)).signed();
    assert_eq!(refused(&large.text()).await, TooLarge);

    let mut many = Mail::receipt().signed();
    for _ in 0..300 {
        many = many.on_top("X", "y");
    }
    assert_eq!(refused(&many.text()).await, Malformed);

    let long = Mail::receipt().signed().on_top("X", &"y".repeat(70_000));
    assert_eq!(refused(&long.text()).await, Malformed);

    let mut signed = Mail::receipt();
    for _ in 0..13 {
        signed = signed.on_top("DKIM-Signature", "v=1");
    }
    assert_eq!(refused(&signed.text()).await, Malformed);

    let part = ("Content-Type: text/plain", "x");
    let parts = Mail::receipt().parts("multipart/mixed", &vec![part; 80]);
    assert_eq!(refused(&parts.text()).await, Malformed);

    // Neither level has too many, but both together do.
    let inner = "--Y\nContent-Type: text/plain\n\nx\n".repeat(40);
    let two = [("Content-Type: multipart/mixed; boundary=Y", inner.as_str()); 2];
    let nested = Mail::receipt().parts("multipart/mixed", &two).signed();
    assert_eq!(refused(&nested.text()).await, Malformed);

    // Each level of this is one more multipart in a multipart.
    let mut deep = String::new();
    for level in 0..1000 {
        let level = level.to_string();
        deep =
            deep + "Content-Type: multipart/mixed; boundary=b"
                + &level
                + "

--b" + &level + "
";
    }
    assert_eq!(refused(&deep).await, Malformed);

    // Mails in mails are not gone into, however many there are.
    let mails = "Content-Type: message/rfc822\n\n".repeat(3000);
    assert_eq!(refused(&mails).await, Missing("From"));
}

#[tokio::test]
async fn no_bytes_at_all_make_it_stumble() {
    let text = Mail::receipt().signed().text().into_bytes();
    let verifier = verifier();
    for mail in [
        &b""[..],
        b"\r\n",
        b"\r\n\r\n",
        b":",
        b"a:",
        b"\xff\xfe",
        b"--",
        b" ",
    ] {
        assert!(verifier.check(mail, now()).await.is_err());
    }
    for at in (0..text.len()).step_by(7) {
        assert!(verifier.check(&text[..at], now()).await.is_err());
        let mut flipped = text.clone();
        flipped[at] ^= 0x10;
        // It may hit something that isn't signed or evened out, but never what is told.
        if let Ok(receipt) = verifier.check(&flipped, now()).await {
            assert_eq!(receipt.recipient(), OWNER);
            assert_eq!(receipt.transactions().collect::<Vec<_>>(), ["R-10442"]);
        }
    }
}

#[tokio::test]
async fn a_person_is_told_the_same_whatever_was_wrong() {
    let mails = [
        Mail::receipt().text(),
        attackers().text().replacen(ATTACKER, OWNER, 1),
        Mail::receipt()
            .with("Date", "Wed, 12 Aug 2026 09:30:00 +0000")
            .signed()
            .text(),
        String::new(),
    ];
    let mut told = std::collections::BTreeSet::new();
    let mut logged = std::collections::BTreeSet::new();
    for mail in mails {
        let error = refused(&mail).await;
        told.insert(error.for_the_person());
        logged.insert(error.to_string());
        for value in [OWNER, ATTACKER, "10442", "acme"] {
            assert!(!error.to_string().contains(value));
        }
    }
    assert_eq!(told.len(), 1);
    assert!(logged.len() > 2);
    assert_ne!(Sender.to_string(), AsText.to_string());
}
