//! Decoys: accounts of nobody, and what is read of the others to make some like them.

use sqlx::FromRow;
use words::{AccountId, Time};

use crate::{
    accounts::AccountRow,
    db::{StoreError, Tx, one},
};

/// A decoy as a line of the list.
#[derive(FromRow, Clone, Debug)]
pub struct DecoyLine {
    /// What looks like the company's own name for it.
    pub external_id: String,
    /// What looks like a customer's name.
    pub display_name: String,
    /// How many alarms it raised.
    pub alarms: i64,
    /// When the last of them was.
    pub last: Option<Time>,
}

impl Tx {
    /// Says whether an account is a decoy.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such account.
    pub async fn set_decoy(&mut self, id: AccountId, decoy: bool) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update accounts set decoy = $2 where id = $1")
            .bind(id).bind(decoy).execute(c).await?.rows_affected()),
        )
    }

    /// All decoys, by name.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn decoys(&mut self) -> Result<Vec<DecoyLine>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select external_id, display_name,
                (select count(*) from alarms where alarms.account_id = accounts.id) as alarms,
                (select max(at) from alarms where alarms.account_id = accounts.id) as last
             from accounts where decoy order by external_id")
            .fetch_all(c).await?))
    }

    /// How many accounts there are that are somebody's.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn ordinary_count(&mut self) -> Result<i64, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select count(*) from accounts where not decoy")
            .fetch_one(c).await?),
        )
    }

    /// The `n`th account that is somebody's, in the order of ids.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn nth_ordinary(&mut self, n: i64) -> Result<Option<AccountRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from accounts where not decoy and hold = 'none' order by id limit 1 offset $1")
            .bind(n).fetch_optional(c).await?))
    }

    /// The least and the greatest of the names that begin so and are so many letters long.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn names_like(
        &mut self,
        head: &str,
        length: i64,
    ) -> Result<(Option<String>, Option<String>), StoreError> {
        let letters = i64::try_from(head.chars().count()).unwrap_or(0);
        Ok(on!(self, c => sqlx::query_as(
            "select min(external_id), max(external_id) from accounts where substr(external_id, 1, cast($2 as integer)) = $1 and length(external_id) = $3")
            .bind(head).bind(letters).bind(length).fetch_one(c).await?))
    }
}
