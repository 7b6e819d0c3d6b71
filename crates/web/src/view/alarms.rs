//! What leads, admins and auditors must look at.

use askama::Template;

use super::{Place, Shell, When, assets};

/// The alarms: `GET /desk/alarms`.
#[derive(Template, Clone, Debug)]
#[template(path = "alarms.html")]
pub struct AlarmsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The alarms, newest first.
    pub alarms: Vec<AlarmLine>,
    /// Where the next part begins, if there are older ones.
    pub before: Option<i64>,
}

/// One alarm.
#[derive(Clone, Debug)]
pub struct AlarmLine {
    /// Its id.
    pub id: String,
    /// When.
    pub when: When,
    /// What happened, in a sentence.
    pub text: String,
    /// What it may mean and what to do.
    pub means: &'static str,
    /// Who did it.
    pub who: String,
    /// The number of the account; may be empty.
    pub account: String,
    /// In which ticket.
    pub ticket: Option<i64>,
    /// Who looked at it and when.
    pub seen: Option<(String, When)>,
}
