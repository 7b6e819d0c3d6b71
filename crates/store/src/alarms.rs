//! What leads and auditors must look at.

use sqlx::FromRow;
use words::{AccountId, AlarmId, AlarmKind, StaffId, TicketId, Time};

use crate::db::{Change, StoreError, Tx, one};

/// An alarm.
#[derive(FromRow, Clone, Debug)]
pub struct AlarmRow {
    /// Its id.
    pub id: AlarmId,
    /// What happened.
    pub kind: AlarmKind,
    /// On which account.
    pub account_id: Option<AccountId>,
    /// In which ticket.
    pub ticket_id: Option<TicketId>,
    /// By whom.
    pub staff_id: Option<StaffId>,
    /// When.
    pub at: Time,
    /// When somebody looked at it.
    pub seen_at: Option<Time>,
    /// Who did.
    pub seen_by: Option<StaffId>,
}

/// An alarm as a line of the list.
#[derive(FromRow, Clone, Debug)]
pub struct AlarmLine {
    /// Its id.
    pub id: AlarmId,
    /// What happened.
    pub kind: AlarmKind,
    /// The company's own name for the account.
    pub external_id: Option<String>,
    /// The ticket's number.
    pub ticket: Option<i64>,
    /// By whom.
    pub staff_id: Option<StaffId>,
    /// Their name.
    pub staff_name: Option<String>,
    /// When.
    pub at: Time,
    /// When somebody looked at it.
    pub seen_at: Option<Time>,
    /// The name of who did.
    pub seen_by: Option<String>,
}

impl Tx {
    /// Adds an alarm.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_alarm(&mut self, row: &AlarmRow) -> Result<(), StoreError> {
        self.changed(Change::Alarms);
        on!(self, c => sqlx::query(
            "insert into alarms (id, kind, account_id, ticket_id, staff_id, at) values ($1, $2, $3, $4, $5, $6)")
            .bind(row.id).bind(row.kind).bind(row.account_id).bind(row.ticket_id).bind(row.staff_id).bind(row.at)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// Whether the same alarm was raised after `since`: of this kind, about these.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn alarm_since(&mut self, row: &AlarmRow, since: Time) -> Result<bool, StoreError> {
        let n: i64 = on!(self, c => sqlx::query_scalar(
            "select count(*) from alarms where kind = $1 and at > $2 and staff_id = $3
                and coalesce(account_id, id) = coalesce($4, id) and coalesce(ticket_id, id) = coalesce($5, id)")
            .bind(row.kind).bind(since).bind(row.staff_id).bind(row.account_id).bind(row.ticket_id).fetch_one(c).await?);
        Ok(n > 0)
    }

    /// The alarms that are not about `but` themselves, the newest first, from before `before`.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn alarms(
        &mut self,
        but: StaffId,
        before: Time,
        limit: i64,
    ) -> Result<Vec<AlarmLine>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select alarms.id, alarms.kind, accounts.external_id, tickets.number as ticket, alarms.staff_id, staff.name as staff_name,
                alarms.at, alarms.seen_at, seer.name as seen_by
             from alarms left join accounts on accounts.id = alarms.account_id
             left join tickets on tickets.id = alarms.ticket_id
             left join staff on staff.id = alarms.staff_id
             left join staff seer on seer.id = alarms.seen_by
             where (alarms.staff_id is null or alarms.staff_id <> $1) and alarms.at < $2
             order by alarms.at desc, alarms.id desc limit $3")
            .bind(but).bind(before).bind(limit).fetch_all(c).await?))
    }

    /// How many alarms that are not about `but` themselves nobody looked at.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn unseen_alarms(&mut self, but: StaffId) -> Result<i64, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar(
            "select count(*) from alarms where seen_at is null and (staff_id is null or staff_id <> $1)")
            .bind(but).fetch_one(c).await?))
    }

    /// One alarm.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn alarm(&mut self, id: AlarmId) -> Result<Option<AlarmRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from alarms where id = $1").bind(id).fetch_optional(c).await?),
        )
    }

    /// Somebody looked at an alarm.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if somebody did before.
    pub async fn see_alarm(
        &mut self,
        id: AlarmId,
        by: StaffId,
        now: Time,
    ) -> Result<(), StoreError> {
        self.changed(Change::Alarms);
        one(
            on!(self, c => sqlx::query("update alarms set seen_at = $2, seen_by = $3 where id = $1 and seen_at is null")
            .bind(id).bind(now).bind(by).execute(c).await?.rows_affected()),
        )
    }
}
