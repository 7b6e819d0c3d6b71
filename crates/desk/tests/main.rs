//! The desk's use cases as stories, on both engines.

mod common;
mod ledger;
mod letters;
mod notices;
mod owner;
mod rights;
mod story;
mod watch;
