//! Whether a set of policies would loosen the promise: it is asked, alone, about a great many cases,
//! and none that it permits may break an invariant.

use uuid::Uuid;
use words::{
    AccountId, ContactKind, ContactPointId, FieldClass, FieldId, FieldKind, HoldLevel, ProofKind,
    RequestKind, Role, StaffId, TicketId, Time,
};

use crate::{
    AccountFacts, Action, Actor, Approval, Destination, Effect, Facts, Field, Gate, Outcome,
    PolicyError, Proof, TicketFacts, invariants, policies::Loosened,
};

impl Gate {
    /// A gate with other policies, refused if they would permit what an invariant rules out in any
    /// of the cases that [`cases`] makes. (Beyond these the invariants hold all the same, since
    /// each permit is checked against them; and `staunch policy prove` covers all cases.)
    ///
    /// # Errors
    /// [`PolicyError::Loosened`] names the rule, the invariant and the case; [`PolicyError::Neglected`]
    /// what it would forbid that no set may.
    pub fn checked(policies: &str) -> Result<Self, PolicyError> {
        let gate = Self::new(policies)?;
        if let Some(neglected) = gate.neglected() {
            return Err(PolicyError::Neglected(Box::new(neglected)));
        }
        for case in cases() {
            let Some(broken) = invariants::broken(&case) else {
                continue;
            };
            let decision = gate.judge(&case);
            if decision.outcome == Outcome::Permit {
                return Err(PolicyError::Loosened(Box::new(Loosened {
                    rule: decision.rule,
                    what: format!("{} for {}", case.action.as_str(), actor_word(case.actor)),
                    invariant: *broken,
                    case: case.in_words(),
                })));
            }
        }
        Ok(gate)
    }
}

fn actor_word(actor: Actor) -> String {
    match actor {
        Actor::Staff(_, Role::Auditor) => "an auditor".to_owned(),
        Actor::Staff(_, Role::Admin) => "an admin".to_owned(),
        Actor::Staff(_, role) => format!("a {role}"),
        Actor::Desk => "the desk".to_owned(),
        Actor::Owner => "the owner".to_owned(),
    }
}

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

const ACTORS: [Actor; 6] = [
    Actor::Staff(StaffId(id(1)), Role::Rep),
    Actor::Staff(StaffId(id(1)), Role::Lead),
    Actor::Staff(StaffId(id(1)), Role::Admin),
    Actor::Staff(StaffId(id(1)), Role::Auditor),
    Actor::Desk,
    Actor::Owner,
];

const HOLDS: [HoldLevel; 3] = [HoldLevel::None, HoldLevel::Careful, HoldLevel::Frozen];

fn actions() -> Vec<Action> {
    let mut actions: Vec<_> = RequestKind::ALL
        .iter()
        .map(|k| Action::Request(*k))
        .collect();
    actions.extend([
        Action::Reply,
        Action::Notify,
        Action::Confirm,
        Action::LookUp,
        Action::Read,
        Action::BeCareful,
    ]);
    actions
}

fn tickets() -> Vec<Option<TicketFacts>> {
    let ticket = |open, about| {
        Some(TicketFacts {
            id: TicketId(id(3)),
            open,
            about,
        })
    };
    vec![
        ticket(true, true),
        ticket(false, true),
        ticket(true, false),
        None,
    ]
}

fn fields() -> Vec<Option<Field>> {
    let field = |class, kind| {
        Some(Field {
            id: FieldId(id(4)),
            class,
            kind,
        })
    };
    vec![
        field(FieldClass::Sealed, FieldKind::Address),
        field(FieldClass::Sealed, FieldKind::Password),
        field(FieldClass::Secret, FieldKind::Receipt),
        field(FieldClass::Shown, FieldKind::Text),
        None,
    ]
}

fn places() -> Vec<Option<Destination>> {
    let place = |kind, confirmed, effective, before| {
        Some(Destination {
            id: ContactPointId(id(5)),
            kind,
            confirmed,
            effective,
            before,
        })
    };
    vec![
        place(ContactKind::Email, true, true, true),
        place(ContactKind::Email, false, true, true),
        place(ContactKind::Phone, true, false, true),
        place(ContactKind::Email, true, true, false),
        None,
    ]
}

/// No proof, each kind alone, in pairs, old, and with each of its faults, alone and beside a good one.
fn proofs() -> Vec<Vec<Proof>> {
    let mut out = vec![vec![]];
    for (n, kind) in ProofKind::ALL.iter().enumerate() {
        let whole = Proof::whole(*kind);
        let next = Proof::whole(ProofKind::ALL[(n + 1) % ProofKind::ALL.len()]);
        out.push(vec![whole, next]);
        for minutes in [0, 5, 1440] {
            out.push(vec![Proof { minutes, ..whole }]);
        }
        for fault in [
            Proof {
                account: false,
                ..whole
            },
            Proof {
                ticket: false,
                ..whole
            },
            Proof {
                request: false,
                ..whole
            },
            Proof {
                fresh: false,
                ..whole
            },
            Proof {
                unused: false,
                ..whole
            },
            Proof {
                sound: false,
                ..whole
            },
        ] {
            out.extend([vec![fault], vec![fault, next]]);
        }
    }
    out
}

fn approvals() -> Vec<Option<Approval>> {
    let approval = |role, other, minutes| {
        Some(Approval {
            role,
            other,
            minutes,
        })
    };
    vec![
        approval(Role::Lead, true, 10),
        approval(Role::Lead, false, 10),
        approval(Role::Rep, true, 10),
        approval(Role::Admin, true, 1441),
        None,
    ]
}

fn effects() -> Vec<Option<Effect>> {
    let effect = |proofs, eyes| {
        Some(Effect {
            name: "refund".to_owned(),
            proofs,
            eyes,
        })
    };
    vec![
        effect(1, false),
        effect(2, false),
        effect(0, false),
        effect(1, true),
        None,
    ]
}

/// What a case is made of, as places in the lists above.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pick([usize; 9]);

/// The cases: for each action and actor everything is as good as can be, with and without proofs, but
/// for one fact in each of its values; and every set of proofs with every approval, action of the
/// company, notice and kind of account.
pub(crate) fn cases() -> impl Iterator<Item = Facts> {
    let lists = Lists::new();
    let mut whole = Vec::new();
    for action in actions() {
        let picks = lists.picks(action);
        for actor in ACTORS {
            whole.extend(picks.iter().map(|pick| (action, actor, *pick)));
        }
    }
    whole
        .into_iter()
        .map(move |(action, actor, pick)| lists.case(action, actor, pick))
}

struct Lists {
    tickets: Vec<Option<TicketFacts>>,
    fields: Vec<Option<Field>>,
    places: Vec<Option<Destination>>,
    proofs: Vec<Vec<Proof>>,
    approvals: Vec<Option<Approval>>,
    effects: Vec<Option<Effect>>,
}

const TOLD: [Option<i64>; 3] = [Some(1440), Some(1439), None];
/// Reachable, important.
const ACCOUNTS: [(bool, bool); 3] = [(true, false), (false, false), (true, true)];

impl Lists {
    fn new() -> Self {
        Self {
            tickets: tickets(),
            fields: fields(),
            places: places(),
            proofs: proofs(),
            approvals: approvals(),
            effects: effects(),
        }
    }

    fn picks(&self, action: Action) -> std::collections::BTreeSet<Pick> {
        use RequestKind::{
            Act, Ask, Change, Deliver, Erase, Export, Lock, Reenrol, Reset, Reveal, Unlock,
        };
        let kind = match action {
            Action::Request(kind) => Some(kind),
            _ => None,
        };
        let bears = |kinds: &[RequestKind], size: usize| {
            if kind.is_some_and(|kind| kinds.contains(&kind)) {
                size
            } else {
                1
            }
        };
        let sends = bears(&[Deliver, Export, Ask], self.places.len());
        let sizes = [
            self.tickets.len(),
            bears(&[Deliver, Reveal], self.fields.len()),
            if matches!(action, Action::Reply | Action::Notify) {
                self.places.len()
            } else {
                sends
            },
            if kind.is_none_or(|kind| matches!(kind, Ask | Lock)) {
                3
            } else {
                self.proofs.len()
            },
            bears(&[Change, Reenrol, Erase, Act, Unlock], self.approvals.len()),
            bears(&[Act], self.effects.len()),
            bears(&[Unlock], TOLD.len()),
            HOLDS.len(),
            bears(&[Reset, Change, Reenrol, Act], ACCOUNTS.len()),
        ];
        // The good value of proofs is one whole pair.
        let pair = sizes[3].min(2) - 1;
        let mut picks = std::collections::BTreeSet::new();
        for proofs in [pair, 0] {
            for (fact, size) in sizes.iter().enumerate() {
                for value in 0..*size {
                    let mut pick = [0, 0, 0, proofs, 0, 0, 0, 0, 0];
                    pick[fact] = value;
                    picks.insert(Pick(pick));
                }
            }
        }
        for proofs in 0..sizes[3] {
            for fact in [4, 5, 6, 8] {
                for value in 0..sizes[fact] {
                    let mut pick = [0, 0, 0, proofs, 0, 0, 0, 0, 0];
                    pick[fact] = value;
                    picks.insert(Pick(pick));
                }
            }
        }
        picks
    }

    fn case(&self, action: Action, actor: Actor, Pick(pick): Pick) -> Facts {
        let (reachable, important) = ACCOUNTS[pick[8]];
        Facts {
            actor,
            action,
            account: AccountFacts {
                id: AccountId(id(2)),
                hold: HOLDS[pick[7]],
                attempts: 0,
                reachable,
                important,
            },
            ticket: self.tickets[pick[0]].clone(),
            field: self.fields[pick[1]].clone(),
            destination: self.places[pick[2]].clone(),
            proofs: self.proofs[pick[3]].clone(),
            ways: Vec::new(),
            approval: self.approvals[pick[4]],
            effect: self.effects[pick[5]].clone(),
            told: TOLD[pick[6]],
            now: Time(0),
        }
    }
}
