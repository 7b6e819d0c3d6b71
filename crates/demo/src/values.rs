//! The protected values of a customer, to find them again in what somebody heard or received.

use std::collections::BTreeSet;
use words::ContactKind;

use crate::{mailboxes::Mail, sample::SampleAccount};

/// The protected values of one customer.
pub(crate) struct Values(Vec<Value>);

struct Value {
    /// What it is: `the postal address`.
    what: String,
    /// How it may look, squashed to small letters and digits.
    forms: Vec<String>,
    /// How it may look as a word of its own, too short to look for inside others.
    tokens: Vec<String>,
}

/// Small letters and digits alone.
fn squash(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn value(what: impl Into<String>, forms: &[&str]) -> Value {
    Value {
        what: what.into(),
        forms: forms
            .iter()
            .map(|form| squash(form))
            .filter(|form| form.len() >= 6)
            .collect(),
        tokens: Vec::new(),
    }
}

/// An address gives itself away by its whole, by house and street, or by the code of its place.
fn address(what: String, text: &str) -> Value {
    let mut parts: Vec<&str> = text.split(", ").collect();
    let last = parts.pop().unwrap_or_default();
    let words: Vec<&str> = last.split(' ').collect();
    let code = words[words.len().saturating_sub(2)..].join(" ");
    parts.retain(|part| part.contains(|c: char| c.is_ascii_digit()));
    parts.extend([text, code.as_str()]);
    value(what, &parts)
}

impl Values {
    pub(crate) fn of(account: &SampleAccount) -> Self {
        let born = account.birth_date;
        let dates: Vec<String> = [
            "%Y-%m-%d",
            "%-d %B %Y",
            "%B %-d, %Y",
            "%d/%m/%Y",
            "%m/%d/%Y",
            "%-d.%-m.%Y",
        ]
        .iter()
        .map(|pattern| born.format(pattern))
        .collect();
        let dates: Vec<&str> = dates.iter().map(String::as_str).collect();
        let mut all = vec![
            address("the postal address".to_owned(), &account.address),
            value("the birth date", &dates),
            value("the user name", &[&account.user_name]),
        ];
        let digits = account.card.rsplit(' ').next().unwrap_or_default();
        let mut card = value("the card", &[&account.card]);
        card.tokens.push(digits.to_owned());
        all.push(card);
        if let Some(point) = account.contact_point(ContactKind::Email) {
            all.push(value("the email address", &[&point.value]));
        }
        if let Some(point) = account.contact_point(ContactKind::Phone) {
            let digits: String = point.value.chars().filter(char::is_ascii_digit).collect();
            all.push(value(
                "the phone number",
                &[&digits[digits.len().saturating_sub(9)..]],
            ));
        }
        for order in &account.orders {
            all.push(value(
                format!("order {}'s details", order.number),
                &[&order.summary()],
            ));
            if order.parcel != account.address {
                all.push(address(
                    format!("parcel {}'s address", order.number),
                    &order.parcel,
                ));
            }
            if let Some(invoice) = &order.invoice {
                all.push(value(
                    format!("receipt code {}", invoice.number),
                    &[&invoice.receipt_code],
                ));
            }
        }
        Self(all)
    }

    /// Which of them a text gives away.
    pub(crate) fn within(&self, text: &str) -> BTreeSet<String> {
        let squashed = squash(text);
        let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
        self.0
            .iter()
            .filter(|value| {
                value
                    .forms
                    .iter()
                    .any(|form| squashed.contains(form.as_str()))
                    || value
                        .tokens
                        .iter()
                        .any(|token| words.contains(token.as_str()))
            })
            .map(|value| value.what.clone())
            .collect()
    }

    /// Which of them a mail gives away, and what is attached to it.
    pub(crate) fn within_mail(&self, mail: &Mail) -> BTreeSet<String> {
        // Both parts say the same; the style of the other one is full of numbers.
        let words = if mail.text.is_empty() {
            mail.html.as_deref().unwrap_or_default()
        } else {
            &mail.text
        };
        let mut found = self.within(words);
        found.extend(
            mail.attachments
                .iter()
                .map(|one| one.name.trim_end_matches(".pdf").replace('-', " ")),
        );
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use words::Time;

    fn robin() -> Values {
        let robin = sample::accounts(1, 1, Time(1_795_255_200_000_000))
            .next()
            .expect("Robin");
        Values::of(&robin)
    }

    #[test]
    fn a_value_is_found_however_it_is_said() {
        let robin = robin();
        for (said, what) in [
            ("Is it 8 Lantern Row?", "the postal address"),
            ("it ends in zz4-2rv", "the postal address"),
            (
                "You live at 8 LANTERN ROW, Thimbleford.",
                "the postal address",
            ),
            (
                "The parcel? To the Glasshouse, 31 Quarry Lane.",
                "parcel 7042's address",
            ),
            ("You were born on 2 January 1990.", "the birth date"),
            ("The card ending in 4242", "the card"),
            ("07700 900042", "the phone number"),
            (
                "robin.vale (at) mail.example.net, or Robin.Vale@mail.example.net",
                "the email address",
            ),
        ] {
            assert!(robin.within(said).contains(what), "{said}");
        }
    }

    #[test]
    fn what_is_not_protected_or_false_gives_nothing_away() {
        let robin = robin();
        let fraudster = sample::fraudster();
        for said in fraudster.lines.iter().copied().chain(sample::twin()).chain([
            "Robin Vale, account A-1042, parcel 7042, invoice 10442",
            "I can't see that here, nobody on support can. I've just sent it to the email on your account.",
            "Thimbleford is a nice town.",
            "14242 is not a card",
        ]) {
            assert_eq!(robin.within(said), BTreeSet::new(), "{said}");
        }
    }
}
