//! The check itself.

use std::{borrow::Borrow, hash::Hash, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::fmt::rfc2822;
use mail_auth::{
    AuthenticatedMessage, DkimResult, DnsError, Error, MessageAuthenticator, Parameters,
    ResolverCache, Txt,
    common::{
        crypto::HashAlgorithm,
        verify::{DomainKey, VerifySignature as _},
    },
    dkim::Canonicalization,
    hickory_resolver::config::{ResolverConfig, ResolverOpts},
};
use words::Time;
use zeroize::Zeroizing;

use crate::{
    KeySource, ReceiptError, ReceiptMail, ReceiptSettings, SettingsError, address,
    lines::with_crlf,
    original::original,
    record,
    section::Section,
    signature::{Signature, check_age},
    transactions::Patterns,
};

/// The most signatures of the company that are looked at: each costs a look-up and a hash.
const SIGNATURES: usize = 4;
/// The most signatures of anybody in one mail.
const ALL_SIGNATURES: usize = 12;
/// Fields that tell of further receivers.
const COPIES: &[&str] = &["Cc", "Bcc"];
/// Fields that may stand there once.
const ONCE: &[&str] = &[
    "Subject",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// Tells the company's own receipt mails from all others.
pub struct Verifier {
    senders: Vec<String>,
    domains: Vec<String>,
    patterns: Patterns,
    max_age: Duration,
    min_key_bits: usize,
    max_bytes: usize,
    keys: Arc<dyn KeySource>,
    /// Knows no name servers: it verifies with the one key that it is given.
    authenticator: MessageAuthenticator,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("senders", &self.senders)
            .field("domains", &self.domains)
            .finish_non_exhaustive()
    }
}

impl Verifier {
    /// Checks the settings. Nothing is looked up yet.
    ///
    /// # Errors
    /// [`SettingsError`], which says which setting to change.
    pub fn new(
        settings: &ReceiptSettings,
        keys: Arc<dyn KeySource>,
    ) -> Result<Self, SettingsError> {
        settings.bounds()?;
        let senders: Vec<String> = settings
            .senders
            .iter()
            .map(|sender| address::address(sender).ok_or(SettingsError::SenderAddress))
            .collect::<Result<_, _>>()?;
        let own: Vec<&str> = senders
            .iter()
            .filter_map(|sender| Some(sender.split_once('@')?.1))
            .collect();
        if own.is_empty() {
            return Err(SettingsError::NoSenders);
        }
        let mut domains: Vec<String> = settings
            .domains
            .iter()
            .map(|domain| address::domain(domain).ok_or(SettingsError::Domain))
            .collect::<Result<_, _>>()?;
        if domains
            .iter()
            .any(|domain| !own.iter().any(|own| aligned(own, domain)))
        {
            return Err(SettingsError::ForeignDomain);
        }
        if domains.is_empty() {
            domains = own.iter().map(|&domain| domain.to_owned()).collect();
        }
        let nobody = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
        Ok(Self {
            patterns: Patterns::new(&settings.labels, &settings.patterns)?,
            domains,
            senders,
            max_age: settings.max_age(),
            min_key_bits: settings.min_key_bits,
            max_bytes: settings.max_bytes,
            keys,
            authenticator: MessageAuthenticator::new(nobody, ResolverOpts::default())
                .map_err(|_| SettingsError::NameServers)?,
        })
    }

    /// Checks what was handed in: the receipt mail itself (as a file, or redirected), or a mail
    /// with exactly that attached. The time is compared with the mail's and the signature's.
    ///
    /// # Errors
    /// [`ReceiptError`]: for the log which, and for a person one sentence.
    pub async fn check(&self, raw: &[u8], now: Time) -> Result<ReceiptMail, ReceiptError> {
        if raw.len() > self.max_bytes {
            return Err(ReceiptError::TooLarge);
        }
        let upload = with_crlf(raw).ok_or(ReceiptError::LineEnds)?;
        let original = original(&upload)?;
        let mail = original.mail.as_ref();
        let section = Section::parse(mail)?;
        let facts = self.facts(&section, original.attached)?;
        check_age(facts.date, now, self.max_age)?;
        self.signed(mail, &section, &facts, now).await?;
        Ok(ReceiptMail {
            transactions: self.patterns.find(mail)?,
            message: digest(facts.message_id.as_bytes()),
            body: body_digest(section.body),
            recipient: facts.recipient,
            date: facts.date,
        })
    }

    /// What the fields say, each of which stands there once and in one reading.
    fn facts(&self, section: &Section<'_>, attached: bool) -> Result<Facts, ReceiptError> {
        let sender = address::only(section.only("From")?).ok_or(ReceiptError::NotPlain("From"))?;
        if !self.senders.contains(&sender) {
            return Err(if attached {
                ReceiptError::Sender
            } else {
                ReceiptError::AsText
            });
        }
        let recipient = address::only(section.only("To")?).ok_or(ReceiptError::NotPlain("To"))?;
        for name in COPIES {
            if section.all(name).next().is_some() {
                return Err(ReceiptError::Copied(name));
            }
        }
        for name in ONCE {
            section.at_most_one(name)?;
        }
        section.only("Subject")?;
        let date = section
            .only("Date")?
            .line()
            .and_then(|date| rfc2822::parse(&date).ok())
            .ok_or(ReceiptError::NotPlain("Date"))?;
        let message_id = section
            .only("Message-ID")?
            .line()
            .filter(|id| plain_message_id(id))
            .ok_or(ReceiptError::NotPlain("Message-ID"))?;
        Ok(Facts {
            sender,
            recipient: Zeroizing::new(recipient),
            date: date.timestamp().into(),
            message_id,
        })
    }

    /// Whether one of the company's signatures covers the mail and holds.
    async fn signed(
        &self,
        mail: &[u8],
        section: &Section<'_>,
        facts: &Facts,
        now: Time,
    ) -> Result<(), ReceiptError> {
        if section.all("DKIM-Signature").count() > ALL_SIGNATURES {
            return Err(ReceiptError::Malformed);
        }
        let (_, from) = facts.sender.split_once('@').unwrap_or_default();
        let ours = section
            .all("DKIM-Signature")
            .filter_map(Signature::parse)
            .filter(|signature| {
                self.domains.contains(&signature.domain) && aligned(from, &signature.domain)
            })
            .take(SIGNATURES);
        let mut error = ReceiptError::Unsigned;
        for signature in ours {
            match self.holds(mail, section, &signature, now).await {
                Ok(()) => return Ok(()),
                Err(why) => error = why,
            }
        }
        Err(error)
    }

    async fn holds(
        &self,
        mail: &[u8],
        section: &Section<'_>,
        signature: &Signature,
        now: Time,
    ) -> Result<(), ReceiptError> {
        signature.check(section, now, self.max_age)?;
        let name = signature.key_name();
        let records = self
            .keys
            .records(&name)
            .await
            .map_err(|_| ReceiptError::KeyUnknown)?;
        let key = record::key(&records, signature, self.min_key_bits)?;

        let message = AuthenticatedMessage::parse(mail).ok_or(ReceiptError::Malformed)?;
        if !read_alike(&message, section) {
            return Err(ReceiptError::Malformed);
        }
        let cache = OneKey::new(&name, key);
        let results = self
            .authenticator
            .verify_dkim(Parameters::new(&message).with_txt_cache(&cache))
            .await;
        let bytes = STANDARD
            .decode(&signature.bytes)
            .map_err(|_| ReceiptError::Signature)?;
        let held = results.iter().any(|result| {
            *result.result() == DkimResult::Pass
                && result.signature().is_some_and(|read| {
                    read.domain() == signature.domain
                        && read.selector() == signature.selector
                        && read.signature() == bytes
                        && read.l == 0
                        && read.h.len() == signature.headers.len()
                        && read
                            .h
                            .iter()
                            .zip(&signature.headers)
                            .all(|(a, b)| a.eq_ignore_ascii_case(b))
                })
        });
        if held {
            Ok(())
        } else {
            Err(ReceiptError::Signature)
        }
    }
}

/// What a mail's fields say.
struct Facts {
    sender: String,
    recipient: Zeroizing<String>,
    date: Time,
    message_id: String,
}

/// Whether two domains are the same, or one is below the other.
fn aligned(one: &str, other: &str) -> bool {
    let below = |a: &str, b: &str| {
        a.strip_suffix(b)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    below(one, other) || below(other, one)
}

/// `<left@right>` with nothing in it that could be read otherwise.
fn plain_message_id(id: &str) -> bool {
    let inner = id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
    inner.is_some_and(|inner| {
        (3..=500).contains(&inner.len())
            && inner.contains('@')
            && inner
                .chars()
                .all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '(' | ')' | '"' | '\\'))
    })
}

/// Whether the verifying library sees the same fields and the same body as we do.
fn read_alike(message: &AuthenticatedMessage<'_>, section: &Section<'_>) -> bool {
    let fields = message.raw_parsed_headers();
    message.raw_body() == section.body
        && fields.len() == section.fields.len()
        && fields.iter().zip(&section.fields).all(|(theirs, ours)| {
            let value = theirs.1.strip_suffix(b"\r\n").unwrap_or(theirs.1);
            theirs.0 == ours.name.as_bytes() && value == ours.value
        })
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref());
    out
}

/// The body's digest with white space evened out (RFC 6376, 3.4.4), as signers do too.
fn body_digest(body: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let canonical = Canonicalization::Relaxed.canonical_body(body, 0);
    out.copy_from_slice(HashAlgorithm::Sha256.hash(canonical).as_ref());
    out
}

/// A cache that knows one key and answers "no such record" to everything else, so that nothing is
/// ever asked of the network for the other signatures in a mail.
struct OneKey {
    name: String,
    key: Txt,
}

impl OneKey {
    fn new(name: &str, key: DomainKey) -> Self {
        Self {
            name: format!("{name}."),
            key: key.into(),
        }
    }
}

impl ResolverCache<Box<str>, Txt> for OneKey {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let ours: Box<str> = self.name.as_str().into();
        Some(if ours.borrow() == name {
            self.key.clone()
        } else {
            Txt::Error(Error::Dns(DnsError::InvalidRecordType))
        })
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: std::time::Instant) {}
}
