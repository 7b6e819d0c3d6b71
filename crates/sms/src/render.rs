//! What each text message says. The words are fixed; only times, the company's name, a code, a link
//! and the catalogue's own labels are filled in.

use desk::text::Text;
use words::{PlanKind, RequestKind};
use zeroize::Zeroizing;

use crate::gsm;

/// The longest company name and the longest label, in characters.
const LONGEST: usize = 40;

/// A text message in words.
pub struct Rendered {
    /// The words; they may hold a code and are wiped when dropped.
    pub text: Zeroizing<String>,
    /// How many messages the networks make of it.
    pub segments: usize,
}

/// It can't be put into words. Neither of these holds what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A code that isn't eight digits.
    #[error("the code in a text message is not eight digits")]
    Code,
    /// A link that isn't one whole web address.
    #[error("the link in a text message is not usable; is desk.base_url set?")]
    Link,
}

/// Puts a text message into words. `company` is the name it goes by.
///
/// # Errors
/// [`RenderError`] if the code or the link isn't what it should be.
pub fn render(text: &Text, company: &str) -> Result<Rendered, RenderError> {
    let company = label(company);
    let text = Zeroizing::new(match text {
        Text::Code {
            code,
            what,
            item,
            expires,
        } => {
            let code = grouped(code)?;
            let what = asked(*what, item.as_deref());
            let until = expires.format("%H:%M UTC");
            format!(
                "{} confirms: {what}. Works until {until}. Never read this out unless you called us yourself. - {company}",
                code.as_str()
            )
        }
        Text::Confirm { what, item, link } => {
            let what = asked(*what, item.as_deref());
            format!(
                "{company}: did you ask us to {what}? Yes or No: {}",
                whole(link)?
            )
        }
        Text::Notice {
            contacts,
            sent,
            link,
        } => {
            let times = match contacts {
                0 | 1 => "someone contacted us about your account".to_owned(),
                n => format!("we were contacted about your account {n} times"),
            };
            let given = if *sent {
                "What we sent went to addresses on your account only."
            } else {
                "Nothing was given out."
            };
            format!("{company}: {times}. {given} Not you? {}", whole(link)?)
        }
        Text::Outreach { at, link } => {
            let day = at.format("%-d %b");
            format!(
                "{company}: unusual login on {day}. Was this you? {}",
                whole(link)?
            )
        }
        Text::Address { link } => format!(
            "{company}: somebody gave us this number as their own. If that was you: {} If not, there is nothing to do.",
            whole(link)?
        ),
        Text::Planned {
            what,
            effective,
            link,
        } => format!(
            "{company}: {} on {}. Not you? Stop it: {}",
            planned(*what),
            effective.format("%-d %b, %H:%M UTC"),
            whole(link)?
        ),
        Text::Frozen => format!(
            "{company}: your account's data is now frozen at our support. Nothing is lost. To end it, contact our support; we then ask you."
        ),
    });
    let segments = gsm::segments(&text);
    Ok(Rendered { text, segments })
}

/// What is going to happen, before "on" and a day.
fn planned(what: PlanKind) -> &'static str {
    match what {
        PlanKind::Point => "an email or phone number on your account changes",
        PlanKind::Field => "the address on your account changes",
        PlanKind::Factor => "your second sign-in step is set up anew",
        PlanKind::Erase => "all that we keep about you is erased",
        PlanKind::Thaw => "the freeze on your account ends",
        PlanKind::Saved => "new recovery codes count for your account",
    }
}

/// What was asked, after "confirms:" and "did you ask us to".
fn asked(what: RequestKind, item: Option<&str>) -> String {
    let item = item.map(label).filter(|item| !item.is_empty());
    match (what, item) {
        (RequestKind::Deliver, Some(item)) => format!("send {item}"),
        (RequestKind::Deliver, None) => "send something from your account".to_owned(),
        (RequestKind::Reveal, Some(item)) => format!("look at {item} with you"),
        (RequestKind::Reveal, None) => "look at something in your account with you".to_owned(),
        (RequestKind::Reset, _) => "reset your password".to_owned(),
        (RequestKind::Change, Some(item)) => format!("make this change: {item}"),
        (RequestKind::Change, None) => "change an email address or phone number".to_owned(),
        (RequestKind::Reenrol, _) => "set up your second sign-in step anew".to_owned(),
        (RequestKind::Lock, _) => "lock your account".to_owned(),
        (RequestKind::Unlock, _) => "lift the freeze on your account".to_owned(),
        (RequestKind::Act, Some(item)) => item,
        (RequestKind::Act, None) => "do something for you, such as a refund".to_owned(),
        (RequestKind::Ask, _) => "talk with you about your account".to_owned(),
        (RequestKind::Erase, _) => "erase all that we keep about you".to_owned(),
        (RequestKind::Export, _) => "send you a copy of all that we keep about you".to_owned(),
    }
}

/// Three digits, three, and two: read at a glance.
fn grouped(code: &str) -> Result<Zeroizing<String>, RenderError> {
    if code.len() != 8 || !code.bytes().all(|c| c.is_ascii_digit()) {
        return Err(RenderError::Code);
    }
    Ok(Zeroizing::new(format!(
        "{} {} {}",
        &code[..3],
        &code[3..6],
        &code[6..]
    )))
}

/// A name or label: letters, digits and a few signs, so that no phone makes a link or a line of it.
fn label(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| c.is_alphanumeric() || " -#/',&".contains(*c))
        .collect();
    let words: Vec<&str> = kept.split(' ').filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let cut: String = line.chars().take(LONGEST - 3).collect();
    cut.trim_end().to_owned() + "..."
}

/// A link as it is, if it is one: `http` or `https`, and nothing that would end it early.
fn whole(link: &str) -> Result<&str, RenderError> {
    let rest = link
        .strip_prefix("https://")
        .or_else(|| link.strip_prefix("http://"));
    let good = rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-._~/:?=&%[]".contains(c))
    });
    if good {
        Ok(link)
    } else {
        Err(RenderError::Link)
    }
}
