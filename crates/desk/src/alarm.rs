//! Alarms: what leads, admins and auditors must look at. Nobody is shown one about themselves.

use std::time::Duration;

use store::{AlarmLine, AlarmRow, TicketRow, Tx};
use words::{AccountId, AlarmId, AlarmKind, Role, Time};

use crate::{
    desk::{Desk, Me},
    error::DeskError,
};

/// The same again within this time is no alarm of its own; the ledger has each.
const SAME: Duration = Duration::from_hours(1);
/// Who sees them.
const HEED: [Role; 3] = [Role::Lead, Role::Admin, Role::Auditor];

impl Desk {
    /// Raises an alarm about what somebody does, in the same transaction.
    pub(crate) async fn alarm(
        &self,
        tx: &mut Tx,
        kind: AlarmKind,
        me: &Me,
        account: Option<AccountId>,
        ticket: Option<&TicketRow>,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let row = AlarmRow {
            id: self.id(AlarmId::new),
            kind,
            account_id: account,
            ticket_id: ticket.map(|ticket| ticket.id),
            staff_id: Some(me.id),
            at: now,
            seen_at: None,
            seen_by: None,
        };
        if tx.alarm_since(&row, now - SAME).await? {
            return Ok(());
        }
        tx.add_alarm(&row).await?;
        let mut entry = self
            .by(me, "alarm.raised")
            .with("alarm", row.id.to_string())
            .with("kind", kind.as_str());
        if let Some(account) = account {
            entry = entry.with_account(account.to_string());
        }
        if let Some(ticket) = ticket {
            entry = entry.with_ticket(ticket.number);
        }
        tx.entry(entry);
        Ok(())
    }

    /// The alarms, the newest first, from before `before`.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for reps.
    pub async fn alarms(
        &self,
        me: &Me,
        before: Option<Time>,
        limit: i64,
    ) -> Result<Vec<AlarmLine>, DeskError> {
        me.must_be(&HEED)?;
        let before = before.unwrap_or(Time(i64::MAX));
        let mut tx = self.store.read().await?;
        Ok(tx.alarms(me.id, before, limit.clamp(1, 200)).await?)
    }

    /// How many alarms nobody has looked at; none for reps.
    pub(crate) async fn unseen_alarms(&self, tx: &mut Tx, me: &Me) -> Result<i64, DeskError> {
        if me.must_be(&HEED).is_err() {
            return Ok(0);
        }
        Ok(tx.unseen_alarms(me.id).await?)
    }

    /// Somebody has looked at an alarm and says so.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for reps; [`DeskError::NotFound`] for one about themselves;
    /// [`DeskError::Conflict`] if a colleague was first.
    pub async fn see_alarm(&self, me: &Me, id: AlarmId) -> Result<(), DeskError> {
        me.must_be(&HEED)?;
        let mut tx = self.store.begin().await?;
        let row = tx
            .alarm(id)
            .await?
            .filter(|row| row.staff_id != Some(me.id))
            .ok_or(DeskError::NotFound)?;
        match tx.see_alarm(id, me.id, self.now()).await {
            Err(store::StoreError::Gone) => {
                return Err(DeskError::Conflict("a colleague has looked at this one"));
            }
            other => other?,
        }
        let mut entry = self
            .by(me, "alarm.seen")
            .with("alarm", id.to_string())
            .with("kind", row.kind.as_str());
        if let Some(account) = row.account_id {
            entry = entry.with_account(account.to_string());
        }
        tx.entry(entry);
        self.commit(tx).await
    }
}
