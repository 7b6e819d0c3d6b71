//! Where the company's public keys come from: a file that an operator keeps, or the DNS.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, time::Duration};

use mail_auth::hickory_resolver::{
    ResolverBuilder, TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
    proto::rr::RData,
};

use crate::{SettingsError, address};

/// The longest that one look-up in the DNS may take, all attempts together.
const PATIENCE: Duration = Duration::from_secs(10);

/// The keys could not be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signing keys could not be looked up")]
pub struct KeyUnknownError;

/// Tells the key records of a name.
#[async_trait::async_trait]
pub trait KeySource: Send + Sync {
    /// The TXT records at a name such as `june._domainkey.acme.example`, each put together to one
    /// text; none if there is no such name.
    ///
    /// # Errors
    /// [`KeyUnknownError`] if that can't be found out now.
    async fn records(&self, name: &str) -> Result<Vec<String>, KeyUnknownError>;
}

/// Keys from a file: they hold whatever somebody makes the DNS say, and have to be kept up to date
/// by hand.
#[derive(Debug, Clone, Default)]
pub struct PinnedKeys(BTreeMap<String, String>);

impl PinnedKeys {
    /// Reads lines of a name and its record, such as `june._domainkey.acme.example v=DKIM1; p=…`.
    /// Empty lines, and lines that begin with `#`, count for nothing.
    ///
    /// # Errors
    /// [`SettingsError::KeyLine`] with the number of the line that is none of these.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let mut keys = BTreeMap::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let error = SettingsError::KeyLine { line: at + 1 };
            let good = line
                .split_once(char::is_whitespace)
                .and_then(|(name, record)| {
                    let name = name.strip_suffix('.').unwrap_or(name);
                    let (selector, domain) = name.split_once("._domainkey.")?;
                    address::domain(&format!("{selector}.{domain}"))?;
                    Some((name.to_ascii_lowercase(), record.trim().to_owned()))
                });
            let Some((name, record)) = good else {
                return Err(error);
            };
            if keys.insert(name, record).is_some() {
                return Err(error);
            }
        }
        Ok(Self(keys))
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`SettingsError::KeyFile`] if it can't be read, and as [`PinnedKeys::parse`].
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| SettingsError::KeyFile { why: error.kind() })?;
        Self::parse(&text)
    }
}

#[async_trait::async_trait]
impl KeySource for PinnedKeys {
    async fn records(&self, name: &str) -> Result<Vec<String>, KeyUnknownError> {
        Ok(self.0.get(name).cloned().into_iter().collect())
    }
}

/// Keys from the DNS, asked for at the machine's own name servers and kept as long as they allow.
/// Whoever can forge their answers can forge receipts: [`PinnedKeys`] can't be forged that way.
pub struct DnsKeys(TokioResolver);

impl DnsKeys {
    /// Takes the name servers that the machine uses. Nothing is asked yet.
    ///
    /// # Errors
    /// [`SettingsError::NameServers`] if the machine names none.
    pub fn new() -> Result<Self, SettingsError> {
        TokioResolver::builder_tokio()
            .and_then(ResolverBuilder::build)
            .map(Self)
            .map_err(|_| SettingsError::NameServers)
    }

    /// Takes these name servers, such as a validating one on this machine. Nothing is asked yet.
    ///
    /// # Errors
    /// [`SettingsError::NameServers`] if there are none, or the resolver can't be made.
    pub fn at(servers: &[SocketAddr]) -> Result<Self, SettingsError> {
        let servers: Vec<NameServerConfig> = servers
            .iter()
            .map(|server| {
                let mut ways = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
                for way in &mut ways {
                    way.port = server.port();
                }
                NameServerConfig::new(server.ip(), true, ways)
            })
            .collect();
        if servers.is_empty() {
            return Err(SettingsError::NameServers);
        }
        let config = ResolverConfig::from_parts(None, Vec::new(), servers);
        TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            .build()
            .map(Self)
            .map_err(|_| SettingsError::NameServers)
    }
}

impl std::fmt::Debug for DnsKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DnsKeys")
    }
}

#[async_trait::async_trait]
impl KeySource for DnsKeys {
    async fn records(&self, name: &str) -> Result<Vec<String>, KeyUnknownError> {
        // The dot at the end keeps the machine's search domains out of it.
        let lookup = tokio::time::timeout(PATIENCE, self.0.txt_lookup(format!("{name}."))).await;
        match lookup.map_err(|_| KeyUnknownError)? {
            Ok(answer) => Ok(answer
                .answers()
                .iter()
                .filter_map(|record| match &record.data {
                    RData::TXT(txt) => {
                        Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned())
                    }
                    _ => None,
                })
                .collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(_) => Err(KeyUnknownError),
        }
    }
}
