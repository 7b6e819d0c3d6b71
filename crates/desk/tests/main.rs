//! The desk's use cases as stories, on both engines.

mod code;
mod common;
mod decoy;
mod leaks;
mod ledger;
mod letters;
mod lifting;
mod limits;
mod notices;
mod owner;
mod policies;
mod promises;
mod reading;
mod record;
mod reveal;
mod rights;
mod search;
mod settled;
mod story;
mod truth;
mod watch;
