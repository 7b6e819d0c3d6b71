//! The desk's use cases as stories, on both engines.

mod common;
mod ledger;
mod letters;
mod lifting;
mod limits;
mod notices;
mod owner;
mod record;
mod rights;
mod search;
mod settled;
mod story;
mod truth;
mod watch;
