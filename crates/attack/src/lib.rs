//! What happened at other desks, played against this one, with a verdict.
//!
//! A [`Scenario`](scenario::Scenario) is a file that people read: who says what, and what a rep who
//! does everything that is asked then tries. A [`Player`](player::Player) plays it over the pages,
//! forms and the API that people and programs use, on a made-up customer whose every protected
//! value is a canary. The [`Judge`](judge::Judge) then looks for those values in every answer that
//! anybody but the owner got, in every mail, and in the log.
//!
//! To add a scenario: 1. a file in `scenarios/`; 2. its name in [`shipped`]; 3. for an attack, its
//! row in [`incidents`]. Tests hold the three against each other.

pub mod act;
pub mod browser;
pub mod canary;
pub mod finder;
pub mod house;
pub mod incidents;
pub mod judge;
mod names;
pub mod office;
pub mod outcome;
pub mod outside;
pub mod own;
mod owner;
mod perform;
pub mod player;
mod reading;
pub mod report;
pub mod scenario;
pub mod shipped;
mod sink;
pub mod table;
pub mod victim;

pub use names::NAMES;
