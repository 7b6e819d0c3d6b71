//! The policies that decide.

use askama::Template;

use super::{Place, Shell, When, assets};

/// The policies: `GET /desk/policies`.
#[derive(Template, Clone, Debug)]
#[template(path = "policies.html")]
pub struct PoliciesPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The number of the set in force; 0 if none was ever loaded.
    pub version: i64,
    /// Whether it is the set that ships with Staunch.
    pub shipped: bool,
    /// When it was loaded.
    pub when: Option<When>,
    /// By whom.
    pub by: String,
    /// The SHA-256 of its text, in hex.
    pub sha256: String,
    /// Its rules, in the order of the text.
    pub rules: Vec<RuleRow>,
    /// Its text.
    pub text: String,
    /// Why a newer set isn't in force here.
    pub unusable: Option<String>,
    /// Whether they may load another.
    pub may_load: bool,
    /// What was typed or uploaded to be checked.
    pub draft: String,
    /// What was found about it.
    pub found: Option<Found>,
    /// What was wrong with the form, such as the code.
    pub error: Option<String>,
    /// The six digits that the admin's phone would show now, in the demo only; empty otherwise.
    pub demo_code: String,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct RuleRow {
    /// Its name.
    pub id: String,
    /// Whether it opens a door.
    pub opens: bool,
    /// What it is about: `see a value, reset the password`; `everything`.
    pub about: String,
    /// What the desk answers where it closes one: `refuses`, `asks the owner`, `asks a second person`.
    pub answer: &'static str,
    /// Why, for the rep.
    pub reason: String,
    /// What the rep can say.
    pub words: String,
    /// What is behind it, each in words.
    pub sources: Vec<String>,
}

/// What was found about a set.
#[derive(Clone, Debug)]
pub enum Found {
    /// It can't be read, or doesn't fit: each a line, such as `line 12: …`.
    Wrong(Vec<String>),
    /// It would break the promise.
    Breaks {
        /// The rule that would.
        rule: String,
        /// What holds for every set.
        says: String,
        /// A case in which it would, in words.
        case: String,
    },
    /// It can be loaded.
    Fits {
        /// How many rules it has.
        rules: usize,
        /// What gets stricter.
        stricter: Vec<DifferenceRow>,
        /// What gets wider, within the promise.
        wider: Vec<DifferenceRow>,
    },
}

/// One way in which a set would answer otherwise.
#[derive(Clone, Debug)]
pub struct DifferenceRow {
    /// What changes: `Asking to see a value: refused instead of permitted`.
    pub what: String,
    /// By which rule.
    pub rule: String,
    /// A case, in words.
    pub example: String,
}
