//! The list of incidents that the scenarios answer for, and those that can't be played yet.

/// Every documented attack that the desk is held against, by its short name.
pub const INCIDENTS: &[&str] = &[
    "springer-1",
    "springer-2",
    "springer-3",
    "acme-gizmo",
    "krebs",
    "honan",
    "hiroshima",
    "1and1",
    "robinhood",
    "mailchimp",
    "twitter",
    "mgm",
    "clorox",
    "tmobile",
    "okta",
    "coinbase",
    "drift",
    "discord",
    "meta-ai",
    "shareleak",
    "lena",
    "relay-spam",
    "locked-out",
];

/// An incident that can't be played yet.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Pending {
    /// Its name.
    pub incident: &'static str,
    /// One line about it.
    pub title: &'static str,
    /// What is missing.
    pub why: &'static str,
}

/// Those that need something which doesn't exist yet. They count as nothing.
pub const PENDING: &[Pending] = &[
    Pending {
        incident: "okta",
        title: "Session tokens inside a file that a customer uploaded",
        why: "tickets take no files yet, so there is nothing to scrub at intake",
    },
    Pending {
        incident: "drift",
        title: "Secrets that customers pasted into their tickets, stolen through an add-on",
        why: "secrets in what customers write are not scrubbed at intake yet, and there are no add-ons",
    },
    Pending {
        incident: "locked-out",
        title: "An honest customer finds no way to reach support and rings a scam",
        why: "there is no page yet on which a customer who is locked out names the account",
    },
];
