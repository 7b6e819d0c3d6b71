//! Erasing what is known of an account's owner.

use words::{AccountId, ContactPointId, PlanId, StaffId, TicketId, Time};

use crate::db::{Store, StoreError, Tx, one};

/// The tickets about an account, for a `where`.
macro_rules! theirs {
    ($head:literal) => {
        concat!(
            $head,
            " ticket_id in (select id from tickets where account_id = $1)"
        )
    };
}

impl Tx {
    /// Destroys an account's data key and removes its values, contact points, indexes, names, what was
    /// said in its tickets, and what the watch remembers. Rows that others refer to stay, without what
    /// they said; so do ids and dates. `blank` is what a challenge says that says nothing.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such account.
    pub async fn erase_account(
        &mut self,
        id: AccountId,
        blank: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        let nothing = Vec::<u8>::new();
        for field in self.masked_fields(id).await? {
            // The labels of items are somebody's too: order numbers, invoice numbers.
            let item = if field.item.is_empty() {
                String::new()
            } else {
                field.id.to_string()
            };
            on!(self, c => sqlx::query("update fields set item = $2, shown = null, sealed = null, digest = $3, updated_at = $4 where id = $1")
                .bind(field.id).bind(item).bind(&nothing).bind(now).execute(c).await.map(drop)?);
        }
        // Each keeps its row, which others refer to, and loses its address and index; those that were
        // removed or repudiated before, too: an index is made with a key that stays.
        let points: Vec<ContactPointId> = on!(self, c => sqlx::query_scalar(
            "select id from contact_points where account_id = $1").bind(id).fetch_all(c).await?);
        for point in points {
            on!(self, c => sqlx::query("update contact_points set sealed = $2, blind = $3, removed_at = coalesce(removed_at, $4) where id = $1")
                .bind(point).bind(&nothing).bind(uuid::Uuid::from(point).as_bytes().to_vec()).bind(now)
                .execute(c).await.map(drop)?);
        }
        self.erase_words(id, blank, now).await?;
        for sql in [
            "update plans set value = null where account_id = $1",
            "delete from lookups where account_id = $1",
            "delete from saved_codes where account_id = $1",
            "delete from text_codes where account_id = $1",
            "delete from recoveries where account_id = $1",
            "delete from watched where account_id = $1",
            "delete from login_events where account_id = $1",
            "delete from attempts where account_id = $1",
            "delete from notices where account_id = $1",
        ] {
            on!(self, c => sqlx::query(sql).bind(id).execute(c).await.map(drop)?);
        }
        one(on!(self, c => sqlx::query(
            "update accounts set external_id = 'erased ' || $3, display_name = 'Erased', customer_since = null, data_key = $2,
                fingerprint = $2, hold = 'none', attempts = 0, important = false, updated_at = $4 where id = $1")
            .bind(id).bind(&nothing).bind(id.to_string()).bind(now).execute(c).await?.rows_affected()))
    }

    /// What was said, asked and queued about an account.
    async fn erase_words(
        &mut self,
        id: AccountId,
        blank: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        for sql in [
            theirs!("delete from messages where"),
            theirs!("delete from signals where"),
            "update requests set label = kind, words = '', detail = '{}' where account_id = $1",
        ] {
            on!(self, c => sqlx::query(sql).bind(id).execute(c).await.map(drop)?);
        }
        on!(self, c => sqlx::query(
            "update requests set state = 'refused', updated_at = $2 where account_id = $1 and state in ('waiting', 'ready', 'sending', 'cooling')")
            .bind(id).bind(now).execute(c).await.map(drop)?);
        on!(self, c => sqlx::query(
            "update plans set cancelled_at = $2, value = null where account_id = $1 and done_at is null and cancelled_at is null")
            .bind(id).bind(now).execute(c).await.map(drop)?);
        on!(self, c => sqlx::query(
            "update challenges set detail = $2, code = null, expires_at = case when expires_at > $3 then $3 else expires_at end
             where account_id = $1")
            .bind(id).bind(blank).bind(now).execute(c).await.map(drop)?);
        // A letter without a ticket names the account.
        on!(self, c => sqlx::query(concat!(
            "update jobs set state = 'done', payload = '{}', last_error = null, locked_until = null, done_at = $2
             where state <> 'done' and (payload like '%' || $3 || '%' or ",
            theirs!(""), ")"))
            .bind(id).bind(now).bind(id.to_string()).execute(c).await.map(drop)?);
        on!(self, c => sqlx::query(
            "update tickets set subject = 'Erased', folded = 'erased', escalated = null, state = 'closed', assignee = null,
                closed_at = coalesce(closed_at, $2), updated_at = $2 where account_id = $1")
            .bind(id).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Whether the last letter before an erasure was queued; notes that it is now, if it wasn't.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn last_letter(&mut self, plan: PlanId, now: Time) -> Result<bool, StoreError> {
        Ok(
            on!(self, c => sqlx::query("update plans set last_letter_at = $2 where id = $1 and last_letter_at is null")
            .bind(plan).bind(now).execute(c).await?.rows_affected())
                == 0,
        )
    }

    /// Whether somebody asked in a ticket for something that needs a second person, and it is under way:
    /// they see what becomes of it, whoever's pile the ticket lies on.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn asked_in(&mut self, ticket: TicketId, staff: StaffId) -> Result<bool, StoreError> {
        let found: i64 = on!(self, c => sqlx::query_scalar(
            "select count(*) from requests where ticket_id = $1 and staff_id = $2
                and kind in ('change', 're-enrol', 'act', 'erase') and state in ('waiting', 'ready', 'sending', 'cooling')")
            .bind(ticket).bind(staff).fetch_one(c).await?);
        Ok(found > 0)
    }

    /// Who made the token that works as this member of staff, if it is one.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn token_maker(&mut self, staff: StaffId) -> Result<Option<StaffId>, StoreError> {
        let found: Option<Option<StaffId>> = on!(self, c => sqlx::query_scalar(
            "select created_by from tokens where staff_id = $1 order by created_at desc limit 1")
            .bind(staff).fetch_optional(c).await?);
        Ok(found.flatten())
    }
}

impl Store {
    /// Empties the journal of an embedded database, so that what was erased is in none of its files. On
    /// a server that is its own work (`vacuum`, and the age of its backups). False if a reader was in the
    /// way: then it is to be tried again.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn empty_journal(&self) -> Result<bool, StoreError> {
        let Some(pool) = self.embedded() else {
            return Ok(true);
        };
        let (busy, _, _): (i64, i64, i64) = sqlx::query_as("pragma wal_checkpoint(truncate)")
            .fetch_one(pool)
            .await?;
        Ok(busy == 0)
    }
}
