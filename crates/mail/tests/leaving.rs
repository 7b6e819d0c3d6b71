//! The last letter, and a copy of everything: what they say and what comes with them.

mod common;

use common::{LINK, clock, envelope, saturday};
use desk::letter::{Attached, Content, Letter};
use mail::{Sender, compose, render};
use mail_parser::{MessageParser, MimeHeaders as _};
use words::Channel;
use zeroize::Zeroizing;

fn file(name: &str, kind: &str, bytes: &[u8]) -> Attached {
    Attached {
        file_name: name.into(),
        media_type: kind.into(),
        bytes: Zeroizing::new(bytes.to_vec()),
    }
}

fn copy(left_out: &[&str]) -> Letter {
    Letter::Delivery {
        what: "copy of everything kept".into(),
        content: Content::Copy {
            files: vec![
                file("everything.html", "text/html", b"<p>1 Quiet Lane</p>"),
                file("everything.json", "application/json", b"{}"),
                file("invoice-10442.pdf", "application/pdf", b"%PDF-1.7"),
            ],
            left_out: left_out.iter().map(|&s| s.into()).collect(),
        },
        channel: Channel::Phone,
        at: saturday(),
        link: LINK.into(),
    }
}

#[test]
fn a_copy_of_everything_comes_as_files_and_its_text_holds_none_of_it() {
    let sender = Sender {
        address: "desk@acme.example".parse().expect("an address"),
        name: None,
        reply_to: None,
    };
    let mail = compose(&envelope(copy(&[])), &sender, clock().now()).expect("a message");
    let bytes = mail.formatted();
    let mail = MessageParser::new().parse(&bytes).expect("is a message");
    let names: Vec<_> = mail
        .attachments()
        .map(|part| part.attachment_name().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        names,
        ["everything.html", "everything.json", "invoice-10442.pdf"]
    );
    let text = mail.body_text(0).expect("a text");
    assert!(text.contains("everything.html to read") && !text.contains("Quiet Lane"));
    assert!(text.contains(LINK));
}

#[test]
fn what_is_too_large_is_named() {
    let rendered = render(&copy(&["invoice 10443"]), "Acme Production").expect("renders");
    assert!(rendered.text.contains("too large to come along"));
    assert!(rendered.text.contains("invoice 10443"));
    let rendered = render(&copy(&[]), "Acme Production").expect("renders");
    assert!(!rendered.text.contains("too large"));
}

#[test]
fn the_last_letter_says_that_it_is_the_last_and_asks_for_nothing() {
    let letter = Letter::Erasing { at: saturday() };
    let rendered = render(&letter, "Acme Production").expect("renders");
    assert!(rendered.text.contains("This is our last letter"));
    assert!(rendered.text.contains("can't be brought back"));
    assert!(!rendered.text.contains("http"));
}
