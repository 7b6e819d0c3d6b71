//! Email out and in.
//!
//! Out: [`render`] turns a letter of the desk into fixed words as text and HTML, [`compose`] makes
//! the MIME message of it, and [`SmtpCarrier`] hands it to the company's mail server. In:
//! [`Listener`] receives mail by SMTP and gives each complete message to an [`Inbox`].
//!
//! To change what a letter says, change its arm in `render.rs`; the two templates only lay it out,
//! so that the text part and the HTML part can't drift apart.

mod compose;
mod listener;
mod render;
mod scrub;
mod settings;
mod smtp;

pub use compose::{ComposeError, Sender, compose};
pub use listener::{Inbox, Limits, Listener, Received, Refusal};
pub use render::{Rendered, render};
pub use settings::{Password, SettingsError, SmtpSettings, Tls};
pub use smtp::SmtpCarrier;
