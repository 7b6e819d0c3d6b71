//! A login session as a proof: the company's portal asserts that the owner of an account, signed in
//! there just now, approves one request, or freezes the account's data at the desk. An assertion is a
//! JSON Web Token (RFC 7519) signed with Ed25519
//! (RFC 8037), for this desk alone, for one request, for minutes, once.
//!
//! Whatever is wrong with one, the answer is the same.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Serialize};
use store::{RequestRow, Tx};
use words::{ProofKind, RequestId, RequestKind, RequestState, Time};

use crate::{
    approve::waits_for_second, desk::Desk, error::DeskError, proof::Ground, settings::minutes,
};

/// The longest that is looked at, in bytes.
const LONGEST: usize = 4_096;
/// Seconds from its making to its end, at the most, and since the owner signed in.
const LIVES: i64 = 600;
/// Seconds that the portal's clock may be ahead of ours.
const AHEAD: i64 = 30;
/// Wrong assertions that one source may send in a row, one more each minute.
const TRIES: u32 = 60;
/// What every wrong one is answered with.
const REFUSED: DeskError = DeskError::Forbidden("this assertion doesn't count here");

/// The company's portal, whose word about a login counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortalSettings {
    /// What its assertions say as `iss`, such as `https://my.example.com`.
    pub issuer: String,
    /// Its Ed25519 public keys, each 32 bytes in base64; several while they are changed.
    pub keys: Vec<String>,
}

impl PortalSettings {
    /// Checks what the types can't.
    ///
    /// # Errors
    /// Words that say what is wrong.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.issuer.is_empty() {
            return Err("issuer is empty; say what the portal's assertions say as `iss`");
        }
        let good = |key: &String| STANDARD.decode(key).is_ok_and(|key| key.len() == 32);
        if self.keys.is_empty() || self.keys.len() > 5 || !self.keys.iter().all(good) {
            return Err("keys holds one to five Ed25519 public keys, each 32 bytes in base64");
        }
        Ok(())
    }
}

/// The head of a token. Any other member, such as a key of its own, is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default, rename = "kid")]
    _kid: Option<String>,
}

/// What it asserts. Times are seconds since 1970.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// The company's own id of the account.
    sub: String,
    jti: String,
    iat: i64,
    exp: i64,
    /// From when on it counts, if it says so.
    #[serde(default)]
    nbf: Option<i64>,
    /// When the owner signed in.
    auth_time: i64,
    /// The request that they approve; none if they freeze their data,
    #[serde(default)]
    request: Option<RequestId>,
    /// and what kind it is, as the portal told them.
    approves: String,
}

impl Desk {
    /// Takes an assertion of the company's portal: a login session as a proof for one request, which
    /// then goes on, or the owner's freezing of their own data. Returns where the request stands. `source`
    /// is where it comes from, for the limit.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], always the same, whatever is wrong with it; [`DeskError::Limited`]
    /// after too many from one source.
    pub async fn assert_session(
        &self,
        source: &str,
        assertion: &str,
    ) -> Result<RequestState, DeskError> {
        let budget = self.limit_key(&format!("assertion:{source}"));
        let (every, now) = (minutes(1), self.now());
        let mut tx = self.store.read().await?;
        let spent = tx.spent(&budget, TRIES, every, now).await?;
        drop(tx);
        if let Some(until) = spent {
            return Err(DeskError::Limited(until));
        }
        let taken = self.take_assertion(assertion).await;
        if matches!(taken, Err(DeskError::Forbidden(_))) {
            let mut tx = self.store.begin().await?;
            tx.charge(&budget, TRIES, every, self.now()).await?;
            tx.commit().await?;
        }
        taken
    }

    async fn take_assertion(&self, assertion: &str) -> Result<RequestState, DeskError> {
        let now = self.now();
        let claims = self.asserted(assertion, now).ok_or(REFUSED)?;
        let Some(request) = claims.request else {
            return self.take_switch(&claims, now).await;
        };
        let mut tx = self.store.begin().await?;
        let known = tx.request(request).await?.ok_or(REFUSED)?;
        tx.queue_for_account(known.account_id).await?;
        let request = tx.request(request).await?.ok_or(REFUSED)?;
        let account = self.account(&mut tx, request.account_id).await?;
        let source = self.mark(&claims);
        let marks = [source.clone()];
        if tx.served(&source).await? || tx.receipt_spent(&marks).await? {
            return Err(REFUSED);
        }
        if account.external_id != claims.sub {
            // Once: sent again and again it would be one attempt each.
            tx.spend_receipt(&marks, now).await?;
            return self.of_another(tx, &request).await;
        }
        // Before a second person's leave a yes would end what waits for that.
        let asked = !waits_for_second(&request) || request.kind == RequestKind::Unlock;
        if request.state != RequestState::Waiting
            || !asked
            || request.expires_at.is_some_and(|at| at <= now)
            || request.kind.as_str() != claims.approves
        {
            return Err(REFUSED);
        }
        let ticket = tx
            .ticket_by_id(request.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let ground = Ground {
            source: Some(source),
            ..Ground::default()
        };
        self.prove(&mut tx, &request, ProofKind::Session, ground)
            .await
            .map_err(|error| match error {
                DeskError::Conflict(_) => REFUSED,
                error => error,
            })?;
        self.advance(&mut tx, &account, &ticket, &request).await?;
        let state = tx
            .request(request.id)
            .await?
            .map_or(request.state, |r| r.state);
        self.awake(&mut tx, ticket.id).await?;
        self.commit(tx).await?;
        Ok(state)
    }

    /// The owner's own switch: it freezes, needs no request, and opens nothing.
    async fn take_switch(&self, claims: &Claims, now: Time) -> Result<RequestState, DeskError> {
        if claims.approves != RequestKind::Lock.as_str() {
            return Err(REFUSED);
        }
        let mut tx = self.store.begin().await?;
        let known = tx.account_named(&claims.sub).await?.ok_or(REFUSED)?;
        tx.queue_for_account(known.id).await?;
        // It may have been erased meanwhile.
        let account = tx
            .account(known.id)
            .await?
            .filter(|account| account.external_id == claims.sub)
            .ok_or(REFUSED)?;
        let marks = [self.mark(claims)];
        if tx.served(&marks[0]).await? || tx.receipt_spent(&marks).await? {
            return Err(REFUSED);
        }
        tx.spend_receipt(&marks, now).await?;
        self.switch_off(&mut tx, &account)
            .await
            .map_err(|error| match error {
                DeskError::Refused { .. } => REFUSED,
                error => error,
            })?;
        self.commit(tx).await?;
        Ok(RequestState::Done)
    }

    /// By what an assertion is known again.
    fn mark(&self, claims: &Claims) -> Vec<u8> {
        let mark = format!("{}\n{}", claims.iss, claims.jti);
        self.vault.blind("assertion", &mark).0.to_vec()
    }

    /// The claims of an assertion that is the portal's own, for this desk and in time.
    fn asserted(&self, assertion: &str, now: Time) -> Option<Claims> {
        let portal = self.settings.portal.as_ref()?;
        if assertion.len() > LONGEST || self.settings.base_url.is_empty() {
            return None;
        }
        let (signed, signature) = assertion.rsplit_once('.')?;
        let (head, body) = signed.split_once('.')?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let read: Head = serde_json::from_slice(&decode(head)?).ok()?;
        if read.alg != "EdDSA" || read.typ.is_some_and(|typ| typ != "JWT") {
            return None;
        }
        let signature = decode(signature)?;
        let verified = portal.keys.iter().any(|key| {
            STANDARD.decode(key).is_ok_and(|key| {
                UnparsedPublicKey::new(&ED25519, key)
                    .verify(signed.as_bytes(), &signature)
                    .is_ok()
            })
        });
        if !verified {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&decode(body)?).ok()?;
        let now = now.micros().div_euclid(1_000_000);
        let good = claims.iss == portal.issuer
            && claims.aud == self.settings.base_url
            && (16..=128).contains(&claims.jti.len())
            && claims.iat <= now + AHEAD
            && claims.nbf.is_none_or(|nbf| nbf <= now + AHEAD)
            && claims.exp > now
            && claims.exp > claims.iat
            && claims.exp.saturating_sub(claims.iat) <= LIVES
            && claims.auth_time <= claims.iat
            && now.saturating_sub(claims.auth_time) <= LIVES;
        good.then_some(claims)
    }

    /// Somebody signed in to one account and approved what was asked of another: an attempt on that.
    async fn of_another(
        &self,
        mut tx: Tx,
        request: &RequestRow,
    ) -> Result<RequestState, DeskError> {
        let account = self.account(&mut tx, request.account_id).await?;
        if let Some(ticket) = tx.ticket_by_id(request.ticket_id).await? {
            tx.entry(
                self.entry("desk", "proof.failed")
                    .with_account(account.id.to_string())
                    .with_ticket(ticket.number)
                    .with("request", request.id.to_string())
                    .with("kind", ProofKind::Session.as_str()),
            );
            self.attempt(&mut tx, &account, &ticket, "a login of another account")
                .await?;
            self.commit(tx).await?;
        }
        Err(REFUSED)
    }
}
