//! A DKIM signature's own words (RFC 6376, 3.5), and what we ask of it before any key is looked up.

use std::time::Duration;

use words::Time;

use crate::{
    ReceiptError, address,
    section::{Field, Section},
    tags::Tags,
};

/// Fields that a signature has to cover: whoever could change one could change what the mail says.
const COVERED: &[&str] = &["From", "To", "Date", "Subject", "Message-ID"];
/// Fields that a signature has to cover where they are there: they say how the body is read.
const COVERED_IF_THERE: &[&str] = &["Content-Type", "Content-Transfer-Encoding"];
/// How far the clocks of the company's mail server and of the desk may be apart.
const SKEW: Duration = Duration::from_mins(15);

/// The kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rsa,
    Ed25519,
}

/// A signature that can be read in one way only.
#[derive(Debug)]
pub(crate) struct Signature {
    pub algorithm: Algorithm,
    /// The signing domain (`d=`), in small letters.
    pub domain: String,
    /// Which of its keys (`s=`), in small letters.
    pub selector: String,
    /// The signed fields (`h=`), in small letters.
    pub headers: Vec<String>,
    /// The domain of the identity (`i=`) that isn't `domain` itself.
    pub below: bool,
    /// When it was made (`t=`), in seconds.
    pub made: Option<i64>,
    /// Until when it counts (`x=`), in seconds.
    pub expires: Option<i64>,
    /// The signature itself (`b=`), as base64.
    pub bytes: String,
    partial: bool,
}

impl Signature {
    /// Reads the field; nothing if it isn't plain, or is of a kind that isn't taken (SHA-1 has been
    /// out since RFC 8301).
    pub(crate) fn parse(field: &Field<'_>) -> Option<Self> {
        let line = field.line()?;
        let tags = Tags::parse(&line)?;
        let algorithm = match tags.get("a")? {
            "rsa-sha256" => Algorithm::Rsa,
            "ed25519-sha256" => Algorithm::Ed25519,
            _ => return None,
        };
        let canonical = tags.get("c").is_none_or(|c| {
            let (header, body) = c.split_once('/').unwrap_or((c, "simple"));
            [header, body]
                .iter()
                .all(|part| matches!(*part, "simple" | "relaxed"))
        });
        if tags.get("v") != Some("1") || !canonical || tags.get("q").is_some_and(|q| q != "dns/txt")
        {
            return None;
        }
        let domain = address::domain(tags.get("d")?)?;
        let selector = tags.get("s")?.to_ascii_lowercase();
        // A selector is a name below the domain; the domain's own rules fit it.
        address::domain(&format!("{selector}.{domain}"))?;
        let below = match tags.get("i") {
            None => false,
            Some(identity) => {
                let (_, at) = identity.rsplit_once('@')?;
                let at = address::domain(at)?;
                if at != domain && !at.ends_with(&format!(".{domain}")) {
                    return None;
                }
                at != domain
            }
        };
        let headers: Vec<String> = tags
            .list("h")
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        let names = headers
            .iter()
            .all(|name| !name.is_empty() && name.bytes().all(|c| c.is_ascii_graphic()));
        let bytes = tags.get("b").filter(|b| !b.is_empty())?.to_owned();
        tags.get("bh").filter(|bh| !bh.is_empty())?;
        if headers.is_empty() || !names {
            return None;
        }
        Some(Self {
            algorithm,
            domain,
            selector,
            headers,
            below,
            made: seconds(tags.get("t"))?,
            expires: seconds(tags.get("x"))?,
            bytes,
            partial: tags.get("l").is_some(),
        })
    }

    /// The name under which its key is found in the DNS, without a dot at the end.
    pub(crate) fn key_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// Whether it covers everything, and counts now.
    ///
    /// # Errors
    /// Which of these doesn't hold.
    pub(crate) fn check(
        &self,
        section: &Section<'_>,
        now: Time,
        max_age: Duration,
    ) -> Result<(), ReceiptError> {
        if self.partial {
            return Err(ReceiptError::Partial);
        }
        // Each of these stands in the mail once, which was checked, so that naming it once covers it.
        let there = COVERED_IF_THERE
            .iter()
            .filter(|name| section.all(name).next().is_some());
        for name in COVERED.iter().chain(there) {
            if !self.headers.iter().any(|h| h.eq_ignore_ascii_case(name)) {
                return Err(ReceiptError::Uncovered(name));
            }
        }
        if let Some(expires) = self.expires
            && (now.seconds() >= expires || self.made.is_some_and(|made| made >= expires))
        {
            return Err(ReceiptError::Expired);
        }
        if let Some(made) = self.made {
            check_age(Time(made.saturating_mul(1_000_000)), now, max_age)?;
        }
        Ok(())
    }
}

/// Whether a time lies neither too far back nor in the future.
pub(crate) fn check_age(at: Time, now: Time, max_age: Duration) -> Result<(), ReceiptError> {
    if at > now + SKEW {
        Err(ReceiptError::NotYet)
    } else if at + max_age < now {
        Err(ReceiptError::TooOld)
    } else {
        Ok(())
    }
}

/// A number of seconds since 1970; nothing at all if there is something else.
#[expect(
    clippy::option_option,
    reason = "not there is fine, not a number is not"
)]
fn seconds(value: Option<&str>) -> Option<Option<i64>> {
    match value {
        None => Some(None),
        Some(text) if text.len() <= 12 && text.bytes().all(|c| c.is_ascii_digit()) => {
            text.parse().ok().map(Some)
        }
        Some(_) => None,
    }
}
