//! The fixed reasons of a second person's no.

/// Why a second person says no: one of these, so that nothing about a customer is written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decline {
    /// It may not come from the owner.
    Odd,
    /// The customer can have what they need in another way.
    Otherwise,
    /// It was asked for by mistake, or in the wrong ticket.
    Mistake,
}

impl Decline {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Odd, Self::Otherwise, Self::Mistake];

    /// The word for it in forms and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Odd => "odd",
            Self::Otherwise => "otherwise",
            Self::Mistake => "mistake",
        }
    }

    /// What it says.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Odd => "Something about it is odd",
            Self::Otherwise => "There is another way to help",
            Self::Mistake => "It was asked for by mistake",
        }
    }

    /// The one with this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}
