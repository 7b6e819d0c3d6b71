//! What was proven for a request, and a second person's leave for it.

use sqlx::FromRow;
use words::{
    AccountId, ApprovalId, ChallengeId, ContactPointId, ProofId, ProofKind, RequestId, Role,
    StaffId, TicketId, Time,
};

use crate::db::{StoreError, Tx};

/// Something that was proven: for one account, ticket and request, once.
#[derive(FromRow, Clone, Debug)]
pub struct ProofRow {
    /// Its id.
    pub id: ProofId,
    /// By which way it came.
    pub kind: ProofKind,
    /// Bound to this account,
    pub account_id: AccountId,
    /// this ticket,
    pub ticket_id: TicketId,
    /// and this request.
    pub request_id: RequestId,
    /// The contact point it came through, if it came through one.
    pub contact_point_id: Option<ContactPointId>,
    /// The challenge it answers, if it answers one.
    pub challenge_id: Option<ChallengeId>,
    /// The digest of what it rests on; no two proofs rest on the same.
    pub source: Option<Vec<u8>>,
    /// When it was given.
    pub given_at: Time,
    /// Until when it counts.
    pub expires_at: Time,
    /// When it was used.
    pub used_at: Option<Time>,
}

/// A second person's leave for a request.
#[derive(FromRow, Clone, Debug)]
pub struct ApprovalRow {
    /// Its id.
    pub id: ApprovalId,
    /// For which request.
    pub request_id: RequestId,
    /// Who gave it.
    pub staff_id: StaffId,
    /// Their role at that moment.
    pub role: Role,
    /// When.
    pub at: Time,
}

impl Tx {
    /// Adds a proof.
    ///
    /// # Errors
    /// [`StoreError::is_duplicate`] if what it rests on served before.
    pub async fn add_proof(&mut self, row: &ProofRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into proofs (id, kind, account_id, ticket_id, request_id, contact_point_id, challenge_id, source, given_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(row.id).bind(row.kind).bind(row.account_id).bind(row.ticket_id).bind(row.request_id).bind(row.contact_point_id)
            .bind(row.challenge_id).bind(&row.source).bind(row.given_at).bind(row.expires_at)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// The proofs of a request, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn proofs(&mut self, request: RequestId) -> Result<Vec<ProofRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from proofs where request_id = $1 order by given_at, id")
            .bind(request).fetch_all(c).await?),
        )
    }

    /// Marks every proof of a request as used, once and for all. Returns how many were not used
    /// before.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn use_proofs(&mut self, request: RequestId, now: Time) -> Result<u64, StoreError> {
        Ok(
            on!(self, c => sqlx::query("update proofs set used_at = $2 where request_id = $1 and used_at is null")
            .bind(request).bind(now).execute(c).await?.rows_affected()),
        )
    }

    /// Adds a second person's leave; the same person's second one changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_approval(&mut self, row: &ApprovalRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into approvals (id, request_id, staff_id, role, at) values ($1, $2, $3, $4, $5)
             on conflict (request_id, staff_id) do nothing")
            .bind(row.id).bind(row.request_id).bind(row.staff_id).bind(row.role).bind(row.at)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// Who gave leave for a request, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn approvals(&mut self, request: RequestId) -> Result<Vec<ApprovalRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from approvals where request_id = $1 order by at, id")
            .bind(request).fetch_all(c).await?),
        )
    }
}
