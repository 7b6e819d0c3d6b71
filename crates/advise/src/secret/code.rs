//! One-time codes, PINs, TANs, and the code on a card.
//!
//! A code is told by the word for it: `code is 482913`, `482913 is your code`, `Ihr Code lautet
//! 482 913`, `OTP: 4829`. The codes of places, prices and faults (`postcode`, `discount code`,
//! `error code`) are none.

use super::{Secret, SecretKind};
use crate::{
    reading::Reading,
    token::{Gap, Token},
};

pub(super) fn find(text: &str, reading: &Reading) -> Vec<Secret> {
    let mut out = Vec::new();
    for at in 0..reading.tokens.len() {
        if let Some(kind) = cue(reading, at) {
            out.extend(after(text, reading, at, kind));
            out.extend(before(reading, at, kind));
        }
    }
    out
}

/// Whether a word announces a code.
fn cue(reading: &Reading, at: usize) -> Option<SecretKind> {
    let token = &reading.tokens[at];
    if !token.is_word() {
        return None;
    }
    let is_other = reading
        .before(at, 1)
        .any(|token| is_other_code(&token.text));
    match token.text.as_str() {
        "cvv" | "cvc" | "csc" | "cvn" | "prufziffer" | "kartenprufnummer" => {
            Some(SecretKind::CardCode)
        }
        "code"
            if reading
                .before(at, 1)
                .any(|token| matches!(token.text.as_str(), "card" | "karten")) =>
        {
            Some(SecretKind::CardCode)
        }
        "code" | "codes" | "kode" if !is_other => Some(SecretKind::Code),
        "otp" | "totp" | "pin" | "tan" | "mtan" | "smstan" | "passcode" | "einmalpasswort" => {
            Some(SecretKind::Code)
        }
        word if word.ends_with("code") && !is_other && !is_other_compound(word) => {
            Some(SecretKind::Code)
        }
        _ => None,
    }
}

fn is_other_code(word: &str) -> bool {
    matches!(
        word,
        "area"
            | "bar"
            | "clickable"
            | "colour"
            | "color"
            | "country"
            | "coupon"
            | "discount"
            | "dress"
            | "error"
            | "fault"
            | "gift"
            | "http"
            | "item"
            | "model"
            | "order"
            | "post"
            | "postal"
            | "product"
            | "promo"
            | "promotion"
            | "qr"
            | "referral"
            | "reference"
            | "sort"
            | "source"
            | "status"
            | "tax"
            | "tracking"
            | "voucher"
            | "zip"
            | "fehler"
            | "rabatt"
            | "gutschein"
    )
}

fn is_other_compound(word: &str) -> bool {
    matches!(
        word,
        "barcode"
            | "fehlercode"
            | "gutscheincode"
            | "landercode"
            | "laendercode"
            | "postcode"
            | "promocode"
            | "qrcode"
            | "quellcode"
            | "rabattcode"
            | "sourcecode"
            | "statuscode"
            | "zipcode"
            | "areacode"
            | "farbcode"
            | "encode"
            | "decode"
            | "aktionscode"
            | "unicode"
            | "geocode"
    )
}

fn links(token: &Token) -> bool {
    matches!(
        token.text.as_str(),
        "is" | "are"
            | "ist"
            | "lautet"
            | "lauten"
            | "the"
            | "your"
            | "der"
            | "die"
            | "here"
            | "hier"
            | "comes"
            | "to"
            | "use"
            | "enter"
            | "following"
            | "number"
            | "says"
            | "was"
            | "war"
            | "reads"
            | "now"
            | "it"
            | "s"
            | "its"
            | "folgender"
            | "nummer"
            | "for"
            | "login"
            | "you"
            | "me"
    )
}

/// The digits that may be a code: four to eight, or three and four on a card.
fn digits_from(reading: &Reading, start: usize, kind: SecretKind) -> Option<(usize, String)> {
    let mut digits = reading.tokens[start].digits.clone();
    let mut last = start;
    while let Some(next) = reading.joined(last) {
        if !reading.tokens[next].gap.only(Gap::SPACE | Gap::DASH) || digits.len() > 8 {
            break;
        }
        digits.push_str(&reading.tokens[next].digits);
        last = next;
    }
    let fits = match kind {
        SecretKind::CardCode => (3..=4).contains(&digits.len()),
        _ => (4..=8).contains(&digits.len()),
    };
    let counted = reading.tokens.get(last + 1).is_some_and(|next| {
        matches!(
            next.text.as_str(),
            "digit" | "digits" | "minutes" | "hours" | "stellig" | "minuten"
        )
    });
    (fits && !counted && !reading.tokens[start].gap.has(Gap::MONEY)).then_some((last, digits))
}

fn after(text: &str, reading: &Reading, cue: usize, kind: SecretKind) -> Option<Secret> {
    let mut said = false;
    for at in cue + 1..cue + 7 {
        let token = reading.tokens.get(at)?;
        if token.gap.has(Gap::END) {
            return None;
        }
        said |= token.gap.has(Gap::COLON | Gap::EQUALS);
        if let Some(range) = mixed(text, reading, at).filter(|_| said) {
            return Some(Secret { kind, range });
        }
        if token.is_number() {
            if let Some((last, _)) = digits_from(reading, at, kind) {
                return Some(Secret {
                    kind,
                    range: token.start..reading.tokens[last].end,
                });
            }
            return None;
        }
        said |= matches!(
            token.text.as_str(),
            "is" | "ist" | "lautet" | "was" | "war" | "reads"
        );
        if !links(token) {
            return None;
        }
    }
    None
}

/// `G-482913`, `FX7K-99QP`: capitals and digits.
fn mixed(text: &str, reading: &Reading, at: usize) -> Option<std::ops::Range<usize>> {
    let start = reading.tokens[at].start;
    let rest = &text[start..];
    let length = rest
        .bytes()
        .take(40)
        .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'-')
        .count();
    let code = rest[..length].trim_end_matches('-');
    let ends = rest[code.len()..]
        .chars()
        .next()
        .is_none_or(|next| !next.is_alphanumeric());
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    let letters = code.bytes().filter(u8::is_ascii_uppercase).count();
    (ends && digits >= 2 && letters >= 1 && code.len() >= 6 && code.len() < 40)
        .then(|| start..start + code.len())
}

/// `482913 is your Acme verification code`.
fn before(reading: &Reading, cue: usize, kind: SecretKind) -> Option<Secret> {
    let mut is = None;
    for at in (cue.saturating_sub(6)..cue).rev() {
        if reading.tokens[at + 1].gap.has(Gap::END) {
            return None;
        }
        if matches!(
            reading.tokens[at].text.as_str(),
            "is" | "ist" | "as" | "als"
        ) {
            is = Some(at);
            break;
        }
    }
    let last = is?.checked_sub(1)?;
    if !reading.tokens[last].is_number() {
        return None;
    }
    let mut first = last;
    while first > 0
        && reading.tokens[first - 1].is_number()
        && reading.joined(first - 1) == Some(first)
    {
        first -= 1;
        if last - first > 8 {
            break;
        }
    }
    let (end, _) = digits_from(reading, first, kind)?;
    let named = reading
        .before(first, 2)
        .any(|token| crate::everyday::names_a_number(&token.text));
    (end == last && !named).then(|| Secret {
        kind,
        range: reading.tokens[first].start..reading.tokens[last].end,
    })
}
