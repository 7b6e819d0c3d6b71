//! What must never happen, judged by the truth of the world and not by what the desk believes.
//!
//! Nothing here knows the [guards](crate::guards): a guard that is missing shows only by what comes
//! of it.

use stateright::Property;

use crate::{
    case::Case,
    kinds::{ContactPoint, ContactPoints, Flaw, Flaws, Kind, What, Who},
    set::set,
    world::{CAREFUL, Hold, Request, Standing, World},
};

set! {
    /// A promise of the desk.
    Promise,
    /// Promises that were broken.
    Promises(u32) {
        /// See [`Promise::name`].
        Kept,
        /// See [`Promise::name`].
        OnFile,
        /// See [`Promise::name`].
        SecretsStay,
        /// See [`Promise::name`].
        Narrow,
        /// See [`Promise::name`].
        OwnersYes,
        /// See [`Promise::name`].
        TwoKinds,
        /// See [`Promise::name`].
        Once,
        /// See [`Promise::name`].
        InTime,
        /// See [`Promise::name`].
        ReceiptLast,
        /// See [`Promise::name`].
        NeverBack,
        /// See [`Promise::name`].
        CooledOff,
        /// See [`Promise::name`].
        Told,
        /// See [`Promise::name`].
        NoFreezes,
        /// See [`Promise::name`].
        Frozen,
        /// See [`Promise::name`].
        Careful,
        /// See [`Promise::name`].
        Counted,
        /// See [`Promise::name`].
        Lifts,
        /// See [`Promise::name`].
        NarrowGlass,
        /// See [`Promise::name`].
        FourEyes,
        /// See [`Promise::name`].
        Recorded,
    }
}

macro_rules! promises {
    ($($promise:ident = $name:literal,)+) => {
        impl Promise {
            /// The promise in words.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$promise => $name,)+ }
            }
        }

        /// Every promise as an invariant.
        pub(crate) fn promises() -> Vec<Property<Case>> {
            vec![$(Property::always($name, |case: &Case, world: &World| case.holds(Promise::$promise, world)),)+]
        }
    };
}

promises! {
    Kept = "nothing of the owner's reaches the attacker",
    OnFile = "a value goes only to a contact point registered before the ticket, confirmed, cooled off and not replaced",
    SecretsStay = "password information leaves for nowhere",
    Narrow = "a reveal shows one field in one open ticket, with a proof for exactly that",
    OwnersYes = "nothing changes without the owner's own yes to that very thing in that very ticket",
    TwoKinds = "behind every new contact point, factor and lifted hold stand two proofs of different kinds, or the owner's session for a hold",
    Once = "a proof counts once",
    InTime = "a proof counts only while its time and its request last",
    ReceiptLast = "a receipt alone resets only an account without a contact point to reach, and only after a day",
    NeverBack = "what was repudiated never comes back",
    CooledOff = "a contact point takes effect only after 72 h",
    Told = "the owner is told of every contact and every new contact point, everywhere",
    NoFreezes = "after the owner's no the account is frozen",
    Frozen = "what is frozen neither leaves nor changes",
    Careful = "enough attempts make the desk careful, and then it reveals nothing and a receipt alone resets nothing",
    Counted = "attempts and limits never start anew",
    Lifts = "only the owner lifts a hold, or two leads a day after telling the owner",
    NarrowGlass = "what two leads opened covers no password and no new contact point",
    FourEyes = "an account is erased only with a second person",
    Recorded = "nothing leaves without its entry in the ledger",
}

/// Something that happened, as it is about to become true.
pub(crate) enum Event<'a> {
    /// A value left by letter.
    Sent {
        secret: bool,
        /// `None`: to a destination that was named by the rep.
        to: Option<ContactPoint>,
        request: &'a Request,
        recorded: bool,
    },
    /// A field came onto a rep's screen because of a request.
    Shown { request: &'a Request },
    /// A rep read aloud what the screen shows anyway.
    Told,
    /// A password, contact point, factor or hold changed, a refund was made, an account erased.
    Done { request: &'a Request, rested: bool },
    /// A hold was lifted without the owner.
    Lifted { flawed: bool },
    /// A contact point was put on file, and these were told.
    Registered {
        before: Standing,
        told: ContactPoints,
    },
    /// A contact point took effect that so many days were to go for.
    InEffect { days: u8 },
    /// A day of a contact went by, or it ended, and these were told.
    Contact { told: ContactPoints },
    /// The owner said that something wasn't theirs.
    SaidNo,
}

/// Which promises an event breaks, in the world as it is when it happens.
pub(crate) fn judge(world: &World, event: &Event<'_>) -> Promises {
    let mut broken = Promises::NONE;
    let mut must = |promise, kept: bool| {
        if !kept {
            broken = broken.with(promise);
        }
    };
    match *event {
        Event::Sent {
            secret,
            to,
            request,
            recorded,
        } => {
            must(Promise::SecretsStay, !secret);
            must(Promise::Recorded, recorded);
            must(Promise::Frozen, world.hold != Hold::Frozen);
            must(
                Promise::OnFile,
                to.is_some_and(|to| truly_on_file(world, to, request.knew)),
            );
            must(
                Promise::Kept,
                to.is_some_and(|to| !attackers_by_fault(world, to)),
            );
        }
        Event::Shown { request } => {
            must(Promise::Frozen, world.hold != Hold::Frozen);
            must(Promise::Careful, world.hold != Hold::Careful);
            must(
                Promise::Narrow,
                world.is_open(request.line)
                    && !request.given.is_empty()
                    && !request.flaws.has(Flaw::OtherField),
            );
            must(Promise::Kept, confirmed(world, request));
            proofs(request, &mut must);
        }
        Event::Told => must(Promise::Kept, false),
        Event::Done { request, rested } => {
            let what = request.what;
            must(
                Promise::Frozen,
                world.hold != Hold::Frozen || what == What::Unlock,
            );
            must(Promise::OwnersYes, confirmed(world, request));
            must(
                Promise::NarrowGlass,
                world.hold != Hold::Ajar
                    || !matches!(what, What::Reset | What::Change | What::Reenrol),
            );
            must(
                Promise::TwoKinds,
                what.proofs() < 2
                    || request.given.len() >= 2
                    || what == What::Unlock && request.given.has(Kind::Session),
            );
            must(
                Promise::FourEyes,
                what != What::Erase || request.seconded == Some(true),
            );
            if what == What::Reset && request.given.len() == 1 && request.given.has(Kind::Receipt) {
                must(Promise::ReceiptLast, rested && world.in_effect().is_empty());
                must(Promise::Careful, world.hold != Hold::Careful);
            }
            if what == What::Unlock {
                must(Promise::Lifts, confirmed(world, request));
            }
            proofs(request, &mut must);
        }
        Event::Lifted { flawed } => must(Promise::Lifts, !flawed),
        Event::Registered { before, told } => {
            must(Promise::NeverBack, before != Standing::Repudiated);
            must(Promise::Told, told.covers(world.in_effect()));
        }
        Event::InEffect { days } => must(Promise::CooledOff, days == 0),
        Event::Contact { told } => must(Promise::Told, told.covers(world.in_effect())),
        Event::SaidNo => must(Promise::NoFreezes, world.hold == Hold::Frozen),
    }
    broken
}

/// Which promises a step breaks, by what was before and after it.
pub(crate) fn compare(before: &World, after: &World) -> Promises {
    let mut broken = Promises::NONE;
    let starts_anew = after.attempts < before.attempts || after.counted < before.counted;
    if starts_anew || after.counted != after.tried {
        broken = broken.with(Promise::Counted);
    }
    if after.attempts >= CAREFUL && after.hold == Hold::None && !after.forgiven {
        broken = broken.with(Promise::Careful);
    }
    broken
}

fn proofs(request: &Request, must: &mut impl FnMut(Promise, bool)) {
    must(Promise::Once, !request.flaws.has(Flaw::Again));
    must(
        Promise::InTime,
        !request.flaws.has(Flaw::Late) && !request.flaws.has(Flaw::Ended),
    );
}

/// Whether a contact point counts in truth, for a ticket that knew these of the changeable ones.
fn truly_on_file(world: &World, point: ContactPoint, knew: ContactPoints) -> bool {
    let before = match point {
        ContactPoint::Email | ContactPoint::Phone => true,
        ContactPoint::New | ContactPoint::Attackers => knew.has(point),
    };
    before && world.in_effect().has(point)
}

/// Whether the attacker reads at a contact point, and that is not lost by assumption. Lost are the
/// owner's mailbox that he reads, until it is replaced, and every letter where his own email took
/// effect under an owner who reads nowhere.
fn attackers_by_fault(world: &World, point: ContactPoint) -> bool {
    match point {
        ContactPoint::Attackers => {
            world.awake() || !matches!(world.attackers, Standing::InEffect { confirmed: true })
        }
        ContactPoint::Email => world.account.stolen && !world.in_effect().has(ContactPoint::Email),
        ContactPoint::Phone | ContactPoint::New => false,
    }
}

/// Whether the owner said yes to this very request; or, for what takes one proof, whether the
/// attacker could instead by what is lost by assumption (see above). What takes two proofs is the
/// owner's even then.
fn confirmed(world: &World, request: &Request) -> bool {
    let owners = request.by == Who::Owner
        && !request.owner.is_empty()
        && (request.what != What::Change || request.value == Some(ContactPoint::New));
    let slept = !world.awake() && world.in_effect().has(ContactPoint::Attackers);
    let lost = (slept || world.account.stolen) && request.what.proofs() == 1;
    owners || lost && request.flaws == Flaws::NONE && !request.given.is_empty()
}
