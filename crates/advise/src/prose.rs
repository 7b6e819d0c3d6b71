//! Values of plain text: user names, what was ordered, notes.
//!
//! Two distinctive words in a row tell one (what was ordered: `brass button`), or all of it from
//! six letters and digits on. Distinctive is a word of four letters or more that replies aren't
//! made of. A single word right after a greeting is a name, and so is a user name such as
//! `robin.vale` whose parts stand apart: a rep may greet Robin Vale.

use crate::{
    everyday::{greets, is_everyday},
    reading::{Reading, keys},
    token::{Gap, Kind, Token},
};
use zeroize::Zeroizing;

/// The fewest letters and digits that tell a whole text.
const LEAST: usize = 6;

pub(crate) fn holds(reading: &Reading, value: &str) -> bool {
    let value = Reading::of(value);
    let whole = keys(&value.tokens);
    (whole.chars().count() >= LEAST && holds_whole(reading, &value, &whole))
        || holds_run(reading, &value)
}

fn holds_whole(reading: &Reading, value: &Reading, whole: &str) -> bool {
    let words = value.tokens.iter().all(|token| token.kind == Kind::Word);
    let single = value.tokens.len() == 1 && words;
    if single && is_everyday(&value.tokens[0].text) {
        return false;
    }
    let spaced = |tokens: &[Token]| {
        let apart =
            |token: &Token| token.gap.only(Gap::SPACE) && token.gap.len > 0 && !joins(token);
        tokens.len() > 1 && tokens[1..].iter().all(apart)
    };
    let is_name = words && value.tokens.len() > 1 && !spaced(&value.tokens);
    reading.places(whole, joins).any(|place| {
        let greeted = single
            && reading.before(place.start, 1).any(|token| {
                // `Thank you, Robin`, but not `Are you robin?`
                greets(&token.text)
                    && (token.text != "you"
                        || reading
                            .before(place.start - 1, 1)
                            .any(|token| token.text == "thank"))
            });
        let is_greeted_name = is_name && spaced(&reading.tokens[place]);
        !greeted && !is_greeted_name
    })
}

/// Two distinctive words that follow each other in the value and in the text, with the same
/// everyday words between them if there are any.
fn holds_run(reading: &Reading, value: &Reading) -> bool {
    let spaced =
        |token: &Token| token.gap.only(Gap::SPACE | Gap::DASH) && token.gap.has(Gap::SPACE);
    // From the last distinctive word on.
    let mut run = Zeroizing::new(String::new());
    let mut between = 0;
    for token in &value.tokens {
        if !spaced(token) || between > 2 || !token.is_word() {
            run.clear();
        }
        let distinctive = is_distinctive(token);
        if distinctive && !run.is_empty() {
            run.push_str(&token.key);
            // One or several of them.
            let plural = Zeroizing::new(format!("{}s", *run));
            let forms = [run.as_str(), &plural, run.strip_suffix('s').unwrap_or(&run)];
            if forms
                .iter()
                .any(|form| reading.places(form, is_little).next().is_some())
            {
                return true;
            }
        }
        if distinctive {
            run.clear();
            run.push_str(&token.key);
            between = 0;
        } else if !run.is_empty() && !is_little(token) {
            run.push_str(&token.key);
            between += 1;
        }
    }
    false
}

fn is_distinctive(token: &Token) -> bool {
    token.kind == Kind::Word && token.text.chars().count() >= 4 && !is_everyday(&token.text)
}

/// Words such as `of` and `the` that may stand between two others.
fn is_little(token: &Token) -> bool {
    token.is_word() && token.text.chars().count() <= 3
}

fn joins(token: &Token) -> bool {
    matches!(
        token.text.as_str(),
        "bindestrich"
            | "dash"
            | "dot"
            | "hyphen"
            | "minus"
            | "punkt"
            | "underscore"
            | "unterstrich"
    )
}
