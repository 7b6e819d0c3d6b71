//! The owner's page that makes recovery codes, and shows them this once.

use askama::Template;

use super::assets;

/// Before and after the one press.
#[derive(Template, Clone)]
#[template(path = "owner-codes.html")]
pub struct CodesPage {
    /// The company.
    pub company: String,
    /// The page's own path, which the form posts to.
    pub action: String,
    /// The codes; empty before they are made.
    pub codes: Vec<String>,
    /// Whether a no still freezes.
    pub takes_back: bool,
    /// From when they count, in days from now.
    pub days: u64,
}
