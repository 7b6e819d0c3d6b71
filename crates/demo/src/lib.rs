//! Acme Production: a made-up shop, and the outside world around its desk.
//!
//! The demo is the same server as ever, with a shop's data in it and the people outside played
//! from one page: every mail goes through SMTP to a real listener, every hook to the sign-in
//! service is signed and checked, every call is a ticket. Nothing here opens a way round the desk:
//! what the page shows of a call is what the caller hears, and the score is counted from what
//! arrived outside.
//!
//! [`Scene::begin`] opens the outside (mailboxes, sign-in service) before there is a desk;
//! [`Beginning::furnish`] fills a fresh desk with the shop, or takes up one that was filled before.

mod attacks;
mod file;
mod furnish;
mod mailboxes;
mod persons;
mod phones;
mod provider;
pub mod sample;
mod scene;
mod score;
mod staff;
mod stage;
mod values;
mod world;

pub use mailboxes::{Attachment, Mail, Mailboxes};
pub use phones::{Phones, TextMessage};
pub use provider::{SignInService, Told, Turned};
pub use scene::{Beginning, Scene};

/// The shop that the demo's desk works for.
pub const COMPANY: &str = "Acme Production";

/// How many customers it has.
pub const ACCOUNTS: usize = 1200;
