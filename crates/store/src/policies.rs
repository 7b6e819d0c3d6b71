//! The sets of policies that were loaded.

use sqlx::FromRow;
use words::{StaffId, Time};

use crate::db::{StoreError, Tx};

/// A set of policies that was loaded.
#[derive(FromRow, Clone, Debug)]
pub struct PolicySetRow {
    /// Its number; the highest is in force.
    pub version: i64,
    /// Its text; empty stands for the set that ships with Staunch.
    pub text: String,
    /// Who loaded it; none for the operator.
    pub staff_id: Option<StaffId>,
    /// When.
    pub at: Time,
}

impl Tx {
    /// The number of the set in force; 0 if none was ever loaded.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn policies_version(&mut self) -> Result<i64, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select coalesce(max(version), 0) from policies")
            .fetch_one(c).await?),
        )
    }

    /// The set in force, if one was ever loaded.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn policies(&mut self) -> Result<Option<PolicySetRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from policies order by version desc limit 1")
            .fetch_optional(c).await?),
        )
    }

    /// Adds a set.
    ///
    /// # Errors
    /// [`StoreError::is_duplicate`] if its number is taken.
    pub async fn add_policies(&mut self, row: &PolicySetRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into policies (version, text, staff_id, at) values ($1, $2, $3, $4)")
            .bind(row.version).bind(&row.text).bind(row.staff_id).bind(row.at)
            .execute(c).await.map(drop)?);
        Ok(())
    }
}
