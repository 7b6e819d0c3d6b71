//! Advice on what is about to be said: does this text hold an account's value, or a secret?
//!
//! The promise keeps values off a rep's screen; this is the net below it, for what a rep was told
//! or guesses and then types, and for what a file brings along. Nothing here does I/O, asks for
//! the time or knows an account.
//!
//! - [`Reading::of`] normalises a text once: forms of letters, case, what can't be seen, numbers
//!   in words (English and German), and what stands between them.
//! - [`Reading::holds`] tells whether it holds one value or a telling part of it. Only the vault
//!   calls it with a protected one.
//! - [`Reading::looks_like`] tells which protected kinds it has the shape of, whoever's they are.
//!   A caller that stops a text for either and says the same for both confirms nothing.
//! - [`names_bank_account`] tells an IBAN, whoever's it is.
//! - [`secrets`] finds what belongs into no text at all (card numbers, codes, passwords, tokens),
//!   with the bytes where it stands; [`scrub`] takes it out.
//!
//! What counts as a telling part is written at the module of each kind. All of it takes time
//! linear in the text, and nothing panics on any text. This is a net, not a wall: who wants to
//! get a value past it can (in a riddle, in another language, in two messages), so it never
//! replaces the gate.
//!
//! To add a kind: a module with `holds` and, if it has a shape, `looks_like`; a line in
//! `reading.rs`; lines in both tables of `tests/told`.

mod address;
mod card;
mod code;
mod date;
mod email;
mod everyday;
mod fold;
mod iban;
mod phone;
mod prose;
mod reading;
mod secret;
mod spoken;
mod street;
mod token;

pub use iban::names_bank_account;
pub use reading::Reading;
pub use secret::{Secret, SecretKind, scrub, secrets};
