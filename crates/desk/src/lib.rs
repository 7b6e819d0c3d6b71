//! The use cases: everything that can happen at the desk, each one verb, one file, one
//! transaction. A use case loads the facts, asks the gate, writes through the store, appends to
//! the ledger and queues what goes outside.
//!
//! To add a use case: 1. a file named by its verb with one `impl Desk` block; 2. begin a
//! transaction, check who asks ([`Me`]), decide through [`Desk::decide`]; 3. hand the entry to
//! `tx.entry` before `tx.commit`; 4. a route in `web`, whose rights test finds it by itself.

pub mod accounts;
mod alarm;
mod approve;
pub mod assertion;
mod careful;
pub mod catalogue;
mod challenge;
mod change;
mod code;
pub mod decoy;
mod desk;
mod effect;
mod erase;
mod error;
mod export;
mod hold;
mod hooks;
pub mod journal;
mod leak;
pub mod letter;
mod mailroom;
mod notice;
mod offered;
mod opened;
pub mod people;
mod plan;
pub mod policies;
mod proof;
pub mod provider;
pub mod recover;
mod request;
mod reveal;
mod saved;
pub mod settings;
mod steps;
#[cfg(any(test, feature = "testing"))]
#[expect(clippy::missing_panics_doc, reason = "tests panic")]
pub mod testing;
pub mod text;
mod texting;
pub mod ticket;
mod view;
pub mod watching;
mod work;

pub use approve::{Decline, waits_for_second};
pub use challenge::{Answer, OwnerPage, OwnerQuestion};
pub use change::{Entering, Typed};
pub use code::CodeView;
pub use desk::{Desk, Me, Parts};
pub use error::DeskError;
pub use leak::Stopped;
pub use request::{Asked, Offer, Verdict};
pub use reveal::{Revealed, SHOWN_MINUTES, shown_label};
pub use store::{AlarmLine, Change, DecoyLine, Filter, JobRow, ListRow};
pub use view::{
    AccountView, Before, ContactPointView, FieldView, MessageView, RequestView, Standing,
    TicketView,
};
pub use work::{Outgoing, Ran};
