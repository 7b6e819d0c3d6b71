//! What can go wrong in a use case, in words for the person who asked.

use store::StoreError;
use vault::VaultError;
use words::Time;

use crate::leak::Stopped;

/// A use case did not happen; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// There is no such thing, or it is not yours to know.
    #[error("there is nothing here")]
    NotFound,
    /// The role does not do this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The input can't be used; says which and what to do.
    #[error("{0}")]
    Invalid(String),
    /// Something else happened first; says what.
    #[error("{0}")]
    Conflict(&'static str),
    /// Too many of these; works again from the given time.
    #[error("too many of these in a short time; it works again later")]
    Limited(Time),
    /// The gate said no. Carries what a rep needs.
    #[error("{reason}")]
    Refused {
        /// The rule that decided.
        rule: String,
        /// Why.
        reason: String,
        /// What the rep can say.
        words: String,
    },
    /// What was typed can't be kept or sent; it is still in the caller's hands.
    #[error("{}", .0.reason)]
    Stopped(Stopped),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sealed value could not be made or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Something inside is broken; the text holds no values.
    #[error("{0}")]
    Broken(String),
}

impl DeskError {
    /// For text that could not be written or read back as JSON.
    pub(crate) fn json(error: &serde_json::Error) -> Self {
        Self::Broken(format!(
            "a stored record can't be read: {}",
            error.classify_word()
        ))
    }
}

trait ClassifyWord {
    fn classify_word(&self) -> &'static str;
}
impl ClassifyWord for serde_json::Error {
    fn classify_word(&self) -> &'static str {
        use serde_json::error::Category;
        match self.classify() {
            Category::Io => "io",
            Category::Syntax => "syntax",
            Category::Data => "data",
            Category::Eof => "end of text",
        }
    }
}
