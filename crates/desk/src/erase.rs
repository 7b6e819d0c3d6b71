//! Erasing a person: the account's data key is destroyed, and with it every value and every
//! commitment in the ledger that was made with it. What remains are ids and dates.

use store::{AccountRow, Tx};

use crate::{desk::Desk, error::DeskError};

impl Desk {
    /// Erases what is known of an account's owner.
    pub(crate) async fn erase(&self, tx: &mut Tx, account: &AccountRow) -> Result<(), DeskError> {
        tx.erase_account(account.id, self.now()).await?;
        tx.entry(
            self.entry("desk", "account.erased")
                .with_account(account.id.to_string()),
        );
        Ok(())
    }
}
