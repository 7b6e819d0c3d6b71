//! Which kinds of request can be made here. The gate may know more of them than have a way to their
//! end: what couldn't be carried out is refused before anybody is asked about it.

use gate::{Decision, Outcome};
use words::RequestKind;

/// The rule that such a refusal names.
const RULE: &str = "not-offered-here-yet";

/// A decision about a request as it stands here: whatever the gate would allow, a kind without a way
/// to its end is refused, with the reason and words that help instead.
pub(crate) fn as_offered(kind: RequestKind, decision: Decision) -> Decision {
    if has_a_way(kind) || decision.outcome == Outcome::Refuse {
        return decision;
    }
    Decision {
        outcome: Outcome::Refuse,
        rule: RULE.to_owned(),
        reason: "This is not offered here yet.".to_owned(),
        words: "I'm not able to do that from here. I can pass it to a colleague who writes to the email on your account.".to_owned(),
        ways: Vec::new(),
        permit: None,
    }
}

/// Each kind that is carried out. One that is new is none of them.
const fn has_a_way(kind: RequestKind) -> bool {
    matches!(
        kind,
        RequestKind::Deliver
            | RequestKind::Reset
            | RequestKind::Lock
            | RequestKind::Unlock
            | RequestKind::Reveal
            | RequestKind::Reenrol
            | RequestKind::Change
            | RequestKind::Act
            | RequestKind::Erase
            | RequestKind::Export
            | RequestKind::Ask
    )
}
