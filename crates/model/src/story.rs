//! A path through the model, told so that anybody can follow it.

use stateright::{Checker, Path};

use crate::{
    actors::Act,
    case::Case,
    kinds::{ContactPoint, ContactPoints, Field, Flaw, Kind, What, Who},
    properties::Promise,
    world::{CodeState, Glass, Hold, Line, Request, Stage, Standing, World},
};

/// A story that ends with a broken promise.
pub struct Story {
    /// Whose account it is about.
    pub setting: String,
    /// One line for each step.
    pub lines: Vec<String>,
}

impl std::fmt::Display for Story {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "     {}", self.setting)?;
        for (i, line) in self.lines.iter().enumerate() {
            writeln!(f, "{:>3}. {line}", i + 1)?;
        }
        Ok(())
    }
}

/// The story of a promise that a checker saw broken.
pub fn of_broken(checker: &impl Checker<Case>, promise: Promise) -> Option<Story> {
    Some(tell(checker.discovery(promise.name())?))
}

/// Tells a path.
pub fn tell(path: Path<World, Act>) -> Story {
    let steps = path.into_vec();
    let lines = steps
        .windows(2)
        .filter_map(|pair| {
            let [(before, Some(act)), (after, _)] = pair else {
                return None;
            };
            Some(says(before, *act) + &reaction(before, after))
        })
        .collect();
    let setting = steps.first().map(|(world, _)| setting(world));
    Story {
        setting: setting.unwrap_or_default(),
        lines,
    }
}

fn setting(world: &World) -> String {
    let account = world.account;
    let named = |points: ContactPoints| -> String {
        let names: Vec<_> = points.iter().map(called).collect();
        if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join(" and ")
        }
    };
    let mut text = format!(
        "On file: {}. The owner reads {}",
        named(account.has),
        named(account.reads)
    );
    if account.stolen {
        text.push_str(", the attacker reads the registered email too");
    }
    text + "."
}

fn says(world: &World, act: Act) -> String {
    let request = |slot: usize| world.requests[slot].map_or("something".to_owned(), |r| named(&r));
    match act {
        Act::OwnerCalls => "The owner phones.".to_owned(),
        Act::OwnerHangsUp => "The owner hangs up.".to_owned(),
        Act::OwnerAsks { what } => format!("The owner asks for {}.", thing(what)),
        Act::OwnerPresses { slot, kind } => format!(
            "The owner presses \"Yes\" in the letter at the registered {} about {}.",
            proof(kind),
            request(slot)
        ),
        Act::OwnerReadsOut { slot, kind, .. } => format!(
            "The owner reads out the {} code for {}; the rep passes it on to the attacker.",
            proof(kind),
            request(slot)
        ),
        Act::OwnerShows { slot, kind } => format!(
            "On a page of their own, the owner gives the {} for {}.",
            proof(kind),
            request(slot)
        ),
        Act::OwnerRefuses { slot } => {
            format!(
                "The owner presses \"No, it wasn't me\" about {}.",
                request(slot)
            )
        }
        Act::OwnerRepudiates => "The owner presses \"It wasn't me\" in a notice.".to_owned(),
        Act::OwnerCancels => "The owner is told of a new contact point, and cancels it.".to_owned(),
        Act::OwnerStopsTheLeads => "The owner is told what the leads do, and stops it.".to_owned(),
        Act::AttackerCalls => "The attacker phones.".to_owned(),
        Act::AttackerHangsUp => "The attacker hangs up.".to_owned(),
        Act::RepAsks { line, what } => {
            format!(
                "The rep, as told, asks for {} in {}.",
                thing(what),
                call(line)
            )
        }
        Act::RepReadsTheScreen => "The rep reads out what stands on the screen.".to_owned(),
        Act::RepEnters { slot, code } => {
            let code = world.codes[code].map_or("a code".to_owned(), |code| {
                let state = match code.state {
                    CodeState::Fresh => "",
                    CodeState::Used => "used ",
                    CodeState::Ended => "left-over ",
                    CodeState::Stale => "stale ",
                };
                let (kind, what) = (proof(code.kind), thing(code.what));
                format!("the {state}{kind} code, given for {what},")
            });
            format!("The rep, as told, enters {code} for {}.", request(slot))
        }
        Act::AttackerGuesses { slot } => {
            format!("The attacker guesses a code for {}.", request(slot))
        }
        Act::AttackerShowsHisOwn { slot, kind } => format!(
            "The attacker gives the {} of his own account for {}.",
            proof(kind),
            request(slot)
        ),
        Act::AttackerPresses { slot, point: at } => format!(
            "The attacker presses \"Yes\" in the letter at {} about {}.",
            called(at),
            request(slot)
        ),
        Act::AttackerConfirms => "The attacker confirms his email.".to_owned(),
        Act::AttackerImports => {
            "The attacker gets his email into the company's records; the desk takes it over."
                .to_owned()
        }
        Act::RepFreezes => "A rep freezes the account.".to_owned(),
        Act::LeadAsks => "A lead, as told, asks to break the glass.".to_owned(),
        Act::LeadAgrees { same: false } => "A second lead, as told, agrees.".to_owned(),
        Act::LeadAgrees { same: true } => "The same lead agrees.".to_owned(),
        Act::LeadLifts => "A lead, as told, lifts the hold.".to_owned(),
        Act::GlassOpens => "The leads' request is carried out.".to_owned(),
        Act::Approves { same, slot } => format!(
            "{} approves {}.",
            if same {
                "Whoever asked"
            } else {
                "A second person, as told,"
            },
            request(slot)
        ),
        Act::Works { slot, to, ledger } => {
            let mut text = match (world.requests[slot], to) {
                (Some(r), Some(to)) if r.what.proofs() == 0 => {
                    format!("The desk sends {} to {}.", named(&r), called(to))
                }
                (Some(r), None) if r.what.proofs() == 0 => {
                    format!("The desk sends {} where the rep says.", named(&r))
                }
                _ => format!("The desk works off {}.", request(slot)),
            };
            if !ledger {
                text.push_str(" The ledger can't take the entry.");
            }
            text
        }
        Act::DayPasses => "A day passes.".to_owned(),
    }
}

/// What the desk did with it, by what changed.
fn reaction(before: &World, after: &World) -> String {
    let mut text = String::new();
    let mut add = |words: &str| {
        text.push(' ');
        text.push_str(words);
    };
    let under_way = |world: &World| world.requests.iter().flatten().count();
    let waiting = |world: &World| {
        let waits = |r: &&Request| r.stage == Stage::Waiting;
        world.requests.iter().flatten().filter(waits).count()
    };
    if waiting(after) > waiting(before) {
        add("The desk asks the owner.");
    } else if under_way(after) > under_way(before) {
        add("The desk permits it.");
    }
    if after.attempts > before.attempts {
        add("An attempt is counted.");
    }
    if after.hold != before.hold {
        add(match after.hold {
            Hold::None => "The hold is lifted.",
            Hold::Careful => "The desk is careful from now on.",
            Hold::Frozen => "The account is frozen.",
            Hold::Ajar => "Answers go to the old contact points again.",
        });
    }
    if after.new != before.new && matches!(after.new, Standing::InEffect { .. }) {
        add("The owner's new email takes effect.");
    }
    if after.attackers != before.attackers {
        match after.attackers {
            Standing::InEffect { .. } if !matches!(before.attackers, Standing::InEffect { .. }) => {
                add("The attacker's email is in effect.");
            }
            Standing::Cooling { .. } if !before.attackers.on_file() => {
                add("The attacker's email cools off.");
            }
            _ => {}
        }
    }
    if after.glass != before.glass && matches!(after.glass, Glass::Ready { .. }) {
        add("The leads' day is over.");
    }
    for promise in Promise::ALL {
        if after.broken.has(*promise) && !before.broken.has(*promise) {
            add(&format!("BROKEN: {}.", promise.name()));
        }
    }
    text
}

fn named(request: &Request) -> String {
    let mut text = format!("{} in {}", thing(request.what), call(request.line));
    if request.by == Who::Attacker && request.line == Line::Owners {
        text.push_str(" (which the rep asked for)");
    }
    if request.flaws.has(Flaw::Guessed) {
        text.push_str(" (guessed)");
    }
    text
}

const fn thing(what: What) -> &'static str {
    match what {
        What::Deliver => "an invoice",
        What::DeliverSecret => "the password information",
        What::Reveal(Field::Order) => "a look at the order",
        What::Reveal(Field::Address) => "a look at the address",
        What::Reset => "a password reset",
        What::Change => "a change of email",
        What::Reenrol => "a new second factor",
        What::Unlock => "the lifting of the hold",
        What::Act => "a refund",
        What::Erase => "erasing the account",
    }
}

const fn call(line: Line) -> &'static str {
    match line {
        Line::Owners => "the owner's call",
        Line::Attackers => "the attacker's call",
    }
}

const fn called(point: ContactPoint) -> &'static str {
    match point {
        ContactPoint::Email => "the registered email",
        ContactPoint::Phone => "the registered phone",
        ContactPoint::New => "the owner's new email",
        ContactPoint::Attackers => "the attacker's email",
    }
}

const fn proof(kind: Kind) -> &'static str {
    match kind {
        Kind::Email => "email",
        Kind::Phone => "phone",
        Kind::Session => "login session",
        Kind::Receipt => "receipt",
        Kind::Recovery => "recovery code",
    }
}
