//! The real server as a process, with everything outside it played by the test: a mail server, an
//! identity provider, people with browsers, and programs with tokens.

#![expect(dead_code, reason = "each test file uses a part of it")]

mod browser;
mod customer;
mod engine;
mod house;
mod outside;
mod program;

#[expect(unused_imports, reason = "each test file uses a part of it")]
pub(crate) use self::{
    browser::{Browser, Seen, code, field},
    customer::Customer,
    engine::{Engine, engines},
    house::House,
    outside::{Hook, Mail},
    program::Token,
};
