//! The desk's use cases as stories, on both engines.

mod common;
mod ledger;
mod letters;
mod limits;
mod notices;
mod owner;
mod promises;
mod reading;
mod record;
mod rights;
mod search;
mod settled;
mod story;
mod truth;
mod watch;
