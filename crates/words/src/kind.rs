//! The closed lists: roles, channels, kinds and states, each with the one word that names it in
//! the database, the API, the ledger and the policies.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A word that is not in the list it was looked up in.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a {list}; use one of: {allowed}")]
pub struct UnknownWordError {
    /// Which list.
    pub list: &'static str,
    /// The words it has, separated by commas.
    pub allowed: String,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident = $list:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[doc = concat!("`", $word, "`")] #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }
        impl FromStr for $name {
            type Err = UnknownWordError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWordError { list: $list, allowed: [$($word),+].join(", ") }),
                }
            }
        }
        impl TryFrom<String> for $name {
            type Error = UnknownWordError;
            fn try_from(text: String) -> Result<Self, Self::Error> { text.parse() }
        }
        #[cfg(feature = "sql")]
        impl<DB: sqlx::Database> sqlx::Type<DB> for $name where String: sqlx::Type<DB> {
            fn type_info() -> DB::TypeInfo { <String as sqlx::Type<DB>>::type_info() }
            fn compatible(ty: &DB::TypeInfo) -> bool { <String as sqlx::Type<DB>>::compatible(ty) }
        }
        #[cfg(feature = "sql")]
        impl<'q, DB: sqlx::Database> sqlx::Encode<'q, DB> for $name where String: sqlx::Encode<'q, DB> {
            fn encode_by_ref(
                &self,
                buf: &mut <DB as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                self.as_str().to_owned().encode_by_ref(buf)
            }
        }
        #[cfg(feature = "sql")]
        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name where String: sqlx::Decode<'r, DB> {
            fn decode(value: <DB as sqlx::Database>::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<String as sqlx::Decode<'r, DB>>::decode(value)?.parse()?)
            }
        }
    };
}

words! {
    /// What a member of staff may do. A lead sees the lead's and the safety queue; an admin sets
    /// up; an auditor reads reports and the ledger. None of them passes the gate more easily.
    Role = "role" { Rep = "rep", Lead = "lead", Admin = "admin", Auditor = "auditor", }
}
words! {
    /// Where a conversation happens.
    Channel = "channel" { Email = "email", Chat = "chat", Phone = "phone", Portal = "portal", Api = "api", Watch = "watch", }
}
words! {
    /// How a field is protected: *shown* to reps, *sealed* (disclosed only through the gate), or
    /// *secret* (never disclosed to anyone, only compared by the machine).
    FieldClass = "class" { Shown = "shown", Sealed = "sealed", Secret = "secret", }
}
words! {
    /// What a field's value is, which says how it is normalised, indexed and rendered.
    FieldKind = "kind" {
        Text = "text", Address = "address", Date = "date", Card = "card", Number = "number",
        Email = "email", Phone = "phone", Document = "document", Receipt = "receipt",
        Password = "password",
    }
}
words! {
    /// The kinds of contact points.
    ContactKind = "contact point" { Email = "email", Phone = "phone", }
}
words! {
    /// The things that can be asked for in a ticket.
    RequestKind = "request" {
        Deliver = "deliver", Reveal = "reveal", Reset = "reset", Change = "change",
        Reenrol = "re-enrol", Lock = "lock", Unlock = "unlock", Act = "act", Ask = "ask",
        Erase = "erase", Export = "export",
    }
}
words! {
    /// The kinds of proof that count (rule 3); nothing said is one of them.
    ProofKind = "proof" {
        Email = "registered email", Phone = "registered phone", Receipt = "payment receipt",
        Session = "login session", Saved = "recovery code",
    }
}
words! {
    /// Where a request stands. `waiting`: for the owner, or a second person. `ready`: proven, and to
    /// be used. `cooling`: confirmed, waiting out its cooling-off time. `sending`: permitted, on its
    /// way.
    RequestState = "state" {
        Waiting = "waiting", Ready = "ready", Cooling = "cooling", Sending = "sending",
        Done = "done", Denied = "denied", Expired = "expired", Refused = "refused",
        Failed = "failed",
    }
}
words! {
    /// What a challenge asks of the owner.
    ChallengeKind = "challenge" {
        Confirm = "confirm", Outreach = "outreach", Repudiate = "repudiate", Cancel = "cancel",
        Address = "address",
    }
}
words! {
    /// What changes after its cooling-off time.
    PlanKind = "plan" { Point = "contact point", Field = "field", Factor = "second factor", Erase = "erasure", Thaw = "thaw", Saved = "recovery codes", }
}
words! {
    /// How strictly the gate answers for an account.
    HoldLevel = "level" { None = "none", Careful = "careful", Frozen = "frozen", }
}
words! {
    /// Whose pile a ticket lies on.
    Queue = "queue" { Support = "support", Lead = "lead", Safety = "safety", }
}
words! {
    /// What began a ticket: a person, the watch, or an owner's "It wasn't me".
    TicketKind = "ticket" { Support = "support", Flag = "flag", Safety = "safety", }
}
words! {
    /// Where a ticket stands.
    TicketState = "state" { Open = "open", Waiting = "waiting", Closed = "closed", }
}
words! {
    /// How an invitation ended: somebody took it up, it was withdrawn, or whoever was asked to enrol
    /// anew refused.
    InvitationEnd = "end" { Taken = "taken", Withdrawn = "withdrawn", Refused = "refused", }
}
words! {
    /// Who speaks in a message: the requester (`heard`), the rep to the requester (`said`), the
    /// rep by email to the owner (`reply`), the rep to colleagues (`note`), or the desk itself.
    MessageKind = "message" { Heard = "heard", Said = "said", Reply = "reply", Note = "note", Desk = "desk", }
}

words! {
    /// What leads and auditors must look at.
    AlarmKind = "alarm" {
        RevealLimit = "reveal limit", LookUpLimit = "look-up limit", DecoyFound = "decoy found",
        DecoyOpened = "decoy opened", DecoyAsked = "decoy asked for",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_as_itself() {
        for kind in RequestKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(*role));
        }
    }

    #[test]
    fn an_unknown_word_lists_the_known_ones() {
        let error = "boss".parse::<Role>().expect_err("not a role");
        assert_eq!(
            error.to_string(),
            "not a role; use one of: rep, lead, admin, auditor"
        );
    }
}
