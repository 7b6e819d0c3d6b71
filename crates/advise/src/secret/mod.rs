//! Secrets in general: what belongs into no ticket, whoever's it is.

mod card;
mod code;
mod password;
mod token;

pub(crate) use card::card_numbers;

use std::ops::Range;

use crate::reading::Reading;

/// What a secret is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SecretKind {
    /// The number of a payment card: 12 to 19 digits of a known range with a right check digit.
    CardNumber,
    /// The three or four digits on a card that prove it is at hand (CVC, CVV).
    CardCode,
    /// A one-time code, a PIN, a TAN.
    Code,
    /// A password.
    Password,
    /// A private key in PEM.
    PrivateKey,
    /// A token that opens something by itself: an API key, a JWT, a bearer token.
    Token,
    /// A session cookie.
    Cookie,
}

impl SecretKind {
    /// What stands in its place after [`scrub`].
    pub const fn removed(self) -> &'static str {
        match self {
            Self::CardNumber => "[a card number was removed]",
            Self::CardCode => "[a card's code was removed]",
            Self::Code => "[a code was removed]",
            Self::Password => "[a password was removed]",
            Self::PrivateKey => "[a private key was removed]",
            Self::Token => "[a token was removed]",
            Self::Cookie => "[a cookie was removed]",
        }
    }
}

/// A secret and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Secret {
    /// What it is.
    pub kind: SecretKind,
    /// Its bytes in the text, on the borders of letters.
    pub range: Range<usize>,
}

/// The secrets in a text, in their order and without overlap; in time linear in the text.
///
/// Digits may be written in any of the ways that [`Reading`] knows. Where two kinds claim the
/// same bytes, the one that begins first, and then the longer one, names both.
pub fn secrets(text: &str) -> Vec<Secret> {
    let reading = Reading::of(text);
    let mut found: Vec<Secret> = card_numbers(&reading)
        .into_iter()
        .map(|card| Secret {
            kind: SecretKind::CardNumber,
            range: card.bytes,
        })
        .collect();
    found.extend(code::find(text, &reading));
    found.extend(password::find(text, &reading));
    found.extend(token::find(text));
    found.sort_by_key(|secret| (secret.range.start, std::cmp::Reverse(secret.range.end)));
    let mut out: Vec<Secret> = Vec::with_capacity(found.len());
    for secret in found {
        match out.last_mut() {
            Some(last) if secret.range.start < last.range.end => {
                last.range.end = last.range.end.max(secret.range.end);
            }
            _ => out.push(secret),
        }
    }
    out
}

/// The text with a plain word in the place of each secret, and how many there were.
pub fn scrub(text: &str) -> (String, usize) {
    let secrets = secrets(text);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for secret in &secrets {
        out.push_str(&text[at..secret.range.start]);
        out.push_str(secret.kind.removed());
        at = secret.range.end;
    }
    out.push_str(&text[at..]);
    (out, secrets.len())
}
