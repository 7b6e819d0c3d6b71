//! The obedient rep, grown up: a made-up crowd of callers, reps, leads, programs and owners does
//! everything that the desk offers, in any order, while time jumps, servers end and mail fails; and
//! after each step it is looked at whether the promise holds.
//!
//! The desk is the real one: its router, a real database, sessions and tokens, in one process; time,
//! chance and the outside are in the tormentor's hand, so that a seed repeats a run. The owners are
//! honest: they say yes only to what they asked for. What truly happened is kept in a [`book`] beside
//! the desk, and everything is held against that.
//!
//! A failure is shrunk to a story. To add an act: 1. a variant in [`act`]; 2. how it is done, in
//! `perform.rs`; 3. when, in [`choose`]. To add a guard that can be taken away: its line in the
//! server's code (`words::sabotage::off`), and its row in [`sabotage`].

pub mod act;
pub mod book;
pub mod choose;
pub mod customer;
pub mod dice;
mod finale;
pub mod house;
mod mailbox;
pub mod outside;
mod owner;
mod perform;
pub mod report;
pub mod run;
pub mod sabotage;
mod watch;
pub mod world;
