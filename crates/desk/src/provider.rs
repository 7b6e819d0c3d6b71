//! The company's identity provider, which carries out what the owner confirmed: signed webhooks
//! after the Standard Webhooks convention.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::letter::CarrierError;

/// One message to the identity provider.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Hook {
    /// What happened: `reset.confirmed`, `action.confirmed`, `factor.reset`, `account.lock` or
    /// `account.unlock`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When, in RFC 3339.
    pub timestamp: String,
    /// About what.
    pub data: HookData,
}

/// About what a hook is. The account is named by the company's own id; no value of it is in here.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct HookData {
    /// The company's own id of the account.
    pub account: String,
    /// The ticket's number.
    pub ticket: i64,
    /// The request or challenge that the owner answered.
    pub reference: String,
    /// The company's action, by its name in the catalogue, in `action.confirmed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

/// Takes hooks to the identity provider.
#[async_trait::async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Hands over one hook. `id` stays the same over retries.
    ///
    /// # Errors
    /// [`CarrierError`]; the text holds no personal data.
    async fn tell(&self, id: &str, body: &str) -> Result<(), CarrierError>;
}

/// The `webhook-signature` header: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
/// `secret` is the key behind `whsec_`, decoded; `timestamp` is in seconds since 1970.
pub fn signature(secret: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag.as_ref()))
}

/// Whether one of the signatures in the header is ours.
pub fn verify(secret: &[u8], id: &str, timestamp: i64, body: &str, header: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signed = format!("{id}.{timestamp}.{body}");
    header
        .split(' ')
        .filter_map(|part| part.strip_prefix("v1,"))
        .any(|part| {
            STANDARD
                .decode(part)
                .is_ok_and(|tag| hmac::verify(&key, signed.as_bytes(), &tag).is_ok())
        })
}

/// Reads a secret as it is written in settings: `whsec_` and base64.
///
/// # Errors
/// Words that say how it should look.
pub fn parse_secret(text: &str) -> Result<Vec<u8>, &'static str> {
    let body = text
        .strip_prefix("whsec_")
        .ok_or("a webhook secret begins with whsec_")?;
    match STANDARD.decode(body) {
        Ok(bytes) if (24..=64).contains(&bytes.len()) => Ok(bytes),
        _ => Err("a webhook secret is whsec_ and the base64 of 24 to 64 bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_matches_the_published_example() {
        // The example of the Standard Webhooks reference libraries.
        let secret = parse_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let body = r#"{"test": 2432232314}"#;
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        assert_eq!(
            signature(&secret, id, 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_changed_body_or_time_is_caught() {
        let secret = [7u8; 32];
        let good = signature(&secret, "a", 5, "{}");
        assert!(verify(&secret, "a", 5, "{}", &good));
        assert!(verify(&secret, "a", 5, "{}", &format!("v1,AAAA {good}")));
        assert!(!verify(&secret, "a", 6, "{}", &good));
        assert!(!verify(&secret, "a", 5, "{} ", &good));
    }
}
