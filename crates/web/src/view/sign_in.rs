//! Signing in, and becoming staff.

use askama::Template;
use words::Role;

use super::assets;

/// The first step: `GET /sign-in`.
#[derive(Template, Clone, Debug)]
#[template(path = "sign-in.html")]
pub struct SignInPage {
    /// The company whose desk this is.
    pub company: String,
    /// What was typed as sign-in name, after an error.
    pub login: String,
    /// Where to go afterwards: posted back as `next`; a path of this server or empty.
    pub next: String,
    /// A kind word on why one is here: `Your session has ended. Sign in again to go on.`
    pub note: Option<String>,
    /// What went wrong, the same words for a wrong name and a wrong password.
    pub error: Option<String>,
    /// Whom to sign in as in the demo; empty otherwise.
    pub demo: Vec<DemoLogin>,
}

/// Somebody to sign in as in the demo.
#[derive(Clone, Debug)]
pub struct DemoLogin {
    /// Their name.
    pub name: String,
    /// Their sign-in name.
    pub login: String,
    /// Their password; empty once somebody changed it.
    pub password: String,
    /// Their role.
    pub role: Role,
    /// The six digits their phone would show now; empty once they have another.
    pub code: String,
}

/// The second step: `GET /sign-in/code`.
#[derive(Template, Clone, Debug)]
#[template(path = "code.html")]
pub struct CodePage {
    /// The company whose desk this is.
    pub company: String,
    /// Where to go afterwards: posted back as `next`; may be empty.
    pub next: String,
    /// What went wrong.
    pub error: Option<String>,
    /// The six digits that a phone would show now, in the demo only; empty otherwise.
    pub demo_code: String,
}

/// Name, sign-in name and password of somebody new: the first admin's set-up link, or an
/// invitation; or the new password of somebody who enrols anew.
#[derive(Template, Clone, Debug)]
#[template(path = "welcome.html")]
pub struct WelcomePage {
    /// The company whose desk this is.
    pub company: String,
    /// Whether this is the first admin.
    pub first: bool,
    /// The role that waits for them.
    pub role: Role,
    /// Who invited them; empty for the first admin, and if it was the operator.
    pub invited_by: String,
    /// Whether they are staff already and enrol anew: name and sign-in name stay.
    pub anew: bool,
    /// Where the form posts to, the link itself: `/set-up/…` or `/invitation/…`.
    pub action: String,
    /// What was typed as name.
    pub name: String,
    /// What was typed as sign-in name.
    pub login: String,
    /// What went wrong.
    pub error: Option<String>,
}

/// The second factor of somebody new.
#[derive(Template, Clone, Debug)]
#[template(path = "enrol.html")]
pub struct EnrolPage {
    /// The company whose desk this is.
    pub company: String,
    /// Where the form posts to.
    pub action: String,
    /// The picture to scan: the text of an SVG document with the QR code.
    pub qr_svg: String,
    /// The secret to type instead, in base 32 without spaces.
    pub secret: String,
    /// What went wrong.
    pub error: Option<String>,
}

impl EnrolPage {
    fn picture(&self) -> String {
        picture(&self.qr_svg)
    }

    fn groups(&self) -> String {
        groups(&self.secret)
    }
}

/// An SVG document as the address of an image.
pub(super) fn picture(svg: &str) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(svg);
    format!("data:image/svg+xml;base64,{text}")
}

/// A secret in groups of four letters, for typing.
pub(super) fn groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters
        .chunks(4)
        .map(|four| four.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}
