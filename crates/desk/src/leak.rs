//! What a rep types is checked too: the net below the promise.
//!
//! A *reply* leaves the house, so it is stopped if it holds a secret in general (a card number, a
//! code, a password, a token), if it has the shape of a detail (a postal address, a birth date, a
//! phone number, an email address, a card's digits, a bank account), or if it holds a telling part
//! of what is sealed on its account. Everything else that is typed stays in the house and is
//! stopped for secrets alone: what a caller claims is a rep's work, and to hold it against the
//! account would tell a rep whether it is right.
//!
//! INVARIANT: what a rep gets to see depends on the account only where the text's own shape would
//! not have stopped it. Secrets and shapes are looked for first, in the text alone, and end it; no
//! value is opened for such a text, and the words are the same. What is left is a stop that tells
//! one bit: it counts as an attempt, is limited for each rep and for each account, and then
//! nothing typed leaves for that account at all until the allowance refills.
//! See `docs/decisions/0008-typed-text-without-an-oracle.md`.

use advise::{Reading, SecretKind, names_bank_account, scrub, secrets};
use gate::Outcome;
use store::{AccountRow, ContactPointRow, TicketRow, Tx};
use vault::Sealed;
use words::{
    FieldClass, FieldId, FieldKind, MessageKind, RequestKind, RequestState, Time, sabotage::off,
};

use crate::{
    catalogue::Catalogue,
    desk::{Desk, Me},
    error::DeskError,
    settings::{hours, minutes},
};

/// The rule that a stop for a detail names, whether the shape or the account stopped it.
const DETAILS: &str = "details-are-sent-not-typed";
/// The rule that a stop for a secret names.
const SECRETS: &str = "secrets-are-not-typed";
/// Why, in the same words for a shape and for a match.
const DETAIL_REASON: &str = "This reads like a detail of an account: an address, a date of birth, a number, what was ordered. Such details aren't typed, whether they are right or not. Take it out, or send it as a request: then the desk itself sends what is on file.";
/// What the rep can say instead.
const DETAIL_WORDS: &str =
    "I can't write that into a mail myself. I can have it sent to the email on your account.";
const SECRET_WORDS: &str = "Please never tell us card numbers, codes or passwords; we don't need them and don't keep them.";

/// A text that was not kept and not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The rule.
    pub rule: &'static str,
    /// Why, for the rep.
    pub reason: String,
    /// What the rep can say.
    pub words: &'static str,
    /// The fields that a request could deliver instead, by their names in the catalogue. They
    /// follow from the text alone.
    pub instead: Vec<String>,
    /// Whether the same text without the secrets would be kept.
    pub removable: bool,
}

/// What stopped it, for the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A secret in general.
    Secret,
    /// The shape of a detail, whoever's.
    Shape,
    /// A telling part of what is sealed on the account.
    Value,
}

impl Found {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Shape => "shape",
            Self::Value => "value",
        }
    }
}

/// What becomes of a text.
pub(crate) enum Checked {
    /// It may go.
    Goes,
    /// It may not.
    Stopped(Found, Stopped),
    /// Too many were stopped; nothing is looked at until then.
    Limited(Time),
}

/// A text that stays in the house.
///
/// # Errors
/// What stops it, unless the secrets are to be removed.
pub(crate) fn kept(kind: MessageKind, text: String, remove: bool) -> Result<String, Stopped> {
    let found = secrets(&text);
    let Some(first) = found.first().filter(|_| !off("secrets-stopped")) else {
        return Ok(text);
    };
    if remove {
        return Ok(scrub(&text).0);
    }
    let what = match kind {
        MessageKind::Heard => "What they said",
        MessageKind::Said => "What you said",
        _ => "This note",
    };
    Err(Stopped {
        rule: SECRETS,
        reason: format!(
            "{what} holds {}. Nobody here needs it, so it isn't kept. Take it out and keep the rest.",
            named(first.kind)
        ),
        words: SECRET_WORDS,
        instead: Vec::new(),
        removable: true,
    })
}

/// A line that must not be held up by what it holds: a subject, the reason of an escalation, what
/// a program passes on. Secrets are taken out of it.
pub(crate) fn without_secrets(text: String) -> String {
    match scrub(&text) {
        (_, 0) => text,
        (clean, _) => clean,
    }
}

fn named(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::CardNumber => "what looks like a card number",
        SecretKind::CardCode => "what looks like the code of a card",
        SecretKind::Code => "what looks like a one-time code or a PIN",
        SecretKind::Password => "what looks like a password",
        SecretKind::PrivateKey => "a private key",
        SecretKind::Token => "what looks like a token that opens something",
        SecretKind::Cookie => "a session cookie",
    }
}

/// Why a reply can't go, by its text alone. `freed` are the kinds of what is shown to this rep at
/// this moment with the owner's proof.
fn by_text(
    text: &str,
    published: &[String],
    freed: &[FieldKind],
    catalogue: &Catalogue,
) -> Option<(Found, Stopped)> {
    if let Some(first) = secrets(text).first() {
        let stopped = Stopped {
            rule: SECRETS,
            reason: format!(
                "This reply holds {}. Nothing of that kind is ever sent in words. Take it out.",
                named(first.kind)
            ),
            words: SECRET_WORDS,
            instead: Vec::new(),
            removable: false,
        };
        return Some((Found::Secret, stopped));
    }
    let own = without(text, published);
    let mut shapes = Reading::of(&own).looks_like();
    shapes.retain(|kind| !freed.contains(kind));
    if shapes.is_empty() && !names_bank_account(&own) {
        return None;
    }
    Some((Found::Shape, detail(text, &shapes, catalogue)))
}

/// The one answer for shapes and matches; everything in it follows from the text.
fn detail(text: &str, shapes: &[FieldKind], catalogue: &Catalogue) -> Stopped {
    Stopped {
        rule: DETAILS,
        reason: DETAIL_REASON.to_owned(),
        words: DETAIL_WORDS,
        instead: fitting(text, shapes, catalogue),
        removable: false,
    }
}

/// The sealed fields that the text speaks of, those that it names first, then those of its shapes.
/// A text that does neither could be about any of them.
fn fitting(text: &str, shapes: &[FieldKind], catalogue: &Catalogue) -> Vec<String> {
    let small = text.to_lowercase();
    let words: Vec<&str> = small
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let line = format!(" {} ", words.join(" "));
    let speaks_of = |phrase: &str| line.contains(&format!(" {phrase} "));
    let sealed = || {
        catalogue
            .fields()
            .iter()
            .filter(|def| def.class == FieldClass::Sealed)
    };
    let named = sealed().filter(|def| {
        speaks_of(&def.name.replace('_', " ")) || speaks_of(&def.plural.to_lowercase())
    });
    let by_shape = sealed().filter(|def| shapes.contains(&def.kind));
    let mut out: Vec<String> = Vec::new();
    for def in named.chain(by_shape) {
        if !out.contains(&def.name) {
            out.push(def.name.clone());
        }
    }
    if out.is_empty() && shapes.is_empty() {
        out.extend(sealed().map(|def| def.name.clone()));
    }
    out
}

/// The text without what the company itself publishes, in any case and however it is spaced.
fn without(text: &str, published: &[String]) -> String {
    let mut out = text.to_owned();
    for entry in published {
        let words: Vec<&str> = entry.split(apart).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            continue;
        }
        let mut rest = std::mem::take(&mut out);
        while let Some((start, end)) = place_of(&rest, &words) {
            out.push_str(&rest[..start]);
            out.push_str("\n\n");
            rest = rest.split_off(end);
        }
        out.push_str(&rest);
    }
    out
}

fn apart(c: char) -> bool {
    c.is_whitespace() || c == ','
}

fn place_of(text: &str, words: &[&str]) -> Option<(usize, usize)> {
    let mut whole = true;
    for (start, c) in text.char_indices() {
        if whole && let Some(end) = end_of(text, start, words) {
            return Some((start, end));
        }
        whole = !c.is_alphanumeric() && c != '+';
    }
    None
}

fn end_of(text: &str, start: usize, words: &[&str]) -> Option<usize> {
    let mut at = start;
    for (nth, word) in words.iter().enumerate() {
        let rest = &text[at..];
        let trimmed = rest.trim_start_matches(apart);
        if (nth > 0) != (trimmed.len() < rest.len()) {
            return None;
        }
        at += rest.len() - trimmed.len();
        if !text.get(at..at + word.len())?.eq_ignore_ascii_case(word) {
            return None;
        }
        at += word.len();
    }
    let over = text[at..]
        .chars()
        .next()
        .is_none_or(|c| !c.is_alphanumeric());
    over.then_some(at)
}

impl Desk {
    /// Whether a reply may leave for an account. Only a reply that would leave otherwise is asked
    /// about, once.
    pub(crate) async fn check_reply(
        &self,
        tx: &mut Tx,
        me: &Me,
        (account, ticket): (&AccountRow, &TicketRow),
        points: &[ContactPointRow],
        text: &str,
    ) -> Result<Checked, DeskError> {
        if off("replies-read") {
            return Ok(Checked::Goes);
        }
        let freed = self.freed(tx, me, account, ticket).await?;
        let kinds: Vec<FieldKind> = freed.iter().map(|(_, kind)| *kind).collect();
        let published = &self.settings.published;
        if let Some((found, stopped)) = by_text(text, published, &kinds, &self.catalogue) {
            return Ok(Checked::Stopped(found, stopped));
        }
        let now = self.now();
        let (burst, every) = self.stops();
        let allowances = [
            self.limit_key(&format!("stopped:{}", me.id)),
            self.limit_key(&format!("stopped:{}", account.id)),
        ];
        let mut until = None;
        for key in &allowances {
            tx.queue_at(key, now).await?;
            until = until.max(tx.spent(key, burst, every, now).await?);
        }
        if let Some(until) = until {
            return Ok(Checked::Limited(until));
        }
        let freed: Vec<FieldId> = freed.into_iter().map(|(id, _)| id).collect();
        if !self.told(tx, account, points, &freed, text).await? {
            return Ok(Checked::Goes);
        }
        // The same text again has the same answer: a second press is no second guess.
        let again = self.limit_key(&format!("stopped:{}:{}:{text}", me.id, account.id));
        if tx.charge(&again, 1, hours(24), now).await?.is_none() {
            for key in &allowances {
                tx.charge(key, burst, every, now).await?;
            }
            self.attempt(tx, account, ticket, "a reply that was stopped")
                .await?;
        }
        let stopped = detail(text, &[], &self.catalogue);
        Ok(Checked::Stopped(Found::Value, stopped))
    }

    fn stops(&self) -> (u32, std::time::Duration) {
        (
            self.settings.stopped_replies,
            minutes(self.settings.stopped_reply_minutes),
        )
    }

    /// Whether a text holds a telling part of anything sealed on the account. All of it is held
    /// against the text, whatever was found before, so that the time doesn't tell which it was.
    async fn told(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        points: &[ContactPointRow],
        freed: &[FieldId],
        text: &str,
    ) -> Result<bool, DeskError> {
        if account.data_key.is_empty() {
            // It was erased: there is nothing left to tell.
            return Ok(false);
        }
        let key = self.key(account)?;
        let reading = Reading::of(text);
        let mut told = false;
        for row in tx.spoken_fields(account.id).await? {
            if let Some(sealed) = row.sealed.filter(|_| !freed.contains(&row.id)) {
                let sealed = Sealed::from_bytes(sealed);
                told |= key.spoken_in(row.id, &sealed, row.kind, &reading)?;
            }
        }
        for point in points {
            let sealed = Sealed::from_bytes(point.sealed.clone());
            told |= key.address_spoken_in(point.id, &sealed, point.kind, &reading)?;
        }
        Ok(told)
    }

    /// The fields that the gate would show to this rep in this ticket at this very moment: what
    /// the owner's whole and fresh proof has put on the screen may be typed to the registered email.
    async fn freed(
        &self,
        tx: &mut Tx,
        me: &Me,
        account: &AccountRow,
        ticket: &TicketRow,
    ) -> Result<Vec<(FieldId, FieldKind)>, DeskError> {
        let now = self.now();
        let mut out = Vec::new();
        for request in tx.requests(ticket.id).await? {
            let lasts = request.state == RequestState::Ready
                && request.expires_at.is_some_and(|until| now < until);
            let theirs = request.account_id == account.id && request.staff_id == Some(me.id);
            let Some(id) = request
                .field_id
                .filter(|_| lasts && theirs && request.kind == RequestKind::Reveal)
            else {
                continue;
            };
            let (facts, decision) = self.weigh_request(tx, account, ticket, &request).await?;
            if decision.outcome == Outcome::Permit
                && let Some(field) = facts.field
            {
                out.push((id, field.kind));
            }
        }
        Ok(out)
    }

    /// Keeps that something was stopped, but nothing of what it said, and says why.
    pub(crate) async fn turn_back<T>(
        &self,
        mut tx: Tx,
        me: &Me,
        ticket: &TicketRow,
        kind: MessageKind,
        (found, stopped): (Found, Stopped),
    ) -> Result<T, DeskError> {
        let mut entry = self
            .by(me, "message.stopped")
            .with_ticket(ticket.number)
            .with("kind", kind.as_str())
            .with("found", found.as_str())
            .with("rule", stopped.rule);
        if let Some(account) = ticket.account_id {
            entry = entry.with_account(account.to_string());
        }
        tx.entry(entry);
        self.commit(tx).await?;
        Err(DeskError::Stopped(stopped))
    }
}

#[cfg(test)]
mod tests;
