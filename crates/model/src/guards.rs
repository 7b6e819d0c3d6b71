//! The guards of the desk, each a single rule that can be taken away, and what breaks then.

use crate::{
    properties::Promise,
    scenes::{self, Scene},
};

/// One guard, and what is expected of the model without it.
pub struct Guard {
    /// Its name, the field of [`Guards`].
    pub name: &'static str,
    /// What it says.
    pub says: &'static str,
    /// The scene in which its lack shows.
    pub scene: &'static Scene,
    /// The promise that breaks without it.
    pub breaks: Promise,
    /// All guards but this one.
    pub without: Guards,
}

macro_rules! guards {
    ($($name:ident in $scene:ident breaks $promise:ident: $says:literal,)+) => {
        /// Which rules the desk keeps. The real desk keeps all: [`Guards::WHOLE`].
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct Guards {
            $(#[doc = $says] pub $name: bool,)+
        }

        impl Guards {
            /// All of them.
            pub const WHOLE: Self = Self { $($name: true,)+ };
        }

        /// Every guard, in the order of the design's rules.
        pub static GUARDS: &[Guard] = &[
            $(Guard {
                name: stringify!($name),
                says: $says,
                scene: &scenes::$scene,
                breaks: Promise::$promise,
                without: Guards { $name: false, ..Guards::WHOLE },
            },)+
        ];
    };
}

guards! {
    // What can't be seen can't be said; answers go to the account (rules 1 and 2).
    masked in CALLS breaks Kept:
        "A rep's screen shows no character of a sealed value.",
    secrets_stay in CALLS breaks SecretsStay:
        "Password information is sent and shown to nobody.",
    desk_picks_the_destination in CALLS breaks Kept:
        "No request carries a destination: the desk looks it up.",
    open_tickets_only in CALLS breaks Narrow:
        "A field is revealed only while its ticket is open.",

    // Nothing said is a proof; a proof is for one thing, once, in time (rule 3).
    proof_needed in CALLS breaks OwnersYes:
        "A reset, a change and a reveal wait for a proof.",
    bound_to_account in CALLS breaks OwnersYes:
        "A proof counts for the account that it proves.",
    bound_to_ticket in CALLS breaks OwnersYes:
        "A proof counts in the ticket that it was given for.",
    bound_to_request in CALLS breaks OwnersYes:
        "A proof counts for the request that it names.",
    bound_to_field in CALLS breaks Narrow:
        "A proof for one field reveals no other.",
    single_use in CALLS breaks Once:
        "A code counts once.",
    recovery_codes_once in FACTORS breaks Once:
        "A saved recovery code counts once.",
    ends_with_the_request in CALLS breaks InTime:
        "When a request is over, the codes sent for it are over.",
    fresh in CALLS breaks InTime:
        "A code counts only until its time is over.",
    letters_say_what in CALLS breaks OwnersYes:
        "The letter says what its yes approves, and which contact asked for it.",
    two_proofs in FACTORS breaks OwnersYes:
        "Contact points, second factors and holds take two proofs.",
    different_kinds in FACTORS breaks OwnersYes:
        "The two proofs are of different kinds.",
    new_value_from_the_owner in POINTS breaks OwnersYes:
        "The new value is typed on the owner's page, not by the rep.",
    both_pages_agree in POINTS breaks OwnersYes:
        "Where two pages prove a change, both must be given the same new value.",
    receipt_on_an_own_page in RECEIPTS breaks OwnersYes:
        "A receipt is typed on the requester's own page, never by or to the rep.",
    receipt_only_if_unreachable in RECEIPTS breaks ReceiptLast:
        "A receipt alone resets only where no contact point can be reached.",
    receipt_waits in RECEIPTS breaks ReceiptLast:
        "A receipt alone resets only after 24 h.",

    // New facts prove nothing (rule 4).
    cooling_off in POINTS breaks Kept:
        "A new contact point is neither proof nor destination for 72 h.",
    imports_cool_off in POINTS breaks Kept:
        "What the company's own records change cools off as well.",
    confirmed_only in POINTS breaks OnFile:
        "An unconfirmed contact point is neither proof nor destination.",
    before_the_ticket in POINTS breaks OnFile:
        "A contact point registered during the conversation doesn't count in it.",
    replaced_is_gone in POINTS breaks OnFile:
        "A contact point that was replaced no longer counts.",
    repudiated_stays_out in POINTS breaks NeverBack:
        "A value that the owner said isn't theirs can't come back.",
    old_points_told in POINTS breaks Told:
        "The old contact points are told of a new one at once.",
    every_old_point_told in POINTS breaks Kept:
        "All of them are told, not the first.",

    // The owner hears of every contact (rule 5).
    owner_hears in HOLDS breaks Told:
        "A notice goes out for every contact.",
    owner_hears_everywhere in HOLDS breaks Told:
        "The notice goes to every contact point in effect.",
    a_no_freezes in HOLDS breaks NoFreezes:
        "The owner's no, and \"It wasn't me\", freeze the account.",

    // Persistence doesn't pay (rule 6).
    guesses_limited in CALLS breaks OwnersYes:
        "Wrong codes are limited.",
    limit_spans_calls in CALLS breaks OwnersYes:
        "The limit doesn't start anew with another call or channel.",
    limit_outlasts_the_day in CALLS breaks OwnersYes:
        "The limit doesn't start anew with another day.",
    attempts_raise_a_hold in CALLS breaks Careful:
        "Enough attempts make the desk careful.",
    attempts_are_kept in HOLDS breaks Counted:
        "Attempts outlast the lifting of a hold.",
    careful_forbids in CALLS breaks Careful:
        "A careful desk reveals nothing, and a receipt alone opens nothing.",
    frozen_forbids in HOLDS breaks Frozen:
        "On a frozen account nothing leaves and nothing changes.",
    decided_again in HOLDS breaks Frozen:
        "What was permitted is decided once more when it happens.",
    only_the_owner_lifts in HOLDS breaks Lifts:
        "A lead's word doesn't lift a hold.",
    two_leads in HOLDS breaks Lifts:
        "Breaking the glass takes two leads.",
    glass_waits in HOLDS breaks Lifts:
        "Breaking the glass takes a day.",
    glass_tells in HOLDS breaks Lifts:
        "The owner is told before the glass breaks, and can stop it.",
    glass_stays_narrow in HOLDS breaks NarrowGlass:
        "Broken glass covers no password and no new contact point.",

    // Escalation and records (rule 8; four eyes; the ledger).
    second_person in HOLDS breaks FourEyes:
        "Erasing takes a second person, never the one who asked.",
    recorded_or_not_at_all in CALLS breaks Recorded:
        "If the ledger can't take the entry, the act doesn't happen.",
}
