//! The decisions of the desk, as far as its [guards](Guards) go.

use crate::{
    guards::Guards,
    kinds::{ContactPoint, ContactPoints, Flaw, Flaws, Kind, Kinds, What, Who},
    world::{CAREFUL, Hold, Request, Stage, Standing, World},
};

/// Whether the desk takes a proof with these flaws.
pub(crate) fn accepted(guards: &Guards, flaws: Flaws) -> bool {
    flaws.iter().all(|flaw| match flaw {
        Flaw::OtherAccount => !guards.bound_to_account,
        Flaw::OtherTicket => !guards.bound_to_ticket,
        Flaw::OtherRequest => !guards.bound_to_request,
        Flaw::OtherField => !guards.bound_to_field,
        Flaw::Late => !guards.fresh,
        Flaw::Again => !guards.single_use,
        Flaw::Ended => !guards.ends_with_the_request,
        // The contact point was looked at when the letter went, and a guess that hits can't be told
        // from the code.
        Flaw::NotInEffect | Flaw::Guessed => true,
    })
}

/// Whether the desk counts a contact point for a ticket that knew these of the changeable ones.
pub(crate) fn eligible(
    guards: &Guards,
    world: &World,
    point: ContactPoint,
    knew: ContactPoints,
) -> bool {
    let counts = |point: Standing| match point {
        Standing::Absent | Standing::Repudiated => false,
        Standing::Cooling { confirmed, .. } => {
            !guards.cooling_off && (confirmed || !guards.confirmed_only)
        }
        Standing::InEffect { confirmed } => confirmed || !guards.confirmed_only,
    };
    let before = !guards.before_the_ticket || knew.has(point);
    match point {
        ContactPoint::Email => {
            let replaced = matches!(world.new, Standing::InEffect { confirmed: true });
            world.account.has.has(point) && !(replaced && guards.replaced_is_gone)
        }
        ContactPoint::Phone => world.account.has.has(point),
        ContactPoint::New => before && counts(world.new),
        ContactPoint::Attackers => before && counts(world.attackers),
    }
}

/// Whether a request waits for proofs.
pub(crate) fn waits_for_proof(request: &Request) -> bool {
    request.stage == Stage::Waiting
}

/// Whether a kind of proof would do for a request.
pub(crate) fn payable(guards: &Guards, world: &World, request: &Request, kind: Kind) -> bool {
    if request.what.proofs() == 0 || !waits_for_proof(request) {
        return false;
    }
    match kind {
        Kind::Receipt if request.what.proofs() == 2 => true,
        Kind::Receipt => {
            request.what == What::Reset
                && (world.in_effect().is_empty() || !guards.receipt_only_if_unreachable)
                && !(world.hold == Hold::Careful && guards.careful_forbids)
        }
        Kind::Email | Kind::Phone | Kind::Session | Kind::Recovery => true,
    }
}

/// Whether the hold forbids it.
pub(crate) fn forbidden(guards: &Guards, world: &World, request: &Request) -> bool {
    let by_receipt = request.given == Kinds::of(&[Kind::Receipt]);
    match world.hold {
        Hold::None => false,
        Hold::Careful => {
            guards.careful_forbids
                && (matches!(request.what, What::Reveal(_))
                    || request.what == What::Reset && by_receipt)
        }
        Hold::Frozen => guards.frozen_forbids && request.what != What::Unlock,
        Hold::Ajar => {
            guards.glass_stays_narrow
                && matches!(request.what, What::Reset | What::Change | What::Reenrol)
        }
    }
}

/// Whether the owner takes a question for one that they asked for.
pub(crate) fn expects(guards: &Guards, world: &World, request: &Request) -> bool {
    let own = |r: &Request| r.by == Who::Owner && waits_for_proof(r);
    own(request) || !guards.letters_say_what && world.requests.iter().flatten().any(own)
}

/// The first of some contact points.
pub(crate) fn first(points: ContactPoints) -> ContactPoints {
    points
        .iter()
        .next()
        .map_or(ContactPoints::NONE, |point| ContactPoints::NONE.with(point))
}

/// Whether so many attempts make the desk careful.
pub(crate) const fn is_many(attempts: u8) -> bool {
    attempts >= CAREFUL
}
