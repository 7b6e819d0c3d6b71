//! Allowances of those who sign in or confirm who they are. They live in the database, so that no
//! restart, node or new session starts them anew.
//!
//! Failed tries count per login and per source (an IPv4 address or an IPv6 /64 network). A browser
//! in which somebody signed in before has an allowance of its own for that somebody, in addition: its
//! tries count on that one and not on the others, so that whoever only knows a sign-in name can't keep
//! its owner out by wrong passwords.

use ledger::Entry;
use std::{net::IpAddr, time::Duration};
use store::Tx;
use words::{StaffId, Time};

use crate::{desk::Desk, error::DeskError, settings::minutes};

/// An allowance that does not start anew.
pub(super) struct Limit {
    pub(super) key: [u8; 32],
    burst: u32,
    every: Duration,
}

impl Limit {
    /// Until when it is used up, if it is. Whoever else counts on it waits for this transaction.
    pub(super) async fn spent(&self, tx: &mut Tx, now: Time) -> Result<Option<Time>, DeskError> {
        tx.queue_at(&self.key, now).await?;
        Ok(tx.spent(&self.key, self.burst, self.every, now).await?)
    }

    /// Takes one use, which is there.
    pub(super) async fn charge(&self, tx: &mut Tx, now: Time) -> Result<(), DeskError> {
        tx.charge(&self.key, self.burst, self.every, now).await?;
        Ok(())
    }

    /// Gives back a use that was taken for what turned out to be right.
    pub(super) async fn give_back(&self, tx: &mut Tx) -> Result<(), DeskError> {
        Ok(tx.give_back(&self.key, self.every).await?)
    }

    /// Takes one use, or refuses.
    pub(super) async fn take(&self, tx: &mut Tx, now: Time) -> Result<(), DeskError> {
        match self.spent(tx, now).await? {
            Some(until) => Err(DeskError::Limited(until)),
            None => self.charge(tx, now).await,
        }
    }
}

/// Until when the slowest of several is used up, if one is.
pub(super) async fn spent(
    limits: &[Limit],
    tx: &mut Tx,
    now: Time,
) -> Result<Option<Time>, DeskError> {
    let mut until = None;
    for limit in limits {
        until = until.max(limit.spent(tx, now).await?);
    }
    Ok(until)
}

impl Desk {
    pub(super) fn allowance(&self, kind: &str, of: &str, burst: u32, every: Duration) -> Limit {
        Limit {
            key: self.vault.blind(kind, of).0,
            burst,
            every,
        }
    }

    pub(super) fn source_limit(&self, source: &str) -> Limit {
        self.allowance("sign-in:source", &network(source), 20, minutes(1))
    }

    /// Refuses, with an entry at most once a minute for the same limits: a flood must not fill the
    /// ledger.
    pub(super) async fn sign_in_limited<T>(
        &self,
        mut tx: Tx,
        limits: &[Limit],
        source: &str,
        until: Time,
    ) -> Result<T, DeskError> {
        let all = hex::encode(
            limits
                .iter()
                .map(|limit| limit.key)
                .collect::<Vec<_>>()
                .concat(),
        );
        let told = self.allowance("sign-in:limited", &all, 1, minutes(1));
        let now = self.now();
        if told.spent(&mut tx, now).await?.is_none() {
            told.charge(&mut tx, now).await?;
            tx.entry(
                self.entry("system", "staff.sign-in-limited")
                    .with("source", self.source_mark(source)),
            );
            self.commit(tx).await?;
        }
        Err(DeskError::Limited(until))
    }

    pub(super) fn sign_in_failed(
        &self,
        step: &str,
        staff: Option<StaffId>,
        source: &str,
        known: bool,
    ) -> Entry {
        let mut entry = self
            .entry("system", "staff.sign-in-failed")
            .with("step", step)
            .with("source", self.source_mark(source));
        if known {
            entry = entry.with("browser", "known");
        }
        match staff {
            Some(id) => entry.with("staff", id.to_string()),
            None => entry,
        }
    }

    /// A keyed commitment to a source, by which entries about the same one are seen to be so.
    fn source_mark(&self, source: &str) -> String {
        hex::encode(&self.vault.blind("ledger:source", &network(source)).0[..16])
    }
}

/// Whom a source counts as: whoever has an IPv6 address usually has its whole /64 network.
fn network(source: &str) -> String {
    match source
        .trim()
        .parse::<IpAddr>()
        .map(|address| address.to_canonical())
    {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Err(_) => source.trim().to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_an_address_or_a_network() {
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:0:1:9:8:7:6"), "2001:db8:0:1::/64");
    }
}
