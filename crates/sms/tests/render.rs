//! The words of text messages.

use desk::text::Text;
use proptest::prelude::*;
use sms::{RenderError, render};
use words::{PlanKind, RequestKind};
use zeroize::Zeroizing;

use crate::support::{LINK, code, time};

fn said(text: &Text) -> String {
    render(text, "Acme Production")
        .expect("words")
        .text
        .to_string()
}

fn segments(text: &Text, company: &str) -> usize {
    render(text, company).expect("words").segments
}

fn code_for(what: RequestKind, item: Option<&str>) -> Text {
    Text::Code {
        code: Zeroizing::new("48291307".to_owned()),
        what,
        item: item.map(str::to_owned),
        expires: time("2026-11-21T10:12:00Z"),
    }
}

fn confirm(what: RequestKind) -> Text {
    Text::Confirm {
        what,
        item: None,
        link: LINK.to_owned(),
    }
}

fn notice(contacts: usize, sent: bool) -> Text {
    Text::Notice {
        contacts,
        sent,
        link: LINK.to_owned(),
    }
}

fn outreach() -> Text {
    Text::Outreach {
        at: time("2026-11-21T10:02:00Z"),
        link: LINK.to_owned(),
    }
}

#[test]
fn a_code_says_what_it_confirms_and_never_to_read_it_out() {
    assert_eq!(
        said(&code()),
        "482 913 07 confirms: send invoice 10442. Works until 10:12 UTC. Never read this out unless you called us yourself. - Acme Production"
    );
}

#[test]
fn questions_notices_and_outreach_say_who_what_and_where() {
    assert_eq!(
        said(&confirm(RequestKind::Reset)),
        format!("Acme Production: did you ask us to reset your password? Yes or No: {LINK}")
    );
    assert_eq!(
        said(&notice(1, false)),
        format!(
            "Acme Production: someone contacted us about your account. Nothing was given out. Not you? {LINK}"
        )
    );
    assert_eq!(
        said(&notice(3, true)),
        format!(
            "Acme Production: we were contacted about your account 3 times. What we sent went to addresses on your account only. Not you? {LINK}"
        )
    );
    assert_eq!(
        said(&outreach()),
        format!("Acme Production: unusual login on 21 Nov. Was this you? {LINK}")
    );
    assert_eq!(
        said(&Text::Frozen),
        "Acme Production: your account's data is now frozen at our support. Nothing is lost. To end it, contact our support; we then ask you."
    );
}

fn planned(what: PlanKind) -> Text {
    Text::Planned {
        what,
        effective: time("2026-11-24T10:12:00Z"),
        link: LINK.to_owned(),
    }
}

#[test]
fn what_is_planned_says_what_and_when_and_how_to_stop_it() {
    assert_eq!(
        said(&planned(PlanKind::Point)),
        format!(
            "Acme Production: an email or phone number on your account changes on 24 Nov, 10:12 UTC. Not you? Stop it: {LINK}"
        )
    );
    let mut all: Vec<String> = PlanKind::ALL
        .iter()
        .map(|what| said(&planned(*what)))
        .collect();
    all.dedup();
    assert_eq!(all.len(), PlanKind::ALL.len(), "each says something else");
    for what in PlanKind::ALL {
        assert!(segments(&planned(*what), "A company with a rather long name indeed") <= 2);
    }
}

#[test]
fn a_code_fits_into_one_message_whatever_it_confirms() {
    for what in RequestKind::ALL {
        for item in [
            None,
            Some("invoice 10442"),
            Some("invoice 2026/10442-A of Acme"),
        ] {
            assert_eq!(segments(&code_for(*what, item), "Acme"), 1, "{what}");
        }
    }
    assert_eq!(segments(&Text::Frozen, "Acme Production"), 1);
    assert_eq!(segments(&outreach(), "Acme Production"), 1);
    assert_eq!(segments(&confirm(RequestKind::Reset), "Acme Production"), 1);
}

#[test]
fn nothing_takes_more_than_two_messages() {
    let company = "A company with a rather long name indeed";
    let item = "x".repeat(200);
    for what in RequestKind::ALL {
        assert!(segments(&code_for(*what, Some(&item)), company) <= 2);
        assert!(segments(&confirm(*what), company) <= 2, "{what}");
    }
    for text in [notice(1, false), notice(12, true), outreach(), Text::Frozen] {
        assert!(segments(&text, company) <= 2);
    }
}

#[test]
fn a_label_can_neither_make_a_link_nor_a_line_nor_turn_the_text_around() {
    for label in [
        "invoice https://evil.example/x now",
        "invoice evil.example",
        "invoice\r\nCall +1 202 555 0199",
        "invoice \u{202e}drowssap",
        "invoice mallory@evil.example",
        "invoice <a href=x>",
        "invoice\u{0}\u{7}\u{200b}",
    ] {
        let words = said(&code_for(RequestKind::Deliver, Some(label)));
        assert!(words.ends_with(" - Acme Production"), "{words:?}");
        for bad in [
            "://",
            "evil.example",
            "\n",
            "\r",
            "\u{202e}",
            "@",
            "<",
            "\0",
            "\u{200b}",
            "+1",
        ] {
            assert!(!words.contains(bad), "{words:?}");
        }
    }
}

#[test]
fn a_code_or_link_of_the_wrong_shape_is_never_sent() {
    for code in [
        "",
        "4829130",
        "482913077",
        "4829130x",
        "482 913 07",
        "４８２９１３０７",
    ] {
        let text = Text::Code {
            code: Zeroizing::new(code.to_owned()),
            what: RequestKind::Reset,
            item: None,
            expires: time("2026-11-21T10:12:00Z"),
        };
        assert_eq!(render(&text, "Acme").err(), Some(RenderError::Code));
    }
    for link in [
        "",
        "/owner/not-me/x",
        "javascript:x",
        "https://",
        "https://desk.example/x y",
        "https://desk.example/x\nCall us",
    ] {
        let text = Text::Outreach {
            at: time("2026-11-21T10:12:00Z"),
            link: link.to_owned(),
        };
        assert_eq!(
            render(&text, "Acme").err(),
            Some(RenderError::Link),
            "{link}"
        );
    }
}

proptest! {
    /// Whatever stands in the two free places, the fixed words around them stay as they are.
    #[test]
    fn no_label_or_name_changes_the_fixed_words(label in any::<String>(), company in any::<String>()) {
        let text = code_for(RequestKind::Deliver, Some(&label));
        let words = render(&text, &company).expect("words").text;
        let rest = words.strip_prefix("482 913 07 confirms: send ").expect("the beginning");
        let fixed = ". Works until 10:12 UTC. Never read this out unless you called us yourself. - ";
        let (label, company) = rest.split_once(fixed).expect("the fixed words");
        for filled in [label, company] {
            prop_assert!(filled.chars().count() <= 40);
            let bad = filled.contains(['\n', ':', '@', '<', '\u{202e}']);
            prop_assert!(!bad);
            prop_assert!(!filled.trim_end_matches("...").contains('.'));
        }
    }
}
