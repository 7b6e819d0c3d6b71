//! Which kinds of request can be made here. The gate knows more of them than have a way to their end:
//! what couldn't be carried out is refused before anybody is asked about it.

use gate::{Decision, Outcome};
use words::RequestKind;

/// The rule that such a refusal names.
const RULE: &str = "not-offered-here-yet";

/// A decision about a request as it stands here: whatever the gate would allow, a kind without a way
/// to its end is refused, with the reason and words that help instead.
pub(crate) fn as_offered(kind: RequestKind, decision: Decision) -> Decision {
    let (reason, words) = match kind {
        RequestKind::Deliver
        | RequestKind::Reset
        | RequestKind::Lock
        | RequestKind::Unlock
        | RequestKind::Reveal
        | RequestKind::Ask => return decision,
        RequestKind::Change => (
            "This is not offered here yet: contact points are added and changed by the owner when signed in, never through support.",
            "You can change that yourself once you're signed in; I'm not able to from here. If you can't sign in, I can send a message to the email on your account.",
        ),
        RequestKind::Reenrol => (
            "This is not offered here yet: second factors are removed and added by the owner when signed in, never through support.",
            "Your second step can only be changed from inside your account. What I can do is send a reset to the email on your account.",
        ),
        RequestKind::Act | RequestKind::Erase | RequestKind::Export => (
            "This is not offered here yet.",
            "I'm not able to do that from here. I can pass it to a colleague who writes to the email on your account.",
        ),
    };
    if decision.outcome == Outcome::Refuse {
        return decision;
    }
    Decision {
        outcome: Outcome::Refuse,
        rule: RULE.to_owned(),
        reason: reason.to_owned(),
        words: words.to_owned(),
        ways: Vec::new(),
        permit: None,
    }
}
