//! The further steps on the owner's page: what is still to be proven after the first yes, and the
//! codes that prove it. They are typed here by the owner, never to a rep or by one.

#[cfg(test)]
mod tests;

use receipt::Code;
use store::{ChallengeRow, RequestRow, Tx};
use vault::hash;
use words::{ChallengeKind, ProofKind, RequestKind, RequestState};

use crate::{
    challenge::OwnerPage, desk::Desk, error::DeskError, proof::Ground, request::frozen_since,
    saved::mistyped, settings::minutes,
};

/// Codes that may be tried on one account in a row, whoever tries and wherever.
pub(crate) const TRIES: u32 = 5;
/// Minutes until one more may be tried.
pub(crate) const TRY_MINUTES: u64 = 120;

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
        // Once the yes itself is too old, no step typed here completes it; a login alone may.
        let here = |kind: &ProofKind| *kind != ProofKind::Email;
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
        let typed = kind != ProofKind::Session && still.contains(&kind);
        let Some(request) = request.filter(|_| typed && now < row.expires_at) else {
            return Err(DeskError::Conflict(
                "this page is used up; if you have a newer mail from us, use the link in that one",
            ));
        };
        if mistyped(kind, code) {
            // A typo shows without a look at the account, so it is no try.
            drop(tx);
            let page = self.owner_page(secret).await?;
            return Ok(OwnerPage {
                tried: true,
                ..page
            });
        }
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
        let since = match request.kind {
            RequestKind::Unlock => frozen_since(&mut tx, account.id).await?,
            _ => None,
        };
        let mut texted = None;
        let source = match kind {
            ProofKind::Phone => {
                texted = self.texted(&mut tx, &account, &request, code).await?;
                texted.as_ref().and_then(|ground| ground.source.clone())
            }
            ProofKind::Receipt => self
                .receipt_by_code(&mut tx, &account, &ticket, since, code)
                .await?
                .map(|receipt| receipt.source),
            ProofKind::Saved => match Code::parse(code) {
                Ok(code) => self.saved(&mut tx, &account, since, &code).await?,
                Err(_) => None,
            },
            _ => None,
        };
        let mut tried = true;
        if let Some(source) = source {
            let ground = Ground {
                point: texted.and_then(|ground| ground.point),
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
}
