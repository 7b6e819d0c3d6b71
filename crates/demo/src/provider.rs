//! The shop's sign-in service: takes the desk's signed hooks and acts on none that is not.

use axum::http::HeaderMap;
use desk::provider::verify;
use serde::Deserialize;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;
use words::{Clock, Time};

/// How far a hook's time may be from ours, in seconds.
const TOLERANCE: i64 = 300;
/// How many ids are remembered, so that none counts twice.
const REMEMBERED: usize = 10_000;

/// Something that the desk told the sign-in service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: Time,
    /// What: `reset.confirmed`, `action.confirmed`, `factor.reset`, `account.lock` or `account.unlock`.
    pub kind: String,
    /// The company's own id of the account.
    pub account: String,
}

/// Why a hook was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Turned {
    /// No signature, a wrong one, or an old time.
    #[error("the signature or its time doesn't hold; sign the body anew")]
    Signature,
    /// Signed by us, and still not readable.
    #[error("the body can't be read; send what the desk sends")]
    Body,
}

#[derive(Default)]
struct Memory {
    ids: VecDeque<String>,
    told: Vec<Told>,
}

/// The sign-in service.
pub struct SignInService {
    secret: Vec<u8>,
    clock: Arc<dyn Clock>,
    memory: Mutex<Memory>,
    news: watch::Sender<u64>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    account: String,
}

impl SignInService {
    pub(crate) fn new(secret: Vec<u8>, clock: Arc<dyn Clock>, news: watch::Sender<u64>) -> Self {
        Self {
            secret,
            clock,
            memory: Mutex::default(),
            news,
        }
    }

    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it was told, oldest first.
    pub fn told(&self) -> Vec<Told> {
        self.memory().told.clone()
    }

    /// Takes one hook; one that came before is taken and changes nothing.
    ///
    /// # Errors
    /// [`Turned`].
    pub fn take(&self, headers: &HeaderMap, body: &str) -> Result<(), Turned> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(id), Some(timestamp), Some(signature)) = (
            header("webhook-id"),
            header("webhook-timestamp"),
            header("webhook-signature"),
        ) else {
            return Err(Turned::Signature);
        };
        let now = self.clock.now();
        let timestamp: i64 = timestamp.parse().map_err(|_| Turned::Signature)?;
        let fresh = now.seconds().abs_diff(timestamp) <= TOLERANCE.unsigned_abs();
        if !fresh || !verify(&self.secret, id, timestamp, body, signature) {
            return Err(Turned::Signature);
        }
        let body: Body = serde_json::from_str(body).map_err(|_| Turned::Body)?;
        let mut memory = self.memory();
        if memory.ids.iter().any(|known| known == id) {
            return Ok(());
        }
        memory.ids.push_back(id.to_owned());
        if memory.ids.len() > REMEMBERED {
            memory.ids.pop_front();
        }
        memory.told.push(Told {
            at: now,
            kind: body.kind,
            account: body.data.account,
        });
        drop(memory);
        self.news.send_modify(|n| *n += 1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::provider::signature;

    const NOW: i64 = 1_795_255_200;
    const BODY: &str = r#"{"type":"reset.confirmed","timestamp":"2026-11-21T10:00:00Z","data":{"account":"A-1042","ticket":7,"reference":"r"}}"#;

    struct Still;
    impl Clock for Still {
        fn now(&self) -> Time {
            Time(NOW * 1_000_000)
        }
    }

    fn service() -> SignInService {
        SignInService::new(vec![7; 32], Arc::new(Still), watch::Sender::new(0))
    }

    fn headers(id: &str, at: i64, signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", at.to_string()),
            ("webhook-signature", signature.to_owned()),
        ] {
            headers.insert(name, value.parse().expect("a value"));
        }
        headers
    }

    #[test]
    fn a_signed_hook_is_taken_and_counts_once() {
        let service = service();
        let good = headers("one", NOW, &signature(&[7; 32], "one", NOW, BODY));
        assert_eq!(service.take(&good, BODY), Ok(()));
        assert_eq!(service.take(&good, BODY), Ok(()));
        let told: Vec<(String, String)> = service
            .told()
            .into_iter()
            .map(|t| (t.kind, t.account))
            .collect();
        assert_eq!(told, [("reset.confirmed".to_owned(), "A-1042".to_owned())]);
    }

    #[test]
    fn a_wrong_signature_or_an_old_time_is_refused() {
        let service = service();
        let old = NOW - TOLERANCE - 1;
        for (headers, body) in [
            (
                headers("one", NOW, &signature(&[8; 32], "one", NOW, BODY)),
                BODY,
            ),
            (
                headers("two", NOW, &signature(&[7; 32], "one", NOW, BODY)),
                BODY,
            ),
            (
                headers("one", NOW, &signature(&[7; 32], "one", NOW, BODY)),
                "{}",
            ),
            (
                headers("one", old, &signature(&[7; 32], "one", old, BODY)),
                BODY,
            ),
            (HeaderMap::new(), BODY),
        ] {
            assert_eq!(service.take(&headers, body), Err(Turned::Signature));
        }
        assert!(service.told().is_empty());
    }

    #[test]
    fn a_signed_body_that_makes_no_sense_is_turned_away() {
        let service = service();
        let headers = headers("one", NOW, &signature(&[7; 32], "one", NOW, "{}"));
        assert_eq!(service.take(&headers, "{}"), Err(Turned::Body));
    }
}
