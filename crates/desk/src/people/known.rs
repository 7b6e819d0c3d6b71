//! Browsers in which somebody signed in before, and what browsers call themselves.
//!
//! Such a browser holds a random secret of which the desk keeps the hash, beside whom it is known
//! for. All it brings is an allowance of its own at the next sign-in: password and code are asked for
//! as ever. It ends with the password or the authenticator with which it began.

use store::Tx;
use words::{StaffId, Time};

use super::limits::Limit;
use crate::{
    desk::Desk,
    error::DeskError,
    settings::{hours, minutes},
};

/// How long a browser is known after a sign-in.
const KNOWN: std::time::Duration = hours(180 * 24);

/// Whoever knocks: the address that the request came from, and the secret of a known browser if
/// there is one. A plain address is a browser that nobody knows.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'a> {
    /// The address.
    pub source: &'a str,
    /// What the browser kept from a sign-in before.
    pub known: Option<&'a str>,
}

impl<'a, S: AsRef<str> + ?Sized> From<&'a S> for Visitor<'a> {
    fn from(source: &'a S) -> Self {
        Self {
            source: source.as_ref(),
            known: None,
        }
    }
}

/// What a browser keeps after signing in, to be known by.
pub struct KnownBrowser {
    /// The secret for its cookie.
    pub secret: String,
    /// Until when.
    pub expires: Time,
}

/// The steps of signing in, each with its allowance.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Password,
    Code,
}

impl Desk {
    /// The allowance of a browser that is known for this person, if it is.
    pub(super) async fn known_limit(
        &self,
        tx: &mut Tx,
        step: Step,
        staff: Option<StaffId>,
        visitor: Visitor<'_>,
        now: Time,
    ) -> Result<Option<Limit>, DeskError> {
        let Some(secret) = visitor.known else {
            return Ok(None);
        };
        let token = vault::hash(secret.as_bytes());
        // Asked for an unknown login as well, so that the answer takes as long.
        let known = tx.known_in(&token, now).await?;
        let Some(staff) = staff.filter(|staff| known.contains(staff)) else {
            return Ok(None);
        };
        let of = format!("{staff}:{}", hex::encode(token));
        Ok(Some(match step {
            Step::Password => self.allowance("sign-in:browser", &of, 5, minutes(5)),
            Step::Code => self.allowance("sign-in:browser-code", &of, 5, minutes(10)),
        }))
    }

    /// Knows a browser from now on. Several people may share one: it then keeps the secret it has.
    pub(super) async fn know_browser(
        &self,
        tx: &mut Tx,
        staff: StaffId,
        had: Option<&str>,
        now: Time,
    ) -> Result<KnownBrowser, DeskError> {
        let (mut secret, mut token) = self.secret();
        if let Some(had) = had {
            let hash = vault::hash(had.as_bytes());
            if !tx.known_in(&hash, now).await?.is_empty() {
                (secret, token) = (had.to_owned(), hash);
            }
        }
        let expires = now + KNOWN;
        tx.know_browser(&token, staff, now, expires).await?;
        Ok(KnownBrowser { secret, expires })
    }
}

/// A browser reduced to family and system, as `Firefox on Linux`: enough to know one's own by.
pub(super) fn browser(agent: &str) -> String {
    let first = |words: &[(&str, &'static str)]| {
        words
            .iter()
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| *name)
    };
    // Most browsers name others as well; the most particular comes first.
    let family = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Opera", "Opera"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("Chrom", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari", "Safari"),
        ("curl", "curl"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("CrOS", "ChromeOS"),
        ("Mac", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (family, system) {
        (Some(family), Some(system)) => format!("{family} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Another browser".to_owned(),
    }
}

#[cfg(test)]
mod tests;
