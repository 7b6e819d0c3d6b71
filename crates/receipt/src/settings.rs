//! What an operator sets about receipt mails.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use serde::Deserialize;

use crate::{DnsKeys, KeySource, PinnedKeys};

/// What the company's receipt mails look like.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptSettings {
    /// The addresses that receipts come from. No other mail of the company is a receipt.
    pub senders: Vec<String>,
    /// The domains whose signatures count (`d=`); by default those of the senders. Each has to be a
    /// sender's own domain, or one above or below it.
    #[serde(default)]
    pub domains: Vec<String>,
    /// What stands before a transaction's number, such as `Receipt no.`; letters may be large or
    /// small, and a colon may follow.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Regular expressions with one group each, for numbers that labels can't find.
    #[serde(default)]
    pub patterns: Vec<String>,
    /// A file with the keys; without it they are looked up in the DNS.
    pub keys_file: Option<PathBuf>,
    /// The name servers to ask, as address and port, such as a validating one on this machine; by
    /// default the machine's own.
    #[serde(default)]
    pub name_servers: Vec<SocketAddr>,
    /// Days after which a receipt is no proof any more, 1 to 3650.
    #[serde(default = "a_quarter")]
    pub max_age_days: u64,
    /// The shortest RSA key that counts, in bits, 1024 to 8192 (RFC 8301 asks signers for 2048).
    #[serde(default = "two_thousand_bits")]
    pub min_key_bits: usize,
    /// The largest mail that is looked at, in bytes, 10000 to 50000000.
    #[serde(default = "ten_megabytes")]
    pub max_bytes: usize,
}

fn a_quarter() -> u64 {
    90
}

fn two_thousand_bits() -> usize {
    2048
}

fn ten_megabytes() -> usize {
    10_000_000
}

/// The settings can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No sender.
    #[error("senders is empty; name the addresses that receipts come from")]
    NoSenders,
    /// Not an address.
    #[error("senders has something that isn't a plain email address")]
    SenderAddress,
    /// Not a domain.
    #[error("domains has something that isn't a domain, such as acme.example")]
    Domain,
    /// The domain of nobody.
    #[error("domains has one that is neither a sender's, nor above or below one")]
    ForeignDomain,
    /// Nothing to find numbers by.
    #[error("labels and patterns are both empty; say what stands before a receipt's number")]
    NoPatterns,
    /// A label that can't be used.
    #[error("labels has one that is empty or too long")]
    Label,
    /// A pattern that can't be used.
    #[error("patterns has one that is not a regular expression with exactly one group")]
    Pattern,
    /// A number out of its bounds.
    #[error("{name} must be from {least} to {most}")]
    Bounds {
        /// Which setting.
        name: &'static str,
        /// From.
        least: u64,
        /// To.
        most: u64,
    },
    /// The file with the keys can't be read.
    #[error("can't read the file that keys_file names ({why}); check the path and its rights")]
    KeyFile {
        /// What the system said.
        why: std::io::ErrorKind,
    },
    /// A line of it can't be used.
    #[error(
        "line {line} of keys_file is not a name such as june._domainkey.acme.example and its record, or stands there twice"
    )]
    KeyLine {
        /// Which one, from 1.
        line: usize,
    },
    /// The machine knows no name servers.
    #[error("this machine names no name servers; set keys_file, or mend its resolver")]
    NameServers,
}

impl ReceiptSettings {
    /// Where the keys come from: the file, or the DNS.
    ///
    /// # Errors
    /// [`SettingsError`] if the file, or the name servers, can't be used.
    pub fn keys(&self) -> Result<Arc<dyn KeySource>, SettingsError> {
        Ok(match &self.keys_file {
            Some(path) => Arc::new(PinnedKeys::read(path)?),
            None if self.name_servers.is_empty() => Arc::new(DnsKeys::new()?),
            None => Arc::new(DnsKeys::at(&self.name_servers)?),
        })
    }

    pub(crate) fn max_age(&self) -> Duration {
        Duration::from_secs(self.max_age_days * 24 * 3600)
    }

    pub(crate) fn bounds(&self) -> Result<(), SettingsError> {
        let bounds = [
            ("max_age_days", self.max_age_days, 1, 3650),
            ("min_key_bits", self.min_key_bits as u64, 1024, 8192),
            ("max_bytes", self.max_bytes as u64, 10_000, 50_000_000),
        ];
        for (name, value, least, most) in bounds {
            if !(least..=most).contains(&value) {
                return Err(SettingsError::Bounds { name, least, most });
            }
        }
        Ok(())
    }
}
