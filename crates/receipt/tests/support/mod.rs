//! A company that signs its mails. Canonicalisation and signing are written anew here, from the
//! RFC, so that the check isn't tested against itself.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use receipt::{PinnedKeys, ReceiptError, ReceiptMail, ReceiptSettings, Verifier};
use words::Time;

pub(crate) const OWNER: &str = "robin.vale@customer.example";
pub(crate) const ATTACKER: &str = "mallory@elsewhere.example";
pub(crate) const SENDER: &str = "receipts@acme.example";

/// When the mails are checked: three days after they were sent.
pub(crate) fn now() -> Time {
    Time::parse("2026-11-21T10:02:00Z").expect("a time")
}

pub(crate) enum Key {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

static RSA: LazyLock<Key> =
    LazyLock::new(|| Key::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key")));
static OTHER: LazyLock<Key> =
    LazyLock::new(|| Key::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key")));
static ED25519: LazyLock<Key> =
    LazyLock::new(|| Key::Ed25519(Ed25519KeyPair::generate().expect("a key")));

pub(crate) fn rsa() -> &'static Key {
    &RSA
}

/// A key that the company has nothing to do with.
pub(crate) fn other() -> &'static Key {
    &OTHER
}

pub(crate) fn ed25519() -> &'static Key {
    &ED25519
}

impl Key {
    fn sign(&self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                let mut out = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut out)
                    .expect("a signature");
                out
            }
            // RFC 8463: the hash is what is signed.
            Self::Ed25519(key) => key.sign(digest(&SHA256, text).as_ref()).as_ref().to_vec(),
        }
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa-sha256",
            Self::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// The key's record in the DNS.
    pub(crate) fn record(&self) -> String {
        let (kind, public) = match self {
            Self::Rsa(key) => ("rsa", STANDARD.encode(key.public_key().as_ref())),
            Self::Ed25519(key) => ("ed25519", STANDARD.encode(key.public_key().as_ref())),
        };
        format!("v=DKIM1; k={kind}; p={public}")
    }
}

/// A mail: its fields, and its body with LF line ends.
#[derive(Clone)]
pub(crate) struct Mail {
    pub fields: Vec<(String, String)>,
    pub body: String,
}

impl Mail {
    /// The receipt that Acme sent to the owner.
    pub(crate) fn receipt() -> Self {
        Self::to(OWNER)
    }

    pub(crate) fn to(recipient: &str) -> Self {
        let fields = [
            ("From", format!("Acme Production <{SENDER}>")),
            ("To", format!("Robin Vale <{recipient}>")),
            ("Date", "Wed, 18 Nov 2026 09:30:00 +0000".to_owned()),
            ("Subject", "Your receipt".to_owned()),
            ("Message-ID", "<r-10442@acme.example>".to_owned()),
            ("MIME-Version", "1.0".to_owned()),
            ("Content-Type", "text/plain; charset=utf-8".to_owned()),
            ("Content-Transfer-Encoding", "8bit".to_owned()),
        ];
        Self {
            fields: fields.map(|(n, v)| (n.to_owned(), v)).to_vec(),
            body: "Thank you for your order.\n\nReceipt no.: R-10442\nTotal: 9.55\n".to_owned(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(n, _)| n == name);
        value.clone_into(&mut field.expect("a field").1);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(n, _)| n != name);
        self
    }

    /// Puts a field on top, as everybody on the way can.
    pub(crate) fn on_top(mut self, name: &str, value: &str) -> Self {
        self.fields.insert(0, (name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn saying(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    /// A mail of several parts, with `X` as their boundary.
    pub(crate) fn parts(self, kind: &str, parts: &[(&str, &str)]) -> Self {
        let mut body = String::new();
        for (head, part) in parts {
            body = body + "--X\n" + head + "\n\n" + part + "\n";
        }
        body.push_str("--X--\n");
        self.without("Content-Transfer-Encoding")
            .with("Content-Type", &format!("{kind}; boundary=X"))
            .saying(&body)
    }

    /// The mail as bytes.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        for (name, value) in &self.fields {
            out = out + name + ": " + value + "\r\n";
        }
        out.push_str("\r\n");
        out.push_str(&self.crlf_body());
        out
    }

    fn crlf_body(&self) -> String {
        self.body.replace('\n', "\r\n")
    }

    /// The mail as a part of another: its lines end in LF.
    pub(crate) fn as_part(&self) -> String {
        self.text().replace("\r\n", "\n")
    }

    /// Signs with the usual settings.
    pub(crate) fn signed(self) -> Self {
        Signing::usual().sign(self)
    }
}

/// How a mail is signed.
pub(crate) struct Signing {
    pub key: &'static Key,
    pub domain: &'static str,
    pub selector: &'static str,
    pub headers: Vec<&'static str>,
    /// Header and body: `relaxed/relaxed`.
    pub canonical: &'static str,
    /// Further tags, each with a `;` before it.
    pub more: String,
    /// How many bytes of the body are signed; all without it.
    pub length: Option<usize>,
}

impl Signing {
    pub(crate) fn usual() -> Self {
        Self {
            key: rsa(),
            domain: "acme.example",
            selector: "june",
            headers: vec![
                "From",
                "To",
                "Date",
                "Subject",
                "Message-ID",
                "MIME-Version",
                "Content-Type",
                "Content-Transfer-Encoding",
            ],
            canonical: "relaxed/relaxed",
            more: String::new(),
            length: None,
        }
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|header| *header != name);
        self
    }

    pub(crate) fn sign(&self, mail: Mail) -> Mail {
        let (header, body) = self.canonical.split_once('/').expect("two");
        let mut text = canonical_body(&mail.crlf_body(), body);
        let mut more = self.more.clone();
        if let Some(length) = self.length {
            text.truncate(length);
            more = more + "; l=" + &length.to_string();
        }
        let value = format!(
            "v=1; a={}; c={}; d={}; s={}{more};\r\n\th={};\r\n\tbh={}; b=",
            self.key.algorithm(),
            self.canonical,
            self.domain,
            self.selector,
            self.headers.join(":"),
            STANDARD.encode(digest(&SHA256, text.as_bytes())),
        );
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        let mut input = String::new();
        for name in &self.headers {
            let nth = used.entry(name.to_lowercase()).or_default();
            let same = |(n, _): &&(String, String)| n.eq_ignore_ascii_case(name);
            if let Some((name, value)) = mail.fields.iter().rev().filter(same).nth(*nth) {
                input.push_str(&canonical_field(name, &format!(" {value}"), header));
                input.push_str("\r\n");
            }
            *nth += 1;
        }
        input.push_str(&canonical_field(
            "DKIM-Signature",
            &format!(" {value}"),
            header,
        ));
        let signature = STANDARD.encode(self.key.sign(input.as_bytes()));
        mail.on_top("DKIM-Signature", &format!("{value}{signature}"))
    }
}

/// RFC 6376, 3.4.1 and 3.4.2.
fn canonical_field(name: &str, value: &str, how: &str) -> String {
    if how == "simple" {
        return format!("{name}:{value}");
    }
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    format!("{}:{}", name.to_lowercase(), words.join(" "))
}

/// RFC 6376, 3.4.3 and 3.4.4.
fn canonical_body(body: &str, how: &str) -> String {
    let mut lines: Vec<String> = body
        .split("\r\n")
        .map(|line| {
            if how == "simple" {
                return line.to_owned();
            }
            let mut out = String::new();
            for c in line.trim_end_matches([' ', '\t']).chars() {
                match c {
                    ' ' | '\t' if out.ends_with(' ') => {}
                    '\t' => out.push(' '),
                    c => out.push(c),
                }
            }
            out
        })
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if lines.is_empty() && how == "relaxed" {
        return String::new();
    }
    lines.join("\r\n") + "\r\n"
}

pub(crate) fn settings() -> ReceiptSettings {
    ReceiptSettings {
        senders: vec![SENDER.to_owned()],
        domains: Vec::new(),
        labels: vec!["Receipt no.".to_owned()],
        patterns: Vec::new(),
        keys_file: None,
        name_servers: Vec::new(),
        max_age_days: 90,
        min_key_bits: 2048,
        max_bytes: 100_000,
    }
}

/// The keys as they stand in the DNS.
pub(crate) fn keys(records: &[(&str, String)]) -> Arc<PinnedKeys> {
    let lines: Vec<String> = records.iter().map(|(n, r)| format!("{n} {r}")).collect();
    Arc::new(PinnedKeys::parse(&lines.join("\n")).expect("keys"))
}

/// The company's keys, and those of another domain whose owner isn't the company.
pub(crate) fn usual_keys() -> Arc<PinnedKeys> {
    keys(&[
        ("june._domainkey.acme.example", rsa().record()),
        ("july._domainkey.acme.example", ed25519().record()),
        ("june._domainkey.mail.acme.example", rsa().record()),
        ("june._domainkey.elsewhere.example", other().record()),
    ])
}

pub(crate) fn verifier() -> Verifier {
    Verifier::new(&settings(), usual_keys()).expect("a verifier")
}

/// Checks a mail with the usual settings and keys.
pub(crate) async fn check(mail: &str) -> Result<ReceiptMail, ReceiptError> {
    verifier().check(mail.as_bytes(), now()).await
}

/// Why a mail is refused.
pub(crate) async fn refused(mail: &str) -> ReceiptError {
    check(mail).await.expect_err("refused")
}
