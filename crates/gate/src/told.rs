//! A case in words, for whoever reads what a set of policies would do.

use words::{HoldLevel, RequestKind};

use crate::facts::{Action, Actor, Destination, Facts, Field, Proof};

impl Action {
    /// What it does, as it follows on "asks to": `see a value`.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Request(kind) => match kind {
                RequestKind::Deliver => "have a value sent",
                RequestKind::Reveal => "see a value",
                RequestKind::Reset => "reset the password",
                RequestKind::Change => "change a contact point or postal address",
                RequestKind::Reenrol => "remove a second factor",
                RequestKind::Lock => "freeze the account",
                RequestKind::Unlock => "lift a hold",
                RequestKind::Act => "have an action of the company carried out",
                RequestKind::Ask => "ask the owner “was this you?”",
                RequestKind::Erase => "erase the account’s data",
                RequestKind::Export => "have a copy of everything sent",
            },
            Self::Reply => "write to the owner",
            Self::Notify => "send the owner a letter of the desk",
            Self::Confirm => "ask a new address whether it is there",
            Self::LookUp => "find the account by what a caller says",
            Self::Read => "open the account, masked",
            Self::BeCareful => "raise a careful hold",
        }
    }
}

/// What an action of the policies does, by its name there.
pub(crate) fn action(name: &str) -> &'static str {
    let requests = RequestKind::ALL.iter().map(|kind| Action::Request(*kind));
    let others = [
        Action::Reply,
        Action::Notify,
        Action::Confirm,
        Action::LookUp,
        Action::Read,
        Action::BeCareful,
    ];
    requests
        .chain(others)
        .find(|action| action.as_str() == name)
        .map_or("", Action::in_words)
}

impl Facts {
    /// The case in two sentences: who wants what, and what is known. What plays no part in such an
    /// action is left out.
    pub fn in_words(&self) -> String {
        let who = match self.actor {
            Actor::Staff(_, role) => {
                let article = if role.as_str().starts_with('a') {
                    "An"
                } else {
                    "A"
                };
                format!("{article} {role} asks")
            }
            Actor::Desk => "The desk is about".to_owned(),
            Actor::Owner => "The owner asks".to_owned(),
        };
        let mut known = vec![ticket(self)];
        known.extend(self.bears_field().then(|| field(self.field.as_ref())));
        known.extend(self.bears_place().then(|| place(self.destination.as_ref())));
        if self.bears_proofs() {
            if self.proofs.is_empty() {
                known.push("nothing was proven".to_owned());
            }
            known.extend(self.proofs.iter().map(proof));
        }
        known.extend(self.second());
        match self.account.hold {
            HoldLevel::None => {}
            HoldLevel::Careful => known.push("the account is held with care".to_owned()),
            HoldLevel::Frozen => known.push("the account is frozen".to_owned()),
        }
        if self.account.important {
            known.push("the account is marked important".to_owned());
        }
        if self.action == Action::BeCareful {
            known.push(format!("{} attempts were counted", self.account.attempts));
        }
        format!("{who} to {}; {}.", self.action.in_words(), known.join("; "))
    }

    fn kind(&self) -> Option<RequestKind> {
        match self.action {
            Action::Request(kind) => Some(kind),
            _ => None,
        }
    }

    fn bears_field(&self) -> bool {
        matches!(
            self.kind(),
            Some(RequestKind::Deliver | RequestKind::Reveal)
        )
    }

    fn bears_place(&self) -> bool {
        matches!(
            self.kind(),
            Some(RequestKind::Deliver | RequestKind::Export | RequestKind::Ask)
        ) || matches!(self.action, Action::Reply | Action::Notify)
    }

    fn bears_proofs(&self) -> bool {
        self.kind()
            .is_some_and(|kind| !matches!(kind, RequestKind::Lock | RequestKind::Ask))
    }

    /// What is declared, agreed and told about it.
    fn second(&self) -> Vec<String> {
        let mut known = Vec::new();
        if self.kind() == Some(RequestKind::Act) {
            known.push(self.effect.as_ref().map_or_else(
                || "no action is named".to_owned(),
                |effect| {
                    let leave = if effect.eyes {
                        " and a second person"
                    } else {
                        ""
                    };
                    format!("it is declared to need {} proofs{leave}", effect.proofs)
                },
            ));
        }
        let alone = matches!(
            self.kind(),
            Some(RequestKind::Change | RequestKind::Reenrol | RequestKind::Erase)
        );
        match self.approval {
            Some(leave)
                if alone || matches!(self.kind(), Some(RequestKind::Act | RequestKind::Unlock)) =>
            {
                let who = if leave.other {
                    "another person"
                } else {
                    "the very person who asked"
                };
                known.push(format!(
                    "{who} ({}) agreed {} ago",
                    leave.role,
                    span(leave.minutes)
                ));
            }
            None if alone => known.push("nobody else agreed".to_owned()),
            _ => {}
        }
        if self.kind() == Some(RequestKind::Unlock) {
            known.push(self.told.map_or_else(
                || "the owner was not told of it".to_owned(),
                |minutes| format!("the owner was told of it {} ago", span(minutes)),
            ));
        }
        if self.kind() == Some(RequestKind::Reset) && !self.account.reachable {
            known.push("the account has no contact point that can be reached".to_owned());
        }
        known
    }
}

fn ticket(facts: &Facts) -> String {
    match &facts.ticket {
        None => "there is no ticket".to_owned(),
        Some(ticket) => format!(
            "the ticket is {} and about {}",
            if ticket.open { "open" } else { "closed" },
            if ticket.about {
                "this account"
            } else {
                "another account"
            }
        ),
    }
}

fn field(field: Option<&Field>) -> String {
    field.map_or_else(
        || "no field is named".to_owned(),
        |field| format!("the field is {} ({})", field.class, field.kind),
    )
}

fn place(place: Option<&Destination>) -> String {
    let Some(place) = place else {
        return "there is no contact point".to_owned();
    };
    let faults = [
        (place.confirmed, "was never confirmed"),
        (place.effective, "is still cooling off, or removed"),
        (place.before, "came after the conversation began"),
    ];
    let faults: Vec<_> = faults
        .into_iter()
        .filter_map(|(good, fault)| (!good).then_some(fault))
        .collect();
    if faults.is_empty() {
        format!("the registered {} was there before and counts", place.kind)
    } else {
        format!("the registered {} {}", place.kind, faults.join(" and "))
    }
}

fn proof(proof: &Proof) -> String {
    let faults = [
        (proof.account, "is for another account"),
        (proof.ticket, "is for another ticket"),
        (proof.request, "is for another request"),
        (proof.fresh, "is too old"),
        (proof.unused, "was used before"),
        (proof.sound, "came by a way that doesn’t count"),
    ];
    let faults: Vec<_> = faults
        .into_iter()
        .filter_map(|(good, fault)| (!good).then_some(fault))
        .collect();
    let faults = if faults.is_empty() {
        String::new()
    } else {
        format!(", which {}", faults.join(" and "))
    };
    format!(
        "a proof by {} was given {} ago{faults}",
        proof.kind,
        span(proof.minutes)
    )
}

/// Minutes as people say them: `5 minutes`, `24 hours`.
fn span(minutes: i64) -> String {
    match minutes {
        0 => "less than a minute".to_owned(),
        1 => "a minute".to_owned(),
        many if many >= 120 && many % 60 == 0 => format!("{} hours", many / 60),
        many => format!("{many} minutes"),
    }
}
