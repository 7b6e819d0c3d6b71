//! Passwords, by the word for them: `password: …`, `your new password is …`.
//!
//! What follows a colon or an `is` may be a word about the password (`is wrong`, `is
//! case-sensitive`). It is taken for one if it has a digit or a sign in it, stands in quotes, or
//! is a word of its own that replies aren't made of, at the end of its sentence or line.

use std::ops::Range;

use super::{Secret, SecretKind};
use crate::{
    everyday::is_everyday,
    fold::fold,
    reading::Reading,
    token::{Gap, Token},
};

/// The longest password that is looked for, in bytes.
const MOST: usize = 200;

pub(super) fn find(text: &str, reading: &Reading) -> Vec<Secret> {
    (0..reading.tokens.len())
        .filter(|at| announces(reading, *at))
        .filter_map(|at| after(text, reading, at))
        .map(|range| Secret {
            kind: SecretKind::Password,
            range,
        })
        .collect()
}

fn announces(reading: &Reading, at: usize) -> bool {
    let token = &reading.tokens[at];
    let next = reading.gap_after(at);
    match token.text.as_str() {
        "password" | "passwort" | "passwd" | "kennwort" | "passphrase" | "passwordd"
        | "wachtwoord" | "contrasena" | "losungswort" | "pwd" | "pw" => true,
        "pass" | "passw" => next.has(Gap::COLON | Gap::EQUALS),
        "passe" => reading.before(at, 2).any(|token| token.text == "mot"),
        word => {
            word.ends_with("passwort") || word.ends_with("kennwort") || word.ends_with("password")
        }
    }
}

fn links(token: &Token) -> bool {
    matches!(
        token.text.as_str(),
        "is" | "ist"
            | "lautet"
            | "was"
            | "war"
            | "to"
            | "auf"
            | "now"
            | "jetzt"
            | "be"
            | "will"
            | "has"
            | "been"
            | "set"
            | "changed"
            | "reset"
            | "as"
            | "for"
            | "you"
            | "sie"
            | "the"
            | "following"
            | "folgendes"
            | "wurde"
            | "est"
            | "es"
            | "s"
            | "here"
            | "it"
            | "und"
            | "and"
            | "login"
            | "your"
            | "account"
    )
}

fn after(text: &str, reading: &Reading, cue: usize) -> Option<Range<usize>> {
    let mut end = reading.tokens[cue].end;
    let mut linked = false;
    for at in cue + 1..=cue + 6 {
        let gap = reading.gap_after(at - 1);
        if gap.has(Gap::COLON | Gap::EQUALS) {
            return value(text, end, true);
        }
        let token = reading.tokens.get(at)?;
        if gap.has(Gap::END) {
            return None;
        }
        if !links(token) {
            break;
        }
        linked |= matches!(
            token.text.as_str(),
            "is" | "ist" | "lautet" | "was" | "war" | "to" | "auf" | "be" | "as" | "est" | "es"
        );
        end = token.end;
    }
    value(text, end, false).filter(|_| linked)
}

/// What stands after a byte of the text, if it is a password.
fn value(text: &str, from: usize, told: bool) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let lead = |c: char| {
        c.is_whitespace() || matches!(c, ':' | '=' | '-' | '–' | '>' | '*' | '_' | '~' | '→')
    };
    let start = from + (rest.len() - rest.trim_start_matches(lead).len());
    let rest = &text[start..];
    let quoted = rest.starts_with(['"', '\'', '`', '“', '„', '«', '‘', '”']);
    let start = if quoted {
        start + rest.chars().next().map_or(0, char::len_utf8)
    } else {
        start
    };
    let body = &text[start..];
    let stop = body
        .char_indices()
        .take(MOST)
        .find(|(_, c)| {
            c.is_whitespace() || (quoted && matches!(c, '"' | '`' | '“' | '”' | '»' | '’'))
        })
        .map_or_else(
            || body.chars().take(MOST).map(char::len_utf8).sum(),
            |(at, _)| at,
        );
    let closing = |c: char| {
        matches!(
            c,
            '.' | ','
                | ';'
                | ')'
                | ']'
                | '}'
                | '"'
                | '\''
                | '*'
                | '`'
                | '”'
                | '“'
                | '!'
                | '?'
                | ':'
        )
    };
    let word = &body[..stop];
    let plain = word.trim_end_matches(closing);
    // A last sign may belong to it: `Sommer2026!`.
    let kept = if plain.is_empty() { word } else { plain };
    let ends_here = body[stop..]
        .trim_start_matches(' ')
        .chars()
        .next()
        .is_none_or(|c| c == '\n' || c == '\r')
        || word.len() > plain.len();
    let found = is_password(kept, quoted, told, ends_here);
    let end = if word.ends_with(['!', '?']) {
        start + word.len()
    } else {
        start + kept.len()
    };
    found.then_some(start..end)
}

fn is_password(word: &str, quoted: bool, told: bool, ends_here: bool) -> bool {
    let length = word.chars().count();
    if length < 4
        || word.contains("://")
        || word.starts_with(['[', '<'])
        || word.starts_with("www.")
    {
        return false;
    }
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let digits = word.chars().filter(|c| c.is_numeric()).count();
    let inner = |c: char| {
        !c.is_alphanumeric() && !matches!(c, '-' | '\'' | '’' | '/' | '.' | '…' | '(' | ')')
    };
    let signs = word.chars().filter(|c| inner(*c)).count();
    if (letters > 0 && digits + signs > 0) || (letters == 0 && digits >= 4) {
        return true;
    }
    let mixed_case =
        word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    if mixed_case && !word.contains('-') {
        return true;
    }
    let folded: String = fold(word).iter().map(|letter| letter.ch).collect();
    let own = !is_everyday(&folded) && folded.chars().all(char::is_alphabetic);
    own && (quoted || (ends_here && !speaks_about(&folded) && (told || length >= 5)))
}

/// Words for what a password is or was, by their endings.
fn speaks_about(word: &str) -> bool {
    [
        "ed", "ing", "able", "ible", "ive", "ful", "less", "ly", "ern", "bar", "haft", "lich",
        "ieren", "iert", "setzt", "tion", "ent",
    ]
    .iter()
    .any(|end| word.ends_with(end))
}
