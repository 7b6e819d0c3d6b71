//! Receipts: genuine ones that are taken, and everything else that isn't.

mod break_in;
mod code;
mod forms;
mod forwarded;
mod genuine;
mod keys;
mod settings;
mod support;
