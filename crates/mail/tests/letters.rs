//! What letters say, and how they look as mail.

mod common;

use common::{
    LINK, OWNER, clock, confirm, contact, document, envelope, notice, outreach, reply, saturday,
    time, value,
};
use desk::letter::{Content, Envelope, Letter};
use mail::{ComposeError, Sender, compose, render};
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use words::{Channel, PlanKind, RequestKind};
use zeroize::Zeroizing;

const FOOT: &str = "\nWe never ask for codes or passwords.\nWhy am I seeing this? Because this \
                    address is on your account at Acme Production.\n";

fn text(letter: &Letter) -> String {
    let text = render(letter, "Acme Production").expect("renders").text;
    let text = text
        .strip_prefix("Acme Production · customer support\n\n")
        .expect("begins with who writes");
    text.strip_suffix(FOOT)
        .and_then(|text| text.strip_suffix('\n'))
        .expect("ends with the foot")
        .to_owned()
}

fn sender() -> Sender {
    Sender {
        address: "support@acme.example".parse().expect("an address"),
        name: None,
        reply_to: Some("answers@acme.example".parse().expect("an address")),
    }
}

fn mime(envelope: &Envelope) -> Vec<u8> {
    compose(envelope, &sender(), clock().now())
        .expect("composes")
        .formatted()
}

fn parsed(bytes: &[u8]) -> Message<'_> {
    MessageParser::new().parse(bytes).expect("is a message")
}

fn all_letters() -> Vec<Letter> {
    let mut all: Vec<Letter> = RequestKind::ALL.iter().map(|&what| confirm(what)).collect();
    all.extend([
        value(),
        document(b"%PDF-1.7"),
        notice(vec![contact(Channel::Phone, "2026-11-21", &[])]),
        outreach(),
        reply("Hello"),
        Letter::Frozen { at: saturday() },
    ]);
    all.extend(RequestKind::ALL.iter().map(|&what| code(what, None)));
    all.extend(PlanKind::ALL.iter().map(|&what| planned(what)));
    all
}

#[test]
fn a_confirmation_asks_plainly() {
    assert_eq!(
        text(&confirm(RequestKind::Reset)),
        "Did you ask us to reset your password?\n\
         \n\
         Someone who called us on Saturday 21 November at 10:02 (UTC) asked for it in your name.\n\
         \n\
         Answer yes or no:\n\
         https://desk.example/o/abc?x=1&y=2\n\
         \n\
         The link opens a page with two buttons: Yes, that was me, and No, it wasn't me. Opening \
         the page changes nothing, only a button does. No freezes your account's data at our \
         support desk at once.\n\
         \n\
         If you do nothing, nothing happens.\n\
         \n\
         The link works until Sunday 22 November at 10:02 (UTC)."
    );
}

#[test]
fn a_value_is_shown_clearly() {
    assert_eq!(
        text(&value()),
        "Your address\n\
         \n    1 Quiet Lane\n    Old Town\n\
         \n\
         Someone who wrote to us by email on Saturday 21 November at 10:02 (UTC) asked for it. We \
         send such things only to an address that is on your account; we tell them to nobody who \
         asks.\n\
         \n\
         If this was you, there is nothing to do. If it wasn't, tell us:\n\
         \n\
         It wasn't me:\n\
         https://desk.example/o/abc?x=1&y=2\n\
         \n\
         The link opens a page with one button. Opening the page changes nothing; the button \
         freezes your account's data at our support desk at once."
    );
}

#[test]
fn a_document_is_named_and_attached() {
    let letter = document(b"%PDF-1.7");
    assert!(
        text(&letter)
            .starts_with("Your invoice 10442\n\nIt is attached to this mail: invoice-10442.pdf.\n")
    );
}

#[test]
fn a_notice_tells_of_one_contact() {
    let letter = notice(vec![contact(Channel::Phone, "2026-11-21T10:02:00Z", &[])]);
    assert_eq!(
        text(&letter),
        "About your account\n\
         \n\
         Someone contacted our support about your account on 21 November, by phone. Nothing about \
         you was given out.\n\
         \n\
         If this was you, there is nothing to do. If it wasn't, tell us:\n\
         \n\
         It wasn't me:\n\
         https://desk.example/o/abc?x=1&y=2\n\
         \n\
         The link opens a page with one button. Opening the page changes nothing; the button \
         freezes your account's data at our support desk at once."
    );
}

#[test]
fn a_notice_tells_what_was_sent() {
    let one = notice(vec![contact(
        Channel::Chat,
        "2026-11-21",
        &["invoice 10442"],
    )]);
    assert!(text(&one).contains("by chat. We sent your invoice 10442 to this address."));
    let mut elsewhere = contact(Channel::Chat, "2026-11-21", &["card"]);
    elsewhere.elsewhere = vec!["invoice 10442".into()];
    assert!(text(&notice(vec![elsewhere])).contains(
        "by chat. We sent your card to this address. We sent your invoice 10442 to another address \
         on your account.\n"
    ));
    let many = notice(vec![
        contact(Channel::Phone, "2026-11-20", &[]),
        contact(
            Channel::Email,
            "2026-11-21",
            &["invoice 10442", "address", "order 7001"],
        ),
        contact(Channel::Watch, "2026-11-21", &[]),
    ]);
    assert!(text(&many).contains(
        "Our support was contacted about your account 3 times:\n\
         \n\
         - 20 November, by phone: nothing about you was given out.\n\
         - 21 November, by email: we sent your invoice 10442, your address and your order 7001 to \
         this address.\n\
         - 21 November, because of unusual logins: nothing about you was given out.\n"
    ));
}

#[test]
fn a_notice_does_not_say_that_something_was_sent_before_it_left() {
    let mut contact = contact(Channel::Phone, "2026-11-21", &[]);
    contact.leaving = vec!["invoice 10442".into(), "address".into()];
    let said = text(&notice(vec![contact]));
    assert!(said.contains(
        "by phone. We are about to send your invoice 10442 and your address to an address on your \
         account.\n"
    ));
    assert!(!said.contains("We sent") && !said.contains("Nothing about you"));
}

#[test]
fn a_notice_says_what_may_have_arrived() {
    let mut contact = contact(Channel::Phone, "2026-11-21", &[]);
    contact.unsure = vec!["invoice 10442".into()];
    let said = text(&notice(vec![contact]));
    assert!(said.contains(
        "by phone. We tried to send your invoice 10442 to an address on your account; it may have \
         arrived.\n"
    ));
    assert!(!said.contains("We sent") && !said.contains("Nothing about you"));
}

#[test]
fn an_outreach_asks_whether_it_was_you() {
    assert!(text(&outreach()).starts_with(
        "Was this you?\n\
         \n\
         On Saturday 21 November at 10:02 (UTC) something on your account was not as usual:\n\
         \n\
         - five wrong passwords\n\
         - a login from a new country\n\
         \n\
         Answer yes or no:\n\
         https://desk.example/o/abc?x=1&y=2\n"
    ));
}

#[test]
fn a_reply_is_the_reps_words() {
    let letter = text(&reply("Dear Robin,\r\n\r\nit is on its way.\nKind regards"));
    assert!(letter.starts_with(
        "Our answer\n\nDear Robin,\n\nit is on its way.\nKind regards\n\nIf you didn't contact us \
         about this, tell us:\n\nIt wasn't me:\n"
    ));
}

#[test]
fn a_frozen_letter_says_how_to_end_it() {
    assert_eq!(
        text(&Letter::Frozen { at: saturday() }),
        "Your account's data is frozen\n\
         \n\
         Since Saturday 21 November at 10:02 (UTC) nobody at our support can send, show or change \
         anything of your account. Nothing is lost. The freeze is at our support alone, not at your sign-in.\n\
         \n\
         To end this, contact our support in any way you like and ask for it. We then send a \
         question to an address on your account: your Yes there, and one more step on its page, end \
         it. If you can't take that step, two people at our support can end it together; you hear of \
         it a day before and can say no."
    );
}

fn planned(what: PlanKind) -> Letter {
    Letter::Planned {
        what,
        channel: Channel::Phone,
        at: saturday(),
        effective: time("2026-11-22T10:02:00Z"),
        link: LINK.into(),
    }
}

#[test]
fn what_is_going_to_change_is_told_with_one_button_that_stops_it() {
    assert_eq!(
        text(&planned(PlanKind::Thaw)),
        "The hold on your account is going to be lifted\n\
         \n\
         This happens on Sunday 22 November at 10:02 (UTC). Two people at our support agreed to it. \
         After that our support can send you things again.\n\
         \n\
         If you want that, there is nothing to do. If you don't, stop it:\n\
         \n\
         Stop it:\n\
         https://desk.example/o/abc?x=1&y=2\n\
         \n\
         The link opens a page with one button. Opening the page changes nothing, only the button \
         does: it stops this and freezes your account's data at our support desk at once."
    );
    let factor = text(&planned(PlanKind::Factor));
    assert!(factor.contains("Someone who called us asked for it; it was confirmed on Saturday"));
}

fn code(what: RequestKind, item: Option<&str>) -> Letter {
    Letter::Code {
        code: Zeroizing::new("48291307".into()),
        what,
        item: item.map(Into::into),
        at: saturday(),
        expires: time("2026-11-21T10:12:00Z"),
        link: LINK.into(),
    }
}

#[test]
fn a_code_says_what_it_approves_and_never_to_read_it_out() {
    let rendered = render(&code(RequestKind::Reset, None), "Acme Production").expect("renders");
    assert_eq!(
        rendered.subject, "A code for your call with our support",
        "a locked screen shows no code"
    );
    assert_eq!(
        rendered.text.as_str(),
        "Acme Production · customer support\n\
         \n\
         Your code\n\
         \n\
         Here is the code for the call that you are in with us:\n\
         \n    482 913 07\n\
         \n\
         It approves one thing: that we reset your password. That was asked for on Saturday 21 \
         November at 10:02 (UTC). The code works once, until Saturday 21 November at 10:12 (UTC).\n\
         \n\
         Never read it out unless you called us yourself. We never call you and ask for it, and \
         nobody else needs it.\n\
         \n\
         If you aren't on the phone with us, keep it to yourself and tell us:\n\
         \n\
         It wasn't me:\n\
         https://desk.example/o/abc?x=1&y=2\n\
         \n\
         The link opens a page with one button. Opening the page changes nothing; the button freezes \
         your account's data at our support desk at once.\n\
         \n\
         We never ask for passwords, and we never call you for a code.\n\
         Why am I seeing this? Because this address is on your account at Acme Production.\n"
    );
    for (what, item, approves) in [
        (
            RequestKind::Deliver,
            Some("invoice 10442"),
            "that we send you invoice 10442.",
        ),
        (
            RequestKind::Unlock,
            None,
            "that we lift the hold on your account.",
        ),
        (
            RequestKind::Reveal,
            Some("postal address"),
            "that we let the person you talk with see postal address.",
        ),
    ] {
        let rendered = render(&code(what, item), "Acme Production").expect("renders");
        assert!(
            rendered.text.contains(approves),
            "{}",
            rendered.text.as_str()
        );
    }
}

#[test]
fn every_letter_has_a_complete_text_part_and_a_plain_html_part() {
    for letter in all_letters() {
        let rendered = render(&letter, "Acme Production").expect("renders");
        let frozen = matches!(letter, Letter::Frozen { .. });
        for part in [&rendered.text, &rendered.html] {
            let foot = match letter {
                Letter::Code { .. } => {
                    "We never ask for passwords, and we never call you for a code."
                }
                _ => "We never ask for codes or passwords.",
            };
            assert!(part.contains(foot));
        }
        assert_eq!(rendered.text.contains(LINK), !frozen);
        assert_eq!(
            rendered
                .html
                .contains("href=\"https://desk.example/o/abc?x=1&#38;y=2\""),
            !frozen
        );
        assert!(rendered.html.contains("<html lang=\"en\">"));
        assert!(rendered.html.contains(&format!(
            "<title>{}</title>",
            rendered.subject.replace('\'', "&#39;")
        )));
        for remote in ["<img", "src=", "url(", "<link", "<script", "@import"] {
            assert!(!rendered.html.contains(remote), "{remote}");
        }
        assert!(!rendered.subject.contains("invoice") && !rendered.subject.contains("address:"));
    }
}

#[test]
fn headers_say_who_writes_and_ask_for_no_automatic_answer() {
    let bytes = mime(&envelope(confirm(RequestKind::Reset)));
    let mail = parsed(&bytes);
    assert_eq!(
        mail.subject(),
        Some("Did you ask us to reset your password?")
    );
    let from = mail.from().and_then(|from| from.first()).expect("from");
    assert_eq!(from.name(), Some("Acme Production customer support"));
    assert_eq!(from.address(), Some("support@acme.example"));
    let to: Vec<_> = mail.to().expect("to").iter().collect();
    assert_eq!(
        (to.len(), to[0].address(), to[0].name()),
        (1, Some(OWNER), None)
    );
    assert_eq!(
        mail.reply_to()
            .and_then(|a| a.first())
            .and_then(|a| a.address()),
        Some("answers@acme.example")
    );
    assert_eq!(mail.message_id(), Some("0195-letter-1@acme.example"));
    assert_eq!(
        mail.date().map(mail_parser::DateTime::to_rfc3339),
        Some("2026-11-21T10:05:00Z".into())
    );
    let raw = |name: &str| {
        mail.header_raw(name.to_owned())
            .map(|v| v.trim().to_owned())
    };
    assert_eq!(raw("Auto-Submitted").as_deref(), Some("auto-generated"));
    assert_eq!(raw("X-Auto-Response-Suppress").as_deref(), Some("All"));
    for absent in ["Precedence", "Cc", "Bcc", "X-Mailer", "User-Agent"] {
        assert_eq!(raw(absent), None, "{absent}");
    }
    let bytes = mime(&envelope(reply("Hello")));
    assert_eq!(
        parsed(&bytes).header_raw("Auto-Submitted").map(str::trim),
        Some("auto-replied")
    );
}

#[test]
fn a_letter_is_text_and_html_as_alternatives() {
    let bytes = mime(&envelope(confirm(RequestKind::Unlock)));
    let mail = parsed(&bytes);
    assert!(mail.content_type().expect("type").subtype() == Some("alternative"));
    assert_eq!((mail.text_body.len(), mail.html_body.len()), (1, 1));
    assert_eq!(mail.attachment_count(), 0);
    let rendered = render(&confirm(RequestKind::Unlock), "Acme Production").expect("renders");
    let body = mail.body_text(0).expect("text").replace("\r\n", "\n");
    assert_eq!(body.trim_end(), rendered.text.trim_end());
    let body = mail.body_html(0).expect("html").replace("\r\n", "\n");
    assert_eq!(body.trim_end(), rendered.html.trim_end());
}

#[test]
fn a_document_arrives_byte_for_byte() {
    let pdf: Vec<u8> = (0..=255)
        .cycle()
        .take(5000)
        .chain(*b"\n.\n..\r\n")
        .collect();
    let bytes = mime(&envelope(document(&pdf)));
    let mail = parsed(&bytes);
    assert_eq!(mail.content_type().and_then(|t| t.subtype()), Some("mixed"));
    assert!(mail.parts.iter().any(|p| {
        matches!(p.body, PartType::Multipart(_))
            && p.content_type().and_then(|t| t.subtype()) == Some("alternative")
    }));
    let attached: Vec<_> = mail.attachments().collect();
    assert_eq!(attached.len(), 1);
    assert_eq!(attached[0].attachment_name(), Some("invoice-10442.pdf"));
    let kind = attached[0].content_type().expect("type");
    assert_eq!((kind.ctype(), kind.subtype()), ("application", Some("pdf")));
    assert_eq!(attached[0].contents(), pdf);
}

#[test]
fn an_attachments_name_and_type_can_do_no_harm() {
    let letter = |file_name: &str, media_type: &str| {
        envelope(Letter::Delivery {
            what: "invoice".into(),
            content: Content::Document {
                file_name: file_name.into(),
                media_type: media_type.into(),
                bytes: Zeroizing::new(b"x".to_vec()),
            },
            channel: Channel::Phone,
            at: saturday(),
            link: LINK.into(),
        })
    };
    for (name, kind, shown) in [
        (
            "../../etc/a\"b\r\nX-Evil: 1.pdf",
            "text/plain\r\nX-Evil: 1",
            "a\"b  X-Evil: 1.pdf",
        ),
        ("..", "multipart/mixed; boundary=x", "document"),
        (
            "Rechnung für März.pdf",
            "message/rfc822",
            "Rechnung für März.pdf",
        ),
    ] {
        let bytes = mime(&letter(name, kind));
        let mail = parsed(&bytes);
        let attached = mail.attachment(0).expect("attached");
        assert_eq!(attached.attachment_name(), Some(shown));
        assert_eq!(
            attached.content_type().and_then(|t| t.subtype()),
            Some("octet-stream")
        );
        assert!(
            mail.parts
                .iter()
                .all(|p| p.headers.iter().all(|h| h.name() != "X-Evil"))
        );
    }
}

#[test]
fn a_hostile_reply_stays_text() {
    let words = "Hi\r\nBcc: thief@evil.example\r\n\r\n.\r\n<script>alert(1)</script>\
                 <a href=\"javascript:x\">&amp;</a>\u{202e}\u{0}\n--not-a-boundary";
    let letter = reply(words);
    let html = render(&letter, "Acme Production").expect("renders").html;
    assert!(
        !html.contains("<script")
            && !html.contains("javascript:x\"")
            && html.contains("&#60;script&#62;")
    );
    assert!(html.contains("Hi<br>Bcc: thief@evil.example<br><br>.<br>"));
    let bytes = mime(&envelope(letter));
    let mail = parsed(&bytes);
    assert!(mail.bcc().is_none());
    assert_eq!(mail.to().expect("to").iter().count(), 1);
    assert_eq!(mail.attachment_count(), 0);
    let text = mail.body_text(0).expect("text");
    assert!(text.contains("Bcc: thief@evil.example") && text.contains("<script>alert(1)</script>"));
    assert!(!text.contains('\u{202e}') && !text.contains('\u{0}'));
}

#[test]
fn a_hostile_company_label_or_signal_stays_text() {
    let mut hostile = envelope(Letter::Outreach {
        signals: vec!["<b>x</b>\r\nY".into()],
        at: saturday(),
        expires: time("2026-11-22"),
        link: "https://desk.example/\"><script>".into(),
    });
    hostile.company = "Acme\r\nBcc: thief@evil.example <i>".into();
    let html = render(&hostile.letter, &hostile.company)
        .expect("renders")
        .html;
    assert!(!html.contains("<b>") && !html.contains("<i>") && !html.contains("<script"));
    let bytes = mime(&hostile);
    let mail = parsed(&bytes);
    assert!(mail.bcc().is_none());
    assert_eq!(
        mail.from()
            .and_then(|f| f.first())
            .and_then(|f| f.address()),
        Some("support@acme.example")
    );
}

#[test]
fn a_bad_destination_or_id_is_refused_without_naming_it() {
    let mut bad = envelope(reply("Hello"));
    for to in [
        "",
        "robin",
        "a@b.example, c@d.example",
        "a@b.example\r\nBcc: c@d.example",
    ] {
        bad.to = Zeroizing::new(to.into());
        assert_eq!(
            compose(&bad, &sender(), clock().now()).err(),
            Some(ComposeError::To)
        );
    }
    let mut bad = envelope(reply("Hello"));
    for id in ["", "a b", "a>\r\nBcc: c@d.example", "a@b"] {
        bad.message_id = id.into();
        assert_eq!(
            compose(&bad, &sender(), clock().now()).err(),
            Some(ComposeError::MessageId)
        );
    }
}
