//! Values that were shown to a rep.

use sqlx::FromRow;
use words::{AccountId, FieldId, RequestId, RequestKind, RevealId, StaffId, TicketId, Time};

use crate::{
    db::{Conn, StoreError, Tx},
    tickets::RequestRow,
};

/// A value that was shown to a rep, once.
#[derive(FromRow, Clone, Debug)]
pub struct RevealRow {
    /// Its id.
    pub id: RevealId,
    /// By which request.
    pub request_id: RequestId,
    /// Whose account.
    pub account_id: AccountId,
    /// In which ticket.
    pub ticket_id: TicketId,
    /// Which field.
    pub field_id: FieldId,
    /// To whom.
    pub staff_id: StaffId,
    /// When.
    pub at: Time,
}

impl Tx {
    /// Lets one showing to this member of staff happen at a time, until this transaction ends, so
    /// that what was counted stays true.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn queue_for_staff(&mut self, id: StaffId) -> Result<(), StoreError> {
        if let Conn::Postgres(tx) = &mut self.conn {
            sqlx::query("select 1 from staff where id = $1 for no key update")
                .bind(id)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    /// Adds a showing.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_reveal(&mut self, row: &RevealRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into reveals (id, request_id, account_id, ticket_id, field_id, staff_id, at) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(row.id).bind(row.request_id).bind(row.account_id).bind(row.ticket_id).bind(row.field_id)
            .bind(row.staff_id).bind(row.at).execute(c).await.map(drop)?);
        Ok(())
    }

    /// When something was shown to a member of staff after `since`, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn revealed_to(
        &mut self,
        staff: StaffId,
        since: Time,
    ) -> Result<Vec<Time>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select at from reveals where staff_id = $1 and at > $2 order by at")
            .bind(staff).bind(since).fetch_all(c).await?),
        )
    }

    /// Whether what a request asks to see was shown.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn was_revealed(&mut self, request: RequestId) -> Result<bool, StoreError> {
        let n: i64 = on!(self, c => sqlx::query_scalar("select count(*) from reveals where request_id = $1")
            .bind(request).fetch_one(c).await?);
        Ok(n > 0)
    }

    /// The requests of a ticket by which something was shown, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn revealed_in(&mut self, ticket: TicketId) -> Result<Vec<RequestRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from requests where ticket_id = $1 and kind = $2 and id in (select request_id from reveals where ticket_id = $1) order by at, id")
            .bind(ticket).bind(RequestKind::Reveal).fetch_all(c).await?))
    }

    /// The requests about an account that the owner agreed to and that may be used still.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn ready_requests(
        &mut self,
        account: AccountId,
        kind: RequestKind,
    ) -> Result<Vec<RequestRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from requests where account_id = $1 and kind = $2 and state = 'ready' order by at, id")
            .bind(account).bind(kind).fetch_all(c).await?))
    }
}
