//! How the company's mail server is reached.

use std::{fmt, net::IpAddr, path::PathBuf};

use serde::Deserialize;
use zeroize::Zeroizing;

/// A password, wiped from memory when dropped and never printed.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The password itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Password {
    fn from(password: String) -> Self {
        Self(Zeroizing::new(password))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Begins in clear and must change to TLS before anything is said. Usual port 587.
    #[default]
    Starttls,
    /// TLS from the first byte. Usual port 465.
    Tls,
    /// No encryption; only to a server on this very machine. Usual port 25.
    None,
}

/// The mail server that takes letters, and who they come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// The server's name (or address), which its certificate must carry.
    pub host: String,
    /// Its port; by default the usual one for `tls`.
    pub port: Option<u16>,
    /// How the connection is encrypted; by default `starttls`.
    #[serde(default)]
    pub tls: Tls,
    /// The user to sign in as; without one there is no sign-in.
    pub user: Option<String>,
    /// The password to sign in with.
    pub password: Option<Password>,
    /// A file that holds the password, instead of `password`; white space at its end is ignored.
    pub password_file: Option<PathBuf>,
    /// A PEM file with certificates to trust beside the machine's own.
    pub ca_file: Option<PathBuf>,
    /// The address that letters come from.
    pub from: String,
    /// The name beside it; by default the company's name and "customer support".
    pub from_name: Option<String>,
    /// The address that answers go to, if it isn't `from`.
    pub reply_to: Option<String>,
    /// How long connecting and sending may each take, in seconds (1 to 600); by default 60.
    #[serde(default = "a_minute")]
    pub timeout_seconds: u64,
    /// The name this machine gives itself to the server; by default its host name.
    pub hello_name: Option<String>,
}

fn a_minute() -> u64 {
    60
}

/// The settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// No server was named.
    #[error("host is empty; set it to the mail server's name")]
    Host,
    /// Mail would cross a network in clear.
    #[error(
        "tls = \"none\" is only for a mail server on this machine (localhost); use \"starttls\" or \"tls\""
    )]
    Clear,
    /// Signing in needs both.
    #[error("user and password go together; set both (or password_file), or neither")]
    SignIn,
    /// Two passwords.
    #[error("password and password_file are both set; keep one")]
    TwoPasswords,
    /// A file can't be read.
    #[error("can't read the file that {setting} names ({why}); check the path and its rights")]
    File {
        /// Which setting.
        setting: &'static str,
        /// What the system said.
        why: std::io::ErrorKind,
    },
    /// The trusted certificates can't be used.
    #[error("ca_file holds no usable certificate; it should be PEM with BEGIN CERTIFICATE")]
    Certificate,
    /// An address isn't one.
    #[error("{setting} is not an email address; write it like support@example.org")]
    Address {
        /// Which setting.
        setting: &'static str,
    },
    /// The timeout is out of range.
    #[error("timeout_seconds must be from 1 to 600")]
    Timeout,
    /// The hello name isn't a host name.
    #[error("hello_name must be a host name or an IP address")]
    HelloName,
}

impl SmtpSettings {
    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            Tls::Starttls => 587,
            Tls::Tls => 465,
            Tls::None => 25,
        })
    }

    /// The host without the brackets of an IPv6 address.
    pub(crate) fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// True when the host is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.bare_host();
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}
