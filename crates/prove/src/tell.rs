//! A case in words.

use gate::{Action, Actor, Facts, Proof};
use words::{HoldLevel, RequestKind};

/// Who gets what: `a lead: unlock is permitted`.
pub(crate) fn what(facts: &Facts) -> String {
    let action = facts.action.as_str();
    match facts.actor {
        Actor::Staff(_, role) => format!(
            "`{action}` is permitted, asked by {}",
            article(role.as_str())
        ),
        Actor::Desk => format!("`{action}` is permitted, done by the desk"),
        Actor::Owner => format!("`{action}` is permitted, asked by the owner"),
    }
}

fn article(word: &str) -> String {
    let vowel = word.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {word}", if vowel { "an" } else { "a" })
}

/// The facts that matter, each a line.
pub(crate) fn facts(facts: &Facts) -> Vec<String> {
    let mut out = Vec::new();
    out.push(ticket(facts));
    out.extend(field(facts));
    out.extend(destination(facts));
    if facts.proofs.is_empty() {
        out.push("no proof was given".to_owned());
    }
    out.extend(facts.proofs.iter().map(proof));
    if let Some(effect) = &facts.effect {
        let leave = if effect.eyes {
            ", and a second person's leave"
        } else {
            ""
        };
        out.push(format!(
            "what the company declares for it: {} kinds of proof{leave}",
            effect.proofs
        ));
    }
    if let Some(leave) = facts.approval {
        let who = if leave.other {
            "somebody else"
        } else {
            "whoever asked for it"
        };
        out.push(format!(
            "{}, {who}, gave leave {} minutes ago",
            article(leave.role.as_str()),
            leave.minutes
        ));
    }
    if let Some(minutes) = facts.told {
        out.push(format!("the owner was told {minutes} minutes ago"));
    }
    let account = &facts.account;
    match account.hold {
        HoldLevel::None => {}
        HoldLevel::Careful => out.push("the account is held: careful".to_owned()),
        HoldLevel::Frozen => out.push("the account is frozen".to_owned()),
    }
    if account.important {
        out.push("the account is important".to_owned());
    }
    if !account.reachable {
        out.push("the account has no contact point that can be reached".to_owned());
    }
    if account.attempts != 0 {
        out.push(format!(
            "{} attempts were counted on the account",
            account.attempts
        ));
    }
    out
}

fn ticket(facts: &Facts) -> String {
    let Some(ticket) = &facts.ticket else {
        return "no ticket".to_owned();
    };
    let open = if ticket.open { "open" } else { "closed" };
    let about = if ticket.about {
        "about this account"
    } else {
        "about another account or none"
    };
    format!("the ticket is {open} and {about}")
}

fn field(facts: &Facts) -> Option<String> {
    match (&facts.field, facts.action) {
        (Some(field), _) => Some(format!(
            "the field is {} and its kind is {}",
            field.class, field.kind
        )),
        (None, Action::Request(RequestKind::Deliver | RequestKind::Reveal)) => {
            Some("no field is named".to_owned())
        }
        (None, _) => None,
    }
}

fn destination(facts: &Facts) -> Option<String> {
    let Some(place) = &facts.destination else {
        let sends = matches!(
            facts.action,
            Action::Request(RequestKind::Deliver | RequestKind::Export | RequestKind::Ask)
                | Action::Reply
                | Action::Notify
        );
        return sends.then(|| "no contact point is chosen".to_owned());
    };
    let faults: Vec<_> = [
        (place.confirmed, "was never confirmed"),
        (place.effective, "is still cooling off, or removed"),
        (place.before, "came after the conversation began"),
    ]
    .into_iter()
    .filter_map(|(good, fault)| (!good).then_some(fault))
    .collect();
    Some(if faults.is_empty() {
        "the contact point is confirmed, in effect and was there before".to_owned()
    } else {
        format!("the contact point {}", faults.join(" and "))
    })
}

fn proof(proof: &Proof) -> String {
    let faults: Vec<_> = [
        (proof.account, "is for another account"),
        (proof.ticket, "is for another ticket"),
        (proof.request, "is for another request"),
        (proof.fresh, "is too old"),
        (proof.unused, "was used before"),
        (proof.sound, "came by a way that doesn't count"),
        (proof.minutes >= 0, "is from the future"),
    ]
    .into_iter()
    .filter_map(|(good, fault)| (!good).then_some(fault))
    .collect();
    let faults = if faults.is_empty() {
        String::new()
    } else {
        format!(", that {}", faults.join(" and "))
    };
    format!(
        "a proof by {}, {} minutes old{faults}",
        proof.kind, proof.minutes
    )
}
