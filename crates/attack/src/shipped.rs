//! The scenarios that ship with Staunch.

use crate::{
    incidents::PENDING,
    scenario::{Scenario, ScenarioError},
};

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// The files, by name.
        pub const FILES: &[(&str, &str)] = &[$((
            concat!($name, ".toml"),
            include_str!(concat!("../scenarios/", $name, ".toml")),
        )),+];
    };
}

files![
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
    "coinbase",
    "discord",
    "meta-ai",
    "shareleak",
    "lena",
    "relay-spam",
    "unconfirmed",
    "twin-address",
    "twin-answer-by-email",
    "twin-code",
    "twin-escalation",
    "twin-flag-no",
    "twin-flag-yes",
    "twin-freeze-and-back",
    "twin-holiday",
    "twin-invoice",
    "twin-move",
    "twin-not-me-and-back",
    "twin-order",
    "twin-parcel",
    "twin-refund",
    "twin-reset",
    "twin-reset-after-the-call",
    "twin-reveal",
    "twin-robot",
    "twin-second-thoughts",
];

/// All of them, attacks first.
///
/// # Errors
/// [`ScenarioError`] if one can't be used; a test sees to it that all can.
pub fn all() -> Result<Vec<Scenario>, ScenarioError> {
    FILES
        .iter()
        .map(|(file, text)| Scenario::parse(file, text))
        .collect()
}

/// The incidents of a list that neither a scenario nor [`PENDING`] answers for.
pub fn missing<'a>(incidents: &[&'a str], scenarios: &[Scenario]) -> Vec<&'a str> {
    use crate::scenario::Kind;
    let played = |name: &str| {
        scenarios
            .iter()
            .any(|one| one.kind == Kind::Attack && one.incident == name)
    };
    let pending = |name: &str| PENDING.iter().any(|one| one.incident == name);
    incidents
        .iter()
        .filter(|name| !played(name) && !pending(name))
        .copied()
        .collect()
}
