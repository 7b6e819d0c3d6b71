//! Canaries: values that occur nowhere else, and finding them in whatever form software gives them.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// A protected value and the forms in which it may turn up.
#[derive(Clone, Debug)]
pub struct Canary {
    /// What it is, such as `the postal address`.
    pub label: &'static str,
    /// The name that a scenario's `knows` has for it; empty if nobody can know it.
    pub known_as: &'static str,
    forms: Vec<String>,
    /// Only counted where it stands alone, as it is too short to be unmistakable.
    alone: bool,
}

impl Canary {
    /// A value long enough to be found anywhere, in each of these spellings.
    pub fn new(label: &'static str, known_as: &'static str, spellings: &[&str]) -> Self {
        let mut forms: Vec<String> = spellings.iter().flat_map(|value| forms(value)).collect();
        forms.sort();
        forms.dedup();
        Self {
            label,
            known_as,
            forms,
            alone: false,
        }
    }

    /// A short one, such as four digits: found only where it stands alone.
    pub fn short(label: &'static str, known_as: &'static str, value: &str) -> Self {
        Self {
            label,
            known_as,
            forms: vec![value.to_lowercase()],
            alone: true,
        }
    }

    /// The forms in which it is looked for, in small letters; and whether only where they stand alone.
    pub fn forms(&self) -> (&[String], bool) {
        (&self.forms, self.alone)
    }

    /// Whether a text holds it. `text` is in small letters already.
    pub fn is_in(&self, text: &str) -> bool {
        self.forms.iter().any(|form| {
            if self.alone {
                stands_alone(text, form)
            } else {
                let mut found = text.match_indices(form.as_str());
                found.any(|(at, _)| !by_chance(text, at, form))
            }
        })
    }
}

/// A text as [`Canary::is_in`] takes it.
pub fn small(text: &str) -> String {
    text.to_lowercase()
}

/// Whether a form stands alone in a text. Digits in ids, times and versions don't count.
pub fn stands_alone(text: &str, form: &str) -> bool {
    text.match_indices(form).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + found.len()..].chars();
        let (next, second) = (after.next(), after.next());
        let inner = |c: char| c.is_alphanumeric() || "-_:#/+=%&;".contains(c);
        let point = next == Some('.') && second.is_some_and(|c| c.is_ascii_digit());
        !before.is_some_and(|c| inner(c) || c == '.') && !next.is_some_and(inner) && !point
    })
}

/// Whether digits found there are part of a time in microseconds, a hash or an id: a ledger has enough of
/// those to hold any eight digits. (What was encoded in hex is found by its other forms.)
pub fn by_chance(text: &str, at: usize, form: &str) -> bool {
    if form.len() >= 12 || !form.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let (before, after) = text.as_bytes().split_at(at);
    let run = |inner: fn(&&u8) -> bool| {
        before.iter().rev().take(32).take_while(inner).count()
            + after.iter().take(32).take_while(inner).count()
    };
    // A time in microseconds has sixteen digits; a date with its time of day has fourteen.
    run(|b| b.is_ascii_digit()) >= 16 || run(|b| b.is_ascii_hexdigit() || **b == b'-') >= 32
}

/// A value as it may turn up, in small letters: raw, by URL, HTML and JSON rules, in base 64 and
/// base 16, and its digits alone.
fn forms(value: &str) -> Vec<String> {
    let url: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;");
    let json = serde_json::Value::from(value).to_string();
    let mut out = vec![
        value.to_owned(),
        url.replace('+', "%20"),
        url,
        html.replace('@', "&#64;"),
        html,
        json.trim_matches('"').to_owned(),
        hex::encode(value),
        STANDARD.encode(value),
        URL_SAFE_NO_PAD.encode(value),
        value.chars().rev().collect(),
    ];
    // In base 64 of a longer text the value stands at one of three shifts.
    for shift in 0..3 {
        let text = STANDARD_NO_PAD.encode(format!("{}{value}", "x".repeat(shift)));
        let from = if shift == 0 { 0 } else { 4 };
        let to = text.len().saturating_sub(4);
        if to > from + 12 {
            out.push(text[from..to].to_owned());
        }
    }
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 8 {
        out.push(digits);
    }
    out.iter().map(|form| form.to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(canary: &Canary, text: &str) -> bool {
        canary.is_in(&small(text))
    }

    #[test]
    fn a_value_is_found_in_every_form() {
        let value = "Quillzzkx Lane 17, Nethermoor";
        let canary = Canary::new("the address", "address", &[value]);
        let inside = format!("{{\"reply\":\"so: {value}.\"}}");
        for text in [
            inside.clone(),
            value.to_uppercase(),
            STANDARD.encode(&inside),
            STANDARD.encode(format!("a{inside}")),
            URL_SAFE_NO_PAD.encode(format!("ab{inside}")),
            hex::encode(&inside),
            "q=Quillzzkx+Lane+17%2C+Nethermoor".to_owned(),
            "q=Quillzzkx%20Lane%2017%2C%20Nethermoor".to_owned(),
        ] {
            assert!(found(&canary, &text), "{text}");
        }
        assert!(!found(&canary, "Quill Lane 17"));
    }

    #[test]
    fn digits_in_a_hash_or_an_id_are_chance() {
        let canary = Canary::new("a date", "date", &["2001-05-12"]);
        for text in [
            "20010512",
            "on 20010512T100000Z",
            "id-20010512-a",
            "2001-05-12",
            "20010512000000",
            "/api/v1/accounts/x-bcdfghjk/birth_date/20010512",
            "statement_for_alva_fenwick_born_20010512.pdf",
        ] {
            assert!(found(&canary, text), "{text}");
        }
        let hash = "9f86d081884c7d659a2feaa0c55ad0152001051282cd15d6c15b0f00a08";
        let id = "01920010-5127-7c3a-8b1e-20010512aaf3";
        assert!(!found(&canary, hash) && !found(&canary, id));
        assert!(!found(&canary, "\"at\":1720010512003214"));
        // What was encoded is found all the same.
        assert!(found(&canary, &hex::encode("born on 2001-05-12, it says")));
    }

    #[test]
    fn a_phone_number_is_found_by_its_digits() {
        let canary = Canary::new("the phone", "phone", &["+44 7700 900123"]);
        assert!(found(&canary, "<td>447700900123</td>"));
    }

    #[test]
    fn four_digits_count_only_where_they_stand_alone() {
        let canary = Canary::short("the last four", "last_four", "0429");
        for text in [
            "ends in 0429.",
            "<b>0429</b>",
            "\"0429\"",
            "card 0429, right?",
        ] {
            assert!(found(&canary, text), "{text}");
        }
        for text in [
            "0199-0429-7abc",
            "10:02:03.0429",
            "#0429",
            "abc0429",
            "/tickets/0429",
            "0429.5",
        ] {
            assert!(!found(&canary, text), "{text}");
        }
    }
}
