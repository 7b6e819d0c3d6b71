use super::*;

fn found(text: &str, published: &[&str], freed: &[FieldKind]) -> Option<(Found, Stopped)> {
    let published: Vec<String> = published.iter().map(|&entry| entry.to_owned()).collect();
    by_text(text, &published, freed, &Catalogue::shipped())
}

fn what(text: &str) -> Option<Found> {
    found(text, &[], &[]).map(|(found, _)| found)
}

#[test]
fn shapes_and_secrets_stop_a_reply_whoever_s_they_are() {
    for text in [
        "It goes to 22 Acacia Avenue, Leeds.",
        "Is your number +44 7700 900123?",
        "I see someone@mail.example here.",
        "You were born on 3 May 1971, right?",
        "the card ending in four two four two",
        "Please pay to GB29 NWBK 6016 1331 9268 19.",
    ] {
        assert_eq!(what(text), Some(Found::Shape), "{text}");
    }
    for text in [
        "Your new password is Sommer2026!",
        "The code is 482913.",
        "It was charged to 4242 4242 4242 4242.",
    ] {
        assert_eq!(what(text), Some(Found::Secret), "{text}");
    }
    for text in [
        "Order 7001 left on 12 March 2026 and costs 128.40 euros.",
        "Your invoice 10442 is on its way to the email on your account.",
    ] {
        assert_eq!(what(text), None, "{text}");
    }
}

#[test]
fn what_the_company_publishes_may_be_said_and_nothing_next_to_it() {
    let own = [
        "Acme Production, 8 Lantern Row, Thimbleford ZZ4 2RV",
        "help@acme.example",
        "+44 7700 900001",
    ];
    for text in [
        "Write to HELP@acme.example or ring +44 7700 900001.",
        "Kind regards\nAcme Production\n8 Lantern Row\nThimbleford ZZ4 2RV",
    ] {
        assert_eq!(found(text, &own, &[]), None, "{text}");
        assert!(found(text, &[], &[]).is_some(), "{text}");
    }
    for text in [
        "Write to help@acme.example, not to someone@mail.example.",
        "Ring +44 7700 9000012.",
        "+44 7700 900001 or +44 7700 900123",
        "Acme Production, 9 Lantern Row, Thimbleford ZZ4 2RV",
    ] {
        assert!(found(text, &own, &[]).is_some(), "{text}");
    }
    assert!(found("someone@mail.example", &["", " , "], &[]).is_some());
}

#[test]
fn what_is_offered_instead_follows_from_the_text() {
    let instead = |text: &str| found(text, &[], &[]).expect("a stop").1.instead;
    assert_eq!(instead("22 Acacia Avenue, Leeds"), ["address", "parcel"]);
    assert_eq!(
        instead("Your parcel goes to 22 Acacia Avenue, Leeds")[0],
        "parcel"
    );
    assert_eq!(
        instead("The invoice went to someone@mail.example"),
        ["invoice"]
    );
    assert!(instead("Ring +44 7700 900123").is_empty());
    let all = detail("Is it the teal one?", &[], &Catalogue::shipped()).instead;
    assert_eq!(all.len(), 7, "any could be meant: {all:?}");
}

#[test]
fn what_a_proof_has_put_on_the_screen_frees_its_own_shape_only() {
    let both = "22 Acacia Avenue, Leeds, +44 7700 900123";
    assert_eq!(
        found("22 Acacia Avenue, Leeds", &[], &[FieldKind::Address]),
        None
    );
    assert!(found(both, &[], &[FieldKind::Address]).is_some());
    assert!(found("The code is 482913.", &[], &[FieldKind::Address]).is_some());
}

#[test]
fn what_stays_in_the_house_is_stopped_for_secrets_alone() {
    let note = "Says they live at 22 Acacia Avenue, Leeds, and gave +44 7700 900123.";
    let same = kept(MessageKind::Note, note.to_owned(), false).expect("kept");
    assert_eq!(same, note);
    let note = "Read me their card: 4242 4242 4242 4242. Told them not to.";
    let stopped = kept(MessageKind::Note, note.to_owned(), false).expect_err("a stop");
    assert!(stopped.removable && stopped.reason.contains("card number"));
    let clean = kept(MessageKind::Note, note.to_owned(), true).expect("kept");
    assert_eq!(
        clean,
        "Read me their card: [a card number was removed]. Told them not to."
    );
    assert_eq!(without_secrets(note.to_owned()), clean);
}

#[test]
fn no_stop_repeats_what_was_typed() {
    for text in [
        "It goes to 22 Acacia Avenue, Leeds.",
        "Your password is Quillfeather!77",
    ] {
        let (_, stopped) = found(text, &[], &[]).expect("a stop");
        let all = format!("{stopped:?}");
        for word in ["Acacia", "22", "Leeds", "Quill", "77"] {
            assert!(!all.contains(word), "{all}");
        }
    }
}
