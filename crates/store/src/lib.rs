//! Persistence on `SQLite` and `PostgreSQL`: one text of SQL for both.
//!
//! Work happens in a [`Tx`]. Its [`Tx::commit`] writes the ledger entries that were handed to
//! [`Tx::entry`] in the same transaction as everything else, so that an act and its record stand
//! or fall together; then it tells the listeners what changed.
//!
//! To add a query: put it into the file of its table as a method of [`Tx`], with SQL that both
//! engines take (`$1`, `returning`, `on conflict … excluded`). To add a table: a numbered file in
//! both folders below `migrations/`.

#[macro_use]
mod db;
mod accounts;
mod alarms;
mod decoys;
mod erasing;
mod jobs;
mod journal;
mod limits;
mod owner;
mod plans;
mod points;
mod policies;
mod proofs;
mod recoveries;
mod reveals;
mod search;
mod sessions;
mod staff;
mod texting;
mod tickets;
mod watched;

pub use accounts::{AccountRow, ContactPointRow, FieldRow, NewField};
pub use alarms::{AlarmLine, AlarmRow};
pub use db::{Change, Engine, Store, StoreError, Tx, create_postgres, postgres_belongs_to_a_desk};
pub use decoys::DecoyLine;
pub use jobs::{JobRow, NewJob};
pub use journal::{Head, LedgerRow, NodeRow};
pub use owner::{AttemptRow, ChallengeRow, HoldRow, NoticeRow};
pub use plans::PlanRow;
pub use policies::PolicySetRow;
pub use proofs::{ApprovalRow, ProofRow};
pub use recoveries::RecoveryRow;
pub use reveals::RevealRow;
pub use sessions::SessionRow;
pub use staff::{InvitationRow, StaffRow, TokenRow};
pub use texting::TextCodeRow;
pub use tickets::{Filter, ListRow, MessageRow, RequestRow, TicketRow};
pub use watched::{LoginRow, SignalRow};
