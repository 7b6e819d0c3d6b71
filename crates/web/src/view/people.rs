//! The staff, and how one becomes staff.

use askama::Template;
use words::Role;

use super::{Place, Shell, When, assets};

/// The staff: `GET /desk/people`.
#[derive(Template, Clone, Debug)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// What surrounds it.
    pub shell: Shell,
    /// Everybody, by name.
    pub people: Vec<PersonRow>,
    /// The invitations nobody has taken up yet.
    pub invitations: Vec<InvitationRow>,
    /// The invitation just made: its link is shown this once.
    pub made: Option<NewInvitation>,
    /// What was typed as name, after an error.
    pub name: String,
    /// What was chosen as role, after an error.
    pub chosen: Role,
    /// What went wrong.
    pub error: Option<String>,
    /// The six digits that the admin's phone would show now, in the demo only; empty otherwise.
    pub demo_code: String,
}

/// A member of staff.
#[derive(Clone, Debug)]
pub struct PersonRow {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their sign-in name.
    pub login: String,
    /// What they may do.
    pub role: Role,
    /// When they were last here.
    pub seen: Option<When>,
    /// Whether they can sign in.
    pub active: bool,
    /// Whether it is who is looking.
    pub me: bool,
    /// That they were asked to enrol anew, as long as they haven't.
    pub anew: Option<AnewRow>,
    /// That they enrolled anew, or refused to, in the last days.
    pub answered: Vec<AnsweredRow>,
}

/// That somebody enrolled anew, or refused to.
#[derive(Clone, Debug)]
pub struct AnsweredRow {
    /// Who had asked; empty for the operator.
    pub by: String,
    /// When.
    pub at: When,
    /// Whether they refused.
    pub refused: bool,
}

/// That somebody was asked to enrol anew.
#[derive(Clone, Debug)]
pub struct AnewRow {
    /// The id of the invitation, by which it is withdrawn.
    pub id: String,
    /// Who asked; empty for the operator.
    pub by: String,
    /// Until when it can be used.
    pub until: When,
}

/// Asking somebody to enrol anew: `GET /desk/people/{id}/enrol-anew`.
#[derive(Template, Clone, Debug)]
#[template(path = "enrol-anew.html")]
pub struct EnrolAnewPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What went wrong.
    pub error: Option<String>,
    /// The six digits that the admin's phone would show now, in the demo only; empty otherwise.
    pub demo_code: String,
}

/// Stopping somebody's sign-in: `GET /desk/people/{id}/deactivate`; or letting them sign in again:
/// `GET /desk/people/{id}/activate`.
#[derive(Template, Clone, Debug)]
#[template(path = "stop-sign-in.html")]
pub struct StopSignInPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Whether it is stopped; otherwise they are let in again.
    pub stop: bool,
    /// What went wrong.
    pub error: Option<String>,
    /// The six digits that the admin's phone would show now, in the demo only; empty otherwise.
    pub demo_code: String,
}

/// An invitation that waits.
#[derive(Clone, Debug)]
pub struct InvitationRow {
    /// Its id.
    pub id: String,
    /// For whom.
    pub name: String,
    /// The role that waits for them.
    pub role: Role,
    /// Until when it can be used.
    pub until: When,
}

/// An invitation just made.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// For whom.
    pub name: String,
    /// The link, which works once.
    pub link: String,
    /// Until when it can be used.
    pub until: When,
}
