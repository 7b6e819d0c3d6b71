//! One's own password and authenticator.

use askama::Template;

use super::{Place, Shell, assets, sign_in};

/// Another password: `GET /desk/password`.
#[derive(Template, Clone, Debug)]
#[template(path = "password.html")]
pub struct PasswordPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What went wrong.
    pub error: Option<String>,
    /// The six digits that a phone would show now, in the demo only; empty otherwise.
    pub demo_code: String,
}

/// Another authenticator, the first step: `GET /desk/authenticator`.
#[derive(Template, Clone, Debug)]
#[template(path = "authenticator.html")]
pub struct AuthenticatorPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What went wrong.
    pub error: Option<String>,
    /// The six digits that a phone would show now, in the demo only; empty otherwise.
    pub demo_code: String,
}

/// Another authenticator, the second step: `GET /desk/authenticator/new`.
#[derive(Template, Clone, Debug)]
#[template(path = "new-authenticator.html")]
pub struct NewAuthenticatorPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The picture to scan: the text of an SVG document with the QR code.
    pub qr_svg: String,
    /// The secret to type instead, in base 32 without spaces.
    pub secret: String,
    /// What went wrong.
    pub error: Option<String>,
}

impl NewAuthenticatorPage {
    fn picture(&self) -> String {
        sign_in::picture(&self.qr_svg)
    }

    fn groups(&self) -> String {
        sign_in::groups(&self.secret)
    }
}
