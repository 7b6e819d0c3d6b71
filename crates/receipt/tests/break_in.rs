//! The holes that mail systems had, each tried here.

use receipt::ReceiptError::{
    AsText, Copied, Expired, Missing, NotPlain, NotYet, Partial, Repeated, Signature, TooOld,
    Uncovered, Unsigned,
};

use crate::support::{ATTACKER, Mail, OWNER, SENDER, Signing, check, other, refused};

/// A receipt that Acme really sent to the attacker, who bought something too.
fn attackers() -> Mail {
    Mail::to(ATTACKER).signed()
}

#[tokio::test]
async fn a_mail_that_nobody_signed_is_no_receipt() {
    assert_eq!(refused(&Mail::receipt().text()).await, Unsigned);
}

#[tokio::test]
async fn a_mail_signed_by_the_attackers_own_domain_is_no_receipt() {
    let signing = Signing {
        key: other(),
        domain: "elsewhere.example",
        ..Signing::usual()
    };
    assert_eq!(
        refused(&signing.sign(Mail::receipt()).text()).await,
        Unsigned
    );
    let own = Mail::receipt().with("From", "Acme Production <receipts@elsewhere.example>");
    assert_eq!(refused(&signing.sign(own).text()).await, AsText);
}

#[tokio::test]
async fn the_companys_domain_in_the_signature_with_another_key_does_not_hold() {
    let signing = Signing {
        key: other(),
        ..Signing::usual()
    };
    assert_eq!(
        refused(&signing.sign(Mail::receipt()).text()).await,
        Signature
    );
}

#[tokio::test]
async fn a_domain_that_only_looks_like_the_companys_is_not_it() {
    for domain in ["example", "xacme.example", "acme.example.elsewhere.example"] {
        let signing = Signing {
            key: other(),
            domain,
            ..Signing::usual()
        };
        assert_eq!(
            refused(&signing.sign(Mail::receipt()).text()).await,
            Unsigned,
            "{domain}"
        );
    }
}

#[tokio::test]
async fn nothing_that_is_signed_can_be_changed() {
    let text = attackers().text();
    let changes = [
        (ATTACKER, OWNER),
        ("R-10442", "R-10443"),
        ("Wed, 18 Nov", "Thu, 19 Nov"),
        ("Your receipt", "Your  other receipt"),
        ("<r-10442@", "<r-10443@"),
        ("text/plain", "text/html"),
        ("8bit", "base64"),
        ("utf-8", "utf-16"),
    ];
    for (from, to) in changes {
        assert!(text.contains(from));
        let error = refused(&text.replacen(from, to, 1)).await;
        assert_eq!(error, Signature, "{from} to {to}");
    }
}

#[tokio::test]
async fn a_second_field_of_the_same_name_is_refused_above_and_below() {
    let fields = [
        ("From", SENDER.to_owned()),
        ("To", OWNER.to_owned()),
        ("to", OWNER.to_owned()),
        ("TO", OWNER.to_owned()),
        ("Date", "Fri, 20 Nov 2026 09:30:00 +0000".to_owned()),
        ("Subject", "Hurry".to_owned()),
        ("Message-ID", "<new@acme.example>".to_owned()),
        ("Content-Type", "text/html".to_owned()),
        ("Content-Transfer-Encoding", "base64".to_owned()),
        ("MIME-Version", "1.0".to_owned()),
    ];
    for (name, value) in fields {
        let above = attackers().on_top(name, &value);
        let mut below = attackers();
        below.fields.push((name.to_owned(), value));
        for mail in [above, below] {
            let error = refused(&mail.text()).await;
            assert!(matches!(error, Repeated(_)), "{name}: {error:?}");
        }
    }
}

#[tokio::test]
async fn several_receivers_in_one_field_are_refused() {
    for to in [
        format!("{OWNER}, {ATTACKER}"),
        format!("{ATTACKER},{OWNER}"),
        format!("customers: {OWNER}, {ATTACKER};"),
        format!("customers: {OWNER};"),
        "undisclosed-recipients:;".to_owned(),
    ] {
        let mail = Mail::receipt().with("To", &to).signed();
        assert_eq!(refused(&mail.text()).await, NotPlain("To"), "{to}");
    }
}

#[tokio::test]
async fn several_senders_in_one_field_are_refused() {
    let mail = Mail::receipt().with("From", &format!("{SENDER}, {ATTACKER}"));
    assert_eq!(refused(&mail.signed().text()).await, NotPlain("From"));
}

#[tokio::test]
async fn a_copy_to_others_is_no_proof_of_the_owner() {
    for name in ["Cc", "cc", "Bcc"] {
        let mail = Mail::receipt().signed().on_top(name, ATTACKER);
        assert!(matches!(refused(&mail.text()).await, Copied(_)), "{name}");
    }
}

#[tokio::test]
async fn addresses_that_programs_read_differently_are_refused() {
    for to in [
        "attacker(&email=victim&)@customer.example",
        "robin.vale(comment)@customer.example",
        "robin.vale@customer.example(elsewhere.example)",
        "robin.vale@(comment)customer.example",
        "(robin.vale@customer.example) mallory@elsewhere.example",
        "robin.vale@customer.example mallory@elsewhere.example",
        "<robin.vale@customer.example> <mallory@elsewhere.example>",
        "<robin.vale@customer.example> mallory@elsewhere.example",
        "mallory@elsewhere.example <robin.vale@customer.example>",
        "<@elsewhere.example:robin.vale@customer.example>",
        "<@elsewhere.example,@b.example:robin.vale@customer.example>",
        "\"robin.vale@customer.example\"@elsewhere.example",
        "\"robin.vale\"@customer.example",
        "robin.vale\\@customer.example",
        "robin.vale @customer.example",
        "robin.vale@customer.example@elsewhere.example",
        "robin.vale%customer.example@elsewhere.example",
        "robin.vale@customer.example&to=mallory@elsewhere.example",
        "robin.vale@[192.0.2.1]",
        "robin.vale@localhost",
        "robin.vale@customer..example",
        "robin..vale@customer.example",
        ".robin@customer.example",
        "=?utf-8?q?robin.vale=40customer.example?=",
        "\"Robin <robin.vale@customer.example>",
        "Robin \"x\" < robin.vale@customer.example >",
        "r\u{f6}bin@customer.example",
        "robin.vale@customer.ex\u{430}mple",
        "<>",
        "",
    ] {
        let mail = Mail::receipt().with("To", to).signed();
        assert_eq!(refused(&mail.text()).await, NotPlain("To"), "{to:?}");
    }
}

#[tokio::test]
async fn a_name_beside_the_address_is_never_taken_for_it() {
    for name in [
        "\"robin.vale@customer.example\"",
        "\"robin.vale@customer.example, <x@y.example>\"",
        "\"\\\"robin.vale@customer.example\\\"\"",
        "=?utf-8?b?cm9iaW4udmFsZUBjdXN0b21lci5leGFtcGxl?=",
    ] {
        let mail = Mail::receipt().with("To", &format!("{name} <{ATTACKER}>"));
        let receipt = check(&mail.signed().text()).await.expect("a receipt");
        assert_eq!(receipt.recipient(), ATTACKER, "{name}");
    }
}

#[tokio::test]
async fn another_sender_of_the_same_company_sends_no_receipts() {
    for from in [
        "Support <support@acme.example>",
        "receipts@news.acme.example",
        "\"receipts@acme.example\" <support@acme.example>",
        "receipts@acme.example <support@acme.example>",
    ] {
        let mail = Mail::receipt().with("From", from).signed();
        let error = refused(&mail.text()).await;
        assert!(matches!(error, AsText | NotPlain("From")), "{from}");
    }
}

#[tokio::test]
async fn a_signature_over_a_part_of_the_body_is_refused() {
    let genuine = Mail::receipt().saying("Thank you.\n");
    let signing = Signing {
        length: Some("Thank you.\r\n".len()),
        ..Signing::usual()
    };
    let mut mail = signing.sign(genuine);
    mail.body.push_str("Receipt no.: R-99999\n");
    assert_eq!(refused(&mail.text()).await, Partial);
    for tag in ["; l=0", ";l = 0", "; l=00000"] {
        let signing = Signing {
            more: tag.to_owned(),
            ..Signing::usual()
        };
        let mail = signing.sign(Mail::receipt());
        assert_eq!(refused(&mail.text()).await, Partial, "{tag}");
    }
    let signing = Signing {
        more: "; L=12".to_owned(),
        ..Signing::usual()
    };
    assert_eq!(
        refused(&signing.sign(Mail::receipt()).text()).await,
        Unsigned
    );
}

#[tokio::test]
async fn what_was_added_below_a_signed_body_breaks_the_signature() {
    let mut mail = attackers();
    mail.body.push_str("Receipt no.: R-10443\n");
    assert_eq!(refused(&mail.text()).await, Signature);
}

#[tokio::test]
async fn every_field_that_matters_has_to_be_signed() {
    for name in [
        "From",
        "To",
        "Date",
        "Subject",
        "Message-ID",
        "Content-Type",
        "Content-Transfer-Encoding",
    ] {
        let mail = Signing::usual().without(name).sign(Mail::receipt());
        assert_eq!(refused(&mail.text()).await, Uncovered(name));
    }
}

#[tokio::test]
async fn every_field_that_matters_has_to_be_there() {
    for name in ["From", "To", "Date", "Subject", "Message-ID"] {
        let mail = Mail::receipt().without(name).signed();
        assert_eq!(refused(&mail.text()).await, Missing(name));
    }
}

#[tokio::test]
async fn an_expired_signature_is_refused() {
    // t is 2026-11-18 09:30, x a day and a half later.
    for more in [
        "; t=1795080600; x=1795210200",
        "; x=1795210200",
        "; t=1795080600; x=1795080600",
    ] {
        let signing = Signing {
            more: more.to_owned(),
            ..Signing::usual()
        };
        let mail = signing.sign(Mail::receipt());
        assert_eq!(refused(&mail.text()).await, Expired, "{more}");
    }
}

#[tokio::test]
async fn an_old_receipt_and_one_from_the_future_are_refused() {
    let cases = [
        ("Wed, 12 Aug 2026 09:30:00 +0000", TooOld),
        ("Thu, 1 Jan 1970 00:00:00 +0000", TooOld),
        ("Sat, 21 Nov 2026 10:30:00 +0000", NotYet),
        ("Wed, 18 Nov 2099 09:30:00 +0000", NotYet),
        ("yesterday", NotPlain("Date")),
        ("", NotPlain("Date")),
    ];
    for (date, error) in cases {
        let mail = Mail::receipt().with("Date", date).signed();
        assert_eq!(refused(&mail.text()).await, error, "{date}");
    }
    // Dated anew, but signed long ago; and the other way round.
    for (made, error) in [("; t=1700000000", TooOld), ("; t=1900000000", NotYet)] {
        let signing = Signing {
            more: made.to_owned(),
            ..Signing::usual()
        };
        assert_eq!(refused(&signing.sign(Mail::receipt()).text()).await, error);
    }
}

#[tokio::test]
async fn a_signature_with_odd_tags_is_not_read() {
    for more in [
        "; d=elsewhere.example",
        "; a=rsa-sha1",
        "; h=From",
        "; x=soon",
        "; t=-5",
        "; q=http/well-known",
        "; i=@elsewhere.example",
        "; i=@xacme.example",
        "; i=robin",
        "; nonsense",
        ";;",
    ] {
        let signing = Signing {
            more: more.to_owned(),
            ..Signing::usual()
        };
        let mail = signing.sign(Mail::receipt());
        assert_eq!(refused(&mail.text()).await, Unsigned, "{more}");
    }
}
