//! What holds for any text, and for any value in any of the disguises.

use advise::{Reading, scrub, secrets};
use proptest::{collection::vec, prelude::*, sample::select};
use words::FieldKind;

/// How digits are written.
#[derive(Clone, Copy, Debug)]
enum Digits {
    Ascii,
    FullWidth,
    English,
    German,
}

/// How letters are written.
#[derive(Clone, Copy, Debug)]
enum Case {
    Small,
    Capital,
    FullWidth,
}

const BETWEEN: [&str; 10] = [
    " ",
    "  ",
    "-",
    "_",
    ".",
    "/",
    ", ",
    "\n",
    " \u{200b}",
    " - ",
];

fn digit(digit: char, how: Digits) -> String {
    const ENGLISH: [&str; 10] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    const GERMAN: [&str; 10] = [
        "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun",
    ];
    let value = digit.to_digit(10).expect("a digit");
    let at = value as usize;
    match how {
        Digits::Ascii => digit.to_string(),
        Digits::FullWidth => char::from_u32(0xff10 + value).expect("a digit").to_string(),
        Digits::English => ENGLISH[at].to_owned(),
        Digits::German => GERMAN[at].to_owned(),
    }
}

fn word(word: &str, how: Case) -> String {
    match how {
        Case::Small => word.to_lowercase(),
        Case::Capital => word.to_uppercase(),
        Case::FullWidth => word
            .chars()
            .map(|c| match c {
                '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).expect("a letter"),
                _ => c,
            })
            .collect(),
    }
}

/// Digits, each written in its own way, with these separators in turn; words never touch.
fn number(digits: &str, how: &[Digits], between: &[&str]) -> String {
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        let next = digit(c, how[at % how.len()]);
        if at > 0 {
            let words = out.ends_with(char::is_alphabetic) || next.starts_with(char::is_alphabetic);
            let separator = between[at % between.len()];
            out.push_str(if separator.is_empty() && words {
                " "
            } else {
                separator
            });
        }
        out.push_str(&next);
    }
    out
}

fn how_digits() -> impl Strategy<Value = Vec<Digits>> {
    let one = select(vec![
        Digits::Ascii,
        Digits::FullWidth,
        Digits::English,
        Digits::German,
    ]);
    vec(one, 1..6)
}

fn separators() -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(BETWEEN.to_vec()), 1..5)
}

fn digit_separators() -> impl Strategy<Value = Vec<&'static str>> {
    let mut all = BETWEEN.to_vec();
    all.extend(["", "", " and ", " dash "]);
    vec(select(all), 1..5)
}

fn case() -> impl Strategy<Value = Case> {
    select(vec![Case::Small, Case::Capital, Case::FullWidth])
}

/// A word that is in no list.
fn name() -> impl Strategy<Value = String> {
    "[bdfgklmprst][aiou][bdfgklmprst][aiou]quill"
        .prop_map(|name| name[..1].to_uppercase() + &name[1..])
}

/// What may stand around a value.
fn around() -> impl Strategy<Value = (&'static str, &'static str)> {
    select(vec![
        ("", ""),
        ("Sure, it is ", "."),
        ("That's right: ", ", isn't it?"),
        (
            "Dear Robin Vale, your order 7042 is on its way. It goes out today: ",
            "\nKind regards",
        ),
        ("Gern. Es ist ", " und nichts anderes."),
    ])
}

/// Texts made of what the reading looks for, in any disorder.
fn jumble() -> impl Strategy<Value = String> {
    let parts = select(vec![
        "password:",
        "is",
        "code",
        "4242",
        "4111",
        "1111",
        "eyJhbGciOi",
        ".",
        "@",
        "at",
        "dot",
        "street",
        "Lantern",
        "8",
        "one",
        "double",
        "oh",
        "hundred",
        "and",
        "thousand",
        "\u{200b}",
        "ß",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "-----END ",
        "Bearer",
        "token=",
        "a1b2c3d4e5f6a1b2",
        "é",
        "\n",
        " ",
        "",
        "**",
        "zweiund",
        "tausend",
        "ZZ4",
        "2RV",
        "IL",
        "62701",
        "P.O.",
        "Box",
        "January",
        "born",
        "1990",
        "２",
        "🔑",
        "ﷺ",
        "https://u:p",
        "ends",
        "in",
        "phone",
        "+44",
        "(202)",
        "\"",
        "'",
        "st",
        "nd",
    ]);
    vec((parts, select(vec!["", " ", "\n", "-", "\u{2060}"])), 0..60).prop_map(|parts| {
        parts
            .into_iter()
            .flat_map(|(part, gap)| [part, gap])
            .collect()
    })
}

fn check_secrets(text: &str) -> Result<(), TestCaseError> {
    let mut last = 0;
    for secret in secrets(text) {
        prop_assert!(secret.range.start >= last && secret.range.start < secret.range.end);
        prop_assert!(text.get(secret.range.clone()).is_some());
        last = secret.range.end;
    }
    let (clean, count) = scrub(text);
    prop_assert_eq!(count, secrets(text).len());
    if count == 0 {
        prop_assert_eq!(clean, text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>(), value in any::<String>()) {
        let reading = Reading::of(&text);
        for kind in FieldKind::ALL {
            reading.holds(&value, *kind);
        }
        reading.looks_like();
        check_secrets(&text)?;
    }

    #[test]
    fn a_jumble_is_read_without_panic(text in jumble(), value in jumble()) {
        let reading = Reading::of(&text);
        for kind in FieldKind::ALL {
            reading.holds(&value, *kind);
        }
        reading.looks_like();
        check_secrets(&text)?;
    }

    #[test]
    fn an_address_is_found_in_every_disguise(
        house in 1_u32..9999,
        (street, town) in (name(), name()),
        way in select(vec!["Street", "Row", "Lane", "Avenue", "Road", "Hill"]),
        (digits, letters, between) in (how_digits(), case(), separators()),
        number_first: bool,
        (before, after) in around(),
    ) {
        let value = format!("{house} {street} {way}, {town} ZZ4 2RV");
        let house = number(&house.to_string(), &digits, &between);
        let gap = between[0];
        let name = format!("{}{gap}{}", word(&street, letters), word(way, letters));
        let text = if number_first {
            format!("{before}{house}{gap}{name}{after}")
        } else {
            format!("{before}{name}{gap}{house}{after}")
        };
        prop_assert!(Reading::of(&text).holds(&value, FieldKind::Address), "{}", text);
        let plain = format!("{before}{value}{after}");
        prop_assert!(Reading::of(&plain).looks_like().contains(&FieldKind::Address), "{}", plain);
    }

    #[test]
    fn a_phone_number_is_found_in_every_disguise(
        national in "7[1-9][0-9]{8}",
        prefix in select(vec!["+44", "0", "0044", "+44 (0)", ""]),
        (digits, between) in (how_digits(), digit_separators()),
        (before, after) in around(),
    ) {
        let value = format!("+44{national}");
        let text = format!("{before}{prefix}{}{after}", number(&national, &digits, &between));
        prop_assert!(Reading::of(&text).holds(&value, FieldKind::Phone), "{}", text);
        let plain = format!("{before}{prefix}{} {}{after}", &national[..4], &national[4..]);
        if !prefix.is_empty() {
            prop_assert!(Reading::of(&plain).looks_like().contains(&FieldKind::Phone), "{}", plain);
        }
    }

    #[test]
    fn the_last_four_of_a_card_are_found_in_every_disguise(
        last in "[0-9]{4}",
        brand in select(vec!["Visa", "Mastercard", "American Express", "Maestro"]),
        cue in select(vec![" ", " ending in ", " •••• ", ": ", " mit den letzten vier Ziffern "]),
        (digits, letters, between) in (how_digits(), case(), digit_separators()),
        (before, after) in around(),
    ) {
        let value = format!("{brand} {last}");
        let text = format!(
            "{before}{}{cue}{}{after}",
            word(brand, letters),
            number(&last, &digits, &between)
        );
        let reading = Reading::of(&text);
        prop_assert!(reading.holds(&value, FieldKind::Card), "{}", text);
        prop_assert!(reading.looks_like().contains(&FieldKind::Card), "{}", text);
    }

    #[test]
    fn a_card_number_is_removed_whatever_parts_it(
        digits in "4[0-9]{14}",
        (how, between) in (how_digits(), digit_separators()),
        (before, after) in around(),
    ) {
        let whole = with_check_digit(&digits);
        let text = format!("{before}{}{after}", number(&whole, &how, &between));
        let (clean, count) = scrub(&text);
        prop_assert!(count >= 1, "{}", text);
        prop_assert!(clean.contains("[a card number was removed]"), "{}", clean);
    }

    #[test]
    fn a_reading_of_another_value_holds_nothing(
        house in 100_u32..999,
        (street, town) in (name(), name()),
        (other_street, other_town) in (name(), name()),
        digits in how_digits(),
    ) {
        prop_assume!(street != other_street && town != other_town);
        let value = format!("{house} {street} Street, {town} ZZ4 2RV");
        let text = format!(
            "{} {other_street} Street, {other_town} ZZ4 3RV",
            number(&house.to_string(), &digits, &[" "])
        );
        prop_assert!(!Reading::of(&text).holds(&value, FieldKind::Address), "{}", text);
    }
}

/// The digits and the one that Luhn's rule puts after them.
fn with_check_digit(digits: &str) -> String {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 if digit > 4 => digit * 2 - 9,
            0 => digit * 2,
            _ => digit,
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
