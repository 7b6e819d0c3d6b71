//! What counts as a secret in any text, and what doesn't.

use advise::{SecretKind, scrub, secrets};

/// Nothing here opens anything; the pieces are put together so that no scanner takes the file for
/// a leak.
fn found(text: &str) -> Vec<(SecretKind, &str)> {
    secrets(text)
        .into_iter()
        .map(|secret| (secret.kind, &text[secret.range]))
        .collect()
}

#[track_caller]
fn one(text: &str, kind: SecretKind, part: &str) {
    assert_eq!(found(text), [(kind, part)], "{text}");
}

#[test]
fn card_numbers_are_found_with_any_separators() {
    for number in [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111/1111/1111/1111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "４１１１ １１１１ １１１１ １１１１",
        "4111\u{200b}1111\u{200b}1111\u{200b}1111",
        "3782 822463 10005",
        "5555555555554444",
    ] {
        one(
            &format!("My card is {number}, please."),
            SecretKind::CardNumber,
            number,
        );
    }
    one(
        "It's four one one one, one one one one, one one one one, one one one one.",
        SecretKind::CardNumber,
        "four one one one, one one one one, one one one one, one one one one",
    );
}

#[test]
fn numbers_that_are_no_cards_stay() {
    for text in [
        "Order 4111111111111112 is on its way.",
        "Call +44 7700 900042 or 07700 900042.",
        "Tracking 1234567890123456 says delivered.",
        "Invoices 10442, 10443, 10444 and 10445.",
        "2026-10-02 12:20:39",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn codes_are_found_by_the_word_for_them() {
    for (text, code) in [
        ("Your code is 482913.", "482913"),
        ("Code: 482 913", "482 913"),
        (
            "The verification code is 482-913 and lasts ten minutes",
            "482-913",
        ),
        ("482913 is your Acme login code", "482913"),
        ("482913 ist Ihr Bestätigungscode", "482913"),
        ("Ihr Code lautet 482913", "482913"),
        ("Der Einmalcode lautet: 48291377", "48291377"),
        ("OTP 4829", "4829"),
        ("my PIN is 4829", "4829"),
        ("TAN: 482913", "482913"),
        (
            "The code is four eight two nine one three",
            "four eight two nine one three",
        ),
        ("Your code: G-482913", "G-482913"),
        ("recovery code: 7K2P-99XX-QW3E", "7K2P-99XX-QW3E"),
    ] {
        one(text, SecretKind::Code, code);
    }
    one("CVV 123", SecretKind::CardCode, "123");
    one("the card code is 1234", SecretKind::CardCode, "1234");
}

#[test]
fn codes_of_other_things_stay() {
    for text in [
        "The postcode is 10115.",
        "Your discount code is 482913",
        "Error code 4042 means that the card expired.",
        "The code has 6 digits.",
        "The code expires in 1440 minutes.",
        "Enter the code, then the order 7042.",
        "The code never comes. Is the mailbox full?",
        "Ihre Postleitzahl ist 10115.",
        "QR code 482913",
        "Order 482913 is as you wanted, the code comes by mail",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn passwords_are_found_by_the_word_for_them() {
    for (text, password) in [
        ("password: hunter22", "hunter22"),
        ("Password = Tr0ub4dor&3", "Tr0ub4dor&3"),
        ("Your new password is Gizmo-2026!", "Gizmo-2026!"),
        ("your new password is sunshine.", "sunshine"),
        ("Ihr neues Passwort lautet Sommer2026", "Sommer2026"),
        ("Kennwort: Zahnrad77", "Zahnrad77"),
        ("I've set your password to xK9#mmp", "xK9#mmp"),
        ("The password is \"lantern\"", "lantern"),
        ("pw: qwertz12", "qwertz12"),
        ("login robin pass: qwertz12", "qwertz12"),
        ("https://robin:qwertz12@files.example.com/a", "qwertz12"),
        ("Password:\nhunter22\n", "hunter22"),
    ] {
        one(text, SecretKind::Password, password);
    }
}

#[test]
fn talk_about_passwords_stays() {
    for text in [
        "Your password is wrong.",
        "The password is case-sensitive.",
        "Your password was changed.",
        "A password is required",
        "Your password has expired.",
        "Reset your password: https://shop.example.com/reset",
        "Nobody but you knows the password.",
        "The password is too short",
        "Password: please choose your own",
        "Das Passwort ist falsch.",
        "Ihr Passwort wurde geändert.",
        "I can't set a password, nobody on support can.",
        "Your password is safe with us, and your account as well.",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn tokens_are_found_by_their_form_and_their_names() {
    let jwt = format!(
        "{}.{}.{}",
        "eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJyb2JpbiJ9", "c2lnbmF0dXJlMTIz"
    );
    let run = "k3JhX9q2LmZ0pQ7vT1sB8nYw4RdE6uCf";
    let hex = "9f86d081884c7d659a2feaa0c55ad015";
    for token in [
        jwt.clone(),
        format!("sk_{}_{}", "live", "4eC39HqLyjWDarjtT1zdp7dc"),
        format!("gh{}_{}", "p", "16C7e42F292c6912E7710c838347Ae178B4a"),
        format!("xox{}-{}", "b", "17653672481-19874698323-pdFZKVeTuE8sk7oO"),
        format!("AK{}{}", "IA", "IOSFODNN7EXAMPLE"),
        run.to_owned(),
        hex.to_owned(),
    ] {
        one(
            &format!("Here it is: {token} and now?"),
            SecretKind::Token,
            &token,
        );
    }
    one(
        "Authorization: Bearer a1b2c3d4e5f6g7h8",
        SecretKind::Token,
        "a1b2c3d4e5f6g7h8",
    );
    one("api_key=9fKq72LmZ0", SecretKind::Token, "9fKq72LmZ0");
    one(
        "https://x.example.com/in?token=9fKq72LmZ0",
        SecretKind::Token,
        "9fKq72LmZ0",
    );
    one(
        "Cookie: sessionid=9fKq72LmZ0x4",
        SecretKind::Cookie,
        "9fKq72LmZ0x4",
    );
    one("PHPSESSID=9fkq72lmz0x4", SecretKind::Cookie, "9fkq72lmz0x4");
}

#[test]
fn a_private_key_is_found_whole() {
    let line = "-".repeat(5);
    let key =
        format!("{line}BEGIN EC PRIVATE KEY{line}\nMHcCAQEE\nIBYg\n{line}END EC PRIVATE KEY{line}");
    one(
        &format!("Look:\n{key}\nThanks"),
        SecretKind::PrivateKey,
        &key,
    );
    let public = format!("{line}BEGIN PUBLIC KEY{line}\nMFkw\n{line}END PUBLIC KEY{line}");
    assert_eq!(found(&public), []);
}

#[test]
fn what_only_looks_random_stays() {
    for text in [
        "The id is 0191d3a4-7f00-7b3c-9a52-3c1f0a2b4c5d.",
        "https://shop.example.com/Garden/Gizmos/Brass-Button-Polish-2026",
        "Donaudampfschifffahrtsgesellschaftskapitän",
        "acme_production_workshop_manual_large_print_v2.pdf",
        "Session: Tuesday at noon",
        "The token of our thanks",
        "sign-in=required",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn scrubbing_leaves_a_plain_word_in_the_place_of_each() {
    let (clean, count) = scrub("Card 4111 1111 1111 1111, CVV 123, password: hunter22. Thanks!");
    assert_eq!(
        clean,
        "Card [a card number was removed], CVV [a card's code was removed], \
         password: [a password was removed]. Thanks!"
    );
    assert_eq!(count, 3);
    assert_eq!(scrub(&clean), (clean.clone(), 0));
}

#[test]
fn a_hundred_times_the_text_takes_about_a_hundred_times_as_long() {
    for piece in [
        "password is code 4111 one double ",
        "-----BEGIN PRIVATE KEY-----",
        "a.b@c at d dot e ",
        "1 ",
        "o1o1",
        "eyJeyJ.",
        "ghp_xoxb-AIza",
        "und",
        "born 1 January 1990 Row 8 ZZ4 2RV ",
    ] {
        let time = |times: usize| {
            let text = piece.repeat(times);
            let start = std::time::Instant::now();
            let reading = advise::Reading::of(&text);
            reading.looks_like();
            for kind in words::FieldKind::ALL {
                reading.holds("8 Lantern Row, Thimbleford 10115", *kind);
                reading.holds("1990-01-02", *kind);
            }
            secrets(&text);
            start.elapsed().as_secs_f64()
        };
        let small = time(40).max(0.005);
        let large = time(4000);
        assert!(large < small * 1000.0, "{piece}: {small} s, then {large} s");
    }
}
