//! The demo's page that plays attacks: what happened at other desks, tried on this one.

use askama::Template;

use super::{Flash, assets};

/// The page: `GET /world/attacks`.
#[derive(Template, Clone, Debug)]
#[template(path = "attacks.html")]
pub struct AttacksPage {
    /// The company.
    pub company: String,
    /// What the last act did.
    pub flash: Option<Flash>,
    /// What can be played, and must fail.
    pub attacks: Vec<AttackLine>,
    /// What can be played, and must succeed.
    pub twins: Vec<AttackLine>,
    /// What can't be played yet, and why.
    pub pending: Vec<(String, String)>,
    /// What is on stage.
    pub play: Option<Play>,
}

impl AttacksPage {
    fn running(&self) -> bool {
        self.play.as_ref().is_some_and(|play| play.running)
    }
}

/// A scenario that can be chosen.
#[derive(Clone, Debug)]
pub struct AttackLine {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub title: String,
    /// Where and when it happened, and what was got there.
    pub about: String,
    /// Whether it is the one on stage.
    pub chosen: bool,
}

/// What is on stage.
#[derive(Clone, Debug)]
pub struct Play {
    /// One line about it.
    pub title: String,
    /// Where and when it happened, and what was got there.
    pub about: String,
    /// Why it is played on another channel; may be empty.
    pub stand_in: String,
    /// The steps taken, oldest first.
    pub steps: Vec<AttackStep>,
    /// How many steps were taken,
    pub done: usize,
    /// of how many.
    pub all: usize,
    /// Whether steps are being taken.
    pub running: bool,
    /// Why it can't go on; may be empty.
    pub fault: String,
    /// How it ended.
    pub verdict: Option<Verdict>,
}

/// A step that was taken.
#[derive(Clone, Debug)]
pub struct AttackStep {
    /// Who acted.
    pub who: String,
    /// What they said; may be empty.
    pub says: String,
    /// What was tried; may be empty.
    pub tried: String,
    /// What the desk did.
    pub desk: String,
    /// What was given away by it.
    pub given: Vec<String>,
}

/// How it ended.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Whether it ended as it must.
    pub passed: bool,
    /// Whether it was an attack.
    pub attack: bool,
    /// What was given away.
    pub given: Vec<String>,
    /// What changed without the owner.
    pub changed: Vec<String>,
    /// The forms and links of the people at the desk,
    pub desk_clicks: u32,
    /// and of the owner.
    pub owner_clicks: u32,
}
