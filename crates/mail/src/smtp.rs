//! Hands letters to the company's mail server.
//!
//! The pool is this room's own and small: a connection is put back only after the server took a
//! whole letter, so one that was given up half-way (a timeout, a stop) is closed and can never
//! answer for the next letter.

use std::{
    error::Error as _,
    fmt, io,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use desk::letter::{Carrier, CarrierError, Envelope};
use lettre::{
    Address,
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        extension::ClientId,
    },
};
use rustls::{
    CertificateError,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::time::timeout;
use words::Clock;

use crate::{
    compose::{Sender, compose},
    scrub::scrub,
    settings::{SettingsError, SmtpSettings, Tls},
};

type SmtpError = lettre::transport::smtp::Error;

/// The most connections kept open between letters.
const KEPT: usize = 4;

/// The real [`Carrier`]: one mail server, reached by SMTP.
pub struct SmtpCarrier {
    host: String,
    port: u16,
    security: Tls,
    tls: Option<TlsParameters>,
    hello: ClientId,
    credentials: Option<Credentials>,
    user: String,
    sender: Sender,
    patience: Duration,
    clock: Arc<dyn Clock>,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

impl fmt::Debug for SmtpCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpCarrier")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.security)
            .finish_non_exhaustive()
    }
}

impl SmtpCarrier {
    /// Checks the settings and reads the files they name. Nothing is sent or connected yet. The
    /// clock gives each letter its date.
    ///
    /// # Errors
    /// [`SettingsError`], which says which setting to change.
    pub fn new(settings: &SmtpSettings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        if settings.host.trim().is_empty() {
            return Err(SettingsError::Host);
        }
        if !(1..=600).contains(&settings.timeout_seconds) {
            return Err(SettingsError::Timeout);
        }
        let tls = match settings.tls {
            Tls::None if settings.is_loopback() => None,
            Tls::None => return Err(SettingsError::Clear),
            Tls::Starttls | Tls::Tls => Some(trust(settings)?),
        };
        let address = |setting, text: &str| {
            text.parse::<Address>()
                .map_err(|_| SettingsError::Address { setting })
        };
        Ok(Self {
            host: settings.bare_host().to_owned(),
            port: settings.port(),
            security: settings.tls,
            tls,
            hello: hello(settings.hello_name.as_deref())?,
            credentials: credentials(settings)?,
            user: settings.user.clone().unwrap_or_default(),
            sender: Sender {
                address: address("from", &settings.from)?,
                name: settings.from_name.clone(),
                reply_to: settings
                    .reply_to
                    .as_deref()
                    .map(|text| address("reply_to", text))
                    .transpose()?,
            },
            patience: Duration::from_secs(settings.timeout_seconds),
            clock,
            idle: Mutex::new(Vec::new()),
        })
    }

    /// Connects, signs in and asks the server whether it is well (NOOP). Sends nothing.
    ///
    /// # Errors
    /// [`CarrierError::Later`] with what is wrong, in words.
    pub async fn check(&self) -> Result<(), CarrierError> {
        let connection = self.ready().await?;
        self.keep(connection);
        Ok(())
    }

    /// A connection that answers, signed in: a kept one or a new one.
    async fn ready(&self) -> Result<AsyncSmtpConnection, CarrierError> {
        timeout(self.patience, async {
            while let Some(mut kept) = self.kept() {
                if kept.test_connected().await {
                    return Ok(kept);
                }
            }
            let mut new = self.connect().await?;
            if new.test_connected().await {
                Ok(new)
            } else {
                Err(CarrierError::Later(
                    "the connection to the mail server broke".into(),
                ))
            }
        })
        .await
        .unwrap_or_else(|_| Err(CarrierError::Later(SILENCE.into())))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, CarrierError> {
        let wrapper = self.tls.clone().filter(|_| self.security == Tls::Tls);
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (self.host.as_str(), self.port),
            Some(self.patience),
            &self.hello,
            wrapper,
            None,
        )
        .await
        .map_err(|error| self.unreachable(&error))?;
        if self.security == Tls::Starttls {
            if !connection.can_starttls() {
                connection.abort().await;
                return Err(CarrierError::Later(
                    "the mail server does not offer STARTTLS; nothing was sent in clear".into(),
                ));
            }
            if let Some(tls) = self.tls.clone() {
                connection
                    .starttls(tls, &self.hello)
                    .await
                    .map_err(|error| self.unreachable(&error))?;
            }
        }
        if let Some(credentials) = &self.credentials
            && let Err(error) = connection.auth(DEFAULT_MECHANISMS, credentials).await
        {
            connection.abort().await;
            return Err(self.no_entry(&error));
        }
        Ok(connection)
    }

    fn kept(&self) -> Option<AsyncSmtpConnection> {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT && !connection.has_broken() {
            idle.push(connection);
        }
    }

    /// A failure before the sign-in is never the letter's fault: it may go later.
    fn unreachable(&self, error: &SmtpError) -> CarrierError {
        CarrierError::Later(match self.said(error, "") {
            Some(said) => said,
            None => broken(error),
        })
    }

    /// Neither is a refused sign-in: an admin can put the password right.
    fn no_entry(&self, error: &SmtpError) -> CarrierError {
        CarrierError::Later(match self.said(error, "") {
            Some(said) => format!("the mail server refused our sign-in: {said}"),
            None if error.is_client() => {
                "the mail server offers no way to sign in that we know".into()
            }
            None => broken(error),
        })
    }

    /// A letter that was not taken. The server's answer says so; without one nobody knows, for the
    /// connection may have broken after the server had it.
    fn not_taken(&self, error: &SmtpError, to: &str) -> CarrierError {
        let said = self.said(error, to);
        // 530 to 538 speak of our sign-in, not of the letter.
        let about_us = error
            .status()
            .is_some_and(|code| (530..=538).contains(&u16::from(code)));
        match said {
            Some(said) if error.is_permanent() && !about_us => CarrierError::Never(said),
            Some(said) => CarrierError::Later(said),
            None if error.is_client() => {
                CarrierError::Never("the mail server can't take letters to such an address".into())
            }
            None => CarrierError::Unsure(broken(error)),
        }
    }

    /// The server's reply in words, if there was one.
    fn said(&self, error: &SmtpError, to: &str) -> Option<String> {
        let code = error.status()?;
        let from = self.sender.address.to_string();
        let words = error
            .source()
            .map(|words| scrub(&words.to_string(), &[to, &self.user, &from]))
            .unwrap_or_default();
        Some(
            format!("the mail server said {code} {words}")
                .trim_end()
                .to_owned(),
        )
    }
}

#[async_trait::async_trait]
impl Carrier for SmtpCarrier {
    async fn carry(&self, envelope: &Envelope) -> Result<(), CarrierError> {
        let message = compose(envelope, &self.sender, self.clock.now())
            .map_err(|error| CarrierError::Never(error.to_string()))?;
        let bytes = zeroize::Zeroizing::new(message.formatted());
        let mut connection = self.ready().await?;
        timeout(self.patience, connection.send(message.envelope(), &bytes))
            .await
            .map_err(|_| CarrierError::Unsure(SILENCE.into()))?
            .map_err(|error| self.not_taken(&error, &envelope.to))?;
        self.keep(connection);
        Ok(())
    }
}

const SILENCE: &str = "the mail server did not answer in time";

/// A connection that failed, in words that hold no name or address.
fn broken(error: &SmtpError) -> String {
    let mut cause = error.source();
    while let Some(now) = cause {
        if let Some(io) = now.downcast_ref::<io::Error>() {
            let tls = io
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<rustls::Error>());
            return match tls {
                Some(tls) => not_trusted(tls),
                None => not_connected(io.kind()).to_owned(),
            };
        }
        cause = now.source();
    }
    "the mail server gave an answer that makes no sense".into()
}

fn not_connected(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::ConnectionRefused => "the mail server refused the connection",
        io::ErrorKind::TimedOut => "the mail server did not answer in time",
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "the mail server can't be reached from here"
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => "the mail server closed the connection",
        _ => "the mail server can't be found or reached; check host and port",
    }
}

fn not_trusted(error: &rustls::Error) -> String {
    let why = match error {
        rustls::Error::InvalidCertificate(why) => match why {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "it is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "it is for another name than host"
            }
            CertificateError::UnknownIssuer => {
                "nobody this machine trusts has signed it; if it is your own, set ca_file"
            }
            CertificateError::Revoked => "it was revoked",
            _ => "it can't be checked",
        },
        _ => {
            return "the mail server and we found no common way to encrypt; check tls and port"
                .into();
        }
    };
    format!("the mail server's certificate is not trusted: {why}")
}

fn trust(settings: &SmtpSettings) -> Result<TlsParameters, SettingsError> {
    let mut builder = TlsParameters::builder(settings.bare_host().to_owned());
    if let Some(path) = &settings.ca_file {
        let pem = read("ca_file", path)?;
        let found = CertificateDer::pem_slice_iter(pem.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| SettingsError::Certificate)?;
        if found.is_empty() {
            return Err(SettingsError::Certificate);
        }
        for certificate in found {
            let certificate = Certificate::from_der(certificate.to_vec())
                .map_err(|_| SettingsError::Certificate)?;
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build().map_err(|_| SettingsError::Certificate)
}

fn credentials(settings: &SmtpSettings) -> Result<Option<Credentials>, SettingsError> {
    let password = match (&settings.password, &settings.password_file) {
        (Some(_), Some(_)) => return Err(SettingsError::TwoPasswords),
        (Some(password), None) => Some(password.expose().to_owned()),
        (None, Some(path)) => Some(read("password_file", path)?.trim_end().to_owned()),
        (None, None) => None,
    };
    match (&settings.user, password) {
        (Some(user), Some(password)) => Ok(Some(Credentials::new(user.clone(), password))),
        (None, None) => Ok(None),
        _ => Err(SettingsError::SignIn),
    }
}

fn hello(name: Option<&str>) -> Result<ClientId, SettingsError> {
    let Some(name) = name else {
        return Ok(ClientId::default());
    };
    match name.parse() {
        Ok(IpAddr::V4(ip)) => Ok(ClientId::Ipv4(ip)),
        Ok(IpAddr::V6(ip)) => Ok(ClientId::Ipv6(ip)),
        Err(_) => {
            let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            if name.is_empty() || name.len() > 253 || !name.chars().all(host) {
                return Err(SettingsError::HelloName);
            }
            Ok(ClientId::Domain(name.to_owned()))
        }
    }
}

fn read(
    setting: &'static str,
    path: &std::path::Path,
) -> Result<zeroize::Zeroizing<String>, SettingsError> {
    std::fs::read_to_string(path)
        .map(zeroize::Zeroizing::new)
        .map_err(|error| SettingsError::File {
            setting,
            why: error.kind(),
        })
}
