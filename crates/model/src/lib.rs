//! The promise as a state machine, and every state of it looked at.
//!
//! A rep who does everything a caller asks gives away nothing: this crate says what that means for
//! gate, proofs, cooling off and holds, in a model small enough for a computer to try *everything*.
//! It is not derived from the desk's code and proves nothing about it; it shows that the *rules*,
//! taken together, keep the promise, and which single rule is there for what.
//!
//! ```text
//! cargo test -p staunch-model -- --nocapture
//! ```
//!
//! - `tests/exhaustive.rs` goes through every world that can come about in each of the
//!   [`scenes`], with all [`guards`] in place, and finds no promise broken.
//! - `tests/mutants.rs` takes each guard away alone, and finds the promise broken that it is there
//!   for; the counterexample is a [`story`], and the shortest one.
//! - `tests/kindness.rs` shows the other side: from whatever world the attacker brought about, the
//!   owner is a few steps away from being helped.
//!
//! # Who acts
//!
//! - The *owner* is honest: asks for things on an own call, says yes only to what they asked for
//!   there themselves, says no to the rest, presses "It wasn't me", cancels a contact point that
//!   isn't theirs; or does nothing, or only later. Where the [account](world::Account) says that the
//!   owner reads somewhere, they have looked there before three days are over; on other accounts the
//!   owner reads nowhere and never.
//! - The *rep* asks for anything, at any moment, in the attacker's ticket and in the owner's; enters
//!   any code heard from the owner anywhere; passes every code on; reads out whatever the screen
//!   shows; freezes accounts; is the second person for what needs one.
//! - Two *leads* do what they are told as well.
//! - The *attacker* has a mailbox, and an account of his own with a login session and a receipt. He
//!   remembers codes and replays them, guesses, gets his email into the company's own records, waits
//!   for days, and on some accounts reads the owner's mailbox.
//! - The *desk* works off its queue at any later moment, and asks at whichever of the contact points
//!   that count the attacker likes best (the real one asks at the one longest on file).
//!
//! A day is one step. Codes, letters and requests last until it is over, a new contact point cools
//! off for three, a receipt and the leads wait for one. Ages are kept and dates are not, so a story
//! may last for years.
//!
//! # What is promised
//!
//! See [`properties::Promise`]. A promise is judged by the truth of the world alone
//! ([`properties`] doesn't know the guards). Two things are lost by assumption, as they are at any
//! desk, and not counted as broken:
//!
//! - A mailbox that the attacker reads is the owner as far as *one* proof goes: values that go there
//!   and what takes one proof are his. Contact points, factors and holds are not, and neither is
//!   anything once the owner has replaced that mailbox.
//! - An email that came out of the company's own records, was told to every contact point, and
//!   cooled off for three days under an owner who reads nowhere (or has nowhere to read), counts.
//!
//! # What is bounded
//!
//! - *At once*: one call of the owner's and one of the attacker's (each any number of times, one
//!   after another); one to three requests, by scene; up to two remembered codes. More requests at
//!   once only meet through the hold, the attempts and the codes, and pairs of them do so here.
//! - *Scenes*: no scene plays every part at full width; [`scenes::WHOLE`] plays every part together
//!   with one request at a time, one account and one remembered code that is still good. A fault
//!   that needs full width in two parts of different scenes at once would not be seen.
//! - *Counts* stop where they no longer matter: two attempts make the desk careful, two wrong guesses
//!   are allowed, and the third is taken for a hit. So the model says that limits never start anew,
//!   and nothing about how probable a hit within them is, nor how slowly a limit refills.
//! - *One* contact point of the attacker's and one new one of the owner's, both emails. The owner's
//!   new one is never cancelled.
//! - A second call of the owner's drops what still waited in the first. At the real desk it goes on
//!   waiting, bound to the first.
//! - The checker tells worlds apart by 64-bit hashes. Among ten million, the chance that any two
//!   were mixed up is below one in 100,000.
//!
//! # What is left out
//!
//! Masks' make, blind indexes and look-ups; what reps type in free text; quotas and watermarks of
//! reveals; decoys; drills; the watch and its question (it changes and discloses nothing); exports;
//! the cryptography of receipts, sessions and links; which second factor is enrolled once the owner
//! allowed it (that happens at the identity provider); a call in which the attacker poses as the desk
//! and asks the owner for a code (the letters say never to read one out unless they called
//! themselves, and the owner here obeys); a rep who tells what an owner has just proven for them.
//! How a request is named is left out on purpose: the desk here knows a proof's request by kind,
//! field and ticket only, and not by number, so each of the guards on proofs is needed by itself.
//!
//! # To add a guard
//!
//! 1. Add its row to [`guards`]: name, scene, the promise it is there for, what it says.
//! 2. Ask for it where the desk decides or acts (`decide.rs`, `rules.rs`, `effects.rs`).
//! 3. If the mutant survives, an actor or a promise is missing: add it to [`actors`] or
//!    [`properties`].

pub mod actors;
pub mod case;
mod decide;
mod effects;
pub mod guards;
pub mod kinds;
pub mod properties;
mod rules;
pub mod scenes;
mod set;
pub mod story;
pub mod world;

pub use case::Case;
pub use guards::{GUARDS, Guards};
