//! What decoys are made of: people, streets and numbers that aren't.

use words::{ContactKind, FieldKind};

use super::Dice;
use crate::accounts::FieldDocument;

const FIRST: [&str; 48] = [
    "Ada", "Agnes", "Aisha", "Alan", "Amir", "Andrea", "Anton", "Beate", "Carlos", "Celia",
    "Clara", "Daniel", "Deniz", "Dora", "Elena", "Emil", "Farah", "Felix", "Greta", "Hanna",
    "Hugo", "Ines", "Ivan", "Jana", "Joel", "Jonas", "Karin", "Lars", "Leila", "Lina", "Marco",
    "Maria", "Martin", "Mina", "Nadia", "Nils", "Olga", "Oscar", "Paula", "Rafael", "Rosa",
    "Samir", "Sofia", "Tomas", "Ursula", "Viktor", "Wanda", "Yusuf",
];
const LAST: [&str; 48] = [
    "Abel",
    "Albrecht",
    "Arden",
    "Bauer",
    "Bergman",
    "Birch",
    "Brandt",
    "Castell",
    "Costa",
    "Dahl",
    "Demir",
    "Doran",
    "Eder",
    "Ferreira",
    "Fischer",
    "Fontana",
    "Garrow",
    "Gruber",
    "Hale",
    "Hartmann",
    "Holm",
    "Ibsen",
    "Jansen",
    "Keller",
    "Kovac",
    "Lang",
    "Lindqvist",
    "Marlow",
    "Mendes",
    "Moreau",
    "Nagel",
    "Novak",
    "Oakes",
    "Olsen",
    "Pereira",
    "Quist",
    "Reyes",
    "Rossi",
    "Sandoval",
    "Schiller",
    "Sommer",
    "Tanner",
    "Ulrich",
    "Varga",
    "Weiss",
    "Wexler",
    "Young",
    "Zeller",
];
const STREET: [&str; 12] = [
    "Alder Row",
    "Bridge Street",
    "Canal Walk",
    "Chapel Lane",
    "Elm Court",
    "Harbour Road",
    "Market Square",
    "Mill Lane",
    "Orchard Way",
    "Station Road",
    "Vine Street",
    "Willow Close",
];
const TOWN: [&str; 12] = [
    "Ashford",
    "Brackwell",
    "Delmont",
    "Easterby",
    "Fairhaven",
    "Grenville",
    "Holmstead",
    "Kingsmere",
    "Lowbrook",
    "Marlton",
    "Northam",
    "Westerfield",
];
const THING: [&str; 8] = [
    "one blue lamp",
    "two small shelves",
    "a kettle",
    "three notebooks",
    "one rain jacket",
    "a bicycle bell",
    "two pillows",
    "a set of bowls",
];
/// Reserved for such use by RFC 2606 and RFC 6761: no letter to them arrives anywhere.
const DOMAIN: [&str; 3] = ["example.com", "example.net", "example.org"];
const LETTERS: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Somebody who isn't.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) user_name: String,
    first: &'static str,
    last: &'static str,
}

impl Person {
    /// With a name written as another is.
    pub(super) fn new(dice: &Dice<'_>, like: &str) -> Self {
        let first = dice.of(&FIRST).copied().unwrap_or("Ada");
        let last = dice.of(&LAST).copied().unwrap_or("Abel");
        let number = 10 + dice.below(90);
        let words = like.split_whitespace().count();
        let name = if like.chars().any(|c| c.is_ascii_digit()) {
            // No name of a person: `Customer 71`.
            imitated(dice, like, 0)
        } else if like.contains(',') {
            format!("{last}, {first}")
        } else if words < 2 {
            first.to_owned()
        } else {
            format!("{first} {last}")
        };
        Self {
            name,
            user_name: format!("{}{}{number}", first.to_lowercase(), last.to_lowercase()),
            first,
            last,
        }
    }

    /// Where nothing is ever sent.
    pub(super) fn address(&self, dice: &Dice<'_>, kind: ContactKind, nth: usize) -> String {
        match kind {
            ContactKind::Email => {
                let number = dice.below(9000) + 1000;
                let domain = dice.of(&DOMAIN).copied().unwrap_or("example.com");
                let (first, last) = (self.first.to_lowercase(), self.last.to_lowercase());
                let more = if nth == 0 { "" } else { ".mail" };
                format!("{first}.{last}{number}{more}@{domain}")
            }
            // Set aside for drama by Ofcom.
            ContactKind::Phone => format!("+44 7700 900{:03}", dice.below(1000)),
        }
    }
}

/// A made-up value of a kind; `find` for one that an account is found by.
pub(super) fn value(
    dice: &Dice<'_>,
    person: &Person,
    kind: FieldKind,
    find: bool,
) -> FieldDocument {
    let one = |list: &'static [&'static str]| dice.of(list).copied().unwrap_or_default();
    let text = match kind {
        FieldKind::Text if find => person.user_name.clone(),
        FieldKind::Text => one(&THING).to_owned(),
        FieldKind::Address => {
            let postcode = 10_000 + dice.below(89_999);
            format!(
                "{} {}, {postcode} {}",
                1 + dice.below(120),
                one(&STREET),
                one(&TOWN)
            )
        }
        FieldKind::Date => day(dice, 1950, 54),
        FieldKind::Password => day(dice, 2023, 2),
        FieldKind::Card => format!("Visa {:04}", dice.below(10_000)),
        FieldKind::Number => format!("{}", 1_000_000 + dice.below(8_999_999)),
        FieldKind::Email => person.address(dice, ContactKind::Email, 1),
        FieldKind::Phone => person.address(dice, ContactKind::Phone, 1),
        FieldKind::Receipt => (0..4).map(|_| part(dice)).collect::<Vec<_>>().join("-"),
        FieldKind::Document => {
            use base64::{Engine as _, engine::general_purpose::STANDARD};
            let bytes = format!("%PDF-1.4\n% {} {}\n%%EOF\n", person.first, part(dice));
            let parts = [
                ("file_name", "document.pdf".to_owned()),
                ("media_type", "application/pdf".to_owned()),
                ("base64", STANDARD.encode(bytes)),
            ];
            let parts = parts
                .into_iter()
                .map(|(key, text)| (key.to_owned(), FieldDocument::Text(text)));
            return FieldDocument::Object(parts.collect());
        }
    };
    FieldDocument::Text(text)
}

fn day(dice: &Dice<'_>, from: u64, years: u64) -> String {
    let (year, month, day) = (
        from + dice.below(years),
        1 + dice.below(12),
        1 + dice.below(28),
    );
    format!("{year:04}-{month:02}-{day:02}")
}

fn part(dice: &Dice<'_>) -> String {
    (0..4)
        .filter_map(|_| dice.of(LETTERS).map(|byte| char::from(*byte)))
        .collect()
}

/// Another one of the same shape: its last digits differ, three of them, and one more with each
/// `farther`. Where there are no digits, its letters do.
pub(super) fn imitated(dice: &Dice<'_>, like: &str, farther: u32) -> String {
    let digits = like.chars().filter(char::is_ascii_digit).count();
    let hex = like
        .chars()
        .all(|c| !c.is_ascii_alphabetic() || c.is_ascii_hexdigit());
    // In a number the last digits say least; a name without many is drawn anew, letters and all.
    let keep = match digits {
        0..=2 => 0,
        _ => digits.saturating_sub(3 + farther as usize),
    };
    let draws_letters = digits < 3 || hex && like.len() > 16;
    let mut seen = 0;
    like.chars()
        .map(|c| {
            if c.is_ascii_digit() {
                seen += 1;
                if seen <= keep && !draws_letters {
                    return c;
                }
                return char::from(b'0' + u8::try_from(dice.below(10)).unwrap_or(0));
            }
            if !c.is_ascii_alphabetic() || !draws_letters || digits > 0 && !hex {
                return c;
            }
            let first = if c.is_ascii_uppercase() { b'A' } else { b'a' };
            let span = if hex { 6 } else { 26 };
            char::from(first + u8::try_from(dice.below(span)).unwrap_or(0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestEntropy;

    fn shape(text: &str) -> String {
        text.chars()
            .map(|c| match c {
                '0'..='9' => '9',
                'a'..='z' => 'a',
                'A'..='Z' => 'A',
                other => other,
            })
            .collect()
    }

    #[test]
    fn what_is_imitated_keeps_its_shape_and_its_first_digits() {
        let entropy = TestEntropy::new(3);
        let dice = Dice(&entropy);
        for like in [
            "A-1042",
            "7001",
            "INV-2024-00310",
            "0f3a9c1e-77b2-4d10-9c11-aa00bb11cc22",
        ] {
            let made = imitated(&dice, like, 0);
            assert_eq!(shape(&made).len(), shape(like).len());
            assert_ne!(made, like);
        }
        assert!(imitated(&dice, "INV-2024-00310", 0).starts_with("INV-2024-00"));
        assert_eq!(shape(&imitated(&dice, "Customer 71", 0)), "Aaaaaaaa 99");
        assert!(imitated(&dice, "Customer 71", 0).starts_with("Customer "));
    }

    #[test]
    fn a_person_is_named_as_the_model_is() {
        let entropy = TestEntropy::new(3);
        let dice = Dice(&entropy);
        assert_eq!(Person::new(&dice, "Robin Vale").name.split(' ').count(), 2);
        assert!(Person::new(&dice, "Vale, Robin").name.contains(", "));
        assert_eq!(Person::new(&dice, "Robin").name.split(' ').count(), 1);
    }
}
