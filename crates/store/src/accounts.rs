//! Accounts, their fields and contact points, and the blind indexes that find them.

use sqlx::{FromRow, Postgres, QueryBuilder, Sqlite};
use words::{
    AccountId, ContactKind, ContactPointId, FieldClass, FieldId, FieldKind, HoldLevel, Time,
};

use crate::db::{Conn, StoreError, Tx, one};

/// A customer's account, without its values.
#[derive(FromRow, Clone, Debug)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// The company's own name for it; shown.
    pub external_id: String,
    /// What a rep calls the customer; shown.
    pub display_name: String,
    /// Since when they are a customer.
    pub customer_since: Option<Time>,
    /// The wrapped data key.
    pub data_key: Vec<u8>,
    /// A keyed hash over everything that was imported, to tell "no change".
    pub fingerprint: Vec<u8>,
    /// The strictest hold on it.
    pub hold: HoldLevel,
    /// How many attempts were counted since the owner last lifted a hold.
    pub attempts: i64,
    /// Whether the company marked it important.
    pub important: bool,
    /// Whether it is nobody's, made to be noticed.
    pub decoy: bool,
    /// When it came in.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// A field, its value sealed.
#[derive(FromRow, Clone, Debug)]
pub struct FieldRow {
    /// Its id.
    pub id: FieldId,
    /// Whose.
    pub account_id: AccountId,
    /// Its name in the catalogue.
    pub name: String,
    /// Which of several, such as an invoice's number; empty for a plain field.
    pub item: String,
    /// How it is protected.
    pub class: FieldClass,
    /// What it is.
    pub kind: FieldKind,
    /// The value, if the class is *shown*.
    pub shown: Option<String>,
    /// The sealed value otherwise.
    pub sealed: Option<Vec<u8>>,
    /// A keyed hash by which the machine compares.
    pub digest: Vec<u8>,
    /// Whether it can be a proof: a receipt with a code that is long enough.
    pub proves: bool,
    /// Since when it is what it is.
    pub updated_at: Time,
}

/// A field to write.
pub struct NewField {
    /// Its id; kept if the field exists.
    pub id: FieldId,
    /// Its name in the catalogue.
    pub name: String,
    /// Which of several.
    pub item: String,
    /// How it is protected.
    pub class: FieldClass,
    /// What it is.
    pub kind: FieldKind,
    /// The value, if shown.
    pub shown: Option<String>,
    /// The sealed value otherwise.
    pub sealed: Option<Vec<u8>>,
    /// A keyed hash.
    pub digest: Vec<u8>,
    /// Whether it can be a proof.
    pub proves: bool,
}

/// A contact point, its address sealed.
#[derive(FromRow, Clone, Debug)]
pub struct ContactPointRow {
    /// Its id.
    pub id: ContactPointId,
    /// Whose.
    pub account_id: AccountId,
    /// Email or phone.
    pub kind: ContactKind,
    /// The sealed address.
    pub sealed: Vec<u8>,
    /// Its blind index.
    pub blind: Vec<u8>,
    /// When the owner gave it.
    pub registered_at: Time,
    /// When the owner confirmed it.
    pub confirmed_at: Option<Time>,
    /// From when it counts as proof and destination.
    pub effective_at: Time,
    /// When it was removed.
    pub removed_at: Option<Time>,
    /// When the owner said that it isn't theirs: it can't come back on this account.
    pub repudiated_at: Option<Time>,
}

impl ContactPointRow {
    /// Whether it is confirmed, past its cooling-off time and not removed.
    pub fn usable(&self, now: Time) -> bool {
        self.confirmed_at.is_some_and(|at| at <= now)
            && self.effective_at <= now
            && self.removed_at.is_none()
    }
}

impl Tx {
    /// An account by id.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn account(&mut self, id: AccountId) -> Result<Option<AccountRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from accounts where id = $1").bind(id).fetch_optional(c).await?),
        )
    }

    /// An account by the company's own name for it.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn account_named(
        &mut self,
        external_id: &str,
    ) -> Result<Option<AccountRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from accounts where external_id = $1")
            .bind(external_id).fetch_optional(c).await?),
        )
    }

    /// The accounts that have these names of the company's own, in no order.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn accounts_named(
        &mut self,
        external_ids: &[&str],
    ) -> Result<Vec<AccountRow>, StoreError> {
        let mut found = Vec::new();
        for part in external_ids.chunks(100) {
            macro_rules! run {
                ($db:ty, $c:expr) => {{
                    let mut sql =
                        QueryBuilder::<$db>::new("select * from accounts where external_id in ");
                    sql.push_tuples(part, |mut row, name| {
                        row.push_bind(*name);
                    });
                    found.extend(sql.build_query_as::<AccountRow>().fetch_all($c).await?);
                }};
            }
            match &mut self.conn {
                Conn::Sqlite(tx) => run!(Sqlite, &mut **tx),
                Conn::Postgres(tx) => run!(Postgres, &mut **tx),
            }
        }
        Ok(found)
    }

    /// An account by id, for changing it: on `PostgreSQL` others who would change it wait.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn account_to_change(
        &mut self,
        id: AccountId,
    ) -> Result<Option<AccountRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("update accounts set updated_at = updated_at where id = $1 returning *")
            .bind(id).fetch_optional(c).await?),
        )
    }

    /// Makes whoever else is about to change this account wait until this transaction ends, so that
    /// what is read from now on stays true. `SQLite` has one writer at a time as it is.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn queue_for_account(&mut self, id: AccountId) -> Result<(), StoreError> {
        if let Conn::Postgres(tx) = &mut self.conn {
            sqlx::query("select 1 from accounts where id = $1 for no key update")
                .bind(id)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    /// Writes new accounts, in one statement for each fifty.
    ///
    /// # Errors
    /// [`StoreError`] if one exists or the database fails.
    pub async fn add_accounts(&mut self, rows: &[AccountRow]) -> Result<(), StoreError> {
        const INTO: &str = "insert into accounts (id, external_id, display_name, customer_since, data_key, fingerprint, important, created_at, updated_at) ";
        for part in rows.chunks(50) {
            macro_rules! run {
                ($db:ty, $c:expr) => {{
                    let mut sql = QueryBuilder::<$db>::new(INTO);
                    sql.push_values(part, |mut row, account| {
                        row.push_bind(account.id)
                            .push_bind(&account.external_id)
                            .push_bind(&account.display_name)
                            .push_bind(account.customer_since)
                            .push_bind(&account.data_key)
                            .push_bind(&account.fingerprint)
                            .push_bind(account.important)
                            .push_bind(account.created_at)
                            .push_bind(account.updated_at);
                    });
                    sql.build().execute($c).await?;
                }};
            }
            match &mut self.conn {
                Conn::Sqlite(tx) => run!(Sqlite, &mut **tx),
                Conn::Postgres(tx) => run!(Postgres, &mut **tx),
            }
        }
        Ok(())
    }

    /// How many tickets about an account are not closed.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn open_ticket_count(&mut self, account: AccountId) -> Result<i64, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select count(*) from tickets where account_id = $1 and state <> 'closed'")
            .bind(account).fetch_one(c).await?),
        )
    }

    /// Writes a new account.
    ///
    /// # Errors
    /// [`StoreError`] if it exists or the database fails.
    pub async fn add_account(&mut self, row: &AccountRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into accounts (id, external_id, display_name, customer_since, data_key, fingerprint, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(row.id).bind(&row.external_id).bind(&row.display_name).bind(row.customer_since)
            .bind(&row.data_key).bind(&row.fingerprint).bind(row.created_at).bind(row.updated_at)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// Changes what is shown of an account, and its fingerprint.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such account.
    pub async fn change_account(&mut self, row: &AccountRow) -> Result<(), StoreError> {
        one(on!(self, c => sqlx::query(
            "update accounts set display_name = $2, customer_since = $3, fingerprint = $4, updated_at = $5, important = $6 where id = $1")
            .bind(row.id).bind(&row.display_name).bind(row.customer_since).bind(&row.fingerprint).bind(row.updated_at).bind(row.important)
            .execute(c).await?.rows_affected()))
    }

    /// Sets the strictest hold.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such account.
    pub async fn set_hold(&mut self, id: AccountId, hold: HoldLevel) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update accounts set hold = $2 where id = $1")
            .bind(id).bind(hold).execute(c).await?.rows_affected()),
        )
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn account_count(&mut self) -> Result<i64, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar("select count(*) from accounts").fetch_one(c).await?))
    }

    /// The fields of an account, in the order of name and item.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn fields(&mut self, account: AccountId) -> Result<Vec<FieldRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select id, account_id, name, item, class, kind, shown, sealed, digest, proves, updated_at from fields where account_id = $1 order by name, item")
            .bind(account).fetch_all(c).await?))
    }

    /// The fields of an account without their sealed bytes: what a page needs.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn masked_fields(&mut self, account: AccountId) -> Result<Vec<FieldRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select id, account_id, name, item, class, kind, shown, null as sealed, digest, proves, updated_at from fields where account_id = $1 order by name, item")
            .bind(account).fetch_all(c).await?))
    }

    /// The fields of an account that a text could speak of, with their sealed bytes: all that are
    /// sealed but documents, whose values are files.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn spoken_fields(&mut self, account: AccountId) -> Result<Vec<FieldRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select id, account_id, name, item, class, kind, shown, sealed, digest, proves, updated_at from fields \
             where account_id = $1 and sealed is not null and kind <> 'document' order by name, item")
            .bind(account).fetch_all(c).await?))
    }

    /// One field.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn field(&mut self, id: FieldId) -> Result<Option<FieldRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select id, account_id, name, item, class, kind, shown, sealed, digest, proves, updated_at from fields where id = $1")
            .bind(id).fetch_optional(c).await?))
    }

    /// Writes fields, in one statement for each forty.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn put_fields(
        &mut self,
        rows: &[(AccountId, NewField)],
        now: Time,
    ) -> Result<(), StoreError> {
        const INTO: &str = "insert into fields (id, account_id, name, item, class, kind, shown, sealed, digest, proves, updated_at) ";
        const OVER: &str = " on conflict (account_id, name, item) do update set class = excluded.class, kind = excluded.kind,
             shown = excluded.shown, sealed = excluded.sealed, digest = excluded.digest, proves = excluded.proves, updated_at = excluded.updated_at";
        for part in rows.chunks(40) {
            macro_rules! run {
                ($db:ty, $c:expr) => {{
                    let mut sql = QueryBuilder::<$db>::new(INTO);
                    sql.push_values(part, |mut row, (account, field)| {
                        row.push_bind(field.id)
                            .push_bind(*account)
                            .push_bind(&field.name)
                            .push_bind(&field.item)
                            .push_bind(field.class)
                            .push_bind(field.kind)
                            .push_bind(&field.shown)
                            .push_bind(&field.sealed)
                            .push_bind(&field.digest)
                            .push_bind(field.proves)
                            .push_bind(now);
                    });
                    sql.push(OVER);
                    sql.build().execute($c).await?;
                }};
            }
            match &mut self.conn {
                Conn::Sqlite(tx) => run!(Sqlite, &mut **tx),
                Conn::Postgres(tx) => run!(Postgres, &mut **tx),
            }
        }
        Ok(())
    }

    /// Removes a field that the company no longer sends; requests that were about it keep their
    /// label and lose the way to the value.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn drop_field(&mut self, account: AccountId, id: FieldId) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update requests set field_id = null where account_id = $1 and field_id = $2")
            .bind(account).bind(id).execute(c).await.map(drop)?);
        on!(self, c => sqlx::query("update plans set field_id = null where account_id = $1 and field_id = $2")
            .bind(account).bind(id).execute(c).await.map(drop)?);
        on!(self, c => sqlx::query("delete from fields where account_id = $1 and id = $2")
            .bind(account).bind(id).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Writes blind indexes, in one statement for each hundred.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn put_lookups(
        &mut self,
        rows: &[(AccountId, String, Vec<u8>)],
    ) -> Result<(), StoreError> {
        for part in rows.chunks(100) {
            macro_rules! run {
                ($db:ty, $c:expr) => {{
                    let mut sql =
                        QueryBuilder::<$db>::new("insert into lookups (account_id, kind, blind) ");
                    sql.push_values(part, |mut row, (account, kind, blind)| {
                        row.push_bind(*account).push_bind(kind).push_bind(blind);
                    });
                    sql.push(" on conflict do nothing");
                    sql.build().execute($c).await?;
                }};
            }
            match &mut self.conn {
                Conn::Sqlite(tx) => run!(Sqlite, &mut **tx),
                Conn::Postgres(tx) => run!(Postgres, &mut **tx),
            }
        }
        Ok(())
    }

    /// Forgets all blind indexes of an account.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn drop_lookups(&mut self, account: AccountId) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("delete from lookups where account_id = $1").bind(account).execute(c).await.map(drop)?);
        Ok(())
    }

    /// The accounts that a blind index finds, at most ten.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn find(&mut self, kind: &str, blind: &[u8]) -> Result<Vec<AccountRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select accounts.* from lookups join accounts on accounts.id = lookups.account_id
             where lookups.kind = $1 and lookups.blind = $2 order by accounts.external_id limit 10")
            .bind(kind).bind(blind).fetch_all(c).await?))
    }

    /// The contact points of an account that were not removed, the longest registered first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn contact_points(
        &mut self,
        account: AccountId,
    ) -> Result<Vec<ContactPointRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from contact_points where account_id = $1 and removed_at is null order by registered_at, id")
            .bind(account).fetch_all(c).await?))
    }

    /// The contact points that were in effect at a time, also those that went since.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn contact_points_at(
        &mut self,
        account: AccountId,
        at: Time,
    ) -> Result<Vec<ContactPointRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from contact_points where account_id = $1 and effective_at <= $2 and (removed_at is null or removed_at > $2) order by registered_at, id")
            .bind(account).bind(at).fetch_all(c).await?))
    }

    /// One contact point.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn contact_point(
        &mut self,
        id: ContactPointId,
    ) -> Result<Option<ContactPointRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from contact_points where id = $1").bind(id).fetch_optional(c).await?),
        )
    }

    /// Writes contact points; one that is known keeps its dates, gains a confirmation that it
    /// lacked, and comes back as new if it had been removed.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn put_contact_points(&mut self, rows: &[ContactPointRow]) -> Result<(), StoreError> {
        const INTO: &str = "insert into contact_points (id, account_id, kind, sealed, blind, registered_at, confirmed_at, effective_at) ";
        const OVER: &str = " on conflict (account_id, kind, blind) do update set
             confirmed_at = case when contact_points.removed_at is null then coalesce(contact_points.confirmed_at, excluded.confirmed_at) else excluded.confirmed_at end,
             registered_at = case when contact_points.removed_at is null then contact_points.registered_at else excluded.registered_at end,
             comes_by = case when contact_points.removed_at is null then contact_points.comes_by end,
             leaves_by = case when contact_points.removed_at is null then contact_points.leaves_by end,
             effective_at = case
                when contact_points.removed_at is not null then excluded.effective_at
                when contact_points.confirmed_at is null and excluded.confirmed_at is not null
                     and excluded.effective_at > contact_points.effective_at then excluded.effective_at
                else contact_points.effective_at end,
             removed_at = null
             where contact_points.repudiated_at is null";
        for part in rows.chunks(50) {
            macro_rules! run {
                ($db:ty, $c:expr) => {{
                    let mut sql = QueryBuilder::<$db>::new(INTO);
                    sql.push_values(part, |mut row, point| {
                        row.push_bind(point.id)
                            .push_bind(point.account_id)
                            .push_bind(point.kind)
                            .push_bind(&point.sealed)
                            .push_bind(&point.blind)
                            .push_bind(point.registered_at)
                            .push_bind(point.confirmed_at)
                            .push_bind(point.effective_at);
                    });
                    sql.push(OVER);
                    sql.build().execute($c).await?;
                }};
            }
            match &mut self.conn {
                Conn::Sqlite(tx) => run!(Sqlite, &mut **tx),
                Conn::Postgres(tx) => run!(Postgres, &mut **tx),
            }
        }
        Ok(())
    }

    /// The owner says that a contact point isn't theirs: it goes, and never comes back.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn repudiate_contact_point(
        &mut self,
        id: ContactPointId,
        now: Time,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "update contact_points set repudiated_at = $2, removed_at = coalesce(removed_at, $2) where id = $1 and repudiated_at is null")
            .bind(id).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Gives a field the sealed value that was planned for it.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such field any more.
    pub async fn reseal_field(
        &mut self,
        id: FieldId,
        sealed: &[u8],
        digest: &[u8],
        now: Time,
    ) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update fields set sealed = $2, digest = $3, updated_at = $4 where id = $1")
            .bind(id).bind(sealed).bind(digest).bind(now).execute(c).await?.rows_affected()),
        )
    }

    /// Removes a contact point: it is no destination any more.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn remove_contact_point(
        &mut self,
        id: ContactPointId,
        now: Time,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update contact_points set removed_at = $2 where id = $1 and removed_at is null")
            .bind(id).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }
}
