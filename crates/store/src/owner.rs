//! What is between the desk and an owner: challenges, notices, holds and attempts.

use sqlx::FromRow;
use words::{
    AccountId, ChallengeId, ChallengeKind, Channel, ContactPointId, HoldId, HoldLevel, NoticeId,
    RequestId, TicketId, Time,
};

use crate::db::{StoreError, Tx, one};

/// The asking for a proof or an answer, by a link at a registered contact point.
#[derive(FromRow, Clone, Debug)]
pub struct ChallengeRow {
    /// Its id.
    pub id: ChallengeId,
    /// The hash of the secret in the link.
    pub token: Vec<u8>,
    /// What it asks.
    pub kind: ChallengeKind,
    /// Bound to this account,
    pub account_id: AccountId,
    /// this ticket,
    pub ticket_id: TicketId,
    /// and this request.
    pub request_id: Option<RequestId>,
    /// Where it was sent.
    pub contact_point_id: ContactPointId,
    /// What it says, as JSON of the desk's own words.
    pub detail: String,
    /// When it was made.
    pub created_at: Time,
    /// Until when it works.
    pub expires_at: Time,
    /// When it was answered.
    pub answered_at: Option<Time>,
    /// `yes` or `no`.
    pub answer: Option<String>,
    /// The keyed hash of a code that may be read to the rep, if one was sent.
    pub code: Option<Vec<u8>>,
    /// How often a code was tried.
    pub tries: i64,
    /// Until when the code works.
    pub code_until: Option<Time>,
}

/// A contact that the owner hears of.
#[derive(FromRow, Clone, Debug)]
pub struct NoticeRow {
    /// Its id.
    pub id: NoticeId,
    /// Whose account.
    pub account_id: AccountId,
    /// Which ticket.
    pub ticket_id: TicketId,
    /// How the requester came.
    pub channel: Channel,
    /// When the contact began.
    pub began_at: Time,
    /// When the owner is to be told.
    pub due_at: Time,
    /// When they were.
    pub told_at: Option<Time>,
}

/// A state of an account in which the gate answers more strictly.
#[derive(FromRow, Clone, Debug)]
pub struct HoldRow {
    /// Its id.
    pub id: HoldId,
    /// Whose account.
    pub account_id: AccountId,
    /// How strict.
    pub level: HoldLevel,
    /// Why, in the desk's words.
    pub reason: String,
    /// The ticket it came from.
    pub ticket_id: Option<TicketId>,
    /// Since when.
    pub at: Time,
    /// Whether the identity provider was told to lock the account because of it.
    pub locked: bool,
    /// When the owner lifted it.
    pub lifted_at: Option<Time>,
}

/// A refused request, denied challenge or repudiated contact.
#[derive(FromRow, Clone, Debug)]
pub struct AttemptRow {
    /// What it was, such as `refused reveal`.
    pub kind: String,
    /// When.
    pub at: Time,
}

impl Tx {
    /// Adds a challenge.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_challenge(&mut self, row: &ChallengeRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into challenges (id, token, kind, account_id, ticket_id, request_id, contact_point_id, detail, created_at, expires_at, code, code_until)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
            .bind(row.id).bind(&row.token).bind(row.kind).bind(row.account_id).bind(row.ticket_id).bind(row.request_id)
            .bind(row.contact_point_id).bind(&row.detail).bind(row.created_at).bind(row.expires_at)
            .bind(&row.code).bind(row.code_until)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// A challenge by the hash of its secret.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn challenge(&mut self, token: &[u8]) -> Result<Option<ChallengeRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from challenges where token = $1").bind(token).fetch_optional(c).await?),
        )
    }

    /// A challenge by id.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn challenge_by_id(
        &mut self,
        id: ChallengeId,
    ) -> Result<Option<ChallengeRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from challenges where id = $1").bind(id).fetch_optional(c).await?),
        )
    }

    /// The newest challenge of a request.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn challenge_of(
        &mut self,
        request: RequestId,
    ) -> Result<Option<ChallengeRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from challenges where request_id = $1 order by created_at desc limit 1")
            .bind(request).fetch_optional(c).await?),
        )
    }

    /// Answers a challenge, once; only a no may still follow a yes.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it was answered before.
    pub async fn answer_challenge(
        &mut self,
        id: ChallengeId,
        answer: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update challenges set answered_at = $3, answer = $2 where id = $1 and (answered_at is null or (answer = 'yes' and $2 = 'no'))")
            .bind(id).bind(answer).bind(now).execute(c).await?.rows_affected()),
        )
    }

    /// Ends the open challenges of a request.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn end_challenges_of(
        &mut self,
        request: RequestId,
        now: Time,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update challenges set expires_at = $2 where request_id = $1 and answered_at is null and expires_at > $2")
            .bind(request).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Notes a contact that the owner is to hear of; another one in the same ticket, before they
    /// were told of the first, is the same.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_notice(&mut self, row: &NoticeRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into notices (id, account_id, ticket_id, channel, began_at, due_at) values ($1, $2, $3, $4, $5, $6)
             on conflict (ticket_id) where told_at is null do nothing")
            .bind(row.id).bind(row.account_id).bind(row.ticket_id).bind(row.channel).bind(row.began_at).bind(row.due_at)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// When the owner was last told of a contact in a ticket.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn last_told(&mut self, ticket: TicketId) -> Result<Option<Time>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select max(told_at) from notices where ticket_id = $1")
            .bind(ticket).fetch_one(c).await?),
        )
    }

    /// The owner hears of a ticket in another way, by being asked: its notice is not needed.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn drop_notice(&mut self, ticket: TicketId) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("delete from notices where ticket_id = $1 and told_at is null")
            .bind(ticket).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Brings a contact's notice forward, because the contact ended.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn hasten_notice(&mut self, ticket: TicketId, now: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update notices set due_at = $2 where ticket_id = $1 and told_at is null and due_at > $2")
            .bind(ticket).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Accounts with notices that are due.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn accounts_to_tell(
        &mut self,
        now: Time,
        limit: i64,
    ) -> Result<Vec<AccountId>, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar(
            "select distinct account_id from notices where told_at is null and due_at <= $1 limit $2")
            .bind(now).bind(limit).fetch_all(c).await?))
    }

    /// When the next notice comes due.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn next_notice(&mut self) -> Result<Option<Time>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select min(due_at) from notices where told_at is null").fetch_one(c).await?),
        )
    }

    /// An account's contacts that the owner is due to hear of, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn untold(
        &mut self,
        account: AccountId,
        now: Time,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from notices where account_id = $1 and told_at is null and due_at <= $2 order by began_at")
            .bind(account).bind(now).fetch_all(c).await?),
        )
    }

    /// The distinct times at which an account's owner was told something, newest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn told_times(
        &mut self,
        account: AccountId,
        since: Time,
    ) -> Result<Vec<Time>, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar(
            "select distinct told_at from notices where account_id = $1 and told_at > $2 order by told_at desc")
            .bind(account).bind(since).fetch_all(c).await?))
    }

    /// Puts off an account's notices that would come due before `until`.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn put_off(&mut self, account: AccountId, until: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update notices set due_at = $2 where account_id = $1 and told_at is null and due_at < $2")
            .bind(account).bind(until).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Marks an account's due notices as told.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn told(&mut self, account: AccountId, now: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update notices set told_at = $2 where account_id = $1 and told_at is null and due_at <= $2")
            .bind(account).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Adds a hold.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_hold(&mut self, row: &HoldRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("insert into holds (id, account_id, level, reason, ticket_id, at) values ($1, $2, $3, $4, $5, $6)")
            .bind(row.id).bind(row.account_id).bind(row.level).bind(&row.reason).bind(row.ticket_id).bind(row.at)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// The identity provider is told to lock the account: its open holds remember that.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn lock_holds(&mut self, account: AccountId) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update holds set locked = true where account_id = $1 and lifted_at is null")
            .bind(account).execute(c).await.map(drop)?);
        Ok(())
    }

    /// The holds of an account, newest first, lifted ones too.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn holds(&mut self, account: AccountId) -> Result<Vec<HoldRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from holds where account_id = $1 order by at desc")
            .bind(account).fetch_all(c).await?),
        )
    }

    /// Lifts all holds of an account.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn lift_holds(&mut self, account: AccountId, now: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update holds set lifted_at = $2 where account_id = $1 and lifted_at is null")
            .bind(account).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_attempt(
        &mut self,
        id: uuid::Uuid,
        account: AccountId,
        ticket: Option<TicketId>,
        kind: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("insert into attempts (id, account_id, ticket_id, kind, at) values ($1, $2, $3, $4, $5)")
            .bind(id).bind(account).bind(ticket).bind(kind).bind(now).execute(c).await.map(drop)?);
        one(
            on!(self, c => sqlx::query("update accounts set attempts = attempts + 1 where id = $1")
            .bind(account).execute(c).await?.rows_affected()),
        )
    }

    /// The owner lifted a hold: what was tried before doesn't raise the next one. It stays on record.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such account.
    pub async fn forgive_attempts(
        &mut self,
        account: AccountId,
        now: Time,
    ) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update accounts set attempts = 0, attempts_from = $2 where id = $1")
            .bind(account).bind(now).execute(c).await?.rows_affected()),
        )
    }

    /// Gives a challenge a code in the place of the one before: its keyed digest, and until when it
    /// works.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it was answered before.
    pub async fn set_code(
        &mut self,
        id: ChallengeId,
        code: &[u8],
        until: Time,
    ) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update challenges set code = $2, code_until = $3, tries = 0 where id = $1 and answered_at is null")
            .bind(id).bind(code).bind(until).execute(c).await?.rows_affected()),
        )
    }

    /// Counts a try of a code. Returns how many there were, this one included.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn try_code(&mut self, id: ChallengeId) -> Result<i64, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("update challenges set tries = tries + 1 where id = $1 returning tries")
            .bind(id).fetch_one(c).await?),
        )
    }

    /// The newest attempts on an account.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn attempts(
        &mut self,
        account: AccountId,
        limit: i64,
    ) -> Result<Vec<AttemptRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select kind, at from attempts where account_id = $1 order by at desc limit $2")
            .bind(account).bind(limit).fetch_all(c).await?),
        )
    }
}
