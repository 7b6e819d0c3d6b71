//! The watch: login events in, signals out.
//!
//! A line from an identity provider becomes a [`LoginEvent`] ([`parse_line`], [`parse_batch`]);
//! [`Places`] tells the country of its address; [`observe`] holds it against the [`History`] of
//! the account under the [`Rules`] and answers with the [`Signal`]s worth a flag.
//!
//! Nothing here does I/O or asks for the time. The caller
//! 1. refuses events from the future ([`LoginEvent::check_time`]), because the history keeps the
//!    newest logins and a wrong clock would push the real ones out,
//! 2. fills in the country ([`LoginEvent::place`]),
//! 3. sorts what belongs to one account by time (the history copes with disorder, but the first
//!    success that it is shown teaches the account's first country),
//! 4. stores the history in the same transaction as what the signals led to,
//! 5. tells the history what the owner answered: [`History::confirm`] and [`History::settle`] for a
//!    yes, [`History::forget`] for a no.
//!
//! To add a kind of signal: a variant with its words in `signal.rs`, its threshold in `rules.rs`,
//! what must be remembered in `history.rs` (capped), the finding of it in `observe.rs`.

mod country;
mod event;
mod history;
mod keys;
mod names;
mod observe;
mod ocsf;
mod place;
mod rules;
mod signal;
mod span;
mod trail;

pub use country::{Country, CountryError};
pub use event::{EventError, LoginEvent, Numbered, Outcome, parse_batch, parse_line};
pub use history::{History, Seen, Standing};
pub use observe::observe;
pub use place::{PlaceError, Places};
pub use rules::Rules;
pub use signal::Signal;
