//! Who can try what.
//!
//! The owner is honest: asks in an own call, says yes only to what they asked for themselves, no to
//! the rest, and may also do nothing at all. The rep and the leads do whatever the attacker says,
//! at any moment. The attacker has a mailbox, an account of his own, and time.

use crate::{
    decide::{eligible, expects, payable, waits_for_proof},
    guards::Guards,
    kinds::{ContactPoint, ContactPoints, Flaw, Flaws, Kind, What, Who},
    scenes::Scene,
    world::{Code, CodeState, Glass, Hold, Line, Request, Stage, Standing, World},
};

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident $({ $($field:ident: $type:ty),+ })? = $number:literal,)+) => {
        /// One step of somebody.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[expect(missing_docs, reason = "the fields say which request, kind or contact point")]
        pub enum Act { $($(#[$doc])* $name $({ $($field: $type),+ })?,)+ }

        impl Act {
            /// The number of its kind.
            pub const fn number(self) -> u8 {
                match self { $(Self::$name { .. } => $number,)+ }
            }

            /// The kinds: number and name.
            pub const KINDS: &'static [(u8, &'static str)] = &[$(($number, stringify!($name)),)+];
        }
    };
}

acts! {
    /// The owner phones.
    OwnerCalls = 0,
    /// The owner hangs up.
    OwnerHangsUp = 1,
    /// The owner asks for something on the phone.
    OwnerAsks { what: What } = 2,
    /// The owner presses "Yes" in a letter.
    OwnerPresses { slot: usize, kind: Kind } = 3,
    /// The owner reads out the code of a letter (or of a receipt) to the rep; the attacker forgets
    /// the code in `over`.
    OwnerReadsOut { slot: usize, kind: Kind, over: usize } = 4,
    /// The owner proves it on a page of their own.
    OwnerShows { slot: usize, kind: Kind } = 5,
    /// The owner presses "No, it wasn't me".
    OwnerRefuses { slot: usize } = 6,
    /// The owner presses "It wasn't me" in a notice.
    OwnerRepudiates = 7,
    /// The owner cancels a new contact point that isn't theirs.
    OwnerCancels = 8,
    /// The owner stops the leads.
    OwnerStopsTheLeads = 9,
    /// The attacker phones.
    AttackerCalls = 10,
    /// The attacker hangs up.
    AttackerHangsUp = 11,
    /// The rep asks, as told.
    RepAsks { line: Line, what: What } = 12,
    /// The rep reads aloud what the screen shows.
    RepReadsTheScreen = 13,
    /// The rep enters a code that the owner read out.
    RepEnters { slot: usize, code: usize } = 14,
    /// The attacker guesses a code.
    AttackerGuesses { slot: usize } = 15,
    /// The attacker proves it with what belongs to his own account.
    AttackerShowsHisOwn { slot: usize, kind: Kind } = 16,
    /// The attacker presses "Yes" in a letter that he can read.
    AttackerPresses { slot: usize, point: ContactPoint } = 17,
    /// The attacker confirms his own email.
    AttackerConfirms = 18,
    /// The attacker gets his email into the company's records, which the desk takes over.
    AttackerImports = 19,
    /// A rep freezes the account.
    RepFreezes = 20,
    /// A lead asks to break the glass.
    LeadAsks = 21,
    /// A lead agrees; the same one, if the desk lets him.
    LeadAgrees { same: bool } = 22,
    /// A lead lifts the hold, if the desk lets him.
    LeadLifts = 23,
    /// The desk opens what two leads asked for.
    GlassOpens = 24,
    /// Somebody approves; the one who asked, if the desk lets him.
    Approves { same: bool, slot: usize } = 25,
    /// The desk works off what is queued; `ledger`: whether the ledger takes the entry.
    Works { slot: usize, to: Option<ContactPoint>, ledger: bool } = 26,
    /// A day passes.
    DayPasses = 27,
}

/// Everything that somebody can try now.
pub(crate) fn acts(scene: &Scene, guards: &Guards, world: &World, out: &mut Vec<Act>) {
    owner(scene, guards, world, out);
    if scene.attacker {
        attacker(scene, guards, world, out);
    }
    staff(scene, guards, world, out);
    desk(guards, world, out);
    if may_pass(world) {
        out.push(Act::DayPasses);
    }
}

/// An owner who reads has looked before the three days are over.
fn may_pass(world: &World) -> bool {
    let last_day = matches!(world.attackers, Standing::Cooling { days: 1, .. });
    !(last_day && hears(world, world.told))
}

fn hears(world: &World, told: ContactPoints) -> bool {
    !told.both(world.reads()).is_empty()
}

fn owner(scene: &Scene, guards: &Guards, world: &World, out: &mut Vec<Act>) {
    if world.is_open(Line::Owners) {
        out.push(Act::OwnerHangsUp);
        out.extend(scene.owner.iter().map(|&what| Act::OwnerAsks { what }));
    } else {
        out.push(Act::OwnerCalls);
    }
    for (slot, request) in requests(world) {
        let letters = letters(guards, world, request).both(world.reads());
        let kinds = |out: &mut Vec<Act>, make: &dyn Fn(Kind) -> Act| {
            for kind in [Kind::Email, Kind::Phone] {
                if letters.iter().any(|point| point.proves() == kind) {
                    out.push(make(kind));
                }
            }
        };
        if expects(guards, world, request) {
            kinds(out, &|kind| Act::OwnerPresses { slot, kind });
            if scene.codes > 0
                && request.line == Line::Owners
                && world.is_open(Line::Owners)
                // A change needs the new value, which is typed on a page.
                && request.what != What::Change
            {
                for over in memory(scene, world) {
                    kinds(out, &|kind| Act::OwnerReadsOut { slot, kind, over });
                }
            }
        }
        if request.by == Who::Owner && waits_for_proof(request) {
            for kind in scene.pages.iter() {
                if kind == Kind::Receipt && !guards.receipt_on_an_own_page {
                    if world.is_open(Line::Owners) {
                        let over = memory(scene, world).start;
                        out.push(Act::OwnerReadsOut { slot, kind, over });
                    }
                } else {
                    out.push(Act::OwnerShows { slot, kind });
                }
            }
        }
        if request.by == Who::Attacker && !letters.is_empty() {
            out.push(Act::OwnerRefuses { slot });
        }
    }
    if world.noticed {
        out.push(Act::OwnerRepudiates);
    }
    if matches!(world.attackers, Standing::Cooling { .. }) && hears(world, world.told) {
        out.push(Act::OwnerCancels);
    }
    if let Glass::Agreed { told: true, .. } | Glass::Ready { told: true, .. } = world.glass
        && hears(world, world.in_effect())
    {
        out.push(Act::OwnerStopsTheLeads);
    }
}

fn attacker(scene: &Scene, guards: &Guards, world: &World, out: &mut Vec<Act>) {
    if world.is_open(Line::Attackers) {
        out.push(Act::AttackerHangsUp);
        out.push(Act::RepReadsTheScreen);
    } else {
        out.push(Act::AttackerCalls);
    }
    for line in [Line::Owners, Line::Attackers] {
        if world.call(line).is_some() {
            out.extend(scene.rep.iter().map(|&what| Act::RepAsks { line, what }));
        }
    }
    for (slot, request) in requests(world) {
        if !waits_for_proof(request) {
            continue;
        }
        for code in 0..world.codes.iter().flatten().count() {
            out.push(Act::RepEnters { slot, code });
        }
        if scene.guesses && !letters(guards, world, request).is_empty() {
            out.push(Act::AttackerGuesses { slot });
        }
        for kind in scene.pages.iter() {
            out.push(Act::AttackerShowsHisOwn { slot, kind });
        }
        for point in letters(guards, world, request).iter() {
            let his = point == ContactPoint::Attackers
                || point == ContactPoint::Email && world.account.stolen;
            if his {
                out.push(Act::AttackerPresses { slot, point });
            }
        }
    }
    if scene.imports {
        out.push(Act::AttackerImports);
    }
    if world.attackers.on_file() && !world.attackers.confirmed() {
        out.push(Act::AttackerConfirms);
    }
}

fn staff(scene: &Scene, guards: &Guards, world: &World, out: &mut Vec<Act>) {
    if scene.freezes && world.hold != Hold::Frozen {
        out.push(Act::RepFreezes);
    }
    if scene.leads {
        let held = matches!(world.hold, Hold::Careful | Hold::Frozen);
        match world.glass {
            Glass::Whole if held => out.push(Act::LeadAsks),
            Glass::Asked => {
                out.push(Act::LeadAgrees { same: false });
                out.push(Act::LeadAgrees { same: true });
            }
            Glass::Agreed { .. } | Glass::Ready { .. } => out.push(Act::GlassOpens),
            Glass::Whole => {}
        }
        if held {
            out.push(Act::LeadLifts);
        }
    }
    for (slot, request) in requests(world) {
        if request.what == What::Erase && request.seconded.is_none() {
            out.push(Act::Approves { same: false, slot });
            if !guards.second_person {
                out.push(Act::Approves { same: true, slot });
            }
        }
    }
}

fn desk(guards: &Guards, world: &World, out: &mut Vec<Act>) {
    for (slot, request) in requests(world) {
        if request.stage != Stage::Queued {
            continue;
        }
        if request.what.proofs() > 0 {
            out.push(Act::Works {
                slot,
                to: None,
                ledger: true,
            });
            continue;
        }
        for ledger in [true, false] {
            for &point in ContactPoint::ALL {
                if eligible(guards, world, point, request.knew) {
                    out.push(Act::Works {
                        slot,
                        to: Some(point),
                        ledger,
                    });
                }
            }
            if !guards.desk_picks_the_destination {
                out.push(Act::Works {
                    slot,
                    to: None,
                    ledger,
                });
            }
        }
    }
}

/// Where the question of a request lies: at every contact point that the desk would ask at. (The
/// real desk picks one of them; which one, the attacker may choose here.)
pub(crate) fn letters(guards: &Guards, world: &World, request: &Request) -> ContactPoints {
    let mut points = ContactPoints::NONE;
    if waits_for_proof(request) {
        for &point in ContactPoint::ALL {
            let again = request.given.has(point.proves()) && guards.different_kinds;
            if !again
                && payable(guards, world, request, point.proves())
                && eligible(guards, world, point, request.knew)
            {
                points = points.with(point);
            }
        }
    }
    points
}

/// Where the attacker may put a new code: the first free slot, or else any.
fn memory(scene: &Scene, world: &World) -> std::ops::Range<usize> {
    match world.codes[..scene.codes].iter().position(Option::is_none) {
        Some(free) => free..free + 1,
        None => 0..scene.codes,
    }
}

fn requests(world: &World) -> impl Iterator<Item = (usize, &Request)> {
    world
        .requests
        .iter()
        .enumerate()
        .filter_map(|(slot, request)| request.as_ref().map(|request| (slot, request)))
}

/// What is wrong with a code, for this request.
pub(crate) fn flaws_of_code(code: Code, request: &Request) -> Flaws {
    let mut flaws = Flaws::NONE;
    match code.state {
        CodeState::Fresh => {}
        CodeState::Used => flaws = flaws.with(Flaw::Again),
        CodeState::Ended => flaws = flaws.with(Flaw::Ended),
        CodeState::Stale => flaws = flaws.with(Flaw::Late),
    }
    // A receipt names neither a ticket nor a request.
    if code.kind != Kind::Receipt {
        if request.line != Line::Owners {
            flaws = flaws.with(Flaw::OtherTicket);
        }
        match (code.what, request.what) {
            (a, b) if a == b => {}
            (What::Reveal(_), What::Reveal(_)) => flaws = flaws.with(Flaw::OtherField),
            _ => flaws = flaws.with(Flaw::OtherRequest),
        }
    }
    flaws
}
