//! Contact points that come and go by a change that waits out its cooling-off time, and those that
//! were said not to be the owner's.

use words::{AccountId, ContactKind, ContactPointId, RequestId, Time};

use crate::{
    accounts::ContactPointRow,
    db::{StoreError, Tx},
};

impl Tx {
    /// Writes a contact point that comes by a change. One that was removed before, or that nobody ever
    /// confirmed, is new again; one that is on file and confirmed keeps its dates. None if it was said not
    /// to be the owner's: then nothing is written.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_coming_point(
        &mut self,
        row: &ContactPointRow,
        request: RequestId,
    ) -> Result<Option<ContactPointId>, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar(
            "insert into contact_points (id, account_id, kind, sealed, blind, registered_at, confirmed_at, effective_at, comes_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (account_id, kind, blind) do update set
             confirmed_at = case when contact_points.removed_at is null then coalesce(contact_points.confirmed_at, excluded.confirmed_at) else excluded.confirmed_at end,
             registered_at = case when contact_points.removed_at is null and contact_points.confirmed_at is not null
                then contact_points.registered_at else excluded.registered_at end,
             effective_at = case when contact_points.removed_at is null and contact_points.confirmed_at is not null
                then contact_points.effective_at else excluded.effective_at end,
             comes_by = excluded.comes_by, leaves_by = null, removed_at = null
             where contact_points.repudiated_at is null
             returning id")
            .bind(row.id).bind(row.account_id).bind(row.kind).bind(&row.sealed).bind(&row.blind)
            .bind(row.registered_at).bind(row.confirmed_at).bind(row.effective_at).bind(request)
            .fetch_optional(c).await?))
    }

    /// A contact point goes once a change is carried out.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn point_leaves_by(
        &mut self,
        id: ContactPointId,
        request: RequestId,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update contact_points set leaves_by = $2 where id = $1 and removed_at is null")
            .bind(id).bind(request).execute(c).await.map(drop)?);
        Ok(())
    }

    /// A contact point that was to go stays.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn point_stays(&mut self, id: ContactPointId) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update contact_points set leaves_by = null where id = $1")
            .bind(id).execute(c).await.map(drop)?);
        Ok(())
    }

    /// The contact points of an account that go once a change is carried out.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn leaving_points(
        &mut self,
        account: AccountId,
    ) -> Result<Vec<ContactPointId>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select id from contact_points where account_id = $1 and leaves_by is not null and removed_at is null")
            .bind(account).fetch_all(c).await?),
        )
    }

    /// The contact points that come by a change and were not removed since.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn coming_points(
        &mut self,
        request: RequestId,
    ) -> Result<Vec<ContactPointRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from contact_points where comes_by = $1 and removed_at is null order by id")
            .bind(request).fetch_all(c).await?),
        )
    }

    /// A change is carried out: what was to go by it is removed. Returns what that was.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn points_left(
        &mut self,
        request: RequestId,
        now: Time,
    ) -> Result<Vec<ContactPointRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("update contact_points set removed_at = $2 where leaves_by = $1 and removed_at is null returning *")
            .bind(request).bind(now).fetch_all(c).await?),
        )
    }

    /// A change is not carried out: what was to come by it is removed (`never_again`: and can't come
    /// back on this account), and what was to go stays.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn points_undone(
        &mut self,
        request: RequestId,
        never_again: bool,
        now: Time,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update contact_points set leaves_by = null where leaves_by = $1")
            .bind(request).execute(c).await.map(drop)?);
        let sql = if never_again {
            "update contact_points set removed_at = coalesce(removed_at, $2), repudiated_at = coalesce(repudiated_at, $2) where comes_by = $1"
        } else {
            "update contact_points set removed_at = coalesce(removed_at, $2) where comes_by = $1"
        };
        on!(self, c => sqlx::query(sql).bind(request).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Puts off what comes by a change that is put off: until then it is neither proof nor destination.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn put_off_points(
        &mut self,
        request: RequestId,
        until: Time,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update contact_points set effective_at = $2 where comes_by = $1 and removed_at is null and effective_at < $2")
            .bind(request).bind(until).execute(c).await.map(drop)?);
        Ok(())
    }

    /// The owner of a new address answered there. True the first time.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn confirm_contact_point(
        &mut self,
        id: ContactPointId,
        now: Time,
    ) -> Result<bool, StoreError> {
        Ok(
            on!(self, c => sqlx::query("update contact_points set confirmed_at = $2 where id = $1 and confirmed_at is null and removed_at is null")
            .bind(id).bind(now).execute(c).await?.rows_affected())
                == 1,
        )
    }

    /// What was said not to be the owner's on an account: kinds and blind indexes.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn repudiated_points(
        &mut self,
        account: AccountId,
    ) -> Result<Vec<(ContactKind, Vec<u8>)>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select kind, blind from contact_points where account_id = $1 and repudiated_at is not null")
            .bind(account).fetch_all(c).await?),
        )
    }

    /// What the owner set on their own page, by a change that support asked for: the contact points that
    /// came, and kind and blind index of those that they take the place of, gone or not yet.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn points_by_owner(
        &mut self,
        account: AccountId,
    ) -> Result<(Vec<ContactPointId>, Vec<(ContactKind, Vec<u8>)>), StoreError> {
        let came = on!(self, c => sqlx::query_scalar(
            "select p.id from contact_points p join requests r on r.id = p.comes_by
             where p.account_id = $1 and p.removed_at is null and r.staff_id is not null")
            .bind(account).fetch_all(c).await?);
        let went = on!(self, c => sqlx::query_as(
            "select p.kind, p.blind from contact_points p join requests r on r.id = p.leaves_by
             where p.account_id = $1 and r.staff_id is not null")
            .bind(account).fetch_all(c).await?);
        Ok((came, went))
    }

    /// An account is found no longer by a blind index.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn drop_lookup(
        &mut self,
        account: AccountId,
        kind: &str,
        blind: &[u8],
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("delete from lookups where account_id = $1 and kind = $2 and blind = $3")
            .bind(account).bind(kind).bind(blind).execute(c).await.map(drop)?);
        Ok(())
    }

    /// What the company's systems sent of an account is not what it is any more: the next time it is
    /// looked at anew.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn forget_fingerprint(&mut self, account: AccountId) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update accounts set fingerprint = $2 where id = $1")
            .bind(account).bind(Vec::<u8>::new()).execute(c).await.map(drop)?);
        Ok(())
    }
}
