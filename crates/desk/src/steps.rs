//! The further steps on the owner's page: what is still to be proven after the first yes, and the
//! codes that prove it. They are typed here by the owner, never to a rep or by one.

#[cfg(test)]
mod tests;

use store::{ChallengeRow, RequestRow, Tx};
use vault::{hash, normalise};
use words::{ChallengeKind, FieldKind, ProofKind, RequestState};

use crate::{
    accounts::digest_label, challenge::OwnerPage, desk::Desk, error::DeskError, proof::Ground,
    settings::minutes,
};

/// Codes that may be tried on one account in a row, whoever tries and wherever.
const TRIES: u32 = 5;
/// Minutes until one more may be tried.
const TRY_MINUTES: u64 = 120;

impl Desk {
    /// What is still to be proven for the request behind a link, once the owner said yes there.
    pub(crate) async fn still(
        &self,
        tx: &mut Tx,
        row: &ChallengeRow,
        request: Option<&RequestRow>,
    ) -> Result<Vec<ProofKind>, DeskError> {
        let Some(request) = request.filter(|request| request.state == RequestState::Waiting) else {
            return Ok(Vec::new());
        };
        if row.kind != ChallengeKind::Confirm || row.answer.as_deref() != Some("yes") {
            return Ok(Vec::new());
        }
        let account = self.account(tx, request.account_id).await?;
        let ticket = tx
            .ticket_by_id(request.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let (facts, decision) = self.weigh_request(tx, &account, &ticket, request).await?;
        let whole = facts.proofs.iter().filter(|proof| proof.is_whole());
        let given: Vec<_> = whole.map(|proof| proof.kind).collect();
        // Once the yes itself is too old, no step typed here completes it.
        let here = |kind: &ProofKind| matches!(kind, ProofKind::Receipt | ProofKind::Saved);
        let mut still: Vec<_> = decision
            .ways
            .into_iter()
            .filter(|way| way.iter().all(|kind| given.contains(kind) || here(kind)))
            .flatten()
            .filter(|kind| !given.contains(kind))
            .collect();
        still.sort();
        still.dedup();
        Ok(still)
    }

    /// The owner types a code that proves a step. A wrong one tells nothing but that it didn't work,
    /// counts as an attempt, and a few of them end the tries for a while.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a secret that was never given out; [`DeskError::Limited`] after
    /// too many tries on the account; [`DeskError::Conflict`] if the link is used up.
    pub async fn owner_step(
        &self,
        secret: &str,
        kind: ProofKind,
        code: &str,
    ) -> Result<OwnerPage, DeskError> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let token = hash(secret.as_bytes());
        let asked = tx.challenge(&token).await?.ok_or(DeskError::NotFound)?;
        tx.queue_for_account(asked.account_id).await?;
        let row = tx.challenge(&token).await?.ok_or(DeskError::NotFound)?;
        let request = match row.request_id {
            Some(id) => tx.request(id).await?,
            None => None,
        };
        let still = self.still(&mut tx, &row, request.as_ref()).await?;
        let Some(request) = request.filter(|_| still.contains(&kind) && now < row.expires_at)
        else {
            return Err(DeskError::Conflict(
                "this page is used up; if you have a newer mail from us, use the link in that one",
            ));
        };
        let budget = self.limit_key(&format!("step:{}", row.account_id));
        if let Some(until) = tx.charge(&budget, TRIES, minutes(TRY_MINUTES), now).await?
            && !words::sabotage::off("step-limit")
        {
            return Err(DeskError::Limited(until));
        }
        let account = self.account(&mut tx, row.account_id).await?;
        let ticket = tx
            .ticket_by_id(row.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let source = match kind {
            ProofKind::Receipt => self.receipt(&mut tx, &account, code).await?,
            ProofKind::Saved => self.saved(&mut tx, &account, code).await?,
            _ => None,
        };
        let mut tried = true;
        if let Some(source) = source {
            let ground = Ground {
                point: None,
                challenge: Some(row.id),
                source: Some(source),
            };
            match self.prove(&mut tx, &request, kind, ground).await {
                Ok(()) => {
                    tried = false;
                    self.advance(&mut tx, &account, &ticket, &request).await?;
                    self.awake(&mut tx, ticket.id).await?;
                }
                // It served before: as good as wrong, and said so in no other words. A failed write
                // ends the transaction, so the attempt is counted in one of its own.
                Err(DeskError::Conflict(_)) => {
                    drop(tx);
                    tx = self.store.begin().await?;
                    tx.queue_for_account(row.account_id).await?;
                    let _ = tx.charge(&budget, TRIES, minutes(TRY_MINUTES), now).await?;
                }
                Err(error) => return Err(error),
            }
        }
        if tried {
            tx.entry(
                self.entry("owner", "proof.failed")
                    .with_account(account.id.to_string())
                    .with_ticket(ticket.number)
                    .with("request", request.id.to_string())
                    .with("kind", kind.as_str()),
            );
            self.attempt(&mut tx, &account, &ticket, &format!("wrong {kind}"))
                .await?;
        }
        self.commit(tx).await?;
        let page = self.owner_page(secret).await?;
        Ok(OwnerPage { tried, ..page })
    }

    /// The digest of the receipt that a typed code is on, if it is on one of the account's.
    async fn receipt(
        &self,
        tx: &mut Tx,
        account: &store::AccountRow,
        code: &str,
    ) -> Result<Option<Vec<u8>>, DeskError> {
        let key = self.key(account)?;
        let normal = normalise(FieldKind::Receipt, code);
        let mut found = None;
        // Every receipt is looked at, so that the time doesn't tell which one came close.
        for row in tx.masked_fields(account.id).await? {
            if row.kind != FieldKind::Receipt {
                continue;
            }
            let label = digest_label(&row.name, &row.item);
            if key.digest(&label, normal.as_bytes()).0.as_slice() == row.digest.as_slice() {
                found = Some(
                    key.digest("receipt used as a proof", &row.digest)
                        .0
                        .to_vec(),
                );
            }
        }
        Ok(found)
    }

    /// The digest of a saved code, which is then used up, if it is one of the account's.
    async fn saved(
        &self,
        tx: &mut Tx,
        account: &store::AccountRow,
        code: &str,
    ) -> Result<Option<Vec<u8>>, DeskError> {
        let key = self.key(account)?;
        let normal = normalise(FieldKind::Receipt, code);
        let digest = key.digest("saved code", normal.as_bytes()).0.to_vec();
        let taken = tx.take_saved_code(account.id, &digest, self.now()).await?;
        Ok(taken.then_some(digest))
    }
}
